"""Sample data under the names that scripts moved from elsewhere import: an alias, no tests.

``GOOG``, ``EURUSD`` and ``BTCUSD`` are those of `hindcaster.datasets` (the latter two are
synthetic), a fresh copy on every access. `SMA` is a simple moving average to experiment with.
"""

from typing import Any

import numpy as np
import pandas as pd

from hindcaster import datasets

__all__ = ["BTCUSD", "EURUSD", "GOOG", "SMA"]

BTCUSD: pd.DataFrame
EURUSD: pd.DataFrame
GOOG: pd.DataFrame


def SMA(arr: Any, n: int) -> "pd.Series[float]":  # noqa: N802 - the name that scripts import
    """Compute the simple moving average.

    Parameters
    ----------
    arr : array_like or Series
        Values, oldest first.
    n : int
        Number of bars averaged.

    Returns
    -------
    Series
        The mean of the last `n` values at each bar, NaN for the first ``n - 1``; the index is
        that of `arr` if it is a Series.

    Examples
    --------
    >>> SMA([1, 2, 4], 2).tolist()
    [nan, 1.5, 3.0]
    """
    whole = type(n) is int or isinstance(n, np.integer)
    if whole and _is_plain(arr) and 1 <= n <= len(arr):
        from hindcaster.datasets.averages import moving_average

        return pd.Series(moving_average(arr, n), copy=False)
    return pd.Series(arr).rolling(n).mean()


def _is_plain(arr: Any) -> bool:
    """Whether something is one row of floats, of which none is masked."""
    row = isinstance(arr, np.ndarray) and arr.dtype == np.float64 and arr.ndim == 1
    return row and not isinstance(arr, np.ma.MaskedArray)


def __getattr__(name: str) -> pd.DataFrame:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    table: pd.DataFrame = getattr(datasets, name)
    return table


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
