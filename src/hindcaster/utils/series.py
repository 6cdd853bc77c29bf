"""Series of numbers: crossings, runs, returns, statistics of two of them; candles as a frame."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster import errors
from hindcaster._jit import kernel
from hindcaster._types import AnyArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "are_cointegrated",
    "calculate_alpha_beta",
    "combinations_without_repeat",
    "crossed",
    "numpy_candles_to_dataframe",
    "prices_to_returns",
    "signal_line",
    "streaks",
    "strictly_decreasing",
    "strictly_increasing",
    "z_score",
]


def crossed(
    series1: AnyArray, series2: Any, direction: str | None = None, sequential: bool = False
) -> Any:
    """Whether a series crosses another one, or a number.

    Parameters
    ----------
    series1 : array_like, shape (n,)
        The series.
    series2 : array_like, shape (n,), or float
        What it crosses.
    direction : {'above', 'below', None}, default None
        'above': at or below it one bar ago and above it now; 'below' the reverse; None either.
    sequential : bool, default False
        Answer for every bar, the first False; else for the last bar only.

    Returns
    -------
    bool or ndarray of bool, shape (n,)

    Raises
    ------
    IndexError
        There are fewer than two values and `sequential` is False.
    ValueError
        The direction is another one.

    Examples
    --------
    >>> bool(crossed(np.array([1.0, 3.0]), 2, "above"))
    True
    """
    if direction not in (None, "above", "below"):
        raise errors.bad_crossing(direction)
    if series2 is None:
        raise errors.argument_undefined("series2", series2)
    other = series2 if np.ndim(series2) else None
    if not sequential:
        before, after = series1[-2], series1[-1]
        other_before, other_after = (series2, series2) if other is None else other[-2:]
        above = np.bool_(before <= other_before and after > other_after)
        below = np.bool_(before >= other_before and after < other_after)
        return above | below if direction is None else above if direction == "above" else below
    values = np.asarray(series1)
    levels = np.full(len(values), series2) if other is None else np.asarray(other)
    if len(levels) != len(values):
        raise errors.lengths_differ("series1", len(values), "series2", len(levels))
    found = np.zeros(len(values), dtype=bool)
    if direction != "below":
        found[1:] |= (values[:-1] <= levels[:-1]) & (values[1:] > levels[1:])
    if direction != "above":
        found[1:] |= (values[:-1] >= levels[:-1]) & (values[1:] < levels[1:])
    return found


def strictly_increasing(series: AnyArray, lookback: int) -> np.bool_:
    """Whether each of the last `lookback` values is above the one before it among them.

    Examples
    --------
    >>> bool(strictly_increasing(np.array([5.0, 1.0, 2.0, 3.0]), 3))
    True
    """
    return np.all(np.diff(series[-lookback:]) > 0)


def strictly_decreasing(series: AnyArray, lookback: int) -> np.bool_:
    """Whether each of the last `lookback` values is below the one before it among them.

    Examples
    --------
    >>> bool(strictly_decreasing(np.array([1.0, 3.0, 2.0]), 2))
    True
    """
    return np.all(np.diff(series[-lookback:]) < 0)


def streaks(series: AnyArray, use_diff: bool = True) -> FloatArray:
    """Count how long a series has been rising (positive) or falling (negative).

    Parameters
    ----------
    series : array_like, shape (n,)
        The values.
    use_diff : bool, default True
        Look at the differences from value to value; else at the signs of the values themselves.

    Returns
    -------
    ndarray, shape (n - 1,) or, without differences, (n,)
        0 where the difference is 0. An undefined one counts as a fall and ends no run.

    Examples
    --------
    >>> streaks(np.array([1.0, 2.0, 3.0, 2.0, 2.0]))
    array([ 1.,  2., -1.,  0.])
    """
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 1:
        raise errors.series_needed("series", series)
    return _streaks(np.diff(values) if use_diff else np.ascontiguousarray(values))


@kernel
def _streaks(values: FloatArray) -> FloatArray:
    out = np.empty(len(values))
    rising = falling = 0.0
    for i in range(len(values)):
        rising = 0.0 if values[i] <= 0 else rising + 1.0
        falling = 0.0 if values[i] >= 0 else falling + 1.0
        out[i] = rising if values[i] > 0 else -falling
        if values[i] == 0:
            out[i] = 0.0
    return out


def signal_line(series: AnyArray, period: int = 10, matype: int = 0) -> FloatArray:
    """Moving average of a series.

    Parameters
    ----------
    series : ndarray, shape (n,) or (n, 6)
        The values, or candles, of which the closing prices are taken.
    period : int, default 10
        Number of bars.
    matype : int, default 0
        Kind of average, a number as `hindcaster.indicators.ma` takes it.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        There is no such kind.

    Examples
    --------
    >>> signal_line(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    array([nan, 1.5, 2.5, 3.5])
    """
    from hindcaster.indicators import ma

    values: FloatArray = ma(series, period, matype, sequential=True)
    return values


def prices_to_returns(price_series: AnyArray) -> FloatArray:
    """Percentage of change from price to price; the first is NaN.

    Examples
    --------
    >>> prices_to_returns(np.array([1.0, 2.0, 1.0]))
    array([ nan, 100., -50.])
    """
    if price_series.ndim != 1:
        raise errors.not_one_series("price_series", price_series.shape)
    returns = np.full(len(price_series), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        returns[1:] = (price_series[1:] / price_series[:-1] - 1) * 100
    return returns


def z_score(series: AnyArray) -> FloatArray:
    """Distance of each value to the mean, in (population) standard deviations.

    Examples
    --------
    >>> z_score(np.array([1.0, 2.0, 3.0]))
    array([-1.22474487,  0.        ,  1.22474487])
    """
    values = np.asarray(series)
    if not values.size:
        return np.empty(values.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores: FloatArray = (values - np.mean(values)) / np.std(values)
    return scores


def are_cointegrated(
    price_returns_1: AnyArray, price_returns_2: AnyArray, cutoff: float = 0.05
) -> bool:
    """Whether two series are cointegrated by the Engle-Granger test.

    Needs statsmodels: ``pip install 'hindcaster[cointegration]'``.

    Parameters
    ----------
    price_returns_1, price_returns_2 : array_like, shape (n,)
        The series.
    cutoff : float, default 0.05
        They are if the test's p-value is below this.

    Raises
    ------
    ImportError
        statsmodels is not installed.
    ValueError
        The series differ in length.

    Examples
    --------
    >>> walk = np.cumsum(np.random.default_rng(0).standard_normal(200))
    >>> noise = np.random.default_rng(1).standard_normal(200)
    >>> are_cointegrated(walk, 2 * walk + noise)
    True
    """
    try:
        from statsmodels.tsa.stattools import coint
    except ImportError as error:
        raise errors.library_missing("are_cointegrated", "statsmodels", "cointegration") from error
    return bool(coint(price_returns_1, price_returns_2)[1] < cutoff)


def calculate_alpha_beta(returns1: AnyArray, returns2: AnyArray) -> tuple[float, float]:
    """Intercept and slope of the least-squares line of one series on another.

    Parameters
    ----------
    returns1 : array_like, shape (n,)
        What is explained.
    returns2 : array_like, shape (n,)
        What it is explained by.

    Returns
    -------
    tuple of float
        Alpha (the intercept) and beta (the slope); NaN if a value is NaN.

    Raises
    ------
    ValueError
        The series differ in length, or there are none.
    IndexError
        `returns2` does not vary, so there is no slope.

    Examples
    --------
    >>> calculate_alpha_beta([1.0, 3.0, 5.0], [0.0, 1.0, 2.0])
    (1.0, 2.0)
    """
    y, x = np.asarray(returns1, dtype=np.float64), np.asarray(returns2, dtype=np.float64)
    if len(y) != len(x):
        raise errors.lengths_differ("returns1", len(y), "returns2", len(x))
    if not len(x):
        raise errors.no_values("returns1")
    if np.isnan(x).any() or np.isnan(y).any():
        return float("nan"), float("nan")
    if np.ptp(x) == 0:
        raise errors.no_slope("returns2")
    centred = x - x.mean()
    beta = float(centred @ (y - y.mean()) / (centred @ centred))
    return float(y.mean() - beta * x.mean()), beta


def combinations_without_repeat(a: AnyArray, n: int = 2) -> AnyArray:
    """List the ordered groups of `n` items of an array, no place used twice.

    Parameters
    ----------
    a : array_like
        The items.
    n : int, default 2
        Number of items of a group.

    Returns
    -------
    ndarray, shape (number of groups, n)

    Raises
    ------
    ValueError
        `n` is below 2.

    Examples
    --------
    >>> combinations_without_repeat(np.array([1, 2, 3]))
    array([[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]])
    """
    if n <= 1:
        raise errors.too_few_to_combine(n)
    return np.array(list(permutations(a, n)))


def numpy_candles_to_dataframe(
    candles: AnyArray,
    name_date: str = "date",
    name_open: str = "open",
    name_high: str = "high",
    name_low: str = "low",
    name_close: str = "close",
    name_volume: str = "volume",
) -> pd.DataFrame:
    """Make a DataFrame of candles, indexed by their times.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Time in ms, open, close, high, low, volume.
    name_date, name_open, name_high, name_low, name_close, name_volume : str
        Names of the columns, which stand in the order of the array's.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ValueError
        The array has not six columns.

    Examples
    --------
    >>> frame = numpy_candles_to_dataframe(np.array([[1609459200000.0, 10, 11, 14, 9, 500]]))
    >>> list(frame.columns)
    ['date', 'open', 'close', 'high', 'low', 'volume']
    """
    import pandas as pd

    names = [name_date, name_open, name_close, name_high, name_low, name_volume]
    times = pd.to_datetime(candles[:, 0].astype("int64"), unit="ms").astype("datetime64[ns]")
    if candles.shape[1] != len(names):
        raise errors.bad_candle_columns(candles.shape)
    frame = pd.DataFrame(candles, index=times, columns=names)
    frame[name_date] = times
    return frame
