"""Model-based search by the optional package SAMBO: few runs in a large space."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._progress import Progress
from hindcaster._types import AnyArray
from hindcaster.optimize.record import Record
from hindcaster.optimize.scoring import Failure, Maximize, Run, score_of
from hindcaster.optimize.space import Constraint, Parameters, grid_size

_DEFAULT_TRIES = 200
_REMEMBERED = 128  # latest points whose score is not computed again


def model_based_search(
    run: Run,
    candidates: dict[str, list[Any]],
    maximize: Maximize,
    max_tries: float | None,
    constraint: Constraint | None,
    random_state: Any,
    stacklevel: int,
) -> tuple[dict[str, Any], pd.Series[Any], Any]:
    """Search with ``sambo.minimize``.

    Parameters
    ----------
    run : callable
        From parameters, given by keyword, to the result of a run.
    candidates : dict
        Numbers only give the bounds of their parameter, other values are categories.
    maximize : str or callable
        Name of a result row, or a function of the whole result. NaN counts as 0.
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
        Score by evaluated combination, sorted; NaN where the run raised, which counts as 0.
    OptimizeResult
        What SAMBO returned; None if it was interrupted.

    Raises
    ------
    ImportError
        SAMBO is not installed.
    """
    try:
        from sambo import minimize
    except ImportError as error:
        raise errors.sambo_missing(error) from error

    names = list(candidates)
    tries = number_of_tries(candidates, constraint, max_tries)

    def admissible(point: Any) -> bool:
        return constraint is None or bool(constraint(_named(names, point)))

    record = Record([])
    with Progress(int(tries), "Backtest.optimize", "run", record.note) as progress:
        objective = _Objective(run, names, maximize, progress, record)
        try:
            found = minimize(
                objective,
                bounds=[_bounds(values) for values in candidates.values()],
                constraints=None if constraint is None else admissible,
                max_iter=tries,
                method="sceua",
                rng=random_state,
            )
        except KeyboardInterrupt:
            record.interrupted = True
    notes = record.conclude(int(tries), stacklevel)
    evaluated = {
        tuple(parameters.values()): score
        for parameters, score in zip(record.tried, np.nan_to_num(record.scores), strict=True)
    }
    # Not with the losses of `found`: in short searches they are in another order than its points.
    points = evaluated if record.interrupted else map(tuple, found.xv)
    scores = {point: evaluated[point] for point in points}
    scores |= {tuple(parameters.values()): np.nan for parameters, _ in record.failures}
    name = maximize if isinstance(maximize, str) else None
    heatmap = pd.Series(scores, name=name, dtype=np.float64).rename_axis(names).sort_index()
    heatmap.attrs.update(notes)
    if record.interrupted:
        assert record.best is not None
        return dict(record.tried[record.best]), heatmap, None
    return dict(_named(names, found.x)), heatmap, found


class _Objective:
    """The negative score of a point, as SAMBO minimizes."""

    def __init__(
        self, run: Run, names: list[str], maximize: Maximize, progress: Progress, record: Record
    ) -> None:
        self._run = run
        self._names = names
        self._maximize = maximize
        self._progress = progress
        self._score = lru_cache(_REMEMBERED)(self._score_of)
        self.record = record

    def __call__(self, point: Any) -> float:
        loss = -self._score(tuple(point))
        self._progress.update(1)
        return loss

    def _score_of(self, point: tuple[Any, ...]) -> float:
        parameters = _named(self._names, point)
        score = score_of(self._run, parameters, self._maximize)
        self.record.tried.append(dict(parameters))
        self.record.extend([score])
        return 0.0 if isinstance(score, Failure) or np.isnan(score) else score


def _named(names: list[str], point: Any) -> Parameters:
    return Parameters(zip(names, point, strict=True))


def number_of_tries(
    candidates: dict[str, list[Any]], constraint: Constraint | None, max_tries: float | None
) -> int:
    """Count the evaluations: as given, or up to 1 a share of the grid."""
    if max_tries is None:
        return _DEFAULT_TRIES
    if 0 < max_tries <= 1:
        return max(1, int(max_tries * grid_size(candidates, constraint)))
    return int(max_tries)


def _bounds(values: list[Any]) -> tuple[Any, Any] | AnyArray:
    """Describe a parameter to SAMBO: (lowest, highest + 1) of whole numbers, categories, ..."""
    try:
        array = np.asarray(values)
    except ValueError:  # tuples of different lengths
        array = np.empty(0, object)
    if array.ndim == 1 and array.dtype.kind in "mM":
        array = array.astype(np.int64)
    if array.ndim == 1 and array.dtype.kind in "iu":
        return int(array.min()), int(array.max()) + 1
    if array.ndim == 1 and array.dtype.kind == "f":
        return float(array.min()), float(array.max())
    distinct = list(dict.fromkeys(values))
    categories = np.empty(len(distinct), object)  # elementwise: tuples are no rows of a table
    for position, value in enumerate(distinct):
        categories[position] = value
    return categories
