"""Calls of compiled indicators with little of Python around the machine code.

A strategy may call an indicator on every bar. A short kernel takes less than a microsecond for the
rows of the warm-up cut, and so does all that happens here once arguments are known.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from hindcaster import _candles
from hindcaster._types import AnyArray
from hindcaster.indicators import _prices
from hindcaster.indicators._arguments import Binder
from hindcaster.indicators._compiled import EVERYTHING, of_last_bar, whole

__all__ = ["Fast"]

# Choices that compiled indicators know, by the end of the parameter's name.
_IN_KERNELS = {
    "matype": (0, 1),
    "devtype": (0,),
    "direction": ("long", "short"),
    "mode": (0, 1, 2, 3, 4),
}
_MOST_PLANS = 256


class Fast:
    """Calls of an indicator that is compiled: arguments are checked when they are first given.

    The public function keeps what machine code takes for arguments it was called with. It is
    written for the indicator's signature, so that Python binds arguments, and it leaves to `_slow`
    all that is not an array of candles with arguments known.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        bind: Binder,
        called: Callable[..., Any],
        none_for_nan: bool,
        takes_series: bool,
        cuts_series: bool,
    ) -> None:
        self._function, self._bind, self._called = function, bind, called
        self._none_for_nan = none_for_nan
        self._takes_series, self._cuts_series = takes_series, cuts_series
        self._plans: dict[Any, tuple[Any, ...]] = {}
        # What the public function reads. Machine code and the types of a named tuple's values are
        # here after the first call.
        self._known: dict[str, Any] = {
            "_plans": self._plans,
            "_slow": self._slow,
            "_count": _candles.warm_up_count,
            "_array": np.ndarray,
            "_float64": np.dtype(np.float64),
            "_number": np.float64,
            "_tuple": tuple.__new__,
            "_named": bind.returned,
        }

    def public(self) -> Callable[..., Any]:
        """Make the public function."""
        name = self._function.__name__
        prices, *names = inspect.signature(self._function).parameters
        given = ", ".join([prices, *names])
        values = [f"_value{i}" for i, _ in enumerate(names) if i != self._bind.sequential]
        last, every = (
            f"_code({', '.join([prices, rows, *values])})" for rows in ("_count()", str(EVERYTHING))
        )
        plan = " ".join(f"{name}," for name in ["_everything", *values])
        source = (
            f"def {name}({given}):\n"
            f"    if (type({prices}) is _array and {prices}.ndim == 2\n"
            f"            and {prices}.dtype is _float64):\n"
            f"        try:\n"
            f"            {plan} = _plans[{', '.join(names)},]\n"
            f"{self._returns(last, every, 12)}"
            f"        except (KeyError, TypeError, BufferError):\n"
            f"            pass  # new arguments, or not hashable; memory of another form\n"
            f"    return _slow({given})\n"
            f"def returned(_everything, _given):\n"
            f"{self._returns('_given', '_given', 4)}"
        )
        exec(compile(source, f"<call of indicators.{name}>", "exec"), self._known)
        public: Any = self._known[name]
        public.__defaults__ = self._function.__defaults__
        return public  # type: ignore[no-any-return]

    def _returns(self, last: str, every: str, indent: int) -> str:
        """Write lines that return what machine code found: of the last bar, or of every one."""
        fields = [f"_field{i}" for i, _ in enumerate(self._bind.fields)]
        if self._bind.sequential is None:
            lines = [f"return _tuple(_named, {last})"]
        elif fields:
            numbers = ", ".join(f"_kind{i}({field})" for i, field in enumerate(fields))
            lines = [
                "if _everything:",
                f"    return _tuple(_named, {every}[-1])",
                f"{', '.join(fields)}, _ = {last}",
                f"return _tuple(_named, ({numbers},))",
            ]
        else:
            number = "_number(_last) if _last == _last else None"
            lines = [
                "if _everything:",
                f"    return {every}[-1]",
                f"_last = {last}[0]",
                f"return {number if self._none_for_nan else '_number(_last)'}",
            ]
        return "".join(f"{' ' * indent}{line}\n" for line in lines)

    def _slow(self, *args: Any) -> Any:
        """Call after all checks; keep what machine code takes if the arguments may be kept."""
        bind = self._bind
        (given,), values = bind(args, {})
        if not self._compiles(values):
            return self._called(*args)
        name = self._function.__name__
        prices = _prices.as_prices(name, bind.prices[0], given, self._takes_series)
        series = prices.ndim == 1
        everything, numbers = self._plan(values, series)
        if not everything and (self._cuts_series or not series):
            prices = _candles.last_rows(prices)
        rows = _one_after_the_other(prices.reshape(-1, 1) if series else prices)
        found = self._code()(rows, EVERYTHING if everything else 0, *numbers)
        for i, value in enumerate(found[: len(bind.fields)]):
            self._known[f"_kind{i}"] = np.bool_ if type(value) is bool else np.float64
        if not series:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            with suppress(TypeError):  # an argument that cannot be a key
                self._plans[args[1:]] = (everything, *numbers)
        return self._known["returned"](everything, found)

    def _code(self) -> Callable[..., Any]:
        """Give the machine code, made when it is first asked for."""
        if "_code" not in self._known:
            make = of_last_bar if self._bind.sequential is None else whole
            self._known["_code"] = make(self._function, self._bind.kinds, self._bind.returned)
        return self._known["_code"]  # type: ignore[no-any-return]

    def _compiles(self, values: list[Any]) -> bool:
        for name, value in zip(self._bind.defaults, values, strict=True):
            known = _IN_KERNELS.get(name.rpartition("_")[2])
            if known is not None and value not in known:
                return False
        return True

    def _plan(self, values: list[Any], series: bool) -> tuple[bool, tuple[Any, ...]]:
        """Say whether all values are asked for; give the arguments that machine code takes."""
        numbers = list(values)
        for name in self._bind.places.keys() & _prices.NUMBERS_OF:
            where = self._bind.places[name]
            only_column = series and name == "source_type"
            number_of = _prices.NUMBERS_OF[name]
            numbers[where] = _prices.ONLY_COLUMN if only_column else number_of(values[where])
        sequential = self._bind.sequential
        everything = sequential is not None and bool(numbers.pop(sequential))
        return everything, tuple(numbers)


def _one_after_the_other(rows: AnyArray) -> AnyArray:
    """Give rows whose memory says so too: with a single row NumPy leaves that open."""
    rows = np.ascontiguousarray(rows)
    return rows if rows.strides == (8 * rows.shape[1], 8) else rows.copy()
