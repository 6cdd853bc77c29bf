"""NumPy's functions on numbers and one-dimensional arrays, bit by bit as NumPy computes them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hindcaster.native import arrays, kinds, numbers, reductions
from hindcaster.native.kinds import BOOL, FLOAT, INT
from hindcaster.native.slots import converted
from hindcaster.native.values import (
    Array,
    Book,
    Comprehension,
    Const,
    Group,
    Rows,
    Scalar,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.calls import Handler
    from hindcaster.native.translator import Translator


def numpy_kinds(number: Scalar, base: int) -> kinds.Kinds:
    """Kinds of a NumPy function's result: at least NumPy's scalars."""
    return frozenset(3 * max(kinds.level(kind), 1) + base for kind in number.kinds)


def array_of(tr: Translator, value: Value, node: ast.AST) -> Array:
    """Take anything that NumPy takes as a one-dimensional array."""
    from hindcaster.native.loops import as_group, selected

    if isinstance(value, Comprehension):
        value = selected(tr, value)
    if isinstance(value, Book):
        kept = tr.snapshot(value)
        item = kept.item("0")
        if isinstance(item, Scalar) and not item.tag:
            base = kinds.storage(item.kinds)
            return Array(base, kept.count, lambda i: kept.item(i).code)  # type: ignore[union-attr]
        raise tr.refusal(node, f"an array of {tr.describe(item)}")
    if not isinstance(value, (Array, Rows)):
        group = as_group(tr, value, node)
        value = value if group is None else group
    return arrays.as_array(tr, value, node)


def is_number(value: Value) -> bool:
    """Whether a value is a number rather than an array."""
    return isinstance(value, Scalar) or (
        isinstance(value, Const) and kinds.kind_of(value.value) is not None
    )


def absolute(tr: Translator, array: Array, node: ast.AST) -> Array:
    """Absolute values of an array."""
    return arrays.mapped(arrays.settled(tr, array), array.base, "abs({})")


def rounded_text(tr: Translator, code: str, digits: int) -> str:
    """Text of `numpy.round` of a double."""
    if digits == 0:
        return f"np.rint({code})"
    return f"(np.rint({code} * {10.0**digits!r}) / {10.0**digits!r})"


# -- element by element ----------------------------------------------------------------------


def _elementary(text: str, base: int | None = FLOAT, keep_int: bool = False) -> Handler:
    """Make the handler of a function of one number that IEEE arithmetic defines exactly."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node)
        value = args[0]
        if is_number(value):
            number = tr.plain(value, node)
            if keep_int and number.tag and len({kinds.base(k) for k in number.kinds}) > 1:
                raise tr.refusal(node, "a number that is an integer or a float", "float(...)")
            if keep_int and numbers.is_int(number):
                return _kept_int(tr, number, text, node)
            x = tr.fresh(numbers.as_float(number))
            return Scalar(numpy_kinds(number, FLOAT if base is None else base), text.format(x))
        array = arrays.settled(tr, array_of(tr, value, node))
        if keep_int and array.base == INT and "abs" in text:
            return arrays.mapped(array, INT, text)
        if keep_int and array.base != FLOAT:
            raise tr.refusal(node, "this function of an array of integers", "floats")
        inner = converted("{}", array.base, FLOAT)
        full = text.replace("{0}", "{}").format(*[inner] * text.count("{"))
        target = FLOAT if base is None else base
        return Array(
            target,
            array.length,
            lambda i: full.format(*[array.at(i)] * full.count("{}")),
            array.series,
            least=array.least,
        )

    return handler


def _kept_int(tr: Translator, number: Scalar, text: str, node: ast.AST) -> Scalar:
    if kinds.storage(number.kinds) == BOOL:
        raise tr.refusal(node, "this function of a boolean", "int(...)")
    if "abs" in text:
        return Scalar(numpy_kinds(number, INT), text.format(number.code), "", number.limit)
    if "-1.0" in text:
        kept = tr.spill(number)
        assert isinstance(kept, Scalar)
        sign = f"(1 if {kept.code} > 0 else (-1 if {kept.code} < 0 else 0))"
        return Scalar(numpy_kinds(number, INT), sign, "", 1)
    raise tr.refusal(node, "this function of an integer", "float(...)")


def _by_loop(name: str) -> Handler:
    """Make the handler of a function whose last bits depend on NumPy's implementation."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node)
        loop, data = tr.ufunc(name, "d->d")
        value = args[0]
        if is_number(value):
            number = tr.plain(value, node)
            text = f"ufunc_of_one({loop}, {data}, {numbers.as_float(number)})"
            return Scalar(numpy_kinds(number, FLOAT), tr.fresh(text))
        array = arrays.settled(tr, array_of(tr, value, node))
        inner = converted("{}", array.base, FLOAT)
        return arrays.mapped(array, FLOAT, f"ufunc_of_one({loop}, {data}, {inner})")

    return handler


def _larger(sign: str, skip_nan: bool) -> Handler:
    """`maximum`, `minimum`, `fmax`, `fmin`."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node, 2)
        return larger(tr, sign, skip_nan, args[0], args[1], node)

    return handler


def larger(
    tr: Translator, sign: str, skip_nan: bool, first: Value, second: Value, node: ast.AST
) -> Value:
    """Larger or smaller of two values, number by number."""

    def text(a: str, b: str, base: int) -> str:
        # Of equal values, zeros of both signs among them, NumPy takes the second.
        if base != FLOAT:
            return f"({a} if {a} {sign} {b} else {b})"
        nan = f"{b} != {b}" if skip_nan else f"{a} != {a}"
        return f"({a} if {a} {sign} {b} or {nan} else {b})"

    if is_number(first) and is_number(second):
        one, two = tr.spill(tr.plain(first, node)), tr.spill(tr.plain(second, node))
        assert isinstance(one, Scalar)
        assert isinstance(two, Scalar)
        base = max(kinds.storage(one.kinds), kinds.storage(two.kinds))
        if base == BOOL:
            raise tr.refusal(node, "maximum or minimum of booleans", "`or` and `and`")
        a, b = (
            numbers.as_float(number) if base == FLOAT else numbers.as_int(number)
            for number in (one, two)
        )
        levels = {max(kinds.level(x), kinds.level(y), 1) for x in one.kinds for y in two.kinds}
        found = frozenset(3 * top + base for top in levels)
        if len(found) > 1:
            raise tr.refusal(node, "maximum or minimum of numbers of several kinds", "max(...)")
        return Scalar(found, tr.fresh(text(a, b, base)), "", max(one.limit, two.limit))
    # Borrow the broadcasting of the operators; only the text of an element differs.
    shape = arrays.elementwise(tr, "+", _numeric(tr, first, node), _numeric(tr, second, node), node)
    sides = [_side(tr, value, shape.base, node) for value in (first, second)]
    return replace(shape, at=lambda i: text(sides[0](i), sides[1](i), shape.base))


def _numeric(tr: Translator, value: Value, node: ast.AST) -> Value:
    return value if is_number(value) else array_of(tr, value, node)


def _side(tr: Translator, value: Value, base: int, node: ast.AST) -> Callable[[str], str]:
    """Text of an operand's element as a type."""
    if is_number(value):
        number = tr.spill(tr.plain(value, node))
        assert isinstance(number, Scalar)
        code = converted(number.code, kinds.storage(number.kinds), base)
        return lambda i: code
    array = arrays.settled(tr, array_of(tr, value, node))
    return lambda i: converted(array.at(i), array.base, base)


def _clip(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    _only(tr, args, kwargs, node, 3)
    value, low, high = args
    for bound, sign in ((low, ">"), (high, "<")):
        if not (isinstance(bound, Const) and bound.value is None):
            value = larger(tr, sign, False, value, bound, node)
    return value


def _where(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    _only(tr, args, kwargs, node, 3)
    if is_number(args[0]):
        raise tr.refusal(node, "np.where() of a single condition", "`x if condition else y`")
    condition = arrays.settled(tr, array_of(tr, args[0], node))
    shapes = [value for value in args[1:] if not is_number(value)]
    for value in shapes:
        length = array_of(tr, value, node).length
        tr.guard(f"{length} != {condition.length}", node, "arrays of different lengths")
    bases = [
        kinds.storage(tr.plain(v, node).kinds) if is_number(v) else array_of(tr, v, node).base
        for v in args[1:]
    ]
    base = max(bases)
    first, second = (_side(tr, value, base, node) for value in args[1:])
    test = "{}" if condition.base == BOOL else "({} != 0)"
    return Array(
        base,
        condition.length,
        lambda i: f"({first(i)} if {test.format(condition.at(i))} else {second(i)})",
    )


def _round(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    digits_value = args.pop(1) if len(args) > 1 else kwargs.pop("decimals", Const(0))
    _only(tr, args, kwargs, node)
    digits = digits_value.value if isinstance(digits_value, Const) else None
    if not isinstance(digits, int) or not 0 <= digits <= 22:
        raise tr.refusal(node, "rounding to a number of digits that is no literal from 0 to 22")
    if is_number(args[0]):
        number = tr.plain(args[0], node)
        if numbers.is_int(number):
            raise tr.refusal(node, "rounding an integer", "the integer itself")
        return Scalar(frozenset({kinds.NP_FLOAT}), rounded_text(tr, number.code, digits))
    array = arrays.settled(tr, array_of(tr, args[0], node))
    return replace(
        array, base=FLOAT, memory=None, at=lambda i: rounded_text(tr, array.at(i), digits)
    )


# -- arrays to arrays ------------------------------------------------------------------------


def _diff(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    _only(tr, args, kwargs, node)
    array = arrays.settled(tr, array_of(tr, args[0], node))
    if array.base == BOOL:
        raise tr.refusal(node, "np.diff() of booleans")
    length = tr.fresh(f"max({array.length} - 1, 0)")
    return Array(
        array.base,
        length,
        lambda i: f"({array.at(f'({i} + 1)')} - {array.at(i)})",
        array.series,
    )


def _cumulated(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    _only(tr, args, kwargs, node)
    array = array_of(tr, args[0], node)
    base = max(array.base, INT)
    typed = replace(array, base=base, at=lambda i: converted(array.at(i), array.base, base))
    name, index = tr.materialised(typed), tr.new_name("k")
    with tr.nested(f"for {index} in range(1, {name}.size):"):
        tr.emit(f"{name}[{index}] += {name}[{index} - 1]")
    return Array(base, f"{name}.size", lambda i: f"{name}[{i}]", array.series, (name, "0"))


def _roll(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    _only(tr, args, kwargs, node, 2)
    array = arrays.settled(tr, array_of(tr, args[0], node))
    length = tr.fresh(f"max({array.length}, 1)")
    shift = tr.fresh(tr.integer(args[1], node).code)
    return replace(
        array,
        at=lambda i: array.at(f"(({i} - {shift}) % {length})"),
        memory=None,
        writable="",
        least=array.least,
    )


def _joined(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`concatenate` of a tuple or list of arrays."""
    _only(tr, args, kwargs, node)
    if not isinstance(args[0], Group) or not args[0].items:
        raise tr.refusal(node, f"{tr.describe(args[0])} is joined", "a tuple of arrays")
    return joined_arrays(tr, [array_of(tr, part, node) for part in args[0].items], node)


def _appended(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`append` of a number or an array."""
    _only(tr, args, kwargs, node, 2)
    last = Group((args[1],)) if is_number(args[1]) else args[1]
    return joined_arrays(tr, [array_of(tr, args[0], node), array_of(tr, last, node)], node)


def joined_arrays(tr: Translator, parts: list[Array], node: ast.AST) -> Array:
    """Copy arrays one after the other into a new one."""
    base = max(part.base for part in parts)
    if base != FLOAT and len({part.base for part in parts}) > 1:
        raise tr.refusal(node, "booleans and integers are joined", "arrays of one type")
    kept = [arrays.settled(tr, part) for part in parts]
    dtype = ("bool_", "int64", "float64")[base]
    length = tr.fresh(" + ".join(part.length for part in kept))
    name, place = tr.fresh(f"np.empty({length}, {dtype})", "m"), tr.fresh("0")
    for part in kept:
        index = tr.new_name("k")
        with tr.nested(f"for {index} in range({part.length}):"):
            tr.emit(f"{name}[{place}] = {converted(part.at(index), part.base, base)}")
            tr.emit(f"{place} += 1")
    series = any(part.series for part in parts)
    return Array(
        base, f"{name}.size", lambda i: f"{name}[{i}]", series, (name, "0"), name, fresh=True
    )


def _scalar_of(base: int) -> Handler:
    """`float64`, `int64` and `bool_` of a number."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node)
        number = tr.plain(args[0], node)
        if kinds.storage(number.kinds) > base:
            raise tr.refusal(node, "a number is cut to another type", "int(...) or bool(...)")
        if any(kinds.level(kind) == 2 for kind in number.kinds):
            raise tr.refusal(node, "a reduction of a series is converted", "float(...)")
        text = converted(number.code, kinds.storage(number.kinds), base)
        return Scalar(frozenset({3 + base}), text, "", number.limit)

    return handler


def _made(fill: str) -> Handler:
    """`zeros`, `ones` and `full`."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node, 2 if not fill else 1)
        length = tr.fresh(tr.integer(args[0], node).code)
        tr.guard(f"{length} < 0 or {length} > 1000000000", node, "the size of an array")
        text, base = fill, FLOAT
        if not fill:
            number = tr.spill(tr.plain(args[1], node))
            assert isinstance(number, Scalar)
            text, base = number.code, kinds.storage(number.kinds)
        name = tr.materialised(Array(base, length, lambda i: text))
        return Array(
            base, f"{name}.size", lambda i: f"{name}[{i}]", False, (name, "0"), name, fresh=True
        )

    return handler


def _plain(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`asarray`, without a change of type."""
    _only(tr, args, kwargs, node)
    array = array_of(tr, args[0], node)
    return replace(array, series=False)


def _copied(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`array` and `copy`, without a change of type."""
    _only(tr, args, kwargs, node)
    array = array_of(tr, args[0], node)
    name = tr.materialised(array)
    return Array(
        array.base, f"{name}.size", lambda i: f"{name}[{i}]", False, (name, "0"), name, fresh=True
    )


# -- arrays to numbers -----------------------------------------------------------------------


def _reduction(reduce: Callable[[Translator, Array, ast.AST], Scalar]) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node)
        if is_number(args[0]):
            raise tr.refusal(node, "a reduction of a single number", "the number itself")
        return reduce(tr, array_of(tr, args[0], node), node)

    return handler


def reduction_of(name: str, tr: Translator, array: Array, node: ast.AST) -> Scalar:
    """Apply a reduction known by the name of its method."""
    return REDUCTIONS[name](tr, array, node)


def _spread(root: bool) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        ddof = tr.integer(kwargs.pop("ddof", Const(0)), node)
        _only(tr, args, kwargs, node)
        return reductions.variance(tr, array_of(tr, args[0], node), ddof.code, node, root)

    return handler


def _quantile(scale: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node, 2)
        if not is_number(args[1]):
            raise tr.refusal(node, "several quantiles at once", "one at a time")
        share = tr.fresh(f"{numbers.as_float(tr.plain(args[1], node))}{scale}")
        tr.guard(f"not (0.0 <= {share} <= 1.0)", node, "a quantile out of range")
        text = reductions.quantile(tr, array_of(tr, args[0], node), share, node, skip_nan=False)
        return Scalar(frozenset({kinds.NP_FLOAT}), text)

    return handler


def _without_nan(reduce: str) -> Handler:
    """`nanmax`, `nanmin`, `nanmean`, `nansum`: of the elements that are numbers."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        _only(tr, args, kwargs, node)
        array = arrays.settled(tr, array_of(tr, args[0], node))
        if array.base != FLOAT:
            return reduction_of(reduce, tr, array, node)
        count, index = tr.fresh("0"), tr.new_name("k")
        loop, number = f"for {index} in range({array.length}):", array.at(index)
        with tr.nested(loop), tr.nested(f"if {number} == {number}:"):
            tr.emit(f"{count} += 1")
        if reduce in ("sum", "mean"):
            zeroed = replace(
                array,
                memory=None,
                at=lambda i: f"({array.at(i)} if {array.at(i)} == {array.at(i)} else 0.0)",
            )
            found = reductions.total(tr, zeroed, node)
            if reduce == "sum":
                return found
            tr.guard(f"{count} == 0", node, "a mean of nothing but NaN")
            return Scalar(found.kinds, f"({found.code} / {count})")
        tr.guard(f"{count} == 0", node, "an extreme of nothing but NaN")
        worst = "(-inf)" if reduce == "max" else "inf"
        at = lambda i: f"({array.at(i)} if {array.at(i)} == {array.at(i)} else {worst})"  # noqa: E731
        return reduction_of(reduce, tr, replace(array, memory=None, at=at), node)

    return handler


# An integer of Python or of NumPy, by version.
_COUNT_KIND: Final = kinds.kind_of(np.count_nonzero(np.ones(1))) or INT

REDUCTIONS: Final[dict[str, Callable[[Translator, Array, ast.AST], Scalar]]] = {
    "max": lambda tr, a, node: reductions.extreme(tr, a, ">", node, python=False),
    "min": lambda tr, a, node: reductions.extreme(tr, a, "<", node, python=False),
    "argmax": lambda tr, a, node: reductions.extreme_place(tr, a, ">", node),
    "argmin": lambda tr, a, node: reductions.extreme_place(tr, a, "<", node),
    "sum": reductions.total,
    "mean": reductions.mean,
    "median": reductions.median,
    "any": lambda tr, a, node: reductions.some(tr, a, every=False),
    "all": lambda tr, a, node: reductions.some(tr, a, every=True),
    "count": lambda tr, a, node: Scalar(
        frozenset({_COUNT_KIND}), reductions.counted(tr, a), "", kinds.EXACT
    ),
    "prod": lambda tr, a, node: Scalar(reductions.reduced_kinds(a, FLOAT), _product(tr, a, node)),
}


def _product(tr: Translator, array: Array, node: ast.AST) -> str:
    if array.base != FLOAT:
        raise tr.refusal(node, "a product of integers", "floats")
    return reductions.float_total(tr, array, "multiply")


def _only(
    tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST, count: int = 1
) -> None:
    if kwargs or len(args) != count:
        raise tr.refusal(
            node,
            "these arguments of a NumPy function are not supported in compiled code",
            "positional arguments without axis, dtype or out",
        )


_EXACT: Final[dict[Any, Handler]] = {
    np.sqrt: _elementary("np.sqrt({})"),
    np.abs: _elementary("abs({})", keep_int=True),
    np.fabs: _elementary("abs({})"),
    np.sign: _elementary(
        "(1.0 if {0} > 0.0 else (-1.0 if {0} < 0.0 else (0.0 if {0} == 0.0 else {0})))",
        keep_int=True,
    ),
    np.square: _elementary("({0} * {0})", keep_int=True),
    np.floor: _elementary("np.floor({})", keep_int=True),
    np.ceil: _elementary("np.ceil({})", keep_int=True),
    np.trunc: _elementary("np.trunc({})", keep_int=True),
    np.rint: _elementary("np.rint({})"),
    np.isnan: _elementary("({0} != {0})", BOOL),
    np.isfinite: _elementary("np.isfinite({})", BOOL),
    np.isinf: _elementary("np.isinf({})", BOOL),
}

HANDLERS: Final[dict[Any, Handler]] = {
    **_EXACT,
    **{
        getattr(np, name): _by_loop(name)
        for name in (
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sin",
            "cos",
            "tan",
            "arcsin",
            "arccos",
            "arctan",
            "sinh",
            "cosh",
            "tanh",
            "cbrt",
        )
    },
    np.maximum: _larger(">", skip_nan=False),
    np.minimum: _larger("<", skip_nan=False),
    np.fmax: _larger(">", skip_nan=True),
    np.fmin: _larger("<", skip_nan=True),
    np.clip: _clip,
    np.where: _where,
    np.round: _round,
    np.around: _round,
    np.diff: _diff,
    np.cumsum: _cumulated,
    np.roll: _roll,
    np.concatenate: _joined,
    np.append: _appended,
    np.float64: _scalar_of(FLOAT),
    np.int64: _scalar_of(INT),
    np.zeros: _made("0.0"),
    np.ones: _made("1.0"),
    np.full: _made(""),
    np.asarray: _plain,
    np.array: _copied,
    np.copy: _copied,
    np.max: _reduction(REDUCTIONS["max"]),
    np.min: _reduction(REDUCTIONS["min"]),
    np.argmax: _reduction(REDUCTIONS["argmax"]),
    np.argmin: _reduction(REDUCTIONS["argmin"]),
    np.sum: _reduction(REDUCTIONS["sum"]),
    np.mean: _reduction(REDUCTIONS["mean"]),
    np.median: _reduction(REDUCTIONS["median"]),
    np.any: _reduction(REDUCTIONS["any"]),
    np.all: _reduction(REDUCTIONS["all"]),
    np.prod: _reduction(REDUCTIONS["prod"]),
    np.count_nonzero: _reduction(REDUCTIONS["count"]),
    np.std: _spread(root=True),
    np.var: _spread(root=False),
    np.percentile: _quantile(" / 100.0"),
    np.quantile: _quantile(""),
    np.nanmax: _without_nan("max"),
    np.nanmin: _without_nan("min"),
    np.nanmean: _without_nan("mean"),
    np.nansum: _without_nan("sum"),
}
