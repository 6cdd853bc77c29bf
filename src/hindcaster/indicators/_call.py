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
from hindcaster._types import AnyArray, FloatArray
from hindcaster.indicators._docs import completed

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
    second: str | None = None,
    last: Callable[[Any], Any] | None = None,
    latest: Callable[[FloatArray, int], Any] | None = None,
    quiet: bool = False,
    looks_ahead: str = "",
    all_rows: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the public function of an indicator from one that gives the values of all bars.

    Parameters
    ----------
    takes_series : bool, default False
        A single series will do in place of candles.
    second : str, optional
        Name of the second argument, if it is prices too.
    last : callable, optional
        Makes what is given without ``sequential=True`` of the values of all bars; the last of
        each by default.
    latest : callable, optional
        Gives that last value of candles (n, 6) and a period alone, the other arguments having
        their defaults: the call that strategies make on every bar.
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
        pick = last or _last_values

        @functools.wraps(function)
        def public(*args: P.args, **kwargs: P.kwargs) -> R:
            if latest is not None and not kwargs and _is_plain(args):
                return latest(_candles.last_rows(args[0]), args[1])  # type: ignore[arg-type, no-any-return]
            given, values = bind(args, kwargs)
            whole = bool(values[where]) if where is not None else False
            arrays = [_as_prices(name, prices[0], given[0], takes_series)]
            if second is not None:
                arrays.append(_as_prices(name, second, given[1], takes_series))
            if not (whole or all_rows) and all(array.ndim == 2 for array in arrays):
                arrays = [_candles.last_rows(array) for array in arrays]
            if quiet:
                with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                    result = function(*arrays, *values)  # type: ignore[call-arg, arg-type]
            else:
                result = function(*arrays, *values)  # type: ignore[call-arg, arg-type]
            return result if whole or where is None else pick(result)

        def whole_series(*args: P.args, **kwargs: P.kwargs) -> R:
            if where is None:
                raise errors.no_values_of_all_bars(name)
            if "sequential" in kwargs or len(args) > where + len(prices):
                return public(*args, **kwargs)
            return rows_of_numbers(public(*args, sequential=True, **kwargs))  # type: ignore[arg-type, no-any-return]

        public.whole_series = whole_series  # type: ignore[attr-defined]
        public.__doc__ = completed(function, takes_series, bind.fields)
        REGISTRY[name] = Indicator(
            public, bind.defaults, prices, takes_series, bind.fields, looks_ahead
        )
        return public

    return decorate


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
        self._places = {name: place for place, name in enumerate(self._names)}
        self.sequential = self._places.get("sequential")
        self.fields: tuple[str, ...] = getattr(signature.return_annotation, "_fields", ())

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
            i = self._places.get(name, -1)
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


def _last_values(values: Any) -> Any:
    """Give the last value of an array, or of each array of a named tuple."""
    if isinstance(values, tuple):
        return type(values)(*[field[-1] for field in values])
    return values[-1]


def none_for_nan(values: AnyArray) -> Any:
    """Give the last value of an array, None if it is NaN."""
    value = values[-1]
    return None if math.isnan(value) else value


def source(candles: FloatArray, source_type: str) -> FloatArray:
    """Take the price an indicator is computed from; a single series is that price already.

    The array is contiguous: kernels are compiled for that layout.
    """
    if candles.ndim == 1:
        return candles
    if source_type == "close":
        return candles[:, _candles.CLOSE].copy()
    return np.ascontiguousarray(_candles.get_candle_source(candles, source_type))


def column(candles: FloatArray, which: int) -> FloatArray:
    """Take a column of candles as a contiguous array."""
    return candles[:, which].copy()


def high_low_close(candles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Take high, low and close of candles as contiguous arrays."""
    return (
        column(candles, _candles.HIGH),
        column(candles, _candles.LOW),
        column(candles, _candles.CLOSE),
    )


def _is_plain(args: tuple[Any, ...]) -> bool:
    """Whether arguments are candles as an array, and a period."""
    if len(args) != 2 or type(args[1]) is not int or args[1] < 1:
        return False
    candles = args[0]
    return (
        type(candles) is np.ndarray
        and candles.ndim == 2
        and candles.dtype == np.float64
        and candles.shape[1] >= 6
        and len(candles) > 0
    )


def _as_prices(name: str, argument: str, value: Any, takes_series: bool) -> FloatArray:
    """Read what the user gave as candles (n, 6) or, where that will do, a series (n,)."""
    if type(value) is np.ndarray and value.dtype == np.float64:
        array: FloatArray = value
    else:
        array = _read_prices(name, argument, value)
    if array.ndim == 1:
        if not takes_series:
            raise errors.candles_needed(name, argument)
        array = np.ascontiguousarray(array)
    elif array.ndim != 2 or array.shape[1] < 6:
        raise errors.bad_price_shape(name, argument, array.shape)
    if not len(array):
        raise errors.no_candles(name, argument)
    return array


def _read_prices(name: str, argument: str, value: Any) -> FloatArray:
    frame = value if isinstance(value, np.ndarray) else getattr(value, "df", value)
    if hasattr(frame, "columns"):
        return _from_frame(name, argument, frame)
    if value is None or isinstance(value, str):
        raise errors.not_prices(name, argument, value)
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise errors.not_prices(name, argument, value) from None


def _from_frame(name: str, argument: str, frame: Any) -> FloatArray:
    """Make candles of a DataFrame; time is its index in ms, or the bar's number without dates."""
    columns = {str(label).lower(): label for label in frame.columns}
    candles = np.empty((len(frame), 6))
    index = frame.index.values
    dated = index.dtype.kind == "M"
    candles[:, 0] = index.astype("datetime64[ms]").astype(np.int64) if dated else range(len(frame))
    for place, title in enumerate(("Open", "Close", "High", "Low", "Volume"), start=1):
        label = columns.get(title.lower())
        if label is not None:
            candles[:, place] = np.asarray(frame[label], dtype=np.float64)
        elif title == "Volume":
            candles[:, place] = np.nan
        else:
            raise errors.missing_price_column(name, argument, title, list(frame.columns))
    return candles
