"""The kernels that Python calls: each opens a handle, given as its address, for one operation."""

from hindcaster._jit import kernel
from hindcaster.engine import codes
from hindcaster.engine.costs import fee, slipped
from hindcaster.engine.ledger.orders import (
    add_conditions,
    move_bracket,
    place_close,
    place_order,
)
from hindcaster.engine.ledger.queue import cancel
from hindcaster.engine.ledger.state import has_room, open_ledger
from hindcaster.engine.ledger.step import advance, close_out, fill_equity


@kernel
def call_advance(handle: int, bar: int) -> int:
    """Work one bar: see `step.advance`."""
    return advance(open_ledger(handle), bar)


@kernel
def call_place(
    handle: int,
    bar: int,
    size: float,
    limit: float,
    stop: float,
    sl: float,
    tp: float,
    tag: int,
) -> int:
    """Queue an entry order: see `orders.place_order`."""
    ledger = open_ledger(handle)
    if not has_room(ledger):
        return codes.NEED_ROOM
    ledger.account[0].horizon = 0
    return place_order(ledger, bar, size, limit, stop, sl, tp, tag)


@kernel
def call_condition(
    handle: int,
    order: int,
    in_units: int,
    on_close: int,
    good_for: int,
    other: int,
    trail: float,
    trail_rate: float,
) -> int:
    """Add conditions to a placed order: see `orders.add_conditions`."""
    ledger = open_ledger(handle)
    return add_conditions(ledger, order, in_units, on_close, good_for, other, trail, trail_rate)


@kernel
def call_close(handle: int, bar: int, index: int, portion: float) -> int:
    """Queue a closing order: see `orders.place_close`."""
    ledger = open_ledger(handle)
    if not has_room(ledger):
        return codes.NEED_ROOM
    ledger.account[0].horizon = 0
    return place_close(ledger, bar, index, portion)


@kernel
def call_move_bracket(handle: int, bar: int, index: int, role: int, price: float) -> int:
    """Move a stop-loss or take-profit: see `orders.move_bracket`."""
    ledger = open_ledger(handle)
    if not has_room(ledger):
        return codes.NEED_ROOM
    ledger.account[0].horizon = 0
    return move_bracket(ledger, bar, index, role, price)


@kernel
def call_cancel(handle: int, bar: int, order: int) -> int:
    """Cancel an order, or return NOT_QUEUED."""
    ledger = open_ledger(handle)
    if not ledger.orders[order].queued:
        return codes.NOT_QUEUED
    ledger.account[0].horizon = 0
    cancel(ledger, order, codes.CANCEL_BY_STRATEGY, bar)
    return order


@kernel
def call_priced_exit(
    handle: int, size: float, price: float, whole: int, maker: int, slips: int
) -> tuple[float, float, int]:
    """Price, commission and error code of an exit of `size` units; nothing is booked."""
    account = open_ledger(handle).account[0]
    account.maker = maker
    if slips:
        price = slipped(account, price, size < 0.0)
    cash = fee(account, size, price, whole)
    error = account.error
    account.error = 0
    return price, cash, error


@kernel
def call_close_out(handle: int, order: int, bar: int) -> int:
    """Fill a closing order at a close: see `step.close_out`."""
    return close_out(open_ledger(handle), order, bar)


@kernel
def call_finish(handle: int, end: int) -> None:
    """Write the equity up to bar `end` (exclusive) with the account as it stands."""
    ledger = open_ledger(handle)
    fill_equity(ledger, end)
