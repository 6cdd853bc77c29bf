"""What happens on one bar, in which order, and on which bar something can happen next.

A bar is worked as: the order queue against the bar's prices, a second pass over the queue if a
new bracket may act at once, the equity at the bar's close, the test for bankruptcy. Only then
the strategy sees the bar.
"""

from typing import Final

import numpy as np

from hindcaster._jit import subkernel
from hindcaster._types import Record
from hindcaster.engine import codes
from hindcaster.engine.costs import slipped
from hindcaster.engine.ledger.entries import fill_entry
from hindcaster.engine.ledger.fills import fill, triggers
from hindcaster.engine.ledger.orders import given
from hindcaster.engine.ledger.queue import (
    cancel_expired,
    first_expiry,
    is_contingent,
    settle,
)
from hindcaster.engine.ledger.state import BLOCK, Ledger, has_room
from hindcaster.engine.ledger.trades import close_whole, reduce_trade
from hindcaster.engine.margin import equity_at, refresh_totals, worth

# Bars a look-ahead for the next wake-up covers at first, and at most: short after a change,
# because a strategy that changes its orders on every bar would pay for it on every bar.
SHORT_HORIZON: Final = 32
LONG_HORIZON: Final = 1 << 20


@subkernel
def fill_closing(ledger: Ledger, order: int, price: float, fill_bar: int, contingent: bool) -> None:
    """Work a closing order: take its size, at most the trade's, off its trade."""
    record = ledger.orders[order]
    index = record.parent
    trade = ledger.trades[index]
    if trade.exit_bar != codes.ABSENT:
        reason = codes.CANCEL_TRADE_CLOSED if contingent else codes.CANCEL_NOTHING_LEFT
        settle(ledger, order, codes.CANCELLED, reason, fill_bar)
        return
    units = min(abs(trade.size), abs(record.size))
    size = units if record.size > 0.0 else -units
    by_close = 0 if contingent else 1
    reduce_trade(ledger, index, size, max(trade.is_float, by_close), price, fill_bar)
    if trade.sl_order == order:
        record.stop_live = 1
    record.filled = size
    record.fill_price = price
    settle(ledger, order, codes.FILLED, codes.FILL_COMPLETE, fill_bar)


@subkernel
def work_order(ledger: Ledger, order: int, bar: int) -> bool:
    """Work one queued order on one bar; returns whether a second pass is due."""
    record = ledger.orders[order]
    triggered = False
    if record.stop_live:
        if not triggers(ledger, record):
            return False
        record.stop_live = 0
        triggered = True
    contingent = is_contingent(ledger, order)
    ledger.account[0].maker = 1 if given(record.limit) else 0
    price, fill_bar = fill(ledger, record, bar, triggered, contingent)
    if price != price:
        return False
    if record.parent != codes.ABSENT:
        fill_closing(ledger, order, price, fill_bar, contingent)
        return False
    return fill_entry(ledger, order, bar, fill_bar, price, triggered)


@subkernel
def work_queue(ledger: Ledger, bar: int) -> bool:
    """One pass over a snapshot of the queue; returns whether a second pass is due."""
    account = ledger.account[0]
    count = account.n_queue
    for k in range(count):
        ledger.scratch[k] = ledger.queue[k]
    again = False
    for k in range(count):
        order = ledger.scratch[k]
        if ledger.orders[order].queued:
            again |= work_order(ledger, order, bar)
            if account.error != 0:
                return False
    return again


@subkernel
def trigger_band(ledger: Ledger) -> tuple[float, float]:
    """Lowest high and highest low at which a queued order acts; (-inf, inf) if one acts anyway."""
    above = np.inf
    below = -np.inf
    for k in range(ledger.account[0].n_queue):
        order = ledger.orders[ledger.queue[k]]
        buying = order.size > 0.0
        if order.stop_live:
            if buying:
                above = min(above, order.stop)
            else:
                below = max(below, order.stop)
        elif given(order.limit):
            if buying:
                below = max(below, order.limit)
            else:
                above = min(above, order.limit)
        else:
            return -np.inf, np.inf
    return above, below


@subkernel
def work_prices(ledger: Ledger, bar: int, first: float, high: float, low: float) -> None:
    """Work the queue on prices of a bar that begin with `first`, in as many passes as are due."""
    account = ledger.account[0]
    account.open = first
    account.high = high
    account.low = low
    while work_queue(ledger, bar):
        pass


@subkernel
def work_finer(ledger: Ledger, bar: int) -> None:
    """Work the queue on the finer bars of a bar, in the order of time.

    Only the order in which prices come is theirs: sizes, margin and the account's worth go by the
    close of the whole bar.
    """
    account = ledger.account[0]
    above, below = trigger_band(ledger)
    for k in range(ledger.finer_first[bar], ledger.finer_first[bar + 1]):
        high, low = ledger.finer_high[k], ledger.finer_low[k]
        if high < above and low > below:
            continue
        account.finer = k
        work_prices(ledger, bar, ledger.finer_open[k], high, low)
        if account.error != 0:
            break
        above, below = trigger_band(ledger)
    account.finer = codes.ABSENT


@subkernel
def fill_equity(ledger: Ledger, bar: int) -> None:
    """Write the equity of the bars before `bar` on which nothing happened."""
    account = ledger.account[0]
    # Read once: what is written might change it otherwise, as far as the compiler can tell.
    equity, close = ledger.equity, ledger.close
    cash, net_size, cost = account.cash, account.net_size, account.cost
    for k in range(account.filled_to, bar):
        equity[k] = worth(cash, net_size, cost, close[k])
    account.filled_to = max(account.filled_to, bar)


@subkernel
def close_out(ledger: Ledger, order: int, bar: int) -> int:
    """Fill a closing order at the close of `bar`, the last one; returns 0 or an error code."""
    account = ledger.account[0]
    fill_equity(ledger, bar + 1)
    account.maker = 0
    price = slipped(account, ledger.close[bar], ledger.orders[order].size > 0.0)
    fill_closing(ledger, order, price, bar, False)
    refresh_totals(ledger)
    ledger.equity[bar] = equity_at(account, ledger.close[bar])
    return account.error


@subkernel
def go_bankrupt(ledger: Ledger, bar: int) -> None:
    """Close trades at the close, set the account to zero for good.

    The position advances after a removal too, so every second trade stays open: part of the
    compatible behaviour.
    """
    account = ledger.account[0]
    account.maker = 0
    position = 0
    while position < account.n_active:
        close_whole(ledger, ledger.active[position], ledger.close[bar], bar)
        position += 1
    account.cash = 0.0
    refresh_totals(ledger)
    for k in range(bar, account.n_bars):
        ledger.equity[k] = 0.0
    account.filled_to = account.n_bars


@subkernel
def is_trailing(trade: Record) -> bool:
    """Whether an open trade's stop-loss follows the price."""
    trails = trade.trail == trade.trail or trade.trail_rate == trade.trail_rate
    return trails and trade.sl_order != codes.ABSENT


@subkernel
def trail_stops(ledger: Ledger, bar: int) -> None:
    """Let trailing stops follow the best price since their entries, from the next bar on.

    Of the bar of the entry only the close counts: its high or low may have come before the entry.
    """
    account = ledger.account[0]
    for k in range(account.n_active):
        trade = ledger.trades[ledger.active[k]]
        if not is_trailing(trade):
            continue
        order = ledger.orders[trade.sl_order]
        entered = trade.entry_bar == bar
        if trade.size > 0.0:
            best = max(trade.best, ledger.close[bar] if entered else ledger.high[bar])
            distance = trade.trail if trade.trail == trade.trail else best * trade.trail_rate
            order.stop = max(order.stop, best - distance)
        else:
            best = min(trade.best, ledger.close[bar] if entered else ledger.low[bar])
            distance = trade.trail if trade.trail == trade.trail else best * trade.trail_rate
            order.stop = min(order.stop, best + distance)
        trade.best = best


@subkernel
def step(ledger: Ledger, bar: int) -> int:
    """Work one bar; returns 0, BANKRUPT or an error code."""
    account = ledger.account[0]
    if account.n_finer == 0:
        work_prices(ledger, bar, ledger.open[bar], ledger.high[bar], ledger.low[bar])
    else:
        work_finer(ledger, bar)
    if account.error != 0:
        return account.error
    if account.conditions:
        cancel_expired(ledger, bar)
        trail_stops(ledger, bar)
    refresh_totals(ledger)
    equity = equity_at(account, ledger.close[bar])
    ledger.equity[bar] = equity
    account.filled_to = max(account.filled_to, bar + 1)
    if equity <= 0.0:
        go_bankrupt(ledger, bar)
        return codes.BANKRUPT
    return 0


@subkernel
def is_quiet(account: Record, high: float, low: float, above: float, below: float) -> bool:
    """Whether prices in a range touch no order's price and leave the account solvent.

    Equity rises or falls with the price, rounding included, so its sign at both ends of the
    range is its sign everywhere in it.
    """
    if not (high < above and low > below):
        return False
    return equity_at(account, high) > 0.0 and equity_at(account, low) > 0.0


@subkernel
def next_wake(ledger: Ledger, bar: int) -> int:
    """First bar after `bar` that has to be worked, as long as the strategy changes nothing.

    Bars before it touch no order's price and leave the account solvent, so working them would
    only record their equity.
    """
    account = ledger.account[0]
    if account.n_queue == 0 and account.n_active == 0:
        return account.n_bars
    above, below = trigger_band(ledger)
    limit = account.n_bars
    if account.conditions:
        limit = max(min(limit, first_expiry(ledger)), bar + 1)
        for k in range(account.n_active):
            if is_trailing(ledger.trades[ledger.active[k]]):
                return bar + 1
    tail = (bar + 1) // BLOCK
    if is_quiet(account, ledger.tail_high[tail], ledger.tail_low[tail], above, below):
        return limit
    account.horizon = min(max(4 * account.horizon, SHORT_HORIZON), LONG_HORIZON)
    end = min(bar + 1 + account.horizon, limit)
    highs, lows, close = ledger.high, ledger.low, ledger.close
    k = bar + 1
    while k < end:
        if k % BLOCK == 0 and k + BLOCK <= end:
            high, low = ledger.block_high[k // BLOCK], ledger.block_low[k // BLOCK]
            if is_quiet(account, high, low, above, below):
                k += BLOCK
                continue
        if highs[k] >= above or lows[k] <= below:
            return k
        if equity_at(account, close[k]) <= 0.0:
            return k
        k += 1
    return end


@subkernel
def advance(ledger: Ledger, bar: int) -> int:
    """Bring the account from the last worked bar to `bar`; returns the next bar to work.

    A negative result is BANKRUPT, NEED_ROOM (nothing was done) or an error code.
    """
    if not has_room(ledger):
        return codes.NEED_ROOM
    fill_equity(ledger, bar)
    result = step(ledger, bar)
    if result != 0:
        return result
    return next_wake(ledger, bar)
