"""Bands inside channels, and other signs that a move begins."""

from typing import NamedTuple

import numpy as np

from hindcaster._types import FloatArray, IntArray
from hindcaster.indicators._call import Period, Prices, Values, high_low_close, indicator, source
from hindcaster.indicators.kernels import recursive, weighted, windows
from hindcaster.indicators.recursive_averages import exponential_mean
from hindcaster.indicators.statistics import line_weights

__all__ = [
    "SqueezeMomentum",
    "WaddahAttarExplosionTuple",
    "squeeze_momentum",
    "stiffness",
    "ttm_squeeze",
    "waddah_attar_explosion",
]


_LOWER_BAND = 2.0  # deviations from the middle to the lower band of `ttm_squeeze`


class SqueezeMomentum(NamedTuple):
    """Values of `squeeze_momentum`."""

    squeeze: Values
    momentum: Values
    momentum_signal: Values


def _last_of_each(values: SqueezeMomentum) -> SqueezeMomentum:
    """Last values; of a single bar there is no signal."""
    squeeze, momentum, signal = values
    return SqueezeMomentum(squeeze[-1], momentum[-1], signal[-1] if len(signal) else np.nan)


@indicator(last=_last_of_each, quiet=True)
def squeeze_momentum(
    candles: Prices,
    length: Period = 20,
    mult: float = 2.0,
    length_kc: Period = 20,
    mult_kc: float = 1.5,
    sequential: bool = True,
) -> SqueezeMomentum:
    """Squeeze momentum: whether Bollinger bands are inside a Keltner channel, and where prices go.

    `squeeze` is a list: -1 inside, 1 outside, 0 neither. `momentum` is the regression's end point
    of the close's distance to the middle of range and average. `momentum_signal`, a list, has one
    value fewer: 1 rising above 0, 2 falling above 0, -1 falling, -2 rising at or below 0.
    Source: "Squeeze Momentum Indicator" by LazyBear, TradingView.

    Parameters
    ----------
    length : int, default 20
        Number of bars of the bands.
    mult : float, default 2.0
        Not used: the bands take `mult_kc` too.
    length_kc : int, default 20
        Number of bars of the channel.
    mult_kc : float, default 1.5
        Factor of deviation and mean true range.
    """
    high, low, close = high_low_close(candles)
    band = mult_kc * np.sqrt(windows.rolling_variance(close, length))
    middle = windows.rolling_mean(close, length)
    centre = windows.rolling_mean(close, length_kc)
    channel = mult_kc * windows.rolling_mean(recursive.true_range(high, low, close), length_kc)
    inside = (middle - band > centre - channel) & (middle + band < centre + channel)
    outside = (middle - band < centre - channel) & (middle + band > centre + channel)
    extremes = windows.rolling_max(high, length_kc) + windows.rolling_min(low, length_kc)
    distance = close - (extremes / 2.0 + centre) / 2.0
    distance[: length_kc - 1] = close[: length_kc - 1]
    weights = line_weights(length_kc, length_kc - 1.0)
    momentum = weighted.weighted_sum(distance, weights, length_kc - 1)
    squeeze = (outside.astype(np.int64) - inside).tolist()
    return SqueezeMomentum(squeeze, momentum, _momentum_signal(momentum).tolist())


def _momentum_signal(momentum: FloatArray) -> IntArray:
    before, now = momentum[:-1], momentum[1:]
    above = np.where(now > before, 1, 2)
    return np.where(now > 0.0, above, np.where(now < before, -1, -2))


@indicator(takes_series=True)
def stiffness(
    candles: Prices,
    ma_length: Period = 100,
    stiff_length: Period = 60,
    stiff_smooth: Period = 3,
    source_type: str = "close",
) -> Values:
    """Stiffness: share of the bars above an average less 0.2 deviations, smoothed, in percent.

    Source: M. Katsanos, "The Stiffness Indicator", 2018.

    Parameters
    ----------
    ma_length : int, default 100
        Number of bars of average and deviation.
    stiff_length : int, default 60
        Number of bars that are counted.
    stiff_smooth : int, default 3
        Number of bars of the exponential average of the share.
    """
    x = source(candles, source_type)
    bound = windows.rolling_mean(x, ma_length)
    bound -= 0.2 * np.sqrt(windows.rolling_variance(x, ma_length))
    share = windows.rolling_sum((x > bound).astype(np.float64), stiff_length) * 100.0 / stiff_length
    share[:stiff_length] = 0.0
    return exponential_mean(share, stiff_smooth)[-1]


@indicator()
def ttm_squeeze(
    candles: Prices,
    length_ttms: Period = 20,
    bb_mult_ttms: float = 2.0,
    kc_mult_low_ttms: float = 2.0,
) -> bool:
    """Whether a Bollinger band is outside the Keltner channel: True where prices are NOT squeezed.

    Source: J. Carter, "Mastering the Trade", 2005.

    Parameters
    ----------
    length_ttms : int, default 20
        Number of bars.
    bb_mult_ttms : float, default 2.0
        Factor of the deviation in the upper band; in the lower one it is always 2.
    kc_mult_low_ttms : float, default 2.0
        Factor of the mean true range.
    """
    high, low, close = high_low_close(candles)
    middle = windows.rolling_mean(close, length_ttms)
    width = np.sqrt(windows.rolling_variance(close, length_ttms))
    ranges = recursive.true_range(high, low, close)
    channel = kc_mult_low_ttms * windows.rolling_mean(ranges, length_ttms)
    lower = middle[-1] - _LOWER_BAND * width[-1] < middle[-1] - channel[-1]
    return bool(lower or middle[-1] + bb_mult_ttms * width[-1] > middle[-1] + channel[-1])


class WaddahAttarExplosionTuple(NamedTuple):
    """Values of `waddah_attar_explosion`."""

    explosion_line: Values
    trend_power: Values
    trend_direction: Values


@indicator(takes_series=True, quiet=True)
def waddah_attar_explosion(
    candles: Prices,
    sensitivity: int = 150,
    fast_length: Period = 20,
    slow_length: Period = 40,
    channel_length: Period = 20,
    mult: float = 2.0,
    source_type: str = "close",
) -> WaddahAttarExplosionTuple:
    """Waddah Attar explosion: change of a MACD line against the width of Bollinger bands.

    Source: "Waddah Attar Explosion" by LazyBear, TradingView.

    Parameters
    ----------
    sensitivity : int, default 150
        Factor of the change.
    fast_length, slow_length : int, default 20 and 40
        Number of bars of the MACD line's averages.
    channel_length : int, default 20
        Number of bars of the bands.
    mult : float, default 2.0
        Deviations from the middle to a band.
    """
    x = source(candles, source_type)
    line = recursive.exponential(x, 2.0 / (fast_length + 1.0))
    line = line - recursive.exponential(x, 2.0 / (slow_length + 1.0))
    power = np.nan_to_num(line[-1] - line[-2]) * sensitivity if len(line) > 1 else np.nan
    width = 2.0 * mult * np.sqrt(windows.rolling_variance(x, channel_length))[-1]
    return WaddahAttarExplosionTuple(width, power, 1 if power >= 0.0 else -1)
