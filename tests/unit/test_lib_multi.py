"""`MultiBacktest`: columns are the single runs, wherever they were run."""

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import MultiBacktest


def market(seed, length=80, index=None):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(rng.normal(0, 0.02, length).cumsum())
    return pd.DataFrame(
        {"Open": close * 1.001, "High": close * 1.02, "Low": close * 0.98, "Close": close},
        index=pd.date_range("2024-01-01", periods=length) if index is None else index,
    )


class Swing(Strategy):
    days = 10
    size = 0.5

    def init(self):
        pass

    def next(self):
        if len(self.data) % self.days == 0:
            if self.position:
                self.position.close()
            else:
                self.buy(size=self.size)


OPTIONS = {"cash": 20_000, "commission": lambda size, price: abs(size) * price * 0.001}
FRAMES = [market(seed) for seed in range(3)]

pytestmark = pytest.mark.filterwarnings("ignore:Some trades remain open")


def single(frame, **params):
    stats = Backtest(frame, Swing, **OPTIONS).run(**params)
    return {name: value for name, value in stats.items() if not name.startswith("_")}


def test_columns_are_the_single_runs():
    table = MultiBacktest(FRAMES, Swing, **OPTIONS).run(days=7)
    assert table.columns.tolist() == [0, 1, 2]
    expected = [single(frame, days=7) for frame in FRAMES]
    assert table.index.tolist() == list(expected[0])
    for number, rows in enumerate(expected):
        pd.testing.assert_series_equal(table[number], pd.Series(rows), check_names=False)


@pytest.mark.filterwarnings("ignore:Data index is not datetime")
def test_rows_that_a_data_set_lacks_are_missing():
    idle = market(5, 9)  # too short for a trade, so there are no commissions
    numbered = market(6, index=pd.RangeIndex(80))
    table = MultiBacktest([idle, numbered, FRAMES[0]], Swing, **OPTIONS).run()
    assert table.loc["Commissions [$]"].isna().tolist() == [True, False, False]
    assert table.loc["CAGR [%]"].isna().tolist() == [False, True, False]
    assert set(table.index) == set(single(FRAMES[0]))


def test_local_classes_and_lambdas_run_in_workers_with_the_same_outcome():
    joblib = pytest.importorskip("joblib", reason="joblib is what runs workers")

    class Local(Swing):
        pass

    tests = MultiBacktest(FRAMES, Local, **OPTIONS)
    here = tests.run(days=7)
    with joblib.parallel_config("threading", n_jobs=2):
        pd.testing.assert_frame_equal(tests.run(days=7), here)


def test_any_iterable_of_frames_can_be_run_again():
    tests = MultiBacktest((frame for frame in FRAMES), Swing, **OPTIONS)
    pd.testing.assert_frame_equal(tests.run(), tests.run())


def test_no_data_sets():
    table = MultiBacktest([], Swing).run()
    assert table.shape == (0, 0)


def test_arguments_are_checked_by_the_run():
    tests = MultiBacktest([FRAMES[0], 5], Swing)
    with pytest.raises(TypeError, match="DataFrame"):
        tests.run()
    with pytest.raises(AttributeError, match="nothing"):
        MultiBacktest(FRAMES, Swing).run(nothing=1)
    with pytest.raises(TypeError, match="wrong"):
        MultiBacktest(FRAMES, Swing, wrong=1).run()


def test_warnings_of_the_runs_reach_the_caller():
    with pytest.warns(UserWarning, match="remain open"):
        MultiBacktest(FRAMES, Swing).run(days=50)


@pytest.mark.parametrize("maximize", ["Return [%]", lambda stats: stats["# Trades"]])
def test_optimize_gives_a_heatmap_per_data_set(maximize):
    candidates = {"days": [10, 7, 12], "size": [0.2, 0.5]}
    table = MultiBacktest(FRAMES, Swing, **OPTIONS).optimize(maximize=maximize, **candidates)
    assert table.columns.tolist() == [0, 1, 2]
    for number, frame in enumerate(FRAMES):
        backtest = Backtest(frame, Swing, **OPTIONS)
        _, heatmap = backtest.optimize(maximize=maximize, return_heatmap=True, **candidates)
        pd.testing.assert_series_equal(table[number], heatmap, check_names=False)


@pytest.mark.parametrize("argument", ["return_heatmap", "return_optimization"])
def test_what_optimize_returns_cannot_be_chosen(argument):
    with pytest.raises(TypeError, match=argument):
        MultiBacktest(FRAMES, Swing).optimize(days=[5, 6], **{argument: True})
