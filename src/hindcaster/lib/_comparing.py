"""When values of two runs count as the same, and on which bar series of them part."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, BoolArray, FloatArray
from hindcaster.account import Order, Position, Trade

ROUNDING: Final = 1e-9
"""Up to which relative difference two floats are the same value.

Sums over another number of bars are rounded elsewhere: about 1e-16 per addition, so that sums over
millions of bars stay below this. What the future changes is larger by far.
"""

FAINT: Final = 1e-12
"""Share of the largest value of a row that counts as nothing: differences of sums leave it."""

_DEEPEST: Final = 5  # containers in containers
_MOST: Final = 100_000  # entries of a container that are looked at
_PLAIN: Final = (
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    np.generic,
    pd.Timestamp,
    pd.Timedelta,
)


class Unknown:
    """Stands for what cannot be compared."""


UNKNOWN: Final = Unknown()


class Cut:
    """Up to where values are compared: bars that both runs know.

    Parameters
    ----------
    index : Index
        Labels of all bars of a run.
    count : int
        How many of them are known.
    """

    def __init__(self, index: pd.Index, count: int) -> None:
        self._n_bars = len(index)
        self._count = count
        self._last = index[count - 1]
        self._dated = isinstance(index, pd.DatetimeIndex)

    def of_array(self, values: AnyArray) -> AnyArray:
        """Cut the axis that is as long as the bars; the last one if several are."""
        for axis in (-1, 0):
            if values.ndim and values.shape[axis] == self._n_bars:
                return values[..., : self._count] if axis else values[: self._count]
        return values

    def of_table(self, table: Any) -> Any:
        """Cut a Series or DataFrame by its number of rows, or else by its dates."""
        if len(table) == self._n_bars:
            return table.iloc[: self._count]
        if self._dated and isinstance(table.index, pd.DatetimeIndex):
            try:
                return table[np.asarray(table.index <= self._last)]
            except TypeError:  # one has a time zone, the other none
                return table
        return table

    def of_sequence(self, values: Any) -> Any:
        """Cut a list or tuple that is as long as the bars."""
        return values[: self._count] if len(values) == self._n_bars else values


def frozen(value: Any, cut: Cut, depth: int = _DEEPEST) -> Any:
    """Copy what an attribute holds, up to a cut, in a form that `alike` compares.

    Objects become the names of their classes and their attributes, if they have any; what else
    there is becomes `UNKNOWN`, which is like everything.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.ndarray):
        return np.array(cut.of_array(np.asarray(value)))
    if isinstance(value, (pd.Series, pd.DataFrame)):
        return cut.of_table(value).copy()
    if isinstance(value, (Order, Trade, Position)):
        return repr(value)
    if depth and isinstance(value, (list, tuple, deque)) and len(value) <= _MOST:
        whole = value if isinstance(value, deque) else cut.of_sequence(value)
        return [frozen(entry, cut, depth - 1) for entry in whole]
    if depth and isinstance(value, Mapping) and len(value) <= _MOST:
        return {repr(key): frozen(entry, cut, depth - 1) for key, entry in value.items()}
    if depth and isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    own = getattr(value, "__dict__", None)
    if depth and own and not callable(value) and not type(value).__module__.startswith("hindc"):
        return [type(value).__qualname__, frozen(dict(own), cut, depth - 1)]
    return UNKNOWN


def alike(one: Any, other: Any) -> bool:
    """Whether two frozen values are the same: floats up to rounding, NaN like NaN."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return True
    if isinstance(one, (float, np.floating)) and isinstance(other, (float, np.floating)):
        both_missing = math.isnan(one) and math.isnan(other)
        return both_missing or math.isclose(one, other, rel_tol=ROUNDING)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and not parting(one, other).any()
    if isinstance(one, (pd.Series, pd.DataFrame)):
        return type(one) is type(other) and tables_alike(one, other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if one is pd.NaT or other is pd.NaT:
        return one is other
    try:
        return bool(one == other)
    except Exception:  # such as Timestamps with and without a zone
        return False


def tables_alike(one: Any, other: Any) -> bool:
    """Whether two Series or DataFrames are the same, labels included."""
    if one.shape != other.shape or not one.index.equals(other.index):
        return False
    if isinstance(one, pd.Series):
        return not parting(one.to_numpy(), other.to_numpy()).any()
    if not one.columns.equals(other.columns):
        return False
    columns = range(one.shape[1])
    return all(tables_alike(one.iloc[:, number], other.iloc[:, number]) for number in columns)


def parting(one: AnyArray, other: AnyArray) -> BoolArray:
    """Say on which bars two arrays of the same shape differ.

    Parameters
    ----------
    one, other : array, shape (..., n_bars)
        Values by bar. Floats are the same up to `ROUNDING` of their size (float32 up to 1e-5) or
        `FAINT` of the largest of their row, NaN is the same as NaN; others are compared exactly.

    Returns
    -------
    array of bool, shape (n_bars,)
        Whether any row differs.
    """
    one, other = np.atleast_1d(np.asarray(one)), np.atleast_1d(np.asarray(other))
    if one.dtype.kind in "fc" or other.dtype.kind in "fc":
        differs: Any = _floats_part(one, other)
    elif one.dtype == object or other.dtype == object:
        pairs = zip(one.ravel().tolist(), other.ravel().tolist(), strict=True)
        differs = np.array([not alike(*pair) for pair in pairs], bool).reshape(one.shape)
    else:
        differs = one != other
        if one.dtype.kind in "mM" and one.dtype.kind == other.dtype.kind:
            differs &= ~(np.isnat(one) & np.isnat(other))
    found: BoolArray = differs.reshape(-1, one.shape[-1]).any(axis=0)
    return found


def _floats_part(one: AnyArray, other: AnyArray) -> BoolArray:
    widths = [np.finfo(part.dtype).eps for part in (one, other) if part.dtype.kind in "fc"]
    rounding = max(ROUNDING, 100 * float(max(widths)))  # float32 has eps 1e-7
    kind = np.complex128 if "c" in (one.dtype.kind, other.dtype.kind) else np.float64
    try:
        one, other = one.astype(kind), other.astype(kind)
    except (TypeError, ValueError):
        return parting(one.astype(object), other.astype(object))
    with np.errstate(all="ignore"):
        sizes = np.maximum(np.abs(one), np.abs(other))
        usual = np.where(np.isfinite(sizes), sizes, 0.0)
        most = usual.max(axis=-1, keepdims=True) if usual.size else 0.0
        near = np.abs(one - other) <= np.maximum(rounding * sizes, FAINT * most)
        same: BoolArray = (
            near & np.isfinite(sizes) | (one == other) | (one != one) & (other != other)
        )
    differs: BoolArray = np.logical_not(same)
    return differs


def distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """Measure how far values by bar are apart, relative to their size.

    Parameters
    ----------
    one, other : array, shape (n_bars,)
        Values.

    Returns
    -------
    array, shape (n_bars,)
        ``|one - other|`` divided by the larger of the two, or by the median size of `one` if that
        is larger still (so that a value that happens to be near zero does not count as far off).
        Infinite where one alone is missing.
    """
    with np.errstate(all="ignore"):
        known = np.abs(one[np.isfinite(one)])
        usual = float(np.median(known)) if len(known) else 0.0
        sizes = np.maximum(np.maximum(np.abs(one), np.abs(other)), usual)
        found = np.abs(one - other) / np.where(sizes > 0, sizes, 1.0)
    found[(one == other) | (np.isnan(one) & np.isnan(other))] = 0.0
    found[np.isnan(found)] = np.inf
    return found
