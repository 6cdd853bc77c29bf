"""`random_ohlc_data`: what is drawn, what is kept, seeds, and other lengths than the example's."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from hindcaster.lib import random_ohlc_data

PRICES = ["Open", "High", "Low", "Close"]


def example(length=50, index=None):
    rng = np.random.default_rng(length)
    open_ = 100 + rng.normal(size=length).cumsum()
    close = open_ + rng.normal(size=length)
    return pd.DataFrame(
        {
            "Open": open_,
            "High": np.maximum(open_, close) + 1,
            "Low": np.minimum(open_, close) - 1,
            "Close": close,
            "Volume": np.arange(length),  # tells which bar of the example was drawn
        },
        index=pd.date_range("2024-01-01", periods=length) if index is None else index,
    )


def naive(frame, drawn, length):
    """Chain the drawn bars one after the other, each with the gap of its place."""
    gaps = [
        frame.Open.iloc[i + 1] - frame.Close.iloc[i]
        for i in (k % (len(frame) - 1) for k in range(length))
    ]
    rows = []
    for place, number in enumerate(drawn):
        bar = frame[PRICES].iloc[number].to_numpy()
        start = rows[-1][3] + gaps[place - 1] if rows else bar[0]
        rows.append(bar + (start - bar[0]))
    return np.array(rows)


@pytest.mark.parametrize("frac", [0.1, 0.5, 1.0, 1.5, 4.0])
def test_bars_are_drawn_and_chained_with_the_gaps_of_the_example(frac):
    frame = example()
    result = next(random_ohlc_data(frame, frac=frac, random_state=3))
    assert len(result) == round(frac * len(frame))
    drawn = result.Volume.to_numpy()
    assert len(set(drawn)) == len(drawn) or frac > 1
    expected = naive(frame, drawn, len(result))
    np.testing.assert_allclose(result[PRICES], expected, rtol=1e-12)


def test_all_bars_are_used_once_and_the_index_is_kept():
    frame = example()
    result = next(random_ohlc_data(frame, random_state=1))
    assert sorted(result.Volume) == list(range(50))
    assert result.index.equals(frame.index)
    assert result.columns.tolist() == frame.columns.tolist()


def test_example_is_not_changed():
    frame = example()
    before = frame.copy()
    next(random_ohlc_data(frame, frac=2, random_state=1))
    pd.testing.assert_frame_equal(frame, before)


def test_int_seed_gives_the_same_frame_every_time():
    frames = random_ohlc_data(example(), random_state=7)
    first = next(frames)
    assert all(first.equals(other) for other in islice(frames, 3))
    assert not first.equals(next(random_ohlc_data(example(), random_state=8)))


@pytest.mark.parametrize("make", [np.random.RandomState, np.random.default_rng])
def test_generator_as_state_gives_new_frames_that_can_be_repeated(make):
    first = list(islice(random_ohlc_data(example(), random_state=make(5)), 3))
    again = list(islice(random_ohlc_data(example(), random_state=make(5)), 3))
    assert all(a.equals(b) for a, b in zip(first, again, strict=True))
    assert not first[0].equals(first[1])


def test_without_seed_the_global_state_of_numpy_is_used():
    drawn = []
    for _ in range(2):
        np.random.seed(11)  # noqa: NPY002 - the documented source
        drawn.append(list(islice(random_ohlc_data(example()), 2)))
    (first, second), (again, _) = drawn
    assert first.equals(again)
    assert not first.equals(second)


def test_numbers_drawn_from_the_state_are_those_of_two_samples_a_frame():
    frame, state = example(), np.random.RandomState(2)
    second = list(islice(random_ohlc_data(frame, random_state=np.random.RandomState(2)), 2))[1]
    for _ in range(3):
        volumes = frame.Volume.sample(frac=1, random_state=state)
    assert second.Volume.tolist() == volumes.tolist()


@pytest.mark.parametrize(
    ("index", "frac", "expected"),
    [
        (pd.date_range("2024-01-01", periods=4, name="day"), 0.5, ["2024-01-01", "2024-01-02"]),
        (
            pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-08"], tz="UTC"),
            1.5,
            ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-08", "2024-01-09", "2024-01-10"],
        ),
        (pd.RangeIndex(10, 18, 2), 1.5, [10, 12, 14, 16, 18, 20]),
        (pd.Index([1, 2, 4, 8], name="n"), 1.5, [1, 2, 4, 8, 10, 12]),
        (pd.Index([0.5, 1.0, 1.5, 2.0]), 1.25, [0.5, 1.0, 1.5, 2.0, 2.5]),
        (pd.Index(["a", "b", "c", "d"]), 1.25, [0, 1, 2, 3, 4]),
        (pd.Index(["a", "b", "c", "d"]), 0.5, ["a", "b"]),
    ],
)
def test_index_of_shorter_and_longer_frames(index, frac, expected):
    result = next(random_ohlc_data(example(4, index), frac=frac, random_state=0)).index
    if isinstance(index, pd.DatetimeIndex):
        expected = pd.DatetimeIndex(expected, tz=index.tz)
    assert result.tolist() == list(expected)
    assert result.name == index.name
    assert isinstance(result, (pd.RangeIndex, type(index)))


@pytest.mark.parametrize("frac", [1.0, 3.0])
def test_single_bar(frac):
    result = next(random_ohlc_data(example(1), frac=frac, random_state=0))
    assert len(result) == frac
    assert result.Open.iloc[0] == example(1).Open.iloc[0]


def test_prices_become_floats_and_other_columns_keep_their_type():
    result = next(random_ohlc_data(example().round().astype(int), random_state=0))
    assert result[PRICES].dtypes.tolist() == [np.dtype(float)] * 4
    assert result.Volume.dtype == np.dtype(int)


@pytest.mark.parametrize("column", PRICES)
def test_missing_column_is_reported_at_the_first_frame(column):
    frames = random_ohlc_data(example().drop(columns=column))
    with pytest.raises(ValueError, match="Open, High, Low and Close"):
        next(frames)


def test_volume_is_not_needed():
    assert len(next(random_ohlc_data(example()[PRICES], random_state=0))) == 50


def test_something_else_than_a_frame():
    with pytest.raises(ValueError, match="DataFrame"):
        next(random_ohlc_data([1, 2, 3]))
