"""Going through sequences: loops, comprehensions, and what consumes them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hindcaster.native import kinds, slots
from hindcaster.native.expressions import expression, reached, restore, truth
from hindcaster.native.kinds import BOOL, INT
from hindcaster.native.scopes import Frame
from hindcaster.native.values import (
    Array,
    Book,
    Comprehension,
    Const,
    Group,
    Interned,
    Labels,
    Order,
    Range,
    Rows,
    Scalar,
    Steps,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hindcaster.native.translator import Translator


@dataclass(frozen=True)
class Sequence:
    """Something with a length and members by position."""

    count: str
    item: Callable[[str], Value]


def as_group(tr: Translator, value: Value, node: ast.AST) -> Group | None:
    """Take a value as a tuple whose members are known one by one."""
    from hindcaster.native.own import from_constant

    if isinstance(value, Group):
        return value
    if isinstance(value, Rows):
        return Group(value.rows)
    if isinstance(value, Const) and isinstance(value.value, (tuple, list, set, frozenset)):
        items = list(value.value)
        if len(items) > 64:
            return None
        if value.path is None:
            return Group(tuple(Const(item) for item in items))
        if isinstance(value.value, (set, frozenset)):
            path = value.path
            tr.dependencies.append((lambda run: _listed(path(run)), _listed(items)))
            return Group(tuple(Const(item) for item in items))
        found = from_constant(tr, value, ("global", id(value.value)), node)
        return found if isinstance(found, Group) else None
    return None


def _listed(members: Any) -> list[str]:
    """Texts of a set's members, to compare sets by."""
    return sorted(map(repr, members))


def as_sequence(tr: Translator, value: Value, node: ast.AST) -> Sequence | None:
    """Take a value as a sequence to loop over; None if its members differ in type."""
    match value:
        case Book():
            kept = tr.snapshot(value)
            return Sequence(kept.count, kept.item)
        case Array():
            found = frozenset({3 + value.base})
            return Sequence(value.length, lambda i: Scalar(found, value.at(i)))
        case Range():
            start = value.start.code
            step = "" if value.step == 1 else f"{value.step} * "
            count = range_count(tr, value)
            limit = max(value.start.limit, value.stop.limit)
            python = frozenset({INT})
            return Sequence(count, lambda i: Scalar(python, f"({start} + {step}{i})", "", limit))
        case Labels():
            from hindcaster.native.data import label

            def python_label(i: str) -> Value:  # pandas gives Python's numbers one by one
                found = label(tr, f"({value.first} + {i})", node)
                if isinstance(found, Scalar):
                    return replace(found, kinds=frozenset(map(kinds.base, found.kinds)))
                return found

            return Sequence(value.length, python_label)
        case Steps():
            return _of_steps(tr, value, node)
        case Group() | Const():
            return _of_numbers(tr, value, node)
    return None


def range_count(tr: Translator, value: Range) -> str:
    """Text of the number of steps of a range."""
    gap = f"{value.stop.code} - {value.start.code}"
    if value.step == 1:
        return tr.fresh(f"max({gap}, 0)")
    if value.step > 0:
        return tr.fresh(f"max(({gap} + {value.step - 1}) // {value.step}, 0)")
    return tr.fresh(f"max((({gap}) + {value.step + 1}) // {value.step}, 0)")


def _of_numbers(tr: Translator, value: Group | Const, node: ast.AST) -> Sequence | None:
    from hindcaster.native.arrays import from_group

    group = as_group(tr, value, node)
    if group is None or len(group.items) < 2:
        return None
    if not all(isinstance(item, (Scalar, Const)) for item in group.items):
        return None
    if any(isinstance(i, Const) and kinds.kind_of(i.value) is None for i in group.items):
        return None
    numbers = [tr.number(item, node) for item in group.items]
    if len({number.kinds for number in numbers}) > 1 or kinds.NONE in numbers[0].kinds:
        return None
    if numbers[0].tag:
        return None
    array = from_group(tr, group, node)
    limit = max(number.limit for number in numbers)
    return Sequence(str(len(numbers)), lambda i: Scalar(numbers[0].kinds, array.at(i), "", limit))


def _of_steps(tr: Translator, value: Steps, node: ast.AST) -> Sequence | None:
    parts = [as_sequence(tr, part, node) for part in value.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    count = known[0].count
    for part in known[1:]:
        count = tr.fresh(f"min({count}, {part.count})")
    if value.how == "reversed":
        last = tr.fresh(f"{count} - 1")
        return Sequence(count, lambda i: known[0].item(f"({last} - {i})"))
    if value.how == "enumerate":
        start = tr.integer(value.start, node)
        python = frozenset({INT})

        def numbered(i: str) -> Value:
            number = Scalar(python, f"({start.code} + {i})", "", start.limit + 2.0**40)
            return Group((number, known[0].item(i)))

        return Sequence(count, numbered)
    return Sequence(count, lambda i: Group(tuple(part.item(i) for part in known)))


def _unrolled(tr: Translator, value: Value, node: ast.AST) -> list[Value] | None:
    """Members of what is known one by one."""
    if isinstance(value, Steps):
        parts = [_unrolled(tr, part, node) for part in value.parts]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if value.how == "reversed":
            return known[0][::-1]
        if value.how == "enumerate":
            start = tr.spill(tr.integer(value.start, node))
            assert isinstance(start, Scalar)
            return [
                Group(
                    (Scalar(frozenset({INT}), f"({start.code} + {i})", "", start.limit + i), item)
                )
                for i, item in enumerate(known[0])
            ]
        return [Group(items) for items in zip(*known, strict=False)]
    group = as_group(tr, value, node)
    return None if group is None else list(group.items)


def each(
    tr: Translator,
    value: Value,
    node: ast.AST,
    body: Callable[[Value], None],
    stop: str = "",
) -> None:
    """Go through an iterable; the text `stop` ends it before the next member is looked at."""
    if isinstance(value, Comprehension):
        _each_of(tr, value, body, stop)
        return
    sequence = as_sequence(tr, value, node)
    if sequence is not None:
        index = tr.new_name("k")
        with tr.nested(f"for {index} in range({sequence.count}):"), in_loop(tr, ""):
            if stop:
                with tr.nested(f"if {stop}:"):
                    tr.emit("break")
            body(tr.spill(sequence.item(index)))
        return
    items = _unrolled(tr, value, node)
    if items is None:
        raise tr.refusal(node, f"a loop over {tr.describe(value)}", "a loop over range(...)")
    flag = tr.fresh("False", "e")
    for item in items:
        with tr.nested(f"while not {stop or flag}:"), in_loop(tr, flag):
            if stop:
                with tr.nested(f"if {flag}:"):
                    tr.emit("break")
            body(item)
            tr.emit("break")


@contextmanager
def in_loop(tr: Translator, flag: str) -> Iterator[None]:
    """Translate the body of a loop."""
    frame = tr.frame
    tr.loops.append(flag)
    frame.unrolled += bool(flag)
    try:
        yield
    finally:
        tr.loops.pop()
        frame.unrolled -= bool(flag)


def _each_of(
    tr: Translator,
    lazy: Comprehension,
    body: Callable[[Value], None],
    stop: str,
    source: Value | None = None,
) -> None:
    """Go through a comprehension in a scope of its own."""
    from hindcaster.native.calls import new_frame

    targets: dict[str, int] = {}
    for generator in lazy.node.generators:
        for inner in ast.walk(generator.target):
            if isinstance(inner, ast.Name):
                targets[inner.id] = targets.get(inner.id, 0) + 1
    outer: Frame = lazy.frame
    frame = new_frame(tr, lazy.node, outer.around, outer, targets)
    tr.begin_variables(f"f{frame.number}_")
    before = reached(tr)
    tr.frames.append(frame)
    try:
        _generate(tr, lazy.node, 0, body, stop, source)
    finally:
        tr.frames.pop()
        restore(before)


def _generate(
    tr: Translator,
    node: ast.GeneratorExp | ast.ListComp,
    depth: int,
    body: Callable[[Value], None],
    stop: str,
    source: Value | None = None,
) -> None:
    if depth == len(node.generators):
        body(expression(tr, node.elt))
        return
    generator = node.generators[depth]
    if generator.is_async:
        raise tr.refusal(node, "asynchronous comprehensions are not supported")

    def filtered(item: Value) -> None:
        from hindcaster.native.statements import bind

        bind(tr, generator.target, item, node)
        _under(tr, list(generator.ifs), lambda: _generate(tr, node, depth + 1, body, stop))

    source = expression(tr, generator.iter) if source is None else source
    each(tr, source, generator.iter, filtered, stop)


def _under(tr: Translator, conditions: list[ast.expr], inner: Callable[[], None]) -> None:
    if not conditions:
        inner()
        return
    with tr.nested(f"if {truth(tr, conditions[0])}:"):
        _under(tr, conditions[1:], inner)


def selected(tr: Translator, lazy: Comprehension) -> Value:
    """Run a list comprehension with one ``for``: its numbers, orders or trades."""
    node = lazy.node
    if len(node.generators) != 1:
        raise tr.refusal(node, "a list made by two loops", "a loop that counts or adds")
    source = tr.spill(expression(tr, node.generators[0].iter))
    count, place = tr.fresh("0"), tr.new_name("m")
    where = f"{tr.frame.number}_{node.lineno}_{node.col_offset}"
    variable = f"list{where}"

    def keep(item: Value) -> None:
        slot = tr.widen(variable, item, node) if tr.slot_for(item) is not None else None
        if slot is None or slot.what not in ("number", "interned", "order", "trade"):
            raise tr.refusal(
                node, f"a list of {tr.describe(item)}", "a loop that uses them at once"
            )
        tr.store(variable, slot, item, node)
        for part, _ in slots.components(slot, variable):
            tr.emit(f"{place}{'_k' * (part != variable)}[{count}] = {part}")
        tr.emit(f"{count} += 1")

    with tr.captured() as loop:
        _each_of(tr, lazy, keep, "", source)
    slot = tr.memory.slots.get(variable)
    if slot is None:
        return Group(())
    most = _most(tr, source, node)
    base = kinds.storage(slot.kinds) if slot.what == "number" else INT
    tr.emit(f"{place} = np.empty({most}, {('bool_', 'int64', 'float64')[base]})")
    if slot.tagged:
        tr.emit(f"{place}_k = np.empty({most}, int64)")
    tr.extend(loop)
    return Book(count, lambda i: _member(slot, place, i))


def _member(slot: slots.Slot, place: str, i: str) -> Value:
    """Member of a list that was made."""
    code = f"{place}[{i}]"
    if slot.what == "order":
        return Order(code, slot.optional)
    if slot.what == "trade":
        return Trade(code, slot.optional)
    if slot.what == "interned":
        return Interned(code)
    return Scalar(slot.kinds, code, f"{place}_k[{i}]" if slot.tagged else "")


def chained(tr: Translator, first: Book, second: Book, node: ast.AST) -> Book:
    """Put two sequences of the same sort one after the other."""
    one, two = tr.snapshot(first), tr.snapshot(second)
    items = one.item("0"), two.item("0")
    sorts = {(type(i), i.kinds if isinstance(i, Scalar) else None) for i in items}
    tagged = any(isinstance(i, Scalar) and i.tag for i in items)
    sample: Any = items[0]
    if len(sorts) > 1 or tagged or not isinstance(sample, (Scalar, Order, Trade)):
        raise tr.refusal(node, "sequences of several sorts are put together", "two loops")

    def item(i: str) -> Value:
        late: Any = two.item(f"({i} - {one.count})")
        early: Any = one.item(i)
        text = f"({early.code} if {i} < {one.count} else {late.code})"
        return replace(sample, code=text)

    return Book(tr.fresh(f"{one.count} + {two.count}"), item)


def _most(tr: Translator, source: Value, node: ast.AST) -> str:
    """Text of a length that the list does not exceed."""
    match source:
        case Book():
            return source.count
        case Array():
            return tr.fresh(source.length)
        case Range():
            return range_count(tr, source)
        case Steps():
            return _most(tr, source.parts[0], node)
    group = as_group(tr, source, node)
    if group is not None:
        return str(len(group.items))
    raise tr.refusal(node, f"a list made of {tr.describe(source)}", "a loop that uses them at once")


def some_or_every(tr: Translator, value: Value, node: ast.AST, every: bool) -> Scalar:
    """`any(...)` or `all(...)`."""
    from hindcaster.native.expressions import truth_of

    result = tr.fresh(str(every))

    def look(item: Value) -> None:
        with tr.nested(f"if {'not ' * every}{truth_of(tr, item, node)}:"):
            tr.emit(f"{result} = {not every}")

    each(tr, value, node, look, stop=f"(not {result})" if every else result)
    return Scalar(frozenset({BOOL}), result)


def added(tr: Translator, value: Value, start: Value, node: ast.AST) -> Value:
    """`sum(...)`: one after the other."""
    import sys

    from hindcaster.native import numbers

    name = f"sum{tr.frame.number}_{getattr(node, 'lineno', 0)}_{getattr(node, 'col_offset', 0)}"
    begin = tr.plain(start, node)
    tr.widen(name, begin, node)
    slot = tr.memory.slots[name]
    tr.store(name, slot, begin, node)

    def add(item: Value) -> None:
        number = tr.plain(item, node)
        if sys.version_info >= (3, 12) and kinds.FLOAT in number.kinds:
            raise tr.refusal(
                node, "sum() of Python floats compensates its rounding", "a loop that adds"
            )
        so_far = slots.loaded(tr.memory.slots[name], name)
        result = numbers.binary(tr, "+", tr.number(so_far, node), number, node)
        tr.widen(name, result, node)
        tr.store(name, tr.memory.slots[name], result, node)

    each(tr, value, node, add)
    return tr.spill(slots.loaded(tr.memory.slots[name], name))


def best_of(
    tr: Translator,
    value: Value,
    sign: str,
    key: Callable[[Value], Value] | None,
    default: Value | None,
    node: ast.AST,
) -> Value:
    """`max(...)` or `min(...)` of an iterable: the first of the best."""
    from hindcaster.native import numbers

    label = f"{tr.frame.number}_{getattr(node, 'lineno', 0)}_{getattr(node, 'col_offset', 0)}"
    name, rank = f"best{label}", f"rank{label}"
    seen = tr.fresh("False")
    for variable in (name, rank):
        if variable in tr.memory.slots:
            for part, empty in slots.components(tr.memory.slots[variable], variable):
                tr.emit(f"{part} = {empty}")

    def look(item: Value) -> None:
        item = tr.spill(item)
        ranked = tr.plain(item if key is None else key(item), node)
        for variable, found in ((name, item), (rank, ranked)):
            tr.widen(variable, found, node)
        better = tr.fresh(f"not {seen}")
        best = tr.number(slots.loaded(tr.memory.slots[rank], rank), node)
        with tr.nested(f"if {seen}:"):
            result = numbers.compared(tr, sign, ranked, best, node)
            tr.emit(f"{better} = {numbers.truth_of(result)}")
        with tr.nested(f"if {better}:"):
            tr.store(name, tr.memory.slots[name], item, node)
            tr.store(rank, tr.memory.slots[rank], ranked, node)
        tr.emit(f"{seen} = True")

    each(tr, value, node, look)
    if default is None:
        tr.guard(f"not {seen}", node, "max() or min() of nothing")
    elif name in tr.memory.slots or tr.slot_for(default) is not None:
        tr.widen(name, default, node)
        with tr.nested(f"if not {seen}:"):
            tr.store(name, tr.memory.slots[name], default, node)
    if name not in tr.memory.slots:
        return Const(None) if default is None else default
    return tr.spill(slots.loaded(tr.memory.slots[name], name))
