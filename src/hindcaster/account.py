"""What a strategy sees of its account: the position, orders and trades.

The objects are handles: they hold an index and read the broker's records when asked.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hindcaster import errors
from hindcaster.engine import codes
from hindcaster.terms import (
    FULL_SIZE,
    Terms,
    checked_good_for,
    checked_on_close,
    checked_size,
    checked_units,
    trail_distance,
)

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster.data.accessor import _Data
    from hindcaster.engine.ledger.broker import LedgerBroker


class Account:
    """Connects a broker with the data of the run, and keeps one object per order and trade."""

    def __init__(self, broker: LedgerBroker, data: _Data) -> None:
        self.broker = broker
        self.data = data
        self.position = Position(self)
        self._orders: dict[int, Order] = {}
        self._trades: dict[int, Trade] = {}
        self._version = -1
        self._tuples: dict[str, tuple[Any, ...]] = {}

    @property
    def bar(self) -> int:
        """Number of the last bar the strategy sees."""
        return len(self.data) - 1

    @property
    def equity(self) -> np.float64:
        """Cash plus open profit at the current close."""
        return self.broker.cash + self.broker.open_profit(self.bar)

    def order(self, index: int) -> Order:
        """Return the one object that stands for an order."""
        if index not in self._orders:
            self._orders[index] = Order(self, index)
        return self._orders[index]

    def trade(self, index: int) -> Trade:
        """Return the one object that stands for a trade."""
        if index not in self._trades:
            self._trades[index] = Trade(self, index)
        return self._trades[index]

    def _cached(self, kind: str) -> tuple[Any, ...]:
        broker = self.broker
        if self._version != broker.version:
            self._tuples.clear()
            self._version = broker.version
        found = self._tuples.get(kind)
        if found is None:
            if kind == "orders":
                found = tuple(map(self.order, broker.queued()))
            elif kind == "trades":
                found = tuple(map(self.trade, broker.active_trades()))
            else:
                found = tuple(map(self.trade, broker.closed_trades()))
            self._tuples[kind] = found
        return found

    @property
    def orders(self) -> tuple[Order, ...]:
        """Waiting orders in the order they will be worked."""
        return self._cached("orders")

    @property
    def trades(self) -> tuple[Trade, ...]:
        """Open trades in entry order."""
        return self._cached("trades")

    @property
    def closed_trades(self) -> tuple[Trade, ...]:
        """Closed trades in the order they were closed."""
        return self._cached("closed")

    def place(
        self,
        size: float,
        limit: float | None,
        stop: float | None,
        sl: float | None,
        tp: float | None,
        tag: Any,
    ) -> Order:
        """Queue an entry order of signed size."""
        index = self.broker.place(
            self.data._length - 1,
            float(size),
            _NONE if limit is None else _price(limit, "limit"),
            _NONE if stop is None else _price(stop, "stop"),
            _NONE if sl is None else _price(sl, "sl"),
            _NONE if tp is None else _price(tp, "tp"),
            tag,
        )
        order = self._orders[index] = Order(self, index)
        return order

    def order_of(
        self, side: int, size: float, prices: tuple[Any, Any, Any, Any], tag: Any, terms: Terms
    ) -> Order:
        """Queue an entry order, after all that was said about it is checked."""
        if terms.are_absent():
            return self.place(side * checked_size(size, self.broker.lots), *prices, tag)
        broker = self.broker
        if terms.units is None:
            amount = checked_size(size, broker.lots)
        elif size is not FULL_SIZE:
            raise errors.size_and_units()
        else:
            amount = checked_units(terms.units, broker.lots)
        trail, trail_rate = trail_distance(terms.trail)
        good_for = checked_good_for(terms.good_for)
        on_close = checked_on_close(terms.on_close, *prices[:2])
        other = codes.ABSENT if terms.oco is None else self._waiting(terms.oco)
        order = self.place(side * amount, *prices, tag)
        broker.add_conditions(
            order._index, terms.units is not None, on_close, good_for, other, trail, trail_rate
        )
        return order

    def _waiting(self, order: Any) -> int:
        """Index of a waiting order of this account."""
        if not isinstance(order, Order) or order._account is not self:
            raise errors.bad_oco(order)
        if self.broker.exclusive:
            raise errors.oco_with_exclusive()
        if not self.broker.is_queued(order._index):
            raise errors.oco_not_waiting(self.broker.order_outcome(order._index))
        return order._index

    def close_trade(self, index: int, portion: float) -> None:
        """Queue an order that closes a portion of a trade."""
        if not 0 < portion <= 1:
            raise errors.bad_portion(portion)
        self.broker.close_trade(self.data._length - 1, index, float(portion))


_NONE = math.nan  # how the engine is told that a price is absent


def _price(price: Any, argument: str) -> float:
    """Read a price for the engine: of a series the last element, an error for NaN."""
    value = float(price)
    if value != value:
        raise errors.price_is_nan(argument)
    return value


def _shown(value: float) -> str:
    return str(round(value, 5))


class Position:
    """All open trades of the asset taken together; true while there is a net size.

    Examples
    --------
    >>> from hindcaster import Backtest, Strategy
    >>> from hindcaster.test import GOOG
    >>> class MondayToFriday(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         weekday = self.data.index[-1].weekday()
    ...         if weekday == 0 and not self.position:
    ...             self.buy(size=10)
    ...         elif weekday == 4 and self.position.is_long:
    ...             self.position.close()
    >>> Backtest(GOOG, MondayToFriday, finalize_trades=True).run()["# Trades"]
    386
    """

    def __init__(self, account: Account) -> None:
        self.__account = account

    def __bool__(self) -> bool:
        return self.__account.broker.net_size != 0.0

    @property
    def size(self) -> float:
        """Net size in units, negative for a short position; an int if units are whole."""
        broker = self.__account.broker
        return int(broker.net_size) if broker.lots == 1.0 else broker.net_size

    @property
    def pl(self) -> np.float64:
        """Open profit in cash at the current close, without commissions."""
        return self.__account.broker.open_profit(self.__account.bar)

    @property
    def pl_pct(self) -> np.float64 | float:
        """Open profit in percent of the invested value at entry prices."""
        invested = self.__account.broker.invested()
        return 100.0 * self.pl / invested if invested else 0

    @property
    def is_long(self) -> bool:
        """Whether the net size is positive."""
        return self.__account.broker.net_size > 0.0

    @property
    def is_short(self) -> bool:
        """Whether the net size is negative."""
        return self.__account.broker.net_size < 0.0

    def close(self, portion: float = 1.0) -> None:
        """Close a portion of each open trade with market orders.

        Parameters
        ----------
        portion : float, default 1.0
            Fraction of every trade, 0 < portion <= 1; at least one unit of each is closed.

        Raises
        ------
        AssertionError
            The portion is out of range.
        """
        account = self.__account
        for index in account.broker.active_trades():
            account.close_trade(index, portion)

    def __repr__(self) -> str:
        return f"<Position: {self.size} ({len(self.__account.trades)} trades)>"


class _Handle:
    """An index into the broker's records."""

    def __init__(self, account: Account, index: int) -> None:
        self._account = account
        self._index = index


class Order(_Handle):
    """An order placed with `Strategy.buy`, `Strategy.sell`, `Trade.close` or a trade's sl/tp.

    Orders are good till cancelled. What became of each is a row of ``stats._orders``.
    """

    def _read(self, field: str) -> Any:
        return self._account.broker.orders[field][self._index]

    def _read_price(self, field: str) -> float | None:
        price = float(self._read(field))
        return None if price != price else price or 0

    def cancel(self) -> None:
        """Withdraw the order; a stop-loss or take-profit is also detached from its trade.

        Raises
        ------
        ValueError
            The order is no longer waiting.
        """
        self._account.broker.cancel(self._account.bar, self._index)

    @property
    def size(self) -> float:
        """Signed units, or a signed fraction of the free margin if between -1 and 1."""
        size = float(self._read("size"))
        return size if self._read("is_float") else int(size)

    @property
    def limit(self) -> float | None:
        """Limit price, or None."""
        return self._read_price("limit")

    @property
    def stop(self) -> float | None:
        """Stop price, or None; None too once the stop was triggered."""
        price = self._read_price("stop")
        return price if not price or self._read("stop_live") else None

    @property
    def sl(self) -> float | None:
        """Stop-loss for the trade that the order opens, or None."""
        return self._read_price("sl")

    @property
    def tp(self) -> float | None:
        """Take-profit for the trade that the order opens, or None."""
        return self._read_price("tp")

    @property
    def tag(self) -> Any:
        """The object given when the order was placed."""
        return self._account.broker.tag(int(self._read("tag")))

    @property
    def parent_trade(self) -> Trade | None:
        """The trade that the order closes; None for entry orders."""
        parent = int(self._read("parent"))
        return None if parent == codes.ABSENT else self._account.trade(parent)

    @property
    def is_long(self) -> bool:
        """Whether the order buys."""
        return self.size > 0.0

    @property
    def is_short(self) -> bool:
        """Whether the order sells."""
        return self.size < 0.0

    @property
    def is_contingent(self) -> bool:
        """Whether the order is at present the stop-loss or take-profit of its trade."""
        parent = int(self._read("parent"))
        if parent == codes.ABSENT:
            return False
        trade = self._account.broker.trades[parent]
        return self._index in (trade["sl_order"], trade["tp_order"])

    def __repr__(self) -> str:
        prices = ((name, getattr(self, name)) for name in ("size", "limit", "stop", "sl", "tp"))
        parts = [f"{name}={_shown(price)}" for name, price in prices if price is not None]
        parts.append(f"contingent={int(self.is_contingent)}")
        if self.tag is not None:
            parts.append(f"tag={self.tag!r}")
        return f"<Order {', '.join(parts)}>"


class Trade(_Handle):
    """An entry that was filled, open or closed."""

    def _read(self, field: str) -> Any:
        return self._account.broker.trades[field][self._index]

    @property
    def _label(self) -> pd.Index:
        return self._account.data._index

    @property
    def size(self) -> int | float:
        """Signed units; a float after a partial `close`."""
        size = float(self._read("size"))
        return size if self._read("is_float") else int(size)

    @property
    def entry_price(self) -> np.float64:
        """Price paid, spread included."""
        return cast("np.float64", self._read("entry_price"))

    @property
    def exit_price(self) -> np.float64 | None:
        """Price at which the trade was closed, None while it is open."""
        return None if self._is_open else cast("np.float64", self._read("exit_price"))

    @property
    def _is_open(self) -> bool:
        return bool(self._read("exit_bar") == codes.ABSENT)

    @property
    def entry_bar(self) -> int:
        """Number of the bar of the entry."""
        return int(self._read("entry_bar"))

    @property
    def exit_bar(self) -> int | None:
        """Number of the bar of the exit, None while the trade is open."""
        return None if self._is_open else int(self._read("exit_bar"))

    @property
    def entry_time(self) -> Any:
        """Index label of the bar of the entry."""
        return self._label[self.entry_bar]

    @property
    def exit_time(self) -> Any:
        """Index label of the bar of the exit, None while the trade is open."""
        bar = self.exit_bar
        return None if bar is None else self._label[bar]

    @property
    def tag(self) -> Any:
        """The tag of the order that opened the trade."""
        return self._account.broker.tag(int(self._read("tag")))

    @property
    def is_long(self) -> bool:
        """Whether the trade profits from rising prices."""
        return bool(self._read("size") > 0.0)

    @property
    def is_short(self) -> bool:
        """Whether the trade profits from falling prices."""
        return not self.is_long

    @property
    def _price(self) -> np.float64:
        price = self.exit_price
        return self._account.broker.bars.close[self._account.bar] if price is None else price

    @property
    def pl(self) -> np.float64:
        """Profit in cash; once closed, net of the commissions of both ends."""
        profit = self.size * (self._price - self.entry_price) - self._read("commission")
        return cast("np.float64", profit)

    @property
    def pl_pct(self) -> np.float64:
        """Profit as a fraction of the entry value; once closed, net of commissions."""
        side = 1 if self.is_long else -1
        gross = side * (self._price / self.entry_price - 1)
        cost = self._read("commission") / (abs(self.size) * self.entry_price)
        return cast("np.float64", gross - cost)

    @property
    def value(self) -> np.float64:
        """Units times price, in cash."""
        return abs(self.size) * self._price

    @property
    def sl(self) -> float | None:
        """Stop-loss price, or None. Assign a price to set or move it, None to remove it.

        A price on the wrong side of the market closes the trade at the next bar's open.

        Raises
        ------
        AssertionError
            The price is not a number with 0 < sl < inf.
        ValueError
            The trade is closed and had a stop-loss.
        """
        return self._bracket_price("sl_order", "stop")

    @sl.setter
    def sl(self, price: float | None) -> None:
        self._move_bracket("sl", codes.STOP_LOSS, price)

    @property
    def tp(self) -> float | None:
        """Take-profit price, or None. Assign a price to set or move it, None to remove it."""
        return self._bracket_price("tp_order", "limit")

    @tp.setter
    def tp(self, price: float | None) -> None:
        self._move_bracket("tp", codes.TAKE_PROFIT, price)

    def _bracket_price(self, slot: str, field: str) -> float | None:
        order = int(self._read(slot))
        if order == codes.ABSENT:
            return None
        return float(self._account.broker.orders[field][order])

    def _move_bracket(self, argument: str, role: int, price: float | None) -> None:
        if price is not None and not 0 < price < math.inf:
            raise errors.bad_bracket_price(argument, price)
        value = _NONE if price is None else float(price)
        self._account.broker.move_bracket(self._account.bar, self._index, role, value)

    def close(self, portion: float = 1.0) -> None:
        """Close a portion of the trade with a market order.

        Parameters
        ----------
        portion : float, default 1.0
            Fraction of the present size, 0 < portion <= 1, rounded half to even; at least one
            unit.

        Raises
        ------
        AssertionError
            The portion is out of range.
        """
        self._account.close_trade(self._index, portion)

    def __repr__(self) -> str:
        exit_bar = self.exit_bar or ""  # bar 0 is not shown either, as in the peer
        exit_price = "" if self._is_open else self.exit_price
        tag = f" tag={self.tag}" if self.tag is not None else ""
        return (
            f"<Trade size={self.size} time={self.entry_bar}-{exit_bar} "
            f"price={self.entry_price}-{exit_price} pl={self.pl:.0f}{tag}>"
        )
