"""Recursive filters: every value is a sum of prices and of previous values, with weights."""

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.weighted import weighted_sum
from hindcaster.indicators.kernels.windows import rolling_sum


@kernel
def one_pole(x: FloatArray, f0: float, f1: float, b1: float) -> FloatArray:
    """``y = f0 x + f1 x' + b1 y'`` from bar 1; before, ``x``."""
    n = len(x)
    out = x.copy()
    if n:
        moved, before, now = out[1:], x[: n - 1], x[1:]
        for i in range(n - 1):
            moved[i] = f0 * now[i] + f1 * before[i]
        last = x[0]
        # Bar by bar, unlike `carry`, whose rounding parts what the formula makes equal.
        for i in range(n - 1):
            last = moved[i] + b1 * last
            moved[i] = last
    return out


@kernel
def two_poles(x: FloatArray, f0: float, f1: float, f2: float, b1: float, b2: float) -> FloatArray:
    """``y = f0 x + f1 x[i - 1] + f2 x[i - 2] + b1 y[i - 1] + b2 y[i - 2]``; ``x`` before bar 2."""
    n = len(x)
    out = x.copy()
    for i in range(2, n):
        out[i] = f0 * x[i] + f1 * x[i - 1] + f2 * x[i - 2]
    if n > 1:
        before, last = x[0], x[1]
        for i in range(2, n):
            before, last = last, (out[i] + b2 * before) + b1 * last
            out[i] = last
    return out


@kernel
def three_poles(x: FloatArray, gain: float, b1: float, b2: float, b3: float) -> FloatArray:
    """``y = gain x + b1 y[i - 1] + b2 y[i - 2] + b3 y[i - 3]``; ``x`` before bar 3."""
    n = len(x)
    out = x.copy()
    if n > 2:
        third, second, last = x[0], x[1], x[2]
        for i in range(3, n):
            value = ((gain * x[i] + b3 * third) + b2 * second) + b1 * last
            third, second, last = second, last, value
            out[i] = value
    return out


@kernel
def gaussian(x: FloatArray, alpha: float, poles: int) -> FloatArray:
    """``alpha ** poles * x`` and the last values by binomial weights; 0 before the first bar."""
    gain, ways, count = alpha**poles, 1.0, max(poles, 0)
    feedback, out = np.empty(count), np.empty(len(x))
    for k in range(1, poles + 1):
        ways *= (poles + 1 - k) / k  # to choose k of the poles
        feedback[k - 1] = -((alpha - 1.0) ** k) * ways
    for i in range(len(x)):
        value = gain * x[i]
        for k in range(min(count, i)):
            value += feedback[k] * out[i - 1 - k]
        out[i] = value
    return out


@kernel
def ahead_of(x: FloatArray, bars: int) -> FloatArray:
    """``2 x`` less the value some bars before; the first ones as they are."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = 2.0 * x[i] - x[i - bars] if i >= bars else x[i]
    return out


@kernel
def sign_of_difference(x: FloatArray, y: FloatArray) -> FloatArray:
    """1 where ``x > y``, -1 where ``x < y``, else 0."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = 1.0 if x[i] > y[i] else -1.0 if x[i] < y[i] else 0.0
    return out


@kernel
def flex(smooth: FloatArray, period: int, sloped: bool) -> FloatArray:
    """Distance of a line to its last `period` values, by its own root mean square; 0 at first.

    If `sloped`, the distances are to the straight line from the oldest value to the newest, and
    what is undefined is 0.
    """
    n = len(smooth)
    out = np.zeros(n)
    square = 0.0
    # The sum of the distances, made of the moves: exactly 0 where there are none.
    moves = np.zeros(n)
    for i in range(1, n):
        moves[i] = smooth[i] - smooth[i - 1]
    weights = np.arange(1.0, period + 1.0)
    if sloped:
        weights -= (period + 1.0) / 2.0
    totals = weighted_sum(moves, weights, period)
    for i in range(period, n):
        total = totals[i] / period
        square = 0.04 * total * total + 0.96 * square
        if square > 0.0 or (np.isnan(square) and not sloped):
            out[i] = total / np.sqrt(square)
    return out


@kernel
def by_decaying_peak(x: FloatArray, decay: float) -> FloatArray:
    """Value by the largest one so far, which fades by `decay` a bar."""
    out = np.empty_like(x)
    peak = 0.0
    for i in range(len(x)):
        peak = max(decay * peak, abs(x[i]))
        out[i] = x[i] / peak
    return out


@kernel
def instantaneous_trend(x: FloatArray, alpha: float) -> FloatArray:
    """Ehlers' two-pole trend line; a plain smoother before bar 7, the price before bar 2."""
    n = len(x)
    out = x.copy()
    for i in range(2, n):
        if i < 7:
            out[i] = (x[i] + 2.0 * x[i - 1] + x[i - 2]) / 4.0
        else:
            out[i] = (
                (alpha - alpha * alpha / 4.0) * x[i]
                + alpha * alpha / 2.0 * x[i - 1]
                - (alpha - alpha * alpha * 3.0 / 4.0) * x[i - 2]
                + 2.0 * (1.0 - alpha) * out[i - 1]
                - (1.0 - alpha) ** 2 * out[i - 2]
            )
    return out


@kernel
def laguerre_strength(x: FloatArray, alpha: float) -> FloatArray:
    """Share of the rises in the differences between four Laguerre stages; 0 if there are none."""
    out = np.empty_like(x)
    gamma = 1.0 - alpha
    l0 = l1 = l2 = l3 = x[0]
    for i in range(len(x)):
        p0, p1, p2 = l0, l1, l2
        l0 = alpha * x[i] + gamma * p0
        l1 = -gamma * l0 + p0 + gamma * p1
        l2 = -gamma * l1 + p1 + gamma * p2
        l3 = -gamma * l2 + p2 + gamma * l3
        up = max(l0 - l1, 0.0) + max(l1 - l2, 0.0) + max(l2 - l3, 0.0)
        down = max(l1 - l0, 0.0) + max(l2 - l1, 0.0) + max(l3 - l2, 0.0)
        out[i] = up / (up + down) if up + down != 0.0 else 0.0
    return out


@kernel
def fisher_transform(
    x: FloatArray, highest: FloatArray, lowest: FloatArray, first: int
) -> FloatArray:
    """Fisher transform of the place of a price in its range, both smoothed; 0 before `first`.

    Where prices did not move the place is 0, and so is what it is smoothed with next. While a
    NaN is in the range values are NaN; then it begins anew.
    """
    n = len(x)
    out = np.zeros(n)
    place = 0.0
    for i in range(first, n):
        span = highest[i] - lowest[i]
        if np.isnan(span):
            place, out[i] = 0.0, np.nan
            continue
        if span > 0.0:
            place = 0.66 * ((x[i] - lowest[i]) / span - 0.5) + 0.67 * place
            place = min(max(place, -0.999), 0.999)
        else:
            place = 0.0
        before = 0.0 if np.isnan(out[i - 1]) else out[i - 1]
        out[i] = 0.5 * np.log((1.0 + place) / (1.0 - place)) + 0.5 * before
    return out


@kernel
def centre_of_gravity(x: FloatArray, period: int) -> FloatArray:
    """``-Σ (k + 1) x[i - k] / Σ x[i - k]`` over k = 0 … period - 2, from bar ``period + 1`` on."""
    if period == 1:
        return np.full(len(x), np.nan)
    places = np.arange(float(period - 1), 0.0, -1.0)
    out, total = weighted_sum(x, places, period + 1), rolling_sum(x, period - 1)
    for i in range(period + 1, len(x)):
        out[i] = -out[i] / total[i] if total[i] != 0.0 else 0.0
    return out


@kernel
def correlate_with_waves(x: FloatArray, period: int) -> tuple[FloatArray, FloatArray]:
    """Correlation of the bars before with a cosine and a sine of `period`, the newest bar first."""
    n = len(x)
    cosine, sine = np.empty(period), np.empty(period)
    for k in range(period):
        place = 2.0 * np.pi * (k + 1) / period
        cosine[k], sine[k] = np.cos(place), -np.sin(place)
    real, imag = np.full(n, np.nan), np.full(n, np.nan)
    sc = scc = ss = sss = 0.0
    for k in range(period):
        sc += cosine[k]
        scc += cosine[k] * cosine[k]
        ss += sine[k]
        sss += sine[k] * sine[k]
    spread_cosine, spread_sine = period * scc - sc * sc, period * sss - ss * ss
    for i in range(period, n):
        sx = sxx = sxc = sxs = 0.0
        for k in range(period):
            value = x[i - 1 - k]
            sx += value
            sxx += value * value
            sxc += value * cosine[k]
            sxs += value * sine[k]
        spread = period * sxx - sx * sx
        if spread > 0.0 and spread_cosine > 0.0:
            real[i] = (period * sxc - sx * sc) / np.sqrt(spread * spread_cosine)
        if spread > 0.0 and spread_sine > 0.0:
            imag[i] = (period * sxs - sx * ss) / np.sqrt(spread * spread_sine)
    return real, imag


@kernel
def cycle_angle(real: FloatArray, imag: FloatArray) -> FloatArray:
    """Angle of the correlation in degrees; it does not turn back unless it wraps around."""
    n = len(real)
    out = np.empty(n)
    previous = np.nan
    for i in range(n):
        angle = 0.0
        if imag[i] != 0.0:
            angle = np.degrees(np.arctan(real[i] / imag[i])) + 90.0
        if imag[i] > 0.0:
            angle -= 180.0
        out[i] = previous if previous > angle and previous - angle < 270.0 else angle
        previous = angle
    return out


@kernel
def cycle_state(angle: FloatArray, threshold: float) -> FloatArray:
    """Sign of an angle where it moves by less than `threshold` degrees a bar, else 0."""
    out = np.zeros(len(angle))
    for i in range(1, len(angle)):
        if abs(angle[i] - angle[i - 1]) < threshold:
            out[i] = np.sign(angle[i])
    return out


@kernel
def band_from_zero(x: FloatArray, gain: float, near: float, far: float) -> FloatArray:
    """``gain (x - x[i - 2]) + near y' + far y''``; 0 before bar 2, which has no feedback."""
    out = np.zeros(len(x))
    for i in range(2, len(x)):
        out[i] = gain * (x[i] - x[i - 2])
        if i > 2:
            out[i] += near * out[i - 1] + far * out[i - 2]
    return out


@kernel
def last_extremes(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Last local maximum and minimum, known one bar later; at first the first value."""
    n = len(x)
    peak, valley = x.copy(), x.copy()
    for i in range(1, n):
        peak[i], valley[i] = peak[i - 1], valley[i - 1]
        if i > 1:
            if x[i - 1] > x[i] and x[i - 1] > x[i - 2]:
                peak[i] = x[i - 1]
            if x[i - 1] < x[i] and x[i - 1] < x[i - 2]:
                valley[i] = x[i - 1]
    return peak, valley


@subkernel
def _hilbert(x: FloatArray, i: int, gain: float) -> float:
    """Hilbert transform of a series at place `i`; there are 6 before the first bar's."""
    value: float = 0.0962 * x[i] + 0.5769 * x[i - 2] - 0.5769 * x[i - 4] - 0.0962 * x[i - 6]
    return value * gain


@kernel
def mesa_adaptive(x: FloatArray, fast: float, slow: float) -> tuple[FloatArray, FloatArray]:
    """MESA adaptive average and its follower: the rate is `fast` by how far the phase turned.

    Everything starts at 0 at the first bar. The phase comes from the in-phase and the quadrature
    component of the smoothed price, whose period is estimated from how they turn.
    """
    n = len(x)
    # Places of these are 6 behind the bars': there is a 0 for each bar before the first one.
    smooth, trend, quadrature = np.zeros(n + 6), np.zeros(n + 6), np.zeros(n + 6)
    in_phase = np.zeros(n + 6)
    mama, fama = np.zeros(n), np.zeros(n)
    period = phase = i2 = q2 = re = im = average = follower = 0.0
    for i in range(1, n):
        two, three, at = max(i - 2, 0), max(i - 3, 0), i + 6
        smooth[at] = (4.0 * x[i] + 3.0 * x[i - 1] + 2.0 * x[two] + x[three]) / 10.0
        gain = 0.075 * period + 0.54
        trend[at] = _hilbert(smooth, at, gain)
        quadrature[at] = _hilbert(trend, at, gain)
        in_phase[at] = trend[at - 3]
        old_i2, old_q2 = i2, q2
        i2 = 0.2 * (in_phase[at] - _hilbert(quadrature, at, gain)) + 0.8 * i2
        q2 = 0.2 * (quadrature[at] + _hilbert(in_phase, at, gain)) + 0.8 * q2
        re = 0.2 * (i2 * old_i2 + q2 * old_q2) + 0.8 * re
        im = 0.2 * (i2 * old_q2 - q2 * old_i2) + 0.8 * im
        turn = 2.0 * np.pi / np.arctan(im / re) if im != 0.0 and re != 0.0 else 0.0
        turn = min(max(min(turn, 1.5 * period), 0.67 * period, 6.0), 50.0)
        period = 0.2 * turn + 0.8 * period
        old_phase = phase
        phase = 0.0
        if in_phase[at] != 0.0:
            phase = np.degrees(np.arctan(quadrature[at] / in_phase[at]))
        alpha = max(fast / max(old_phase - phase, 1.0), slow)
        average = alpha * x[i] + (1.0 - alpha) * average
        follower = 0.5 * alpha * average + (1.0 - 0.5 * alpha) * follower
        mama[i], fama[i] = average, follower
    return mama, fama
