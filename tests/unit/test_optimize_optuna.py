"""`Backtest.optimize` by Optuna: what it is asked, and what comes back."""

import sys

import numpy as np
import optuna
import pandas as pd
import pytest

from hindcaster import Backtest

from .test_optimize_sambo import Spread

SEARCH = {"method": "optuna", "maximize": "Return [%]", "random_state": 1}
SPACE = {"x": [1, 9], "y": [0.0, 4.0]}


@pytest.fixture
def bt():
    price = np.linspace(100, 200, 20)
    data = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close"), price))
    data.index = pd.date_range("2024-01-01", periods=20)
    return Backtest(data, Spread, cash=50_000, finalize_trades=True)


def test_the_best_point_is_found_run_and_mapped(bt):
    stats, heatmap, study = bt.optimize(
        **SPACE, max_tries=60, return_heatmap=True, return_optimization=True, **SEARCH
    )
    assert isinstance(study, optuna.Study)
    assert abs(stats._strategy.x - 6) <= 1
    assert abs(stats._strategy.y - 2.5) < 1
    assert stats["Return [%]"] == heatmap.max() == study.best_value
    assert bt._results is stats
    assert heatmap.index.names == ["x", "y"]
    assert heatmap.name == "Return [%]"
    assert heatmap.index.is_monotonic_increasing
    assert len(study.trials) == 60
    for (x, y), score in heatmap.iloc[:5].items():
        assert bt.run(x=x, y=y)["Return [%]"] == score


def test_the_same_seed_gives_the_same_trials(bt):
    heatmaps = [bt.optimize(**SPACE, max_tries=15, return_heatmap=True, **SEARCH)[1] for _ in "ab"]
    pd.testing.assert_series_equal(*heatmaps)
    other = bt.optimize(**SPACE, max_tries=15, return_heatmap=True, **SEARCH | {"random_state": 2})
    assert not other[1].index.equals(heatmaps[0].index)


def test_constraint_is_kept(bt):
    stats, heatmap = bt.optimize(
        **SPACE, max_tries=25, constraint=lambda p: p.x < 4, return_heatmap=True, **SEARCH
    )
    assert heatmap.index.get_level_values("x").max() < 4
    assert stats._strategy.x < 4
    with pytest.raises(ValueError, match="no admissible"):
        bt.optimize(**SPACE, max_tries=3, constraint=lambda p: False, **SEARCH)


def test_values_that_are_no_numbers_are_alternatives(bt):
    kinds = ["a", "idle", None, ("t", 1)]
    _, heatmap = bt.optimize(
        kind=kinds, x=[6], max_tries=20, return_heatmap=True, **SEARCH | {"maximize": "# Trades"}
    )
    assert set(heatmap.index.get_level_values("x")) == {6}
    assert len(heatmap) <= 4


def test_function_sees_the_whole_result(bt):
    best = bt.optimize(x=[1, 9], max_tries=20, **SEARCH | {"maximize": lambda s: len(s._trades)})
    assert best["# Trades"] == 1


def test_points_that_raise_are_listed(bt):
    class Fails(Spread):
        def init(self):
            if self.x == 6:
                raise LookupError("six")

    failing = Backtest(bt._data, Fails, cash=50_000, finalize_trades=True)
    with pytest.warns(UserWarning, match="combinations raised an error"):
        _, heatmap = failing.optimize(x=[5, 6, 7], max_tries=20, return_heatmap=True, **SEARCH)
    assert heatmap.isna().tolist() == [False, True, False]
    assert heatmap.attrs["failures"] == [({"x": 6}, "LookupError: six")]


def test_nothing_is_announced(bt, capfd):
    bt.optimize(x=[1, 9], max_tries=5, **SEARCH)
    assert capfd.readouterr() == ("", "")


def test_without_the_package_the_error_says_how_to_get_it(bt, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r"pip install hindcaster\[optuna\]"):
        bt.optimize(x=[1, 9], max_tries=5, **SEARCH)
