"""The entrance: checks the arguments of a search in a fixed order and hands over to a method."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from hindcaster import errors
from hindcaster.optimize import space
from hindcaster.optimize.scoring import Maximize, Run, check_maximize
from hindcaster.optimize.trials import KeptTrials, table_of

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster.optimize.execution import Stage

_MANY_RUNS = 300


class Found(NamedTuple):
    """What a search found."""

    best: dict[str, Any]
    heatmap: pd.Series[Any]
    raw: Any
    trials: pd.DataFrame | None = None


def search(
    run: Run,
    prepare: Callable[[], None],
    parameters: dict[str, Any],
    *,
    maximize: Maximize,
    method: str,
    max_tries: float | None,
    constraint: Callable[[Any], Any] | None,
    return_optimization: bool,
    return_trials: bool,
    random_state: Any,
    stacklevel: int,
    quick: Stage | None = None,
) -> Found:
    """Find the parameters with the highest score.

    Parameters
    ----------
    run : callable
        From parameters, given by keyword, to the result of a run. Grid search may send it to
        other processes.
    prepare : callable
        Raises what concerns all runs, once the arguments are found to be fine.
    parameters : dict
        Candidates by parameter.
    maximize, method, max_tries, constraint, return_optimization, return_trials, random_state
        See `hindcaster.Backtest.optimize`.
    stacklevel : int
        Frames between this function and the user's call.
    quick : callable, optional
        Scores combinations of a grid faster than single runs do.

    Returns
    -------
    Found
        Best parameters, score by parameters, and the raw result of a model-based search.
    """
    if not parameters:
        raise errors.nothing_to_optimize()
    check_maximize(maximize)
    if constraint is not None and not callable(constraint):
        raise errors.bad_constraint(constraint)
    if method == "skopt":
        warnings.warn(errors.SKOPT_DEPRECATED, DeprecationWarning, stacklevel=stacklevel + 1)
        method = "sambo"
    if return_optimization and method not in ("sambo", "optuna"):
        raise errors.no_raw_result(method)
    candidates = space.candidates_of(parameters)
    if method not in ("grid", "sambo", "optuna"):
        raise errors.unknown_method(method)
    space.check_hashable(candidates)
    if method == "grid":
        from hindcaster.optimize.grid import grid_search

        tried = space.sample(candidates, constraint, max_tries, random_state)
        if not tried:
            raise errors.no_combinations()
        prepare()
        if len(tried) > _MANY_RUNS:
            warnings.warn(errors.many_runs(len(tried)), stacklevel=stacklevel + 1)
        kept: list[Any] | None = [] if return_trials else None
        best, heatmap = grid_search(run, tried, maximize, stacklevel + 1, kept, quick)
        return Found(best, heatmap, None, None if kept is None else table_of(kept))
    prepare()
    keeping = KeptTrials(run) if return_trials else None
    find = _model_based(method)
    found = find(
        keeping or run, candidates, maximize, max_tries, constraint, random_state, stacklevel + 1
    )
    return Found(*found, None if keeping is None else table_of(keeping.found))


def _model_based(method: str) -> Callable[..., tuple[dict[str, Any], pd.Series[Any], Any]]:
    if method == "sambo":
        from hindcaster.optimize.model_based import model_based_search

        return model_based_search
    from hindcaster.optimize.tpe import tpe_search

    return tpe_search
