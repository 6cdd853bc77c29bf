"""Strategies that evaluate expressions and keep the results.

One kind evaluates expressions for all combinations of some numbers, and keeps the values in an
array; the other evaluates them once, and keeps the results, which have a class, on attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..conformance.both_ways import outcome_of, same, same_arrays
from .sources import imported

BARS = 310
UNSET = -77.125

SOURCE = """
import math
from math import inf, nan

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import barssince, cross, crossover, quantile


class Evaluating(Strategy):
    def init(self):
{init}

    def next(self):
        if len(self.data) == {bars}:
{body}
"""


@dataclass(frozen=True)
class Block:
    """Expressions of x, or of x and y; one may have a condition: ``1 / x when x != 0``.

    Numbers are Python's if they are in a tuple, NumPy's if they are in an array.
    """

    expressions: tuple[str, ...]
    x: Any
    y: Any = None
    before: str = ""
    whole: bool = False  # results are integers

    @property
    def count(self) -> int:
        """How many values an expression has."""
        return len(self.x) * (1 if self.y is None else len(self.y))

    def operands(self, place: int) -> list[Any]:
        """Numbers that made a value."""
        if self.y is None:
            return [self.x[place]]
        x, y = divmod(place, len(self.y))
        return [self.x[x], self.y[y]]


def evaluating(blocks: list[Block]) -> str:
    """Source that keeps values in `floats` and `integers`, one expression after the other."""
    init, calls, methods, counts = [], [], [], {"floats": 0, "integers": 0}
    for number, block in enumerate(blocks):
        target = "integers" if block.whole else "floats"
        names = {"x": block.x} if block.y is None else {"x": block.x, "y": block.y}
        init += [f"self.{name}{number} = {_text(values)}" for name, values in names.items()]
        calls.append(f"self.evaluate{number}()")
        methods += ["", f"    def evaluate{number}(self):", "        n = 0"]
        methods += [
            "    " * depth + f"for {name} in self.{name}{number}:"
            for depth, name in enumerate(names, 2)
        ]
        indent = "    " * (len(names) + 2)
        methods += [indent + block.before] * bool(block.before)
        for text in block.expressions:
            expression, _, condition = text.partition(" when ")
            store = f"self.{target}[{counts[target]} + n] = {expression}"
            methods.append(indent + (f"if {condition}: {store}" if condition else store))
            counts[target] += block.count
        methods.append(f"{indent}n += 1")
    init.append(f"self.floats = np.full({counts['floats']}, {UNSET})")
    init.append(f"self.integers = np.full({counts['integers']}, {int(UNSET)})")
    head = SOURCE.format(bars=BARS, init=_indented(init, 8), body=_indented(calls, 12))
    return head + "\n".join(methods) + "\n"


def _text(values: Any) -> str:
    if isinstance(values, np.ndarray):
        return f"np.array({values.tolist()!r})"
    return repr(tuple(values))


def _indented(lines: list[str], width: int) -> str:
    return "\n".join(" " * width + line for line in lines)


def data() -> pd.DataFrame:
    """Columns that need care: gaps, many magnitudes, ties, whole numbers, truths."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, BARS)))
    place = np.arange(BARS)
    return pd.DataFrame(
        {
            "Open": close,
            "High": close + 1,
            "Low": close - 1,
            "Close": close,
            "Gaps": np.where(place % 97 == 50, np.nan, rng.normal(0, 1, BARS)),
            "Mixed": rng.normal(0, 1, BARS) * 10.0 ** rng.integers(-8, 9, BARS),
            "Ties": np.round(rng.normal(0, 2, BARS)),
            "Count": rng.integers(-1000, 1000, BARS),
            "Up": rng.random(BARS) < 0.4,
        },
        index=pd.date_range("2024-01-01", periods=BARS, freq="D"),
    )


def both_ways(source: str, folder: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """Run interpreted and compiled: what is wrong with that, and what the strategies kept."""
    strategy = imported(source, folder).Evaluating
    outcomes = [outcome_of(data(), strategy, {}, compiled=way) for way in (False, True)]
    wrong = [repr(outcome.error) for outcome in outcomes if outcome.error is not None]
    return wrong, [] if wrong else [vars(outcome.stats._strategy) for outcome in outcomes]


def value_differences(blocks: list[Block], folder: Path) -> list[str]:
    """Compare all values bit by bit; each expression has to have some."""
    found, kept = both_ways(evaluating(blocks), folder)
    if found:
        return found
    places = {"floats": 0, "integers": 0}
    for block in blocks:
        target = "integers" if block.whole else "floats"
        for expression in block.expressions:
            begin = places[target]
            places[target] += block.count
            first, second = (values[target][begin : places[target]] for values in kept)
            if (first == (int(UNSET) if block.whole else UNSET)).all():
                found.append(f"{expression} was never evaluated")
            different = [n for n in range(block.count) if not same_arrays(first[n], second[n])]
            found += [
                f"{expression} of {block.operands(n)}: {first[n]!r} != {second[n]!r}"
                for n in different[:3]
            ]
    return found


def class_differences(expressions: dict[str, str], folder: Path) -> list[str]:
    """Compare classes and values of single results; expressions by a name for each."""
    init = [
        "self.whole, self.real, self.truth = 7, 2.5, True",
        "self.reals, self.wholes, self.truths = np.array([3.5]), np.array([3]), np.array([True])",
    ]
    body = [f"self.result_{n} = {text}" for n, text in enumerate(expressions.values())]
    source = SOURCE.format(bars=BARS, init=_indented(init, 8), body=_indented(body, 12))
    found, kept = both_ways(source, folder)
    if found:
        return found
    results = [[values[f"result_{n}"] for values in kept] for n in range(len(expressions))]
    return [
        f"{name}: {first!r} ({type(first)}) != {second!r} ({type(second)})"
        for name, (first, second) in zip(expressions, results, strict=True)
        if not same(first, second)
    ]
