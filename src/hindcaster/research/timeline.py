"""The steps of a run: when each is, which rows belong to it, and which routes act in it."""

from __future__ import annotations

import numpy as np

from hindcaster._types import FloatArray, IntArray


class Timeline:
    """Steps of a run.

    Parameters
    ----------
    start : float
        When trading begins, in milliseconds.
    clocks : ndarray
        Time of each step, the close of its minute.
    due : dict of str to ndarray
        Steps that end a bar of the route, by symbol.
    firsts : dict of str to int
        First trading row of each symbol.
    steps_of_rows : dict of str to ndarray
        Step at which each row of a symbol closes; empty where a step is a row.
    """

    def __init__(
        self,
        start: float,
        clocks: FloatArray,
        due: dict[str, IntArray],
        firsts: dict[str, int],
        steps_of_rows: dict[str, IntArray],
    ) -> None:
        self.start = start
        self.clocks = clocks
        self.due = due
        self.total = len(clocks)
        self._firsts = firsts
        self._steps_of_rows = steps_of_rows

    @property
    def is_regular(self) -> bool:
        """Whether every step is a minute in which every symbol has a row."""
        return not self._steps_of_rows

    def schedule(self) -> list[int]:
        """List the steps in which at least one route acts."""
        parts = list(self.due.values())
        if len(parts) > 1:
            parts = [np.unique(np.concatenate(parts))]
        steps: list[int] = parts[0].tolist()
        return steps

    def first_row(self, symbol: str, step: int) -> int:
        """Give the first row of a symbol that closes at a step or later."""
        if self.is_regular:
            return self._firsts[symbol] + step
        return int(np.searchsorted(self._steps_of_rows[symbol], step))

    def last_rows(self, symbol: str) -> IntArray:
        """Give the last row of a symbol that has closed at each step; -1 before the first."""
        steps = np.arange(self.total, dtype=np.int64)
        if self.is_regular:
            return self._firsts[symbol] + steps
        return np.searchsorted(self._steps_of_rows[symbol], steps, side="right") - 1

    def steps_of(self, symbol: str, first: int, stop: int) -> IntArray:
        """Give the steps at which some rows of a symbol close."""
        if self.is_regular:
            return np.arange(first, stop, dtype=np.int64) - self._firsts[symbol]
        return self._steps_of_rows[symbol][first:stop]

    def step_of(self, symbol: str, row: int) -> int:
        """Give the step at which a row closes."""
        if self.is_regular:
            return row - self._firsts[symbol]
        return int(self._steps_of_rows[symbol][row])
