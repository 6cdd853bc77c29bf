"""All trials of a search as a table, with what tells how much of the best is luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.optimize.scoring import Failure, Rows, Run, attempted, public_rows
from hindcaster.stats.overfitting import (
    BLOCKS,
    Moments,
    deflated_sharpe_ratio,
    moments_of,
    returns_of,
    sharpe_ratio,
)


@dataclass(frozen=True)
class Trial:
    """Public rows of a run and the moments of its returns: some hundred bytes."""

    rows: Rows
    moments: FloatArray  # shape (3, BLOCKS)

    @property
    def traded(self) -> bool:
        """Whether there were trades."""
        names, values = self.rows
        return bool(values[names.index("# Trades")])


def trial_of(stats: pd.Series[Any]) -> Trial:
    """Take from a result what a table of trials needs."""
    returns = returns_of(stats["_equity_curve"]["Equity"].to_numpy(np.float64))
    return Trial(public_rows(stats), np.stack(moments_of(returns)))


class TrialOfRun:
    """Runs a parameter set and gives its trial. Workers evaluate it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, parameters: dict[str, Any]) -> Trial | Failure:
        """Run and give the trial."""
        stats = attempted(self._run, parameters)
        return stats if isinstance(stats, Failure) else trial_of(stats)


class KeptTrials:
    """A run function that remembers the trials it was asked for, by parameters."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.found: list[tuple[dict[str, Any], Trial | Failure]] = []

    def __call__(self, **parameters: Any) -> pd.Series[Any]:
        """Run and remember."""
        try:
            stats = self._run(**parameters)
        except Exception as error:
            self.found.append((parameters, Failure(error)))
            raise
        self.found.append((parameters, trial_of(stats)))
        return stats


def table_of(found: list[tuple[dict[str, Any], Trial | Failure]]) -> pd.DataFrame:
    """Table with a row per trial: its parameters as labels, its statistics, its error if any.

    ``attrs["moments"]`` are those of the returns of trials without error, in their order.
    """
    names = list(found[0][0]) if found else []
    labels = [tuple(parameters.values()) for parameters, _ in found]
    records = [
        {"Error": f"{type(trial.error).__name__}: {trial.error}"}
        if isinstance(trial, Failure)
        else dict(zip(*trial.rows, strict=True))
        for _, trial in found
    ]
    index = pd.MultiIndex.from_tuples(labels, names=names) if found else None
    table = pd.DataFrame(records, index=index)
    moments = [trial.moments for _, trial in found if not isinstance(trial, Failure)]
    if moments:
        table.attrs["moments"] = tuple(np.stack(moments, axis=1))
        table["Sharpe per Bar"] = np.nan
        ran = [not isinstance(trial, Failure) for _, trial in found]
        table.loc[ran, "Sharpe per Bar"] = sharpes_of(table)
    return table


def sharpes_of(table: pd.DataFrame) -> FloatArray:
    """Sharpe ratios, not annualised, of the trials without error."""
    moments = Moments(*table.attrs["moments"])
    assert moments.total.shape[1] == BLOCKS
    return sharpe_ratio(*(part.sum(axis=1) for part in moments))


def deflated(stats: pd.Series[Any], table: pd.DataFrame) -> float:
    """Deflated Sharpe ratio of the best result."""
    if "moments" not in table.attrs:
        return float("nan")
    equity = stats["_equity_curve"]["Equity"].to_numpy(np.float64)
    return deflated_sharpe_ratio(returns_of(equity), sharpes_of(table))
