"""Runs of one backtest over other versions of its bars, for scenarios and permutation tests."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.data.moves import COLUMNS
from hindcaster.data.series import _Array
from hindcaster.driver import warm_up
from hindcaster.engine.ledger.broker import Bars
from hindcaster.native.choice import expect, is_refused
from hindcaster.optimize.execution import evaluate
from hindcaster.optimize.scoring import Failure
from hindcaster.results import known_equity
from hindcaster.stats.scores import (
    SCORES,
    Records,
    calendar_of,
    can_score,
    records_for,
    score_rows,
    scratch_for,
)
from hindcaster.stats.summary import market_of
from hindcaster.sweeps.single import records_of

if TYPE_CHECKING:
    from hindcaster._types import FloatArray, IntArray
    from hindcaster.stats.time_axis import TimeAxis

Prices = Callable[[int], "FloatArray"]

MOST_POINTS: Final = 500  # of an equity curve that is kept


class Outcome(NamedTuple):
    """What is kept of a run.

    Attributes
    ----------
    values : array of float
        The rows asked for; NaN where a run without trades has none.
    equity : array of float
        Equity on the bars asked for.
    """

    values: FloatArray
    equity: FloatArray


class Reruns(NamedTuple):
    """What came of the runs, in the order of the scenarios.

    Attributes
    ----------
    values : array of float, shape (scenarios, rows)
        NaN for scenarios that raised.
    equity : array of float, shape (scenarios, bars kept)
        The same.
    failures : list of (int, Exception)
        Scenarios that raised, and what.
    """

    values: FloatArray
    equity: FloatArray
    failures: list[tuple[int, Exception]]


def rows_for(axis: TimeAxis) -> tuple[str, ...]:
    """Name the rows of a result that are plain numbers on an index."""
    return tuple(name for name in SCORES if can_score(name, axis))


def bars_kept(n_bars: int) -> IntArray:
    """Choose the bars whose equity is kept: all, or `MOST_POINTS` from the first to the last."""
    places = np.linspace(0, n_bars - 1, min(n_bars, MOST_POINTS))
    return np.unique(places.round().astype(np.int64))


def rerun(
    test: Any,
    params: dict[str, Any],
    prices: Prices,
    count: int,
    *,
    label: str,
    names: tuple[str, ...] | None = None,
    kept: IntArray | None = None,
    stacklevel: int = 1,
) -> Reruns:
    """Run a backtest's strategy over bars that a function makes.

    The runs are those that `Backtest.run` would do on a frame of the new bars with the index of
    the data: compiled where the strategy compiles, else in joblib's workers where that is quicker.
    How many workers there are changes nothing.

    Parameters
    ----------
    test : Backtest
        The backtest: its settings, strategy and index are used as they are.
    params : dict
        Values for the strategy's class variables.
    prices : callable
        ``prices(k)`` gives the bars of scenario k as an array of shape (5, n_bars): open, high,
        low, close, volume. It has to depend on k only, and is sent to workers by cloudpickle.
    count : int
        Scenarios: k runs from 0 to before `count`.
    label : str
        Title of the progress bar.
    names : tuple of str, optional
        Rows of the results to keep; all of `rows_for` if absent.
    kept : array of int, optional
        Bars whose equity is kept; those of `bars_kept` if absent, none if empty.
    stacklevel : int, default 1
        Frames from the caller to the user.

    Returns
    -------
    Reruns
        Values, equity, failures; for fewer scenarios after Ctrl-C.

    Raises
    ------
    Exception
        What the first scenario raised, if all raised.
    NotCompilable
        The strategy cannot be compiled, and the backtest was made with ``compiled=True``.

    Warns
    -----
    UserWarning
        Some scenarios raised, or the work was interrupted.

    Notes
    -----
    Bars have no other columns than these five: a strategy that reads another raises. Warnings of
    single runs are left out.
    """
    names = rows_for(test._axis) if names is None else names
    kept = bars_kept(len(test._data)) if kept is None else kept
    runs = _Runs(test, params, prices, names, kept, count)
    found: list[Any] = []
    interrupted = False
    try:
        with closing(evaluate(runs, [{"scenario": k} for k in range(count)], label)) as outcomes:
            for outcome in outcomes:
                found.append(outcome)  # noqa: PERF402  (what came before Ctrl-C is kept)
    except KeyboardInterrupt:
        if not found:
            raise
        interrupted = True
    return _gathered(found, count, len(names), len(kept), interrupted, stacklevel + 1)


def _gathered(
    found: list[Any], count: int, rows: int, points: int, interrupted: bool, stacklevel: int
) -> Reruns:
    """Put outcomes into arrays, and warn of what is missing."""
    failures = [(k, one.error) for k, one in enumerate(found) if isinstance(one, Failure)]
    if failures and len(failures) == len(found):
        raise failures[0][1]
    if interrupted:
        text = errors.scenarios_interrupted(len(found), count)
        warnings.warn(text, stacklevel=stacklevel + 1)
    if failures:
        text = errors.scenarios_failed(len(failures), len(found), *failures[0])
        warnings.warn(text, stacklevel=stacklevel + 1)
    values, equity = np.full((len(found), rows), np.nan), np.full((len(found), points), np.nan)
    for k, one in enumerate(found):
        if isinstance(one, Outcome):
            values[k], equity[k] = one
    return Reruns(values, equity, failures)


class _Runs:
    """One run per scenario, as `evaluate` asks for them."""

    def __init__(
        self,
        test: Any,
        params: dict[str, Any],
        prices: Prices,
        names: tuple[str, ...],
        kept: IntArray,
        count: int,
    ) -> None:
        self._test = copy.copy(test)
        self._test._results = None
        self._test._silent = True
        self._params = params
        self._prices = prices
        self._names = names
        self._kept = kept
        self._bars = count * len(test._data)  # in all runs together
        self._columns = pd.Index(COLUMNS)

    def __call__(self, case: dict[str, int]) -> Outcome | Failure:
        """Run one scenario."""
        expect(self._test._strategy, self._bars)
        try:
            test = self._over(self._prices(case["scenario"]))
            with np.errstate(invalid="ignore"):
                worked = test._worked(dict(self._params))
                if self._test._compiled is None and is_refused(worked.execution):
                    self._test._compiled = False  # to be refused takes time in every run
                return self._outcome(test, worked)
        except errors.NotCompilable:
            raise
        except Exception as error:
            return Failure(error)

    def _over(self, prices: FloatArray) -> Any:
        """Copy the backtest for other bars."""
        test = self._test
        plain = test._frame is test._data  # no subclass has bars of its own making
        axis, index = test._axis, test._data.index
        other = copy.copy(test)
        for name in ("_frame", "_bars", "_columns", "_span", "_memo"):
            other.__dict__.pop(name, None)
        prices.flags.writeable = False
        other._data = pd.DataFrame(prices.T, index=index, columns=self._columns, copy=False)
        if plain:  # what would be made of the frame, without the detour
            other._bars = Bars(*prices[:4])
            other._columns = {
                name: _Array(row, name=name, index=index)
                for name, row in zip(COLUMNS, prices, strict=True)
            }
        other._axis = axis
        return other

    def _outcome(self, test: Any, worked: Any) -> Outcome:
        """Take what is kept of a run."""
        broker = worked.broker
        equity = known_equity(broker, worked.start)
        count = int(broker.account["n_closed"][0])
        trades = records_of(broker, count, 0)
        wait = warm_up(worked.strategy)
        axis, close = test._span
        values = values_of(self._names, equity, axis, close, trades, count, wait)
        return Outcome(values, equity[self._kept])


def values_of(
    names: tuple[str, ...],
    equity: FloatArray,
    axis: TimeAxis,
    close: FloatArray,
    trades: Records | None = None,
    count: int = 0,
    wait: int = 0,
) -> FloatArray:
    """Compute rows of a result; those about trades are NaN where there are none.

    Parameters
    ----------
    names : tuple of str
        The rows.
    equity : array of float, shape (n_bars,)
        Equity of every bar.
    axis, close
        Index and closes of the bars.
    trades : Records, optional
        Closed trades.
    count : int, default 0
        How many of them.
    wait : int, default 0
        Bars before indicators have values.
    """
    trades = records_for(1) if trades is None else trades
    calendar = calendar_of(axis, close, market_of(axis, close))
    room = scratch_for(len(equity))
    numbers, values = np.array([SCORES[name] for name in names]), np.empty(len(names))
    score_rows(numbers, equity, trades, count, wait, calendar, room, values)
    return values
