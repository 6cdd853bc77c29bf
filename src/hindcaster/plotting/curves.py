"""What there is to say about an equity curve: its peak, its end, its deepest and longest fall."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray, IntArray
from hindcaster.stats.drawdowns import notable_falls
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
        _longest_fall(equity, index),
    )


def _longest_fall(equity: FloatArray, index: pd.Index) -> Fall | None:
    axis = TimeAxis(index)
    falls = notable_falls(equity, axis.ticks, 1)
    if not falls:
        return None
    start, end = falls[0].start, falls[0].end
    duration = duration_text(axis.span(axis.ticks[end] - axis.ticks[start]))
    return Fall(start, end, _recovery(equity, start, end), duration)


def _recovery(equity: FloatArray, start: int, end: int) -> float:
    """Where a straight line from the bar before `end` crosses the level of the peak."""
    level, before, after = equity[start], equity[end - 1], equity[end]
    if after < level or after == before:
        return float(end)
    return float(end - 1 + (level - before) / (after - before))


def duration_text(span: Any) -> str:
    """Write a span of time, or of numbered bars."""
    if isinstance(span, pd.Timedelta):
        return str(span).replace(" 00:00:00", "").removeprefix("0 days ")
    return f"{span:g} bars"


def smoothed(equity: FloatArray, exit_bars: IntArray, marks: Landmarks) -> FloatArray:
    """Equity at exits of trades and at landmarks, with straight lines between them."""
    kept = {0, marks.peak, marks.final, marks.deepest, *exit_bars.tolist()}
    if marks.longest is not None:
        # Both bars beside the recovery, so that the curve meets the line of the drawdown there.
        kept |= {marks.longest.start, int(marks.longest.back), marks.longest.end}
    bars = np.array(sorted(kept))
    between: FloatArray = np.interp(np.arange(len(equity)), bars, equity[bars])
    return between


def watermark(equity: FloatArray) -> FloatArray:
    """Return the highest equity so far, by bar."""
    highest: FloatArray = np.fmax.accumulate(equity)
    return highest
