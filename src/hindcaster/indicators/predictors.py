"""Filters that take out trend and noise, and foretell the wave that is left.

By John Ehlers: "Cycle Analytics for Traders", 2013, and "A Peek into the Future", 2019.
"""

import math
from typing import NamedTuple

from hindcaster.indicators._call import Period, Prices, Values, indicator, source
from hindcaster.indicators.filters import two_pole_high_pass, two_pole_smoother
from hindcaster.indicators.kernels import oscillating

__all__ = ["VossFilter", "roofing", "voss"]


@indicator(takes_series=True, compiled=True)
def roofing(
    candles: Prices,
    hp_period: Period = 48,
    lp_period: Period = 10,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Roofing filter: the super smoother of the two-pole high-pass filter.

    Source: J. Ehlers, "Cycle Analytics for Traders", 2013.
    """
    return two_pole_smoother(two_pole_high_pass(source(candles, source_type), hp_period), lp_period)


class VossFilter(NamedTuple):
    """Values of `voss`."""

    voss: Values
    filt: Values


@indicator(takes_series=True, compiled=True)
def voss(
    candles: Prices,
    period: Period = 20,
    predict: Period = 3,
    bandwith: float = 0.25,
    source_type: str = "close",
    sequential: bool = False,
) -> VossFilter:
    """Voss predictor: a band-pass filter `filt`, and the same some bars ahead.

    Source: J. Ehlers, "A Peek into the Future", 2019.

    Parameters
    ----------
    predict : int, default 3
        How many bars ahead.
    bandwith : float, default 0.25
        Width of the band as a share of `period`.
    """
    x = source(candles, source_type)
    gain = math.cos(bandwith * 2.0 * math.pi / period)
    edge = 1.0 / gain - math.sqrt(1.0 / gain**2 - 1.0)
    wave = math.cos(2.0 * math.pi / period)
    ahead, band = oscillating.foretold(x, wave, edge, period, 3 * predict)
    return VossFilter(ahead, band)
