"""The sharp-behaviour probes, compared with what `backtesting` 0.6.6 gives.

`probes/cases.py` holds the probes and says how `probes/expected.jsonl` was recorded. Where
hindcaster decides otherwise, `OUR_DECISIONS` has the value and the reason.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

RECORDED = Path(__file__).parent / "probes" / "expected.jsonl"
EXPECTED: dict[str, Any] = {
    line["case"]: line["out"]
    for line in map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
}


class Decision(NamedTuple):
    """A result that differs from the recorded one: what replaces it, and why."""

    changes: dict[int | str, Any]
    reason: str


OUR_DECISIONS = {
    "c05_what_is_revealed_gradually": Decision(
        {2: 3},
        "No look-ahead: an array that init derives from a data column and keeps on an attribute is "
        "cut to the current bar like an indicator. What sits in a dict stays at full length.",
    ),
    "c33_max_tries": Decision(
        {"ndarray": "ok"},
        "Any iterable but a string gives candidates. 0.6.6 raises, so no working script depends "
        "on the refusal.",
    ),
    "c35_random_ohlc": Decision(
        {2: "ok"},
        "A fraction other than 1 works: it is documented, and 0.6.6 always raises on it.",
    ),
    "c36_resample_apply_alignment": Decision(
        {"h->W": [["2024-01-08 00:00:00", 167.0], ["2024-01-15 00:00:00", 335.0]]},
        "No look-ahead: a bin shows on bars at or after its end. 0.6.6 labels the week with the "
        "midnight that starts its last day, and so shows Sunday 23:00 on Sunday 00:00.",
    ),
    "c37_array_s_label_bug_and_scalars": Decision(
        {3: "2024-01-04"},
        "The Series of the last two bars carries the labels of those bars, not of the first two; "
        "the values are the same.",
    ),
    "c43_index_kinds": Decision(
        {"list of ints": ["ok", 1], "strings": ["ok", 1]},
        "An index that is neither dates nor a range is accepted with the warning that it is not "
        "datetime. 0.6.6 means to, but fails with the AttributeError of a removed pandas method.",
    ),
}


def expected_of(name: str) -> Any:
    """The recorded result with our decision, if there is one, put in."""
    result = EXPECTED[name]
    if name not in OUR_DECISIONS:
        return result
    for place, value in OUR_DECISIONS[name].changes.items():
        assert result[place] != value, "the decision no longer differs from the record"
        result = (
            {**result, place: value} if isinstance(result, dict) else replaced(result, place, value)
        )
    return result


def replaced(items: list[Any], place: Any, value: Any) -> list[Any]:
    return [*items[:place], value, *items[place + 1 :]]


@pytest.fixture(scope="module")
def support() -> Any:
    return importlib.import_module(".probes.support", __package__)


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    return importlib.import_module(".probes.cases", __package__).CASES


def test_every_probe_has_a_record_and_every_record_a_probe(cases: dict[str, Any]) -> None:
    assert list(cases) == list(EXPECTED)
    assert len(EXPECTED) == 45
    assert OUR_DECISIONS.keys() <= EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_sharp_behaviour(name: str, cases: dict[str, Any], support: Any) -> None:
    result, expected = support.clean(cases[name]()), expected_of(name)
    assert result == expected
    # The text also tells 1 from 1.0 and from True, that is, the types that a script sees.
    assert json.dumps(result) == json.dumps(expected)
