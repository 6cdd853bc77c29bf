"""A strategy that evaluates expressions for all combinations of some numbers, and keeps the values.

All values of an expression are kept in an array, and the last one on an attribute, which has the
class of the number too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..conformance.both_ways import differences, outcome_of
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

    Numbers are Python's if they are a tuple, NumPy's if they are an array.
    """

    expressions: tuple[str, ...]
    x: Any
    y: Any = None
    before: str = ""


def source_of(blocks: list[Block]) -> str:
    init, body = [], []
    for number, block in enumerate(blocks):
        names = {name: getattr(block, name) for name in ("x", "y")}
        used = {name: values for name, values in names.items() if values is not None}
        init += [f"self.{name}{number} = {_text(values)}" for name, values in used.items()]
        body.append("n = 0")
        for depth, name in enumerate(used):
            body.append("    " * depth + f"for {name} in self.{name}{number}:")
        indent = "    " * len(used)
        count = int(np.prod([len(values) for values in used.values()]))
        body += [indent + line for line in block.before.splitlines()]
        for place, text in enumerate(block.expressions):
            expression, _, condition = text.partition(" when ")
            values, last = f"values_{number}_{place}", f"last_{number}_{place}"
            init += [f"self.{values} = np.full({count}, {UNSET})", f"self.{last} = None"]
            body += [
                f"{indent}if {condition or True}:  # {text}",
                f"{indent}    self.{last} = {expression}",
                f"{indent}    self.{values}[n] = self.{last}",
            ]
        body.append(f"{indent}n += 1")
    return SOURCE.format(bars=BARS, init=_indented(init, 8), body=_indented(body, 12))


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


def check(blocks: list[Block], folder: Path) -> None:
    """Evaluate interpreted and compiled, and compare everything that was kept, bit by bit."""
    strategy = imported(source_of(blocks), folder).Evaluating
    interpreted, compiled = (
        outcome_of(data(), strategy, {}, compiled=way) for way in (False, True)
    )
    assert (interpreted.error, compiled.error) == (None, None)
    assert compiled.stats.execution.compiled
    found = differences(interpreted, compiled)
    assert [explained(text, blocks, interpreted, compiled) for text in found] == []
    kept = vars(compiled.stats._strategy)
    for name in kept:
        assert not name.startswith("values_") or (kept[name] != UNSET).any(), name


def explained(text: str, blocks: list[Block], *outcomes: Any) -> str:
    """Name the expression and the first operands with another value."""
    name = text.removeprefix("attribute ").partition(":")[0]
    parts = name.split("_")
    if parts[0] not in ("values", "last"):
        return text
    block = blocks[int(parts[1])]
    expression = block.expressions[int(parts[2])]
    first, second = (getattr(outcome.stats._strategy, name) for outcome in outcomes)
    if parts[0] == "last":
        return f"{expression}: {first!r} != {second!r}"
    equal = (first == second) & (np.signbit(first) == np.signbit(second))
    place = int(np.argmin(equal | (np.isnan(first) & np.isnan(second))))
    x, y = divmod(place, len(block.y)) if block.y is not None else (place, None)
    operands = [block.x[x]] + ([] if y is None else [block.y[y]])
    return f"{expression} of {operands}: {first[place]!r} != {second[place]!r}"
