"""What a strategy sees of its run, reduced to a few numbers per run.

Every hook adds the value of every observed property, times a weight that depends on the number of
the hook, to a sum per property. Runs that show the same at every moment have the same sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

MISSING = 12_345.678  # stands for None, NaN and infinity in the sums
TEXTS = ["long", "short", "close", "buy", "sell", "MARKET", "LIMIT", "STOP", "ACTIVE", "EXECUTED"]
TEXTS += ["CANCELED", "stop-loss", "take-profit", "cross", "isolated", "spot", "futures", "QUEUED"]


def number(value: Any) -> float:
    """Express an observed value as a number."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        return float(TEXTS.index(value)) if value in TEXTS else -1.0
    value = float(value)
    return value if math.isfinite(value) else MISSING


def plain(names: str) -> dict[str, Callable[[Any], Any]]:
    """Getters of attributes, dots allowed in the names."""

    def getter(name: str) -> Callable[[Any], Any]:
        def get(holder: Any) -> Any:
            for part in name.split("."):
                holder = getattr(holder, part)
            return holder

        return get

    return {name: getter(name) for name in names.split()}


OF_STRATEGY: dict[str, Callable[[Any], Any]] = {
    **plain(
        "time price open close high low volume index balance available_margin "
        "leveraged_available_margin leverage fee_rate portfolio_value is_long is_short is_open "
        "is_close average_entry_price average_stop_loss average_take_profit liquidation_price "
        "mark_price has_long_entry_orders has_short_entry_orders increased_count reduced_count "
        "last_trade_index trades_count exchange_type is_spot_trading is_futures_trading "
        "closed_candle_open_time current_route_index "
        "position.entry_price position.exit_price position.current_price position.qty "
        "position.previous_qty position.opened_at position.closed_at position.type position.value "
        "position.pnl position.pnl_percentage position.roi position.total_cost "
        "position.entry_margin position.liquidation_price position.bankruptcy_price position.mode"
    ),
    "orders": lambda s: len(s.orders),
    "order prices": lambda s: sum(o.price * (1 + o.is_active) for o in s.orders),
    "entry_orders": lambda s: len(s.entry_orders),
    "exit_orders": lambda s: sum(o.qty for o in s.exit_orders),
    "active_exit_orders": lambda s: len(s.active_exit_orders),
    "active exit prices": lambda s: sum(o.price for o in s.active_exit_orders),
    "candles": lambda s: len(s.candles),
    "current_candle": lambda s: s.current_candle[0],
    "first of the last candles": lambda s: s.candles[-3:, 3].sum(),
    "trades": lambda s: len(s.trades),
    "last pnl": lambda s: s.trades[-1].pnl if s.trades else 0,
    "daily_balances": lambda s: len(s.daily_balances),
    "last daily balance": lambda s: s.daily_balances[-1],
    "all_positions": lambda s: sum(p.qty for p in s.all_positions.values()),
}
OF_ORDER = plain(
    "side type reduce_only qty filled_qty remaining_qty price status executed_at created_at "
    "submitted_via value is_active is_canceled is_executed is_stop_loss is_take_profit fee"
)
OF_TRADE = plain(
    "pnl pnl_percentage roi qty entry_price exit_price fee size total_cost holding_period type "
    "is_long is_short leverage opened_at closed_at"
)
OF_ORDER["submitted price"] = lambda o: o.vars.get("submitted_price")
OF_TRADE["orders"] = lambda t: len(t.orders)


class Journal:
    """Hooks of one route in their order, and the sums of what they saw."""

    def __init__(self, start: int) -> None:
        self.hooks: list[str] = []
        self.sums: dict[str, list[float]] = {}
        self.tied = False  # whether two orders ever rested at one price
        self._start = start

    def note(self, code: str, strategy: Any) -> None:
        """Write down that a hook ran, and what it saw."""
        self.hooks.append(code)
        self.see("", OF_STRATEGY, strategy)

    def see(self, group: str, getters: dict[str, Callable[[Any], Any]], holder: Any) -> None:
        """Add the values of some properties to their sums."""
        for name, get in getters.items():
            try:
                value = get(holder)
            except Exception:  # that a property raises is part of what is compared
                value = -100.0
            self.add(group + name, value)

    def add(self, name: str, value: Any) -> None:
        """Add one value to its sum, and its size to the sum of sizes."""
        value = number(value)
        if value > 1e12:  # a time
            value = (value - self._start) / 60_000
        weight = 1.0 + len(self.hooks) * 0.618033988749895 % 1.0
        total = self.sums.setdefault(name, [0.0, 0.0])
        total[0] += weight * value
        total[1] += weight * abs(value)
