"""Constraints such as ``fast < slow``: read and worked out without running any code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from hindcaster import errors

_BINARY: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda value, values: value in values,
    ast.NotIn: lambda value, values: value not in values,
}
_UNARY: Final[dict[type, Callable[[Any], Any]]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_CONSTANTS: Final = (int, float, str, bool, type(None))


def constraint_of(text: str, names: Sequence[str]) -> Callable[[Any], bool]:
    """Make a function of the parameters out of an expression.

    Parameters
    ----------
    text : str
        Expression in Python's form, of parameters, constants, arithmetic, comparisons, ``and``,
        ``or``, ``not`` and ``in``.
    names : sequence of str
        The parameters.

    Raises
    ------
    ValueError
        The expression has any other part.

    Examples
    --------
    >>> admits = constraint_of("fast < slow and slow % 2 == 0", ["fast", "slow"])
    >>> admits({"fast": 5, "slow": 10}), admits({"fast": 5, "slow": 9})
    (True, False)
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        _check(tree, text, names)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, ValueError) and "--constraint" in str(error):
            raise
        raise errors.bad_expression(text, "it cannot be read", names) from None

    def admits(parameters: Any) -> bool:
        return bool(_value(tree, parameters))

    return admits


def _check(node: ast.expr, text: str, names: Sequence[str]) -> None:
    """Refuse every node that `_value` does not know."""
    children: list[ast.expr]
    match node:
        case ast.Constant(value=value) if isinstance(value, _CONSTANTS):
            children = []
        case ast.Name(id=name):
            if name not in names:
                raise errors.bad_expression(text, f"{name!r} is no parameter", names)
            children = []
        case ast.BinOp(left, op, right) if type(op) in _BINARY:
            children = [left, right]
        case ast.UnaryOp(op, operand) if type(op) in _UNARY:
            children = [operand]
        case ast.BoolOp(_, values):
            children = values
        case ast.Compare(left, ops, comparators) if all(type(op) in _COMPARISONS for op in ops):
            children = [left, *comparators]
        case ast.Tuple(elts) | ast.List(elts):
            children = elts
        case _:
            raise errors.bad_expression(text, f"{ast.unparse(node)!r} is not allowed", names)
    for child in children:
        _check(child, text, names)


def _value(node: ast.expr, parameters: Any) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(id=name):
            return parameters[name]
        case ast.BinOp(left, op, right):
            return _BINARY[type(op)](_value(left, parameters), _value(right, parameters))
        case ast.UnaryOp(op, operand):
            return _UNARY[type(op)](_value(operand, parameters))
        case ast.BoolOp(op, values):
            return _decided(isinstance(op, ast.Or), values, parameters)
        case ast.Compare(left, ops, comparators):
            return _compared(_value(left, parameters), ops, comparators, parameters)
        case ast.Tuple(elts) | ast.List(elts):
            return [_value(element, parameters) for element in elts]
    raise AssertionError(ast.dump(node))


def _decided(ends_if: bool, values: list[ast.expr], parameters: Any) -> Any:
    """Give the value at which `or` (ends if true) or `and` ends, as Python does."""
    value = None
    for node in values:
        value = _value(node, parameters)
        if bool(value) is ends_if:
            break
    return value


def _compared(
    left: Any, ops: list[ast.cmpop], comparators: list[ast.expr], parameters: Any
) -> bool:
    for op, comparator in zip(ops, comparators, strict=True):
        right = _value(comparator, parameters)
        if not _COMPARISONS[type(op)](left, right):
            return False
        left = right
    return True
