"""Moving averages over a window of bars, weighted one way or another."""

import math
from typing import NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._candles import VOLUME
from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, column, indicator, source
from hindcaster.indicators._series import shifted
from hindcaster.indicators.kernels import lines, weighted, windows
from hindcaster.indicators.recursive_averages import exponential_mean

__all__ = [
    "HullSuit",
    "alma",
    "cwma",
    "edcf",
    "epma",
    "fwma",
    "hma",
    "hull_suit",
    "jsa",
    "nma",
    "pwma",
    "sinwma",
    "sma",
    "sqwma",
    "srwma",
    "swma",
    "trima",
    "vpwma",
    "vwma",
    "wma",
]


@kernel
def linear_mean(x: FloatArray, period: int) -> FloatArray:
    """Average a series with weights 1, 2, …, `period`, the newest bar's the largest; NaN for 0."""
    if period == 0:
        return lines.all_undefined(len(x))
    weights = np.empty(period)
    for k in range(period):
        weights[k] = k + 1.0
    return weighted.weighted_mean(x, weights, period - 1)


@kernel
def triangular_weights(period: int) -> FloatArray:
    """Weights that rise from 1 to the middle of the window and fall to 1 again."""
    weights = np.empty(period)
    for k in range(period):
        weights[k] = min(k + 1.0, period - k)
    return weights


@kernel
def _from_bar(x: FloatArray, weights: FloatArray, first: int) -> FloatArray:
    """Average a series with weights from bar `first` on; before, it is the series itself.

    So it is everywhere if the weights cancel out.
    """
    total = 0.0
    for k in range(len(weights)):
        total += weights[k]
    if total == 0.0:
        return x.copy()
    out = weighted.weighted_mean(x, weights, first)
    for i in range(min(first, len(x))):
        out[i] = x[i]
    return out


@kernel
def _power_mean(x: FloatArray, period: int, power: float) -> FloatArray:
    """Average with weights ``(period - k) ** power``, k = 0 … period - 2 bars back."""
    weights = np.empty(period - 1)
    for k in range(period - 1):
        weights[k] = (k + 2.0) ** power
    return _from_bar(x, weights, period + 1)


@indicator(takes_series=True, compiled=True)
def alma(
    candles: Prices,
    period: Period = 9,
    sigma: float = 6.0,
    distribution_offset: float = 0.85,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Arnaud Legoux moving average: weights of a Gaussian bell within the window.

    The bell's middle is bar ``distribution_offset * (period - 1)`` of the window, its width
    ``period / sigma``. Averages that are exactly 0 are NaN.
    Source: A. Legoux and D. Kouzis-Loukas, 2009.

    Parameters
    ----------
    sigma : float, default 6.0
        The larger, the narrower the bell.
    distribution_offset : float, default 0.85
        Where the bell's middle is, 0 the oldest and 1 the newest bar.
    """
    weights, width = np.empty(period), period / sigma
    for k in range(period):
        place = k - distribution_offset * (period - 1)
        weights[k] = math.exp(-(place * place) / (2.0 * (width * width)))
    out = weighted.weighted_mean(source(candles, source_type), weights, period - 1)
    for i in range(len(out)):
        if out[i] == 0.0:
            out[i] = np.nan
    return out


@indicator(takes_series=True, compiled=True)
def cwma(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Cubed weighted moving average: weights ``(period - k) ** 3``, k = 0 … period - 2 bars back.

    Before bar ``period + 1`` it is the price.
    """
    return _power_mean(source(candles, source_type), period, 3.0)


@indicator(takes_series=True, compiled=True)
def edcf(
    candles: Prices, period: Period = 15, source_type: str = "hl2", sequential: bool = False
) -> Values:
    """Ehlers' distance coefficient filter: bars far from those before them weigh more.

    The weight is the sum of squared differences to each of the ``period - 1`` bars before; from
    bar ``2 * period`` on. Source: J. Ehlers, "Ehlers Filters".
    """
    x = source(candles, source_type)
    return windows.undefined_from(x, weighted.distance_weighted_mean(x, period), 2)


@indicator(takes_series=True, compiled=True)
def epma(
    candles: Prices,
    period: Period = 11,
    offset: int = 4,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """End point moving average: weights ``period - k - offset``, k = 0 … period - 2 bars back.

    Before bar ``period + offset + 1`` it is the price.

    Parameters
    ----------
    offset : int, default 4
        How far weights are lowered; those of the oldest bars become negative.
    """
    weights = np.empty(period - 1)
    for k in range(period - 1):
        weights[k] = k + 2.0 - offset
    return _from_bar(source(candles, source_type), weights, max(period + offset + 1, 0))


@indicator(takes_series=True, compiled=True)
def fwma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Fibonacci weighted moving average: weights 1, 1, 2, 3, 5, …, the newest bar's the largest.

    ``Σ F x / Σ F`` over the window with the Fibonacci numbers F.
    """
    weights = np.ones(period)
    for k in range(2, period):
        weights[k] = weights[k - 1] + weights[k - 2]
    return weighted.weighted_mean(source(candles, source_type), weights, period - 1)


@indicator(takes_series=True, compiled=True)
def hma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Hull moving average: ``wma(2 * wma(x, p // 2) - wma(x, p), int(sqrt(p)))``.

    Averages whose window is not full count as 0, so that there are no NaN, but the first values
    mean nothing, and those of a period of 1 are ``-x``. Source: A. Hull, 2005.
    """
    x = source(candles, source_type)
    short = lines.scaled(_zero_for_short(x, period // 2), 2.0)
    raw = lines.minus(short, _zero_for_short(x, period))
    return _zero_for_short(raw, int(math.sqrt(period)))


@kernel
def _zero_for_short(x: FloatArray, period: int) -> FloatArray:
    out = linear_mean(x, period)
    return lines.filled(out, period - 1 if period else len(x), 0.0)


class HullSuit(NamedTuple):
    """Values of `hull_suit`."""

    s_hull: Values
    m_hull: Values
    signal: Values


@indicator(takes_series=True, quiet=True)
def hull_suit(
    candles: Prices,
    mode_switch: str = "Hma",
    length: Period = 55,
    length_mult: float = 1.0,
    source_type: str = "close",
    sequential: bool = False,
) -> HullSuit:
    """Hull suite: a Hull average `m_hull`, its value two bars before, and the signal of both.

    With ``L = int(length * length_mult)``: "Hma" ``wma(2 * wma(x, L / 2) - wma(x, L), sqrt(L))``;
    "Ehma" the same of `ema`; "Thma"
    ``wma(3 * wma(x, L / 6) - wma(x, L / 4) - wma(x, L / 2), L / 2)``. The signal is "buy" where
    the average is above its value two bars before, else "sell". All three are None for the
    first two bars; arrays hold objects.
    Source: "Hull Suite" by InSilico, TradingView.

    Parameters
    ----------
    mode_switch : {'Hma', 'Ehma', 'Thma'}, default 'Hma'
        Kind of Hull average.
    length_mult : float, default 1.0
        Factor of `length`.
    """
    x = source(candles, source_type)
    line = _hull(x, mode_switch, int(length * length_mult))
    before = shifted(line, 2)
    signal = np.where(before < line, "buy", "sell")
    values = (before.astype(object), line.astype(object), signal.astype(object))
    for field in values:
        field[:2] = None
    return HullSuit(*values)


def _hull(x: FloatArray, mode: str, length: int) -> FloatArray:
    match mode:
        case "Hma":
            raw = 2.0 * linear_mean(x, length // 2) - linear_mean(x, length)
            return linear_mean(raw, round(math.sqrt(length)))
        case "Ehma":
            raw = 2.0 * exponential_mean(x, length // 2) - exponential_mean(x, length)
            return exponential_mean(raw, round(math.sqrt(length)))
        case "Thma":
            short, middle, long = length // 6, length // 4, length // 2
            raw = 3.0 * linear_mean(x, short) - linear_mean(x, middle) - linear_mean(x, long)
            return linear_mean(raw, long)
        case _:
            raise errors.bad_choice("hull_suit", "mode_switch", ("Hma", "Ehma", "Thma"), mode)


@indicator(takes_series=True, compiled=True)
def jsa(
    candles: Prices, period: Period = 30, source_type: str = "close", sequential: bool = False
) -> Values:
    """Jsa moving average: middle of the price and that of `period` bars before.

    ``(x + x[period bars before]) / 2``.
    """
    x = source(candles, source_type)
    return lines.middle(x, shifted(x, period))


@indicator(takes_series=True, compiled=True)
def nma(
    candles: Prices, period: Period = 40, source_type: str = "close", sequential: bool = False
) -> Values:
    """Natural moving average: a price within the step `period` bars ago, by how moves are spread.

    With the moves ``|ΔL|`` of ``L = 1000 ln x`` and ``w_k = sqrt(k + 1) - sqrt(k)`` for k = 0 …
    period - 1 bars back, ``ratio = Σ w |ΔL| / Σ |ΔL|`` and the value is
    ``x[i - p + 1] * ratio + x[i - p] * (1 - ratio)``. Source: J. Sloman, "Ocean Theory".
    """
    return weighted.natural_mean(source(candles, source_type), period)


@indicator(takes_series=True, compiled=True)
def pwma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Pascal's weighted moving average: ``Σ w x / Σ w``, w row period - 1 of Pascal's triangle."""
    weights = np.ones(period)
    for k in range(1, period):
        weights[k] = weights[k - 1] * (period - k) / k
    return weighted.weighted_mean(source(candles, source_type), weights, period - 1)


@indicator(takes_series=True, compiled=True)
def sinwma(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Sine weighted moving average: weights ``sin(k π / (period + 1))``, k = 1 … period."""
    weights = np.empty(period)
    for k in range(period):
        weights[k] = math.sin((k + 1) * math.pi / (period + 1))
    return weighted.weighted_mean(source(candles, source_type), weights, period - 1)


@indicator(takes_series=True, compiled=True)
def sma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Simple moving average: the mean of the window's values, those that are NaN left out.

    ``Σ x / n`` over the window's n values that are not NaN.
    """
    return windows.rolling_mean(source(candles, source_type), period)


@indicator(takes_series=True, compiled=True)
def sqwma(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Squared weighted moving average: weights ``(period - k) ** 2``, k = 0 … period - 2 bars back.

    Before bar ``period + 1`` it is the price.
    """
    return _power_mean(source(candles, source_type), period, 2.0)


@indicator(takes_series=True, compiled=True)
def srwma(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Square root weighted moving average: weights ``sqrt(period - k)``, k = 0 … period - 2.

    Before bar ``period + 1`` it is the price.
    """
    return _power_mean(source(candles, source_type), period, 0.5)


@indicator(takes_series=True, compiled=True)
def swma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Symmetric weighted moving average: weights rise from 1 to the middle and fall to 1 again.

    ``Σ w x / Σ w`` over the window with w = 1, 2, …, 2, 1.
    """
    return weighted.weighted_mean(
        source(candles, source_type), triangular_weights(period), period - 1
    )


@indicator(takes_series=True, compiled=True)
def trima(
    candles: Prices, period: Period = 30, source_type: str = "close", sequential: bool = False
) -> Values:
    """Triangular moving average: an average of simple averages, so weights are triangular.

    ``Σ w x / Σ w`` over the window, with w rising by 1 to the middle and falling from there.
    """
    return weighted.weighted_mean(
        source(candles, source_type), triangular_weights(period), period - 1
    )


@indicator(takes_series=True, compiled=True)
def vpwma(
    candles: Prices,
    period: Period = 14,
    power: float = 0.382,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Variable power weighted moving average: weights ``(period - k) ** power``, k = 0 … p - 2.

    Before bar ``period + 1`` it is the price.

    Parameters
    ----------
    power : float, default 0.382
        Exponent of the weights.
    """
    return _power_mean(source(candles, source_type), period, power)


@indicator(takes_series=True, compiled=True)
def vwma(
    candles: Prices, period: Period = 20, source_type: str = "close", sequential: bool = False
) -> Values:
    """Volume weighted moving average ``Σ v x / Σ v``; a series weighs all bars the same.

    At the start it is made of the bars there are.
    """
    x = source(candles, source_type)
    series = candles.shape[-1] == 1
    volume = np.ones(len(x)) if series else column(candles, VOLUME)
    return windows.undefined_from(x, weighted.volume_weighted_mean(x, volume, period), 0)


@indicator(takes_series=True, compiled=True)
def wma(
    candles: Prices, period: Period = 30, source_type: str = "close", sequential: bool = False
) -> Values:
    """Weighted moving average: weights 1, 2, …, `period`, the newest bar's the largest.

    ``Σ k x / Σ k`` over the window, k = 1 … period.
    """
    return linear_mean(source(candles, source_type), period)
