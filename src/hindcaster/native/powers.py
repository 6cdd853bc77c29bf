"""The power operator: the C library's for scalars, NumPy's shortcuts for its arrays."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hindcaster.native import kinds
from hindcaster.native.kinds import FLOAT
from hindcaster.native.numbers import (
    MOST_FACTORS,
    as_float,
    as_int,
    binary,
    exact,
    is_int,
    result_kinds,
    result_tag,
)
from hindcaster.native.values import Scalar

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def power(tr: Translator, base: Scalar, exponent: Scalar, node: ast.AST) -> Scalar:
    """Raise to a power."""
    if is_int(base) and is_int(exponent):
        return _integer_power(tr, base, exponent, node)
    if any(kinds.level(kind) == 2 for kind in base.kinds | exponent.kinds):
        return _array_power(tr, base, exponent, node)
    found = result_kinds(tr, base, exponent, node)
    tag = result_tag(base, exponent, found)
    first = tr.fresh(as_float(exact(tr, base, node)))
    second = tr.fresh(as_float(exact(tr, exponent, node)))
    return _checked(
        tr, f"c_power({tr.symbol('pow')}, {first}, {second})", first, second, found, tag, node
    )


def _checked(
    tr: Translator,
    text: str,
    first: str,
    second: str,
    found: kinds.Kinds,
    tag: str,
    node: ast.AST,
) -> Scalar:
    """Leave the loop where the result is complex, infinite or undefined."""
    result = tr.fresh(text)
    tr.guard(
        f"not np.isfinite({result}) and np.isfinite({first}) and np.isfinite({second})",
        node,
        "a power that is no finite number",
    )
    return Scalar(found, result, tag)


def _integer_power(tr: Translator, base: Scalar, exponent: Scalar, node: ast.AST) -> Scalar:
    text = exponent.code.strip("()")
    found = result_kinds(tr, base, exponent, node)
    if not text.isdigit() or int(text) > MOST_FACTORS:
        return _counted_power(tr, base, exponent, found, node)
    kept = tr.spill(base)
    assert isinstance(kept, Scalar)
    result = Scalar(found, "1", "", 1)
    for _ in range(int(text)):
        result = binary(tr, "*", result, kept, node)
    tag = result_tag(base, exponent, found)
    return Scalar(found, result.code, tag, result.limit)


def _counted_power(
    tr: Translator, base: Scalar, exponent: Scalar, found: kinds.Kinds, node: ast.AST
) -> Scalar:
    """Raise an integer to a power known at run time; negative ones are the interpreter's."""
    first, second = tr.fresh(as_int(base)), tr.fresh(as_int(exponent))
    tr.guard(f"{second} < 0 or {second} > 4096", node, "an integer to a negative or huge power")
    size = f"float(abs({first})) ** float({second})"
    tr.guard(f"not {size} < 4.6e18", node, "an integer leaves 64 bits")
    tag = result_tag(base, exponent, found)
    return Scalar(found, tr.fresh(f"integer_power({first}, {second})"), tag)


def _array_power(tr: Translator, base: Scalar, exponent: Scalar, node: ast.AST) -> Scalar:
    """Follow NumPy's arrays: exponents 2, 0.5, 1, 0 and -1 have operations of their own."""
    if any(kinds.level(kind) != 2 for kind in base.kinds) or is_int(base):
        raise tr.refusal(
            node,
            "a power with a reduction of a series",
            "take a float first: float(self.data.Close[-20:].max()) ** 2",
        )
    found = result_kinds(tr, base, exponent, node)
    x = tr.fresh(as_float(base))
    shortcuts = {"2": f"({x} * {x})", "2.0": f"({x} * {x})", "0.5": f"np.sqrt({x})", "1": x}
    if exponent.code not in shortcuts:
        raise tr.refusal(
            node,
            "a power of a reduction of a series",
            "take a float first: float(self.data.Close[-20:].max()) ** 3",
        )
    assert kinds.storage(found) == FLOAT
    return Scalar(found, shortcuts[exponent.code])
