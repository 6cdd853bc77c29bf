"""The broker's state as kernels see it, and how a kernel gets at it.

Python owns the arrays and hands kernels a single integer: the address of an int64 array, the
*handle*, that holds the addresses and lengths of all others. Unpacking an integer costs next to
nothing, thirteen arrays over 3 µs a call.
"""

from typing import Any, Final

from numba import carray, float64, int64, types
from numba.experimental import structref

from hindcaster._jit import address_as_pointer, subkernel
from hindcaster._types import FloatArray, IntArray, RecordArray
from hindcaster.engine.records import ACCOUNT, NOTICE, ORDER, TRADE

FIELDS: Final = (
    "account",
    "orders",
    "trades",
    "queue",
    "scratch",
    "active",
    "closed",
    "notices",
    "open",
    "high",
    "low",
    "close",
    "equity",
    "block_high",
    "block_low",
)

# Bars per block: the look-ahead for a wake-up passes over a block in which nothing can happen.
BLOCK: Final = 64

# Slots of the handle: the addresses of the fields, then the lengths of those that grow.
N_ORDERS: Final = 15
N_TRADES: Final = 16
N_QUEUE: Final = 17
N_NOTICES: Final = 18
HANDLE_LENGTH: Final = 19


@structref.register
class LedgerType(types.StructRef):  # type: ignore[misc]
    """The compiler's type of a `Ledger`: a pointer, where a tuple would be passed by value."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Forget which constants the fields were made from."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Ledger(structref.StructRefProxy):  # type: ignore[misc]
    """Views on one account's state; index lists keep their order's meaning.

    `queue` holds live orders in the order they are worked, `active` open trades by entry,
    `closed` trades in the order they were closed. The fill levels are in `account[0]`.
    """

    account: RecordArray  # one record
    orders: RecordArray
    trades: RecordArray
    queue: IntArray
    scratch: IntArray
    active: IntArray
    closed: IntArray
    notices: RecordArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    equity: FloatArray
    block_high: FloatArray  # highest high or close of each whole block of bars
    block_low: FloatArray


structref.define_proxy(Ledger, LedgerType, list(FIELDS))


@subkernel
def open_ledger(address: int) -> Ledger:
    """Make views on the state behind a handle; valid while its owner keeps the arrays."""
    handle = carray(address_as_pointer(address), (HANDLE_LENGTH,), int64)
    account = carray(address_as_pointer(handle[0]), (1,), ACCOUNT)
    n_orders, n_trades = handle[N_ORDERS], handle[N_TRADES]
    n_queue, n_bars = handle[N_QUEUE], account[0].n_bars
    return Ledger(
        account,
        carray(address_as_pointer(handle[1]), (n_orders,), ORDER),
        carray(address_as_pointer(handle[2]), (n_trades,), TRADE),
        carray(address_as_pointer(handle[3]), (n_queue,), int64),
        carray(address_as_pointer(handle[4]), (n_queue,), int64),
        carray(address_as_pointer(handle[5]), (n_trades,), int64),
        carray(address_as_pointer(handle[6]), (n_trades,), int64),
        carray(address_as_pointer(handle[7]), (handle[N_NOTICES],), NOTICE),
        carray(address_as_pointer(handle[8]), (n_bars,), float64),
        carray(address_as_pointer(handle[9]), (n_bars,), float64),
        carray(address_as_pointer(handle[10]), (n_bars,), float64),
        carray(address_as_pointer(handle[11]), (n_bars,), float64),
        carray(address_as_pointer(handle[12]), (n_bars,), float64),
        carray(address_as_pointer(handle[13]), (n_bars // BLOCK,), float64),
        carray(address_as_pointer(handle[14]), (n_bars // BLOCK,), float64),
    )


@subkernel
def has_room(ledger: Ledger) -> bool:
    """Whether one bar, or one placement, can be worked without any array overflowing.

    Each queued order adds at most one trade, one partial copy and two bracket orders, and each
    of those one more copy; an exclusive order adds a closing order per open trade.
    """
    account = ledger.account[0]
    new = 4 * account.n_queue + account.n_active + 8
    return (
        account.n_orders + new <= ledger.orders.size
        and account.n_trades + new <= ledger.trades.size
        and account.n_queue + new <= ledger.queue.size
        and account.n_notices + new <= ledger.notices.size
    )
