"""Running a strategy interpreted and compiled, and comparing all that can be seen of a run."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from hindcaster import Backtest
from hindcaster.account import Order, Position, Trade
from hindcaster.data.series import _Array

FRAMES = ("_equity_curve", "_trades", "_orders")
# What belongs to the machinery of a run rather than to the strategy.
MACHINERY = ("_account", "_data", "_indicators", "_params")


@dataclass
class Outcome:
    """What a run gave: its result or its exception, and the texts of its warnings."""

    stats: Any = None
    error: BaseException | None = None
    warnings: list[str] = field(default_factory=list)


def outcome_of(
    data: pd.DataFrame,
    strategy: type,
    options: dict[str, Any],
    parameters: dict[str, Any] | None = None,
    *,
    compiled: bool | None,
) -> Outcome:
    """Run a strategy one way."""
    outcome = Outcome()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            test = Backtest(data, strategy, compiled=compiled, **options)
            outcome.stats = test.run(**(parameters or {}))
        except Exception as error:  # every kind: both ways have to agree on it
            outcome.error = error
    # NumPy's own warnings (a mean of nothing, a logarithm of zero) carry no result.
    outcome.warnings = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return outcome


def differences(first: Outcome, second: Outcome) -> list[str]:
    """List what differs between two outcomes; bit-identical ones have no differences."""
    found = []
    if described(first.error) != described(second.error):
        found.append(f"error: {described(first.error)} != {described(second.error)}")
    if first.warnings != second.warnings:
        found.append(f"warnings: {first.warnings} != {second.warnings}")
    if first.stats is not None and second.stats is not None:
        found += stats_differences(first.stats, second.stats)
        found += strategy_differences(first.stats._strategy, second.stats._strategy)
    return found


def described(error: BaseException | None) -> tuple[str, ...]:
    """Type, message and notes of an exception."""
    if error is None:
        return ()
    return (type(error).__name__, str(error), *getattr(error, "__notes__", ()))


def stats_differences(first: Any, second: Any) -> list[str]:
    """Compare rows and frames of two results."""
    if list(first.index) != list(second.index):
        return [f"rows: {list(first.index)} != {list(second.index)}"]
    rows = [name for name in first.index if name not in (*FRAMES, "_strategy")]
    found = [
        f"{name}: {first[name]!r} != {second[name]!r}"
        for name in rows
        if not same(first[name], second[name])
    ]
    for name in FRAMES:
        found += frame_differences(name, first[name], second[name])
    return found


def frame_differences(name: str, first: pd.DataFrame, second: pd.DataFrame) -> list[str]:
    """Compare two frames column by column."""
    if list(first.columns) != list(second.columns) or len(first) != len(second):
        return [f"{name}: {first.shape} {list(first)} != {second.shape} {list(second)}"]
    found = [] if first.index.equals(second.index) else [f"{name}: the index"]
    for (label, ours), (_, theirs) in zip(first.items(), second.items(), strict=True):
        if ours.dtype != theirs.dtype:
            found.append(f"{name}.{label}: {ours.dtype} != {theirs.dtype}")
        elif not same_columns(ours, theirs):
            found.append(f"{name}.{label}: {ours.tolist()} != {theirs.tolist()}")
    return found


def same_columns(first: pd.Series, second: pd.Series) -> bool:
    """Compare values of two columns of one type."""
    if first.dtype == object:
        return all(map(same, first.tolist(), second.tolist()))
    if first.dtype.kind in "biuf":
        return same(first.to_numpy(), second.to_numpy())
    return bool(first.equals(second))


def strategy_differences(first: Any, second: Any) -> list[str]:
    """Compare what two strategies hold and what they show of their accounts."""
    mine, other = vars(first), vars(second)
    names = [name for name in mine if name not in MACHINERY]
    if set(mine) != set(other):
        return [f"attributes: {sorted(mine)} != {sorted(other)}"]
    found = [
        f"attribute {name}: {mine[name]!r} ({type(mine[name]).__name__}) != "
        f"{other[name]!r} ({type(other[name]).__name__})"
        for name in names
        if not same(mine[name], other[name])
    ]
    shown, expected = account_view(first), account_view(second)
    return found + [
        f"{key}: {shown[key]!r} != {expected[key]!r}"
        for key in shown
        if not same(shown[key], expected[key])
    ]


def account_view(strategy: Any) -> dict[str, Any]:
    """The account as a strategy shows it after a run."""
    handles = {name: getattr(strategy, name) for name in ("orders", "trades", "closed_trades")}
    view: dict[str, Any] = {name: list(map(text_of, found)) for name, found in handles.items()}
    return view | {
        "text": str(strategy),
        "equity": strategy.equity,
        "position": repr(strategy.position),
        "profit": strategy.position.pl,
        "brackets": [(trade.sl, trade.tp) for trade in handles["trades"]],
        "bars": len(strategy.data),
    }


def text_of(handle: Any) -> str:
    """Text of an order or trade; the class of a single number in its tag does not matter."""
    return repr(handle).replace("_Indicator(", "_Array(")


def same(first: Any, second: Any) -> bool:
    """Tell whether two values are of one type and have the same bits; NaN is NaN."""
    if isinstance(first, _Array) and isinstance(second, _Array):
        named = first.ndim == 0 or first.name == second.name  # a single number needs no name
        return same_arrays(np.asarray(first), np.asarray(second)) and named
    if type(first) is not type(second) and not isinstance(first, Enum):
        return False
    if isinstance(first, np.ndarray):
        return same_arrays(first, second)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, (pd.Series, pd.DataFrame, pd.Index)):
        return bool(first.equals(second))
    if isinstance(first, (Order, Trade)):
        return bool(first._index == second._index)
    if isinstance(first, float):
        return same_arrays(np.asarray(first), np.asarray(second))
    if isinstance(first, Position) or first is second:
        return True
    return bool(first == second)


def same_arrays(first: np.ndarray, second: np.ndarray) -> bool:
    """Tell whether two arrays have the same type, shape and bits; all NaN count as one."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first.dtype.kind != "f":
        return bool((first == second).all())
    equal = (first == second) & (np.signbit(first) == np.signbit(second))
    return bool((equal | (np.isnan(first) & np.isnan(second))).all())
