"""Model-based search by the optional package Optuna: tree-structured Parzen estimators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._progress import Progress
from hindcaster.optimize.model_based import number_of_tries
from hindcaster.optimize.record import Record
from hindcaster.optimize.scoring import Failure, Maximize, Run, score_of
from hindcaster.optimize.space import Constraint, Parameters

_MOST_DRAWS: Final = 100  # per evaluation, of points that the constraint refuses


def tpe_search(
    run: Run,
    candidates: dict[str, list[Any]],
    maximize: Maximize,
    max_tries: float | None,
    constraint: Constraint | None,
    random_state: Any,
    stacklevel: int,
) -> tuple[dict[str, Any], pd.Series[Any], Any]:
    """Search with Optuna's TPE sampler, one run after the other; there is no pruning.

    Parameters
    ----------
    run : callable
        From parameters, given by keyword, to the result of a run.
    candidates : dict
        Numbers only give the bounds of their parameter, other values are categories.
    maximize : str or callable
        Name of a result row, or a function of the whole result.
    max_tries : float or None
        Number of evaluations, up to 1 a share of the grid.
    constraint : callable or None
        Says whether a combination may be tried.
    random_state : int or None
        Seed.
    stacklevel : int
        Frames between this function and the user's call.

    Returns
    -------
    dict
        The best parameters.
    Series
        Score by evaluated combination, sorted; NaN where the run raised or has no score.
    optuna.Study
        All trials. Points that the constraint refused, or without a score, are failed trials.

    Raises
    ------
    ImportError
        Optuna is not installed.
    ValueError
        The constraint refuses all points.

    References
    ----------
    Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", 2011.
    """
    try:
        import optuna
    except ImportError as error:
        raise errors.optuna_missing(error) from error

    tries = int(number_of_tries(candidates, constraint, max_tries))
    with _quiet(optuna):
        sampler = optuna.samplers.TPESampler(seed=_seed(random_state))
        study = optuna.create_study(direction="maximize", sampler=sampler)
    failed = optuna.trial.TrialState.FAIL
    record = Record([])
    seen: dict[tuple[Any, ...], float] = {}
    with Progress(tries, "Backtest.optimize", "run", record.note) as progress:
        try:
            for trial, point in _points(study, failed, candidates, constraint, tries):
                key = tuple(point.values())
                if key not in seen:
                    score = score_of(run, point, maximize)
                    record.tried.append(dict(point))
                    record.extend([score])
                    seen[key] = np.nan if isinstance(score, Failure) else score
                if np.isnan(seen[key]):
                    study.tell(trial, state=failed)
                else:
                    study.tell(trial, seen[key])
                progress.update(1)
        except KeyboardInterrupt:
            record.interrupted = True
    if not seen and not record.interrupted:
        raise errors.no_combinations()
    notes = record.conclude(tries, stacklevel)
    name = maximize if isinstance(maximize, str) else None
    heatmap = pd.Series(seen, name=name, dtype=np.float64).rename_axis(list(candidates))
    heatmap = heatmap.sort_index()
    heatmap.attrs.update(notes)
    best = 0 if record.best is None else record.best
    return dict(record.tried[best]), heatmap, study


def _points(
    study: Any,
    failed: Any,
    candidates: dict[str, list[Any]],
    constraint: Constraint | None,
    tries: int,
) -> Iterator[tuple[Any, Parameters]]:
    """Admissible points that the sampler asks for."""
    found = 0
    for _ in range(tries * (1 if constraint is None else _MOST_DRAWS)):
        if found == tries:
            return
        trial = study.ask()
        point = Parameters(
            (name, _suggested(trial, name, values)) for name, values in candidates.items()
        )
        if constraint is not None and not constraint(point):
            study.tell(trial, state=failed)
            continue
        found += 1
        yield trial, point


def _suggested(trial: Any, name: str, values: list[Any]) -> Any:
    """Ask for a value: numbers span a range, anything else is one of several."""
    if all(map(_is_number, values)):
        low, high = min(values), max(values)
        if all(isinstance(value, (int, np.integer)) for value in values):
            return trial.suggest_int(name, int(low), int(high))
        return trial.suggest_float(name, float(low), float(high))
    distinct = list(dict.fromkeys(values))
    return distinct[trial.suggest_categorical(name, range(len(distinct)))]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _seed(random_state: Any) -> int | None:
    if random_state is None:
        return None
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(np.random.default_rng(random_state).integers(2**31))


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Keep Optuna from announcing the study on the standard error stream."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
