"""Values of indicator functions, kept between the runs of a sweep.

A function is taken to depend on its arguments alone. What can be told apart is told apart: the
contents of arrays, what a nested function closes over. The second call of a function with equal
arguments is made all the same, and compared: one that gives something else, such as random
numbers, is never asked of the memo again.
"""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray
from hindcaster.data.series import _Array

LIMIT: Final = 1 << 28  # bytes of values to keep

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
_EXACT: Final = frozenset((int, bool, str, bytes, type(None)))  # those that == tells apart
_FUNCTIONS: Final = (types.BuiltinFunctionType, np.ufunc, type)
_FOREIGN: Final = ("cython_function_or_method", "CPUDispatcher")


def called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an indicator function for all values: some give the last one unless told otherwise."""
    return getattr(function, "whole_series", function)(*args, **kwargs)


class _Unknown(Exception):  # noqa: N818  (not an error: the call is made)
    """An argument that cannot be told apart from others."""


class Memo:
    """What indicator functions returned, by function and arguments.

    Parameters
    ----------
    columns : iterable of array
        Arrays that nobody changes as long as the memo is used: they are known by their place in
        memory, other arrays by their contents.
    limit : int
        Bytes of values to keep. What comes later is computed whenever it is asked for.
    """

    def __init__(self, columns: Iterable[AnyArray] = (), limit: int = LIMIT) -> None:
        self._left = limit
        self._kept: dict[Any, Any] = {}
        self._made: dict[Any, Any] = {}
        self._trusted: set[Any] = set()
        self._refused: set[Any] = set()
        self._objects: dict[int, Any] = {}  # functions whose identities stand in keys
        self._places: dict[int, Any] = {}  # arrays whose addresses stand in keys
        for column in columns:
            self._known(column)

    def call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Give ``function(*args, **kwargs)``, computed or remembered.

        Arrays are handed out read-only, because several runs look at them.
        """
        try:
            key = (self._function_key(function), self._key(args), self._key(kwargs))
        except _Unknown:
            return called(function, args, kwargs)
        return self._called(key, function, args, kwargs)

    def _called(
        self,
        key: tuple[Any, Any, Any],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        name = key[0]
        if key in self._kept:
            kept = self._kept[key]
            if name in self._trusted:
                return kept
            again = called(function, args, kwargs)
            if same_value(kept, again):
                self._trusted.add(name)
                return kept
            self._refused.add(name)
            self._kept = {known: v for known, v in self._kept.items() if known[0] != name}
            return again
        value = called(function, args, kwargs)
        size = _size(value)
        if 0 < size <= self._left and name not in self._refused:
            self._left -= size
            value = self._kept[key] = self._known(value)
        return value

    def made(
        self,
        make: Callable[..., Any],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: tuple[Any, ...],
    ) -> Any:
        """Give ``make(call, function, args, kwargs, options)``, made or remembered.

        Remembered only of a function that was found to return the same again.
        """
        try:
            name = self._function_key(function)
            if name not in self._trusted:
                return make(self.call, function, args, kwargs, options)
            key = (name, self._key(args), self._key(kwargs))
            given = (key, self._key(options))
        except _Unknown:
            return make(self.call, function, args, kwargs, options)
        if given not in self._made:
            made = make(functools.partial(self._called, key), function, args, kwargs, options)
            if key not in self._kept:
                return made
            self._made[given] = made
        return self._made[given]

    def _known(self, value: Any) -> Any:
        """Read-only views of the arrays in a value, recognised by their places from now on."""
        if isinstance(value, (tuple, list)):
            parts = map(self._known, value)
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, np.ndarray):
            value = value.view()
            value.flags.writeable = False
            self._places[value.__array_interface__["data"][0]] = value
        return value

    def _function_key(self, function: Any) -> Any:
        if isinstance(function, functools.partial):
            given = (function.args, function.keywords)
            return ("partial", self._function_key(function.func), self._key(given))
        own = hasattr(function, "whole_series")  # of `hindcaster.indicators`
        if isinstance(function, types.FunctionType) and not own:
            cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
            fixed = (function.__defaults__, function.__kwdefaults__, cells)
            return ("function", function.__code__, id(function.__globals__), self._key(fixed))
        bound = getattr(function, "__self__", None)
        known = own or isinstance(function, _FUNCTIONS) or type(function).__name__ in _FOREIGN
        if not known or not isinstance(bound, (types.ModuleType, type(None))):
            raise _Unknown
        self._objects[id(function)] = function
        return ("object", id(function))

    def _key(self, value: Any) -> Any:
        if type(value) in _EXACT:
            return (type(value), value)
        if isinstance(value, _PLAIN):
            exact = repr(value) if isinstance(value, (float, complex)) else value  # -0.0, NaN
            return (type(value), exact)
        if isinstance(value, (tuple, list)):
            return (type(value), *map(self._key, value))
        if isinstance(value, dict):
            return (dict, *((key, self._key(entry)) for key, entry in value.items()))
        if isinstance(value, np.ndarray):
            return self._array_key(value)
        if isinstance(value, pd.Series):
            return ("series", repr(value.name), _labels_key(value.index), _contents_of(value))
        if isinstance(value, pd.DataFrame):
            columns = (_contents_of(value.iloc[:, i]) for i in range(value.shape[1]))
            return ("frame", repr(list(value.columns)), _labels_key(value.index), *columns)
        if callable(value):
            return self._function_key(value)
        raise _Unknown

    def _array_key(self, array: Any) -> Any:
        """Place of an array that is known, else its contents."""
        label = repr(array.name) if isinstance(array, _Array) else type(array)
        layout = (array.shape, array.strides, array.dtype.str, label)
        place = array.__array_interface__["data"][0]
        known = self._places.get(place)
        if known is not None and known.size >= array.size and not array.flags.writeable:
            return (place, *layout)
        return (_digest(array), *layout)


def _digest(array: AnyArray) -> bytes:
    if array.dtype.hasobject:
        raise _Unknown
    return hashlib.blake2b(np.ascontiguousarray(array).data, digest_size=16).digest()


def _contents_of(series: pd.Series) -> Any:
    if not isinstance(series.dtype, np.dtype):
        raise _Unknown
    return (series.dtype.str, _digest(series.to_numpy()))


def _labels_key(index: pd.Index) -> Any:
    if isinstance(index, pd.DatetimeIndex):
        return (index.unit, str(index.tz), _digest(index.asi8))
    if isinstance(index.dtype, np.dtype):
        return (index.dtype.str, _digest(index.to_numpy()))
    raise _Unknown


def same_value(first: Any, second: Any) -> bool:
    """Whether two values that functions returned are equal to the last bit."""
    if type(first) is not type(second):
        return False
    if isinstance(first, (tuple, list)):
        return len(first) == len(second) and all(map(same_value, first, second))
    if isinstance(first, np.ndarray):
        alike = first.dtype == second.dtype and first.shape == second.shape
        return alike and np.asarray(first).tobytes() == np.asarray(second).tobytes()
    if isinstance(first, (pd.Series, pd.DataFrame)):
        return bool(first.equals(second))
    return False


def _size(value: Any) -> int:
    """Bytes of the arrays in a value; 0 for what is not kept."""
    if isinstance(value, (tuple, list)):
        return sum(map(_size, value))
    if isinstance(value, np.ndarray):
        return int(value.nbytes) + 200
    if isinstance(value, pd.Series):
        return int(value.memory_usage(index=False)) + 500
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(index=False).sum()) + 500
    return 0
