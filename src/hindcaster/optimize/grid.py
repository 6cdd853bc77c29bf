"""Grid search: run all combinations, or a random part of them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd

from hindcaster.optimize.execution import evaluate
from hindcaster.optimize.scoring import Maximize, MetricOfRun, RowsOfRun, Run, score_rows
from hindcaster.optimize.space import Parameters


def grid_search(
    run: Run, tried: list[Parameters], maximize: Maximize
) -> tuple[dict[str, Any], pd.Series[Any]]:
    """Score combinations and find the best.

    Parameters
    ----------
    run : callable
        From parameters, given by keyword, to the result of a run.
    tried : list of Parameters
        At least one combination.
    maximize : str or callable
        Name of a result row, or a function of the public rows.

    Returns
    -------
    dict
        The first combination with the highest score, as the heatmap's index has it: with NumPy's
        types, and NaN for None. The first of all as it is if none has a score.
    Series
        Score by combination, in the order they were given; NaN without trades.
    """
    scores = _scores(run, tried, maximize)
    names = list(tried[0])
    index = pd.MultiIndex.from_tuples([tuple(p.values()) for p in tried], names=names)
    name = maximize if isinstance(maximize, str) else None
    heatmap = pd.Series(scores, index=index, name=name, dtype=np.float64)
    scored = np.flatnonzero(~np.isnan(scores))
    if not len(scored):
        return dict(tried[0]), heatmap
    best = scored[np.argmax(heatmap.to_numpy()[scored])]
    return dict(zip(names, index[best], strict=True)), heatmap


def _scores(run: Run, tried: list[Parameters], maximize: Maximize) -> list[float]:
    label = "Backtest.optimize"
    cases = [dict(parameters) for parameters in tried]
    if isinstance(maximize, str):
        with closing(evaluate(MetricOfRun(run, maximize), cases, label)) as metrics:
            return [np.nan if score is None else score for score in metrics]
    with closing(evaluate(RowsOfRun(run), cases, label)) as results:
        return [np.nan if rows is None else score_rows(maximize, *rows) for rows in results]
