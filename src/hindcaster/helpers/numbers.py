"""Numbers: rounding as exchanges do, nearness, mapping of ranges, genes of hyperparameters."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import numpy as np

from hindcaster import errors

__all__ = [
    "convert_number",
    "dna_to_hp",
    "floor_with_precision",
    "is_almost_equal",
    "is_price_near",
    "normalize",
    "round_decimals_down",
    "round_or_none",
    "round_price_for_live_mode",
    "round_qty_for_live_mode",
]

_FIRST_GENE, _LAST_GENE = 40, 119  # character codes of '(' and 'w'


def floor_with_precision(num: float, precision: int = 0) -> float:
    """Round down to a number of decimal places.

    Raises
    ------
    ValueError, OverflowError
        The number is NaN or infinite.

    Examples
    --------
    >>> floor_with_precision(1.239, 2)
    1.23
    """
    scale: float = 10**precision
    return math.floor(num * scale) / scale


def round_decimals_down(number: Any, decimals: int = 2) -> Any:
    """Round a number or an array down; negative `decimals` are places before the decimal point.

    Raises
    ------
    TypeError
        `decimals` is not a whole number.

    Examples
    --------
    >>> float(round_decimals_down(1.239, 2)), float(round_decimals_down(155, -1))
    (1.23, 150.0)
    """
    if not isinstance(decimals, int):
        raise errors.places_not_whole(decimals)
    if decimals == 0:
        return np.floor(number)
    scale = 10**decimals
    return np.floor(number * scale) / scale


def round_or_none(x: float | None, digits: int = 0) -> float | None:
    """Round to a number of decimal places; None stays None.

    Examples
    --------
    >>> round_or_none(1.239, 2), round_or_none(None)
    (1.24, None)
    """
    return None if x is None else round(x, digits)


def round_price_for_live_mode(price: Any, precision: int) -> Any:
    """Round a price or an array of them to a number of decimal places.

    Examples
    --------
    >>> float(round_price_for_live_mode(1.239, 2))
    1.24
    """
    return np.round(price, precision)


def round_qty_for_live_mode(roundable_qty: Any, precision: int) -> Any:
    """Round a quantity or an array of them down to a lot of ``10 ** -precision``, at least one.

    Parameters
    ----------
    roundable_qty : float or ndarray
        Quantities; those below one lot become one lot, with their sign.
    precision : int
        Number of decimal places; negative ones are places before the decimal point.

    Returns
    -------
    float for a float, else ndarray

    Raises
    ------
    ValueError
        A quantity is below one lot and `precision` is negative.

    Examples
    --------
    >>> round_qty_for_live_mode(5.6789, 3), round_qty_for_live_mode(0.0004, 3)
    (5.678, 0.001)
    """
    if not isinstance(precision, int):
        raise errors.places_not_whole(precision)
    lots = [_lots(value, precision) for value in np.ravel(roundable_qty)]
    rounded = np.array(lots, dtype=np.float64)
    return float(rounded[0]) if isinstance(roundable_qty, float) else rounded


def _lots(qty: float, precision: int) -> float:
    qty = float(qty)
    if not math.isfinite(qty):
        return qty
    # Of the shortest decimal number: 0.29 is 29 lots of 0.01 though it is stored slightly below.
    floored = float(Decimal(repr(qty)).quantize(Decimal(1).scaleb(-precision), ROUND_FLOOR))
    if floored != 0:
        return floored
    if precision < 0:
        raise errors.quantity_below_one(precision)
    return 10.0**-precision


def is_price_near(
    order_price: Any, price_to_compare: Any, percentage_threshold: float = 0.00015
) -> Any:
    """Whether an order's price is so near to a price that the order is a market order.

    Parameters
    ----------
    order_price, price_to_compare : float or ndarray
        Prices; the distance is a share of the second.
    percentage_threshold : float, default 0.00015
        Greatest distance, as a share.

    Raises
    ------
    ZeroDivisionError
        `price_to_compare` is 0.

    Examples
    --------
    >>> is_price_near(100.01, 100), is_price_near(100.02, 100)
    (True, False)
    """
    return abs(1 - order_price / price_to_compare) <= percentage_threshold


def is_almost_equal(a: float | None, b: float | None, tolerance: float = 1e-8) -> bool:
    """Whether two numbers are equal up to a share of the larger one, or of 1 if that is more.

    Examples
    --------
    >>> is_almost_equal(1, 1 + 1e-9), is_almost_equal(1, 1 + 1e-7)
    (True, False)
    """
    if a is None or b is None or a == b:
        return a == b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def normalize(x: float, x_min: float, x_max: float) -> float:
    """Where a number is between two others: 0 at the first, 1 at the second.

    Raises
    ------
    ZeroDivisionError
        The two are equal.

    Examples
    --------
    >>> normalize(5, 0, 10)
    0.5
    """
    return (x - x_min) / (x_max - x_min)


def convert_number(
    old_max: float, old_min: float, new_max: float, new_min: float, old_value: float
) -> float:
    """Map a number from one range to another, linearly.

    Raises
    ------
    ValueError
        The number is outside its range.

    Examples
    --------
    >>> convert_number(10, 0, 5, 1, 2.5)
    2.0
    """
    if old_value > old_max or old_value < old_min:
        raise errors.outside_range(old_value, old_min, old_max)
    share = (old_value - old_min) * (new_max - new_min) / (old_max - old_min)
    return share + new_min


def dna_to_hp(strategy_hp: Sequence[dict[str, Any]], dna: str) -> dict[str, Any]:
    """Read hyperparameters from a text of genes.

    Parameters
    ----------
    strategy_hp : sequence of dict
        What `Strategy.hyperparameters` gives: dicts with 'name', 'type' (int or float), 'min' and
        'max'.
    dna : str
        One character per hyperparameter, '(' for its minimum to 'w' for its maximum; or a JSON
        object of values in base64.

    Returns
    -------
    dict
        Values by name; integers are rounded.

    Raises
    ------
    ValueError
        A character is outside '(' to 'w'.
    TypeError
        A hyperparameter is neither int nor float.

    Examples
    --------
    >>> hp = [{"name": "period", "type": int, "min": 1, "max": 10}]
    >>> dna_to_hp(hp, "w")
    {'period': 10}
    """
    values = _encoded_values(dna)
    if values is not None:
        return values
    found: dict[str, Any] = {}
    for gene, parameter in zip(dna, strategy_hp, strict=False):
        kind = parameter["type"]
        if kind is not int and kind is not float:
            raise errors.bad_gene(parameter["name"], kind)
        value = convert_number(
            _LAST_GENE, _FIRST_GENE, parameter["max"], parameter["min"], ord(gene)
        )
        found[parameter["name"]] = round(value) if kind is int else value
    return found


def _encoded_values(dna: str) -> dict[str, Any] | None:
    try:
        values = json.loads(base64.b64decode(dna))
    except ValueError:  # also of what is no base64, no UTF-8 or no JSON
        return None
    return values if isinstance(values, dict) else None
