"""Square brackets: reading, and assigning to typed arrays."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from hindcaster.native import arrays, kinds
from hindcaster.native.expressions import expression
from hindcaster.native.slots import converted
from hindcaster.native.translator import is_only_none
from hindcaster.native.values import (
    Array,
    Book,
    Const,
    Data,
    Group,
    Labels,
    Rows,
    Scalar,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def subscript(tr: Translator, value: Value, index: ast.expr, node: ast.AST) -> Value:
    """Read ``value[index]``."""
    if is_only_none(value):
        raise tr.unreached(node, "an element of None")
    match value:
        case Array():
            return _of_array(tr, value, index, node)
        case Rows():
            return _of_rows(tr, value, index, node)
        case Group():
            return _of_group(tr, value, index, node)
        case Book():
            return _of_book(tr, value, index, node)
        case Data():
            from hindcaster.native.data import column

            name = expression(tr, index)
            if not isinstance(name, Const):
                raise tr.refusal(node, "a column is chosen at run time", "a literal name")
            tr.depend(name)
            return column(tr, name.value, node)
        case Labels():
            from hindcaster.native.data import label, sliced_labels

            if isinstance(index, ast.Slice):
                return sliced_labels(tr, value, index, node)
            place = arrays.position(tr, value.length, _least(value), expression(tr, index), node)
            return label(tr, place if value.first == "0" else f"({value.first} + {place})", node)
        case Const():
            return _of_constant(tr, value, index, node)
    raise tr.refusal(node, f"{tr.describe(value)} has no elements in compiled code")


def _least(labels: Labels) -> int:
    return 2 if labels.length == arrays.BARS else 0


def _of_array(tr: Translator, array: Array, index: ast.expr, node: ast.AST) -> Value:
    if isinstance(index, ast.Slice):
        return arrays.sliced(tr, array, index, node)
    value = expression(tr, index)
    if isinstance(value, Array):
        if value.base != kinds.BOOL:
            raise tr.refusal(node, "an array is indexed by positions in an array", "a loop")
        raise tr.refusal(node, "an array is selected from by a mask", "np.where, or a loop")
    return arrays.element(tr, array, value, node)


def _of_rows(tr: Translator, rows: Rows, index: ast.expr, node: ast.AST) -> Value:
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        first, second = index.elts
        if isinstance(first, ast.Slice):
            return _across(tr, _chosen_rows(tr, rows, first, node), second, node)
        chosen = subscript(tr, rows, first, node)
        if isinstance(chosen, Array):
            return _of_array(tr, chosen, second, node)
        raise tr.refusal(node, "several rows at once", "one row at a time: self.band[0][-1]")
    if isinstance(index, ast.Slice):
        return _chosen_rows(tr, rows, index, node)
    number = arrays.known_integer(expression(tr, index))
    if number is None:
        raise tr.refusal(node, "a row is chosen at run time", "a literal number")
    if not -len(rows.rows) <= number < len(rows.rows):
        tr.leave_always(node, "an index outside of the rows")
        number = 0
    return rows.rows[number]


def _chosen_rows(tr: Translator, rows: Rows, part: ast.Slice, node: ast.AST) -> Rows:
    chosen = _of_group(tr, Group(rows.rows), part, node)
    assert isinstance(chosen, Group)
    return Rows(tuple(row for row in chosen.items if isinstance(row, Array)))


def _across(tr: Translator, rows: Rows, index: ast.expr, node: ast.AST) -> Value:
    """Read one place, or a slice, of several rows."""
    if not rows.rows:
        raise tr.refusal(node, "no rows at all")
    if isinstance(index, ast.Slice):
        return Rows(tuple(arrays.sliced(tr, row, index, node) for row in rows.rows))
    place = tr.spill(expression(tr, index))
    items = tuple(arrays.element(tr, row, place, node) for row in rows.rows)
    return replace(arrays.from_group(tr, Group(items), node), series=True, writable="")


def _of_group(tr: Translator, group: Group, index: ast.expr, node: ast.AST) -> Value:
    if isinstance(index, ast.Slice):
        edges = []
        for edge in (index.lower, index.upper, index.step):
            number = None if edge is None else arrays.known_integer(expression(tr, edge))
            if edge is not None and number is None:
                raise tr.refusal(node, "a tuple is sliced at run time", "literal bounds")
            edges.append(number)
        return Group(group.items[slice(*edges)])
    place = expression(tr, index)
    number = arrays.known_integer(place)
    if number is not None:
        if not -len(group.items) <= number < len(group.items):
            tr.leave_always(node, "an index outside of the tuple")
            return group.items[0] if group.items else Const(None)
        return group.items[number]
    numbers = [tr.plain(item, node) for item in group.items]
    if len({item.kinds for item in numbers}) != 1 or any(item.tag for item in numbers):
        raise tr.refusal(node, "a tuple with members of several types is indexed at run time")
    array = arrays.from_group(tr, group, node)
    found = arrays.element(tr, replace(array, least=len(numbers)), place, node)
    return Scalar(numbers[0].kinds, found.code)


def _of_book(tr: Translator, book: Book, index: ast.expr, node: ast.AST) -> Value:
    if not isinstance(index, ast.Slice):
        place = arrays.position(tr, book.count, 0, expression(tr, index), node)
        return tr.spill(book.item(place))
    book = tr.snapshot(book) if book.live else book
    start, length, step = arrays.bounds(tr, book.count, 0, index, node)
    if step == -1:
        last = tr.fresh(f"{length} - 1")
        return Book(length, lambda i: book.item(f"({last} - {i})"))
    if start == "0":
        return Book(length, book.item)
    return Book(length, lambda i: book.item(f"({start} + {i})"))


def _of_constant(tr: Translator, value: Const, index: ast.expr, node: ast.AST) -> Value:
    """Look up a literal key in a constant dictionary."""
    from hindcaster.native.own import from_constant

    key = expression(tr, index)
    path = value.path
    if isinstance(value.value, dict) and isinstance(key, Const) and path is not None:
        tr.depend(key)
        if key.value not in value.value:
            tr.leave_always(node, "a key that is not in the dictionary")
            return Const(None)
        found = Const(value.value[key.value], lambda run: path(run).get(key.value))
        return from_constant(tr, found, ("item", id(value.value), key.value), node)
    if isinstance(value.value, (tuple, list)) and path is not None:
        group = from_constant(tr, value, ("global", id(value.value)), node)
        if isinstance(group, Group):
            return _of_group(tr, group, index, node)
    raise tr.refusal(
        node,
        f"{tr.describe(value)} is looked into while bars are worked",
        "attributes, tuples of numbers, typed NumPy arrays",
    )


def writable_array(tr: Translator, node: ast.Subscript) -> Array:
    """Take the array of which an element is assigned."""
    target = expression(tr, node.value)
    if not isinstance(target, Array) or target.memory is None:
        raise tr.refusal(
            node,
            f"an element of {tr.describe(target)} is assigned",
            "typed NumPy arrays made in init(), such as self.window = np.zeros(10)",
        )
    return target if target.writable else _made_writable(tr, node, target)


def assign_subscript(tr: Translator, node: ast.Subscript, value: Value) -> None:
    """Assign to an element or a slice of a typed array."""
    array = writable_array(tr, node)
    if isinstance(node.slice, ast.Slice):
        part = arrays.sliced(tr, array, node.slice, node)
        _assign_slice(tr, part, value, node)
        return
    place = arrays.position(tr, array.length, array.least, expression(tr, node.slice), node)
    assign_element(tr, array, place, value, node)


def assign_element(tr: Translator, array: Array, place: str, value: Value, node: ast.AST) -> None:
    """Assign to the element at a checked position."""
    name, first = array.memory or ("", "0")
    text = _as_element(tr, tr.plain(value, node), array.base, node)
    tr.emit(f"{name}[{place if first == '0' else f'{first} + {place}'}] = {text}")


def _made_writable(tr: Translator, node: ast.Subscript, target: Array) -> Array:
    """Turn a constant attribute into one that the program changes."""
    from hindcaster.native.own import MISSING, begin_attribute, variable_name
    from hindcaster.native.slots import loaded
    from hindcaster.native.source import mangled
    from hindcaster.native.values import Own

    holder = node.value
    if isinstance(holder, ast.Attribute) and isinstance(expression(tr, holder.value), Own):
        name = mangled(holder.attr, tr.frame.around.owner)
        own = vars(tr.subject.strategy).get(name, MISSING)
        if name not in tr.subject.run.revealed and own is not MISSING:
            if name not in tr.memory.written:
                tr.memory.written.add(name)
                tr.memory.changed = True
            begin_attribute(tr, name, node)
            array = loaded(tr.memory.slots[variable_name(name)], variable_name(name))
            assert isinstance(array, Array)
            return array
    raise tr.refusal(
        node,
        "an element of this array cannot be assigned",
        "an array attribute made in init(), assigned as self.name[...] = value",
    )


def _as_element(tr: Translator, number: Scalar, base: int, node: ast.AST) -> str:
    """Convert a number to the type of an array's elements, as NumPy does."""
    own = kinds.storage(number.kinds)
    if own == base:
        return number.code
    if own < base:
        return converted(number.code, own, base)
    if base == kinds.BOOL:
        return f"({number.code} != 0)"
    kept = tr.spill(number)
    assert isinstance(kept, Scalar)
    tr.guard(f"not abs({kept.code}) < 9.2e18", node, "a float that no integer can hold")
    return f"int({kept.code})"


def _assign_slice(tr: Translator, part: Array, value: Value, node: ast.AST) -> None:
    name, first = part.memory or ("", "0")
    index = tr.new_name("k")
    if isinstance(value, (Array, Group)):
        source = arrays.as_array(tr, value, node)
        if source.base > part.base:
            raise tr.refusal(node, "floats are assigned to a slice of integers or booleans")
        copy = tr.materialised(source)
        tr.guard(f"{copy}.size != {part.length}", node, "arrays of different lengths")
        text = converted(f"{copy}[{index}]", source.base, part.base)
    else:
        number = tr.spill(tr.plain(value, node))
        assert isinstance(number, Scalar)
        text = _as_element(tr, number, part.base, node)
    with tr.nested(f"for {index} in range({part.length}):"):
        tr.emit(f"{name}[{index if first == '0' else f'{first} + {index}'}] = {text}")
