"""Grid search: run all combinations, or a random part of them."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import closing
from typing import Any, Final

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.optimize.execution import Stage, evaluate, evaluated
from hindcaster.optimize.record import Record
from hindcaster.optimize.scoring import (
    Failure,
    Maximize,
    MetricOfRun,
    RowsOfRun,
    Run,
    as_number,
    score_rows,
)
from hindcaster.optimize.trials import Trial, TrialOfRun

_LABEL: Final = "Backtest.optimize"


def grid_search(
    run: Run,
    tried: list[dict[str, Any]],
    maximize: Maximize,
    stacklevel: int,
    kept: list[tuple[dict[str, Any], Trial | Failure]] | None = None,
    quick: Stage | None = None,
) -> tuple[dict[str, Any], pd.Series[Any]]:
    """Score combinations and find the best.

    Parameters
    ----------
    run : callable
        From parameters, given by keyword, to the result of a run.
    tried : list of dict
        At least one combination.
    maximize : str or callable
        Name of a result row, or a function of the public rows.
    stacklevel : int
        Frames between this function and the user's call.
    kept : list, optional
        Gets (parameters, trial) of every run.
    quick : callable, optional
        Scores combinations by the name of a row faster than single runs; see
        `hindcaster.optimize.execution.evaluate`.

    Returns
    -------
    dict
        The first combination with the highest score, as the heatmap's index has it: with NumPy's
        types, and NaN for None. The first of all as it is if none has a score.
    Series
        Score by combination, in the order they were given; NaN without trades, where the run
        raised, and where it was interrupted before. Its ``attrs`` hold ``failures``: a list of
        (parameters, error), and ``evaluated``: how many were, if it was interrupted.

    Raises
    ------
    Exception
        What the first run raised, if all of them did.
    """
    record = Record(tried)
    try:
        for scores in _scores(run, tried, maximize, record, kept, quick):
            record.extend(scores)
    except KeyboardInterrupt:
        record.interrupted = True
    notes = record.conclude(len(tried), stacklevel)
    numbers = record.scores + [math.nan] * (len(tried) - len(record.scores))
    names = list(tried[0])
    index = pd.MultiIndex.from_tuples([tuple(p.values()) for p in tried], names=names)
    name = maximize if isinstance(maximize, str) else None
    heatmap = pd.Series(numbers, index=index, name=name, dtype=np.float64)
    heatmap.attrs.update(notes)
    if record.best is None:
        return dict(tried[0]), heatmap
    return dict(zip(names, index[record.best], strict=True)), heatmap


def _scores(
    run: Run,
    tried: list[dict[str, Any]],
    maximize: Maximize,
    record: Record,
    kept: list[tuple[dict[str, Any], Trial | Failure]] | None,
    quick: Stage | None,
) -> Generator[list[float | Failure | None], None, None]:
    if kept is not None:
        with closing(evaluate(TrialOfRun(run), tried, _LABEL, record.note)) as trials:
            for case, trial in zip(tried, trials, strict=False):
                kept.append((case, trial))
                yield [trial if isinstance(trial, Failure) else _score_of(trial, maximize)]
        return
    if isinstance(maximize, str):
        metric = MetricOfRun(run, maximize)
        with closing(evaluated(metric, tried, _LABEL, record.note, quick)) as metrics:
            yield from metrics
        return
    with closing(evaluate(RowsOfRun(run), tried, _LABEL, record.note)) as results:
        for rows in results:
            is_result = not (rows is None or isinstance(rows, Failure))
            yield [score_rows(maximize, *rows) if is_result else rows]


def _score_of(trial: Trial, maximize: Maximize) -> float | None:
    names, values = trial.rows
    if not trial.traded:
        return None
    if not isinstance(maximize, str):
        return score_rows(maximize, names, values)
    if maximize not in names:
        raise errors.metric_absent(maximize)
    return as_number(values[names.index(maximize)], maximize)
