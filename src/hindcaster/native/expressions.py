"""Translates expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

from hindcaster.native import arrays, kinds, numbers, slots
from hindcaster.native.comparisons import PYTHON_BOOL, compared, is_none
from hindcaster.native.kinds import BOOL, NONE
from hindcaster.native.translator import Unreached, is_only_none
from hindcaster.native.values import (
    Array,
    Book,
    Clock,
    Comprehension,
    Const,
    Data,
    Day,
    Function,
    Group,
    Interned,
    Labels,
    Method,
    Moment,
    Order,
    Own,
    Position,
    Rows,
    Scalar,
    Span,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.scopes import Frame
    from hindcaster.native.translator import Translator


def expression(tr: Translator, node: ast.expr) -> Value:
    """Translate an expression to a value."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        what, instead = _REFUSED.get(
            type(node), (f"{type(node).__name__} is not supported in compiled code", "")
        )
        raise tr.refusal(node, what, instead)
    tr.check_size(node)
    return handler(tr, node)


def attempted(tr: Translator, node: ast.AST, part: Callable[[], Any]) -> Any:
    """Translate a part; None, after leaving the loop, if it always raises."""
    try:
        return part()
    except Unreached as error:
        tr.leave_always(error.node, error.why)
        return None


_REFUSED: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.Dict: ("dictionaries are Python objects", "attributes, or typed NumPy arrays"),
    ast.DictComp: ("dictionaries are Python objects", "attributes, or typed NumPy arrays"),
    ast.SetComp: ("sets are Python objects", "a generator in any(...) or all(...)"),
    ast.JoinedStr: ("texts are not made in compiled code", "a constant text, or a number"),
    ast.Await: ("coroutines are not supported", ""),
    ast.Yield: ("generators are not supported", "a loop"),
    ast.YieldFrom: ("generators are not supported", "a loop"),
    ast.Starred: ("unpacking with * is not supported", "separate names"),
}


def _constant(tr: Translator, node: ast.Constant) -> Value:
    return Const(node.value)


def _name(tr: Translator, node: ast.Name) -> Value:
    return named(tr, node.id, node)


def named(tr: Translator, name: str, node: ast.AST) -> Value:
    """Value behind a name."""
    frame: Frame | None = tr.frame
    around = tr.frame.around
    while frame is not None:
        if name in frame.bindings:
            return _local(tr, frame, name, node)
        around = frame.around
        frame = frame.outer
    found = around.find(name)
    if found is None:
        raise tr.refusal(node, f"the name {name} is not known")
    from hindcaster.native.own import recognised

    known = recognised(tr, found, node)
    if known is not None:
        return known
    tr.subject.note(tr, found)
    return found


def _local(tr: Translator, frame: Frame, name: str, node: ast.AST) -> Value:
    variable = frame.variable(name)
    sure = frame.assigned is None or name in frame.assigned
    if name in frame.aliases:
        if not sure:
            _flag(tr, variable, node)
        return frame.aliases[name]
    slot = tr.memory.slots.get(variable)
    if slot is None:
        if frame.bindings[name] and not sure:
            raise tr.unreached(node, f"{name} has no value yet")
        raise tr.refusal(node, f"{name} is used before it is assigned")
    if not sure:
        _flag(tr, variable, node)
    # An array stays what it is when its name gets another one.
    return slots.loaded(slot, tr.fresh(variable, "r") if slot.what == "array" else variable)


def _flag(tr: Translator, variable: str, node: ast.AST) -> None:
    """Check at run time that a variable has been assigned."""
    if variable not in tr.memory.flagged:
        tr.memory.flagged.add(variable)
        tr.memory.changed = True
    tr.guard(f"not s_{variable}", node, "a variable without a value")


def _attribute(tr: Translator, node: ast.Attribute) -> Value:
    from hindcaster.native.attributes import attribute

    return attribute(tr, expression(tr, node.value), node.attr, node)


def _subscript(tr: Translator, node: ast.Subscript) -> Value:
    from hindcaster.native.subscripts import subscript

    return subscript(tr, expression(tr, node.value), node.slice, node)


def _call(tr: Translator, node: ast.Call) -> Value:
    from hindcaster.native.calls import call

    return call(tr, node)


def _group(tr: Translator, node: ast.Tuple | ast.List | ast.Set) -> Value:
    values = tr.in_order([lambda item=item: expression(tr, item) for item in node.elts])  # type: ignore[misc]
    return Group(tuple(values))


def _binary(tr: Translator, node: ast.BinOp) -> Value:
    first, second = tr.in_order(
        [lambda: expression(tr, node.left), lambda: expression(tr, node.right)]
    )
    return binary(tr, node.op, first, second, node)


def binary(tr: Translator, op: ast.operator, first: Value, second: Value, node: ast.AST) -> Value:
    """Apply a binary operator to any two values."""
    sign = numbers.SIGNS.get(type(op))
    if sign is None:
        raise tr.refusal(
            node, f"the operator {type(op).__name__} is not supported in compiled code"
        )
    if is_only_none(first) or is_only_none(second):
        raise tr.unreached(node, "arithmetic with None")
    if isinstance(first, Const) and isinstance(second, Const):
        result = numbers.folded(tr, sign, first, second, node)
        if result is not None:
            return result
    if isinstance(first, Array) or isinstance(second, Array):
        return arrays.elementwise(tr, sign, first, second, node)
    if isinstance(first, Group) and isinstance(second, Group) and sign == "+":
        return Group((*first.items, *second.items))
    if isinstance(first, Book) and isinstance(second, Book) and sign == "+":
        from hindcaster.native.loops import chained

        return chained(tr, first, second, node)
    if isinstance(first, (Moment, Span)) or isinstance(second, (Moment, Span)):
        from hindcaster.native.times import shifted

        return shifted(tr, sign, first, second, node)
    return numbers.binary(tr, sign, tr.plain(first, node), tr.plain(second, node), node)


def _unary(tr: Translator, node: ast.UnaryOp) -> Value:
    if isinstance(node.op, ast.Not):
        return Scalar(PYTHON_BOOL, f"(not {truth(tr, node.operand)})")
    value = expression(tr, node.operand)
    negative = isinstance(value, Const) and isinstance(node.op, ast.USub)
    if negative and type(value.value) in (int, float):  # type: ignore[union-attr]
        assert isinstance(value, Const)
        tr.depend(value)
        return Const(-value.value)
    if isinstance(value, Array):
        return _unary_array(tr, node, value)
    number = tr.plain(value, node)
    if isinstance(node.op, ast.USub):
        return numbers.negated(tr, number, node)
    if isinstance(node.op, ast.Invert):
        return numbers.inverted(tr, number, node)
    return numbers.negated(tr, numbers.negated(tr, number, node), node)


def _unary_array(tr: Translator, node: ast.UnaryOp, array: Array) -> Array:
    array = arrays.settled(tr, array)
    if isinstance(node.op, ast.USub) and array.base != BOOL:
        return arrays.mapped(array, array.base, "(-{})")
    if isinstance(node.op, ast.Invert) and array.base == BOOL:
        return arrays.mapped(array, BOOL, "(not {})")
    raise tr.refusal(node, "this operator on a whole array is not supported")


# -- comparisons and logic -------------------------------------------------------------------


def _compare(tr: Translator, node: ast.Compare) -> Value:
    if len(node.ops) == 1:
        first, second = tr.in_order(
            [lambda: expression(tr, node.left), lambda: expression(tr, node.comparators[0])]
        )
        return compared(tr, node.ops[0], first, second, node)
    first = tr.spill(expression(tr, node.left))
    second = tr.spill(expression(tr, node.comparators[0]))
    rest = ast.copy_location(
        ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:]), node
    )
    head = compared(tr, node.ops[0], first, second, node)
    return joined(tr, head, lambda: _chain(tr, second, rest), node, stop_if=False)


def _chain(tr: Translator, first: Value, node: ast.Compare) -> Value:
    second = expression(tr, node.comparators[0])
    if len(node.ops) == 1:
        return compared(tr, node.ops[0], first, second, node)
    second = tr.spill(second)
    rest = ast.copy_location(
        ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:]), node
    )
    head = compared(tr, node.ops[0], first, second, node)
    return joined(tr, head, lambda: _chain(tr, second, rest), node, stop_if=False)


def _logic(tr: Translator, node: ast.BoolOp) -> Value:
    stop_if = isinstance(node.op, ast.Or)
    value = expression(tr, node.values[0])
    for before, operand in pairwise(node.values):
        value = joined(tr, value, partial(expression, tr, operand), before, stop_if)
    return value


def joined(
    tr: Translator, first: Value, rest: Callable[[], Value], node: ast.AST, stop_if: bool
) -> Value:
    """Value of ``first and rest`` or, with `stop_if`, of ``first or rest``."""
    before = reached(tr)
    with tr.captured() as lines:
        second = attempted(tr, node, rest) or first
    restore(before)
    word = "or" if stop_if else "and"
    if not lines and isinstance(first, Scalar) and isinstance(second, Scalar):
        booleans = kinds.storage(first.kinds) == BOOL and NONE not in first.kinds
        if booleans and first.kinds == second.kinds and not first.tag:
            return Scalar(first.kinds, f"({first.code} {word} {second.code})")
    first = tr.spill(first)
    condition = truth_of(tr, first, node)
    with tr.captured() as other:
        pass
    then, otherwise = (other, lines) if stop_if else (lines, other)
    values = (first, second) if stop_if else (second, first)
    return merged(tr, condition, then, otherwise, values, node)


def merged(
    tr: Translator,
    condition: str,
    then: list[Any],
    otherwise: list[Any],
    values: tuple[Value, Value],
    node: ast.AST,
) -> Value:
    """Value that is one of two, after the statements of its branch."""
    found = [tr.slot_for(value) for value in values]
    constants = [v for v in values if isinstance(v, Const)]
    if len(constants) == 2 and constants[0].value is constants[1].value:
        tr.branch(condition, then, otherwise)
        return constants[0]
    slot = slots.join(found[0], found[1]) if found[0] and found[1] else None
    if slot is None:
        raise tr.refusal(
            node,
            f"one value is {tr.describe(values[0])}, the other {tr.describe(values[1])}",
            "give both branches the same kind of value",
        )
    name = tr.new_name("j")
    for block, value in ((then, values[0]), (otherwise, values[1])):
        with tr.captured() as stores:
            tr.store(name, slot, value, node)
        block.extend(stores)
    tr.branch(condition, then, otherwise)
    return slots.loaded(slot, name)


def _conditional(tr: Translator, node: ast.IfExp) -> Value:
    condition = truth(tr, node.test)
    before = reached(tr)
    with tr.captured() as then:
        first = attempted(tr, node, lambda: expression(tr, node.body))
    restore(before)
    with tr.captured() as otherwise:
        second = attempted(tr, node, lambda: expression(tr, node.orelse))
    restore(before)
    if first is None and second is None:
        raise tr.unreached(node, "both branches raise")
    first, second = cast("Value", first or second), cast("Value", second or first)
    if condition == "True":
        tr.extend(then)
        return first
    if condition == "False":
        tr.extend(otherwise)
        return second
    return merged(tr, condition, then, otherwise, (first, second), node)


def reached(tr: Translator) -> list[tuple[Frame, set[str] | None]]:
    """Names that are assigned at this point, by call."""
    return [(f, None if f.assigned is None else set(f.assigned)) for f in tr.frames]


def restore(states: list[tuple[Frame, set[str] | None]]) -> None:
    """Go back to the names that were assigned at an earlier point."""
    for frame, assigned in states:
        frame.assigned = assigned


def truth(tr: Translator, node: ast.expr) -> str:
    """Text of the truth of an expression."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = truth(tr, node.operand)
        return {"True": "False", "False": "True"}.get(inner, f"(not {inner})")
    if isinstance(node, ast.BoolOp):
        return _truth_of_logic(tr, node)
    return truth_of(tr, expression(tr, node), node)


def _truth_of_logic(tr: Translator, node: ast.BoolOp) -> str:
    word = "or" if isinstance(node.op, ast.Or) else "and"
    text = truth(tr, node.values[0])
    for operand in node.values[1:]:
        before = reached(tr)
        with tr.captured() as lines:
            second = attempted(tr, operand, partial(truth, tr, operand)) or "False"
        restore(before)
        if not lines:
            text = f"({text} {word} {second})"
            continue
        name = tr.fresh(text)
        with tr.nested(f"if {'not ' * (word == 'or')}{name}:"):
            tr.extend(lines)
            tr.emit(f"{name} = {second}")
        text = name
    return text


def truth_of(tr: Translator, value: Value, node: ast.AST) -> str:
    """Text of the truth of a value."""
    match value:
        case Scalar():
            return numbers.truth_of(value)
        case Const():
            if kinds.kind_of(value.value) is None and not isinstance(value.value, (str, tuple)):
                raise tr.refusal(node, f"the truth of {tr.describe(value)}")
            tr.depend(value)
            return str(bool(value.value))
        case Array():
            return arrays.truth_of_array(tr, value, node)
        case Position():
            return "(account.net_size != 0.0)"
        case Book():
            return f"({value.count} != 0)"
        case Group():
            return str(bool(value.items))
        case Interned():
            falsy = [str(n) for n, c in enumerate(tr.memory.constants) if not c]
            return "(" + " and ".join([f"{value.code} != {n}" for n in falsy] or ["True"]) + ")"
        case Order() | Trade() | Moment() | Day():
            none = is_none(tr, value)
            return "True" if none == "False" else f"(not {none})"
        case Function() | Method() | Own() | Clock():
            return "True"
        case Span():
            return f"({value.code} != 0)"
        case Data() | Labels():
            raise tr.refusal(node, f"the truth of {tr.describe(value)}", "len(...)")
        case Rows():
            return arrays.truth_of_array(tr, value.rows[-1], node)
    raise tr.refusal(node, f"the truth of {tr.describe(value)}")


def _comprehension(tr: Translator, node: ast.GeneratorExp | ast.ListComp) -> Value:
    lazy = Comprehension(node, tr.frame)
    if isinstance(node, ast.GeneratorExp):
        return lazy
    from hindcaster.native.loops import selected

    return selected(tr, lazy)


def _lambda(tr: Translator, node: ast.Lambda) -> Value:
    defaults = tuple(expression(tr, default) for default in node.args.defaults)
    return Function(node, tr.frame, tuple(tr.spill(value) for value in defaults))


def _walrus(tr: Translator, node: ast.NamedExpr) -> Value:
    from hindcaster.native.statements import assign

    value = tr.spill(expression(tr, node.value))
    assign(tr, node.target, value, node)
    return value


_HANDLERS: Final[dict[type[ast.AST], Callable[[Translator, Any], Value]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Tuple: _group,
    ast.List: _group,
    ast.Set: _group,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _logic,
    ast.IfExp: _conditional,
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
}
