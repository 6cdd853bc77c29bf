"""Filling an entry order: size it, net it, check that it is affordable, open the trade."""

from typing import Final

import numpy as np

from hindcaster._jit import subkernel
from hindcaster._types import Record
from hindcaster.engine import codes
from hindcaster.engine.costs import fee
from hindcaster.engine.grid import on_grid
from hindcaster.engine.ledger.orders import attach, given
from hindcaster.engine.ledger.queue import cancel_group, settle
from hindcaster.engine.ledger.state import Ledger
from hindcaster.engine.ledger.trades import close_whole, open_trade, reduce_trade
from hindcaster.engine.margin import available_margin, equity_at

_ROUNDS: Final = 12  # until the fee of a size and the size it leaves room for agree


@subkernel
def notify(ledger: Ledger, code: int, order: int, bar: int, available: float) -> None:
    """Leave a message for the driver of the engine."""
    account = ledger.account[0]
    notice = ledger.notices[account.n_notices]
    account.n_notices += 1
    notice.code = code
    notice.bar = bar
    notice.order = order
    notice.equity = equity_at(account, ledger.close[bar])
    notice.available = available


@subkernel
def floor_division(value: float, by: float) -> float:
    """Return ``value // by``; a remainder is taken only if the quotient is too close to call."""
    quotient = value / by
    whole = np.floor(quotient)
    slack = quotient * 2.0**-50
    if by > 0.0 and whole + slack < quotient < whole + 1.0 - slack:
        return whole
    return value // by


@subkernel
def affordable_units(account: Record, size: float, unit_cost: float, available: float) -> float:
    """Whole units that a fraction of the free margin buys, signed like the order.

    The order of operations decides the last unit. Not finite if a unit costs nothing.
    """
    if unit_cost == 0.0:
        return np.inf
    return np.copysign(floor_division(available * account.leverage * abs(size), unit_cost), size)


@subkernel
def units_within(account: Record, budget: float, entry_price: float, price: float) -> float:
    """Lots that a budget buys, the fee for just these lots included: a fixed point.

    Not finite if a unit costs nothing. The fee of the fraction itself, by which
    `affordable_units` goes, would be that of a tiny order wherever fees do not grow in proportion.
    """
    units = np.floor(budget * account.lots / entry_price) / account.lots
    for _ in range(_ROUNDS):
        if not 0.0 < units < np.inf:
            break
        unit_cost = entry_price + fee(account, units, price, 0) / units
        if not unit_cost > 0.0:
            return np.inf
        found = np.floor(budget * account.lots / unit_cost) / account.lots
        if found == units:
            break
        units = found
    return units


@subkernel
def wanted_units(
    account: Record, order: Record, price: float, entry_price: float, available: float
) -> tuple[float, float]:
    """Signed units that an order asks for, and what one of them costs, its share of fees included.

    The fee for a share of the free margin is asked for as if the share were a size, and divided
    by it: part of the compatible behaviour, and wrong for fees that are not in proportion.
    """
    size = order.size
    shared = abs(size) < 1.0 and order.in_units == 0
    if shared and account.exact_fees:
        budget = available * account.leverage * abs(size)
        units = units_within(account, budget, entry_price, price)
        if not 0.0 < units < np.inf:
            return (np.inf if units > 0.0 else 0.0), 0.0
        return np.copysign(units, size), entry_price + fee(account, units, price, 0) / units
    unit_cost = entry_price + fee(account, size, price, 0) / abs(size)
    if shared:
        return affordable_units(account, size, unit_cost, available), unit_cost
    return (np.trunc(size) if account.lots == 1.0 else size), unit_cost


@subkernel
def net_against(
    ledger: Ledger, units: float, is_float: int, price: float, bar: int
) -> tuple[float, int]:
    """Close or reduce opposite trades, oldest first; returns what is left of the units."""
    account = ledger.account[0]
    position = 0
    while units != 0.0 and position < account.n_active:
        index = ledger.active[position]
        trade = ledger.trades[index]
        if trade.size * units > 0.0:
            position += 1
            continue
        if abs(units) >= abs(trade.size):
            units = on_grid(units + trade.size, account.lots)
            is_float = max(is_float, trade.is_float)
            close_whole(ledger, index, price, bar)
        else:
            reduce_trade(ledger, index, units, is_float, price, bar)
            units = 0.0
    return units, is_float


@subkernel
def start_trailing(ledger: Ledger, order: int, entry_price: float) -> None:
    """Turn a trailing stop into the stop-loss that it is at the entry, unless one is closer."""
    record = ledger.orders[order]
    distance = record.trail if record.trail == record.trail else entry_price * record.trail_rate
    if distance != distance:
        return
    long = record.size > 0.0
    stop = entry_price - distance if long else entry_price + distance
    if not 0.0 < stop < np.inf:
        ledger.account[0].error = codes.TRAIL_TOO_WIDE
        return
    if not given(record.sl):
        record.sl = stop
    else:
        record.sl = max(record.sl, stop) if long else min(record.sl, stop)


@subkernel
def attach_bracket(ledger: Ledger, order: int, index: int, bar: int) -> None:
    """Give a new trade the take-profit, then the stop-loss, that its order asked for."""
    account = ledger.account[0]
    for role, price in (
        (codes.TAKE_PROFIT, ledger.orders[order].tp),
        (codes.STOP_LOSS, ledger.orders[order].sl),
    ):
        if given(price):
            if not 0.0 < price < np.inf:
                account.error = codes.BRACKET_OUT_OF_RANGE
                return
            attach(ledger, bar, index, role, price)


@subkernel
def bracket_acts_now(
    ledger: Ledger, order: int, bar: int, triggered: bool, available: float
) -> bool:
    """Whether the entry's bracket is looked at on the entry bar, in a second pass.

    Always after a market order. After a triggered stop order only if the target alone is inside
    the bar's range. Else a bracket inside the range is announced and waits for the next bar.
    """
    record = ledger.orders[order]
    sl, tp, limit = record.sl, record.tp, record.limit
    has_sl, has_tp = given(sl), given(tp)
    if not (has_sl or has_tp):
        return False
    if not given(limit) and not triggered:
        return True
    high, low = ledger.account[0].high, ledger.account[0].low
    if triggered and not given(limit) and has_tp:
        if record.size > 0.0 and tp <= high and (not has_sl or sl < low):
            return True
        if record.size < 0.0 and tp >= low and (not has_sl or sl > high):
            return True
    if (has_sl and low <= sl <= high) or (has_tp and low <= tp <= high):
        notify(ledger, codes.NOTICE_BRACKET_DEFERRED, order, bar, available)
    return False


@subkernel
def fill_entry(
    ledger: Ledger, order: int, bar: int, fill_bar: int, price: float, triggered: bool
) -> bool:
    """Work an entry order that fills at `price`; returns whether a second pass is due."""
    account = ledger.account[0]
    record = ledger.orders[order]
    side = 1.0 if record.size > 0.0 else -1.0
    # A price of exactly 0 counts as no price: such an entry is made at the close.
    quote = price if price != 0.0 else ledger.close[bar]
    entry_price = quote * (1.0 + side * account.spread)
    available = available_margin(ledger, ledger.close[bar])
    units, unit_cost = wanted_units(account, record, price, entry_price, available)
    if not np.isfinite(units):
        account.error = codes.UNITS_NOT_FINITE
        return False
    if units == 0.0:
        notify(ledger, codes.NOTICE_NO_UNIT, order, bar, available)
        settle(ledger, order, codes.REJECTED, codes.REJECT_NO_UNIT, fill_bar)
        return False
    wanted = units
    is_float = 0 if account.lots == 1.0 else 1
    if not account.hedging:
        units, is_float = net_against(ledger, units, is_float, price, fill_bar)
    record.filled = wanted - units
    available = available_margin(ledger, ledger.close[bar])
    if abs(units) * unit_cost > available * account.leverage:
        netted = units != wanted
        reason = codes.REJECT_MARGIN_AFTER_NETTING if netted else codes.REJECT_MARGIN
        record.fill_price = price if netted else np.nan
        notify(ledger, codes.NOTICE_MARGIN, order, bar, available)
        settle(ledger, order, codes.REJECTED, reason, fill_bar)
        if netted:
            cancel_group(ledger, order, bar)
        return False
    record.filled = wanted
    record.fill_price = price
    if units == 0.0:
        settle(ledger, order, codes.FILLED, codes.FILL_NETTED, fill_bar)
        cancel_group(ledger, order, bar)
        return False
    record.fill_price = entry_price
    index = open_trade(ledger, order, units, is_float, entry_price, fill_bar)
    start_trailing(ledger, order, entry_price)
    attach_bracket(ledger, order, index, bar)
    again = bracket_acts_now(ledger, order, bar, triggered, available)
    settle(ledger, order, codes.FILLED, codes.FILL_COMPLETE, fill_bar)
    cancel_group(ledger, order, bar)
    return again
