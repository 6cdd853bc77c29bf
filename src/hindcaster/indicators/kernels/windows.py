"""Values of the last `period` bars: sum, mean, deviation, extremes.

Extremes are found as sums are, see `sums`.
"""

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.sums import window_sum

ROUNDING = 2.0**-52  # of a number of size 1
_FEW = 10  # bars in a window up to which going over each is quicker than a second pass


@kernel
def undefined_from(x: FloatArray, values: FloatArray, first: int) -> FloatArray:
    """Make values NaN from where `x` first is, as sums carried along from bar `first` are."""
    undefined = 0
    for i in range(first, len(x)):
        undefined += x[i] != x[i]
    if undefined:
        for i in range(first, len(x)):
            if x[i] != x[i]:
                values[i:] = np.nan
                break
    return values


@kernel
def rolling_sum(x: FloatArray, period: int) -> FloatArray:
    """Sum of the window; NaN before it is full and while there is a NaN in it."""
    return window_sum(x, period, 1.0)


@kernel
def full_mean(x: FloatArray, period: int) -> FloatArray:
    """Mean of the window; NaN before it is full and while there is a NaN in it."""
    return window_sum(x, period, float(period))


@kernel
def net_rises(x: FloatArray, period: int) -> FloatArray:
    """Rises less falls as a percentage of both, over the moves of the window; 0 without moves."""
    n = len(x)
    sizes, undefined = np.zeros(n), 0
    if n:
        moved, then, now = sizes[1:], x[: n - 1], x[1:]
        for i in range(n - 1):
            moved[i] = abs(now[i] - then[i])
            undefined += moved[i] != moved[i]
    out = np.empty(n)
    first = min(period, n)
    out[:first] = np.nan
    if undefined:  # such moves count as none
        moves = np.zeros(n)
        for i in range(1, n):
            if sizes[i] == sizes[i]:
                moves[i] = x[i] - x[i - 1]
            else:
                sizes[i] = 0.0
        ways = window_sum(moves, period, 1.0)[first:]
    else:
        ways = x[first:] - x[: n - first]
    paths, shares = window_sum(sizes, period, 1.0)[first:], out[first:]
    for i in range(n - first):
        shares[i] = 100.0 * ways[i] / paths[i] if paths[i] != 0.0 else 0.0
    return out


@kernel
def rolling_mean(x: FloatArray, period: int) -> FloatArray:
    """Mean of the values in the window that are not NaN; NaN before the window is full."""
    n = len(x)
    out = window_sum(x, period, float(period))
    undefined = 0
    for i in range(n):
        undefined += out[i] != out[i]
    if undefined == min(period - 1, n):
        return out
    for i in range(period - 1, n):
        if np.isnan(out[i]):
            total, known = 0.0, 0
            for k in range(i - period + 1, i + 1):
                if not np.isnan(x[k]):
                    total += x[k]
                    known += 1
            out[i] = total / known
    return out


@kernel
def rolling_variance(x: FloatArray, period: int) -> FloatArray:
    """Population variance of the window; NaN before it is full and while a NaN is in it."""
    return rolling_spread(x, period)[1]


@kernel
def rolling_spread(x: FloatArray, period: int) -> tuple[FloatArray, FloatArray]:
    """Mean and population variance of the window; NaN before it is full, while a NaN is in it.

    In blocks of `period` bars: a window is the end of one block and the beginning of the next, and
    distances are to the first value of the newer one, which is in the window.
    """
    n = len(x)
    mean, variance = np.empty(n), np.empty(n)
    for i in range(min(period - 1, n)):
        mean[i] = variance[i] = np.nan
    if period <= _FEW:
        _spread_of_few(x, period, mean, variance)
        return mean, variance
    sums = np.zeros(4 * period + 2)
    ends, square_ends = sums[: period + 1], sums[period + 1 : 2 * period + 2]
    begins, square_begins = sums[2 * period + 2 : 3 * period + 2], sums[3 * period + 2 :]
    for begin in range(0, n, period):
        base, count = x[begin], min(period, n - begin)
        new, old = x[begin : begin + count], x[max(begin - period, 0) : begin]
        total = squares = end = square_end = 0.0
        for k in range(len(old)):  # always `period` of them, which may be more than `count`
            distance = old[period - 1 - k] - base
            end += distance
            square_end += distance * distance
            ends[period - 1 - k], square_ends[period - 1 - k] = end, square_end
            if k < count:
                distance = new[k] - base
                total += distance
                squares += distance * distance
                begins[k], square_begins[k] = total, squares
        if begin == 0:
            if count < period:
                break
            for k in range(period):
                distance = new[k] - base
                total += distance
                squares += distance * distance
            means, variances = mean[period - 1 :], variance[period - 1 :]
            means[0] = total / period
            spread = squares / period - means[0] * means[0]
            variances[0] = spread if spread > 0.0 or spread != spread else 0.0
            means[0] += base
            continue
        means, variances = mean[begin : begin + count], variance[begin : begin + count]
        for k in range(count):
            means[k] = (ends[k + 1] + begins[k]) / period
        for k in range(count):
            spread = (square_ends[k + 1] + square_begins[k]) / period - means[k] * means[k]
            variances[k] = spread if spread > 0.0 or spread != spread else 0.0
        for k in range(count):
            means[k] += base
    return mean, variance


@kernel
def bands(
    x: FloatArray, period: int, above: float, below: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean of the window and lines some deviations above and below it; NaN from a NaN on."""
    middle, upper = rolling_spread(x, period)
    middle = undefined_from(x, middle, 0)
    lower = np.empty(len(x))
    for i in range(len(x)):
        width = np.sqrt(upper[i])
        upper[i] = middle[i] + above * width
        lower[i] = middle[i] - below * width
    return upper, middle, lower


@kernel
def band_width(x: FloatArray, period: int, factor: float) -> FloatArray:
    """Deviation times a factor by the mean of the window; NaN from a NaN on."""
    middle, out = rolling_spread(x, period)
    for i in range(len(x)):
        out[i] = factor * np.sqrt(out[i]) / middle[i]
    return undefined_from(x, out, 0)


@subkernel
def _spread_of_few(x: FloatArray, period: int, mean: FloatArray, variance: FloatArray) -> None:
    """Write mean and variance of the window from distances to its newest value, lag by lag."""
    n = len(x)
    if n < period:
        return
    newest, mean, variance = x[period - 1 :], mean[period - 1 :], variance[period - 1 :]
    for i in range(len(mean)):
        mean[i] = variance[i] = newest[i] - newest[i]  # NaN if it is
    for lag in range(1, period):
        old = x[period - 1 - lag : n - lag]
        for i in range(len(mean)):
            distance = old[i] - newest[i]
            mean[i] += distance
            variance[i] += distance * distance
    for i in range(len(mean)):
        mean[i] /= period
        spread = variance[i] / period - mean[i] * mean[i]
        variance[i] = spread if spread > 0.0 or spread != spread else 0.0
        mean[i] += newest[i]


@kernel
def rolling_covariance(
    x: FloatArray, y: FloatArray, period: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sums over the window of (x - mean)(y - mean), (x - mean)² and (y - mean)²."""
    n = len(x)
    both, of_x, of_y = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for i in range(period - 1, n):
        start = i - period + 1
        mean_x = mean_y = 0.0
        for k in range(start, i + 1):
            mean_x += x[k]
            mean_y += y[k]
        mean_x /= period
        mean_y /= period
        xy = xx = yy = 0.0
        for k in range(start, i + 1):
            xy += (x[k] - mean_x) * (y[k] - mean_y)
            xx += (x[k] - mean_x) ** 2
            yy += (y[k] - mean_y) ** 2
        both[i], of_x[i], of_y[i] = xy, xx, yy
    return both, of_x, of_y


@kernel
def rolling_moment(x: FloatArray, period: int, order: int) -> FloatArray:
    """Standardised central moment of the window: mean of ((x - mean) / deviation) ** order.

    NaN where the values differ by no more than rounding.
    """
    n = len(x)
    out = np.full(n, np.nan)
    for i in range(period - 1, n):
        mean = 0.0
        for k in range(i - period + 1, i + 1):
            mean += x[k]
        mean /= period
        squares = powers = 0.0
        for k in range(i - period + 1, i + 1):
            distance = x[k] - mean
            squares += distance**2
            powers += distance**order
        if squares / period > (ROUNDING * mean) ** 2:
            out[i] = (powers / period) / (squares / period) ** (order / 2.0)
    return out


@kernel
def rolling_max(x: FloatArray, period: int) -> FloatArray:
    """Highest value of the window; NaN before it is full and while there is a NaN in it."""
    return _extreme(x, period, 1.0, period - 1, False, False)


@kernel
def rolling_min(x: FloatArray, period: int) -> FloatArray:
    """Lowest value of the window; NaN before it is full and while there is a NaN in it."""
    return _extreme(x, period, -1.0, period - 1, False, False)


@kernel
def partial_max(x: FloatArray, period: int) -> FloatArray:
    """Highest value of the window, of the bars there are at the start."""
    return _extreme(x, period, 1.0, 0, False, False)


@kernel
def partial_min(x: FloatArray, period: int) -> FloatArray:
    """Lowest value of the window, of the bars there are at the start."""
    return _extreme(x, period, -1.0, 0, False, False)


@kernel
def place_of_max(x: FloatArray, period: int) -> FloatArray:
    """Bar of the window with the highest value, 0 the oldest; the first of several.

    The oldest bar if its value is NaN; other NaN are passed over.
    """
    return _extreme(x, period, 1.0, period - 1, True, True)


@kernel
def scaled_place(x: FloatArray, period: int, sign: float, scale: float) -> FloatArray:
    """Bar of the window with the highest value (lowest for a `sign` of -1), times `scale`.

    The first of several; the first undefined bar of a window is taken for its extreme.
    """
    out = _extreme(x, period, sign, period - 1, True, True)
    undefined = -1  # the last bar that is
    for i in range(len(x)):
        if x[i] != x[i]:
            undefined = i
        start = i - period + 1
        if start >= 0 and undefined >= start:
            place = 0
            while x[start + place] == x[start + place]:
                place += 1
            out[i] = place
        out[i] *= scale
    return out


@kernel
def place_of_min(x: FloatArray, period: int) -> FloatArray:
    """Bar of the window with the lowest value, 0 the oldest; the first of several.

    The oldest bar if its value is NaN; other NaN are passed over.
    """
    return _extreme(x, period, -1.0, period - 1, True, True)


@kernel
def distance_of_places(high: FloatArray, low: FloatArray, period: int, scale: float) -> FloatArray:
    """Bars between the place of the highest high and that of the lowest low, by `period`."""
    top, bottom = place_of_max(high, period), place_of_min(low, period)
    for i in range(len(top)):
        top[i] = scale * (top[i] - bottom[i]) / period
    return top


@subkernel
def _extreme_of_numbers(x: FloatArray, period: int, sign: float, partial: bool) -> FloatArray:
    """Highest value of the window (lowest for a `sign` of -1), none being NaN."""
    n = len(x)
    out = np.full(n, np.nan)
    if partial and n:
        best = x[0]
        for i in range(min(period - 1, n)):
            best = x[i] if sign * x[i] > sign * best else best
            out[i] = best
    if n < period:
        return out
    power, spare, other, size = x, np.empty(n), np.empty(n), 1  # extremes of `size` values
    while 2 * size <= period:
        newer, older, both = power[2 * size - 1 :], power[size - 1 :], spare[2 * size - 1 :]
        if sign > 0.0:
            for i in range(len(both)):
                both[i] = newer[i] if newer[i] > older[i] else older[i]
        else:
            for i in range(len(both)):
                both[i] = newer[i] if newer[i] < older[i] else older[i]
        power, spare, other = spare, other, spare
        size *= 2
    newer, older, both = power[period - 1 :], power[size - 1 :], out[period - 1 :]
    if sign > 0.0:
        for i in range(len(both)):
            both[i] = newer[i] if newer[i] > older[i] else older[i]
    else:
        for i in range(len(both)):
            both[i] = newer[i] if newer[i] < older[i] else older[i]
    return out


@subkernel
def _place_of_numbers(x: FloatArray, period: int, sign: float) -> FloatArray:
    """Bar of the full window with its extreme, the first of several; no value is NaN."""
    n = len(x)
    out = np.empty(n)
    best, extreme = 0, sign * x[0] if n else 0.0
    for i in range(n):
        start, value = i - period + 1, sign * x[i]
        if best < start:
            best, extreme = start, sign * x[start]
            for k in range(start + 1, i + 1):
                other = sign * x[k]
                if other > extreme:
                    best, extreme = k, other
        elif value > extreme:
            best, extreme = i, value
        out[i] = best - start if start >= 0 else np.nan
    return out


@subkernel
def _extreme(
    x: FloatArray, period: int, sign: float, first: int, place: bool, pass_over: bool
) -> FloatArray:
    n = len(x)
    undefined = 0
    for i in range(n):
        undefined += np.isnan(x[i])
    if not undefined:
        if place:
            return _place_of_numbers(x, period, sign)
        return _extreme_of_numbers(x, period, sign, first == 0)
    out = np.full(n, np.nan)
    best = -1  # bar of the extreme in the window
    bad = -1
    for i in range(n):
        if np.isnan(x[i]):
            bad = i
        start = max(i - period + 1, 0)
        bad_inside = bad >= start
        if best < start or bad_inside:
            best = start if pass_over else max(start, bad + 1)
            for k in range(best + 1, i + 1):
                if sign * x[k] > sign * x[best]:
                    best = k
        elif sign * x[i] > sign * x[best]:
            best = i
        if i >= first and (pass_over or not bad_inside):
            out[i] = best - start if place else x[best]
    return out


@kernel
def median_deviation(x: FloatArray, period: int) -> FloatArray:
    """Median distance of the window's values to their median; NaN while a NaN is in it.

    The window is kept in order. Distances to its middle grow to either side, so the median one is
    found by going outwards.
    """
    n = len(x)
    out = np.full(n, np.nan)
    ordered = np.empty(period)
    held, middle = 0, period // 2
    for i in range(n):
        if np.isnan(x[i]):
            held = 0
            continue
        if held == period:
            place = 0
            while ordered[place] != x[i - period]:
                place += 1
            held -= 1
            for k in range(place, held):
                ordered[k] = ordered[k + 1]
        place = held
        while place > 0 and ordered[place - 1] > x[i]:
            ordered[place] = ordered[place - 1]
            place -= 1
        ordered[place] = x[i]
        held += 1
        if held < period:
            continue
        centre = ordered[middle]
        if period % 2 == 0:
            centre = (ordered[middle - 1] + centre) / 2.0
        left, right = middle - 1, middle
        before = distance = 0.0
        for _ in range(middle + 1):
            before = distance
            if left < 0 or (right < period and ordered[right] - centre <= centre - ordered[left]):
                distance = ordered[right] - centre
                right += 1
            else:
                distance = centre - ordered[left]
                left -= 1
        out[i] = distance if period % 2 else (before + distance) / 2.0
    return out


@kernel
def channel_index(x: FloatArray, period: int) -> FloatArray:
    """Distance to the window's mean by 0.015 of the mean distance to it; 0 if there is none."""
    n = len(x)
    out = np.full(n, np.nan)
    if n < period:
        return out
    means = rolling_spread(x, period)[0][period - 1 :]  # of equal values it is that value
    distance = np.zeros(len(means))
    for k in range(period):
        part = x[k : k + len(means)]
        for i in range(len(means)):
            distance[i] += abs(part[i] - means[i])
    for i in range(len(means)):
        gap = x[period - 1 + i] - means[i]
        spread = 0.015 * distance[i] / period
        out[period - 1 + i] = gap / spread if spread != 0.0 else 0.0
    return out
