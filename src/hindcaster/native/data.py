"""`self.data`: columns, and the index as numbers or times."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster.native import arrays, kinds
from hindcaster.native.own import bars_array
from hindcaster.native.subject import BASES, Run
from hindcaster.native.values import Labels, Moment, Scalar, Value

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def column(tr: Translator, name: Any, node: ast.AST) -> Value:
    """One column of the data, up to the current bar."""
    columns = tr.subject.run.data._columns
    if name not in columns:
        tr.leave_always(node, f"the data has no column {name!r}")
        name = "Close"
    full = columns[name]
    tr.require(lambda run: _dtype(run, name), _dtype(tr.subject.run, name))
    base = BASES.get(full.dtype)
    if base is None:
        raise tr.refusal(
            node,
            f"column {name!r} holds values of type {full.dtype}",
            f"floats, int64 or booleans: data[{name!r}] = data[{name!r}].astype(float)",
        )
    return bars_array(tr, ("column", name), base, lambda run: np.asarray(run.data._columns[name]))


def _dtype(run: Run, name: Any) -> str:
    columns = run.data._columns
    return columns[name].dtype.str if name in columns else ""


def data_attribute(tr: Translator, name: str, node: ast.AST) -> Value:
    """Read ``self.data.name``."""
    if name == "index":
        return Labels(arrays.BARS)
    if name == "pip":
        return Scalar(
            frozenset({kinds.FLOAT}),
            tr.inputs.number(("pip",), kinds.FLOAT, lambda run: float(run.data.pip)),
        )
    if name == "df":
        raise tr.refusal(
            node, "self.data.df is a pandas object", "self.data.Close and other columns"
        )
    return column(tr, name, node)


def sliced_labels(tr: Translator, labels: Labels, part: ast.Slice, node: ast.AST) -> Labels:
    """Take a slice of the index."""
    start, length, step = arrays.bounds(tr, labels.length, 0, part, node)
    if step != 1:
        raise tr.refusal(node, "the index is reversed", "a loop over positions")
    first = start if labels.first == "0" else f"({labels.first} + {start})"
    return replace(labels, length=length, first=first)


def _index(run: Run) -> pd.Index:
    index: pd.Index = run.data._index
    return index


def _index_kind(run: Run) -> str:
    index = _index(run)
    if isinstance(index, pd.DatetimeIndex):
        return f"times in {index.tz}" + " with gaps" * bool(index.hasnans)
    return "range" if isinstance(index, pd.RangeIndex) else str(index.dtype)


def label(tr: Translator, place: str, node: ast.AST) -> Value:
    """Label of the bar at a checked position."""
    run = tr.subject.run
    index = _index(run)
    tr.require(_index_kind, _index_kind(run))
    if isinstance(index, pd.DatetimeIndex) and not index.hasnans:
        return moment(tr, tr.fresh(place), node)
    if isinstance(index, pd.RangeIndex):
        start = tr.inputs.number(("index start",), kinds.INT, lambda r: _index(r).start)  # type: ignore[attr-defined]
        step = tr.inputs.number(("index step",), kinds.INT, lambda r: _index(r).step)  # type: ignore[attr-defined]
        return Scalar(frozenset({kinds.INT}), f"({start} + {step} * ({place}))", "", kinds.EXACT)
    base = BASES.get(index.to_numpy().dtype)
    if base in (kinds.INT, kinds.FLOAT):
        name = tr.inputs.array(("index",), base, lambda r: _index(r).to_numpy())
        return Scalar(frozenset({3 + base}), f"{name}[{place}]")
    raise tr.refusal(node, f"an index of {index.dtype}", "a DatetimeIndex or numbers")


def moment(tr: Translator, bar: str, node: ast.AST) -> Moment:
    """Time of a bar, for an index of times without gaps."""
    index: Any = _index(tr.subject.run)
    try:
        index.as_unit("ns")
    except pd.errors.OutOfBoundsDatetime:
        raise tr.refusal(node, "the index has times that nanoseconds cannot express") from None
    utc = tr.inputs.array(("utc",), kinds.INT, lambda run: _nanoseconds(_index(run)))
    local = utc
    if index.tz is not None:
        local = tr.inputs.array(
            ("local",),
            kinds.INT,
            lambda run: _nanoseconds(_index(run).tz_localize(None)),  # type: ignore[attr-defined]
        )
    return Moment(f"{utc}[{bar}]", f"{local}[{bar}]", index.tz, bar)


def _nanoseconds(index: Any) -> np.ndarray[Any, Any]:
    return np.asarray(index.as_unit("ns").asi8)
