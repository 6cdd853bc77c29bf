"""Order rows as strategies write them: `(qty, price)`, or a list of such rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray

Rows = list[list[float]]


class Known:
    """Rows that orders were made of, to be compared with what the strategy says now.

    Attributes
    ----------
    rows : list of rows
    """

    __slots__ = ("_array", "_content", "rows")

    def __init__(self, array: FloatArray) -> None:
        self.rows: Rows = array.tolist()
        self._array = array
        self._content = array.tobytes()

    def is_still(self, value: Any) -> bool:
        """Whether a value is the array itself, unchanged."""
        return value is self._array and value.tobytes() == self._content


def as_rows(name: str, value: Any) -> FloatArray:
    """Make an array with one row per order.

    Parameters
    ----------
    name : str
        Which attribute of the strategy it is.
    value : tuple, list or ndarray
        Row or rows.

    Returns
    -------
    ndarray, shape (n, 2 or more)
        Always a new array.

    Raises
    ------
    InvalidStrategy
        It is something else.
    InvalidShape
        Rows differ in length or hold something else than numbers.
    IndexError
        A row has a quantity only.
    """
    if not isinstance(value, (tuple, list, np.ndarray)):
        raise errors.bad_rows(name, value)
    if len(value) == 0:
        return np.empty((0, 2))
    try:
        rows = np.array(value, dtype=float)
    except (ValueError, TypeError):
        raise errors.bad_rows_shape(name, value) from None
    if rows.ndim == 1:
        rows = rows.reshape(1, -1)
    if rows.ndim != 2:
        raise errors.bad_rows_shape(name, value)
    if rows.shape[1] < 2:
        raise errors.row_too_short(name, value)
    return rows


def require_orders(name: str, rows: FloatArray, *, nan_price: bool) -> None:
    """Refuse rows that cannot be orders.

    Parameters
    ----------
    name : str
        Which attribute of the strategy it is.
    rows : ndarray, shape (n, 2 or more)
    nan_price : bool
        A price that is NaN is refused here; otherwise when the order is sent, if it ever is.

    Raises
    ------
    InvalidStrategy
        A price is not above 0, or a number is not finite.
    """
    for qty, price in rows[:, :2].tolist():
        if price <= 0:
            raise errors.price_not_positive(name, price)
        if not math.isfinite(qty) or price == math.inf or (nan_price and price != price):
            raise errors.order_not_finite(name, rows.tolist())


def mean_price(rows: Rows) -> float | None:
    """Average price of rows, weighted by quantity; None without rows."""
    size = sum(abs(row[0]) for row in rows)
    return sum(abs(row[0] * row[1]) for row in rows) / size if size else None
