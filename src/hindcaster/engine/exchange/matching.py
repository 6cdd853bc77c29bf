"""Resting orders against 1-minute candles: which minute touches one, and in which order.

A candle is travelled open, low, high, close if it closes at or above its open, otherwise open,
high, low, close. Prices of orders that are not live any more are NaN, which nothing touches.
"""

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.columns import (
    CLOSE,
    GAP_DOWN,
    GAP_UP,
    HIGH,
    LOW,
    OPEN,
)


@subkernel
def _jumped(price: float, rule: int, previous: float, opening: float) -> bool:
    """Whether the jump from the last close to an open fills an order at that open."""
    if rule == GAP_UP:
        return opening > previous and previous <= price <= opening
    if rule == GAP_DOWN:
        return opening < previous and opening <= price <= previous
    return False


@subkernel
def _between(price: float, first: float, second: float) -> bool:
    return first <= price <= second or second <= price <= first


@kernel
def first_touched(
    rows: FloatArray,
    start: int,
    stop: int,
    prices: FloatArray,
    rules: IntArray,
    count: int,
    liquidation: float,
) -> int:
    """Find the first minute in which an order is reached or a position is liquidated.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        1-minute candles.
    start, stop : int
        Rows to look at, `start` at least 1.
    prices, rules : ndarray, shape (m,)
        Price and gap rule of each order.
    count : int
        How many of them there are.
    liquidation : float
        Price at which the position is liquidated, NaN if it never is.

    Returns
    -------
    int
        The row, `stop` if there is none.
    """
    for row in range(start, stop):
        low, high = rows[row, LOW], rows[row, HIGH]
        previous, opening = rows[row - 1, CLOSE], rows[row, OPEN]
        for slot in range(count):
            price = prices[slot]
            if low <= price <= high or _jumped(price, rules[slot], previous, opening):
                return row
        if low <= liquidation <= high or _between(liquidation, previous, opening):
            return row
    return stop


@kernel
def order_in_gap(
    prices: FloatArray,
    rules: IntArray,
    count: int,
    previous: float,
    opening: float,
    slots: IntArray,
) -> int:
    """List the orders that an opening gap fills, nearest to the last close first.

    Parameters
    ----------
    prices, rules : ndarray, shape (m,)
        Price and gap rule of each order.
    count : int
        How many of them there are.
    previous, opening : float
        The last close and the open.
    slots : ndarray of int
        Written: the orders' places; room for `count`.

    Returns
    -------
    int
        How many there are.
    """
    found = 0
    for slot in range(count):
        if not _jumped(prices[slot], rules[slot], previous, opening):
            continue
        place = found
        distance = abs(prices[slot] - previous)
        while place > 0 and abs(prices[slots[place - 1]] - previous) > distance:
            slots[place] = slots[place - 1]
            place -= 1
        slots[place] = slot
        found += 1
    return found


@kernel
def first_on_path(prices: FloatArray, count: int, candle: FloatArray) -> int:
    """Find the order that the rest of a candle meets first, -1 if it meets none.

    An order at the open is met at once. Of equal prices the order placed first.

    Parameters
    ----------
    prices : ndarray, shape (m,)
        Price of each order.
    count : int
        How many of them there are.
    candle : ndarray, shape (6,)
        What is left of the candle.

    Returns
    -------
    int
        Place of the order.
    """
    opening, low, high = candle[OPEN], candle[LOW], candle[HIGH]
    rises_last = candle[CLOSE] >= opening
    below, above = -1, -1
    for slot in range(count):
        price = prices[slot]
        if not low <= price <= high:
            continue
        if price > opening or (price == opening and not rises_last):
            if above < 0 or price < prices[above]:
                above = slot
        elif below < 0 or price > prices[below]:
            below = slot
    if rises_last:
        return below if below >= 0 else above
    return above if above >= 0 else below


@kernel
def travel(rest: FloatArray, price: float, travelled: FloatArray) -> None:
    """Split a candle at a price on its path.

    At the candle's own open both parts are the whole candle.

    Parameters
    ----------
    rest : ndarray, shape (6,)
        The candle; what is left of it is written here.
    price : float
        Where to split, inside the candle's range.
    travelled : ndarray, shape (6,)
        Written: the part up to the price.
    """
    opening, close = rest[OPEN], rest[CLOSE]
    for column in range(6):
        travelled[column] = rest[column]
    if price == opening:
        return
    rest[OPEN] = price
    travelled[CLOSE] = price
    turned = price > opening if close >= opening else price < opening  # the first extreme is past
    if price < opening:
        travelled[LOW] = price
        if turned:
            rest[HIGH] = max(price, close)
        else:
            travelled[HIGH] = opening
    else:
        travelled[HIGH] = price
        if turned:
            rest[LOW] = min(price, close)
        else:
            travelled[LOW] = opening
