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
        Times rising, of any bar length that divides the timeframe.
    timeframe : str
        Such as '4h'.

    Returns
    -------
    ndarray, shape (m, 6)
        Each with the time its timeframe begins (not that of its first row). The first and the
        last are made of the rows that are there; bars without rows are left out.

    Raises
    ------
    ValueError
        The candles' length does not divide the timeframe.
    InvalidTimeframe
        There is no such timeframe.
    """
    minutes = minutes_of(timeframe)
    rows = np.ascontiguousarray(candles, dtype=np.float64)
    if not len(rows):
        return rows
    step = np.diff(rows[:, TIME]).min(initial=minutes * MINUTE_MS)
    if minutes * MINUTE_MS % step:
        raise errors.not_divisible(float(step), timeframe)
    edges = ClockBars(rows[:, TIME], minutes)
    bars = np.empty((len(edges.firsts), 6))
    build_bars(rows, edges.firsts, edges.stops, bars)
    bars[:, TIME] -= bars[:, TIME] % (minutes * MINUTE_MS)
    return bars
