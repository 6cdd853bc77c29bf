"""What few orders have, in compiled code: amounts in units, expiry, groups, trailing, the close."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hindcaster.engine import codes
from hindcaster.native import kinds, slots
from hindcaster.native.kinds import BOOL
from hindcaster.native.numbers import as_float
from hindcaster.native.values import Const, Order, Scalar, Value

if TYPE_CHECKING:
    from hindcaster.native.subject import Run
    from hindcaster.native.translator import Translator

NAMES: Final = ("units", "good_for", "oco", "trail", "on_close")


@dataclass(frozen=True, slots=True)
class Terms:
    """Texts of the terms of one order."""

    in_units: str
    on_close: str
    good_for: str
    other: str
    trail: str
    trail_rate: str


def lots_of(tr: Translator) -> float:
    """Smallest amounts in a unit; the program holds for this number only."""
    tr.assume(_lots, _lots(tr.subject.run))
    return _lots(tr.subject.run)


def _lots(run: Run) -> float:
    return float(run.strategy._account.broker.lots)


def is_absent(value: Value | None) -> bool:
    """Whether an argument is left out, or known to be None."""
    if isinstance(value, Scalar):
        return value.kinds == slots.ONLY_NONE
    return value is None or (isinstance(value, Const) and value.value is None)


def terms_of(
    tr: Translator, given: dict[str, Value], limit: str, stop: str, node: ast.AST
) -> Terms | None:
    """Terms among the arguments of an order, checked as at the door; None if it has none."""
    if all(is_absent(given.get(name)) for name in NAMES):
        return None
    trail, trail_rate = _trail(tr, given.get("trail"), node)
    return Terms(
        "0" if is_absent(given.get("units")) else "1",
        _on_close(tr, given.get("on_close"), limit, stop, node),
        _good_for(tr, given.get("good_for"), node),
        _other(tr, given.get("oco"), node),
        trail,
        trail_rate,
    )


def units(tr: Translator, value: Value, node: ast.AST) -> str:
    """Text of an amount in units."""
    amount = tr.fresh(as_float(tr.plain(value, node)))
    tr.guard(f"not (0.0 < {amount} and {amount} < inf)", node, "units out of range")
    if lots_of(tr) == 1.0:
        tr.guard(f"{amount} != np.rint({amount})", node, "a part of a unit")
        return amount
    rounded = tr.fresh(f"rounded_down({amount}, account.lots)")
    tr.guard(f"{rounded} <= 0.0", node, "units below the smallest amount")
    return rounded


def _good_for(tr: Translator, value: Value | None, node: ast.AST) -> str:
    if value is None or is_absent(value):
        return str(codes.NEVER)
    number = tr.integer(value, node)
    if any(kinds.base(kind) == BOOL or kinds.level(kind) == 2 for kind in number.kinds):
        tr.leave_always(node, "a number of bars that is none")
        return str(codes.NEVER)
    bars = tr.fresh(number.code)
    tr.guard(f"{bars} < 1", node, "a number of bars below 1")
    return bars


def _on_close(tr: Translator, value: Value | None, limit: str, stop: str, node: ast.AST) -> str:
    if value is None or is_absent(value):
        return str(codes.ABSENT)
    number = tr.plain(value, node)
    if number.kinds != frozenset({BOOL}):
        tr.leave_always(node, "on_close that is no bool")
        return str(codes.ABSENT)
    flag = tr.fresh(f"int({number.code})")
    priced = f"{limit} == {limit} or {stop} == {stop}"
    tr.guard(f"{flag} != 0 and ({priced})", node, "an order at the close with a price")
    return flag


def _other(tr: Translator, value: Value | None, node: ast.AST) -> str:
    if value is None or is_absent(value):
        return str(codes.ABSENT)
    if not isinstance(value, Order):
        raise tr.refusal(node, f"oco is {tr.describe(value)}", "an order made in next()")
    index = tr.fresh(value.code)
    if not value.optional:
        tr.guard(f"{index} < 0", node, "an order that is not there")
    waiting = f"orders[{index}].queued != 0 and account.exclusive == 0"
    with tr.nested(f"if {index} >= 0:"):
        tr.guard(f"not ({waiting})", node, "an order that is not waiting")
    return index


def _trail(tr: Translator, value: Value | None, node: ast.AST) -> tuple[str, str]:
    from hindcaster.native.account import optional_price
    from hindcaster.terms import trail_distance

    if value is None or is_absent(value):
        return "nan", "nan"
    if isinstance(value, Const) and isinstance(value.value, str):
        tr.depend(value)
        try:
            return "nan", repr(trail_distance(value.value)[1])
        except ValueError:
            tr.leave_always(node, "a trailing distance that is none")
            return "nan", "nan"
    distance = optional_price(tr, value, node)
    bad = f"{distance} == {distance} and not (0.0 < {distance} and {distance} < inf)"
    tr.guard(bad, node, "a trailing distance out of range")
    return distance, "nan"


def add(tr: Translator, order: str, terms: Terms) -> None:
    """Tell the engine of an order's terms."""
    call = f"engine_condition({tr.engine('condition')}, handle, {order}, {terms.in_units}"
    rest = (terms.on_close, terms.good_for, terms.other, terms.trail, terms.trail_rate)
    tr.fresh(f"{call}, {', '.join(rest)})")


def shared_or_units(tr: Translator, number: Scalar, size: str) -> str:
    """Text of a checked size: what is a number of units is rounded down to the smallest amount."""
    if lots_of(tr) == 1.0 or any(kinds.level(kind) == 2 for kind in number.kinds):
        return size
    return tr.fresh(f"rounded_down({size}, account.lots) if {size} >= 1.0 else {size}")
