"""Levels around the pivot point of a bar."""

import numpy as np

from hindcaster._candles import CLOSE, HIGH, LOW, OPEN
from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray

_PIVOT = 4  # row of the pivot point: resistances are above, the nearest last, supports below


@kernel
def pivot_levels(candles: FloatArray, mode: int) -> FloatArray:
    """Pivot point with its levels of each bar, in rows; NaN for those that a kind does not have."""
    n = len(candles)
    levels = np.full((2 * _PIVOT + 1, n), np.nan)
    for i in range(n):
        high, low, close = candles[i, HIGH], candles[i, LOW], candles[i, CLOSE]
        opening, span, typical = candles[i, OPEN], high - low, (high + low + close) / 3.0
        if mode == 0:
            levels[_PIVOT, i] = typical
            _pair(levels, i, 1, 2 * typical - low, 2 * typical - high)
            _pair(levels, i, 2, typical + span, typical - span)
        elif mode == 1:
            levels[_PIVOT, i] = typical
            _pair(levels, i, 1, typical + 0.382 * span, typical - 0.382 * span)
            _pair(levels, i, 2, typical + 0.618 * span, typical - 0.618 * span)
            _pair(levels, i, 3, typical + span, typical - span)
        elif mode == 2:
            total = high + low + 2 * close
            if close < opening:
                total = high + 2 * low + close
            elif close > opening:
                total = 2 * high + low + close
            levels[_PIVOT, i] = total / 4.0
            _pair(levels, i, 1, total / 2.0 - low, total / 2.0 - high)
        elif mode == 3:
            levels[_PIVOT, i] = typical
            _pair(levels, i, 1, close + 0.0916 * span, close - 0.0916 * span)
            _pair(levels, i, 2, close + 0.183 * span, close - 0.183 * span)
            _pair(levels, i, 3, close + 0.275 * span, close - 0.275 * span)
            _pair(levels, i, 4, close + 0.55 * span, close - 0.55 * span)
        else:
            middle = (high + low + 2 * opening) / 4.0
            top, bottom = high + 2 * (middle - low), low - 2 * (high - middle)
            levels[_PIVOT, i] = middle
            _pair(levels, i, 1, 2 * middle - low, 2 * middle - high)
            _pair(levels, i, 2, middle + span, middle - span)
            _pair(levels, i, 3, top, bottom)
            _pair(levels, i, 4, top + span, bottom - span)
    return levels


@subkernel
def _pair(levels: FloatArray, bar: int, away: int, above: float, below: float) -> None:
    """Write the levels that are so many away from the pivot point."""
    levels[_PIVOT - away, bar] = above
    levels[_PIVOT + away, bar] = below
