"""What the index of a data frame contributes to statistics, computed once and used by every run.

Owns: labels as ticks, the median bar period and the rounding of durations to it, the
annualisation factor, and the bars that end a day, week, month or year. No object is created per
bar. Free of Numba, so that building an axis never triggers its import.
"""

from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, FloatArray, IntArray

_TICKS_PER_DAY = {
    "s": 86_400,
    "ms": 86_400_000,
    "us": 86_400_000_000,
    "ns": 86_400_000_000_000,
}

# The median is taken over the steps between this many labels at the end of the index.
_PERIOD_LABELS = 100

# A market that trades on week-ends has 2/7 of its bars there; 60 % of that is taken as evidence.
_WEEKEND_SHARE = 2 / 7 * 0.6

# 1970-01-01 was a Thursday: this many days after the Monday of its week.
_EPOCH_WEEKDAY = 3


class TimeAxis:
    """The index of a data frame, prepared for statistics.

    Parameters
    ----------
    index : pandas.Index
        Labels of the bars in ascending order, at least one. Anything that is neither datetime nor
        a number counts bars: its ticks are 0, 1, 2, ...

    Attributes
    ----------
    index : pandas.Index
        The labels as given.
    is_datetime : bool
        Whether the labels are points in time. If not, nothing is annualised.
    ticks : numpy.ndarray
        int64 count of `unit` since 1970-01-01 UTC for datetimes, else the labels as int64 or
        float64.
    unit : str
        Tick length ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``; empty if not datetime.
    start, end : object
        First and last label.
    duration : object
        ``end - start``: a Timedelta, or a plain number.
    period : object
        Median step between the last 100 labels: a Timedelta (NaT for a single bar) or a float.
    annual_factor : float
        Return periods in a year: 52, 12 or 1 when the period is 7, 31 or 365 days, otherwise 365
        for a market that is open on week-ends and 252 for one that is not. NaN if not datetime.
    years : float
        `duration` in years of 365.25 days, without fractions of a second. NaN if not datetime.
    has_repeats : bool
        Whether a label occurs more than once.
    period_ends : numpy.ndarray
        Number of the last bar of each return period: local calendar weeks (Monday to Sunday),
        months or years for the three special periods, local days otherwise. Empty if not datetime.
    market : tuple or None
        Prices last seen with this index, and what `summarize` keeps of them for the next run.

    Examples
    --------
    >>> import pandas as pd
    >>> axis = TimeAxis(pd.date_range("2024-01-01", periods=10, freq="B"))
    >>> axis.annual_factor, axis.period, axis.duration
    (252.0, Timedelta('1 days 00:00:00'), Timedelta('11 days 00:00:00'))
    >>> axis.round_up(pd.Timedelta("30h"))
    Timedelta('2 days 00:00:00')
    """

    def __init__(self, index: pd.Index) -> None:
        self.index = index
        self.is_datetime = isinstance(index, pd.DatetimeIndex)
        self.unit = ""
        self.annual_factor = np.nan
        self.years = np.nan
        self.period_ends: IntArray = np.empty(0, dtype=np.int64)
        self._resolution_ticks = 1
        self._resolution = ""
        self.market: tuple[Any, Any] | None = None
        self.start: Any = index[0]
        self.end: Any = index[-1]
        self.ticks: Any
        self.period: Any
        if isinstance(index, pd.DatetimeIndex):
            self._read_datetimes(index)
        else:
            self._read_labels(index)
        self.has_repeats = bool((self.ticks[1:] == self.ticks[:-1]).any())

    def _read_datetimes(self, index: Any) -> None:
        self.ticks = index.asi8
        self.unit = index.unit
        self.duration: Any = self.end - self.start
        self.years = (self.duration.days + self.duration.seconds / 86_400) / 365.25
        steps = np.diff(self.ticks[-_PERIOD_LABELS:])
        # int() cuts half a tick off, as the integer representation of a Timedelta does.
        self.period = self.span(int(np.median(steps))) if steps.size else pd.NaT
        if steps.size:
            self._resolution = self.period.resolution_string
            resolution = pd.Timedelta(1, unit=self._resolution)  # type: ignore[arg-type]
            self._resolution_ticks = max(1, resolution.value * _TICKS_PER_DAY[self.unit] // _DAY_NS)
        self._group(_local_days(index), self.period.days)

    def _read_labels(self, index: Any) -> None:
        dtype = index.dtype
        if pd.api.types.is_integer_dtype(dtype):
            self.ticks = index.to_numpy(dtype=np.int64)
        elif pd.api.types.is_float_dtype(dtype):
            self.ticks = index.to_numpy(dtype=np.float64)
        else:
            self.ticks = np.arange(len(index), dtype=np.int64)
            self.start, self.end = index[0], index[-1]
            self.duration = len(index) - 1
            self.period = 1.0
            return
        self.duration = self.end - self.start
        steps = np.diff(self.ticks[-_PERIOD_LABELS:])
        self.period = float(np.median(steps)) if steps.size else np.nan

    def _group(self, days: IntArray, period_days: float) -> None:
        """Choose the return period, its number per year, and the bars that end one."""
        day_ends = _run_ends(days)
        day = days[day_ends]
        weekend_bars = np.diff(day_ends, prepend=-1)[(day + _EPOCH_WEEKDAY) % 7 >= 5].sum()
        dates = day.view("M8[D]")
        if period_days == 7:
            self.annual_factor, keys = 52.0, (day + _EPOCH_WEEKDAY) // 7
        elif period_days == 31:
            self.annual_factor, keys = 12.0, dates.astype("M8[M]").view(np.int64)
        elif period_days == 365:
            self.annual_factor, keys = 1.0, dates.astype("M8[Y]").view(np.int64)
        else:
            trades_on_weekends = weekend_bars / len(days) > _WEEKEND_SHARE
            self.annual_factor, keys = (365.0 if trades_on_weekends else 252.0), day
        self.period_ends = day_ends[_run_ends(keys)]

    def calendar_ends(self, unit: str) -> tuple[AnyArray, IntArray]:
        """Find the local calendar months or years that have bars.

        Parameters
        ----------
        unit : {'M', 'Y'}
            Months or years.

        Returns
        -------
        tuple of numpy.ndarray
            The months (datetime64[M]) or years, and the number of the last bar of each.
        """
        keys = _local_days(self.index).view("M8[D]").astype(f"M8[{unit}]")
        ends = _run_ends(keys.view(np.int64))
        return keys[ends], ends

    def span(self, ticks: Any) -> Any:
        """Turn a difference of ticks into the value that result rows hold.

        Parameters
        ----------
        ticks : int or float
            Difference of two `ticks`.

        Returns
        -------
        pandas.Timedelta or number
            A Timedelta in the unit of the index; `ticks` itself if not datetime.
        """
        if not self.is_datetime:
            return ticks
        return pd.Timedelta(np.timedelta64(int(ticks), self.unit))  # type: ignore[call-overload]

    def span_rounded_up(self, ticks: Any) -> Any:
        """Do ``round_up(span(ticks))`` in integers.

        Parameters
        ----------
        ticks : int or float
            Difference of two `ticks`; a fraction of a tick is cut off before rounding.

        Returns
        -------
        pandas.Timedelta or number
            As from `span`.
        """
        if not self.is_datetime:
            return ticks
        return self.span(-(-int(ticks) // self._resolution_ticks) * self._resolution_ticks)

    def round_up(self, value: Any) -> Any:
        """Round a duration up to the finest component that the bar period has.

        Parameters
        ----------
        value : object
            A Timedelta is rounded: to days on daily or weekly bars, to hours on hourly bars, to
            minutes on 15-minute bars. Everything else (NaT, numbers) is returned as it is.

        Returns
        -------
        object
            The rounded Timedelta, or `value`.
        """
        if self._resolution and isinstance(value, pd.Timedelta):
            return value.ceil(self._resolution)
        return value


_DAY_NS = _TICKS_PER_DAY["ns"]


def _local_days(index: Any) -> IntArray:
    """Days since 1970-01-01 on the wall clock of each bar."""
    wall = index if index.tz is None else index.tz_localize(None)
    days: IntArray = wall.asi8 // _TICKS_PER_DAY[index.unit]
    if index.tz is not None:
        # Where clocks go back across midnight, a day does not return once the next has begun.
        np.maximum.accumulate(days, out=days)
    return days


def _run_ends(keys: IntArray | FloatArray) -> IntArray:
    """Position of the last element of each run of equal neighbours."""
    changes = np.flatnonzero(keys[1:] != keys[:-1])
    return np.append(changes, len(keys) - 1)
