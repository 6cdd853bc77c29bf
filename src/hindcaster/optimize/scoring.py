"""Scores: what is maximized, from the result of a run to one number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.stats.summary import METRIC_NAMES

Run = Callable[..., "pd.Series[Any]"]
Maximize = str | Callable[["pd.Series[Any]"], Any]

Rows = tuple[tuple[str, ...], list[Any]]

_PRIVATE_ROWS = ("_strategy", "_equity_curve", "_trades", "_orders")
_DAY = pd.Timedelta(days=1)


def check_maximize(maximize: Any) -> None:
    """Refuse what is neither the name of a result row nor a function."""
    if isinstance(maximize, str):
        if maximize not in METRIC_NAMES and maximize not in _PRIVATE_ROWS:
            raise errors.unknown_metric(maximize, METRIC_NAMES)
    elif not callable(maximize):
        raise errors.bad_maximize(maximize)


def metric(stats: pd.Series[Any], name: str) -> Any:
    """Take a row out of a result."""
    if name not in stats.index:
        raise errors.metric_absent(name)
    return stats[name]


def as_number(score: Any, source: str) -> float:
    """Bring a score to a float: durations count in days, missing values are NaN."""
    if isinstance(score, np.ndarray) and score.size == 1:
        score = score.item()
    if score is None or score is pd.NA or score is pd.NaT:
        return np.nan
    if isinstance(score, (timedelta, np.timedelta64)):
        return float(pd.Timedelta(score) / _DAY)
    if isinstance(score, (str, bytes)):
        raise errors.score_not_number(source, score)
    try:
        return float(score)
    except (TypeError, ValueError):
        raise errors.score_not_number(source, score) from None


@dataclass(frozen=True)
class Failure:
    """What a run raised instead of giving a result."""

    error: Exception


def attempted(run: Run, parameters: dict[str, Any]) -> pd.Series[Any] | Failure:
    """Run a parameter set; what concerns all of them alike is raised."""
    try:
        return run(**parameters)
    except errors.NotCompilable:
        raise
    except Exception as error:
        return Failure(error)


def score_of(run: Run, parameters: dict[str, Any], maximize: Maximize) -> float | Failure:
    """Run a parameter set and judge its whole result."""
    stats = attempted(run, parameters)
    if isinstance(stats, Failure):
        return stats
    if isinstance(maximize, str):
        return as_number(metric(stats, maximize), maximize)
    return as_number(maximize(stats), "maximize()")


class MetricOfRun:
    """The score of a parameter set by the name of a public row; None if there are no trades.

    Workers evaluate it, so that one number travels back. A run function may have a method
    ``score(name, parameters)`` that gives the score, or a result to take it from.
    """

    def __init__(self, run: Run, name: str) -> None:
        self._run = run
        self.name = name

    def __call__(self, parameters: dict[str, Any]) -> float | Failure | None:
        """Run and score."""
        found: Any = attempted(self._found, parameters)
        if not isinstance(found, pd.Series):
            return found  # type: ignore[no-any-return]
        if not found["# Trades"]:
            return None
        if self.name.startswith("_"):
            raise errors.metric_absent(self.name)
        return as_number(metric(found, self.name), self.name)

    def _found(self, **parameters: Any) -> Any:
        score = getattr(self._run, "score", None)
        return self._run(**parameters) if score is None else score(self.name, parameters)


def public_rows(stats: pd.Series[Any]) -> Rows:
    """Names and values of the rows of a result that are no frames."""
    names = tuple(name for name in stats.index if not name.startswith("_"))
    return names, [stats[name] for name in names]


class RowsOfRun:
    """The public rows that a parameter set gives, as (names, values); None without trades.

    Workers evaluate it; the user's function sees the rows in the calling process.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, parameters: dict[str, Any]) -> Rows | Failure | None:
        """Run and give the rows."""
        stats = attempted(self._run, parameters)
        if isinstance(stats, Failure):
            return stats
        if not stats["# Trades"]:
            return None
        return public_rows(stats)


def score_rows(maximize: Callable[[pd.Series[Any]], Any], names: Any, values: list[Any]) -> float:
    """Let the user's function judge the public rows of a run."""
    stats = pd.Series(values, index=list(names), dtype=object)
    return as_number(maximize(stats), "maximize()")
