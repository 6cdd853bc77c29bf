"""What differs between two runs that should be the same up to a bar."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray
from hindcaster.engine import codes
from hindcaster.engine.records import ORDER as ORDER_RECORD
from hindcaster.lib._comparing import UNKNOWN, alike, parting
from hindcaster.lib._observing import ATTRIBUTE, Line, Seen

ORDER: Final = "order"
ERROR: Final = "error"
STATE: Final = "state"  # an attribute that `next` assigned
_FACTS: Final = ("PlacedBar", "Side", "Role", "Size", "Tag")
_PRICES: Final = ("Limit", "Stop", "SL", "TP")
_FIELDS: Final = tuple(name for name in ORDER_RECORD.names or () if name not in ("symbol", "tag"))


class Difference(NamedTuple):
    """One thing that differs, where it does so first.

    Attributes
    ----------
    key : str
        Tells it apart from others.
    kind, name : str
        What it is.
    bar : int
        First bar on which it differs.
    expected, found : Any
        What it is with the data, and otherwise.
    """

    key: str
    kind: str
    name: str
    bar: int
    expected: Any
    found: Any


def differences(base: Seen, other: Seen, last: int) -> list[Difference]:
    """Compare what was seen of two runs, both up to the bar `last`."""
    found: list[Difference | None] = [
        _of_lines(key, line, other.lines.get(key), last) for key, line in base.lines.items()
    ]
    found += [_of_attribute(base, other, name) for name in base.prepared]
    found += [_of_state(base, other, name, last) for name in base.attributes]
    found.append(_of_orders(base, other, last))
    if other.error is not None and other.raised_on is not None and base.error is None:
        text = f"{type(other.error).__name__}: {other.error}"
        found.append(Difference(ERROR, ERROR, "next()", other.raised_on, "no error", text))
    return [difference for difference in found if difference is not None]


def _of_lines(key: str, line: Line, other: Line | None, last: int) -> Difference | None:
    if other is None or other.values.shape != line.values.shape:
        shape: Any = "nothing" if other is None else f"shape {other.values.shape}"
        return Difference(key, line.kind, line.name, last, f"shape {line.values.shape}", shape)
    differs = parting(line.values, other.values)
    if not differs.any():
        return None
    bar = int(differs.argmax())
    values = [_at(line.values, bar), _at(other.values, bar)]
    return Difference(key, line.kind, line.name, bar, *values)


def _at(values: AnyArray, bar: int) -> Any:
    return values[..., bar].tolist()


def _of_attribute(base: Seen, other: Seen, name: str) -> Difference | None:
    one, two = base.prepared[name], other.prepared.get(name, UNKNOWN)
    if alike(one, two):
        return None
    bar = _first_bar(one, two) if name in base.by_bar else None
    if bar is not None and np.ndim(one) == 1:
        one, two = (np.asarray(values)[bar] for values in (one, two))
    where = base.start if bar is None else bar
    shown = _short(one), _short(two)
    return Difference(f"prepared {name}", ATTRIBUTE, f"self.{name}", where, *shown)


def _first_bar(one: Any, two: Any) -> int | None:
    """Find the first bar on which values by bar differ."""
    if isinstance(one, pd.DataFrame):
        one, two = one.to_numpy(object), two.to_numpy(object)
    one, two = np.asarray(one), np.asarray(two)
    if one.ndim > 1 and one.shape == two.shape and one.shape[0] > one.shape[-1]:
        one, two = np.moveaxis(one, 0, -1), np.moveaxis(two, 0, -1)
    if one.shape != two.shape:
        return None
    differs = parting(one, two)
    return int(differs.argmax()) if differs.any() else None


def _of_state(base: Seen, other: Seen, name: str, last: int) -> Difference | None:
    """Compare what `next` made of an attribute which was the same after `init`."""
    if other.error is not None:
        return None
    one, two = base.attributes[name], other.attributes.get(name, UNKNOWN)
    before = base.prepared.get(name, UNKNOWN), other.prepared.get(name, UNKNOWN)
    if alike(one, two) or not alike(*before):
        return None
    return Difference(f"state {name}", STATE, f"self.{name}", last, _short(one), _short(two))


def _short(value: Any) -> Any:
    """Give a number as it is, anything else as a short text."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (bool, int, float)):
        return value
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _of_orders(base: Seen, other: Seen, last: int) -> Difference | None:
    number = _first_row(base, other)
    if number >= max(len(base.orders), len(other.orders)):
        return None
    tables = base.table(), other.table()
    rows = [table.iloc[number].to_dict() if number < len(table) else None for table in tables]
    there = [row for row in rows if row is not None]
    bar = _bar_of(there, last)
    return Difference(ORDER, ORDER, there[0]["Role"], bar, *map(_text, rows))


def _first_row(base: Seen, other: Seen) -> int:
    """Find the first order that differs: the first that one alone has, if none does."""
    both = min(len(base.orders), len(other.orders))
    differs = np.zeros(both, bool)
    for name in _FIELDS if both else ():
        differs |= parting(base.orders[name][:both], other.orders[name][:both])
    if base.tags or other.tags:
        tags = zip(
            base.tags[:both] or [None] * both, other.tags[:both] or [None] * both, strict=True
        )
        differs |= np.array([not alike(*pair) for pair in tags], bool)
    return int(differs.argmax()) if differs.any() else both


def _bar_of(rows: list[dict[Any, Any]], last: int) -> int:
    """Find the bar on which orders part: that of placing, that of their end, else the last one."""
    facts = (*_FACTS, *_PRICES) if rows[0]["Role"] == "entry" else _FACTS  # brackets may move
    if len(rows) < 2 or not _same(rows, facts):
        return int(min(row["PlacedBar"] for row in rows))
    ends = [int(row["Bar"]) for row in rows if row["Bar"] != codes.ABSENT]
    return min(ends) if ends and not _same(rows, ("Outcome", "Bar")) else last


def _same(rows: list[dict[Any, Any]], names: tuple[str, ...]) -> bool:
    return all(alike(rows[0][name], rows[1][name]) for name in names)


def _text(row: dict[Any, Any] | None) -> str:
    """Describe an order in a few words."""
    if row is None:
        return "no order"
    text = f"{row['Side']} {abs(row['Size']):g}"
    for name in _PRICES:
        price = row[name]
        if price is not None and price == price:
            text += f" {name.lower()} {price:g}"
    return f"{text} on bar {row['PlacedBar']}, {row['Outcome']}"
