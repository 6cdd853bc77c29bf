"""Times: milliseconds since 1970 (UTC), texts, arrow objects, timeframes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hindcaster import _run_state, errors
from hindcaster.exchange.timeframes import MINUTE_MS, MINUTES, minutes_of

if TYPE_CHECKING:
    import arrow

__all__ = [
    "arrow_to_timestamp",
    "current_1m_candle_timestamp",
    "date_diff_in_days",
    "date_to_timestamp",
    "get_arrow",
    "iso8601_to_timestamp",
    "max_timeframe",
    "next_candle_timestamp",
    "now",
    "now_to_datetime",
    "now_to_timestamp",
    "timeframe_to_one_minutes",
    "timestamp_to_arrow",
    "timestamp_to_date",
    "timestamp_to_iso8601",
    "timestamp_to_time",
    "today_to_timestamp",
]

_DAY_MS = 1440 * MINUTE_MS


def date_to_timestamp(date: str) -> int:
    """Give the first moment of a date.

    Parameters
    ----------
    date : str
        As '2021-01-01', in UTC.

    Returns
    -------
    int
        In ms.

    Raises
    ------
    ValueError
        The text has another form, or there is no such day.

    Examples
    --------
    >>> date_to_timestamp("2021-01-01")
    1609459200000
    """
    import arrow

    return arrow_to_timestamp(arrow.get(date, "YYYY-MM-DD"))


def iso8601_to_timestamp(iso8601: str) -> int:
    """Give the moment of a text such as '2021-01-01T00:00:00.000Z', to the second.

    Raises
    ------
    ValueError
        The text has another form; fraction and zone are required.

    Examples
    --------
    >>> iso8601_to_timestamp("2021-01-01T00:00:05.250Z")
    1609459205000
    """
    import arrow

    return arrow_to_timestamp(arrow.get(iso8601, "YYYY-MM-DDTHH:mm:ss.SSSZ"))


def timestamp_to_arrow(timestamp: float) -> arrow.Arrow:
    """Give a moment as an arrow object.

    Parameters
    ----------
    timestamp : int or float
        In ms.

    Examples
    --------
    >>> timestamp_to_arrow(1609459200000)
    <Arrow [2021-01-01T00:00:00+00:00]>
    """
    import arrow

    return arrow.get(timestamp / 1000)


def get_arrow(timestamp: float) -> arrow.Arrow:
    """Give a moment as an arrow object, as `timestamp_to_arrow`.

    Examples
    --------
    >>> get_arrow(1609459200000).year
    2021
    """
    return timestamp_to_arrow(timestamp)


def arrow_to_timestamp(arrow_time: arrow.Arrow) -> int:
    """Give the moment of an arrow object in ms, to the second.

    Examples
    --------
    >>> arrow_to_timestamp(timestamp_to_arrow(1609459200000))
    1609459200000
    """
    return arrow_time.int_timestamp * 1000


def timestamp_to_date(timestamp: float) -> str:
    """Write the date of a moment.

    Examples
    --------
    >>> timestamp_to_date(1609459200000)
    '2021-01-01'
    """
    return timestamp_to_iso8601(timestamp)[:10]


def timestamp_to_time(timestamp: float) -> str:
    """Write a moment with date, time and zone.

    Examples
    --------
    >>> timestamp_to_time(1609459200000)
    '2021-01-01T00:00:00+00:00'
    """
    return str(timestamp_to_arrow(timestamp))


def timestamp_to_iso8601(timestamp: float) -> str:
    """Write a moment in the form of ISO 8601, as `timestamp_to_time`.

    Examples
    --------
    >>> timestamp_to_iso8601(1609459200000)
    '2021-01-01T00:00:00+00:00'
    """
    return timestamp_to_time(timestamp)


def date_diff_in_days(date1: arrow.Arrow, date2: arrow.Arrow) -> int:
    """Count the whole days between two arrow objects, in either order.

    Raises
    ------
    TypeError
        One of them is no arrow object.

    Examples
    --------
    >>> import arrow
    >>> date_diff_in_days(arrow.get("2021-01-01"), arrow.get("2021-01-05"))
    4
    """
    import arrow

    if not isinstance(date1, arrow.Arrow) or not isinstance(date2, arrow.Arrow):
        raise errors.not_a_day_count(date1, date2)
    days: int = (date2 - date1).days
    return abs(days)


def now(force_fresh: bool = False) -> int:
    """Give the current time in ms: that of the candles in a backtest, else the real time.

    Parameters
    ----------
    force_fresh : bool, default False
        The real time in any case.
    """
    return _run_state.real_time() if force_fresh else _run_state.current().clock()


def now_to_timestamp(force_fresh: bool = False) -> int:
    """Give the current time in ms, as `now`."""
    return now(force_fresh)


def now_to_datetime() -> datetime:
    """Give the real time as a datetime in UTC."""
    return datetime.now(UTC)


def today_to_timestamp() -> int:
    """Give the first moment of the real current day (UTC) in ms."""
    return _run_state.real_time() // _DAY_MS * _DAY_MS


def current_1m_candle_timestamp() -> int:
    """Give the first moment of the real current minute in ms."""
    return _run_state.real_time() // MINUTE_MS * MINUTE_MS


def timeframe_to_one_minutes(timeframe: str) -> int:
    """Length of a timeframe in minutes.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe; upper and lower case differ.

    Examples
    --------
    >>> timeframe_to_one_minutes("4h")
    240
    """
    return minutes_of(timeframe)


def max_timeframe(timeframes_list: Iterable[str]) -> str:
    """Give the longest of some timeframes; those above a day are left out, '1m' if none is left.

    Examples
    --------
    >>> max_timeframe(["1h", "4h", "5m"]), max_timeframe(["1W"])
    ('4h', '1m')
    """
    given = set(timeframes_list)
    known = [name for name, minutes in MINUTES.items() if minutes <= MINUTES["1D"]]
    return next((name for name in reversed(known) if name in given), "1m")


def next_candle_timestamp(candle: Any, timeframe: str) -> Any:
    """Give the opening time of the candle after a candle.

    Parameters
    ----------
    candle : array_like
        Its first item is the opening time in ms.
    timeframe : str
        The candle's timeframe.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe.

    Examples
    --------
    >>> next_candle_timestamp([60000, 10, 11, 12, 9, 5], "5m")
    360000
    """
    return candle[0] + minutes_of(timeframe) * MINUTE_MS
