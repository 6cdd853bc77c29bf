"""Made-up 1-minute candles for tests, examples and teaching.

A candle is a row of timestamp (open time in milliseconds UTC), open, close, high, low, volume: the
close comes before high and low. The random numbers are those of Python's `random` module, so
``random.seed`` makes them repeatable.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray

_MINUTE = 60_000.0
_START = 1_609_459_200_000.0  # 2021-01-01 00:00 UTC
_COLUMNS = 6
_MOST_VOLUME = 200


@dataclass
class _Course:
    """Where `fake_candle` continues: the last candle's open time, its close."""

    timestamp: float = np.nan
    price: float = np.nan

    def restart(self) -> None:
        """Go back to the start, at a random price, one minute early for the next candle."""
        self.timestamp = _START - 2 * _MINUTE
        self.price = random.randint(random.randint(40, 100), 110)


_course = _Course()


def candles_from_close_prices(prices: Iterable[float]) -> FloatArray:
    """Make one candle per minute out of closing prices.

    Parameters
    ----------
    prices : iterable of float, length n
        Closing prices in the order of time.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 6)
        Timestamp, open, close, high, low, volume, from 2021-01-01 00:00 UTC on. Every candle opens
        at the previous close, the first one 0.5 below its own; high and low are the larger and the
        smaller of open and close; the volume is a random whole number from 0 to 200.

    Raises
    ------
    TypeError
        If `prices` is not a row of numbers.

    Examples
    --------
    >>> from hindcaster.research import candles_from_close_prices
    >>> candles = candles_from_close_prices([10, 12, 11])
    >>> candles[:, 1:5]
    array([[ 9.5, 10. , 10. ,  9.5],
           [10. , 12. , 12. , 10. ],
           [12. , 11. , 12. , 11. ]])
    """
    close = _closes(prices)
    fake_candle(reset=True)  # the course of fake_candle continues after the last of these
    n = close.size
    _course.timestamp += n * _MINUTE
    candles = np.empty((n, _COLUMNS))
    if n:
        open_ = np.concatenate([[close[0] - 0.5], close[:-1]])
        candles[:, 0] = _START + _MINUTE * np.arange(n)
        candles[:, 1] = open_
        candles[:, 2] = close
        candles[:, 3] = np.where(close > open_, close, open_)
        candles[:, 4] = np.where(close < open_, close, open_)
        candles[:, 5] = [random.randint(0, _MOST_VOLUME) for _ in range(n)]
    return candles


def fake_candle(attributes: Mapping[str, float] | None = None, reset: bool = False) -> FloatArray:
    """Make the next candle of a random, rising course of prices.

    Each call moves on by one minute and opens at the previous close; the close is 1 to 8 above
    the open, the low 1 below it, and the volume a whole number from 1 to 100.

    Parameters
    ----------
    attributes : mapping, optional
        Values to put in place of `timestamp`, `open`, `close`, `high`, `low` or `volume`. They
        change this candle only, not the course.
    reset : bool
        Start again at 2020-12-31 23:59 UTC with a random price. Default False. The first call
        starts anyway.

    Returns
    -------
    numpy.ndarray of float64, shape (6,)
        Timestamp, open, close, high, low, volume.

    Raises
    ------
    TypeError
        If `attributes` is not a mapping.

    Notes
    -----
    The course belongs to the module and is shared by all callers. No backtest reads it.

    Examples
    --------
    >>> from hindcaster.research import fake_candle
    >>> first = fake_candle(reset=True)
    >>> second = fake_candle({"volume": 7})
    >>> float(second[0] - first[0]), bool(second[1] == first[2]), float(second[5])
    (60000.0, True, 7.0)
    """
    if attributes is not None and not isinstance(attributes, Mapping):
        raise errors.bad_candle_attributes(attributes)
    if reset or np.isnan(_course.timestamp):
        _course.restart()
    open_ = _course.price
    close = open_ + random.randint(1, 8)
    volume = random.randint(1, 100)
    _course.timestamp += _MINUTE
    _course.price = close
    candle = {
        "timestamp": _course.timestamp,
        "open": open_,
        "close": close,
        "high": close,
        "low": open_ - 1,
        "volume": volume,
    }
    given = attributes or {}
    return np.array([given.get(key, value) for key, value in candle.items()], dtype=np.float64)


def fake_range_candles(count: int) -> FloatArray:
    """Make candles of a random, rising course of prices.

    Parameters
    ----------
    count : int
        Number of candles, 0 or more.

    Returns
    -------
    numpy.ndarray of float64, shape (count, 6)
        Timestamp, open, close, high, low, volume, from 2021-01-01 00:00 UTC on, as `fake_candle`
        makes them; a later call of that continues them.

    Raises
    ------
    TypeError
        If `count` is not a whole number.
    ValueError
        If `count` is negative.

    Examples
    --------
    >>> from hindcaster.research import fake_range_candles
    >>> candles = fake_range_candles(3)
    >>> candles.shape, candles[0, 0], bool((candles[1:, 1] == candles[:-1, 2]).all())
    ((3, 6), np.float64(1609459200000.0), True)
    """
    if isinstance(count, bool) or not hasattr(count, "__index__"):
        raise errors.candle_count_not_whole(count)
    n = operator.index(count)
    if n < 0:
        raise errors.candle_count_negative(n)
    fake_candle(reset=True)
    candles = np.empty((n, _COLUMNS))
    for i in range(n):
        candles[i] = fake_candle()
    return candles


def _closes(prices: Iterable[float]) -> FloatArray:
    """Read closing prices; text is refused, although it could be read as numbers."""
    try:
        values = np.asarray(prices if isinstance(prices, np.ndarray) else list(prices))
    except (TypeError, ValueError):
        raise errors.bad_close_prices(prices) from None
    if values.ndim != 1 or (values.dtype.kind not in "biuf" and values.size):
        raise errors.bad_close_prices(prices)
    return values.astype(np.float64)
