"""`self`: parameters, indicators, attributes that `next` changes, methods and properties."""

from __future__ import annotations

import ast
import types
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hindcaster.data.series import _Array
from hindcaster.native import kinds, slots
from hindcaster.native.arrays import BARS
from hindcaster.native.scopes import Surroundings
from hindcaster.native.source import mangled, owner_of, source_of
from hindcaster.native.subject import BASES, Getter, Run, comparable
from hindcaster.native.translator import can_be_interned
from hindcaster.native.values import (
    Array,
    Book,
    Const,
    Data,
    Function,
    Group,
    Method,
    Moment,
    Order,
    Own,
    Position,
    Rows,
    Scalar,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

HOME: Final = "hindcaster.strategy"
OPEN_PROFIT: Final = "(close[bar] * account.net_size - account.cost)"
MISSING: Final = "no value"
_INTERNAL: Final = ("_indicators", "_account", "_data", "_params")


def own_attribute(tr: Translator, name: str, node: ast.AST) -> Value:
    """Read ``self.name``."""
    name = mangled(name, tr.frame.around.owner)
    cls = type(tr.subject.strategy)
    member, owner = class_member(cls, name)
    tr.assume(lambda run: name in vars(run.strategy), name in vars(tr.subject.strategy))
    if callable(member) or isinstance(member, (property, staticmethod)):
        tr.dependencies.append((lambda run: class_member(type(run.strategy), name)[0], member))
    if isinstance(member, property):
        if owner is not None and owner.__module__ == HOME:
            return _of_account(tr, name, node)
        return _property(tr, member, node)
    if name in tr.memory.written:
        return _variable(tr, name, node)
    if name in vars(tr.subject.strategy):
        return _constant_attribute(tr, name, node)
    if owner is None:
        raise tr.refusal(node, f"the strategy has no attribute {name}", "set it in init()")
    return _of_class(tr, name, member, owner, node)


def class_member(cls: type, name: str, after: type | None = None) -> tuple[Any, type | None]:
    """Member of a class as written in its body, and the class that has it."""
    order = cls.__mro__
    if after is not None:
        order = order[order.index(after) + 1 :]
    for owner in order:
        if name in vars(owner):
            return vars(owner)[name], owner
    return None, None


def _of_account(tr: Translator, name: str, node: ast.AST) -> Value:
    if name == "data":
        return Data()
    if name == "position":
        return Position()
    if name == "equity":
        return Scalar(frozenset({kinds.NP_FLOAT}), f"(account.cash + {OPEN_PROFIT})")
    return account_book(name)


def account_book(name: str) -> Book:
    """`self.orders`, `self.trades` or `self.closed_trades`."""
    if name == "orders":
        return Book("account.n_queue", lambda i: Order(f"queue[{i}]"), live=True)
    if name == "trades":
        return Book("account.n_active", lambda i: Trade(f"active[{i}]"))
    return Book("account.n_closed", lambda i: Trade(f"closed[{i}]"))


def _of_class(tr: Translator, name: str, member: Any, owner: type | None, node: ast.AST) -> Value:
    if owner is not None and owner.__module__ == HOME:
        if name in ("init", "I"):
            raise tr.refusal(
                node, f"self.{name} is called while bars are worked", "call it in init()"
            )
        return Method(Own(), name)
    if isinstance(member, staticmethod):
        return real_function(tr, member.__func__, node)  # type: ignore[arg-type]
    if isinstance(member, classmethod):
        raise tr.refusal(node, "class methods are not supported", "a method or a function")
    if isinstance(member, types.FunctionType):
        return real_function(tr, member, node, bound=(Own(),))
    if name.startswith("__") or hasattr(type(member), "__get__"):
        raise tr.refusal(node, f"self.{name} is no plain value", "an attribute with a value")
    return from_constant(
        tr, Const(member, lambda run: getattr(run.strategy, name)), ("class", name), node
    )


def real_function(
    tr: Translator,
    function: types.FunctionType,
    node: ast.AST | None,
    bound: tuple[Value, ...] = (),
) -> Function:
    """Make a function of Python callable by the translator."""
    from hindcaster.errors import NotCompilable

    try:
        source = source_of(function)
    except NotCompilable as error:
        if node is None:
            raise
        raise tr.refusal(node, error.what, error.instead) from None
    owner = owner_of(function, type(tr.subject.strategy).__mro__)
    around = Surroundings(function, owner, source.file)
    defaults = tuple(Const(value) for value in function.__defaults__ or ())
    keywords = tuple((k, Const(v)) for k, v in (function.__kwdefaults__ or {}).items())
    return Function(source.node, around, defaults, keywords, bound)


def _property(tr: Translator, member: property, node: ast.AST) -> Value:
    from hindcaster.native.calls import call_function

    if not isinstance(member.fget, types.FunctionType):
        raise tr.refusal(node, "this property has no function of Python")
    return call_function(tr, real_function(tr, member.fget, node, (Own(),)), [], {}, node)


def _constant_attribute(tr: Translator, name: str, node: ast.AST) -> Value:
    """Read an attribute that `next` never assigns."""
    if name in _INTERNAL:
        raise tr.refusal(node, f"self.{name} is internal", "the public attributes of Strategy")
    value = vars(tr.subject.strategy)[name]
    revealed = tr.subject.run.revealed
    tr.require(lambda run: _shape(run, name), _shape(tr.subject.run, name))
    if name in revealed:
        return _revealed(tr, name, revealed[name], node)
    found = Const(value, lambda run: vars(run.strategy)[name])
    return from_constant(tr, found, ("own", name), node)


def _shape(run: Run, name: str) -> str:
    """Type and rows of an indicator; nothing for other attributes."""
    full = run.revealed.get(name)
    return "" if full is None else f"{full.dtype.str} {full.shape[:-1]}"


def _revealed(tr: Translator, name: str, full: _Array, node: ast.AST) -> Value:
    base = BASES.get(full.dtype)
    if base is None or full.ndim > 2:
        raise tr.refusal(
            node,
            f"self.{name} holds values of type {full.dtype}",
            "an indicator of floats, integers (int64) or booleans",
        )
    if full.ndim == 1:
        return bars_array(tr, ("own", name), base, lambda run: np.asarray(run.revealed[name]))
    return Rows(
        tuple(
            bars_array(
                tr,
                ("own", name, row),
                base,
                lambda run, row=row: np.asarray(run.revealed[name])[row],
            )
            for row in range(full.shape[0])
        )
    )


def bars_array(tr: Translator, key: Any, base: int, get: Any) -> Array:
    """One value per bar, seen up to the current one."""
    name = tr.inputs.array(key, base, get)
    return Array(base, BARS, lambda i: f"{name}[{i}]", True, (name, "0"), least=2)


def from_constant(tr: Translator, found: Const, key: Any, node: ast.AST) -> Value:
    """Value of an object that does not change while bars are worked."""
    value, path = found.value, found.path
    assert path is not None
    known = recognised(tr, found, node)
    if known is not None:
        return known
    kind = kinds.kind_of(value)
    if kind == kinds.NONE:
        tr.require(path, value)
        return Const(None)
    if kind is not None:
        tr.require(path, value)
        text = tr.inputs.number(key, kinds.base(kind), path)
        return Scalar(frozenset({kind}), text)
    if isinstance(value, np.ndarray):
        return _fixed_array(tr, found, key, node)
    if isinstance(value, (tuple, list)) and len(value) <= 64:
        tr.require(path, value)
        return Group(
            tuple(
                from_constant(
                    tr,
                    Const(item, lambda run, i=i: path(run)[i]),  # type: ignore[misc]
                    (*key, i),
                    node,
                )
                for i, item in enumerate(value)
            )
        )
    if hasattr(type(value), "_read") and type(value).__module__ == "hindcaster.account":
        number = tr.inputs.number(key, kinds.INT, lambda run: path(run)._index)
        tr.require(path, value)
        return Order(number) if type(value).__name__ == "Order" else Trade(number)
    if comparable(value) or can_be_interned(value):
        tr.require(path, value)
    return found


_WELL_KNOWN: Final[tuple[tuple[Value, Getter], ...]] = (
    (Own(), attrgetter("strategy")),
    (Data(), attrgetter("data")),
    (Position(), attrgetter("strategy.position")),
)


def _is_still(path: Getter, get: Getter, run: Run) -> bool:
    return path(run) is get(run)


def recognised(tr: Translator, found: Const, node: ast.AST) -> Value | None:
    """Take the running strategy, its data and its position for what they are by any name."""
    strategy, path = tr.subject.strategy, found.path
    if path is None:
        return None
    for value, get in _WELL_KNOWN:
        if found.value is get(tr.subject.run):
            tr.assume(partial(_is_still, path, get), True)
            return value
    if found.value is strategy._account:
        raise tr.refusal(node, "the account's own object is used", "the strategy's attributes")
    return None


def _fixed_array(tr: Translator, found: Const, key: Any, node: ast.AST) -> Value:
    value, path = found.value, found.path
    assert path is not None
    base = BASES.get(value.dtype)
    if base is None or value.ndim not in (1, 2):
        raise tr.refusal(
            node,
            f"an array of type {value.dtype} with {value.ndim} dimensions",
            "arrays of one dimension with floats, integers (int64) or booleans",
        )
    tr.require(path, value)
    if value.ndim == 2:
        return Rows(
            tuple(
                _whole(
                    tr, (*key, row), base, lambda run, row=row: np.asarray(path(run))[row], value
                )
                for row in range(value.shape[0])
            )
        )
    return _whole(tr, key, base, lambda run: np.asarray(path(run)), value)


def _whole(tr: Translator, key: Any, base: int, get: Any, value: Any) -> Array:
    name = tr.inputs.array(key, base, get)
    series = isinstance(value, _Array)
    return Array(base, f"{name}.size", lambda i: f"{name}[{i}]", series, (name, "0"))


# -- attributes that are assigned ------------------------------------------------------------


def variable_name(name: str) -> str:
    """Name of an attribute in the generated code."""
    return f"a_{name}"


def _variable(tr: Translator, name: str, node: ast.AST) -> Value:
    begin_attribute(tr, name, node)
    variable = variable_name(name)
    slot = tr.memory.slots.get(variable)
    if slot is None:
        raise tr.unreached(node, f"self.{name} has no value yet")
    if not has_initial(tr, name):
        tr.guard(f"not s_{variable}", node, f"self.{name} has no value yet")
    if slot.what == "array":
        return slots.loaded(slot, tr.fresh(variable, "r"))
    return tr.spill(slots.loaded(slot, variable))


def has_initial(tr: Translator, name: str) -> bool:
    """Whether an attribute has a value before the first bar."""
    strategy = tr.subject.strategy
    return name in vars(strategy) or class_member(type(strategy), name)[1] is not None


def initial(run: Run, name: str) -> Any:
    """Value of an attribute before the first bar."""
    return getattr(run.strategy, name)


def begin_attribute(tr: Translator, name: str, node: ast.AST) -> None:
    """Give an attribute's variable the type of its first value."""
    if name in tr.own_slots:
        return
    variable = variable_name(name)
    found = getattr(tr.subject.strategy, name, MISSING)
    tr.require(lambda run: getattr(run.strategy, name, MISSING), found, written=True)
    if has_initial(tr, name):
        value = initial(tr.subject.run, name)
        tr.widen(variable, _initial_value(tr, name, value, node), node)
    tr.own_slots[name] = tr.memory.slots.get(variable, slots.Slot("number"))


def _initial_value(tr: Translator, name: str, value: Any, node: ast.AST) -> Value:
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray or value.ndim != 1 or value.dtype not in BASES:
            raise tr.refusal(
                node,
                f"self.{name} is an array that next() assigns, of type {value.dtype}",
                "np.zeros(n) or another plain array of one dimension with floats, int64 or bools",
            )
        tr.assume(lambda run: _shared(run, name), _shared(tr.subject.run, name))
        if _shared(tr.subject.run, name):
            raise tr.refusal(
                node,
                f"the array self.{name} shares its memory with another attribute",
                "arrays of their own",
            )
        return Array(BASES[value.dtype], "0", lambda i: "0")
    if type(value).__module__ == "hindcaster.account" and hasattr(value, "_index"):
        return Order("0") if type(value).__name__ == "Order" else Trade("0")
    kind = kinds.kind_of(value)
    if kind is not None or can_be_interned(value):
        if can_be_interned(value):
            tr.intern(value)
        return Const(value)
    raise tr.refusal(
        node,
        f"self.{name} holds {type(value).__name__} objects and is assigned in next()",
        "numbers, texts, enum members, typed NumPy arrays",
    )


def _shared(run: Run, name: str) -> bool:
    """Whether another attribute or column lies in an array attribute's memory."""
    own = getattr(run.strategy, name, None)
    if not isinstance(own, np.ndarray):
        return False
    others = [value for key, value in vars(run.strategy).items() if key != name]
    others += list(run.data._columns.values())
    arrays = [value for value in others if isinstance(value, np.ndarray)]
    return any(np.may_share_memory(own, other) for other in arrays)


def assign_attribute(tr: Translator, name: str, value: Value, node: ast.AST) -> None:
    """Assign to ``self.name``."""
    name = mangled(name, tr.frame.around.owner)
    member, owner = class_member(type(tr.subject.strategy), name)
    if isinstance(member, property):
        raise tr.refusal(node, f"self.{name} is a property", "another name")
    if name in _INTERNAL:
        raise tr.refusal(node, f"self.{name} is internal", "another name")
    if name in tr.subject.run.revealed:
        raise tr.refusal(
            node, f"self.{name} is an indicator and cannot be assigned", "another name"
        )
    if owner is not None and (owner.__module__ == HOME or isinstance(member, types.FunctionType)):
        raise tr.refusal(node, f"self.{name} is a method", "another name")
    if name not in tr.memory.written:
        tr.memory.written.add(name)
        tr.memory.changed = True
    begin_attribute(tr, name, node)
    variable = variable_name(name)
    if isinstance(value, Moment) and not value.bar:
        raise tr.refusal(node, "a computed time is kept on the strategy", "the time of a bar")
    if isinstance(value, Array) and not has_initial(tr, name):
        raise tr.refusal(
            node, f"self.{name} becomes an array in next()", "create the array in init()"
        )
    if isinstance(value, Array) and value.memory is not None and not value.fresh:
        raise tr.refusal(
            node,
            "an array that has another name too is kept on the strategy",
            "a copy made where it is assigned: np.array(...)",
        )
    slot = tr.widen(variable, value, node)
    if slot is None or slot.what == "group":
        raise tr.refusal(
            node,
            f"{tr.describe(value)} is kept on the strategy",
            "numbers, texts, enum members, orders, trades or typed NumPy arrays",
        )
    tr.own_slots[name] = slot
    if isinstance(value, Array):
        _replace_array(tr, variable, value, node)
    else:
        tr.store(variable, slot, value, node)
    tr.emit(f"s_{variable} = True")


def _replace_array(tr: Translator, variable: str, value: Array, node: ast.AST) -> None:
    """Assign a new array of the same length, which nothing else may change."""
    tr.rebound.add(variable)
    array = tr.fresh(tr.referred(value))
    tr.guard(f"{array}.size != {variable}.size", node, "an array attribute changes its length")
    tr.emit(f"{variable} = {array}")
