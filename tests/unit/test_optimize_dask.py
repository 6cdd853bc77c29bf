"""Sweeps on a real cluster of two Dask workers."""

import os

import joblib
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from hindcaster import Backtest

from .test_optimize_grid import Periodic, bars


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


def test_sweep_runs_on_the_workers_and_comes_out_the_same(client):
    class Local(Periodic):
        """Workers cannot import it."""

    test = Backtest(bars(), Local, finalize_trades=True)
    candidates = {"every": range(3, 30), "hold": [1, 2]}
    stats, heatmap = test.optimize(**candidates, maximize="Return [%]", return_heatmap=True)
    with joblib.parallel_config("dask"):
        spread, scores = test.optimize(**candidates, maximize="Return [%]", return_heatmap=True)
    pd.testing.assert_series_equal(scores, heatmap)
    assert spread["Return [%]"] == stats["Return [%]"]


def test_work_is_done_by_both_workers(client):
    from hindcaster.optimize.execution import evaluate

    with joblib.parallel_config("dask"):
        places = set(evaluate(lambda case: os.getpid(), [{}] * 64, "test"))
    assert places == set(client.run(os.getpid).values())
