"""Larger bars from candles, by the clock: a bar begins at a multiple of its length since 1970."""

from __future__ import annotations

import numpy as np

from hindcaster import errors
from hindcaster._candles import TIME
from hindcaster._types import FloatArray
from hindcaster.engine.exchange.bars import build_bars
from hindcaster.exchange.market import ClockBars
from hindcaster.exchange.timeframes import MINUTE_MS, minutes_of


def clock_bars(candles: FloatArray, timeframe: str) -> FloatArray:
    """Put candles together into larger ones.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Times rising, of a bar length that divides the timeframe.
    timeframe : str
        Such as '4h'.

    Returns
    -------
    ndarray, shape (m, 6)
        Each with the time its timeframe begins (not that of its first row). The first and the
        last are made of the rows that are there; bars without rows are left out.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe.
    """
    minutes = minutes_of(timeframe)
    rows = np.ascontiguousarray(candles, dtype=np.float64)
    if not len(rows):
        return rows
    edges = ClockBars(rows[:, TIME], minutes)
    bars = np.empty((len(edges.firsts), 6))
    build_bars(rows, edges.firsts, edges.stops, bars)
    bars[:, TIME] -= bars[:, TIME] % (minutes * MINUTE_MS)
    return bars


def check_divisible(candles: FloatArray, timeframe: str) -> None:
    """Refuse bars whose length, the common measure of their distances, is no part of a timeframe.

    Raises
    ------
    ValueError
        It is not.
    """
    length = minutes_of(timeframe) * MINUTE_MS
    step = int(np.gcd.reduce(np.diff(candles[:, TIME]).astype(np.int64))) if len(candles) > 1 else 0
    if step and length % step:
        raise errors.not_divisible(step, timeframe)
