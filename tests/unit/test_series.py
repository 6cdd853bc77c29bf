"""Series and the data accessor as strategies use them."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Strategy
from hindcaster.data.accessor import _Data, columns_of
from hindcaster.data.series import _Array, _Indicator

from .helpers import frame, run


def accessor(rows: list, **columns: list) -> _Data:
    data = frame(rows).assign(**columns)
    return _Data(data, columns_of(data))


def series(values: list, rows: int = 1) -> _Array:
    index = pd.date_range("2024-01-01", periods=len(values))
    array = np.array([values] * rows if rows > 1 else values, float)
    return _Array(array, name="x", index=index)


def test_truth_and_float_are_of_the_last_element() -> None:
    x = series([1, 0, 2])
    assert bool(x)
    assert not bool(x[:2])
    assert float(x) == 2.0
    assert bool(x > 1)
    assert not bool(x > 2)


def test_truth_of_rows_is_of_the_last_row() -> None:
    assert bool(_Array(np.array([[1.0, 0.0], [0.0, 3.0]]), name="x", index=None))
    assert not bool(_Array(np.array([[1.0, 1.0], [3.0, 0.0]]), name="x", index=None))


def test_int_of_a_series_is_refused() -> None:
    with pytest.raises(TypeError):
        int(series([1, 2]))


def test_name_and_index_travel() -> None:
    x = series([1, 2, 3])
    for derived in (x[1:], x * 2, 2 - x, np.log(x), x.copy(), x.astype(int), x.mean(), x > 1):
        assert isinstance(derived, _Array)
        assert derived.name == "x"
        assert derived._opts is x._opts
        assert type(derived).__name__ == "_Array"


def test_pickle_keeps_values_name_and_options() -> None:
    x = _Indicator(np.array([1.0, 2.0]), name="i", plot=True, index=pd.RangeIndex(2))
    again = pickle.loads(pickle.dumps(x))
    assert isinstance(again, _Indicator)
    assert again.tolist() == [1.0, 2.0]
    assert again.name == "i"
    assert again._opts["plot"] is True


@given(st.integers(0, 9), st.integers(0, 9), st.sampled_from([1, 2, 3, -1]))
def test_labels_of_any_view_are_those_of_its_bars(start: int, stop: int, step: int) -> None:
    x = series(list(range(10)))
    view = x[start:stop:step]
    assert view.s.index.equals(x._opts["index"][start:stop:step])
    assert view.s.tolist() == list(range(10))[start:stop:step]
    assert view.df.index.equals(view.s.index)


@given(st.integers(0, 9), st.integers(0, 1))
def test_labels_of_a_row_of_a_table(start: int, row: int) -> None:
    x = series(list(range(10)), rows=2)
    assert x[row][start:].s.index.equals(x._opts["index"][start:])
    assert x[:, start:].df.shape == (10 - start, 2)
    assert x[:, start:].df.index.equals(x._opts["index"][start:])
    fortran = _Array(np.asfortranarray(np.asarray(x)), name="x", index=x._opts["index"])
    assert fortran[row][start:].s.index.equals(x._opts["index"][start:])


def test_to_series_is_deprecated() -> None:
    with pytest.warns(UserWarning, match="deprecated"):
        assert series([1, 2]).to_series().tolist() == [1, 2]


def test_columns_by_attribute_and_item() -> None:
    data = accessor([1, 2, 3], **{"My Col": [7, 8, 9], "index": [4, 5, 6]})
    data._set_length(2)
    assert data.Close.tolist() == [1, 2]
    assert data.Close is data.Close
    assert data["My Col"].tolist() == [7, 8]
    assert data["index"].tolist() == [4, 5]
    assert list(data.index) == list(frame([1, 2, 3]).index[:2])
    assert len(data) == 2
    assert data.df.shape == (2, 6)


def test_unknown_columns_are_named() -> None:
    data = accessor([1, 2, 3])
    with pytest.raises(AttributeError, match="no column 'close'"):
        _ = data.close
    with pytest.raises(KeyError, match="no column 'close'"):
        _ = data["close"]


def test_views_end_at_the_current_bar_and_old_ones_stay() -> None:
    data = accessor([1, 2, 3])
    data._set_length(1)
    first = data.Close
    data._set_length(3)
    assert first.tolist() == [1]
    assert data.Close.tolist() == [1, 2, 3]


def test_columns_are_read_only() -> None:
    data = accessor([1, 2, 3])
    with pytest.raises(ValueError, match="read-only"):
        data.Close[0] = 5


@pytest.mark.parametrize(
    ("closes", "pip"), [([1.25, 1.5, 1.75], 0.01), ([100.0, 101.0], 0.1), ([1.2345, 1.2346], 1e-4)]
)
def test_pip(closes: list, pip: float) -> None:
    assert accessor(closes).pip == pytest.approx(pip)


def test_pip_of_whole_numbers() -> None:
    data = frame([1, 2, 3]).astype(int)
    assert _Data(data, columns_of(data)).pip == 1.0


def test_column_added_in_init_is_seen_in_next_and_not_kept() -> None:
    data = frame([1, 2, 3, 4])

    class Adds(Strategy):
        def init(self) -> None:
            self.seen: list = []
            self.data.df["Twice"] = self.data.df["Close"] * 2

        def next(self) -> None:
            self.seen.append(self.data.Twice.tolist())

    stats = run(data, Adds)
    assert stats._strategy.seen == [[2, 4], [2, 4, 6], [2, 4, 6, 8]]
    assert "Twice" not in data


def test_price_replaced_in_init_is_traded() -> None:
    class Shifts(Strategy):
        def init(self) -> None:
            for name in ("Open", "High", "Low", "Close"):
                self.data.df[name] = self.data.df[name] + 10

        def next(self) -> None:
            if not self.position:
                self.buy(size=1)

    stats = run([1, 2, 3, 4], Shifts, finalize_trades=True)
    assert stats._trades["EntryPrice"].tolist() == [13]
    assert stats["Buy & Hold Return [%]"] == 300  # of the data as it was given, as in 0.6.6


def test_attributes_that_init_made_are_cut_to_the_current_bar() -> None:
    class Looks(Strategy):
        def init(self) -> None:
            self.seen: list = []
            self.raw = self.data.Close
            self.twice = self.data.Close * 2
            self.table = self.I(lambda: (self.data.Close * 1, self.data.Open * 1), name="t")
            self.last_two = self.data.Close[-2:]

        def next(self) -> None:
            self.seen.append((len(self.raw), len(self.twice), self.table.shape, len(self.last_two)))

    assert run([1, 2, 3, 4], Looks)._strategy.seen == [
        (2, 2, (2, 2), 2),
        (3, 3, (2, 3), 2),
        (4, 4, (2, 4), 2),
    ]


def test_next_assigned_on_the_instance_is_used() -> None:
    class Stops(Strategy):
        def init(self) -> None:
            self.count = 0

        def next(self) -> None:
            self.count += 1
            if self.count == 2:
                self.next = lambda: None  # type: ignore[method-assign]

    assert run([1, 2, 3, 4, 5, 6], Stops)._strategy.count == 2


def test_part_of_a_series_keeps_its_labels_when_pickled() -> None:
    seen = {}

    class Keeps(Strategy):
        def init(self) -> None:
            self.level = self.I(lambda: np.arange(len(self.data)), name="level")

        def next(self) -> None:
            seen["tail"] = self.data.Close[-3:]
            seen["reversed"] = self.level[::-1][1:3]
            seen["whole"] = self.data.Close

    run([100] * 12, Keeps)
    for part in seen.values():
        again = pickle.loads(pickle.dumps(part))
        pd.testing.assert_series_equal(again.s, part.s, check_freq=False)
