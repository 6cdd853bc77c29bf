"""Returns of an equity curve: annualised return and risk, growth, and relation to the market.

Sums are taken pairwise with the block layout that NumPy uses, so that a spread which is exactly
zero there is exactly zero here, and the last digits agree.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray

_FACTORS: Final = 32  # of a geometric mean, multiplied before a logarithm is taken


@subkernel
def _block_sum(values: FloatArray, begin: int, end: int) -> float:
    """Sum of values[begin:end] in eight interleaved running sums."""
    part = values[begin:end]
    whole = part.size // 8 * 8
    total = 0.0
    if whole > 0:
        a = b = c = d = e = f = g = h = 0.0
        # Unsigned, because a position that might be negative takes a test at every access.
        for i in range(np.uint64(0), np.uint64(whole), np.uint64(8)):
            a += part[i]
            b += part[i + np.uint64(1)]
            c += part[i + np.uint64(2)]
            d += part[i + np.uint64(3)]
            e += part[i + np.uint64(4)]
            f += part[i + np.uint64(5)]
            g += part[i + np.uint64(6)]
            h += part[i + np.uint64(7)]
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(whole, part.size):
        total += part[i]
    return total


@kernel
def pairwise_sum(values: FloatArray) -> float:
    """Sum by halves, in the order in which NumPy adds a contiguous array.

    A part of more than 128 elements is the sum of its halves. The stack holds the right halves
    on the way down to the current part, and, once it was summed, the left one's sum.
    """
    right = np.empty(64, dtype=np.int64)  # first element, -1 once the left half is summed
    right_end = np.empty(64, dtype=np.int64)
    left_sum = np.empty(64)
    depth = 0
    begin = 0
    end = values.size
    while True:
        while end - begin > 128:
            middle = begin + (end - begin) // 16 * 8
            right[depth] = middle
            right_end[depth] = end
            depth += 1
            end = middle
        total = _block_sum(values, begin, end)
        while depth > 0 and right[depth - 1] < 0:
            depth -= 1
            total = left_sum[depth] + total
        if depth == 0:
            return total
        left_sum[depth - 1] = total
        begin = right[depth - 1]
        end = right_end[depth - 1]
        right[depth - 1] = -1


@kernel
def sample_variance(values: FloatArray) -> float:
    """Return the unbiased variance; NaN for fewer than two values."""
    n = values.size
    if n < 2:
        return math.nan
    mean = pairwise_sum(values) / n
    squares = np.empty(n)
    for i in range(n):
        squares[i] = (mean - values[i]) ** 2
    return pairwise_sum(squares) / (n - 1)


@kernel
def logarithms(values: FloatArray) -> FloatArray:
    """Natural logarithms of positive numbers, within one unit in the last place.

    The method of Sun's fdlibm (1993): values are brought to 2**k (1 + f) with 1 + f between
    sqrt(1/2) and sqrt(2), and log(1 + f) = f - s (f - R(s)) with s = f / (2 + f) and a polynomial
    R. Without branches, so that several are computed at once: twice as fast as the C library.
    """
    n = values.size
    logs = np.empty(n)
    parts = values.copy()
    bits = parts.view(np.int64)
    for i in range(n):
        mantissa = bits[i] & 0xFFFFFFFFFFFFF
        above = 1 if mantissa >= 0x6A09E667F3BCD else 0  # of sqrt(2)
        logs[i] = (bits[i] >> 52) - 1023 + above
        bits[i] = mantissa | ((1023 - above) << 52)
    for i in range(n):
        k = logs[i]
        f = parts[i] - 1.0
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
        odd = z * (
            0.6666666666666735130
            + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
        )
        half = 0.5 * f * f
        low = k * 1.90821492927058770002e-10  # log(2) in two parts
        correction = half - (s * (half + odd + even) + low)
        logs[i] = k * 6.93147180369123816490e-01 - (correction - f)
    for i in range(n):
        if not 2.3e-308 < values[i] < 1.7e308:  # no ordinary number
            logs[i] = math.log(values[i])
    return logs


@kernel
def geometric_mean(returns: FloatArray) -> float:
    """Mean return that compounds to the same growth; 0 after a loss of everything, NaN if empty."""
    n = returns.size
    if n == 0:
        return math.nan
    growth = np.empty(n)
    ruins = 0
    for i in range(n):
        growth[i] = 1.0 if returns[i] != returns[i] else returns[i] + 1.0
        ruins += growth[i] <= 0.0
    if ruins > 0:
        return 0.0
    # A logarithm for many factors, which lie apart so that several products are made at once; for
    # each of them, where a product leaves the numbers.
    count = n // _FACTORS
    products = np.empty(count + n % _FACTORS)
    for i in range(products.size):
        products[i] = 1.0 if i < count else growth[n - products.size + i]
    for part in range(_FACTORS):
        factors = growth[part * count :]
        for i in range(count):
            products[i] *= factors[i]
    for i in range(products.size):
        if not 1e-250 < products[i] < 1e250:
            return math.exp(pairwise_sum(logarithms(growth)) / n) - 1.0
    return math.exp(pairwise_sum(logarithms(products)) / n) - 1.0


@subkernel
def _returns_and_bars(equity: FloatArray, period_ends: IntArray) -> tuple[FloatArray, IntArray]:
    """Return of each period that has one, and the bar that ends the period."""
    returns = np.empty(period_ends.size)
    bars = np.empty(period_ends.size, np.int64)
    count = 0
    begin = 0
    previous = math.nan
    for k in range(period_ends.size):
        i = period_ends[k]
        while i > begin and math.isnan(equity[i]):
            i -= 1
        begin = period_ends[k] + 1
        if math.isnan(equity[i]):
            continue
        change = equity[i] / previous - 1.0
        previous = equity[i]
        if not math.isnan(change):
            returns[count] = change
            bars[count] = period_ends[k]
            count += 1
    return returns[:count], bars[:count]


@kernel
def period_returns(equity: FloatArray, period_ends: IntArray) -> FloatArray:
    """Return from each period's last known equity to the next one's; undefined ones are dropped."""
    count = period_ends.size
    # Where equity is known at every end, as in whole runs, several are computed at once.
    levels = np.empty(count)
    for k in range(count):
        levels[k] = equity[period_ends[k]]
    later = levels[1:]
    changes = np.empty(later.size)
    undefined = 0
    for k in range(later.size):
        changes[k] = later[k] / levels[k] - 1.0
        undefined += changes[k] != changes[k]
    if undefined == 0:
        return changes
    returns, _ = _returns_and_bars(equity, period_ends)
    return returns


@subkernel
def annual_moments(returns: FloatArray, factor: float) -> tuple[float, float]:
    """Return and volatility per year as fractions, of returns by period."""
    growth = 1.0 + geometric_mean(returns)
    spread = (sample_variance(returns) + growth**2) ** factor - growth ** (2.0 * factor)
    return growth**factor - 1.0, math.sqrt(spread) if spread >= 0.0 else math.nan


@kernel
def annualized(
    equity: FloatArray, period_ends: IntArray, factor: float, risk_free_rate: float
) -> tuple[float, float, float, bool]:
    """Annualise the returns of an equity curve.

    Returns
    -------
    tuple
        Return and volatility per year as fractions, Sortino ratio, whether any period lost
        everything.
    """
    returns = period_returns(equity, period_ends)
    annual_return, volatility = annual_moments(returns, factor)
    squares = np.empty(returns.size)
    ruined = False
    for i in range(returns.size):
        squares[i] = min(returns[i], 0.0) ** 2
        ruined |= returns[i] <= -1.0
    downside = math.sqrt(pairwise_sum(squares) / squares.size) * math.sqrt(factor)
    return annual_return, volatility, (annual_return - risk_free_rate) / downside, ruined


@kernel
def rolling_sharpe(
    equity: FloatArray, period_ends: IntArray, factor: float, window: int
) -> tuple[IntArray, FloatArray]:
    """Sharpe ratio of the latest periods, as it was at the end of each.

    It is the row Sharpe Ratio of `hindcaster.stats.summary.summarize`, without a risk-free rate,
    of the last `window` returns: their annualised return over their annualised volatility
    (Sharpe, "Mutual Fund Performance", Journal of Business 39(1), 1966; volatility by Tobin 1965).

    Returns
    -------
    tuple of numpy.ndarray
        Last bar of each period from the `window`-th return on, and the ratios; NaN where equity
        does not vary.
    """
    returns, bars = _returns_and_bars(equity, period_ends)
    count = max(returns.size - window + 1, 0)
    ratios = np.full(count, math.nan)
    for k in range(count):
        annual_return, volatility = annual_moments(returns[k : k + window], factor)
        if volatility > 0.0:
            ratios[k] = annual_return / volatility
    return bars[bars.size - count :], ratios


@kernel
def percent_change(base: float, value: float) -> float:
    """Change from a base in percent: from 0 an infinite one, or NaN if there is none."""
    if base == 0.0:
        return math.nan if value == base else math.copysign(math.inf, value - base)
    return (value - base) / base * 100.0


@kernel
def compound_growth(equity: FloatArray, years: float) -> float:
    """Growth per year that leads from the first to the last equity, as a fraction."""
    growth: float = (equity[-1] / equity[0]) ** (1.0 / years)
    return growth - 1.0


class MarketMoves(NamedTuple):
    """Log returns of the market as `market_beta` needs them.

    Attributes
    ----------
    deviations : numpy.ndarray of float64
        Log return from each bar to the next, less their mean.
    total, squares : float
        Sum of the deviations and of their squares.
    """

    deviations: FloatArray
    total: float
    squares: float


@kernel
def market_moves(close: FloatArray) -> MarketMoves:
    """Prepare what all runs over the same closes have in common."""
    n = close.size - 1
    deviations = np.empty(n)
    total = 0.0
    squares = 0.0
    mean = math.log(close[n] / close[0]) / n
    for i in range(n):
        y = math.log(close[i + 1] / close[i]) - mean
        deviations[i] = y
        total += y
        squares += y * y
    return MarketMoves(deviations, total, squares)


@kernel
def market_beta(equity: FloatArray, market: MarketMoves) -> float:
    """Covariance of the log returns of equity and market over the market's variance.

    The mean log return is known beforehand from the end points, so one pass over the bars is
    enough, without cancellation and without an array of logarithms.
    """
    n = equity.size - 1
    if n < 2:
        return math.nan
    mean = math.log(equity[n] / equity[0]) / n
    total = 0.0
    products = 0.0
    deviations = market.deviations
    for i in range(n):
        ratio = equity[i + 1] / equity[i]
        # Equity stands still while no trade is open: the logarithm is the costly part.
        x = (0.0 if ratio == 1.0 else math.log(ratio)) - mean
        total += x
        products += x * deviations[i]
    variation = market.squares - market.total * market.total / n
    return (products - total * market.total / n) / variation
