"""The strategy that is translated: what its attributes hold after `init`, what its data are."""

from __future__ import annotations

import datetime
import enum
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster.data.series import _Array
from hindcaster.native import kinds
from hindcaster.native.values import Const

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

BASES = {np.dtype(bool): kinds.BOOL, np.dtype(np.int64): kinds.INT, np.dtype(float): kinds.FLOAT}


@dataclass(frozen=True)
class Run:
    """What compiled code reads: the strategy after `init`, its data, and the whole series."""

    strategy: Any
    data: Any
    revealed: dict[str, _Array]


@dataclass
class Subject:
    """The run for which a program is made; others like it can use the program too."""

    run: Run

    @property
    def strategy(self) -> Any:
        """The strategy after `init`."""
        return self.run.strategy

    def note(self, tr: Translator, found: Const) -> None:
        """Depend on an object that was found by name, if what matters of it can be compared."""
        if comparable(found.value):
            tr.depend(found)


def comparable(value: Any) -> bool:
    """Whether an object is fully known by identity or equality."""
    simple = (
        int,
        float,
        str,
        np.generic,
        type,
        type(None),
        types.FunctionType,
        types.BuiltinFunctionType,
        types.ModuleType,
        np.ufunc,
        datetime.date,
        datetime.time,
        datetime.timedelta,
    )
    return isinstance(value, simple)


def same(first: Any, second: Any) -> bool:
    """Whether an object found again means the same to a program."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        both_nan = first != first and second != second
        return both_nan or bool(first == second and np.signbit(first) == np.signbit(second))
    plain = (int, float, str, np.generic, datetime.date, datetime.time, datetime.timedelta)
    if isinstance(first, plain):
        return bool(first == second)
    if isinstance(first, (tuple, list)):
        return len(first) == len(second) and all(map(same, first, second))
    return False


def described(value: Any, written: bool) -> Any:
    """Tell what a program assumes of an attribute when a run begins.

    Numbers are assumed by kind, arrays by type, texts and enum members by value.
    """
    kind = kinds.kind_of(value)
    if kind is not None:
        return kind
    if isinstance(value, np.ndarray):
        return (type(value) is np.ndarray, value.ndim, value.dtype.str, value.shape[:-1])
    if isinstance(value, (tuple, list)):
        return (type(value), len(value))
    if isinstance(value, (str, int, float, enum.Enum)) or written:
        return (type(value), value)
    return type(value)


Getter = Callable[[Run], Any]
