"""The order queue: who stands where, who leaves and why."""

from hindcaster._jit import subkernel
from hindcaster._types import IntArray
from hindcaster.engine import codes
from hindcaster.engine.ledger.state import Ledger


@subkernel
def find(indices: IntArray, count: int, wanted: int) -> int:
    """Position of `wanted` among the first `count` indices, or ABSENT."""
    for k in range(count):
        if indices[k] == wanted:
            return k
    return codes.ABSENT


@subkernel
def drop(indices: IntArray, count: int, position: int) -> None:
    """Take one position out and close the gap; the caller lowers the count."""
    for k in range(position, count - 1):
        indices[k] = indices[k + 1]


@subkernel
def append(ledger: Ledger, order: int) -> None:
    """Queue an order behind all others."""
    account = ledger.account[0]
    ledger.queue[account.n_queue] = order
    account.n_queue += 1
    ledger.orders[order].queued = 1


@subkernel
def push_front(ledger: Ledger, order: int) -> None:
    """Queue an order before all others."""
    account = ledger.account[0]
    for k in range(account.n_queue, 0, -1):
        ledger.queue[k] = ledger.queue[k - 1]
    ledger.queue[0] = order
    account.n_queue += 1
    ledger.orders[order].queued = 1


@subkernel
def settle(ledger: Ledger, order: int, state: int, reason: int, bar: int) -> None:
    """Take an order out of the queue, if it is in it, and record what became of it."""
    record = ledger.orders[order]
    record.state = state
    record.reason = reason
    record.done_bar = bar
    account = ledger.account[0]
    record.done_finer = account.finer
    if record.queued == 0:
        return
    drop(ledger.queue, account.n_queue, find(ledger.queue, account.n_queue, order))
    account.n_queue -= 1
    record.queued = 0


@subkernel
def is_contingent(ledger: Ledger, order: int) -> bool:
    """Whether the order is at present the stop-loss or take-profit of its trade."""
    parent = ledger.orders[order].parent
    if parent == codes.ABSENT:
        return False
    trade = ledger.trades[parent]
    return trade.sl_order == order or trade.tp_order == order


@subkernel
def cancel(ledger: Ledger, order: int, reason: int, bar: int) -> None:
    """Cancel a queued order and detach it from its trade's bracket."""
    parent = ledger.orders[order].parent
    if parent != codes.ABSENT:
        trade = ledger.trades[parent]
        if trade.sl_order == order:
            trade.sl_order = codes.ABSENT
        elif trade.tp_order == order:
            trade.tp_order = codes.ABSENT
    settle(ledger, order, codes.CANCELLED, reason, bar)


@subkernel
def cancel_group(ledger: Ledger, order: int, bar: int) -> None:
    """Cancel the orders that wait in the same group as one that was filled."""
    group = ledger.orders[order].group
    if group == codes.ABSENT:
        return
    account = ledger.account[0]
    position = 0
    while position < account.n_queue:
        other = ledger.queue[position]
        if other != order and ledger.orders[other].group == group:
            cancel(ledger, other, codes.CANCEL_BY_GROUP, bar)
        else:
            position += 1


@subkernel
def cancel_expired(ledger: Ledger, bar: int) -> None:
    """Cancel the orders for which this was the last bar."""
    account = ledger.account[0]
    position = 0
    while position < account.n_queue:
        order = ledger.queue[position]
        record = ledger.orders[order]
        if record.placed_bar + record.good_for <= bar:
            cancel(ledger, order, codes.CANCEL_EXPIRED, bar)
        else:
            position += 1


@subkernel
def first_expiry(ledger: Ledger) -> int:
    """Bar on which the next order expires, or one beyond all bars."""
    first = codes.NEVER
    for k in range(ledger.account[0].n_queue):
        record = ledger.orders[ledger.queue[k]]
        first = min(first, record.placed_bar + record.good_for)
    return first
