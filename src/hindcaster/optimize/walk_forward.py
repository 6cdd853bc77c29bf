"""Walking forward: optimize on a window, trade the next one, put together what came out.

Sees functions that tune and trade, and the results they give.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.errors import NotCompilable
from hindcaster.optimize.scoring import Maximize, as_number, metric, public_rows, score_rows
from hindcaster.optimize.windows import Window
from hindcaster.results import (
    ORDER_COLUMNS,
    TRADE_COLUMNS,
    Result,
    closed_trades_of,
    joined_frames,
    result_of,
)

if TYPE_CHECKING:
    from hindcaster._types import FloatArray, IntArray
    from hindcaster.stats.time_axis import TimeAxis

Stats = pd.Series


class Tuned(NamedTuple):
    """Parameters that were found on a training window, and their result there if there is one."""

    parameters: dict[str, Any]
    stats: Stats[Any] | None


@dataclass(frozen=True)
class Leg:
    """What became of a window; `reason` says why it was not traded, and is empty if it was."""

    window: Window
    cash: float  # at its start
    tuned: Tuned | None = None
    score: float = math.nan
    test: Stats[Any] | None = None
    test_score: float = math.nan
    reason: str = ""

    @property
    def equity(self) -> FloatArray:
        """Equity by bar of the test window."""
        if self.test is None:
            return np.full(self.window.test_end - self.window.test_start, self.cash)
        equity: FloatArray = self.test["_equity_curve"]["Equity"].to_numpy(np.float64)
        return equity

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters that were traded with."""
        return self.tuned.parameters if self.test is not None and self.tuned is not None else {}


def walk(
    windows: list[Window],
    tune: Callable[[int, Window], Tuned],
    trade: Callable[[Window, dict[str, Any], float], Stats[Any]],
    score: Callable[[Stats[Any]], float],
    cash: float,
    labels: pd.Index,
) -> list[Leg]:
    """Work the windows in order, as far as Ctrl-C lets it.

    Parameters
    ----------
    windows : list of Window
        The windows.
    tune : callable
        From the number of a window and the window to what is best on its training bars.
    trade : callable
        From a window, parameters and cash to the result on its test bars.
    score : callable
        From a result to what was maximized; NaN without trades.
    cash : float
        Balance at the start.
    labels : Index
        Labels of all bars, for errors.

    Returns
    -------
    list of Leg
        Fewer than windows if it was interrupted.

    Raises
    ------
    KeyboardInterrupt
        In the first window.
    Exception
        What was raised before a window was traded; later ones are noted as the reason why a
        window was not traded.
    """
    legs: list[Leg] = []
    for number, window in enumerate(windows):
        try:
            leg = _leg(number, window, tune, trade, score, cash)
        except KeyboardInterrupt:
            if not legs:
                raise
            break
        except _Raised as raised:
            error = raised.error
            if isinstance(error, NotCompilable) or all(leg.test is None for leg in legs):
                first, last = labels[window.train_start], labels[window.test_end - 1]
                error.add_note(errors.in_window(number, first, last))
                raise error from None
            leg = Leg(window, cash, reason=errors.window_raised(raised.kind, error))
        legs.append(leg)
        cash = float(leg.equity[-1])
    return legs


class _Raised(Exception):  # noqa: N818  (not an error of its own)
    def __init__(self, kind: str, error: Exception) -> None:
        self.kind = kind
        self.error = error


def _leg(
    number: int,
    window: Window,
    tune: Callable[[int, Window], Tuned],
    trade: Callable[[Window, dict[str, Any], float], Stats[Any]],
    score: Callable[[Stats[Any]], float],
    cash: float,
) -> Leg:
    if not cash > 0:
        return Leg(window, cash, reason=errors.BANKRUPT_BEFORE)
    if window.train_start == window.test_start:
        return Leg(window, cash, reason=errors.NOTHING_TO_TRAIN_ON)
    try:
        tuned = tune(number, window)
        best = math.nan if tuned.stats is None else score(tuned.stats)
    except Exception as error:
        raise _Raised("optimizing", error) from None
    if math.isnan(best):
        return Leg(window, cash, tuned, reason=errors.NO_SCORE)
    try:
        test = trade(window, tuned.parameters, cash)
        return Leg(window, cash, tuned, best, test, score(test))
    except Exception as error:
        raise _Raised("the test", error) from None


class ScoreOf:
    """What was maximized, of a result; NaN without trades."""

    def __init__(self, maximize: Maximize, method: str) -> None:
        self._maximize = maximize
        self._whole = method != "grid"

    def __call__(self, stats: Stats[Any]) -> float:
        """Judge a result as the search did."""
        if not stats["# Trades"]:
            return math.nan
        if isinstance(self._maximize, str):
            return as_number(metric(stats, self._maximize), self._maximize)
        if self._whole:
            return as_number(self._maximize(stats), "maximize()")
        return score_rows(self._maximize, *public_rows(stats))


# -- what came out ---------------------------------------------------------------------------


def bars_tested(legs: list[Leg]) -> IntArray:
    """Numbers of the bars of all test windows."""
    spans = [np.arange(leg.window.test_start, leg.window.test_end) for leg in legs]
    return np.concatenate(spans)


def stitched(legs: list[Leg], axis: TimeAxis, close: FloatArray) -> Result:
    """Statistics of the test windows as of one run.

    Parameters
    ----------
    legs : list of Leg
        At least one.
    axis : TimeAxis
        Index of the tested bars.
    close : array of float
        Their closing prices.
    """
    from hindcaster.stats.summary import summarize

    tests = [leg.test for leg in legs if leg.test is not None]
    trades = joined_frames([test["_trades"] for test in tests], TRADE_COLUMNS)
    closed = closed_trades_of(trades, axis)
    bars = bars_tested(legs)
    rows, curve = summarize(
        axis,
        np.concatenate([leg.equity for leg in legs]),
        close,
        closed._replace(
            entry_bar=np.searchsorted(bars, closed.entry_bar),
            exit_bar=np.searchsorted(bars, closed.exit_bar),
        ),
        warmup=0,
        commissions=sum(trades["Commission"].tolist()),
    )
    rows["_strategy"] = tests[-1]["_strategy"] if tests else None
    rows["_equity_curve"] = curve
    rows["_trades"] = trades
    rows["_orders"] = joined_frames([test["_orders"] for test in tests], ORDER_COLUMNS)
    return result_of(rows)


BOTH: Final = ("Return [%]", "Return (Ann.) [%]", "Sharpe Ratio", "Max. Drawdown [%]", "# Trades")
EFFICIENCY: Final = "Efficiency [%]"
NOT_TRADED: Final = "Not Traded"


def table_of(legs: list[Leg], labels: pd.Index, names: list[str]) -> pd.DataFrame:
    """Make the table of windows.

    Parameters
    ----------
    legs : list of Leg
        The windows.
    labels : Index
        Labels of all bars.
    names : list of str
        Names of the parameters.
    """
    rows = pd.RangeIndex(len(legs), name="Window")
    windows = [leg.window for leg in legs]
    table: dict[str, Any] = {
        "Train Start": labels[[w.train_start for w in windows]],
        "Train End": labels[[max(w.test_start - 1, 0) for w in windows]],
        "Test Start": labels[[w.test_start for w in windows]],
        "Test End": labels[[w.test_end - 1 for w in windows]],
        "Train Bars": [w.test_start - w.train_start for w in windows],
        "Test Bars": [w.test_end - w.test_start for w in windows],
    }
    # Of objects where some are missing: these would turn whole numbers into floats.
    kind = object if any(leg.test is None for leg in legs) else None
    for name in names:
        table[name] = pd.Series([leg.parameters.get(name) for leg in legs], rows, kind)
    table["In-Sample Score"] = [leg.score for leg in legs]
    table["Out-of-Sample Score"] = [leg.test_score for leg in legs]
    trained = [leg.tuned.stats if leg.tuned is not None else None for leg in legs]
    tested = [leg.test for leg in legs]
    for row in BOTH:
        table[f"In-Sample {row}"] = _row(trained, row)
        table[f"Out-of-Sample {row}"] = _row(tested, row)
    for name in ("In-Sample # Trades", "Out-of-Sample # Trades"):
        table[name] = np.nan_to_num(table[name]).astype(np.int64)
    inside, outside = _row(trained, BOTH[1]), _row(tested, BOTH[1])
    table[EFFICIENCY] = [
        efficiency(*pair) for pair in zip(inside.tolist(), outside.tolist(), strict=True)
    ]
    table[NOT_TRADED] = [leg.reason for leg in legs]
    return pd.DataFrame(table, index=rows)


def _row(results: list[Stats[Any] | None], name: str) -> FloatArray:
    found = [math.nan if stats is None else stats[name] for stats in results]
    return np.array(found, np.float64)


def efficiency(inside: float, outside: float) -> float:
    """Share of an annualised return in training that was left in the test, in percent.

    NaN if there was none: a share of a loss says nothing. So it is for numbered bars, whose
    returns are not annualised.
    """
    return outside / inside * 100 if inside > 0 else math.nan
