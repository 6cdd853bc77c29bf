"""Working and scoring parameter sets one after the other, without leaving machine code.

The account, its arrays and the block of the strategy's numbers are used again for every set.
"""

from typing import Final, NamedTuple

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray, RecordArray
from hindcaster.engine import codes
from hindcaster.native.execution import AGAIN
from hindcaster.native.inputs import WAKE
from hindcaster.native.runtime import bar_loop, engine_advance, engine_close, engine_finish
from hindcaster.stats.scores import Calendar, Records, Scratch, score

# What became of a parameter set.
WAITING: Final = 0
SCORED: Final = 1
NO_TRADES: Final = 2
LEFT: Final = 3  # the interpreter has to do the run


class Calls(NamedTuple):
    """Addresses of machine code."""

    drive: int
    advance: int
    close: int
    finish: int


class Account(NamedTuple):
    """The account that is used again and again: views on what its handle leads to."""

    handle: int
    start: IntArray  # the account before the first bar, as words
    words: IntArray  # the account itself, as words
    record: RecordArray  # the same
    trades: RecordArray
    active: IntArray
    closed: IntArray
    equity: FloatArray


class Sets(NamedTuple):
    """Parameter sets, an array element or row each, and what becomes of them."""

    blocks: IntArray
    first_bars: IntArray
    states: IntArray
    scores: FloatArray
    left_open: IntArray


@subkernel
def _finalize(calls: Calls, account: Account, last: int) -> int:
    """Close all open trades by working the last bar once more; see `LedgerBroker.finalize`."""
    for place in range(account.record[0].n_active - 1, -1, -1):
        order = engine_close(calls.close, account.handle, last, account.active[place], 1.0)
        if order == codes.NEED_ROOM:
            return order  # type: ignore[no-any-return]
    return engine_advance(calls.advance, account.handle, last)  # type: ignore[no-any-return]


@subkernel
def _take_trades(account: Account, records: Records) -> int:
    """Copy what scores need of closed trades; returns how many there are."""
    count = account.record[0].n_closed
    for k in range(count):
        trade = account.trades[account.closed[k]]
        size, entry = trade.size, trade.entry_price
        records.entry_bar[k] = trade.entry_bar
        records.exit_bar[k] = trade.exit_bar
        records.pnl[k] = size * (trade.exit_price - entry) - trade.commission
        gross = np.sign(size) * (trade.exit_price / entry - 1.0)
        records.return_pct[k] = gross - trade.commission / (np.abs(size) * entry)
    return count  # type: ignore[no-any-return]


@subkernel
def _complete(equity: FloatArray, first_bar: int) -> bool:
    """Give the bars before the first the equity of the first; False if any bar has none."""
    for bar in range(first_bar, equity.size):
        if equity[bar] != equity[bar]:
            return False
    equity[:first_bar] = equity[first_bar]
    return True


@kernel
def work_sets(
    calls: Calls,
    account: Account,
    sets: Sets,
    block: IntArray,
    first: int,
    last: int,
    finalize: bool,
    number: int,
    records: Records,
    calendar: Calendar,
    room: Scratch,
) -> int:
    """Work the sets from `first` to before `last`.

    Returns
    -------
    int
        The set to go on with: `last`, or the one after a set that left notices. If negative,
        ``-k - 1`` for a set k for which the account's arrays have to grow.
    """
    record = account.record[0]
    n_bars = account.equity.size
    for k in range(first, last):
        account.words[:] = account.start
        first_bar = sets.first_bars[k]
        if first_bar >= n_bars:
            sets.states[k] = NO_TRADES
            continue
        record.filled_to = first_bar
        block[:] = sets.blocks[k]
        block[WAKE] = first_bar
        result = bar_loop(calls.drive, account.handle, block.ctypes.data, first_bar, n_bars)
        solvent = result >= 0
        if solvent and finalize:
            result = _finalize(calls, account, n_bars - 1)
        elif solvent and record.n_active > 0:
            sets.left_open[k] = 1
        if result in (codes.NEED_ROOM, AGAIN):
            return -k - 1
        sets.states[k] = LEFT
        if result >= 0 or result == codes.BANKRUPT:
            engine_finish(calls.finish, account.handle, n_bars)
            if _complete(account.equity, first_bar):
                count = _take_trades(account, records)
                sets.states[k] = SCORED if count > 0 else NO_TRADES
                if count > 0:
                    sets.scores[k] = score(
                        number, account.equity, records, count, first_bar - 1, calendar, room
                    )
        if record.n_notices > 0:
            return k + 1
    return last
