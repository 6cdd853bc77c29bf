"""Trades: what happened between the opening of a position and its close."""

from __future__ import annotations

from typing import Any

from hindcaster.exchange.lane import Lane
from hindcaster.exchange.orders import BUY, Order
from hindcaster.exchange.position import LONG, SHORT

Fill = tuple[float, float, Order]  # quantity, never negative; price; order


def _mean_price(fills: list[Fill]) -> float:
    size = sum(qty for qty, _, _ in fills)
    return sum(qty * price for qty, price, _ in fills) / size if size else float("nan")


class Trade:
    """A trade of one route, open or closed.

    Attributes
    ----------
    type : {'long', 'short'}
    opened_at, closed_at : float or None
        Milliseconds.
    fee : float
        Fees of all its fills, in the quote currency.
    orders : list of Order
        The orders that were filled, in that order.
    """

    def __init__(self, lane: Lane, kind: str, opened_at: float) -> None:
        self._lane = lane
        self._number = lane.run.next_number()
        self.type = kind
        self.opened_at = opened_at
        self.closed_at: float | None = None
        self.orders: list[Order] = []
        self.fee: float = 0
        self._buys: list[Fill] = []
        self._sells: list[Fill] = []
        self.leverage = lane.run.leverage
        self.timeframe = lane.timeframe
        self.strategy_name = lane.strategy_name

    def add(self, order: Order, qty: float, fee: float) -> None:
        """Add a fill, or the part of one that belongs to this trade."""
        fills = self._buys if order.side == BUY else self._sells
        fills.append((abs(qty), order.price, order))
        self.orders.append(order)
        order.trade_id = order.trade_id or self.id
        self.fee += fee

    @property
    def id(self) -> str:
        """Text that is unique in the run."""
        return self._lane.run.identifier(self._number)

    @property
    def symbol(self) -> str:
        """Symbol, BASE-QUOTE."""
        return self._lane.symbol

    @property
    def exchange(self) -> str:
        """Name of the exchange."""
        return self._lane.run.exchange_name

    @property
    def is_long(self) -> bool:
        """Whether it is long."""
        return self.type == LONG

    @property
    def is_short(self) -> bool:
        """Whether it is short."""
        return self.type == SHORT

    @property
    def is_open(self) -> bool:
        """Whether it was opened, as in the peer: also True after the close."""
        return self.opened_at is not None

    @property
    def buy_orders(self) -> list[Order]:
        """Filled orders that bought."""
        return [order for _, _, order in self._buys]

    @property
    def sell_orders(self) -> list[Order]:
        """Filled orders that sold."""
        return [order for _, _, order in self._sells]

    @property
    def _entries(self) -> list[Fill]:
        return self._buys if self.is_long else self._sells

    @property
    def qty(self) -> float:
        """Quantity of all entries."""
        return sum(qty for qty, _, _ in self._entries)

    @property
    def entry_price(self) -> float:
        """Average price of the entries."""
        return _mean_price(self._entries)

    @property
    def exit_price(self) -> float:
        """Average price of the exits."""
        return _mean_price(self._sells if self.is_long else self._buys)

    @property
    def size(self) -> float:
        """Value of the entries."""
        return self.qty * self.entry_price

    @property
    def total_cost(self) -> float:
        """Margin of the entries."""
        return self.entry_price * abs(self.qty) / self.leverage

    @property
    def pnl(self) -> float:
        """Profit after fees."""
        profit = self.qty * (self.exit_price - self.entry_price)
        return (profit if self.is_long else -profit) - self.fee

    @property
    def pnl_percentage(self) -> float:
        """Profit after fees in percent of the margin."""
        return self.pnl / self.total_cost * 100

    roi = pnl_percentage

    @property
    def holding_period(self) -> float:
        """Seconds from the opening to the close."""
        return (float("nan") if self.closed_at is None else self.closed_at - self.opened_at) / 1000

    @property
    def to_dict(self) -> dict[str, Any]:
        """All facts as a new dict, without the orders."""
        qty, entry_price = self.qty, self.entry_price
        return {
            "id": self.id,
            "strategy_name": self.strategy_text,
            "symbol": self.symbol,
            "exchange": self.exchange,
            "type": self.type,
            "entry_price": entry_price,
            "exit_price": self.exit_price,
            "qty": qty,
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            "fee": self.fee or 0,
            "size": qty * entry_price,
            "PNL": self.pnl,
            "PNL_percentage": self.pnl_percentage,
            "holding_period": self.holding_period,
        }

    @property
    def strategy_text(self) -> str:
        """Name of the strategy as text."""
        name = self.strategy_name
        return name if isinstance(name, str) else name.__name__

    @property
    def to_dict_with_orders(self) -> dict[str, Any]:
        """All facts as a new dict."""
        return {**self.to_dict, "orders": [order.to_dict for order in self.orders]}

    @property
    def to_json(self) -> dict[str, Any]:
        """The same as `to_dict`: a dict, as in the peer."""
        return self.to_dict
