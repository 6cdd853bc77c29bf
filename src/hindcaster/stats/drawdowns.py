"""Drawdown of an equity curve: its course and its episodes.

The drawdown at a bar is the fraction lost since the highest equity so far. An episode runs from
one mark to the next, where a mark is a bar without drawdown or the last bar, and where at least
one bar lies between them.
"""

import math

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray, IntArray


@kernel
def drawdown_course(equity: FloatArray, drawdown: FloatArray) -> tuple[float, float]:
    """Write the drawdown at each bar, as a positive fraction, to `drawdown`.

    Returns
    -------
    tuple
        The deepest drawdown (0 if none, or if it is undefined at any bar), the highest equity.
    """
    peak = equity[0]
    deepest = 0.0
    defined = True
    for i in range(equity.size):
        if equity[i] > peak:
            peak = equity[i]
        drawdown[i] = 1.0 - equity[i] / peak
        if drawdown[i] > deepest:
            deepest = drawdown[i]
        defined &= not math.isnan(drawdown[i])
    return deepest if defined else 0.0, peak


@kernel
def drawdown_episodes(drawdown: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """List the episodes of a drawdown course.

    Returns
    -------
    tuple
        First bar, last bar and depth (the largest drawdown within) of each episode, in order.
    """
    n = drawdown.size
    count = 0
    mark = -1
    for i in range(n):
        if drawdown[i] == 0.0 or i == n - 1:
            if mark >= 0 and i - mark > 1:
                count += 1
            mark = i
    first = np.empty(count, dtype=np.int64)
    last = np.empty(count, dtype=np.int64)
    depth = np.empty(count)
    mark = -1
    count = 0
    deepest = 0.0
    for i in range(n):
        if drawdown[i] > deepest:
            deepest = drawdown[i]
        if drawdown[i] == 0.0 or i == n - 1:
            if mark >= 0 and i - mark > 1:
                first[count] = mark
                last[count] = i
                depth[count] = deepest
                count += 1
            mark = i
            deepest = 0.0
    return first, last, depth
