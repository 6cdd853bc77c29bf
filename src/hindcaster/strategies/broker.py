"""What sends orders: the kinds of orders, by the side of the price they are on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hindcaster import errors
from hindcaster.exchange.orders import BUY, LIMIT, MARKET, SELL, STOP, Order
from hindcaster.helpers import is_price_near

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane


class Broker:
    """Sends and cancels orders of one strategy, as ``self.broker``.

    All methods take the quantity without its sign. Orders sent this way are not known to
    ``self.buy``, ``self.stop_loss`` and the like. An order of no size, or with a number that is
    not finite, is an `hindcaster.exceptions.InvalidStrategy`.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def _send(
        self,
        side: str,
        kind: str,
        qty: float,
        price: float,
        reduce_only: bool = False,
        via: str | None = None,
    ) -> Order:
        try:
            finite = math.isfinite(qty) and math.isfinite(price)
        except TypeError:
            raise errors.order_not_a_number(qty, price) from None
        if qty == 0:
            raise errors.qty_is_zero()
        if price < 0:
            raise errors.broker_negative_price(price)
        if not finite:
            raise errors.sent_not_finite(side, qty, price)
        qty = float(abs(qty) if side == BUY else -abs(qty))
        return self._lane.place(side, kind, qty, float(price), reduce_only, via)

    def buy_at_market(self, qty: float) -> Order:
        """Buy at the current price."""
        return self._send(BUY, MARKET, qty, self._lane.price)

    def sell_at_market(self, qty: float) -> Order:
        """Sell at the current price."""
        return self._send(SELL, MARKET, qty, self._lane.price)

    def buy_at(self, qty: float, price: float) -> Order:
        """Buy with a limit order."""
        return self._send(BUY, LIMIT, qty, price)

    def sell_at(self, qty: float, price: float) -> Order:
        """Sell with a limit order."""
        return self._send(SELL, LIMIT, qty, price)

    def start_profit_at(self, side: str, qty: float, price: float) -> Order:
        """Buy above, or sell below, the current price with a stop order.

        Raises
        ------
        OrderNotAllowed
            The price is on the other side of the current one.
        ValueError
            `side` is neither 'buy' nor 'sell'.
        """
        if side not in (BUY, SELL):
            raise errors.bad_order_side(side)
        current = self._lane.price
        if (side == BUY and price < current) or (side == SELL and price > current):
            raise errors.start_profit_wrong_side(side, price, current)
        return self._send(side, STOP, qty, price)

    def reduce_position_at(self, qty: float, price: float, current_price: float) -> Order:
        """Reduce the position at a price: market, limit or stop by where the price is.

        Raises
        ------
        OrderNotAllowed
            No position is open, or the price is NaN.
        """
        return self.reduce(qty, price, current_price, None)

    def reduce(self, qty: float, price: float, current: float, via: str | None) -> Order:
        """Do what `reduce_position_at` does, and say what the order is for."""
        position = self._lane.position
        if not position.qty:
            raise errors.no_position_to_reduce()
        if math.isnan(price):
            raise errors.order_price_nan()
        side = SELL if position.qty > 0 else BUY
        if is_price_near(price, current):
            kind = MARKET
        else:
            kind = LIMIT if (price > current) == (side == SELL) else STOP
        return self._send(side, kind, qty, price, True, via)

    def leave(self, qty: float, via: str) -> Order:
        """Trade against the position at the current price, whatever is left of it."""
        side = SELL if self._lane.position.qty > 0 else BUY
        return self._send(side, MARKET, qty, self._lane.price, False, via)

    def enter(self, side: str, qty: float, price: float, current: float) -> Order:
        """Send an entry: market, limit or stop by where the price is."""
        if math.isnan(price):
            raise errors.entry_price_nan(side)
        if is_price_near(price, current):
            return self._send(side, MARKET, qty, self._lane.price)
        kind = STOP if (price > current) == (side == BUY) else LIMIT
        return self._send(side, kind, qty, price)

    def cancel_all_orders(self) -> None:
        """Cancel all orders of the strategy."""
        self._lane.cancel_all()
        self._lane.orders = []

    def cancel_order(self, order_id: str) -> None:
        """Cancel the order that has this `id`."""
        for order in self._lane.book.orders():
            if order.id == order_id:
                self._lane.cancel(order)
