"""Random prices: what is drawn, what is kept, seeds, and other lengths than the example's."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.lib import bootstrap_ohlc_data, random_ohlc_data

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


# -- bootstrap_ohlc_data ---------------------------------------------------------------------


def naive_chain(frame, drawn):
    """Let each drawn bar open as far from the close before as it did in the example."""
    bars = frame[PRICES].to_numpy().tolist()
    rows = []
    for number in drawn:
        open_, high, low, close = bars[number]
        if not rows:
            start = bars[0][0]
        elif number == 0:
            start = rows[-1][3]
        else:
            start = rows[-1][3] * open_ / bars[number - 1][3]
        rows.append([start, start * high / open_, start * low / open_, start * close / open_])
    return np.array(rows)


@st.composite
def examples(draw):
    count = draw(st.integers(1, 30))
    price = st.floats(0.1, 10)
    bars = draw(st.lists(st.tuples(*[price] * 4), min_size=count, max_size=count))
    frame = pd.DataFrame(
        {
            "Open": [bar[0] for bar in bars],
            "High": [max(bar) for bar in bars],
            "Low": [min(bar) for bar in bars],
            "Close": [bar[3] for bar in bars],
            "Volume": range(count),
        }
    )
    if draw(st.booleans()):
        frame.index = pd.date_range("2024-01-01", periods=count, tz=draw(st.sampled_from(ZONES)))
    return frame


ZONES = [None, "UTC", "America/New_York"]
blocks = st.sampled_from([1, 1.5, 3, 1000, np.inf])
seeds = st.integers(0, 2**32 - 1)


@given(examples(), st.floats(0.01, 2), blocks, seeds)
def test_drawn_bars_are_chained_by_their_ratios(frame, frac, block, seed):
    before = frame.copy()
    result = next(bootstrap_ohlc_data(frame, frac=frac, block=block, random_state=seed))
    assert len(result) == max(1, round(frac * len(frame)))
    assert result.columns.tolist() == frame.columns.tolist()
    expected = naive_chain(frame, result.Volume.tolist())
    np.testing.assert_allclose(result[PRICES], expected, rtol=1e-9)
    pd.testing.assert_frame_equal(frame, before)


@given(examples(), st.floats(0.01, 2), blocks, seeds)
def test_bars_are_possible(frame, frac, block, seed):
    for result in islice(bootstrap_ohlc_data(frame, frac=frac, block=block, random_state=seed), 3):
        assert (result[PRICES].to_numpy() > 0).all()
        assert (result.High >= result[["Open", "Close"]].max(axis=1)).all()
        assert (result.Low <= result[["Open", "Close"]].min(axis=1)).all()


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_bars_are_possible_after_rounding(kind):
    # Bars whose open or close is also their high or low are the first to be torn by rounding.
    rng = np.random.default_rng(1)
    open_, close = rng.uniform(1, 2, (2, 300))
    frame = pd.DataFrame(
        {
            "Open": open_,
            "High": np.maximum(open_, close),
            "Low": np.minimum(open_, close),
            "Close": close,
        }
    ).astype(kind)
    result = next(bootstrap_ohlc_data(frame, frac=0.3, random_state=1))
    assert set(result.dtypes) == {np.dtype(kind)}
    assert (result.High >= result[["Open", "Close"]].max(axis=1)).all()
    assert (result.Low <= result[["Open", "Close"]].min(axis=1)).all()


def test_high_and_low_that_do_not_enclose_their_bar_are_widened():
    frame = example().assign(High=1.0, Low=1000.0)
    result = next(bootstrap_ohlc_data(frame, random_state=1))
    assert result.High.equals(result[["Open", "Close"]].max(axis=1))
    assert result.Low.equals(result[["Open", "Close"]].min(axis=1))


@pytest.mark.parametrize(
    "state",
    [3, np.int64(3), lambda: np.random.default_rng(3), lambda: np.random.RandomState(3)],
    ids=["int", "numpy int", "Generator", "RandomState"],
)
def test_sequence_can_be_repeated_and_its_frames_differ(state):
    sequences = [
        list(islice(bootstrap_ohlc_data(example(), block=3, random_state=made), 5))
        for made in (state() if callable(state) else state for _ in range(2))
    ]
    for first, again in zip(*sequences, strict=True):
        pd.testing.assert_frame_equal(first, again)
    volumes = {tuple(frame.Volume) for frame in sequences[0]}
    assert len(volumes) == 5


def test_without_seed_frames_differ_and_the_global_state_of_numpy_is_left_alone():
    np.random.seed(5)  # noqa: NPY002 - it must have no effect
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    frames = [next(bootstrap_ohlc_data(example())) for _ in range(2)]
    np.random.seed(5)  # noqa: NPY002
    frames.append(next(bootstrap_ohlc_data(example())))
    assert len({tuple(frame.Volume) for frame in frames}) == 3
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_generator_passed_goes_on_from_where_it_was():
    state = np.random.default_rng(2)
    both = [next(bootstrap_ohlc_data(example(), random_state=state)) for _ in range(2)]
    one = list(islice(bootstrap_ohlc_data(example(), random_state=np.random.default_rng(2)), 2))
    for first, second in zip(both, one, strict=True):
        pd.testing.assert_frame_equal(first, second)


def test_consecutive_frames_are_independent():
    # Of two independent frames, bars at the same place are the same bar with probability 1 / 50.
    frames = bootstrap_ohlc_data(example(50), block=5, random_state=4)
    volumes = np.array([frame.Volume for frame in islice(frames, 400)])
    for lag in (1, 2):
        same = (volumes[lag:] == volumes[:-lag]).mean()
        assert same == pytest.approx(1 / 50, abs=5 * (1 / 50 / volumes.size * 5) ** 0.5)


def test_bars_are_equally_probable_at_every_place():
    frames = bootstrap_ohlc_data(example(10), block=3, random_state=6)
    volumes = np.array([frame.Volume for frame in islice(frames, 1500)])
    for place in (0, 1, 9):
        counts = np.bincount(volumes[:, place], minlength=10)
        # 99.99 % point of the chi-squared distribution with nine degrees of freedom
        assert ((counts - 150) ** 2 / 150).sum() < 33.7


@pytest.mark.parametrize("block", [1, 1.25, 4, 25])
def test_blocks_have_geometric_lengths_of_the_given_mean(block):
    count = 1000
    frame = next(bootstrap_ohlc_data(example(count), frac=50, block=block, random_state=8))
    drawn = frame.Volume.to_numpy()
    follows = drawn[1:] == (drawn[:-1] + 1) % count
    expected = 1 - 1 / block + 1 / block / count
    error = (expected * (1 - expected) / len(follows)) ** 0.5
    assert follows.mean() == pytest.approx(expected, abs=5 * error)
    lengths = np.diff(np.flatnonzero(~follows))
    stop = 1 - expected  # a geometric distribution has this mean and variance
    error = ((1 - stop) / stop**2 / len(lengths)) ** 0.5
    assert lengths.mean() == pytest.approx(1 / stop, abs=5 * error)
    assert lengths.var() == pytest.approx((1 - stop) / stop**2, rel=0.2)
    # Whether a block ends does not depend on how long it is.
    again = follows[1:][follows[:-1]]
    assert again.mean() == pytest.approx(expected, abs=5 * 0.5 / len(again) ** 0.5)


def test_one_endless_block_is_the_example_from_somewhere_on():
    frame = example(30)
    result = next(bootstrap_ohlc_data(frame, frac=3, block=np.inf, random_state=2))
    first = result.Volume.iloc[0]
    assert result.Volume.tolist() == [(first + place) % 30 for place in range(90)]
    inside = result[PRICES].iloc[: 30 - first].to_numpy()
    original = frame[PRICES].iloc[first:].to_numpy()
    np.testing.assert_allclose(inside / inside[0, 0], original / original[0, 0])
    # Where the example starts again there is no gap.
    assert result.Open.iloc[30 - first] == result.Close.iloc[29 - first]


def test_single_bars_keep_no_dependence_and_blocks_keep_it():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=3000)
    moves = 0.01 * (noise[1:] + 0.9 * noise[:-1])  # neighbours are correlated: 0.9 / 1.81
    close = 100 * np.exp(moves.cumsum())
    open_ = np.append(100, close[:-1])
    frame = pd.DataFrame(
        {"Open": open_, "High": 1.1 * close, "Low": 0.9 * close, "Close": close}, dtype=float
    )
    found = []
    for block in (1, 50):
        drawn = next(bootstrap_ohlc_data(frame, block=block, random_state=3))
        found.append(np.log(drawn.Close).diff().autocorr())
    assert found == pytest.approx([0, 0.9 / 1.81], abs=0.1)


def test_other_columns_stay_with_their_bars_and_keep_their_type():
    frame = example()
    frame["Note"] = pd.Categorical([f"bar {number % 3}" for number in range(50)])
    frame["Count"] = pd.array(range(50), dtype="Int32")
    frame["Halted"] = frame.Volume % 2 == 0
    frame["Seen"] = frame.index
    result = next(bootstrap_ohlc_data(frame, frac=2, random_state=1))
    for name in ("Note", "Count", "Halted", "Seen", "Volume"):
        expected = frame[name].iloc[result.Volume].set_axis(result.index)
        pd.testing.assert_series_equal(result[name], expected)


@pytest.mark.parametrize("kind", ["int64", "Float64", "Int64"])
def test_prices_of_other_types_become_floats(kind):
    result = next(bootstrap_ohlc_data(example().round().astype(kind), random_state=0))
    assert result[PRICES].dtypes.tolist() == [np.dtype(float)] * 4


@pytest.mark.parametrize("frac", [0.04, 0.5, 1, 2.5])
@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-03-25", periods=50, freq="h", tz="America/New_York", name="time"),
        pd.bdate_range("2024-01-01", periods=50),
        pd.RangeIndex(5, 105, 2),
        pd.Index([f"bar {number}" for number in range(50)]),
    ],
    ids=["zone", "dates", "range", "texts"],
)
def test_index_is_made_as_for_random_ohlc_data(index, frac):
    frame = example(50, index)
    result = next(bootstrap_ohlc_data(frame, frac=frac, random_state=0))
    expected = next(random_ohlc_data(frame, frac=frac, random_state=0)).index
    pd.testing.assert_index_equal(result.index, expected, exact=True)
    assert result.index.name == index.name


def test_at_least_one_bar_is_drawn():
    result = next(bootstrap_ohlc_data(example(), frac=1e-9, random_state=0))
    assert len(result) == 1
    assert result.Open.iloc[0] == example().Open.iloc[0]


def test_example_may_change_between_two_frames():
    frame = example()
    undisturbed = list(islice(bootstrap_ohlc_data(frame, random_state=1), 2))
    frames = bootstrap_ohlc_data(frame, random_state=1)
    next(frames).loc[:, :] = 0
    frame.loc[:, :] = 0
    pd.testing.assert_frame_equal(next(frames), undisturbed[1])


def test_frames_can_be_tested():
    class Holding(Strategy):
        def init(self):
            pass

        def next(self):
            if not self.position:
                self.buy()

    for frame in islice(bootstrap_ohlc_data(example(), block=5, random_state=1), 3):
        stats = Backtest(frame, Holding, finalize_trades=True).run()
        assert stats["# Trades"] == 1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.drop(columns="High"), ValueError, "look at High. Its columns are"),
        (lambda f: f.rename(columns=str.lower), ValueError, "look at Open, High, Low, Close"),
        (lambda f: pd.concat([f, f[["Low"]]], axis=1), ValueError, "look at Low"),
        (lambda f: f.iloc[:0], ValueError, "no bars"),
        (lambda f: f[::-1], ValueError, "sort_index"),
        (lambda f: f.assign(Close=f.Close.where(f.Volume != 7)), ValueError,
         "'Close' is nan at row 2024-01-08"),
        (lambda f: f.assign(Close=f.Close.where(f.Volume != 7).astype("Float64")), ValueError,
         "'Close' is .* at row 2024-01-08"),
        (lambda f: f.assign(Low=0), ValueError, "'Low' is 0 at row 2024-01-01"),
        (lambda f: f.assign(Open=-f.Open), ValueError, "positive.*'Open' is -"),
        (lambda f: f.assign(High=np.inf), ValueError, "finite, but 'High' is inf"),
        (lambda f: f.astype({"Open": str}), ValueError, "'Open'.*to_numeric"),
        (lambda f: f.Close, TypeError, "example_data must be .*, got Series"),
        (lambda f: [1, 2], TypeError, "got list"),
    ],
)  # fmt: skip
def test_unfit_example_is_refused_at_the_call(change, error, message):
    with pytest.raises(error, match=message):
        bootstrap_ohlc_data(change(example()))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"frac": 0}, ValueError, "frac .* positive number .*, got 0"),
        ({"frac": -1.0}, ValueError, "frac"),
        ({"frac": float("nan")}, ValueError, "frac .*, got nan"),
        ({"frac": np.inf}, ValueError, "frac"),
        ({"frac": "1"}, TypeError, "frac must be a number, got '1'"),
        ({"frac": True}, TypeError, "frac"),
        ({"block": 0.99}, ValueError, "block .* at least 1 .*, got 0.99"),
        ({"block": float("nan")}, ValueError, "block"),
        ({"block": None}, TypeError, "block must be a number, got None"),
        ({"random_state": -1}, ValueError, "random_state must not be negative, got -1"),
        ({"random_state": 1.5}, TypeError, "random_state must be an int, .*, got 1.5"),
        ({"random_state": True}, TypeError, "random_state"),
        ({"random_state": np.random}, TypeError, "random_state"),
    ],
)
def test_bad_argument_is_refused_at_the_call(options, error, message):
    with pytest.raises(error, match=message):
        bootstrap_ohlc_data(example(), **options)


@pytest.mark.parametrize("close", [1e-150, 1e150])
def test_prices_beyond_the_range_of_floats_are_reported(close):
    frame = pd.DataFrame({"Open": 1.0, "High": 1e150, "Low": 1e-150, "Close": close}, index=[0])
    with pytest.raises(OverflowError, match="smaller frac"):
        next(bootstrap_ohlc_data(frame, frac=5))
