"""What generated code calls: the engine by address, NumPy's inner loops, and a few functions.

The engine is entered through addresses of its compiled entry points, so compiling a strategy does
not compile or link the engine again. NumPy's own loops are called for reductions and functions
whose last bits depend on how they are computed.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, Final

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from hindcaster._jit import subkernel
from hindcaster._types import FloatArray
from hindcaster.engine.ledger import entry_points

_I64: Final = ir.IntType(64)
_F64: Final = ir.DoubleType()
_BYTES: Final = ir.IntType(8).as_pointer()


# -- calls by address ------------------------------------------------------------------------


def _call(builder: Any, address: Any, result: Any, arguments: Any) -> Any:
    kind = ir.FunctionType(result, [argument.type for argument in arguments]).as_pointer()
    return builder.call(builder.inttoptr(address, kind), arguments)


def _integer_call(*parameters: Any) -> Any:
    """Make the codegen and signature of an entry point that returns an integer."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _call(builder, args[0], _I64, args[1:])

    return types.int64(types.int64, *parameters), codegen


@intrinsic  # type: ignore[untyped-decorator]
def engine_advance(_ctx: Any, _address: Any, _handle: Any, _bar: Any) -> Any:
    """Call `call_advance` at an address."""
    return _integer_call(types.int64, types.int64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_place(
    _ctx: Any,
    _address: Any,
    _handle: Any,
    _bar: Any,
    _size: Any,
    _limit: Any,
    _stop: Any,
    _sl: Any,
    _tp: Any,
    _tag: Any,
) -> Any:
    """Call `call_place` at an address."""
    return _integer_call(types.int64, types.int64, *[types.float64] * 5, types.int64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_close(
    _ctx: Any, _address: Any, _handle: Any, _bar: Any, _index: Any, _portion: Any
) -> Any:
    """Call `call_close` at an address."""
    return _integer_call(types.int64, types.int64, types.int64, types.float64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_condition(
    _ctx: Any,
    _address: Any,
    _handle: Any,
    _order: Any,
    _in_units: Any,
    _on_close: Any,
    _good_for: Any,
    _other: Any,
    _trail: Any,
    _trail_rate: Any,
) -> Any:
    """Call `call_condition` at an address."""
    return _integer_call(*[types.int64] * 6, types.float64, types.float64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_move(
    _ctx: Any, _address: Any, _handle: Any, _bar: Any, _index: Any, _role: Any, _price: Any
) -> Any:
    """Call `call_move_bracket` at an address."""
    return _integer_call(types.int64, types.int64, types.int64, types.int64, types.float64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_cancel(_ctx: Any, _address: Any, _handle: Any, _bar: Any, _order: Any) -> Any:
    """Call `call_cancel` at an address."""
    return _integer_call(types.int64, types.int64, types.int64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_close_out(_ctx: Any, _address: Any, _handle: Any, _order: Any, _bar: Any) -> Any:
    """Call `call_close_out` at an address."""
    return _integer_call(types.int64, types.int64, types.int64)


@intrinsic  # type: ignore[untyped-decorator]
def engine_finish(_ctx: Any, _address: Any, _handle: Any, _end: Any) -> Any:
    """Call `call_finish` at an address; what comes back means nothing."""
    return _integer_call(types.int64, types.int64)


@intrinsic  # type: ignore[untyped-decorator]
def bar_loop(_ctx: Any, _address: Any, _handle: Any, _block: Any, _first: Any, _last: Any) -> Any:
    """Call the ``drive`` of a generated module at an address."""
    return _integer_call(*[types.int64] * 4)


@intrinsic  # type: ignore[untyped-decorator]
def c_power(_ctx: Any, _address: Any, _base: Any, _exponent: Any) -> Any:
    """Call the C library's ``pow``: the compiler's own replaces squares by products."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _call(builder, args[0], _F64, args[1:])

    return types.float64(types.int64, types.float64, types.float64), codegen


def _loop_call(builder: Any, loop: Any, data: Any, pointers: Any, count: Any, steps: Any) -> None:
    """Call an inner loop of a ufunc: ``void (char **, intptr *, intptr *, void *)``."""
    arguments = cgutils.alloca_once(builder, _BYTES, len(pointers))
    strides = cgutils.alloca_once(builder, _I64, len(steps))
    length = cgutils.alloca_once(builder, _I64)
    builder.store(count, length)
    for place, pointer in enumerate(pointers):
        number = ir.Constant(ir.IntType(32), place)
        builder.store(builder.bitcast(pointer, _BYTES), builder.gep(arguments, [number]))
        builder.store(ir.Constant(_I64, steps[place]), builder.gep(strides, [number]))
    operands = [arguments, length, strides, builder.inttoptr(data, _BYTES)]
    _call(builder, loop, ir.VoidType(), operands)


def _in_entry(builder: Any, value: Any) -> Any:
    place = cgutils.alloca_once(builder, value.type)
    builder.store(value, place)
    return place


@intrinsic  # type: ignore[untyped-decorator]
def ufunc_reduced(
    _ctx: Any, _loop: Any, _data: Any, _address: Any, _count: Any, _start: Any
) -> Any:
    """Reduce doubles in memory by a ufunc's inner loop, as ``ufunc.reduce`` does."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        loop, data, address, count, start = args
        result = _in_entry(builder, start)
        source = builder.inttoptr(address, _BYTES)
        _loop_call(builder, loop, data, (result, source, result), count, (0, 8, 0))
        return builder.load(result)

    whole, real = types.int64, types.float64
    return real(whole, whole, whole, whole, real), codegen


@intrinsic  # type: ignore[untyped-decorator]
def ufunc_of_one(_ctx: Any, _loop: Any, _data: Any, _x: Any) -> Any:
    """Apply a ufunc of one double."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        loop, data, x = args
        operand, result = _in_entry(builder, x), cgutils.alloca_once(builder, _F64)
        _loop_call(builder, loop, data, (operand, result), ir.Constant(_I64, 1), (8, 8))
        return builder.load(result)

    return types.float64(types.int64, types.int64, types.float64), codegen


# -- addresses -------------------------------------------------------------------------------

_ENTRY_POINTS: Final = {
    "advance": (entry_points.call_advance, "ii"),
    "place": (entry_points.call_place, "iifffffi"),
    "condition": (entry_points.call_condition, "iiiiiiff"),
    "close": (entry_points.call_close, "iiif"),
    "move": (entry_points.call_move_bracket, "iiiif"),
    "cancel": (entry_points.call_cancel, "iii"),
    "close_out": (entry_points.call_close_out, "iii"),
    "finish": (entry_points.call_finish, "ii"),
}


@cache
def engine_address(name: str) -> int:
    """Address of a compiled entry point of the engine."""
    function, letters = _ENTRY_POINTS[name]
    signature = tuple(types.int64 if letter == "i" else types.float64 for letter in letters)
    return c_address(function, signature)


def c_address(function: Any, signature: tuple[Any, ...]) -> int:
    """Address of a kernel as a C function; compiled or read from the cache if need be."""
    function.compile(signature)
    compiled = function.overloads[signature]
    name = compiled.fndesc.llvm_cfunc_wrapper_name
    return int(compiled.library.get_pointer_to_function(name))


@cache
def symbol_address(name: str) -> int | None:
    """Address of a function of the C library."""
    return llvm.address_of_symbol(name) or None


class _Ufunc(ctypes.Structure):
    """Beginning of NumPy's ``PyUFuncObject``, part of its public C interface."""

    _fields_ = (
        ("references", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


@cache
def ufunc_loop(name: str, signature: str) -> tuple[int, int]:
    """Address of a ufunc's inner loop for some types, and of its static data."""
    function = getattr(np, name)
    table = _Ufunc.from_address(id(function))
    place = function.types.index(signature)
    if (table.nin, table.nout, table.ntypes) != (function.nin, function.nout, function.ntypes):
        raise RuntimeError(f"NumPy {np.__version__} lays out its functions in an unknown way.")
    return table.functions[place] or 0, table.data[place] or 0


# -- functions -------------------------------------------------------------------------------


@subkernel
def reduced(
    loop: int, data: int, values: FloatArray, first: int, count: int, start: float
) -> float:
    """Reduce part of an array of doubles by a ufunc's inner loop."""
    return ufunc_reduced(loop, data, values.ctypes.data + 8 * first, count, start)  # type: ignore[no-any-return]


@subkernel
def remainder(x: float, y: float) -> float:
    """Python's ``x % y`` for floats, y not 0: of the sign of y."""
    rest = np.fmod(x, y)
    if rest != 0.0:
        if (y < 0.0) != (rest < 0.0):
            rest += y
        return rest  # type: ignore[no-any-return]
    return np.copysign(0.0, y)  # type: ignore[no-any-return]


@subkernel
def floor_divided(x: float, y: float) -> float:
    """Python's ``x // y`` for floats, y not 0."""
    rest = np.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0.0 and (y < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return np.copysign(0.0, x / y)  # type: ignore[no-any-return]
    whole = np.floor(quotient)
    if quotient - whole > 0.5:
        whole += 1.0
    return whole  # type: ignore[no-any-return]


@subkernel
def rounded_exactly(x: float, digits: int) -> float:
    """Python's ``round(x, digits)``, 0 <= digits <= 22: half to even of the exact binary value.

    The product with a power of ten is formed exactly as a sum of two doubles (Dekker, 1971), so
    that ties are recognised; both operands of the final division are exact.
    """
    scale = 10.0**digits
    high = x * scale
    if not np.isfinite(high) or abs(high) >= 4503599627370496.0:  # 2**52: nothing to round
        return x
    split = 134217729.0
    a, b = split * x, split * scale
    x_high = a - (a - x)
    x_low = x - x_high
    s_high = b - (b - scale)
    s_low = scale - s_high
    low = ((x_high * s_high - high) + x_high * s_low + x_low * s_high) + x_low * s_low
    whole = np.floor(high)
    fraction = (high - whole) - 0.5
    above = fraction > 0.0 or (fraction == 0.0 and low > 0.0)
    tie = fraction == 0.0 and low == 0.0
    if above or (tie and whole % 2.0 != 0.0):
        whole += 1.0
    return np.copysign(whole / scale, x)  # type: ignore[no-any-return]


@subkernel
def integer_power(base: int, exponent: int) -> int:
    """Power of integers that fits 64 bits."""
    result = 1
    for _ in range(exponent):
        result *= base
    return result


@subkernel
def middle_value(values: FloatArray) -> float:
    """Median; NaN if there is one. Changes the order of the values."""
    for k in range(values.size):
        if values[k] != values[k]:
            return np.nan
    values.sort()
    half = values.size // 2
    if values.size % 2:
        return values[half]  # type: ignore[no-any-return]
    return (values[half - 1] + values[half]) / 2.0  # type: ignore[no-any-return]


@subkernel
def value_at_quantile(values: FloatArray, share: float, skip_nan: bool) -> float:
    """Linear interpolation between order statistics, as NumPy's default method computes it."""
    count = 0
    for k in range(values.size):
        if values[k] == values[k]:
            values[count] = values[k]
            count += 1
        elif not skip_nan:
            return np.nan
    if count == 0:
        return np.nan
    kept = values[:count]
    kept.sort()
    place = (count - 1) * share
    below = int(np.floor(place))
    above = min(below + 1, count - 1)
    part = place - below
    gap = kept[above] - kept[below]
    if part >= 0.5:
        return kept[above] - gap * (1.0 - part)  # type: ignore[no-any-return]
    return kept[below] + gap * part  # type: ignore[no-any-return]


@subkernel
def year_month_day(days: int) -> tuple[int, int, int]:
    """Date of a count of days since 1970 (Hinnant, "chrono-compatible date algorithms")."""
    z = days + 719468
    era = z // 146097
    of_era = z - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day


@subkernel
def day_of_year(days: int) -> int:
    """Day of the year, 1 for the first of January."""
    year, month, day = year_month_day(days)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    before = (367 * month - 362) // 12
    if month > 2:
        before -= 1 if leap else 2
    return before + day
