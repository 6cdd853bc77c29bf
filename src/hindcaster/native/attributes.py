"""Dots: reading attributes of whatever stands before them."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING

from hindcaster.native import kinds
from hindcaster.native.account import order_attribute, position_attribute, trade_attribute
from hindcaster.native.data import data_attribute
from hindcaster.native.own import class_member, from_constant, own_attribute, real_function
from hindcaster.native.subject import comparable
from hindcaster.native.times import time_attribute
from hindcaster.native.values import (
    Array,
    Clock,
    Const,
    Data,
    Day,
    Group,
    Interned,
    Method,
    Moment,
    Order,
    Own,
    Position,
    Rows,
    Scalar,
    Span,
    Super,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def attribute(tr: Translator, value: Value, name: str, node: ast.AST) -> Value:
    """Read ``value.name``."""
    match value:
        case Own():
            return own_attribute(tr, name, node)
        case Data():
            return data_attribute(tr, name, node)
        case Position():
            return position_attribute(tr, name, node)
        case Order():
            return order_attribute(tr, value, name, node)
        case Trade():
            return trade_attribute(tr, value, name, node)
        case Const():
            return _of_constant(tr, value, name, node)
        case Array():
            return _of_array(tr, value, name, node)
        case Moment() | Span() | Clock() | Day():
            return time_attribute(tr, value, name, node)
        case Super():
            return _of_super(tr, value, name, node)
        case Scalar() | Group() | Rows():
            return Method(value, name)
        case Interned():
            return _of_interned(tr, value, name, node)
    raise tr.refusal(node, f"`{name}` of {tr.describe(value)} is not supported in compiled code")


def _of_constant(tr: Translator, found: Const, name: str, node: ast.AST) -> Value:
    value, path = found.value, found.path
    if kinds.kind_of(value) is not None or isinstance(value, str):
        return Method(found, name)
    if comparable(value):
        tr.depend(found)
    if not hasattr(value, name):
        tr.leave_always(node, f"{tr.describe(found)} has no attribute {name}")
        return Const(None)
    member = getattr(value, name)
    if callable(member) and not isinstance(member, (type, types.FunctionType)):
        if not isinstance(value, types.ModuleType):
            return Method(found, name)
    inner = None if path is None else (lambda run: getattr(path(run), name))
    result = Const(member, inner)
    if isinstance(value, types.ModuleType) or isinstance(value, type) or path is None:
        if comparable(member):
            tr.depend(result)
        return result
    return from_constant(tr, result, ("of", id(value), name), node)


def _of_array(tr: Translator, array: Array, name: str, node: ast.AST) -> Value:
    if name == "size":
        return Scalar(frozenset({kinds.INT}), array.length, "", 2.0**40)
    if name == "shape":
        return Group((Scalar(frozenset({kinds.INT}), array.length, "", 2.0**40),))
    if name == "ndim":
        return Const(1)
    if name == "T":
        return array
    if name in ("s", "df", "to_series"):
        raise tr.refusal(
            node, f"`.{name}` is a pandas object", "the series itself, and NumPy functions"
        )
    return Method(array, name)


def _of_super(tr: Translator, value: Super, name: str, node: ast.AST) -> Value:
    member, owner = class_member(type(tr.subject.strategy), name, value.after)
    if owner is not None and owner.__module__ == "hindcaster.strategy":
        return Method(Own(), name)
    if isinstance(member, types.FunctionType):
        return real_function(tr, member, node, bound=(Own(),))
    raise tr.refusal(node, f"super().{name} is no method of Python")


def _of_interned(tr: Translator, value: Interned, name: str, node: ast.AST) -> Value:
    """Read `.value` or `.name` of one of several enum members."""
    raise tr.refusal(
        node,
        f"`{name}` of a text or enum that changes while bars are worked",
        "compare it with its members, or keep a number",
    )


__all__ = ["attribute"]
