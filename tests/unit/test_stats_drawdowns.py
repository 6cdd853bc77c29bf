import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.drawdowns import drawdowns_of

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)


def course(equity):
    drawdown = np.empty(len(equity))
    found = drawdowns_of(np.asarray(equity, dtype=float), drawdown)
    return drawdown, found.deepest, found.peak


def episodes(equity):
    found = drawdowns_of(np.asarray(equity, dtype=float), np.empty(len(equity)))
    first, last, depth = found.first, found.last, found.depth
    return list(zip(first.tolist(), last.tolist(), depth.tolist(), strict=True))


def test_drawdown_is_the_fraction_lost_since_the_highest_equity():
    drawdown, deepest, peak = course([100, 80, 120, 90, 60, 120])
    np.testing.assert_allclose(drawdown, [0, 0.2, 0, 0.25, 0.5, 0], rtol=1e-15)
    assert (deepest, peak) == (0.5, 120)


@pytest.mark.parametrize(
    ("equity", "expected"),
    [
        ([100, 50, 100, 75, 50, 100], [(0, 2, 0.5), (2, 5, 0.5)]),
        ([100, 100, 50, 75, 200, 200], [(1, 4, 0.5)]),
        ([100, 50, 75], [(0, 2, 0.5)]),  # still under water at the end
        ([100, 200, 100], []),  # under water in the last bar only
        ([100, 100, 200, 100, 150], [(2, 4, 0.5)]),  # in the last two bars
        ([100, 101, 102], []),
        ([100, 100], []),
        ([100], []),
    ],
)
def test_episodes_join_a_peak_and_its_recovery_or_the_last_bar(equity, expected):
    assert episodes(equity) == expected


def test_loss_of_everything_is_a_drawdown_of_one():
    drawdown, deepest, _ = course([100, 50, 0, 0])
    assert drawdown.tolist() == [0, 0.5, 1, 1]
    assert deepest == 1
    assert episodes([100, 50, 0, 0]) == [(0, 3, 1)]


def test_undefined_drawdown_counts_as_none():
    drawdown, deepest, _ = course([0, 0, 0])
    assert np.isnan(drawdown).all()
    assert deepest == 0
    assert episodes([0, 0, 0]) == []


def test_drawdown_that_is_undefined_for_some_bars_interrupts_no_episode():
    nan = float("nan")
    drawdown, deepest, peak = course([100, 50, nan, 75, 100])
    assert np.isnan(drawdown).tolist() == [False, False, True, False, False]
    assert (deepest, peak) == (0, 100)
    assert episodes([100, 50, nan, 75, 100]) == [(0, 4, 0.5)]


@pytest.mark.parametrize("count", [50, 8191, 8192, 8193, 20_000])
def test_as_many_episodes_as_fit(count):
    equity = [100, 50] * count + [100]
    assert episodes(equity) == [(i, i + 2, 0.5) for i in range(0, 2 * count, 2)]


@compiled
@given(st.lists(st.integers(1, 6), min_size=1, max_size=40))
def test_course_and_episodes_match_their_definition(equity):
    peaks = list(itertools.accumulate(equity, max))
    expected = [1 - e / p for e, p in zip(equity, peaks, strict=True)]
    drawdown, deepest, peak = course(equity)
    assert drawdown.tolist() == expected
    assert (deepest, peak) == (max(expected), max(equity))
    marks = [i for i, d in enumerate(expected) if d == 0 or i == len(expected) - 1]
    assert episodes(equity) == [
        (a, b, max(expected[a : b + 1])) for a, b in itertools.pairwise(marks) if b - a > 1
    ]
