"""Directional movement, and the other loops of the indicators of trends and volume."""

import numpy as np

from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, TIME, VOLUME
from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.recursive import carry


@kernel
def directional_moves(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Wilder's movement: the rise of the high, or the fall of the low, whichever is larger."""
    n = len(high)
    plus, minus = np.zeros(n), np.zeros(n)
    for i in range(1, n):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        plus[i] = up if (up > down) & (up > 0.0) else 0.0
        minus[i] = down if (down > up) & (down > 0.0) else 0.0
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
def distance_to_past(x: FloatArray, y: FloatArray) -> FloatArray:
    """Distance to another line one bar before; NaN at first."""
    out = np.empty(len(x))
    before = np.nan
    for i in range(len(x)):
        out[i] = abs(x[i] - before)
        before = y[i]
    return out


@kernel
def ratio_or_undefined(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, NaN where there is no whole."""
    out = np.empty(len(part))
    for i in range(len(part)):
        out[i] = part[i] / whole[i] if whole[i] != 0.0 else np.nan
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
def defined_percentage(part: FloatArray, whole: FloatArray, first: int) -> FloatArray:
    """Like `percentage`, 0 where undefined from bar `first` on."""
    n = len(part)
    out = np.empty(n)
    for i in range(min(first, n)):
        out[i] = np.nan
    for i in range(first, n):
        value = 100.0 * part[i] / whole[i]
        out[i] = value if (whole[i] != 0.0) & (value == value) else 0.0
    return out


@kernel
def ranges(candles: FloatArray) -> FloatArray:
    """High less low."""
    out = np.empty(len(candles))
    for i in range(len(candles)):
        out[i] = candles[i, HIGH] - candles[i, LOW]
    return out


@kernel
def ranges_with_gaps(candles: FloatArray) -> FloatArray:
    """True range of each bar, see `true_range`."""
    n = len(candles)
    out = np.empty(n)
    if n:
        out[0] = candles[0, HIGH] - candles[0, LOW]
    for i in range(1, n):
        high, low, before = candles[i, HIGH], candles[i, LOW], candles[i - 1, CLOSE]
        out[i] = max(high - low, abs(high - before), abs(low - before))
    return out


@kernel
def above_line(candles: FloatArray, column: int, line: FloatArray) -> FloatArray:
    """A column of candles less a line."""
    out = np.empty(len(candles))
    for i in range(len(candles)):
        out[i] = candles[i, column] - line[i]
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
    carry(index, out, 2 * period + 1, value, 1.0 / period, 1.0 - 1.0 / period)
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
    carry(x, out, first, value, 1.0 / period, 1.0 - 1.0 / period)
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
def middle(candles: FloatArray, bars: int, before: int, rows: int) -> float:
    """Middle of extremes of bars that ended some bars before; NaN if so many rows are too few."""
    end = len(candles) - before
    if rows - before < bars:
        return np.nan
    highest, lowest = -np.inf, np.inf
    for i in range(end - bars, end):
        highest, lowest = max(highest, candles[i, HIGH]), min(lowest, candles[i, LOW])
    return 0.5 * (highest + lowest)


@subkernel
def _larger(first: float, second: float) -> float:
    """Larger of two numbers, that which is not NaN if one is."""
    return first if (first > second) | (second != second) else second


@kernel
def averaged_bars(
    candles: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Open, close, high and low of Heikin-Ashi bars; the first is NaN."""
    n = len(candles)
    opened, closed = np.full(n, np.nan), np.full(n, np.nan)
    top, bottom = np.full(n, np.nan), np.full(n, np.nan)
    for i in range(1, n):
        high, low = candles[i, HIGH], candles[i, LOW]
        first = (candles[i - 1, OPEN] + candles[i - 1, CLOSE]) / 2.0
        last = (candles[i, OPEN] + high + low + candles[i, CLOSE]) / 4.0
        opened[i], closed[i] = first, last
        top[i] = _larger(_larger(first, last), high)
        bottom[i] = -_larger(_larger(-first, -last), -low)
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
def accumulated(candles: FloatArray) -> FloatArray:
    """Sum of volume so far, by where in its range each bar closed: from -1 to 1; 0 without one."""
    out = np.empty(len(candles))
    total = 0.0
    for i in range(len(candles)):
        high, low, close = candles[i, HIGH], candles[i, LOW], candles[i, CLOSE]
        share = ((close - low) - (high - close)) / (high - low) if high != low else 0.0
        total += share * candles[i, VOLUME]
        out[i] = total
    return out


@kernel
def ease_of_moves(candles: FloatArray, factor: float) -> FloatArray:
    """Change of the middle price times range by volume; 0 at first, and where that is 0."""
    out = np.zeros(len(candles))
    for i in range(1, len(candles)):
        high, low, volume = candles[i, HIGH], candles[i, LOW], candles[i, VOLUME]
        move = (high + low) / 2.0 - (candles[i - 1, HIGH] + candles[i - 1, LOW]) / 2.0
        out[i] = factor * move * (high - low) / volume if volume != 0.0 else 0.0
    return out


@kernel
def range_by_volume(candles: FloatArray) -> FloatArray:
    """``(high - low) / volume``."""
    out = np.empty(len(candles))
    for i in range(len(candles)):
        out[i] = (candles[i, HIGH] - candles[i, LOW]) / candles[i, VOLUME]
    return out


@kernel
def body_by_range(candles: FloatArray) -> FloatArray:
    """``(close - open) / (high - low)``, 0 where there is no range."""
    out = np.empty(len(candles))
    for i in range(len(candles)):
        span = candles[i, HIGH] - candles[i, LOW]
        out[i] = (candles[i, CLOSE] - candles[i, OPEN]) / span if span != 0.0 else 0.0
    return out


@kernel
def anchored_mean(candles: FloatArray, x: FloatArray, length: int) -> FloatArray:
    """Mean weighted by volume since the bucket of `length` milliseconds began."""
    n = len(x)
    out = np.empty(n)
    weighted = total = 0.0
    bucket = np.nan
    for i in range(n):
        before, bucket = bucket, np.floor(candles[i, TIME] / length)
        if bucket != before:
            weighted = total = 0.0
        weighted += candles[i, VOLUME] * x[i]
        total += candles[i, VOLUME]
        out[i] = weighted / total if total != 0.0 else np.nan
    return out
