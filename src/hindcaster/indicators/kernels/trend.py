"""Directional movement, and the other loops of the indicators of trends and volume."""

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.recursive import carry


@kernel
def directional_moves(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Wilder's movement: the rise of the high, or the fall of the low, whichever is larger."""
    n = len(high)
    plus, minus = np.zeros(n), np.zeros(n)
    for i in range(1, n):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        if up > down and up > 0.0:
            plus[i] = up
        if down > up and down > 0.0:
            minus[i] = down
    return plus, minus


@kernel
def wilder_sum(x: FloatArray, period: int, divisor: float) -> FloatArray:
    """Sum of elements 1 … `period`, then ``y' - y' / period + x / divisor``; NaN before."""
    n = len(x)
    out = np.full(n, np.nan)
    if n <= period:
        return out
    value = 0.0
    for i in range(1, period + 1):
        value += x[i]
    out[period] = value
    carry(x, out, period + 1, value, 1.0 / divisor, 1.0 - 1.0 / period)
    return out


@kernel
def decaying_sum(x: FloatArray, keep: float) -> FloatArray:
    """``keep * y' + x``, from the first value on."""
    out = np.empty_like(x)
    carry(x, out, 0, 0.0, 1.0, keep)
    return out


@kernel
def percentage(part: FloatArray, whole: FloatArray, first: int) -> FloatArray:
    """``100 part / whole`` from bar `first` on; 0 where there is no whole, NaN before."""
    n = len(part)
    out = np.full(n, np.nan)
    for i in range(first, n):
        out[i] = 100.0 * part[i] / whole[i] if whole[i] != 0.0 else 0.0
    return out


@kernel
def zero_if_undefined(x: FloatArray, first: int) -> FloatArray:
    """Values of which those that are NaN are 0 from bar `first` on."""
    out = x.copy()
    for i in range(first, len(x)):
        if np.isnan(x[i]):
            out[i] = 0.0
    return out


@kernel
def direction_index(plus: FloatArray, minus: FloatArray) -> FloatArray:
    """``100 |plus - minus| / (plus + minus)``; 0 where both are."""
    n = len(plus)
    out = np.empty(n)
    for i in range(n):
        total = plus[i] + minus[i]
        out[i] = 100.0 * abs(plus[i] - minus[i]) / total if total != 0.0 else 0.0
    return out


@kernel
def average_direction(index: FloatArray, period: int) -> FloatArray:
    """Mean of elements `period` … ``2 period - 1``, at bar ``2 period``; then Wilder's mean."""
    n = len(index)
    out = np.full(n, np.nan)
    if n <= 2 * period:
        return out
    value = 0.0
    for i in range(period, 2 * period):
        value += index[i]
    value /= period
    out[2 * period] = value
    share = 1.0 / period
    for i in range(2 * period + 1, n):
        value = value * (1.0 - share) + index[i] * share
        out[i] = value
    return out


@kernel
def late_wilder_mean(x: FloatArray, period: int, first: int) -> FloatArray:
    """Mean of the first `period` values; Wilder's mean from bar `first` on, NaN between the two.

    `period` is `first` at most; there are no values at all of fewer than `first` bars.
    """
    n = len(x)
    out = np.full(n, np.nan)
    if n < first:
        return out
    value = 0.0
    for i in range(period):
        value += x[i]
    value /= period
    out[period - 1] = value
    share = 1.0 / period
    for i in range(first, n):
        value = value * (1.0 - share) + x[i] * share
        out[i] = value
    return out


@kernel
def local_extremes(x: FloatArray, order: int, sign: float) -> FloatArray:
    """Values above all others (below, for a `sign` of -1) within `order` bars; else NaN.

    Near the ends there are fewer others; the first and the last bar are no extremes.
    """
    n = len(x)
    out = np.full(n, np.nan)
    for i in range(1, n - 1):
        best = True
        for k in range(1, order + 1):
            before, after = max(i - k, 0), min(i + k, n - 1)
            if not (sign * x[i] > sign * x[before] and sign * x[i] > sign * x[after]):
                best = False
                break
        if best:
            out[i] = x[i]
    return out


@kernel
def middle(high: FloatArray, low: FloatArray, bars: int, before: int) -> float:
    """Middle of the extremes of some bars that ended some bars before; NaN if they are too few."""
    end = len(high) - before
    if end < bars:
        return np.nan
    highest, lowest = -np.inf, np.inf
    for i in range(end - bars, end):
        highest, lowest = max(highest, high[i]), min(lowest, low[i])
    return 0.5 * (highest + lowest)


@kernel
def averaged_bars(
    opening: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Open, close, high and low of Heikin-Ashi bars; the first is NaN."""
    n = len(close)
    opened, closed = np.full(n, np.nan), np.full(n, np.nan)
    top, bottom = np.full(n, np.nan), np.full(n, np.nan)
    for i in range(1, n):
        opened[i] = (opening[i - 1] + close[i - 1]) / 2.0
        closed[i] = (opening[i] + high[i] + low[i] + close[i]) / 4.0
        top[i] = np.fmax(np.fmax(opened[i], closed[i]), high[i])
        bottom[i] = np.fmin(np.fmin(opened[i], closed[i]), low[i])
    return opened, closed, top, bottom


@kernel
def forward_filled(x: FloatArray) -> FloatArray:
    """Last value that is not NaN."""
    out = x.copy()
    for i in range(1, len(x)):
        if np.isnan(out[i]):
            out[i] = out[i - 1]
    return out


@kernel
def volume_force(typical: FloatArray, span: FloatArray, volume: FloatArray) -> FloatArray:
    """Klinger's force: volume signed by the trend, by how the range compares to its sum so far."""
    n = len(typical)
    out = np.zeros(n)
    trend = total = 0.0
    for i in range(1, n):
        new = np.sign(typical[i] - typical[i - 1])
        total = total + span[i] if new == trend else span[i - 1] + span[i]
        trend = new
        if total != 0.0:
            out[i] = 100.0 * volume[i] * trend * abs(2.0 * span[i] / total - 1.0)
    return out


@kernel
def anchored_mean(x: FloatArray, volume: FloatArray, bucket: FloatArray) -> FloatArray:
    """Mean weighted by volume since the bucket began."""
    n = len(x)
    out = np.empty(n)
    weighted = total = 0.0
    for i in range(n):
        if i == 0 or bucket[i] != bucket[i - 1]:
            weighted = total = 0.0
        weighted += volume[i] * x[i]
        total += volume[i]
        out[i] = weighted / total if total != 0.0 else np.nan
    return out
