"""Translates statements."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hindcaster.native import kinds
from hindcaster.native.calls import returns_in
from hindcaster.native.expressions import attempted, binary, expression, truth
from hindcaster.native.loops import as_group, each, in_loop
from hindcaster.native.values import (
    Array,
    Comprehension,
    Const,
    Function,
    Group,
    Order,
    Own,
    Rows,
    Scalar,
    Steps,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def statements(tr: Translator, body: list[ast.stmt]) -> None:
    """Translate statements one after the other; a return in one of them skips the rest."""
    for index, node in enumerate(body):
        if tr.frame.assigned is None:
            return
        statement(tr, node)
        rest = body[index + 1 :]
        may_return = tr.frame.returns and (isinstance(node, ast.Return) or returns_in(node))
        if may_return and rest and tr.frame.assigned is not None:
            with tr.nested(f"if not {tr.frame.done}:"):
                statements(tr, rest)
            return


def statement(tr: Translator, node: ast.stmt) -> None:
    """Translate one statement."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        what, instead = _REFUSED.get(type(node), (f"{type(node).__name__} is not supported", ""))
        raise tr.refusal(node, what, instead)
    tr.check_size(node)
    attempted(tr, node, lambda: handler(tr, node))


_REFUSED: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.Try: ("exceptions are caught while bars are worked", "a test before the call"),
    ast.With: ("`with` is not supported in compiled code", "plain statements"),
    ast.Global: ("a global variable is changed", "an attribute of the strategy"),
    ast.Nonlocal: ("a variable of another function is changed", "an attribute of the strategy"),
    ast.Delete: ("`del` is not supported in compiled code", "an assignment of None"),
    ast.Import: ("a module is imported while bars are worked", "an import at the top of the file"),
    ast.ImportFrom: (
        "a module is imported while bars are worked",
        "an import at the top of the file",
    ),
    ast.ClassDef: ("a class is made while bars are worked", "a class at the top of the file"),
    ast.AsyncFunctionDef: ("coroutines are not supported", "a plain function"),
}


def _expression(tr: Translator, node: ast.Expr) -> None:
    if isinstance(node.value, ast.Constant):
        return
    value = expression(tr, node.value)
    if not isinstance(value, (Const, Order, Group)):
        tr.spill(value)


def _assign(tr: Translator, node: ast.Assign) -> None:
    value = expression(tr, node.value)
    if len(node.targets) > 1:
        value = tr.spill(value)
        value = replace(value, fresh=False) if isinstance(value, Array) else value
    for target in node.targets:
        assign(tr, target, value, node)


def _annotated(tr: Translator, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(tr, node.target, expression(tr, node.value), node)


def assign(tr: Translator, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Assign a value to a target of any form."""
    from hindcaster.native.own import assign_attribute
    from hindcaster.native.subscripts import assign_subscript

    if isinstance(target, ast.Name):
        bind(tr, target, value, node)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(tr, target, value, node)
    elif isinstance(target, ast.Subscript):
        assign_subscript(tr, target, tr.spill(value))
    else:
        assert isinstance(target, ast.Attribute), "a starred target stands in a tuple only"
        kept = tr.spill(value)
        owner = expression(tr, target.value)
        if isinstance(owner, Own):
            assign_attribute(tr, target.attr, kept, node)
        elif isinstance(owner, Trade) and target.attr in ("sl", "tp"):
            from hindcaster.native.account import move_bracket

            move_bracket(tr, owner, target.attr, kept, node)
        else:
            raise tr.refusal(
                node,
                f"`{target.attr}` of {tr.describe(owner)} is assigned",
                "attributes of the strategy",
            )


def _unpack(tr: Translator, target: ast.Tuple | ast.List, value: Value, node: ast.AST) -> None:
    from hindcaster.native.arrays import element

    count = len(target.elts)
    if any(isinstance(part, ast.Starred) for part in target.elts):
        raise tr.refusal(node, "unpacking with * is not supported", "separate names")
    if isinstance(value, Array):
        tr.guard(f"{value.length} != {count}", node, "an array is unpacked to other names")
        array = replace(value, least=count)
        items: tuple[Value, ...] = tuple(
            tr.spill(element(tr, array, Const(i), node)) for i in range(count)
        )
    else:
        group = Group(value.rows) if isinstance(value, Rows) else as_group(tr, value, node)
        if group is None:
            raise tr.refusal(node, f"{tr.describe(value)} is unpacked", "separate assignments")
        items = group.items
    if len(items) != count:
        raise tr.refusal(
            node, "a tuple is unpacked to another number of names", "one name per member"
        )
    kept = [tr.spill(item) for item in items]
    for part, item in zip(target.elts, kept, strict=True):
        assign(tr, part, item, node)


def bind(tr: Translator, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Assign to a local name (or names) of the innermost scope that has it."""
    if not isinstance(target, ast.Name):
        assign(tr, target, value, node)
        return
    if isinstance(value, (Comprehension, Steps)):
        raise tr.refusal(
            node, "an iterator is kept under a name", "a list, or the loop where it is used"
        )
    frame = tr.frame
    while target.id not in frame.bindings and frame.outer is not None:
        frame = frame.outer
    name, variable = target.id, frame.variable(target.id)
    # A name bound in an unrolled loop has a value of each turn, and outlives it.
    in_function = isinstance(frame.node, ast.FunctionDef)
    several = frame.bindings[name] > 1 or (frame.unrolled > 0 and in_function)
    slot = None
    if several or not _structural(value):
        slot = tr.widen(variable, value, node) if _storable(tr, value) else None
    if slot is None:
        if several:
            raise tr.refusal(
                node,
                f"{name} is assigned in several places, here {tr.describe(value)}",
                "a name of its own for it",
            )
        kept = tr.spill(value)
        frame.aliases[name] = replace(kept, fresh=False) if isinstance(kept, Array) else kept
    else:
        frame.aliases.pop(name, None)
        tr.store(variable, slot, value, node)
    if variable in tr.memory.flagged:
        tr.emit(f"s_{variable} = True")
    if frame.assigned is not None:
        frame.assigned.add(name)


def _structural(value: Value) -> bool:
    """Whether a value is better kept as it is than stored in a variable."""
    return isinstance(value, (Array, Group, Rows, Function, Const))


def _storable(tr: Translator, value: Value) -> bool:
    return tr.slot_for(value) is not None


def _augmented(tr: Translator, node: ast.AugAssign) -> None:
    target = node.target
    if isinstance(target, ast.Name):
        read: ast.expr = ast.copy_location(ast.Name(target.id, ast.Load()), target)
    elif isinstance(target, ast.Attribute):
        read = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    else:
        _augmented_element(tr, node, target)
        return
    first, second = tr.in_order([lambda: expression(tr, read), lambda: expression(tr, node.value)])
    in_place = isinstance(first, Array) or (
        isinstance(first, Scalar) and any(kinds.level(k) == 2 for k in first.kinds - {kinds.NONE})
    )
    if in_place:
        raise tr.refusal(
            node,
            "an array, or a reduction of a series, is changed in place",
            "an assignment: a = a + b",
        )
    assign(tr, target, binary(tr, node.op, first, second, node), node)


def _augmented_element(tr: Translator, node: ast.AugAssign, target: ast.Subscript) -> None:
    """Change one element of an array in place: array and index are looked at once."""
    from hindcaster.native.arrays import position
    from hindcaster.native.subscripts import assign_element, writable_array

    if isinstance(target.slice, ast.Slice):
        raise tr.refusal(node, "a slice is changed in place", "an assignment: a[i:j] = ...")
    array = writable_array(tr, target)
    index = tr.spill(expression(tr, target.slice))
    place = position(tr, array.length, array.least, index, node)
    place = place if place.isidentifier() else tr.fresh(place)
    first = Scalar(frozenset({3 + array.base}), tr.fresh(array.at(place)))
    second = expression(tr, node.value)
    result = binary(tr, node.op, first, second, node)
    assign_element(tr, array, place, result, node)


# -- control flow ----------------------------------------------------------------------------


def _if(tr: Translator, node: ast.If) -> None:
    # A test that always raises may do so on this pass only: look into both branches.
    condition = attempted(tr, node, lambda: truth(tr, node.test)) or "(bar >= 0)"
    if condition in ("True", "False"):
        statements(tr, node.body if condition == "True" else node.orelse)
        return
    _either(tr, condition, lambda: statements(tr, node.body), lambda: statements(tr, node.orelse))


def _either(
    tr: Translator, condition: str, first: Callable[[], None], second: Callable[[], None]
) -> None:
    """Translate two branches of which one is taken."""
    frame = tr.frame
    before = None if frame.assigned is None else set(frame.assigned)
    with tr.captured() as then:
        first()
    after_then = frame.assigned
    frame.assigned = None if before is None else set(before)
    with tr.captured() as otherwise:
        second()
    frame.assigned = _meet(after_then, frame.assigned)
    tr.branch(condition, then, otherwise)


def _meet(first: set[str] | None, second: set[str] | None) -> set[str] | None:
    """Names assigned on both ways; a way that ends does not count."""
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _match(tr: Translator, node: ast.Match) -> None:
    _cases(tr, tr.spill(expression(tr, node.subject)), node.cases, node)


def _cases(tr: Translator, subject: Value, cases: list[ast.match_case], node: ast.Match) -> None:
    """Translate the cases of a match statement as nested conditions."""
    if not cases:
        return
    case, rest = cases[0], cases[1:]
    condition = _matches(tr, subject, case.pattern)
    if case.guard is not None:
        matched = tr.fresh(condition)
        with tr.nested(f"if {matched}:"):
            tr.emit(f"{matched} = {truth(tr, case.guard)}")
        condition = matched
    if condition == "True":
        statements(tr, case.body)
        return
    _either(
        tr,
        condition,
        lambda: statements(tr, case.body),
        lambda: _cases(tr, subject, rest, node),
    )


def _matches(tr: Translator, subject: Value, pattern: ast.pattern) -> str:
    """Text of whether a value matches a pattern; binds the name that takes anything."""
    from hindcaster.native.comparisons import compared
    from hindcaster.native.expressions import truth_of

    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        if pattern.name is not None:
            name = ast.copy_location(ast.Name(pattern.name, ast.Store()), pattern)
            bind(tr, name, subject, pattern)
        return "True"
    if isinstance(pattern, ast.MatchOr):
        return "(" + " or ".join(_matches(tr, subject, part) for part in pattern.patterns) + ")"
    if isinstance(pattern, ast.MatchValue):
        other = expression(tr, pattern.value)
        return truth_of(tr, compared(tr, ast.Eq(), subject, other, pattern), pattern)
    if isinstance(pattern, ast.MatchSingleton):
        same = compared(tr, ast.Is(), subject, Const(pattern.value), pattern)
        return truth_of(tr, same, pattern)
    raise tr.refusal(pattern, "a pattern that is no constant", "if and elif")


def _while(tr: Translator, node: ast.While) -> None:
    if node.orelse:
        raise tr.refusal(node, "`else` after a loop", "a flag")
    frame = tr.frame
    before = None if frame.assigned is None else set(frame.assigned)
    with tr.nested("while True:"), in_loop(tr, ""):
        condition = attempted(tr, node, lambda: truth(tr, node.test)) or "(bar >= 0)"
        if condition != "True":
            with tr.nested(f"if not {condition}:"):
                tr.emit("break")
        after_test = None if frame.assigned is None else set(frame.assigned)
        statements(tr, node.body)
        _leave_if_returned(tr, node)
    endless = condition == "True" and not _breaks(node)
    frame.assigned = None if endless and not frame.returns else after_test or before


def _breaks(node: ast.While) -> bool:
    return any(isinstance(inner, ast.Break) for inner in ast.walk(node))


def _for(tr: Translator, node: ast.For) -> None:
    if node.orelse:
        raise tr.refusal(node, "`else` after a loop", "a flag")
    frame = tr.frame
    value = expression(tr, node.iter)
    if isinstance(value, Comprehension):
        raise tr.refusal(node, "a loop over a generator expression", "a list: [... for ...]")
    before = None if frame.assigned is None else set(frame.assigned)

    def body(item: Value) -> None:
        frame.assigned = None if before is None else set(before)
        bind(tr, node.target, item, node)
        statements(tr, node.body)
        _leave_if_returned(tr, node)

    each(tr, value, node.iter, body)
    frame.assigned = before


def _leave_if_returned(tr: Translator, node: ast.AST) -> None:
    if tr.frame.returns and returns_in(node):
        with tr.nested(f"if {tr.frame.done}:"):
            if tr.loops and tr.loops[-1]:
                tr.emit(f"{tr.loops[-1]} = True")
            tr.emit("break")


def _break(tr: Translator, node: ast.Break) -> None:
    if tr.loops[-1]:
        tr.emit(f"{tr.loops[-1]} = True")
    tr.emit("break")
    tr.frame.assigned = None


def _continue(tr: Translator, node: ast.Continue) -> None:
    tr.emit("break" if tr.loops[-1] else "continue")
    tr.frame.assigned = None


def _return(tr: Translator, node: ast.Return) -> None:
    frame = tr.frame
    if node.value is not None:
        value = expression(tr, node.value)
        variable = frame.variable("return")
        slot = tr.widen(variable, value, node) if _storable(tr, value) else None
        if slot is None:
            raise tr.refusal(
                node,
                f"a function returns {tr.describe(value)} in one of several places",
                "a single return at its end",
            )
        tr.store(variable, slot, value, node)
    elif any(other.value is not None for other in returns_in(frame.node)):
        variable = frame.variable("return")
        slot = tr.widen(variable, Const(None), node)
        assert slot is not None
        tr.store(variable, slot, Const(None), node)
    tr.emit(f"{frame.done} = True")
    frame.assigned = None


def _raise(tr: Translator, node: ast.Raise) -> None:
    tr.leave_always(node, "an exception is raised")
    tr.frame.assigned = None


def _assert(tr: Translator, node: ast.Assert) -> None:
    tr.guard(f"not {truth(tr, node.test)}", node, "an assertion fails")


def _define(tr: Translator, node: ast.FunctionDef) -> None:
    defaults = tuple(tr.spill(expression(tr, default)) for default in node.args.defaults)
    keywords = tuple(
        (argument.arg, tr.spill(expression(tr, default)))
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is not None
    )
    if tr.frame.bindings[node.name] > 1:
        raise tr.refusal(node, f"{node.name} is defined in several places", "one definition")
    tr.frame.aliases[node.name] = Function(node, tr.frame, defaults, keywords)
    if tr.frame.assigned is not None:
        tr.frame.assigned.add(node.name)


def _nothing(tr: Translator, node: ast.Pass) -> None:
    return None


_HANDLERS: Final[dict[type[ast.AST], Callable[[Translator, Any], None]]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.Match: _match,
    ast.While: _while,
    ast.For: _for,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.FunctionDef: _define,
    ast.Pass: _nothing,
}
