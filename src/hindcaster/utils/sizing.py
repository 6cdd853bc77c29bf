"""Sizes, quantities and risk of positions; exact sums."""

from __future__ import annotations

import math
from typing import Any

from hindcaster import errors
from hindcaster.exchange import decimals
from hindcaster.helpers.numbers import floor_with_precision

__all__ = [
    "estimate_risk",
    "kelly_criterion",
    "limit_stop_loss",
    "qty_to_size",
    "risk_to_qty",
    "risk_to_size",
    "size_to_qty",
    "subtract_floats",
    "sum_floats",
]

_FEES_RESERVED = 3  # fees of this many fills are kept back from a size


def _known(argument: str, value: Any) -> None:
    """Refuse what is None, NaN or no number."""
    try:
        undefined = math.isnan(value)
    except TypeError:
        undefined = True
    if undefined:
        raise errors.argument_undefined(argument, value)


def size_to_qty(
    position_size: float, entry_price: float, precision: int = 3, fee_rate: float = 0
) -> float:
    """Quantity that a size in the quote currency buys, rounded down.

    Parameters
    ----------
    position_size : float
        Value of the position in the quote currency.
    entry_price : float
        Price of one unit.
    precision : int, default 3
        Decimal places of the quantity.
    fee_rate : float, default 0
        Fee of a fill as a share; three times as much is kept back.

    Raises
    ------
    TypeError
        Size or price is None or NaN.
    ZeroDivisionError
        The price is 0.

    Examples
    --------
    >>> size_to_qty(1000, 3), size_to_qty(1000, 3, fee_rate=0.001)
    (333.333, 332.333)
    """
    _known("position_size", position_size)
    _known("entry_price", entry_price)
    if fee_rate != 0:
        position_size = position_size * (1 - fee_rate * _FEES_RESERVED)
    return floor_with_precision(position_size / entry_price, precision)


def qty_to_size(qty: float, price: float) -> float:
    """Value of a quantity at a price.

    Raises
    ------
    TypeError
        One of them is None or NaN.

    Examples
    --------
    >>> qty_to_size(2, 50)
    100
    """
    _known("qty", qty)
    _known("price", price)
    return qty * price


def risk_to_size(
    capital_size: float, risk_percentage: float, risk_per_qty: float, entry_price: float
) -> float:
    """Size of a position that risks a percentage of the capital, at most the capital.

    Parameters
    ----------
    capital_size : float
        Capital in the quote currency.
    risk_percentage : float
        Percent of it that may be lost.
    risk_per_qty : float
        What one unit loses at the stop.
    entry_price : float
        Price of one unit.

    Raises
    ------
    ValueError
        The risk per unit is 0.

    Examples
    --------
    >>> round(risk_to_size(10000, 1, 0.7, 8.6), 4)
    1228.5714
    """
    if risk_per_qty == 0:
        raise errors.no_risk()
    size = risk_percentage / 100 * capital_size / risk_per_qty * entry_price
    return min(size, capital_size)


def risk_to_qty(
    capital: float,
    risk_per_capital: float,
    entry_price: float,
    stop_loss_price: float,
    precision: int = 8,
    fee_rate: float = 0,
) -> float:
    """Quantity of a position that risks a percentage of the capital.

    Parameters
    ----------
    capital : float
        Capital in the quote currency.
    risk_per_capital : float
        Percent of it that may be lost.
    entry_price, stop_loss_price : float
        Prices of entry and stop.
    precision : int, default 8
        Decimal places of the quantity.
    fee_rate : float, default 0
        Fee of a fill as a share; three times as much is kept back, twice over.

    Raises
    ------
    ValueError
        Entry and stop price are equal.
    TypeError
        An argument is None or NaN.

    Examples
    --------
    >>> risk_to_qty(10000, 1, 100, 95), risk_to_qty(10000, 1, 100, 95, fee_rate=0.001)
    (20.0, 19.88018)
    """
    risk_per_qty = abs(entry_price - stop_loss_price)
    size = risk_to_size(capital, risk_per_capital, risk_per_qty, entry_price)
    if fee_rate != 0:
        size = size * (1 - fee_rate * _FEES_RESERVED)
    return size_to_qty(size, entry_price, precision, fee_rate)


def limit_stop_loss(
    entry_price: float, stop_price: float, trade_type: str, max_allowed_risk_percentage: float
) -> float:
    """Bring a stop price so near that it risks a percentage of the entry price at most.

    Parameters
    ----------
    entry_price, stop_price : float
        Prices of entry and stop.
    trade_type : str
        'long' puts the stop below the entry, anything else above it.
    max_allowed_risk_percentage : float
        Greatest distance in percent of the entry price.

    Examples
    --------
    >>> limit_stop_loss(100, 95, "long", 3), limit_stop_loss(100, 105, "short", 10)
    (97.0, 105)
    """
    risk = abs(entry_price - stop_price)
    risk = min(risk, entry_price * max_allowed_risk_percentage / 100)
    return entry_price - risk if trade_type == "long" else entry_price + risk


def estimate_risk(entry_price: float, stop_price: float) -> float:
    """What one unit loses at the stop.

    Raises
    ------
    TypeError
        One of the prices is None or NaN.

    Examples
    --------
    >>> estimate_risk(100, 95)
    5
    """
    _known("entry_price", entry_price)
    _known("stop_price", stop_price)
    return abs(entry_price - stop_price)


def kelly_criterion(win_rate: float, ratio_avg_win_loss: float) -> float:
    """Share of the capital to bet by the Kelly criterion: ``w - (1 - w) / ratio``.

    Parameters
    ----------
    win_rate : float
        Share of trades that win, 0 to 1.
    ratio_avg_win_loss : float
        Average win over average loss.

    Raises
    ------
    ZeroDivisionError
        The ratio is 0.

    Examples
    --------
    >>> round(kelly_criterion(0.6, 2), 10)
    0.4
    """
    return win_rate - (1 - win_rate) / ratio_avg_win_loss


def sum_floats(float1: float, float2: float) -> float:
    """Add two numbers in decimal notation.

    Raises
    ------
    TypeError
        One of them is no number.
    ValueError
        One of them is NaN or infinite.

    Examples
    --------
    >>> sum_floats(0.1, 0.2)
    0.3
    """
    return decimals.sum_floats(_real("float1", float1), _real("float2", float2))


def subtract_floats(float1: float, float2: float) -> float:
    """Subtract the second number from the first in decimal notation.

    Raises
    ------
    TypeError
        One of them is no number.
    ValueError
        One of them is NaN or infinite.

    Examples
    --------
    >>> subtract_floats(0.3, 0.1)
    0.2
    """
    return decimals.subtract_floats(_real("float1", float1), _real("float2", float2))


def _real(argument: str, value: Any) -> float:
    if value is None or isinstance(value, str | bytes):
        raise errors.argument_undefined(argument, value)
    return float(value)
