"""The candle array: what its columns are, the prices made from them, and the warm-up cut.

A candle array has shape (n, 6): opening time in ms, open, close, high, low, volume, one row per
bar, the oldest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hindcaster import errors
from hindcaster._types import FloatArray

TIME, OPEN, CLOSE, HIGH, LOW, VOLUME = range(6)

SOURCES = ("close", "high", "low", "open", "volume", "hl2", "hlc3", "ohlc4")

_warm_up: ContextVar[int] = ContextVar("hindcaster_warm_up_candles", default=240)


@contextmanager
def warm_up_candles(count: int) -> Iterator[None]:
    """Set how many rows indicators look at, for what runs inside the block.

    It belongs to the running context, so runs in other threads keep their own.

    Parameters
    ----------
    count : int
        Number of rows, 240 outside such a block. 0 means all of them.
    """
    token = _warm_up.set(count)
    try:
        yield
    finally:
        _warm_up.reset(token)


# Gives the number of rows that indicators look at; 0 means all of them.
warm_up_count = _warm_up.get


def last_rows(candles: FloatArray) -> FloatArray:
    """Cut candles to the last rows that the run's warm-up count allows; a view, never a copy."""
    count = _warm_up.get()
    return candles[-count:] if 0 < count < len(candles) else candles


def slice_candles(candles: FloatArray, sequential: bool) -> FloatArray:
    """Give what an indicator looks at: all rows if `sequential`, else those of the warm-up cut."""
    return candles if sequential else last_rows(candles)


def get_candle_source(candles: FloatArray, source_type: str = "close") -> FloatArray:
    """Take a price from every candle.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Candles: time, open, close, high, low, volume.
    source_type : {'close', 'high', 'low', 'open', 'volume', 'hl2', 'hlc3', 'ohlc4'}
        A column, or the mean of high and low, of high, low and close, or of all four prices.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        The source has another name.

    Examples
    --------
    >>> import numpy as np
    >>> get_candle_source(np.array([[0, 10.0, 11.0, 14.0, 9.0, 500.0]]), "hl2")
    array([11.5])
    """
    high, low, close = candles[:, HIGH], candles[:, LOW], candles[:, CLOSE]
    match source_type:
        case "close":
            return close
        case "high":
            return high
        case "low":
            return low
        case "open":
            return candles[:, OPEN]
        case "volume":
            return candles[:, VOLUME]
        case "hl2":
            return (high + low) / 2
        case "hlc3":
            return (high + low + close) / 3
        case "ohlc4":
            return (candles[:, OPEN] + high + low + close) / 4
        case _:
            raise errors.unknown_source(source_type, SOURCES)
