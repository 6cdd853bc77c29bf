"""Series and arrays: elements, slices, arithmetic. Nothing is computed before it is looked at."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from hindcaster.native import kinds
from hindcaster.native.kinds import BOOL, FLOAT, INT
from hindcaster.native.slots import converted
from hindcaster.native.values import Array, Const, Group, Rows, Scalar, Value

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

BARS = "(bar + 1)"  # how many bars the strategy sees


def element_kinds(array: Array) -> kinds.Kinds:
    """Kinds of an array's elements."""
    return frozenset({3 + array.base})


def known_integer(value: Value) -> int | None:
    """Value of an integer literal."""
    if isinstance(value, Const) and type(value.value) in (int,):
        return int(value.value)
    if isinstance(value, Scalar) and value.code.strip("()").lstrip("-").isdigit():
        return int(value.code.strip("()"))
    return None


def place_from_end(length: str, back: int) -> str:
    """Text of the position `back` elements before the end."""
    if length == BARS:
        return "bar" if back == 1 else f"(bar - {back - 1})"
    return f"({length} - {back})"


def position(tr: Translator, length: str, least: int, index: Value, node: ast.AST) -> str:
    """Text of a checked position in a sequence."""
    known = known_integer(index)
    if known is not None:
        if -known > least or known >= least:
            beyond = -known - 1 if known < 0 else known
            tr.guard(f"{length} <= {beyond}", node, "an index outside of the sequence")
        return place_from_end(length, -known) if known < 0 else str(known)
    number = tr.integer(index, node)
    if any(kinds.base(kind) == BOOL for kind in number.kinds):
        raise tr.refusal(node, "a boolean stands where a position is needed", "use int(...)")
    place = tr.fresh(number.code)
    with tr.nested(f"if {place} < 0:"):
        tr.emit(f"{place} += {length}")
    tr.guard(f"{place} < 0 or {place} >= {length}", node, "an index outside of the sequence")
    return place


def element(tr: Translator, array: Array, index: Value, node: ast.AST) -> Scalar:
    """Read one element."""
    place = position(tr, array.length, array.least, index, node)
    text = array.at(place)
    return Scalar(element_kinds(array), tr.fresh(text) if array.writable else text)


def sliced(tr: Translator, array: Array, part: ast.Slice, node: ast.AST) -> Array:
    """Take a slice with bounds as Python clips them."""
    start, length, step = bounds(tr, array.length, array.least, part, node)
    if step == -1:
        last = tr.fresh(f"{start} + {length} - 1")
        return replace(
            array,
            length=length,
            at=lambda i: array.at(f"({last} - {i})"),
            memory=None,
            least=0,
        )
    if start == "0":
        return replace(array, length=length, least=0)
    memory = None
    if array.memory is not None:
        name, first = array.memory
        memory = (name, start if first == "0" else f"({first} + {start})")
    return replace(
        array, length=length, at=lambda i: array.at(f"({start} + {i})"), memory=memory, least=0
    )


def bounds(
    tr: Translator, length: str, least: int, part: ast.Slice, node: ast.AST
) -> tuple[str, str, int]:
    """Start, length and step (1 or -1) of a slice."""
    from hindcaster.native.expressions import expression

    step = 1
    if part.step is not None:
        step = known_integer(expression(tr, part.step)) or 0
        reverse = step == -1 and part.lower is None and part.upper is None
        if step != 1 and not reverse:
            raise tr.refusal(node, "a slice with a step", "slices without a step, or [::-1] alone")
    edges = []
    for edge, default in ((part.lower, "0"), (part.upper, length)):
        value = Const(None) if edge is None else expression(tr, edge)
        if isinstance(value, Const) and value.value is None:
            edges.append(default)
            continue
        known = known_integer(value)
        if known is not None and known < 0:
            edges.append(tr.fresh(f"max({length} - {-known}, 0)"))
        elif known is not None:
            edges.append("0" if known == 0 else tr.fresh(f"min({known}, {length})"))
        else:
            edges.append(_clipped(tr, tr.integer(value, node), length))
    start, stop = edges
    if start == "0":
        return start, (stop if stop == length else tr.fresh(stop)), step
    start = tr.fresh(start)
    return start, tr.fresh(f"max({stop} - {start}, 0)"), step


def _clipped(tr: Translator, edge: Scalar, length: str) -> str:
    name = tr.fresh(edge.code)
    with tr.nested(f"if {name} < 0:"):
        tr.emit(f"{name} = max({name} + {length}, 0)")
    tr.emit(f"{name} = min({name}, {length})")
    return name


def settled(tr: Translator, array: Array) -> Array:
    """Copy an array that assignments can change, so that it can be read later."""
    if not array.writable:
        return array
    name = tr.materialised(array)
    return Array(array.base, f"{name}.size", lambda i: f"{name}[{i}]", array.series, (name, "0"))


def from_group(tr: Translator, group: Group, node: ast.AST) -> Array:
    """Make an array of a tuple or list of numbers."""
    numbers = [tr.plain(item, node) for item in group.items]
    base = max((kinds.storage(number.kinds) for number in numbers), default=FLOAT)
    name = tr.fresh(f"np.empty({len(numbers)}, {('bool_', 'int64', 'float64')[base]})", "m")
    for place, number in enumerate(numbers):
        text = converted(number.code, kinds.storage(number.kinds), base)
        tr.emit(f"{name}[{place}] = {text}")
    return Array(base, f"{name}.size", lambda i: f"{name}[{i}]", memory=(name, "0"), writable=name)


def as_array(tr: Translator, value: Value, node: ast.AST) -> Array:
    """Take a value as a one-dimensional array."""
    if isinstance(value, Array):
        return value
    if isinstance(value, Group):
        return from_group(tr, value, node)
    if isinstance(value, Rows):
        raise tr.refusal(
            node, "an indicator with several rows", "take one row, such as self.band[0]"
        )
    raise tr.refusal(node, f"{tr.describe(value)} stands where an array is needed")


def elementwise(tr: Translator, sign: str, first: Value, second: Value, node: ast.AST) -> Array:
    """Apply an operator to arrays, or to an array and a number."""
    arrays = [settled(tr, value) for value in (first, second) if isinstance(value, Array)]
    operands: list[Array | Scalar] = []
    for value in (first, second):
        if isinstance(value, Array):
            operands.append(arrays[len([o for o in operands if isinstance(o, Array)])])
        else:
            number = tr.spill(tr.plain(value, node))
            assert isinstance(number, Scalar)
            operands.append(number)
    length = arrays[0].length
    if len(arrays) == 2 and arrays[1].length != length:
        tr.guard(f"{length} != {arrays[1].length}", node, "arrays of different lengths")
    bases = [o.base if isinstance(o, Array) else kinds.storage(o.kinds) for o in operands]
    inner, base = _bases(tr, sign, max(bases), operands, node)
    least = min(array.least for array in arrays)
    series = any(array.series for array in arrays)

    def at(i: str) -> str:
        texts = [
            converted(o.at(i) if isinstance(o, Array) else o.code, b, inner)
            for o, b in zip(operands, bases, strict=True)
        ]
        if sign == "**":
            return f"({texts[0]} * {texts[0]})"
        return f"({texts[0]} {sign} {texts[1]})"

    return Array(base, length, at, series, least=least)


def _bases(
    tr: Translator, sign: str, highest: int, operands: list[Array | Scalar], node: ast.AST
) -> tuple[int, int]:
    """Types in which an operator computes, and of its result."""
    if sign in ("<", "<=", ">", ">=", "==", "!="):
        return max(highest, INT), BOOL
    if sign == "/":
        return FLOAT, FLOAT
    if sign in ("+", "-", "*") and highest != BOOL:
        return highest, highest
    if sign in ("&", "|", "^") and highest != FLOAT:
        return highest, highest
    exponent = operands[1].code if isinstance(operands[1], Scalar) else ""
    if sign == "**" and highest == FLOAT and exponent in ("2", "2.0"):
        return FLOAT, FLOAT
    raise tr.refusal(
        node,
        f"`{sign}` on whole arrays of this type",
        "compute it in init() with self.I, or on single elements",
    )


def mapped(array: Array, base: int, text: str) -> Array:
    """Apply a function, given as a text with ``{}``, to every element."""
    return Array(
        base, array.length, lambda i: text.format(array.at(i)), array.series, least=array.least
    )


def truth_of_array(tr: Translator, array: Array, node: ast.AST) -> str:
    """Truth of a series: that of its last element."""
    if not array.series:
        raise tr.refusal(node, "the truth of a whole array", "use np.any(...) or np.all(...)")
    last = element(tr, array, Const(-1), node)
    return {BOOL: last.code, INT: f"({last.code} != 0)", FLOAT: f"({last.code} != 0.0)"}[array.base]
