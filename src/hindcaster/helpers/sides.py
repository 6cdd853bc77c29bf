"""Sides of orders and types of positions, and what a position earns."""

from __future__ import annotations

from typing import Any

from hindcaster import errors

__all__ = [
    "closing_side",
    "estimate_PNL",
    "estimate_PNL_percentage",
    "estimate_average_price",
    "opposite_side",
    "opposite_type",
    "prepare_qty",
    "side_to_type",
    "type_to_side",
]

_OTHER_SIDE = {"buy": "sell", "sell": "buy"}
_OTHER_TYPE = {"long": "short", "short": "long"}
_TYPE_OF_SIDE = {"buy": "long", "sell": "short"}
_SIDE_OF_TYPE = {"long": "buy", "short": "sell"}
_CLOSING_SIDE = {"long": "sell", "short": "buy"}


def _other(table: dict[str, str], argument: str, value: Any) -> str:
    try:
        return table[value]
    except KeyError:
        raise errors.not_among(argument, value, table) from None


def opposite_side(s: str) -> str:
    """Give 'sell' for 'buy' and the reverse.

    Raises
    ------
    ValueError
        It is neither.

    Examples
    --------
    >>> opposite_side("buy")
    'sell'
    """
    return _other(_OTHER_SIDE, "side", s)


def opposite_type(t: str) -> str:
    """Give 'short' for 'long' and the reverse.

    Raises
    ------
    ValueError
        It is neither.

    Examples
    --------
    >>> opposite_type("long")
    'short'
    """
    return _other(_OTHER_TYPE, "type", t)


def closing_side(position_type: str) -> str:
    """Give the side of the order that closes a position; upper or lower case.

    Raises
    ------
    ValueError
        The type is neither 'long' nor 'short'.

    Examples
    --------
    >>> closing_side("long")
    'sell'
    """
    return _other(_CLOSING_SIDE, "position_type", position_type.lower())


def side_to_type(s: str) -> str:
    """Give the type of the position that an order of a side opens; upper or lower case.

    Raises
    ------
    ValueError
        The side is neither 'buy' nor 'sell'.

    Examples
    --------
    >>> side_to_type("sell")
    'short'
    """
    return _other(_TYPE_OF_SIDE, "side", s.lower())


def type_to_side(t: str) -> str:
    """Give the side of the order that opens a position of a type.

    Raises
    ------
    ValueError
        The type is neither 'long' nor 'short'.

    Examples
    --------
    >>> type_to_side("short")
    'sell'
    """
    return _other(_SIDE_OF_TYPE, "type", t)


def prepare_qty(qty: float, side: str) -> float:
    """Give a quantity the sign of a side: positive for 'buy' and 'long', negative for the others.

    Parameters
    ----------
    qty : float
        Quantity of either sign.
    side : {'buy', 'long', 'sell', 'short', 'close'}
        Side of an order or type of a position, upper or lower case; 'close' gives 0.

    Raises
    ------
    ValueError
        The side has another name.

    Examples
    --------
    >>> prepare_qty(5, "sell")
    -5
    """
    match side.lower():
        case "buy" | "long":
            return abs(qty)
        case "sell" | "short":
            return -abs(qty)
        case "close":
            return 0.0
        case _:
            raise errors.not_among("side", side, ("buy", "long", "sell", "short", "close"))


def estimate_average_price(
    order_qty: float, order_price: float, current_qty: float, current_entry_price: float
) -> float:
    """Average entry price of a position after an order is added to it.

    Parameters
    ----------
    order_qty, current_qty : float
        Quantities of the order and of the position, of either sign.
    order_price, current_entry_price : float
        Their prices.

    Raises
    ------
    ZeroDivisionError
        Both quantities are 0.

    Examples
    --------
    >>> estimate_average_price(1, 100, 3, 200)
    175.0
    """
    added, held = abs(order_qty), abs(current_qty)
    return (added * order_price + held * current_entry_price) / (added + held)


def estimate_PNL(  # noqa: N802  (the name that scripts call)
    qty: float, entry_price: float, exit_price: float, trade_type: str, trading_fee: float = 0
) -> float:
    """Profit of a position, less fees on both fills.

    Parameters
    ----------
    qty : float
        Quantity, of either sign.
    entry_price, exit_price : float
        Prices of the two fills.
    trade_type : str
        'short' for a short position; anything else is a long one.
    trading_fee : float, default 0
        Fee as a share of a fill's value.

    Examples
    --------
    >>> estimate_PNL(1, 100, 110, "short")
    -10
    """
    qty = abs(qty)
    profit = qty * (exit_price - entry_price)
    if trade_type == "short":
        profit = -profit
    if not trading_fee:
        return profit
    return profit - trading_fee * qty * (entry_price + exit_price)


def estimate_PNL_percentage(  # noqa: N802
    qty: float, entry_price: float, exit_price: float, trade_type: str
) -> float:
    """Profit of a position without fees, as percentage of its value at the entry.

    Raises
    ------
    ZeroDivisionError
        The position's value is 0.

    Examples
    --------
    >>> estimate_PNL_percentage(2, 100, 110, "long")
    10.0
    """
    profit = estimate_PNL(qty, entry_price, exit_price, trade_type)
    return profit / (abs(qty) * entry_price) * 100
