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
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np

from hindcaster import _candles, errors
from hindcaster._types import AnyArray
from hindcaster.indicators import _prices
from hindcaster.indicators._arguments import Binder, Period
from hindcaster.indicators._compiled import last_of
from hindcaster.indicators._docs import completed
from hindcaster.indicators._fast import Fast
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
        texts in `_prices.NUMBERS_OF` it sees a number, of a series an array with one column; with
        choices that kernels do not know it is called as it is.
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
        bind = Binder(function, 1 if second is None else 2)
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
            public = Fast(
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


def _whole_series(public: Callable[..., Any], bind: Binder, name: str) -> Callable[..., Any]:
    """Make what `Strategy.I` calls in place of an indicator: values of all bars by default."""
    where, n_prices = bind.sequential, len(bind.prices)

    def whole_series(*args: Any, **kwargs: Any) -> Any:
        if where is None:
            raise errors.no_values_of_all_bars(name)
        if "sequential" in kwargs or len(args) > where + n_prices:
            return public(*args, **kwargs)
        return rows_of_numbers(public(*args, sequential=True, **kwargs))

    return whole_series


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
