"""How far prices are spread within a window, and where the last one is in it."""

import numpy as np

from hindcaster.indicators._call import Period, Prices, Values, indicator, source
from hindcaster.indicators.kernels import weighted, windows
from hindcaster.indicators.moving_averages import moving_average
from hindcaster.indicators.statistics import deviation, line_weights

__all__ = ["skew", "stddev", "tsf", "ui", "var", "zscore"]


@indicator(takes_series=True)
def skew(
    candles: Prices, period: Period = 5, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Skewness of the window (population): 0 for a symmetric one.

    ``m3 / m2 ** 1.5`` with central moments m. Source: K. Pearson, 1895.
    """
    return windows.rolling_moment(source(candles, source_type), period, 3)


@indicator(takes_series=True)
def stddev(
    candles: Prices,
    period: Period = 5,
    nbdev: float = 1,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Standard deviation of the window (population), times `nbdev`.

    ``nbdev * sqrt(Σ (x - mean) ** 2 / period)`` over the window.
    """
    return nbdev * np.sqrt(windows.rolling_variance(source(candles, source_type), period))


@indicator(takes_series=True, compiled=True)
def tsf(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Time series forecast: the next bar's value on the straight line through the window.

    ``a + b period``, with ``a + b k`` the least-squares line of bars k = 0 … period - 1.
    """
    weights = line_weights(period, float(period))
    return weighted.weighted_sum(source(candles, source_type), weights, period - 1)


@indicator(takes_series=True, quiet=True)
def ui(
    candles: Prices,
    period: Period = 14,
    scalar: float = 100,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Ulcer index: root mean square of the drawdowns from the window's highest price.

    Source: P. Martin and B. McCann, "The Investor's Guide to Fidelity Funds", 1989.
    """
    x = source(candles, source_type)
    top = windows.rolling_max(x, period)
    squares = (scalar * (x - top) / top) ** 2
    return np.sqrt(windows.full_mean(squares, period))


@indicator(takes_series=True)
def var(
    candles: Prices,
    period: Period = 14,
    nbdev: float = 1,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Variance of the window (population), times `nbdev`.

    ``nbdev * Σ (x - mean) ** 2 / period`` over the window.
    """
    return nbdev * windows.rolling_variance(source(candles, source_type), period)


@indicator(takes_series=True, quiet=True)
def zscore(
    candles: Prices,
    period: Period = 14,
    matype: int = 0,
    nbdev: float = 1,
    devtype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Distance of the price to its average, by its deviation; NaN if both are but rounding.

    ``(x - average) / (nbdev * deviation)``.
    """
    x = source(candles, source_type)
    width = nbdev * deviation(x, period, devtype, "zscore")
    distance = x - moving_average(candles, period, matype, source_type)
    # The average of equal prices is one of them but for rounding, which is no distance.
    rounding = period * windows.ROUNDING * np.abs(x)
    distance[(np.abs(width) <= rounding) & (np.abs(distance) <= rounding)] = np.nan
    return distance / width
