"""`ma`: the moving average of a number, and what other indicators smooth with."""

from collections.abc import Callable
from typing import Any

from hindcaster import errors
from hindcaster._jit import by_name, in_kernels
from hindcaster._types import FloatArray
from hindcaster.indicators import filters, statistics
from hindcaster.indicators import recursive_averages as recursive
from hindcaster.indicators import window_averages as window
from hindcaster.indicators._call import Period, Prices, Values, indicator, source
from hindcaster.indicators._prices import price
from hindcaster.indicators.kernels import windows
from hindcaster.indicators.volume import vwap

__all__ = ["ma"]

# 7, 8 and 19 are kinds that other packages have there.
AVERAGES: dict[int, Callable[..., Any]] = {
    0: window.sma,
    1: recursive.ema,
    2: window.wma,
    3: recursive.dema,
    4: recursive.tema,
    5: window.trima,
    6: recursive.kama,
    9: window.fwma,
    10: window.hma,
    11: statistics.linearreg,
    12: recursive.wilders,
    13: window.sinwma,
    14: filters.supersmoother,
    15: filters.supersmoother_3_pole,
    16: filters.gauss,
    17: filters.high_pass,
    18: filters.high_pass_2_pole,
    20: recursive.jma,
    21: filters.reflex,
    22: filters.trendflex,
    23: recursive.smma,
    24: window.vwma,
    25: window.pwma,
    26: window.swma,
    27: window.alma,
    28: recursive.hwma,
    29: vwap,
    30: window.nma,
    31: window.edcf,
    32: recursive.mwdx,
    33: recursive.maaq,
    34: window.srwma,
    35: window.sqwma,
    36: window.vpwma,
    37: window.cwma,
    38: window.jsa,
    39: window.epma,
}
_WITHOUT_PERIOD = (28, 29, 32)
WEIGHTED_BY_VOLUME = (24, 29)


def moving_average(
    prices: FloatArray, period: int, matype: int, source_type: str = "close"
) -> FloatArray:
    """Average candles or a series by the kind of a number.

    Parameters
    ----------
    prices : ndarray, shape (n, 6) or (n,)
        Candles, or a series.
    period : int
        Number of bars; some kinds have none.
    matype : int
        The kind: a key of `AVERAGES`.
    source_type : str
        Price of a bar, for candles.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        There is no such kind; or it weighs by volume, and `prices` is a single series.
    """
    if matype not in AVERAGES:
        raise errors.bad_choice("ma", "matype", tuple(AVERAGES), matype)
    average = AVERAGES[matype].__wrapped__  # type: ignore[attr-defined]
    if matype in WEIGHTED_BY_VOLUME and prices.ndim == 1:
        raise errors.average_needs_volume(AVERAGES[matype].__name__, matype)
    periods = () if matype in _WITHOUT_PERIOD else (period,)
    values: FloatArray = average(prices, *periods, source_type=source_type)
    return values


def refuse_weighted_by_volume(name: str, argument: str, matype: int) -> None:
    """Raise if an average of something else than candles is to be weighted by volume."""
    if matype in WEIGHTED_BY_VOLUME:
        others = tuple(kind for kind in AVERAGES if kind not in WEIGHTED_BY_VOLUME)
        raise errors.bad_choice(name, argument, others, matype)


@in_kernels(refuse_weighted_by_volume)
def _not_weighted(name: Any, argument: Any, matype: Any) -> Any:
    """Give a kernel that does nothing: compiled indicators are called with kinds 0 and 1."""
    return lambda name, argument, matype: None


def price_or_candles(candles: FloatArray, source_type: str) -> FloatArray:
    """Give what `moving_average` takes: candles, which some kinds need."""
    return candles


@in_kernels(price_or_candles, price)
def _price(candles: Any, source_type: Any) -> Any:
    """Give a kernel that takes the price once: compiled kinds need no more."""
    return lambda candles, source_type: source(candles, source_type)


@in_kernels(moving_average, price, windows.rolling_mean, recursive.exponential_mean)
def _simple_or_exponential(
    prices: Any, period: Any, matype: Any, source_type: Any = "close"
) -> Any:
    """Give the kernel of the kinds that compiled indicators are made of: 0 and 1."""
    mean: Any = by_name(windows.rolling_mean)
    exponential: Any = by_name(recursive.exponential_mean)

    def average(prices: FloatArray, period: int, matype: int, source_type: Any = "close") -> Any:
        x = source(prices, source_type)
        if matype == 0:
            return mean(x, period)
        return exponential(x, period)

    return average


@indicator(takes_series=True, cuts_series=True, quiet=True, compiled=True)
def ma(
    candles: Prices,
    period: Period = 30,
    matype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Moving average of the kind that `matype` says.

    Unlike the averages themselves, the last value of a series is made of the rows of the warm-up
    cut too.

    Parameters
    ----------
    matype : int, default 0
        0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 9 fwma, 10 hma, 11 linearreg,
        12 wilders, 13 sinwma, 14 supersmoother, 15 supersmoother_3_pole, 16 gauss, 17 high_pass,
        18 high_pass_2_pole, 20 jma, 21 reflex, 22 trendflex, 23 smma, 24 vwma, 25 pwma, 26 swma,
        27 alma, 28 hwma, 29 vwap, 30 nma, 31 edcf, 32 mwdx, 33 maaq, 34 srwma, 35 sqwma,
        36 vpwma, 37 cwma, 38 jsa, 39 epma. 24 and 29 need candles; 28, 29 and 32 have no period.
    """
    return moving_average(candles, period, matype, source_type)
