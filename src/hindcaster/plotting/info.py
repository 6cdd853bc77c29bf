"""What a picture of a run shows, as plain data that nothing but NumPy and pandas is needed for.

A candle is a bar, or a group of bars where there are too many to be drawn one by one. Positions
count candles from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.data.frame import OHLC
from hindcaster.plotting.aggregation import Groups, groups_behind, groups_to_draw
from hindcaster.plotting.curves import Landmarks, landmarks_of, smoothed, watermark
from hindcaster.plotting.indicators import Shown, shown_indicators
from hindcaster.plotting.options import Options
from hindcaster.plotting.trades import Orders, Trades, orders_of, trades_of

_NEEDED = ("_strategy", "_equity_curve", "_trades")
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Candles:
    """Prices to draw.

    Attributes
    ----------
    columns : dict
        Open, High, Low, Close and Volume.
    times : numpy.ndarray or None
        Wall-clock time in milliseconds; None for bars without dates.
    labels : list of str or None
        Labels of bars without dates, unless they are their positions.
    whole_days : bool
        Whether all times are midnights.
    """

    columns: dict[str, FloatArray]
    times: FloatArray | None
    labels: list[str] | None
    whole_days: bool

    @property
    def count(self) -> int:
        """Number of candles."""
        return len(self.columns["Close"])


class Mark(NamedTuple):
    """A point with its text."""

    at: float
    value: float
    label: str


@dataclass(frozen=True)
class Curve:
    """The equity or the return by candle, with what is marked on it.

    `watermark` is the highest value so far. `longest` is (from, to, level, label) of the longest
    drawdown; `buy_hold` the value of having bought at the start.
    """

    values: FloatArray
    watermark: FloatArray
    peak: Mark
    final: Mark
    deepest: Mark
    longest: tuple[float, float, float, str] | None
    buy_hold: FloatArray | None
    relative: bool


class Behind(NamedTuple):
    """Larger candles behind those drawn; `left` and `right` are their edges."""

    left: FloatArray
    right: FloatArray
    columns: dict[str, FloatArray]


@dataclass(frozen=True)
class Picture:
    """All that is drawn of a run; parts that are None are not.

    `note` says what was aggregated, `warnings` are for the user.
    """

    candles: Candles
    equity: Curve | None
    returns: Curve | None
    drawdown: tuple[FloatArray, Mark] | None
    profits: bool
    trades: Trades | None
    orders: Orders | None
    behind: Behind | None
    volume: bool
    overlays: list[Shown]
    sections: list[Shown]
    note: str
    warnings: list[str]


def picture_of(data: pd.DataFrame, results: Any, options: Options, *, warmup: int = 0) -> Picture:
    """Compute what to draw.

    Parameters
    ----------
    data : DataFrame
        The bars that were tested.
    results : Series
        What `Backtest.run` returned for them.
    options : Options
        The arguments of `Backtest.plot`.
    warmup : int
        Bar on which buying and holding starts.
    """
    check_results(data, results)
    groups = groups_to_draw(data.index, options.resample)
    warnings = _too_many(data, groups, options)
    candles = candles_of(data, groups)
    index = data.index if groups is None else groups.labels
    larger, problem = groups_behind(index, options.superimpose)
    trades = trades_of(results["_trades"], groups) if len(results["_trades"]) else None
    shown, problems = shown_indicators(results["_strategy"]._indicators, groups)
    sections = [one for one in shown if not one.overlay]
    curves = curves_of(data, results, groups, options, warmup) if trades else (None, None)
    orders = orders_of(results.get("_orders"), data, groups) if options.plot_orders else None
    return Picture(
        candles=candles,
        equity=curves[0],
        returns=curves[1],
        drawdown=drawdown_of(results["_equity_curve"], groups) if options.plot_drawdown else None,
        profits=options.plot_pl and trades is not None,
        trades=trades,
        orders=orders,
        behind=None if larger is None else _behind(candles, larger),
        volume=options.plot_volume and not np.isnan(candles.columns["Volume"]).all(),
        overlays=[one for one in shown if one.overlay],
        sections=sections[::-1] if options.reverse_indicators else sections,
        note=_note(data, groups, len(results["_trades"]), trades),
        warnings=[*warnings, *([problem] if problem else []), *problems],
    )


def check_results(data: pd.DataFrame, results: Any) -> None:
    """Check that results are whole, and of these data."""
    if not isinstance(results, pd.Series):
        raise TypeError(f"results must be what run() or optimize() returned, got {results!r}.")
    missing = [name for name in _NEEDED if name not in results.index]
    if missing:
        raise ValueError(
            f"results lacks {', '.join(missing)}. Pass the whole result of run() or optimize(), "
            f"not a part of it."
        )
    if not results["_equity_curve"].index.equals(data.index):
        raise AssertionError(
            "results are of a run over other data: the index of their equity is not that of this "
            "backtest's data. Plot them with the Backtest that made them."
        )


def _too_many(data: pd.DataFrame, groups: Groups | None, options: Options) -> list[str]:
    if groups is None or options.resample is not True:
        return []
    return [
        f"There are too many candlesticks to draw: {len(data):,} bars are drawn as "
        f"{len(groups.starts):,} candles of {groups.text}. resample=False draws each bar, "
        f"resample='<frequency>' chooses another length."
    ]


def candles_of(data: pd.DataFrame, groups: Groups | None) -> Candles:
    """Put the prices together for drawing."""
    values = {name: data[name].to_numpy(np.float64, na_value=np.nan) for name in OHLC}
    values["Volume"] = data["Volume"].to_numpy(np.float64, na_value=np.nan)
    index = data.index
    if groups is not None:
        values = _grouped_prices(values, groups)
        index = groups.labels
    return Candles(values, *times_of(index))


def times_of(index: pd.Index) -> tuple[FloatArray | None, list[str] | None, bool]:
    """Give times, labels and whether all are midnights, as `Candles` holds them."""
    if not isinstance(index, pd.DatetimeIndex):
        positions = np.array_equal(index, np.arange(len(index)))
        return None, None if positions else [str(i) for i in index], False
    times = wall_clock(index)
    return times, None, whole_days(times)


def wall_clock(index: pd.DatetimeIndex) -> FloatArray:
    """Milliseconds on the clock on the wall: a page would show any other time zone as UTC."""
    wall = index if index.tz is None else index.tz_localize(None)
    times: FloatArray = cast("Any", wall.as_unit("ms")).asi8.astype(np.float64)
    return times


def whole_days(times: FloatArray) -> bool:
    """Whether all times are midnights."""
    return not (times % _DAY_MS).any()


def _grouped_prices(values: dict[str, FloatArray], groups: Groups) -> dict[str, FloatArray]:
    return {
        "Open": values["Open"][groups.starts],
        "High": groups.highest(values["High"]),
        "Low": groups.lowest(values["Low"]),
        "Close": values["Close"][groups.ends],
        "Volume": groups.total(values["Volume"]),
    }


def _behind(candles: Candles, larger: Groups) -> Behind:
    columns = _grouped_prices(candles.columns, larger)
    return Behind(*_edges(larger), columns)


def _edges(larger: Groups) -> tuple[FloatArray, FloatArray]:
    """Where larger candles begin and end, with a little room between them."""
    return larger.starts.astype(np.float64) - 0.45, larger.ends.astype(np.float64) + 0.45


def curves_of(
    data: pd.DataFrame, results: Any, groups: Groups | None, options: Options, warmup: int
) -> tuple[Curve | None, Curve | None]:
    """Make the curves of equity and return that are asked for."""
    if not (options.plot_equity or options.plot_return):
        return None, None
    frame = results["_equity_curve"]
    equity = frame["Equity"].to_numpy(np.float64)
    drawdown = frame["DrawdownPct"].to_numpy(np.float64)
    marks = landmarks_of(equity, drawdown, data.index)
    buy_hold = buy_and_hold(data, equity, warmup) if options.plot_buy_hold else None
    if options.smooth_equity:
        exits = results["_trades"]["ExitBar"].to_numpy(np.int64)
        equity = smoothed(equity, exits, marks)

    def curve(minus: float) -> Curve:
        return _curve(equity, drawdown, buy_hold, marks, groups, options.relative_equity, minus)

    return (
        curve(0.0) if options.plot_equity else None,
        curve(1.0) if options.plot_return else None,
    )


def buy_and_hold(data: pd.DataFrame, equity: FloatArray, warmup: int) -> FloatArray:
    """Value by bar of the first equity, put into the asset at the close of bar `warmup`."""
    close = data["Close"].to_numpy(np.float64)
    start = min(warmup, len(close) - 1)
    values = equity[0] * close / close[start]
    values[:start] = equity[0]
    return cast("FloatArray", values)


def _curve(
    equity: FloatArray,
    drawdown: FloatArray,
    buy_hold: FloatArray | None,
    marks: Landmarks,
    groups: Groups | None,
    relative: bool,
    minus: float,
) -> Curve:
    """Scale a curve, and put its landmarks where its candles are.

    Marks keep the values they have bar by bar, which candles do not show in full.
    """
    unit = equity[0] if relative else 1.0
    offset = minus * equity[0] / unit
    values = equity / unit - offset

    def place(bar: float) -> float:
        return bar if groups is None else float(groups.of(np.array([bar]))[0])

    def mark(bar: int, text: str) -> Mark:
        return Mark(place(bar), float(values[bar]), text)

    longest = None
    if marks.longest is not None:
        fall = marks.longest
        label = f"Max Dd Dur. ({fall.duration})"
        longest = (place(fall.start), place(fall.back), float(values[fall.start]), label)
    last = slice(None) if groups is None else groups.ends
    return Curve(
        values[last],
        watermark(values)[last],
        mark(marks.peak, f"Peak ({_amount(values[marks.peak], relative)})"),
        mark(marks.final, f"Final ({_amount(values[marks.final], relative)})"),
        mark(marks.deepest, f"Max Drawdown ({-100 * _depth(drawdown, marks.deepest):.1f}%)"),
        longest,
        None if buy_hold is None else (buy_hold / unit - offset)[last],
        relative,
    )


def _depth(drawdown: FloatArray, bar: int) -> float:
    return float(np.nan_to_num(drawdown[bar]))


def _amount(value: float, relative: bool) -> str:
    return f"{value * 100:,.0f}%" if relative else f"${value:,.0f}"


def drawdown_of(curve: pd.DataFrame, groups: Groups | None) -> tuple[FloatArray, Mark]:
    """Depth of the drawdown by candle, below zero, and its deepest point."""
    full = -curve["DrawdownPct"].to_numpy(np.float64)
    bar = int(np.argmin(np.nan_to_num(full)))
    value = float(np.nan_to_num(full[bar]))
    at = bar if groups is None else int(groups.of(np.array([bar]))[0])
    return (
        full if groups is None else groups.lowest(full),
        Mark(at, value, f"Peak ({100 * value:.1f}%)"),
    )


def _note(data: pd.DataFrame, groups: Groups | None, count: int, trades: Trades | None) -> str:
    if groups is None:
        return ""
    text = (
        f"{len(data):,} bars are drawn as {len(groups.starts):,} candles of {groups.text}: equity "
        f"is the last of each candle, indicators are means"
    )
    if trades is not None and len(trades.count) < count:
        text += f"; {count:,} trades are put together by exit as {len(trades.count):,}"
    return text + "."


def price_extent(picture: Picture) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest of prices and overlays by candle, which the vertical range shows."""
    overlays = [row.values for one in picture.overlays for row in one.rows if not one.muted]
    columns = picture.candles.columns
    return (
        np.fmin.reduce([columns["Low"], *overlays]),
        np.fmax.reduce([columns["High"], *overlays]),
    )
