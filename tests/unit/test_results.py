"""The frames of a result are those that pandas would make, and belong to the result alone."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster import Backtest
from hindcaster.data import blocks
from hindcaster.data.blocks import frame_of, label_index, spans_of
from hindcaster.data.nearness import count_near
from hindcaster.datasets.averages import moving_average
from hindcaster.stats.summary import summarize
from hindcaster.stats.time_axis import TimeAxis
from hindcaster.stats.trades import ClosedTrades

from .helpers import frame, run, scripted

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)

DATES = pd.date_range("2024-01-01", periods=3, freq="D")


@pytest.fixture(params=["blocks", "columns"])
def _maker(request, monkeypatch):
    """Both ways in which frames are made: pandas 2 does not take ready-made blocks."""
    if request.param == "columns":
        monkeypatch.setattr(blocks, "create_dataframe_from_blocks", None)


@pytest.mark.usefixtures("_maker")
@pytest.mark.parametrize(
    "column",
    [
        np.array([1, 2, 3]),
        np.array([1.5, np.nan, 3]),
        np.array([1, 2, 3], np.float32),
        np.array([True, False, True]),
        np.array([1j, 2, 3]),
        np.array(["a", "b", "a"]),
        np.array([None, None, None], object),
        np.array(["a", None, 3], object),
        np.array([1, 2, 3]).astype("m8[s]"),
        np.array([1, 2, 3]).astype("m8[D]"),
        np.array([1, 2, 3]).astype("M8[D]"),
        np.repeat([1.0, 2.0, 3.0], 2)[::2],
        [None, "tag", 3],
        [1, 2, 3],
        ["x", "y", "z"],
        [[1], [2, 3], [4]],
        [pd.Timestamp("2024-01-01")] * 3,
        DATES,
        DATES.tz_localize("Europe/Berlin"),
        DATES.as_unit("s").array,
        pd.RangeIndex(3),
        pd.Index([1.5, 2.5, 3.5]),
        pd.Index(["a", "b", "c"]),
        pd.Index([(1, 2), (3, 4), (5, 6)], tupleize_cols=False),
        pd.MultiIndex.from_tuples([(1, 2), (3, 4), (5, 6)]),
        pd.period_range("2024-01", periods=3, freq="M"),
        pd.CategoricalIndex(["a", "b", "a"]),
        pd.Series(["a", "b", "c"]).array,
        pd.array([1, None, 3], "Int64"),
    ],
    ids=lambda column: f"{type(column).__name__} {getattr(column, 'dtype', '')}",
)
def test_frame_is_the_one_that_pandas_makes(column):
    columns = {"a": np.array([1, 2, 3]), "b": column, "c": [1.5, 2.5, 3.5], "d": column}
    made = frame_of(columns, 3)
    expected = pd.DataFrame(columns)
    pd.testing.assert_frame_equal(made, expected, check_freq=True, check_index_type="exact")
    assert type(made.index) is type(expected.index)
    assert made.columns.dtype == expected.columns.dtype


@pytest.mark.usefixtures("_maker")
def test_none_stands_for_a_column_of_nones():
    made = frame_of({"a": None, "b": np.arange(2.0)}, 2)
    assert made["a"].dtype == object
    assert made["a"].tolist() == [None, None]


@pytest.mark.usefixtures("_maker")
def test_changing_a_frame_leaves_what_it_was_made_from_alone():
    given = {"a": np.arange(3), "b": np.arange(3.0), "c": np.arange(3).astype("m8[s]")}
    before = {name: column.copy() for name, column in given.items()}
    made = frame_of(given, 3)
    made.loc[0, ["a", "b", "c"]] = [7, 7.5, pd.Timedelta(7, "s")]
    for name, column in given.items():
        np.testing.assert_array_equal(column, before[name])


def test_names_of_equal_indexes_are_independent():
    first, second = label_index(("a", "b")), label_index(("a", "b"))
    first.name = "changed"
    pd.testing.assert_index_equal(second, pd.Index(["a", "b"]))
    pd.testing.assert_index_equal(label_index(("a", "b")), second)


@pytest.mark.parametrize("count", [0, 1, 5, 20_000])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_spans_hold_the_given_durations(count, unit):
    values = np.arange(count).astype(f"m8[{unit}]")
    values[1::3] = "NaT"
    spans = spans_of(values.copy())
    assert spans.dtype == values.dtype
    pd.testing.assert_extension_array_equal(spans, pd.array(values))


PRICES = [100, 110, 120, 110, 90, 80, 95, 100, 105, 110]
ROUND_TRIP = {3: lambda s: s.buy(size=2, sl=70), 6: lambda s: s.position.close()}


def test_changing_a_result_leaves_the_next_run_alone():
    backtest = Backtest(frame(PRICES), scripted(ROUND_TRIP))
    first, untouched = backtest.run(), backtest.run()
    for name in ("_equity_curve", "_trades", "_orders"):
        changed = first[name]
        changed.columns.name = "changed"
        changed.iloc[:, 0] = 7
        changed[changed.columns[-1]] = None
    first.index.name = "changed"
    again = backtest.run()
    pd.testing.assert_index_equal(again.index, untouched.index)
    for name, value in untouched.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(again[name], value)
        elif name != "_strategy":
            assert again[name] == value or (value != value and again[name] != again[name]), name


def test_pickled_frames_of_a_result_are_the_same():
    stats = run(PRICES, ROUND_TRIP)
    for name in ("_equity_curve", "_trades", "_orders"):
        pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(stats[name])), stats[name])


def test_runs_over_other_closes_do_not_share_what_is_kept_of_the_market():
    rng = np.random.default_rng(1)
    index = pd.date_range("2024-01-01", periods=30)
    equity, *closes = 100 + rng.normal(size=(3, 30)).cumsum(axis=1)
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    trades = ClosedTrades(none, none, nothing, nothing, none)
    shared = TimeAxis(index)
    for close in (closes[0], closes[0], closes[1], closes[0].copy()):
        rows, _ = summarize(shared, equity, close, trades, warmup=0)
        fresh, _ = summarize(TimeAxis(index), equity, close, trades, warmup=0)
        assert (rows["Beta"], rows["Alpha [%]"]) == (fresh["Beta"], fresh["Alpha [%]"])


@compiled
@given(st.integers(0, 2**32 - 1), st.sampled_from(["f8", "f4", "i8"]), st.integers(0, 3))
def test_values_near_the_close_are_counted(seed, kind, n_rows):
    rng = np.random.default_rng(seed)
    close = rng.choice([0.0, 1, 2, 5, 10, np.inf], 40)
    factors = rng.choice([0, 0.5, 0.6, 1, 1.4, 1.5, -1, np.nan], (n_rows, 40))
    with np.errstate(all="ignore"):
        rows = (close * factors).astype(kind)[:, ::-1]
        ratio = rows / close
    expected = int(((ratio < 1.4) & (ratio > 0.6)).sum())
    assert count_near(rows, close) == expected
    assert sum(count_near(row, close) for row in rows) == expected


def test_boolean_rows_are_counted_like_numbers():
    assert count_near(np.array([True, False, True]), np.array([1.0, 1.0, 2.0])) == 1


@compiled
@given(
    st.lists(
        st.floats(-1e6, 1e6) | st.sampled_from([0.0, -0.0, 1.0, np.nan, np.inf, -np.inf]),
        max_size=40,
    ),
    st.integers(1, 12),
)
def test_moving_average_is_the_rolling_mean_of_pandas(values, n):
    expected = pd.Series(values, dtype=float).rolling(n).mean().to_numpy()
    np.testing.assert_allclose(moving_average(values, n), expected, rtol=1e-12, atol=1e-300)


def test_moving_average_of_equal_values_is_their_value():
    average = moving_average(np.full(50, 0.1), 7)
    assert np.isnan(average[:6]).all()
    assert set(average[6:].tolist()) == {0.1}
