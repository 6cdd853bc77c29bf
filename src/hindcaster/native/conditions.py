"""`hindcaster.lib`'s crossover, cross, barssince and quantile."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from hindcaster.native import arrays, kinds, numbers, reductions
from hindcaster.native.kinds import BOOL, FLOAT, INT
from hindcaster.native.values import Array, Book, Const, Scalar, Value

if TYPE_CHECKING:
    from hindcaster.native.calls import Handler
    from hindcaster.native.translator import Translator

PYTHON_BOOL: Final = frozenset({BOOL})


def _crossover(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    first, second = _two(tr, args, kwargs, node)
    return Scalar(PYTHON_BOOL, _crossed(tr, first, second, node))


def _cross(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    first, second = _two(tr, args, kwargs, node)
    up = tr.fresh(_crossed(tr, first, second, node))
    return Scalar(PYTHON_BOOL, f"({up} or {_crossed(tr, second, first, node)})")


def _two(
    tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> tuple[Array | Scalar, Array | Scalar]:
    from hindcaster.native.numpy_functions import array_of, is_number

    named = [kwargs.pop(name) for name in ("series1", "series2") if name in kwargs]
    values = [*args, *named]
    if kwargs or len(values) != 2:
        raise tr.refusal(node, "crossover() and cross() take two series")
    sides: list[Array | Scalar] = []
    for value in values:
        if is_number(value):
            number = tr.spill(tr.plain(value, node))
            assert isinstance(number, Scalar)
            if any(kinds.level(kind) == 2 for kind in number.kinds):
                raise tr.refusal(
                    node,
                    "a reduction of a series has no values by bar to cross",
                    "float(...) of it",
                )
            sides.append(number)
        else:
            sides.append(array_of(tr, value, node))
    return sides[0], sides[1]


def _crossed(tr: Translator, first: Array | Scalar, second: Array | Scalar, node: ast.AST) -> str:
    """Text: below one bar ago, above now; False if a series has fewer than two values."""
    texts = []
    for back, sign in ((2, "<"), (1, ">")):
        values = [
            Scalar(frozenset({3 + side.base}), side.at(arrays.place_from_end(side.length, back)))
            if isinstance(side, Array)
            else side
            for side in (first, second)
        ]
        if numbers.is_int(values[0]) != numbers.is_int(values[1]):
            values = [Scalar(v.kinds, numbers.as_float(v)) for v in values]
        texts.append(f"{values[0].code} {sign} {values[1].code}")
    short = [s.length for s in (first, second) if isinstance(s, Array) and s.least < 2]
    enough = [f"{length} >= 2" for length in short]
    return "(" + " and ".join([*enough, *texts]) + ")"


def _barssince(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    from hindcaster.native.expressions import truth_of
    from hindcaster.native.numpy_functions import array_of

    default = args.pop(1) if len(args) > 1 else kwargs.pop("default", Const(float("inf")))
    if len(args) != 1 or kwargs:
        raise tr.refusal(node, "barssince() takes a condition and a default")
    found, index = tr.fresh("-1"), tr.new_name("k")
    if isinstance(args[0], Book):
        kept = tr.snapshot(args[0])
        count = kept.count
        hit = truth_of(tr, kept.item(f"({count} - 1 - {index})"), node)
    else:
        array = array_of(tr, args[0], node)
        count = tr.fresh(array.length)
        zero = {BOOL: "{}", INT: "({} != 0)", FLOAT: "({} != 0.0)"}[array.base]
        hit = zero.format(array.at(f"({count} - 1 - {index})"))
    with tr.nested(f"for {index} in range({count}):"), tr.nested(f"if {hit}:"):
        tr.emit(f"{found} = {index}")
        tr.emit("break")
    bars = Scalar(frozenset({INT}), found, "", 2.0**40)
    from hindcaster.native.expressions import merged

    return merged(tr, f"{found} >= 0", [], [], (bars, default), node)


def _quantile(tr: Translator, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
    from hindcaster.native.numpy_functions import array_of

    share = args.pop(1) if len(args) > 1 else kwargs.pop("quantile", Const(None))
    if len(args) != 1 or kwargs:
        raise tr.refusal(node, "quantile() takes a series and a quantile")
    if isinstance(share, Const) and share.value is None:
        if not isinstance(args[0], Array):
            raise tr.refusal(node, "the rank in something that is no array", "a series")
        return Scalar(frozenset({FLOAT}), _rank(tr, args[0], node))
    number = tr.fresh(numbers.as_float(tr.plain(share, node)))
    tr.guard(f"not (0.0 <= {number} <= 1.0)", node, "a quantile out of range")
    array = array_of(tr, args[0], node)
    text = reductions.quantile(tr, array, f"({number} * 100.0 / 100.0)", node, skip_nan=True)
    return Scalar(frozenset({FLOAT}), text)


def _rank(tr: Translator, array: Array, node: ast.AST) -> str:
    """Share of the earlier values that are strictly below the last."""
    length = tr.fresh(array.length)
    tr.guard(f"{length} < 2", node, "a rank among no values")
    last, count, index = tr.fresh(array.at(f"({length} - 1)")), tr.fresh("0"), tr.new_name("k")
    loop = f"for {index} in range({length} - 1):"
    with tr.nested(loop), tr.nested(f"if {array.at(index)} < {last}:"):
        tr.emit(f"{count} += 1")
    return tr.fresh(f"{count} / ({length} - 1)")


CONDITIONS: Final[dict[str, Handler]] = {
    "hindcaster.lib.conditions.crossover": _crossover,
    "hindcaster.lib.conditions.cross": _cross,
    "hindcaster.lib.conditions.barssince": _barssince,
    "hindcaster.lib.conditions.quantile": _quantile,
}
