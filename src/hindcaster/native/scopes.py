"""Where names come from: variables of a call, and what the function was defined among."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from hindcaster.native.slots import Slot
from hindcaster.native.values import Const, Value


@dataclass(frozen=True)
class Surroundings:
    """Closure, globals and builtins of a real function, and the class it was defined in."""

    function: FunctionType
    owner: type | None
    file: str

    def find(self, name: str) -> Const | None:
        """Object behind a name that is not local."""
        code = self.function.__code__
        if name in code.co_freevars:
            cell = (self.function.__closure__ or ())[code.co_freevars.index(name)]
            try:
                return Const(cell.cell_contents, lambda _: cell.cell_contents)
            except ValueError:
                return None
        names = self.function.__globals__
        if name in names:
            return Const(names[name], lambda _: names[name])
        if hasattr(builtins, name):
            return Const(getattr(builtins, name), lambda _: getattr(builtins, name))
        return None


@dataclass
class Frame:
    """One call of a function, translated in place."""

    number: int
    node: ast.FunctionDef | ast.Lambda
    around: Surroundings
    outer: Frame | None  # of a nested function: the call it was defined in
    depth: int
    bindings: dict[str, int]  # how often each local name is bound in the text
    aliases: dict[str, Value] = field(default_factory=dict)
    assigned: set[str] | None = field(default_factory=set)  # None: this point is not reached
    unrolled: int = 0  # loops around this point whose members are translated one by one
    returns: bool = False  # a return statement sets the flag that ends the call

    @property
    def done(self) -> str:
        """Name of the flag that says that the call has returned."""
        return f"done{self.number}"

    def variable(self, name: str) -> str:
        """Name of a local variable in the generated code."""
        return f"f{self.number}_{name}"


@dataclass
class Memory:
    """What passes over the text have found out; a pass that adds nothing is the last."""

    slots: dict[str, Slot] = field(default_factory=dict)
    flagged: set[str] = field(default_factory=set)  # variables that may be without a value
    facts: set[str] = field(default_factory=set)
    frames: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    constants: list[Any] = field(default_factory=lambda: [None])
    written: set[str] = field(default_factory=set)
    changed: bool = False


def bindings_of(node: ast.FunctionDef | ast.Lambda) -> dict[str, int]:
    """Count how often a function's text binds each of its local names."""
    arguments = node.args
    counts = {
        arg.arg: 1 for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    if isinstance(node, ast.FunctionDef):
        for statement in node.body:
            _count(statement, counts)
    else:
        _count(node.body, counts)
    return counts


def _count(node: ast.AST, counts: dict[str, int]) -> None:
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        counts[node.id] = counts.get(node.id, 0) + 1
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        counts[node.target.id] = counts.get(node.target.id, 0) + 1
    if isinstance(node, ast.MatchAs) and node.name is not None:
        counts[node.name] = counts.get(node.name, 0) + 1
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        counts[node.name] = counts.get(node.name, 0) + 1
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)):
        # Names of a comprehension are its own, but a walrus inside binds outside.
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                counts[inner.target.id] = counts.get(inner.target.id, 0) + 1
        return
    for child in ast.iter_child_nodes(node):
        _count(child, counts)
