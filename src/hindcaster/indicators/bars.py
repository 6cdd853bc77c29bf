"""What a single bar says: its typical price, its range, its body, its pivot levels."""

from typing import Any, NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._candles import CLOSE, HIGH, LOW
from hindcaster._jit import in_kernels, kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    high_low_close,
    indicator,
)
from hindcaster.indicators.kernels import levels, oscillating, recursive
from hindcaster.indicators.volatility import average_true_range

__all__ = ["PIVOT", "natr", "pivot", "qstick", "trange", "typprice", "wclprice"]


@indicator(quiet=True)
def natr(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Average true range in percent of the close, ``100 atr / c``, from bar ``period - 1`` on."""
    _, _, close = high_low_close(candles)
    return 100.0 * average_true_range(candles, period) / close


def _refuse_other_kinds(mode: int) -> None:
    kinds = (0, 1, 2, 3, 4)
    if mode not in kinds:
        raise errors.bad_choice("pivot", "mode", kinds, mode)


@in_kernels(_refuse_other_kinds)
def _known_kind(mode: Any) -> Any:
    """Give a kernel that does nothing: compiled indicators are called with kinds they know."""
    return lambda mode: None


class PIVOT(NamedTuple):
    """Values of `pivot`: resistances, pivot point and supports."""

    r4: Values
    r3: Values
    r2: Values
    r1: Values
    pp: Values
    s1: Values
    s2: Values
    s3: Values
    s4: Values


@indicator(compiled=True)
def pivot(candles: Prices, mode: int = 0, sequential: bool = False) -> PIVOT:
    """Pivot point of each bar and the levels around it; NaN for levels that a kind does not have.

    With p = (h + l + c) / 3 and s = h - l, resistances are ``2 p - l, p + s`` (classic),
    ``p + k s`` for k = 0.382, 0.618, 1 (Fibonacci) and ``c + k s`` for k = 0.0916, 0.183, 0.275,
    0.55 (Camarilla). With x = h + l + 2 c, of which the low is doubled instead if the bar fell and
    the high if it rose, p = x / 4 and r1 = x / 2 - l (T. DeMark, 1994). With p = (h + l + 2 o) / 4
    they are ``2 p - l, p + s, h + 2 (p - l), r3 + s`` (Woodie). Supports are likewise below.

    Parameters
    ----------
    mode : {0, 1, 2, 3, 4}, default 0
        0 classic, 1 Fibonacci, 2 DeMark, 3 Camarilla, 4 Woodie.
    """
    _refuse_other_kinds(mode)
    rows = levels.pivot_levels(candles, mode)
    return PIVOT(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8])


@indicator(compiled=True)
def qstick(candles: Prices, period: Period = 5, sequential: bool = False) -> Values:
    """Average body: mean of close less open; 0 for the first bars, NaN from a NaN on.

    Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.
    """
    return oscillating.mean_body(candles, period)


@indicator(compiled=True)
def trange(candles: Prices, sequential: bool = False) -> Values:
    """True range: the bar's range and the gap before it; of the first bar ``h - l``.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    high, low, close = high_low_close(candles)
    out = recursive.true_range(high, low, close)
    for i in range(1, len(out)):
        if close[i - 1] != close[i - 1]:
            out[i] = np.nan
    return out


@kernel
def _mean_of_bar(candles: FloatArray, of_close: float) -> FloatArray:
    """Mean of high, low and close, the close with a weight of its own."""
    out = np.empty(len(candles))
    for i in range(len(candles)):
        total = candles[i, HIGH] + candles[i, LOW] + of_close * candles[i, CLOSE]
        out[i] = total / (2.0 + of_close)
    return out


@indicator(compiled=True)
def typprice(candles: Prices, sequential: bool = False) -> Values:
    """Typical price: ``(h + l + c) / 3``."""
    return _mean_of_bar(candles, 1.0)


@indicator(compiled=True)
def wclprice(candles: Prices, sequential: bool = False) -> Values:
    """Weighted close price: ``(h + l + 2 c) / 4``."""
    return _mean_of_bar(candles, 2.0)
