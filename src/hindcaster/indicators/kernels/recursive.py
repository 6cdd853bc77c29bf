"""Values that are made of the bar's price and their own previous value."""

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.windows import rolling_max, rolling_min, rolling_sum


@subkernel
def carry(
    x: FloatArray, out: FloatArray, begin: int, before: float, alpha: float, keep: float
) -> None:
    """Write ``y = alpha * x + keep * y'`` from bar `begin` on, after the value `before`.

    Each of four bars is made of the prices since the last of the four before and of its value, so
    the machine need not wait for one bar to begin the next. A bar's value is made the same way
    whether bars follow or not.
    """
    keep2 = keep * keep
    keep3 = keep2 * keep
    keep4 = keep2 * keep2
    n = len(x)
    value = before
    i = begin
    while i + 4 <= n:
        new1 = alpha * x[i]
        new2 = alpha * x[i + 1] + keep * new1
        new3 = alpha * x[i + 2] + keep * new2
        new4 = alpha * x[i + 3] + keep * new3
        out[i] = new1 + keep * value
        out[i + 1] = new2 + keep2 * value
        out[i + 2] = new3 + keep3 * value
        value = out[i + 3] = new4 + keep4 * value
        i += 4
    new, power = 0.0, 1.0
    for k in range(i, n):
        new = alpha * x[k] + keep * new if k > i else alpha * x[k]
        power = keep if k == i else keep2 if k == i + 1 else keep3
        out[k] = new + power * value


@kernel
def exponential(x: FloatArray, alpha: float) -> FloatArray:
    """``y = alpha * x + (1 - alpha) * y'``, from the first value on; NaN stays from a NaN on."""
    out = np.empty_like(x)
    if len(x):
        out[0] = x[0]
        carry(x, out, 1, x[0], alpha, 1.0 - alpha)
    return out


@kernel
def late_exponential(x: FloatArray, alpha: float, first: int) -> FloatArray:
    """Like `exponential` from the second value on; NaN before bar `first`."""
    n = len(x)
    out = np.empty(n)
    if n > 1:
        out[1] = x[1]
        carry(x, out, 2, x[1], alpha, 1.0 - alpha)
    for i in range(min(first, n)):
        out[i] = np.nan
    return out


@kernel
def convergence(
    x: FloatArray, fast: float, slow: float, of_signal: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Exponential mean less a slower one, that line's own mean, and their difference.

    Where the line is undefined it is 0, but not in the difference.
    """
    line, slower = exponential(x, fast), exponential(x, slow)
    rest = slower
    for i in range(len(x)):
        rest[i] = line[i] - slower[i]
        line[i] = rest[i] if rest[i] == rest[i] else 0.0
    signal = exponential(line, of_signal)
    for i in range(len(x)):
        rest[i] -= signal[i]
    return line, signal, rest


@kernel
def beside(
    x: FloatArray, width: FloatArray, above: float, below: float
) -> tuple[FloatArray, FloatArray]:
    """Lines above and below a line, by so many widths."""
    upper, lower = np.empty_like(x), np.empty_like(x)
    for i in range(len(x)):
        upper[i] = x[i] + above * width[i]
        lower[i] = x[i] - below * width[i]
    return upper, lower


@kernel
def beside_by_distance(
    x: FloatArray, other: FloatArray, bars: int, above: float, below: float
) -> tuple[FloatArray, FloatArray]:
    """Lines beside a line by the root mean square of another's distance over the last bars."""
    squares = 0.0
    for i in range(max(len(x) - bars, 0), len(x)):
        squares += (other[i] - x[i]) ** 2
    width = np.sqrt(squares / bars)
    upper, lower = np.empty_like(x), np.empty_like(x)
    for i in range(len(x)):
        upper[i] = x[i] + above * width
        lower[i] = x[i] - below * width
    return upper, lower


@kernel
def twice_exponential(x: FloatArray, alpha: float) -> FloatArray:
    """``2 a - b``: a is the exponential mean, b that of a."""
    out = np.empty_like(x)
    keep = 1.0 - alpha
    if len(x):
        once = twice = x[0]
        for i in range(len(x)):
            once = alpha * x[i] + keep * once
            twice = alpha * once + keep * twice
            out[i] = 2.0 * once - twice
    return out


@kernel
def thrice_exponential(x: FloatArray, alpha: float) -> FloatArray:
    """``3 a - 3 b + c``: a is the exponential mean, b that of a, c that of b."""
    out = np.empty_like(x)
    keep = 1.0 - alpha
    if len(x):
        once = twice = thrice = x[0]
        keep2, n = keep * keep, len(x)
        for i in range(0, n - 1, 2):  # two bars at a time, each made of the values before both
            price1, price2 = alpha * x[i], alpha * x[i + 1]
            first, once = price1 + keep * once, (price2 + keep * price1) + keep2 * once
            price1, price2 = alpha * first, alpha * once
            second, twice = price1 + keep * twice, (price2 + keep * price1) + keep2 * twice
            price1, price2 = alpha * second, alpha * twice
            third, thrice = price1 + keep * thrice, (price2 + keep * price1) + keep2 * thrice
            out[i] = 3.0 * first - 3.0 * second + third
            out[i + 1] = 3.0 * once - 3.0 * twice + thrice
        if n % 2:
            once = alpha * x[n - 1] + keep * once
            twice = alpha * once + keep * twice
            thrice = alpha * twice + keep * thrice
            out[n - 1] = 3.0 * once - 3.0 * twice + thrice
    return out


@kernel
def exponential_after(x: FloatArray, alpha: float, before: float) -> FloatArray:
    """Like `exponential`, with a given value before the first one."""
    out = np.empty_like(x)
    carry(x, out, 0, before, alpha, 1.0 - alpha)
    return out


@kernel
def wilder_mean(x: FloatArray, period: int) -> FloatArray:
    """Mean of the first `period` values, then ``(y' * (period - 1) + x) / period``."""
    n = len(x)
    out = np.full(n, np.nan)
    if n < period:
        return out
    value = 0.0
    for i in range(period):
        value += x[i]
    value /= period
    out[period - 1] = value
    carry(x, out, period, value, 1.0 / period, 1.0 - 1.0 / period)
    return out


@kernel
def unbiased_exponential(x: FloatArray, alpha: float) -> FloatArray:
    """Exponential mean of all bars so far, its weights ``(1 - alpha) ** k`` summing to one."""
    out = np.empty_like(x)
    weighted = total = 0.0
    if alpha == 1.0 and len(x) > 1:
        out[:] = np.nan
        return out
    for i in range(len(x)):
        weighted = x[i] + (1.0 - alpha) * weighted
        total = 1.0 + (1.0 - alpha) * total
        out[i] = weighted / total
    return out


@kernel
def adaptive_exponential(x: FloatArray, rates: FloatArray, first: int) -> FloatArray:
    """``y' + rate * (x - y')`` with a rate for each bar from bar `first` on; before, `x` itself."""
    out = x.copy()
    first = max(first, 1)
    if first < len(x):
        value, n = x[first - 1], len(x)
        for i in range(first, n - 1, 2):  # two bars at a time, each made of the value before both
            new1, new2 = rates[i] * x[i], rates[i + 1] * x[i + 1]
            keep1, keep2 = 1.0 - rates[i], 1.0 - rates[i + 1]
            out[i] = new1 + keep1 * value
            value = out[i + 1] = (new2 + keep2 * new1) + keep2 * keep1 * value
        if (n - first) % 2:
            out[n - 1] = rates[n - 1] * x[n - 1] + (1.0 - rates[n - 1]) * value
    return out


@kernel
def by_efficiency(x: FloatArray, period: int, factor: float, least: float) -> FloatArray:
    """Adaptive mean with the rate ``(efficiency * factor + least) ** 2``; `period` prices first."""
    rates = efficiency(x, period)
    for i in range(len(x)):
        rate = rates[i] * factor + least
        rates[i] = rate * rate
    return adaptive_exponential(x, rates, period)


@kernel
def efficiency(x: FloatArray, period: int) -> FloatArray:
    """Kaufman's efficiency ratio: the move over `period` bars by the sum of the moves of each.

    0 where prices did not move; NaN before there are that many moves.
    """
    n = len(x)
    moves = np.zeros(n)
    for i in range(1, n):
        moves[i] = abs(x[i] - x[i - 1])
    path = rolling_sum(moves[1:], period)
    out = np.full(n, np.nan)
    for i in range(period, n):
        straight = abs(x[i] - x[i - period])
        out[i] = straight / path[i - 1] if path[i - 1] != 0.0 else 0.0
    return out


@kernel
def percent_moves(x: FloatArray, bars: int) -> FloatArray:
    """Change over some bars in percent; 0 where there was nothing, NaN for the first bars."""
    out = np.full(len(x), np.nan)
    for i in range(bars, len(x)):
        before = x[i - bars]
        out[i] = 100.0 * (x[i] - before) / before if before != 0.0 else 0.0
    return out


@kernel
def holt_winters(x: FloatArray, na: float, nb: float, nc: float) -> FloatArray:
    """Level, trend and acceleration smoothed by `na`, `nb` and `nc`; gives the next level."""
    n = len(x)
    out = np.empty(n)
    level, trend, change = x[0] if n else 0.0, 0.0, 0.0
    for i in range(n):
        new_level = (1.0 - na) * (level + trend + 0.5 * change) + na * x[i]
        new_trend = (1.0 - nb) * (trend + change) + nb * (new_level - level)
        change = (1.0 - nc) * change + nc * (new_trend - trend)
        level, trend = new_level, new_trend
        out[i] = level + trend + 0.5 * change
    return out


@kernel
def mcginley(x: FloatArray, scale: float) -> FloatArray:
    """``y' + (x - y') / max(scale * (x / y') ** 4, 1)``, from the first value on; 0 stays 0."""
    out = np.empty_like(x)
    value = x[0]
    for i in range(len(x)):
        if value != 0.0:
            value += (x[i] - value) / max(scale * (x[i] / value) ** 4, 1.0)
        out[i] = value
    return out


@kernel
def jurik(x: FloatArray, alpha: float, beta: float, phase: float) -> FloatArray:
    """Jurik's average: a smoothed price, its error, and a smoothed step towards both."""
    out = np.empty_like(x)
    smooth = error = step = 0.0
    value = out[0] = x[0]
    for i in range(1, len(x)):
        smooth = (1.0 - alpha) * x[i] + alpha * smooth
        error = (x[i] - smooth) * (1.0 - beta) + beta * error
        step = (smooth + phase * error - value) * (1.0 - alpha) ** 2 + alpha * alpha * step
        value += step
        out[i] = value
    return out


@kernel
def fractal_adaptive(
    high: FloatArray, low: FloatArray, close: FloatArray, window: int, fast: float, slow: float
) -> FloatArray:
    """Exponential mean whose rate follows the fractal dimension of the `window` bars before.

    `window` is even. It starts at bar ``window - 1`` with the mean of the closes so far.
    """
    n = len(close)
    out = np.full(n, np.nan)
    if n < window:
        return out
    half = window // 2
    tops, bottoms = rolling_max(high, half), rolling_min(low, half)
    scale, doubling = np.log(2.0 / (slow + 1.0)), np.log(2.0)
    value = out[window - 1] = close[:window].mean()
    dimension = 0.0
    for i in range(window, n):
        top1, bottom1 = tops[i - 1], bottoms[i - 1]
        top2, bottom2 = tops[i - half - 1], bottoms[i - half - 1]
        newer, older = (top1 - bottom1) / half, (top2 - bottom2) / half
        whole = (max(top1, top2) - min(bottom1, bottom2)) / window
        if newer > 0.0 and older > 0.0 and whole > 0.0:
            dimension = np.log((newer + older) / whole) / doubling
        rate = min(max(np.exp(scale * (dimension - 1.0)), 0.1), 1.0)
        bars = (slow - fast) * ((2.0 - rate) / rate - 1.0) / (slow - 1.0) + fast
        alpha = min(max(2.0 / (bars + 1.0), 2.0 / (slow + 1.0)), 1.0)
        value = alpha * close[i] + (1.0 - alpha) * value
        out[i] = value
    return out


@kernel
def true_range(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Range of the bar and the gap before it: max(h - l, |h - c'|, |l - c'|); first h - l."""
    n = len(close)
    out = np.empty(n)
    if n:
        out[0] = high[0] - low[0]
    for i in range(1, n):
        before = close[i - 1]
        out[i] = max(high[i] - low[i], abs(high[i] - before), abs(low[i] - before))
    return out


@kernel
def relative_strength(x: FloatArray, period: int) -> FloatArray:
    """Wilder's relative strength index; 100 where nothing fell, NaN before bar `period`."""
    n = len(x)
    out = np.full(n, np.nan)
    rise = fall = 0.0
    share = 1.0 / period
    for i in range(1, n):
        move = x[i] - x[i - 1]
        keep = 1.0 if i <= period else 1.0 - share
        rise = rise * keep + max(move, 0.0) * share
        fall = fall * keep + max(-move, 0.0) * share
        if i >= period:
            out[i] = 100.0 - 100.0 / (1.0 + rise / fall) if fall != 0.0 else 100.0
    return out


@kernel
def lagged_sum(x: FloatArray) -> FloatArray:
    """``y = x + y[i - 1] / 2 - y[i - 3] / 2``, lags as far as there are bars."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = x[i]
        if i > 0:
            out[i] += 0.5 * out[i - 1]
        if i > 2:
            out[i] -= 0.5 * out[i - 3]
    return out
