"""Arguments of an indicator beside the prices: their order, and what each of them may be."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import numpy as np

from hindcaster import errors

__all__ = ["Binder", "Period"]

# A number of bars that something is computed from.
Period: TypeAlias = Annotated[int, "1 or more"]

_LARGEST = 2**31 - 1  # of whole numbers: kernels multiply them


class Binder:
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
        try:
            whole = operator.index(value)
        except TypeError:
            if not isinstance(value, float | np.floating) or not float(value).is_integer():
                raise errors.bad_indicator_argument(
                    indicator_name, name, "a whole number", value
                ) from None
            whole = int(value)
        if abs(whole) > _LARGEST:
            raise errors.bad_indicator_argument(indicator_name, name, f"{_LARGEST} or less", whole)
        return whole

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
