"""`Backtest.optimize` by grid search, against plain loops over `Backtest.run`."""

import itertools
import logging
import math
import pickle
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import FractionalBacktest

RETURN = "Return [%]"


def bars(n_bars=60, index=None):
    noise = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(noise.normal(0, 0.02, n_bars)))
    data = pd.DataFrame({"Open": np.roll(close, 1), "Close": close})
    data["High"], data["Low"] = data.max(axis=1) * 1.01, data.min(axis=1) * 0.99
    data.index = pd.date_range("2024-01-01", periods=n_bars) if index is None else index
    return data


class Periodic(Strategy):
    """Buys every `every` bars for `hold` bars; any `mode` but the text "idle" lets it trade."""

    every = 5
    hold = 2
    mode = None

    def init(self):
        pass

    def next(self):
        if self.mode == "idle":
            return
        if len(self.data) % int(self.every) == 0:
            self.buy(size=3)
        elif len(self.data) % int(self.every) == int(self.hold):
            self.position.close()


def backtest(data=None, strategy=Periodic, **options):
    return Backtest(bars() if data is None else data, strategy, finalize_trades=True, **options)


def scores_by_loop(bt, score, **candidates):
    """Run every combination and note its score, NaN without trades."""
    scores = {}
    for values in itertools.product(*candidates.values()):
        stats = bt.run(**dict(zip(candidates, values, strict=True)))
        scores[values] = score(stats) if stats["# Trades"] else math.nan
    return scores


def assert_same(stats, other):
    for name in stats.index.drop(["_strategy", "_equity_curve", "_trades", "_orders"]):
        assert stats[name] == other[name] or stats[name] != stats[name], name
    assert str(stats._strategy) == str(other._strategy)
    pd.testing.assert_frame_equal(stats._trades, other._trades)
    pd.testing.assert_frame_equal(stats._equity_curve, other._equity_curve)


@pytest.mark.parametrize("name", [RETURN, "SQN", "# Trades", "Max. Drawdown [%]", "Profit Factor"])
def test_the_heatmap_holds_the_metric_of_every_combination_in_order(name):
    bt = backtest(commission=0.001)
    candidates = {"every": [7, 4, 9], "hold": [3, 1], "mode": ["x", "idle"]}
    stats, heatmap = bt.optimize(**candidates, maximize=name, return_heatmap=True)
    expected = scores_by_loop(bt, lambda s: s[name], **candidates)
    assert heatmap.index.tolist() == list(expected)
    assert heatmap.index.names == ["every", "hold", "mode"]
    assert heatmap.name == name
    np.testing.assert_array_equal(heatmap.to_numpy(), list(expected.values()))
    best = max((v for v in expected.values() if v == v), default=math.nan)
    winner = next(key for key, value in expected.items() if value == best)
    assert_same(stats, bt.run(**dict(zip(candidates, winner, strict=True))))


def test_a_function_sees_public_rows_in_a_plain_series_and_leaves_the_heatmap_nameless():
    seen = []

    def objective(stats):
        seen.append(stats)
        return -stats["# Trades"]

    bt = backtest()
    stats, heatmap = bt.optimize(
        every=[3, 6], mode=["x", "idle"], maximize=objective, return_heatmap=True
    )
    assert heatmap.name is None
    expected = scores_by_loop(bt, lambda s: -s["# Trades"], every=[3, 6], mode=["x", "idle"])
    np.testing.assert_array_equal(heatmap.to_numpy(), list(expected.values()))
    assert [type(stats) for stats in seen] == [pd.Series] * 2  # not for runs without trades
    public = [name for name in stats.index if not name.startswith("_")]
    assert list(seen[0].index) == public
    assert stats._strategy.every == 6


def test_one_parameter_still_gives_a_multi_index():
    _, heatmap = backtest().optimize(every=[4, 5], return_heatmap=True)
    assert isinstance(heatmap.index, pd.MultiIndex)
    assert heatmap.index.tolist() == [(4,), (5,)]


def test_the_first_of_equals_wins():
    stats = backtest().optimize(every=[9, 4, 7], hold=[2, 1], maximize=lambda s: 1)
    assert str(stats._strategy) == "Periodic(every=9,hold=2)"


@pytest.mark.parametrize(
    ("scores", "winner"),
    [
        ([math.nan, -math.inf, -math.inf], 5),
        ([None, 1, 1], 5),
        ([1, math.inf, 3], 5),
        ([pd.NA, pd.NaT, None], 4),
        ([np.float32(1), np.array([3.0]), True], 5),
        ([pd.Timedelta(days=2), np.timedelta64(36, "h"), pd.Timedelta(hours=60)], 6),
    ],
)
def test_missing_scores_lose_and_anything_like_a_number_counts(scores, winner):
    given = iter(scores)
    stats = backtest().optimize(every=[4, 5, 6], maximize=lambda s: next(given))
    assert stats._strategy.every == winner


def test_durations_are_counted_in_days():
    bt = backtest()
    _, heatmap = bt.optimize(
        every=[8, 9], hold=[3, 6], maximize="Max. Trade Duration", return_heatmap=True
    )
    expected = scores_by_loop(
        bt, lambda s: s["Max. Trade Duration"].days, every=[8, 9], hold=[3, 6]
    )
    assert heatmap.tolist() == list(expected.values())
    assert heatmap.dtype == float


@pytest.mark.parametrize("score", ["1.5", 1j, [1], pd.Timestamp("2024-01-01")])
def test_a_score_that_is_no_number_is_refused(score):
    with pytest.raises(TypeError, match="must give a number"):
        backtest().optimize(every=[4], maximize=lambda s: score)


def test_the_best_run_gets_its_values_from_the_index():
    class Typed(Periodic):
        def init(self):
            self.types = [type(self.every).__name__, type(self.mode).__name__]

    bt = backtest(strategy=Typed)
    assert bt.optimize(every=[4], mode=[True])._strategy.types == ["int64", "bool"]
    assert bt.optimize(every=[4, 4.5], mode=["x"])._strategy.types == ["float64", "str"]
    assert bt.optimize(every=[4], mode=[(1, 2), (3,)])._strategy.types == ["int64", "tuple"]
    assert bt.optimize(every=[4], mode=[None])._strategy.types == ["int64", "float"]


def test_without_any_score_the_first_combination_runs_as_it_was_given():
    class Idle(Strategy):
        n, mode = 0, "x"

        def init(self):
            pass

        def next(self):
            pass

    stats, heatmap = backtest(strategy=Idle).optimize(n=[5, 6], mode=[None], return_heatmap=True)
    assert heatmap.isna().all()
    assert type(stats._strategy.n) is int
    assert stats._strategy.mode is None


def test_the_best_run_becomes_the_latest_result_and_a_failing_search_does_not():
    bt = backtest()
    stats = bt.optimize(every=[4, 5])
    assert bt._results is stats
    with pytest.raises(ZeroDivisionError):
        bt.optimize(every=[6, 7], maximize=lambda s: 1 / 0)
    assert bt._results is stats


def test_return_values():
    bt = backtest()
    assert isinstance(bt.optimize(every=[4]), pd.Series)
    stats, heatmap = bt.optimize(every=[4], return_heatmap=True)
    assert isinstance(stats, pd.Series)
    assert heatmap.shape == (1,)


def test_constraint_and_limit_choose_what_is_tried():
    _, heatmap = backtest().optimize(
        every=range(3, 9),
        hold=range(1, 6),
        constraint=lambda p: p.hold < p.every and p["hold"] != 2,
        max_tries=8,
        random_state=5,
        return_heatmap=True,
    )
    pairs = [(e, h) for e in range(3, 9) for h in range(1, 6) if h < e and h != 2]
    draws = np.random.default_rng(5).random(len(pairs))
    expected = [pair for pair, u in zip(pairs, draws, strict=True) if u <= 8 / len(pairs)]
    assert heatmap.index.tolist() == expected


ERRORS_IN_ORDER = [
    ({}, ValueError, "at least one strategy parameter"),
    ({"maximize": "Retrun [%]"}, ValueError, r"Did you mean 'Return \[%\]'"),
    ({"maximize": 3}, TypeError, "maximize must be the name"),
    ({"constraint": 0}, TypeError, "constraint must be a function"),
    ({"return_optimization": True}, ValueError, "method='sambo'"),
    ({"every": []}, ValueError, "'every' has no candidates"),
    ({"method": "annealing"}, ValueError, "'grid', 'sambo' or 'optuna'"),
    ({"hold": [[1]]}, TypeError, "not hashable"),
    ({"constraint": lambda p: False}, ValueError, "no admissible"),
]


@pytest.mark.parametrize("first", range(len(ERRORS_IN_ORDER)))
def test_of_several_errors_the_first_in_order_is_raised(first):
    arguments = {}
    for other, _, _ in reversed(ERRORS_IN_ORDER[first:]):
        arguments.update(other)
    if first == 0:
        arguments = {k: v for k, v in arguments.items() if k not in ("every", "hold")}
    else:
        arguments.setdefault("every", [4])
    _, kind, text = ERRORS_IN_ORDER[first]
    with pytest.raises(kind, match=text):
        backtest().optimize(**arguments)


@pytest.mark.parametrize("limit", [0, -1, math.nan])
def test_a_limit_of_nothing_is_an_error(limit):
    with pytest.raises(ValueError, match="no admissible"):
        backtest().optimize(every=[4, 5], max_tries=limit)


def test_a_limit_on_combinations_that_are_all_inadmissible_is_an_error():
    with pytest.raises(ValueError, match="no admissible"):
        backtest().optimize(every=[4, 5], max_tries=5, constraint=lambda p: False)


def test_a_constraint_that_reads_an_unknown_parameter_fails():
    with pytest.raises(KeyError, match="wrong"):
        backtest().optimize(every=[4], constraint=lambda p: p.wrong)


def test_an_unknown_parameter_is_named_with_a_hint():
    with pytest.raises(AttributeError, match=r"'evry'.*Did you mean 'every'"):
        backtest().optimize(evry=[4, 5])


@pytest.mark.parametrize("name", ["Commissions [$]", "_trades", "_orders"])
def test_a_row_that_runs_do_not_have_is_an_error(name):
    with pytest.raises(KeyError, match="no row"):
        backtest().optimize(every=[4], maximize=name)


def test_more_than_300_combinations_are_announced_at_the_call():
    bt = backtest(bars(12))
    with pytest.warns(UserWarning, match="301 configurations") as caught:
        bt.optimize(every=[2], hold=range(301))
    assert caught[0].filename == __file__
    bt.optimize(every=[2], hold=range(300))


@pytest.mark.parametrize("candidates", [np.arange(3, 6), pd.Series([3, 4, 5]), {5, 4, 3}])
def test_arrays_and_sets_of_candidates_work(candidates):
    bt = backtest()
    _, heatmap = bt.optimize(every=candidates, return_heatmap=True)
    _, expected = bt.optimize(every=[3, 4, 5], return_heatmap=True)
    pd.testing.assert_series_equal(heatmap, expected)


def awkward_frames():
    numbered = bars(index=pd.RangeIndex(60))
    texts = bars().assign(Sector="tech", Note=pd.Series(["a"] * 60, dtype="string").to_numpy())
    grades = bars().assign(Grade=pd.Categorical(["low", "high"] * 30))
    zoned = bars(index=pd.date_range("2024-01-01", periods=60, tz="Europe/Vienna", name="day"))
    return {"numbered": numbered, "texts": texts, "categories": grades, "time zone": zoned}


@pytest.fixture
def no_fallback(caplog):
    """Check that no work that was meant for workers ran here instead."""
    with caplog.at_level(logging.INFO, logger="hindcaster.optimize"):
        yield
    assert "Running in one process" not in caplog.text


@pytest.mark.usefixtures("no_fallback")
@pytest.mark.parametrize("name", awkward_frames())
def test_frames_of_any_kind_give_the_same_in_workers(name):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Data index is not datetime")
        bt = backtest(awkward_frames()[name])
    alone, heatmap = bt.optimize(every=range(3, 8), hold=[1, 2], return_heatmap=True)
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend=backend, n_jobs=2):
            stats, scores = bt.optimize(every=range(3, 8), hold=[1, 2], return_heatmap=True)
        pd.testing.assert_series_equal(scores, heatmap)
        assert_same(stats, alone)


@pytest.mark.usefixtures("no_fallback")
@pytest.mark.parametrize("maximize", ["SQN", lambda stats: stats["# Trades"] + stats[RETURN]])
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_local_classes_and_lambdas_give_the_same_in_workers(maximize, backend):
    shift = 1

    class Local(Periodic):
        def next(self):
            if len(self.data) % 2 == shift:
                super().next()

    def fee(size, price):
        return 0.01 * abs(size)

    bt = FractionalBacktest(
        bars(), Local, fractional_unit=0.1, commission=fee, finalize_trades=True
    )
    candidates = {"every": range(3, 12, 2), "hold": [1, 2], "mode": [None, "x", "idle"]}
    alone, heatmap = bt.optimize(**candidates, maximize=maximize, return_heatmap=True)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        stats, scores = bt.optimize(**candidates, maximize=maximize, return_heatmap=True)
    pd.testing.assert_series_equal(scores, heatmap)
    assert heatmap.notna().sum() >= 10
    assert_same(stats, alone)


def test_an_error_in_a_strategy_propagates_from_workers():
    class Fragile(Periodic):
        def init(self):
            raise LookupError(f"every={self.every}")

    with joblib.parallel_config(n_jobs=2), pytest.raises(LookupError, match="every=3"):
        backtest(strategy=Fragile).optimize(every=range(3, 30))


def test_a_search_leaves_strategy_data_and_backtest_as_they_were():
    data = bars()
    before = data.copy()
    bt = backtest(data)
    options = {k: v for k, v in vars(bt).items() if k in ("_cash", "_strategy", "_margin")}
    bt.optimize(every=[4, 6], hold=[1])
    pd.testing.assert_frame_equal(data, before)
    assert (Periodic.every, Periodic.hold) == (5, 2)
    assert {k: vars(bt)[k] for k in options} == options


def test_the_result_of_a_search_survives_pickling():
    stats = backtest().optimize(every=[4, 5])
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(stats))._trades, stats._trades)


# -- what does not stop a sweep --------------------------------------------------------------


class Fails(Strategy):
    every = 4

    def init(self):
        if self.every in (5, 7):
            raise LookupError(f"every={self.every}")

    def next(self):
        if len(self.data) % self.every == 0:
            self.buy(size=1, sl=self.data.Close[-1] * 0.9)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_combination_that_raises_has_no_score_and_is_listed(workers):
    test = Backtest(bars(), Fails, finalize_trades=True)
    with (
        joblib.parallel_config(n_jobs=workers),
        pytest.warns(UserWarning, match=r"2 of 4 combinations .*\(every=5\): LookupError: every=5"),
    ):
        stats, heatmap = test.optimize(
            every=[4, 5, 6, 7], maximize="Return [%]", return_heatmap=True
        )
    assert heatmap.isna().tolist() == [False, True, False, True]
    assert heatmap.attrs["failures"] == [
        ({"every": 5}, "LookupError: every=5"),
        ({"every": 7}, "LookupError: every=7"),
    ]
    assert stats["Return [%]"] == heatmap.max()


def test_an_error_of_all_combinations_is_raised():
    with pytest.raises(LookupError, match="every=5"):
        Backtest(bars(), Fails).optimize(every=[5, 7])


def test_a_mistake_in_the_account_is_raised_before_the_first_run():
    with pytest.raises(AssertionError, match="margin"):
        Backtest(bars(), Fails, margin=2).optimize(every=[4, 5])


def test_an_interrupted_sweep_gives_the_best_so_far():
    class Stops(Fails):
        every = 4

        def init(self):
            if self.every == 8:
                raise KeyboardInterrupt

    test = Backtest(bars(), Stops, finalize_trades=True)
    with pytest.warns(UserWarning, match="interrupted after 2 of 4"):
        stats, heatmap = test.optimize(
            every=[4, 6, 8, 9], maximize="Return [%]", return_heatmap=True
        )
    assert heatmap.notna().tolist() == [True, True, False, False]
    assert heatmap.attrs["evaluated"] == 2
    assert stats["Return [%]"] == heatmap.max()
    with pytest.raises(KeyboardInterrupt):
        test.optimize(every=[8, 9])
