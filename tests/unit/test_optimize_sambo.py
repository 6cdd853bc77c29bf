"""`Backtest.optimize` by SAMBO: what it is asked, and what comes back."""

import sys

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.optimize.model_based import _bounds, number_of_tries

sambo = pytest.importorskip("sambo", reason="the extra [sambo] is optional")


class Spread(Strategy):
    """Earns more the closer x is to 6 and y to 2.5."""

    x = 1
    y = 1.0
    kind = "a"

    def init(self):
        pass

    def next(self):
        if len(self.data) == 2 and self.kind != "idle":
            self.buy(size=max(1, int(100 - (self.x - 6) ** 2 - (self.y - 2.5) ** 2)))


@pytest.fixture
def bt():
    price = np.linspace(100, 200, 20)
    data = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close"), price))
    data.index = pd.date_range("2024-01-01", periods=20)
    return Backtest(data, Spread, cash=50_000, finalize_trades=True)


SEARCH = {"method": "sambo", "maximize": "Return [%]", "random_state": 1}


def test_the_best_point_is_found_run_and_mapped(bt):
    stats, heatmap, raw = bt.optimize(
        x=[1, 9],
        y=[0.0, 4.0],
        max_tries=80,
        return_heatmap=True,
        return_optimization=True,
        **SEARCH,
    )
    assert stats._strategy.x == 6
    assert abs(stats._strategy.y - 2.5) < 1
    assert stats["Return [%]"] == heatmap.max() == -raw.fun
    assert bt._results is stats
    assert heatmap.index.names == ["x", "y"]
    assert heatmap.name == "Return [%]"
    assert heatmap.index.is_monotonic_increasing
    assert len(heatmap) == len({tuple(point) for point in raw.xv})
    for (x, y), score in heatmap.iloc[:5].items():
        assert bt.run(x=x, y=y)["Return [%]"] == score


def test_whole_numbers_are_bounds_and_stay_whole(bt):
    _, heatmap = bt.optimize(x=[2, 9], max_tries=40, return_heatmap=True, **SEARCH)
    assert isinstance(heatmap.index, pd.MultiIndex)
    tried = heatmap.index.get_level_values("x")
    assert tried.dtype == np.int64
    assert tried.isin(range(2, 10)).all()
    assert not tried.isin([2, 9]).all()


def test_the_same_seed_gives_the_same_search(bt):
    arguments = {"x": range(1, 20), "kind": ["a", "b"], "max_tries": 30, "return_heatmap": True}
    first, scores = bt.optimize(**arguments, **SEARCH)
    second, again = bt.optimize(**arguments, **SEARCH)
    pd.testing.assert_series_equal(scores, again)
    assert str(first._strategy) == str(second._strategy)


def test_a_constraint_keeps_points_out(bt):
    _, heatmap = bt.optimize(
        x=[1, 20],
        kind=["a", "b"],
        constraint=lambda p: p.x % 2 == 0 and p["kind"] == "b",
        max_tries=30,
        return_heatmap=True,
        **SEARCH,
    )
    assert all(x % 2 == 0 and kind == "b" for x, kind in heatmap.index)


def test_the_objective_sees_all_rows_and_a_missing_score_counts_as_zero(bt):
    def objective(stats):
        return stats._trades["Size"].sum() if stats["# Trades"] else None

    _, heatmap = bt.optimize(
        x=[4, 8],
        kind=["a", "idle"],
        max_tries=40,
        return_heatmap=True,
        **{**SEARCH, "maximize": objective},
    )
    scores = heatmap.unstack("kind")
    assert (scores["idle"].dropna() == 0).all()
    assert (scores["a"].dropna() > 90).all()
    assert heatmap.name is None


def test_a_point_is_evaluated_once(bt):
    seen = []

    def objective(stats):
        seen.append(stats._strategy.x)
        return stats["Return [%]"]

    _, raw = bt.optimize(
        x=[1, 3], max_tries=40, return_optimization=True, **{**SEARCH, "maximize": objective}
    )
    assert sorted(seen) == sorted(set(seen))
    assert raw.nfev > len(seen)


def test_what_is_returned_follows_the_flags(bt):
    def returned(**flags):
        result = bt.optimize(x=[1, 20], max_tries=15, **flags, **SEARCH)
        return [type(r).__name__ for r in result] if isinstance(result, tuple) else "Result"

    assert returned() == "Result"
    assert returned(return_heatmap=True) == ["Result", "Series"]
    assert returned(return_optimization=True) == ["Result", "OptimizeResult"]
    assert returned(return_heatmap=True, return_optimization=True) == [
        "Result",
        "Series",
        "OptimizeResult",
    ]


def test_the_former_name_of_the_method_still_works_with_a_warning_at_the_call(bt):
    with pytest.warns(DeprecationWarning, match="sambo") as caught:
        stats = bt.optimize(x=[1, 20], max_tries=15, **{**SEARCH, "method": "skopt"})
    assert caught[0].filename == __file__
    assert str(stats._strategy) == str(bt.optimize(x=[1, 20], max_tries=15, **SEARCH)._strategy)


def test_without_the_package_the_error_says_how_to_get_it(bt, monkeypatch):
    monkeypatch.setitem(sys.modules, "sambo", None)
    with pytest.raises(ImportError, match=r"pip install hindcaster\[sambo\]"):
        bt.optimize(x=[1, 20], **SEARCH)


@pytest.mark.parametrize(
    ("max_tries", "expected"),
    [(None, 200), (50, 50), (1, 12), (1.0, 12), (0.5, 6), (0.01, 1), (20.7, 20)],
)
def test_number_of_tries(max_tries, expected):
    candidates = {"x": [1, 2, 3, 4], "y": [1, 2, 3]}
    assert number_of_tries(candidates, None, max_tries) == expected


def test_a_share_of_the_tries_refers_to_admissible_combinations():
    candidates = {"x": [1, 2, 3, 4], "y": [1, 2, 3]}
    assert number_of_tries(candidates, lambda p: p.x == p.y, 1) == 3


def test_bounds():
    assert _bounds([9, 1, 5]) == (1, 10)
    assert _bounds([1, 2.5]) == (1.0, 2.5)
    assert _bounds([np.timedelta64(1, "D"), np.timedelta64(9, "D")]) == (1, 10)


@pytest.mark.parametrize(
    "values",
    [["x", "y", "x"], [True, False], [None, "x", 3], ["x", 1], [(1, 2), (3, 4)], [(1,), (2, 3)]],
    ids=repr,
)
def test_values_that_are_no_numbers_are_alternatives_without_repetition(values):
    alternatives = _bounds(values)
    assert alternatives.dtype == object
    assert list(alternatives) == list(dict.fromkeys(values))


@pytest.mark.parametrize("kind", [["a", "b", "a"], [None, "a"], [(1, 2), (3, 4)], "a"])
def test_alternatives_of_any_kind_can_be_searched(bt, kind):
    stats, heatmap = bt.optimize(x=[1, 20], kind=kind, max_tries=20, return_heatmap=True, **SEARCH)
    assert stats._strategy.kind in (kind if isinstance(kind, list) else [kind])
    assert len(heatmap) > 3
