"""Cases of what cannot be compiled: a source with marks around what is refused."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from .sources import imported

SOURCE = """
import datetime
import enum
import functools
import logging
import math
import operator
import random

import numpy as np
import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import barssince, cross, crossover, quantile, resample_apply

logger = logging.getLogger("strategy")
rng = np.random.default_rng(1)
coin = random.Random(1)
TABLE = {{"a": 1, "b": 2}}
LEVELS = [1.0, 2.0]
ARRAY = np.zeros(4)


class Side(enum.Enum):
    LONG = 1
    SHORT = 2

{top}

class Refused({base}):
{members}

    def init(self):
        self.band = self.I(lambda close: np.array([close - 1, close + 1]), self.data.Close)
        self.level, self.units, self.flag, self.nothing = 1.5, 3, True, None
        self.window, self.marks, self.items = np.zeros(10), np.zeros(5, bool), [1, 2]
        self.table, self.side, self.text = {{"a": 1.0}}, Side.LONG, "a"
{init}

    def next(self):
{body}
"""


@dataclass(frozen=True)
class Case:
    """A source, and the attributes of the error that it meets.

    The part of `body`, `members` or `top` that the error shows stands between « and ».
    """

    what: str
    body: str
    instead: str = ""
    top: str = ""
    members: str = ""
    init: str = ""
    base: str = "Strategy"
    index: str = "days"

    def __str__(self) -> str:
        return f"{self.what}: {' '.join(self.body.split())[:50]}"

    @property
    def source(self) -> str:
        """The whole source, with its marks."""
        return SOURCE.format(
            top=dedent(self.top),
            base=self.base,
            members=indent(dedent(self.members), " " * 4),
            init=indent(dedent(self.init), " " * 8),
            body=indent(dedent(self.body).strip("\n"), " " * 8),
        )

    def strategy(self, folder: Path) -> Any:
        """The strategy class, imported from a file."""
        return imported(unmarked(self.source), folder).Refused

    def place(self) -> tuple[int, str]:
        """Line and text of the marked part."""
        return marked(self.source)


def unmarked(source: str) -> str:
    return source.replace("«", "").replace("»", "")


def marked(source: str) -> tuple[int, str]:
    """Line and first line of the text of the statement or expression between the marks."""
    before, _, rest = source.partition("«")
    inside, _, _ = rest.partition("»")
    start, end = _place(before), _place(before + inside)
    for node in ast.walk(ast.parse(unmarked(source))):
        if (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) == start and (
            node.end_lineno,  # type: ignore[attr-defined]
            node.end_col_offset,  # type: ignore[attr-defined]
        ) == end:
            return start[0], ast.unparse(node).splitlines()[0]
    raise AssertionError(f"nothing is between the marks of\n{source}")


def _place(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n") - 1
