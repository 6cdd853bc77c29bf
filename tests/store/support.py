"""Candles to keep in tests, and what they must look like when they are read."""

from __future__ import annotations

import numpy as np

MINUTE, DAY = 60_000, 86_400_000
FEBRUARY = 1_612_137_600_000  # 2021-02-01
WHERE = ("Binance Spot", "BTC-USDT")


def minutes(first: int, count: int, *, start: int = FEBRUARY, price: float = 100.0):
    """Candles of consecutive minutes whose numbers follow from their times and a price."""
    number = np.arange(first, first + count, dtype=np.float64)
    close = price + number % 17
    opening = price + (number - 1) % 17
    high = np.maximum(opening, close) + 0.5
    low = np.minimum(opening, close) - 0.5
    return np.column_stack([start + number * MINUTE, opening, close, high, low, number % 7])
