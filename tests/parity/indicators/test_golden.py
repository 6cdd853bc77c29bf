"""Replay of indicators that were recorded with Jesse 3.5.3: arguments, short and undefined input.

`make_golden.py` says how the file is made.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hindcaster.indicators as ta

from ..storage import load
from .arguments import ARGUMENTS
from .make_golden import cases, record

GOLDEN = Path(__file__).parents[1] / "golden" / "indicators_jesse_3.5.3.npz"
RTOL = 1e-9
NEAR_ZERO = 0.1  # share of an array's largest value below which errors are absolute

# Absolute errors of the reference's own sums, where they show.
ROUNDING = {"fosc": 2e-9}

# Undefined rows inside the data: where only NaN agrees, or the reference's number means nothing.
UNDEFINED_DIFFERS = {
    "chop": "takes undefined ranges for none",
    "correlation_cycle": "takes undefined prices for 0",
    "donchian": "extremes of the rows before an undefined one",
    "fisher": "stays undefined after the row has left the window",
    "squeeze_momentum": "takes undefined extremes for 0",
    "stoch": "ranges of windows that hold an undefined row, places above 100",
    "stochf": "ranges of windows that hold an undefined row, places above 100",
    "supertrend": "bands without distance from the first undefined row on",
    "ttm_squeeze": "sums stay undefined after the row has left the window",
    "willr": "ranges of windows that hold an undefined row, places above 0",
}


def close(ours: np.ndarray, theirs: np.ndarray, rounding: float = 0.0) -> bool:
    """Tell whether two arrays agree, NaN with NaN."""
    if ours.shape != theirs.shape:
        return False
    finite = np.isfinite(theirs)
    if not np.array_equal(finite, np.isfinite(ours)):
        return False
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return False
    size = np.abs(theirs[finite])
    scale = np.maximum(size, NEAR_ZERO * size.max(initial=0.0))
    return bool(np.all(np.abs(ours[finite] - theirs[finite]) <= RTOL * scale + rounding))


def same(ours: Any, theirs: Any, rounding: float = 0.0) -> bool:
    """Tell whether two described results agree."""
    if isinstance(theirs, dict):
        return (
            isinstance(ours, dict)
            and ours.keys() == theirs.keys()
            and all(same(ours[name], theirs[name], rounding) for name in theirs if name != "kind")
        )
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, np.ndarray):
        return isinstance(ours, np.ndarray) and close(ours, theirs, rounding)
    if isinstance(theirs, float) and isinstance(ours, float):
        return ours == theirs or close(np.array([ours]), np.array([theirs]), rounding)
    if isinstance(theirs, float) and math.isnan(theirs):
        return ours is None  # objects of arrays that hold both texts and numbers
    return type(ours) is type(theirs) and bool(ours == theirs)


def comparable(case: dict[str, Any], mode: str, theirs: dict[str, Any]) -> bool:
    """Whether the reference's outcome is one to follow.

    Where it fails on input that is empty or too short, or takes no single series, there is a
    result here, or an error that says what to do; where it ends the process there is no crash.
    `mfi` of few rows gives more values than there are rows.
    """
    if theirs.get("sequential", {}).get("length", case["rows"]) != case["rows"]:
        return False
    if mode not in theirs or case["rows"] == 0:
        return False
    if isinstance(theirs[mode], dict) and "raised" in theirs[mode]:
        return False
    return not (case["on"].endswith(("row", "rows")) and case["name"] in UNDEFINED_DIFFERS)


def by_indicator() -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    grouped: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for case, theirs in zip(cases(), load(GOLDEN), strict=True):
        grouped.setdefault(case["name"], []).append((case, theirs))
    return grouped


RECORDED = by_indicator()


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_indicators_give_the_same_values(name: str) -> None:
    failures, compared = [], 0
    for case, theirs in RECORDED[name]:
        ours = record(ta, case)
        for mode in ("last", "sequential"):
            if not comparable(case, mode, theirs):
                continue
            compared += 1
            if not same(ours.get(mode), theirs[mode], ROUNDING.get(name, 0.0)):
                where = f"{case['on']} {case['rows']} {case['arguments']} {mode}"
                failures.append(
                    f"{where}: ours {ours.get(mode)!r:.300} theirs {theirs[mode]!r:.300}"
                )
    assert not failures, f"{len(failures)} of {compared} differ\n" + "\n".join(failures[:3])
    assert compared >= 3


@pytest.mark.parametrize("name", RECORDED)
def test_no_input_is_answered_by_an_unexpected_error(name: str) -> None:
    for case, _ in RECORDED[name]:
        ours = record(ta, case)
        for mode in ("last", "sequential"):
            outcome = ours.get(mode)
            if isinstance(outcome, dict) and "raised" in outcome:
                assert outcome["raised"] in ("ValueError", "TypeError"), (case, outcome)


def test_table_holds_every_indicator_and_nothing_else() -> None:
    assert len(ARGUMENTS) == 174
    assert set(ta._call.REGISTRY) == set(ARGUMENTS)


def test_comparison_notices_other_values_shapes_and_kinds() -> None:
    array = {"kind": "f", "length": 3, "values": np.array([1.0, np.nan, 3.0])}
    assert same(array, array)
    assert not same({**array, "values": np.array([1.0, np.nan, 3.0 + 1e-7])}, array)
    assert not same({**array, "values": np.array([1.0, 2.0, 3.0])}, array)
    assert not same({**array, "values": np.array([1.0, np.nan])}, array)
    assert not same({**array, "length": 4}, array)
    assert not same(None, 1.0)
    assert not same(np.nan, 1.0)
    assert not same(1.0, None)
    assert not same("buy", "sell")
