"""Running many cases: in this process while that is quickest, else in joblib's workers.

Which of the two, how many workers and how cases are bundled changes nothing in what comes out:
results, errors and warnings come in the order of the cases.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time
import traceback
import uuid
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np

from hindcaster import errors
from hindcaster._progress import Progress
from hindcaster._types import AnyArray

Case = dict[str, Any]
Function = Callable[[Case], Any]
Stage = Callable[[Function, list[Case]], Iterable[list[Any]]]  # results, in lists as they come

_log = logging.getLogger(__name__)

_START_UP = 1.5  # seconds until workers have imported the package and loaded its machine code
_BUNDLES_PER_WORKER = 8  # at least, so that all workers are busy to the end
_LARGEST_BUNDLE = 32
_ATTEMPTS = 3  # at bringing runs to an end in workers, if some of these die
_MOMENT = 1.0  # seconds
_SHARE_ABOVE = 10_000  # bytes of data that workers map from a file instead of each being sent


def evaluate(
    function: Function,
    cases: list[Case],
    label: str,
    note: Callable[[], str] | None = None,
    quick: Stage | None = None,
    patience: float | None = None,
) -> Generator[Any, None, None]:
    """Give ``function(case)`` for every case, in order.

    Parameters
    ----------
    function : callable
        Depends on the case only. It is sent to workers with cloudpickle; if that is impossible
        all cases run in this process.
    cases : list of dict
        Arguments.
    label : str
        Title of the progress bar.
    note : callable, optional
        Gives the text behind the bar, asked for after every result.
    quick : callable, optional
        Asked first: gives results of the function for as many cases as it can.
    patience : float, optional
        Seconds before a progress bar appears; a moment if absent, never if infinite.

    Raises
    ------
    Exception
        What the function raised on the first case it failed on.
    """
    for bundle in evaluated(function, cases, label, note, quick, patience):
        yield from bundle


def evaluated(
    function: Function,
    cases: list[Case],
    label: str,
    note: Callable[[], str] | None = None,
    quick: Stage | None = None,
    patience: float | None = None,
) -> Generator[list[Any], None, None]:
    """Give the same as `evaluate`, in lists of results as they come."""
    done = 0
    with Progress(len(cases), label, "run", note, patience) as progress:
        for stage in (quick or _none, _here_while_quickest, _in_workers, _here):
            for results in stage(function, cases[done:]):
                done += len(results)
                yield results
                progress.update(len(results))


def _none(function: Function, cases: list[Case]) -> Iterable[list[Any]]:
    return ()


def _here(function: Function, cases: list[Case]) -> Iterable[list[Any]]:
    return ([function(case)] for case in cases)


def _here_while_quickest(function: Function, cases: list[Case]) -> Generator[list[Any], None, None]:
    """Run cases in this process until workers would save more time than they take to start."""
    if "joblib" in sys.modules:
        workers = _workers()
        if workers.chosen and workers.number > 1:
            return
    fastest = math.inf
    for number, case in enumerate(cases, start=1):
        started = time.perf_counter()
        result = function(case)
        fastest = min(fastest, time.perf_counter() - started)
        yield [result]
        # The first case may contain compiling, so it does not tell how long the others take.
        left = fastest * (len(cases) - number)
        if number > 1 and left > _START_UP and left * (1 - 1 / _workers().number) > _START_UP:
            return


def number_of_threads() -> int:
    """Threads that may work at once; 0 if work was asked to be spread beyond this machine."""
    if "joblib" not in sys.modules:
        count = getattr(os, "sched_getaffinity", None)
        return len(count(0)) if count else os.cpu_count() or 1
    workers = _workers()
    return workers.number if workers.local else 0


class _Workers(NamedTuple):
    number: int
    chosen: bool  # by the caller, with joblib.parallel_config
    in_process: bool
    local: bool
    options: dict[str, Any]


def _workers() -> _Workers:
    import joblib
    from joblib.parallel import BACKENDS, DEFAULT_BACKEND, get_active_backend

    backend, n_jobs = get_active_backend()
    in_process = bool(getattr(backend, "uses_threads", False))
    local = in_process or type(backend).__module__.startswith("joblib._parallel_backends")
    if n_jobs is not None:
        return _Workers(joblib.effective_n_jobs(n_jobs), True, in_process, local, {})
    if getattr(backend, "nesting_level", 0):  # inside a worker: its siblings keep the cores busy
        return _Workers(1, False, in_process, local, {})
    chosen = type(backend) is not BACKENDS[DEFAULT_BACKEND]
    options = {"n_jobs": -1, "max_nbytes": _SHARE_ABOVE}
    return _Workers(joblib.effective_n_jobs(-1), chosen, in_process, local, options)


def _in_workers(function: Function, cases: list[Case]) -> Generator[list[Any], None, None]:
    """Run cases in joblib's workers, again in new ones if one of them dies."""
    done = 0
    for _ in range(_ATTEMPTS):
        try:
            for results in _once_in_workers(function, cases[done:]):
                done += len(results)
                yield results
            return
        except BrokenExecutor as error:
            died = error
            left = len(cases) - done
            _log.warning("A worker process died (%s); %d runs start again", error, left)
    raise errors.workers_die() from died


def _once_in_workers(function: Function, cases: list[Case]) -> Generator[list[Any], None, None]:
    """Run cases in joblib's workers; stop early if the function cannot be brought there."""
    if not cases:
        return
    workers = _workers()
    job = _Job(function)
    if not workers.in_process:
        try:
            job.pack(cases)
        except Exception as error:  # pickling runs foreign code, so anything can come out
            _log.info("Running in one process: the work cannot be pickled (%r)", error)
            return
    bundles = _Bundles(cases, workers.number)
    outcomes = _outcomes(job, bundles, workers)
    registry: dict[Any, Any] = {}
    slowest = 0.0
    try:
        for outcome in outcomes:
            if outcome.unloadable:
                _log.info("Running in one process: workers cannot load it\n%s", outcome.unloadable)
                return
            for message, category, filename, line in outcome.warned:
                warnings.warn_explicit(message, category, filename, line, registry=registry)
            slowest = max(slowest, outcome.seconds)
            yield outcome.results
            if outcome.error is not None:
                raise outcome.error
    finally:
        bundles.stopped = True
        _wind_up(outcomes, slowest)


class _Bundles:
    """Cases in bundles for workers to take, until stopped."""

    def __init__(self, cases: list[Case], n_workers: int) -> None:
        size = math.ceil(len(cases) / (_BUNDLES_PER_WORKER * n_workers))
        self._size = min(size, _LARGEST_BUNDLE)
        self._cases = cases
        self.stopped = False

    def __iter__(self) -> Iterator[list[Case]]:
        for first in range(0, len(self._cases), self._size):
            if self.stopped:
                return
            yield self._cases[first : first + self._size]


def _outcomes(job: _Job, bundles: _Bundles, workers: _Workers) -> Generator[_Outcome, None, None]:
    import joblib

    try:
        parallel = joblib.Parallel(return_as="generator", **workers.options)
    except ValueError:  # a backend that can only give all results at once
        parallel = joblib.Parallel(**workers.options)
    yield from parallel(joblib.delayed(_run_bundle)(job, job.sent(bundle)) for bundle in bundles)


def _wind_up(outcomes: Generator[_Outcome, None, None], slowest: float) -> None:
    """Wait for bundles under way if they take but a moment, else cancel them.

    joblib cancels by killing its workers, which then have to start again, and warns of it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if slowest < _MOMENT:
            for _ in outcomes:
                pass
        outcomes.close()


class _Job:
    """A function on its way to workers, which load it once however many bundles they get."""

    def __init__(self, function: Function) -> None:
        self._function: Function | None = function
        self._key = uuid.uuid4().hex
        self._packed: AnyArray | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_function": None}

    @property
    def is_remote(self) -> bool:
        """Whether this is a copy in a worker process."""
        return self._function is None

    def pack(self, cases: list[Case]) -> None:
        """Make the function ready to travel; raises if it or a case cannot."""
        import cloudpickle

        cloudpickle.dumps(cases)
        content = cloudpickle.dumps((self._function, list(warnings.filters)))
        self._packed = np.frombuffer(content, np.uint8)

    def sent(self, cases: list[Case]) -> list[Case] | bytes:
        """Bring cases to the form in which they travel."""
        if self._packed is None:
            return cases
        import cloudpickle

        return cast(bytes, cloudpickle.dumps(cases))

    def load(self) -> tuple[Function, list[Any]]:
        """Give the function and the warning filters to run it under."""
        if self._function is not None:
            return self._function, []
        loaded = _loaded.get(self._key)
        if loaded is None:
            import cloudpickle

            assert self._packed is not None
            loaded = cloudpickle.loads(self._packed.tobytes())
            _loaded.clear()
            _loaded[self._key] = loaded
        return loaded


_loaded: dict[str, tuple[Function, list[Any]]] = {}  # in a worker: the latest job


@dataclass
class _Outcome:
    """What came of a bundle: the results up to the first error."""

    results: list[Any] = field(default_factory=list)
    warned: list[tuple[Any, ...]] = field(default_factory=list)
    error: Exception | None = None
    seconds: float = 0.0
    unloadable: str = ""


def _run_bundle(job: _Job, bundle: list[Case] | bytes) -> _Outcome:
    try:
        function, filters = job.load()
        cases = _received(bundle)
    except Exception:
        return _Outcome(unloadable=traceback.format_exc())
    outcome = _Outcome()
    if not job.is_remote:
        _run_cases(function, cases, outcome)
        return outcome
    with warnings.catch_warnings(record=True) as caught:
        _install(filters)
        _run_cases(function, cases, outcome)
    outcome.warned = [(w.message, w.category, w.filename, w.lineno) for w in caught]
    if outcome.error is not None:
        outcome.error = _portable(outcome.error)
    return outcome


def _received(bundle: list[Case] | bytes) -> list[Case]:
    if not isinstance(bundle, bytes):
        return bundle
    import cloudpickle

    return cast(list[Case], cloudpickle.loads(bundle))


def _run_cases(function: Function, cases: list[Case], outcome: _Outcome) -> None:
    started = time.perf_counter()
    try:
        for case in cases:
            outcome.results.append(function(case))
    except Exception as error:
        outcome.error = error
    outcome.seconds = time.perf_counter() - started


def _install(filters: list[Any]) -> None:
    """Filter warnings in a worker as in the calling process."""
    warnings.resetwarnings()
    for action, message, category, module, line in reversed(filters):
        warnings.filterwarnings(action, _pattern(message), category, _pattern(module), line)


def _pattern(expression: Any) -> str:
    return str(getattr(expression, "pattern", expression or ""))


def _portable(error: Exception) -> Exception:
    """Bring an exception to a form that can be sent, with the worker's traceback as a note."""
    import cloudpickle

    trace = "".join(traceback.format_exception(error))
    try:
        cloudpickle.loads(cloudpickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(f"In a worker:\n{trace}")
    return error
