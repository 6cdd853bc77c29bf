"""How a backtest runs a parameter set, and searches for the best of many."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from hindcaster.data.accessor import _Data
from hindcaster.data.memo import Memo
from hindcaster.driver import bars_of, run_bars, series_to_reveal, warm_up
from hindcaster.strategy import Strategy, check_names

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster._types import FloatArray, RecordArray
    from hindcaster.data.series import _Array
    from hindcaster.engine.ledger.broker import Bars, LedgerBroker
    from hindcaster.native.choice import Execution
    from hindcaster.optimize.search import Found
    from hindcaster.results import Result
    from hindcaster.stats.time_axis import TimeAxis
    from hindcaster.sweeps.lane import Lane


_HOME: Final = "hindcaster.backtest"


class Worked(NamedTuple):
    """A run whose bars are worked: its account, strategy and first bar, and how it was driven."""

    broker: LedgerBroker
    strategy: Strategy
    start: int
    execution: Execution | None


class Sweeping:
    """Runs and searches, whatever bars they are about."""

    _strategy: type[Strategy]
    _compiled: bool | None
    _finalize_trades: bool
    _window: int | None
    _results: Result | None
    _sweeps: bool = False  # whether this is the copy of a backtest with which a search runs

    if TYPE_CHECKING:

        @cached_property
        def _frame(self) -> pd.DataFrame: ...

        @cached_property
        def _columns(self) -> dict[Any, _Array]: ...

        @cached_property
        def _axis(self) -> TimeAxis: ...

        @cached_property
        def _bars(self) -> Bars: ...

        @cached_property
        def _span(self) -> tuple[TimeAxis, FloatArray]: ...

        def _new_broker(self) -> LedgerBroker: ...

        def _warn(self, notices: RecordArray) -> None: ...

        def _begin(self, broker: LedgerBroker, strategy: Strategy) -> int: ...

        def _finish(self, broker: LedgerBroker, solvent: bool) -> None: ...

        def _result(self, broker: LedgerBroker, strategy: Strategy, start: int) -> Result: ...

        def run(self, **params: Any) -> Result: ...  # noqa: D102

    @cached_property
    def _memo(self) -> Memo | None:
        """Indicators that the runs of a search share."""
        return Memo(self._columns.values()) if self._sweeps else None

    def _prepared(self, params: dict[str, Any]) -> tuple[LedgerBroker, Strategy]:
        """Make an account and a strategy, and let it prepare."""
        memo = self._memo
        try:
            return self._initialized(params, memo)
        except Exception:
            if memo is None:
                raise
        # It may be that `init` writes to an indicator, of which the memo hands out one to all.
        prepared = self._initialized(params, None)
        self._memo = None
        return prepared

    def _initialized(
        self, params: dict[str, Any], memo: Memo | None
    ) -> tuple[LedgerBroker, Strategy]:
        data = _Data(self._frame, self._columns, memo)
        broker = self._new_broker()
        strategy = self._strategy(broker, data, params)
        strategy.init()
        return broker, strategy

    def _worked(self, params: dict[str, Any]) -> Worked:
        """Work all bars with a parameter set."""
        broker, strategy = self._prepared(params)
        data = strategy._data
        if data._take_changes():
            broker.use_bars(bars_of(data._frame))
        n_bars = len(data)
        start = self._begin(broker, strategy)
        revealed = series_to_reveal(strategy, n_bars)
        execution = None
        if start < n_bars:
            solvent, execution = self._drive(strategy, broker, data, revealed, start)
            self._finish(broker, solvent)
        data._set_length(n_bars)
        return Worked(broker, strategy, start, execution)

    def _drive(
        self,
        strategy: Strategy,
        broker: LedgerBroker,
        data: _Data,
        revealed: list[tuple[str, _Array]],
        start: int,
    ) -> tuple[bool, Execution]:
        """Work the bars, in machine code or in the interpreter."""
        from hindcaster.native.choice import Execution
        from hindcaster.native.drive import run_compiled

        outcome = run_compiled(self._compiled, strategy, broker, data, revealed, start)
        if isinstance(outcome, tuple):
            solvent, last, reason = outcome
            for name, full in revealed:
                setattr(strategy, name, full[..., : last + 1])
            return solvent, Execution(True, reason)
        solvent = run_bars(strategy, broker, data, revealed, start)
        if self._compiled and outcome.left is not None:
            raise outcome.left.error(data._index)
        return solvent, Execution(False, outcome.reason)

    def _search(self, params: dict[str, Any], *, stacklevel: int, **how: Any) -> Found:
        """Search parameters; `stacklevel` counts the frames from the caller to the user."""
        from hindcaster.optimize.search import search

        def prepare() -> None:
            """Raise what would be wrong with all runs before the first of them."""
            if self._strategy.__init__ is Strategy.__init__:
                check_names(self._strategy, params)
            self._new_broker()

        trial = copy.copy(self)  # so that a failing search leaves the latest result alone
        trial._results = None
        trial._sweeps = True
        trial.__dict__.pop("_memo", None)
        return search(
            Runs(trial), prepare, params, stacklevel=stacklevel + 1, quick=trial._lane(), **how
        )

    def _lane(self) -> Lane | None:
        """Way of a sweep through machine code; none if a subclass runs in a way of its own."""
        own_way = type(self).run.__module__ != _HOME
        if own_way or self._strategy.__init__ is not Strategy.__init__:
            return None
        from hindcaster.sweeps import kernels
        from hindcaster.sweeps.bench import Bench
        from hindcaster.sweeps.lane import Lane

        ending = kernels.FINALIZE if self._finalize_trades else kernels.STAY_OPEN
        return Lane(
            Bench(
                self._strategy,
                self._frame,
                self._columns,
                self._bars,
                *self._span,
                self._new_broker,
                self._compiled,
                ending if self._window is None else kernels.CLOSE_OUT,
                self._warn,
                self._memo,
            )
        )


class Runs:
    """Runs of one backtest as a search asks for them.

    Parameters
    ----------
    trial : Sweeping
        A copy of the backtest.
    """

    def __init__(self, trial: Sweeping) -> None:
        self._trial = trial

    def __call__(self, **parameters: Any) -> Result:
        """Run a parameter set."""
        return self._trial.run(**parameters)

    def score(self, name: str, parameters: dict[str, Any]) -> float | Result | None:
        """Run a parameter set for one row of its result.

        Returns
        -------
        float, Result or None
            The row, None if there are no trades; or the result, if the row is no plain number.
        """
        from hindcaster.stats.scores import can_score
        from hindcaster.sweeps.single import score_of

        trial = self._trial
        axis, close = trial._span
        if type(trial).run.__module__ != _HOME or not can_score(name, axis):
            return trial.run(**parameters)
        with np.errstate(invalid="ignore"):
            worked = trial._worked(parameters)
            score = score_of(
                name, worked.broker, axis, close, worked.start, warm_up(worked.strategy)
            )
            if score is ...:
                return trial._result(worked.broker, worked.strategy, worked.start)
        return score
