"""Indicators are computed once per function and arguments in a sweep, if that gives the same."""

import functools
import itertools

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.data.memo import Memo
from hindcaster.datasets.averages import moving_average
from hindcaster.test import GOOG, SMA

COLUMN = np.arange(5.0)


class Counted:
    """A function of module level that counts its calls."""

    calls = 0


def counted(values, n=1):
    Counted.calls += 1
    return np.asarray(values) * n


def counted_pair(values):
    Counted.calls += 1
    return values * 1.0, values * 2.0


def drawn(values):
    return np.asarray(values) * next(NUMBERS)


NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _reset():
    Counted.calls = 0


def test_a_function_is_called_twice_and_then_remembered():
    memo = Memo()
    for _ in range(5):
        np.testing.assert_array_equal(memo.call(counted, (COLUMN, 3), {}), COLUMN * 3)
    assert Counted.calls == 2  # the second call shows that it returns the same again


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((COLUMN, 4), {}),
        ((COLUMN, 3.0), {}),
        ((COLUMN,), {"n": 3}),
        ((COLUMN + 1, 3), {}),
        ((COLUMN[:4], 3), {}),
        ((pd.Series(COLUMN), 3), {}),
        ((COLUMN.astype(np.float32), 3), {}),
    ],
)
def test_other_arguments_are_another_call(args, kwargs):
    memo = Memo()
    for _ in range(2):
        memo.call(counted, (COLUMN, 3), {})
    expected = counted(*args, **kwargs)
    Counted.calls = 0
    np.testing.assert_array_equal(memo.call(counted, args, kwargs), expected)
    assert Counted.calls == 1


def test_arrays_count_by_contents_unless_they_are_known_never_to_change():
    memo = Memo([COLUMN])
    first = memo.call(counted, (COLUMN.copy(), 3), {})
    assert memo.call(counted, (COLUMN.copy(), 3), {}) is first
    changing = COLUMN.copy()
    memo.call(counted, (changing, 3), {})
    changing[0] = 7.0
    assert memo.call(counted, (changing, 3), {})[0] == 21.0


def test_what_is_handed_out_cannot_be_changed_and_what_was_given_still_can():
    memo = Memo()
    own = np.ones(3)
    kept = memo.call(lambda: own, (), {})
    assert not kept.flags.writeable
    assert own.flags.writeable


def test_a_function_that_returns_something_else_is_always_called():
    memo = Memo()
    firsts = [memo.call(drawn, (np.ones(3),), {})[0] for _ in range(4)]
    assert len(set(firsts)) == 4


def test_nested_functions_differ_by_what_they_close_over():
    def made(n):
        return lambda values: values * n

    memo = Memo()
    results = [memo.call(made(n), (COLUMN,), {})[1] for n in (1, 2, 1, 2, 1, 2)]
    assert results == [1.0, 2.0] * 3


def test_partials_differ_by_their_arguments():
    memo = Memo()
    for n in (1, 2, 1, 2):
        assert memo.call(functools.partial(counted, n=n), (COLUMN,), {})[1] == n
    assert Counted.calls == 4


def test_functions_that_read_an_object_are_always_called():
    class Reader:
        n = 1

        def read(self, values):
            return values * self.n

    memo, reader = Memo(), Reader()
    for reader.n in (1, 2, 3):
        assert memo.call(reader.read, (COLUMN,), {})[1] == reader.n
        assert memo.call(lambda v: v * reader.n, (COLUMN,), {})[1] == reader.n


def test_tuples_of_arrays_are_remembered():
    memo = Memo()
    for _ in range(4):
        one, two = memo.call(counted_pair, (COLUMN,), {})
        assert (one[1], two[1]) == (1.0, 2.0)
    assert Counted.calls == 2


def test_no_more_than_the_limit_is_kept():
    memo = Memo(limit=100)
    for _ in range(4):
        memo.call(counted, (np.ones(1000), 3), {})
    assert Counted.calls == 4


class Average(Strategy):
    n = 5
    shift = 0

    def init(self):
        self.average = self.I(counted, SMA(self.data.Close, self.n), self.shift + 1)

    def next(self):
        if not self.position and self.data.Close[-1] > self.average[-1]:
            self.buy()
        elif self.position and self.data.Close[-1] < self.average[-1]:
            self.position.close()


@pytest.mark.parametrize("compiled", [None, True, False])
def test_a_sweep_computes_each_indicator_once_per_arguments(compiled):
    bt = Backtest(GOOG[:300], Average, finalize_trades=True, compiled=compiled)
    bt.optimize(n=[5, 6, 7], shift=[0, 0, 0, 0])
    # Once for each `n`, once more to see that it returns the same, and in the run of the best.
    assert Counted.calls <= 3 + 1 + 1


class Changing(Strategy):
    n = 5

    def init(self):
        self.average = self.I(moving_average, self.data.Close, self.n)
        self.average[:10] = np.nan

    def next(self):
        if not self.position and self.data.Close[-1] > self.average[-1]:
            self.buy()
        elif self.position and self.data.Close[-1] < self.average[-1]:
            self.position.close()


@pytest.mark.parametrize("compiled", [None, True, False])
def test_a_strategy_may_write_to_its_indicators_in_a_sweep(compiled):
    bt = Backtest(GOOG[:300], Changing, finalize_trades=True, compiled=compiled)
    candidates = [3, 5, 3, 7]
    _, heatmap = bt.optimize(n=candidates, maximize="Return [%]", return_heatmap=True)
    assert heatmap.tolist() == [bt.run(n=n)["Return [%]"] for n in candidates]
