"""Bad input meets an error at the door that names what is wrong and the way out."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy

from .helpers import frame, run, scripted

Idle = scripted({})


class Abstract(Strategy):
    def init(self) -> None:
        pass


@pytest.mark.parametrize("strategy", [Idle(None, [], {}), "Idle", None, int, object()])
def test_strategy_that_is_no_strategy_class(strategy: object) -> None:
    with pytest.raises(TypeError, match="strategy must be a subclass"):
        Backtest(frame([1, 2, 3]), strategy)


def test_strategy_without_next_fails_when_run() -> None:
    test = Backtest(frame([1, 2, 3]), Abstract)
    with pytest.raises(TypeError, match="next"):
        test.run()


@pytest.mark.parametrize("data", [None, [1, 2], {"Open": [1]}, np.ones((3, 4))])
def test_data_that_is_no_frame(data: object) -> None:
    with pytest.raises(TypeError, match=r"data must be a pandas\.DataFrame"):
        Backtest(data, Idle)


@pytest.mark.parametrize(
    ("name", "value"), [("spread", "0.1"), ("spread", None), ("cash", "many"), ("margin", [1])]
)
def test_number_that_is_none(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"{name} must be a number"):
        Backtest(frame([1, 2, 3]), Idle, **{name: value})


@pytest.mark.parametrize("name", ["spread", "cash", "margin"])
def test_number_that_is_nan(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is NaN"):
        Backtest(frame([1, 2, 3]), Idle, **{name: np.nan})


@pytest.mark.parametrize("commission", [None, [0.0, 0.1], "1%", {}])
def test_commission_of_a_wrong_kind(commission: object) -> None:
    with pytest.raises(TypeError, match="commission must be a rate"):
        Backtest(frame([1, 2, 3]), Idle, commission=commission)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"cash": 0}, AssertionError, "cash must be greater than 0"),
        ({"cash": -5}, AssertionError, "cash must be greater than 0"),
        ({"margin": 0}, AssertionError, "0 < margin <= 1"),
        ({"margin": 1.5}, AssertionError, "0 < margin <= 1"),
        ({"commission": 0.1}, AssertionError, "rate"),
        ({"commission": -0.11}, AssertionError, "rate"),
        ({"commission": (-1, 0.0)}, AssertionError, "fixed"),
        ({"commission": (1, 0.1)}, AssertionError, "rate"),
        ({"commission": (np.nan, 0.0)}, AssertionError, "fixed"),
        ({"commission": np.nan}, AssertionError, "rate"),
        ({"commission": (1,)}, ValueError, "got 1 members"),
        ({"commission": (1, 0.0, 0.0)}, ValueError, "got 3 members"),
    ],
)
@pytest.mark.filterwarnings("ignore:Some prices")
def test_settings_out_of_range_fail_when_run(
    options: dict, error: type[Exception], words: str
) -> None:
    test = Backtest(frame([1, 2, 3]), Idle, **options)
    with pytest.raises(error, match=words):
        test.run()


@pytest.mark.parametrize("commission", [-0.1, 0.0999, (0, -0.1), (5, 0.01), 0, True * 0])
def test_commission_at_the_edge_is_accepted(commission: object) -> None:
    Backtest(frame([1, 2, 3]), Idle, commission=commission).run()


def test_empty_frame() -> None:
    with pytest.raises(ValueError, match="no rows"):
        Backtest(frame([1, 2]).iloc[:0], Idle)


def test_missing_columns_are_named_with_the_way_out() -> None:
    data = frame([1, 2]).rename(columns={"Close": "close"})
    with pytest.raises(ValueError, match=re.escape("data.rename(columns={'close': 'Close'})")):
        Backtest(data, Idle)
    with pytest.raises(ValueError, match="lacks the columns Open, High"):
        Backtest(frame([1, 2])[["Low", "Close"]], Idle)
    several = frame([1, 2])
    several.columns = pd.MultiIndex.from_product([several.columns, ["GOOG"]])
    with pytest.raises(ValueError, match="several levels"):
        Backtest(several, Idle)


def test_repeated_column() -> None:
    data = frame([1, 2, 3])
    data = pd.concat([data, data[["Close"]]], axis=1)
    with pytest.raises(ValueError, match="more than one column 'Close'"):
        Backtest(data, Idle)


@pytest.mark.parametrize("name", ["Open", "High", "Low", "Close"])
def test_missing_price_names_column_count_and_first_row(name: str) -> None:
    data = frame([1, 2, 3, 4])
    data.loc[data.index[1:3], name] = np.nan
    with pytest.raises(ValueError, match=f"'{name}' has 2 missing values.*2024-01-02.*dropna"):
        Backtest(data, Idle)


def test_text_price_names_column_row_and_value() -> None:
    data = frame([1, 2, 3]).astype(object)
    data.loc[data.index[1], "High"] = "2,5"
    with pytest.raises(ValueError, match=r"'High' does not hold numbers.*'2,5'.*2024-01-02"):
        Backtest(data, Idle)


def test_text_that_looks_like_numbers_is_refused() -> None:
    data = frame([1, 2, 3])
    data["Close"] = data["Close"].astype(str)
    with pytest.raises(ValueError, match="to_numeric"):
        Backtest(data, Idle)


def test_numbers_in_object_columns_are_taken() -> None:
    data = frame([1, 2, 3])
    assert (
        run(data.astype(object), {2: lambda s: s.buy(size=1)})["Equity Final [$]"]
        == run(data, {2: lambda s: s.buy(size=1)})["Equity Final [$]"]
    )


def test_infinite_price_is_announced() -> None:
    data = frame([1, 2, 3])
    data.loc[data.index[1], "High"] = np.inf
    with pytest.warns(UserWarning, match="'High' holds an infinite price.*2024-01-02"):
        Backtest(data, Idle)


def test_price_above_cash_is_announced() -> None:
    with pytest.warns(UserWarning, match="fractional"):
        Backtest(frame([100, 200]), Idle, cash=150)


def test_unsorted_index_is_sorted_and_announced() -> None:
    data = frame([1, 2, 3, 4])
    with pytest.warns(UserWarning, match=r"not sorted.*2024-01-03.*follows 2024-01-04"):
        test = Backtest(data.iloc[[0, 3, 2, 1]], Idle)
    assert test.run()["Start"] == data.index[0]


@pytest.mark.parametrize(
    "index", [pd.RangeIndex(4), [0, 10, 20, 30], list("abcd"), [0.5, 1.5, 2.5, 3.5]]
)
def test_index_without_dates_is_announced_and_runs(index: object) -> None:
    data = frame([10, 11, 12, 13], freq=None)
    data.index = index
    with pytest.warns(UserWarning, match="index is not datetime"):
        test = Backtest(data, scripted({2: lambda s: s.buy(size=1)}), finalize_trades=True)
    stats = test.run()
    assert stats["# Trades"] == 1
    assert stats["Start"] == data.index[0]
    assert "CAGR [%]" not in stats.index
    assert stats._trades["EntryTime"].tolist() == [data.index[2]]


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)])
def test_epoch_numbers_become_dates(unit: str, scale: float) -> None:
    data = frame([10, 11, 12])
    expected = data.index
    seconds = expected.astype("datetime64[s]").astype("int64")
    data.index = pd.Index((seconds * int(scale)).astype("int64"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stats = Backtest(data, Idle).run()
    assert stats["Start"] == expected[0]
    assert stats["End"] == expected[-1]


def test_caller_is_blamed_for_warnings() -> None:
    with pytest.warns(UserWarning, match="index is not datetime") as caught:
        Backtest(frame([1, 2], freq=None), Idle)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("name", ["windwo", "fast_", "nothing_like_it"])
def test_unknown_parameter(name: str) -> None:
    class Parametrised(Strategy):
        window = 5
        fast = 1

        def init(self) -> None:
            pass

        def next(self) -> None:
            pass

    test = Backtest(frame([1, 2, 3]), Parametrised)
    with pytest.raises(AttributeError, match=f"'Parametrised' is missing parameter '{name}'") as e:
        test.run(**{name: 3})
    hint = {"windwo": "Did you mean 'window'", "fast_": "Did you mean 'fast'"}.get(name)
    assert hint is None or hint in str(e.value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(allow_nan=True, allow_infinity=True, width=32),
                st.sampled_from([0.0, -1.0, 100.0, None, "x"]),
            ),
            min_size=4,
            max_size=4,
        ),
        min_size=0,
        max_size=6,
    ),
    st.sampled_from(["range", "dates", "reversed", "repeated", "text"]),
)
def test_any_prices_are_refused_or_simulated(rows: list, kind: str) -> None:
    data = pd.DataFrame(rows, columns=["Open", "High", "Low", "Close"])
    dates = pd.date_range("2024-01-01", periods=len(data))
    if kind == "dates":
        data.index = dates
    elif kind == "reversed":
        data.index = dates[::-1]
    elif kind == "repeated":
        data.index = dates.repeat(2)[: len(data)]
    elif kind == "text":
        data.index = [f"row {n}" for n in range(len(data))]
    script = scripted({2: lambda s: s.buy(size=1), 4: lambda s: s.position.close()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        test = _unless(DOOR, lambda: Backtest(data, script, cash=1e9))
        with np.errstate(all="ignore"):
            # An infinite close is no price to check orders against.
            stats = _unless(NO_PRICE, test.run) if test is not None else None
    if stats is not None:
        assert len(stats._equity_curve) == len(data)


DOOR = "^data|^Column"
NO_PRICE = "orders need|costs nothing"


def _unless(words: str, work: Callable[[], Any]) -> Any:
    """Result of some work, None if it was refused in the right words."""
    try:
        return work()
    except (ValueError, OverflowError) as error:
        if not re.search(words, str(error)):
            raise
        return None
