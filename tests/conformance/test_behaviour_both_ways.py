"""Engine behaviour, random order streams and mistakes of a strategy: the same both ways."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from hindcaster.engine.ledger import broker
from hindcaster.errors import NotCompilable
from hindcaster.native import execution

from ..property.scripted import frame_of, strategy_of
from ..property.streams import Stream, streams, tiered_fee
from ..unit.helpers import Script, frame, scripted
from .both_ways import Outcome, described, differences, outcome_of
from .mistakes import BAR, MISTAKES, Mistakes
from .recorder import recording
from .scripted import Scripted

FLAT = (100, 100, 100, 100)
COLLAPSE = [100] * 3 + [99] * 100 + [1] + [50] * 5
WAVES = [round(100 + 10 * np.sin(bar / 3) + bar % 4, 2) for bar in range(60)]
GAPS = [(o, max(o, c) + 2, min(o, c) - 2, c) for o, c in zip(WAVES[1:], WAVES, strict=False)]


def both_ways(data: pd.DataFrame, strategy: type, options: dict[str, Any]) -> Outcome:
    """Record a strategy's run, play it interpreted and compiled, and compare the two."""
    with recording() as recorder:
        original = outcome_of(data, strategy, options, compiled=False)
    parameters = {"recording": recorder}
    interpreted, compiled = (
        outcome_of(data, Scripted, options, parameters, compiled=way) for way in (False, True)
    )
    assert differences(interpreted, compiled) == []
    if len(data) > 1:  # else there is no bar to work
        assert compiled.error is not None or compiled.stats.execution.compiled
    if original.error is None:
        ours, theirs = original.stats._equity_curve, compiled.stats._equity_curve
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        assert len(original.stats._trades) == len(compiled.stats._trades)
    return original


def ladder(s: Any) -> None:
    price = s.data.Close[-1]
    for step in (2, 4, 6):
        s.buy(size=step, limit=price - step, sl=price - 12, tp=price + 3, tag=step)
        s.sell(size=step, stop=price - step, limit=price - step - 1, tag="a")


def edit_everything(s: Any) -> None:
    for trade in s.trades:
        trade.sl = None if trade.sl else s.data.Low[-1] * 0.9
        trade.tp = s.data.High[-1] * 1.1
    for order in s.orders[::3]:
        if not order.is_contingent:
            order.cancel()


def halves(s: Any) -> None:
    s.position.close(0.5)
    for trade in s.trades[1:]:
        trade.close(0.25)


def every(bars: int, action: Any, until: int = 60) -> Script:
    return dict.fromkeys(range(2, until, bars), action)


SCENARIOS: dict[str, tuple[list[Any], Script, dict[str, Any]]] = {
    "nothing is ordered": ([FLAT] * 500, {}, {}),
    "two bars": ([FLAT] * 2, {2: lambda s: s.buy()}, {}),
    "one bar": ([FLAT], {}, {}),
    "order is reached late": (
        [FLAT] * 20 + [(100, 100, 89, 95)] + [FLAT] * 9,
        {2: lambda s: s.buy(size=1, limit=90)},
        {},
    ),
    "long wait for a stop-loss": ([FLAT] * 20_000, {2: lambda s: s.buy(size=1, sl=1)}, {}),
    "bankruptcy": (
        COLLAPSE,
        {2: lambda s: s.buy(size=50)},
        {"cash": 1000, "margin": 0.1},
    ),
    "orders after bankruptcy are not placed": (
        COLLAPSE,
        {2: lambda s: s.buy(size=50), 106: lambda s: s.buy(size=1)},
        {"cash": 1000, "margin": 0.1},
    ),
    "fee of a function": (
        [10] * 7,
        {2: lambda s: s.buy(size=10), 4: lambda s: s.trades[0].close(0.5)},
        {"cash": 1000, "commission": tiered_fee, "finalize_trades": True},
    ),
    "unaffordable orders warn": ([FLAT] * 50, every(7, lambda s: s.buy(size=500)), {}),
    "orders are left open": (
        [FLAT] * 5,
        {2: lambda s: s.buy(size=2), 3: lambda s: s.buy(size=1, limit=50)},
        {},
    ),
    "room for records grows": (
        GAPS * 2,
        every(1, lambda s: [s.buy(size=1, limit=1 + k) for k in range(9)], 80),
        {"cash": 1e6},
    ),
    **{
        f"ladders and edits, {name}": (
            GAPS,
            every(5, ladder) | every(3, edit_everything) | every(11, halves),
            {"cash": 5000, "margin": 0.2, "commission": 0.001, **options},
        )
        for name, options in {
            "netting": {},
            "hedging": {"hedging": True, "finalize_trades": True},
            "exclusive": {"exclusive_orders": True},
            "at the close": {"trade_on_close": True, "spread": 0.002, "finalize_trades": True},
            "all switches": {
                "trade_on_close": True,
                "hedging": True,
                "exclusive_orders": True,
                "commission": (1.0, 0.002),
            },
        }.items()
    },
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_engine_behaves_the_same_both_ways(name: str) -> None:
    rows, script, options = SCENARIOS[name]
    both_ways(frame(rows), scripted(script), options)


@pytest.mark.parametrize(("kind", "freq"), [("numbered", None), ("minutes", "min")])
def test_kind_of_index_makes_no_difference(kind: str, freq: str | None) -> None:
    script = every(5, ladder) | every(3, edit_everything)
    outcome = both_ways(frame(GAPS, freq), scripted(script), {"cash": 5000, "margin": 0.2})
    assert len(outcome.stats._trades) > 5


@settings(max_examples=100, deadline=None)
@given(streams())
def test_random_streams_give_the_same_both_ways(stream: Stream) -> None:
    options = {**stream.options, "finalize_trades": stream.finalize}
    both_ways(frame_of(stream), strategy_of(stream), options)


@settings(max_examples=30, deadline=None)
@given(streams())
def test_interruptions_of_the_compiled_loop_make_no_difference(stream: Stream) -> None:
    options = {**stream.options, "finalize_trades": stream.finalize}
    with patch.object(execution, "STRETCH", 7), patch.object(broker, "_FIRST_ROOM", 2):
        both_ways(frame_of(stream), strategy_of(stream), options)


def test_error_in_a_fee_function_is_the_same_both_ways() -> None:
    def fee(size: float, price: float) -> float:
        if price < 95:
            raise LookupError("no fee today")
        return 1.0

    data = frame(GAPS)
    with recording() as recorder:
        outcome_of(data, scripted(every(2, lambda s: s.buy(size=1))), {}, compiled=False)
    outcomes = [
        outcome_of(data, Scripted, {"commission": fee}, {"recording": recorder}, compiled=way)
        for way in (False, True)
    ]
    assert differences(*outcomes) == []
    assert described(outcomes[0].error)[:2] == ("LookupError", "no fee today")


@pytest.mark.parametrize("name", [name for name, expected in MISTAKES.items() if expected])
def test_mistakes_raise_the_same_both_ways(name: str) -> None:
    interpreted, compiled = (mistake(name, compiled=way) for way in (False, True))
    assert differences(interpreted, compiled) == []
    kind, _, note = described(interpreted.error)
    assert kind == MISTAKES[name].__name__
    assert f"on bar {BAR - 1} " in note


def test_division_that_numpy_forgives_is_left_to_the_interpreter() -> None:
    name = "division of a price by zero"
    assert mistake(name, compiled=False).error is None
    assert isinstance(mistake(name, compiled=True).error, NotCompilable)


def mistake(name: str, *, compiled: bool) -> Outcome:
    number = list(MISTAKES).index(name)
    return outcome_of(frame(GAPS), Mistakes, {}, {"kind": number}, compiled=compiled)
