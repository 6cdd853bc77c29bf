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

from hindcaster import _jit
from hindcaster.indicators._prices import NUMBERS_OF, ONLY_COLUMN

EVERYTHING = -1  # in place of a number of rows: values of all bars are wanted

_KINDS = {
    int: types.int64,
    float: types.float64,
    bool: types.boolean,
    str: types.unicode_type,
}


def whole(
    function: Callable[..., Any], parameters: dict[str, type], returned: Any
) -> Callable[..., Any]:
    """Compile an indicator that has values of all bars.

    Parameters
    ----------
    function : callable
        Gives the values of all bars from rows of candles and numbers.
    parameters : dict
        Kind of each argument after the rows: int, float, bool or str.
    returned : type
        Named tuple that the function gives; other types do not matter.

    Returns
    -------
    callable
        Takes candles, how many rows of them to look at (`EVERYTHING` if values of all bars are
        wanted, 0 for the last value of all rows), and the arguments, by position. Gives a tuple of
        the last values and, if more is wanted, of those of all bars: an array or a tuple of arrays,
        else None. To make an array takes longer than a short kernel. An array of another kind of
        numbers or not of two dimensions is undefined behaviour; BufferError is raised if its memory
        is not that of rows of candles, one after the other: looking at that in Python takes longer.
    """
    fields = len(getattr(returned, "_fields", ()))
    lasts = "".join(f"values[{i}][-1], " for i in range(fields)) or "values[-1], "
    return _entry(
        function,
        parameters,
        returned,
        f"    if rows != {EVERYTHING}:\n        return {lasts}None\n    return {lasts}values\n",
    )


def of_last_bar(
    function: Callable[..., Any], parameters: dict[str, type], returned: Any
) -> Callable[..., Any]:
    """Compile an indicator that has values of the last bar only, as `whole` does.

    The machine code takes what that of `whole` does, and gives a tuple of numbers.
    """
    return _entry(function, parameters, returned, "    return values\n")


def _entry(
    function: Callable[..., Any], parameters: dict[str, type], returned: Any, ending: str
) -> Callable[..., Any]:
    names = ", ".join(name for name in parameters if name != "sequential")
    given = ", ".join("False" if name == "sequential" else name for name in parameters)
    too_few = "candles.shape[1] < 6"
    if "source_type" in parameters:
        too_few += f" and source_type != {ONLY_COLUMN}"
    source = (
        f"def entry(candles, rows, {names}):\n"
        f"    away, aside = candles.strides\n"
        f"    if {too_few} or away != 8 * candles.shape[1] or aside != 8 or not len(candles):\n"
        f"        raise BufferError\n"
        f"    first = len(candles) - rows if 0 < rows < len(candles) else 0\n"
        f"    values = function(candles[first:], {given})\n{ending}"
    )
    found = {"function": _jit.jitable(_plain(function, returned))}
    exec(compile(source, function.__code__.co_filename, "exec"), found)
    entry: Any = found["entry"]
    entry.__code__ = entry.__code__.replace(co_firstlineno=function.__code__.co_firstlineno)
    entry.__module__, entry.__qualname__ = function.__module__, function.__qualname__
    kinds = [_kind(name, kind) for name, kind in parameters.items() if name != "sequential"]
    return _jit.entry_point(entry, (_jit.ROWS, types.int64, *kinds))


def _plain(function: Callable[..., Any], returned: Any) -> Callable[..., Any]:
    """Copy an indicator's function so that it gives a plain tuple, which is quicker to make."""
    copied = _jit.calling_by_name(function)
    name = getattr(returned, "__name__", "")
    if name in copied.__globals__:
        copied.__globals__[name] = _jit.jitable(_together)
    return copied


def _kind(name: str, kind: type) -> Any:
    return types.int64 if name in NUMBERS_OF else _KINDS[kind]


def _together(*fields: Any) -> tuple[Any, ...]:
    return fields


def last_of(values: Any) -> Any:
    """Give the last value of an array, or of each array of a named tuple."""
    if isinstance(values, tuple):
        return type(values)(*[field[-1] for field in values])
    return values[-1]
