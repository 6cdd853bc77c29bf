"""What `Strategy.next` is written with: crossings, bar counts, quantiles.

All sequences are read by position with the most recent bar last; nothing is modified and no state
is kept.
"""

from collections.abc import Sequence
from itertools import compress
from numbers import Number
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy import ndarray

from hindcaster._types import AnyArray

SeriesLike: TypeAlias = "Sequence[float] | AnyArray | pd.Series[Any] | float"

_SCALARS = (int, float, np.number)  # recognised without the slow check against Number
_SCAN_WIDTH = 64
_SCAN_GROWTH = 4


def crossover(series1: SeriesLike, series2: SeriesLike) -> bool:
    """Say whether the first series has just crossed above the second.

    It has if it was strictly below one bar ago and is strictly above now. Two bars that touch
    are no crossing, and neither is a comparison with NaN.

    Parameters
    ----------
    series1, series2 : array_like, Series or number
        A Series is read by position, whatever its index. A number stands for a constant line.

    Returns
    -------
    bool
        False if either side has fewer than two values.

    See Also
    --------
    cross : Crossing in either direction.

    Examples
    --------
    >>> crossover([1, 3], [2, 2])
    True
    >>> crossover([2, 3], 2)
    False
    """
    # Runs on every bar of an interpreted strategy: for two arrays this is two type checks, two
    # reads and one comparison unless the first condition holds.
    first: Any = series1 if isinstance(series1, ndarray) else _by_position(series1)
    second: Any = series2 if isinstance(series2, ndarray) else _by_position(series2)
    try:
        if first[-2] < second[-2]:
            return bool(first[-1] > second[-1])
    except IndexError:  # fewer than two bars
        pass
    return False


def cross(series1: SeriesLike, series2: SeriesLike) -> bool:
    """Say whether two series have just crossed, in either direction.

    Parameters
    ----------
    series1, series2 : array_like, Series or number
        As for `crossover`.

    Returns
    -------
    bool
        ``crossover(series1, series2) or crossover(series2, series1)``.

    Examples
    --------
    >>> cross([3, 1], [2, 2]), cross([1, 3], [2, 2]), cross([1, 1], [2, 2])
    (True, True, False)
    """
    return crossover(series1, series2) or crossover(series2, series1)


def barssince(condition: "Sequence[Any] | AnyArray | pd.Series[Any]", default: Any = np.inf) -> Any:
    """Count the bars since a condition was last true.

    Parameters
    ----------
    condition : sequence or Series of bool
        One value per bar, the current bar last. Any truthy value counts, NaN included. A Series
        is read by position, whatever its index.
    default : object, default inf
        What to return if the condition has never been true.

    Returns
    -------
    int or object
        0 if the condition is true on the current bar, else `default` if it never was.

    Examples
    --------
    >>> barssince([False, True, False, False])
    2
    >>> barssince([False, False], default=-1)
    -1
    """
    if isinstance(condition, pd.Series):
        condition = condition.to_numpy()
    if isinstance(condition, ndarray) and condition.ndim == 1:
        return _bars_since_in_array(np.asarray(condition), default)
    return next(compress(range(len(condition)), reversed(condition)), default)


def quantile(series: SeriesLike, quantile: float | None = None) -> float:
    """Rank the last value among the earlier ones, or give the value at a quantile.

    Parameters
    ----------
    series : array_like
        For ranking (`quantile` omitted) an array or a Series, such as ``self.data.Close[-20:]``;
        for the value at a quantile any sequence.
    quantile : float, optional
        Between 0 and 1.

    Returns
    -------
    float
        With `quantile`: the value at that quantile, ignoring NaN, interpolated linearly.
        Without: the share of the earlier values that are strictly below the last value, NaN if
        there are none.

    Raises
    ------
    AssertionError
        If `quantile` is outside 0 to 1.
    TypeError
        If a list is to be ranked.

    Examples
    --------
    >>> quantile(np.array([10, 30, 20, 25]))
    0.6666666666666666
    >>> quantile([10, 30, 20], 0.5)
    20.0
    """
    if quantile is None:
        return _rank_of_last(series)
    if not 0 <= quantile <= 1:
        raise AssertionError(f"quantile must be between 0 and 1, got {quantile!r}")
    return float(np.nanpercentile(series, quantile * 100))


def _by_position(values: Any) -> Any:
    """Give something that indexes by position; a number becomes its own last two values."""
    if isinstance(values, _SCALARS):
        return values, values
    if isinstance(values, pd.Series):
        return values.values
    if isinstance(values, Number):
        return values, values
    return values


def _bars_since_in_array(condition: AnyArray, default: Any) -> Any:
    """Scan from the end in growing blocks, so that the cost follows the answer, not the length."""
    last = condition.size - 1
    stop, width = condition.size, _SCAN_WIDTH
    while stop > 0:
        start = max(0, stop - width)
        hits = np.flatnonzero(condition[start:stop])
        if hits.size:
            return last - start - int(hits[-1])
        stop, width = start, width * _SCAN_GROWTH
    return default


def _rank_of_last(series: Any) -> float:
    values = series.to_numpy() if isinstance(series, pd.Series) else series
    try:
        earlier, last = values[:-1], values[-1]
    except IndexError:
        return float("nan")
    return float(np.mean(earlier < last))
