"""What there is to say about an equity curve: its peak, its end, its deepest and longest fall."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray, IntArray
from hindcaster.stats.time_axis import TimeAxis


class Fall(NamedTuple):
    """The longest drawdown.

    Attributes
    ----------
    start, end : int
        Bar of the peak, and the bar on which the equity is back there (or the last one).
    back : float
        Where between two bars the equity is back at its peak.
    duration : str
        Time from start to end.
    """

    start: int
    end: int
    back: float
    duration: str


class Landmarks(NamedTuple):
    """Bars of an equity curve that are marked."""

    peak: int
    final: int
    deepest: int
    longest: Fall | None


def landmarks_of(equity: FloatArray, drawdown: FloatArray, index: pd.Index) -> Landmarks:
    """Find the bars to mark.

    Parameters
    ----------
    equity : numpy.ndarray
        Equity by bar.
    drawdown : numpy.ndarray
        Share lost since the highest equity so far, by bar.
    index : Index
        Labels of the bars.
    """
    depth = np.nan_to_num(drawdown)
    return Landmarks(
        int(np.argmax(np.nan_to_num(equity, nan=-np.inf))),
        len(equity) - 1,
        int(np.argmax(depth)),
        _longest_fall(equity, depth, index),
    )


def _longest_fall(equity: FloatArray, depth: FloatArray, index: pd.Index) -> Fall | None:
    last = len(equity) - 1
    marks = np.flatnonzero(depth == 0)
    if last not in marks[-1:]:
        marks = np.append(marks, last)
    lengths = np.diff(marks)
    if not len(lengths) or (lengths.max() <= 1 and not depth.any()):
        return None
    axis = TimeAxis(index)
    ticks = axis.ticks
    durations = ticks[marks[1:]] - ticks[marks[:-1]]
    fell = lengths > 1
    fell[-1] |= depth[last] > 0  # a fall in the last bar only has no bar between its marks
    durations = np.where(fell, durations, -1)
    longest = int(np.argmax(durations))
    start, end = int(marks[longest]), int(marks[longest + 1])
    return Fall(start, end, _recovery(equity, start, end), _duration(axis.span(durations[longest])))


def _recovery(equity: FloatArray, start: int, end: int) -> float:
    """Where a straight line from the bar before `end` crosses the level of the peak."""
    level, before, after = equity[start], equity[end - 1], equity[end]
    if after < level or after == before:
        return float(end)
    return float(end - 1 + (level - before) / (after - before))


def _duration(span: Any) -> str:
    if isinstance(span, pd.Timedelta):
        return str(span).replace(" 00:00:00", "").removeprefix("0 days ")
    return f"{span:g} bars"


def smoothed(equity: FloatArray, exit_bars: IntArray, marks: Landmarks) -> FloatArray:
    """Equity at exits of trades and at landmarks, with straight lines between them."""
    kept = {0, marks.peak, marks.final, marks.deepest, *exit_bars.tolist()}
    if marks.longest is not None:
        kept |= {marks.longest.start, marks.longest.end}
    bars = np.array(sorted(kept))
    between: FloatArray = np.interp(np.arange(len(equity)), bars, equity[bars])
    return between


def watermark(equity: FloatArray) -> FloatArray:
    """Return the highest equity so far, by bar."""
    highest: FloatArray = np.fmax.accumulate(equity)
    return highest
