"""Columns of a candle row, and what an opening gap does to an order."""

from typing import Final

TIME: Final = 0
OPEN: Final = 1
CLOSE: Final = 2
HIGH: Final = 3
LOW: Final = 4
VOLUME: Final = 5

# Which jump between the last close and an open fills an order at that open.
NO_GAP: Final = 0  # market orders
GAP_UP: Final = 1  # resting limit sells and stop buys
GAP_DOWN: Final = 2  # resting limit buys and stop sells
