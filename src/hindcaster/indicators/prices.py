"""Prices of single bars: means of their columns, middles of ranges, and other ways to draw bars."""

from typing import NamedTuple

from hindcaster._candles import OPEN
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators.kernels import trend, windows

__all__ = ["HA", "avgprice", "heikin_ashi_candles", "medprice", "midpoint", "midprice"]


@indicator()
def avgprice(candles: Prices, sequential: bool = False) -> Values:
    """Mean of open, high, low and close."""
    return source(candles, "ohlc4")


class HA(NamedTuple):
    """Values of `heikin_ashi_candles`."""

    open: Values
    close: Values
    high: Values
    low: Values


@indicator()
def heikin_ashi_candles(candles: Prices, sequential: bool = False) -> HA:
    """Heikin-Ashi bars, each from the bar and the one before it; the first is NaN.

    Open is the middle of the previous bar's own open and close, close the mean of the four prices,
    high and low the extremes of these and the bar's.
    """
    high, low, close = high_low_close(candles)
    return HA(*trend.averaged_bars(column(candles, OPEN), high, low, close))


@indicator()
def medprice(candles: Prices, sequential: bool = False) -> Values:
    """Middle of high and low."""
    return source(candles, "hl2")


@indicator(takes_series=True)
def midpoint(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Middle of the window's highest and lowest price."""
    x = source(candles, source_type)
    return (windows.rolling_max(x, period) + windows.rolling_min(x, period)) / 2.0


@indicator()
def midprice(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Middle of the window's highest high and lowest low."""
    high, low, _ = high_low_close(candles)
    return (windows.rolling_max(high, period) + windows.rolling_min(low, period)) / 2.0
