"""Trading hours: a weekly schedule with days off and exceptions.

A schedule is a dict::

    {
        "timezone": "America/New_York",             # IANA name
        "hours": {"Mon-Fri": "09:30-16:00"},        # windows per day, in local time
        "closed": ["2021-01-01"],                   # no window begins on these days
        "overrides": {"2021-11-26": "09:30-13:00"}  # windows of single days
    }

A day's windows are one text or a list of them. Days are named Mon to Sun, alone, in ranges, which
may wrap (Sat-Mon), or joined by commas; each once. A window is half open. One that ends at or
before its start reaches into the next day and belongs to the day it begins on; it may end at 24:00.
Days not named are closed; `closed` goes before `overrides`, which go before `hours`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from hindcaster import errors
from hindcaster._types import AnyArray

__all__ = ["filter_candles_by_hours", "is_in_trading_hours"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KEYS = ("closed", "hours", "overrides", "timezone")
_DAY_MINUTES = 1440

Windows = tuple[tuple[int, int], ...]  # minutes of the day; the end may be on the next day


@dataclass(frozen=True)
class _Schedule:
    zone: ZoneInfo
    weekly: dict[int, Windows]
    single: dict[date, Windows]

    def of(self, day: date) -> Windows:
        return self.single.get(day, self.weekly.get(day.weekday(), ()))

    def holds(self, timestamp: float) -> bool:
        # Whole seconds decide: a window begins and ends at a minute.
        moment = datetime.fromtimestamp(int(timestamp) // 1000, UTC).astimezone(self.zone)
        minute = moment.hour * 60 + moment.minute
        today = moment.date()
        if any(start <= minute < end for start, end in self.of(today)):
            return True
        yesterday = self.of(today - timedelta(days=1))
        return any(minute + _DAY_MINUTES < end for _, end in yesterday)


def is_in_trading_hours(timestamp: float, hours: Mapping[str, Any] | None) -> bool:
    """Whether a moment is within a schedule.

    Parameters
    ----------
    timestamp : int or float
        In ms; of a candle its opening time.
    hours : dict or None
        The schedule; None for always.

    Raises
    ------
    ValueError
        The schedule is malformed.

    Examples
    --------
    >>> new_york = {"timezone": "America/New_York", "hours": {"Mon-Fri": "09:30-16:00"}}
    >>> is_in_trading_hours(1609770600000, new_york)
    True
    """
    return hours is None or _read(hours).holds(timestamp)


def filter_candles_by_hours(candles: AnyArray, hours: Mapping[str, Any] | None) -> AnyArray:
    """Keep the candles that open within a schedule.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Time in ms, open, close, high, low, volume.
    hours : dict or None
        The schedule; None keeps all, and gives the array itself.

    Returns
    -------
    ndarray, shape (m, 6)

    Raises
    ------
    ValueError
        The schedule is malformed.

    Examples
    --------
    >>> candles = np.array([[1609459200000.0, 10, 11, 14, 9, 500]])
    >>> filter_candles_by_hours(candles, {"timezone": "UTC", "hours": {"Sun": "00:00-24:00"}})
    array([], shape=(0, 6), dtype=float64)
    """
    if hours is None:
        return candles
    schedule = _read(hours)
    open_now = [schedule.holds(time) for time in candles[:, 0]]
    kept: AnyArray = candles[np.array(open_now, dtype=bool)]
    return kept


def _read(hours: Any) -> _Schedule:
    if not isinstance(hours, dict):
        raise errors.bad_schedule(f"a dict or None is needed, got {hours!r}")
    unknown = sorted(map(str, set(hours) - set(_KEYS)))
    if unknown:
        raise errors.bad_schedule(f"unknown keys {unknown}, there are {', '.join(_KEYS)}")
    single = {
        _date(day, "overrides"): _windows(given, day)
        for day, given in (hours.get("overrides") or {}).items()
    }
    single.update(dict.fromkeys(_closed(hours.get("closed")), ()))
    return _Schedule(_zone(hours.get("timezone")), _weekly(hours.get("hours")), single)


def _zone(name: Any) -> ZoneInfo:
    if not isinstance(name, str) or not name:
        raise errors.bad_schedule("'timezone' must be an IANA name such as 'America/New_York'")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise errors.bad_schedule(f"unknown timezone {name!r}") from None


def _weekly(hours: Any) -> dict[int, Windows]:
    if not isinstance(hours, dict) or not hours:
        raise errors.bad_schedule("'hours' must be a dict of days and windows, not empty")
    weekly: dict[int, Windows] = {}
    for spec, given in hours.items():
        for day in _days(spec):
            if day in weekly:
                raise errors.bad_schedule(f"{_DAYS[day]} is named more than once in 'hours'")
            weekly[day] = _windows(given, spec)
    return weekly


def _days(spec: Any) -> list[int]:
    if not isinstance(spec, str) or not spec.strip():
        raise errors.bad_schedule(f"{spec!r} in 'hours' names no days; write 'Mon-Fri' or 'Sun'")
    days: list[int] = []
    for part in spec.split(","):
        names = [name.strip() for name in part.split("-")]
        if len(names) > 2 or any(name not in _DAYS for name in names):
            raise errors.bad_schedule(
                f"{part.strip()!r} in 'hours' is no day or range; days are {', '.join(_DAYS)}"
            )
        first, last = _DAYS.index(names[0]), _DAYS.index(names[-1])
        days.extend((first + i) % 7 for i in range((last - first) % 7 + 1))
    return days


def _closed(days: Any) -> list[date]:
    if days is None:
        return []
    if not isinstance(days, list | tuple | set):
        raise errors.bad_schedule(f"'closed' must be a list of dates, got {days!r}")
    return [_date(day, "closed") for day in days]


def _date(text: Any, where: str) -> date:
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise errors.bad_schedule(f"{text!r} in {where!r} is no date such as '2021-01-31'")


def _windows(given: Any, where: str) -> Windows:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not texts:
        raise errors.bad_schedule(f"{where!r} must have a window, or a list of them, got {given!r}")
    return tuple(_window(text, where) for text in texts)


def _window(text: Any, where: str) -> tuple[int, int]:
    found = isinstance(text, str) and re.fullmatch(r"\s*(\d+):(\d+)\s*-\s*(\d+):(\d+)\s*", text)
    if not found:
        raise errors.bad_schedule(f"{where!r} has window {text!r}; windows look like '09:30-16:00'")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise errors.bad_schedule(
            f"{where!r} has window {text!r}; times are 00:00 to 23:59, or 24:00 at the end"
        )
    if start == end:
        raise errors.bad_schedule(f"{where!r} has window {text!r}, which begins when it ends")
    return start, end if end > start else end + _DAY_MINUTES
