"""Oscillators between two bounds: relative strength, stochastics, and what is made of them."""

from typing import NamedTuple

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, high_low_close, indicator, source
from hindcaster.indicators._prices import price_instead_of
from hindcaster.indicators._series import change
from hindcaster.indicators.kernels import lines, oscillating, recursive, windows
from hindcaster.indicators.moving_averages import moving_average, refuse_weighted_by_volume
from hindcaster.indicators.statistics import deviation

__all__ = [
    "Stochastic",
    "StochasticFast",
    "StochasticRSI",
    "Wavetrend",
    "rsi",
    "rsx",
    "rvi",
    "srsi",
    "stoch",
    "stochf",
    "ultosc",
    "willr",
    "wt",
]


@indicator(takes_series=True, compiled=True)
def rsi(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Relative strength index: average rise as a share of average rise and fall, 0 to 100.

    Both averages are Wilder's; 100 where nothing fell. Source: J. W. Wilder, "New Concepts in
    Technical Trading Systems", 1978.
    """
    return recursive.relative_strength(source(candles, source_type), period)


@indicator(takes_series=True, compiled=True)
def rsx(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Jurik's smooth relative strength: moves and their sizes through three double filters.

    Each stage is ``1.5 a - 0.5 b`` with ``a`` an exponential average of rate
    ``3 / (period + 2)`` and ``b`` one of ``a``; the result is ``50 (moves / sizes + 1)``, 50 where
    undefined. Source: M. Jurik; "Jurik RSX" by everget, TradingView.
    """
    return oscillating.jurik_strength(source(candles, source_type), period)


@indicator(takes_series=True, quiet=True)
def rvi(
    candles: Prices,
    period: Period = 10,
    ma_len: Period = 14,
    matype: int = 1,
    devtype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Relative volatility index: deviation in rising bars as a share of all, averaged, 0 to 100.

    Deviations whose window is not full count as 0; 50 where there is none. Source: D. Dorsey,
    "The Relative Volatility Index", 1993.

    Parameters
    ----------
    ma_len : int, default 14
        Number of bars of the averages.
    """
    x = source(candles, source_type)
    width = np.nan_to_num(deviation(x, period, devtype, "rvi"))
    moves = change(x, 1)
    rising = moving_average(np.where(moves <= 0.0, 0.0, width), ma_len, matype)
    falling = moving_average(np.where(moves > 0.0, 0.0, width), ma_len, matype)
    total = rising + falling
    return np.where(total == 0.0, 50.0, 100.0 * rising / total)


class StochasticRSI(NamedTuple):
    """Values of `srsi`."""

    k: Values
    d: Values


@indicator(takes_series=True, compiled=True)
def srsi(
    candles: Prices,
    period: Period = 14,
    period_stoch: Period = 14,
    k: Period = 3,
    d: Period = 3,
    source_type: str = "close",
    sequential: bool = False,
) -> StochasticRSI:
    """Stochastic of `rsi`: its place in its own range, averaged, and an average of that.

    Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.

    Parameters
    ----------
    period_stoch : int, default 14
        Number of bars of the range.
    k, d : int, default 3
        Number of bars of the average, and of the average of it.
    """
    strength = recursive.relative_strength(source(candles, source_type), period)
    raw = _place(strength, strength, strength, period_stoch)
    fast = windows.full_mean(raw, k)
    return StochasticRSI(fast, windows.full_mean(fast, d))


def _place(high: FloatArray, low: FloatArray, x: FloatArray, period: int) -> FloatArray:
    """Place of a value between the lowest low (0) and the highest high (100) of the window."""
    bottom = windows.rolling_min(low, period)
    return oscillating.place_between(x, bottom, windows.rolling_max(high, period), np.nan)


class Stochastic(NamedTuple):
    """Values of `stoch`."""

    k: Values
    d: Values


@indicator(compiled=True)
def stoch(
    candles: Prices,
    fastk_period: Period = 14,
    slowk_period: Period = 3,
    slowk_matype: int = 0,
    slowd_period: Period = 3,
    slowd_matype: int = 0,
    sequential: bool = False,
) -> Stochastic:
    """Slow stochastic: place of the close in the range, its `sma` and the `sma` of that.

    Source: G. Lane, 1957.

    Parameters
    ----------
    slowk_matype, slowd_matype : int, default 0
        Not used: both averages are simple ones; 24 and 29, which need candles, are refused.
    """
    refuse_weighted_by_volume("stoch", "slowk_matype", slowk_matype)
    refuse_weighted_by_volume("stoch", "slowd_matype", slowd_matype)
    high, low, close = high_low_close(candles)
    k = windows.rolling_mean(_place(high, low, close, fastk_period), slowk_period)
    return Stochastic(k, windows.rolling_mean(k, slowd_period))


class StochasticFast(NamedTuple):
    """Values of `stochf`."""

    k: Values
    d: Values


@indicator(compiled=True)
def stochf(
    candles: Prices,
    fastk_period: Period = 5,
    fastd_period: Period = 3,
    fastd_matype: int = 0,
    sequential: bool = False,
) -> StochasticFast:
    """Fast stochastic: place of the close in the range, and the `sma` of it; 50 if there is none.

    Source: G. Lane, 1957.

    Parameters
    ----------
    fastd_matype : int, default 0
        Not used: the average is a simple one; 24 and 29, which need candles, are refused.
    """
    refuse_weighted_by_volume("stochf", "fastd_matype", fastd_matype)
    high, low, close = high_low_close(candles)
    bottom = windows.rolling_min(low, fastk_period)
    k = oscillating.place_between(close, bottom, windows.rolling_max(high, fastk_period), 50.0)
    return StochasticFast(k, windows.rolling_mean(k, fastd_period))


@indicator(quiet=True)
def ultosc(
    candles: Prices,
    timeperiod1: Period = 7,
    timeperiod2: Period = 14,
    timeperiod3: Period = 28,
    sequential: bool = False,
) -> Values:
    """Ultimate oscillator: buying pressure by true range over three windows, weighted 4, 2 and 1.

    The first bar has no pressure, its range is ``h - l``. Source: L. Williams, "The Ultimate
    Oscillator", 1985.

    Parameters
    ----------
    timeperiod1, timeperiod2, timeperiod3 : int, default 7, 14 and 28
        Number of bars of the three windows.
    """
    high, low, close = high_low_close(candles)
    bottom, top = low.copy(), high.copy()
    bottom[1:] = np.minimum(low[1:], close[:-1])
    top[1:] = np.maximum(high[1:], close[:-1])
    rise, span = close - bottom, top - bottom
    rise[0] = 0.0
    total = np.zeros(len(close))
    for weight, period in ((4.0, timeperiod1), (2.0, timeperiod2), (1.0, timeperiod3)):
        pressure = windows.rolling_sum(rise, period)
        total += weight * pressure / windows.rolling_sum(span, period)
    return 100.0 * total / 7.0


@indicator(compiled=True)
def willr(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Williams' %R: distance of the close to the highest high by the range, 0 to -100.

    0 where there is no range. Source: L. Williams, 1973.
    """
    high, low, close = high_low_close(candles)
    top = windows.rolling_max(high, period)
    return oscillating.below_top(close, top, windows.rolling_min(low, period))


class Wavetrend(NamedTuple):
    """Values of `wt`."""

    wt1: Values
    wt2: Values
    wtCrossUp: Values  # noqa: N815
    wtCrossDown: Values  # noqa: N815
    wtOversold: Values  # noqa: N815
    wtOverbought: Values  # noqa: N815
    wtVwap: Values  # noqa: N815


@indicator(takes_series=True, compiled=True)
def wt(
    candles: Prices,
    wtchannellen: Period = 9,
    wtaveragelen: Period = 12,
    wtmalen: Period = 3,
    oblevel: float = 53,
    oslevel: float = -53,
    source_type: str = "hlc3",
    sequential: bool = False,
) -> Wavetrend:
    """Wavetrend: distance to an exponential average by its average size, smoothed.

    `wt2` is the simple average of `wt1`, `wtVwap` their difference. `wtCrossUp` says whether `wt2`
    is at or below `wt1`, `wtCrossDown` whether it is at or above: states, not crossings. Of 'hl2'
    and 'volume' it is the wavetrend of closing prices.
    Source: "WaveTrend Oscillator" by LazyBear, TradingView.

    Parameters
    ----------
    wtchannellen, wtaveragelen, wtmalen : int, default 9, 12 and 3
        Number of bars of the distance's averages, of the average of it, and of `wt2`.
    oblevel, oslevel : float, default 53 and -53
        From where on `wt2` is overbought, or oversold.
    """
    x = source(candles, price_instead_of(source_type, ("hl2", "volume"), "close"))
    wt1 = oscillating.wave_trend(x, 2.0 / (wtchannellen + 1.0), 2.0 / (wtaveragelen + 1.0))
    wt2 = oscillating.short_mean(wt1, wtmalen)
    distance = lines.minus(wt1, wt2)
    up, down = oscillating.no_less(distance, 0.0), oscillating.no_more(distance, 0.0)
    sold, bought = oscillating.no_more(wt2, oslevel), oscillating.no_less(wt2, oblevel)
    return Wavetrend(wt1, wt2, up, down, sold, bought, distance)
