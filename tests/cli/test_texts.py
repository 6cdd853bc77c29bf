"""Values, ranges and constraints from texts; JSON of anything."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster.cli.expressions import constraint_of
from hindcaster.cli.output import plain
from hindcaster.cli.parameters import candidates_of, read_value

NUMBERS = st.integers(-50, 50)


@given(NUMBERS, NUMBERS, NUMBERS.filter(bool))
def test_whole_ranges_are_those_of_python(start, stop, step):
    expected = list(range(start, stop, step))
    text = f"{start}:{stop}:{step}"
    if expected:
        assert candidates_of(text) == expected
        assert all(type(value) is int for value in candidates_of(text))
    else:
        with pytest.raises(ValueError, match="no candidate"):
            candidates_of(text)


@given(st.integers(0, 500), st.integers(1, 100), st.integers(1, 40))
def test_ranges_of_fractions_have_no_rounding_errors(start, step, count):
    stop = start + step * count
    text = f"{start / 100:.2f}:{stop / 100:.2f}:{step / 100:.2f}"
    assert candidates_of(text) == [(start + step * k) / 100 for k in range(count)]


@given(st.lists(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False),
                          st.booleans(), st.none(), st.text(max_size=5)), min_size=1))  # fmt: skip
def test_lists_of_literals_come_back(values):
    text = ",".join(map(repr, values))
    assert candidates_of(text) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3.5", -3.5), ("TRUE", True), ("none", None), ("sma", "sma"), ("007", "007"),
     ("nan", "nan"), ("'12'", "12"), ("[1, 2]", "[1, 2]"),
     ("__import__('os')", "__import__('os')")],
)  # fmt: skip
def test_values(text, value):
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)


OPERATORS = st.sampled_from(["+", "-", "*", "<", "<=", "==", "!=", ">", " and ", " or "])
TERMS = st.recursive(
    st.one_of(NUMBERS.map(str), st.sampled_from(["fast", "slow"])),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda term: f"(not {term})"),
        inner.map(lambda term: f"(-{term})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} < {t[1]} <= {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} in ({t[1]}, {t[2]}))"),
    ),
    max_leaves=12,
)


@given(TERMS, NUMBERS, NUMBERS)
def test_constraints_mean_what_python_means(text, fast, slow):
    names = {"fast": fast, "slow": slow}
    assert constraint_of(text, ["fast", "slow"])(names) is bool(eval(text, {}, names))


def test_constraints_short_circuit():
    admits = constraint_of("fast != 0 and 10 / fast > 2", ["fast"])
    assert [admits({"fast": value}) for value in (0, 1, 9)] == [False, True, False]


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('true')", "fast.real", "fast[0]", "(lambda: 1)()",
     "[f for f in 'ab']",
     "fast ** 9", "fast if slow else 1", "f'{fast}'", "fast := 3", "b'x'", "1j < 2", "fast is slow",
     "{1: 2}", "*fast", "fast; slow", "...", "print", "\x00", "(" * 500 + "1" + ")" * 500],
)  # fmt: skip
def test_constraints_run_no_code(text):
    with pytest.raises(ValueError, match="--constraint"):
        constraint_of(text, ["fast", "slow"])


JSON_LIKE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.datetimes(),
        st.timedeltas(), st.floats().map(np.float64), st.integers(-9, 9).map(np.int64),
        st.booleans().map(np.bool_), st.sampled_from([pd.NaT, pd.NA, float, pd.Timedelta("1h"),
        np.datetime64("NaT"), np.timedelta64(3, "D"), np.array([1.0, math.nan])]),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner)),
    max_leaves=10,
)  # fmt: skip


@given(JSON_LIKE)
def test_anything_becomes_json(value):
    json.dumps(plain(value), allow_nan=False)


def test_frames_become_rows():
    frame = pd.DataFrame({"a": [1, 2], "b": [math.inf, 0.5], "c": [pd.NaT, pd.Timestamp(0)]})
    assert plain(frame) == [
        {"a": 1, "b": None, "c": None},
        {"a": 2, "b": 0.5, "c": "1970-01-01T00:00:00"},
    ]
    assert plain(frame[:0]) == []
