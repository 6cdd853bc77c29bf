"""Indicators as machine code: from candles to the values of all bars in one call.

An indicator is a short function of rows of candles, written with kernels. Where it is compiled as
a whole nothing of Python runs between the kernels, which takes longer than short kernels do. A
single series is rows with one column; the price an indicator is computed from is a number then.

Compiling takes time too. What a whole is made of are calls of kernels by name, which are compiled
once for all of them; expressions of arrays take longer to compile than all else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import register_jitable

from hindcaster import _jit

_KINDS = {
    int: types.int64,
    float: types.float64,
    bool: types.boolean,
    str: types.unicode_type,
}


def whole(
    function: Callable[..., Any], parameters: dict[str, type], returned: type
) -> Callable[..., Any]:
    """Compile an indicator, for rows (n, 6) and arguments by position.

    Parameters
    ----------
    function : callable
        Gives the values of all bars from rows of candles and numbers.
    parameters : dict
        Kind of each argument after the rows: int, float, bool or str.
    returned : type
        Named tuple that the function gives; machine code gives a plain one, which is quicker to
        make. Other types do not matter.

    Returns
    -------
    callable
        Gives an array or a tuple of arrays.
    """
    kinds = [
        types.int64 if name == "source_type" else _KINDS[kind] for name, kind in parameters.items()
    ]
    copied = _jit.calling_by_name(function)
    if returned.__name__ in copied.__globals__:  # type: ignore[attr-defined]
        copied.__globals__[returned.__name__] = _together  # type: ignore[attr-defined]
    return _jit.entry_point(copied, (_jit.ROWS, *kinds))


@register_jitable
def _together(*fields: Any) -> tuple[Any, ...]:
    return fields


def last_of(values: Any) -> Any:
    """Give the last value of an array, or of each array of a named tuple."""
    if isinstance(values, tuple):
        return type(values)(*[field[-1] for field in values])
    return values[-1]
