"""Operators on numbers, with the meaning that Python and NumPy give them by kind.

Machine code and Python differ where an integer leaves 64 bits, where a divisor is zero and where a
power has no real value. Each of those leaves the compiled loop.
"""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any, Final

from hindcaster.native import kinds
from hindcaster.native.kinds import BOOL, FLOAT, INT, NONE
from hindcaster.native.slots import converted
from hindcaster.native.values import Const, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from hindcaster.native.translator import Translator

SIGNS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_FOLD: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
MOST_FACTORS: Final = 16


def folded(tr: Translator, sign: str, first: Const, second: Const, node: ast.AST) -> Const | None:
    """Apply an operator to two constants; None if it fails or gives no number."""
    if kinds.kind_of(first.value) is None or kinds.kind_of(second.value) is None:
        return None
    try:
        value = _FOLD[sign](first.value, second.value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    if kinds.kind_of(value) is None:
        return None
    tr.depend(first)
    tr.depend(second)
    return Const(value)


def result_kinds(tr: Translator, first: Scalar, second: Scalar, node: ast.AST) -> kinds.Kinds:
    """Kinds that arithmetic on two numbers can have."""
    found = {kinds.arithmetic(a, b) for a in first.kinds for b in second.kinds}
    if None in found:
        raise tr.refusal(
            node,
            "arithmetic on NumPy booleans has rules of its own",
            "convert them with int(...) first",
        )
    return frozenset(kind for kind in found if kind is not None)


def result_tag(first: Scalar, second: Scalar, found: kinds.Kinds, base: int | None = None) -> str:
    """Text for the kind of a result at run time, empty if there is one only."""
    if len(found) == 1:
        return ""
    tags = [s.tag or str(next(iter(s.kinds))) for s in (first, second)]
    highest = f"max({tags[0]} % 3, {tags[1]} % 3, 1)" if base is None else str(base)
    return f"(3 * max({tags[0]} // 3, {tags[1]} // 3) + {highest})"


def is_int(number: Scalar) -> bool:
    """Whether the representation is an integer or a boolean."""
    return kinds.storage(number.kinds) != FLOAT


def as_int(number: Scalar) -> str:
    """Text as an integer."""
    return f"int({number.code})" if kinds.storage(number.kinds) == BOOL else number.code


def as_float(number: Scalar) -> str:
    """Text as a double."""
    return converted(number.code, kinds.storage(number.kinds), FLOAT)


def _kept(tr: Translator, number: Scalar) -> Scalar:
    simple = number.code.isidentifier() or number.code.replace(".", "").isalnum()
    kept = number if simple and not number.tag else tr.spill(number)
    assert isinstance(kept, Scalar)
    return kept


def exact(tr: Translator, number: Scalar, node: ast.AST) -> Scalar:
    """Make sure that an integer is exact as a double."""
    if not is_int(number) or number.limit <= kinds.EXACT:
        return number
    kept = _kept(tr, number)
    bound = int(kinds.EXACT)
    tr.guard(
        f"{kept.code} > {bound} or {kept.code} < {-bound}",
        node,
        "an integer is too large to be exact as a float",
    )
    return Scalar(kept.kinds, kept.code, kept.tag, kinds.EXACT)


def binary(tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    """Apply an arithmetic operator to two numbers that are not None."""
    if sign in "+-*":
        return _ring(tr, sign, first, second, node)
    if sign == "/":
        return _quotient(tr, first, second, node)
    if sign in ("//", "%"):
        return _floor(tr, sign, first, second, node)
    if sign == "**":
        from hindcaster.native.powers import power

        return power(tr, first, second, node)
    return _bitwise(tr, sign, first, second, node)


def _ring(tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    found = result_kinds(tr, first, second, node)
    tag = result_tag(first, second, found)
    if kinds.storage(found) == FLOAT:
        if tag:  # perhaps both are integers
            first, second = exact(tr, first, node), exact(tr, second, node)
        result = Scalar(found, f"({as_float(first)} {sign} {as_float(second)})", tag)
        if tag and any(kinds.base(kind) != FLOAT for kind in found):
            kept = _kept(tr, result)
            tr.guard(
                f"abs({kept.code}) > {kinds.EXACT!r} and {kept.tag} % 3 != {FLOAT}",
                node,
                "an integer is too large to be exact as a float",
            )
            return kept
        return result
    limit = first.limit * second.limit if sign == "*" else first.limit + second.limit
    if math.isnan(limit) or limit > kinds.LARGEST:
        first, second = _kept(tr, first), _kept(tr, second)
        a, b = as_int(first), as_int(second)
        if sign == "*":
            overflow = f"abs(float({a}) * float({b})) > 9.2e18"
            tr.guard(overflow, node, "an integer leaves 64 bits")
            return Scalar(found, f"({a} * {b})", tag)
        name = tr.fresh(f"{a} {sign} {b}")
        other = f"({b} ^ {name})" if sign == "+" else f"({a} ^ {b})"
        tr.guard(f"(({a} ^ {name}) & {other}) < 0", node, "an integer leaves 64 bits")
        return Scalar(found, name, tag)
    return Scalar(found, f"({as_int(first)} {sign} {as_int(second)})", tag, limit)


def _nonzero(tr: Translator, number: Scalar, node: ast.AST) -> Scalar:
    """Leave the loop if a divisor is zero."""
    literal = number.code.strip("()-").replace(".", "", 1)
    if literal.isdigit() and int(literal) != 0:
        return number
    kept = _kept(tr, number)
    tr.guard(f"{kept.code} == 0", node, "division by zero")
    return kept


def _quotient(tr: Translator, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    second = _nonzero(tr, exact(tr, second, node), node)
    first = exact(tr, first, node)
    levels = {max(kinds.level(a), kinds.level(b)) for a in first.kinds for b in second.kinds}
    found = frozenset(3 * top + FLOAT for top in levels)
    tag = result_tag(first, second, found, FLOAT)
    return Scalar(found, f"({as_float(first)} / {as_float(second)})", tag)


def _floor(tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    found = result_kinds(tr, first, second, node)
    tag = result_tag(first, second, found)
    if kinds.storage(found) == FLOAT:
        first, second = exact(tr, first, node), exact(tr, second, node)
        second = _nonzero(tr, second, node)
        name = "floor_divided" if sign == "//" else "remainder"
        return Scalar(found, f"{name}({as_float(first)}, {as_float(second)})", tag)
    second = _nonzero(tr, second, node)
    if first.limit > kinds.LARGEST:
        first = _kept(tr, first)
        tr.guard(f"{as_int(first)} < {-(2**62)}", node, "an integer leaves 64 bits")
    limit = second.limit if sign == "%" else first.limit
    return Scalar(found, f"({as_int(first)} {sign} {as_int(second)})", tag, limit)


def _bitwise(tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    if len(first.kinds) > 1 or len(second.kinds) > 1 or not (is_int(first) and is_int(second)):
        raise tr.refusal(node, f"`{sign}` is supported for booleans and integers only")
    (a,), (b,) = first.kinds, second.kinds
    top = max(kinds.level(a), kinds.level(b))
    if kinds.base(a) == kinds.base(b) == BOOL:
        return Scalar(frozenset({3 * top + BOOL}), f"({first.code} {sign} {second.code})")
    found = frozenset({3 * top + INT})
    return Scalar(found, f"({as_int(first)} {sign} {as_int(second)})")


def negated(tr: Translator, number: Scalar, node: ast.AST) -> Scalar:
    """Change the sign."""
    if kinds.NP_BOOL in number.kinds:
        raise tr.refusal(node, "NumPy has no negative of a boolean", "use `not`")
    found = frozenset(kinds.INT if kind == BOOL else kind for kind in number.kinds)
    tag = number.tag
    if tag and BOOL in number.kinds:
        tag = f"max({tag}, {INT})"
    if is_int(number):
        limit = number.limit
        if limit > kinds.LARGEST:
            number = _kept(tr, number)
            tr.guard(f"{as_int(number)} < {-(2**62)}", node, "an integer leaves 64 bits")
        return Scalar(found, f"(-{as_int(number)})", tag if len(found) > 1 else "", limit)
    return Scalar(found, f"(-{number.code})", tag if len(found) > 1 else "")


def inverted(tr: Translator, number: Scalar, node: ast.AST) -> Scalar:
    """Apply `~`."""
    if len(number.kinds) == 1 and is_int(number):
        (kind,) = number.kinds
        if kinds.base(kind) == BOOL and kinds.level(kind):
            return Scalar(number.kinds, f"(not {number.code})")
        if kinds.base(kind) == INT:
            return Scalar(number.kinds, f"(-1 - {number.code})", "", number.limit + 1)
    raise tr.refusal(node, "`~` is supported for integers and NumPy booleans only", "use `not`")


def compared(tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST) -> Scalar:
    """Compare two numbers; None is equal to itself only."""
    if NONE in first.kinds | second.kinds:
        if sign in ("==", "!="):
            return _equal_with_none(tr, sign, first, second, node)
        first, second = tr.without_none(first, node), tr.without_none(second, node)
    if is_int(first) != is_int(second):
        first, second = exact(tr, first, node), exact(tr, second, node)
    levels = {max(kinds.level(a), kinds.level(b)) for a in first.kinds for b in second.kinds}
    found = frozenset(3 * top + BOOL for top in levels)
    tag = result_tag(first, second, found, BOOL)
    if kinds.storage(first.kinds) == kinds.storage(second.kinds) == BOOL:
        return Scalar(found, f"(int({first.code}) {sign} int({second.code}))", tag)
    return Scalar(found, f"({first.code} {sign} {second.code})", tag)


def _equal_with_none(
    tr: Translator, sign: str, first: Scalar, second: Scalar, node: ast.AST
) -> Scalar:
    python = frozenset({BOOL})
    if first.kinds == second.kinds == {NONE}:
        return Scalar(python, "True" if sign == "==" else "False")
    first, second = _kept(tr, first), _kept(tr, second)
    if is_int(first) != is_int(second):
        first, second = exact(tr, first, node), exact(tr, second, node)
    nones = [
        "True" if s.kinds == {NONE} else f"{s.tag} == {NONE}" if NONE in s.kinds else "False"
        for s in (first, second)
    ]
    equal = f"not ({nones[0]} or {nones[1]}) and {first.code} == {second.code}"
    same = tr.fresh(f"({nones[0]} and {nones[1]}) or ({equal})")
    return _with_levels(first, second, same if sign == "==" else f"(not {same})")


def _with_levels(first: Scalar, second: Scalar, text: str) -> Scalar:
    """Give a comparison with None the kind of its operands' highest level."""
    levels = {
        max(0 if kind == NONE else kinds.level(kind) for kind in pair)
        for pair in ((a, b) for a in first.kinds for b in second.kinds)
    }
    found = frozenset(3 * level + BOOL for level in levels)
    if len(found) == 1:
        return Scalar(found, text)
    tags = [s.tag or str(next(iter(s.kinds))) for s in (first, second)]
    parts = ", ".join(f"(0 if {tag} == {NONE} else {tag} // 3)" for tag in tags)
    return Scalar(found, text, f"(3 * max({parts}))")


def truth_of(number: Scalar) -> str:
    """Text for the truth of a number."""
    if number.kinds == {NONE}:
        return "False"
    base = kinds.storage(number.kinds)
    text = number.code if base == BOOL else f"({number.code} != {'0' if base == INT else '0.0'})"
    if NONE in number.kinds:
        return f"({number.tag} != {NONE} and {text})"
    return text
