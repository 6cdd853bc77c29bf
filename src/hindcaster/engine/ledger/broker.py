"""The account of one run as Python holds it: owns the arrays, calls the kernels, raises."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray, IntArray, RecordArray
from hindcaster.engine import codes
from hindcaster.engine.costs import Fee, Schedule, use_tier
from hindcaster.engine.ledger import state
from hindcaster.engine.ledger.entry_points import (
    call_advance,
    call_cancel,
    call_close,
    call_close_out,
    call_condition,
    call_finish,
    call_move_bracket,
    call_place,
    call_priced_exit,
)
from hindcaster.engine.ledger.finer import FinerBars
from hindcaster.engine.records import ACCOUNT, NOTICE, ORDER, TRADE, grown

FeeFunction = Callable[[float, float], float]
NoticeHandler = Callable[[RecordArray], None]

_C_FEE = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_double, ctypes.c_int64)
_FIRST_ROOM = 512  # records before the first growth, which takes as long as a hundred bars


def _slot(field: str) -> int:
    """Place of an account field in units of eight bytes."""
    offset = ACCOUNT.fields[field][1] if ACCOUNT.fields else 0
    return offset // 8


_LOTS = _slot("lots")
_CASH, _NET_SIZE, _COST = _slot("cash"), _slot("net_size"), _slot("cost")
_N_NOTICES, _N_QUEUE = _slot("n_notices"), _slot("n_queue")
_N_ACTIVE, _N_CLOSED = _slot("n_active"), _slot("n_closed")


class Bars:
    """Contiguous float64 prices of one data set, shared by every run over it.

    Parameters
    ----------
    open, high, low, close : array of float, shape (n_bars,)
        Prices without NaN.

    Attributes
    ----------
    block_high, block_low : array of float, shape (n_bars // BLOCK,)
        Highest and lowest price that the engine looks at in each whole block of bars.
    tail_high, tail_low : array of float, shape (n_bars // BLOCK + 1,)
        The same of all bars from the beginning of a block on; NaN where none follow.
    """

    def __init__(
        self,
        open: FloatArray,  # noqa: A002  (the field's name)
        high: FloatArray,
        low: FloatArray,
        close: FloatArray,
    ) -> None:
        self.open, self.high, self.low, self.close = (
            np.ascontiguousarray(column, np.float64) for column in (open, high, low, close)
        )
        self.block_high = _of_blocks(np.maximum, self.high, self.close)
        self.block_low = _of_blocks(np.minimum, self.low, self.close)
        self.tail_high = _of_tails(np.maximum, self.block_high, self.high, self.close)
        self.tail_low = _of_tails(np.minimum, self.block_low, self.low, self.close)

    def __len__(self) -> int:
        return len(self.close)


def _of_blocks(extreme: np.ufunc, edge: FloatArray, close: FloatArray) -> FloatArray:
    """Reduce prices to the extreme of each whole block of bars."""
    whole = len(edge) - len(edge) % state.BLOCK
    blocks = [column[:whole].reshape(-1, state.BLOCK) for column in (edge, close)]
    found: FloatArray = extreme(*(extreme.reduce(block, axis=1) for block in blocks))
    return np.ascontiguousarray(found)


def _of_tails(
    extreme: np.ufunc, blocks: FloatArray, edge: FloatArray, close: FloatArray
) -> FloatArray:
    """Extreme of the prices from each block on."""
    rest = len(blocks) * state.BLOCK
    last = extreme.reduce(np.concatenate([edge[rest:], close[rest:]])) if len(edge) > rest else None
    found = np.append(blocks, np.nan if last is None else last)
    known = len(found) - (last is None)
    found[:known] = extreme.accumulate(found[:known][::-1])[::-1]
    return found


class LedgerBroker:
    """One account over one set of bars.

    Parameters
    ----------
    bars : Bars
        Prices.
    cash : float
        Starting balance.
    leverage : float
        1 / margin.
    spread : float
        Fraction of the price, added against the trader on entries.
    commission : tuple of (float, float), callable or Schedule
        Fixed cash and rate of the traded value, ``f(size, price) -> cash``, or rules by what was
        traded so far.
    trade_on_close, hedging, exclusive_orders : bool
        As in `Backtest`.
    lots : int
        Smallest tradable amounts in one unit: 1 for whole units.
    slippage : tuple of (float, float)
        In price and as a share of it, against the trader, on market and stop fills.
    finer : FinerBars, optional
        In which order the prices of bars came; without, the rules of the broker decide.
    on_notice : callable
        Receives a record array of notices after a bar that produced some.
    """

    def __init__(
        self,
        bars: Bars,
        *,
        cash: float,
        leverage: float,
        spread: float,
        commission: tuple[float, float] | FeeFunction | Schedule,
        trade_on_close: bool,
        hedging: bool,
        exclusive_orders: bool,
        lots: int = 1,
        slippage: tuple[float, float] = (0.0, 0.0),
        finer: FinerBars | None = None,
        on_notice: NoticeHandler,
    ) -> None:
        self.bars = bars
        self.finer = finer
        self.wake = 0
        self.bankrupt = False
        self.tags: list[Any] = []
        self.version = 0
        self._on_notice = on_notice
        self._commission = commission
        self._fee_error: BaseException | None = None
        self.account: RecordArray = np.zeros(1, ACCOUNT)
        self.equity: FloatArray = np.full(len(bars), np.nan)
        self.orders: RecordArray = np.zeros(_FIRST_ROOM, ORDER)
        self.trades: RecordArray = np.zeros(_FIRST_ROOM, TRADE)
        self.notices: RecordArray = np.zeros(_FIRST_ROOM, NOTICE)
        self.queue, self.scratch, self.active, self.closed = (
            np.zeros(_FIRST_ROOM, np.int64) for _ in range(4)
        )
        settings = self.account
        settings["n_bars"] = len(bars)
        settings["cash"] = cash
        settings["leverage"] = leverage
        settings["spread"] = abs(spread)  # always against the trader, whatever its sign
        settings["trade_on_close"] = trade_on_close
        settings["hedging"] = hedging
        settings["exclusive"] = exclusive_orders
        settings["lots"] = lots
        settings["slip"], settings["slip_rate"] = slippage
        settings["exact_fees"] = lots > 1 or isinstance(commission, Schedule)
        settings["n_finer"] = 0 if finer is None else len(finer.open)
        settings["finer"] = codes.ABSENT
        self.tiers = self._set_fees(commission)
        self._connect()

    def _set_fees(self, commission: tuple[float, float] | FeeFunction | Schedule) -> FloatArray:
        """Write the first tier's numbers to the account; returns those of all tiers."""
        if callable(commission):
            schedule = Schedule(((0.0, Fee()),))
        elif isinstance(commission, Schedule):
            schedule = commission
        else:
            schedule = Schedule(((0.0, Fee(*commission)),))
        self.account["n_tiers"] = len(schedule.tiers)
        self.account["tiers_by_units"] = schedule.by_units
        use_tier(self.account, schedule.table)
        return schedule.table

    def _connect(self) -> None:
        """Make the views and addresses that stay valid until an array is replaced."""
        # A memoryview reads a number in half the time that an array takes.
        memory = self.account.view(np.uint8).data
        self._integers = memory.cast("q")
        self._floats = memory.cast("d")
        if callable(self._commission):
            self._c_fee = _C_FEE(self._checked_fee)
            address = ctypes.cast(self._c_fee, ctypes.c_void_p).value
            self.account["fee_address"] = address
        self._write_handle()

    def _write_handle(self) -> None:
        handle: IntArray = np.empty(state.HANDLE_LENGTH, np.int64)
        finer = _NO_FINER if self.finer is None else self.finer
        arrays = {
            **{f"finer_{name}": column for name, column in finer._asdict().items()},
            **{name: getattr(self.bars, name) for name in state.FIELDS if hasattr(self.bars, name)},
            **{name: getattr(self, name) for name in state.FIELDS if hasattr(self, name)},
        }
        for slot, name in enumerate(state.FIELDS):
            handle[slot] = arrays[name].ctypes.data
        handle[state.N_ORDERS] = len(self.orders)
        handle[state.N_TRADES] = len(self.trades)
        handle[state.N_QUEUE] = len(self.queue)
        handle[state.N_NOTICES] = len(self.notices)
        self._handle_array = handle
        self._handle = handle.ctypes.data

    def __getstate__(self) -> dict[str, Any]:
        kept = dict(self.__dict__)
        for name in _NOT_KEPT:
            kept.pop(name, None)
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self._on_notice = _ignore
        self._connect()

    def _checked_fee(self, size: float, price: float, whole: int) -> float:
        """Call the user's fee function; an exception is kept, because C cannot carry it."""
        if self._fee_error is not None:
            return np.nan
        try:
            units = int(size) if whole else size
            cash = float(self._commission(units, np.float64(price)))  # type: ignore[operator]
            if cash != cash:
                raise errors.fee_is_nan(units, price)
            return cash
        except BaseException as error:
            self._fee_error = error
            return np.nan

    def reserve(self, spare: int) -> None:
        """Make room for what one bar can add, and for `spare` records more."""
        account = self.account
        new = int(4 * account["n_queue"][0] + account["n_active"][0] + 8) + spare
        self.orders = grown(self.orders, int(account["n_orders"][0]) + new)
        self.notices = grown(self.notices, int(account["n_notices"][0]) + new)
        room = int(account["n_queue"][0]) + new
        self.queue, self.scratch = grown(self.queue, room), grown(self.scratch, room)
        room = int(account["n_trades"][0]) + new
        self.trades = grown(self.trades, room)
        self.active, self.closed = grown(self.active, room), grown(self.closed, room)
        self._write_handle()

    def _raise_for(self, result: int) -> None:
        """Raise the exception that an error code stands for."""
        if result == codes.FEE_FAILED:
            assert self._fee_error is not None
            raise self._fee_error
        if result == codes.BRACKET_OUT_OF_RANGE:
            raise errors.bracket_out_of_range()
        if result == codes.UNITS_NOT_FINITE:
            raise errors.units_not_finite()
        if result == codes.TRAIL_TOO_WIDE:
            raise errors.trail_too_wide()
        if result == codes.SLIPPED_TOO_FAR:
            raise errors.slipped_too_far()

    # -- what a driver calls ---------------------------------------------------------------

    def advance(self, bar: int) -> bool:
        """Work `bar` and set `wake`, the next bar to work; False when the account is bankrupt."""
        result = call_advance(self._handle, bar)
        while result == codes.NEED_ROOM:
            self.reserve(0)
            result = call_advance(self._handle, bar)
        self.version += 1
        self._hand_over_notices()
        if result >= 0:
            self.wake = result
            return True
        self._raise_for(result)
        self.bankrupt = True
        return False

    def _hand_over_notices(self) -> None:
        count = self._integers[_N_NOTICES]
        if count:
            self._integers[_N_NOTICES] = 0
            self._on_notice(self.notices[:count].copy())

    # -- what compiled code needs ----------------------------------------------------------

    @property
    def handle(self) -> int:
        """Address that kernels open; it changes when an array grows."""
        return self._handle

    def snapshot(self) -> tuple[RecordArray, RecordArray, IntArray]:
        """Copy what orders placed before the first bar have changed."""
        account = self.account.copy()
        placed, queued = int(account["n_orders"][0]), int(account["n_queue"][0])
        return account, self.orders[:placed].copy(), self.queue[:queued].copy()

    def restore(self, before: tuple[RecordArray, RecordArray, IntArray]) -> None:
        """Go back to a snapshot taken before the first bar."""
        account, orders, queue = before
        self.account[:] = account
        self.orders[: len(orders)] = orders
        self.queue[: len(queue)] = queue
        self.equity[:] = np.nan
        self._fee_error = None
        self.bankrupt = False

    @property
    def commission(self) -> tuple[float, float] | FeeFunction | Schedule:
        """Fixed cash and rate, the user's function, or rules."""
        return self._commission

    def use_fee_at(self, address: int) -> None:
        """Call machine code at an address instead of the user's function, until `restore`."""
        self.account["fee_address"] = address

    def take_over(self) -> None:
        """Go on after compiled code worked bars: hand over its notices, call Python for fees."""
        self.version += 1
        if callable(self._commission):
            self.account["fee_address"] = ctypes.cast(self._c_fee, ctypes.c_void_p).value
        self._hand_over_notices()

    # -- what a driver calls, continued ----------------------------------------------------

    def use_bars(self, bars: Bars) -> None:
        """Work on other prices from now on; nothing may have been worked yet."""
        if self.finer is not None:
            for name in ("open", "high", "low", "close"):
                if not np.array_equal(getattr(bars, name), getattr(self.bars, name)):
                    raise errors.intrabar_and_own_prices(name.capitalize())
        if bars is not self.bars:
            self.bars = bars
            self._write_handle()

    def begin(self, start: int) -> None:
        """Declare `start` the first bar to work: orders placed so far belong to the one before."""
        placed = self.orders[: self.account["n_orders"][0]]
        placed["placed_bar"] = min(start, len(self.bars)) - 1
        self.account["filled_to"] = start

    def wait_for_open(self) -> None:
        """Let orders placed so far fill from the first bar on, not at the close before it."""
        self.orders["on_close"][: self.account["n_orders"][0]] = 0

    def finalize(self, last: int) -> None:
        """Close all open trades by working the last bar once more, with all waiting orders."""
        for index in reversed(self.active_trades()):
            self.close_trade(last, index, 1.0)
        self.advance(last)

    def close_out(self, last: int) -> None:
        """Close all open trades at the close of the last bar; waiting orders stay as they are."""
        for index in self.active_trades():
            order = self.close_trade(last, index, 1.0)
            self._raise_for(call_close_out(self._handle, order, last))

    def finish(self, end: int) -> None:
        """Write the equity of all bars before `end`."""
        call_finish(self._handle, end)

    # -- what a strategy asks for ----------------------------------------------------------
    # Each of these lets the next bar be worked, whatever was foreseen before.

    def place(
        self, bar: int, size: float, limit: float, stop: float, sl: float, tp: float, tag: Any
    ) -> int:
        """Queue an entry order (NaN: no such price) and return its index."""
        number = codes.ABSENT if tag is None else self._tag_index(tag)
        order = call_place(self._handle, bar, size, limit, stop, sl, tp, number)
        while order == codes.NEED_ROOM:
            self.reserve(0)
            order = call_place(self._handle, bar, size, limit, stop, sl, tp, number)
        if order == codes.PRICES_NOT_ORDERED:
            close = float(self.bars.close[bar])
            raise errors.prices_not_ordered(size, limit, stop, sl, tp, close, self.spread)
        self.wake = bar + 1
        self.version += 1
        return order

    def add_conditions(
        self,
        order: int,
        in_units: bool,
        on_close: bool | None,
        good_for: int | None,
        other: int,
        trail: float,
        trail_rate: float,
    ) -> None:
        """Add to an order just placed what few orders have; `other` has to be waiting."""
        call_condition(
            self._handle,
            order,
            in_units,
            codes.ABSENT if on_close is None else on_close,
            codes.NEVER if good_for is None else good_for,
            other,
            trail,
            trail_rate,
        )

    def close_trade(self, bar: int, index: int, portion: float) -> int:
        """Queue a market order that closes a portion of a trade and return its index."""
        order = call_close(self._handle, bar, index, portion)
        while order == codes.NEED_ROOM:
            self.reserve(0)
            order = call_close(self._handle, bar, index, portion)
        self.wake = bar + 1
        self.version += 1
        return order

    def move_bracket(self, bar: int, index: int, role: int, price: float) -> int:
        """Set (or with NaN remove) a trade's stop-loss or take-profit."""
        order = call_move_bracket(self._handle, bar, index, role, price)
        while order == codes.NEED_ROOM:
            self.reserve(0)
            order = call_move_bracket(self._handle, bar, index, role, price)
        if order == codes.NOT_QUEUED:
            raise errors.bracket_of_closed_trade()
        self.wake = bar + 1
        self.version += 1
        return order

    def cancel(self, bar: int, order: int) -> None:
        """Cancel a queued order."""
        if call_cancel(self._handle, bar, order) == codes.NOT_QUEUED:
            raise errors.order_not_queued(self.order_outcome(order))
        self.wake = bar + 1
        self.version += 1

    def _tag_index(self, tag: Any) -> int:
        self.tags.append(tag)
        return len(self.tags) - 1

    # -- what the account looks like -------------------------------------------------------

    @property
    def spread(self) -> float:
        """Fraction of the price, on entries."""
        return float(self.account["spread"][0])

    @property
    def lots(self) -> float:
        """Smallest tradable amounts in one unit."""
        return self._floats[_LOTS]

    @property
    def exclusive(self) -> bool:
        """Whether each order cancels the others."""
        return bool(self.account["exclusive"][0])

    def is_queued(self, order: int) -> bool:
        """Whether an order is waiting."""
        return bool(self.orders["queued"][order])

    @property
    def cash(self) -> np.float64:
        """Balance without open profit."""
        return np.float64(self._floats[_CASH])

    @property
    def net_size(self) -> float:
        """Signed units over all open trades."""
        return self._floats[_NET_SIZE]

    def open_profit(self, bar: int) -> np.float64:
        """Unrealised profit at the close of `bar`, without commissions."""
        return self.bars.close[bar] * self._floats[_NET_SIZE] - self._floats[_COST]

    def invested(self) -> float:
        """Absolute value of the open trades at their entry prices."""
        trades = self.trades[self.active[: self._integers[_N_ACTIVE]]]
        return float(np.sum(np.abs(trades["size"]) * trades["entry_price"]))

    def queued(self) -> list[int]:
        """Return the indices of live orders in the order they will be worked."""
        return self.queue[: self._integers[_N_QUEUE]].tolist()

    def active_trades(self) -> list[int]:
        """Return the indices of open trades in entry order."""
        return self.active[: self._integers[_N_ACTIVE]].tolist()

    def closed_trades(self) -> list[int]:
        """Return the indices of closed trades in the order they were closed."""
        return self.closed[: self._integers[_N_CLOSED]].tolist()

    def tag(self, number: int) -> Any:
        """Return the tag object behind a record's tag number."""
        return None if number == codes.ABSENT else self.tags[number]

    def tags_of(self, records: RecordArray) -> list[Any]:
        """Return the tag objects of orders or trades."""
        if not self.tags:
            return [None] * len(records)
        return [self.tag(number) for number in records["tag"].tolist()]

    def priced_exit(
        self, size: float, price: float, *, whole: bool, resting: bool, slips: bool
    ) -> tuple[float, float]:
        """Price and commission of an exit of `size` units that there need not have been.

        `resting` says that a limit order makes it, `slips` that slippage is still to be taken off.
        Tiers count as they stand.
        """
        priced = call_priced_exit(self._handle, size, price, int(whole), int(resting), int(slips))
        self._raise_for(priced[2])
        return priced[:2]

    def order_outcome(self, order: int) -> str:
        """Say in words what became of an order."""
        record = self.orders[order]
        return codes.REASON_TEXTS[record["reason"]] or codes.STATE_NAMES[record["state"]]


_NOTHING: FloatArray = np.zeros(1)
_NO_FINER = FinerBars(_NOTHING, _NOTHING, _NOTHING, _NOTHING, np.zeros(2, np.int64))
_NOT_KEPT = ("_handle", "_handle_array", "_integers", "_floats", "_c_fee", "_on_notice")


def _ignore(_notices: RecordArray) -> None:
    """Notices of an account that is only looked at after its run."""
