"""One seed gives the same trials and the same best, however many workers there are."""

import joblib
import pandas as pd
import pytest

from hindcaster import Backtest

from .test_optimize_grid import Periodic, bars

WORKERS = [("sequential", 1), ("loky", 1), ("loky", 2), ("threading", 2), ("threading", 5)]
SPACE = {"every": range(3, 40), "hold": [1, 2]}
SEARCHES = {
    "grid": {"max_tries": 25},
    "sambo": {"max_tries": 15},
    "optuna": {"max_tries": 15},
}


def searched(method, seed, **candidates):
    test = Backtest(bars(200), Periodic, commission=0.001, finalize_trades=True)
    return test.optimize(
        **candidates,
        **SEARCHES[method],
        method=method,
        maximize="Return [%]",
        random_state=seed,
        return_heatmap=True,
        return_trials=True,
    )


@pytest.fixture(scope="module")
def alone():
    """What comes out where no workers are chosen."""
    return {
        (method, seed): searched(method, seed, **SPACE) for method in SEARCHES for seed in (1, 2)
    }


@pytest.mark.parametrize(("backend", "workers"), WORKERS)
@pytest.mark.parametrize("method", SEARCHES)
def test_the_number_of_workers_changes_nothing(alone, method, backend, workers):
    with joblib.parallel_config(backend=backend, n_jobs=workers):
        stats, heatmap, trials = searched(method, 1, **SPACE)
    expected, scores, table = alone[method, 1]
    pd.testing.assert_series_equal(heatmap, scores, check_exact=True)
    pd.testing.assert_frame_equal(trials, table, check_exact=True)  # in the same order
    assert stats._strategy._params == expected._strategy._params
    pd.testing.assert_frame_equal(stats._trades, expected._trades, check_exact=True)
    assert stats._deflated_sharpe_ratio == expected._deflated_sharpe_ratio


@pytest.mark.parametrize("method", SEARCHES)
def test_another_seed_gives_other_trials(alone, method):
    first, second = alone[method, 1][2], alone[method, 2][2]
    assert len(first) > 5
    assert not first.index.equals(second.index)
