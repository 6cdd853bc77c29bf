"""Filling an entry order: size it, net it, check that it is affordable, open the trade."""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster._types import Record
from hindcaster.engine import codes
from hindcaster.engine.costs import fee
from hindcaster.engine.ledger.orders import attach, given
from hindcaster.engine.ledger.queue import settle
from hindcaster.engine.ledger.state import Ledger
from hindcaster.engine.ledger.trades import close_whole, open_trade, reduce_trade
from hindcaster.engine.margin import available_margin, equity_at


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
def affordable_units(account: Record, size: float, unit_cost: float, available: float) -> float:
    """Whole units that a fraction of the free margin buys, signed like the order.

    The order of operations decides the last unit. Not finite if a unit costs nothing.
    """
    if unit_cost == 0.0:
        return np.inf
    return np.copysign(available * account.leverage * abs(size) // unit_cost, size)


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
            units += trade.size
            is_float = max(is_float, trade.is_float)
            close_whole(ledger, index, price, bar)
        else:
            reduce_trade(ledger, index, units, is_float, price, bar)
            units = 0.0
    return units, is_float


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
    high, low = ledger.high[bar], ledger.low[bar]
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
    size = record.size
    side = 1.0 if size > 0.0 else -1.0
    # A price of exactly 0 counts as no price: such an entry is made at the close.
    quote = price if price != 0.0 else ledger.close[bar]
    entry_price = quote * (1.0 + side * account.spread)
    unit_cost = entry_price + fee(account, size, price, 0) / abs(size)
    available = available_margin(ledger, ledger.close[bar])
    units = np.trunc(size)
    if abs(size) < 1.0:
        units = affordable_units(account, size, unit_cost, available)
        if not np.isfinite(units):
            account.error = codes.UNITS_NOT_FINITE
            return False
        if units == 0.0:
            notify(ledger, codes.NOTICE_NO_UNIT, order, bar, available)
            settle(ledger, order, codes.REJECTED, codes.REJECT_NO_UNIT, fill_bar)
            return False
    wanted = units
    is_float = 0
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
        return False
    record.filled = wanted
    record.fill_price = price
    if units == 0.0:
        settle(ledger, order, codes.FILLED, codes.FILL_NETTED, fill_bar)
        return False
    record.fill_price = entry_price
    index = open_trade(ledger, order, units, is_float, entry_price, fill_bar)
    attach_bracket(ledger, order, index, bar)
    again = bracket_acts_now(ledger, order, bar, triggered, available)
    settle(ledger, order, codes.FILLED, codes.FILL_COMPLETE, fill_bar)
    return again
