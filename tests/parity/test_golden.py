"""Replay of random backtests that were recorded with `backtesting` 0.6.6.

`make_golden.py` says how the file is made, `compare.py` how to replay a single seed or fresh ones.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hindcaster

from .compare import differences, replay
from .storage import load

GOLDEN = Path(__file__).parent / "golden" / "backtesting_0.6.6.npz"
CHUNKS = 40
SHOWN = 5  # differences shown per case

pytestmark = pytest.mark.skipif(
    int(pd.__version__.split(".")[0]) < 3, reason="the cases are drawn with units of pandas 3"
)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_recorded_runs_give_the_same_trades_statistics_and_logs(chunk: int) -> None:
    failures = []
    for theirs in load(GOLDEN, chunk, CHUNKS):
        found = replay(theirs, hindcaster)
        if found:
            failures.append(f"seed {theirs['seed']}: " + "\n    ".join(found[:SHOWN]))
    assert not failures, f"{len(failures)} cases differ\n" + "\n".join(failures)


def test_golden_file_holds_distinct_cases_of_every_outcome() -> None:
    outcomes = load(GOLDEN)
    assert len({outcome["seed"] for outcome in outcomes}) >= 2000
    finished = [outcome for outcome in outcomes if "raised" not in outcome]
    assert 0.95 * len(outcomes) < len(finished) < len(outcomes)
    assert sum(len(outcome["trades"]["Size"]) for outcome in finished) > 15000


def _leaves(value: object, path: tuple = ()) -> list[tuple]:
    if isinstance(value, (dict, list, np.ndarray)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, item in items for leaf in _leaves(item, (*path, key))]
    return [path]


def _changed(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return 1.01 * value + 1 if np.isfinite(value) else 0.5
    return f"{value} changed"


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_comparison_notices_a_change_of_any_recorded_value(seed: int) -> None:
    theirs = next(outcome for outcome in load(GOLDEN) if outcome["seed"] == seed)
    assert differences(copy.deepcopy(theirs), theirs) == []
    for *path, last in _leaves(theirs):
        ours = copy.deepcopy(theirs)
        holder = ours
        for key in path:
            holder = holder[key]
        if (*path, last) == ("equity", "DrawdownPct"):
            holder[last] = np.zeros(len(theirs["equity"]["Equity"])) + 0.5
        else:
            holder[last] = _changed(holder[last])
        assert differences(ours, theirs), (path, last)
