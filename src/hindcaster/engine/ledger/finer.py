"""Finer bars: in which order the prices of each bar came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hindcaster._types import FloatArray, IntArray


class FinerBars(NamedTuple):
    """Prices of all finer bars in the order of time, and which of them make up each bar.

    Attributes
    ----------
    open, high, low, close : array of float, shape (n_finer,)
        Put together they are exactly the bars.
    first : array of int, shape (n_bars + 1,)
        The finer bars of bar i are those from ``first[i]`` to before ``first[i + 1]``.
    """

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    first: IntArray

    def times(self, factor: float) -> FinerBars:
        """Multiply all prices."""
        return FinerBars(
            self.open * factor,
            self.high * factor,
            self.low * factor,
            self.close * factor,
            self.first,
        )

    def bars_of(self, finer: IntArray) -> IntArray:
        """Bars that finer bars belong to."""
        return np.searchsorted(self.first, finer, side="right") - 1


def aligned(bars: Sequence[FloatArray], finer: FinerBars) -> FinerBars:
    """Change prices of finer bars so that put together they are exactly the bars: O, H, L, C.

    The first opens and the last closes with its bar; of those that reach furthest, the first one
    reaches the bar's high or low, and none reaches beyond. Differences have to be small.
    """
    first, counts = finer.first[:-1], np.diff(finer.first)
    opens, closes = finer.open.copy(), finer.close.copy()
    opens[first] = bars[0]
    closes[finer.first[1:] - 1] = bars[3]
    ceiling, floor = np.repeat(bars[1], counts), np.repeat(bars[2], counts)
    highs, lows = finer.high.copy(), finer.low.copy()
    highs[_furthest(highs, first, counts, np.maximum)] = bars[1]
    lows[_furthest(lows, first, counts, np.minimum)] = bars[2]
    return FinerBars(
        np.clip(opens, floor, ceiling),
        np.minimum(np.maximum(highs, np.maximum(opens, closes)), ceiling),
        np.maximum(np.minimum(lows, np.minimum(opens, closes)), floor),
        np.clip(closes, floor, ceiling),
        finer.first,
    )


def _furthest(column: FloatArray, first: IntArray, counts: IntArray, extreme: np.ufunc) -> IntArray:
    """Find the first finer bar of each bar that reaches furthest."""
    furthest = np.repeat(extreme.reduceat(column, first), counts)
    found = np.flatnonzero(column == furthest)
    return found[np.searchsorted(found, first)]
