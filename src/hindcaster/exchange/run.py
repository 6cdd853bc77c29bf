"""One run: its clock, its account, and what a fill does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hindcaster import errors
from hindcaster.exchange.decimals import sum_floats
from hindcaster.exchange.journal import Journal
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.market import Moment, Quotes
from hindcaster.exchange.orders import ACTIVE, BUY, EXECUTED, MARKET, SELL, Order
from hindcaster.exchange.position import FUTURES, LONG, SHORT, SPOT
from hindcaster.exchange.samples import Samples
from hindcaster.exchange.trades import Trade
from hindcaster.exchange.wallets import FuturesWallet, SpotWallet

_MOST_FILLS: Final = 100_000  # in one minute


@dataclass(frozen=True)
class Terms:
    """Settings of the simulated exchange.

    Attributes
    ----------
    exchange : str
        Its name.
    exchange_type : {'futures', 'spot'}
    starting_balance : float
        In the quote currency.
    fee : float
        Share of a fill's value.
    leverage : int
        1 in spot.
    mode : str
        'cross' or 'isolated', 'spot' in spot.
    annualization : int
        Periods in a year for risk ratios.
    warm_up_candles : int
        How many bars indicators look at, and how many must exist before trading.
    """

    exchange: str
    exchange_type: str
    starting_balance: float
    fee: float
    leverage: int
    mode: str
    annualization: int
    warm_up_candles: int


class Run:
    """The state of one run: nothing of it lies outside of this object.

    Attributes
    ----------
    clock : float
        Present time, in milliseconds: the close of the minute.
    quotes : dict of str to Quotes
        Candles by symbol.
    lanes : list of Lane
        One per trading route.
    queue : list of Order
        Market orders that wait for the end of the minute.
    trades : list of Trade
        Closed trades of all routes.
    shared : dict
        For the strategies' notes to each other.
    timeframes : set of int
        Lengths in minutes that can be read.
    measure : callable
        Gives the metrics so far.
    journal : Journal or None
        Who is told what happens.
    """

    def __init__(self, terms: Terms, quotes: dict[str, Quotes], moment: Moment) -> None:
        self.terms = terms
        self.exchange_name = terms.exchange
        self.exchange_type = terms.exchange_type
        self.fee_rate = terms.fee
        self.leverage = terms.leverage
        self.mode = terms.mode
        self.quotes = quotes
        self.moment = moment
        self.lanes: list[Lane] = []
        self.queue: list[Order] = []
        self.trades: list[Trade] = []
        self.shared: dict[Any, Any] = {}
        self.routes: list[Any] = []
        self.data_routes: list[Any] = []
        self.timeframes: set[int] = set()
        self.measure: Callable[[], dict[str, Any]] = dict
        self.journal: Journal | None = None
        self.clock = float("nan")
        self.start = float("nan")
        self.open_trades = 0
        self.open_pl = 0.0
        self._numbers = 0
        self._fills = (self.clock, 0)
        wallet = FuturesWallet if terms.exchange_type == FUTURES else SpotWallet
        self.wallet: FuturesWallet | SpotWallet = wallet(self, terms.starting_balance)
        self.samples = Samples(self.start, terms.starting_balance)

    def begin(self, start: float) -> None:
        """Set the clock to the beginning of trading."""
        self.start = self.clock = start
        self.samples = Samples(start, self.terms.starting_balance)

    def release(self) -> None:
        """Let go of the candles: strategies and records of a finished run keep the run alive."""
        for quotes in self.quotes.values():
            quotes.release()
        for lane in self.lanes:
            lane.bars = lane.quotes.bars(1)

    def next_number(self) -> int:
        """Give the next number for an order, a trade or a position."""
        self._numbers += 1
        return self._numbers

    def identifier(self, number: int) -> str:
        """Text of the form of a UUID, the same in every run of the same input."""
        return f"{number:08x}-0000-4000-8000-000000000000"

    # -- value of the account ---------------------------------------------------------------

    def value(self, prices: dict[str, float] | None = None) -> float:
        """Value of the account: wallet, and positions at given or at the last prices."""
        if self.exchange_type == SPOT:
            return self.spot_value(self.lanes[0], prices)
        total = self.wallet.balance
        for lane in self.lanes:
            if lane.position.qty:
                price = lane.price if prices is None else prices[lane.symbol]
                total += lane.position.pnl_at(price)
        return total

    def spot_value(self, own: Lane, prices: dict[str, float] | None = None) -> float:
        """Value of a spot account, as the strategy of one route sees it."""
        total = self.wallet.balance
        for order in own.book.orders():
            if order.side == BUY:
                total += order.value
        for lane in self.lanes:
            if lane.position.qty:
                price = lane.price if prices is None else prices[lane.symbol]
                total += abs(lane.position.qty) * price
        return total

    # -- fills ------------------------------------------------------------------------------

    def fill_queue(self) -> None:
        """Fill the market orders that wait, and those that are added meanwhile."""
        position = 0
        while position < len(self.queue):
            self.fill(self.queue[position])
            position += 1
        self.queue.clear()

    def fill_at(self, order: Order, price: float) -> None:
        """Fill an order at another price than its own."""
        reserved = order.price
        order.vars["submitted_price"] = reserved
        order.price = price
        self.fill(order, reserved)

    def fill(self, order: Order, reserved: float | None = None) -> None:
        """Fill an order at its price: trade, wallet, position, then the strategy's hooks."""
        if order.status != ACTIVE:
            return
        self._count_fill(order)
        lane = order.lane
        order.status = EXECUTED
        order.executed_at = self.clock
        if order.slot >= 0:
            lane.book.remove(order)
            lane.untidy = True
        held = lane.position.qty
        order.filled_qty = order.qty
        if order.reduce_only and abs(order.qty) > abs(held):
            order.filled_qty = -held
        order.fee = self.fee_rate * (abs(order.filled_qty) * order.price)
        before = self.wallet.balance
        change = self.wallet.fill(order, lane, order.price if reserved is None else reserved)
        if self.journal is not None:
            self.journal.executed(order, before)
        self._move(lane, order, change)

    def _count_fill(self, order: Order) -> None:
        """Refuse orders that fill one another for ever: time would not go on."""
        clock, fills = self._fills
        self._fills = (self.clock, fills + 1 if clock == self.clock else 0)
        if fills > _MOST_FILLS:
            raise errors.endless_fills(order.symbol, fills)

    def _move(self, lane: Lane, order: Order, change: float) -> None:
        """Change the position, and tell the strategy."""
        held = lane.position.qty
        left = sum_floats(held, change)
        if not held:
            self._note(lane, order, order.filled_qty, order.fee)
            self._open(lane, order, left)
        elif held * order.qty > 0 and order.reduce_only:
            self._note(lane, order, order.filled_qty, order.fee)
            self._tell_again(lane, order)
        elif held * change > 0:
            self._note(lane, order, order.filled_qty, order.fee)
            self._increase(lane, order, left)
        elif not left or (order.reduce_only and held * left < 0):
            self._note(lane, order, order.filled_qty, order.fee)
            self._close(lane, order)
        elif held * left < 0:
            self._flip(lane, order, held, left)
        else:
            self._note(lane, order, order.filled_qty, order.fee)
            self._reduce(lane, order, change, left)

    def _note(self, lane: Lane, order: Order, qty: float, fee: float) -> None:
        """Add a fill to the open trade, which it may begin."""
        if lane.trade is None:
            lane.trade = Trade(lane, LONG if order.side == BUY else SHORT, self.clock)
        lane.trade.add(order, qty, fee)

    def _tell_journal(self, lane: Lane, order: Order, closed: Trade | None = None) -> None:
        if self.journal is not None:
            self.journal.moved(lane, order, closed)

    def _start_position(self, lane: Lane, order: Order, qty: float) -> None:
        position = lane.position
        position.previous_qty = 0
        position.qty = qty
        position.entry_price = order.price
        position.exit_price = None
        position.opened_at = self.clock

    def _open(self, lane: Lane, order: Order, qty: float) -> None:
        self._start_position(lane, order, qty)
        self._tell_journal(lane, order)
        lane.agent.opened(order)

    def _increase(self, lane: Lane, order: Order, left: float) -> None:
        position = lane.position
        size, more = abs(position.qty), abs(order.filled_qty)  # a spot fee is not deducted here
        entry = position.entry_price or 0.0
        position.entry_price = (more * order.price + size * entry) / (more + size)
        position.previous_qty, position.qty = position.qty, left
        self._tell_journal(lane, order)
        lane.agent.increased(order)

    def _tell_again(self, lane: Lane, order: Order) -> None:
        """Call the hooks of the fill before this one, which changes nothing.

        A flip leaves orders that only reduce on the position's own side.
        """
        if self.journal is not None:
            self.journal.repeated(lane, order)
        before, now = abs(lane.position.previous_qty), abs(lane.position.qty)
        if not before:
            lane.agent.opened(order)
        elif now > before:
            lane.agent.increased(order)
        elif now < before:
            lane.agent.reduced(order)

    def _realise(self, lane: Lane, qty: float, price: float) -> None:
        position = lane.position
        profit = abs(qty) * (price - (position.entry_price or 0.0))
        if position.qty < 0:
            profit = -profit
        before = self.wallet.balance
        self.wallet.realise(profit)
        if self.journal is not None:
            self.journal.realised(lane, profit, before)

    def _reduce(self, lane: Lane, order: Order, change: float, left: float) -> None:
        self._realise(lane, change, order.price)
        position = lane.position
        position.previous_qty, position.qty = position.qty, left
        self._tell_journal(lane, order)
        lane.agent.reduced(order)

    def _end_position(self, lane: Lane, order: Order) -> Trade:
        position = lane.position
        self._realise(lane, position.qty, order.price)
        position.previous_qty, position.qty = position.qty, 0
        position.entry_price = None
        position.exit_price = order.price
        position.closed_at = self.clock
        trade = lane.trade
        assert trade is not None
        trade.closed_at = self.clock
        lane.trade = None
        self.trades.append(trade)
        self._tell_journal(lane, order, trade)
        return trade

    def _close(self, lane: Lane, order: Order) -> None:
        trade = self._end_position(lane, order)
        lane.agent.closed(order, trade)

    def _flip(self, lane: Lane, order: Order, held: float, left: float) -> None:
        """Close the position and open the rest on the other side: two trades share the fill."""
        share = abs(held) / abs(order.filled_qty)
        self._note(lane, order, held, order.fee * share)
        self._end_position(lane, order)
        lane.strategy.trades_count += 1
        self._note(lane, order, left, order.fee - order.fee * share)
        self._open(lane, order, left)

    def liquidate(self, lane: Lane) -> None:
        """Close a position at its bankruptcy price."""
        position = lane.position
        qty = -position.qty
        side = BUY if qty > 0 else SELL
        order = Order(lane, side, MARKET, qty, position.bankruptcy_price, True, None, None)
        lane.orders.append(order)
        lane.active.append(order)
        lane.untidy = True
        if self.journal is not None:
            self.journal.liquidated(lane, position.liquidation_price)
        self.fill(order)
