"""How every indicator is called: input, warm-up cut, last value. The register of all of them.

A family's module declares an indicator as a small function of candles that are checked already:
it gives the values of all bars. `indicator` makes the public function of it, which has the same
signature and

- takes candles (n, 6), a DataFrame of OHLCV or, where one price will do, a single series;
- looks at the rows of the warm-up cut only, unless all values are asked for;
- gives the values of the last bar, or with ``sequential=True`` of all bars.
"""

from __future__ import annotations

import functools
import inspect
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ParamSpec, TypeAlias, TypeVar

import numpy as np

from hindcaster import _candles, errors
from hindcaster._types import AnyArray
from hindcaster.indicators import _prices
from hindcaster.indicators._compiled import last_of, of_last_bar, whole
from hindcaster.indicators._docs import completed
from hindcaster.indicators._prices import column, high_low_close, source

__all__ = [
    "REGISTRY",
    "Indicator",
    "Period",
    "Prices",
    "Values",
    "column",
    "high_low_close",
    "indicator",
    "none_for_nan",
    "source",
]

P = ParamSpec("P")
R = TypeVar("R")

# A number of bars that something is computed from.
Period: TypeAlias = Annotated[int, "1 or more"]

# Candles, a DataFrame or a series when called from outside; inside an array of candles or prices.
Prices: TypeAlias = Any

# The values of all bars if `sequential`, else the last one.
Values: TypeAlias = Any


@dataclass(frozen=True)
class Indicator:
    """What is known about one indicator beside its code.

    Attributes
    ----------
    function : callable
        The public function.
    parameters : mapping
        Defaults by name, without the price arguments; `sequential` is the last one if there.
    prices : tuple of str
        Names of the arguments that are prices.
    takes_series : bool
        Whether a single series will do in place of candles.
    fields : tuple of str
        Names of the values of a bar; empty if there is only one.
    looks_ahead : str
        Why values depend on later bars, empty if they do not.
    """

    function: Callable[..., Any]
    parameters: Mapping[str, Any]
    prices: tuple[str, ...]
    takes_series: bool
    fields: tuple[str, ...]
    looks_ahead: str

    @property
    def name(self) -> str:
        """Name of the public function."""
        return self.function.__name__

    @property
    def sequential(self) -> bool | None:
        """Default of the argument `sequential`; None if there is no such argument."""
        return self.parameters.get("sequential")


REGISTRY: dict[str, Indicator] = {}


def indicator(
    *,
    takes_series: bool = False,
    cuts_series: bool = False,
    second: str | None = None,
    last: Callable[[Any], Any] | None = None,
    compiled: bool = False,
    quiet: bool = False,
    looks_ahead: str = "",
    all_rows: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the public function of an indicator from one that gives the values of all bars.

    Parameters
    ----------
    takes_series : bool, default False
        A single series will do in place of candles.
    cuts_series : bool, default False
        The warm-up cut is for a series too.
    second : str, optional
        Name of the second argument, if it is prices too.
    last : callable, optional
        Makes what is given without ``sequential=True`` of the values of all bars; the last of
        each by default.
    compiled : bool, default False
        The function is compiled as a whole: it is written with kernels and what they may call. Of
        `source_type` it sees a number, of a series an array with one column; with choices that
        are not in `_IN_KERNELS` it is called as it is.
    quiet : bool, default False
        Silence NumPy's warnings of undefined values. That takes as long as a small kernel, which
        gives none.
    looks_ahead : str, optional
        Why values depend on later bars.
    all_rows : bool, default False
        The last value is made of all rows, not of those of the warm-up cut only.

    Returns
    -------
    callable
        Decorator.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        bind = _Binder(function, 1 if second is None else 2)
        prices = (bind.prices[0],) if second is None else (bind.prices[0], second)
        name, where = function.__name__, bind.sequential
        pick = last or last_of

        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            given, values = bind(args, kwargs)
            everything = bool(values[where]) if where is not None else False
            arrays = [_prices.as_prices(name, prices[0], given[0], takes_series)]
            if second is not None:
                arrays.append(_prices.as_prices(name, second, given[1], takes_series))
            candles_only = all(array.ndim == 2 for array in arrays)
            if not (everything or all_rows) and (candles_only or cuts_series):
                arrays = [_candles.last_rows(array) for array in arrays]
            arrays = [np.ascontiguousarray(array) for array in arrays]
            if quiet:
                with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                    result = function(*arrays, *values)  # type: ignore[call-arg, arg-type]
            else:
                result = function(*arrays, *values)  # type: ignore[call-arg, arg-type]
            return result if everything or where is None else pick(result)

        public = called
        if compiled:
            public = _Fast(
                function, bind, called, last is none_for_nan, takes_series, cuts_series
            ).public()
        public = functools.wraps(function)(public)

        public.whole_series = _whole_series(public, bind, name)  # type: ignore[attr-defined]
        public.__doc__ = completed(function, takes_series, bind.fields)
        REGISTRY[name] = Indicator(
            public, bind.defaults, prices, takes_series, bind.fields, looks_ahead
        )
        return public

    return decorate


def _whole_series(public: Callable[..., Any], bind: _Binder, name: str) -> Callable[..., Any]:
    """Make what `Strategy.I` calls in place of an indicator: values of all bars by default."""
    where, n_prices = bind.sequential, len(bind.prices)

    def whole_series(*args: Any, **kwargs: Any) -> Any:
        if where is None:
            raise errors.no_values_of_all_bars(name)
        if "sequential" in kwargs or len(args) > where + n_prices:
            return public(*args, **kwargs)
        return rows_of_numbers(public(*args, sequential=True, **kwargs))

    return whole_series


# Choices that compiled indicators know, by the end of the parameter's name.
_IN_KERNELS = {"matype": (0, 1), "devtype": (0,), "direction": ("long", "short")}
_MOST_PLANS = 256
_NOT_GIVEN = object()
_NDARRAY, _FLOAT, _LAST = np.ndarray, np.dtype(np.float64), operator.itemgetter(-1)


class _Fast:
    """Calls of an indicator that is compiled: arguments are checked when they are first given.

    What to call for the same arguments is kept, so that a strategy that calls an indicator on every
    bar waits for the machine code and for little more.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        bind: _Binder,
        called: Callable[..., Any],
        none_for_nan: bool,
        takes_series: bool,
        cuts_series: bool,
    ) -> None:
        self._function, self._bind, self._called = function, bind, called
        self._none_for_nan = none_for_nan
        self._takes_series, self._cuts_series = takes_series, cuts_series
        self._code: Callable[..., Any] | None = None
        self._plans: dict[Any, tuple[Any, ...]] = {}

    def public(self) -> Callable[..., Any]:
        """Make the public function."""
        plan_of, count_of, slow = self._plans.get, _candles.warm_up_count, self._slow

        def public(*args: Any, sequential: Any = _NOT_GIVEN, **kwargs: Any) -> Any:
            given = (args[1:], sequential, *kwargs.items()) if kwargs else (args[1:], sequential)
            try:
                plan = plan_of(given)
            except TypeError:  # an argument that cannot be one
                plan = None
            if plan is None or not args:
                return slow(args, sequential, kwargs)
            prices = args[0]
            if (
                type(prices) is not _NDARRAY
                or prices.dtype is not _FLOAT
                or prices.strides != (48, 8)
                or prices.shape[1] != 6
                or not len(prices)
            ):
                return slow(args, sequential, kwargs)
            values, code, everything, finish = plan
            if not everything:
                count = count_of()
                if 0 < count < len(prices):
                    prices = prices[-count:]
            return finish(code(prices, *values))

        return public

    def _prepare(self) -> Callable[..., Any]:
        """Give the machine code, made when it is first asked for."""
        if self._code is None:
            make = of_last_bar if self._bind.sequential is None else whole
            self._code = make(self._function, self._bind.kinds, self._bind.returned)
        return self._code

    def _finish(self, everything: bool, values: tuple[Any, ...]) -> Callable[[Any], Any]:
        """Give what makes the public function's values of what machine code gives: of such."""
        make: Any = getattr(self._bind.returned, "_make", None)
        if self._bind.sequential is None:
            return make  # type: ignore[no-any-return]
        if everything:
            return (lambda given: make(given[-1])) if make else _LAST
        number = np.float64
        if self._none_for_nan:
            return lambda given: number(given[0]) if given[0] == given[0] else None
        if not make:
            return lambda given: number(given[0])
        if bool not in map(type, values):
            return lambda given: make(map(number, given[:-1]))
        kinds = [np.bool_ if type(value) is bool else number for value in values[:-1]]
        return lambda given: make([kind(v) for kind, v in zip(kinds, given, strict=False)])

    def _slow(self, args: tuple[Any, ...], sequential: Any, kwargs: dict[str, Any]) -> Any:
        """Call after all checks; keep what to do if the arguments may be kept."""
        key = (args[1:], sequential, *kwargs.items())
        if sequential is not _NOT_GIVEN:
            kwargs = {**kwargs, "sequential": sequential}
        given, values = self._bind(args, kwargs)
        if not self._compiles(values):
            return self._called(*args, **kwargs)
        name = self._function.__name__
        prices = _prices.as_prices(name, self._bind.prices[0], given[0], self._takes_series)
        series = prices.ndim == 1
        everything, numbers = self._plan(values, series)
        if not everything and (self._cuts_series or not series):
            prices = _candles.last_rows(prices)
        rows = prices.reshape(-1, 1) if series else np.ascontiguousarray(prices)
        code = self._prepare()
        result = code(rows, *numbers)
        finish = self._finish(everything, result)
        if not series and self._bind.prices[0] not in kwargs:
            self._keep(key, (numbers, code, everything, finish))
        return finish(result)

    def _compiles(self, values: list[Any]) -> bool:
        for name, value in zip(self._bind.defaults, values, strict=True):
            known = _IN_KERNELS.get(name.rpartition("_")[2])
            if known is not None and value not in known:
                return False
        return True

    def _plan(self, values: list[Any], series: bool) -> tuple[bool, tuple[Any, ...]]:
        """Say whether all values are asked for; give the arguments that machine code takes."""
        numbers = list(values)
        where = self._bind.places.get("source_type")
        if where is not None:
            numbers[where] = _prices.ONLY_COLUMN if series else _prices.source_number(values[where])
        sequential = self._bind.sequential
        if sequential is None:
            return False, tuple(numbers)
        everything = bool(values[sequential])
        return everything, (not everything, *numbers)

    def _keep(self, key: tuple[Any, ...], plan: Any) -> None:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[key] = plan


class _Binder:
    """Brings the arguments of a call into the order of the signature, as numbers of one kind.

    Kernels are compiled for the kinds of their arguments: 20, 20.0 and np.int32(20) for the same
    period would compile the same kernel three times.
    """

    def __init__(self, function: Callable[..., Any], n_prices: int) -> None:
        signature = inspect.signature(function, eval_str=True)
        names = list(signature.parameters)
        self._function = function
        self._n_prices = n_prices
        self.prices = names[:n_prices]
        self._names = names[n_prices:]
        self._checks = [
            _check_of(function.__name__, signature.parameters[name]) for name in self._names
        ]
        given = [signature.parameters[name].default for name in self._names]
        self._defaults = [check(v) for check, v in zip(self._checks, given, strict=True)]
        self.defaults = dict(zip(self._names, given, strict=True))
        self.places = {name: place for place, name in enumerate(self._names)}
        self.sequential = self.places.get("sequential")
        self.returned = signature.return_annotation
        self.fields: tuple[str, ...] = getattr(self.returned, "_fields", ())
        annotations = [signature.parameters[name].annotation for name in self._names]
        self.kinds: dict[str, type] = {
            name: int if kind is Period else kind
            for name, kind in zip(self._names, annotations, strict=True)
        }

    def __call__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], list[Any]]:
        if not kwargs and len(args) == self._n_prices:
            return args, self._defaults
        if len(args) < self._n_prices or len(args) > self._n_prices + len(self._names):
            args, kwargs = self._bound(args, kwargs)
        values = self._defaults.copy()
        n_given = len(args) - self._n_prices
        for i in range(n_given):
            values[i] = self._checks[i](args[self._n_prices + i])
        for name, value in kwargs.items():
            i = self.places.get(name, -1)
            if i < n_given:
                self._bound(args, kwargs)  # raises what Python raises for such a call
            values[i] = self._checks[i](value)
        return args[: self._n_prices], values

    def _bound(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        try:
            bound = inspect.signature(self._function).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self._function.__name__}() {error}") from None
        return bound.args, bound.kwargs


def _check_of(indicator_name: str, parameter: inspect.Parameter) -> Callable[[Any], Any]:
    """Make the function that brings a parameter's value to the kind its annotation says."""
    kind, name = parameter.annotation, parameter.name

    def integer(value: Any) -> int:
        if type(value) is int:
            return value
        try:
            return operator.index(value)
        except TypeError:
            if isinstance(value, float | np.floating) and float(value).is_integer():
                return int(value)
            raise errors.bad_indicator_argument(
                indicator_name, name, "a whole number", value
            ) from None

    def period(value: Any) -> int:
        whole = integer(value)
        if whole < 1:
            raise errors.bad_indicator_argument(indicator_name, name, "1 or more", whole)
        return whole

    def number(value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            raise errors.bad_indicator_argument(indicator_name, name, "a number", value) from None

    checks: dict[Any, Callable[[Any], Any]] = {Period: period, int: integer, float: number}
    return checks.get(kind, lambda value: value)


_SIGNS = {"buy": 1.0, "sell": -1.0, None: math.nan}


def rows_of_numbers(values: Any) -> Any:
    """Make every field as long as the longest, of numbers: what a strategy keeps of all bars.

    NaN comes in front of shorter fields; 'buy' is 1, 'sell' -1, None NaN.
    """
    if not isinstance(values, tuple):
        return values
    fields = [np.asarray(field) for field in values]
    rows = max(map(len, fields))
    for i, field in enumerate(fields):
        if field.dtype == object:
            fields[i] = np.array([_SIGNS.get(item, item) for item in field], dtype=np.float64)
        if len(field) < rows:
            fields[i] = np.concatenate([np.full(rows - len(field), math.nan), field])
    return type(values)(*fields)


def none_for_nan(values: AnyArray) -> Any:
    """Give the last value of an array, None if it is NaN."""
    value = values[-1]
    return None if math.isnan(value) else value
