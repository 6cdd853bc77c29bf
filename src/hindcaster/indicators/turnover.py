"""Lines and oscillators of volume: volume so far, by direction, against its own average."""

from typing import NamedTuple

import numpy as np

from hindcaster._candles import CLOSE, VOLUME
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    indicator,
    source,
)
from hindcaster.indicators.kernels import lines, oscillating, weighted, windows

__all__ = [
    "VPCI",
    "VWMACD",
    "Volume",
    "nvi",
    "obv",
    "pvi",
    "volume",
    "vosc",
    "vpci",
    "vpt",
    "vwmacd",
    "wad",
]


@indicator(compiled=True)
def nvi(candles: Prices, source_type: str = "close", sequential: bool = False) -> Values:
    """Negative volume index: moves of the price in bars whose volume fell, from 1000 on.

    Source: P. Dysart, 1936; N. Fosback, "Stock Market Logic", 1976.
    """
    return oscillating.index_of_moves(
        source(candles, source_type), lines.scaled(column(candles, VOLUME), -1.0)
    )


@indicator()
def obv(candles: Prices, sequential: bool = False) -> Values:
    """On balance volume: volume of rising bars less that of falling ones, so far.

    The first bar counts as rising. Source: J. Granville, 1963.
    """
    return oscillating.signed_volume(candles)


@indicator(compiled=True)
def pvi(candles: Prices, source_type: str = "close", sequential: bool = False) -> Values:
    """Positive volume index: moves of the price in bars whose volume rose, from 1000 on.

    Source: P. Dysart, 1936; N. Fosback, "Stock Market Logic", 1976.
    """
    return oscillating.index_of_moves(source(candles, source_type), column(candles, VOLUME))


class Volume(NamedTuple):
    """Values of `volume`."""

    volume: Values
    ma: Values


@indicator()
def volume(candles: Prices, period: Period = 20, sequential: bool = False) -> Volume:
    """Volume and its mean.

    ``v`` and ``Σ v / period`` over the window.
    """
    values = column(candles, VOLUME)
    return Volume(values, windows.full_mean(values, period))


@indicator(compiled=True)
def vosc(
    candles: Prices, short_period: Period = 2, long_period: Period = 5, sequential: bool = False
) -> Values:
    """Volume oscillator: a short average of volume less a long one, in percent of the long one.

    ``100 (sma(v, short) - sma(v, long)) / sma(v, long)``.
    """
    values = column(candles, VOLUME)
    long = windows.rolling_mean(values, long_period)
    return lines.percent_of(windows.rolling_mean(values, short_period), long, 100.0)


class VPCI(NamedTuple):
    """Values of `vpci`."""

    vpci: Values
    vpcis: Values


@indicator(compiled=True)
def vpci(
    candles: Prices, short_range: Period = 5, long_range: Period = 25, sequential: bool = False
) -> VPCI:
    """Volume price confirmation: how averages change if they are weighted by volume.

    Long weighted average less the long plain one, times short weighted by short plain one, times
    short by long average volume; `vpcis` is its short average weighted by volume.
    Source: B. Dormeier, "Investing with Volume Analysis", 2011.

    Parameters
    ----------
    short_range, long_range : int, default 5 and 25
        Number of bars of the short and the long averages.
    """
    close, values = column(candles, CLOSE), column(candles, VOLUME)
    short_volume = windows.rolling_mean(values, short_range)
    long_volume = windows.rolling_mean(values, long_range)
    turnover = lines.times(close, values)
    long_weighted = lines.ratio(windows.rolling_mean(turnover, long_range), long_volume)
    short_weighted = lines.ratio(windows.rolling_mean(turnover, short_range), short_volume)
    confirmation = lines.minus(long_weighted, windows.rolling_mean(close, long_range))
    change = lines.ratio(short_weighted, windows.rolling_mean(close, short_range))
    line = lines.times(lines.times(confirmation, change), lines.ratio(short_volume, long_volume))
    smooth = windows.rolling_mean(lines.times(line, values), short_range)
    return VPCI(line, lines.ratio(smooth, short_volume))


@indicator()
def vpt(candles: Prices, source_type: str = "close", sequential: bool = False) -> Values:
    """Volume price trend of two bars: volume times rate of change, of this bar and the last one.

    ``f + f'`` of this bar and the last one, ``f = v (x - x') / x'`` with the price x' before.

    Not the sum of all bars, although that is where the name comes from.
    """
    return oscillating.volume_moves(source(candles, source_type), column(candles, VOLUME))


class VWMACD(NamedTuple):
    """Values of `vwmacd`."""

    macd: Values
    signal: Values
    hist: Values


@indicator(takes_series=True)
def vwmacd(
    candles: Prices,
    fast_period: Period = 12,
    slow_period: Period = 26,
    signal_period: Period = 9,
    sequential: bool = False,
) -> VWMACD:
    """MACD of averages weighted by volume; its signal is a plain average.

    At the start averages are made of the bars there are. NaN of a price stays in all from there on,
    that of a window without volume in the signal. Source: B. Dormeier, 2007.
    """
    close = source(candles, "close")
    values = column(candles, VOLUME) if candles.ndim == 2 else np.ones(len(close))
    line = weighted.volume_weighted_mean(close, values, fast_period)
    line = line - weighted.volume_weighted_mean(close, values, slow_period)
    line = windows.undefined_from(close, line, 0)
    signal = weighted.volume_weighted_mean(line, np.ones(len(line)), signal_period)
    signal = windows.undefined_from(line, signal, 0)
    return VWMACD(line, signal, line - signal)


@indicator(compiled=True)
def wad(candles: Prices, sequential: bool = False) -> Values:
    """Williams' accumulation/distribution, of opening prices: moves from true extremes so far.

    A bar that opens above the last one counts ``o - min(l, o')``, one below ``o - max(h, o')``.
    Source: L. Williams, 1972, where it is made of closing prices.
    """
    return oscillating.moves_from_extremes(candles)
