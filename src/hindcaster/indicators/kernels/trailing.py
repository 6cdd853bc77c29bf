"""Loops of stops that trail the price, and of pivots."""

import numpy as np

from hindcaster._candles import CLOSE, HIGH, LOW
from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray


@subkernel
def _larger(first: float, second: float) -> float:
    """Larger of two numbers, that which is not NaN if one is."""
    return second if first != first or second > first else first


@kernel
def highest_stop(x: FloatArray, period: int, sign: float) -> FloatArray:
    """Highest value of the window (lowest for a `sign` of -1); NaN is left out, the first is 0."""
    n = len(x)
    out = np.zeros(n)
    for i in range(1, n):
        best = 0.0 if i < period else -np.inf
        for k in range(max(i - period + 1, 1), i + 1):
            if sign * x[k] > best:
                best = sign * x[k]
        out[i] = sign * best
    return out


@kernel
def parabolic(candles: FloatArray, step: float, most: float) -> FloatArray:
    """Wilder's parabolic stop; it never enters the range of the two bars before."""
    n = len(candles)
    out = np.full(n, np.nan)
    if n < 2:
        return out
    rising = candles[1, HIGH] > candles[0, HIGH]
    stop = candles[0, LOW] if rising else candles[0, HIGH]
    extreme = candles[0, HIGH] if rising else candles[0, LOW]
    rate = step
    out[0] = stop
    for i in range(1, n):
        high, low, second = candles[i, HIGH], candles[i, LOW], max(i - 2, 0)
        stop += rate * (extreme - stop)
        if rising:
            stop = -_larger(-stop, -candles[i - 1, LOW])
            stop = -_larger(-stop, -candles[second, LOW])
            if low < stop:
                rising, stop, extreme, rate = False, extreme, low, step
            elif high > extreme:
                extreme, rate = high, min(rate + step, most)
        else:
            stop = _larger(stop, candles[i - 1, HIGH])
            stop = _larger(stop, candles[second, HIGH])
            if high > stop:
                rising, stop, extreme, rate = True, extreme, high, step
            elif low < extreme:
                extreme, rate = low, min(rate + step, most)
        out[i] = stop
    return out


@kernel
def band_stop(candles: FloatArray, period: int, factor: float) -> tuple[FloatArray, FloatArray]:
    """Line on one of two bands that only tighten, and 1 where it jumps; 0 before ``period - 1``."""
    n = len(candles)
    line, jumps = np.zeros(n), np.zeros(n)
    mean = top = bottom = before = 0.0  # of the true range, the bands, the close before
    above = True  # the line is above the price
    for i in range(n):
        high, low, close = candles[i, HIGH], candles[i, LOW], candles[i, CLOSE]
        span = high - low
        if i:
            span = max(span, abs(high - before), abs(low - before))
        mean = (mean * (period - 1) + span) / period if i >= period else mean + span / period
        if i >= period - 1:
            upper, lower = (high + low) / 2.0 + factor * mean, (high + low) / 2.0 - factor * mean
            if i == period - 1:
                top, bottom, above = upper, lower, close <= upper
            else:
                top = upper if upper < top or before > top else top
                bottom = lower if lower > bottom or before < bottom else bottom
                crossed = close > top if above else close < bottom
                if crossed:
                    above, jumps[i] = not above, 1.0
            line[i] = top if above else bottom
        before = close
    return line, jumps


@kernel
def last_pivot(x: FloatArray, left: int, right: int, sign: float) -> float:
    """Last value above all `left` before and `right` after it (below for a `sign` of -1)."""
    n = len(x)
    value = np.nan
    for i in range(n - right - 1, left - 1, -1):
        best = True
        for k in range(i - left, i + right + 1):
            if k != i and sign * x[k] >= sign * x[i]:
                best = False
                break
        if best:
            value = x[i]
            break
    return value
