"""The loop of a run: minutes in which something happens, in the exchange's order of events.

In each of them: resting orders are matched, symbol by symbol; positions with isolated margin are
liquidated; the strategies whose bar has closed are executed; queued market orders are filled; a
balance sample is taken if one is due. Minutes in which none of this happens are passed over.
"""

from __future__ import annotations

import numpy as np

from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW, OPEN, TIME, VOLUME
from hindcaster.engine.exchange.matching import first_on_path, order_in_gap, travel
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.position import ISOLATED
from hindcaster.exchange.run import Run
from hindcaster.research.timeline import Timeline
from hindcaster.research.watch import Watch


class Simulation:
    """Drives one run from its first minute to its last.

    Parameters
    ----------
    run : Run
        With its lanes, whose strategies are attached.
    timeline : Timeline
    """

    def __init__(self, run: Run, timeline: Timeline) -> None:
        self._run = run
        self._moment = run.moment
        self._journal = run.journal
        self._timeline = timeline
        self._clocks = timeline.clocks
        self._all = len(run.quotes)
        self._by_place = sorted(run.lanes, key=lambda lane: lane.quotes.place)
        self._watches = {lane: Watch(lane, timeline) for lane in run.lanes}
        self._is_due = [self._flags(lane) for lane in run.lanes]
        self._sample_step = 0
        self._isolated = run.mode == ISOLATED

    def _flags(self, lane: Lane) -> bytes | None:
        """Mark the steps at which a route acts; None if it is all that are scheduled."""
        due = self._timeline.due[lane.symbol]
        if len(self._run.lanes) == 1:
            return None
        flags = np.zeros(self._timeline.total, dtype=np.uint8)
        flags[due] = 1
        return flags.tobytes()

    def run_to_end(self) -> None:
        """Simulate every step, and end the strategies."""
        run, total = self._run, self._timeline.total
        run.begin(self._timeline.start)
        if self._journal is not None:
            self._journal.sampled(self._timeline.start, run.terms.starting_balance)
        self._sample_step = self._next_sample()
        watches = list(self._watches.values())
        step = -1
        for due in self._timeline.schedule():
            for watch in watches:
                if not watch.is_clear(due):
                    self._match_between(step + 1, due)
                    self._enter(due)
                    self._match(due)
                    break
            else:
                self._enter(due)
            step = due
            self._execute(step)
            if run.queue:
                run.fill_queue()
        self._match_between(step + 1, total)
        self._end()

    # -- steps ------------------------------------------------------------------------------

    def _match_between(self, start: int, stop: int) -> None:
        """Match orders in the steps before the next in which a route acts."""
        while start < stop:
            step = stop
            for watch in self._watches.values():
                if not watch.is_clear(step - 1):
                    step = watch.next_touch(start, step)
            if step >= stop:
                return
            self._enter(step)
            self._match(step)
            for lane in self._run.lanes:
                lane.tidy()
            if self._run.queue:
                self._run.fill_queue()
            start = step + 1

    def _enter(self, step: int) -> None:
        """Let time pass up to a step."""
        if step > self._sample_step:
            self._take_samples(step)
        if step > self._moment.step + 1:
            for lane in self._run.lanes:
                if lane.untidy:
                    lane.tidy()
        self._moment.step = step
        self._run.clock = self._clocks.item(step)

    def _execute(self, step: int) -> None:
        for lane, flags in zip(self._run.lanes, self._is_due, strict=True):
            if flags is None or flags[step]:
                if self._journal is not None:
                    self._journal.executing(lane)
                lane.agent.execute()
            if lane.untidy:
                lane.tidy()

    def _end(self) -> None:
        last = self._timeline.total - 1
        self._enter(last)
        self._take_samples(last + 1)
        for lane in self._run.lanes:
            if self._journal is not None:
                self._journal.terminating(lane)
            lane.agent.terminate()
        value = self._run.value()
        self._run.samples.finish(self._run.clock, value)
        if self._journal is not None:
            self._journal.sampled(self._run.clock, value)

    # -- balance samples --------------------------------------------------------------------

    def _next_sample(self) -> int:
        """Find the step that takes the next balance sample."""
        return int(np.searchsorted(self._clocks, self._run.samples.due))

    def _take_samples(self, stop: int) -> None:
        """Take the samples due before a step; nothing has happened since the last one."""
        run = self._run
        while self._sample_step < stop:
            step = self._sample_step
            prices = {lane.symbol: self._price_at(lane, step) for lane in run.lanes}
            value = run.value(prices)
            run.samples.add(self._clocks.item(step), value)
            if self._journal is not None:
                self._journal.sampled(self._clocks.item(step), value)
            self._sample_step = self._next_sample()

    def _price_at(self, lane: Lane, step: int) -> float:
        row = self._timeline.first_row(lane.symbol, step + 1) - 1
        return lane.quotes.rows.item(row, CLOSE)

    # -- matching ---------------------------------------------------------------------------

    def _match(self, step: int) -> None:
        """Match all symbols in one step."""
        moment = self._moment
        for lane in self._by_place:
            moment.stage = lane.quotes.place
            watch = self._watches[lane]
            if not watch.is_clear(step) and watch.next_touch(step, step + 1) == step:
                self._match_minute(lane, self._timeline.first_row(lane.symbol, step))
        moment.stage = self._all

    def _match_minute(self, lane: Lane, row: int) -> None:
        """Fill what one candle reaches: first in the gap before it, then on its way."""
        run, book, quotes = self._run, lane.book, lane.quotes
        rows = quotes.rows
        if book.live and row > 0:
            self._match_gap(lane, row)
        rest = rows[row].copy()
        while book.live:
            slot = first_on_path(book.prices, book.count, rest)
            if slot < 0:
                break
            order = book.places[slot]
            assert order is not None
            partial = np.empty((1, 6))
            travel(rest, order.price, partial[0])
            quotes.partial = partial
            run.fill(order)
        quotes.partial = None
        if self._isolated and lane.position.qty:
            self._liquidate(lane, row)

    def _match_gap(self, lane: Lane, row: int) -> None:
        rows, book = lane.quotes.rows, lane.book
        previous, opening = rows.item(row - 1, CLOSE), rows.item(row, OPEN)
        if previous == opening:
            return
        count = order_in_gap(book.prices, book.rules, book.count, previous, opening, book.slots)
        if not count:
            return
        partial = np.full((1, 6), opening)
        partial[0, TIME], partial[0, VOLUME] = rows[row, TIME], 0.0
        lane.quotes.partial = partial
        for order in [book.places[slot] for slot in book.slots[:count]]:
            assert order is not None
            if order.is_active:
                self._run.fill_at(order, opening)

    def _liquidate(self, lane: Lane, row: int) -> None:
        """Liquidate a position whose price lies in the whole minute, or in the gap before it."""
        rows = lane.quotes.rows
        price = lane.position.liquidation_price
        reached = rows.item(row, LOW) <= price <= rows.item(row, HIGH)
        if not reached and row > 0:
            previous, opening = rows.item(row - 1, CLOSE), rows.item(row, OPEN)
            reached = min(previous, opening) <= price <= max(previous, opening)
        if reached:
            self._run.liquidate(lane)
