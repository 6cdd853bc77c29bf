"""Prices of single bars: means of their columns, middles of ranges, and other ways to draw bars."""

from typing import NamedTuple

from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators.kernels import lines, trend, windows

__all__ = ["HA", "avgprice", "heikin_ashi_candles", "medprice", "midpoint", "midprice"]


@indicator(compiled=True)
def avgprice(candles: Prices, sequential: bool = False) -> Values:
    """Mean of open, high, low and close.

    ``(o + h + l + c) / 4``.
    """
    return source(candles, "ohlc4")


class HA(NamedTuple):
    """Values of `heikin_ashi_candles`."""

    open: Values
    close: Values
    high: Values
    low: Values


@indicator(compiled=True)
def heikin_ashi_candles(candles: Prices, sequential: bool = False) -> HA:
    """Heikin-Ashi bars, each from the bar and the one before it; the first is NaN.

    Source: D. Valcu, "Using the Heikin-Ashi Technique", 2004.

    Open is the middle of the previous bar's own open and close, close the mean of the four prices,
    high and low the extremes of these and the bar's.
    """
    opened, closed, top, bottom = trend.averaged_bars(candles)
    return HA(opened, closed, top, bottom)


@indicator(compiled=True)
def medprice(candles: Prices, sequential: bool = False) -> Values:
    """Middle of high and low.

    ``(h + l) / 2``.
    """
    return source(candles, "hl2")


@indicator(takes_series=True)
def midpoint(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Middle of the window's highest and lowest price.

    ``(max x + min x) / 2`` over the window.
    """
    x = source(candles, source_type)
    return (windows.rolling_max(x, period) + windows.rolling_min(x, period)) / 2.0


@indicator(compiled=True)
def midprice(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Middle of the window's highest high and lowest low.

    ``(max h + min l) / 2`` over the window.
    """
    high, low, _ = high_low_close(candles)
    return lines.middle(windows.rolling_max(high, period), windows.rolling_min(low, period))
