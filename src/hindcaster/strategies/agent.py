"""Runs a strategy by the protocol: one execution per bar, hooks at fills, changes of its orders."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.exchange.orders import (
    BUY,
    MARKET,
    SELL,
    VIA_STOP_LOSS,
    VIA_TAKE_PROFIT,
    Order,
)
from hindcaster.exchange.position import SPOT
from hindcaster.strategies.broker import Broker
from hindcaster.strategies.rows import Known, as_rows, require_orders

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.exchange.trades import Trade
    from hindcaster.strategies.strategy import Strategy

Hook = Callable[..., Any]

_ROUTE_HOOKS: Final = (
    "on_route_open_position",
    "on_route_increased_position",
    "on_route_reduced_position",
    "on_route_close_position",
    "on_route_canceled",
)


def hook_of(strategy: Strategy, name: str) -> Hook | None:
    """Give a hook of a strategy, None if the user did not define it."""
    from hindcaster.strategies.strategy import Strategy as Base

    bound = getattr(strategy, name)
    return None if getattr(bound, "__func__", None) is getattr(Base, name) else bound


def _takes_trade(hook: Hook) -> bool:
    """Whether `on_close_position` has the newer form, with the closed trade."""
    try:
        inspect.signature(hook).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True


class Agent:
    """Acts for one strategy: executes it, and tells it what happened.

    Attributes
    ----------
    known : dict of str to Known
        What the present orders were made of, to see what the strategy changes: by ``buy``,
        ``sell``, ``stop_loss``, ``take_profit``.
    """

    def __init__(self, lane: Lane, strategy: Strategy) -> None:
        self.lane = lane
        self.run = lane.run
        self.strategy = strategy
        self.broker = Broker(lane)
        self.spot = lane.run.exchange_type == SPOT
        self.known: dict[str, Known] = {}
        self._before = hook_of(strategy, "before")
        self._after = hook_of(strategy, "after")
        self._update_chart = hook_of(strategy, "update_chart")
        self._update_position = hook_of(strategy, "update_position")
        self._should_cancel = hook_of(strategy, "should_cancel_entry")
        self._should_short = hook_of(strategy, "should_short")
        self._filters = hook_of(strategy, "filters")
        self._on_cancel = hook_of(strategy, "on_cancel")
        self._on_close = hook_of(strategy, "on_close_position")
        self._route_hooks = {name: hook_of(strategy, name) for name in _ROUTE_HOOKS}
        self._close_with_trade = self._on_close is None or _takes_trade(self._on_close)

    # -- one execution ----------------------------------------------------------------------

    def execute(self) -> None:
        """Let the strategy act on the bar that has just closed."""
        strategy, lane = self.strategy, self.lane
        position = lane.position
        strategy._frozen_price = lane.quotes.last_close()
        if self._before is not None:
            self._before()
        if (
            not position.qty
            and lane.orders
            and (self._should_cancel is None or self._should_cancel())
        ):
            self.cancel_entries()
        if position.qty:
            if self._update_position is not None:
                self._update_position()
            self.process_changes()
        if self.run.queue:
            self.run.fill_queue()
        if not position.qty and not lane.orders:
            self._look_for_entry()
        if self._after is not None:
            self._after()
        if self._update_chart is not None:
            self._update_chart()
        if strategy._cached_methods:
            strategy._cached_methods.clear()
        strategy.index += 1
        strategy._frozen_price = None

    def _look_for_entry(self) -> None:
        self.reset()
        short = self._should_short is not None and self._should_short()
        long = self.strategy.should_long()
        if not short and not long:
            return
        if short and self.spot:
            raise errors.shorts_in_spot()
        if short and long:
            raise errors.conflicting_rules()
        self._enter(BUY if long else SELL)

    # -- entering ---------------------------------------------------------------------------

    def _enter(self, side: str) -> None:
        strategy = self.strategy
        if side == BUY:
            strategy.go_long()
        else:
            strategy.go_short()
        value = getattr(strategy, side)
        if value is None:
            raise errors.entry_missing(side)
        if isinstance(value, np.ndarray):
            raise errors.bad_rows(side, value)
        rows = as_rows(side, value)
        require_orders(side, rows, nan_price=False)
        setattr(strategy, side, rows)
        self.known[side] = entries = Known(rows)
        self._prepare_exits()
        if not self._passes_filters():
            self.reset()
            return
        price = strategy.price
        for row in entries.rows:
            self.broker.enter(side, row[0], row[1], price)

    def _prepare_exits(self) -> None:
        """Keep the exits that are placed when the position opens."""
        for name in ("take_profit", "stop_loss"):
            value = getattr(self.strategy, name)
            if value is None:
                continue
            if self.spot:
                raise errors.exits_in_spot(name)
            rows = as_rows(name, value)
            require_orders(name, rows, nan_price=False)
            setattr(self.strategy, name, rows)
            self.known[name] = Known(rows)

    def _passes_filters(self) -> bool:
        if self._filters is None:
            return True
        for condition in self._filters():
            if not callable(condition):
                raise errors.bad_filter(condition)
            if not condition():
                return False
        return True

    # -- leaving ----------------------------------------------------------------------------

    def reset(self) -> None:
        """Begin a new cycle: no orders, nothing asked for."""
        strategy, lane = self.strategy, self.lane
        if lane.orders or lane.active:
            lane.forget_orders()
        strategy.buy = strategy.sell = strategy.stop_loss = strategy.take_profit = None
        strategy.increased_count = strategy.reduced_count = 0
        self.known.clear()

    def cancel_entries(self) -> None:
        """Cancel everything that rests, and tell the strategies."""
        self.lane.cancel_all()
        self.reset()
        self._tell_others("on_route_canceled")
        if self._on_cancel is not None:
            self._on_cancel()

    def _tell_others(self, hook: str) -> None:
        for lane in self.run.lanes:
            if lane is not self.lane:
                lane.agent.hear(hook, self.strategy)

    def hear(self, hook: str, strategy: Strategy) -> None:
        """Learn what happened to another route."""
        call = self._route_hooks[hook]
        if call is not None:
            call(strategy)
        if self.lane.position.qty:
            self.process_changes()

    # -- fills ------------------------------------------------------------------------------

    def opened(self, order: Order) -> None:
        """Act on a position that was opened: its exits are placed now."""
        self.strategy.increased_count = 1
        self._tell_others("on_route_open_position")
        self._place_exits("stop_loss", VIA_STOP_LOSS, 1)
        self._place_exits("take_profit", VIA_TAKE_PROFIT, -1)
        self.strategy.on_open_position(order)
        self.process_changes()
        self._refuse_same_exits()

    def _place_exits(self, name: str, via: str, direction: int) -> None:
        """Place exits; those on the wrong side of the entry price leave at the market."""
        position = self.lane.position
        known = self.known.get(name)
        if known is None or position.entry_price is None:
            return
        towards = direction if position.qty > 0 else -direction
        for row in known.rows:
            if (row[1] - position.entry_price) * towards >= 0:
                self.broker.leave(row[0], via)
            else:
                self.broker.reduce(row[0], row[1], self.strategy.price, via)

    def increased(self, order: Order) -> None:
        """Act on a position that grew."""
        self.strategy.increased_count += 1
        self._tell_others("on_route_increased_position")
        self.strategy.on_increased_position(order)
        self.process_changes()

    def reduced(self, order: Order) -> None:
        """Act on a position that shrank."""
        self.strategy.reduced_count += 1
        self._tell_others("on_route_reduced_position")
        self.strategy.on_reduced_position(order)
        self.process_changes()

    def closed(self, order: Order, trade: Trade) -> None:
        """Act on a position that was closed: what still rests is cancelled."""
        strategy = self.strategy
        strategy.trades_count += 1
        strategy.last_trade_index = strategy.index
        self._tell_others("on_route_close_position")
        self.cancel_entries()
        if self._on_close is None:
            return
        if self._close_with_trade:
            self._on_close(order, trade)
        else:
            self._on_close(order)

    # -- changes while the position is open -------------------------------------------------

    def process_changes(self) -> None:
        """Replace orders whose rows the strategy has changed."""
        qty = self.lane.position.qty
        if not qty:
            return
        side = BUY if qty > 0 else SELL
        if self._nothing_changed(side):
            return
        strategy = self.strategy
        stop_loss, take_profit = strategy.stop_loss, strategy.take_profit
        try:
            self._change_entries(side)
            if stop_loss is not None:
                self._change_exits("stop_loss", VIA_STOP_LOSS, stop_loss)
            if take_profit is not None:
                self._change_exits("take_profit", VIA_TAKE_PROFIT, take_profit)
        except TypeError as error:
            raise errors.InvalidStrategy(str(error)) from error
        self._refuse_same_exits()

    def _nothing_changed(self, side: str) -> bool:
        """Whether all rows are those the present orders were made of; asked on most bars."""
        strategy, known = self.strategy, self.known
        value = strategy.buy if side == BUY else strategy.sell
        if side not in known or not known[side].is_still(value):
            return False
        for name, value in (
            ("stop_loss", strategy.stop_loss),
            ("take_profit", strategy.take_profit),
        ):
            if value is not None and (name not in known or not known[name].is_still(value)):
                return False
        return True

    def _refuse_same_exits(self) -> None:
        strategy = self.strategy
        if strategy.stop_loss is None or strategy.take_profit is None or not self.lane.position.qty:
            return
        if self.known["stop_loss"].rows == self.known["take_profit"].rows != []:
            raise errors.same_exits()

    def _changed_rows(self, name: str, value: Any) -> FloatArray | None:
        """Give the rows of an attribute, None if they are those known."""
        known = self.known.get(name)
        if known is not None and known.is_still(value):
            return None
        rows = as_rows(name, [] if value is None else value)
        require_orders(name, rows, nan_price=name not in (BUY, SELL))
        setattr(self.strategy, name, rows)
        self.known[name] = Known(rows)
        return None if known is not None and known.rows == self.known[name].rows else rows

    def _change_entries(self, side: str) -> None:
        rows = self._changed_rows(side, self.strategy.buy if side == BUY else self.strategy.sell)
        if rows is None:
            return
        for order in self.lane.book.orders():
            if order.side == side:
                self.lane.cancel(order)
        price = self.strategy.price
        for row in rows.tolist():
            self.broker.enter(side, row[0], row[1], price)

    def _change_exits(self, name: str, via: str, value: Any) -> None:
        rows = self._changed_rows(name, value)
        if rows is None:
            return
        for order in self.lane.book.orders():
            if order.submitted_via == via and self._leaves(order):
                self.lane.cancel(order)
        price = self.strategy.price
        for row in rows.tolist():
            self.broker.reduce(row[0], row[1], price, via)

    def _leaves(self, order: Order) -> bool:
        return (order.qty > 0) != (self.lane.position.qty > 0)

    # -- the end ----------------------------------------------------------------------------

    def terminate(self) -> None:
        """End the strategy: what is open is closed at the last price."""
        strategy, lane, run = self.strategy, self.lane, self.run
        strategy.before_terminate()
        self.process_changes()
        run.fill_queue()
        position = lane.position
        if not position.qty:
            if lane.orders:
                self.cancel_entries()
            strategy.terminate()
            return
        run.open_trades += 1
        run.open_pl += position.pnl
        if self.spot:
            self.broker.cancel_all_orders()
        side = SELL if position.qty > 0 else BUY
        lane.place(side, MARKET, -position.qty, lane.price, True, None)
        strategy.terminate()
        run.fill_queue()
