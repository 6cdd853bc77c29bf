"""Which parameters the attributes that `init` makes depend on, read from its source.

`init` itself always runs as it is. What is found here only tells for which parameter sets it has
to: an attribute that depends on `fast` alone is the same in all sets with the same `fast`. Called
functions are taken to depend on their arguments alone, and whatever is not plainly understood is
said to depend on everything.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterable
from typing import Any, Final

from hindcaster.errors import NotCompilable
from hindcaster.native.own import HOME, class_member
from hindcaster.native.source import mangled, source_of

Depends = frozenset[str]

_NOTHING: Final[Depends] = frozenset()
_OPAQUE: Final = frozenset(
    ("locals", "globals", "vars", "eval", "exec", "getattr", "setattr", "delattr", "super", "dir")
)
_SPECIAL: Final = ("__init__", "__new__", "__getattribute__", "__getattr__", "__setattr__", "I")
_COMPOUND: Final = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)


class _Entangled(Exception):  # noqa: N818  (an answer, not an error)
    """Part of `init` whose dependencies are not plain."""


def dependencies_of(cls: type, parameters: Iterable[str]) -> dict[str, Depends] | None:
    """Tell on which parameters each attribute depends after `init`.

    Parameters
    ----------
    cls : type
        The strategy class.
    parameters : iterable of str
        Names of the class variables that differ between runs.

    Returns
    -------
    dict or None
        Parameters by attribute, those of `parameters` among them; None if each attribute has to
        be taken to depend on all of them.
    """
    reader = _Reader(cls, frozenset(parameters))
    try:
        for name in _SPECIAL:
            member, owner = class_member(cls, name)
            if member is not None and owner is not object and owner.__module__ != HOME:
                raise _Entangled
        if any(hasattr(class_member(cls, name)[0], "__set__") for name in parameters):
            raise _Entangled
        reader.read_init(None)
    except (_Entangled, NotCompilable, RecursionError):
        return None
    return {name: frozenset((name,)) for name in parameters} | reader.attributes


class _Reader:
    """Follows the statements of `init` in their order."""

    def __init__(self, cls: type, parameters: Depends) -> None:
        self._cls = cls
        self._parameters = parameters
        self.attributes: dict[str, Depends] = {}
        self._locals: dict[str, Depends] = {}
        self._me = "self"
        self._owner: type | None = None
        self._under: Depends = _NOTHING  # what the conditions around a statement depend on
        self._methods: list[Any] = []

    def read_init(self, after: type | None) -> None:
        """Read the `init` of the class, or of the one that follows `after` in its order."""
        member, owner = class_member(self._cls, "init", after)
        if owner is None or owner.__module__ == HOME:
            return
        self._read_body(member, owner)

    def _read_body(self, member: Any, owner: type) -> None:
        if not isinstance(member, types.FunctionType) or hasattr(member, "__wrapped__"):
            raise _Entangled
        node = source_of(member).node
        arguments = node.args
        if isinstance(node, ast.Lambda) or node.decorator_list or len(arguments.args) != 1:
            raise _Entangled
        outer = self._locals, self._me, self._owner
        self._locals, self._me, self._owner = {}, arguments.args[0].arg, owner
        for statement in node.body:
            self._statement(statement)
        self._locals, self._me, self._owner = outer

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                return
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Call() as call, attr="init"))
            ):
                self._parent(call)
            case ast.Assign(targets=targets, value=value):
                depends = self._of(value)
                for target in targets:
                    self._bind(target, depends)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._of(value))
            case ast.If(test=test, body=body, orelse=orelse):
                outer = self._under
                self._under = outer | self._of(test)
                for statement in [*body, *orelse]:
                    self._statement(statement)
                self._under = outer
            case ast.FunctionDef(name=name, decorator_list=[]):
                self._locals[name] = self._of(node) | self._under
            case _:
                raise _Entangled

    def _parent(self, call: ast.Call) -> None:
        plain = isinstance(call.func, ast.Name) and call.func.id == "super"
        if not plain or call.args or call.keywords or self._under:
            raise _Entangled
        self.read_init(self._owner)

    def _bind(self, target: ast.expr, depends: Depends) -> None:
        depends |= self._under
        match target:
            case ast.Name(id=name) if name != self._me:
                # A name may have had another value where a condition was false.
                self._locals[name] = self._locals.get(name, _NOTHING) | depends
            case ast.Attribute(value=ast.Name(id=me), attr=name) if me == self._me:
                name = mangled(name, self._owner)
                member = class_member(self._cls, name)[0]
                if name in self._parameters or name in _OWN or hasattr(member, "__set__"):
                    raise _Entangled
                self.attributes[name] = self.attributes.get(name, _NOTHING) | depends
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for element in elements:
                    self._bind(element, depends)
            case _:
                raise _Entangled

    def _of(self, node: ast.AST) -> Depends:
        """Parameters on which the value of an expression, or of a function, depends."""
        found = _NOTHING
        owners = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                if part.value.id == self._me:
                    owners.add(id(part.value))
                    if not isinstance(part.ctx, ast.Load):
                        raise _Entangled
                    found |= self._of_attribute(mangled(part.attr, self._owner))
            elif isinstance(part, _COMPOUND) or (
                isinstance(part, (ast.Attribute, ast.Subscript))
                and not isinstance(part.ctx, ast.Load)
                and isinstance(node, ast.expr)
            ):
                raise _Entangled
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                if part.id in _OPAQUE or (part.id == self._me and id(part) not in owners):
                    raise _Entangled
                found |= self._locals.get(part.id, _NOTHING)
            elif isinstance(part, (ast.Global, ast.Nonlocal)):
                raise _Entangled
        return found

    def _of_attribute(self, name: str) -> Depends:
        if name in self._parameters:
            return frozenset((name,))
        if name in self.attributes:
            return self.attributes[name]
        if name in ("data", "I"):
            return _NOTHING
        member, owner = class_member(self._cls, name)
        if owner is None or owner.__module__ == HOME or name in _OWN:
            raise _Entangled
        if isinstance(member, staticmethod):
            return _NOTHING
        if isinstance(member, types.FunctionType):
            return self._of_method(member, owner)
        if hasattr(type(member), "__get__"):
            raise _Entangled
        return _NOTHING

    def _of_method(self, member: types.FunctionType, owner: type) -> Depends:
        """Tell what a method reads of the strategy; it may not write."""
        if member in self._methods:
            return _NOTHING
        node = source_of(member).node
        if not isinstance(node, ast.FunctionDef) or node.decorator_list or not node.args.args:
            raise _Entangled
        outer = self._locals, self._me, self._owner
        self._locals, self._me, self._owner = {}, node.args.args[0].arg, owner
        self._methods.append(member)
        found = self._of(node)
        self._methods.pop()
        self._locals, self._me, self._owner = outer
        return found


_OWN: Final = frozenset(("_indicators", "_account", "_data", "_params", "data", "I"))
