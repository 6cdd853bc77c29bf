"""Orders that expire, cancel each other, trail the price, or fill at the close."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy

from .helpers import frame, run

FLAT = (100, 100, 100, 100)


def outcomes(stats: Any) -> list[tuple[str, str, int, str]]:
    """Role, outcome, bar and reason of every order."""
    found = stats._orders[["Role", "Outcome", "Bar", "Reason"]]
    return [tuple(row) for row in found.itertuples(index=False)]


def walk(seed: int, length: int = 120) -> pd.DataFrame:
    """Bars of a random walk with gaps."""
    dice = np.random.default_rng(seed)
    close = np.round(100 * np.exp(dice.normal(0, 0.02, length).cumsum()), 2)
    opened = np.round(np.r_[100.0, close[:-1]] * (1 + dice.normal(0, 0.005, length)), 2)
    high = np.maximum(opened, close) + np.round(dice.exponential(0.8, length), 2)
    low = np.minimum(opened, close) - np.round(dice.exponential(0.8, length), 2)
    return frame(list(zip(opened, high, low, close, strict=True)))


# -- good for some bars ----------------------------------------------------------------------


@pytest.mark.parametrize(("bars", "expected"), [(1, "cancelled"), (2, "filled"), (3, "filled")])
def test_order_is_filled_on_its_last_bar_but_not_after(bars: int, expected: str) -> None:
    rows = [FLAT, FLAT, FLAT, (100, 100, 94, 100), FLAT, FLAT]
    stats = run(rows, {2: lambda s: s.buy(size=1, limit=95, good_for=bars)})
    ((role, outcome, bar, reason),) = outcomes(stats)
    assert (role, outcome) == ("entry", expected)
    if expected == "filled":
        assert (bar, reason) == (3, "")
    else:
        assert (bar, reason) == (2, "expired: not filled within its bars (good_for)")


def test_expired_order_is_gone_when_its_last_bar_is_seen() -> None:
    seen: dict[int, int] = {}

    class Waiting(Strategy):
        def init(self) -> None:
            pass

        def next(self) -> None:
            if len(self.data) == 2:
                self.buy(size=1, limit=50, good_for=3)
            seen[len(self.data)] = len(self.orders)

    Backtest(frame([FLAT] * 8), Waiting).run()
    assert seen == {2: 1, 3: 1, 4: 1, 5: 0, 6: 0, 7: 0, 8: 0}


def test_order_of_init_counts_from_the_bar_before_the_first() -> None:
    class Early(Strategy):
        def init(self) -> None:
            self.I(lambda: np.r_[[np.nan] * 3, np.ones(5)], name="slow")
            self.slow = self._indicators[0]
            self.buy(size=1, limit=50, good_for=2)

        def next(self) -> None:
            pass

    stats = Backtest(frame([FLAT] * 8), Early).run()
    assert stats._orders[["PlacedBar", "Bar"]].to_numpy().tolist() == [[3, 5]]


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_expiry_is_what_cancelling_by_hand_does(seed: int, bars: int) -> None:
    class ByTerm(Strategy):
        def init(self) -> None:
            pass

        def next(self) -> None:
            if len(self.data) % 7 == 2:
                self.buy(
                    size=2, limit=self.data.Close[-1] - 2, sl=self.data.Close[-1] - 6, good_for=bars
                )
                self.sell(size=1, stop=self.data.Close[-1] - 3, good_for=bars)

    class ByHand(Strategy):
        def init(self) -> None:
            self.placed: list[Any] = []

        def next(self) -> None:
            for bar, order in self.placed:
                if bar + bars == len(self.data) and order in self.orders:
                    order.cancel()
            if len(self.data) % 7 == 2:
                low = self.data.Close[-1] - 6
                self.placed += [
                    (len(self.data), self.buy(size=2, limit=self.data.Close[-1] - 2, sl=low)),
                    (len(self.data), self.sell(size=1, stop=self.data.Close[-1] - 3)),
                ]

    ours, theirs = (run(walk(seed), each, finalize_trades=True) for each in (ByTerm, ByHand))
    pd.testing.assert_frame_equal(ours._trades, theirs._trades, check_exact=True)
    pd.testing.assert_frame_equal(ours._equity_curve, theirs._equity_curve, check_exact=True)
    columns = ["PlacedBar", "Outcome", "Bar", "FillPrice"]
    pd.testing.assert_frame_equal(ours._orders[columns], theirs._orders[columns])


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "3", float("nan")])
def test_good_for_has_to_be_a_number_of_bars(value: Any) -> None:
    with pytest.raises(ValueError, match="good_for is for how many bars"):
        run([FLAT] * 4, {2: lambda s: s.buy(size=1, limit=90, good_for=value)})


# -- one cancels the other -------------------------------------------------------------------


def straddle(s: Any) -> None:
    up = s.buy(size=1, stop=105, tag="up")
    s.sell(size=1, stop=95, tag="down", oco=up)


@pytest.mark.parametrize(("bar", "filled"), [((100, 106, 99, 105), 0), ((100, 101, 94, 95), 1)])
def test_one_order_of_a_pair_cancels_the_other(bar: Any, filled: int) -> None:
    stats = run([FLAT, FLAT, FLAT, bar, FLAT], {2: straddle})
    assert outcomes(stats)[filled] == ("entry", "filled", 3, "")
    reason = "another order of its group was filled (oco)"
    assert outcomes(stats)[1 - filled] == ("entry", "cancelled", 3, reason)


def test_bar_that_reaches_both_fills_the_earlier_one() -> None:
    stats = run([FLAT, FLAT, FLAT, (100, 106, 94, 100), FLAT], {2: straddle})
    assert [row[1] for row in outcomes(stats)] == ["filled", "cancelled"]


def test_group_of_three_joined_in_a_chain() -> None:
    def place(s: Any) -> None:
        first = s.buy(size=1, stop=110)
        second = s.buy(size=1, limit=95, oco=first)
        s.sell(size=1, stop=90, oco=second)
        s.buy(size=1, limit=80)

    stats = run([FLAT, FLAT, (100, 100, 94, 100), FLAT], {2: place})
    assert [row[1] for row in outcomes(stats)] == ["cancelled", "filled", "cancelled", "open"]


def test_rejected_order_leaves_its_group_alone() -> None:
    def place(s: Any) -> None:
        first = s.buy(size=1_000, limit=99)
        s.buy(size=1, limit=95, oco=first)

    stats = run([FLAT, FLAT, (100, 100, 98, 100), (100, 100, 94, 100), FLAT], {2: place})
    assert [row[1] for row in outcomes(stats)] == ["rejected", "filled"]


def test_order_that_only_closed_trades_cancels_its_group() -> None:
    def place(s: Any) -> None:
        first = s.sell(size=2, stop=95)
        s.sell(size=2, limit=105, oco=first)

    rows = [FLAT, FLAT, FLAT, (100, 106, 99, 100), (100, 100, 94, 100)]
    stats = run(rows, {2: lambda s: s.buy(size=2), 3: place})
    assert [row[1] for row in outcomes(stats)] == ["filled", "cancelled", "filled"]
    assert len(stats._trades) == 1


def test_oco_takes_waiting_orders_only() -> None:
    kept: list[Any] = []
    script = {2: lambda s: kept.append(s.buy(size=1)), 4: lambda s: s.sell(stop=90, oco=kept[0])}
    with pytest.raises(ValueError, match="this one is not: filled"):
        run([FLAT] * 6, script)
    with pytest.raises(TypeError, match="oco takes a waiting order"):
        run([FLAT] * 6, {2: lambda s: s.buy(oco="group")})
    with pytest.raises(TypeError, match="oco takes a waiting order"):
        run([FLAT] * 6, {2: lambda s: s.buy(stop=110, oco=kept[0])})
    with pytest.raises(ValueError, match="exclusive_orders"):
        run([FLAT] * 6, {2: straddle}, exclusive_orders=True)


# -- trailing --------------------------------------------------------------------------------


def trailed_exit(
    bars: pd.DataFrame, entry: int, side: int, distance: float, share: float
) -> tuple[int, float] | None:
    """Bar and price at which a trailing stop ends a trade entered at an open: a naive walk."""
    rows = bars[["Open", "High", "Low", "Close"]].to_numpy()
    best = rows[entry][0]
    stop = best - side * (distance or best * share)
    for bar in range(entry, len(rows)):
        opened, high, low, close = rows[bar]
        if (low <= stop) if side > 0 else (high >= stop):
            return bar, (min(opened, stop) if side > 0 else max(opened, stop))
        extreme = close if bar == entry else (high if side > 0 else low)
        best = max(best, extreme) if side > 0 else min(best, extreme)
        reached = best - side * (distance or best * share)
        stop = max(stop, reached) if side > 0 else min(stop, reached)
    return None


@given(
    st.integers(0, 10_000),
    st.sampled_from([1, -1]),
    st.sampled_from([(3.0, 0.0), (0.5, 0.0), (12.0, 0.0), (0.0, 0.02), (0.0, 0.1)]),
)
def test_trailing_stop_is_what_a_naive_walk_finds(
    seed: int, side: int, trail: tuple[float, float]
) -> None:
    distance, share = trail
    bars = walk(seed)

    def enter(s: Any) -> None:
        (s.buy if side > 0 else s.sell)(size=1, trail=distance or f"{100 * share}%")

    stats = run(bars, {5: enter})
    expected = trailed_exit(bars, 5, side, distance, share)
    trades = stats._trades[["ExitBar", "ExitPrice"]].to_numpy().tolist()
    assert trades == ([] if expected is None else [list(expected)])


def test_stop_loss_is_where_trailing_starts_if_it_is_closer() -> None:
    rows = [FLAT, FLAT, FLAT, (100, 104, 99, 103), (103, 103, 97, 98)]
    stops: list[Any] = []
    script = {2: lambda s: s.buy(size=1, sl=98, trail=5)}
    script |= {n: lambda s: stops.append(s.trades[0].sl) for n in (3, 4)}
    stats = run(rows, script)
    assert stops == [98, 99]
    assert stats._trades[["ExitBar", "ExitPrice", "SL"]].to_numpy().tolist() == [[4, 99, 99]]


def test_trailing_ends_when_the_stop_loss_is_removed() -> None:
    def stop(s: Any) -> None:
        s.trades[0].sl = None

    rows = [FLAT, FLAT, FLAT, (100, 104, 99, 103), (103, 103, 50, 98), FLAT]
    stats = run(rows, {2: lambda s: s.buy(size=1, trail=5), 3: stop})
    assert len(stats._trades) == 0


def test_stop_moved_by_hand_goes_on_trailing() -> None:
    def move(s: Any) -> None:
        s.trades[0].sl = 97

    rows = [FLAT, FLAT, FLAT, (100, 104, 99, 103), (103, 103, 98.5, 98.5), FLAT]
    stats = run(rows, {2: lambda s: s.buy(size=1, trail=5), 3: move})
    assert stats._trades[["ExitBar", "ExitPrice"]].to_numpy().tolist() == [[4, 99]]


@pytest.mark.parametrize(
    "value", [0, -1, float("inf"), "5", "5 %%", "0%", "100%", "-3%", "nan%", [1, 2]]
)
def test_trail_has_to_be_a_distance(value: Any) -> None:
    with pytest.raises(ValueError, match="trail must be a distance"):
        run([FLAT] * 4, {2: lambda s: s.buy(size=1, trail=value)})


def test_trail_wider_than_the_price_is_an_error() -> None:
    with pytest.raises(ValueError, match="trailing stop would lie at a price of zero"):
        run([FLAT] * 4, {2: lambda s: s.buy(size=1, trail=100)})


# -- at the close ----------------------------------------------------------------------------


def test_single_order_fills_at_the_close() -> None:
    rows = [FLAT, FLAT, (100, 110, 90, 105), (107, 120, 100, 110), FLAT]
    script = {3: lambda s: (s.buy(size=1, on_close=True), s.buy(size=2))}
    stats = run(rows, script, finalize_trades=True)
    found = stats._trades[["Size", "EntryBar", "EntryPrice"]].to_numpy().tolist()
    assert found == [[1, 2, 105], [2, 3, 107]]


def test_single_order_waits_for_the_open() -> None:
    rows = [FLAT, FLAT, (100, 110, 90, 105), (107, 120, 100, 110), FLAT]
    script = {3: lambda s: (s.buy(size=1, on_close=False), s.buy(size=2))}
    stats = run(rows, script, finalize_trades=True, trade_on_close=True)
    found = stats._trades[["Size", "EntryBar", "EntryPrice"]].to_numpy().tolist()
    assert found == [[1, 3, 107], [2, 2, 105]]


@given(st.integers(0, 10_000))
def test_all_orders_at_the_close_are_what_the_option_does(seed: int) -> None:
    class Flips(Strategy):
        at_close: bool | None = None

        def init(self) -> None:
            pass

        def next(self) -> None:
            if len(self.data) % 9 == 2:
                self.buy(size=3, sl=self.data.Close[-1] * 0.95, on_close=self.at_close)
            if len(self.data) % 9 == 6:
                self.sell(size=2, on_close=self.at_close)

    class AtClose(Flips):
        at_close = True

    ours = run(walk(seed), AtClose, finalize_trades=False)
    theirs = run(walk(seed), Flips, trade_on_close=True, finalize_trades=False)
    pd.testing.assert_frame_equal(ours._trades, theirs._trades, check_exact=True)


def test_orders_at_the_close_have_no_price() -> None:
    with pytest.raises(ValueError, match="on_close=True is for market orders"):
        run([FLAT] * 4, {2: lambda s: s.buy(size=1, limit=90, on_close=True)})
    with pytest.raises(TypeError, match="on_close must be True, False or None"):
        run([FLAT] * 4, {2: lambda s: s.buy(size=1, on_close=1)})
