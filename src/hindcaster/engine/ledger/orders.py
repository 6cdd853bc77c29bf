"""Placing, closing, bracketing and cancelling: everything a strategy asks of the broker."""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster.engine import codes
from hindcaster.engine.grid import on_grid
from hindcaster.engine.ledger.queue import append, cancel, is_contingent, push_front
from hindcaster.engine.ledger.state import Ledger


@subkernel
def given(price: float) -> bool:
    """Whether a price field is used: None arrives as NaN, and 0 counts as absent."""
    return price == price and price != 0.0


@subkernel
def new_order(
    ledger: Ledger,
    role: int,
    size: float,
    limit: float,
    stop: float,
    sl: float,
    tp: float,
    tag: int,
    parent: int,
    bar: int,
) -> int:
    """Write an order record; the caller queues it."""
    account = ledger.account[0]
    index = account.n_orders
    account.n_orders += 1
    order = ledger.orders[index]
    order.symbol = 0
    order.role = role
    order.size = size
    order.limit = limit
    order.stop = stop
    order.sl = sl
    order.tp = tp
    order.tag = tag
    order.parent = parent
    order.placed_bar = bar
    order.is_float = 1
    order.stop_live = 1 if given(stop) else 0
    order.queued = 0
    order.state = codes.WAITING
    order.reason = codes.NO_REASON
    order.done_bar = codes.ABSENT
    order.done_finer = codes.ABSENT
    order.fill_price = np.nan
    order.filled = 0.0
    order.in_units = 0
    order.on_close = account.trade_on_close
    order.good_for = codes.NEVER
    order.group = codes.ABSENT
    order.trail = np.nan
    order.trail_rate = np.nan
    return index


@subkernel
def place_order(
    ledger: Ledger, bar: int, size: float, limit: float, stop: float, sl: float, tp: float, tag: int
) -> int:
    """Queue an entry order; returns its index or PRICES_NOT_ORDERED.

    Prices are checked against the limit, else the stop, else the close that the spread makes of
    bar `bar`: stop-loss below and take-profit above it for a long order, the reverse for a short.
    """
    account = ledger.account[0]
    side = 1.0 if size > 0.0 else -1.0
    reference = ledger.close[bar] * (1.0 + side * account.spread)
    if given(limit):
        reference = limit
    elif given(stop):
        reference = stop
    low, high = (sl, tp) if side > 0.0 else (tp, sl)
    above_low = (low if given(low) else -np.inf) < reference
    below_high = reference < (high if given(high) else np.inf)
    if not (above_low and below_high):
        return codes.PRICES_NOT_ORDERED
    if account.exclusive:
        make_way(ledger, bar)
    order = new_order(ledger, codes.ENTRY, size, limit, stop, sl, tp, tag, codes.ABSENT, bar)
    append(ledger, order)
    return order


@subkernel
def add_conditions(
    ledger: Ledger,
    index: int,
    in_units: int,
    on_close: int,
    good_for: int,
    other: int,
    trail: float,
    trail_rate: float,
) -> int:
    """Add to a placed order what few orders have; NOT_QUEUED if `other` is not waiting.

    `other` is an order whose group it joins, or ABSENT; `on_close` is ABSENT to leave it to the
    account.
    """
    account = ledger.account[0]
    order = ledger.orders[index]
    order.in_units = in_units
    if on_close != codes.ABSENT:
        order.on_close = on_close
    if other != codes.ABSENT:
        first = ledger.orders[other]
        if not first.queued:
            return codes.NOT_QUEUED
        if first.group == codes.ABSENT:
            first.group = other
        order.group = first.group
    order.good_for = good_for
    order.trail = trail
    order.trail_rate = trail_rate
    if good_for != codes.NEVER or trail == trail or trail_rate == trail_rate:
        account.conditions = 1
    return index


@subkernel
def make_way(ledger: Ledger, bar: int) -> None:
    """Cancel pending orders and close open trades before an exclusive order.

    The position advances after a cancellation too, so the order behind a cancelled one is
    passed over: part of the compatible behaviour.
    """
    account = ledger.account[0]
    position = 0
    while position < account.n_queue:
        order = ledger.queue[position]
        if not is_contingent(ledger, order):
            cancel(ledger, order, codes.CANCEL_BY_EXCLUSIVE, bar)
        position += 1
    for k in range(account.n_active):
        place_close(ledger, bar, ledger.active[k], 1.0)


@subkernel
def place_close(ledger: Ledger, bar: int, index: int, portion: float) -> int:
    """Queue a market order, in front, that closes a portion of a trade: one lot at least."""
    trade = ledger.trades[index]
    lots = ledger.account[0].lots
    units = max(1.0 / lots, on_grid(abs(trade.size) * portion, lots))
    size = -units if trade.size > 0.0 else units
    nothing = np.nan
    order = new_order(
        ledger, codes.CLOSE, size, nothing, nothing, nothing, nothing, trade.tag, index, bar
    )
    push_front(ledger, order)
    return order


@subkernel
def attach(ledger: Ledger, bar: int, index: int, role: int, price: float) -> int:
    """Queue a trade's stop-loss (in front) or take-profit (behind) and tie it to the trade."""
    trade = ledger.trades[index]
    nothing = np.nan
    limit = price if role == codes.TAKE_PROFIT else nothing
    stop = price if role == codes.STOP_LOSS else nothing
    order = new_order(
        ledger, role, -trade.size, limit, stop, nothing, nothing, trade.tag, index, bar
    )
    if role == codes.STOP_LOSS:
        trade.sl_order = order
        push_front(ledger, order)
    else:
        trade.tp_order = order
        append(ledger, order)
    return order


@subkernel
def move_bracket(ledger: Ledger, bar: int, index: int, role: int, price: float) -> int:
    """Replace a trade's stop-loss or take-profit; NaN only removes it."""
    trade = ledger.trades[index]
    current = trade.sl_order if role == codes.STOP_LOSS else trade.tp_order
    if current != codes.ABSENT:
        if not ledger.orders[current].queued:
            return codes.NOT_QUEUED
        removed = price != price
        reason = codes.CANCEL_BY_STRATEGY if removed else codes.CANCEL_REPLACED
        cancel(ledger, current, reason, bar)
    if price == price:
        return attach(ledger, bar, index, role, price)
    return codes.ABSENT
