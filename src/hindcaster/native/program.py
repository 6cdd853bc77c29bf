"""A strategy's bar loop as one function: its text, and what a run has to hand it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hindcaster.data.series import _Array
from hindcaster.engine.ledger import state
from hindcaster.errors import NotCompilable
from hindcaster.native import kinds, slots
from hindcaster.native.calls import call_function
from hindcaster.native.emitter import rendered
from hindcaster.native.inputs import Block, Inputs
from hindcaster.native.own import class_member, real_function, variable_name
from hindcaster.native.scopes import Memory
from hindcaster.native.slots import Slot
from hindcaster.native.subject import Run, Subject, described, same
from hindcaster.native.translator import Translator
from hindcaster.native.values import Own

MOST_PASSES: Final = 40
SPARE_ROOM: Final = 200  # records that one bar may add before the loop asks for more

IMPORTS: Final = '''"""Generated from the source of a strategy."""

import math

import numpy as np
from numba import boolean as bool_
from numba import carray, float64, int64
from numpy import inf, nan

from hindcaster._jit import address_as_pointer
from hindcaster.engine.grid import rounded_down
from hindcaster.engine.records import ACCOUNT, ORDER, TRADE
from hindcaster.native.runtime import (
    c_power,
    day_of_year,
    engine_advance,
    engine_cancel,
    engine_close,
    engine_condition,
    engine_move,
    engine_place,
    floor_divided,
    integer_power,
    middle_value,
    reduced,
    remainder,
    rounded_exactly,
    ufunc_of_one,
    value_at_quantile,
    year_month_day,
)

full_size = 0.9999999999999998
'''
HEADER: Final = f"{IMPORTS}\n\ndef drive(handle, block, first, last):\n"

_FIELD: Final = {name: place for place, name in enumerate(("accounts", *state.FIELDS[1:]))}
_OPENING: Final = [
    f"h = carray(address_as_pointer(handle), ({state.HANDLE_LENGTH},), int64)",
    *(
        f"{name} = carray(address_as_pointer(h[{_FIELD[name]}]), ({size},), {dtype})"
        for name, size, dtype in (
            ("accounts", "1", "ACCOUNT"),
            ("orders", f"h[{state.N_ORDERS}]", "ORDER"),
            ("trades", f"h[{state.N_TRADES}]", "TRADE"),
            ("queue", f"h[{state.N_QUEUE}]", "int64"),
            ("active", f"h[{state.N_TRADES}]", "int64"),
            ("closed", f"h[{state.N_TRADES}]", "int64"),
            ("close", "accounts[0].n_bars", "float64"),
        )
    ),
    "account = accounts[0]",
]


@dataclass(frozen=True)
class Attribute:
    """An attribute that the program changes: where its parts lie in the block."""

    name: str
    slot: Slot
    place: int
    rebound: bool  # a new array is assigned, instead of elements of the old one


@dataclass
class Program:
    """Text of a bar loop, and how it is connected with a run."""

    text: str
    inputs: Inputs
    attributes: list[Attribute]
    constants: list[Any]
    exits: list[tuple[str, int, str, str]]
    requirements: list[tuple[Callable[[Any], Any], Any, bool]]
    dependencies: list[tuple[Callable[[Any], Any], Any]]
    tags_place: int = 0  # 0: no tags are made at run time
    notes: dict[str, Any] = field(default_factory=dict)

    def fits(self, run: Run) -> bool:
        """Whether another run means the same to the program."""
        try:
            return all(
                described(path(run), written) == expected
                for path, expected, written in self.requirements
            ) and all(same(path(run), expected) for path, expected in self.dependencies)
        except (AttributeError, LookupError, TypeError, ValueError):
            return False


def translated(run: Run) -> Program:
    """Translate a strategy's `next`.

    Raises
    ------
    NotCompilable
        Something in it has no counterpart of the same meaning.
    """
    memory = Memory()
    for _ in range(MOST_PASSES):
        memory.changed = False
        tr = Translator(Subject(run), memory)
        _translate_next(tr, run)
        if not memory.changed:
            return _program(tr, memory)
    raise NotCompilable("the types of the strategy's variables do not settle")


def _translate_next(tr: Translator, run: Run) -> None:
    cls = type(run.strategy)
    for name in ("__getattr__", "__getattribute__", "__setattr__"):
        found = class_member(cls, name)[1]
        if found is not None and found is not object:
            raise NotCompilable(f"{cls.__name__} has a {name} of its own")
    member, owner = class_member(cls, "next")
    if "next" in vars(run.strategy) or not hasattr(member, "__code__"):
        raise NotCompilable(f"{cls.__name__}.next is not a function in a class body")
    assert owner is not None
    tr.dependencies.append((lambda run: class_member(type(run.strategy), "next")[0], member))
    tr.fallback = member.__code__.co_filename
    function = real_function(tr, member, None, bound=(Own(),))
    call_function(tr, function, [], {}, function.node)


def _program(tr: Translator, memory: Memory) -> Program:
    tags = tr.inputs.reserve(5) if tr.uses_tags else 0
    attributes = [
        _attribute(tr, name, memory.slots[variable_name(name)])
        for name in sorted(memory.written)
        if name in tr.own_slots and variable_name(name) in memory.slots
    ]
    advance = tr.engine("advance")
    lines = [*_OPENING]
    lines.insert(0, f"ci = carray(address_as_pointer(block), ({tr.inputs.size},), int64)")
    lines.insert(1, f"cf = carray(address_as_pointer(block), ({tr.inputs.size},), float64)")
    lines += tr.inputs.prologue
    saves: list[str] = []
    for attribute in attributes:
        _load_and_save(attribute, lines, saves)
    if tags:
        lines += [
            f"tag_values = carray(address_as_pointer(ci[{tags}]), (ci[{tags + 1}],), float64)",
            f"tag_kinds = carray(address_as_pointer(ci[{tags + 2}]), (ci[{tags + 3}],), int64)",
            f"n_tags = ci[{tags + 4}]",
        ]
        saves.append(f"ci[{tags + 4}] = n_tags")
    text = HEADER + "\n".join(f"    {line}" for line in [*lines, *_loop(tr, advance, saves)])
    return Program(
        text + "\n",
        tr.inputs,
        attributes,
        memory.constants,
        tr.exits,
        tr.requirements,
        tr.dependencies,
        tags,
    )


def _loop(tr: Translator, advance: str, saves: list[str]) -> list[str]:
    left = ["ci[0] = wake", "ci[1] = bar"]
    spare = f"4 * account.n_queue + account.n_active + {SPARE_ROOM}"
    levels = {
        "orders": "orders.size",
        "trades": "trades.size",
        "queue": "queue.size",
        "notices": f"h[{state.N_NOTICES}]",
    }
    short = " or ".join(f"account.n_{name} + spare > {size}" for name, size in levels.items())
    work = [
        f"spare = {spare}",
        (f"if {short}:", [*saves, "ci[0] = bar", "ci[1] = bar", "return -2"]),
        f"wake = engine_advance({advance}, handle, bar)",
        ("if wake < 0:", [*saves, *left, "return wake"]),
    ]
    block: list[Any] = [
        "wake = ci[0]",
        ("for bar in range(first, last):", [("if bar >= wake:", work), *tr.block]),
        *saves,
        "ci[0] = wake",
        "ci[1] = last",
        "return 0",
    ]
    return rendered(block)


def _attribute(tr: Translator, name: str, slot: Slot) -> Attribute:
    return Attribute(name, slot, tr.inputs.reserve(4), variable_name(name) in tr.rebound)


def _load_and_save(attribute: Attribute, lines: list[str], saves: list[str]) -> None:
    """Add the statements that fetch an attribute before the loop and put it back after it."""
    variable, place, slot = variable_name(attribute.name), attribute.place, attribute.slot
    flag = place + 3
    if slot.what == "array":
        dtype = ("bool_", "int64", "float64")[slot.base]
        first = f"o_{variable}"
        lines += [
            f"{first} = carray(address_as_pointer(ci[{place}]), (ci[{place + 1}],), {dtype})",
            f"{variable} = {first}",
        ]
        if attribute.rebound:
            saves.append(f"{first}[:] = {variable}")
    else:
        for offset, (part, _) in enumerate(slots.components(slot, variable)):
            base = kinds.storage(slot.kinds) if slot.what == "number" and not offset else kinds.INT
            source = f"cf[{place}]" if base == kinds.FLOAT else f"ci[{place + offset}]"
            lines.append(f"{part} = {source}" + " != 0" * (base == kinds.BOOL))
            saves.append(f"{source} = {part}")
    lines.append(f"s_{variable} = ci[{flag}] != 0")
    saves.append(f"ci[{flag}] = s_{variable}")


# -- attributes in and out -------------------------------------------------------------------


def put_attribute(program: Program, attribute: Attribute, block: Block, run: Run) -> None:
    """Give the program an attribute's value before the first bar."""
    place, slot = attribute.place, attribute.slot
    value = getattr(run.strategy, attribute.name, None)
    if slot.what == "array":
        block.put_array(place, np.array(value, copy=True, order="C"))
    elif slot.what == "number":
        kind = kinds.kind_of(value)
        if kind is not None and kind != kinds.NONE:
            base = kinds.storage(slot.kinds)
            number: Any = value
            block.put_number(place, float(number) if base == kinds.FLOAT else number)
        block.integers[place + 1] = kinds.NONE if kind is None else kind
    elif slot.what == "interned":
        known = [
            number
            for number, constant in enumerate(program.constants)
            if constant is value or (type(constant) is type(value) and constant == value)
        ]
        block.integers[place] = known[0] if known else 0
    elif slot.what in ("order", "trade"):
        block.integers[place] = getattr(value, "_index", -1)
    else:
        block.integers[place] = int(slots.NO_TIME)
        block.integers[place + 2] = -1


def refuse_shared(attribute: Attribute, block: Block, run: Run) -> None:
    """Refuse a run in which an array that the program changes is read by another way too."""
    own = getattr(run.strategy, attribute.name, None)
    if isinstance(own, np.ndarray) and any(np.may_share_memory(own, a) for a in block.kept):
        raise NotCompilable(
            f"the array self.{attribute.name} shares its memory with another one",
            instead="arrays of their own",
        )


def take_attribute(program: Program, attribute: Attribute, block: Block, run: Run) -> None:
    """Put an attribute's value after the last bar on the strategy."""
    place, slot, strategy = attribute.place, attribute.slot, run.strategy
    if slot.what == "array":
        array = next(a for a in block.kept if a.ctypes.data == block.integers[place])
        original = getattr(strategy, attribute.name)
        if attribute.rebound:
            setattr(strategy, attribute.name, array)
        else:
            original[...] = array
        return
    if block.integers[place + 3]:
        setattr(strategy, attribute.name, _value(program, attribute, block, run))


def number_object(run: Run, kind: int, value: Any) -> Any:
    """Make the object of a number; reductions of series are arrays without dimensions."""
    number = kinds.python_value(kind, value)
    if kind == kinds.NONE or kinds.level(kind) < 2:
        return number
    meta = run.data._columns["Close"]._meta._replace(root=None)
    return _Array._of(np.asarray(number), meta)


def _value(program: Program, attribute: Attribute, block: Block, run: Run) -> Any:
    place, slot = attribute.place, attribute.slot
    number = int(block.integers[place])
    account = run.strategy._account
    match slot.what:
        case "number":
            base = kinds.storage(slot.kinds)
            value = float(block.doubles[place]) if base == kinds.FLOAT else number
            kind = int(block.integers[place + 1]) if slot.tagged else next(iter(slot.kinds))
            return number_object(run, kind, value)
        case "interned":
            return program.constants[number]
        case "order":
            return None if number < 0 else account.order(number)
        case "trade":
            return None if number < 0 else account.trade(number)
    if number == int(slots.NO_TIME):
        return None
    if slot.what == "moment":
        return run.data._index[int(block.integers[place + 2])]
    if slot.what == "day":
        return datetime.date.fromordinal(number + datetime.date(1970, 1, 1).toordinal())
    if slot.what == "clock":
        midnight = datetime.datetime(1970, 1, 1)
        return (midnight + datetime.timedelta(microseconds=number)).time()
    import pandas as pd

    return pd.Timedelta(number, "ns")
