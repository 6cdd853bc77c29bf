"""Filters of digital signal processing: smoothers, high-pass and band-pass filters, cycles.

Most are by John Ehlers: "Cybernetic Analysis for Stocks and Futures" (2004), "Cycle Analytics for
Traders" (2013) and his articles in Technical Analysis of Stocks & Commodities.
"""

import math
from typing import NamedTuple

from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, indicator, none_for_nan, source
from hindcaster.indicators._series import behind_nan, numbers_of, shifted
from hindcaster.indicators.kernels import filters, lines, windows

__all__ = [
    "CC",
    "EMD",
    "ITREND",
    "MAMA",
    "BandPass",
    "FisherTransform",
    "bandpass",
    "cg",
    "correlation_cycle",
    "dec_osc",
    "decycler",
    "emd",
    "fisher",
    "gauss",
    "high_pass",
    "high_pass_2_pole",
    "itrend",
    "lrsi",
    "mama",
    "reflex",
    "supersmoother",
    "supersmoother_3_pole",
    "trendflex",
]


@kernel
def one_pole_high_pass(x: FloatArray, period: float) -> FloatArray:
    """Take out waves longer than `period`; starts at the first price."""
    wave = 2.0 * math.pi / period
    a = 1.0 + (math.sin(wave) - 1.0) / math.cos(wave)
    half = 1.0 - a / 2.0
    return filters.one_pole(x, half, -half, 1.0 - a)


@kernel
def two_pole_high_pass(x: FloatArray, period: float) -> FloatArray:
    """Take out waves longer than `period`, more sharply; starts at the first two prices."""
    wave = 0.707 * 2.0 * math.pi / period
    a = 1.0 + (math.sin(wave) - 1.0) / math.cos(wave)
    half, rest = (1.0 - a / 2.0) ** 2, 1.0 - a
    return filters.two_poles(x, half, -2.0 * half, half, 2.0 * rest, -rest * rest)


@kernel
def two_pole_smoother(x: FloatArray, period: float) -> FloatArray:
    """Take out waves shorter than `period`; starts at the first two prices."""
    a = math.exp(-1.414 * math.pi / period)
    b = 2.0 * a * math.cos(1.414 * math.pi / period)
    gain = (1.0 + a * a - b) / 2.0
    return filters.two_poles(x, gain, gain, 0.0, b, -a * a)


class BandPass(NamedTuple):
    """Values of `bandpass`."""

    bp: Values
    bp_normalized: Values
    signal: Values
    trigger: Values


@indicator(takes_series=True, compiled=True)
def bandpass(
    candles: Prices,
    period: Period = 20,
    bandwidth: float = 0.3,
    source_type: str = "close",
    sequential: bool = False,
) -> BandPass:
    """Band-pass filter: the waves of about `period` bars, raw and by their fading peak.

    The trigger is the normalised wave behind a high-pass filter, the signal 1 where the wave is
    below it and -1 where it is above. Source: J. Ehlers, 2013.

    Parameters
    ----------
    bandwidth : float, default 0.3
        Width of the band as a share of `period`.
    """
    x = one_pole_high_pass(source(candles, source_type), 4 * period / bandwidth)
    beta = math.cos(2.0 * math.pi / period)
    bp = _band(x, beta, math.cos(2.0 * math.pi * bandwidth / period))
    normalized = filters.by_decaying_peak(bp, 0.991)
    trigger = one_pole_high_pass(normalized, period / bandwidth / 1.5)
    signal = filters.sign_of_difference(trigger, normalized)
    return BandPass(bp, normalized, signal, trigger)


@kernel
def _band(x: FloatArray, beta: float, gamma: float) -> FloatArray:
    a = 1.0 / gamma - math.sqrt(1.0 / gamma**2 - 1.0)
    gain = 0.5 * (1.0 - a)
    return filters.two_poles(x, gain, 0.0, -gain, beta * (1.0 + a), -a)


@indicator(takes_series=True, compiled=True)
def cg(
    candles: Prices, period: Period = 10, source_type: str = "close", sequential: bool = False
) -> Values:
    """Centre of gravity: ``-Σ (k + 1) x[i - k] / Σ x[i - k]``, k = 0 … period - 2 bars back.

    From bar ``period + 1`` on. Source: J. Ehlers, 2004.
    """
    x = source(candles, source_type)
    return windows.undefined_from(x, filters.centre_of_gravity(x, period), 3)


class CC(NamedTuple):
    """Values of `correlation_cycle`."""

    real: Values
    imag: Values
    angle: Values
    state: Values


@indicator(takes_series=True, compiled=True)
def correlation_cycle(
    candles: Prices,
    period: Period = 20,
    threshold: int = 9,
    source_type: str = "close",
    sequential: bool = False,
) -> CC:
    """Correlation of prices with a cosine and a sine of `period` bars, and the angle of the two.

    The angle, in degrees, does not turn back unless it falls by 270 or more. The state is its
    sign where it moves by less than `threshold` a bar (a trend), else 0 (a cycle).
    Source: J. Ehlers, "Correlation as a Cycle Indicator", 2020.

    Parameters
    ----------
    threshold : int, default 9
        Degrees a bar.
    """
    x = source(candles, source_type)
    period = max(period, 2)
    real, imag = filters.correlate_with_waves(x, period)
    angle = filters.cycle_angle(real, imag)
    return CC(real, imag, angle, filters.cycle_state(angle, threshold))


@indicator(takes_series=True, compiled=True)
def dec_osc(
    candles: Prices,
    hp_period: Period = 125,
    k: float = 1,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Decycler oscillator: waves between half of `hp_period` and `hp_period`, in percent of price.

    ``100 k HP(x - HP(x, hp_period), hp_period / 2) / x`` with the two-pole high-pass filter.
    Source: J. Ehlers, "Decyclers", 2015.

    Parameters
    ----------
    k : float, default 1
        Factor of the result.
    """
    x = source(candles, source_type)
    low_passed = lines.minus(x, two_pole_high_pass(x, float(hp_period)))
    passed = two_pole_high_pass(low_passed, float(hp_period // 2))
    return lines.ratio(lines.scaled(passed, 100.0 * k), x)


@indicator(takes_series=True, compiled=True)
def decycler(
    candles: Prices, hp_period: Period = 125, source_type: str = "close", sequential: bool = False
) -> Values:
    """Decycler: the price without waves shorter than `hp_period`, ``x - high_pass_2_pole(x)``.

    Source: J. Ehlers, "Decyclers", 2015.
    """
    x = source(candles, source_type)
    return lines.minus(x, two_pole_high_pass(x, float(hp_period)))


class EMD(NamedTuple):
    """Values of `emd`."""

    upperband: Values
    middleband: Values
    lowerband: Values


@indicator(compiled=True)
def emd(
    candles: Prices,
    period: Period = 20,
    delta: float = 0.5,
    fraction: float = 0.1,
    sequential: bool = False,
) -> EMD:
    """Empirical mode decomposition: average of a band-passed price between its average extremes.

    Source: J. Ehlers and R. Way, "Empirical Mode Decomposition", 2010.

    Parameters
    ----------
    delta : float, default 0.5
        Half of the band's width.
    fraction : float, default 0.1
        Share of the average peak and valley at which the bands are.
    """
    x = source(candles, "hl2")
    gamma = 1.0 / math.cos(4.0 * math.pi * delta / period)
    a = gamma - math.sqrt(gamma**2 - 1.0)
    beta = math.cos(2.0 * math.pi / period)
    bp = filters.band_from_zero(x, 0.5 * (1.0 - a), beta * (1.0 + a), -a)
    peak, valley = filters.last_extremes(bp)
    return EMD(
        lines.scaled(windows.full_mean(peak, 50), fraction),
        windows.full_mean(bp, 2 * period),
        lines.scaled(windows.full_mean(valley, 50), fraction),
    )


class FisherTransform(NamedTuple):
    """Values of `fisher`."""

    fisher: Values
    signal: Values


@indicator(compiled=True)
def fisher(candles: Prices, period: Period = 9, sequential: bool = False) -> FisherTransform:
    """Fisher transform of the middle price's place in its range, and its value one bar before.

    0 before bar `period`. Source: J. Ehlers, "Using the Fisher Transform", 2002.
    """
    x = source(candles, "hl2")
    highest, lowest = windows.rolling_max(x, period), windows.rolling_min(x, period)
    values = filters.fisher_transform(x, highest, lowest, period)
    return FisherTransform(values, lines.filled(shifted(values, 1), 1, 0.0))


@indicator(takes_series=True, compiled=True)
def gauss(
    candles: Prices,
    period: Period = 14,
    poles: int = 4,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Gaussian filter of `poles` poles; its previous values are 0 at the start.

    Prices that are NaN are left out and NaN is put in front for them.
    Source: J. Ehlers, "Gaussian and Other Low Lag Filters", 2001.

    Parameters
    ----------
    poles : int, default 4
        The more, the smoother.
    """
    beta = (1.0 - math.cos(2.0 * math.pi / period)) / (2.0 ** (1.0 / poles) - 1.0)
    alpha = -beta + math.sqrt(beta**2 + 2.0 * beta)
    x = source(candles, source_type)
    return behind_nan(x, filters.gaussian(numbers_of(x), alpha, poles))


@indicator(takes_series=True, last=none_for_nan, compiled=True)
def high_pass(
    candles: Prices, period: Period = 48, source_type: str = "close", sequential: bool = False
) -> Values:
    """High-pass filter of one pole: what is left of the price without waves longer than `period`.

    Source: J. Ehlers, 2013.
    """
    return one_pole_high_pass(source(candles, source_type), float(period))


@indicator(takes_series=True, last=none_for_nan, compiled=True)
def high_pass_2_pole(
    candles: Prices, period: Period = 48, source_type: str = "close", sequential: bool = False
) -> Values:
    """High-pass filter of two poles: the price without waves longer than `period`.

    Source: J. Ehlers, 2013.
    """
    return two_pole_high_pass(source(candles, source_type), float(period))


class ITREND(NamedTuple):
    """Values of `itrend`."""

    signal: Values
    it: Values
    trigger: Values


@indicator(takes_series=True, compiled=True)
def itrend(
    candles: Prices, alpha: float = 0.07, source_type: str = "hl2", sequential: bool = False
) -> ITREND:
    """Instantaneous trend line `it`, a trigger ahead of it, and the sign of their difference.

    ``trigger = 2 it - it[20 bars ago]``. Source: J. Ehlers, 2004.

    Parameters
    ----------
    alpha : float, default 0.07
        Share of the new price.
    """
    line = filters.instantaneous_trend(source(candles, source_type), alpha)
    trigger = filters.ahead_of(line, 20)
    return ITREND(filters.sign_of_difference(trigger, line), line, trigger)


@indicator(last=none_for_nan, compiled=True)
def lrsi(candles: Prices, alpha: float = 0.2, sequential: bool = False) -> Values:
    """Laguerre relative strength of the middle price, 0 … 1; 0 where all stages are equal.

    Source: J. Ehlers, "Time Warp – Without Space Travel", 2004.

    Parameters
    ----------
    alpha : float, default 0.2
        Share of the new price.
    """
    return filters.laguerre_strength(source(candles, "hl2"), alpha)


class MAMA(NamedTuple):
    """Values of `mama`."""

    mama: Values
    fama: Values


@indicator(takes_series=True, compiled=True)
def mama(
    candles: Prices,
    fastlimit: float = 0.5,
    slowlimit: float = 0.05,
    source_type: str = "close",
    sequential: bool = False,
) -> MAMA:
    """MESA adaptive moving average, and the following one at half of its rate.

    The rate is `fastlimit` by the degrees that the phase of the price's cycle went back, at least
    `slowlimit`. Both start at 0, so the first values mean nothing.
    Source: J. Ehlers, "MESA Adaptive Moving Averages", 2001.

    Parameters
    ----------
    fastlimit, slowlimit : float, default 0.5 and 0.05
        Highest and lowest share of the new price.
    """
    x = source(candles, source_type)
    average, follower = filters.mesa_adaptive(x, fastlimit, slowlimit)
    return MAMA(average, follower)


@indicator(takes_series=True, last=none_for_nan, compiled=True)
def reflex(
    candles: Prices, period: Period = 20, source_type: str = "close", sequential: bool = False
) -> Values:
    """Reflex: distance of a smoothed price to the straight line over `period` bars, normalised.

    0 for the first `period` bars. Source: J. Ehlers, "Reflex: A New Zero-Lag Indicator", 2020.
    """
    smooth = two_pole_smoother(source(candles, source_type), period / 2)
    return filters.flex(smooth, period, True)


@indicator(takes_series=True, compiled=True)
def supersmoother(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Super smoother of two poles: the price without waves shorter than `period`.

    Source: J. Ehlers, 2013.
    """
    return two_pole_smoother(source(candles, source_type), float(period))


@indicator(takes_series=True, compiled=True)
def supersmoother_3_pole(
    candles: Prices, period: Period = 14, source_type: str = "close", sequential: bool = False
) -> Values:
    """Super smoother of three poles: the price without waves shorter than `period`.

    Source: J. Ehlers, 2004.
    """
    a = math.exp(-math.pi / period)
    b = 2.0 * a * math.cos(1.738 * math.pi / period)
    q = a * a
    gain, x = 1.0 - q * q - b + b * q, source(candles, source_type)
    return filters.three_poles(x, gain, b + q, -(q + b * q), q * q)


@indicator(takes_series=True, last=none_for_nan, compiled=True)
def trendflex(
    candles: Prices, period: Period = 20, source_type: str = "close", sequential: bool = False
) -> Values:
    """Trendflex: mean distance of a smoothed price to its last `period` values, normalised.

    0 for the first `period` bars. Source: J. Ehlers, "Reflex: A New Zero-Lag Indicator", 2020.
    """
    smooth = two_pole_smoother(source(candles, source_type), period / 2)
    return filters.flex(smooth, period, False)
