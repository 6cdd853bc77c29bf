"""Indicators as they are drawn: over the prices, or in sections of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from hindcaster._types import AnyArray, FloatArray
from hindcaster.plotting.aggregation import Groups


class Row(NamedTuple):
    """One line (or row of dots) of an indicator.

    Attributes
    ----------
    column : str
        Name of its values among the candles' columns.
    label : str
        Text of the legend.
    color : str or None
        Colour the user chose.
    values : numpy.ndarray
        By candle.
    level : float or None
        Height of a dashed line through the middle of what the values swing around.
    """

    column: str
    label: str
    color: str | None
    values: FloatArray
    level: float | None


class Shown(NamedTuple):
    """An indicator to draw; `muted` ones are pale and not in the legend."""

    rows: list[Row]
    overlay: bool
    muted: bool
    scatter: bool


def shown_indicators(
    indicators: Iterable[Any], groups: Groups | None
) -> tuple[list[Shown], list[str]]:
    """Choose the indicators to draw.

    Returns
    -------
    list of Shown
        In the order in which they were declared.
    list of str
        Warnings about those that cannot be drawn.
    """
    shown, warnings = [], []
    for number, indicator in enumerate(indicators):
        options = indicator._opts
        overlay, plot = bool(np.any(options["overlay"])), bool(np.any(options["plot"]))
        if not overlay and not plot:
            continue
        values = _as_numbers(np.asarray(indicator))
        if values is None:
            warnings.append(f"Indicator {indicator.name!r} is not drawn: it has no numbers.")
        elif values.ndim > 2:
            warnings.append(f"Indicator {indicator.name!r} is not drawn: it has {values.ndim} axes")
        else:
            rows = _rows(number, indicator, np.atleast_2d(values), groups)
            shown.append(Shown(rows, overlay, not plot, bool(np.any(options["scatter"]))))
    return shown, warnings


def _rows(number: int, indicator: Any, values: FloatArray, groups: Groups | None) -> list[Row]:
    name, color = indicator.name, indicator._opts["color"]
    names = [str(name)] * len(values) if isinstance(name, str) else [str(n) for n in name]
    if not names:
        names = [""]
    colors = [color] if isinstance(color, str) or color is None else list(color) or [None]
    rows = []
    for row, full in enumerate(values):
        label = names[row % len(names)]
        drawn = full if groups is None else groups.mean(full)
        column = f"{label}_{number}_{row}".translate(_NO_BRACES)
        rows.append(Row(column, label, colors[row % len(colors)], drawn, level_of(full)))
    return rows


_NO_BRACES = str.maketrans("{}", "()")  # they would end the name of the column in a tooltip


def _as_numbers(values: AnyArray) -> FloatArray | None:
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    if values.dtype.kind != "O":
        return None
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return None


def level_of(values: FloatArray) -> float | None:
    """Find the level an indicator swings around, if it is one of the usual: 0, 0.5, 50, 100, 200.

    Examples
    --------
    >>> level_of(np.array([48.0, 53.0])), level_of(np.array([10.0, 20.0]))
    (50.5, None)
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    mean = float(finite.mean())
    usual = abs(mean) < 0.1 or round(abs(mean), 1) == 0.5 or round(abs(mean), -1) in (50, 100, 200)
    return mean if usual else None
