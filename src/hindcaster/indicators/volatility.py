"""How far prices move: ranges, bands, channels, squeezes."""

from typing import NamedTuple

from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, high_low_close, indicator, source
from hindcaster.indicators.kernels import lines, oscillating, recursive, trend, windows
from hindcaster.indicators.moving_averages import (
    WEIGHTED_BY_VOLUME,
    moving_average,
    price_or_candles,
)
from hindcaster.indicators.recursive_averages import exponential_mean
from hindcaster.indicators.statistics import deviation, running_deviation

__all__ = [
    "MAB",
    "BollingerBands",
    "DamianiVolatmeter",
    "DonchianChannel",
    "KeltnerChannel",
    "atr",
    "bollinger_bands",
    "bollinger_bands_width",
    "chop",
    "cvi",
    "damiani_volatmeter",
    "donchian",
    "keltner",
    "mab",
    "mass",
]


def average_true_range(candles: FloatArray, period: int) -> FloatArray:
    """Wilder's mean of the true range; the first at bar ``period - 1``."""
    return recursive.wilder_mean(trend.ranges_with_gaps(candles), period)


@indicator(compiled=True)
def atr(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Average true range: Wilder's mean of the true range, the first at bar ``period - 1``.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    return average_true_range(candles, period)


class BollingerBands(NamedTuple):
    """Values of `bollinger_bands`."""

    upperband: Values
    middleband: Values
    lowerband: Values


@indicator(takes_series=True, quiet=True, compiled=True)
def bollinger_bands(
    candles: Prices,
    period: Period = 20,
    devup: float = 2,
    devdn: float = 2,
    matype: int = 0,
    devtype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> BollingerBands:
    """Bollinger bands: an average, and some deviations above and below it.

    With the kinds of both at their defaults, NaN stays from a NaN on. Averages weighted by volume,
    24 and 29, are of closes, and another deviation than the standard one is of hl2 with them,
    whatever `source_type` is.

    Source: J. Bollinger, "Bollinger on Bollinger Bands", 2001.
    """
    x = source(candles, source_type)
    if matype == 0 and devtype == 0:
        upper, middle, lower = windows.bands(x, period, devup, devdn)
        return BollingerBands(upper, middle, lower)
    middle = moving_average(candles, period, matype, source_type)
    if matype in WEIGHTED_BY_VOLUME and devtype != 0:
        x, middle = source(candles, "hl2"), moving_average(candles, period, matype, "close")
    width = deviation(x, period, devtype, "bollinger_bands")
    upper, lower = recursive.beside(middle, width, devup, devdn)
    return BollingerBands(upper, middle, lower)


@indicator(takes_series=True, compiled=True)
def bollinger_bands_width(
    candles: Prices,
    period: Period = 20,
    mult: float = 2.0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Distance between the Bollinger bands by their middle: ``2 mult * deviation / sma``.

    Parameters
    ----------
    mult : float, default 2.0
        Deviations from the middle to a band.
    """
    return windows.band_width(source(candles, source_type), period, 2.0 * mult)


@indicator(compiled=True)
def chop(
    candles: Prices,
    period: Period = 14,
    scalar: float = 100,
    drift: Period = 1,
    sequential: bool = False,
) -> Values:
    """Choppiness: ``scalar * log10(Σ true range / (highest - lowest)) / log10(period)``.

    Source: E. W. Dreiss.

    Parameters
    ----------
    drift : int, default 1
        Above 1, the true range is replaced by its Wilder mean of so many bars.
    """
    high, low, close = high_low_close(candles)
    ranges = recursive.true_range(high, low, close)
    if drift > 1:
        ranges = lines.filled(recursive.wilder_mean(ranges, drift), drift - 1, 0.0)
    top, bottom = windows.rolling_max(high, period), windows.rolling_min(low, period)
    way = windows.rolling_sum(ranges, period)
    return oscillating.straightness(way, top, bottom, scalar, float(period))


@indicator(compiled=True)
def cvi(candles: Prices, period: Period = 5, sequential: bool = False) -> Values:
    """Chaikin's volatility: change of the `ema` of the range over `period` bars, in percent.

    Source: M. Chaikin.
    """
    average = exponential_mean(trend.ranges(candles), period)
    return recursive.percent_moves(average, period)


class DamianiVolatmeter(NamedTuple):
    """Values of `damiani_volatmeter`."""

    vol: Values
    anti: Values


@indicator(compiled=True)
def damiani_volatmeter(
    candles: Prices,
    vis_atr: Period = 13,
    vis_std: Period = 20,
    sed_atr: Period = 40,
    sed_std: Period = 100,
    threshold: float = 1.4,
    source_type: str = "close",
    sequential: bool = False,
) -> DamianiVolatmeter:
    """Damiani's volatmeter: short by long volatility, and a threshold less that of deviations.

    ``vol = u + 0.5 vol' - 0.5 vol'''`` with ``u = atr(vis_atr) / atr(sed_atr)``, and
    ``anti = threshold - s`` with the ratio s of the deviations over the `vis_std` and `sed_std`
    bars before. Both are 0 before bar `sed_std`; what is undefined is left out of `u` and `s`.
    Source: L. Damiani, MetaTrader.

    Parameters
    ----------
    vis_atr, vis_std : int, default 13 and 20
        Number of bars of the short range and the short deviation.
    sed_atr, sed_std : int, default 40 and 100
        Number of bars of the long range and the long deviation.
    threshold : float, default 1.4
        Ratio of deviations at which `anti` is 0.
    """
    x = source(candles, source_type)
    short, long = average_true_range(candles, vis_atr), average_true_range(candles, sed_atr)
    ratio = lines.filled(oscillating.defined_ratio(short, long), sed_std, 0.0)
    recent = lines.filled(running_deviation(x, vis_std), vis_std - 1, 0.0)
    spread = lines.ratio(recent, running_deviation(x, sed_std))
    anti = oscillating.below_threshold(spread, threshold, sed_std)
    return DamianiVolatmeter(recursive.lagged_sum(ratio), anti)


class DonchianChannel(NamedTuple):
    """Values of `donchian`."""

    upperband: Values
    middleband: Values
    lowerband: Values


@indicator(compiled=True)
def donchian(candles: Prices, period: Period = 20, sequential: bool = False) -> DonchianChannel:
    """Donchian channel: the window's highest high, lowest low, and their middle.

    Source: R. Donchian.
    """
    high, low, _ = high_low_close(candles)
    upper, lower = windows.rolling_max(high, period), windows.rolling_min(low, period)
    return DonchianChannel(upper, lines.middle(upper, lower), lower)


class KeltnerChannel(NamedTuple):
    """Values of `keltner`."""

    upperband: Values
    middleband: Values
    lowerband: Values


@indicator(quiet=True, compiled=True)
def keltner(
    candles: Prices,
    period: Period = 20,
    multiplier: float = 2,
    matype: int = 1,
    source_type: str = "close",
    sequential: bool = False,
) -> KeltnerChannel:
    """Keltner channel: an average, and some average true ranges above and below it.

    Source: C. Keltner, 1960, with the true range of L. Bradford Raschke.
    """
    middle = moving_average(candles, period, matype, source_type)
    width = average_true_range(candles, period)
    upper, lower = recursive.beside(middle, width, multiplier, multiplier)
    return KeltnerChannel(upper, middle, lower)


class MAB(NamedTuple):
    """Values of `mab`."""

    upperband: Values
    middleband: Values
    lowerband: Values


@indicator(
    takes_series=True,
    looks_ahead="the width of the bands is one number, taken from the last bars",
    quiet=True,
    compiled=True,
)
def mab(
    candles: Prices,
    fast_period: Period = 10,
    slow_period: Period = 50,
    devup: float = 1,
    devdn: float = 1,
    fast_matype: int = 0,
    slow_matype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> MAB:
    """Moving average bands: a fast average between bands around a slow one.

    Their distance is the root mean square of the distance of the two averages over the last
    `fast_period` bars of all. Source: V. Grover, "Moving Average Bands", 2021.
    """
    prices = price_or_candles(candles, source_type)
    fast = moving_average(prices, fast_period, fast_matype, source_type)
    slow = moving_average(prices, slow_period, slow_matype, source_type)
    upper, lower = recursive.beside_by_distance(slow, fast, fast_period, devup, devdn)
    return MAB(upper, fast, lower)


@indicator(compiled=True)
def mass(candles: Prices, period: Period = 5, sequential: bool = False) -> Values:
    """Mass index: sum over the window of ``ema(range, 9) / ema(ema(range, 9), 9)``.

    0 for the first bars. Source: D. Dorsey, "The Mass Index", 1992.
    """
    once = recursive.exponential(trend.ranges(candles), 0.2)
    twice = recursive.exponential(once, 0.2)
    out = windows.rolling_sum(oscillating.ratio_or_zero(once, twice), period)
    return lines.filled(out, period - 1, 0.0)
