"""Candidates, their combinations and the draw of a part of them."""

import copy
import enum
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster.optimize.space import (
    Parameters,
    candidates_of,
    check_hashable,
    combinations,
    grid_size,
    sample,
)

DAYS = pd.date_range("2024-01-01", periods=2)


def listed(values):
    return candidates_of({"a": values})["a"]


class Side(enum.Enum):
    LONG = 1
    SHORT = 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 1, 2], [3, 1, 2]),
        ((1, None), [1, None]),
        (range(2, 5), [2, 3, 4]),
        ((n * n for n in range(3)), [0, 1, 4]),
        (np.arange(1, 3), [1, 2]),
        (np.array([0.5, 1.5], np.float32), [0.5, 1.5]),
        (np.array(["x", None], object), ["x", None]),
        (np.array(7), [7]),
        (pd.Series([1.5, 2.5], index=["p", "q"]), [1.5, 2.5]),
        (pd.Index(["x", "y"]), ["x", "y"]),
        (DAYS, list(DAYS)),
        (DAYS.to_numpy(), list(DAYS)),
        ({3, 1, 2}, [1, 2, 3]),
        ({"b", "a"}, ["a", "b"]),
        ({2, "a", None}, [None, 2, "a"]),
        ({"x": 1, "y": 2}, ["x", "y"]),
        (Side, [Side.LONG, Side.SHORT]),
        ("text", ["text"]),
        (5, [5]),
        (None, [None]),
        (DAYS[0], [DAYS[0]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_iterable_but_a_string_lists_candidates(values, expected):
    result = listed(values)
    assert result == expected
    assert list(map(type, result)) == list(map(type, expected))


def test_a_parameter_without_candidates_is_named():
    with pytest.raises(ValueError, match="'b' has no candidates"):
        candidates_of({"a": [1], "b": iter(())})


def test_a_candidate_that_is_not_hashable_is_refused_by_name():
    check_hashable({"a": [1, (2, 3)], "b": ["x", None]})
    with pytest.raises(TypeError, match=r"'b' .* type list"):
        check_hashable({"a": [1], "b": [(1, 2), [3]]})


def test_parameters_are_read_by_key_and_by_attribute():
    parameters = Parameters(fast=5, slow=20)
    assert parameters.fast == parameters["fast"] == 5
    assert isinstance(parameters, dict)
    with pytest.raises(KeyError, match="medium"):
        _ = parameters.medium
    assert copy.deepcopy(parameters) == parameters


def test_the_last_parameter_changes_fastest():
    pairs = [(p["a"], p["b"]) for p in combinations({"a": [2, 1], "b": [3, 1, 2]}, None)]
    assert pairs == [(2, 3), (2, 1), (2, 2), (1, 3), (1, 1), (1, 2)]


def test_grid_size_counts_admissible_combinations_of_small_grids_only():
    def rising(p):
        return p.a < p.b

    small = {"a": list(range(99)), "b": list(range(101))}
    assert grid_size(small, None) == 9999
    assert grid_size(small, rising) == sum(a < b for a in range(99) for b in range(101))
    assert grid_size({"a": list(range(100)), "b": list(range(100))}, rising) == 10_000


def drawn(a_values, b_values, admissible, max_tries, seed):
    """Choose pairs as the rule says, written out without the code under test."""
    pairs = [(a, b) for a in a_values for b in b_values if admissible(a, b)]
    if max_tries is None:
        share = 1
    elif 0 < max_tries <= 1:
        share = max_tries
    else:
        share = max_tries / len(pairs) if pairs else 0
    draws = np.random.default_rng(seed).random(len(pairs))
    return [pair for pair, draw in zip(pairs, draws, strict=True) if draw <= share]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=6),
    st.lists(st.integers(0, 9), min_size=1, max_size=6),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(-2, 40), st.floats(0, 40, exclude_min=True), st.just(True)),
    st.integers(0, 99),
)
def test_each_admissible_combination_is_drawn_once(a_values, b_values, modulus, max_tries, seed):
    def admissible(a, b):
        return (a + 2 * b) % modulus != 1

    tried = sample({"a": a_values, "b": b_values}, lambda p: admissible(p.a, p.b), max_tries, seed)
    expected = drawn(a_values, b_values, admissible, max_tries, seed)
    assert [(p["a"], p["b"]) for p in tried] == expected


def test_the_limit_of_a_large_constrained_grid_refers_to_the_whole_grid():
    values = list(range(100))
    tried = sample({"a": values, "b": values}, lambda p: p.a < 50, 2000, 3)
    draws = np.random.default_rng(3).random(5000)
    expected = [
        pair
        for pair, draw in zip(itertools.product(range(50), values), draws, strict=True)
        if draw <= 2000 / 10_000
    ]
    assert [(p["a"], p["b"]) for p in tried] == expected


@pytest.mark.parametrize(
    ("max_tries", "calls"), [(None, 6), (1, 6), (0.5, 6), (2, 12), (2.5, 12), (0, 12)]
)
def test_only_an_absolute_limit_makes_the_constraint_be_asked_twice(max_tries, calls):
    asked = []
    sample({"a": [1, 2, 3], "b": [1, 2]}, lambda p: asked.append(p) or True, max_tries, 0)
    assert len(asked) == calls


def test_whatever_is_true_to_a_constraint_is_admissible():
    answers = iter([1, "", "x", None, [0], 0.0])
    tried = sample({"a": range(6)}, lambda p: next(answers), None, 0)
    assert [p["a"] for p in tried] == [0, 2, 4]


def test_nothing_is_drawn_for_a_limit_that_is_no_positive_number():
    for limit in (0, -3, False, math.nan):
        assert sample({"a": [1, 2, 3]}, None, limit, 0) == []


def test_a_bad_seed_is_refused_even_if_nothing_has_to_be_drawn():
    with pytest.raises(TypeError):
        sample({"a": [1]}, None, None, "seed")
