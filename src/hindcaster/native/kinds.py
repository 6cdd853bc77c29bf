"""Kinds of numbers: Python's, NumPy's scalars, and NumPy's arrays without dimensions.

Machine code knows three representations (bool, 64-bit integer, double), but Python's operators
depend on the class of their operands too. A kind is a base (0 bool, 1 int, 2 float) plus three
times a level (0 Python, 1 NumPy scalar, 2 array of dimension 0, which reductions of series give).
"""

from typing import Any, Final

import numpy as np

Kinds = frozenset[int]

BOOL: Final = 0
INT: Final = 1
FLOAT: Final = 2
NP_BOOL: Final = 3
NP_INT: Final = 4
NP_FLOAT: Final = 5
NONE: Final = 9

EXACT: Final = float(2**53)  # integers up to this are exact as doubles
LARGEST: Final = float(2**62)

_PYTHON: Final[dict[type, int]] = {
    bool: BOOL,
    int: INT,
    float: FLOAT,
    np.bool_: NP_BOOL,
    np.int64: NP_INT,
    np.float64: NP_FLOAT,
    type(None): NONE,
}
_ARRAYS: Final = {np.dtype(bool): 6, np.dtype(np.int64): 7, np.dtype(float): 8}
_MAKERS: Final = (bool, int, float, np.bool_, np.int64, np.float64)


def kind_of(value: Any) -> int | None:
    """Kind of a number or None by its exact class; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return _ARRAYS.get(value.dtype)
    kind = _PYTHON.get(type(value))
    if kind == INT and not -(2**62) < value < 2**62:
        return None
    return kind


def base(kind: int) -> int:
    """0 bool, 1 int, 2 float."""
    return kind % 3


def level(kind: int) -> int:
    """0 Python, 1 NumPy scalar, 2 array of dimension 0."""
    return kind // 3


def storage(kinds: Kinds) -> int:
    """Return the base that represents every kind of a set (None takes any)."""
    return max((base(kind) for kind in kinds if kind != NONE), default=FLOAT)


def of_level(kinds: Kinds, new_base: int) -> Kinds:
    """Kinds with the same levels and another base."""
    return frozenset(3 * level(kind) + new_base for kind in kinds)


def arithmetic(first: int, second: int) -> int | None:
    """Kind of a sum, difference or product; None where NumPy's booleans have rules of their own."""
    top = max(level(first), level(second))
    highest = max(base(first), base(second))
    if highest == BOOL:
        return None if top else INT
    return 3 * top + highest


def python_value(kind: int, value: Any) -> Any:
    """Object of a kind from a machine value."""
    if kind == NONE:
        return None
    plain = _MAKERS[kind % 3](value)
    if level(kind) == 0:
        return plain
    return _MAKERS[3 + base(kind)](plain)
