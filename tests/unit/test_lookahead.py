"""`check_lookahead` finds planted faults, names where they begin, and is silent otherwise."""

import random
from collections import deque

import numpy as np
import pandas as pd
import pytest
from examples.gallery import GALLERY
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hindcaster import Backtest, Strategy
from hindcaster.lib import FractionalBacktest, MultiBacktest, check_lookahead
from hindcaster.lib._comparing import UNKNOWN, Cut, alike, frozen, parting
from hindcaster.lib._futures import CHANGED, ENDS, other_future
from hindcaster.test import GOOG

from . import leaks
from .leaks import BARS, HELD_LEAKS, INNOCENT, LEAKS, Compared


class ArrayOfTheClass(Strategy):
    closes = BARS.Close.to_numpy()

    def init(self):
        pass

    def next(self):
        tomorrow = self.closes[min(len(self.data), len(self.closes) - 1)]
        if tomorrow > 1.01 * self.data.Close[-1] and not self.position:
            self.buy(size=1)
        elif tomorrow < self.data.Close[-1]:
            self.position.close()


FEW = 3  # cuts: enough for what is tested, and quick
CUTS = {"CancelsByFuture": 12, "AddedColumn": FEW}  # the first acts on few bars


def check(strategy, data=BARS, cuts=FEW, **options):
    return check_lookahead(Backtest(data, strategy, cash=1e5, **options), cuts=cuts)


@pytest.mark.parametrize("name", LEAKS)
def test_planted_fault_is_found(name):
    found = check(LEAKS[name], cuts=CUTS.get(name, 1 if issubclass(LEAKS[name], Compared) else FEW))
    assert found
    assert found.first_bar < 115
    with pytest.raises(AssertionError, match=f"{name}: looks ahead, first on bar"):
        found.raise_if_found()


@pytest.mark.parametrize("name", HELD_LEAKS)
def test_data_outside_of_the_backtest_are_named(name):
    strategy, held = HELD_LEAKS[name]
    found = check(strategy, cuts=2)
    assert found.first_order.bar < 30
    assert held in found.first_order.through.split(", ")


@pytest.mark.parametrize("name", INNOCENT)
def test_no_false_alarm(name):
    found = check(INNOCENT[name], cuts=4, finalize_trades=True)
    assert not found, found
    assert found.first_bar is None
    found.raise_if_found()


# Its range of the first bars and its distance come from the whole data, as the library says.
LOOKS_AHEAD = {"TrailBothSides"}


@pytest.mark.parametrize("name", GALLERY)
def test_gallery(name):
    entry = GALLERY[name]
    bars = 620 if name == "LearnedModel" else 240  # which trains on the first 500
    test = Backtest(entry.frame()[:bars], entry.strategy, **entry.options, compiled=False)
    found = check_lookahead(test, cuts=2)
    assert not found or name in LOOKS_AHEAD, found


def test_explains_the_oddities_of_the_trailing_base_class():
    found = check(leaks.TrailingByPercent)
    assert any("set_trailing_pct" in note and "known-oddities" in note for note in found.notes)


# -- where it begins -------------------------------------------------------------------------


def test_first_bar_of_a_local_fault_is_found_by_narrowing_down():
    class Late(Strategy):
        """Looks ahead from bar 100 on, by three bars."""

        def init(self):
            close = self.data.Close.s
            later = close.shift(-3).where(np.arange(len(close)) >= 100, close)
            self.line = self.I(lambda: later, name="late")

        def next(self):
            pass

    found = check(Late, cuts=4)
    (finding,) = found.findings
    assert (finding.kind, finding.name, finding.bar) == ("indicator", "late (self.line)", 100)
    assert finding.time == BARS.index[100]
    assert 100 <= finding.known_until < 103


def test_first_order_is_the_first_that_depends_on_the_future():
    class Peeks(Strategy):
        """Buys on bar 40 as planned, and on bar 60 if the next close is higher."""

        def init(self):
            self.closes = self.data.Close.s.tolist()

        def next(self):
            bar = len(self.data) - 1
            if bar == 40 or (bar == 60 and self.closes[61] != self.data.Close[-1]):
                self.buy(size=1, sl=self.closes[bar + 1] * 0.5 if bar == 60 else None)

    found = check(Peeks, cuts=6)
    assert found.first_order.bar == 60
    assert found.first_order.known_until == 60
    assert found.first_order.expected.startswith("buy 1 sl ")


def test_moved_stop_is_dated_by_the_bar_of_the_move():
    class Moves(Strategy):
        def init(self):
            self.lows = np.asarray(self.data.Low)

        def next(self):
            bar = len(self.data) - 1
            if bar == 30:
                self.buy(size=1)
            elif bar == 50:
                self.trades[0].sl = 0.5 * self.lows[51]

    found = check(Moves, cuts=8)
    assert found.first_order.name == "stop-loss"
    assert found.first_order.bar == 50


def test_table_of_findings():
    frame = check(leaks.ShiftedBack).to_frame()
    assert list(frame)[:4] == ["Kind", "Name", "Bar", "Time"]
    assert frame.Kind[0] == "indicator"
    assert frame.Expected[0] == BARS.Close.iloc[2]
    assert check(leaks.BuyAndHold).to_frame().empty


def test_text_and_table_of_a_notebook():
    found = check(leaks.GlobalFrame)
    assert "Through" in repr(found)
    assert "BARS" in repr(found)
    assert "<table" in found._repr_html_()
    clean = check(leaks.BuyAndHold)
    assert "no look-ahead found (3 cuts" in repr(clean)
    assert "<table" not in clean._repr_html_()


# -- what is no look-ahead, but worth a note -------------------------------------------------


def test_what_depends_on_the_length_alone_is_a_note():
    found = check(leaks.ClosesOnTheLastBar, cuts=5)
    assert any("depends on where the data end" in note for note in found.notes)


def test_attribute_without_effect_is_a_note():
    found = check(leaks.TrainedOnTheFirstBars)
    assert any("self.model" in note and "no order did" in note for note in found.notes)


def test_strategy_without_orders_is_noted():
    class Idle(Strategy):
        def init(self):
            pass

        def next(self):
            pass

    assert "places no orders" in check(Idle).notes[0]


def test_what_differs_in_equal_runs_is_left_out():
    class Dice(Strategy):
        def init(self):
            self.dice = np.random.default_rng()
            self.noise = self.I(lambda: self.dice.random(len(self.data)), name="noise")

        def next(self):
            if self.noise[-1] < 0.2:
                self.buy(size=1)

    found = check(Dice)
    assert not found
    assert sum("not the same in two runs" in note for note in found.notes) >= 2


def test_known_calendar_may_be_read_ahead():
    test = Backtest(BARS, leaks.OtherAsset, cash=1e5)
    assert not check_lookahead(test, cuts=FEW, known=["OTHER"])


# -- nothing is left behind ------------------------------------------------------------------


def test_everything_is_put_back():
    before = {name: getattr(leaks, name) for name in ("BARS", "CLOSES", "OTHER", "TABLES", "WEEKS")}
    frame, inside = BARS.copy(), leaks.SETTINGS.frame
    random.seed(3)
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    for strategy in (leaks.GlobalFrame, leaks.GlobalTables, leaks.GlobalNamespace):
        check(strategy, cuts=1)
    for strategy in (leaks.ClassAttribute, leaks.DefaultArgument, leaks.GlobalArray):
        check(strategy, cuts=1)
    assert all(getattr(leaks, name) is value for name, value in before.items())
    assert leaks.SETTINGS.frame is inside
    assert leaks.ClassAttribute.frame is BARS
    assert leaks.DefaultArgument.tomorrow.__defaults__[0] is BARS
    pd.testing.assert_frame_equal(BARS, frame)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002


def test_sample_data_that_code_imports_stay_fresh():
    class Imports(leaks.Foreseeing):
        def tomorrow(self, bar):
            from hindcaster.test import GOOG

            return GOOG.Close.iloc[bar + 1]

    import hindcaster.test

    found = check(Imports, GOOG[:120])
    assert found.first_order.through == "GOOG"
    assert "GOOG" not in vars(hindcaster.test)


def test_a_strategy_that_raises_puts_everything_back_and_raises():
    class Fails(leaks.Foreseeing):
        def tomorrow(self, bar):
            if bar == 50:
                raise RuntimeError("of its own")
            return leaks.BARS.Close.iloc[bar]

    before = leaks.BARS
    with pytest.raises(RuntimeError, match="of its own"):
        check(Fails)
    assert leaks.BARS is before


# -- what can be passed ----------------------------------------------------------------------


def test_strategy_and_data():
    found = check_lookahead(leaks.WholeFrame, data=BARS, cuts=FEW)
    assert found.first_order is not None


def test_parameters_and_data_among_them():
    class Given(leaks.Foreseeing):
        frame = None
        ahead = 0

        def tomorrow(self, bar):
            return self.frame.Close.iloc[min(bar + self.ahead, len(self.frame) - 1)]

    test = Backtest(BARS, Given, cash=1e5)
    assert not check_lookahead(test, cuts=FEW, frame=BARS)
    found = check_lookahead(test, cuts=FEW, frame=BARS, ahead=1)
    assert found.first_order.through == "frame"


@pytest.mark.parametrize("compiled", [True, False])
def test_both_ways_of_driving_find_the_same(compiled):
    oddity, clean = GALLERY["TrailBothSides"], GALLERY["SmaCross"]
    found = check(oddity.strategy, GOOG[:300], compiled=compiled)
    assert found.first_order.name == "stop-loss"
    assert found.first_order.bar == 139
    assert not check(clean.strategy, GOOG[:300], compiled=compiled)


@pytest.mark.parametrize("compiled", [False, True])
def test_compiled_code_sees_the_other_future_too(compiled):
    found = check(ArrayOfTheClass, compiled=compiled)
    assert found.first_order.through == "closes"
    assert found.first_order.bar == 1


def test_finer_table_is_known_up_to_the_next_bar():
    days = BARS.resample("2D").agg({"Open": "first", "High": "max", "Low": "min", "Close": "last"})

    class SecondDay(Strategy):
        ahead = 1

        def init(self):
            pass

        def next(self):
            day = BARS.index.get_loc(self.data.index[-1]) + self.ahead
            if BARS.Close.iloc[min(day, 159)] > self.data.Open[-1] and not self.position:
                self.buy(size=1)
            elif len(self.data) % 5 == 0:
                self.position.close()

    test = Backtest(days, SecondDay, cash=1e5)
    assert not check_lookahead(test, cuts=5)
    assert check_lookahead(test, cuts=5, ahead=2).first_order.through == "BARS"


def test_backtest_of_fractions():
    test = FractionalBacktest(BARS, leaks.ShiftedBack, fractional_unit=1e-3, cash=1e4)
    assert check_lookahead(test, cuts=FEW)
    test = FractionalBacktest(BARS, leaks.CompleteWeeks, fractional_unit=1e-3, cash=1e4)
    assert not check_lookahead(test, cuts=FEW)


def test_numbered_bars():
    with pytest.warns(UserWarning, match="index is not datetime"):
        test = Backtest(BARS.reset_index(drop=True), leaks.ShiftedBack, cash=1e5)
    assert check_lookahead(test, cuts=FEW).findings[0].time == 1


def test_same_seed_gives_the_same_check():
    one, other = (check(leaks.CenteredMean, cuts=5) for _ in range(2))
    assert one.findings == other.findings
    assert one.cuts == other.cuts
    again = check_lookahead(Backtest(BARS, leaks.CenteredMean, cash=1e5), cuts=5, random_state=9)
    assert again.cuts != one.cuts


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        ((BARS,), {}, TypeError, "Pass a Backtest, or a strategy class"),
        ((MultiBacktest([BARS], leaks.BuyAndHold),), {}, TypeError, "Pass a Backtest"),
        ((leaks.BuyAndHold,), {}, TypeError, r"check_lookahead\(BuyAndHold, data\)"),
        ((Backtest(BARS, leaks.BuyAndHold), BARS), {}, TypeError, "A Backtest has its data"),
        ((leaks.BuyAndHold, BARS), {"cuts": 0}, ValueError, "cuts must be a whole number"),
        ((leaks.BuyAndHold, BARS), {"cuts": 2.5}, TypeError, "cuts must be a whole number"),
        ((leaks.BuyAndHold, BARS), {"random_state": -1}, ValueError, "random_state"),
        ((leaks.BuyAndHold, BARS), {"random_state": 1.5}, TypeError, "random_state"),
        ((leaks.BuyAndHold, BARS[:2]), {}, ValueError, "no bar is left"),
        ((leaks.BuyAndHold, BARS), {"unknown": 1}, AttributeError, "unknown"),
    ],
)
def test_mistakes_in_the_call(arguments, options, error, text):
    with pytest.raises(error, match=text):
        check_lookahead(*arguments, **options)


# -- other futures ---------------------------------------------------------------------------


@pytest.mark.parametrize("future", CHANGED, ids=lambda future: future.name)
@pytest.mark.parametrize("known", [1, 50, 158, 159])
def test_other_future_is_whole_bars_after_the_cut(future, known):
    changed = other_future(BARS, known, future, 1)
    pd.testing.assert_frame_equal(changed[:known], BARS[:known])
    assert changed.dtypes.equals(BARS.dtypes)
    assert changed.index.equals(BARS.index)
    later = changed[known:]
    assert (later.Low > 0).all()
    assert (later.High >= later[["Open", "Close", "Low"]].max(axis=1)).all()
    assert (later.Low <= later[["Open", "Close", "High"]].min(axis=1)).all()
    assert not np.isclose(later.Close, BARS.Close[known:]).any()
    np.testing.assert_allclose(later, later.round(2)[later.columns], rtol=0, atol=50)
    assert np.array_equal(later.Close, later.Close.round(2))


def test_prices_jump_up_in_one_future_and_down_in_another():
    last = BARS.Close.iloc[99]
    first = {f.name: other_future(BARS, 100, f, 1).Close.iloc[100] / last for f in CHANGED}
    assert first["prices jump up"] == pytest.approx(1.5, abs=0.01)
    assert first["prices jump down"] == pytest.approx(1 / 1.5, abs=0.01)


def test_prices_that_are_not_positive_move_by_differences():
    spread = BARS.assign(**{name: BARS[name] - 100 for name in ("Open", "High", "Low", "Close")})
    for future in CHANGED:
        later = other_future(spread, 50, future, 1)[50:]
        assert (later.High >= later[["Open", "Close", "Low"]].max(axis=1)).all()
        assert np.isfinite(later.Close).all()


def test_data_that_end():
    pd.testing.assert_frame_equal(other_future(BARS, 7, ENDS, 1), BARS[:7])


def test_types_of_columns_stay():
    texts = pd.array(["a", None] * 80, dtype="string")
    whole = pd.array([1, None] * 80, dtype="Int64")
    data = BARS.assign(text=texts, whole=whole, flag=BARS.Close > 100)
    assert other_future(data, 10, CHANGED[0], 1).dtypes.equals(data.dtypes)


# -- what counts as the same -----------------------------------------------------------------

FLOATS = hnp.arrays(
    np.float64,
    st.integers(1, 30),
    elements=st.floats(-1e300, 1e300) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0]),
)


@settings(max_examples=40)
@given(FLOATS)
def test_array_does_not_part_from_itself(values):
    assert not parting(values, values.copy()).any()
    assert alike(values, values.copy())


@settings(max_examples=40)
@given(FLOATS, st.data())
def test_rounding_is_no_difference_and_a_change_is(values, data):
    assert not parting(values, values * (1 + 1e-11)).any()
    bar = data.draw(st.integers(0, len(values) - 1))
    largest = np.abs(values[np.isfinite(values)]).max(initial=1.0)
    other = values.copy()
    other[bar] = np.nan if np.isfinite(values[bar]) else 0.0
    assert np.flatnonzero(parting(values, other)).tolist() == [bar]
    if np.isfinite(values[bar]):
        other[bar] = values[bar] + 1e-3 * largest
        assert np.flatnonzero(parting(values, other)).tolist() == [bar]


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=12,
    )
)
def test_value_is_like_its_copy(value):
    cut = Cut(pd.RangeIndex(100), 50)
    assert alike(frozen(value, cut), frozen(value, cut))


def test_values_by_bar_are_cut():
    cut = Cut(BARS.index, 10)
    later = BARS.assign(Close=BARS.Close.where(np.arange(len(BARS)) < 10, 0.0))
    for make in (
        lambda frame: frame,
        lambda frame: frame.Close,
        lambda frame: frame.Close.to_numpy(),
        lambda frame: frame.Close.to_list(),
        lambda frame: {"a": [frame.to_numpy()]},
        lambda frame: frame.iloc[5:].Close,  # by date
    ):
        assert alike(frozen(make(BARS), cut), frozen(make(later), cut))
        changed = BARS.assign(Close=BARS.Close + 1)
        assert not alike(frozen(make(BARS), cut), frozen(make(changed), cut))


def test_objects_are_compared_by_their_attributes():
    class Model:
        def __init__(self, weights):
            self.weights = weights

    cut = Cut(pd.RangeIndex(100), 50)
    one, other = frozen(Model([1.0, 2.0]), cut), frozen(Model([1.0, 2.5]), cut)
    assert alike(one, one)
    assert not alike(one, other)
    assert frozen(iter([1]), cut) is UNKNOWN
    assert alike(frozen(deque([1, 2]), cut), [1, 2])
