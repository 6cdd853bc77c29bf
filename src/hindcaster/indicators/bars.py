"""What a single bar says: its typical price, its range, its body, its pivot levels."""

from typing import NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._candles import CLOSE, HIGH, LOW, OPEN
from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
)
from hindcaster.indicators.kernels import oscillating, recursive
from hindcaster.indicators.volatility import average_true_range

__all__ = ["PIVOT", "natr", "pivot", "qstick", "trange", "typprice", "wclprice"]


@indicator(quiet=True)
def natr(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Average true range in percent of the close, the first at bar ``period - 1``."""
    _, _, close = high_low_close(candles)
    return 100.0 * average_true_range(candles, period) / close


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


@indicator(quiet=True)
def pivot(candles: Prices, mode: int = 0, sequential: bool = False) -> PIVOT:
    """Pivot point of each bar and the levels around it; NaN for levels that a kind does not have.

    Parameters
    ----------
    mode : {0, 1, 2, 3, 4}, default 0
        0 classic, 1 Fibonacci, 2 DeMark, 3 Camarilla, 4 Woodie.
    """
    high, low, close = high_low_close(candles)
    opening, span, typical = column(candles, OPEN), high - low, (high + low + close) / 3.0
    match mode:
        case 0:
            return _levels(
                typical, [2 * typical - low, typical + span], [2 * typical - high, typical - span]
            )
        case 1:
            steps = [share * span for share in (0.382, 0.618, 1.0)]
            above, below = [typical + step for step in steps], [typical - step for step in steps]
            return _levels(typical, above, below)
        case 2:
            total = high + low + 2 * close
            total = np.where(close < opening, high + 2 * low + close, total)
            total = np.where(close > opening, 2 * high + low + close, total)
            return _levels(total / 4.0, [total / 2.0 - low], [total / 2.0 - high])
        case 3:
            steps = [share * span for share in (0.0916, 0.183, 0.275, 0.55)]
            return _levels(typical, [close + s for s in steps], [close - s for s in steps])
        case 4:
            middle = (high + low + 2 * opening) / 4.0
            top, bottom = high + 2 * (middle - low), low - 2 * (high - middle)
            above = [2 * middle - low, middle + span, top, top + span]
            return _levels(middle, above, [2 * middle - high, middle - span, bottom, bottom - span])
        case _:
            raise errors.bad_choice("pivot", "mode", (0, 1, 2, 3, 4), mode)


def _levels(
    middle: FloatArray,
    above: list[FloatArray],
    below: list[FloatArray],
) -> PIVOT:
    """Order levels, the nearest to the pivot point first, and fill up with NaN."""
    unset = [np.full(len(middle), np.nan)] * (4 - len(above))
    r1, r2, r3, r4 = above + unset
    s1, s2, s3, s4 = below + unset
    return PIVOT(r4, r3, r2, r1, middle, s1, s2, s3, s4)


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
