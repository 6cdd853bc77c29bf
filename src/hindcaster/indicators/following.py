"""Lines that follow a trend and tell when it turns: stops that trail, supports, vortices."""

from typing import NamedTuple

import numpy as np

from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, VOLUME
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators._series import shifted
from hindcaster.indicators.kernels import lines, recursive, trailing, trend, windows
from hindcaster.indicators.recursive_averages import exponential_mean

__all__ = [
    "VI",
    "SuperTrend",
    "SupportResistanceWithBreaks",
    "safezonestop",
    "sar",
    "supertrend",
    "support_resistance_with_breaks",
    "ttm_trend",
    "vi",
]


@indicator(compiled=True)
def safezonestop(
    candles: Prices,
    period: Period = 22,
    mult: float = 2.5,
    max_lookback: Period = 3,
    direction: str = "long",
    sequential: bool = False,
) -> Values:
    """Safe zone stop: below the last low by the average movement against the trend, or above.

    The first stop is 0. Source: A. Elder, "Come Into My Trading Room", 2002.

    Parameters
    ----------
    max_lookback : int, default 3
        Number of bars whose nearest stop counts.
    """
    high, low, _ = high_low_close(candles)
    plus, minus = trend.directional_moves(high, low)
    keep = 1.0 - 1.0 / period
    if direction == "long":
        stops = lines.minus(shifted(low, 1), lines.scaled(trend.decaying_sum(minus, keep), mult))
        return trailing.highest_stop(stops, max_lookback, 1.0)
    stops = lines.plus(shifted(high, 1), lines.scaled(trend.decaying_sum(plus, keep), mult))
    return trailing.highest_stop(stops, max_lookback, -1.0)


@indicator(compiled=True)
def sar(
    candles: Prices, acceleration: float = 0.02, maximum: float = 0.2, sequential: bool = False
) -> Values:
    """Parabolic stop and reverse: a stop that moves towards the extreme of the trend, ever faster.

    It starts upwards if the second high is above the first. Source: J. W. Wilder, "New Concepts
    in Technical Trading Systems", 1978.

    Parameters
    ----------
    acceleration : float, default 0.02
        Share of the distance to the extreme that it moves, and what is added at a new extreme.
    maximum : float, default 0.2
        Greatest share.
    """
    return trailing.parabolic(candles, acceleration, maximum)


class SuperTrend(NamedTuple):
    """Values of `supertrend`."""

    trend: Values
    changed: Values


@indicator(compiled=True)
def supertrend(
    candles: Prices, period: Period = 10, factor: float = 3, sequential: bool = False
) -> SuperTrend:
    """Super trend: a band around the middle price that is only left when the close crosses it.

    Bands are some average true ranges from the middle price and only move towards it; `changed` is
    1 where the line jumps to the other one. 0 before bar ``period - 1``. Source: O. Seban.
    """
    line, jumps = trailing.band_stop(candles, period, factor)
    return SuperTrend(line, jumps)


class SupportResistanceWithBreaks(NamedTuple):
    """Values of `support_resistance_with_breaks`."""

    support: Values
    resistance: Values
    red_break: Values
    green_break: Values
    bear_wick: Values
    bull_wick: Values


@indicator(all_rows=True, quiet=True)
def support_resistance_with_breaks(
    candles: Prices,
    left_bars: Period = 15,
    right_bars: Period = 15,
    vol_threshold: int = 20,
) -> SupportResistanceWithBreaks:
    """Last confirmed pivot low and high, and whether the FIRST bar given breaks them with volume.

    `bear_wick` and `bull_wick` are closes beyond a level with a wick longer than the body above,
    or below, the open; `red_break` is one below without, `green_break` one above with such a wick,
    both if the LAST bar's volume is above its average. Source: "Support and Resistance Levels with
    Breaks" by LuxAlgo, TradingView, whose flags are of the last bar.

    Parameters
    ----------
    left_bars, right_bars : int, default 15
        Number of bars before and after a pivot that are below (above) it.
    vol_threshold : int, default 20
        How far the short average of volume (5 bars) is above the long one (10) for a break, in
        percent.
    """
    high, low = column(candles, HIGH), column(candles, LOW)
    resistance = trailing.last_pivot(high, left_bars, right_bars, 1.0)
    support = trailing.last_pivot(low, left_bars, right_bars, -1.0)
    values = column(candles, VOLUME)
    short, long = exponential_mean(values, 5)[-1], exponential_mean(values, 10)[-1]
    surge = 100.0 * (short - long) / long
    opening, close = candles[0, OPEN], candles[0, CLOSE]
    enough, below, above = surge > vol_threshold, close < support, close > resistance
    upper_wick = abs(close - opening) < high[0] - opening
    lower_wick = opening - low[0] > abs(close - opening)
    return SupportResistanceWithBreaks(
        support,
        resistance,
        bool(below and not upper_wick and enough),
        bool(above and lower_wick and enough),
        bool(below and upper_wick),
        bool(above and lower_wick),
    )


_SUMMED_IN_ORDER = 8  # fewer numbers than this NumPy sums up one after the other


@indicator()
def ttm_trend(
    candles: Prices, period: Period = 5, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Whether the close is above the average of a price. Source: J. Carter.

    Each window is summed up by itself: prices in ticks often are just their average, and then
    the rounding of the sum decides.
    """
    x = source(candles, source_type)
    average = np.full(len(x), np.nan)
    count = len(x) - period + 1
    if count > 0 and period < _SUMMED_IN_ORDER:
        average[period - 1 :] = sum(x[k : k + count] for k in range(period)) / period
    elif count > 0:
        average[period - 1 :] = np.lib.stride_tricks.sliding_window_view(x, period).mean(axis=1)
    return source(candles, "close") > average


class VI(NamedTuple):
    """Values of `vi`."""

    plus: Values
    minus: Values


@indicator(compiled=True)
def vi(candles: Prices, period: Period = 14, sequential: bool = False) -> VI:
    """Vortex: distance of highs to the last lows, and of lows to the last highs, by true range.

    The first values are at bar `period`; NaN where there is no range. Source: E. Botes and
    D. Siepman, "The Vortex Indicator", 2010.
    """
    high, low, close = high_low_close(candles)
    ranges = lines.filled(recursive.true_range(high, low, close), 1, np.nan)
    whole = windows.rolling_sum(ranges, period)
    plus, minus = trend.distance_to_past(high, low), trend.distance_to_past(low, high)
    return VI(
        trend.ratio_or_undefined(windows.rolling_sum(plus, period), whole),
        trend.ratio_or_undefined(windows.rolling_sum(minus, period), whole),
    )
