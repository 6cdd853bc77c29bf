"""Comparisons of any two values: order, equality, identity, membership."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING, Any, Final

from hindcaster.native import arrays, kinds, numbers, slots
from hindcaster.native.kinds import BOOL, NONE
from hindcaster.native.translator import is_only_none
from hindcaster.native.values import (
    Array,
    Book,
    Clock,
    Const,
    Day,
    Interned,
    Moment,
    Order,
    Range,
    Scalar,
    Span,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

PYTHON_BOOL: Final = frozenset({BOOL})


def compared(tr: Translator, op: ast.cmpop, first: Value, second: Value, node: ast.AST) -> Value:
    """Compare two values."""
    if isinstance(op, (ast.Is, ast.IsNot)):
        same = _identical(tr, first, second, node)
        return Scalar(PYTHON_BOOL, same if isinstance(op, ast.Is) else f"(not {same})")
    if isinstance(op, (ast.In, ast.NotIn)):
        inside = contained(tr, first, second, node)
        return Scalar(PYTHON_BOOL, inside if isinstance(op, ast.In) else f"(not {inside})")
    sign = numbers.COMPARISONS[type(op)]
    if sign not in ("==", "!=") and (is_only_none(first) or is_only_none(second)):
        raise tr.unreached(node, "a comparison with None")
    if isinstance(first, Array) or isinstance(second, Array):
        return arrays.elementwise(tr, sign, first, second, node)
    timed = (Moment, Span, Clock, Day)
    if isinstance(first, timed) or isinstance(second, timed):
        from hindcaster.native.times import compared_times

        return Scalar(PYTHON_BOOL, compared_times(tr, sign, first, second, node))
    if sign in ("==", "!="):
        text = equality(tr, first, second, node)
        if text is not None:
            return Scalar(PYTHON_BOOL, text if sign == "==" else f"(not {text})")
    return numbers.compared(tr, sign, tr.number(first, node), tr.number(second, node), node)


def equality(tr: Translator, first: Value, second: Value, node: ast.AST) -> str | None:
    """Text of ``==`` for what is no number; None for numbers."""
    pair = (first, second)
    if all(isinstance(value, (Order, Trade)) for value in pair):
        alike = type(first) is type(second)
        return f"({first.code} == {second.code})" if alike else "False"  # type: ignore[union-attr]
    if any(isinstance(value, (Order, Trade)) for value in pair):
        return _identical(tr, first, second, node)
    for value, other in (pair, pair[::-1]):
        if isinstance(value, Interned):
            return _equal_interned(tr, value, other, node)
    if isinstance(first, Const) and isinstance(second, Const):
        if any(kinds.kind_of(v.value) is None for v in (first, second)):
            for value in (first, second):
                if not _comparable(value.value):
                    raise tr.refusal(node, f"{tr.describe(value)} is compared")
                tr.depend(value)
            return str(bool(first.value == second.value))
        return None
    for value, other in (pair, pair[::-1]):
        if isinstance(value, Const) and isinstance(value.value, str) and isinstance(other, Scalar):
            tr.depend(value)
            return "False"
    return None


def _comparable(value: Any) -> bool:
    return isinstance(value, (str, enum.Enum, int, float, type(None)))


def _equal_interned(tr: Translator, value: Interned, other: Value, node: ast.AST) -> str:
    if isinstance(other, Interned):
        return _equal_by_number(tr, value, other)
    if not isinstance(other, Const) or not _comparable(other.value):
        raise tr.refusal(node, f"a text or enum is compared with {tr.describe(other)}")
    tr.depend(other)
    numbers_of_equal = [
        str(number) for number, known in enumerate(tr.memory.constants) if known == other.value
    ]
    if not numbers_of_equal:
        return "False"
    kept = value.code if len(numbers_of_equal) == 1 else tr.fresh(value.code)
    return "(" + " or ".join(f"{kept} == {number}" for number in numbers_of_equal) + ")"


def _equal_by_number(tr: Translator, first: Interned, second: Interned) -> str:
    """Text of whether two variables hold equal constants, which may be of different types."""
    one, two = tr.fresh(first.code), tr.fresh(second.code)
    table = list(enumerate(tr.memory.constants))
    pairs = [(i, j) for i, a in table for j, b in table if i != j and a == b]
    also = "".join(f" or ({one} == {i} and {two} == {j})" for i, j in pairs)
    return f"({one} == {two}{also})"


def _identical(tr: Translator, first: Value, second: Value, node: ast.AST) -> str:
    """Text of ``is``: with None, and between enum members."""
    if isinstance(first, Const) and first.value is None:
        first, second = second, first
    if isinstance(second, Const) and second.value is None:
        return is_none(tr, first)
    if isinstance(first, (Order, Trade)) and type(first) is type(second):
        return f"({first.code} == {second.code})"
    for value, other in ((first, second), (second, first)):
        if isinstance(other, Const) and isinstance(other.value, enum.Enum):
            if isinstance(value, Const):
                tr.depend(value)
                return str(value.value is other.value)
            if isinstance(value, Interned):
                tr.depend(other)
                return f"({value.code} == {tr.intern(other.value)})"
    flag = isinstance(first, Scalar) and first.kinds == PYTHON_BOOL
    if flag and isinstance(second, Const) and type(second.value) is bool:
        return f"({first.code} == {second.value})"  # type: ignore[union-attr]
    raise tr.refusal(node, "`is` compares identities", "`==`, or `is None`")


def is_none(tr: Translator, value: Value) -> str:
    """Text of ``value is None``."""
    match value:
        case Scalar():
            if NONE not in value.kinds:
                return "False"
            return "True" if len(value.kinds) == 1 else f"({value.tag} == {NONE})"
        case Const():
            return str(value.value is None)
        case Order() | Trade():
            return f"({value.code} < 0)" if value.optional else "False"
        case Moment():
            return f"({value.utc} == {slots.NO_TIME})" if value.optional else "False"
        case Day():
            return f"({value.code} == {slots.NO_TIME})" if value.optional else "False"
        case Interned():
            known = [n for n, c in enumerate(tr.memory.constants) if c is None]
            return f"({value.code} == {known[0]})" if known else "False"
    return "False"


def contained(tr: Translator, item: Value, container: Value, node: ast.AST) -> str:
    """Text of ``item in container``."""
    from hindcaster.native.expressions import truth_of
    from hindcaster.native.loops import as_group

    if isinstance(container, Range):
        number = tr.spill(tr.plain(item, node))
        assert isinstance(number, Scalar)
        if kinds.storage(number.kinds) == kinds.FLOAT or container.step != 1:
            raise tr.refusal(node, "`in range(...)` of a float or with a step")
        start, stop = container.start.code, container.stop.code
        return f"({start} <= {number.code} < {stop})"
    if isinstance(container, Book):
        return _in_book(tr, item, container, node)
    group = as_group(tr, container, node)
    if group is None:
        raise tr.refusal(
            node,
            f"`in` is not supported for {tr.describe(container)}",
            "a tuple of constants, or any(... for ... in ...)",
        )
    kept = tr.spill(item)
    texts = []
    for member in group.items:
        result = compared(tr, ast.Eq(), kept, member, node)
        texts.append(truth_of(tr, result, node))
    return "(" + " or ".join(texts) + ")" if texts else "False"


def _in_book(tr: Translator, item: Value, book: Book, node: ast.AST) -> str:
    from hindcaster.native.expressions import truth_of
    from hindcaster.native.loops import each

    kept, found = tr.spill(item), tr.fresh("False")

    def look(member: Value) -> None:
        same = truth_of(tr, compared(tr, ast.Eq(), kept, member, node), node)
        with tr.nested(f"if {same}:"):
            tr.emit(f"{found} = True")

    each(tr, book, node, look, stop=found)
    return found
