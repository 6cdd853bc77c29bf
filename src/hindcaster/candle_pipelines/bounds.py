"""What makes rows of drawn prices candles."""

from __future__ import annotations

from typing import Final

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW, OPEN

SMALLEST_PRICE: Final = 1e-12


def opened_at(first: float, rows: FloatArray) -> None:
    """Open each candle at the close before it, the first at a price."""
    rows[0, OPEN] = first
    rows[1:, OPEN] = rows[:-1, CLOSE]


def bounded(rows: FloatArray, ends: FloatArray | None = None) -> None:
    """Take low and high to the sides of the other prices, and all of them above nothing.

    Parameters
    ----------
    rows : array of float, shape (n, 6)
        Candles, changed in place.
    ends : array of float, shape (n,), optional
        Prices that the highs have to reach besides: lows that were drawn too high.
    """
    low, high = rows[:, LOW], rows[:, HIGH]
    if ends is not None:
        np.maximum(high, ends, out=high)
    for edge in (OPEN, CLOSE):
        np.minimum(low, rows[:, edge], out=low)
        np.maximum(high, rows[:, edge], out=high)
    np.maximum(rows[:, OPEN : LOW + 1], SMALLEST_PRICE, out=rows[:, OPEN : LOW + 1])


def own_or_global(seed: int | None) -> np.random.RandomState:
    """Give random numbers of a seed, or NumPy's global ones."""
    if seed is None:
        return np.random.mtrand._rand
    return np.random.RandomState(seed)
