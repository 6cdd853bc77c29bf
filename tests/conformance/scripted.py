"""A strategy that plays recorded actions and notes what it sees: one program for every recording.

Its `next` is plain strategy code over typed arrays, so that it compiles once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hindcaster import Strategy

from .recorder import Recorder

FLOATS = (
    "equities",
    "profits",
    "profit_percents",
    "trade_profits",
    "trade_percents",
    "trade_values",
    "trade_sizes",
    "trade_stops",
    "trade_targets",
    "closed_profits",
    "closed_percents",
    "closed_exits",
    "order_sizes",
    "order_limits",
    "order_stops",
    "order_brackets",
    "summed_profits",
)
INTEGERS = (
    "sizes",
    "order_counts",
    "trade_counts",
    "closed_counts",
    "trade_entries",
    "closed_bars",
    "order_parents",
)
FLAGS = ("invested", "longs", "shorts", "contingents", "order_longs", "trade_shorts")
ABSENT = -1.0


class Scripted(Strategy):
    """Plays the actions of a `Recorder` and notes observables on every bar."""

    recording: Recorder | None = None

    def init(self) -> None:
        assert self.recording is not None
        n_bars = len(self.data)
        for name, column in self.recording.columns(n_bars).items():
            setattr(self, name, column)
        self.note_arrays(n_bars)
        ready = np.ones(n_bars)
        ready[: self.recording.start - 1] = np.nan
        self.ready = self.I(lambda: ready, name="ready", plot=False)
        for row in range(self.first[0]):
            self.act(row)

    def note_arrays(self, n_bars: int) -> None:
        for names, kind in ((FLOATS, np.float64), (INTEGERS, np.int64), (FLAGS, np.bool_)):
            for name in names:
                setattr(self, name, np.zeros(n_bars, kind))

    def next(self) -> None:
        bar = len(self.data) - 1
        for row in range(self.first[bar], self.first[bar + 1]):
            self.act(row)
        self.note_account(bar)
        self.note_orders(bar)
        if self.trades:
            self.note_trade(bar)
        if len(self.closed_trades) > 0:
            closed = self.closed_trades[-1]
            self.closed_profits[bar] = closed.pl
            self.closed_percents[bar] = closed.pl_pct
            self.closed_exits[bar] = closed.exit_price
            self.closed_bars[bar] = closed.exit_bar

    def price(self, value: float) -> float | None:
        return None if value != value else value

    def number(self, price: float | None) -> float:
        return ABSENT if price is None else price

    def act(self, row: int) -> None:
        kind = self.kind[row]
        target = self.target[row]
        amount = self.amount[row]
        if kind == 0:
            self.place(row)
        elif kind == 1:
            self.trades[target].close(amount)
        elif kind == 2:
            self.position.close(amount)
        elif kind == 3:
            self.orders[target].cancel()
        elif kind == 4:
            self.trades[target].sl = self.price(amount)
        elif kind == 5:
            self.trades[target].tp = self.price(amount)
        elif kind == 6:
            self.closed_trades[target].close(amount)
        elif kind == 7:
            self.closed_trades[target].sl = self.price(amount)
        elif kind == 8:
            self.closed_trades[target].tp = self.price(amount)

    def place(self, row: int) -> None:
        size = self.amount[row]
        limit = self.price(self.limit[row])
        stop = self.price(self.stop[row])
        sl = self.price(self.sl[row])
        tp = self.price(self.tp[row])
        tag = self.tag_kind[row]
        if size > 0:
            if tag == 0:
                self.buy(size=size, limit=limit, stop=stop, sl=sl, tp=tp)
            elif tag == 1:
                number = int(self.tag_number[row])
                self.buy(size=size, limit=limit, stop=stop, sl=sl, tp=tp, tag=number)
            elif tag == 2:
                self.buy(size=size, limit=limit, stop=stop, sl=sl, tp=tp, tag="a")
            elif tag == 3:
                self.buy(size=size, limit=limit, stop=stop, sl=sl, tp=tp, tag="long one")
            else:
                self.buy(size=size, limit=limit, stop=stop, sl=sl, tp=tp, tag="up")
        elif tag == 0:
            self.sell(size=-size, limit=limit, stop=stop, sl=sl, tp=tp)
        elif tag == 1:
            number = int(self.tag_number[row])
            self.sell(size=-size, limit=limit, stop=stop, sl=sl, tp=tp, tag=number)
        else:
            text = "a" if tag == 2 else "long one" if tag == 3 else "up"
            self.sell(size=-size, limit=limit, stop=stop, sl=sl, tp=tp, tag=text)

    def note_account(self, bar: int) -> None:
        position = self.position
        self.equities[bar] = self.equity
        self.sizes[bar] = position.size
        self.profits[bar] = position.pl
        self.profit_percents[bar] = position.pl_pct
        self.invested[bar] = bool(position)
        self.longs[bar] = position.is_long
        self.shorts[bar] = position.is_short
        self.order_counts[bar] = len(self.orders)
        self.trade_counts[bar] = len(self.trades)
        self.closed_counts[bar] = len(self.closed_trades)
        self.summed_profits[bar] = sum(trade.pl for trade in self.trades)

    def note_trade(self, bar: int) -> None:
        trade = self.trades[-1]
        self.trade_sizes[bar] = trade.size
        self.trade_profits[bar] = trade.pl
        self.trade_percents[bar] = trade.pl_pct
        self.trade_values[bar] = trade.value
        self.trade_entries[bar] = trade.entry_bar
        self.trade_shorts[bar] = trade.is_short
        self.trade_stops[bar] = self.number(trade.sl)
        self.trade_targets[bar] = self.number(trade.tp)

    def note_orders(self, bar: int) -> None:
        for order in self.orders:
            self.order_sizes[bar] += order.size
            self.order_limits[bar] += self.number(order.limit)
            self.order_stops[bar] += self.number(order.stop)
            self.order_brackets[bar] += self.number(order.sl) + 2 * self.number(order.tp)
            self.contingents[bar] = order.is_contingent
            self.order_longs[bar] = order.is_long
            parent = order.parent_trade
            if parent is not None:
                self.order_parents[bar] += parent.entry_bar + 1


def noted(strategy: Any) -> dict[str, np.ndarray]:
    """What a replay noted, by name."""
    return {name: getattr(strategy, name) for name in (*FLOATS, *INTEGERS, *FLAGS)}
