"""Timeframes: their names and lengths."""

from typing import Final

from hindcaster import errors

MINUTES: Final = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "45m": 45,
    "1h": 60,
    "2h": 120,
    "3h": 180,
    "4h": 240,
    "6h": 360,
    "8h": 480,
    "12h": 720,
    "1D": 1440,
    "3D": 4320,
    "1W": 10080,
    "1M": 43200,
}

MINUTE_MS: Final = 60_000


def minutes_of(timeframe: str) -> int:
    """Length of a timeframe in minutes.

    Raises
    ------
    InvalidTimeframe
        It has another name; case matters.

    Examples
    --------
    >>> minutes_of("4h")
    240
    """
    try:
        return MINUTES[timeframe]
    except (KeyError, TypeError):
        raise errors.bad_timeframe(timeframe, MINUTES) from None
