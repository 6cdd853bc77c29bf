"""Calls: the strategy's own functions are translated in place, known ones by their meaning."""

from __future__ import annotations

import ast
import datetime
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from hindcaster.native.account import cancel, close_position, close_trade, index_of, place
from hindcaster.native.expressions import expression
from hindcaster.native.own import real_function
from hindcaster.native.scopes import Frame, Surroundings, bindings_of
from hindcaster.native.slots import loaded
from hindcaster.native.translator import is_only_none
from hindcaster.native.values import (
    Comprehension,
    Const,
    Function,
    Method,
    Order,
    Own,
    Position,
    Steps,
    Super,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

DEEPEST = 24
Arguments = tuple[list[Value], dict[str, Value]]


def call(tr: Translator, node: ast.Call) -> Value:
    """Translate a call."""
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        owner = tr.frame.around.owner
        if owner is None:
            raise tr.refusal(node, "super() outside of a method")
        return Super(owner)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            raise tr.refusal(node, "arguments are unpacked with *", "separate arguments")
    if any(keyword.arg is None for keyword in node.keywords):
        raise tr.refusal(node, "arguments are unpacked with **", "separate arguments")
    parts = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
    values = tr.in_order([lambda part=part: expression(tr, part) for part in parts])  # type: ignore[misc]
    count = 1 + len(node.args)
    names = [str(keyword.arg) for keyword in node.keywords]
    keywords = dict(zip(names, values[count:], strict=True))
    return called(tr, values[0], values[1:count], keywords, node)


def called(
    tr: Translator, function: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> Value:
    """Call a value."""
    if isinstance(function, Function):
        return call_function(tr, function, args, kwargs, node)
    if isinstance(function, Method):
        return _method(tr, function, args, kwargs, node)
    if is_only_none(function):
        raise tr.unreached(node, "None is called")
    if isinstance(function, Const):
        return _known(tr, function, args, kwargs, node)
    raise tr.refusal(node, f"{tr.describe(function)} is called")


def _known(
    tr: Translator, found: Const, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> Value:
    from hindcaster.native.library import handler_of

    function = found.value
    handler = handler_of(function)
    if handler is not None:
        tr.depend(found)
        return handler(tr, args, kwargs, node)
    if function in _CONSTRUCTORS:
        return _constructed(tr, found, args, kwargs, node)
    if isinstance(function, types.FunctionType):
        module = function.__module__ or ""
        if module.partition(".")[0] in _LIBRARIES:
            raise tr.refusal(
                node,
                f"{module}.{function.__qualname__} is not supported in compiled code",
                "compute it in init(), with self.I for values by bar",
            )
        tr.depend(found)
        return call_function(tr, real_function(tr, function, node), args, kwargs, node)
    what, instead = _REFUSED.get(getattr(function, "__name__", ""), ("", ""))
    name = getattr(function, "__name__", type(function).__name__)
    module = getattr(function, "__module__", "") or ""
    module += " " + type(getattr(function, "__self__", None)).__module__
    if "random" in module:
        what, instead = "random numbers", "draw them in init(), into a NumPy array by bar"
    raise tr.refusal(
        node,
        what or f"{name}() is not supported in compiled code",
        instead or "NumPy or math functions, or a function of your own",
    )


def _constructed(
    tr: Translator, found: Const, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> Value:
    """Make a constant time of constants."""
    tr.depend(found)
    changing = any(not isinstance(value, Const) for value in (*args, *kwargs.values()))
    if changing and found.value is datetime.time and not kwargs and len(args) <= 4:
        from hindcaster.native.times import clock_of

        return clock_of(tr, args, node)
    for value in (*args, *kwargs.values()):
        if not isinstance(value, Const):
            raise tr.refusal(node, "a time is made of values that change", "constants")
        tr.depend(value)
    try:
        value = found.value(
            *(value.value for value in args if isinstance(value, Const)),
            **{name: v.value for name, v in kwargs.items() if isinstance(v, Const)},
        )
    except (TypeError, ValueError):
        tr.leave_always(node, "arguments that make no time")
        return Const(None)
    return Const(value)


_CONSTRUCTORS = (
    pd.Timestamp,
    pd.Timedelta,
    datetime.time,
    datetime.date,
    datetime.datetime,
    datetime.timedelta,
)
_LIBRARIES = ("numpy", "pandas", "scipy", "talib", "hindcaster", "random", "datetime", "logging")
_REFUSED = {
    "print": ("printing", "attributes, or compiled=False to print"),
    "open": ("files are used while bars are worked", "read them in init()"),
    "dict": ("dictionaries are Python objects", "attributes, or typed NumPy arrays"),
    "set": ("sets are Python objects", "a tuple of constants"),
    "isinstance": ("types are looked at while bars are worked", "values"),
    "getattr": ("an attribute is chosen at run time", "its name after a dot"),
    "setattr": ("an attribute is chosen at run time", "its name after a dot"),
    "hasattr": ("attributes are looked for at run time", "a first value in init()"),
    "str": ("texts are not made in compiled code", "a constant text, or a number"),
    "repr": ("texts are not made in compiled code", "a constant text, or a number"),
    "format": ("texts are not made in compiled code", "a constant text, or a number"),
}


def new_frame(
    tr: Translator,
    node: Any,
    around: Surroundings,
    outer: Frame | None,
    bindings: dict[str, int],
) -> Frame:
    """Make the variables of one call; the same call keeps its number in later passes."""
    caller = tr.frames[-1].number if tr.frames else 0
    site = tr.call_site or node
    key = (
        caller,
        getattr(site, "lineno", 0),
        getattr(site, "col_offset", 0),
        getattr(site, "end_col_offset", 0),
    )
    number = tr.memory.frames.setdefault(key, len(tr.memory.frames) + 1)
    return Frame(number, node, around, outer, len(tr.frames), bindings)


def call_function(
    tr: Translator,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> Value:
    """Translate a function's body in place of its call."""
    if any(frame.node is function.node for frame in tr.frames):
        raise tr.refusal(node, "a function that calls itself", "a loop")
    if len(tr.frames) > DEEPEST:
        raise tr.refusal(node, "calls nested too deeply", "fewer functions that call each other")
    nested_in = function.scope if isinstance(function.scope, Frame) else None
    around = nested_in.around if nested_in is not None else function.scope
    values = _bound_arguments(tr, function, args, kwargs, node)
    if values is None:
        tr.leave_always(node, "arguments that do not fit the function")
        return Const(None)
    for value in values.values():
        if isinstance(value, (Comprehension, Steps)):
            raise tr.refusal(node, "an iterator is handed to a function", "a list")
    kept = {name: tr.spill(value) for name, value in values.items()}
    tr.call_site = node
    frame = new_frame(tr, function.node, around, nested_in, bindings_of(function.node))
    tr.call_site = None
    tr.begin_variables(f"f{frame.number}_")
    tr.frames.append(frame)
    loops, tr.loops = tr.loops, []
    try:
        _bind_parameters(tr, frame, kept, node)
        return _body(tr, frame, function.node, node)
    finally:
        tr.frames.pop()
        tr.loops = loops


def _bind_parameters(tr: Translator, frame: Frame, values: dict[str, Value], node: ast.AST) -> None:
    assert frame.assigned is not None
    for name, value in values.items():
        frame.assigned.add(name)
        if frame.bindings[name] == 1:
            frame.aliases[name] = value
            continue
        slot = tr.widen(frame.variable(name), value, node)
        if slot is None:
            raise tr.refusal(
                node, f"the parameter {name} is assigned in the function", "another name"
            )
        tr.store(frame.variable(name), slot, value, node)


def _bound_arguments(
    tr: Translator,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> dict[str, Value] | None:
    """Values by parameter; None if the call does not fit."""
    signature = function.node.args
    if signature.vararg is not None or signature.kwarg is not None:
        raise tr.refusal(node, "a function with *args or **kwargs", "named parameters")
    if isinstance(function.node, ast.FunctionDef) and function.node.decorator_list:
        kinds_of = [d.id for d in function.node.decorator_list if isinstance(d, ast.Name)]
        if [n for n in kinds_of if n not in ("staticmethod", "property")] or len(kinds_of) != len(
            function.node.decorator_list
        ):
            raise tr.refusal(node, "a function with decorators", "the plain function")
    names = [parameter.arg for parameter in (*signature.posonlyargs, *signature.args)]
    only = [parameter.arg for parameter in signature.kwonlyargs]
    positional = [*function.bound, *args]
    if len(positional) > len(names):
        return None
    values = dict(zip(names, positional, strict=False))
    for name, value in kwargs.items():
        if name in values or name not in (*names, *only):
            return None
        values[name] = value
    for name, value in zip(reversed(names), reversed(function.defaults), strict=False):
        values.setdefault(name, value)
    for name, value in function.keyword_defaults:
        values.setdefault(name, value)
    if any(name not in values for name in (*names, *only)):
        return None
    return {name: values[name] for name in (*names, *only)}


def returns_in(node: ast.AST) -> list[ast.Return]:
    """Return statements of a function, not of functions inside it."""
    found: list[ast.Return] = []
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Return):
            found.append(part)
        if not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(part))
    return found


def _body(tr: Translator, frame: Frame, node: ast.FunctionDef | ast.Lambda, site: ast.AST) -> Value:
    from hindcaster.native.statements import statements

    if isinstance(node, ast.Lambda):
        return expression(tr, node.body)
    returns = returns_in(node)
    last = node.body[-1]
    if len(returns) == 1 and returns[0] is last:
        statements(tr, node.body[:-1])
        if frame.assigned is None:  # a raise before it
            return Const(None)
        assert isinstance(last, ast.Return)
        return Const(None) if last.value is None else expression(tr, last.value)
    result = frame.variable("return")
    if returns:
        frame.returns = True
        tr.emit(f"{frame.done} = False")
    falls = f"{result} may be None"
    has_value = any(r.value is not None for r in returns)
    if has_value and falls in tr.memory.facts:
        slot = tr.widen(result, Const(None), site)
        assert slot is not None
        tr.store(result, slot, Const(None), site)
    statements(tr, node.body)
    if not has_value:
        return Const(None)
    if frame.assigned is not None and falls not in tr.memory.facts:
        tr.memory.facts.add(falls)
        tr.memory.changed = True
    slot = tr.memory.slots.get(result)
    return Const(None) if slot is None else tr.spill(loaded(slot, result))


def _method(
    tr: Translator, method: Method, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> Value:
    owner, name = method.owner, method.name
    match owner:
        case Own():
            return _of_strategy(tr, name, args, kwargs, node)
        case Position() | Trade():
            extra = [k for k in kwargs if k != "portion"]
            if len(args) + len(kwargs) > 1 or extra:
                tr.leave_always(node, "arguments that do not fit the method")
                return Const(None)
            portion = args[0] if args else kwargs.get("portion")
            if isinstance(owner, Trade):
                close_trade(tr, index_of(tr, owner, node), portion, node)
            else:
                close_position(tr, portion, node)
            return Const(None)
        case Order():
            if args or kwargs:
                tr.leave_always(node, "arguments that do not fit the method")
                return Const(None)
            cancel(tr, owner, node)
            return Const(None)
    from hindcaster.native.methods import method_of

    return method_of(tr, owner, name, args, kwargs, node)


def _of_strategy(
    tr: Translator, name: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST
) -> Value:
    if name in ("buy", "sell"):
        if args:
            tr.leave_always(node, "orders take their arguments by name")
            return Const(None)
        return place(tr, 1 if name == "buy" else -1, kwargs, node)
    if name in ("next", "init"):  # of the base class: they do nothing
        return Const(None)
    raise tr.refusal(node, f"self.{name}() is not supported in compiled code")


Handler = Callable[["Translator", list[Value], dict[str, Value], ast.AST], Value]
