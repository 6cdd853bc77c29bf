"""What a variable of the generated code can hold, joined over all assignments to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hindcaster.native import kinds
from hindcaster.native.kinds import FLOAT, Kinds
from hindcaster.native.values import (
    Array,
    Clock,
    Const,
    Day,
    Group,
    Interned,
    Moment,
    Order,
    Scalar,
    Span,
    Trade,
    Value,
)

NO_TIME: Final = "-9223372036854775808"
NO_NUMBER: Final = "-1"

EMPTY: Final = {kinds.BOOL: "False", kinds.INT: "0", kinds.FLOAT: "0.0"}
ONLY_NONE: Final = frozenset({kinds.NONE})


@dataclass(frozen=True)
class Slot:
    """Type of a variable.

    `what` is number, interned, moment, span, clock, day, order, trade, array or group.
    """

    what: str
    kinds: Kinds = frozenset()
    optional: bool = False
    base: int = FLOAT
    series: bool = False
    writable: bool = True
    parts: tuple[Slot, ...] = ()
    zone: object = None

    @property
    def tagged(self) -> bool:
        """Whether a second variable tells the kind of the number."""
        return self.what == "number" and len(self.kinds) > 1


def converted(text: str, base: int, wanted: int) -> str:
    """Text of a number in a higher representation."""
    if base == wanted:
        return text
    whole = f"int({text})" if base == kinds.BOOL else text
    return whole if wanted == kinds.INT else f"float({whole})"


def slot_of(value: Value) -> Slot | None:
    """Slot for a value; None if it is known only while translating."""
    match value:
        case Scalar():
            return Slot("number", value.kinds)
        case Const():
            kind = kinds.kind_of(value.value)
            return None if kind is None else Slot("number", frozenset({kind}))
        case Interned():
            return Slot("interned")
        case Moment():
            return Slot("moment", optional=value.optional, zone=value.zone)
        case Span():
            return Slot("span")
        case Clock():
            return Slot("clock")
        case Day():
            return Slot("day", optional=value.optional)
        case Order():
            return Slot("order", optional=value.optional)
        case Trade():
            return Slot("trade", optional=value.optional)
        case Array():
            writable = bool(value.writable) or value.memory is None
            return Slot("array", base=value.base, series=value.series, writable=writable)
        case Group():
            parts = [slot_of(item) for item in value.items]
            known = tuple(part for part in parts if part is not None)
            return Slot("group", parts=known) if len(known) == len(parts) else None
    return None


def join(first: Slot, second: Slot) -> Slot | None:
    """Slot that takes the values of both, None if there is none."""
    if first == second:
        return first
    if second.what == "number" and second.kinds == ONLY_NONE:
        first, second = second, first
    if first.what == "number" and first.kinds == ONLY_NONE:
        if second.what == "interned":
            return second
        if second.what in ("order", "trade", "day", "moment"):
            return replace(second, optional=True)
    if first.what != second.what:
        return None
    if first.what == "number":
        return replace(first, kinds=first.kinds | second.kinds)
    if first.what in ("order", "trade", "day", "moment"):
        if first.zone != second.zone:
            return None
        return replace(first, optional=first.optional or second.optional)
    if first.what == "group" and len(first.parts) == len(second.parts):
        parts = [join(a, b) for a, b in zip(first.parts, second.parts, strict=True)]
        known = tuple(part for part in parts if part is not None)
        return replace(first, parts=known) if len(known) == len(parts) else None
    return None


def components(slot: Slot, name: str) -> list[tuple[str, str]]:
    """Names of the variables that hold a slot, each with a text of its type to begin with."""
    if slot.what == "number":
        empty = EMPTY[kinds.storage(slot.kinds)]
        return [(name, empty)] + [(f"k_{name}", "0")] * slot.tagged
    if slot.what == "moment":
        return [(name, "0"), (f"l_{name}", "0"), (f"b_{name}", "-1")]
    if slot.what == "array":
        dtype = ("bool_", "int64", "float64")[slot.base]
        return [(name, f"np.empty(0, {dtype})")]
    if slot.what == "group":
        return [
            pair
            for number, part in enumerate(slot.parts)
            for pair in components(part, f"p{number}_{name}")
        ]
    return [(name, "0")]


def loaded(slot: Slot, name: str) -> Value:
    """Value that reads a slot's variables."""
    match slot.what:
        case "number":
            return Scalar(slot.kinds, name, f"k_{name}" if slot.tagged else "")
        case "interned":
            return Interned(name)
        case "moment":
            return Moment(name, f"l_{name}", slot.zone, f"b_{name}", slot.optional)
        case "span":
            return Span(name)
        case "clock":
            return Clock(name)
        case "day":
            return Day(name, slot.optional)
        case "order":
            return Order(name, slot.optional)
        case "trade":
            return Trade(name, slot.optional)
        case "array":
            return Array(
                slot.base,
                f"{name}.size",
                lambda i: f"{name}[{i}]",
                series=slot.series,
                memory=(name, "0"),
                writable=name if slot.writable else "",
            )
    return Group(tuple(loaded(part, f"p{number}_{name}") for number, part in enumerate(slot.parts)))
