"""Owns the naive walker: all ways in which prices can go through bars, one tick at a time.

Standard library only, and no code of the package. Of a bar it is known where prices began and
ended and which were the highest and the lowest; every walk in steps of one tick that agrees with
these is tried. A trade is closed by the first of its levels that a walk touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Bar = tuple[int, int, int, int]  # open, high, low, close in ticks


@dataclass(frozen=True)
class Plan:
    """One entry order that is there before the first bar, and its bracket."""

    long: bool
    limit: int | None = None
    stop: int | None = None
    sl: int | None = None
    tp: int | None = None


@dataclass(frozen=True)
class State:
    """What a walk has come to: not in yet, in, or out on a bar at a price."""

    entry: int | None = None
    exit: tuple[int, int] | None = None


def ends_of(plan: Plan, bars: Sequence[Bar]) -> set[State]:
    """Find all states that walks through the bars can end in."""
    states = {State()}
    for number, bar in enumerate(bars):
        states = {end for state in states for end in _ends_of_bar(plan, state, bar, number)}
    return states


def _ends_of_bar(plan: Plan, state: State, bar: Bar, number: int) -> set[State]:
    first, high, low, last = bar
    begin = (first, _touched(plan, state, first, number), first == high, first == low)
    seen, waiting = {begin}, [begin]
    while waiting:
        price, now, at_high, at_low = waiting.pop()
        for price_next in (price - 1, price + 1):
            if low <= price_next <= high:
                then = (
                    price_next,
                    _touched(plan, now, price_next, number),
                    at_high or price_next == high,
                    at_low or price_next == low,
                )
                if then not in seen:
                    seen.add(then)
                    waiting.append(then)
    return {now for price, now, at_high, at_low in seen if price == last and at_high and at_low}


def _touched(plan: Plan, state: State, price: int, number: int) -> State:
    """What becomes of a state when prices are at `price`."""
    if state.exit is not None:
        return state
    if state.entry is None:
        if plan.limit is not None:
            enters = price <= plan.limit if plan.long else price >= plan.limit
        elif plan.stop is not None:
            enters = price >= plan.stop if plan.long else price <= plan.stop
        else:
            enters = True
        if not enters:
            return state
        state = State(entry=price)
    below, above = (plan.sl, plan.tp) if plan.long else (plan.tp, plan.sl)
    if (below is not None and price <= below) or (above is not None and price >= above):
        return State(state.entry, (number, price))
    return state
