"""The wallet of a run: what orders need, what fills pay, and what is left.

All routes share one wallet, in the quote currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hindcaster import errors
from hindcaster.exchange.decimals import subtract_floats, sum_floats
from hindcaster.exchange.orders import BUY, LIMIT, MARKET, STOP, Order

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.exchange.run import Run


def _words(order: Order, price: float) -> str:
    return f"{order.symbol}: {order.type} {order.side} {abs(order.qty):.8g} at {price:.8g}"


class FuturesWallet:
    """Cash, and the margin that positions and orders take of it.

    Attributes
    ----------
    balance : float
        Cash: starting balance, minus fees, plus profits of what was closed.
    """

    type = "futures"

    def __init__(self, run: Run, starting_balance: float) -> None:
        self._run = run
        self.balance = starting_balance
        # Value of entries that were filled in an opening gap, at the prices asked for: buys, sells.
        # The peer never frees their margin, so neither does this wallet.
        self._stuck: dict[Lane, tuple[float, float]] = {}

    @property
    def available_margin(self) -> float:
        """Cash and open profits, minus the margin of positions and of entries that rest."""
        taken = 0.0  # summed before it is subtracted, for the same last digit as the peer's
        for lane in self._run.lanes:
            position = lane.position
            if position.qty:
                taken += position.total_cost - position.pnl
            if lane.book.live or lane in self._stuck:
                buys, sells = lane.book.entry_values()
                stuck_buys, stuck_sells = self._stuck.get(lane, (0.0, 0.0))
                taken += max(buys + stuck_buys, sells + stuck_sells) / self._run.leverage
        return self.balance - taken

    def submit(self, order: Order, _lane: Lane) -> None:
        """Check whether there is margin for a new order."""
        if order.reduce_only:
            return
        needed = abs(order.qty * order.price) / self._run.leverage
        available = self.available_margin
        if needed > available:
            raise errors.insufficient_margin(needed, available, _words(order, order.price))

    def cancel(self, order: Order, lane: Lane) -> None:
        """Free the margin of a cancelled order: it left the book, which is all that counts."""

    def fill(self, order: Order, lane: Lane, reserved: float) -> float:
        """Take the fee of a fill; give by how much the position changes."""
        self.balance -= order.fee
        if reserved != order.price and not order.reduce_only:
            buys, sells = self._stuck.get(lane, (0.0, 0.0))
            value = abs(order.qty * reserved)
            buying = order.side == BUY
            self._stuck[lane] = (buys + value, sells) if buying else (buys, sells + value)
        return order.filled_qty

    def realise(self, profit: float) -> None:
        """Book the profit of what was closed."""
        self.balance += profit


class SpotWallet:
    """Amounts of the quote and of the base assets.

    Attributes
    ----------
    balance : float
        Quote currency that is free: what resting buys will pay is deducted already.
    """

    type = "spot"

    def __init__(self, run: Run, starting_balance: float) -> None:
        self._run = run
        self.balance = starting_balance
        self._base: dict[Lane, float] = {}
        # Counters of resting sells that a cancelled order lowers twice. A check with them refuses
        # no order that the peer accepts.
        self._loose: dict[tuple[Lane, str], float] = {}

    @property
    def available_margin(self) -> float:
        """Quote currency that is free."""
        return self.balance

    def held(self, lane: Lane) -> float:
        """Amount of the route's base asset."""
        return self._base.get(lane, 0.0)

    def submit(self, order: Order, lane: Lane) -> None:
        """Reserve money for a new buy; check whether there is enough to sell."""
        if order.side == BUY:
            needed = abs(order.qty) * order.price
            left = subtract_floats(self.balance, needed)
            if left < 0:
                asset = order.symbol.split("-")[1]
                text = _words(order, order.price)
                raise errors.insufficient_balance(asset, needed, self.balance, text)
            self.balance = left
            return
        kind = STOP if order.type == STOP else LIMIT
        resting = min(lane.book.resting_sells(kind), self._loose.get((lane, kind), 0.0))
        needed = sum_floats(abs(order.qty), resting)
        if needed > self.held(lane):
            asset = order.symbol.split("-")[0]
            text = _words(order, order.price)
            raise errors.insufficient_balance(asset, needed, self.held(lane), text)
        self._count(order, lane, abs(order.qty))

    def cancel(self, order: Order, lane: Lane) -> None:
        """Give back what the order had reserved."""
        if order.side == BUY:
            self.balance = sum_floats(self.balance, abs(order.qty) * order.price)
        else:
            self._count(order, lane, -2 * abs(order.qty))

    def fill(self, order: Order, lane: Lane, reserved: float) -> float:
        """Exchange the assets; give by how much the position changes."""
        fee_rate, price = self._run.fee_rate, order.price
        if order.side == BUY:
            if price != reserved:  # filled at the open, behind a gap
                size = abs(order.qty)
                self.balance = sum_floats(self.balance, size * reserved - size * price)
            bought = abs(order.filled_qty) * (1 - fee_rate)
            self._base[lane] = sum_floats(self.held(lane), bought)
            return bought
        self._count(order, lane, -abs(order.qty))
        sold = min(abs(order.filled_qty), self.held(lane))
        self._base[lane] = subtract_floats(self.held(lane), sold)
        self.balance = sum_floats(self.balance, sold * price * (1 - fee_rate))
        return -sold

    def realise(self, profit: float) -> None:
        """Profit is in the assets already."""

    def _count(self, order: Order, lane: Lane, change: float) -> None:
        if order.type != MARKET:
            key = (lane, order.type)
            self._loose[key] = sum_floats(self._loose.get(key, 0.0), change)
