"""Statistics of a window of bars: deviations, moments, correlation, regression."""

import math
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import CLOSE
from hindcaster._jit import by_name, in_kernels, kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators.kernels import lines, weighted, windows

__all__ = [
    "beta",
    "correl",
    "hurst_exponent",
    "kurtosis",
    "linearreg",
    "linearreg_angle",
    "linearreg_intercept",
    "linearreg_slope",
    "mean_ad",
    "median_ad",
]


def deviation(x: FloatArray, period: int, devtype: int, name: str) -> FloatArray:
    """Deviation of a series in a window, of the kind `devtype` that indicator `name` was given."""
    match devtype:
        case 0:
            return np.sqrt(windows.rolling_variance(x, period))
        case 1:
            return mean_deviation(x, period)
        case 2:
            return windows.median_deviation(x, period)
        case _:
            raise errors.bad_choice(name, "devtype", (0, 1, 2), devtype)


@in_kernels(deviation, windows.rolling_variance, lines.root)
def _standard_deviation(x: Any, period: Any, devtype: Any, name: Any) -> Any:
    """Give the kernel of the kind that compiled indicators are made of: 0."""
    root, variance = by_name(lines.root), by_name(windows.rolling_variance)
    return lambda x, period, devtype, name: root(variance(x, period))


def running_deviation(x: FloatArray, period: int) -> FloatArray:
    """Standard deviation (population) in a window; NaN stays from a NaN on."""
    return windows.undefined_from(x, lines.root(windows.rolling_variance(x, period)), 0)


def mean_deviation(x: FloatArray, period: int) -> FloatArray:
    """Mean of the distances of each bar to the average at that bar, those that are NaN left out."""
    return windows.rolling_mean(np.abs(x - windows.rolling_sum(x, period) / period), period)


@indicator(second="benchmark_candles")
def beta(
    candles: Prices, benchmark_candles: Prices, period: Period = 5, sequential: bool = False
) -> Values:
    """Beta of closes to a benchmark's closes, ``cov(x, y) / var(y)`` over the window.

    Closes are taken as they are, not their returns.

    Parameters
    ----------
    benchmark_candles : ndarray, shape (n, 6), or DataFrame
        As many bars of the benchmark.
    """
    x, y = column(candles, CLOSE), column(benchmark_candles, CLOSE)
    if len(x) != len(y):
        raise errors.unequal_lengths("beta", "benchmark_candles", len(x), len(y))
    covariance, _, variance = windows.rolling_covariance(x, y, period)
    return covariance / variance


@indicator(quiet=True)
def correl(candles: Prices, period: Period = 5, sequential: bool = False) -> Values:
    """Pearson's correlation of highs and lows in the window.

    Source: K. Pearson, 1895.
    """
    high, low, _ = high_low_close(candles)
    covariance, of_high, of_low = windows.rolling_covariance(high, low, period)
    return covariance / np.sqrt(of_high * of_low)


@indicator(takes_series=True, quiet=True)
def hurst_exponent(
    candles: Prices,
    min_chunksize: Period = 8,
    max_chunksize: Period = 200,
    num_chunksize: Period = 5,
    method: int = 1,
    source_type: str = "close",
) -> Values:
    """Hurst exponent of all bars: above 0.5 prices trend, below they revert.

    Source: H. E. Hurst, "Long-Term Storage Capacity of Reservoirs", 1951.

    Method 0, rescaled range: slope of the logarithm of range by deviation of moves on that of the
    chunk's size. Method 1, detrended moving average: slope of the logarithm of the root mean
    square distance to a mean of n bars on that of n. Method 2: half of the logarithm to base 2
    of the ratio of the mean squared second differences over two bars and over one.

    Parameters
    ----------
    min_chunksize, max_chunksize : int, default 8 and 200
        Smallest and largest size of a chunk in bars.
    num_chunksize : int, default 5
        Number of sizes for method 0, the step between them for method 1.
    method : {0, 1, 2}, default 1
        0 rescaled range, 1 detrended moving average, 2 second differences.
    """
    x = source(candles, source_type)
    match method:
        case 0:
            value = rescaled_range(x, min_chunksize, max_chunksize, num_chunksize)
        case 1:
            value = detrended_average(x, min_chunksize, max_chunksize, num_chunksize)
        case 2:
            value = second_differences(x)
        case _:
            raise errors.bad_choice("hurst_exponent", "method", (0, 1, 2), method)
    return None if math.isnan(value) else value


def rescaled_range(x: FloatArray, smallest: int, largest: int, count: int) -> Values:
    """Slope of ln(range / deviation) of a series' moves on ln(size of the chunks).

    Chunks that do not deviate are left out; for a size without chunks the logarithm is 0.
    """
    moves = np.diff(x)
    sizes = np.linspace(smallest, largest + 1, count, dtype=np.int64)
    ratios = np.ones(count)
    for i, size in enumerate(sizes):
        chunks = moves[: len(moves) // size * size].reshape(-1, size)
        paths = np.cumsum(chunks - chunks.mean(axis=1, keepdims=True), axis=1)
        spreads, deviations = np.ptp(paths, axis=1), chunks.std(axis=1)
        moving = deviations > 0.0
        if moving.any():
            ratios[i] = np.mean(spreads[moving] / deviations[moving])
    return _slope(np.log(sizes), np.log(ratios))


def detrended_average(x: FloatArray, smallest: int, largest: int, step: int) -> Values:
    """Slope of log10(root mean square of price less mean of n bars) on log10(n).

    The first bar is left out, and the distances of the `largest` bars after it. 0 without sizes.
    """
    x = x[1:]
    sizes = np.arange(smallest, largest + 1, step)
    if not len(sizes):
        return 0.0
    if len(x) <= largest:
        return math.nan
    means = (windows.rolling_sum(x, int(size)) / size for size in sizes)
    distances = [np.sqrt(np.mean((x - mean)[largest:] ** 2)) for mean in means]
    logs, heights = np.log10(sizes), np.log10(distances)
    if len(sizes) == 1:  # of all lines through one point, that of least squares
        return heights[0] * logs[0] / (logs[0] ** 2 + 1.0)
    return _slope(logs, heights)


def second_differences(x: FloatArray) -> Values:
    """Half of log2 of the mean squared second differences over two bars by those over one."""
    x = x[1:]  # as all the methods, it is one of the moves
    near = x[2:] - 2.0 * x[1:-1] + x[:-2]
    far = x[4:] - 2.0 * x[2:-2] + x[:-4]
    return 0.5 * np.log2(np.mean(far**2) / np.mean(near**2))


def _slope(x: FloatArray, y: FloatArray) -> Values:
    centred = x - x.mean()
    return np.sum(centred * (y - y.mean())) / np.sum(centred**2)


@indicator(takes_series=True)
def kurtosis(
    candles: Prices, period: Period = 5, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Excess kurtosis of the window (population): 0 for a normal distribution.

    ``m4 / m2 ** 2 - 3`` with central moments m. Source: K. Pearson, 1905.
    """
    return windows.rolling_moment(source(candles, source_type), period, 4) - 3.0


@kernel
def slope_weights(period: int) -> FloatArray:
    """Weights of the window's values in the slope of their regression line."""
    centre, squares = (period - 1) / 2.0, 0.0
    weights = np.empty(period)
    for k in range(period):
        weights[k] = k - centre
        squares += weights[k] * weights[k]
    for k in range(period):
        weights[k] /= squares
    return weights


@kernel
def line_weights(period: int, at: float) -> FloatArray:
    """Weights of the window's values in their regression line `at` bars after the oldest one."""
    weights = slope_weights(period)
    for k in range(period):
        weights[k] = 1.0 / period + (at - (period - 1) / 2.0) * weights[k]
    return weights


@indicator(takes_series=True, compiled=True)
def linearreg(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Linear regression: the newest bar's value on the straight line through the window.

    ``a + b (period - 1)``, with ``a + b k`` the least-squares line of bars k = 0 … period - 1.
    """
    weights = line_weights(period, period - 1.0)
    return weighted.weighted_sum(source(candles, source_type), weights, period - 1)


@indicator(takes_series=True)
def linearreg_angle(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Angle of the straight line through the window in degrees, a bar being as long as 1.

    ``atan(b)``, with ``a + b k`` the least-squares line of bars k = 0 … period - 1.
    """
    x = source(candles, source_type)
    return np.degrees(np.arctan(weighted.weighted_sum(x, slope_weights(period), period - 1)))


@indicator(takes_series=True, compiled=True)
def linearreg_intercept(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Linear regression: the oldest bar's value on the straight line through the window.

    ``a``, with ``a + b k`` the least-squares line of bars k = 0 … period - 1.
    """
    return weighted.weighted_sum(
        source(candles, source_type), line_weights(period, 0.0), period - 1
    )


@indicator(takes_series=True)
def linearreg_slope(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Slope of the straight line through the window, per bar.

    ``b``, with ``a + b k`` the least-squares line of bars k = 0 … period - 1.
    """
    return weighted.weighted_sum(source(candles, source_type), slope_weights(period), period - 1)


@indicator(takes_series=True, quiet=True)
def mean_ad(
    candles: Prices, period: Period = 5, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Mean absolute deviation: mean of the window's distances, each to the average at its bar.

    ``Σ |x[i] - sma[i]| / n`` over the window's n bars that have an average.
    """
    return mean_deviation(source(candles, source_type), period)


@indicator(takes_series=True)
def median_ad(
    candles: Prices, period: Period = 5, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Median absolute deviation: median of the distances to the window's median.

    ``median |x - median(x)|`` over the window. Source: F. R. Hampel, 1974.
    """
    return windows.median_deviation(source(candles, source_type), period)
