"""Position sizing, series and trading hours: `from hindcaster import utils`.

>>> from hindcaster import utils
>>> utils.risk_to_qty(10_000, 1, 100, 95)
20.0
"""

from typing import NoReturn

from hindcaster import helpers as _helpers
from hindcaster.utils.schedule import *
from hindcaster.utils.series import *
from hindcaster.utils.sizing import *

_ANCHORS = {
    "1m": "5m", "3m": "15m", "5m": "30m", "15m": "2h", "30m": "3h", "45m": "3h", "1h": "4h",
    "2h": "6h", "3h": "1D", "4h": "1D", "6h": "1D", "8h": "1D", "12h": "1D",
}  # fmt: skip


def anchor_timeframe(timeframe: str) -> str:
    """Give the longer timeframe whose trend a timeframe is compared with.

    Raises
    ------
    KeyError
        There is none: the timeframe is a day or more, or unknown.

    Examples
    --------
    >>> anchor_timeframe("1h")
    '4h'
    """
    return _ANCHORS[timeframe]


def timeframe_to_one_minutes(timeframe: str) -> int:
    """Length of a timeframe in minutes.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe; upper and lower case differ.

    Examples
    --------
    >>> timeframe_to_one_minutes("1D")
    1440
    """
    return _helpers.timeframe_to_one_minutes(timeframe)


def dd(msg: str) -> NoReturn:
    """Print a message and end the process with code 1, by `SystemExit`."""
    _helpers.dd(msg)
