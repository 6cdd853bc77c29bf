"""The resting orders of one symbol, as arrays that kernels read."""

from __future__ import annotations

import numpy as np

from hindcaster.exchange.orders import BUY, SELL, Order

_FIRST_ROOM = 8


class Book:
    """Live orders of one symbol in the order they were placed.

    An order that leaves keeps its place with the price NaN; places are given anew when most of
    them are empty.

    Attributes
    ----------
    live : int
        How many orders rest.
    count : int
        How many places are in use.
    version : int
        Raised by every change.
    """

    def __init__(self) -> None:
        self.prices = np.full(_FIRST_ROOM, np.nan)
        self.rules = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self.slots = np.zeros(_FIRST_ROOM, dtype=np.int64)  # room for a list of places
        self.places: list[Order | None] = []
        self.count = 0
        self.live = 0
        self.version = 0

    def orders(self) -> list[Order]:
        """List the live orders, the oldest first."""
        return [order for order in self.places if order is not None]

    def add(self, order: Order) -> None:
        """Put an order behind the others."""
        if self.count == len(self.prices):
            self._make_room()
        order.slot = self.count
        self.prices[order.slot] = order.price
        self.rules[order.slot] = order.gap_rule
        self.places.append(order)
        self.count += 1
        self.live += 1
        self.version += 1

    def remove(self, order: Order) -> None:
        """Take an order out, because it was filled or cancelled."""
        self.prices[order.slot] = np.nan
        self.places[order.slot] = None
        self.live -= 1
        self.version += 1
        if self.live == 0:
            self.places.clear()
            self.count = 0

    def _make_room(self) -> None:
        orders = self.orders()
        if len(orders) > len(self.prices) // 2:
            room = 2 * len(self.prices)
            self.prices = np.full(room, np.nan)
            self.rules = np.zeros(room, dtype=np.int64)
            self.slots = np.zeros(room, dtype=np.int64)
        self.places = []
        self.count = self.live = 0
        for order in orders:
            self.add(order)

    def entry_values(self) -> tuple[float, float]:
        """Give the value of resting buys and of resting sells, without those that only reduce."""
        buys = sells = 0.0
        for order in self.orders():
            if order.reduce_only:
                continue
            value = abs(order.qty * order.price)
            if order.side == BUY:
                buys += value
            else:
                sells += value
        return buys, sells

    def resting_sells(self, kind: str) -> float:
        """Sum the quantities of resting sells, limit or stop."""
        sells = (order for order in self.orders() if order.side == SELL and order.type == kind)
        return sum(abs(order.qty) for order in sells)
