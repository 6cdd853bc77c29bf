"""Owns the naive bar broker: the rules of orders, fills and money, spelled out one by one.

Standard library only, floats and lists, no speed. It shares no code with the package, so that
agreement between the two means something. The words in brackets name the rule a line follows, as
in the behavioural description: [placing], [stop], [price], [bar number], [closing orders],
[entry sizing], [netting], [affordability], [opening], [same-bar bracket], [money],
[partial closes], [bankruptcy], [after the last bar].

Conventions: `bar` and `i` are 0-based bar numbers; a positive size is long, a negative one short;
prices are per unit; a relative size is a fraction strictly between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import copysign, inf, isnan
from typing import Any

FeeFunction = Callable[[float, float], float]
Script = Callable[["OracleBroker", int], None]


@dataclass(eq=False)
class OracleOrder:
    """One order; equality is identity, `stop` is emptied once it has been triggered."""

    size: float
    limit: float | None = None
    stop: float | None = None
    sl: float | None = None
    tp: float | None = None
    tag: object = None
    parent_trade: OracleTrade | None = None

    @property
    def is_long(self) -> bool:
        return self.size > 0

    @property
    def is_contingent(self) -> bool:
        """Tell whether this very object is the SL or the TP order of its trade right now."""
        trade = self.parent_trade
        return trade is not None and (self is trade.sl_order or self is trade.tp_order)


@dataclass(eq=False)
class OracleTrade:
    """One open or closed trade; `size` is an int until a partial close makes it a float."""

    closes: Sequence[float] = field(repr=False)
    size: float
    entry_price: float
    entry_bar: int
    tag: object = None
    exit_price: float | None = None
    exit_bar: int | None = None
    commission: float = 0
    sl_order: OracleOrder | None = field(default=None, repr=False)
    tp_order: OracleOrder | None = field(default=None, repr=False)

    @property
    def sl(self) -> float | None:
        return self.sl_order.stop if self.sl_order else None

    @property
    def tp(self) -> float | None:
        return self.tp_order.limit if self.tp_order else None

    @property
    def is_long(self) -> bool:
        return self.size > 0

    def _price(self, bar: int) -> float:
        # An exit at exactly zero counts as "not closed yet" (a kept oddity).
        return self.exit_price or self.closes[bar]

    def pl(self, bar: int) -> float:
        """Profit in cash after the recorded commissions, which are 0 while the trade is open."""
        return self.size * (self._price(bar) - self.entry_price) - self.commission

    def pl_pct(self, bar: int) -> float:
        """Profit as a fraction of the entry value, after the recorded commissions."""
        gross = copysign(1, self.size) * (_divide(self._price(bar), self.entry_price) - 1)
        return gross - _divide(self.commission, abs(self.size) * self.entry_price)


class OracleBroker:
    """Queue, trades and cash of one run, advanced one bar at a time by `step`."""

    def __init__(
        self,
        opens: Sequence[float],
        highs: Sequence[float],
        lows: Sequence[float],
        closes: Sequence[float],
        *,
        cash: float,
        spread: float = 0.0,
        commission: float | tuple[float, float] | FeeFunction = 0.0,
        margin: float = 1.0,
        trade_on_close: bool = False,
        hedging: bool = False,
        exclusive_orders: bool = False,
    ) -> None:
        assert cash > 0
        assert 0 < margin <= 1
        self.opens, self.highs, self.lows, self.closes = opens, highs, lows, closes
        self.cash: float = cash
        self.spread = spread
        self.fee = commission if callable(commission) else _fee_function(commission)
        self.leverage = 1 / margin
        self.trade_on_close = trade_on_close
        self.hedging = hedging
        self.exclusive_orders = exclusive_orders
        self.now = 0
        self.orders: list[OracleOrder] = []
        self.trades: list[OracleTrade] = []
        self.closed_trades: list[OracleTrade] = []
        self.equity: list[float | None] = [None] * len(closes)
        self.warnings: list[tuple[int, str]] = []

    # ----- what a strategy can read -------------------------------------------------------

    @property
    def position_size(self) -> int:
        return sum(int(trade.size) for trade in self.trades)

    def position_pl(self, bar: int) -> float:
        """Unrealised profit in cash at the close of `bar`, without commissions [money]."""
        invested = sum(trade.size * trade.entry_price for trade in self.trades)
        return self.closes[bar] * self.position_size - invested

    def position_pl_pct(self, bar: int) -> float:
        """Unrealised profit in percent of the gross entry value; 0 with nothing invested."""
        invested = sum(abs(trade.size) * trade.entry_price for trade in self.trades)
        return 100 * (self.position_pl(bar) / invested) if invested else 0

    def equity_now(self, bar: int) -> float:
        return self.cash + self.position_pl(bar)

    def margin_available(self, bar: int) -> float:
        """Equity less used margin, both at the close of the bar in work, never below 0 [money]."""
        used = sum(abs(trade.size) * self.closes[bar] / self.leverage for trade in self.trades)
        return max(0, self.equity_now(bar) - used)

    # ----- what a strategy can do ---------------------------------------------------------

    def place(
        self,
        bar: int,
        size: float,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: object = None,
    ) -> OracleOrder:
        """Queue an entry order at the end of the queue; seen first in the next `step` [placing]."""
        magnitude = abs(size)
        # `round` raises ValueError for nan and OverflowError for inf.
        assert 0 < magnitude < 1 or (round(magnitude) == magnitude and magnitude >= 1)
        # None and 0 stay as they are; both mean "absent" from here on.
        prices = (float(x) if x else x for x in (limit, stop, sl, tp))
        order = OracleOrder(float(size), *prices, tag)
        self._check_prices(order, bar)
        if self.exclusive_orders:
            self._make_room_for_exclusive_order()
        self.orders.append(order)
        return order

    def cancel(self, order: OracleOrder) -> None:
        """Take an order off the queue (ValueError if not there) and off its trade's slot."""
        self.orders.remove(order)
        self._detach(order)

    def close_trade(self, trade: OracleTrade, portion: float = 1.0) -> OracleOrder:
        """Queue a market order, at the front, that closes a part of the trade [partial closes]."""
        assert 0 < portion <= 1
        # Banker's rounding, at least one unit.
        units = max(1, round(abs(trade.size) * portion))
        order = OracleOrder(-copysign(units, trade.size), tag=trade.tag, parent_trade=trade)
        self.orders.insert(0, order)
        return order

    def set_sl(self, bar: int, trade: OracleTrade, price: float | None) -> None:
        """Replace or (None) remove the stop-loss; the new order goes to the front."""
        assert price is None or 0 < price < inf
        if trade.sl_order:
            self.cancel(trade.sl_order)
        if price:
            trade.sl_order = OracleOrder(
                -float(trade.size), stop=float(price), tag=trade.tag, parent_trade=trade
            )
            self.orders.insert(0, trade.sl_order)

    def set_tp(self, bar: int, trade: OracleTrade, price: float | None) -> None:
        """Replace or (None) remove the take-profit; the new order goes to the end."""
        assert price is None or 0 < price < inf
        if trade.tp_order:
            self.cancel(trade.tp_order)
        if price:
            trade.tp_order = OracleOrder(
                -float(trade.size), limit=float(price), tag=trade.tag, parent_trade=trade
            )
            self.orders.append(trade.tp_order)

    # ----- the bar ------------------------------------------------------------------------

    def step(self, i: int) -> bool:
        """Process the queue against bar `i`, record the equity, test for bankruptcy."""
        self.now = i
        self._process_queue(i)
        self.equity[i] = self.equity_now(i)
        if not self.equity[i] <= 0:
            return True
        assert self.margin_available(i) <= 0  # can fail at negative closes only
        # [bankruptcy] The list shrinks under the walking position: every other trade survives.
        position = 0
        while position < len(self.trades):
            self._close(self.trades[position], self.closes[i], i)
            position += 1
        self.cash = 0
        self.equity[i:] = [0] * (len(self.equity) - i)
        return False

    def _process_queue(self, i: int) -> None:
        second_pass = False
        for order in list(self.orders):
            if order not in self.orders:
                continue
            fill = self._fill_of(order, i)
            if fill is None:
                continue
            price, bar, stop = fill
            if order.parent_trade is not None:
                self._execute_closing(order, price, bar, stop)
            elif self._execute_entry(order, price, bar, stop, i):
                second_pass = True
        if second_pass:
            self._process_queue(i)

    def _fill_of(self, order: OracleOrder, i: int) -> tuple[float, int, float | None] | None:
        """Fill price, bar number and the stop triggered on this bar; None when nothing fills."""
        high, low = self.highs[i], self.lows[i]
        on_close = self.trade_on_close and not order.is_contingent
        base = self.closes[i - 1] if on_close else self.opens[i]
        # [stop] Once triggered, the stop is gone for good.
        stop = order.stop
        if stop:
            if not (high >= stop if order.is_long else low <= stop):
                return None
            order.stop = None
        limit = order.limit
        if not limit:
            # [price] rows "market" and "stop just triggered"; [bar number]
            if not stop:
                return base, i - 1 if on_close else i, None
            return (max if order.is_long else min)(base, stop), i, stop
        # [price] rows about limits: touching counts, trade_on_close does not matter.
        touched = low <= limit if order.is_long else high >= limit
        waits = stop and (limit <= stop if order.is_long else limit >= stop)
        if not touched or waits:
            return None
        reference = stop or self.opens[i]
        return (min if order.is_long else max)(reference, limit), i, stop

    def _execute_closing(
        self, order: OracleOrder, price: float, bar: int, stop: float | None
    ) -> None:
        """[closing orders] Take up to the order's size off its trade."""
        trade = order.parent_trade
        is_active = trade in self.trades
        assert is_active or not order.is_contingent
        if order is trade.sl_order:
            order.stop = stop
        if is_active:
            units = copysign(min(abs(trade.size), abs(order.size)), order.size)
            self._reduce(trade, units, price, bar)
        if order in self.orders:
            self.orders.remove(order)

    def _execute_entry(
        self, order: OracleOrder, price: float, bar: int, stop: float | None, i: int
    ) -> bool:
        """Size, net, pay and open; True when the queue has to be looked at a second time."""
        # A fill at exactly zero counts as "no price": the close of the bar stands in (kept oddity).
        adjusted = self._adjusted(price or self.closes[i], order.size)
        # [entry sizing] The order's own size and the price before the spread make the unit cost.
        unit_cost = adjusted + self.fee(order.size, price) / abs(order.size)
        if abs(order.size) < 1:
            budget = self.margin_available(i) * self.leverage * abs(order.size)
            # A negative unit cost leaves the side of the order as it is.
            units = int(copysign(_whole_units(budget, unit_cost), order.size))
            if units == 0:
                self._reject(order, i)
                return False
        else:
            units = int(order.size)
        if not self.hedging:
            units = self._net(units, price, bar)
        if abs(units) * unit_cost > self.margin_available(i) * self.leverage:
            self._reject(order, i)
            return False
        again = False
        if units:
            self._open(units, adjusted, bar, order, i)
            again = self._bracket_needs_second_pass(order, stop, i)
        self.orders.remove(order)
        return again

    def _net(self, units: float, price: float, bar: int) -> float:
        """[netting] Use the new units against opposite trades, oldest first; return the rest."""
        for trade in list(self.trades):
            if units == 0:
                break
            if trade.is_long == (units > 0):
                continue
            if abs(units) >= abs(trade.size):
                units += trade.size
                self._close(trade, price, bar)
            else:
                self._reduce(trade, units, price, bar)
                units = 0
        return units

    def _open(self, units: float, price: float, bar: int, order: OracleOrder, i: int) -> None:
        """[opening] Charge the fee, add the trade, attach TP first and then SL."""
        self.cash -= self.fee(units, price)
        trade = OracleTrade(self.closes, units, price, bar, order.tag)
        self.trades.append(trade)
        if order.tp:
            self.set_tp(i, trade, order.tp)
        if order.sl:
            self.set_sl(i, trade, order.sl)

    def _bracket_needs_second_pass(self, order: OracleOrder, stop: float | None, i: int) -> bool:
        """[same-bar bracket] Decide whether SL/TP may still execute within the entry bar."""
        high, low, sl, tp = self.highs[i], self.lows[i], order.sl, order.tp
        if not sl and not tp:
            return False
        if not order.limit and not stop:
            return True
        if not order.limit and tp:
            tp_reached = tp <= high if order.is_long else tp >= low
            sl_reached = sl and (sl >= low if order.is_long else sl <= high)
            if tp_reached and not sl_reached:
                return True
        if any(x and low <= x <= high for x in (sl, tp)):
            self.warnings.append((i, "contingent"))
        return False

    # ----- money and lists ----------------------------------------------------------------

    def _adjusted(self, price: float, size: float) -> float:
        """Entry price with the spread on the order's side; a negative spread counts as positive."""
        return price * (1 + copysign(self.spread, size))

    def _close(self, trade: OracleTrade, price: float, bar: int) -> None:
        """[money] Close the whole trade; its SL and TP leave the queue but stay attached."""
        self.trades.remove(trade)
        for order in (trade.sl_order, trade.tp_order):
            if order in self.orders:
                self.orders.remove(order)
        self._book(trade, price, bar)

    def _reduce(self, trade: OracleTrade, units: float, price: float, bar: int) -> None:
        """[partial closes] Take `units` (of the opposite sign) off the trade."""
        remaining = trade.size + units
        if remaining == 0:
            self._close(trade, price, bar)
            return
        trade.size = remaining
        for order in (trade.sl_order, trade.tp_order):
            if order:
                order.size = -remaining
        part = OracleTrade(self.closes, -units, trade.entry_price, trade.entry_bar, trade.tag)
        self._book(part, price, bar)

    def _book(self, trade: OracleTrade, price: float, bar: int) -> None:
        # The entry fee is computed again for the closed size, so a fixed fee counts for each part.
        exit_fee = self.fee(trade.size, price)
        value_price = price or self.closes[self.now]  # zero counts as "no exit price"
        self.cash += trade.size * (value_price - trade.entry_price) - exit_fee
        trade.commission = exit_fee + self.fee(trade.size, trade.entry_price)
        trade.exit_price, trade.exit_bar = price, bar
        self.closed_trades.append(trade)

    def _reject(self, order: OracleOrder, i: int) -> None:
        self.warnings.append((i, "insufficient margin"))
        self.orders.remove(order)

    def _detach(self, order: OracleOrder) -> None:
        trade = order.parent_trade
        if trade is not None and trade.sl_order is order:
            trade.sl_order = None
        elif trade is not None and trade.tp_order is order:
            trade.tp_order = None

    def _check_prices(self, order: OracleOrder, bar: int) -> None:
        reference = order.limit or order.stop or self._adjusted(self.closes[bar], order.size)
        if order.is_long:
            below, above = order.sl or -inf, order.tp or inf
        else:
            below, above = order.tp or -inf, order.sl or inf
        # Comparisons with nan are false, so a nan that takes part is refused here.
        if not below < reference < above:
            raise ValueError("prices must satisfy SL < entry < TP (long) or TP < entry < SL")

    def _make_room_for_exclusive_order(self) -> None:
        # Removing while walking skips the element after each removed one (a kept oddity).
        position = 0
        while position < len(self.orders):
            if not self.orders[position].is_contingent:
                self.cancel(self.orders[position])
            position += 1
        for trade in self.trades:
            self.close_trade(trade)


def _divide(a: float, b: float) -> float:
    """Divide as floating point hardware does: infinity or nan for a zero divisor."""
    return a / b if b else a * copysign(inf, b)


def _whole_units(budget: float, unit_cost: float) -> int:
    """Floor the division; a zero cost is infinity (OverflowError) or 0/0 (ValueError)."""
    if unit_cost == 0:
        return int(budget * inf)
    return int(budget // unit_cost)


def _fee_function(commission: float | tuple[float, float]) -> FeeFunction:
    fixed, rate = commission if isinstance(commission, tuple) else (0.0, commission)
    assert fixed >= 0
    assert -0.1 <= rate < 0.1

    def fee(size: float, price: float) -> float:
        return fixed + abs(size) * price * rate

    return fee


def run_oracle(
    opens: Sequence[float],
    highs: Sequence[float],
    lows: Sequence[float],
    closes: Sequence[float],
    script: Script,
    *,
    start: int = 1,
    finalize_trades: bool = False,
    init: Callable[[OracleBroker], None] | None = None,
    **broker_kwargs: Any,
) -> OracleBroker:
    """Run `script(broker, i)` after each bar from `start` on, then finish [after the last bar].

    `init(broker)` may place orders before the first bar; it passes the last bar's number as `bar`.
    """
    broker = OracleBroker(opens, highs, lows, closes, **broker_kwargs)
    if init is not None:
        init(broker)
    last = len(closes) - 1
    solvent = True
    for i in range(start, last + 1):
        solvent = broker.step(i)
        if not solvent:
            break
        script(broker, i)
    if solvent and finalize_trades:
        for trade in reversed(broker.trades):
            broker.close_trade(trade)
        if start <= last:
            broker.step(last)
    _fill_equity_gaps(broker)
    return broker


def _fill_equity_gaps(broker: OracleBroker) -> None:
    """Give bars without a number the next recorded equity, and trailing ones the cash."""
    following = broker.cash
    for i in reversed(range(len(broker.equity))):
        value = broker.equity[i]
        if value is None or isnan(value):
            broker.equity[i] = following
        following = broker.equity[i]
