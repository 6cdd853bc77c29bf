"""The state of one translation, and what all parts of it share: names, variables, refusals."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hindcaster.errors import NotCompilable
from hindcaster.native import kinds, runtime, slots
from hindcaster.native.emitter import Block, Emitter
from hindcaster.native.inputs import Inputs
from hindcaster.native.scopes import Frame, Memory
from hindcaster.native.slots import Slot
from hindcaster.native.subject import Subject, described
from hindcaster.native.values import (
    Array,
    Book,
    Clock,
    Const,
    Day,
    Group,
    Interned,
    Moment,
    Order,
    Range,
    Scalar,
    Span,
    Trade,
    Value,
)

FIRST_EXIT = 1000  # results below minus this are exits of the program
MOST_STATEMENTS = 20_000


class Unreached(Exception):  # noqa: N818  (no error: it ends the translation of a statement)
    """What is translated always raises when it is reached."""

    def __init__(self, node: ast.AST, why: str) -> None:
        super().__init__(why)
        self.node = node
        self.why = why


class Translator(Emitter):
    """One pass over the text of a strategy.

    Parameters
    ----------
    subject : Subject
        The strategy, its data and what is known of them.
    memory : Memory
        What earlier passes found out.
    """

    def __init__(self, subject: Subject, memory: Memory) -> None:
        super().__init__()
        self.subject = subject
        self.memory = memory
        self.inputs = Inputs()
        self.frames: list[Frame] = []
        self.dependencies: list[tuple[Callable[[Any], Any], Any]] = []
        self.own_slots: dict[str, Slot] = {}
        self.loops: list[str] = []  # flags that end unrolled loops, empty for plain ones
        self.uses_tags = False
        self.rebound: set[str] = set()  # array attributes that next() replaces
        self.call_site: ast.AST | None = None
        self.requirements: list[tuple[Callable[[Any], Any], Any, bool]] = []
        self.fallback = "<strategy>"

    # -- refusals and exits ----------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """The call that is being translated."""
        return self.frames[-1]

    def refusal(self, node: ast.AST | None, what: str, instead: str = "") -> NotCompilable:
        """Error that gives up, naming the place in the user's source."""
        file = self.frame.around.file if self.frames else self.fallback
        line = getattr(node, "lineno", 0) if node is not None else 0
        text = shown(node) if node is not None else ""
        return NotCompilable(what, file, line, text, instead)

    def leave(self, node: ast.AST, why: str) -> None:
        """Leave the compiled loop: the interpreter will repeat the run."""
        self.exits.append((self.frame.around.file, getattr(node, "lineno", 0), shown(node), why))
        self.emit("ci[1] = bar")
        self.emit(f"return {-FIRST_EXIT - len(self.exits) + 1}")

    def guard(self, condition: str, node: ast.AST, why: str) -> None:
        """Leave the compiled loop if a condition holds."""
        with self.nested(f"if {condition}:"):
            self.leave(node, why)

    def check_size(self, node: ast.AST) -> None:
        """Refuse programs that would take longer to compile than they can save."""
        if self.statements > MOST_STATEMENTS:
            raise self.refusal(
                node,
                "the strategy is too large once all functions it calls are put in place",
                "call large functions from fewer places",
            )

    # -- values ----------------------------------------------------------------------------

    def spill(self, value: Value) -> Value:
        """Keep a value as it is now, whatever the statements that follow change."""
        match value:
            case Scalar():
                if value.code.isidentifier() and value.code[0] in "tn" and not value.tag:
                    return value
                tag = self.fresh(value.tag) if value.tag else ""
                return Scalar(value.kinds, self.fresh(value.code), tag, value.limit)
            case Interned():
                return Interned(self.fresh(value.code))
            case Span():
                return Span(self.fresh(value.code))
            case Clock():
                return Clock(self.fresh(value.code))
            case Day():
                return Day(self.fresh(value.code), value.optional)
            case Order():
                return Order(self.fresh(value.code), value.optional)
            case Trade():
                return Trade(self.fresh(value.code), value.optional)
            case Moment():
                utc, local = self.fresh(value.utc), self.fresh(value.local)
                bar = self.fresh(value.bar) if value.bar else ""
                return Moment(utc, local, value.zone, bar, value.optional)
            case Group():
                return Group(tuple(self.spill(item) for item in value.items))
            case Range():
                return Range(self._spilled(value.start), self._spilled(value.stop), value.step)
            case Book():
                return self.snapshot(value)
        return value

    def snapshot(self, book: Book) -> Book:
        """Keep a sequence as it is now."""
        count = self.fresh(book.count)
        if not book.live:
            return Book(count, book.item)
        copy = self.fresh(f"queue[:{count}].copy()", "m")
        return Book(count, lambda i: Order(f"{copy}[{i}]"))

    def _spilled(self, number: Scalar) -> Scalar:
        kept = self.spill(number)
        assert isinstance(kept, Scalar)
        return kept

    def in_order(self, thunks: Sequence[Callable[[], Value]]) -> list[Value]:
        """Evaluate one after the other: what was read first is kept if a later one does things."""
        done: list[Value] = []
        for thunk in thunks:
            with self.captured() as lines:
                value = thunk()
            if lines:
                done = [self.spill(earlier) for earlier in done]
                self.extend(lines)
            done.append(value)
        return done

    def number(self, value: Value, node: ast.AST) -> Scalar:
        """Take a value as a number or None."""
        if isinstance(value, Scalar):
            return value
        if isinstance(value, Const):
            kind = kinds.kind_of(value.value)
            if kind is not None:
                return constant(value.value, kind)
        raise self.refusal(
            node,
            f"{self.describe(value)} stands where a number is needed",
            "use numbers, and series by their elements, such as self.data.Close[-1]",
        )

    def without_none(self, value: Scalar, node: ast.AST) -> Scalar:
        """Take a number that must not be None."""
        if kinds.NONE not in value.kinds:
            return value
        rest = value.kinds - {kinds.NONE}
        if not rest:
            raise self.unreached(node, "None is used as a number")
        kept = self._spilled(value)
        self.guard(f"{kept.tag} == {kinds.NONE}", node, "None is used as a number")
        return Scalar(rest, kept.code, kept.tag if len(rest) > 1 else "", value.limit)

    def unreached(self, node: ast.AST, why: str) -> Unreached:
        """Exception for what always raises in Python: the rest of a statement is not translated.

        Also the first pass needs it, in which an attribute that is None at first is nothing else.
        """
        return Unreached(node, why)

    def leave_always(self, node: ast.AST, why: str) -> None:
        """Leave the compiled loop whenever this point is reached."""
        self.guard("bar >= 0", node, why)

    def plain(self, value: Value, node: ast.AST) -> Scalar:
        """Take a value as a number that is not None."""
        return self.without_none(self.number(value, node), node)

    def integer(self, value: Value, node: ast.AST) -> Scalar:
        """Take a value as an integer."""
        number = self.plain(value, node)
        if any(kinds.base(kind) == kinds.FLOAT for kind in number.kinds):
            raise self.refusal(node, "a float stands where an integer is needed", "use int(...)")
        return number

    def describe(self, value: Value) -> str:
        """Name what a value is, for messages."""
        if isinstance(value, Const):
            if isinstance(value.value, (str, int, float)) or value.value is None:
                return f"{value.value!r}"
            return f"an object of type {type(value.value).__name__}"
        names = {
            "Array": "an array",
            "Rows": "an indicator with several rows",
            "Group": "a tuple",
            "Book": "a sequence",
            "Own": "the strategy",
            "Data": "self.data",
            "Labels": "the index",
            "Position": "self.position",
            "Order": "an order",
            "Trade": "a trade",
            "Function": "a function",
            "Method": "a method",
            "Comprehension": "a generator",
            "Interned": "a text or enum",
            "Moment": "a time",
            "Span": "a difference of times",
            "Clock": "a time of day",
            "Day": "a date",
        }
        return names.get(type(value).__name__, f"a {type(value).__name__.lower()}")

    # -- constants -------------------------------------------------------------------------

    def depend(self, value: Const) -> None:
        """Note that the program holds only as long as this object is the same."""
        if value.path is not None:
            self.dependencies.append((value.path, value.value))

    def require(self, path: Callable[[Any], Any], value: Any, written: bool = False) -> None:
        """Note what the program assumes of an attribute when a run begins."""
        self.requirements.append((path, described(value, written), written))

    def assume(self, path: Callable[[Any], Any], value: Any) -> None:
        """Note a fact, compared by value, that the program holds for."""
        self.dependencies.append((path, value))

    def symbol(self, name: str) -> str:
        """Name of the address of a function of the C library."""
        address = runtime.symbol_address(name)
        if address is None:
            raise NotCompilable(f"the C library of this system does not show its function {name}")
        return self.inputs.number(("symbol", name), kinds.INT, lambda _: address)

    def ufunc(self, name: str, signature: str) -> tuple[str, str]:
        """Names of the addresses of a NumPy function's inner loop and of its data."""
        loop, data = runtime.ufunc_loop(name, signature)
        return (
            self.inputs.number(("loop", name), kinds.INT, lambda _: loop),
            self.inputs.number(("loop data", name), kinds.INT, lambda _: data),
        )

    def engine(self, name: str) -> str:
        """Name of the address of an entry point of the engine."""
        return self.inputs.number(
            ("engine", name), kinds.INT, lambda _: runtime.engine_address(name)
        )

    def intern(self, value: Any) -> int:
        """Return the number of a constant that variables can hold."""
        table = self.memory.constants
        for number, known in enumerate(table):
            if known is value or (type(known) is type(value) and known == value):
                return number
        table.append(value)
        self.memory.changed = True
        return len(table) - 1

    def interned(self, value: Value, node: ast.AST) -> Interned:
        """Take a value as one of the program's constants."""
        if isinstance(value, Interned):
            return value
        if isinstance(value, Const) and can_be_interned(value.value):
            self.depend(value)
            return Interned(str(self.intern(value.value)))
        if is_only_none(value):
            return Interned(str(self.intern(None)))
        raise self.refusal(node, f"{self.describe(value)} cannot be kept in a variable with texts")

    # -- variables -------------------------------------------------------------------------

    def slot_for(self, value: Value) -> Slot | None:
        """Slot that could hold a value."""
        if isinstance(value, Const) and kinds.kind_of(value.value) is None:
            return Slot("interned") if can_be_interned(value.value) else None
        return slots.slot_of(value)

    def widen(self, name: str, value: Value, node: ast.AST) -> Slot | None:
        """Make the slot of a variable take a value too."""
        found = self.slot_for(value)
        known = self.memory.slots.get(name)
        if found is None or known is None:
            if found is not None:
                self.memory.slots[name] = found
                self.memory.changed = True
            return found
        joined = slots.join(known, found)
        if joined is None:
            sorts = [_sort_of(slot) for slot in (known, found)]
            raise self.refusal(
                node,
                f"one name holds {sorts[0]} at one time and {sorts[1]} at another",
                "use two names",
            )
        if joined != known:
            self.memory.slots[name] = joined
            self.memory.changed = True
        return joined

    def store(self, name: str, slot: Slot, value: Value, node: ast.AST) -> None:
        """Assign a value to the variables of a slot."""
        match slot.what:
            case "number":
                number = self.number(value, node)
                base = kinds.storage(slot.kinds)
                nothing = number.kinds == slots.ONLY_NONE
                own = base if nothing else kinds.storage(number.kinds)
                code = slots.EMPTY[base] if nothing else number.code
                tag = number.tag or str(next(iter(number.kinds)))
                if slot.tagged:
                    code, tag = self.fresh(code), self.fresh(tag)
                    exact = kinds.storage(number.kinds) == kinds.INT and base == kinds.FLOAT
                    if exact and number.limit > kinds.EXACT:
                        self.guard(
                            f"abs({code}) > {int(kinds.EXACT)}", node, "an integer above 2**53"
                        )
                    self.emit(f"k_{name} = {tag}")
                self.emit(f"{name} = {slots.converted(code, own, base)}")
            case "interned":
                self.emit(f"{name} = {self.interned(value, node).code}")
            case "moment":
                if not isinstance(value, Moment):
                    self.emit(f"{name} = {slots.NO_TIME}")
                    return
                value = self.spill(value)
                assert isinstance(value, Moment)
                self.emit(f"l_{name} = {value.local}")
                self.emit(f"b_{name} = {value.bar or '-1'}")
                self.emit(f"{name} = {value.utc}")
            case "span" | "clock" | "day" | "order" | "trade":
                missing = slots.NO_TIME if slot.what == "day" else slots.NO_NUMBER
                code = missing if is_only_none(value) else getattr(value, "code", missing)
                self.emit(f"{name} = {code}")
            case "array":
                assert isinstance(value, Array)
                self.emit(f"{name} = {self.referred(value)}")
            case _:
                value = self.spill(value)
                assert isinstance(value, Group)
                for place, (part, item) in enumerate(zip(slot.parts, value.items, strict=True)):
                    self.store(f"p{place}_{name}", part, item, node)

    def referred(self, array: Array) -> str:
        """Text of an array: of the memory it lies in, or of a copy if it lies in none."""
        if array.memory is None:
            return self.materialised(array)
        name, first = array.memory
        start = self.fresh(first) if first != "0" else "0"
        return f"{name}[{start} : {start} + {array.length}]"

    def materialised(self, array: Array) -> str:
        """Write an array's elements to memory of their own; returns its name."""
        length = self.fresh(array.length)
        dtype = ("bool_", "int64", "float64")[array.base]
        name = self.fresh(f"np.empty({length}, {dtype})", "m")
        index = self.new_name("k")
        with self.nested(f"for {index} in range({length}):"):
            self.emit(f"{name}[{index}] = {array.at(index)}")
        return name

    def begin_variables(self, prefix: str) -> None:
        """Give the variables of a call something to begin with."""
        for name, slot in self.memory.slots.items():
            if name.startswith(prefix):
                for variable, empty in slots.components(slot, name):
                    self.emit(f"{variable} = {empty}")
        for name in self.memory.flagged:
            if name.startswith(prefix):
                self.emit(f"s_{name} = False")

    # -- blocks of two branches ------------------------------------------------------------

    def branch(self, condition: str, then: Block, otherwise: Block) -> None:
        """Add an if statement made of captured blocks."""
        if then or not otherwise:
            self.block.append((f"if {condition}:", then))
            if otherwise:
                self.block.append(("else:", otherwise))
        else:
            self.block.append((f"if not ({condition}):", otherwise))


def is_only_none(value: Value) -> bool:
    """Whether a value is None and nothing else."""
    return (isinstance(value, Const) and value.value is None) or (
        isinstance(value, Scalar) and value.kinds == slots.ONLY_NONE
    )


def _sort_of(slot: Slot) -> str:
    """Name what a variable holds, for messages."""
    if slot.what != "array":
        plural = {"interned": "texts", "moment": "times", "number": "numbers"}
        return plural.get(slot.what, slot.what)
    names = ("booleans", "integers", "floats")
    fixed = "" if slot.writable else " that cannot be changed"
    return f"{'a part of a series' if slot.series else 'an array'} of {names[slot.base]}{fixed}"


def constant(value: Any, kind: int) -> Scalar:
    """Scalar of a number known while translating."""
    if kind == kinds.NONE:
        return Scalar(slots.ONLY_NONE, "0.0")
    plain = kinds.python_value(kind % 3, value)
    if isinstance(plain, float) and not math.isfinite(plain):
        text = "nan" if plain != plain else "inf" if plain > 0 else "(-inf)"
    else:
        text = repr(plain)
    limit = abs(plain) if isinstance(plain, (int, bool)) else math.inf
    return Scalar(frozenset({kind}), f"({text})" if text[0] == "-" else text, "", limit)


def can_be_interned(value: Any) -> bool:
    """Whether variables can hold a constant by its number: texts and enum members."""
    import enum

    return isinstance(value, (str, enum.Enum)) and not isinstance(value, np.generic)


def shown(node: ast.AST) -> str:
    """First line of the source of a node, shortened."""
    text = ast.unparse(node).splitlines()[0] if not isinstance(node, ast.arguments) else ""
    return text if len(text) <= 80 else text[:79] + "…"
