"""Scores of a search by pairs of parameters, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray


class Panel(NamedTuple):
    """Scores by two parameters, or by one.

    `xs` and `ys` are a value of each parameter per cell, as texts; `factors` their distinct
    values in order. `best` is the cell with the highest score, None if all are NaN.
    """

    names: tuple[str, ...]
    xs: list[str]
    ys: list[str]
    factors: tuple[list[str], ...]
    values: FloatArray
    best: int | None


def panels_of(heatmap: pd.Series[Any], agg: str | Callable[..., Any]) -> list[Panel]:
    """Put scores together, for every pair of parameters or for the only one."""
    index = heatmap.index
    pairs: list[tuple[int, ...]] = list(combinations(range(index.nlevels), 2)) or [(0,)]
    return [_panel(heatmap, pair, agg) for pair in pairs]


def _panel(
    heatmap: pd.Series[Any], levels: tuple[int, ...], agg: str | Callable[..., Any]
) -> Panel:
    keys = [_texts_in_order(heatmap.index.get_level_values(level)) for level in levels]
    scores = heatmap.astype(np.float64).set_axis(pd.RangeIndex(len(heatmap)))
    cells = scores.groupby([codes for codes, _ in keys]).agg(agg)
    names = tuple(str(heatmap.index.names[level] or f"parameter {level + 1}") for level in levels)
    values = cells.to_numpy(np.float64)
    places = [cells.index.get_level_values(i).to_numpy() for i in range(len(levels))]
    texts = [[keys[i][1][place] for place in places[i].tolist()] for i in range(len(levels))]
    best = None if np.isnan(values).all() else int(np.nanargmax(values))
    return Panel(
        names,
        texts[0],
        texts[1] if len(texts) > 1 else [],
        tuple(factors for _, factors in keys),
        values,
        best,
    )


def _texts_in_order(values: pd.Index) -> tuple[Any, list[str]]:
    """Give distinct values a number, in their order, and a text."""
    try:
        codes, distinct = pd.factorize(values, sort=True, use_na_sentinel=False)
    except TypeError:  # of kinds that cannot be compared
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
    texts: list[str] = []
    for value in distinct:
        text = str(value)
        while text in texts:  # 1 and '1'
            text += "\u200b"
        texts.append(text)
    return codes, texts
