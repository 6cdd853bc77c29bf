import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.time_axis import TimeAxis

UNITS = ("s", "ms", "us", "ns")
ZONES = (None, "UTC", "Europe/Rome", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


def dates(start, periods, freq, **kwargs):
    return pd.date_range(start, periods=periods, freq=freq, **kwargs)


@pytest.mark.parametrize(
    ("index", "factor"),
    [
        (dates("2020-01-01", 80, "B"), 252),
        (dates("2020-01-01", 80, "D"), 365),
        (dates("2020-01-05", 80, "W"), 52),
        (dates("2020-01-31", 80, "ME"), 12),
        (dates("2010-02-01", 6, "MS"), 252),  # median step 30 days: taken for daily bars
        (dates("2000-03-31", 40, "QE"), 365),
        (dates("1980-12-31", 40, "YE"), 1),
        (dates("2020-01-01", 500, "h"), 365),
    ],
    ids=["B", "D", "W", "ME", "6xMS", "QE", "YE", "h"],
)
@pytest.mark.parametrize("unit", UNITS)
def test_annual_factor_follows_median_step_and_weekend_share(index, factor, unit):
    assert TimeAxis(index.as_unit(unit)).annual_factor == factor


@pytest.mark.parametrize(("weekend_bars", "factor"), [(11, 252), (13, 365)])
def test_seventeen_percent_of_weekend_bars_make_a_seven_day_market(weekend_bars, factor):
    # The bound is 60 % of an even share: 2/7 * 0.6, 12 bars of 70.
    weekdays = dates("2024-01-01", 70 - weekend_bars, "B")
    weekends = [day for day in dates("2024-01-01", 100, "D") if day.weekday() >= 5]
    index = pd.DatetimeIndex([*weekdays, *weekends[:weekend_bars]]).sort_values()
    assert TimeAxis(index).annual_factor == factor


@pytest.mark.parametrize(
    ("freq", "rule"),
    [("D", "D"), ("B", "D"), ("W", "W"), ("W-WED", "W"), ("ME", "ME"), ("MS", "ME"), ("YE", "YE")],
)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("unit", UNITS)
def test_periods_end_where_pandas_resampling_ends_them(freq, rule, zone, unit):
    index = dates("2016-02-29 15:30", 40, freq).as_unit(unit).tz_localize(zone)
    bars = pd.Series(np.arange(len(index)), index=index)
    expected = bars.resample(rule).last().dropna().astype(int)
    np.testing.assert_array_equal(TimeAxis(index).period_ends, expected)


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(0, 5000), min_size=2, max_size=80),
    # A few weeks from here, clocks change in the zones that change them.
    start=st.sampled_from(["2023-03-20", "2023-10-20", "1969-12-20"]),
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from(UNITS),
)
def test_irregular_bars_group_by_local_day(gaps, start, zone, unit):
    minutes = np.cumsum(gaps) * 60
    index = pd.DatetimeIndex(np.datetime64(start, "s") + minutes.astype("m8[s]")).as_unit(unit)
    if zone is not None:
        index = index.tz_localize("UTC").tz_convert(zone)
    axis = TimeAxis(index)
    if axis.annual_factor in (52, 12, 1):
        return
    days = [label.date() for label in index]
    expected = [i for i, day in enumerate(days) if i + 1 == len(days) or days[i + 1] != day]
    assert axis.period_ends.tolist() == expected


@settings(deadline=None)
@given(
    steps=st.lists(st.sampled_from([60, 900, 3600, 86_400, 90_061]), min_size=1, max_size=20),
    ticks=st.integers(0, 10**7),
    unit=st.sampled_from(UNITS),
)
def test_rounding_in_integers_equals_rounding_of_timedeltas(steps, ticks, unit):
    seconds = np.cumsum([0, *steps])
    index = pd.DatetimeIndex(np.datetime64("2020-01-01", "s") + seconds.astype("m8[s]"))
    index = index.as_unit(unit)
    axis = TimeAxis(index)
    period = pd.Series(index).diff().iloc[1:][-99:].median()
    value = axis.span(ticks)
    expected = value.ceil(pd.Timedelta(period).resolution_string)
    assert axis.period == period
    assert axis.span_rounded_up(ticks) == expected
    assert axis.round_up(value) == expected
    assert axis.span_rounded_up(ticks).unit == unit


@pytest.mark.parametrize(
    ("freq", "expected"),
    [("D", "3 days"), ("W", "3 days"), ("h", "2 days 02:00:00"), ("15min", "2 days 01:10:00")],
)
def test_durations_are_rounded_up_to_the_finest_component_of_the_period(freq, expected):
    axis = TimeAxis(dates("2024-01-01", 30, freq))
    assert axis.round_up(pd.Timedelta("2 days 01:09:05")) == pd.Timedelta(expected)


def test_only_timedeltas_are_rounded():
    axis = TimeAxis(dates("2024-01-01", 30, "D"))
    assert axis.round_up(pd.NaT) is pd.NaT
    assert axis.round_up(0.25) == 0.25
    assert axis.round_up(3) == 3


def test_median_step_looks_at_the_last_hundred_labels():
    # 99 steps lie between them: 50 hours outvote 49 days, whatever comes before.
    days, hours = [24] * 80, [1] * 50
    steps = np.cumsum([*days, *hours, *days[:49]])
    index = pd.DatetimeIndex(np.datetime64("2020-01-01", "s") + (steps * 3600).astype("m8[s]"))
    assert TimeAxis(index).period == pd.Timedelta("1 hour")
    assert TimeAxis(index.append(index[-1:] + pd.Timedelta("1 day"))).period == pd.Timedelta(
        "1 day"
    )


@pytest.mark.parametrize("unit", UNITS)
def test_ticks_and_spans_keep_the_unit_of_the_index(unit):
    index = dates("2024-01-01", 3, "D", tz="Europe/Rome").as_unit(unit)
    axis = TimeAxis(index)
    np.testing.assert_array_equal(axis.ticks, index.asi8)
    span = axis.span(axis.ticks[2] - axis.ticks[0])
    assert (span, span.unit) == (pd.Timedelta("2 days"), unit)
    assert (axis.duration, axis.duration.unit) == (pd.Timedelta("2 days"), unit)
    assert axis.is_datetime
    assert (axis.start, axis.end) == (index[0], index[-1])
    assert axis.years == 2 / 365.25


def test_single_bar_has_no_period():
    axis = TimeAxis(dates("2024-01-01", 1, "D"))
    assert axis.period is pd.NaT
    assert axis.duration == pd.Timedelta(0)
    assert axis.period_ends.tolist() == [0]
    assert axis.round_up(pd.Timedelta("1h")) == pd.Timedelta("1h")


def test_duplicate_labels_are_separate_bars():
    index = pd.DatetimeIndex(["2024-01-01"] * 3 + ["2024-01-02"] * 2)
    axis = TimeAxis(index)
    assert axis.period == pd.Timedelta(0)
    assert axis.period_ends.tolist() == [2, 4]
    assert axis.round_up(pd.Timedelta("25h")) == pd.Timedelta("2 days")


@pytest.mark.parametrize(
    ("index", "ticks", "duration"),
    [
        (pd.RangeIndex(5, 14, 3), [5, 8, 11], 6),
        (pd.Index([1.5, 2.0, 4.0]), [1.5, 2.0, 4.0], 2.5),
        (pd.Index([7, 9, 20], dtype="uint8"), [7, 9, 20], 13),
        (pd.Index(["a", "b", "d"]), [0, 1, 2], 2),
    ],
    ids=["range", "float", "uint8", "str"],
)
def test_other_labels_give_plain_numbers_and_nothing_annual(index, ticks, duration):
    axis = TimeAxis(index)
    assert axis.ticks.dtype in (np.dtype("int64"), np.dtype("float64"))
    assert axis.ticks.tolist() == ticks
    assert axis.duration == duration
    assert (axis.start, axis.end) == (index[0], index[-1])
    assert not axis.is_datetime
    assert np.isnan(axis.annual_factor)
    assert np.isnan(axis.years)
    assert axis.period_ends.size == 0
    assert axis.span(3) == axis.span_rounded_up(3) == 3


def test_repeated_midnight_does_not_reopen_the_day_before():
    # On 2009-11-01 clocks in Newfoundland went from 00:01 back to 23:01 of 31 October.
    index = dates("2009-11-01 01:30", 180, "min", tz="UTC").tz_convert("America/St_Johns")
    axis = TimeAxis(index)
    days = [label.date() for label in index]
    assert days != sorted(days)
    first_midnight = next(i for i, label in enumerate(index) if label.day == 1)
    assert axis.period_ends.tolist() == [first_midnight - 1, 179]


def test_building_an_axis_does_not_import_numba():
    code = (
        "import sys, pandas as pd; from hindcaster.stats.time_axis import TimeAxis;"
        "TimeAxis(pd.date_range('2024', periods=3)); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
