"""How fast prices move: differences, rates of change, and the averages of them."""

from typing import NamedTuple

import numpy as np

from hindcaster._candles import HIGH, LOW
from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    high_low_close,
    indicator,
    none_for_nan,
    source,
)
from hindcaster.indicators._series import change, percent_change, shifted
from hindcaster.indicators.kernels import lines, oscillating, recursive, trend, weighted, windows
from hindcaster.indicators.moving_averages import moving_average, price_or_candles
from hindcaster.indicators.statistics import line_weights
from hindcaster.indicators.window_averages import linear_mean

__all__ = [
    "AC",
    "AO",
    "ERI",
    "KST",
    "MACD",
    "acosc",
    "ao",
    "apo",
    "cc",
    "cfo",
    "cmo",
    "dpo",
    "dti",
    "er",
    "eri",
    "fosc",
    "kst",
    "macd",
    "mom",
]


class AC(NamedTuple):
    """Values of `acosc`."""

    osc: Values
    change: Values


@indicator(quiet=True)
def acosc(candles: Prices, sequential: bool = False) -> AC:
    """Acceleration/deceleration oscillator: `ao` less its mean of 5 bars, and its last change.

    Source: B. Williams, "Trading Chaos", 1995.
    """
    x = source(candles, "hl2")
    osc = windows.rolling_sum(x, 5) / 5.0 - windows.rolling_sum(x, 34) / 34.0
    osc = osc - windows.rolling_sum(osc, 5) / 5.0
    return AC(osc, change(osc, 1))


class AO(NamedTuple):
    """Values of `ao`."""

    osc: Values
    change: Values


@indicator(compiled=True)
def ao(candles: Prices, sequential: bool = False) -> AO:
    """Awesome oscillator: `sma` of the middle price over 5 bars less over 34, and its last change.

    Source: B. Williams, "Trading Chaos", 1995.
    """
    x = source(candles, "hl2")
    osc = lines.minus(windows.rolling_mean(x, 5), windows.rolling_mean(x, 34))
    return AO(osc, change(osc, 1))


@indicator(takes_series=True, quiet=True, compiled=True)
def apo(
    candles: Prices,
    fast_period: Period = 12,
    slow_period: Period = 26,
    matype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Absolute price oscillator: a fast average less a slow one.

    ``ma(fast) - ma(slow)``.
    """
    prices = price_or_candles(candles, source_type)
    fast = moving_average(prices, fast_period, matype, source_type)
    return lines.minus(fast, moving_average(prices, slow_period, matype, source_type))


@indicator(takes_series=True, compiled=True)
def cc(
    candles: Prices,
    wma_period: Period = 10,
    roc_short_period: Period = 11,
    roc_long_period: Period = 14,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Coppock curve: `wma` of the sum of two rates of change in percent.

    Source: E. Coppock, Barron's, 1962.

    Parameters
    ----------
    wma_period : int, default 10
        Number of bars of the average.
    roc_short_period, roc_long_period : int, default 11 and 14
        Number of bars of the two rates of change.
    """
    x = source(candles, source_type)
    both = lines.plus(percent_change(x, roc_long_period), percent_change(x, roc_short_period))
    return linear_mean(both, wma_period)


@indicator(takes_series=True, last=none_for_nan, compiled=True)
def cfo(
    candles: Prices,
    period: Period = 14,
    scalar: float = 100,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Chande forecast oscillator: distance of the price to its `linearreg`, as a share of it.

    NaN where the price is 0. Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.
    """
    x = source(candles, source_type)
    return _off_the_line(x, period, scalar, np.nan)


@kernel
def _off_the_line(x: FloatArray, period: int, scale: float, at_zero: float) -> FloatArray:
    """Distance to the regression line by the price, with what it is where the price is 0."""
    out = weighted.weighted_sum(x, line_weights(period, period - 1.0), period - 1)
    for i in range(len(x)):
        out[i] = scale * ((x[i] - out[i]) / x[i])
    out = windows.undefined_from(x, out, 0)
    for i in range(len(x)):
        if x[i] == 0.0:
            out[i] = at_zero
    return out


@indicator(takes_series=True, compiled=True)
def cmo(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Chande momentum oscillator: 100 (rises - falls) / (rises + falls), sums over the window.

    0 where prices did not move. Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.
    """
    return windows.net_rises(source(candles, source_type), period)


@indicator(takes_series=True, compiled=True)
def dpo(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Detrended price oscillator: the price of ``period // 2 + 1`` bars before less its `sma`."""
    x = source(candles, source_type)
    lag = period // 2 + 1
    average = lines.filled(windows.rolling_mean(x, period), period - 1 + lag, np.nan)
    return windows.undefined_from(x, lines.minus(shifted(x, lag), average), 0)


@indicator(last=none_for_nan, compiled=True)
def dti(
    candles: Prices, r: Period = 14, s: Period = 10, u: Period = 5, sequential: bool = False
) -> Values:
    """Directional trend index: rises of highs less falls of lows, smoothed thrice, by their size.

    With ``X = max(Δh, 0) - max(-Δl, 0)``: 100 times X by ``|X|``, each smoothed by exponential
    averages of `r`, `s` and `u` bars that start at 0. 0 where undefined, NaN if
    there are no more bars than the longest of them has.
    Source: W. Blau, "Momentum, Direction, and Divergence", 1995.

    Parameters
    ----------
    r, s, u : int, default 14, 10 and 5
        Number of bars of the three averages.
    """
    high, low, _ = high_low_close(candles)
    if len(high) <= max(r, s, u):
        return lines.all_undefined(len(high))
    moves, size = oscillating.net_moves(high, low)
    for period in (r, s, u):
        alpha = 2.0 / (period + 1.0)
        moves = recursive.exponential_after(moves, alpha, 0.0)
        size = recursive.exponential_after(size, alpha, 0.0)
    return oscillating.percent_or_zero(moves, size)


@indicator(
    takes_series=True,
    looks_ahead="every value is divided by one sum over all bars, the last ones too",
    compiled=True,
)
def er(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Size of the difference of order `period`, by the sum of the moves of all windows there are.

    Not the efficiency ratio of P. Kaufman, "Trading Systems and Methods", where the name comes
    from: its sum is of the moves of one window.
    """
    return oscillating.share_of_ways(source(candles, source_type), period)


class ERI(NamedTuple):
    """Values of `eri`."""

    bull: Values
    bear: Values


@indicator(quiet=True, compiled=True)
def eri(
    candles: Prices,
    period: Period = 13,
    matype: int = 1,
    source_type: str = "close",
    sequential: bool = False,
) -> ERI:
    """Elder ray: distance of the high (bull power) and the low (bear power) to an average.

    Source: A. Elder, "Trading for a Living", 1993.
    """
    average = moving_average(candles, period, matype, source_type)
    return ERI(trend.above_line(candles, HIGH, average), trend.above_line(candles, LOW, average))


@indicator(takes_series=True, compiled=True)
def fosc(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Forecast oscillator: 100 times the price's distance to its `linearreg`, by the price.

    0 for the first bars and where the price is 0.
    Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.
    """
    x = source(candles, source_type)
    return lines.filled(_off_the_line(x, period, 100.0, 0.0), period - 1, 0.0)


class KST(NamedTuple):
    """Values of `kst`."""

    line: Values
    signal: Values


@indicator(takes_series=True, compiled=True)
def kst(
    candles: Prices,
    sma_period1: Period = 10,
    sma_period2: Period = 10,
    sma_period3: Period = 10,
    sma_period4: Period = 15,
    roc_period1: Period = 10,
    roc_period2: Period = 15,
    roc_period3: Period = 20,
    roc_period4: Period = 30,
    signal_period: Period = 9,
    source_type: str = "close",
    sequential: bool = False,
) -> KST:
    """Know sure thing: four rates of change, smoothed, weighted 1 to 4; the signal is its `sma`.

    Source: M. Pring, "Summed Rate of Change", 1992.

    Parameters
    ----------
    sma_period1, sma_period2, sma_period3, sma_period4 : int, default 10, 10, 10 and 15
        Number of bars that smooth each rate of change.
    roc_period1, roc_period2, roc_period3, roc_period4 : int, default 10, 15, 20 and 30
        Number of bars of each rate of change.
    """
    x = source(candles, source_type)
    line = oscillating.weighted_lines(
        windows.rolling_mean(percent_change(x, roc_period1), sma_period1),
        windows.rolling_mean(percent_change(x, roc_period2), sma_period2),
        windows.rolling_mean(percent_change(x, roc_period3), sma_period3),
        windows.rolling_mean(percent_change(x, roc_period4), sma_period4),
    )
    return KST(line, windows.rolling_mean(line, signal_period))


class MACD(NamedTuple):
    """Values of `macd`."""

    macd: Values
    signal: Values
    hist: Values


@indicator(takes_series=True, compiled=True)
def macd(
    candles: Prices,
    fast_period: Period = 12,
    slow_period: Period = 26,
    signal_period: Period = 9,
    source_type: str = "close",
    sequential: bool = False,
) -> MACD:
    """Moving average convergence/divergence: a fast `ema` less a slow one, and an `ema` of that.

    Where a price was undefined, `macd` is 0 from there on, `signal` runs out and `hist` is NaN.
    Source: G. Appel, 1979.
    """
    x = source(candles, source_type)
    fast, slow, of_signal = fast_period + 1.0, slow_period + 1.0, signal_period + 1.0
    line, signal, rest = recursive.convergence(x, 2.0 / fast, 2.0 / slow, 2.0 / of_signal)
    return MACD(line, signal, rest)


@indicator(takes_series=True, compiled=True)
def mom(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Momentum: the price less that of `period` bars before.

    ``x - x[period bars before]``.
    """
    return change(source(candles, source_type), period)
