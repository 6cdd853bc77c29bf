"""The broker's state as kernels see it, and how a kernel gets at it.

Python owns the arrays and hands kernels a single integer: the address of an int64 array, the
*handle*, that holds the addresses of all others and the lengths of those that grow. In a kernel
the ledger is nothing but that address.
"""

from typing import Any, Final

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, register_model
from numba.np.numpy_support import from_dtype

from hindcaster._jit import subkernel
from hindcaster._types import FloatArray, IntArray, RecordArray
from hindcaster.engine.ledger.memory import MemoryType
from hindcaster.engine.records import ACCOUNT, NOTICE, ORDER, TRADE

_DTYPES: Final = {
    "account": from_dtype(ACCOUNT),
    "orders": from_dtype(ORDER),
    "trades": from_dtype(TRADE),
    "queue": types.int64,
    "scratch": types.int64,
    "active": types.int64,
    "closed": types.int64,
    "notices": from_dtype(NOTICE),
    "open": types.float64,
    "high": types.float64,
    "low": types.float64,
    "close": types.float64,
    "equity": types.float64,
    "block_high": types.float64,
    "block_low": types.float64,
    "tail_high": types.float64,
    "tail_low": types.float64,
    "tiers": types.float64,
    "finer_open": types.float64,
    "finer_high": types.float64,
    "finer_low": types.float64,
    "finer_first": types.int64,
}
FIELDS: Final = tuple(_DTYPES)

# Bars per block: the look-ahead for a wake-up passes over a block in which nothing can happen.
BLOCK: Final = 64

# Slots of the handle: the addresses of the fields, then the lengths of those that grow.
N_ORDERS: Final = len(FIELDS)
N_TRADES: Final = N_ORDERS + 1
N_QUEUE: Final = N_ORDERS + 2
N_NOTICES: Final = N_ORDERS + 3
HANDLE_LENGTH: Final = N_ORDERS + 4

_LENGTHS: Final = {
    "order_room": N_ORDERS,
    "trade_room": N_TRADES,
    "queue_room": N_QUEUE,
    "notice_room": N_NOTICES,
}


class Ledger:
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
    tail_high: FloatArray  # the same of all bars from a block on
    tail_low: FloatArray
    tiers: FloatArray  # commission by what was traded, TIER numbers each
    finer_open: FloatArray  # finer bars, if `account.n_finer`
    finer_high: FloatArray
    finer_low: FloatArray
    finer_first: IntArray  # the first finer bar of each bar, and the number of all
    order_room: int
    trade_room: int
    queue_room: int
    notice_room: int


class LedgerType(types.Type):
    """The compiler's type of a `Ledger`: the address of its handle."""

    def __init__(self) -> None:
        super().__init__(name="Ledger")


@register_model(LedgerType)
class _LedgerModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: LedgerType) -> None:
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


@infer_getattr
class _LedgerAttributes(AttributeTemplate):  # type: ignore[misc]
    key = LedgerType

    def generic_resolve(self, _kind: Any, name: str) -> Any:
        if name in _LENGTHS:
            return types.int64
        return MemoryType(_DTYPES[name]) if name in _DTYPES else None


@lower_getattr_generic(LedgerType)  # type: ignore[untyped-decorator]
def _read_field(_context: Any, builder: Any, _kind: Any, handle: Any, name: str) -> Any:
    place = _LENGTHS[name] if name in _LENGTHS else FIELDS.index(name)
    value = builder.load(builder.gep(handle, [ir.Constant(ir.IntType(32), place)]))
    return value if name in _LENGTHS else builder.inttoptr(value, ir.IntType(8).as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def open_ledger(_typingctx: Any, _address: Any) -> Any:
    """See the state behind a handle's address; valid while its owner keeps the arrays."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(64).as_pointer())

    return LedgerType()(types.int64), codegen


@subkernel
def has_room(ledger: Ledger) -> bool:
    """Whether one bar, or one placement, can be worked without any array overflowing.

    Each queued order adds at most one trade, one partial copy and two bracket orders, and each
    of those one more copy; an exclusive order adds a closing order per open trade.
    """
    account = ledger.account[0]
    new = 4 * account.n_queue + account.n_active + 8
    return (
        account.n_orders + new <= ledger.order_room
        and account.n_trades + new <= ledger.trade_room
        and account.n_queue + new <= ledger.queue_room
        and account.n_notices + new <= ledger.notice_room
    )
