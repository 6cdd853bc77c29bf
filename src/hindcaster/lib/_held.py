"""Data that a strategy reaches without its backtest: global names, closures, class attributes.

A table that lies outside of `Strategy.data` is seen whole on every bar. To find out whether its
future is used, what a strategy can reach is listed and replaced for the time of a run.
"""

from __future__ import annotations

import datetime as dt
import functools
import sys
import sysconfig
import types
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from hindcaster.lib._futures import Future, other_future, other_series, other_values

_FEWEST: Final = 20  # an array with fewer bars may be as long as the data by chance
_DEEPEST: Final = 3  # tables in containers in containers
_OWN: Final = "hindcaster"
_SAMPLES: Final = ("hindcaster.test", "hindcaster.datasets")
_LIBRARIES: Final = tuple(
    sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)

Setter: TypeAlias = Callable[[Any], None]


class Slot:
    """A place that holds data.

    Parameters
    ----------
    name : str
        As the user wrote it.
    value : Any
        What is there.
    put : callable
        Puts something else there.
    remove : callable, optional
        Takes away what was put there, where the place was empty until it was asked for.
    """

    def __init__(
        self, name: str, value: Any, put: Setter, remove: Callable[[], None] | None = None
    ) -> None:
        self.name = name
        self.value = value
        self.put = put
        self._remove = remove

    def restore(self) -> None:
        """Put back what was there."""
        if self._remove is None:
            self.put(self.value)
        else:
            self._remove()


class Reader:
    """Tells data by time from everything else.

    Parameters
    ----------
    index : Index
        Labels of the bars.
    """

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._n_bars = len(index)
        self._dated = isinstance(index, pd.DatetimeIndex)

    def is_data(self, value: Any, depth: int = _DEEPEST) -> bool:
        """Whether something has values by time, or holds things that do."""
        if self._is_table(value):
            return True
        if depth and isinstance(value, (dict, list, tuple)) and len(value) < _FEWEST:
            parts = value.values() if isinstance(value, dict) else value
            return any(self.is_data(part, depth - 1) for part in parts)
        return False

    def _is_table(self, value: Any) -> bool:
        if isinstance(value, (pd.Series, pd.DataFrame)):
            return self._is_long(value) or self._is_dated(value)
        if isinstance(value, np.ndarray):
            return self._n_bars >= _FEWEST and self._n_bars in (value.shape[:1] + value.shape[-1:])
        if isinstance(value, (list, tuple)):
            return self._is_long(value)
        return isinstance(value, dict) and len(value) >= _FEWEST and self._has_dates(value)

    def _has_dates(self, value: dict[Any, Any]) -> bool:
        """Whether the keys of a dict are times that can be compared with those of the bars."""
        first = next(iter(value))
        if not (self._dated and isinstance(first, dt.date)):
            return False
        zone = first.tzinfo if isinstance(first, dt.datetime) else None
        return self._has_zone(zone)

    def _has_zone(self, zone: Any) -> bool:
        return (zone is None) == (getattr(self._index, "tz", None) is None)

    def _is_long(self, value: Any) -> bool:
        return len(value) == self._n_bars >= _FEWEST

    def _is_dated(self, value: Any) -> bool:
        labels = value.index
        if not (self._dated and isinstance(labels, pd.DatetimeIndex) and len(labels)):
            return False
        return self._has_zone(labels.tz)

    def changed(self, value: Any, known: int, future: Future, seed: int) -> Any:
        """Change what comes after the first `known` bars, of which there are more.

        A table with dates of its own is known up to the next bar: a bar's label is mostly that of
        its begin, as those of days are. Where the data end it stays whole: its dates may be known.
        """
        if isinstance(value, (pd.Series, pd.DataFrame)):
            if len(value) == self._n_bars:
                rows = known
            elif future.ends:
                return value
            elif value.index.is_monotonic_increasing:
                rows = int(value.index.searchsorted(self._index[known]))
            else:
                return value
            if isinstance(value, pd.Series):
                return other_series(value, rows, future, seed)
            return other_future(value, rows, future, seed)
        if isinstance(value, np.ndarray):
            if len(value) == self._n_bars:
                return other_values(value, known, future, seed)
            return np.moveaxis(other_values(np.moveaxis(value, -1, 0), known, future, seed), 0, -1)
        if isinstance(value, dict):
            return self._changed_dict(value, known, future, seed)
        parts = value
        if len(value) < _FEWEST:
            parts = [self._part(part, known, future, seed) for part in value]
        elif isinstance(value[0], (int, float, np.generic)):
            parts = other_values(np.asarray(value), known, future, seed).tolist()
        else:
            places = other_values(np.arange(len(value)), known, future._replace(gap=1.0), seed)
            parts = [value[place] for place in places]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)

    def _changed_dict(self, value: dict[Any, Any], known: int, future: Future, seed: int) -> Any:
        if len(value) < _FEWEST:
            return {key: self._part(part, known, future, seed) for key, part in value.items()}
        if future.ends:
            return value
        later = [key for key in value if pd.Timestamp(key) >= self._index[known]]
        kept = {key: part for key, part in value.items() if pd.Timestamp(key) < self._index[known]}
        parts = [value[key] for key in (*kept, *later)]
        numbers = np.asarray(parts)
        if numbers.dtype.kind in "fiu":
            parts = other_values(numbers, len(kept), future, seed).tolist()
        return dict(zip((*kept, *later), parts, strict=True))

    def _part(self, value: Any, known: int, future: Future, seed: int) -> Any:
        return self.changed(value, known, future, seed) if self.is_data(value) else value


def held_by(
    strategy: type, params: dict[str, Any], index: pd.Index, known: Collection[str]
) -> list[Slot]:
    """List the places where a strategy's code finds data by time outside of its backtest.

    Parameters
    ----------
    strategy : type
        The strategy.
    params : dict
        Values for its class variables, of which those that hold data are listed too.
    index : Index
        Labels of the bars.
    known : collection of str
        Names of what may be looked at ahead of time.
    """
    search = _Search(Reader(index))
    search.of_names(params)
    search.of_class(strategy)
    return [slot for slot in search.found if slot.name not in known]


class _Search:
    """Goes through all code that a strategy can call, as far as the user wrote it."""

    def __init__(self, reader: Reader) -> None:
        self.found: list[Slot] = []
        self._reader = reader
        self._seen: set[int] = set()
        self._places: set[tuple[int, str]] = set()

    def of_class(self, cls: type) -> None:
        for base in cls.__mro__:
            if base is object or _is_foreign(base.__module__) or not self._is_new(base):
                continue
            for name, value in list(vars(base).items()):
                if self._reader.is_data(value):
                    put = functools.partial(setattr, base, name)
                    self._keep(id(base), Slot(name, value, put))
                else:
                    self._of_value(value)

    def _is_new(self, thing: Any) -> bool:
        new = id(thing) not in self._seen
        self._seen.add(id(thing))
        return new

    def _keep(self, owner: int, slot: Slot) -> None:
        if (owner, slot.name) not in self._places:
            self._places.add((owner, slot.name))
            self.found.append(slot)

    def _of_value(self, value: Any) -> None:
        """Look into what code can get at."""
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if isinstance(value, (property, functools.cached_property)):
            for part in ("fget", "func"):
                self._of_value(getattr(value, part, None))
            return
        if isinstance(value, functools.partial):
            self._of_value(value.func)
            self.of_names(value.keywords)
            return
        if isinstance(value, types.MethodType):
            self._of_object(value.__self__)
            value = value.__func__
        value = getattr(value, "__wrapped__", value)
        if isinstance(value, types.FunctionType):
            self._of_function(value)
        elif isinstance(value, type):
            self.of_class(value)
        else:
            self._of_object(value)

    def _of_object(self, value: Any) -> None:
        own = getattr(value, "__dict__", None)
        plain = isinstance(own, dict) and not isinstance(value, (types.ModuleType, type))
        if plain and not callable(value) and not _is_foreign(type(value).__module__):
            if self._is_new(value):
                self.of_names(own)
                self.of_class(type(value))
        elif isinstance(value, types.SimpleNamespace) and self._is_new(value):
            self.of_names(own)

    def of_names(self, names: dict[str, Any] | None) -> None:
        for name, value in list((names or {}).items()):
            if self._reader.is_data(value):
                self._keep(id(names), Slot(name, value, _setter(names, name)))
            elif not isinstance(value, (int, float, str)):
                self._of_value(value)

    def _of_function(self, function: types.FunctionType) -> None:
        if not self._is_new(function) or _is_foreign(function.__module__):
            return
        self._of_defaults(function)
        self.of_names(vars(function))
        free = function.__code__.co_freevars
        for name, cell in zip(free, function.__closure__ or (), strict=True):
            try:
                value = cell.cell_contents
            except ValueError:  # not assigned yet
                continue
            if self._reader.is_data(value):
                self._keep(id(cell), Slot(name, value, functools.partial(_fill, cell)))
            else:
                self._of_value(value)
        names = set(_names_in(function.__code__))
        for name in sorted(names):
            self._of_global(function.__globals__, name, names)

    def _of_defaults(self, function: types.FunctionType) -> None:
        code = function.__code__
        values = function.__defaults__ or ()
        names = code.co_varnames[code.co_argcount - len(values) : code.co_argcount]
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            if self._reader.is_data(value):
                put = functools.partial(_put_default, function, place)
                self._keep(id(function), Slot(name, value, put))
        self.of_names(function.__kwdefaults__)

    def _of_global(self, names: dict[str, Any], name: str, used: set[str]) -> None:
        """Look at a global name, or at what is used of a module."""
        value = names[name] if name in names else sys.modules.get(name)
        if value is None:
            return
        if self._reader.is_data(value):
            self._keep(id(names), Slot(name, value, _setter(names, name)))
        elif isinstance(value, types.ModuleType):
            for part in sorted(used & set(dir(value))):
                self._of_module(value, part)
        elif name in names and _has_loaded(value) and self._reader.is_data(value()):
            loaded = value()
            put = functools.partial(_put_loader, names, name)
            remove = functools.partial(names.__setitem__, name, value)
            self._keep(id(names), Slot(name, loaded, put, remove))
        else:
            self._of_value(value)

    def _of_module(self, module: types.ModuleType, name: str) -> None:
        made_when_asked = name not in vars(module)
        if made_when_asked and _is_foreign(module.__name__) and module.__name__ not in _SAMPLES:
            return
        value = getattr(module, name, None)
        if self._reader.is_data(value):
            put = functools.partial(setattr, module, name)
            remove = functools.partial(delattr, module, name) if made_when_asked else None
            self._keep(id(module), Slot(name, value, put, remove))
        elif isinstance(value, (types.FunctionType, type)):
            self._of_value(value)


def _names_in(code: types.CodeType) -> Iterator[str]:
    """Names that code and the functions within it use."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _is_foreign(module: str | None) -> bool:
    """Whether a module belongs to a library, whose code holds no data of the user."""
    if module is None or module.partition(".")[0] in (_OWN, "builtins"):
        return True
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file.startswith(_LIBRARIES)


def _setter(names: dict[str, Any] | None, name: str) -> Setter:
    assert names is not None
    return functools.partial(names.__setitem__, name)


def _has_loaded(function: Any) -> bool:
    """Whether a function without arguments keeps what it returned, and has been called."""
    info = getattr(function, "cache_info", None)
    code = getattr(getattr(function, "__wrapped__", None), "__code__", None)
    return bool(info and code and not code.co_argcount and info().currsize)


def _put_loader(names: dict[str, Any], name: str, value: Any) -> None:
    names[name] = lambda: value


def _fill(cell: Any, value: Any) -> None:
    cell.cell_contents = value


def _put_default(function: types.FunctionType, place: int, value: Any) -> None:
    values = list(function.__defaults__ or ())
    values[place] = value
    function.__defaults__ = tuple(values)


@contextmanager
def replaced(slots: list[Slot], values: list[Any]) -> Iterator[None]:
    """Put other values in places, and back what was there."""
    done: list[Slot] = []
    try:
        for slot, value in zip(slots, values, strict=True):
            done.append(slot)
            slot.put(value)
        yield
    finally:
        for slot in reversed(done):
            slot.restore()
