"""What the charts of a run show: candles of its symbols, trades, lines of its strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, FloatArray, IntArray
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW, OPEN, VOLUME
from hindcaster.exchange.journal import Fill
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTE_MS, MINUTES
from hindcaster.plotting.aggregation import MOST_CANDLES
from hindcaster.plotting.exchange.info import ImageData, Level, Marks, PageData, Traded
from hindcaster.plotting.indicators import Row, Shown
from hindcaster.plotting.info import Candles, Picture, curves_of, drawdown_of, whole_days
from hindcaster.plotting.options import Options
from hindcaster.plotting.trades import Trades
from hindcaster.research.outputs.course import values_by_step
from hindcaster.research.outputs.equity_curve import buy_and_hold, growth_held
from hindcaster.research.outputs.texts import one_line, run_name
from hindcaster.research.timeline import Timeline

_LINE_WIDTH: Final = 1.5
_LONGEST_LABEL: Final = 40


class Axis(NamedTuple):
    """Candles to draw: all symbols have the same.

    Attributes
    ----------
    of_step : ndarray
        Candle of each step.
    ends : ndarray
        Last step of each candle.
    times : ndarray
        When each opens, in milliseconds.
    timeframe : str
        Their length.
    """

    of_step: IntArray
    ends: IntArray
    times: FloatArray
    timeframe: str


def page_data(
    run: Run,
    timeline: Timeline,
    fills: Sequence[Fill],
    metrics: dict[str, Any],
    benchmark: bool,
) -> PageData:
    """Compute what the interactive page shows."""
    axis = axis_of(run, timeline)
    traded = [_traded(lane, timeline, axis) for lane in run.lanes]
    equity, drawdown = _account(run, timeline, fills, axis, benchmark)
    first = replace(traded[0].picture, equity=equity, drawdown=drawdown)
    traded[0] = replace(traded[0], picture=first)
    return PageData(run_name(run), _facts(run, axis, metrics), traded)


def axis_of(run: Run, timeline: Timeline) -> Axis:
    """Choose the candles: those of the shortest route, or longer ones if they are too many."""
    clocks = timeline.clocks
    total = (clocks[-1] - timeline.start) / MINUTE_MS
    shortest = min(lane.minutes for lane in run.lanes)
    fitting = [m for m in MINUTES.values() if m >= shortest and total / m <= MOST_CANDLES]
    minutes = fitting[0] if fitting else max(MINUTES.values())
    names = {length: name for name, length in MINUTES.items()}
    length = minutes * MINUTE_MS
    # Bars count from the start of trading; where minutes are missing they go by the clock.
    origin = timeline.start if timeline.is_regular else timeline.start // length * length
    number = ((clocks - MINUTE_MS - origin) // length).astype(np.int64)
    begins = np.flatnonzero(np.diff(number, prepend=-1))
    of_step = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(number))))
    ends = np.append(begins[1:], len(number)) - 1
    times = (origin + number[begins] * length).astype(np.float64)
    return Axis(of_step, ends, times, names[minutes])


def _dates(times: AnyArray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(np.asarray(times, np.float64).astype("datetime64[ms]"))


def _account(
    run: Run, timeline: Timeline, fills: Sequence[Fill], axis: Axis, benchmark: bool
) -> tuple[Any, Any]:
    """Make the curves of the account at the ends of the candles."""
    value = values_by_step(run, timeline, fills)[axis.ends]
    index = _dates(axis.times)
    with np.errstate(all="ignore"):
        depth = 1.0 - value / np.maximum.accumulate(value)
    frame = pd.DataFrame({"Equity": value, "DrawdownPct": depth}, index)
    prices = pd.DataFrame({"Close": value}, index)
    curve, _ = curves_of(prices, {"_equity_curve": frame}, None, Options(), 0)
    if curve is not None and benchmark:
        held = np.mean([_held(lane, timeline, axis) for lane in run.lanes], axis=0)
        curve = replace(curve, buy_hold=held * run.terms.starting_balance / value[0])
    return curve, drawdown_of(frame, None)


def _held(lane: Lane, timeline: Timeline, axis: Axis) -> FloatArray:
    """Give by candle what holding has made of the price."""
    return growth_held(lane, timeline.last_rows(lane.symbol)[axis.ends])


def _facts(run: Run, axis: Axis, metrics: dict[str, Any]) -> list[tuple[str, str]]:
    drawn = "" if axis.timeframe == run.lanes[0].timeframe else f", drawn as {axis.timeframe}"
    frames = ", ".join(dict.fromkeys(lane.timeframe for lane in run.lanes))
    return [
        ("Net profit", f"{metrics['net_profit_percentage']:,.2f} %"),
        ("Max. drawdown", f"{metrics['max_drawdown']:,.2f} %"),
        ("Sharpe ratio", f"{metrics['sharpe_ratio']:,.2f}"),
        ("Trades", f"{metrics['total']:,}"),
        ("Win rate", f"{100 * metrics['win_rate']:,.1f} %"),
        ("Fees", f"{metrics['fee']:,.2f}"),
        ("Timeframe", frames + drawn),
    ]


def _traded(lane: Lane, timeline: Timeline, axis: Axis) -> Traded:
    strategy = lane.strategy
    columns = _columns(lane, timeline, axis)
    trades = _trades(lane, timeline, axis)
    charts = list(strategy._extra_lines)
    picture = Picture(
        candles=Candles(columns, axis.times, None, whole_days(axis.times)),
        equity=None,
        returns=None,
        drawdown=None,
        profits=trades is not None,
        trades=trades,
        orders=None,
        behind=None,
        volume=True,
        overlays=[
            Shown([row], True, False, False)
            for row in _rows(strategy._candle_lines, f"line{lane.index}", timeline, axis)
        ],
        sections=[
            Shown(_rows(lines, f"chart{lane.index}_{number}", timeline, axis), False, False, False)
            for number, lines in enumerate(strategy._extra_lines.values())
        ],
        note="",
        warnings=[],
    )
    return Traded(
        one_line(lane.symbol)[:_LONGEST_LABEL],
        picture,
        _levels(strategy._candle_levels),
        [str(name) for name in charts],
        [_levels(strategy._extra_levels.get(name, {})) for name in charts],
    )


def _columns(lane: Lane, timeline: Timeline, axis: Axis) -> dict[str, FloatArray]:
    """Fold the rows of a symbol into the candles; NaN in those it has no row in."""
    quotes = lane.quotes
    rows = quotes.rows[quotes.first :]
    if not len(rows):
        names = ("Open", "High", "Low", "Close", "Volume")
        return {name: np.full(len(axis.times), np.nan) for name in names}
    candle = axis.of_step[timeline.steps_of(lane.symbol, quotes.first, len(quotes.rows))]
    begins = np.flatnonzero(np.diff(candle, prepend=-1))
    there = candle[begins]
    ends = np.append(begins[1:], len(rows)) - 1
    folded = {
        "Open": rows[begins, OPEN],
        "High": np.maximum.reduceat(rows[:, HIGH], begins),
        "Low": np.minimum.reduceat(rows[:, LOW], begins),
        "Close": rows[ends, CLOSE],
        "Volume": np.add.reduceat(rows[:, VOLUME], begins),
    }
    columns = {}
    for name, values in folded.items():
        columns[name] = np.full(len(axis.times), np.nan)
        columns[name][there] = values
    return columns


def _candle_at(times: Sequence[float], timeline: Timeline, axis: Axis) -> IntArray:
    """Give the candle of each moment, which is the close of a step."""
    steps = np.searchsorted(timeline.clocks, np.array(times, np.float64))
    return axis.of_step[np.minimum(steps, timeline.total - 1)]


def _trades(lane: Lane, timeline: Timeline, axis: Axis) -> Trades | None:
    """Give the closed trades of a route, in the order of their exits."""
    trades = [trade for trade in lane.run.trades if trade.symbol == lane.symbol]
    if not trades:
        return None
    nothing = np.full(len(trades), np.nan)
    signs = np.array([1.0 if trade.is_long else -1.0 for trade in trades])
    return Trades(
        entry=_candle_at([trade.opened_at for trade in trades], timeline, axis),
        exit=_candle_at([trade.closed_at or 0.0 for trade in trades], timeline, axis),
        entry_price=np.array([trade.entry_price for trade in trades], np.float64),
        exit_price=np.array([trade.exit_price for trade in trades], np.float64),
        size=signs * np.array([trade.qty for trade in trades], np.float64),
        pnl=np.array([trade.pnl for trade in trades], np.float64),
        returns=np.array([trade.pnl_percentage for trade in trades], np.float64) / 100,
        sl=nothing,
        tp=nothing,
        tag=[""] * len(trades),
        count=np.ones(len(trades), np.int64),
    )


def _rows(
    lines: dict[str, list[dict[str, Any]]], prefix: str, timeline: Timeline, axis: Axis
) -> list[Row]:
    """Put the points of lines into candles: the last one counts, until there is a new one."""
    rows = []
    for number, (title, points) in enumerate(lines.items()):
        candle = _candle_at([1000 * point["time"] for point in points], timeline, axis)
        values = np.full(len(axis.times), np.nan)
        values[candle] = [point["value"] for point in points]
        last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
        values[: candle[-1] + 1] = values[last[: candle[-1] + 1]]
        color = next((point["color"] for point in points if point["color"]), None)
        rows.append(Row(f"{prefix}_{number}", str(title), color, values, None))
    return rows


def _levels(levels: dict[str, dict[str, Any]]) -> list[Level]:
    return [
        Level(str(title), one["value"], one["color"], _width(one), one["line_style"] == "dotted")
        for title, one in levels.items()
    ]


def _width(level: dict[str, Any]) -> float:
    try:
        width = float(level["line_width"])
    except (TypeError, ValueError):
        return _LINE_WIDTH
    return width if 0 < width < 100 else _LINE_WIDTH


def image_data(run: Run, timeline: Timeline, fills: Sequence[Fill], benchmark: bool) -> ImageData:
    """Compute what the images show."""
    samples = run.samples.as_array()
    axis = axis_of(run, timeline)
    held, changes, marks = {}, {}, {}
    for lane in run.lanes:
        label = one_line(lane.symbol)[:_LONGEST_LABEL]
        if benchmark:
            held[label] = buy_and_hold(lane, timeline, samples)[:, 1]
        closes = timeline.clocks[axis.ends]
        change = 100 * (_held(lane, timeline, axis) - 1)
        changes[label] = (_dates(closes), change)
        own = [fill for fill in fills if fill.lane == lane.index and fill.change]
        first_open = lane.quotes.rows[lane.quotes.first : lane.quotes.first + 1, OPEN]
        marks[label] = Marks(
            _dates(np.array([fill.time for fill in own])),
            100 * (np.array([fill.price for fill in own], np.float64) / first_open - 1),
            np.array([fill.change > 0 for fill in own], bool),
        )
    returns = np.array([trade.pnl_percentage for trade in run.trades], np.float64)
    times = _dates(samples[:, 0])
    return ImageData(run_name(run), times, samples[:, 1], held, returns, changes, marks)
