"""Driving a sweep of a compiled strategy: segments that fit into memory, threads, fallbacks."""

from __future__ import annotations

import logging
import queue
import warnings
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any, Final

import numpy as np

from hindcaster import errors
from hindcaster.native.choice import worth_looking
from hindcaster.optimize.execution import number_of_threads
from hindcaster.optimize.scoring import Failure, MetricOfRun
from hindcaster.stats.scores import can_score
from hindcaster.sweeps import kernels
from hindcaster.sweeps.bench import Bench, OutOfPlace
from hindcaster.sweeps.table import Case, Grouping, Table
from hindcaster.sweeps.tables import Tables
from hindcaster.sweeps.workspace import Outcome, Workspace

logger = logging.getLogger("hindcaster.native")

_BARS_PER_CALL: Final = 300_000  # worked before a thread looks whether it has to stop
_SETS_PER_CALL: Final = 128
_LEFT_BEFORE_GIVING_UP: Final = 20  # and more than half of the sets


class Lane:
    """The way of a sweep through machine code, as a stage of `evaluate`.

    Parameters
    ----------
    bench : Bench
        The backtest.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._said_open = False
        self._left = 0

    def __call__(self, function: Any, cases: list[Case]) -> Generator[list[Any], None, None]:
        """Score parameter sets in their order, up to the first that has to go another way."""
        bench = self._bench
        threads = number_of_threads()
        if not isinstance(function, MetricOfRun) or not can_score(function.name, bench.axis):
            return
        total = len(cases) * len(bench.bars)
        if not threads or not worth_looking(bench.strategy, bench.compiled, total):
            return
        grouping = Grouping(cases)
        kept, equals = grouping.different()
        if len(kept) < len(cases):
            grouping = Grouping(cases := [cases[k] for k in kept])
        needed = np.maximum.accumulate(equals)  # to score each set and those before it
        found: list[Any] = []
        told = 0
        with (
            suppress(OutOfPlace),
            closing(self._outcomes(function, cases, grouping, threads)) as outcomes,
        ):
            for scores in outcomes:
                found += scores
                ready = int(np.searchsorted(needed, len(found)))
                yield [found[place] for place in equals[told:ready].tolist()]
                told = ready

    def _outcomes(
        self, function: MetricOfRun, cases: list[Case], grouping: Grouping, threads: int
    ) -> Generator[list[Any], None, None]:
        """Score different parameter sets."""
        tables = Tables(self._bench, cases, grouping)
        if not tables.ready:
            return
        spaces: queue.SimpleQueue[Workspace] = queue.SimpleQueue()
        for _ in range(threads):
            spaces.put(Workspace(self._bench, tables.example, function.name))
        with ThreadPoolExecutor(threads) as pool:
            for segment, parts, failed in tables:
                place = 0
                with closing(self._worked(parts, pool, spaces)) as stream:
                    for outcomes in _in_order(stream, failed, len(segment)):
                        if all(type(outcome) is float for outcome in outcomes):
                            place += len(outcomes)
                            yield outcomes
                            continue
                        for outcome in outcomes:
                            yield [self._judged(function, segment[place], outcome)]
                            if self._left >= _LEFT_BEFORE_GIVING_UP and 2 * self._left > place:
                                return
                            place += 1

    def _worked(
        self, tables: list[Table], pool: ThreadPoolExecutor, spaces: queue.SimpleQueue[Workspace]
    ) -> Generator[dict[int, float | Outcome], None, None]:
        """Work tables in threads; gives outcomes by place in the segment."""
        count = max(1, min(_SETS_PER_CALL, _BARS_PER_CALL // len(self._bench.bars)))

        def work(table: Table, first: int, last: int) -> list[float | Outcome]:
            space = spaces.get()
            try:
                return space.work(table, first, last, tell_open=not self._said_open)
            finally:
                spaces.put(space)

        bundles = [
            (table, first, min(first + count, len(table.places)))
            for table in tables
            for first in range(0, len(table.places), count)
        ]
        futures = [pool.submit(work, *bundle) for bundle in bundles]
        try:
            for (table, first, last), future in zip(bundles, futures, strict=True):
                yield dict(zip(table.places[first:last], future.result(), strict=True))
        finally:
            for future in futures:
                future.cancel()

    def _judged(self, function: MetricOfRun, case: Case, outcome: Any) -> Any:
        """Warn as a run would, and give the score; run the set again if it has to be."""
        if isinstance(outcome, (float, Failure)):
            return outcome
        if outcome is None or outcome.state == kernels.LEFT:
            self._left += 1
            return function(case)
        try:
            if outcome.notices is not None:
                self._bench.warn(outcome.notices)
            if outcome.left_open and not self._said_open:
                warnings.warn(errors.TRADES_LEFT_OPEN, stacklevel=2)
                self._said_open = True
        except UserWarning as warning:  # where warnings are errors
            return Failure(warning)
        return outcome.score if outcome.state == kernels.SCORED else None


def _in_order(
    stream: Iterable[dict[int, Any]], known: Mapping[int, Any], count: int
) -> Generator[list[Any], None, None]:
    """Give outcomes by their places from 0 on, as soon as those before are there; None without."""
    waiting = dict(known)
    place = 0
    for more in stream:
        waiting |= more
        ready = []
        while place in waiting:
            ready.append(waiting.pop(place))
            place += 1
        yield ready
    yield [waiting.get(left) for left in range(place, count)]
