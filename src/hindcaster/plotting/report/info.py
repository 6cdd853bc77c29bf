"""What a report of a run says, as plain data that needs no Bokeh.

A part that cannot be shown is a text instead, which says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.engine.codes import ROLE_NAMES, STATE_NAMES
from hindcaster.plotting.aggregation import MOST_CANDLES, groups_to_draw
from hindcaster.plotting.curves import watermark
from hindcaster.plotting.info import buy_and_hold, check_results, wall_clock, whole_days
from hindcaster.plotting.report.provenance import Row, data_rows, version_rows
from hindcaster.reporting_html import grouped_rows, value_text
from hindcaster.stats.calendar_returns import calendar_returns
from hindcaster.stats.distribution import Histogram, histogram
from hindcaster.stats.drawdowns import notable_falls
from hindcaster.stats.returns import rolling_sharpe
from hindcaster.stats.time_axis import TimeAxis

LONGEST_DRAWDOWNS = 10
_FEWEST_RETURNS = 12  # in the window of the rolling Sharpe ratio
_PERIODS = {52.0: ("week", "weekly"), 12.0: ("month", "monthly"), 1.0: ("year", "yearly")}
_NUMBERED = "The bars are numbered, not dated"
_NO_TRADES = "No trade was closed."
_PLAIN_FILL = "as ordered"

# Name of a row, label of the tile, format, whether its sign is coloured.
_TILES = (
    ("Return [%]", "Return", "{:,.2f} %", True),
    ("Buy & Hold Return [%]", "Buy & hold", "{:,.2f} %", True),
    ("Return (Ann.) [%]", "Return per year", "{:,.2f} %", True),
    ("Sharpe Ratio", "Sharpe ratio", "{:,.2f}", False),
    ("Max. Drawdown [%]", "Max. drawdown", "{:,.2f} %", False),
    ("Exposure Time [%]", "Exposure", "{:,.1f} %", False),
    ("# Trades", "Trades", "{:,}", False),
    ("Win Rate [%]", "Win rate", "{:,.1f} %", False),
    ("Profit Factor", "Profit factor", "{:,.2f}", False),
)


class Tile(NamedTuple):
    """A number that stands out; `tone` is ``'won'``, ``'lost'`` or empty."""

    label: str
    text: str
    tone: str


@dataclass(frozen=True)
class Curves:
    """Values by point of time to draw: by bar, or by group of bars if there are many.

    Attributes
    ----------
    x : numpy.ndarray
        Milliseconds on the wall clock, never going back, or labels of bars that are not dated.
    times : numpy.ndarray or None
        True wall-clock time of each point; None if not dated.
    equity, watermark, buy_hold : numpy.ndarray
        At the last bar of each point.
    drawdown : numpy.ndarray
        The deepest of each point, below zero.
    whole_days : bool
        Whether all times are midnights.
    note : str
        What was put together; empty if nothing.
    """

    x: FloatArray
    times: FloatArray | None
    equity: FloatArray
    watermark: FloatArray
    buy_hold: FloatArray
    drawdown: FloatArray
    whole_days: bool
    note: str


class Rolling(NamedTuple):
    """A statistic of the latest periods, by their ends on the axis of `Curves`."""

    x: FloatArray
    times: FloatArray
    values: FloatArray
    window: str


class Months(NamedTuple):
    """Returns by month and year, as fractions; NaN where there is none.

    Attributes
    ----------
    years : list of str
        A year per row, all between the first and the last.
    cells : numpy.ndarray, shape (years, 12)
        Returns of months.
    totals : numpy.ndarray, shape (years,)
        Returns of years.
    whole_years : bool
        Whether there are no months to be shown, because no year has two with bars.
    """

    years: list[str]
    cells: FloatArray
    totals: FloatArray
    whole_years: bool


class TradeReturns(NamedTuple):
    """How the returns of trades are distributed, with their mean and median as fractions."""

    histogram: Histogram
    mean: float
    median: float


class Drawdown(NamedTuple):
    """A row of the table of drawdowns, as texts; no recovery is an empty one."""

    start: str
    valley: str
    recovery: str
    depth: str
    duration: str
    deepest: bool


class Outcomes(NamedTuple):
    """Orders by what became of them.

    Attributes
    ----------
    roles : list of str
        Kinds of orders that occur.
    rows : list of (str, str, list of int, int)
        Outcome, reason, orders of each kind, and all of them.
    """

    roles: list[str]
    rows: list[tuple[str, str, list[int], int]]


@dataclass(frozen=True)
class Report:
    """All that a report says."""

    title: str
    subtitle: str
    tiles: list[Tile]
    curves: Curves
    months: Months | str
    sharpe: Rolling | str
    returns: TradeReturns | str
    drawdowns: list[Drawdown] | str
    outcomes: Outcomes | str
    statistics: list[tuple[str, list[tuple[str, str]]]]
    parameters: list[Row]
    settings: list[Row]
    data: list[Row]
    versions: list[Row]


def report_of(
    data: pd.DataFrame,
    results: Any,
    *,
    title: str | None = None,
    parameters: list[Row] | None = None,
    settings: list[Row] | None = None,
    warmup: int = 0,
) -> Report:
    """Compute what a report says.

    Parameters
    ----------
    data : DataFrame
        The bars that were tested.
    results : Series
        What `Backtest.run` returned for them.
    title : str, optional
        Heading; the strategy and its parameters if absent.
    parameters, settings : list of Row, optional
        Parameters of the strategy, and arguments of the `Backtest`.
    warmup : int
        Bar on which buying and holding starts.
    """
    check_results(data, results)
    axis = TimeAxis(data.index)
    equity = results["_equity_curve"]["Equity"].to_numpy(np.float64)
    return Report(
        title=str(results["_strategy"]) if title is None else title,
        subtitle=_subtitle(axis),
        tiles=_tiles(results),
        curves=curves_of(data, results, axis, warmup),
        months=months_of(axis, equity),
        sharpe=sharpe_of(axis, equity),
        returns=trade_returns(results["_trades"]),
        drawdowns=drawdowns_of(axis, equity),
        outcomes=outcomes_of(results.get("_orders")),
        statistics=grouped_rows(results),
        parameters=parameters or [],
        settings=settings or [],
        data=data_rows(data, axis),
        versions=version_rows(results),
    )


def _subtitle(axis: TimeAxis) -> str:
    count = len(axis.index)
    text = f"{count:,} bar{'s' * (count != 1)}, {value_text(axis.start)} to {value_text(axis.end)}"
    if not axis.is_datetime:
        return f"{count:,} numbered bar{'s' * (count != 1)}"
    return text if axis.period is pd.NaT else f"{text}, {value_text(axis.period)} apart"


def _tiles(results: Any) -> list[Tile]:
    tiles = []
    for name, label, form, coloured in _TILES:
        value = results.get(name)
        if value is None or value != value:
            tiles.append(Tile(label, value_text(None), ""))
            continue
        tone = "won" if value > 0 else "lost" if value < 0 else ""
        tiles.append(Tile(label, form.format(value + 0), tone if coloured else ""))
    return tiles


def curves_of(data: pd.DataFrame, results: Any, axis: TimeAxis, warmup: int) -> Curves:
    """Take the curves at every bar, or at the last of every group of bars if there are many."""
    frame = results["_equity_curve"]
    equity = frame["Equity"].to_numpy(np.float64)
    fallen = -frame["DrawdownPct"].to_numpy(np.float64)
    held = buy_and_hold(data, equity, warmup)
    highest = watermark(equity)
    groups = groups_to_draw(data.index, resample=True)
    note = ""
    last: Any = slice(None)
    if groups is not None:
        last, fallen = groups.ends, groups.lowest(fallen)
        note = (
            f"{len(data):,} bars are drawn as {len(last):,} points of {groups.text}: the last "
            f"equity and the deepest drawdown of each."
        )
    x, times = _places(axis, last)
    days = times is not None and whole_days(times)
    return Curves(x, times, equity[last], highest[last], held[last], fallen, days, note)


def _places(axis: TimeAxis, bars: Any) -> tuple[FloatArray, FloatArray | None]:
    """Where bars are on the horizontal axis, and the time that the pointer shows."""
    if not isinstance(axis.index, pd.DatetimeIndex):
        return axis.ticks[bars].astype(np.float64), None
    times = wall_clock(axis.index[bars])
    return np.maximum.accumulate(times), times  # clocks go back once a year


def months_of(axis: TimeAxis, equity: FloatArray) -> Months | str:
    """Put the returns of months in rows of years."""
    if not axis.is_datetime:
        return f"{_NUMBERED}: there are no months."
    returns = calendar_returns(axis, equity)
    if len(returns.months) < 2:
        month = pd.Timestamp(returns.months[0])
        return f"All bars lie in {month:%B %Y}: there are no months to compare."
    first = int(returns.years[0].astype(np.int64))
    rows = int(returns.years[-1].astype(np.int64)) - first + 1
    cells, totals = np.full((rows, 12), np.nan), np.full(rows, np.nan)
    months = returns.months.astype(np.int64) - 12 * first
    cells.ravel()[months] = returns.monthly
    totals[returns.years.astype(np.int64) - first] = returns.yearly
    years = [str(1970 + first + row) for row in range(rows)]
    return Months(years, cells, totals, len(returns.months) == len(returns.years))


def sharpe_of(axis: TimeAxis, equity: FloatArray) -> Rolling | str:
    """Compute the Sharpe ratio of the latest half year, or the latest twelve periods if longer."""
    if not axis.is_datetime:
        return f"{_NUMBERED}: nothing is annualised."
    window = max(_FEWEST_RETURNS, round(axis.annual_factor / 2))
    period, adjective = _PERIODS.get(axis.annual_factor, ("day", "daily"))
    bars, ratios = rolling_sharpe(
        np.ascontiguousarray(equity), axis.period_ends, axis.annual_factor, window
    )
    if len(ratios) < 2:
        return (
            f"It takes the latest {window} {adjective} returns at each point; the data have "
            f"{max(len(axis.period_ends) - 1, 0)} in all."
        )
    if np.isnan(ratios).all():
        return f"The equity does not vary within any {window} {period}s."
    thinned = slice(None, None, -(-len(bars) // MOST_CANDLES))
    x, times = _places(axis, bars[thinned])
    assert times is not None
    return Rolling(x, times, ratios[thinned], f"{window} {period}s")


def trade_returns(trades: pd.DataFrame) -> TradeReturns | str:
    """Count the returns of closed trades in bins."""
    if not len(trades):
        return _NO_TRADES
    values = trades["ReturnPct"].to_numpy(np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return "No trade has a finite return."
    return TradeReturns(histogram(values), float(values.mean()), float(np.median(values)))


def drawdowns_of(axis: TimeAxis, equity: FloatArray) -> list[Drawdown] | str:
    """Describe the longest drawdowns, and the deepest."""
    falls = notable_falls(equity, axis.ticks, LONGEST_DRAWDOWNS)
    if not falls:
        return "The equity never was below its peak for longer than a bar."
    deepest = max(fall.depth for fall in falls)

    def label(bar: int) -> str:
        value = axis.index[bar]
        return value_text(value) if axis.is_datetime else str(value)

    return [
        Drawdown(
            label(fall.start),
            label(fall.valley),
            label(fall.end) if fall.recovered else "",
            f"{-100 * fall.depth:.2f} %",
            value_text(axis.span_rounded_up(axis.ticks[fall.end] - axis.ticks[fall.start])),
            fall.depth == deepest,
        )
        for fall in falls
    ]


def outcomes_of(orders: pd.DataFrame | None) -> Outcomes | str:
    """Count orders by outcome, reason and kind."""
    if orders is None:
        return "These results list no orders."
    if not len(orders):
        return "No order was placed."
    counts = orders.groupby(["Outcome", "Reason", "Role"], observed=True).size()
    table = counts.unstack("Role", fill_value=0)
    roles = [role for role in ROLE_NAMES if role in table.columns]
    rows = [
        (str(outcome), str(reason) or _PLAIN_FILL, row.tolist(), int(row.sum()))
        for (outcome, reason), row in zip(table.index, table[roles].to_numpy(), strict=True)
    ]
    order = {name: place for place, name in enumerate((*STATE_NAMES[1:], STATE_NAMES[0]))}
    rows.sort(key=lambda row: (order[row[0]], -row[3]))
    return Outcomes(roles, rows)
