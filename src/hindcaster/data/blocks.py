"""Frames put together from ready-made columns, without pandas looking into each of them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from hindcaster._types import AnyArray

try:
    from pandas.api.internals import (  # type: ignore[import-not-found, unused-ignore]
        create_dataframe_from_blocks,
    )
except ImportError:  # pandas 2
    create_dataframe_from_blocks = None

Block = tuple[Any, AnyArray]

_FEW = 10_000  # durations; for more of them the time that pandas takes for an array is small
_TICKS = np.dtype(np.int64)
_LABELS = frozenset({np.dtype(np.int64), np.dtype(np.float64)})
_SPANS = frozenset(np.dtype(f"m8[{unit}]") for unit in ("s", "ms", "us", "ns"))


def frame_of(columns: Mapping[str, Any], length: int) -> pd.DataFrame:
    """Make the frame that ``pd.DataFrame(columns)`` is, in a fraction of the time.

    Parameters
    ----------
    columns : dict
        What to put below each name: an array, a list or a pandas Index; None stands for nothing
        but Nones. NumPy arrays are copied.
    length : int
        Number of rows.
    """
    if create_dataframe_from_blocks is None:
        nothing = np.full(length, None, object)
        given = {name: nothing if c is None else c for name, c in columns.items()}
        return pd.DataFrame(given, copy=True)
    blocks: list[Block] = []
    together: dict[np.dtype[Any], tuple[list[int], list[AnyArray]]] = {}
    for place, column in enumerate(columns.values()):
        array = _array_of(column, length)
        if isinstance(array, np.ndarray):
            places, arrays = together.setdefault(array.dtype, ([], []))
            places.append(place)
            arrays.append(array)
        else:
            blocks.append((array, np.array([place])))
    for places, arrays in together.values():
        rows = np.concatenate(arrays).reshape(len(arrays), length)
        blocks.append((rows, np.array(places)))
    return frame_of_blocks(tuple(columns), blocks, pd.RangeIndex(length))


def frame_of_blocks(names: tuple[str, ...], blocks: list[Block], index: pd.Index) -> pd.DataFrame:
    """Make a frame that takes over arrays of columns.

    Parameters
    ----------
    names : tuple of str
        Names of the columns.
    blocks : list of (array, places)
        Each a 2-D NumPy array of numbers, objects or durations with a row per column, or the
        extension array of one column; and the positions of these columns in the frame.
    index : Index
        Labels of the rows.
    """
    if create_dataframe_from_blocks is not None:
        frame: pd.DataFrame = create_dataframe_from_blocks(blocks, index, label_index(names))
        return frame
    columns: list[Any] = [None] * len(names)
    for array, places in blocks:
        rows = array if isinstance(array, np.ndarray) else [array]
        for row, place in zip(rows, places.tolist(), strict=True):
            columns[place] = row
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index, copy=False)


def label_index(names: tuple[str, ...]) -> pd.Index:
    """Make an index of texts; all that are equal share the texts and the look-up table."""
    # A view, because the name of an index can be changed in place.
    return _label_index(names).view()


@lru_cache(maxsize=256)
def _label_index(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(list(names))


def _array_of(column: Any, length: int) -> Any:
    """Bring a column to what a frame stores: a NumPy or an extension array."""
    if isinstance(column, np.ndarray):
        if column.dtype.kind in "biufc":
            return column
        if column.dtype in _SPANS:
            return spans_of(column)
    elif column is None:
        return np.full(length, None, object)
    elif isinstance(column, ExtensionArray):
        return _unwrapped(column)
    elif isinstance(column, pd.Index) and column.dtype in _LABELS:
        return column.to_numpy()
    # pandas decides on texts, dates and objects.
    return _unwrapped(pd.DataFrame({0: column}, copy=False)[0].array)


def spans_of(values: AnyArray) -> Any:
    """Make the extension array of durations; those of `values` may be used for it."""
    if len(values) > _FEW:
        return pd.array(values, copy=False)
    # pandas takes its time over an array that is new to it.
    spans = _no_span(values.dtype).repeat(len(values))
    spans.view(_TICKS)[:] = values.view(_TICKS)
    return spans


@cache
def _no_span(dtype: np.dtype[Any]) -> Any:
    return pd.array(np.array(["NaT"], dtype))


def _unwrapped(array: Any) -> Any:
    # Not of its subclasses: texts have one.
    return array.to_numpy() if type(array) is pd.arrays.NumpyExtensionArray else array
