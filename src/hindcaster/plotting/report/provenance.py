"""What a run was made with, as texts: parameters, settings, data, versions."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._version import __version__
from hindcaster.data.fingerprint import fingerprint
from hindcaster.reporting_html import value_text
from hindcaster.stats.time_axis import TimeAxis

_PACKAGES = ("numpy", "pandas", "numba", "bokeh")
_LONGEST_TEXT = 200


class Row(NamedTuple):
    """A name and its value as text; `remark` tells more, such as that it was given for the run."""

    name: str
    text: str
    remark: str = ""


def code_text(value: Any) -> str:
    """Write a value as it would be in code, as far as that is possible.

    Examples
    --------
    >>> code_text(np.float64(0.002)), code_text("D"), code_text(code_text), code_text(object())
    ('0.002', "'D'", 'code_text', 'object')
    """
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        return value_text(value)
    if isinstance(value, np.generic):
        value = value.item()
    name = getattr(value, "__qualname__", None)
    if callable(value) and isinstance(name, str):
        return name
    try:
        text = repr(value)
    except Exception:  # a text about an object of the user's is no reason to fail
        text = ""
    if not text or f" at 0x{id(value):x}" in text or " object at 0x" in text:
        text = type(value).__qualname__
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def data_rows(data: pd.DataFrame, axis: TimeAxis) -> list[Row]:
    """Describe the bars that were tested."""
    rows = [
        Row("Bars", f"{len(data):,}"),
        Row("First", _label(axis, axis.start)),
        Row("Last", _label(axis, axis.end)),
        Row("Columns", ", ".join(map(str, data.columns))),
        Row("Digest", fingerprint(data), "BLAKE2b of labels, column names and values"),
    ]
    if isinstance(data.index, pd.DatetimeIndex) and data.index.tz is not None:
        rows.insert(3, Row("Time zone", str(data.index.tz)))
    return rows


def _label(axis: TimeAxis, value: Any) -> str:
    return value_text(value) if axis.is_datetime else str(value)


def version_rows(results: Any) -> list[Row]:
    """Name what computed the results, and how the strategy was driven."""
    rows = [Row("hindcaster", __version__), Row("Python", sys.version.split()[0])]
    rows += [Row(name, version(name)) for name in _PACKAGES]
    rows.append(Row("Platform", f"{platform.system()} {platform.machine()}"))
    execution = results.attrs.get("execution")
    driven = "not known"
    if execution is not None:
        driven = "compiled" if execution.compiled else "interpreted"
    rows.append(Row("Strategy ran", driven, execution.reason if execution is not None else ""))
    rows.append(Row("Report written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"))
    return rows
