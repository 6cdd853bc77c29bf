"""Runs over a part of the bars, with those before it as history, and `walk_forward` made of them.

A window is a copy of a backtest whose data end with the window's last bar, so that nothing in it
sees what comes later. Indicators are computed from the first bar of all on; the strategy is called
from the window's first bar on, and trades that are open on its last bar are closed there.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hindcaster import errors
from hindcaster.driver import warm_up

if TYPE_CHECKING:
    from hindcaster._types import FloatArray
    from hindcaster.engine.ledger.broker import Bars, LedgerBroker
    from hindcaster.optimize.scoring import Maximize
    from hindcaster.results import Result
    from hindcaster.stats.time_axis import TimeAxis
    from hindcaster.strategy import Strategy
    from hindcaster.walk_forward import WalkForward

# Made when needed of a backtest's data: copies with other data, and pickled ones, go without.
CACHES = ("_frame", "_bars", "_axis", "_columns", "_span", "_memo")


class WindowedRuns:
    """How a run begins, ends and is summed up, over all bars or over a window of them."""

    _data: pd.DataFrame
    _strategy: type[Strategy]
    _cash: float
    _finalize_trades: bool
    _results: Result | None
    _window: int | None = None  # first bar of the window; None: all bars, as the user asked for
    _silent: bool = False  # whether this is the copy of a backtest for one of many scenarios

    if TYPE_CHECKING:

        @cached_property
        def _axis(self) -> TimeAxis: ...

        @cached_property
        def _bars(self) -> Bars: ...

    @cached_property
    def _span(self) -> tuple[TimeAxis, FloatArray]:
        """Index and closes of the bars that statistics are about."""
        from hindcaster.stats.time_axis import TimeAxis

        if not self._window:
            return self._axis, self._bars.close
        return TimeAxis(self._data.index[self._window :]), self._bars.close[self._window :]

    def _cut(self, begin: int, end: int, cash: float) -> Self:
        """Copy the backtest for a window: bars `begin` to `end`, exclusive."""
        window = copy.copy(self)
        for name in CACHES:
            window.__dict__.pop(name, None)
        window._data = self._data.iloc[:end]
        window._cash = cash
        window._window = begin
        window._results = None
        return window

    def _begin(self, broker: LedgerBroker, strategy: Strategy) -> int:
        """Choose and declare the first bar on which the strategy is called."""
        start = max(warm_up(strategy) + 1, self._window or 0)
        broker.begin(start)
        if start == self._window:
            broker.wait_for_open()
        return start

    def _finish(self, broker: LedgerBroker, solvent: bool) -> None:
        """Close or announce what is open after the last bar."""
        last = len(broker.bars) - 1
        if solvent and self._window is not None:
            broker.close_out(last)
        elif solvent and self._finalize_trades:
            broker.finalize(last)
        elif solvent and not self._silent and broker.active_trades():
            warnings.warn(errors.TRADES_LEFT_OPEN, stacklevel=4)
        broker.finish(last + 1)

    def _result(self, broker: LedgerBroker, strategy: Strategy, start: int) -> Result:
        from hindcaster.results import build_result, known_equity

        equity = known_equity(broker, start)
        begin = self._window or 0
        span, close = self._span
        result = build_result(
            broker,
            self._axis,
            equity[begin:],
            close,
            max(warm_up(strategy) - begin, 0),
            strategy._indicators,
            strategy,
            span if begin else None,
        )
        self._results = result
        return result  # not the attribute: runs in threads share it

    def walk_forward(
        self,
        *,
        train: Any,
        test: Any,
        step: Any = None,
        anchored: bool = False,
        maximize: Maximize = "SQN",
        method: str = "grid",
        max_tries: float | None = None,
        constraint: Callable[[Any], Any] | None = None,
        random_state: Any = None,
        **params: Any,
    ) -> WalkForward:
        """Optimize on one window of bars, trade the next with what was found, and so on.

        The equity of the test windows, one after the other, is that of an account which only ever
        traded with parameters found on bars before.

        Parameters
        ----------
        train : int, str, Timedelta or DateOffset
            Length of training windows: a number of bars, or a time: ``'365D'``, ``'12h'``,
            ``'6M'`` and ``'2Y'`` (months and years of the calendar).
        test : int, str, Timedelta or DateOffset
            Length of test windows, which follow theirs. The last one ends with the data, and is
            kept if a single bar is left for it.
        step : int, str, Timedelta or DateOffset, optional
            From the start of one test window to that of the next; `test` if absent. If it is
            longer, the account stands still between test windows, on bars that are left out; it
            may not be shorter.
        anchored : bool, default False
            Train on all bars from the first on, instead of the latest `train`.
        maximize, method, max_tries, constraint
            As for `optimize`.
        random_state : int, optional
            Seed from which each window gets its own.
        **params
            Candidates for the strategy's class variables, as for `optimize`.

        Returns
        -------
        WalkForward
            ``stats``: the rows of `run` for all test windows together; ``windows``: a row per
            window with its parameters, scores and results; ``in_sample``, ``out_of_sample``:
            what `run` returned for each; ``efficiency``; and ``plot()``.

        Raises
        ------
        ValueError, TypeError
            A length of windows is none, mixed or not positive; test windows overlap; no bar is
            left to test on.
        Exception
            What `optimize` raises, and what a run raised before the first window was traded, with
            a note that names the window.

        Warns
        -----
        UserWarning
            There was no trading in some windows, whose column ``Not Traded`` says why. Ctrl-C
            interrupted the work: the result is that of the windows before.

        Notes
        -----
        - Indicators are computed from the first bar of the data to the window's last, so that
          they have values from the window's first bar on, where the strategy is first called. It
          trades in the window only. ``len(self.data)`` counts the bars before, too.
        - Each window starts with a new strategy and no position; a training window with the
          backtest's cash, a test window with what the one before ended with.
        - Trades that are open on the last bar of a window are closed at its close, with slippage
          and commission, whatever ``finalize_trades`` says. Waiting orders are not filled.
        - A window in which no parameters have a score is not traded, neither are those after a
          bankruptcy.

        Examples
        --------
        >>> from hindcaster import Backtest, Strategy
        >>> from hindcaster.test import GOOG
        >>> class Dip(Strategy):
        ...     days = 3
        ...
        ...     def init(self):
        ...         pass
        ...
        ...     def next(self):
        ...         closes = self.data.Close
        ...         if not self.position and closes[-1] == min(closes[-self.days :]):
        ...             self.buy(sl=0.95 * closes[-1], tp=1.1 * closes[-1])
        >>> walk = Backtest(GOOG, Dip).walk_forward(train="5Y", test="1Y", days=[3, 6, 9])
        >>> walk.windows[["Test Start", "Test End", "days"]]
               Test Start   Test End  days
        Window
        0      2009-08-19 2010-08-18     3
        1      2010-08-19 2011-08-18     3
        2      2011-08-19 2012-08-17     3
        3      2012-08-20 2013-03-01     3
        """
        from hindcaster.walk_forward import walk_forward

        search: dict[str, Any] = {"maximize": maximize, "method": method}
        search |= {"max_tries": max_tries, "constraint": constraint}
        lengths = {"train": train, "test": test, "step": step, "anchored": anchored}
        return walk_forward(self, lengths, search, random_state, params, stacklevel=2)
