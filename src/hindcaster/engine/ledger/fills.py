"""At which price, and on which bar, an order fills."""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster._types import Record
from hindcaster.engine.costs import slipped
from hindcaster.engine.ledger.orders import given
from hindcaster.engine.ledger.state import Ledger


@subkernel
def triggers(ledger: Ledger, order: Record) -> bool:
    """Whether the range in work reaches the order's waiting stop."""
    if order.size > 0.0:
        return ledger.account[0].high >= order.stop
    return ledger.account[0].low <= order.stop


@subkernel
def limit_price(account: Record, order: Record, triggered: bool) -> float:
    """Fill price of a limit order, NaN if it does not fill on this bar.

    The limit or better, at the open if the bar opens beyond it. On the bar that triggers its
    stop, a stop-limit fills at the stop, and only if its limit lies beyond the stop.
    """
    limit, stop = order.limit, order.stop
    if order.size > 0.0:
        if account.low > limit or (triggered and limit <= stop):
            return np.nan
        return min(stop if triggered else account.open, limit)
    if account.high < limit or (triggered and limit >= stop):
        return np.nan
    return max(stop if triggered else account.open, limit)


@subkernel
def market_price(
    ledger: Ledger, order: Record, bar: int, triggered: bool, at_previous_close: bool
) -> float:
    """Fill price of a market order or of a stop that this bar triggered: never better than it."""
    price = ledger.close[bar - 1] if at_previous_close else ledger.account[0].open
    buying = order.size > 0.0
    if triggered:
        price = max(price, order.stop) if buying else min(price, order.stop)
    return slipped(ledger.account[0], price, buying)


@subkernel
def fill(
    ledger: Ledger, order: Record, bar: int, triggered: bool, contingent: bool
) -> tuple[float, int]:
    """Return (price, bar of the fill); the price is NaN if the order does not fill.

    A market order `on_close` fills at the previous close and counts for the previous bar; a
    triggered stop takes the previous close as its base but counts for this bar.
    """
    if given(order.limit):
        return limit_price(ledger.account[0], order, triggered), bar
    at_close = order.on_close != 0 and not contingent
    price = market_price(ledger, order, bar, triggered, at_close)
    return price, (bar - 1 if at_close and not triggered else bar)
