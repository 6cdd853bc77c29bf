"""Random numbers for decisions of a strategy that depend on where they are asked for only.

A stream is drawn from its key alone, so that two runs which differ at one point agree again later.
"""

from __future__ import annotations

from ..dice import Dice

_MASK = (1 << 64) - 1


def _mixed(state: int) -> int:
    """Finalizer of SplitMix64 (Steele, Lea, Flood 2014)."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


class Stream(Dice):
    """Draws that follow from a key of whole numbers; cheap to make."""

    def __init__(self, *key: int) -> None:
        self._state = 0
        for number in key:
            self._state = _mixed((self._state + number * 0x9E3779B97F4A7C15) & _MASK)

    def unit(self) -> float:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        return (_mixed(self._state) >> 11) / (1 << 53)
