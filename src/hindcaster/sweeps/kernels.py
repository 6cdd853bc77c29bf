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
from hindcaster.native.runtime import (
    bar_loop,
    engine_advance,
    engine_close,
    engine_close_out,
    engine_finish,
)
from hindcaster.stats.scores import Calendar, Records, Scratch, score

# What became of a parameter set.
WAITING: Final = 0
SCORED: Final = 1
NO_TRADES: Final = 2
LEFT: Final = 3  # the interpreter has to do the run


# What becomes of trades that are open at the end.
STAY_OPEN: Final = 0
FINALIZE: Final = 1
CLOSE_OUT: Final = 2


class Calls(NamedTuple):
    """Addresses of machine code."""

    drive: int
    advance: int
    close: int
    close_out: int
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


class Span(NamedTuple):
    """Which bars a run is about.

    Attributes
    ----------
    begin : int
        First bar of the window that is traded and judged; 0 for all bars.
    ending : int
        What becomes of trades that are open at the end: a constant of this module.
    """

    begin: int
    ending: int


class Sets(NamedTuple):
    """Parameter sets, an array element or row each, and what becomes of them."""

    blocks: IntArray
    waits: IntArray  # bars before the indicators have values
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
def _close_out(calls: Calls, account: Account, last: int) -> int:
    """Close all open trades at the last close; see `LedgerBroker.close_out`."""
    for _ in range(account.record[0].n_active):
        order = engine_close(calls.close, account.handle, last, account.active[0], 1.0)
        if order == codes.NEED_ROOM:
            return order  # type: ignore[no-any-return]
        result = engine_close_out(calls.close_out, account.handle, order, last)
        if result < 0:
            return result  # type: ignore[no-any-return]
    return 0


@subkernel
def _end(calls: Calls, account: Account, ending: int) -> int:
    """End a solvent run; returns an error code if negative."""
    last = account.equity.size - 1
    if ending == FINALIZE:
        return _finalize(calls, account, last)
    if ending == CLOSE_OUT:
        return _close_out(calls, account, last)
    return 0


@subkernel
def _take_trades(account: Account, records: Records, begin: int) -> int:
    """Copy what scores need of closed trades; returns how many there are.

    Profits are those of `results.profits_of`.
    """
    count = account.record[0].n_closed
    for k in range(count):
        trade = account.trades[account.closed[k]]
        size, entry = trade.size, trade.entry_price
        records.entry_bar[k] = trade.entry_bar - begin
        records.exit_bar[k] = trade.exit_bar - begin
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
    span: Span,
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
        first_bar = max(sets.waits[k] + 1, span.begin)
        if first_bar >= n_bars:
            sets.states[k] = NO_TRADES
            continue
        record.filled_to = first_bar
        block[:] = sets.blocks[k]
        block[WAKE] = first_bar
        result = bar_loop(calls.drive, account.handle, block.ctypes.data, first_bar, n_bars)
        solvent = result >= 0
        if solvent:
            result = _end(calls, account, span.ending)
            sets.left_open[k] = span.ending == STAY_OPEN and record.n_active > 0
        if result in (codes.NEED_ROOM, AGAIN):
            return -k - 1
        sets.states[k] = LEFT
        if result >= 0 or result == codes.BANKRUPT:
            engine_finish(calls.finish, account.handle, n_bars)
            if _complete(account.equity, first_bar):
                count = _take_trades(account, records, span.begin)
                sets.states[k] = SCORED if count > 0 else NO_TRADES
                if count > 0:
                    equity = account.equity[span.begin :]
                    wait = max(sets.waits[k] - span.begin, 0)
                    sets.scores[k] = score(number, equity, records, count, wait, calendar, room)
        if record.n_notices > 0:
            return k + 1
    return last
