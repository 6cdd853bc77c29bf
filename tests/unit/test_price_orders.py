"""All bars of five ticks and all trades on them: the ends found are those of all walks."""

from collections.abc import Iterator
from itertools import product

import pytest

from hindcaster.stats.price_orders import (
    NO_STOP,
    NO_TARGET,
    Ends,
    Level,
    Prices,
    from_fall,
    from_open,
    from_rise,
)

from ..oracle.price_paths import Bar, Plan, ends_of

TICKS = range(5)
BARS = [
    (first, high, low, last)
    for first, high, low, last in product(TICKS, repeat=4)
    if low <= min(first, last) and max(first, last) <= high
]


def brackets(entry: int) -> Iterator[tuple[int | None, int | None]]:
    return product([None, *range(-1, entry)], [None, *range(entry + 1, 6)])


def found(ends: Ends) -> set[float | None]:
    return {end.price for end in ends.exits} | ({None} if ends.stays else set())


def expected(plan: Plan, bar: Bar) -> set[float | None]:
    return {state.exit[1] if state.exit else None for state in ends_of(plan, [bar])}


def levels(sl: int | None, tp: int | None) -> tuple[Level, Level]:
    stop = NO_STOP if sl is None else Level(sl, "stop-loss")
    return stop, NO_TARGET if tp is None else Level(tp, "take-profit")


@pytest.mark.parametrize("kind", ["stop", "limit"])
def test_entries_within_a_bar(kind: str) -> None:
    for bar, entry in product(BARS, TICKS):
        first, high, low, _ = bar
        inside = first < entry <= high if kind == "stop" else low <= entry < first
        for sl, tp in brackets(entry) if inside else ():
            plan = Plan(True, **{kind: entry}, sl=sl, tp=tp)
            ends_on = from_rise if kind == "stop" else from_fall
            ends = ends_on(Prices(*bar), *levels(sl, tp))
            assert found(ends) == expected(plan, bar), (bar, plan)


def test_trades_that_are_there_from_the_open_on() -> None:
    for bar, entry in product(BARS, TICKS):
        for sl, tp in brackets(entry):
            ends = from_open(Prices(*bar), *levels(sl, tp))
            assert found(ends) == expected(Plan(True, sl=sl, tp=tp), bar), (bar, sl, tp)


def test_short_trades_in_the_mirror() -> None:
    for bar in BARS:
        ends = from_rise(Prices(*bar).mirrored(), Level(-4, "stop-loss"), Level(-1, "take-profit"))
        if bar[2] <= 2 < bar[0]:  # a sell stop at 2 that is reached on the way down
            assert {None if p is None else -p for p in found(ends)} == expected(
                Plan(False, stop=2, sl=4, tp=1), bar
            )
