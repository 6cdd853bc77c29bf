"""Replay of random exchange simulations that were recorded with Jesse 3.5.3.

`make_golden.py` says how the file is made, `compare.py` how to replay a single seed or fresh ones.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ..storage import load
from .cases import build_case
from .compare import NOT_COMPARED, differences
from .make_golden import LEFT_OUT, summarise
from .record import Package, record

GOLDEN = Path(__file__).parents[1] / "golden" / "jesse_3.5.3.npz"
CHUNKS = 24
EVERY = 4  # of the cases is run in fast mode too
SHOWN = 5  # differences shown per case


@pytest.fixture(scope="module")
def package() -> Package:
    return Package.load("hindcaster")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_recorded_runs_give_the_same_and_fast_mode_gives_it_to_the_last_bit(
    chunk: int, package: Package
) -> None:
    failures = []
    for theirs in load(GOLDEN, chunk, CHUNKS):
        if theirs["seed"] in LEFT_OUT:  # which says why
            continue
        case = build_case(theirs["seed"])
        normal = record(case, package)
        if theirs["seed"] % EVERY == 0:  # the flag changes nothing, so some cases will do
            fast = record(case, package, fast_mode=True)
            # Text of floats is exact, and tells NaN from nothing else.
            assert json.dumps(fast) == json.dumps(normal), f"seed {theirs['seed']}"
        found = differences(normal, theirs)
        if found:
            failures.append(f"seed {theirs['seed']}: " + "\n    ".join(found[:SHOWN]))
    assert not failures, f"{len(failures)} cases differ\n" + "\n".join(failures)


def test_golden_file_holds_distinct_cases_of_every_kind() -> None:
    outcomes = load(GOLDEN)
    assert len({outcome["seed"] for outcome in outcomes}) == len(outcomes) >= 300
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts += summarise(build_case(outcome["seed"]), outcome)
    assert counts["trades"] > 2000
    least = {
        **{"type spot": 50, "mode cross": 80, "mode isolated": 80, "two routes": 60},
        **{"data routes": 100, "gapped candles": 30, "warm-up": 60, "liquidations": 10},
        **{"raised InsufficientMargin": 10, "raised InsufficientBalance": 5, "flips": 5},
        **{"orders market": 1000, "orders limit": 1000, "orders stop": 1000},
        "orders cut to the position": 100,
    }
    assert {name: counts[name] for name in least if counts[name] < least[name]} == {}


def _leaves(value: Any, path: tuple = ()) -> list[tuple]:
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, item in items for leaf in _leaves(item, (*path, key))]
    return [path]


def _changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return 1.01 * value + 1 if abs(value) < 1e300 else 0.5
    return f"{value} changed"


def test_comparison_notices_a_change_of_any_recorded_value() -> None:
    theirs = next(
        outcome
        for outcome in load(GOLDEN)
        if 2 <= len(outcome.get("trades", {}).get("qty", ())) <= 8
    )
    assert differences(copy.deepcopy(theirs), theirs) == []
    for *path, last in _leaves(theirs):
        if last in ("serenity_index", "seed"):  # not compared, and how the case is found
            continue
        if path[:1] == ["sums"] and (last == 1 or path[-1].startswith(NOT_COMPARED)):
            continue  # the scale of the sum beside it, or not compared at all
        ours = copy.deepcopy(theirs)
        holder = ours
        for key in path:
            holder = holder[key]
        holder[last] = _changed(holder[last])
        assert differences(ours, theirs), (path, last)
