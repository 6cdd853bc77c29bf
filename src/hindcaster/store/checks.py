"""What may be stored: 1-minute candles whose prices are possible, in order."""

from __future__ import annotations

from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, TIME, VOLUME
from hindcaster._types import FloatArray
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.store.records import Gap, minute_text

_YEAR_10000 = 253_402_300_800_000


def checked_minutes(where: str, candles: Any) -> FloatArray:
    """Refuse what are no 1-minute candles, naming the first bad row.

    Parameters
    ----------
    where : str
        What error messages call them.
    candles : ndarray, shape (n, 6)
        Opening time in ms, open, close, high, low, volume; gaps are allowed.

    Returns
    -------
    ndarray, shape (n, 6)

    Raises
    ------
    TypeError
        Not an array.
    ValueError
        Another shape, times that repeat, fall or are no whole minutes, candles of a larger
        timeframe, or impossible prices.
    """
    if not isinstance(candles, np.ndarray):
        raise errors.candles_not_an_array(candles)
    if candles.ndim != 2 or candles.shape[1] != 6 or not len(candles):
        raise errors.bad_candles(where, f"shape {candles.shape}")
    if candles.dtype.kind not in "iuf":
        raise errors.bad_candles(where, f"dtype {candles.dtype}")
    rows = np.ascontiguousarray(candles, dtype=np.float64)
    _check_times(where, rows[:, TIME])
    _check_values(where, rows)
    return rows


def _check_times(where: str, times: FloatArray) -> None:
    bad = ~((times >= 0) & (times < _YEAR_10000))
    if bad.any():
        row = int(bad.argmax())
        raise errors.candle_time_outside(where, row, float(times[row]))
    steps = np.diff(times)
    if not (steps > 0).all():
        row = int((steps <= 0).argmax()) + 1
        texts = (_precise(times[row]), _precise(times[row - 1]))
        raise errors.bars_not_rising(where, row, *texts)
    if len(steps) and (steps % MINUTE_MS == 0).all():
        # Minutes that are missing leave steps of all lengths; those of longer candles have a
        # common measure.
        common = int(np.gcd.reduce(steps.astype(np.int64)))
        if common != MINUTE_MS:
            raise errors.not_one_minute(where, common)
    elif len(steps) and steps[0] < MINUTE_MS:
        raise errors.not_one_minute(where, float(steps[0]))
    unaligned = times % MINUTE_MS != 0
    if unaligned.any():
        row = int(unaligned.argmax())
        raise errors.candle_time_unaligned(where, row, float(times[row]))


def _check_values(where: str, rows: FloatArray) -> None:
    prices = rows[:, OPEN : LOW + 1]
    high, low = rows[:, HIGH], rows[:, LOW]
    body_top = np.maximum(rows[:, OPEN], rows[:, CLOSE])
    body_bottom = np.minimum(rows[:, OPEN], rows[:, CLOSE])
    volume = rows[:, VOLUME]
    faults: tuple[tuple[Any, str], ...] = (
        (~np.isfinite(prices).all(axis=1), "a price is missing or infinite"),
        ((prices <= 0).any(axis=1), "a price is not above 0"),
        (high < body_top, "the high is below the open or the close"),
        (low > body_bottom, "the low is above the open or the close"),
        (~(np.isfinite(volume) & (volume >= 0)), "the volume is missing, infinite or negative"),
    )
    bad = [int(fault.argmax()) for fault, _ in faults if fault.any()]
    if bad:
        row = min(bad)
        why = next(text for fault, text in faults if fault[row])
        values = ", ".join(f"{value:g}" for value in rows[row, 1:])
        why = f"{why} (open, close, high, low, volume: {values})"
        raise errors.bad_stored_row(where, row, minute_text(rows[row, TIME]), why)


def _precise(time: float) -> str:
    return str(np.datetime64(int(time), "ms")).replace("T", " ")


def gaps_between(times: FloatArray) -> tuple[Gap, ...]:
    """Find the missing minutes between times that rise.

    Examples
    --------
    >>> gaps_between(np.array([0.0, 60_000.0, 300_000.0]))
    (Gap(start=120000, finish=300000),)
    """
    wide = np.flatnonzero(np.diff(times) > MINUTE_MS)
    return tuple(Gap(int(times[row]) + MINUTE_MS, int(times[row + 1])) for row in wide)
