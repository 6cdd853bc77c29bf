"""Looks ahead for the next minute that touches one of a route's orders."""

from __future__ import annotations

import math
from typing import Final

from hindcaster.engine.exchange.matching import first_touched
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.position import ISOLATED
from hindcaster.research.timeline import Timeline

_FIRST_REACH: Final = 256  # rows looked at beyond what is needed; doubled while nothing changes


class Watch:
    """Remembers how far a route's rows were looked at with the present orders.

    Rows are looked at beyond the step asked about, further each time, so that orders that rest
    for long cost few calls and orders that change at every bar cost few rows.
    """

    def __init__(self, lane: Lane, timeline: Timeline) -> None:
        self._lane = lane
        self._timeline = timeline
        self._rows = lane.quotes.rows
        self._book = lane.book
        self._clear = 0  # steps before it touch nothing
        self._isolated = lane.run.mode == ISOLATED
        self._version = -1
        self._scanned = 0  # rows before it touch nothing
        self._found = False  # the row `_scanned` touches something
        self._reach = _FIRST_REACH

    def is_clear(self, step: int) -> bool:
        """Whether nothing is touched up to a step, as far as known."""
        if self._version == self._book.version:
            return step < self._clear
        return not self._book.live and not (self._isolated and self._lane.position.qty)

    def next_touch(self, start: int, stop: int) -> int:
        """Give the first step from `start` on that touches something; `stop` if none before it."""
        lane = self._lane
        book = self._book
        open_isolated = self._isolated and lane.position.qty != 0
        if not book.live and not open_isolated:
            return stop
        first = self._timeline.first_row(lane.symbol, start)
        if book.version != self._version or (self._found and self._scanned < first):
            self._version = book.version
            self._clear = start
            self._scanned = first
            self._found = False
            self._reach = _FIRST_REACH
        if not self._found:
            self._scanned = max(self._scanned, first, 1)
            self._look(stop, open_isolated)
        if not self._found:
            return stop
        return min(self._timeline.step_of(lane.symbol, self._scanned), stop)

    def _look(self, stop: int, open_isolated: bool) -> None:
        lane = self._lane
        last = self._timeline.first_row(lane.symbol, stop)
        if self._scanned >= last:
            return
        last = min(last + self._reach, len(self._rows))
        self._reach *= 2
        book = self._book
        liquidation = lane.position.liquidation_price if open_isolated else math.nan
        row = first_touched(
            self._rows, self._scanned, last, book.prices, book.rules, book.count, liquidation
        )
        self._found = row < last
        self._scanned = row
        # Rows of other symbols may close at steps before the next row of this one.
        self._clear = self._timeline.step_of(lane.symbol, row) if self._found else stop
        if not self._found and self._timeline.is_regular:
            self._clear = row - lane.quotes.first
