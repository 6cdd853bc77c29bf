"""Sweeps in machine code score every parameter set as a run of its own does, to the last bit."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples.gallery import GALLERY

from hindcaster import Backtest, Strategy, errors
from hindcaster.lib import FractionalBacktest, crossover
from hindcaster.stats.scores import SCORES
from hindcaster.sweeps.workspace import Workspace
from hindcaster.test import BTCUSD, EURUSD, GOOG, SMA

ROWS = list(SCORES)
COMPILED = [name for name, entry in GALLERY.items() if entry.compiles]


@contextmanager
def sets_worked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the parameter sets that machine code works."""
    counts: list[int] = []
    work = Workspace.work

    def counted(self: Workspace, table: Any, first: int, last: int, **how: bool) -> Any:
        counts.append(last - first)
        return work(self, table, first, last, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "work", counted)
        yield counts


def assert_scores_are_those_of_runs(bt: Backtest, row: str, **candidates: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        _, heatmap = bt.optimize(**candidates, maximize=row, return_heatmap=True)
        # Not by the heatmap's index, which turns None to NaN and integers beside floats to floats.
        tried = itertools.product(*candidates.values())
        for values, score in zip(tried, heatmap.tolist(), strict=True):
            parameters = dict(zip(candidates, values, strict=True))
            expected = score_of_run(bt, parameters, row)
            same = score == expected or (math.isnan(score) and math.isnan(expected))
            assert same, (row, parameters, score, expected)


def score_of_run(bt: Backtest, parameters: dict[str, Any], row: str) -> float:
    try:
        stats = bt.run(**parameters)
    except (RuntimeError, AssertionError):  # candidates that a strategy cannot trade with
        return math.nan
    return float(stats[row]) if stats["# Trades"] else math.nan


def numbers_around(cls: type) -> dict[str, list[Any]]:
    """Candidates around the values of the first two numeric parameters of a strategy."""
    found: dict[str, list[Any]] = {}
    for name in dir(cls):
        value = getattr(cls, name)
        if name.startswith("_") or type(value) not in (int, float):
            continue
        steps = [value, value + 1] if isinstance(value, int) else [value, value * 0.75]
        found[name] = steps
    return dict(list(found.items())[:2])


SWEPT = [name for name in COMPILED if numbers_around(GALLERY[name].backtest()._strategy)]


@pytest.mark.parametrize("name", SWEPT)
def test_strategies_of_the_gallery(name: str) -> None:
    bt = GALLERY[name].backtest(compiled=True)
    place = SWEPT.index(name)
    for row in {"Sharpe Ratio", ROWS[place % len(ROWS)], ROWS[(7 * place + 3) % len(ROWS)]}:
        assert_scores_are_those_of_runs(bt, row, **numbers_around(bt._strategy))


class Cross(Strategy):
    fast = 10
    slow = 20

    def init(self):
        self.one = self.I(SMA, self.data.Close, self.fast)
        self.two = self.I(SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.one, self.two):
            self.position.close()
            self.buy()
        elif crossover(self.two, self.one):
            self.position.close()
            self.sell()


SOME = {"fast": [2, 5, 9], "slow": [12, 30]}


@pytest.mark.parametrize("row", ROWS)
def test_every_row(row: str) -> None:
    bt = Backtest(GOOG[:600], Cross, commission=0.002, compiled=True)
    assert_scores_are_those_of_runs(bt, row, **SOME)


@pytest.mark.parametrize(
    "options",
    [
        {"finalize_trades": True},
        {"finalize_trades": True, "trade_on_close": True, "exclusive_orders": True},
        {"margin": 0.05, "commission": 0.01, "finalize_trades": True},  # goes bankrupt
        {"cash": 520, "commission": (5.0, 0.01)},  # some orders are not affordable
        {"spread": 0.01, "hedging": True},
        {"commission": lambda size, price: abs(size) * 0.01},
        {"fractional": True, "slippage": 0.001},
    ],
    ids=lambda options: "-".join(options),
)
@pytest.mark.parametrize("row", ["Sharpe Ratio", "Equity Final [$]", "SQN", "Calmar Ratio"])
def test_settings_of_the_account(options: dict[str, Any], row: str) -> None:
    bt = Backtest(GOOG[:600], Cross, compiled=True, **options)
    assert_scores_are_those_of_runs(bt, row, **SOME)


@pytest.mark.parametrize(
    "data",
    [
        GOOG[:600].reset_index(drop=True),
        GOOG[:600].tz_localize("America/New_York"),
        GOOG.resample("W").last().dropna()[:200],
        BTCUSD[:100],
        EURUSD[:600],
        GOOG[:600].set_index(GOOG.index[:600].to_numpy().repeat(2)[:600]),
        GOOG[:15],  # as long as no average is
    ],
    ids=["range", "zone", "weekly", "monthly", "hourly", "repeats", "short"],
)
@pytest.mark.parametrize("row", ["Sharpe Ratio", "Avg. Drawdown [%]", "CAGR [%]"])
@pytest.mark.filterwarnings("ignore:Data index is not datetime")
def test_data_of_any_kind(data: pd.DataFrame, row: str) -> None:
    bt = Backtest(data, Cross, cash=1_000_000, compiled=True, finalize_trades=True)
    if row == "CAGR [%]" and not isinstance(data.index, pd.DatetimeIndex):
        with pytest.raises(KeyError):
            bt.optimize(fast=[2, 3], slow=[5], maximize=row)
        return
    assert_scores_are_those_of_runs(bt, row, **SOME)


def test_fractional_backtests() -> None:
    bt = FractionalBacktest(BTCUSD, Cross, compiled=True, finalize_trades=True)
    for row in ("Return [%]", "Alpha [%]", "Best Trade [%]"):
        assert_scores_are_those_of_runs(bt, row, **SOME)


def test_windows_of_walk_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    how = {"train": 300, "test": 150, "maximize": "Sharpe Ratio", **SOME}
    with sets_worked(monkeypatch) as counts:
        ours = Backtest(GOOG[:1000], Cross, compiled=True).walk_forward(**how)
    assert sum(counts) == 6 * len(ours.windows)
    theirs = Backtest(GOOG[:1000], Cross, compiled=False).walk_forward(**how)
    pd.testing.assert_frame_equal(ours.windows, theirs.windows, check_exact=True)


class Entangled(Cross):
    """Its averages depend on each other's lengths, in a loop."""

    def init(self):
        lengths = []
        for n in (self.fast, self.slow):
            lengths.append(n + len(lengths))
        self.one, self.two = (self.I(SMA, self.data.Close, n) for n in lengths)


class Remembering(Cross):
    """Changes numbers, an array and a parameter of its own while it trades."""

    size = 3
    seen = 0

    def init(self):
        super().init()
        self.ring = np.zeros(4)
        self.level = self.data.Close[0] * self.fast

    def next(self):
        self.seen += 1
        self.ring[self.seen % 4] = self.data.Close[-1]
        self.level = max(self.level * 0.9, self.ring.sum() / 4)
        if self.data.Close[-1] > self.level and not self.position:
            self.buy(size=self.size)
            self.size = self.size % 5 + 1
        elif self.position and self.seen % self.slow == 0:
            self.position.close()


class Choosing(Cross):
    """Takes texts and truths as parameters, and one that is an integer or a float."""

    side = "long"
    stop = 0
    both = True

    def next(self):
        if crossover(self.one, self.two) and (self.both or self.side == "long"):
            self.position.close()
            self.buy(sl=self.data.Close[-1] * self.stop if self.stop else None)
        elif crossover(self.two, self.one) and (self.both or self.side == "short"):
            self.position.close()
            self.sell()


@pytest.mark.parametrize(
    ("cls", "candidates"),
    [
        (Entangled, SOME),
        (Remembering, SOME),
        (Remembering, {"size": [1, 2.0, 4], "slow": [7, 12]}),
        (Choosing, {"side": ["long", "short"], "stop": [0, 0.9], "both": [True, False]}),
        (Cross, {"fast": [3, 3, 4, 3], "slow": [9, 9.0, np.int64(9)]}),
    ],
)
def test_strategies_of_any_kind(
    cls: type[Strategy], candidates: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bt = Backtest(GOOG[:600], cls, compiled=True, finalize_trades=True)
    with sets_worked(monkeypatch) as counts:
        assert_scores_are_those_of_runs(bt, "Return [%]", **candidates)
    assert sum(counts) > 0


def test_prices_with_infinite_values() -> None:
    data = GOOG[:300].copy()
    data.iloc[100, data.columns.get_loc("High")] = np.inf
    data.iloc[200, data.columns.get_loc("Close")] = np.inf
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_scores_are_those_of_runs(Backtest(data, Cross, compiled=True), "Return [%]", **SOME)


class Failing(Cross):
    def init(self):
        if self.fast == 5:
            raise ValueError("no fives")
        super().init()


def test_sets_whose_init_raises_are_listed_and_the_others_scored() -> None:
    bt = Backtest(GOOG[:600], Failing, compiled=True, finalize_trades=True)
    with pytest.warns(UserWarning, match="raised an error"):
        _, heatmap = bt.optimize(**SOME, maximize="Return [%]", return_heatmap=True)
    listed = [parameters for parameters, error in heatmap.attrs["failures"]]
    assert listed == [{"fast": 5, "slow": 12}, {"fast": 5, "slow": 30}]
    assert heatmap.isna().tolist() == [False, False, True, True, False, False]


class Dividing(Cross):
    """Leaves machine code for some parameters: a division by zero raises in Python."""

    def next(self):
        if crossover(self.one, self.two) and 1 / (self.slow - 12) > -1:
            self.position.close()
            self.buy()
        elif crossover(self.two, self.one):
            self.position.close()


def test_sets_that_leave_machine_code_are_run_by_the_interpreter() -> None:
    bt = Backtest(GOOG[:600], Dividing, finalize_trades=True)
    candidates = {"fast": [2, 5], "slow": range(10, 400, 2)}  # enough to be worth compiling
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _, heatmap = bt.optimize(**candidates, maximize="Return [%]", return_heatmap=True)
    assert any("division by zero" in str(item.message) for item in caught)
    failed = [values for values, score in heatmap.items() if math.isnan(score)]
    assert (2, 12) in failed
    assert (5, 12) in failed
    assert heatmap[2, 20] == bt.run(fast=2, slow=20)["Return [%]"]


def test_a_random_indicator_is_drawn_for_every_set() -> None:
    draws = np.random.default_rng(1)

    class Noisy(Cross):
        def init(self):
            self.one = self.I(lambda: draws.random(len(self.data)))
            self.two = self.I(SMA, self.one, self.slow)

    bt = Backtest(GOOG[:600], Noisy, compiled=True, finalize_trades=True)
    _, heatmap = bt.optimize(
        fast=range(2, 8), slow=[12], maximize="Return [%]", return_heatmap=True
    )
    assert heatmap.nunique() == 6


def test_notices_and_open_trades_are_warned_of_as_by_runs() -> None:
    bt = Backtest(GOOG[:600], Cross, cash=520, commission=0.01, compiled=True)
    caught = {}
    for compiled in (True, False):
        bt._compiled = compiled
        with warnings.catch_warnings(record=True) as caught[compiled]:
            warnings.simplefilter("always")
            bt.optimize(**SOME, maximize="Return [%]")
    texts = {key: {str(item.message) for item in found} for key, found in caught.items()}
    assert texts[True] == texts[False]
    assert errors.TRADES_LEFT_OPEN in texts[True]
    assert len(texts[True]) > 2


def test_a_commission_that_is_no_machine_code_is_charged_by_runs() -> None:
    class Fee:
        def __call__(self, size: float, price: float) -> float:
            return abs(size) * 0.01

    bt = Backtest(GOOG[:600], Cross, commission=Fee(), compiled=True, finalize_trades=True)
    assert_scores_are_those_of_runs(bt, "Return [%]", **SOME)


def test_accounts_with_many_orders_grow() -> None:
    class Busy(Cross):
        def next(self):
            for _ in range(self.fast):
                self.buy(size=1, limit=self.data.Low[-1] * 0.5)
            if len(self.data) % self.slow == 0:
                self.buy(size=1)

    bt = Backtest(GOOG[:600], Busy, compiled=True, finalize_trades=True)
    assert_scores_are_those_of_runs(bt, "# Trades", **SOME)


def test_segments_of_a_sweep_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hindcaster.sweeps.tables.LIMIT", 40_000)  # bytes of indicators at once
    bt = Backtest(GOOG[:600], Cross, compiled=True, finalize_trades=True)
    assert_scores_are_those_of_runs(bt, "Return [%]", fast=range(2, 12), slow=range(12, 16))


def test_an_interruption_gives_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    bt = Backtest(GOOG[:600], Cross, compiled=True, finalize_trades=True)
    monkeypatch.setattr("hindcaster.sweeps.lane._SETS_PER_CALL", 2)
    from hindcaster.optimize.record import Record

    extend = Record.extend

    def interrupted(self: Record, scores: list[Any]) -> None:
        extend(self, scores)
        if len(self.scores) == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(Record, "extend", interrupted)
    with pytest.warns(UserWarning, match="interrupted"):
        _, heatmap = bt.optimize(fast=range(2, 8), slow=[9, 12], return_heatmap=True)
    assert heatmap.attrs["evaluated"] == 6
    assert heatmap.notna().sum() == 6
