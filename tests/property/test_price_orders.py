"""What `stats._ambiguity` marks, and what finer bars make of it, against all walks of prices."""

import contextlib
import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.lib import OHLCV_AGG

from ..oracle.price_paths import Bar, Plan, ends_of
from .scripted import act
from .streams import Stream, dense_streams

BEFORE = 2  # flat bars on which the order is placed
UNITS = 3
PRICES = ["Open", "High", "Low", "Close"]


def frame_of(rows: list[Any], freq: str = "D") -> pd.DataFrame:
    index = pd.date_range("2024-01-01", periods=len(rows), freq=freq)
    return pd.DataFrame(rows, columns=PRICES, index=index, dtype=float)


def whole_bars(finer: pd.DataFrame, count: int) -> pd.DataFrame:
    """Bars of `count` finer ones each, labelled with their beginnings."""
    groups = finer[PRICES].groupby(np.arange(len(finer)) // count)
    bars = groups.agg({name: OHLCV_AGG[name] for name in PRICES})
    return bars.set_index(finer.index[::count])


def strategy_of(plan: Plan) -> type[Strategy]:
    class Planned(Strategy):
        def init(self) -> None:
            pass

        def next(self) -> None:
            if len(self.data) == BEFORE:
                place = self.buy if plan.long else self.sell
                place(size=UNITS, limit=plan.limit, stop=plan.stop, sl=plan.sl, tp=plan.tp)

    return Planned


def run(data: pd.DataFrame, strategy: type[Strategy], **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return Backtest(data, strategy, cash=1e7, **options).run()


@st.composite
def plans(draw: Any, nearest: int = 1) -> Plan:
    """Orders around 100, with brackets at least so many ticks away."""
    long = draw(st.booleans())
    side = 1 if long else -1
    kind = draw(st.sampled_from(["market", "limit", "stop"]))
    level = 100 + draw(st.integers(-4, 4))
    distance = st.none() | st.integers(nearest, 6)
    sl, tp = draw(distance), draw(distance)
    reference = 100 if kind == "market" else level
    return Plan(
        long,
        level if kind == "limit" else None,
        level if kind == "stop" else None,
        None if sl is None else reference - side * sl,
        None if tp is None else reference + side * tp,
    )


@st.composite
def drawn_bars(draw: Any) -> list[Bar]:
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        first, last = draw(st.integers(96, 104)), draw(st.integers(96, 104))
        above, below = draw(st.integers(0, 6)), draw(st.integers(0, 6))
        rows.append((first, max(first, last) + above, min(first, last) - below, last))
    return rows


@settings(max_examples=80, deadline=None)
@given(plans(), drawn_bars())
def test_ends_are_those_of_all_walks(plan: Plan, bars: list[Bar]) -> None:
    stats = run(frame_of([(100,) * 4] * BEFORE + bars), strategy_of(plan))
    trades = stats._ambiguity.trades
    if not len(trades):
        return
    (trade,) = trades.itertuples()
    side = 1 if plan.long else -1
    found = ends_of(plan, bars[: trade.ExitBar - BEFORE + 1])
    assert {state.entry for state in found} == {trade.EntryPrice}
    exits = {(state.exit[0] + BEFORE, state.exit[1]) for state in found}
    assert trade.Ambiguous == (exits != {(trade.ExitBar, trade.ExitPrice)})
    gains = [side * UNITS * (price - trade.EntryPrice) for _, price in exits]
    assert (trade.PessimisticPnL, trade.OptimisticPnL) == (min(gains), max(gains))
    assert (trade.PessimisticBar, trade.PessimisticPrice) in exits
    assert (trade.OptimisticBar, trade.OptimisticPrice) in exits
    curve = stats._ambiguity.equity_curve
    assert np.allclose(curve.iloc[-1], 1e7 + np.array([trade.PnL, min(gains), max(gains)]))


@settings(max_examples=40, deadline=None)
@given(plans(nearest=2), st.lists(st.sampled_from([-1, 1]), min_size=12, max_size=48))
def test_finer_bars_choose_one_of_the_ends(plan: Plan, steps: list[int]) -> None:
    count = 6
    walk = 100 + np.cumsum([0] * (2 * count * BEFORE) + steps[: len(steps) // count * count])
    rows = [(a, max(a, b), min(a, b), b) for a, b in itertools.pairwise(walk)]
    rows = rows[len(rows) % count :]
    finer = frame_of(rows, "h")
    data = whole_bars(finer, count)
    whole, fine = run(data, strategy_of(plan)), run(data, strategy_of(plan), intrabar=finer)
    if not len(whole._trades):
        return
    assert not fine._ambiguity.trades["Ambiguous"].any()
    (expected,), (found,) = whole._ambiguity.trades.itertuples(), fine._trades.itertuples()
    assert expected.PessimisticPnL <= found.PnL <= expected.OptimisticPnL
    if not expected.Ambiguous:
        assert (found.ExitBar, found.PnL) == (expected.ExitBar, expected.PnL)


def actor(stream: Stream, actions: dict[int, Any], count: int) -> type[Strategy]:
    """A strategy that does the actions of whole bars at their ends, on bars of any size."""

    class Actor(Strategy):
        def init(self) -> None:
            pass

        def next(self) -> None:
            bar, rest = divmod(len(self.data), count)
            for action in actions.get(bar - 1, []) if rest == 0 else []:
                with contextlib.suppress(ValueError, AssertionError):
                    act(self, stream, bar - 1, action)

    return Actor


@settings(max_examples=40, deadline=None)
@given(dense_streams(), st.integers(1, 7))
def test_runs_with_finer_bars_are_runs_on_finer_bars(stream: Stream, count: int) -> None:
    n = len(stream.close) // count * count
    columns = (stream.open[:n], stream.high[:n], stream.low[:n], stream.close[:n])
    finer = frame_of(list(zip(*columns, strict=True)), "h")
    data = whole_bars(finer, count)
    whole = Stream(*(data[name].to_numpy() for name in PRICES), {}, False)
    # Shares of the margin depend on the close of the bar that fills them, which is another one.
    actions = {
        bar: kept
        for bar, some in stream.actions.items()
        if bar > 0 and (kept := [action for action in some if abs(action.size) >= 1])
    }
    options = {
        name: stream.options[name]
        for name in ("spread", "commission", "hedging", "exclusive_orders")
    }
    found = run(data, actor(whole, actions, 1), intrabar=finer, **options)
    expected = run(finer, actor(whole, actions, count), **options)
    columns = ["Size", "EntryPrice", "ExitPrice", "SL", "TP", "PnL", "Commission"]
    assert found._trades[columns].equals(expected._trades[columns])
    for name in ("EntryBar", "ExitBar"):
        assert (found._trades[name] == expected._trades[name] // count).all()
    ends = expected._equity_curve["Equity"].to_numpy()[count - 1 :: count]
    assert np.array_equal(found._equity_curve["Equity"], ends)
