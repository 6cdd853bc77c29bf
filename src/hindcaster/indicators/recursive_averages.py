"""Moving averages that carry on from their own previous value."""

from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, high_low_close, indicator, source
from hindcaster.indicators._series import behind_nan, numbers_of
from hindcaster.indicators.kernels import lines, recursive

__all__ = [
    "dema",
    "ema",
    "frama",
    "hwma",
    "jma",
    "kama",
    "maaq",
    "mcginley_dynamic",
    "mwdx",
    "smma",
    "tema",
    "wilders",
]


@kernel
def exponential_mean(x: FloatArray, period: int) -> FloatArray:
    """Exponential moving average of prices, ``alpha = 2 / (period + 1)``; NaN if they are fewer."""
    if len(x) < period:
        return lines.all_undefined(len(x))
    return recursive.exponential(x, 2.0 / (period + 1.0))


@indicator(takes_series=True, compiled=True)
def dema(
    candles: Prices, period: Period = 30, source_type: str = "close", sequential: bool = False
) -> Values:
    """Double exponential moving average: ``2 * ema - ema(ema)``.

    Source: P. Mulloy, "Smoothing Data with Faster Moving Averages", 1994.
    """
    return recursive.twice_exponential(source(candles, source_type), 2.0 / (period + 1.0))


@indicator(takes_series=True, compiled=True)
def ema(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Exponential moving average, ``2 / (period + 1)`` of the price and the rest of the previous.

    It starts at the first price. All values are NaN if there are fewer bars than `period`; from a
    price that is NaN on, they stay NaN.
    """
    return exponential_mean(source(candles, source_type), period)


@indicator(compiled=True)
def frama(
    candles: Prices,
    window: Period = 10,
    FC: int = 1,  # noqa: N803
    SC: int = 300,  # noqa: N803
    sequential: bool = False,
) -> Values:
    """Fractal adaptive moving average: quick where prices go straight, slow where they waver.

    The rate comes from the ranges of the `window` bars before the current one and of their two
    halves. Source: J. Ehlers, "FRAMA – Fractal Adaptive Moving Average", 2005; modified by
    S. Sengupta.

    Parameters
    ----------
    window : int, default 10
        Number of bars; made even by adding one.
    FC : int, default 1
        Bars of the average in a line.
    SC : int, default 300
        Bars of the average where prices fill space.
    """
    high, low, close = high_low_close(candles)
    return recursive.fractal_adaptive(high, low, close, window + window % 2, float(FC), float(SC))


@indicator(takes_series=True, compiled=True)
def hwma(
    candles: Prices,
    na: float = 0.2,
    nb: float = 0.1,
    nc: float = 0.1,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Holt-Winters moving average: ``F + V + A / 2`` of a smoothed level, trend and acceleration.

    ``F = (1 - na)(F' + V' + A' / 2) + na x``, ``V = (1 - nb)(V' + A') + nb (F - F')``,
    ``A = (1 - nc) A' + nc (V - V')``. Source: MetaTrader code base 20856.

    Parameters
    ----------
    na, nb, nc : float, default 0.2, 0.1, 0.1
        Share of the new value in level, trend and acceleration.
    """
    x = source(candles, source_type)
    return behind_nan(x, recursive.holt_winters(numbers_of(x), na, nb, nc))


@indicator(takes_series=True, compiled=True)
def jma(
    candles: Prices,
    period: Period = 7,
    phase: float = 50,
    power: int = 2,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Jurik moving average, as it is known from public imitations.

    Source: "Jurik Moving Average" by everget, TradingView.

    Parameters
    ----------
    phase : float, default 50
        From -100, smooth, to 100, quick.
    power : int, default 2
        Exponent of the smoothing rate: the larger, the quicker.
    """
    share = 0.45 * (period - 1)
    beta = share / (share + 2.0)
    ratio = min(max(phase / 100.0 + 1.5, 0.5), 2.5)
    return recursive.jurik(source(candles, source_type), beta**power, beta, ratio)


@indicator(takes_series=True, compiled=True)
def kama(
    candles: Prices,
    period: Period = 14,
    fast_length: Period = 2,
    slow_length: Period = 30,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Kaufman's adaptive moving average: quick where prices go one way, slow where they waver.

    The rate is ``(ER * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2`` with the
    efficiency ratio over `period` bars. The first `period` values are the price.
    Source: P. Kaufman, "Smarter Trading", 1995.

    Parameters
    ----------
    fast_length : int, default 2
        Bars of the average at an efficiency of 1.
    slow_length : int, default 30
        Bars of the average at an efficiency of 0.
    """
    fast, slow = 2.0 / (fast_length + 1.0), 2.0 / (slow_length + 1.0)
    return recursive.by_efficiency(source(candles, source_type), period, fast - slow, slow)


@indicator(takes_series=True, compiled=True)
def maaq(
    candles: Prices,
    period: Period = 11,
    fast_period: Period = 2,
    slow_period: Period = 30,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """Moving average adaptive Q: like `kama` with the rate ``(ER * fast + slow) ** 2``.

    ``fast = 2 / (fast_period + 1)``, ``slow = 2 / (slow_period + 1)``. The first `period` values
    are the price.
    """
    fast, slow = 2.0 / (fast_period + 1.0), 2.0 / (slow_period + 1.0)
    x = source(candles, source_type)
    return behind_nan(x, recursive.by_efficiency(numbers_of(x), period, fast, slow))


@indicator(takes_series=True, compiled=True)
def mcginley_dynamic(
    candles: Prices,
    period: Period = 10,
    k: float = 0.6,
    source_type: str = "close",
    sequential: bool = False,
) -> Values:
    """McGinley's dynamic: ``y' + (x - y') / max(k * period * (x / y') ** 4, 1)``.

    Source: J. McGinley, Journal of Technical Analysis, 1997.

    Parameters
    ----------
    k : float, default 0.6
        Share of `period` that the line follows with.
    """
    return recursive.mcginley(source(candles, source_type), k * period)


@indicator(takes_series=True, compiled=True)
def mwdx(
    candles: Prices, factor: float = 0.2, source_type: str = "close", sequential: bool = False
) -> Values:
    """Exponential moving average whose rate is given: ``factor * x + (1 - factor) * y'``.

    Parameters
    ----------
    factor : float, default 0.2
        Share of the new price.
    """
    return recursive.exponential(source(candles, source_type), factor)


@indicator(takes_series=True, compiled=True)
def smma(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Smoothed moving average: exponential weights of rate ``1 / period`` that sum to one.

    ``Σ (1 - a)^k x / Σ (1 - a)^k`` over all bars so far, so the first values are unbiased too.
    """
    return recursive.unbiased_exponential(source(candles, source_type), 1.0 / period)


@indicator(takes_series=True, compiled=True)
def tema(
    candles: Prices, period: Period = 9, source_type: str = "close", sequential: bool = False
) -> Values:
    """Triple exponential moving average: ``3 e1 - 3 e2 + e3``, each an `ema` of the one before.

    Source: P. Mulloy, "Smoothing Data with Less Lag", 1994.
    """
    return recursive.thrice_exponential(source(candles, source_type), 2.0 / (period + 1.0))


@indicator(takes_series=True, compiled=True)
def wilders(
    candles: Prices, period: Period = 5, source_type: str = "close", sequential: bool = False
) -> Values:
    """Wilder's moving average, ``(y' * (period - 1) + x) / period``, from the first price on.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    return recursive.exponential(source(candles, source_type), 1.0 / period)
