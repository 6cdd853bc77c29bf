"""Where the price is within its recent range, on a bounded scale."""

from typing import NamedTuple

from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators.kernels import oscillating, recursive, trend, windows
from hindcaster.indicators.moving_averages import moving_average
from hindcaster.indicators.window_averages import linear_mean

__all__ = ["KDJ", "bop", "cci", "ift_rsi", "kdj"]


@indicator(compiled=True)
def bop(candles: Prices, sequential: bool = False) -> Values:
    """Balance of power: (close - open) / (high - low), 0 where high and low are the same.

    Source: I. Livshin, "Balance of Market Power", 2001.
    """
    return trend.body_by_range(candles)


@indicator(compiled=True)
def cci(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Commodity channel index: distance of the typical price to its mean by 0.015 mean deviations.

    0 where prices do not deviate. Source: D. Lambert, Commodities, 1980.
    """
    return windows.channel_index(source(candles, "hlc3"), period)


@indicator(takes_series=True, compiled=True)
def ift_rsi(
    candles: Prices,
    rsi_period: Period = 5,
    wma_period: Period = 9,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Inverse Fisher transform ``((2w)² - 1) / ((2w)² + 1)`` of the smoothed relative strength.

    ``w = wma(0.1 (rsi - 50))``. Source: J. Ehlers, "The Inverse Fisher Transform", 2004.

    Parameters
    ----------
    rsi_period, wma_period : int, default 5 and 9
        Number of bars of the relative strength, and of the average that smooths it.
    """
    strength = recursive.relative_strength(source(candles, source_type), rsi_period)
    return oscillating.inverse_fisher(linear_mean(oscillating.centred(strength), wma_period))


class KDJ(NamedTuple):
    """Values of `kdj`."""

    k: Values
    d: Values
    j: Values


@indicator(quiet=True)
def kdj(
    candles: Prices,
    fastk_period: Period = 9,
    slowk_period: Period = 3,
    slowk_matype: int = 0,
    slowd_period: Period = 3,
    slowd_matype: int = 0,
    sequential: bool = False,
) -> KDJ:
    """Stochastic %K and %D and ``j = 3 k - 2 d``; raw %K is made of the bars there are at first."""
    raw = place_in_range(candles, fastk_period)
    k = moving_average(raw, slowk_period, slowk_matype)
    d = moving_average(k, slowd_period, slowd_matype)
    return KDJ(k, d, 3.0 * k - 2.0 * d)


def place_in_range(candles: FloatArray, period: int) -> FloatArray:
    """Place of the close between lowest low (0) and highest high (100), fewer bars at first."""
    high, low, close = high_low_close(candles)
    top, bottom = windows.partial_max(high, period), windows.partial_min(low, period)
    return 100.0 * (close - bottom) / (top - bottom)
