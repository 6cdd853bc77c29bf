"""Small strategies as source texts, drawn from a grammar, with data and options to run them on.

Most of them run to the last bar; a part of them raises, as strategies do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from hindcaster.costs import MakerTaker, PerShare, TickSlippage, Tiered

from ..conformance.templates import (
    BLOCKS,
    CALLS,
    CLASS,
    GUARD,
    INIT,
    LOOPS,
    NAMES,
    PRELUDE,
    READ,
    SYMBOL,
    TABLES,
    WITH_SELF,
    WRITTEN,
)


class Choices:
    """Decisions, all of them drawn as whole numbers; zeros make the simplest source."""

    def __init__(self, draw: Callable[[int, int], int]) -> None:
        self.integer = draw

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def pick(self, items: Any) -> Any:
        return items[self.integer(0, len(items) - 1)]


@dataclass
class Scope:
    """Names in a function: by kind those that surely have a value, and those that may have.

    `calls` holds templates for calls of the functions written so far.
    """

    has_self: bool
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    perhaps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def inner(self) -> Scope:
        return Scope(self.has_self, dict(self.known), dict(self.perhaps), self.calls)

    def add(self, kind: str, name: str) -> None:
        for names in (self.known, self.perhaps):  # of one kind only
            for other in names:
                if other != kind:
                    names[other] = tuple(n for n in names[other] if n != name)
        self.known[kind] = tuple(dict.fromkeys((*self.known.get(kind, ()), name)))

    def leave(self, inner: Scope) -> None:
        """Names that a block has set may have a value behind it."""
        for kind, names in (*inner.known.items(), *inner.perhaps.items()):
            new = [name for name in names if name not in self.known.get(kind, ())]
            self.perhaps[kind] = tuple(dict.fromkeys((*self.perhaps.get(kind, ()), *new)))


class Writer:
    """Writes one source."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.scope = Scope(True)
        self.loop_names: list[tuple[str, str]] = []
        self.room = 0  # statements that may still be written in this function
        self.serial = 0
        self.in_next = False

    # -- expressions -----------------------------------------------------------------------

    def usable(self, template: str) -> bool:
        scope = self.scope
        if not scope.has_self and "self" in template:
            return False
        for symbol in SYMBOL.findall(template):
            if symbol in READ and not scope.known.get(READ[symbol]):
                return False
            if symbol in CALLS and not any(map(self.usable, scope.calls.get(symbol, ()))):
                return False
            if not scope.has_self and symbol in WITH_SELF:
                return False
        return True

    def pick(self, templates: Sequence[str]) -> str:
        return str(self.choices.pick([t for t in templates if self.usable(t)] or ["1"]))

    def draw(self, symbol: str, depth: int) -> str:
        """Write what a symbol stands for, with `depth` more levels inside."""
        short, longer = TABLES[symbol]
        deep = longer and depth > 0 and not self.choices.chance(20)
        return self.filled(self.pick(longer if deep else short), depth - 1)

    def filled(self, template: str, depth: int) -> str:
        """Replace the symbols of a line: what is read first, then the names that it sets."""
        text = SYMBOL.sub(lambda found: self.symbol(found, depth), template)
        text = SYMBOL.sub(self.written, text)
        return text.replace("{{", "{").replace("}}", "}")

    def symbol(self, found: re.Match[str], depth: int) -> str:
        name = found[1]
        if name in WRITTEN or name in LOOPS:
            return found[0]
        if name in READ:
            return self.read(READ[name])
        if name in CALLS:
            return self.filled(self.pick(self.scope.calls[name]), depth)
        text = self.draw(name, depth)
        return f"({text})" if name in ("n", "i", "b") and " " in text else text

    def written(self, found: re.Match[str]) -> str:
        kind = WRITTEN.get(found[1]) or LOOPS.get(found[1])
        if kind is None:
            return found[0]
        name = str(self.choices.pick(NAMES[kind]))
        if found[1] in LOOPS:
            self.loop_names.append((kind, name))
        else:
            self.scope.add(kind, name)
        return name

    def read(self, kind: str) -> str:
        perhaps = self.scope.perhaps.get(kind, ())
        if perhaps and self.choices.chance(3):
            return str(self.choices.pick(perhaps))
        return str(self.choices.pick(self.scope.known[kind]))

    # -- statements ------------------------------------------------------------------------

    def statements(self, most: int, levels: int) -> list[str]:
        """Write some statements, with blocks up to `levels` deep inside."""
        lines: list[str] = []
        while most > 0 and self.room > 0 and (not lines or self.choices.chance(70)):
            most -= 1
            lines += self.statement(levels)
        return lines or ["pass"]

    def statement(self, levels: int) -> list[str]:
        self.room -= 1
        simple, blocks = TABLES["statement"]
        if self.in_next and self.choices.chance(2):
            template = self.pick(TABLES["rare"][0])
        else:
            template = self.pick(blocks if levels > 0 and self.choices.chance(45) else simple)
        self.serial += 1
        template = template.replace("counter", f"counter{self.serial}")
        lines: list[str] = []
        for line in template.split("\n"):
            indent, text = line[: -len(line.lstrip()) or None], line.strip()
            indent = indent if line != text else ""
            written = self.block(text, levels - 1) if text in BLOCKS else [self.filled(text, 2)]
            lines += [indent + each for each in written]
        return lines

    def block(self, symbol: str, levels: int) -> list[str]:
        """Write the statements of a block, in which the names of its loop have values."""
        outer, self.scope = self.scope, self.scope.inner()
        for kind, name in self.loop_names:
            self.scope.add(kind, name)
        self.loop_names.clear()
        lines: list[str] = []
        if symbol == "{withtrade}":
            lines = [f"trade = self.trades[{self.choices.pick((0, -1))}]"]
            self.scope.add("trade", "trade")
        elif symbol == "{withorder}":
            lines = ["waiting = self.order"]
            self.scope.add("order", "waiting")
        lines += self.statements(3, levels)
        if symbol == "{loop}" and self.choices.chance(30):
            leave = self.choices.pick(("break", "continue"))
            lines += [f"if {self.draw('b', 1)}:", f"    {leave}", *self.statements(1, 0)]
        inner, self.scope = self.scope, outer
        outer.leave(inner)
        return lines

    # -- functions -------------------------------------------------------------------------

    def function(self, number: int) -> list[str]:
        """Write a helper function of numbers."""
        kind = self.choices.pick(("number", "number", "maybe", "pair"))
        name, outer = f"helper{number}", self.scope
        self.begin(False, ("a", "b"))
        lines = self.statements(3, 1) if self.choices.chance(60) else []
        lines += [f"if {self.draw('b', 2)}:", f"    return {self.returned(kind)}"]
        if kind != "maybe":
            lines += [*self.statements(2, 1), f"return {self.returned(kind)}"]
        self.scope = outer
        plain = (f"{name}({{n}}, {{n}})", f"{name}({{n}})", f"{name}(b={{n}}, a={{n}})")
        if kind == "number":
            self.offer("call", *plain)
        elif kind == "maybe":
            self.offer("call", f"({name}({{n}}, {{n}}) or 0)")
            self.offer("check", f"{name}({{n}}) is None")
            self.offer("maybe", f"{name}({{n}}, {{n}})")
        else:
            self.offer("callstatement", f"{{newvar}}, {{newvar}} = {name}({{n}}, b={{n}})")
            self.offer("call", f"{name}({{n}})[{self.choices.pick((0, 1, -1))}]")
        return [f"def {name}(a, b={self.choices.pick((2, 0.5, 'LEVEL'))}):", *indented(lines)]

    def returned(self, kind: str) -> str:
        values = [self.draw("n", 2) for _ in range(1 + (kind == "pair"))]
        return ", ".join(values)

    def method(self, number: int) -> list[str]:
        """Write a method that reads and changes the strategy."""
        kind = self.choices.pick(("number", "check", "nothing"))
        name, outer = f"method{number}", self.scope
        self.begin(True, ("a",))
        lines = self.statements(3, 1)
        if kind != "nothing":
            symbol = "n" if kind == "number" else "b"
            early = [f"if {self.draw('b', 1)}:", f"    return {self.draw(symbol, 1)}"]
            lines += early if self.choices.chance(50) else []
            lines += [*self.statements(2, 1), f"return {self.draw(symbol, 2)}"]
        self.scope = outer
        offered = {"number": "call", "check": "check", "nothing": "callstatement"}[kind]
        self.offer(offered, f"self.{name}({{n}})")
        return [f"def {name}(self, a):", *indented(lines)]

    def begin(self, has_self: bool, arguments: tuple[str, ...]) -> None:
        known = {"number": arguments} if arguments else {}
        self.scope = Scope(has_self, known, {}, self.scope.calls)
        self.room = 6

    def offer(self, symbol: str, *templates: str) -> None:
        calls = self.scope.calls
        calls[symbol] = (*calls.get(symbol, ()), *templates)

    def source(self) -> str:
        """Write a module with a strategy named `Generated`."""
        choices = self.choices
        parts = [PRELUDE]
        for number in range(choices.pick((0, 1, 1, 2))):
            parts.append("\n".join(self.function(number)))
        start = choices.pick(("0", "0.0", "100", "np.nan", "1.5"))
        methods = [self.method(number) for number in range(choices.pick((0, 1, 1, 2)))]
        self.begin(True, ())
        self.room, self.in_next = choices.integer(2, 9), True
        body = GUARD.splitlines()
        while self.room > 0:
            body += self.statement(2)
        if choices.chance(60):
            body.append(f"self.seen[len(self.data) - 1] = {self.draw('n', 1)}")
        written = "\n".join([*body, *("\n".join(method) for method in methods)])
        for held in ("trade", "order"):  # what is never held has nothing to read
            if f"self.{held}." in written and not re.search(rf"self\.{held} = (?!None)", written):
                body[:0] = [f"if self.{held}s:", f"    self.{held} = self.{held}s[-1]"]
        if "self.late" in written and "self.late = " not in written:
            body.append("self.late = 1.5")
        members = [INIT.format(start=start).splitlines()]
        members += [*map(indented, methods), indented(["def next(self):", *indented(body)])]
        parts.append(CLASS + "\n" + "\n\n".join("\n".join(member) for member in members))
        return "\n\n".join(parts) + "\n"


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@dataclass(frozen=True)
class Run:
    """What to run a source on and with; `factor` is the value of its global FACTOR."""

    seed: int
    parameters: dict[str, Any]
    options: dict[str, Any]
    factor: float


@dataclass(frozen=True)
class Case:
    """A source, and the runs of its one class, one after the other."""

    source: str
    runs: tuple[Run, ...]

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self.runs), self.source.removeprefix(PRELUDE)])


def draw_case(choices: Choices) -> Case:
    """Draw a case with any source of decisions."""
    source = Writer(choices).source()
    runs = [draw_run(choices, 0.25)]
    if choices.chance(25):  # what was compiled for the first need not fit the second
        runs.append(draw_run(choices, choices.pick((0.25, 0.5, 2))))
    return Case(source, tuple(runs))


def draw_run(choices: Choices, factor: float) -> Run:
    parameters = {
        name: choices.pick(values) for name, values in PARAMETERS.items() if choices.chance(25)
    }
    options = {name: choices.pick(values) for name, values in OPTIONS.items() if choices.chance(40)}
    return Run(choices.integer(0, 10_000), parameters, options, factor)


PARAMETERS = {
    "length": (3, 5, 2),
    "factor": (2, 0.5, np.float64(1.25), 0, True),
    "short": (False, True, 0),
    "style": ("wild", "on"),
}
OPTIONS: dict[str, tuple[Any, ...]] = {
    "cash": (1000, 1e6, 333.33),
    "commission": (
        *(0.002, (1.0, 0.001), 0.0, 0.002, PerShare(0.01, minimum=1), MakerTaker(-0.0002, 0.001)),
        Tiered([(0, 0.002), (3_000, MakerTaker(0, 0.001)), (9_000, PerShare(0.02))]),
    ),
    "slippage": (0.001, TickSlippage(2, tick=0.05)),
    "fractional": (False, True, 0.25),
    "spread": (0.001, 0.01),
    "margin": (0.5, 0.05),
    "trade_on_close": (True,),
    "hedging": (True,),
    "exclusive_orders": (True, False, False),
    "finalize_trades": (True,),
}


@st.composite
def cases(draw: Any) -> Case:
    """Cases as a Hypothesis strategy."""
    return draw_case(Choices(lambda low, high: draw(st.integers(low, high))))


def frame_of(seed: int) -> pd.DataFrame:
    """Bars of a random walk: on a grid or not, floats or whole numbers."""
    dice = np.random.default_rng(seed)
    n = int(dice.integers(60, 151))
    moves = dice.choice([-3, -1, 0, 1, 1, 3], n) if seed % 2 else dice.normal(0, 2, n)
    close = np.maximum(100 + np.cumsum(moves), 5.0)
    opened = np.r_[100.0, close[:-1]] + dice.choice([0, 0, 1, -1], n)
    data = pd.DataFrame(
        {
            "Open": opened,
            "High": np.maximum(opened, close) + dice.integers(0, 3, n),
            "Low": np.maximum(np.minimum(opened, close) - dice.integers(0, 3, n), 1),
            "Close": close,
            "Volume": dice.integers(0, 1000, n),
            "Extra": np.where(dice.random(n) < 0.1, np.nan, dice.normal(0, 1, n)),
        },
        index=pd.date_range("2024-01-01", periods=n, freq="D"),
    )
    if seed % 2 and seed % 3 == 0:
        return data.astype(dict.fromkeys(["Open", "High", "Low", "Close"], np.int64))
    return data.drop(columns="Volume").assign(Volume=1.0) if seed % 5 == 0 else data
