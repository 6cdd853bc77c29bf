"""Statistics as a table for notebooks: self-contained HTML that fits light and dark themes."""

import math
from datetime import datetime, timedelta
from html import escape
from itertools import groupby
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from hindcaster.stats.summary import METRIC_NAMES

_MISSING = "–"
_LONGEST_TEXT = 200

# The heading above each row that begins a group; the rows and their order are the statistics' own.
_HEADINGS = {
    "Start": "Period",
    "Equity Final [$]": "Account",
    "Return [%]": "Return and risk",
    "Max. Drawdown [%]": "Drawdown",
    "# Trades": "Trades",
}


def _groups() -> dict[str, str]:
    """Heading of the group of each row."""
    found, heading = {}, ""
    for name in METRIC_NAMES:
        heading = _HEADINGS.get(name, heading)
        found[name] = heading
    return found


_GROUP_OF = _groups()
_LABEL_ROWS = ("Start", "End")

# Greys that are half transparent suit any background; the text keeps the theme's colour. Styles
# are inline because notebooks strip style sheets, and set what the themes set for tables.
_LINE = "1px solid rgba(128,128,128,0.35)"
_TABLE = "border-collapse:collapse;border:none;color:inherit;background:transparent;margin:0"
_CAPTION = "caption-side:top;text-align:left;color:inherit;padding:4px 8px"
_HEADING = f"text-align:left;padding:8px 8px 2px;border:none;border-bottom:{_LINE}"
_NAME = "text-align:left;font-weight:normal;padding:2px 24px 2px 8px;border:none"
_VALUE = "text-align:right;padding:2px 8px;border:none;font-variant-numeric:tabular-nums"
_FOOT = f"text-align:left;padding:4px 8px;border:none;border-top:{_LINE};opacity:0.75"
_STRIPES = ("background:transparent", "background:rgba(128,128,128,0.1)")


def html_table(stats: "pd.Series[Any]") -> str:
    """Make a table of statistics.

    Rows whose names start with an underscore are listed below the table with their size, except
    for the strategy, which is named above it.

    Parameters
    ----------
    stats : Series
        What `Backtest.run` returned, or any rows of it, or rows of other names.

    Returns
    -------
    str
        HTML without scripts, style sheets or references; all texts are escaped.

    Examples
    --------
    >>> table = html_table(pd.Series({"Equity Final [$]": 12345.678, "a < b": "yes & no"}))
    >>> "12,345.68" in table, "a &lt; b" in table, "yes &amp; no" in table
    (True, True, True)
    """
    rows = [(str(name), value) for name, value in stats.items()]
    private = [row for row in rows if row[0].startswith("_") and row[0] != "_strategy"]
    caption = _caption(dict(rows).get("_strategy"), stats.attrs.get("execution"))
    bodies = [_body(group, members) for group, members in grouped_rows(stats)]
    return f'<table style="{_TABLE}">{caption}{"".join(bodies)}{_foot(private)}</table>'


def grouped_rows(stats: "pd.Series[Any]") -> list[tuple[str, list[tuple[str, str]]]]:
    """Put rows whose names start with no underscore below headings, in their order.

    Returns
    -------
    list of (str, list of (str, str))
        Headings, and below each the names and values as texts that are not escaped.
    """
    rows = [(str(name), value) for name, value in stats.items() if not str(name).startswith("_")]
    groups = groupby(rows, lambda row: _GROUP_OF.get(row[0], "Further rows"))
    return [
        (group, [(name, _row_text(name, value)) for name, value in members])
        for group, members in groups
    ]


def _caption(strategy: Any, execution: Any) -> str:
    lines = []
    if strategy is not None:
        lines.append(f"<strong>{_escaped(strategy)}</strong>")
    if execution is not None:
        driven = "compiled" if execution.compiled else "interpreted"
        lines.append(f"<small>{driven}: {_escaped(execution.reason)}</small>")
    return f'<caption style="{_CAPTION}">{"<br>".join(lines)}</caption>' if lines else ""


def _body(group: str, rows: list[tuple[str, str]]) -> str:
    heading = f'<tr><th scope="rowgroup" colspan="2" style="{_HEADING}">{group}</th></tr>'
    lines = [
        f'<tr style="{_STRIPES[number % 2]}"><th scope="row" style="{_NAME}">{_escaped(name)}</th>'
        f'<td style="{_VALUE}">{_escaped(text)}</td></tr>'
        for number, (name, text) in enumerate(rows)
    ]
    return f"<tbody>{heading}{''.join(lines)}</tbody>"


def _foot(rows: list[tuple[str, Any]]) -> str:
    if not rows:
        return ""
    lines = "<br>".join(_escaped(f"{name}: {value_text(value)}") for name, value in rows)
    return f'<tfoot><tr><td colspan="2" style="{_FOOT}"><small>{lines}</small></td></tr></tfoot>'


def _escaped(value: Any) -> str:
    text = str(value)
    return escape(text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…")


def _row_text(name: str, value: Any) -> str:
    # Labels of numbered bars are names, not quantities.
    is_label = name in _LABEL_ROWS and isinstance(value, Integral)
    return str(value) if is_label else value_text(value)


def value_text(value: Any) -> str:
    """Write a value for reading.

    Parameters
    ----------
    value : any
        Numbers get two decimals, or four significant digits below 1; frames are described by
        their size; what is missing is a dash.

    Returns
    -------
    str
        Not escaped.

    Examples
    --------
    >>> [value_text(number) for number in (1234567.891, -0.0123456, 93, float("nan"))]
    ['1,234,567.89', '-0.01235', '93', '–']
    >>> value_text(pd.Timedelta("5 days")), value_text(pd.Timedelta("1 days 04:30:00.000000001"))
    ('5 days', '1 day 04:30:00')
    >>> value_text(pd.Timestamp("2024-01-05")), value_text(pd.Timestamp("2024-01-05 16:00"))
    ('2024-01-05', '2024-01-05 16:00:00')
    """
    if isinstance(value, pd.DataFrame):
        return f"{_count(len(value), 'row')} × {_count(value.shape[1], 'column')}"
    if isinstance(value, (pd.Series, pd.Index, np.ndarray)):
        return _count(value.size, "value")
    if value is None or value is pd.NA or value is pd.NaT:
        return _MISSING
    if isinstance(value, (datetime, np.datetime64)):
        return _time_text(pd.Timestamp(value))
    if isinstance(value, (timedelta, np.timedelta64)):
        return _span_text(pd.Timedelta(value))
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    return f"{int(value):,}" if isinstance(value, Integral) else _number_text(float(value))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _number_text(value: float) -> str:
    if math.isnan(value):
        return _MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if 0 < size < 1:
        return f"{value:.4g}"
    return f"{value + 0.0:,.2f}" if size < 1e15 else f"{value:.4g}"


def _time_text(time: Any) -> str:
    if time is pd.NaT:
        return _MISSING
    if time.tz is None and time == time.normalize():
        return f"{time:%Y-%m-%d}"
    return str(time.isoformat(sep=" ", timespec="microseconds" if time.microsecond else "seconds"))


def _span_text(span: Any) -> str:
    if span is pd.NaT:
        return _MISSING
    if span < pd.Timedelta(0):
        return f"-{_span_text(-span)}"
    parts = span.components
    fraction = f".{parts.milliseconds:03}{parts.microseconds:03}".rstrip("0").rstrip(".")
    clock = f"{parts.hours:02}:{parts.minutes:02}:{parts.seconds:02}{fraction}"
    if not parts.days:
        return clock
    days = _count(parts.days, "day")
    return days if clock == "00:00:00" else f"{days} {clock}"
