"""What an expression of a strategy can be while it is translated.

A value holds texts of the generated code. Unless it says otherwise a text is an expression without
side effects, and stays valid until the next statement with one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hindcaster.native.kinds import Kinds


@dataclass(frozen=True, slots=True)
class Const:
    """An object known while translating: a literal, a module, a function, an enum member.

    `path` finds the object again for another run's strategy; literals have none.
    """

    value: Any
    path: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, or None: `tag` gives the kind at run time if there are several."""

    kinds: Kinds
    code: str
    tag: str = ""
    limit: float = float("inf")  # the absolute value of an integer is known not to exceed it


@dataclass(frozen=True, slots=True)
class Interned:
    """One of the program's constants (texts, enum members, None), by its number."""

    code: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: nanoseconds since 1970 in UTC and on the local clock; `bar` if it labels one."""

    utc: str
    local: str
    zone: Any
    bar: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A difference of times in nanoseconds."""

    code: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in microseconds."""

    code: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date in days since 1970, NO_DAY for None."""

    code: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """One-dimensional values; `at` gives the text of an element without checking the position.

    `series` marks arrays that know their place in the data: their truth is that of the last
    element, and reductions of them give arrays without dimensions. `memory` is the contiguous
    array and the first element in it, if the values lie in one.
    """

    base: int
    length: str
    at: Callable[[str], str]
    series: bool = False
    memory: tuple[str, str] | None = None
    writable: str = ""  # name of the array that assignments change
    least: int = 0  # a length it is known to have at least
    fresh: bool = False  # nothing else has this memory yet


@dataclass(frozen=True, slots=True)
class Rows:
    """An indicator with several rows."""

    rows: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A tuple or list whose members are known one by one."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A sequence of unknown length: orders, trades, and selections of them.

    A `live` one changes with what the strategy asks for; Python's tuples do not.
    """

    count: str
    item: Callable[[str], Value]
    live: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """The strategy itself."""


@dataclass(frozen=True, slots=True)
class Data:
    """`self.data`."""


@dataclass(frozen=True, slots=True)
class Labels:
    """`self.data.index`, or a slice of it."""

    length: str
    first: str = "0"


@dataclass(frozen=True, slots=True)
class Position:
    """`self.position`."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order by its number, -1 for None."""

    code: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade by its number, -1 for None."""

    code: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function whose body is translated where it is called."""

    node: ast.FunctionDef | ast.Lambda
    scope: Any  # names outside it: see `scopes.Scope`
    defaults: tuple[Value, ...] = ()
    keyword_defaults: tuple[tuple[str, Value], ...] = ()
    bound: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a value, looked up when it is called."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a method of `after`."""

    after: type


@dataclass(frozen=True, slots=True)
class Range:
    """`range`: its parts are integers."""

    start: Scalar
    stop: Scalar
    step: int


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A generator expression or list comprehension, run where it is consumed."""

    node: ast.GeneratorExp | ast.ListComp
    frame: Any


@dataclass(frozen=True, slots=True)
class Steps:
    """`enumerate`, `zip` or `reversed` over other sequences."""

    how: str
    parts: tuple[Value, ...]
    start: Value = field(default_factory=lambda: Const(0))


Value: TypeAlias = (
    Const
    | Scalar
    | Interned
    | Moment
    | Span
    | Clock
    | Day
    | Array
    | Rows
    | Group
    | Book
    | Own
    | Data
    | Labels
    | Position
    | Order
    | Trade
    | Function
    | Method
    | Super
    | Range
    | Comprehension
    | Steps
)
