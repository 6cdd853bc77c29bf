"""Methods of arrays, numbers and times."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hindcaster.native import arrays, kinds, numbers
from hindcaster.native.numpy_functions import HANDLERS, REDUCTIONS
from hindcaster.native.slots import converted
from hindcaster.native.values import (
    Array,
    Clock,
    Const,
    Day,
    Moment,
    Scalar,
    Span,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

_LIKE_FUNCTIONS = {
    name: getattr(np, name) for name in ("std", "var", "clip", "round", "cumsum", "copy", "prod")
}


def method_of(
    tr: Translator,
    owner: Value,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> Value:
    """Call a method of a value."""
    if isinstance(owner, Array):
        return _of_array(tr, owner, name, args, kwargs, node)
    if isinstance(owner, (Moment, Span, Clock, Day)):
        from hindcaster.native.times import time_method

        return time_method(tr, owner, name, args, kwargs, node)
    if isinstance(owner, Scalar) or (
        isinstance(owner, Const) and kinds.kind_of(owner.value) is not None
    ):
        return _of_number(tr, tr.plain(owner, node), name, args, kwargs, node)
    what = tr.describe(owner)
    instead = "attributes and typed NumPy arrays, or compiled=False"
    if isinstance(owner, Const):
        module = type(owner.value).__module__
        if "random" in module:
            what, instead = "random numbers", "draw them in init(), into a NumPy array by bar"
        elif module.startswith("logging"):
            what, instead = "a logger", "attributes, or compiled=False to log"
    raise tr.refusal(node, f"the method {name}() of {what}", instead)


def _of_array(
    tr: Translator,
    array: Array,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> Value:
    if name in REDUCTIONS and name not in ("median", "count", "prod"):
        if args or kwargs:
            raise tr.refusal(node, f"arguments of {name}()", "the method without arguments")
        return REDUCTIONS[name](tr, array, node)
    if name == "copy" and array.series:
        return array
    if name in _LIKE_FUNCTIONS:
        return HANDLERS[_LIKE_FUNCTIONS[name]](tr, [array, *args], kwargs, node)
    if name == "item":
        if not args:
            tr.guard(f"{array.length} != 1", node, "item() of several values")
        value = arrays.element(tr, array, args[0] if args else Const(0), node)
        return Scalar(frozenset({array.base}), value.code)
    if name == "astype" and len(args) == 1 and isinstance(args[0], Const):
        return _converted(tr, array, args[0].value, node)
    raise tr.refusal(node, f"the method {name}() of an array", "a NumPy function, or a loop")


def _converted(tr: Translator, array: Array, wanted: object, node: ast.AST) -> Array:
    bases = {bool: kinds.BOOL, int: kinds.INT, float: kinds.FLOAT}
    bases |= {np.bool_: kinds.BOOL, np.int64: kinds.INT, np.float64: kinds.FLOAT}
    base = bases.get(wanted) if isinstance(wanted, type) else None
    if base is None or (base == kinds.INT and array.base == kinds.FLOAT):
        raise tr.refusal(node, "this conversion of an array", "astype(float), or a loop")
    settled = arrays.settled(tr, array)
    if base == kinds.BOOL and array.base != kinds.BOOL:
        return replace(settled, base=base, memory=None, at=lambda i: f"({settled.at(i)} != 0)")
    return replace(
        settled,
        base=base,
        memory=None,
        at=lambda i: converted(settled.at(i), settled.base, base),
    )


def _of_number(
    tr: Translator,
    number: Scalar,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> Value:
    numpy_only = all(kinds.level(kind) for kind in number.kinds)
    if name == "item" and not args and not kwargs and numpy_only:
        found = frozenset(kinds.base(kind) for kind in number.kinds)
        return Scalar(found, number.code, number.tag and f"({number.tag} % 3)", number.limit)
    if name == "is_integer" and not args and kinds.storage(number.kinds) == kinds.FLOAT:
        x = tr.fresh(numbers.as_float(number))
        finite = f"np.isfinite({x}) and np.floor({x}) == {x}"
        return Scalar(frozenset({kinds.BOOL}), tr.fresh(finite))
    if name in REDUCTIONS or name in ("round", "clip"):
        raise tr.refusal(node, f"the method {name}() of a number", "the number itself")
    raise tr.refusal(node, f"the method {name}() of a number", "a function of math or NumPy")
