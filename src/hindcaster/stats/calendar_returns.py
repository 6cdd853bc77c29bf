"""Returns of an equity curve by calendar month and year."""

from typing import NamedTuple

import numpy as np

from hindcaster._types import AnyArray, FloatArray, IntArray
from hindcaster.stats.time_axis import TimeAxis


class CalendarReturns(NamedTuple):
    """Returns by month and by year, as fractions, NaN from an equity of zero on.

    Attributes
    ----------
    months : numpy.ndarray of datetime64[M]
        Months that have bars.
    monthly : numpy.ndarray of float64
        Return of each.
    years : numpy.ndarray of datetime64[Y]
        Years that have bars.
    yearly : numpy.ndarray of float64
        Return of each.
    """

    months: AnyArray
    monthly: FloatArray
    years: AnyArray
    yearly: FloatArray


def calendar_returns(axis: TimeAxis, equity: FloatArray) -> CalendarReturns:
    """Compute the returns of calendar months and years on the wall clock of the data.

    A return leads from the last equity of the previous month (or year) with bars to the last
    equity of this one; the first begins with the first equity. So the months of a year compound
    to its return, and all years to that of the run.

    Parameters
    ----------
    axis : TimeAxis
        Index of the data, which has to be a datetime index.
    equity : numpy.ndarray of float64
        Equity per bar.

    Examples
    --------
    >>> import pandas as pd
    >>> axis = TimeAxis(pd.DatetimeIndex(["2023-12-28", "2023-12-29", "2024-01-02", "2024-02-01"]))
    >>> returns = calendar_returns(axis, np.array([100.0, 110.0, 121.0, 60.5]))
    >>> returns.months.astype(str).tolist(), returns.monthly.round(6).tolist()
    (['2023-12', '2024-01', '2024-02'], [0.1, 0.1, -0.5])
    >>> returns.years.astype(str).tolist(), returns.yearly.round(6).tolist()
    (['2023', '2024'], [0.1, -0.45])
    """
    months, month_ends = axis.calendar_ends("M")
    years, year_ends = axis.calendar_ends("Y")
    return CalendarReturns(months, _growth(equity, month_ends), years, _growth(equity, year_ends))


def _growth(equity: FloatArray, ends: IntArray) -> FloatArray:
    last = equity[ends]
    before = np.append(equity[0], last[:-1])
    growth = np.full(len(last), np.nan)
    np.divide(last - before, before, out=growth, where=before != 0)
    return growth
