"""Dots: reading attributes of whatever stands before them."""

from __future__ import annotations

import ast
import datetime
import enum
import inspect
import types
from typing import TYPE_CHECKING

import numpy as np

from hindcaster.native import kinds
from hindcaster.native.account import order_attribute, position_attribute, trade_attribute
from hindcaster.native.data import data_attribute
from hindcaster.native.own import class_member, from_constant, own_attribute, real_function
from hindcaster.native.subject import comparable
from hindcaster.native.times import time_attribute
from hindcaster.native.translator import is_only_none
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
    if is_only_none(value):
        raise tr.unreached(node, "an attribute of None")
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
        case Scalar():
            return _method_of(tr, value, name, (float, np.float64), node)
        case Group() | Rows():
            return _method_of(tr, value, name, (tuple, list, np.ndarray), node)
        case Interned():
            return _of_interned(tr, value, name, node)
    raise tr.refusal(node, f"`{name}` of {tr.describe(value)} is not supported in compiled code")


def _of_constant(tr: Translator, found: Const, name: str, node: ast.AST) -> Value:
    value, path = found.value, found.path
    if kinds.kind_of(value) is not None or isinstance(value, str):
        return _method_of(tr, found, name, (type(value),), node)
    if comparable(value):
        tr.depend(found)
    _check_plain(tr, found, name, node)
    if not hasattr(value, name):
        tr.leave_always(node, f"{tr.describe(found)} has no attribute {name}")
        return Const(None)
    member = getattr(value, name)
    is_method = callable(member) and not isinstance(member, (type, types.FunctionType))
    if is_method and not isinstance(value, types.ModuleType):
        return Method(found, name)
    inner = None if path is None else (lambda run: getattr(path(run), name))
    result = Const(member, inner)
    if isinstance(value, (types.ModuleType, type)) or path is None:
        if comparable(member):
            tr.depend(result)
        return result
    return from_constant(tr, result, ("of", id(value), name), node)


def _check_plain(tr: Translator, found: Const, name: str, node: ast.AST) -> None:
    """Refuse attributes that are computed when they are read."""
    value = found.value
    times = (datetime.date, datetime.time, datetime.timedelta)
    if isinstance(value, (types.ModuleType, type, enum.Enum, *times)):
        return
    if type(value).__module__.startswith("hindcaster.") or hasattr(type(value), "__getattr__"):
        raise tr.refusal(node, f"an attribute of {tr.describe(found)}", "numbers on the strategy")
    static = inspect.getattr_static(type(value), name, None)
    own = name in getattr(value, "__dict__", {}) and not hasattr(type(static), "__set__")
    method = callable(static) or isinstance(static, types.MemberDescriptorType)
    if hasattr(type(static), "__get__") and not method and not own:
        raise tr.refusal(
            node, f"`{name}` of {tr.describe(found)} is computed", "numbers on the strategy"
        )


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
    return _method_of(tr, array, name, (np.ndarray,), node)


def _method_of(
    tr: Translator, value: Value, name: str, classes: tuple[type, ...], node: ast.AST
) -> Value:
    """Take a name for a method if the object behind a value can have one of that name."""
    if any(hasattr(cls, name) for cls in classes):
        return Method(value, name)
    tr.leave_always(node, f"{tr.describe(value)} has no attribute {name}")
    return Const(None)


def _of_super(tr: Translator, value: Super, name: str, node: ast.AST) -> Value:
    member, owner = class_member(type(tr.subject.strategy), name, value.after)
    if owner is not None and owner.__module__ == "hindcaster.strategy":
        return Method(Own(), name)
    if isinstance(member, types.FunctionType):
        tr.dependencies.append(
            (lambda run: class_member(type(run.strategy), name, value.after)[0], member)
        )
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
