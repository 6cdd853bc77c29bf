"""Sums of the last `period` bars.

A window's sum is made of sums over 1, 4, 16, … bars, each of four of the one before: few passes,
and the machine works on several bars at a time. Nothing is ever subtracted, so rounding errors do
not pile up, a window of zeros has the sum 0, and what is undefined leaves with its bar.
"""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster._types import FloatArray

# Several arrays of as many numbers are in the fastest memory together, of 32 KiB on most machines.
BARS_AT_A_TIME = 512
_DIRECTLY = 16  # bars of a window below which they are added without sums of four in between


@subkernel
def window_sum(x: FloatArray, period: int, divisor: float) -> FloatArray:
    """Sum of the window by a number; NaN before the window is full."""
    n = len(x)
    out = np.empty(n)
    for i in range(min(period - 1, n)):
        out[i] = np.nan
    bars = max(BARS_AT_A_TIME, 2 * period)
    held = min(bars + period, n) if period >= _DIRECTLY else 0
    spare, other = np.empty(held), np.empty(held)
    for begin in range(period - 1, n, bars):
        part = out[begin : begin + bars]
        seen = x[begin - period + 1 : begin + len(part)]
        _sum_part(seen, period, divisor, part, spare, other)
    return out


@subkernel
def partial_sum(x: FloatArray, period: int) -> FloatArray:
    """Sum of the window, of the bars there are at the start."""
    out, total = window_sum(x, period, 1.0), 0.0
    for i in range(min(period - 1, len(x))):
        total += x[i]
        out[i] = total
    return out


@subkernel
def _sum_part(
    x: FloatArray,
    period: int,
    divisor: float,
    out: FloatArray,
    spare: FloatArray,
    other: FloatArray,
) -> None:
    """Write the sums of the full windows of a few bars, from their newest values to the oldest."""
    power, last, rest = x, period - 1, period
    # `power` is sums of `size` values. Of a plain 1 Numba would make a type, and code, of its own.
    size: int = np.int64(1)  # type: ignore[assignment]
    for i in range(len(out)):
        out[i] = 0.0
    while True:
        _add_few(power, size, last, rest & 3, out)
        last -= size * (rest & 3)
        if rest < _DIRECTLY:
            break
        rest >>= 2
        one, two, three = power[3 * size : len(x)], power[2 * size :], power[size:]
        sums = spare[3 * size :]
        for i in range(len(one)):
            sums[i] = (one[i] + two[i]) + (three[i] + power[i])
        power, spare, other = spare, other, spare
        size *= 4
    if rest & 8:
        _add_eight(power, size, last, 1.0 if rest & 4 else divisor, out)
        last -= 8 * size
    if rest & 4:
        _add_four(power, size, last, divisor, out)
    if period < 4 and divisor != 1.0:
        for i in range(len(out)):
            out[i] /= divisor


@subkernel
def _add_few(power: FloatArray, size: int, last: int, parts: int, out: FloatArray) -> None:
    """Add up to three sums of `size` values."""
    count = len(out)
    one = power[last : last + count]
    if parts == 1:
        for i in range(count):
            out[i] += one[i]
    elif parts == 2:
        two = power[last - size :]
        for i in range(count):
            out[i] += one[i] + two[i]
    elif parts == 3:
        two, three = power[last - size :], power[last - 2 * size :]
        for i in range(count):
            out[i] += one[i] + two[i] + three[i]


@subkernel
def _add_four(power: FloatArray, size: int, last: int, divisor: float, out: FloatArray) -> None:
    """Add four sums of `size` values and divide, which takes no time of its own beside them."""
    count = len(out)
    one, two = power[last : last + count], power[last - size :]
    three, four = power[last - 2 * size :], power[last - 3 * size :]
    for i in range(count):
        out[i] = (out[i] + ((one[i] + two[i]) + (three[i] + four[i]))) / divisor


@subkernel
def _add_eight(power: FloatArray, size: int, last: int, divisor: float, out: FloatArray) -> None:
    """Add eight sums of `size` values and divide, see `_add_four`."""
    count = len(out)
    one, two = power[last : last + count], power[last - size :]
    three, four = power[last - 2 * size :], power[last - 3 * size :]
    five, six = power[last - 4 * size :], power[last - 5 * size :]
    seven, eight = power[last - 6 * size :], power[last - 7 * size :]
    for i in range(count):
        new = (one[i] + two[i]) + (three[i] + four[i])
        out[i] = (out[i] + (new + ((five[i] + six[i]) + (seven[i] + eight[i])))) / divisor
