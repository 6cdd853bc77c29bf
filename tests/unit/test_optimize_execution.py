"""Cases run in this process or in workers: the same results, errors and warnings, in order."""

import logging
import os
import threading
import warnings

import joblib
import numpy as np
import pytest

from hindcaster.optimize import execution
from hindcaster.optimize.execution import evaluate, number_of_threads

CASES = [{"n": n} for n in range(40)]
BACKENDS = ["sequential", "threading", "loky"]


@pytest.fixture(params=BACKENDS)
def backend(request):
    with joblib.parallel_config(backend=request.param, n_jobs=2):
        yield request.param


def values_of(function, cases=CASES):
    return list(evaluate(function, cases, "test"))


def test_results_come_in_the_order_of_the_cases(backend):
    assert values_of(lambda case: case["n"] ** 2) == [n * n for n in range(40)]


def test_chosen_workers_are_used(backend):
    places = set(values_of(lambda case: (os.getpid(), threading.get_ident())))
    here = (os.getpid(), threading.get_ident())
    if backend == "sequential":
        assert places == {here}
    else:
        assert here not in places
        assert {pid == os.getpid() for pid, _ in places} == {backend == "threading"}


def test_a_worker_unpickles_the_function_once_however_many_bundles_it_gets():
    class Counted:
        def __setstate__(self, state):
            import builtins

            builtins.hindcaster_test_loads = getattr(builtins, "hindcaster_test_loads", 0) + 1

        def __getstate__(self):
            return {"any": "state"}

        def __call__(self, case):
            import builtins

            return os.getpid(), builtins.hindcaster_test_loads

    with joblib.parallel_config(n_jobs=2):
        seen = values_of(Counted(), [{}] * 200)
    assert len(seen) == 200
    assert {loads for _, loads in seen} == {1}


def test_data_of_any_size_reaches_the_workers():
    data = np.arange(300_000.0)
    with joblib.parallel_config(n_jobs=2):
        assert values_of(lambda case: data[case["n"]]) == list(range(40))


def test_the_first_error_in_order_propagates_with_its_type(backend):
    def fail_late(case):
        if case["n"] >= 3:
            raise OSError(case["n"], "failed")
        return case["n"]

    results = evaluate(fail_late, CASES, "test")
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="failed") as caught:
        next(results)
    assert caught.value.errno == 3
    notes = "".join(getattr(caught.value, "__notes__", []))
    assert ("fail_late" in notes) == (backend == "loky")


def test_an_error_that_cannot_travel_is_told_in_words():
    class Awkward(Exception):
        def __init__(self, first, second):
            super().__init__(f"{first} and {second}")

    def fail(case):
        raise Awkward("this", "that")

    with (
        joblib.parallel_config(n_jobs=2),
        pytest.raises(RuntimeError, match="Awkward: this and that"),
    ):
        values_of(fail)


def test_work_goes_on_after_an_error_or_an_early_end(backend):
    def fail(case):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        values_of(fail)
    results = evaluate(lambda case: case["n"], CASES, "test")
    assert next(results) == 0
    results.close()
    assert values_of(lambda case: case["n"]) == list(range(40))


def test_warnings_of_workers_come_out_here(backend):
    def warn(case):
        warnings.warn(f"odd number {case['n']}" if case["n"] % 2 else "even", stacklevel=1)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", message="EVEN")  # filters do not mind case
        values_of(warn)
    numbers = [int(str(w.message).removeprefix("odd number ")) for w in caught]
    assert sorted(numbers) == list(range(1, 40, 2))
    assert {w.filename for w in caught} == {__file__}
    assert {w.category for w in caught} == {UserWarning}


def test_a_warning_that_is_to_be_an_error_is_one(backend):
    def warn(case):
        warnings.warn("beware", RuntimeWarning, stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        with pytest.raises(RuntimeWarning, match="beware"):
            values_of(warn)


def test_what_cannot_be_pickled_runs_here(caplog):
    lock = threading.Lock()

    def guarded(case):
        with lock:
            return os.getpid()

    with joblib.parallel_config(n_jobs=2), caplog.at_level(logging.INFO):
        assert set(values_of(guarded)) == {os.getpid()}
    assert "cannot be pickled" in caplog.text


@pytest.mark.parametrize("part", ["function", "case"])
def test_what_workers_cannot_load_runs_here(part, caplog):
    class OnlyHere:
        def __reduce__(self):
            return made_here, (os.getpid(),)

    def made_here(pid):
        if pid != os.getpid():
            raise ImportError("not in a worker")
        return OnlyHere()

    local = OnlyHere()
    functions = {"function": lambda case: (os.getpid(), local), "case": lambda case: (os.getpid(),)}
    cases = [{"value": local if part == "case" else n} for n in range(40)]
    with joblib.parallel_config(n_jobs=2), caplog.at_level(logging.INFO):
        assert {place[0] for place in values_of(functions[part], cases)} == {os.getpid()}
    assert "not in a worker" in caplog.text


def test_small_work_stays_here_and_work_that_would_take_long_goes_to_workers(monkeypatch):
    assert set(values_of(lambda case: os.getpid())) == {os.getpid()}
    monkeypatch.setattr(execution, "_START_UP", 0.0)
    monkeypatch.setattr(joblib, "effective_n_jobs", lambda n_jobs: 2)
    here = [pid == os.getpid() for pid in values_of(lambda case: os.getpid())]
    assert here == [True] * 2 + [False] * 38  # the second case tells how long a case takes


def test_inside_a_worker_cases_run_one_by_one():
    def nested(_):
        from hindcaster.optimize.execution import evaluate

        places = evaluate(lambda case: (os.getpid(), threading.get_ident()), [{}] * 40, "test")
        return set(places)

    places = joblib.Parallel(n_jobs=2)(joblib.delayed(nested)(n) for n in range(2))
    assert [len(place) for place in places] == [1, 1]


def test_no_cases_give_no_results(backend):
    assert values_of(lambda case: case, []) == []


def test_runs_of_a_worker_that_dies_start_again(tmp_path, caplog):
    mark = tmp_path / "died"

    def fragile(case):
        if case["n"] == 7 and not mark.exists():
            mark.touch()
            os._exit(1)
        return case["n"]

    with joblib.parallel_config(n_jobs=2), caplog.at_level(logging.WARNING):
        assert values_of(fragile) == list(range(40))
    assert "A worker process died" in caplog.text


def test_workers_that_always_die_are_an_error():
    def deadly(case):
        os._exit(1)

    with joblib.parallel_config(n_jobs=2), pytest.raises(RuntimeError, match="die again and again"):
        values_of(deadly)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_threads_are_as_many_as_the_workers_that_were_asked_for(backend):
    with joblib.parallel_config(backend, n_jobs=3):
        assert number_of_threads() == 3


def test_no_threads_where_a_cluster_was_asked_for():
    class Cluster(joblib._parallel_backends.ThreadingBackend):
        uses_threads = False

    joblib.register_parallel_backend("cluster", Cluster)
    with joblib.parallel_config("cluster", n_jobs=3):
        assert number_of_threads() == 0
