"""The door for finer bars: which of them make up each bar, and whether they can."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._types import FloatArray, IntArray
from hindcaster.data.frame import OHLC, check_columns
from hindcaster.engine.ledger.finer import FinerBars, aligned

TOLERANCE = 1e-4
"""Share of a price by which finer bars may miss it, because one of the two was rounded."""


def checked_finer(intrabar: Any, data: pd.DataFrame) -> FinerBars:
    """Validate finer bars and say to which bar each belongs.

    Parameters
    ----------
    intrabar : DataFrame
        Columns Open, High, Low, Close and a DatetimeIndex, in any order of rows. Those before the
        first bar and after the last are left out.
    data : DataFrame
        The bars, checked and sorted.

    Returns
    -------
    FinerBars
        Prices that put together are exactly the bars: differences within `TOLERANCE` are removed.

    Raises
    ------
    TypeError
        No DataFrame, or one of the two has no DatetimeIndex, or only one of them has a time zone.
    ValueError
        A column or a price is missing; a bar has no finer bars, or other prices than these.
    """
    if not isinstance(intrabar, pd.DataFrame):
        raise errors.intrabar_not_a_frame(intrabar)
    labels, index = intrabar.index, data.index
    for name, found in (("intrabar", labels), ("data", index)):
        if not isinstance(found, pd.DatetimeIndex):
            raise errors.intrabar_needs_dates(name)
    assert isinstance(labels, pd.DatetimeIndex)
    assert isinstance(index, pd.DatetimeIndex)
    if (labels.tz is None) != (index.tz is None):
        raise errors.intrabar_time_zones(labels.tz, index.tz)
    frame = intrabar.copy(deep=False)
    try:
        check_columns(frame)
    except ValueError as error:
        raise ValueError(f"intrabar: {error}") from None
    if not labels.is_monotonic_increasing:
        frame = frame.sort_index(kind="stable")
    ticks = frame.index.as_unit("ns").asi8  # type: ignore[attr-defined]
    prices = [frame[name].to_numpy(np.float64) for name in OHLC]
    bars = [data[name].to_numpy(np.float64) for name in OHLC]
    problems = []
    for bounds, side in _conventions(index):
        first = np.searchsorted(ticks, bounds, side=side)
        kept = slice(first[0], first[-1])
        opens, highs, lows, closes = (column[kept] for column in prices)
        finer = FinerBars(opens, highs, lows, closes, first - first[0])
        problem = _first_problem(bars, finer)
        if problem is None:
            return aligned(bars, finer)
        problems.append(problem)
    bar, name, price, found_price, count = max(problems, key=lambda problem: problem[0])
    if not name:
        raise errors.intrabar_missing(bar, index[bar])
    raise errors.intrabar_differs(bar, index[bar], name, price, found_price, count)


def _conventions(index: pd.DatetimeIndex) -> list[tuple[IntArray, Any]]:
    """Bounds of the bars if labels are their beginnings, and if they are their ends."""
    period = _period(index)
    ends = [index[0] - period, index[-1] + period]
    before, after = (pd.DatetimeIndex([end]).as_unit("ns").asi8 for end in ends)
    ticks = index.as_unit("ns").asi8
    return [
        (np.concatenate([ticks, after]), "left"),
        (np.concatenate([before, ticks]), "right"),
    ]


def _period(index: pd.DatetimeIndex) -> Any:
    """Length of a bar, for the first or the last, which has no neighbour on that side."""
    if index.freq is not None:
        return index.freq
    if len(index) < 3:
        return index[-1] - index[0] if len(index) == 2 else pd.Timedelta(days=36_500)
    name = pd.infer_freq(index) if index.is_unique else None
    if name is not None:
        return pd.tseries.frequencies.to_offset(name)
    return pd.Timedelta(np.median(np.diff(index.as_unit("ns").asi8[-101:])), "ns")


def _first_problem(
    bars: list[FloatArray], finer: FinerBars
) -> tuple[int, str, float, float, int] | None:
    """Bar, price, its value in the bar and in the finer bars, and how many of these there are.

    The name of the price is empty if there are none.
    """
    first, counts = finer.first[:-1], np.diff(finer.first)
    empty = counts == 0
    end = int(empty.argmax()) if empty.any() else len(counts)
    if end == 0:
        return 0, "", np.nan, np.nan, 0
    starts, ends = first[:end], finer.first[1 : end + 1]
    last = ends[-1]
    found = (
        finer.open[starts],
        np.maximum.reduceat(np.maximum(finer.high, finer.open)[:last], starts),
        np.minimum.reduceat(np.minimum(finer.low, finer.open)[:last], starts),
        finer.close[ends - 1],
    )
    problems = []
    for name, column, prices in zip(OHLC, bars, found, strict=True):
        price = column[:end]
        fits = np.abs(price - prices) <= TOLERANCE * np.abs(price)
        within = (bars[2][:end] <= price) & (price <= bars[1][:end])
        if not (fits & within).all():
            bar = int((fits & within).argmin())
            problems.append((bar, name, float(price[bar]), float(prices[bar]), int(counts[bar])))
    if problems:
        return min(problems)
    return None if end == len(counts) else (end, "", np.nan, np.nan, 0)
