"""What commands show: tables for people, JSON for programs."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_WIDTH: Final = 100  # characters, where stdout is no terminal
_SHOWN_ROWS: Final = 20  # of a frame


def show(*parts: Any) -> None:
    """Print tables, below their titles, and lines of text."""
    from rich.console import Console
    from rich.table import Table

    is_terminal = sys.stdout.isatty()
    width = None if is_terminal or "COLUMNS" in os.environ else _WIDTH
    console = Console(width=width, highlight=False, emoji=False, markup=False)
    with nullcontext() if is_terminal else console.capture() as captured:
        for part in parts:
            for line in _below_title(part):
                console.print(line, soft_wrap=not isinstance(line, Table))
    if captured is None:
        return
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _below_title(part: Any) -> list[Any]:
    """Take a table's title from it, which would be wrapped to the table's width."""
    title = getattr(part, "title", None)
    if not title or isinstance(part, str):
        return [part]
    part.title = None
    return [title, part]


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(plain(value), indent=2, allow_nan=False))


def plain(value: Any) -> Any:
    """Bring a value to what JSON can hold.

    Numbers that are not finite and what is missing become null, times and durations their ISO
    8601 form, frames a list of rows, and everything else its text.

    Examples
    --------
    >>> import pandas as pd
    >>> plain({"a": float("nan"), "b": pd.Timestamp("2024-01-05"), "c": pd.Timedelta("1h")})
    {'a': None, 'b': '2024-01-05T00:00:00', 'c': 'P0DT1H0M0S'}
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if isinstance(value, (set, frozenset)):
        return [plain(member) for member in sorted(value, key=repr)]
    return _plain_pandas(value)


def _plain_pandas(value: Any) -> Any:
    import numpy as np
    import pandas as pd

    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.timedelta64):
        value = pd.Timedelta(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, pd.DataFrame):
        columns = [[plain(member) for member in value[name]] for name in value]
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if isinstance(value, (pd.Series, pd.Index)):
        return [plain(member) for member in value]
    return str(value)


def statistics(stats: pd.Series[Any]) -> dict[str, Any]:
    """Pick the public rows of a result."""
    return {str(name): value for name, value in stats.items() if not str(name).startswith("_")}


def statistics_table(stats: pd.Series[Any], title: str) -> Table:
    """Make a table of the public rows of a result, below their headings."""
    from hindcaster.reporting_html import grouped_rows

    table = new_table(["", ""], title=title, right=[1], header=False)
    for place, (heading, rows) in enumerate(grouped_rows(stats)):
        if place:
            table.add_row("", "")
        table.add_row(bold(heading), "")
        for name, text in rows:
            table.add_row(name, text)
    return table


def bold(text: str) -> Any:
    """Make a text bold where that can be shown."""
    from rich.text import Text

    return Text(text, style="bold")


def new_table(
    names: Sequence[str], *, title: str = "", right: Iterable[int] = (), header: bool = True
) -> Table:
    """Make an empty table; `right` are the columns of numbers."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title, style="bold") if title else None,
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        pad_edge=False,
        show_edge=False,
    )
    numbers = set(right)
    for place, name in enumerate(names):
        is_number = place in numbers
        table.add_column(
            name, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    return table


def rows_table(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> Table:
    """Make a table of values: numbers on the right, written for reading."""
    from hindcaster.reporting_html import value_text

    listed = [list(row) for row in rows]
    numbers = [
        place
        for place in range(len(names))
        if any(isinstance(row[place], (int, float)) for row in listed)
        or any(hasattr(row[place], "dtype") for row in listed)
    ]
    table = new_table(names, title=title, right=numbers)
    for row in listed:
        table.add_row(*(value_text(value) for value in row))
    return table


def frame_table(frame: pd.DataFrame, title: str, names: Sequence[str] = ()) -> Table:
    """Make a table of the first rows of a frame, of these columns if they are named."""
    shown = frame[list(names or frame.columns)].head(_SHOWN_ROWS)
    if len(frame) > len(shown):
        title = f"{title} (the first {len(shown)} of {len(frame):,}; --json has all)"
    rows = zip(*(list(shown[name]) for name in shown), strict=True)
    return rows_table([str(name) for name in shown], rows, title)
