"""Loops of oscillators and of lines that are multiplied or filtered bar after bar."""

import numpy as np

from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, VOLUME
from hindcaster._jit import kernel
from hindcaster._types import BoolArray, FloatArray
from hindcaster.indicators.kernels.windows import full_mean, rolling_sum, undefined_from


@kernel
def place_or_zero(x: FloatArray, period: int) -> FloatArray:
    """Place of a value in its range, 0 to 100; 0 where there is no range or no full window."""
    n = len(x)
    out = np.zeros(n)
    for i in range(period - 1, n):
        top = bottom = x[i]
        for k in range(i - period + 1, i + 1):
            top = max(top, x[k])
            bottom = min(bottom, x[k])
        if top > bottom:
            out[i] = 100.0 * (x[i] - bottom) / (top - bottom)
    return out


@kernel
def ratio_or_zero(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, 0 where there is no whole."""
    out = np.empty(len(part))
    for i in range(len(part)):
        out[i] = part[i] / whole[i] if whole[i] != 0.0 else 0.0
    return out


@kernel
def place_between(
    x: FloatArray, bottom: FloatArray, top: FloatArray, without_span: float
) -> FloatArray:
    """Place of a value between two lines, 0 to 100, and what it is where these meet if not NaN."""
    out = np.empty(len(x))
    for i in range(len(x)):
        span = top[i] - bottom[i]
        out[i] = 100.0 * (x[i] - bottom[i]) / span
        if span == 0.0 and without_span == without_span:
            out[i] = without_span
    return out


@kernel
def below_top(x: FloatArray, top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Distance to the upper of two lines by that between them, 0 to -100; 0 where these meet."""
    out = np.empty(len(x))
    for i in range(len(x)):
        span = top[i] - bottom[i]
        out[i] = -100.0 * (top[i] - x[i]) / span if span != 0.0 else 0.0
    return out


@kernel
def no_less(x: FloatArray, level: float) -> BoolArray:
    """Whether ``x >= level``."""
    out = np.empty(len(x), np.bool_)
    for i in range(len(x)):
        out[i] = x[i] >= level
    return out


@kernel
def no_more(x: FloatArray, level: float) -> BoolArray:
    """Whether ``x <= level``."""
    out = np.empty(len(x), np.bool_)
    for i in range(len(x)):
        out[i] = x[i] <= level
    return out


@kernel
def defined_ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, 0 where there is no whole or either is undefined."""
    out = np.empty(len(part))
    for i in range(len(part)):
        out[i] = part[i] / whole[i] if whole[i] != 0.0 else 0.0
        if part[i] != part[i] or whole[i] != whole[i]:
            out[i] = 0.0
    return out


@kernel
def below_threshold(x: FloatArray, threshold: float, first: int) -> FloatArray:
    """Threshold less the value one bar before, from bar `first` on; 0 before."""
    out = np.zeros(len(x))
    for i in range(first, len(x)):
        out[i] = threshold - x[i - 1]
    return out


@kernel
def straightness(
    way: FloatArray, top: FloatArray, bottom: FloatArray, scale: float, period: float
) -> FloatArray:
    """``scale * log10(way / (top - bottom)) / log10(period)``."""
    out = np.empty(len(way))
    for i in range(len(way)):
        out[i] = scale * np.log10(way[i] / (top[i] - bottom[i])) / np.log10(period)
    return out


@kernel
def percent_or_zero(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``100 part / whole``, 0 where there is no whole."""
    out = np.empty(len(part))
    for i in range(len(part)):
        out[i] = 100.0 * part[i] / whole[i] if whole[i] != 0.0 else 0.0
    return out


@kernel
def net_moves(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rise of the high less fall of the low, neither below 0, and the size of that; 0 at first."""
    n = len(high)
    moves, sizes = np.zeros(n), np.zeros(n)
    for i in range(1, n):
        rise, fall = high[i] - high[i - 1], low[i - 1] - low[i]
        moves[i] = (rise if rise > 0.0 else 0.0) - (fall if fall > 0.0 else 0.0)
        sizes[i] = abs(moves[i])
    return moves, sizes


@kernel
def share_of_ways(x: FloatArray, period: int) -> FloatArray:
    """Size of the difference of order `period` by the sum of the ways of all windows."""
    n = len(x)
    out = np.full(n, np.nan)
    if n > period:
        moves, steps = np.empty(n - 1), x.copy()
        for i in range(n - 1):
            moves[i] = abs(x[i + 1] - x[i])
        ways, path = rolling_sum(moves, period), 0.0
        for i in range(period - 1, n - 1):
            path += ways[i]
        for order in range(1, period + 1):
            for i in range(n - order):
                steps[i] = steps[i + 1] - steps[i]
        for i in range(period, n):
            out[i] = abs(steps[i - period]) / path
    return out


@kernel
def weighted_lines(
    first: FloatArray, second: FloatArray, third: FloatArray, fourth: FloatArray
) -> FloatArray:
    """Sum of four lines with weights 1 to 4."""
    out = np.empty(len(first))
    for i in range(len(first)):
        out[i] = first[i] + 2.0 * second[i] + 3.0 * third[i] + 4.0 * fourth[i]
    return out


@kernel
def index_of_moves(x: FloatArray, volume: FloatArray) -> FloatArray:
    """Product of the ratios of prices in bars whose volume rose, from 1000 on."""
    n = len(x)
    out = np.empty(n)
    value = 1000.0
    for i in range(n):
        if i and volume[i] > volume[i - 1]:
            value *= 1.0 + (x[i] - x[i - 1]) / x[i - 1]
        out[i] = value
    return out


@kernel
def moves_from_extremes(candles: FloatArray) -> FloatArray:
    """Sum of rises of the open from the lower of low and last open, and of its falls."""
    n = len(candles)
    out = np.zeros(n)
    total = 0.0
    for i in range(1, n):
        now, before = candles[i, OPEN], candles[i - 1, OPEN]
        if now > before:
            total += now - min(candles[i, LOW], before)
        elif now < before:
            total += now - max(candles[i, HIGH], before)
        out[i] = total
    return out


@kernel
def signed_volume(candles: FloatArray) -> FloatArray:
    """Sum of the volume of rising bars less that of falling ones; the first counts as rising."""
    n = len(candles)
    out = np.empty(n)
    total = candles[0, VOLUME]
    out[0] = total
    for i in range(1, n):
        if candles[i, CLOSE] > candles[i - 1, CLOSE]:
            total += candles[i, VOLUME]
        elif candles[i, CLOSE] < candles[i - 1, CLOSE]:
            total -= candles[i, VOLUME]
        out[i] = total
    return out


@kernel
def fractal_efficiency(x: FloatArray, period: int, rate: float) -> FloatArray:
    """Size of differences by the length of the way, with their sign, smoothed; 0 from a NaN on."""
    n = len(x)
    out, steps = np.zeros(n), x.copy()
    for order in range(1, period):
        for i in range(n - order):
            steps[i] = steps[i + 1] - steps[i]
    way = value = 0.0
    for i in range(1, n):
        way += np.sqrt(1.0 + (x[i] - x[i - 1]) ** 2)
        if i >= period:
            way -= np.sqrt(1.0 + (x[i - period + 1] - x[i - period]) ** 2)
        if i >= period - 1:
            step = steps[i - period + 1]
            size = 100.0 * np.sqrt(step * step + period * period) / way
            signed = size if step > 0.0 else -size
            value = rate * (signed if signed == signed else 0.0) + (1.0 - rate) * value
            out[i] = value
    return out


@kernel
def volume_moves(x: FloatArray, volume: FloatArray) -> FloatArray:
    """Volume times rate of change, of this bar and the last one; NaN before bar 2."""
    n = len(x)
    out = np.full(n, np.nan)
    before = np.nan
    for i in range(1, n):
        force = volume[i] * (x[i] - x[i - 1]) / x[i - 1]
        out[i] = force + before
        before = force
    return out


@kernel
def mean_body(candles: FloatArray, period: int) -> FloatArray:
    """Mean of close less open in the window; 0 before it is full, NaN from a NaN on."""
    n = len(candles)
    bodies, undefined = np.empty(n), 0
    for i in range(n):
        bodies[i] = candles[i, CLOSE] - candles[i, OPEN]
        undefined += bodies[i] != bodies[i]
    out = full_mean(bodies, period)
    if undefined:
        out = undefined_from(bodies, out, 0)
    out[: period - 1] = 0.0
    return out


@kernel
def centred(x: FloatArray) -> FloatArray:
    """``0.1 (x - 50)``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = 0.1 * (x[i] - 50.0)
    return out


@kernel
def inverse_fisher(x: FloatArray) -> FloatArray:
    """``((2 x)² - 1) / ((2 x)² + 1)``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        double = 2.0 * x[i]
        out[i] = (double * double - 1.0) / (double * double + 1.0)
    return out


@kernel
def wave_trend(x: FloatArray, rate: float, smoothing: float) -> FloatArray:
    """Distance to an exponential mean by 0.015 of its mean size, smoothed."""
    n = len(x)
    out = np.empty(n)
    middle, size, value = x[0], 0.0, 0.0
    for i in range(n):
        middle += rate * (x[i] - middle)
        size += rate * (abs(x[i] - middle) - size)
        place = (x[i] - middle) / (0.015 * (size if size != 0.0 else 1e-10))
        value += smoothing * (place - value)
        out[i] = value
    return out


@kernel
def short_mean(x: FloatArray, period: int) -> FloatArray:
    """Mean of the window, of the bars there are at the start."""
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        start = max(i - period + 1, 0)
        total = 0.0
        for k in range(start, i + 1):
            total += x[k]
        out[i] = total / (i - start + 1)
    return out


@kernel
def jurik_strength(x: FloatArray, period: int) -> FloatArray:
    """Jurik's relative strength; NaN before bar `period`, 50 where there were no moves yet."""
    n = len(x)
    out = np.full(n, np.nan)
    rate = 3.0 / (period + 2.0)
    moves, sizes = np.zeros(6), np.zeros(6)
    warm_up = max(period - 1, 5)
    count, moved = 0, False
    for i in range(period, n):
        if count == 0:
            count, moved = 1, False
            out[i] = 50.0
            continue
        count = min(count, warm_up) + 1
        move = 100.0 * x[i] - 100.0 * x[i - 1]
        size = abs(move)
        for stage in range(0, 6, 2):
            moves[stage] += rate * (move - moves[stage])
            moves[stage + 1] += rate * (moves[stage] - moves[stage + 1])
            move = 1.5 * moves[stage] - 0.5 * moves[stage + 1]
            sizes[stage] += rate * (size - sizes[stage])
            sizes[stage + 1] += rate * (sizes[stage] - sizes[stage + 1])
            size = 1.5 * sizes[stage] - 0.5 * sizes[stage + 1]
        if count <= warm_up and x[i] != x[i - 1]:
            moved = True
        if count == warm_up and not moved:
            count = 0
        out[i] = 50.0
        if count > warm_up and size > 1e-10:
            out[i] = min(max((move / size + 1.0) * 50.0, 0.0), 100.0)
    return out


@kernel
def foretold(
    x: FloatArray, wave: float, edge: float, period: int, order: int
) -> tuple[FloatArray, FloatArray]:
    """Ehlers' predictor of a band-pass filter, and the filter; 0 before there are enough bars."""
    n = len(x)
    ahead, band = np.zeros(n), np.zeros(n)
    for i in range(max(period, 5, order) + 1, n):
        band[i] = (
            0.5 * (1.0 - edge) * (x[i] - x[i - 2])
            + wave * (1.0 + edge) * band[i - 1]
            - edge * band[i - 2]
        )
        known = 0.0
        for k in range(order):
            known += (k + 1.0) / order * ahead[i - order + k]
        ahead[i] = (3.0 + order) / 2.0 * band[i] - known
    return ahead, band
