"""One traded symbol at the exchange: its strategy, position, orders and trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hindcaster._types import FloatArray
from hindcaster.exchange.book import Book
from hindcaster.exchange.orders import ACTIVE, CANCELED, MARKET, Order
from hindcaster.exchange.position import Position

if TYPE_CHECKING:
    from hindcaster.exchange.market import Quotes
    from hindcaster.exchange.run import Run
    from hindcaster.exchange.trades import Trade


class Lane:
    """What belongs to one trading route.

    Attributes
    ----------
    index : int
        Place among the trading routes.
    quotes : Quotes
        Candles of the symbol.
    orders : list of Order
        Orders since the position was last closed, whatever became of them.
    active : list of Order
        Those that were live when the exchange last tidied up, which it does once a minute.
    trade : Trade or None
        The trade that is open.
    strategy : object
        The user's strategy.
    agent : object
        Acts on fills: has ``opened``, ``increased``, ``reduced`` and ``closed``.
    """

    def __init__(
        self, run: Run, index: int, quotes: Quotes, timeframe: str, minutes: int, name: Any
    ) -> None:
        self.run = run
        self.index = index
        self.quotes = quotes
        self.symbol = quotes.symbol
        self.timeframe = timeframe
        self.minutes = minutes
        self.strategy_name = name
        self.bars = quotes.bars(minutes)
        self.position = Position(self)
        self.book = Book()
        self.orders: list[Order] = []
        self.active: list[Order] = []
        self.untidy = False
        self.trade: Trade | None = None
        self.strategy: Any = None
        self.agent: Any = None

    @property
    def price(self) -> float:
        """Last price of the symbol."""
        return self.quotes.price

    @property
    def candles(self) -> FloatArray:
        """Bars of the route, the forming one included."""
        quotes = self.quotes
        return self.bars.view(quotes.seen, quotes.partial)

    def place(
        self, side: str, kind: str, qty: float, price: float, reduce_only: bool, via: str | None
    ) -> Order:
        """Send an order, which may need margin or assets."""
        order = Order(self, side, kind, qty, price, reduce_only, via, self.run.clock)
        self.run.wallet.submit(order, self)
        self.book.add(order)
        self.orders.append(order)
        self.active.append(order)
        if kind == MARKET:
            self.run.queue.append(order)
        if self.run.journal is not None:
            self.run.journal.submitted(order)
        return order

    def cancel(self, order: Order) -> None:
        """Cancel an order, unless it is filled or cancelled already."""
        if order.status != ACTIVE:
            return
        order.status = CANCELED
        order.canceled_at = self.run.clock
        self.book.remove(order)
        self.untidy = True
        self.run.wallet.cancel(order, self)
        if self.run.journal is not None:
            self.run.journal.cancelled(order)

    def cancel_all(self) -> None:
        """Cancel every live order."""
        for order in self.book.orders():
            self.cancel(order)

    def forget_orders(self) -> None:
        """Begin a new cycle of orders."""
        self.orders = []
        self.active = []
        self.untidy = False

    def tidy(self) -> None:
        """Drop orders that are not live any more from the active list."""
        if self.untidy:
            self.active = [order for order in self.active if order.status == ACTIVE]
            self.untidy = False
