"""The windows of a walk-forward test, against loops over the bars."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster.optimize.windows import Window, windows_of

DAYS = pd.date_range("2020-01-01", periods=1000)


def labels_of(index, windows):
    return [(index[w.train_start], index[w.test_start], index[w.test_end - 1]) for w in windows]


@given(
    n_bars=st.integers(1, 120),
    train=st.integers(1, 60),
    test=st.integers(1, 40),
    gap=st.integers(0, 20),
    anchored=st.booleans(),
)
def test_windows_of_bars(n_bars, train, test, gap, anchored):
    index = pd.RangeIndex(n_bars)
    arguments = {"train": train, "test": test, "step": test + gap, "anchored": anchored}
    if train >= n_bars:
        with pytest.raises(ValueError, match=f"leaves none of the {n_bars} bars"):
            windows_of(index, **arguments)
        return
    windows = windows_of(index, **arguments)
    tested = [bar for w in windows for bar in range(w.test_start, w.test_end)]
    expected = [b for b in range(train, n_bars) if (b - train) % (test + gap) < test]
    assert tested == expected
    for window in windows:
        assert window.train_start == (0 if anchored else window.test_start - train)
        assert 1 <= window.test_end - window.test_start <= test
    assert all(w.test_end - w.test_start == test for w in windows[:-1])


@given(
    steps=st.lists(st.integers(0, 30), min_size=1, max_size=80),
    train=st.integers(1, 200),
    test=st.integers(1, 90),
    gap=st.integers(0, 30),
    in_hours=st.booleans(),
)
def test_windows_of_time_hold_the_bars_from_their_start_to_just_before_their_end(
    steps, train, test, gap, in_hours
):
    unit = pd.Timedelta(hours=1) if in_hours else pd.Timedelta(days=1)
    index = pd.DatetimeIndex(pd.Timestamp("2021-03-04 05:00") + np.cumsum(steps) * unit)
    lengths = [length * unit for length in (train, test, test + gap)]
    first = index[0] + lengths[0]
    expected = []
    start = first
    while start <= index[-1]:
        tested = [b for b, t in enumerate(index) if start <= t < start + lengths[1]]
        trained = [b for b, t in enumerate(index) if start - lengths[0] <= t < start]
        if tested:
            begin = trained[0] if trained else tested[0]
            expected.append(Window(begin, tested[0], tested[-1] + 1))
        start += lengths[2]
    if not expected:
        with pytest.raises(ValueError, match="leaves none"):
            windows_of(index, train=lengths[0], test=lengths[1], step=lengths[2])
        return
    assert windows_of(index, train=lengths[0], test=lengths[1], step=lengths[2]) == expected


@pytest.mark.parametrize(
    "length",
    ["90D", "90 days", pd.Timedelta(days=90), timedelta(days=90), np.timedelta64(90, "D"),
     pd.DateOffset(days=90), pd.offsets.Day(90)],
    ids=repr,
)  # fmt: skip
def test_one_length_in_many_forms(length):
    expected = windows_of(DAYS, train=90, test=90)
    assert windows_of(DAYS, train=length, test=length) == expected
    assert windows_of(DAYS, train="90D", test=length) == expected


@pytest.mark.parametrize("months", ["6M", "6 months", pd.DateOffset(months=6)])
def test_months_and_years_are_those_of_the_calendar(months):
    found = labels_of(DAYS, windows_of(DAYS, train="1Y", test=months))
    assert [str(start.date()) for _, start, _ in found] == [
        "2021-01-01",
        "2021-07-01",
        "2022-01-01",
        "2022-07-01",
    ]
    assert [str(start.date()) for start, _, _ in found] == [
        "2020-01-01",
        "2020-07-01",
        "2021-01-01",
        "2021-07-01",
    ]


def test_short_months_leave_no_gap_and_lose_no_day_for_good():
    index = pd.date_range("2021-01-31", "2022-12-31")
    found = windows_of(index, train="1M", test="1M")
    starts = [str(index[w.test_start].date()) for w in found[:4]]
    assert starts == ["2021-02-28", "2021-03-28", "2021-04-28", "2021-05-28"]
    assert all(w.test_end == v.test_start for w, v in pairwise(found))
    later = windows_of(index, train="2M", test="1M")
    assert [str(index[w.test_start].date()) for w in later[:3]] == [
        "2021-03-31",
        "2021-04-30",
        "2021-05-31",
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_days_are_days_where_clocks_change(zone):
    index = pd.date_range("2022-01-01", periods=24 * 400, freq="h", tz="UTC").tz_convert(zone)
    found = windows_of(index, train="30D", test="30D")
    assert {index[w.test_start].hour for w in found} == {index[0].hour}
    covered = [bar for w in found for bar in range(w.test_start, w.test_end)]
    assert covered == list(range(found[0].test_start, len(index)))


def test_parts_of_a_day_are_time_passed():
    index = pd.date_range("2022-03-26", periods=96, freq="h", tz="Europe/Berlin")
    found = windows_of(index, train="36h", test="12h")
    assert [w.test_start for w in found] == [36, 48, 60, 72, 84]


def test_a_time_zone_with_clocks_going_back_splits_every_bar_once():
    index = pd.date_range("2022-10-29", periods=96, freq="30min", tz="Europe/Berlin")
    found = windows_of(index, train="1D", test="1D")
    assert [bar for w in found for bar in range(w.test_start, w.test_end)] == list(
        range(found[0].test_start, 96)
    )


def test_windows_over_a_hole_in_the_data():
    index = DAYS[:200].append(DAYS[600:700])
    found = windows_of(index, train="100D", test="50D")
    tests = [(w.test_start, w.test_end) for w in found]
    assert tests == [(100, 150), (150, 200), (200, 250), (250, 300)]
    assert found[2].train_start == found[2].test_start  # nothing to train on
    assert found[3].train_start == 200


def test_anchored_windows_begin_at_the_first_bar():
    found = windows_of(DAYS, train="300D", test="300D", anchored=True)
    assert found == [Window(0, 300, 600), Window(0, 600, 900), Window(0, 900, 1000)]


def test_repeated_labels_stay_together():
    index = pd.DatetimeIndex(np.repeat(pd.date_range("2020-01-01", periods=30), 3))
    found = windows_of(index, train="10D", test="7D")
    assert [(w.test_start, w.test_end) for w in found] == [(30, 51), (51, 72), (72, 90)]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"train": 0, "test": 5}, ValueError, "train must be longer than nothing, got 0"),
        ({"train": 5, "test": -1}, ValueError, "test must be longer than nothing"),
        ({"train": "5D", "test": "-1D"}, ValueError, "test must be longer than nothing"),
        ({"train": "5D", "test": "0D"}, ValueError, "test must be longer than nothing"),
        ({"train": 2.5, "test": 5}, TypeError, "train must be a whole number of bars"),
        ({"train": True, "test": 5}, TypeError, "train must be a whole number of bars"),
        ({"train": None, "test": 5}, TypeError, "train must be a whole number of bars"),
        ({"train": 5, "test": 5, "step": [5]}, TypeError, "step must be a whole number of bars"),
        ({"train": "250", "test": 5}, ValueError, "got '250'"),
        ({"train": "6m", "test": "6m"}, ValueError, "'30min', '6M'"),  # minutes or months
        ({"train": "1Q", "test": "30D"}, ValueError, "got '1Q'"),
        ({"train": "a year", "test": "30D"}, ValueError, "got 'a year'"),
        ({"train": pd.NaT, "test": "30D"}, TypeError, "train must be"),
        ({"train": "NaT", "test": "30D"}, ValueError, "train must be"),
        ({"train": "1Y", "test": 30}, TypeError, "all lengths of windows in bars, or all as"),
        ({"train": 30, "test": 30, "step": "30D"}, TypeError, "all lengths of windows in bars"),
        ({"train": 30, "test": 30, "step": 29}, ValueError, "test windows would overlap"),
        ({"train": "1Y", "test": "31D", "step": "1M"}, ValueError, "windows would overlap"),
        ({"train": 1000, "test": 5}, ValueError, "train=1000 leaves none of the 1,000 bars"),
        ({"train": "9000Y", "test": "1Y"}, ValueError, "leaves none"),
        ({"train": "1Y", "test": "1h"}, ValueError, "shorter than the bars"),
        ({"train": 30, "test": 30, "anchored": "yes"}, TypeError, "anchored must be True"),
    ],
)
def test_what_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        windows_of(DAYS, **arguments)


def test_times_need_dates():
    with pytest.raises(TypeError, match=r"needs data with a DatetimeIndex.*train=250"):
        windows_of(pd.RangeIndex(100), train="30D", test="10D")


def test_a_test_without_end_ends_with_the_data():
    assert windows_of(DAYS, train="300D", test="9000Y") == [Window(0, 300, 1000)]
