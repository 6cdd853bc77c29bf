"""Sweeps on a local Ray cluster of two workers, where Ray is installed."""

import importlib.util
import os

import joblib
import pandas as pd
import pytest

from hindcaster import Backtest

from .test_optimize_grid import Periodic, bars

MISSING = importlib.util.find_spec("ray") is None
pytestmark = [
    pytest.mark.skipif(MISSING, reason="Ray is not installed (pip install 'ray', 79 MB)"),
    # Ray itself leaves sockets and files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
]


@pytest.fixture(scope="module")
def cluster():
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    yield
    ray.shutdown()


def test_sweep_runs_on_the_workers_and_comes_out_the_same(cluster):
    class Local(Periodic):
        """Workers cannot import it."""

    test = Backtest(bars(), Local, finalize_trades=True)
    candidates = {"every": range(3, 30), "hold": [1, 2]}
    stats, heatmap = test.optimize(**candidates, maximize="Return [%]", return_heatmap=True)
    with joblib.parallel_config("ray"):
        spread, scores = test.optimize(**candidates, maximize="Return [%]", return_heatmap=True)
    pd.testing.assert_series_equal(scores, heatmap)
    assert spread["Return [%]"] == stats["Return [%]"]


def test_work_is_done_by_the_workers(cluster):
    from hindcaster.optimize.execution import evaluate

    with joblib.parallel_config("ray"):
        places = set(evaluate(lambda case: os.getpid(), [{}] * 64, "test"))
    assert os.getpid() not in places
