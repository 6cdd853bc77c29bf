"""The engine-free helpers of `hindcaster.lib` against their plain definitions."""

import math
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import lib
from hindcaster.lib import OHLCV_AGG, TRADES_AGG, barssince, cross, crossover, quantile

# Few distinct values, so that touching, crossing and NaN all come up often.
levels = st.sampled_from([-1.0, 0.0, 1.0, 2.0, math.nan])
lines = st.lists(levels, max_size=5)
days = pd.date_range("2024-01-01", periods=3, name="day")


class NamedArray(np.ndarray):
    """An array whose truth value is that of its last element, as indicator arrays have it."""

    def __array_finalize__(self, parent):
        self.name = getattr(parent, "name", None)

    def __bool__(self):
        return bool(self[-1])


def named(values):
    return np.asarray(values, dtype=float).view(NamedArray)


def crossed_above(a, b):
    return len(a) > 1 and len(b) > 1 and a[-2] < b[-2] and a[-1] > b[-1]


@given(lines, lines)
def test_crossover_is_strictly_below_then_strictly_above(a, b):
    expected = crossed_above(a, b)
    for kind in (list, tuple, np.array, named, pd.Series):
        if kind is pd.Series and not (a and b):
            continue  # an empty list has no dtype to make a float Series of
        assert crossover(kind(a), kind(b)) is expected
        assert cross(kind(a), kind(b)) is (expected or crossed_above(b, a))


@given(lines, levels)
def test_a_number_is_a_constant_line(a, level):
    line = [level] * 2
    for constant in (level, np.float64(level), np.float32(level)):
        assert crossover(a, constant) is crossed_above(a, line)
        assert crossover(constant, a) is crossed_above(line, a)


def test_any_kind_of_number_is_a_constant_line():
    for constant in (1, True, np.int64(1), Decimal(1), Fraction(1)):
        assert crossover([0, 2], constant) is True
        assert crossover(constant, [2, 0]) is True


def test_two_numbers_never_cross():
    assert not cross(1, 2)
    assert not cross(2, 1)


@pytest.mark.parametrize("labels", [days, [7, 8, 9], [-3, -1, -2], list("abc")])
def test_a_series_is_read_by_position_whatever_its_index(labels):
    rising = pd.Series([0.0, 1.0, 3.0], index=labels)
    falling = pd.Series([3.0, 2.0, 1.0], index=labels[::-1])
    assert crossover(rising, falling) is True
    assert crossover(falling, rising) is False


@pytest.mark.parametrize("short", [[], [1.0], np.array([]), np.array([1.0]), np.array(1.0)])
def test_fewer_than_two_bars_never_cross(short):
    assert crossover(short, [0.0, 2.0]) is False
    assert crossover([0.0, 2.0], short) is False
    assert cross(short, 1) is False


def test_crossing_needs_something_to_index():
    with pytest.raises(TypeError):
        crossover(None, [1, 2])


@given(st.lists(st.sampled_from([0.0, 1.0, math.nan]), max_size=400))
def test_barssince_counts_back_to_the_last_truthy_value(values):
    expected = next((i for i, value in enumerate(reversed(values)) if value), "never")
    for kind in (list, tuple, np.array, named):
        assert barssince(kind(values), "never") == expected


@pytest.mark.parametrize("distance", [0, 1, 63, 64, 65, 319, 320, 321, 4_999])
def test_barssince_finds_a_hit_in_every_block_of_its_scan(distance):
    condition = np.zeros(5_000, dtype=bool)
    condition[-1 - distance] = True
    condition[0] = True
    assert barssince(condition) == distance
    assert type(barssince(condition)) is int


def test_barssince_default_is_infinity():
    assert barssince([]) == math.inf
    assert barssince(np.zeros(100, dtype=bool)) == math.inf
    assert barssince([False], None) is None


@pytest.mark.parametrize("labels", [days, [2, 1, 0], list("abc")])
def test_barssince_reads_a_series_by_position(labels):
    assert barssince(pd.Series([True, False, False], index=labels)) == 2


@given(st.lists(levels, min_size=2, max_size=30))
def test_rank_is_the_share_of_earlier_values_below_the_last(values):
    expected = sum(value < values[-1] for value in values[:-1]) / (len(values) - 1)
    assert quantile(np.array(values)) == expected
    assert quantile(named(values)) == expected


def test_rank_of_nothing_is_nan():
    assert math.isnan(quantile(np.array([])))
    with pytest.warns(RuntimeWarning):
        assert math.isnan(quantile(np.array([1.0])))


def test_rank_reads_a_series_by_position():
    assert quantile(pd.Series([1, 3, 2], index=[-1, 0, 1])) == 0.5


def test_a_list_cannot_be_ranked():
    with pytest.raises(TypeError):
        quantile([1, 2])


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    st.floats(0, 1),
    st.lists(st.just(math.nan), max_size=3),
)
def test_value_at_a_quantile_interpolates_and_ignores_nan(values, share, gaps):
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below, above = ordered[math.floor(position)], ordered[math.ceil(position)]
    expected = below + (above - below) * (position - math.floor(position))
    assert quantile(gaps + values, share) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_value_at_a_quantile_accepts_a_series():
    assert quantile(pd.Series([1.0, 2.0, 4.0], index=days), 0.5) == 2.0


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_quantile_outside_zero_to_one_is_refused(share):
    with pytest.raises(AssertionError, match="between 0 and 1"):
        quantile([1, 2], share)


def test_ohlcv_rules_merge_bars_into_one():
    bars = pd.DataFrame(
        [[10, 12, 9, 11, 5], [11, 15, 10, 14, 7]],
        columns=["Open", "High", "Low", "Close", "Volume"],
        index=pd.date_range("2024-01-01", periods=2, freq="h"),
    )
    merged = bars.resample("D").agg(OHLCV_AGG)
    assert merged.to_numpy().tolist() == [[10, 15, 9, 14, 12]]
    assert list(OHLCV_AGG) == list(bars.columns)


def test_trade_rules_merge_trades_into_one():
    noon = pd.Timestamp("2024-01-01 12:00")
    hour = pd.Timedelta("1h")
    trades = pd.DataFrame(
        {
            "Size": [2, -1],
            "EntryBar": [1, 2],
            "ExitBar": [3, 5],
            "EntryPrice": [10.0, 20.0],
            "ExitPrice": [12.0, 18.0],
            "PnL": [4.0, 2.0],
            "ReturnPct": [0.2, 0.1],
            "EntryTime": [noon, noon + hour],
            "ExitTime": [noon + hour, noon + 3 * hour],
            "Duration": [hour, 2 * hour],
        }
    )
    merged = trades.groupby(lambda _: 0).agg(TRADES_AGG).iloc[0]
    assert merged.to_dict() == {
        "Size": 1,
        "EntryBar": 1,
        "ExitBar": 5,
        "EntryPrice": 15.0,
        "ExitPrice": 15.0,
        "PnL": 6.0,
        "ReturnPct": pytest.approx(0.15),
        "EntryTime": noon,
        "ExitTime": noon + 3 * hour,
        "Duration": 3 * hour,
    }


def test_helpers_are_exported_and_picklable():
    for name in ("OHLCV_AGG", "TRADES_AGG", "barssince", "cross", "crossover", "quantile"):
        assert name in lib.__all__
        assert pickle.loads(pickle.dumps(getattr(lib, name))) == getattr(lib, name)
