"""Series as strategies see them: arrays that know their name and their place in the data."""

import warnings
from typing import Any, NamedTuple, Self, cast

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, IntArray


class _Meta(NamedTuple):
    """What an array and everything derived from it have in common."""

    name: Any
    opts: dict[str, Any]
    root: AnyArray | None  # the full-length array that views are cut from


class _Array(np.ndarray[Any, np.dtype[Any]]):
    """One-dimensional values by bar (or rows of them), ending at the current bar.

    A NumPy array in every respect, except that `bool()` and `float()` look at its last element,
    and that `name` and the index of the data travel with it through views and arithmetic.

    Each series is of a class of its own that holds them, because NumPy passes on the class of an
    array without running any Python code: a view costs a third less than with attributes.
    """

    __slots__ = ()
    _meta = _Meta("", {}, None)

    def __new__(cls, array: Any, *, name: Any = None, **opts: Any) -> Self:
        values = np.asarray(array)
        return cls._of(values, _Meta(name or array.name, opts, values))

    @classmethod
    def _of(cls, values: AnyArray, meta: _Meta) -> Self:
        kind = type(cls.__name__, (cls,), {"__slots__": (), "_meta": meta})
        return cast("Self", values.view(kind))

    def __reduce__(self) -> Any:
        plain = _Indicator if isinstance(self, _Indicator) else _Array
        meta, shown = self._meta, _bars_shown(self, self._meta.root)
        if not isinstance(shown, slice) and shown[0] and "index" in meta.opts:
            # Without the full-length array beside it, a view has to bring its own labels.
            meta = meta._replace(opts={**meta.opts, "index": self._labels()})
        return plain._of, (np.asarray(self), meta._replace(root=None))

    def __bool__(self) -> bool:
        return bool(self[-1]) if self.ndim and len(self) else bool(np.asarray(self))

    def __float__(self) -> float:
        return float(self[-1]) if self.ndim and len(self) else float(np.asarray(self))

    @property
    def name(self) -> Any:
        """Name of the column or indicator; a list of names for some multi-row indicators."""
        return self._meta.name

    @property
    def _opts(self) -> dict[str, Any]:
        return self._meta.opts

    def _labels(self) -> pd.Index:
        """Index labels of the bars this array shows.

        A view lies inside the memory of its full-length array, so its place is exact. Computed
        values have memory of their own; they count from the first bar.
        """
        index: pd.Index = self._opts["index"]
        return index[_bars_shown(self, self._meta.root)]

    @property
    def s(self) -> pd.Series:
        """The values (of the first row) as a Series."""
        values = np.atleast_2d(np.asarray(self))
        return pd.Series(values[0], index=self._labels(), name=self.name)

    @property
    def df(self) -> pd.DataFrame:
        """The values as a DataFrame with a column per row."""
        values = np.atleast_2d(np.asarray(self))
        return pd.DataFrame(values.T, index=self._labels(), columns=[self.name] * len(values))

    def to_series(self) -> pd.Series:
        """Old name of `s`."""
        warnings.warn("`.to_series()` is deprecated; use `.s`.", UserWarning, stacklevel=2)
        return self.s


class _Indicator(_Array):
    """An array returned by `Strategy.I`, which drawing and warm-up know about."""

    __slots__ = ()


def _bars_shown(view: AnyArray, root: AnyArray | None) -> slice | IntArray:
    """Positions, along the last axis of `root`, of the elements of a view on it."""
    length = view.shape[-1] if view.ndim else 1
    if root is None or not length or not root.ndim or not np.may_share_memory(view, root):
        return slice(0, length)
    step = root.strides[-1]
    offset = view.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    rows_outside = root.ndim > 1 and abs(root.strides[0]) > abs(step)
    first = (offset % root.strides[0] if rows_outside else offset) // step
    stride = view.strides[-1] // step if view.ndim else 1
    return np.asarray(first + stride * np.arange(length), np.int64)
