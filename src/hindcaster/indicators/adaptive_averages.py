"""Averages that change their pace, or are made of several others."""

from typing import NamedTuple

from hindcaster.indicators._call import Period, Prices, Values, indicator, source
from hindcaster.indicators._prices import price_instead_of
from hindcaster.indicators.kernels import adaptive, lines, recursive
from hindcaster.indicators.moving_averages import moving_average
from hindcaster.indicators.statistics import deviation

__all__ = ["PMA", "pma", "rma", "t3", "vidya", "vlma", "zlema"]


class PMA(NamedTuple):
    """Values of `pma`."""

    predict: Values
    trigger: Values


@indicator(takes_series=True, compiled=True)
def pma(candles: Prices, source_type: str = "hl2", sequential: bool = False) -> PMA:
    """Predictive moving average: twice a weighted average of 7 bars less the average of it.

    The trigger is the weighted average of the last 4 predictions. Averages that are not defined
    yet count as 0. Source: J. Ehlers, "Rocket Science for Traders", 2001.
    """
    predict, trigger = adaptive.predicted(source(candles, source_type))
    return PMA(predict, trigger)


@indicator(
    takes_series=True,
    looks_ahead="the value before the first one is the last price of all that are given",
    compiled=True,
)
def rma(
    candles: Prices,
    length: Period = 14,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Wilder's average ``x / length + (1 - 1 / length) y'``, where the first y' is the LAST price.

    In short arrays it therefore looks ahead; `wilders` does not.
    """
    x = source(candles, source_type)
    return recursive.exponential_after(x, 1.0 / length, x[-1])


@indicator(takes_series=True, compiled=True)
def t3(
    candles: Prices,
    period: Period = 5,
    vfactor: float = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Tillson's average: a mix of the third to the sixth of exponential averages in a row.

    Of volume it is the average of closing prices. Source: T. Tillson, "Better Moving Averages",
    1998.

    Parameters
    ----------
    vfactor : float, default 0
        How far it overshoots, 0 for a plain triple average.
    """
    x = source(candles, price_instead_of(source_type, ("volume",), "close"))
    v = vfactor
    w3, w4 = (1.0 + v) ** 3, -3.0 * (2.0 * v**2 + v + v**3)
    w5, w6 = 3.0 * (v**2 + v**3), -(v**3)
    return adaptive.mixed_exponential(x, 2.0 / (period + 1.0), w3, w4, w5, w6)


@indicator(takes_series=True, compiled=True)
def vidya(
    candles: Prices,
    length: Period = 9,
    fix_cmo: bool = True,
    select: bool = True,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Variable index dynamic average: exponential, the faster the clearer prices move.

    Its rate is ``2 / (length + 1)`` times the size of `cmo` as a share, or the deviation.
    Source: T. Chande, "Adapting Moving Averages to Market Volatility", 1992.

    Parameters
    ----------
    fix_cmo : bool, default True
        The momentum is that of 9 bars, else of `length`.
    select : bool, default True
        Momentum, else deviation.
    """
    x = source(candles, source_type)
    if select:
        pace = adaptive.momentum_share(x, 9 if fix_cmo else length)
    else:
        pace = adaptive.partial_deviation(x, length)
    return recursive.adaptive_exponential(x, lines.scaled(pace, 2.0 / (length + 1.0)), 1)


@indicator(takes_series=True, quiet=True)
def vlma(
    candles: Prices,
    min_period: Period = 5,
    max_period: Period = 50,
    matype: int = 0,
    devtype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Variable length average: exponential, over more bars while the price is near its average.

    The number of bars starts at `max_period`, grows by one within 0.25 deviations of the average of
    so many bars, and shrinks by one outside 1.75. Source: "Variable Length Moving Average" by
    everget, TradingView.

    Parameters
    ----------
    min_period, max_period : int, default 5 and 50
        Fewest and most bars.
    """
    x = source(candles, source_type)
    middle = moving_average(candles, max_period, matype, source_type)
    if devtype == 0:  # of the bars there are at the start, as long as the average is defined
        width = adaptive.partial_deviation(x, max_period)
    else:
        width = deviation(x, max_period, devtype, "vlma")
    return adaptive.variable_length(x, middle, width, min_period, max_period)


@indicator(takes_series=True, compiled=True)
def zlema(
    candles: Prices, period: Period = 20, source_type: str = "close", sequential: bool = False
) -> Values:
    """Zero lag exponential average: of ``2 x - x[-lag]`` with ``lag = (period - 1) // 2``.

    It starts at bar `lag`; NaN if there are fewer bars than `period`. Source: J. Ehlers and
    R. Way, "Zero Lag (Well, Almost)", 2010.
    """
    x = source(candles, source_type)
    if len(x) < period:
        return lines.all_undefined(len(x))
    return adaptive.without_lag(x, (period - 1) // 2, 2.0 / (period + 1.0))
