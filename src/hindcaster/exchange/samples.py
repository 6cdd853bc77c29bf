"""Balance samples: the first, one a day, and the last."""

from __future__ import annotations

from typing import Final

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.exchange.timeframes import MINUTE_MS

_DAY_MS: Final = 1440 * MINUTE_MS


class Samples:
    """Values of the account at the times they were taken.

    Parameters
    ----------
    start : float
        When trading begins, in milliseconds.
    value : float
        Value of the account then.
    """

    def __init__(self, start: float, value: float) -> None:
        self.times = [start]
        self.values = [value]
        self.due = start + _DAY_MS + MINUTE_MS

    def add(self, time: float, value: float) -> None:
        """Take a sample; the next one is due a day after this one was."""
        self.times.append(time)
        self.values.append(value)
        while self.due <= time:
            self.due += _DAY_MS

    def finish(self, time: float, value: float) -> None:
        """Take the last sample, in place of one taken at the same time."""
        if self.times[-1] == time:
            self.values[-1] = value
        else:
            self.add(time, value)

    def as_array(self) -> FloatArray:
        """Give times and values as the two columns of an array."""
        return np.column_stack([self.times, self.values])
