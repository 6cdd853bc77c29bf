"""Indicators as machine code: from candles to the last value, or to all of them, in one call.

An indicator is a short function of rows of candles, written with kernels. Where it is compiled as
a whole nothing of Python runs between the kernels, which takes longer than short kernels do. A
single series is rows with one column; the price an indicator is computed from is a number then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types

from hindcaster import _jit
from hindcaster._types import FloatArray

_ROWS = types.Array(types.float64, 2, "C")


class Compiled:
    """Machine code of an indicator, made when it is first called.

    Parameters
    ----------
    function : callable
        Gives the values of all bars from rows of candles and numbers.
    parameters : dict
        Kind of each argument after the rows: int, float, bool or str.
    """

    def __init__(self, function: Callable[..., Any], parameters: dict[str, type]) -> None:
        self._function = function
        self._kinds = tuple(_kind(name, kind) for name, kind in parameters.items())

    def whole(self) -> Callable[..., Any]:
        """Give the function of rows (n, 6) and arguments that gives the values of all bars."""
        return _jit.entry_point(self._function, (_ROWS, *self._kinds))

    def last(self) -> Callable[..., Any]:
        """Give the function of rows, a number of rows to cut them to, and a tuple of arguments.

        It gives the last value, or a tuple of the last values.
        """
        function = _jit.kernel(self._function)

        def last(rows: FloatArray, count: int, arguments: tuple[Any, ...]) -> Any:
            if 0 < count < len(rows):
                rows = rows[len(rows) - count :]
            return last_of(function(rows, *arguments))

        name = f"last.{self._function.__qualname__}"
        kinds = (_ROWS, types.int64, types.Tuple(self._kinds))
        return _jit.entry_point(last, kinds, name)


def _kind(name: str, kind: type) -> Any:
    if name == "source_type":
        return types.int64
    return {int: types.int64, float: types.float64, bool: types.boolean, str: types.unicode_type}[
        kind
    ]


def last_of(values: Any) -> Any:
    """Give the last value of an array, or of each array of a named tuple."""
    if isinstance(values, tuple):
        return type(values)(*[field[-1] for field in values])
    return values[-1]


@_jit.in_kernels(last_of)
def _last_of(values: Any) -> Any:
    if isinstance(values, types.Array):
        return lambda values: values[-1]
    if isinstance(values, types.BaseTuple):
        # As many fields as there are: Numba has no loop over the fields of a tuple.
        fields = "".join(f"last_of(values[{i}])," for i in range(len(values)))
        made: dict[str, Any] = {"last_of": last_of}
        exec(f"def implementation(values): return ({fields})", made)
        return made["implementation"]
    return lambda values: values
