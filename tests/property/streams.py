"""Random bars and order streams for property tests, as Hypothesis strategies."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

# Prices move on a coarse grid, so that touches, ties and gaps are common.
TICK = 0.5
RATES = (0.0, 0.002, -0.001, 0.05)


@dataclass(frozen=True)
class Action:
    """One thing a strategy does on a bar; numbers choose among what exists at that moment."""

    kind: str
    size: float = 1.0
    limit: int | None = None  # ticks from the close
    stop: int | None = None
    sl: int | None = None
    tp: int | None = None
    which: int = 0
    portion: float = 1.0


@dataclass(frozen=True)
class Stream:
    """Bars, constructor options and actions by bar."""

    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    options: dict[str, Any]
    finalize: bool
    actions: dict[int, list[Action]] = field(default_factory=dict)

    def price(self, bar: int, ticks: int | None) -> float | None:
        """Price some ticks from the close, never at or below zero."""
        return None if ticks is None else max(TICK, float(self.close[bar]) + ticks * TICK)


def tiered_fee(size: float, price: float) -> float:
    """A fee that is not proportional and depends on the side."""
    return max(1.0, 0.004 * abs(size)) - (0.25 if size < 0 else 0.0)


@st.composite
def bars(draw: Any) -> tuple[np.ndarray, ...]:
    """Open, high, low, close of 3 to 40 bars; now and then the price collapses."""
    n = draw(st.integers(3, 40))
    moves = draw(
        st.lists(st.sampled_from([-6, -2, -1, 0, 0, 1, 2, 6, 40, -60]), min_size=n, max_size=n)
    )
    gaps = draw(st.lists(st.sampled_from([0, 0, 0, 1, -1, 5, -5]), min_size=n, max_size=n))
    wicks = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=n, max_size=n))
    close = [200]
    for move in moves[1:]:
        close.append(max(2, close[-1] + move))
    opened = [max(2, c + g) for c, g in zip([200, *close[:-1]], gaps, strict=True)]
    high = [max(o, c) + w[0] for o, c, w in zip(opened, close, wicks, strict=True)]
    low = [max(1, min(o, c) - w[1]) for o, c, w in zip(opened, close, wicks, strict=True)]
    return tuple(TICK * np.array(column, float) for column in (opened, high, low, close))


def options() -> st.SearchStrategy[dict[str, Any]]:
    """Every constructor switch."""
    commission = st.one_of(
        st.sampled_from(RATES),
        st.tuples(st.sampled_from([0.0, 3.0, 50.0]), st.sampled_from(RATES)),
        st.just(tiered_fee),
    )
    return st.fixed_dictionaries(
        {
            "cash": st.sampled_from([50.0, 1000.0, 12345.67, 1e6]),
            "spread": st.sampled_from([0.0, 0.0, 0.001, 0.02]),
            "commission": commission,
            "margin": st.sampled_from([1.0, 0.5, 0.1, 0.02]),
            "trade_on_close": st.booleans(),
            "hedging": st.booleans(),
            "exclusive_orders": st.booleans(),
        }
    )


def actions() -> st.SearchStrategy[Action]:
    """Orders of every kind, closes, cancellations, edits of stop-loss and take-profit."""
    ticks = st.none() | st.integers(-12, 12)
    size = st.sampled_from([1.0, 2.0, 7.0, 40.0, 500.0, 0.1, 0.5, 0.9999999999999998])
    side = st.sampled_from([1.0, -1.0])
    order = st.builds(
        lambda kind, size, side, **prices: Action(kind, side * size, **prices),
        st.just("order"),
        size,
        side,
        limit=st.none() | ticks,
        stop=st.none() | ticks,
        sl=st.none() | st.integers(-15, 15),
        tp=st.none() | st.integers(-15, 15),
    )
    which = st.integers(0, 5)
    return st.one_of(
        order,
        order,
        st.builds(
            Action, st.just("close"), which=which, portion=st.sampled_from([0.1, 0.5, 0.75, 1.0])
        ),
        st.builds(Action, st.just("close all"), portion=st.sampled_from([0.5, 1.0])),
        st.builds(Action, st.just("cancel"), which=which),
        st.builds(Action, st.sampled_from(["sl", "tp"]), which=which, limit=ticks),
    )


@st.composite
def sparse_streams(draw: Any) -> Stream:
    """Bars with actions on some of them; failures shrink to few actions."""
    columns = draw(bars())
    n = len(columns[0])
    busy = draw(st.dictionaries(st.integers(1, n - 1), st.lists(actions(), max_size=4), max_size=n))
    return Stream(*columns, draw(options()), draw(st.booleans()), busy)


@st.composite
def dense_streams(draw: Any) -> Stream:
    """Longer runs in which orders, trades and edits of them overlap all the time."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = int(dice.integers(30, 120))
    close = np.maximum(2, 200 + np.cumsum(dice.choice([-6, -2, -1, 0, 0, 1, 2, 6], n)))
    close = np.where(np.arange(n) > dice.integers(n // 2, 3 * n), close // 3 + 2, close)
    opened = np.maximum(2, np.r_[200, close[:-1]] + dice.choice([0, 0, 0, 1, -1, 5, -5], n))
    high = np.maximum(opened, close) + dice.integers(0, 5, n)
    low = np.maximum(1, np.minimum(opened, close) - dice.integers(0, 5, n))
    rate = dice.uniform(0.1, 0.9)
    busy = {
        bar: [_dense_action(dice) for _ in range(dice.integers(1, 4))]
        for bar in range(1, n)
        if dice.random() < rate
    }
    columns = (TICK * column.astype(float) for column in (opened, high, low, close))
    return Stream(*columns, draw(options()), draw(st.booleans()), busy)


def _dense_action(dice: np.random.Generator) -> Action:
    kinds = ["order", "close", "close all", "cancel", "sl", "tp"]
    kind = dice.choice(kinds, p=[0.5, 0.17, 0.03, 0.08, 0.11, 0.11])
    which, portion = int(dice.integers(0, 6)), float(dice.choice([0.1, 0.5, 0.5, 0.75, 1.0]))
    if kind != "order":
        price = int(dice.integers(-12, 13)) if dice.random() < 0.9 else None
        return Action(str(kind), which=which, portion=portion, limit=price)
    side = float(dice.choice([1.0, -1.0]))
    size = side * float(dice.choice([1.0, 2.0, 3.0, 7.0, 9.0, 40.0, 0.1, 0.5]))
    limit = int(dice.integers(-8, 9)) if dice.random() < 0.35 else None
    stop = int(dice.integers(-8, 9)) if dice.random() < 0.35 else None
    around = int(side) * (limit or stop or 0)
    sl = int(side) * (around - int(dice.integers(1, 9))) if dice.random() < 0.5 else None
    tp = int(side) * (around + int(dice.integers(1, 9))) if dice.random() < 0.5 else None
    return Action("order", size, limit, stop, sl, tp)


def streams() -> st.SearchStrategy[Stream]:
    """Short streams that shrink well, and long ones in which much happens."""
    return st.one_of(sparse_streams(), dense_streams())
