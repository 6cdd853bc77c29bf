"""Trades: opening, reducing, closing, and the cash that moves with it."""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster.engine import codes
from hindcaster.engine.costs import count_traded, fee
from hindcaster.engine.grid import on_grid
from hindcaster.engine.ledger.queue import drop, find, settle
from hindcaster.engine.ledger.state import Ledger


@subkernel
def open_trade(
    ledger: Ledger, order: int, size: float, is_float: int, price: float, bar: int
) -> int:
    """Record a new trade at `price` (spread included) and pay its commission."""
    account = ledger.account[0]
    index = account.n_trades
    account.n_trades += 1
    source = ledger.orders[order]
    trade = ledger.trades[index]
    trade.symbol = source.symbol
    trade.is_float = is_float
    trade.size = size
    trade.entry_price = price
    trade.exit_price = np.nan
    trade.entry_bar = bar
    trade.exit_bar = codes.ABSENT
    trade.entry_finer = account.finer
    trade.exit_finer = codes.ABSENT
    trade.tag = source.tag
    trade.sl_order = codes.ABSENT
    trade.tp_order = codes.ABSENT
    trade.commission = 0.0
    trade.order = order
    trade.trail = source.trail
    trade.trail_rate = source.trail_rate
    trade.best = price
    ledger.active[account.n_active] = index
    account.n_active += 1
    trade.entry_fee = fee(account, size, price, 1 - is_float)
    account.cash -= trade.entry_fee
    count_traded(ledger, size, price)
    return index


@subkernel
def _book_exit(ledger: Ledger, index: int, price: float, bar: int) -> None:
    """Pay out a trade at `price` and append it to the closed ones.

    The recorded commission is that of both ends for the closed size, so a fixed fee counts in
    full for every partial piece although the entry was charged once; not so with `exact_fees`.
    """
    account = ledger.account[0]
    trade = ledger.trades[index]
    trade.exit_price = price
    trade.exit_bar = bar
    trade.exit_finer = account.finer
    whole = 1 - trade.is_float
    exit_fee = fee(account, trade.size, price, whole)
    account.cash += trade.size * (price - trade.entry_price) - exit_fee
    if account.exact_fees:
        trade.commission = exit_fee + trade.entry_fee
    else:
        trade.commission = exit_fee + fee(account, trade.size, trade.entry_price, whole)
    count_traded(ledger, trade.size, price)
    ledger.closed[account.n_closed] = index
    account.n_closed += 1


@subkernel
def close_whole(ledger: Ledger, index: int, price: float, bar: int) -> None:
    """Close a trade; its stop-loss and take-profit leave the queue but stay attached to it."""
    account = ledger.account[0]
    trade = ledger.trades[index]
    drop(ledger.active, account.n_active, find(ledger.active, account.n_active, index))
    account.n_active -= 1
    for order in (trade.sl_order, trade.tp_order):
        if order != codes.ABSENT and ledger.orders[order].queued:
            settle(ledger, order, codes.CANCELLED, codes.CANCEL_TRADE_CLOSED, bar)
    _book_exit(ledger, index, price, bar)


@subkernel
def reduce_trade(
    ledger: Ledger, index: int, size: float, is_float: int, price: float, bar: int
) -> None:
    """Take `size` signed units (of the closing side) off a trade; all of them close it.

    A piece that leaves is recorded as a trade of its own, without stop-loss and take-profit.
    """
    trade = ledger.trades[index]
    account = ledger.account[0]
    left = on_grid(trade.size + size, account.lots)
    if left == 0.0:
        close_whole(ledger, index, price, bar)
        return
    leaving = trade.entry_fee * (abs(size) / abs(trade.size))
    trade.size = left
    trade.entry_fee -= leaving
    trade.is_float = max(trade.is_float, is_float)
    for order in (trade.sl_order, trade.tp_order):
        if order != codes.ABSENT:
            ledger.orders[order].size = -left
            ledger.orders[order].is_float = trade.is_float
    piece = account.n_trades
    account.n_trades += 1
    ledger.trades[piece] = trade
    copy = ledger.trades[piece]
    copy.size = -size
    copy.entry_fee = leaving
    copy.is_float = is_float
    copy.sl_order = codes.ABSENT
    copy.tp_order = codes.ABSENT
    _book_exit(ledger, piece, price, bar)
