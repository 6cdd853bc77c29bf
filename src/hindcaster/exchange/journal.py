"""What happened in a run, told while it happens. Runs without outputs keep none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hindcaster.exchange.decimals import subtract_floats
from hindcaster.exchange.orders import BUY, Order
from hindcaster.exchange.position import SPOT

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.exchange.run import Run
    from hindcaster.exchange.trades import Trade


class Fill(NamedTuple):
    """What a fill did to a position and to the account.

    A fill that turns a position round is two of them, with the same order.

    Attributes
    ----------
    time : float
        Close of the minute, in milliseconds.
    lane : int
        Place among the trading routes.
    order : Order
    price : float
        What was paid.
    change : float
        What the position grew by, negative for sales; 0 if nothing was left to reduce.
    qty : float
        The position then.
    entry_price : float
        Its average price, 0 without a position.
    cash : float
        The quote currency then, what resting orders have reserved included.
    """

    time: float
    lane: int
    order: Order
    price: float
    change: float
    qty: float
    entry_price: float
    cash: float


class Journal:
    """Keeps the fills of a run; a journal that tells more derives from it.

    Attributes
    ----------
    fills : list of Fill
        In the order in which they happened.
    """

    def __init__(self) -> None:
        self.fills: list[Fill] = []

    def moved(self, lane: Lane, order: Order, trade: Trade | None) -> None:
        """Note a change of a position; with the trade that it closed, if it did."""
        position = lane.position
        self._keep(lane, order, subtract_floats(position.qty, position.previous_qty))

    def repeated(self, lane: Lane, order: Order) -> None:
        """Note a fill that changed the account only: nothing was left to reduce."""
        self._keep(lane, order, 0.0)

    def _keep(self, lane: Lane, order: Order, change: float) -> None:
        position, run = lane.position, lane.run
        entry = position.entry_price or 0.0
        self.fills.append(
            Fill(run.clock, lane.index, order, order.price, change, position.qty, entry, _cash(run))
        )

    def submitted(self, order: Order) -> None:
        """Hear of a new order."""

    def cancelled(self, order: Order) -> None:
        """Hear of an order that was cancelled."""

    def executed(self, order: Order, before: float) -> None:
        """Hear of a fill, and of the balance before it was paid for."""

    def realised(self, lane: Lane, profit: float, before: float) -> None:
        """Hear of a profit, and of the balance before."""

    def liquidated(self, lane: Lane, price: float) -> None:
        """Hear of a position that is about to be liquidated."""

    def executing(self, lane: Lane) -> None:
        """Hear of a strategy that is about to act on a bar."""

    def terminating(self, lane: Lane) -> None:
        """Hear of a strategy that is about to end."""

    def sampled(self, time: float, value: float) -> None:
        """Hear of a balance sample."""

    def said(self, level: str, text: Any) -> None:
        """Hear of a message of a strategy."""


def _cash(run: Run) -> float:
    cash = run.wallet.balance
    if run.exchange_type == SPOT:
        for lane in run.lanes:
            cash += sum(order.value for order in lane.book.orders() if order.side == BUY)
    return cash
