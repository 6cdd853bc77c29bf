"""Replay of calls of helpers and utilities that were recorded with Jesse 3.5.3."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ..storage import load
from .cases import cases
from .make_golden import record

GOLDEN = Path(__file__).parents[1] / "golden" / "helpers_jesse_3.5.3.npz"
RTOL = 1e-12

# Calls that the reference refuses and that have a result here.
ACCEPTED_HERE = {
    "crossed": "whole numbers in both series, where the reference cannot store NaN",
    "is_almost_equal": "zero and NaN, which are not equal",
    "streaks": "a list without differences",
}
TOO_GENERAL = {"Exception", "ArithmeticError", "LookupError"}


def same(ours: Any, theirs: Any) -> bool:
    """Tell whether two described results agree."""
    if isinstance(theirs, dict):
        return (
            isinstance(ours, dict)
            and ours.keys() == theirs.keys()
            and all(same(ours[name], theirs[name]) for name in theirs)
        )
    if isinstance(theirs, (list, np.ndarray)):
        return (
            isinstance(ours, (list, np.ndarray))
            and len(ours) == len(theirs)
            and all(same(mine, other) for mine, other in zip(ours, theirs, strict=True))
        )
    if isinstance(theirs, float) and isinstance(ours, float):
        if not (math.isfinite(theirs) and math.isfinite(ours)):
            return repr(float(ours)) == repr(float(theirs))
        return abs(ours - theirs) <= RTOL * max(abs(theirs), 1.0)
    return type(ours) is type(theirs) and ours == theirs


def agrees(name: str, ours: Any, theirs: Any) -> bool:
    """Tell whether two outcomes agree; errors do if they can be caught by the same class."""
    if not isinstance(theirs, dict) or "raised" not in theirs:
        return same(ours, theirs)
    if not isinstance(ours, dict) or "raised" not in ours:
        return name in ACCEPTED_HERE
    return bool((set(ours["raised"]) & set(theirs["raised"])) - TOO_GENERAL)


def by_function() -> dict[tuple[str, str], list[tuple[Any, Any]]]:
    recorded = load(GOLDEN)
    grouped: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for case, outcome in zip(cases(), recorded, strict=True):
        grouped.setdefault(case[:2], []).append((case, outcome["result"]))
    return grouped


FUNCTIONS = by_function()


@pytest.mark.parametrize("function", FUNCTIONS, ids=".".join)
def test_recorded_calls_give_the_same_results_and_errors(function: tuple[str, str]) -> None:
    failures = []
    for case, theirs in FUNCTIONS[function]:
        ours = record("hindcaster", case)
        if not agrees(function[1], ours, theirs):
            failures.append(f"{case[2]!r:.150}: ours {ours!r:.150}, theirs {theirs!r:.150}")
    assert not failures, f"{len(failures)} calls differ\n" + "\n".join(failures[:5])


def test_comparison_notices_other_values_types_and_errors() -> None:
    assert agrees("f", 1.0, 1.0)
    assert agrees("f", float("nan"), float("nan"))
    assert not agrees("f", 1.0, 1.0 + 1e-9)
    assert not agrees("f", True, 1.0)
    assert not agrees("f", None, float("nan"))
    assert not agrees("f", {"raised": ["TypeError", "Exception"]}, 1.0)
    assert not agrees("f", {"raised": ["TypeError", "Exception"]}, {"raised": ["ValueError"]})
    assert not agrees("f", 1.0, {"raised": ["ValueError", "Exception"]})
    assert not agrees("f", [1.0, 2.0], [1.0])
