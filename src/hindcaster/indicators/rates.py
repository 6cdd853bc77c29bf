"""Rates of change, and oscillators that are made of differences of prices."""

from typing import NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, indicator, source
from hindcaster.indicators._series import change, percent_change, ratio_to_past
from hindcaster.indicators.kernels import adaptive, lines, oscillating, recursive
from hindcaster.indicators.moving_averages import moving_average, price_or_candles

__all__ = ["RSMK", "pfe", "ppo", "roc", "rocp", "rocr", "rocr100", "rsmk", "stc", "trix", "tsi"]


@indicator(takes_series=True, compiled=True)
def pfe(
    candles: Prices,
    period: Period = 10,
    smoothing: Period = 5,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Polarized fractal efficiency: a difference of prices by the length of the way, smoothed.

    With d the difference of order ``period - 1`` (not the move over so many bars):
    ``100 sqrt(d² + period²) / Σ sqrt(1 + Δx²)`` with the sign of d, smoothed by an exponential
    average; 0 from a price that is NaN on. Source: H. Hannula, "Polarized Fractal Efficiency",
    1994.

    Parameters
    ----------
    smoothing : int, default 5
        Number of bars of the average.
    """
    x = source(candles, source_type)
    return oscillating.fractal_efficiency(x, period, 2.0 / (smoothing + 1.0))


@indicator(takes_series=True, quiet=True, compiled=True)
def ppo(
    candles: Prices,
    fast_period: Period = 12,
    slow_period: Period = 26,
    matype: int = 0,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Percentage price oscillator: a fast average less a slow one, in percent of the slow one.

    ``100 (ma(fast) - ma(slow)) / ma(slow)``. Source: G. Appel.
    """
    prices = price_or_candles(candles, source_type)
    fast = moving_average(prices, fast_period, matype, source_type)
    slow = moving_average(prices, slow_period, matype, source_type)
    return lines.percent_of(fast, slow, 100.0)


@indicator(takes_series=True, compiled=True)
def roc(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Rate of change to the price `period` bars before, in percent.

    ``100 (x / x[period bars before] - 1)``.
    """
    return percent_change(source(candles, source_type), period)


@indicator(takes_series=True, compiled=True)
def rocp(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Rate of change to the price `period` bars before: ``x / x[-period] - 1``."""
    return ratio_to_past(source(candles, source_type), period, 1.0, 1.0)


@indicator(takes_series=True, compiled=True)
def rocr(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Ratio of the price to that of `period` bars before.

    ``x / x[period bars before]``.
    """
    return ratio_to_past(source(candles, source_type), period, 1.0, 0.0)


@indicator(takes_series=True, compiled=True)
def rocr100(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Ratio of the price to that of `period` bars before, in percent.

    ``100 x / x[period bars before]``.
    """
    return ratio_to_past(source(candles, source_type), period, 100.0, 0.0)


_RSMK_ROWS = 240  # that the last value is made of, whatever the run's warm-up cut is


class RSMK(NamedTuple):
    """Values of `rsmk`."""

    indicator: Values
    signal: Values


@indicator(takes_series=True, second="candles_compare", all_rows=True, quiet=True)
def rsmk(
    candles: Prices,
    candles_compare: Prices,
    lookback: Period = 90,
    period: Period = 3,
    signal_period: Period = 20,
    source_type: str = "close",
    sequential: bool = False,
) -> RSMK:
    """Relative strength to another instrument, and an average of it.

    100 times the exponential average of the change, over `lookback` bars, of the logarithm of the
    ratio of both prices; all NaN if one of the changes is not a finite number. The last value is
    made of 240 rows, whatever the warm-up cut is.
    Source: M. Katsanos, "Using Relative Strength to Outperform the Market", 2020.

    Parameters
    ----------
    candles_compare : ndarray, shape (n, 6), or DataFrame
        As many bars of the other instrument.
    lookback : int, default 90
        Number of bars of the change.
    """
    if not sequential and candles.ndim == candles_compare.ndim == 2:
        candles, candles_compare = candles[-_RSMK_ROWS:], candles_compare[-_RSMK_ROWS:]
    x, y = source(candles, source_type), source(candles_compare, source_type)
    if len(x) != len(y):
        raise errors.unequal_lengths("rsmk", "candles_compare", len(x), len(y))
    strength, signal = np.full(len(x), np.nan), np.full(len(x), np.nan)
    moves = change(np.log(x / y), lookback)[lookback:]
    if np.isfinite(moves).all():
        strength[lookback:] = 100.0 * _average(moves, period)
        signal[lookback:] = _average(strength[lookback:], signal_period)
    return RSMK(strength, signal)


@indicator(takes_series=True, quiet=True)
def stc(
    candles: Prices,
    fast_period: Period = 23,
    slow_period: Period = 50,
    k_period: Period = 10,
    d1_period: Period = 3,
    d2_period: Period = 3,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Schaff trend cycle: the place of a MACD line in its range, smoothed, twice over; 0 to 100.

    Source: D. Schaff, 1999.

    Parameters
    ----------
    k_period : int, default 10
        Number of bars of the ranges.
    d1_period, d2_period : int, default 3
        Number of bars that smooth the first and the second place.
    """
    x = source(candles, source_type)
    line = _average(x, fast_period) - _average(x, slow_period)
    once = _average(oscillating.place_or_zero(line, k_period), d1_period)
    twice = _average(oscillating.place_or_zero(once, k_period), d2_period)
    return np.clip(twice, 0.0, 100.0)


def _average(x: FloatArray, period: int) -> FloatArray:
    """Exponential mean, also of fewer values than `period`."""
    return recursive.exponential(x, 2.0 / (period + 1.0))


@indicator(takes_series=True, compiled=True)
def trix(
    candles: Prices, period: Period = 18, source_type: str = "close", sequential: bool = False
) -> Values:
    """10000 times the change of a triple exponential average of the price's logarithm.

    Source: J. Hutson, "Good TRIX", 1983.
    """
    x = source(candles, source_type)
    return adaptive.third_exponential_of_logs(x, 2.0 / (period + 1.0), 10000.0)


@indicator(takes_series=True, quiet=True)
def tsi(
    candles: Prices,
    long_period: Period = 25,
    short_period: Period = 13,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """True strength index: 100 times the moves by their size, both smoothed twice; 0 if undefined.

    Source: W. Blau, "True Strength Index", 1991.
    """
    moves = np.zeros(len(candles))
    moves[1:] = np.diff(source(candles, source_type))
    out = 100.0 * _twice(moves, long_period, short_period)
    out /= _twice(np.abs(moves), long_period, short_period)
    out[~np.isfinite(out)] = 0.0
    return out


def _twice(x: FloatArray, first: int, second: int) -> FloatArray:
    return _average(_average(x, first), second)
