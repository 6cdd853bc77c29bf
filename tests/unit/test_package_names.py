"""What `import hindcaster` gives, and what it does not load."""

import importlib
import inspect
import multiprocessing
import os
import pkgutil
import subprocess
import sys
from multiprocessing.pool import Pool, ThreadPool

import pytest

import hindcaster
from hindcaster import _compat, errors, lib


def test_public_names_exist():
    for module in (hindcaster, lib):
        assert all(hasattr(module, name) for name in module.__all__)
        assert len(set(module.__all__)) == len(module.__all__)


def test_names_of_the_helper_module():
    expected = (
        "OHLCV_AGG TRADES_AGG barssince cross crossover plot_heatmaps quantile compute_stats "
        "resample_apply random_ohlc_data bootstrap_ohlc_data SignalStrategy TrailingStrategy "
        "FractionalBacktest MultiBacktest"
    )
    assert set(expected.split()) <= set(lib.__all__)


def modules_after(code):
    code += "; import sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_import_is_light():
    heavy = {"numba", "bokeh", "joblib", "scipy", "tqdm", "multiprocessing"}
    heavy |= {"cloudpickle", "pyarrow.parquet", "fsspec", "filelock", "platformdirs", "ccxt"}
    loaded = modules_after("from hindcaster import Backtest, Strategy, lib")
    found = heavy & (loaded - modules_after("import pandas"))  # which loads pyarrow where it is
    assert found == set()


def test_names_and_modules_are_loaded_when_used():
    loaded = modules_after("import hindcaster; hindcaster.costs.PerShare")
    assert "hindcaster.costs" in loaded
    assert not {"hindcaster.backtest", "pandas"} & loaded
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hindcaster.nothing
    assert set(hindcaster.__all__) <= set(dir(hindcaster))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "False"),
        ({"JPY_PARENT_PID": "1"}, "True"),
        ({"MPLBACKEND": "module://matplotlib_inline.backend_inline"}, "True"),
        ({"MPLBACKEND": "agg"}, "False"),
    ],
)
def test_notebook_is_recognised_by_the_environment(environment, expected):
    code = "from hindcaster import _compat; print(_compat.notebook_output())"
    others = {k: v for k, v in os.environ.items() if k not in ("JPY_PARENT_PID", "MPLBACKEND")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=others | environment,
    )
    assert run.stdout.strip() == expected


def test_set_bokeh_output(monkeypatch):
    monkeypatch.setattr(_compat, "_notebook_output", False)
    hindcaster.set_bokeh_output(notebook=True)
    assert _compat.notebook_output()
    hindcaster.set_bokeh_output()
    assert not _compat.notebook_output()


def test_pool_of_processes(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda allow_none=False: "forkserver")
    with hindcaster.Pool(1) as pool:
        assert isinstance(pool, Pool)
        assert not isinstance(pool, ThreadPool)
        assert list(pool.imap(abs, [-1, -2])) == [1, 2]


def test_pool_of_threads_where_processes_are_spawned(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda allow_none=False: "spawn")
    started = []
    with pytest.warns(RuntimeWarning, match="multi-process.*__main__") as caught:
        pool = hindcaster.Pool(2, initializer=started.append, initargs=("x",))
    with pool:
        assert isinstance(pool, ThreadPool)
        assert list(pool.imap(lambda number: number + 1, [1, 2])) == [2, 3]
    assert caught[0].filename == __file__
    assert started == ["x", "x"]


@pytest.mark.skipif(sys.platform != "linux", reason="fork is the choice on Linux only")
def test_pool_forks_unless_another_method_was_chosen(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda allow_none=False: None)
    chosen = []

    class Context:
        def Pool(self, *arguments):
            return arguments

    def get_context(method):
        chosen.append(method)
        return Context()

    monkeypatch.setattr(multiprocessing, "get_context", get_context)
    assert hindcaster.Pool(3) == (3, None, ())
    assert chosen == ["fork"]


def test_try():
    assert hindcaster.try_(lambda: 1) == 1
    assert hindcaster.try_(lambda: 1 / 0) is None
    assert hindcaster.try_(lambda: 1 / 0, 5, ZeroDivisionError) == 5
    with pytest.raises(ZeroDivisionError):
        hindcaster.try_(lambda: 1 / 0, 5, (KeyError, ValueError))


def test_no_module_of_errors_hides_a_text_of_another() -> None:
    homes: dict[str, str] = {}
    for module in pkgutil.iter_modules(errors.__path__):
        for name, value in vars(
            importlib.import_module(f"{errors.__name__}.{module.name}")
        ).items():
            public = not name.startswith("_") and inspect.isfunction(value)
            if public and value.__module__.endswith(f".{module.name}"):
                assert homes.setdefault(name, module.name) == module.name, name
    assert len(homes) > 100
