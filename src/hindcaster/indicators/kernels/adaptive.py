"""Loops of averages whose pace depends on the prices, or that are made of several stages.

Stages of exponential averages run in one pass: each waits for its own previous value only, so the
machine works on all of them at a time.
"""

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.recursive import carry


@kernel
def third_exponential(x: FloatArray, alpha: float) -> FloatArray:
    """Exponential average of the exponential average of the exponential average."""
    n = len(x)
    out = np.empty(n)
    keep = 1.0 - alpha
    if n:
        first = second = third = x[0]
        for i in range(n):
            first = alpha * x[i] + keep * first
            second = alpha * first + keep * second
            third = alpha * second + keep * third
            out[i] = third
    return out


@kernel
def third_exponential_of_logs(x: FloatArray, alpha: float, factor: float) -> FloatArray:
    """Change of the `third_exponential` of logarithms, times a factor; NaN at first."""
    logs = np.empty(len(x))
    for i in range(len(x)):
        logs[i] = np.log(x[i])
    out, before = third_exponential(logs, alpha), np.nan
    for i in range(len(x)):
        value = out[i]
        out[i] = factor * (value - before)
        before = value
    return out


@kernel
def mixed_exponential(
    x: FloatArray, alpha: float, w3: float, w4: float, w5: float, w6: float
) -> FloatArray:
    """Weighted sum of the third to the sixth of exponential averages in a row."""
    n = len(x)
    out = np.empty(n)
    keep = 1.0 - alpha
    if n:
        e1 = e2 = e3 = e4 = e5 = e6 = x[0]
        for i in range(n):
            e1 = alpha * x[i] + keep * e1
            e2 = alpha * e1 + keep * e2
            e3 = alpha * e2 + keep * e3
            e4 = alpha * e3 + keep * e4
            e5 = alpha * e4 + keep * e5
            e6 = alpha * e5 + keep * e6
            out[i] = w3 * e3 + w4 * e4 + w5 * e5 + w6 * e6
    return out


@kernel
def without_lag(x: FloatArray, lag: int, alpha: float) -> FloatArray:
    """Exponential average of ``2 x - x[-lag]`` from bar `lag` on, NaN before."""
    n = len(x)
    out = np.empty(n)
    out[:lag] = np.nan
    if n > lag:
        ahead = np.empty(n)
        for i in range(lag, n):
            ahead[i] = 2.0 * x[i] - x[i - lag]
        out[lag] = ahead[lag]
        carry(ahead, out, lag + 1, ahead[lag], alpha, 1.0 - alpha)
    return out


@kernel
def predicted(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Twice a weighted average of 7 bars less its own, and 4 of them averaged; NaN before bar 6."""
    n = len(x)
    predict, trigger = np.full(n, np.nan), np.full(n, np.nan)
    once = _mean_of_seven(x)
    twice = _mean_of_seven(once)
    p1 = p2 = p3 = 0.0  # predictions of the bars before, 0 where there are none
    for i in range(6, n):
        value = 2.0 * once[i] - twice[i]
        predict[i] = value
        trigger[i] = (4.0 * value + 3.0 * p1 + 2.0 * p2 + p3) / 10.0
        p3, p2 = p2, p1
        p1 = value if value == value else 0.0
    return predict, trigger


@subkernel
def _mean_of_seven(x: FloatArray) -> FloatArray:
    """Mean of 7 bars with weights 1 to 7; 0 before there are as many."""
    out = np.zeros(len(x))
    for i in range(6, len(x)):
        newer = 7.0 * x[i] + 6.0 * x[i - 1] + 5.0 * x[i - 2] + 4.0 * x[i - 3]
        out[i] = (newer + 3.0 * x[i - 4] + 2.0 * x[i - 5] + x[i - 6]) / 28.0
    return out


@kernel
def momentum_share(x: FloatArray, period: int) -> FloatArray:
    """|rises - falls| / (rises + falls) of the last `period` moves, fewer at the start; else 0."""
    n = len(x)
    out = np.zeros(n)
    for i in range(1, n):
        start = max(i - period, 0)
        path = 0.0
        for k in range(start, i):
            path += abs(x[k + 1] - x[k])
        if path != 0.0:
            out[i] = abs(x[i] - x[start]) / path
    return out


@kernel
def partial_deviation(x: FloatArray, period: int) -> FloatArray:
    """Population standard deviation of the window, of the bars there are at the start."""
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        start = max(i - period + 1, 0)
        mean = squares = 0.0
        for k in range(start, i + 1):
            mean += x[k]
        mean /= i - start + 1
        for k in range(start, i + 1):
            squares += (x[k] - mean) ** 2
        out[i] = np.sqrt(squares / (i - start + 1))
    return out


@kernel
def variable_length(
    x: FloatArray, middle: FloatArray, width: FloatArray, fewest: int, most: int
) -> FloatArray:
    """Exponential mean over more bars near the middle, and over fewer far from it."""
    n = len(x)
    out = np.empty(n)
    bars = most
    value = x[0]
    out[0] = value
    for i in range(1, n):
        distance = abs(x[i] - middle[i])
        if distance <= 0.25 * width[i]:
            bars += 1
        elif distance > 1.75 * width[i]:
            bars -= 1
        bars = min(max(bars, fewest), most)
        alpha = 2.0 / (bars + 1.0)
        value = alpha * x[i] + (1.0 - alpha) * value
        out[i] = value
    return out
