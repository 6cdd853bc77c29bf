"""Functions that are known by their meaning: Python's, `math`'s, NumPy's and `hindcaster.lib`'s."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any, Final

from hindcaster.native import kinds, numbers, numpy_functions
from hindcaster.native.conditions import CONDITIONS
from hindcaster.native.expressions import truth_of
from hindcaster.native.kinds import BOOL, FLOAT, INT, NP_BOOL, NP_FLOAT
from hindcaster.native.loops import added, best_of, range_count, selected, some_or_every
from hindcaster.native.values import (
    Array,
    Book,
    Comprehension,
    Const,
    Data,
    Group,
    Labels,
    Range,
    Rows,
    Scalar,
    Steps,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.calls import Handler
    from hindcaster.native.translator import Translator

PYTHON_BOOL: Final = frozenset({BOOL})
PYTHON_INT: Final = frozenset({INT})
PYTHON_FLOAT: Final = frozenset({FLOAT})


def handler_of(function: Any) -> Handler | None:
    """Return the handler of a known function, None for others."""
    try:
        found = _HANDLERS.get(function)
    except TypeError:  # not hashable
        return None
    if found is not None:
        return found
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    return CONDITIONS.get(name)


def only(
    tr: Translator,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    count: int = 1,
    least: int | None = None,
) -> bool:
    """Whether a call has as many plain arguments as needed; leaves the loop if not."""
    if not kwargs and (count if least is None else least) <= len(args) <= count:
        return True
    raise tr.refusal(
        node, "these arguments are not supported in compiled code", "positional arguments"
    )


# -- builtins --------------------------------------------------------------------------------


def _len(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    limit = 2.0**40
    match args[0]:
        case Data():
            return Scalar(PYTHON_INT, "(bar + 1)", "", limit)
        case Array() | Labels():
            return Scalar(PYTHON_INT, args[0].length, "", limit)
        case Book():
            return Scalar(PYTHON_INT, args[0].count, "", limit)
        case Group():
            return Const(len(args[0].items))
        case Rows():
            return Const(len(args[0].rows))
        case Range():
            return Scalar(PYTHON_INT, range_count(tr, args[0]), "", limit)
        case Const():
            found = args[0]
            if isinstance(found.value, (str, tuple, list, dict)):
                path = found.path
                if path is not None:
                    tr.dependencies.append((lambda run: len(path(run)), len(found.value)))
                return Const(len(found.value))
    raise tr.refusal(node, f"len() of {tr.describe(args[0])}")


def _abs(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    if isinstance(args[0], Array):
        return numpy_functions.absolute(tr, args[0], node)
    return absolute(tr, tr.plain(args[0], node), node)


def absolute(tr: Translator, number: Scalar, node: ast.AST) -> Scalar:
    """Absolute value of a number."""
    if kinds.storage(number.kinds) == BOOL:
        found = frozenset(INT if kind == BOOL else kind for kind in number.kinds)
        return Scalar(found, f"int({number.code})" if found == {INT} else number.code, "", 1)
    found = frozenset(INT if kind == BOOL else kind for kind in number.kinds)
    tag = f"max({number.tag}, {INT})" if number.tag and BOOL in number.kinds else number.tag
    return Scalar(found, f"abs({number.code})", tag if len(found) > 1 else "", number.limit)


def _round(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    args = [*args, *([kwargs.pop("ndigits")] if "ndigits" in kwargs else [])]
    only(tr, args, kwargs, node, 2, 1)
    number = tr.plain(args[0], node)
    if any(kinds.level(kind) == 2 for kind in number.kinds):
        tr.leave_always(node, "NumPy arrays cannot be rounded by round()")
    if NP_BOOL in number.kinds:
        tr.leave_always(node, "NumPy booleans cannot be rounded by round()")
    if len(args) == 1 or (isinstance(args[1], Const) and args[1].value is None):
        return _whole(tr, number, "np.rint({})", node)
    digits = args[1].value if isinstance(args[1], Const) else None
    if not isinstance(digits, int) or not 0 <= digits <= 22 or number.tag:
        raise tr.refusal(node, "round() to a number of digits that is no literal from 0 to 22")
    (kind,) = number.kinds
    if kinds.base(kind) != FLOAT:
        return Scalar(frozenset({max(kind, INT)}), numbers.as_int(number), "", number.limit)
    if kind == FLOAT:
        x = tr.fresh(number.code)
        # Beyond 2**52 the product with the power of ten has no room for a fraction.
        tr.guard(f"not abs({x}) * {10.0**digits!r} < {2.0**52!r}", node, "too many digits")
        return Scalar(number.kinds, f"rounded_exactly({x}, {digits})")
    return Scalar(number.kinds, numpy_functions.rounded_text(tr, number.code, digits))


def _whole(tr: Translator, number: Scalar, text: str, node: ast.AST) -> Scalar:
    """Turn a number into a Python integer, by a function of its float."""
    if numbers.is_int(number):
        return Scalar(PYTHON_INT, numbers.as_int(number), "", number.limit)
    value = tr.fresh(text.format(number.code))
    tr.guard(f"not abs({value}) < 4.6e18", node, "a float that no integer can hold")
    return Scalar(PYTHON_INT, f"int({value})", "", kinds.LARGEST)


def _int(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    return _whole(tr, _no_series(tr, args[0], node), "{}", node)


def _no_series(tr: Translator, value: Value, node: ast.AST) -> Scalar:
    """Take a number; Python makes no integer of a series."""
    if isinstance(value, Array):
        tr.leave_always(node, "an integer of a whole array")
    return _of_series(tr, value, node)


def _trunc(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    number = _no_series(tr, args[0], node)
    if any(kinds.level(kind) and kind != NP_FLOAT for kind in number.kinds):
        tr.leave_always(node, "math.trunc() of NumPy's integers, booleans and arrays")
    return _whole(tr, number, "{}", node)


def _of_series(tr: Translator, value: Value, node: ast.AST) -> Scalar:
    """Take a number, of a series the last element."""
    if isinstance(value, Array) and value.series:
        from hindcaster.native.arrays import element

        return element(tr, value, Const(-1), node)
    return tr.plain(value, node)


def _float(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    if isinstance(args[0], Const) and isinstance(args[0].value, str):
        try:
            return Const(float(args[0].value))
        except ValueError:
            tr.leave_always(node, "a text that is no number")
    number = _of_series(tr, args[0], node)
    return Scalar(PYTHON_FLOAT, numbers.as_float(number))


def _bool(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    return Scalar(PYTHON_BOOL, truth_of(tr, args[0], node))


def _range(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    from hindcaster.native.arrays import known_integer

    only(tr, args, kwargs, node, 3, 1)
    step = 1 if len(args) < 3 else known_integer(args[2])
    if not step:
        raise tr.refusal(node, "range() with a step that is no literal")
    start = tr.integer(args[0], node) if len(args) > 1 else tr.number(Const(0), node)
    stop = tr.integer(args[1] if len(args) > 1 else args[0], node)
    first, last = tr.spill(start), tr.spill(stop)
    assert isinstance(first, Scalar)
    assert isinstance(last, Scalar)
    return Range(first, last, step)


def _steps(how: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        start: Value = Const(0)
        if how == "enumerate":
            start = args.pop(1) if len(args) > 1 else kwargs.pop("start", start)
        strict = kwargs.pop("strict", Const(False))
        if how == "zip" and not (isinstance(strict, Const) and strict.value is False):
            raise tr.refusal(node, "zip() that insists on one length", "zip() without strict")
        only(tr, args, kwargs, node, 1 if how != "zip" else 8, 1)
        return Steps(how, tuple(tr.spill(value) for value in args), start)

    return handler


def _extreme(sign: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        key, default = kwargs.pop("key", None), kwargs.pop("default", None)
        if kwargs:
            raise tr.refusal(node, "these arguments are not supported in compiled code")
        if len(args) == 1:
            return _extreme_of(tr, args[0], sign, key, default, node)
        if key is not None or default is not None:
            return _extreme_of(tr, Group(tuple(args)), sign, key, default, node)
        return _largest(tr, [tr.plain(value, node) for value in args], sign, node)

    return handler


def _extreme_of(
    tr: Translator,
    value: Value,
    sign: str,
    key: Value | None,
    default: Value | None,
    node: ast.AST,
) -> Value:
    from hindcaster.native.calls import called
    from hindcaster.native.reductions import extreme

    if isinstance(value, Array) and key is None and default is None:
        return extreme(tr, value, sign, node, python=True)
    ranked = None if key is None else (lambda item: called(tr, key, [item], {}, node))
    if isinstance(value, Group) and key is None and value.items:
        return _largest(tr, [tr.plain(item, node) for item in value.items], sign, node)
    return best_of(tr, value, sign, ranked, default, node)


def _largest(tr: Translator, found: list[Scalar], sign: str, node: ast.AST) -> Value:
    """Find the first of several numbers that no later one exceeds."""
    from hindcaster.native.expressions import merged

    best = tr.spill(found[0])
    for number in found[1:]:
        other = tr.spill(number)
        assert isinstance(best, Scalar)
        assert isinstance(other, Scalar)
        better = numbers.truth_of(numbers.compared(tr, sign, other, best, node))
        if other.kinds == best.kinds and not best.tag:
            limit = max(other.limit, best.limit)
            text = tr.fresh(f"{other.code} if {better} else {best.code}")
            best = Scalar(best.kinds, text, "", limit)
        else:
            best = merged(tr, better, [], [], (other, best), node)
    return best


def _sum(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    start = args.pop(1) if len(args) > 1 else kwargs.pop("start", Const(0))
    only(tr, args, kwargs, node)
    return added(tr, args[0], start, node)


def _any(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    return some_or_every(tr, args[0], node, every=False)


def _all(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    return some_or_every(tr, args[0], node, every=True)


def _sequence(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`tuple(...)` and `list(...)`."""
    from hindcaster.native.loops import as_group

    if not args and not kwargs:
        return Group(())
    only(tr, args, kwargs, node)
    value = args[0]
    if isinstance(value, Book):
        return tr.spill(value)
    if isinstance(value, Comprehension):
        return selected(tr, value)
    if isinstance(value, Array) and not value.writable:
        found = frozenset({3 + value.base})
        return Book(value.length, lambda i: Scalar(found, value.at(i)))
    group = as_group(tr, value, node)
    if group is None:
        raise tr.refusal(node, f"a list of {tr.describe(value)}", "a loop over it")
    return group


def _sorted(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    """`sorted(...)` of numbers of one kind; NaN has no order and is the interpreter's."""
    only(tr, args, kwargs, node)
    value = args[0]
    if isinstance(value, Comprehension):
        value = selected(tr, value)
    array = numpy_functions.array_of(tr, value, node)
    found = frozenset({3 + array.base})
    if isinstance(value, Book):
        item = value.item("0")
        assert isinstance(item, Scalar)
        found = item.kinds
    if isinstance(value, Group):
        found = frozenset().union(*(tr.plain(item, node).kinds for item in value.items))
    if len(found) != 1:
        raise tr.refusal(node, "numbers of several kinds are sorted", "numbers of one kind")
    name = tr.materialised(array)
    index = tr.new_name("k")
    with tr.nested(f"for {index} in range({name}.size):"):
        tr.guard(f"{name}[{index}] != {name}[{index}]", node, "NaN is sorted")
    tr.emit(f"{name}.sort()")
    return Book(f"{name}.size", lambda i: Scalar(found, f"{name}[{i}]"))


def _divmod(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node, 2)
    first, second = (tr.spill(tr.plain(value, node)) for value in args)
    assert isinstance(first, Scalar)
    assert isinstance(second, Scalar)
    return Group(tuple(numbers.binary(tr, sign, first, second, node) for sign in ("//", "%")))


# -- math ------------------------------------------------------------------------------------


def _math(name: str) -> Handler:
    """Make the handler of a function of `math` that fails with NaN or infinity in C."""

    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        only(tr, args, kwargs, node)
        x = tr.fresh(numbers.as_float(_of_series(tr, args[0], node)))
        result = tr.fresh(f"math.{name}({x})" if name != "sqrt" else f"np.sqrt({x})")
        bad = f"({result} != {result} and {x} == {x}) or (np.isinf({result}) and np.isfinite({x}))"
        tr.guard(bad, node, f"math.{name} fails")
        return Scalar(PYTHON_FLOAT, result)

    return handler


def _log(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    if len(args) == 2 and not kwargs:
        first = _math("log")(tr, args[:1], {}, node)
        second = _math("log")(tr, args[1:], {}, node)
        return numbers.binary(tr, "/", tr.number(first, node), tr.number(second, node), node)
    return _math("log")(tr, args, kwargs, node)


def _math_test(text: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        only(tr, args, kwargs, node)
        number = numbers.as_float(_of_series(tr, args[0], node))
        return Scalar(PYTHON_BOOL, text.format(number))

    return handler


def _math_whole(text: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        only(tr, args, kwargs, node)
        number = _of_series(tr, args[0], node)
        if any(kinds.level(kind) for kind in number.kinds):
            number = numbers.exact(tr, number, node)  # NumPy's integers go through a float
        return _whole(tr, number, text, node)

    return handler


def _math_pair(text: str) -> Handler:
    def handler(
        tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
    ) -> Value:
        only(tr, args, kwargs, node, 2)
        x, y = (tr.fresh(numbers.as_float(_of_series(tr, value, node))) for value in args)
        result = tr.fresh(text.format(x, y, power=tr.symbol("pow")))
        undefined = f"{result} != {result} and {x} == {x} and {y} == {y}"
        infinite = f"np.isinf({result}) and np.isfinite({x}) and np.isfinite({y})"
        tr.guard(f"({undefined}) or ({infinite})", node, "a function of math fails")
        return Scalar(PYTHON_FLOAT, result)

    return handler


def _fabs(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    only(tr, args, kwargs, node)
    return Scalar(PYTHON_FLOAT, f"abs({numbers.as_float(_of_series(tr, args[0], node))})")


def _isclose(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    relative = tr.plain(kwargs.pop("rel_tol", Const(1e-9)), node)
    absolute_ = tr.plain(kwargs.pop("abs_tol", Const(0.0)), node)
    only(tr, args, kwargs, node, 2)
    a, b = (tr.fresh(numbers.as_float(tr.plain(value, node))) for value in args)
    r, t = (tr.fresh(numbers.as_float(number)) for number in (relative, absolute_))
    tr.guard(f"{r} < 0.0 or {t} < 0.0", node, "a negative tolerance")
    gap = tr.fresh(f"abs({b} - {a})")
    near = f"{gap} <= abs({r} * {b}) or {gap} <= abs({r} * {a}) or {gap} <= {t}"
    finite = f"np.isfinite({a}) and np.isfinite({b})"
    return Scalar(PYTHON_BOOL, tr.fresh(f"{a} == {b} or ({finite} and ({near}))"))


_HANDLERS: Final[dict[Any, Handler]] = {
    len: _len,
    abs: _abs,
    round: _round,
    int: _int,
    float: _float,
    bool: _bool,
    range: _range,
    enumerate: _steps("enumerate"),
    zip: _steps("zip"),
    reversed: _steps("reversed"),
    max: _extreme(">"),
    min: _extreme("<"),
    sum: _sum,
    any: _any,
    all: _all,
    tuple: _sequence,
    list: _sequence,
    sorted: _sorted,
    divmod: _divmod,
    math.log: _log,
    math.fabs: _fabs,
    math.isclose: _isclose,
    math.isnan: _math_test("({0} != {0})"),
    math.isinf: _math_test("np.isinf({0})"),
    math.isfinite: _math_test("np.isfinite({0})"),
    math.floor: _math_whole("np.floor({})"),
    math.ceil: _math_whole("np.ceil({})"),
    math.trunc: _trunc,
    math.pow: _math_pair("c_power({power}, {0}, {1})"),
    math.atan2: _math_pair("math.atan2({0}, {1})"),
    math.fmod: _math_pair("np.fmod({0}, {1})"),
    math.copysign: _math_pair("np.copysign({0}, {1})"),
    **{
        getattr(math, name): _math(name)
        for name in (
            "sqrt",
            "exp",
            "log2",
            "log10",
            "log1p",
            "expm1",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
        )
    },
    **numpy_functions.HANDLERS,
}
