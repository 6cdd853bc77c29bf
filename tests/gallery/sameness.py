"""Whether two runs came out the same to the last bit, types included."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from hindcaster.backtesting import Order, Trade


def differences(ours: pd.Series, theirs: pd.Series) -> list[str]:
    """List what differs between two results; empty if nothing does."""
    found = list(_of_mappings("stats", _public(dict(ours)), _public(dict(theirs))))
    for name in ("_trades", "_orders", "_equity_curve"):
        found.extend(_of_frames(name, ours[name], theirs[name]))
    one, other = ours["_strategy"], theirs["_strategy"]
    found.extend(_of_mappings("strategy", _public(vars(one)), _public(vars(other))))
    for name in ("equity", "orders", "trades", "closed_trades"):
        if not same(getattr(one, name), getattr(other, name)):
            found.append(f"strategy.{name}: {getattr(one, name)!r}, {getattr(other, name)!r}")
    return found


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same: equal, of one type, NaN like NaN, -0.0 unlike 0.0."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return _same_arrays(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, (Order, Trade)):
        return repr(one) == repr(other)
    if isinstance(one, (float, np.floating)):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return bool(one == other) and math.copysign(1, one) == math.copysign(1, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple, deque)):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one).__eq__ is object.__eq__ and hasattr(one, "__dict__"):
        return same(vars(one), vars(other))
    return bool(one == other)


def _same_arrays(one: np.ndarray, other: np.ndarray) -> bool:
    # An array without dimensions, which a reduction of a series gives, may lose the series' name.
    names = [getattr(array, "name", None) if array.ndim else None for array in (one, other)]
    if one.dtype != other.dtype or one.shape != other.shape or names[0] != names[1]:
        return False
    one, other = np.asarray(one), np.asarray(other)
    if one.dtype == object:
        return all(map(same, one.ravel(), other.ravel()))
    if one.dtype.kind != "f":
        return np.array_equal(one, other)
    there = ~np.isnan(one)
    return np.array_equal(one, other, equal_nan=True) and np.array_equal(
        np.signbit(one[there]), np.signbit(other[there])
    )


def _public(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith("_")}


def _of_mappings(where: str, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    if set(one) != set(other):
        yield f"{where}: only one side has {sorted(set(one) ^ set(other))}"
    for name in one.keys() & other.keys():
        if not same(one[name], other[name]):
            yield f"{where}.{name}: {one[name]!r}, {other[name]!r}"


def _of_frames(where: str, one: pd.DataFrame, other: pd.DataFrame) -> Iterator[str]:
    if list(one) != list(other) or not one.index.equals(other.index):
        yield f"{where}: columns or index differ, shapes {one.shape} and {other.shape}"
        return
    for name in one:
        left, right = one[name], other[name]
        if left.dtype != right.dtype:
            yield f"{where}.{name}: dtype {left.dtype}, {right.dtype}"
        for row, (a, b) in enumerate(zip(left.array, right.array, strict=True)):
            if not same(a, b):
                yield f"{where}.{name}[{row}]: {a!r}, {b!r}"
                break
