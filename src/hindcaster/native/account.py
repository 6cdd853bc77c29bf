"""The account as strategies see it: position, orders, trades, and what they ask of the broker."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from hindcaster.engine import codes
from hindcaster.native import kinds, slots, terms
from hindcaster.native.kinds import BOOL, FLOAT, INT, NONE, NP_FLOAT
from hindcaster.native.numbers import as_float, exact
from hindcaster.native.own import OPEN_PROFIT
from hindcaster.native.values import (
    Array,
    Const,
    Interned,
    Method,
    Order,
    Position,
    Scalar,
    Trade,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

PLAIN_BOOL: Final = frozenset({BOOL})
NUMPY: Final = frozenset({NP_FLOAT})
NUMBER_TAG: Final = 1 << 40  # tag numbers from here on are places in the program's own list
NAMED_TAG: Final = 1 << 41  # from here on, constants of the program
MANY: Final = float(2**40)  # bars and records are fewer


# -- reading ---------------------------------------------------------------------------------


def position_attribute(tr: Translator, name: str, node: ast.AST) -> Value:
    """Read ``self.position.name``."""
    if name == "size":
        if terms.lots_of(tr) != 1.0:
            return Scalar(frozenset({FLOAT}), tr.fresh("account.net_size"))
        return Scalar(frozenset({INT}), "int(account.net_size)", "", MANY**1.5)
    if name == "pl":
        return Scalar(NUMPY, OPEN_PROFIT)
    if name == "is_long":
        return Scalar(PLAIN_BOOL, "(account.net_size > 0.0)")
    if name == "is_short":
        return Scalar(PLAIN_BOOL, "(account.net_size < 0.0)")
    if name == "pl_pct":
        return _position_percent(tr)
    if name == "close":
        return Method(Position(), name)
    raise tr.refusal(node, f"self.position has no attribute {name}")


def _position_percent(tr: Translator) -> Scalar:
    from hindcaster.native.reductions import float_total

    held = Array(
        FLOAT,
        "account.n_active",
        lambda i: f"(abs(trades[active[{i}]].size) * trades[active[{i}]].entry_price)",
    )
    invested = float_total(tr, held)
    value, tag = tr.fresh("0.0"), tr.fresh(str(INT))
    with tr.nested(f"if {invested} != 0.0:"):
        tr.emit(f"{value} = 100.0 * {OPEN_PROFIT} / {invested}")
        tr.emit(f"{tag} = {NP_FLOAT}")
    return Scalar(frozenset({INT, NP_FLOAT}), value, tag)


def index_of(tr: Translator, handle: Order | Trade, node: ast.AST) -> str:
    """Return the number of an order or trade that must be there."""
    code = handle.code if handle.code.isidentifier() else tr.fresh(handle.code)
    if handle.optional:
        tr.guard(f"{code} < 0", node, "None is used as an order or trade")
    return code


def _flagged_number(tr: Translator, value: str, is_float: str) -> Scalar:
    """Read a number that is a float only if a flag says so."""
    tag = tr.fresh(f"{FLOAT} if {is_float} else {INT}")
    return Scalar(frozenset({INT, FLOAT}), tr.fresh(value), tag)


def _price(tr: Translator, text: str) -> Scalar:
    """Read a price of an order: None if absent, the integer 0 if it is zero."""
    price = tr.fresh(text)
    tag = tr.fresh(f"{NONE} if {price} != {price} else {INT} if {price} == 0.0 else {FLOAT}")
    return Scalar(frozenset({NONE, INT, FLOAT}), price, tag)


def order_attribute(tr: Translator, order: Order, name: str, node: ast.AST) -> Value:
    """Read ``order.name``."""
    if name == "cancel":
        return Method(order, name)
    index = index_of(tr, order, node)
    record = f"orders[{index}]"
    if name == "size":
        return _flagged_number(tr, f"{record}.size", f"{record}.is_float != 0")
    if name in ("limit", "sl", "tp"):
        return _price(tr, f"{record}.{name}")
    if name == "stop":
        waits = f"{record}.stop_live != 0 or {record}.stop == 0.0"
        return _price(tr, f"{record}.stop if {waits} else nan")
    if name == "is_long":
        return Scalar(PLAIN_BOOL, tr.fresh(f"{record}.size > 0.0"))
    if name == "is_short":
        return Scalar(PLAIN_BOOL, tr.fresh(f"{record}.size < 0.0"))
    if name == "tag":
        return _tag(tr, f"{record}.tag", node)
    if name == "parent_trade":
        return Trade(tr.fresh(f"{record}.parent"), optional=True)
    if name == "is_contingent":
        found = tr.fresh("False")
        with tr.nested(f"if {record}.parent != {codes.ABSENT}:"):
            parent = f"trades[{record}.parent]"
            tr.emit(f"{found} = {parent}.sl_order == {index} or {parent}.tp_order == {index}")
        return Scalar(PLAIN_BOOL, found)
    raise tr.refusal(node, f"orders have no attribute {name}")


def trade_attribute(tr: Translator, trade: Trade, name: str, node: ast.AST) -> Value:
    """Read ``trade.name``."""
    if name == "close":
        return Method(trade, name)
    index = index_of(tr, trade, node)
    record = f"trades[{index}]"
    closed = f"{record}.exit_bar != {codes.ABSENT}"
    match name:
        case "size":
            return _flagged_number(tr, f"{record}.size", f"{record}.is_float != 0")
        case "entry_price":
            return Scalar(NUMPY, tr.fresh(f"{record}.entry_price"))
        case "entry_bar":
            return Scalar(frozenset({INT}), tr.fresh(f"{record}.entry_bar"), "", MANY)
        case "exit_price":
            tag = tr.fresh(f"{NP_FLOAT} if {closed} else {NONE}")
            return Scalar(frozenset({NONE, NP_FLOAT}), tr.fresh(f"{record}.exit_price"), tag)
        case "exit_bar":
            tag = tr.fresh(f"{INT} if {closed} else {NONE}")
            return Scalar(frozenset({NONE, INT}), tr.fresh(f"{record}.exit_bar"), tag, MANY)
        case "entry_time":
            from hindcaster.native.data import label

            return label(tr, tr.fresh(f"{record}.entry_bar"), node)
        case "is_long" | "is_short":
            sign = ">" if name == "is_long" else "<="
            return Scalar(PLAIN_BOOL, tr.fresh(f"{record}.size {sign} 0.0"))
        case "tag":
            return _tag(tr, f"{record}.tag", node)
        case "sl" | "tp":
            return _bracket(tr, record, name)
        case "pl" | "pl_pct" | "value":
            return _profit(tr, record, closed, name, node)
    raise tr.refusal(node, f"`{name}` of a trade is not supported in compiled code")


def _bracket(tr: Translator, record: str, name: str) -> Scalar:
    order = tr.fresh(f"{record}.{name}_order")
    price, tag = tr.fresh("nan"), tr.fresh(str(NONE))
    with tr.nested(f"if {order} != {codes.ABSENT}:"):
        tr.emit(f"{price} = orders[{order}].{'stop' if name == 'sl' else 'limit'}")
        tr.emit(f"{tag} = {FLOAT}")
    return Scalar(frozenset({NONE, FLOAT}), price, tag)


def _profit(tr: Translator, record: str, closed: str, name: str, node: ast.AST) -> Scalar:
    price = tr.fresh(f"{record}.exit_price if {closed} else close[bar]")
    size = tr.fresh(f"{record}.size")
    if name == "value":
        return Scalar(NUMPY, f"(abs({size}) * {price})")
    entry = tr.fresh(f"{record}.entry_price")
    fee = tr.fresh(f"{record}.commission")
    if name == "pl":
        return Scalar(NUMPY, f"({size} * ({price} - {entry}) - {fee})")
    tr.guard(f"{entry} == 0.0", node, "a trade entered at a price of zero")
    side = tr.fresh(f"1.0 if {size} > 0.0 else -1.0")
    gross = f"{side} * ({price} / {entry} - 1.0)"
    return Scalar(NUMPY, tr.fresh(f"{gross} - {fee} / (abs({size}) * {entry})"))


# -- tags ------------------------------------------------------------------------------------


def _tag(tr: Translator, text: str, node: ast.AST) -> Value:
    """Read a tag: numbers and named constants can be told apart only if all are of one sort."""
    if "mixed tags" in tr.memory.facts or tr.subject.strategy._account.broker.tags:
        raise tr.refusal(
            node,
            "tags of several sorts are read",
            "tags that are all numbers, or all constant texts, none of them placed in init()",
        )
    tr.assume(lambda run: bool(run.strategy._account.broker.tags), False)
    number = tr.fresh(text)
    slot = tr.memory.slots.get("tags")
    if slot is None or slot.kinds == slots.ONLY_NONE:
        return Const(None)
    if slot.what == "interned":
        none = tr.intern(None)
        return Interned(tr.fresh(f"{number} - {NAMED_TAG} if {number} >= 0 else {none}"))
    value, tag = tr.fresh("0.0"), tr.fresh(str(NONE))
    with tr.nested(f"if {number} >= 0:"):
        tr.emit(f"{value} = tag_values[{number} - {NUMBER_TAG}]")
        tr.emit(f"{tag} = tag_kinds[{number} - {NUMBER_TAG}]")
    found = slot.kinds | {NONE}
    if kinds.storage(found) != FLOAT:
        base = kinds.storage(found)
        value = tr.fresh(f"int({value})" if base == INT else f"({value} != 0.0)")
    return Scalar(found, value, tag)


def _tag_number(tr: Translator, value: Value, node: ast.AST) -> str:
    """Return the number that an order's record keeps for its tag."""
    if isinstance(value, Const) and value.value is None:
        return str(codes.ABSENT)
    if isinstance(value, Const) and tr.slot_for(value) is None:
        tr.depend(value)
        tr.memory.facts.add("mixed tags")
        if not isinstance(value.value, (tuple, bytes, frozenset)):
            raise tr.refusal(node, f"the tag is {tr.describe(value)}", "numbers or texts as tags")
        return str(NAMED_TAG + tr.intern(value.value))
    found, known = tr.slot_for(value), tr.memory.slots.get("tags")
    if found is None or found.what not in ("number", "interned"):
        raise tr.refusal(node, f"the tag is {tr.describe(value)}", "numbers or texts as tags")
    joined = found if known is None else slots.join(known, found)
    if joined is None:
        if "mixed tags" not in tr.memory.facts:
            tr.memory.facts.add("mixed tags")
            tr.memory.changed = True
    elif joined != known:
        tr.memory.slots["tags"] = joined
        tr.memory.changed = True
    if found.what == "interned":
        code = tr.interned(value, node).code
        none = [n for n, c in enumerate(tr.memory.constants) if c is None]
        text = f"{NAMED_TAG} + {code}"
        return tr.fresh(f"-1 if {code} == {none[0]} else {text}" if none else text)
    return _numeric_tag(tr, tr.number(value, node), node)


def _numeric_tag(tr: Translator, number: Scalar, node: ast.AST) -> str:
    if number.kinds == slots.ONLY_NONE:
        return str(codes.ABSENT)
    tr.uses_tags = True
    kept = exact(tr, number, node)
    tag = kept.tag or str(next(iter(kept.kinds)))
    place = tr.fresh("n_tags")
    tr.guard(f"{place} >= tag_values.size", node, "more tags than orders have room")
    tr.emit(f"tag_values[{place}] = {as_float(kept)}")
    tr.emit(f"tag_kinds[{place}] = {tag}")
    tr.emit("n_tags += 1")
    number_text = tr.fresh(f"{NUMBER_TAG} + {place}")
    if NONE in number.kinds:
        return tr.fresh(f"-1 if {tag} == {NONE} else {number_text}")
    return number_text


# -- asking the broker -----------------------------------------------------------------------


def _done(tr: Translator, result: str, node: ast.AST) -> None:
    """Leave the loop if the engine did not do what it was asked for."""
    with tr.nested(f"if {result} == {codes.NEED_ROOM}:"):
        tr.emit("ci[1] = bar")
        tr.emit(f"return {codes.NEED_ROOM - 100}")
    tr.guard(f"{result} < 0", node, "the broker refuses the request")
    tr.emit("wake = bar + 1")


def optional_price(tr: Translator, value: Value, node: ast.AST) -> str:
    """Text of a price for the engine, NaN for None; of a series the last element."""
    if isinstance(value, Array):
        from hindcaster.native.arrays import element

        if not value.series:
            raise tr.refusal(node, "an array stands where a price is needed", "one of its elements")
        value = element(tr, value, Const(-1), node)
    number = tr.number(value, node)
    if number.kinds == slots.ONLY_NONE:
        return "nan"
    text = as_float(number)
    price = tr.fresh(text)
    if NONE not in number.kinds:
        tr.guard(f"{price} != {price}", node, "a price that is NaN")
        return price
    tag = tr.fresh(number.tag)
    tr.guard(f"{tag} != {NONE} and {price} != {price}", node, "a price that is NaN")
    return tr.fresh(f"nan if {tag} == {NONE} else {price}")


def place(tr: Translator, side: int, arguments: dict[str, Value], node: ast.AST) -> Value:
    """`self.buy` or `self.sell`."""
    names = ("size", "limit", "stop", "sl", "tp", "tag")
    unknown = [name for name in arguments if name not in (*names, *terms.NAMES)]
    if unknown:
        tr.leave_always(node, f"an argument {unknown[0]}, which there is not")
    if terms.is_absent(arguments.get("units")):
        size = _size(tr, arguments.get("size"), node)
    else:
        if "size" in arguments:
            tr.leave_always(node, "size and units at once")
        size = terms.units(tr, arguments["units"], node)
    prices = [optional_price(tr, arguments.get(name, Const(None)), node) for name in names[1:5]]
    tag = _tag_number(tr, arguments.get("tag", Const(None)), node)
    found = terms.terms_of(tr, arguments, prices[0], prices[1], node)
    call = f"engine_place({tr.engine('place')}, handle, bar, {'-' * (side < 0)}{size}"
    order = tr.fresh(f"{call}, {', '.join(prices)}, {tag})")
    _done(tr, order, node)
    if found is not None:
        terms.add(tr, order, found)
    return Order(order)


def _size(tr: Translator, value: Value | None, node: ast.AST) -> str:
    if value is None:
        return "full_size"
    number = tr.plain(value, node)
    text = as_float(number)
    size = tr.fresh(text)
    whole = f"{size} >= 1.0 and {size} < inf"
    if terms.lots_of(tr) == 1.0:
        whole += f" and {size} == np.rint({size})"
    if any(kinds.level(kind) == 2 for kind in number.kinds):
        whole = "False"  # Python cannot round arrays without dimensions
    tr.guard(f"not ((0.0 < {size} and {size} < 1.0) or ({whole}))", node, "a size out of range")
    return terms.shared_or_units(tr, number, size)


def close_trade(tr: Translator, index: str, portion: Value | None, node: ast.AST) -> None:
    """`trade.close(portion)`."""
    share = "1.0" if portion is None else _portion(tr, portion, node)
    result = tr.fresh(f"engine_close({tr.engine('close')}, handle, bar, {index}, {share})")
    _done(tr, result, node)


def _portion(tr: Translator, value: Value, node: ast.AST) -> str:
    number = tr.plain(value, node)
    text = as_float(number)
    share = tr.fresh(text)
    tr.guard(f"not (0.0 < {share} and {share} <= 1.0)", node, "a portion out of range")
    return share


def close_position(tr: Translator, portion: Value | None, node: ast.AST) -> None:
    """`self.position.close(portion)`: every open trade, by entry."""
    kept = None if portion is None else tr.spill(portion)
    count, index = tr.fresh("account.n_active"), tr.new_name("k")
    with tr.nested(f"for {index} in range({count}):"):
        close_trade(tr, f"active[{index}]", kept, node)


def move_bracket(tr: Translator, trade: Trade, name: str, value: Value, node: ast.AST) -> None:
    """`trade.sl = price` or `trade.tp = price`."""
    index = index_of(tr, trade, node)
    role = codes.STOP_LOSS if name == "sl" else codes.TAKE_PROFIT
    if isinstance(value, Array):
        raise tr.refusal(node, "a series stands where a price is needed", "one of its elements")
    number = tr.number(value, node)
    if number.kinds == slots.ONLY_NONE:
        price = "nan"
    else:
        text = as_float(number)
        price = tr.fresh(text)
        bad = f"not (0.0 < {price} and {price} < inf)"
        if NONE in number.kinds:
            tag = tr.fresh(number.tag)
            tr.guard(f"{tag} != {NONE} and {bad}", node, "a price out of range")
            price = tr.fresh(f"nan if {tag} == {NONE} else {price}")
        else:
            tr.guard(bad, node, "a price out of range")
    call = f"engine_move({tr.engine('move')}, handle, bar, {index}, {role}, {price})"
    result = tr.fresh(call)
    with tr.nested(f"if {result} == {codes.NEED_ROOM}:"):
        tr.emit("ci[1] = bar")
        tr.emit(f"return {codes.NEED_ROOM - 100}")
    tr.guard(f"{result} < {codes.ABSENT}", node, "the trade is closed")
    tr.emit("wake = bar + 1")


def cancel(tr: Translator, order: Order, node: ast.AST) -> None:
    """`order.cancel()`."""
    index = index_of(tr, order, node)
    result = tr.fresh(f"engine_cancel({tr.engine('cancel')}, handle, bar, {index})")
    _done(tr, result, node)
