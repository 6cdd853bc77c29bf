"""Numbers in compiled code have the values and the classes that Python and NumPy give them.

A strategy evaluates expressions for every combination of some awkward numbers, keeps all values in
arrays and the last one on an attribute, once interpreted and once compiled.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ..conformance.both_ways import differences, outcome_of
from .sources import imported

BARS = 310
SMALL, TINY, HUGE = 2.0**-30, 5e-324, 1.5e300
FLOATS = (0.1, -0.0, 0.5, -2.5, 1.5, 3.0, -7.25, 1e16, 123456.789, SMALL, TINY, -HUGE, 0.30000000000000004)
WHOLE = (0, 1, -1, 2, -3, 7, 10, -12, 255, 65536, -(2**31), 2**31 + 1, 999_999_937)
HALVES = (0.5, -0.5, 1.5, 2.5, -2.5, 0.25, 0.125, 2.675, 1.005, 0.045, -0.0, 1e-7, 123456.5, 4503599627370497.5, 1e15 + 0.3, -1234.56785)
ANY = (*FLOATS, float("nan"), float("inf"), float("-inf"))
POSITIVE = (0.1, 0.5, 1.0, 1.5, 2.0, 10.0, 123.456, SMALL, 1e-200, 5e-324, 7.5)
POWERS = (2.0, 0.5, -1.0, 3.0, 0.0, 1.0, -0.5, 1.5, 1 / 3, 2.5)
TRUTHS = (True, False)

SOURCE = """
import math

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import barssince, cross, crossover, quantile


class Counting(Strategy):
    def init(self):
{init}

    def next(self):
        if len(self.data) == {bars}:
{body}
"""


@dataclass(frozen=True)
class Block:
    """Expressions to evaluate in nested loops, each perhaps under a condition."""

    loops: tuple[str, ...]
    count: int
    expressions: tuple[tuple[str, str], ...]
    before: str = ""


def source_of(blocks: list[Block]) -> str:
    init, body = ["pass"], ["pass"]
    for number, block in enumerate(blocks):
        body.append("n = 0")
        for depth, loop in enumerate(block.loops):
            body.append("    " * depth + f"for {loop}:")
        inside = "    " * len(block.loops)
        if block.before:
            body.append(inside + block.before)
        for place, (condition, expression) in enumerate(block.expressions):
            values, last = f"self.values_{number}_{place}", f"self.last_{number}_{place}"
            init += [f"{values} = np.full({block.count}, -77.0)", f"{last} = None"]
            body.append(f"{inside}if {condition}:")
            body.append(f"{inside}    {last} = {expression}")
            body.append(f"{inside}    {values}[n] = {expression}")
        body.append(f"{inside}n += 1")
    return SOURCE.format(
        bars=BARS, init=_indented(init, 2), body=_indented(body, 3)
    )


def _indented(lines: list[str], depth: int) -> str:
    return "\n".join("    " * depth + line for line in lines)


def data() -> pd.DataFrame:
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


def check(blocks: list[Block], folder: Path, constants: dict[str, Any] | None = None) -> None:
    """Run both ways and compare everything that was kept, bit by bit."""
    module = imported(source_of(blocks), folder)
    vars(module).update(constants or {})
    interpreted, compiled = (
        outcome_of(data(), module.Counting, {}, compiled=way) for way in (False, True)
    )
    assert interpreted.error is None
    assert compiled.error is None
    assert compiled.stats.execution.compiled
    assert differences(interpreted, compiled) == []
    kept = vars(compiled.stats._strategy)
    for name in kept:
        if name.startswith("values_"):
            assert (kept[name] != -77.0).any(), f"{name} was never computed"
    interpreted.stats._strategy


def pairs(
    first: tuple[Any, ...], second: tuple[Any, ...], *expressions: str, types: tuple[str, str]
) -> Block:
    """All pairs of two sets of numbers, as Python's (`tuple`) or NumPy's (`np.array`)."""
    texts = [
        f"self.{kind}" if kind else ""
        for kind in types
    ]
    raise NotImplementedError(texts)


def split(text: str) -> tuple[str, str]:
    """Condition and expression of ``expression if condition``."""
    expression, _, condition = text.partition(" when ")
    return condition or "True", expression
