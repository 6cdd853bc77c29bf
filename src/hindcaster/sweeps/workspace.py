"""The memory in which one thread works parameter sets, and the calls into the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hindcaster.native.fees import compile_fee
from hindcaster.native.runtime import engine_address
from hindcaster.stats.scores import SCORES, calendar_of, records_for, scratch_for
from hindcaster.stats.summary import market_of
from hindcaster.sweeps import kernels
from hindcaster.sweeps.bench import OutOfPlace

if TYPE_CHECKING:
    from hindcaster._types import RecordArray
    from hindcaster.sweeps.bench import Begun, Bench
    from hindcaster.sweeps.table import Table


class Outcome(NamedTuple):
    """What became of a parameter set: a state of `kernels`, its score, what to warn of."""

    state: int
    score: float
    left_open: bool = False
    notices: RecordArray | None = None


class Workspace:
    """An account and room for what its score needs, used by one thread at a time.

    Parameters
    ----------
    bench : Bench
        The backtest.
    example : Begun
        Any of its strategies after `init`.
    name : str
        Row to score by.

    Raises
    ------
    OutOfPlace
        The commission has to be asked for in Python.
    """

    def __init__(self, bench: Bench, example: Begun, name: str) -> None:
        broker = self._broker = bench.new_broker()
        if callable(broker.commission):
            in_python = int(broker.account["fee_address"][0])
            compile_fee(broker, example.run)
            if int(broker.account["fee_address"][0]) == in_python:
                raise OutOfPlace
        self._words = broker.account.view(np.int64)
        self._start = self._words.copy()
        market = market_of(bench.axis, bench.close)
        self._calendar = calendar_of(bench.axis, bench.close, market)
        self._scratch = scratch_for(len(bench.close))
        self._span = kernels.Span(len(bench.bars) - len(bench.close), bench.ending)
        self._number = SCORES[name]
        self._connect()

    def _connect(self) -> None:
        broker = self._broker
        self._records = records_for(len(broker.trades))
        self._account = kernels.Account(
            broker.handle,
            self._start,
            self._words,
            broker.account,
            broker.trades,
            broker.active,
            broker.closed,
            broker.equity,
        )

    def work(self, table: Table, first: int, last: int, tell_open: bool) -> list[float | Outcome]:
        """Work some sets of a table; gives just the score where there is nothing else to tell.

        `tell_open` asks to be told of trades that are open at the end.
        """
        sets = table.sets
        calls = kernels.Calls(
            table.address, *map(engine_address, ("advance", "close", "close_out", "finish"))
        )
        block = np.zeros(sets.blocks.shape[1], np.int64)
        notices: dict[int, Any] = {}
        at = first
        while at < last:
            at = kernels.work_sets(
                calls,
                self._account,
                sets,
                block,
                at,
                last,
                self._span,
                self._number,
                self._records,
                self._calendar,
                self._scratch,
            )
            if at < 0:
                at = -at - 1
                self._broker.reserve(4 * len(self._broker.orders))
                self._connect()
                continue
            count = int(self._broker.account["n_notices"][0])
            if count:
                notices[at - 1] = self._broker.notices[:count].copy()
                self._broker.account["n_notices"] = 0
        outcomes: list[float | Outcome] = sets.scores[first:last].tolist()
        plain = sets.states[first:last] == kernels.SCORED
        if tell_open:
            plain &= sets.left_open[first:last] == 0
        for offset in {*np.flatnonzero(~plain).tolist(), *(k - first for k in notices)}:
            k = first + offset
            outcomes[offset] = Outcome(
                int(sets.states[k]), float(sets.scores[k]), bool(sets.left_open[k]), notices.get(k)
            )
        return outcomes
