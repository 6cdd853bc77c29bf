"""Seeded draws that are the same with every release of NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class Dice:
    """Uniform draws that do not depend on NumPy's distribution code."""

    def __init__(self, *key: int) -> None:
        self._rng = np.random.default_rng(key)

    def unit(self) -> float:
        return float(self._rng.random())

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def integer(self, low: int, high: int) -> int:
        """Draw from low..high, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[int(self.unit() * len(options))]

    def weighted(self, weights: dict[str, float]) -> str:
        target = self.unit() * sum(weights.values())
        for name, weight in weights.items():
            target -= weight
            if target < 0:
                return name
        return next(reversed(weights))  # the draw was rounded up to the full sum

    def units(self, n: int) -> np.ndarray:
        return self._rng.random(n)
