"""Drawdown of an equity curve: its course and its episodes.

The drawdown at a bar is the fraction lost since the highest equity so far. An episode runs from
one mark to the next, where a mark is a bar without drawdown or the last bar, and where at least
one bar lies between them.
"""

from typing import NamedTuple

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import AnyArray, FloatArray, IntArray

_FIRST_ROOM = 8192  # episodes; a curve with more of them is looked at twice


class Drawdowns(NamedTuple):
    """What `drawdowns_of` finds, one array element per episode.

    Attributes
    ----------
    deepest : float
        The largest drawdown of all bars; 0 if none, or if it is undefined at any bar.
    peak : float
        The highest equity.
    first, last : numpy.ndarray of int64
        First and last bar of each episode, in order.
    depth : numpy.ndarray of float64
        The largest drawdown within each episode.
    """

    deepest: float
    peak: float
    first: IntArray
    last: IntArray
    depth: FloatArray


def drawdowns_of(equity: FloatArray, course: FloatArray) -> Drawdowns:
    """Find the drawdowns of an equity curve and write that of each bar to `course`.

    Parameters
    ----------
    equity : numpy.ndarray of float64
        Equity per bar.
    course : numpy.ndarray of float64
        Receives the drawdown at each bar, as a positive fraction.
    """
    room = _FIRST_ROOM
    while True:
        first, last, depth = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        deepest, peak, count = scan_drawdowns(equity, course, first, last, depth)
        if count <= room:
            return Drawdowns(deepest, peak, first[:count], last[:count], depth[:count])
        room = count


@kernel
def scan_drawdowns(
    equity: FloatArray, course: FloatArray, first: IntArray, last: IntArray, depth: FloatArray
) -> tuple[float, float, int]:
    """Find deepest drawdown, peak and number of episodes; keeps as many as there is room for."""
    n = equity.size
    peak = equity[0]
    deepest = 0.0
    deepest_since = 0.0
    defined = True
    mark = -1
    count = 0
    for i in range(n):
        if equity[i] > peak:
            peak = equity[i]
        drawdown = 1.0 - equity[i] / peak
        course[i] = drawdown
        if drawdown > deepest_since:
            deepest_since = drawdown
        defined &= drawdown == drawdown
        if drawdown == 0.0 or i == n - 1:
            if mark >= 0 and i - mark > 1:
                if count < first.size:
                    first[count] = mark
                    last[count] = i
                    depth[count] = deepest_since
                count += 1
            mark = i
            deepest = max(deepest, deepest_since)
            deepest_since = 0.0
    return deepest if defined else 0.0, peak, count


class Fall(NamedTuple):
    """A drawdown from its peak to its recovery.

    Attributes
    ----------
    start, valley, end : int
        Bar of the peak, bar of the largest drawdown, and bar of the recovery or the last one.
    depth : float
        The largest drawdown, as a positive fraction.
    recovered : bool
        Whether the equity is back at its peak.
    """

    start: int
    valley: int
    end: int
    depth: float
    recovered: bool


def notable_falls(equity: FloatArray, ticks: AnyArray, count: int) -> list[Fall]:
    """Find the drawdowns that lasted longest, and the deepest.

    They are the episodes, and the fall in the last bar alone, which is none: it has no bar
    between its marks.

    Parameters
    ----------
    equity : numpy.ndarray of float64
        Equity per bar.
    ticks : numpy.ndarray
        Time of each bar, as from `TimeAxis`.
    count : int
        How many of the longest.

    Returns
    -------
    list of Fall
        The longest first, among equals the earlier. The deepest follows if it is not among them.

    Examples
    --------
    >>> notable_falls(np.array([100.0, 99.0, 98.0, 101.0, 50.5]), np.arange(5), 1)
    [Fall(start=0, valley=2, end=3, depth=0.02..., recovered=True),
     Fall(start=3, valley=4, end=4, depth=0.5, recovered=False)]
    """
    course = np.empty(len(equity))
    _, _, first, last, depth = drawdowns_of(np.ascontiguousarray(equity), course)
    final = len(equity) - 1
    if course[final] > 0 and course[final - 1] == 0:
        first, last = np.append(first, final - 1), np.append(last, final)
        depth = np.append(depth, course[final])
    if not len(depth):
        return []
    chosen = np.argsort(ticks[first] - ticks[last], kind="stable")[:count].tolist()
    deepest = int(np.argmax(depth))
    if deepest not in chosen:
        chosen.append(deepest)
    return [_fall(course, int(first[i]), int(last[i])) for i in chosen]


def _fall(course: FloatArray, start: int, end: int) -> Fall:
    valley = start + int(np.nanargmax(course[start : end + 1]))
    return Fall(start, valley, end, float(course[valley]), bool(course[end] == 0))
