"""Other futures: data that are the same up to a bar and go on differently, or not at all.

What follows the bar is made of the bars that follow in the data, so that it looks like them: whole
bars, highs above lows, the same number of decimals, the same types. How it begins is far from what
the data say, up in one future and down in the other, so that decisions by what comes next change.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, FloatArray, IntArray
from hindcaster.data.frame import OHLC

_MOST_DECIMALS: Final = 8


class Future(NamedTuple):
    """What comes instead of the bars after the cut."""

    name: str
    gap: float = 1.0  # first close over the last known one
    backwards: bool = False  # the bars come in reverse order
    mirrored: bool = False  # rises become falls
    ends: bool = False  # nothing comes


ENDS: Final = Future("data end there", ends=True)
CHANGED: Final = (
    Future("prices jump up", gap=1.5, backwards=True),
    Future("prices jump down", gap=1 / 1.5, mirrored=True),
    Future("prices mirrored", mirrored=True),
)


def other_future(data: pd.DataFrame, known: int, future: Future, seed: int) -> pd.DataFrame:
    """Change what follows the first `known` bars.

    Parameters
    ----------
    data : DataFrame
        Bars with price columns, or any table by time.
    known : int
        Number of rows that stay as they are.
    future : Future
        What comes after them.
    seed : int
        Of what is drawn.

    Returns
    -------
    DataFrame
        A new frame; types and labels are those of `data`.
    """
    if future.ends or known >= len(data):
        return data.iloc[:known]
    random = np.random.default_rng(seed)
    prices = _other_prices(data, known, future)
    columns: dict[int, Any] = {}
    for number, name in enumerate(data.columns):
        column = data.iloc[:, number]
        if name in prices:
            columns[number] = _replaced(column, known, prices[name])
        else:
            columns[number] = _drawn(column, known, future, random)
    frame = pd.DataFrame(columns, index=data.index, copy=False)
    frame.columns, frame.attrs = data.columns, dict(data.attrs)
    return frame


def other_values(values: AnyArray, known: int, future: Future, seed: int) -> AnyArray:
    """Change what follows the first `known` entries of the first axis of an array."""
    if future.ends or known >= len(values):
        return values[:known]
    changed = values.copy()
    random = np.random.default_rng(seed)
    drawn = values[random.integers(0, len(values), len(values) - known)]
    changed[known:] = _scaled(drawn, values.dtype, future)
    return changed


def other_series(series: pd.Series, known: int, future: Future, seed: int) -> pd.Series:
    """Change what follows the first `known` rows of a Series."""
    if future.ends or known >= len(series):
        return series.iloc[:known]
    changed = _drawn(series, known, future, np.random.default_rng(seed))
    return pd.Series(changed, series.index, name=series.name)


def _other_prices(data: pd.DataFrame, known: int, future: Future) -> dict[Any, FloatArray]:
    """Make prices for the rows after the cut, by column; none if there are no four columns."""
    whole = data.columns.is_unique and all(
        name in data and pd.api.types.is_numeric_dtype(data[name].dtype) for name in OHLC
    )
    if not whole or not known:
        return {}
    bars = data[list(OHLC)].iloc[known:].to_numpy(np.float64)
    last = float(data["Close"].iloc[known - 1])
    if future.backwards:
        bars = bars[::-1]
    positive = last > 0 and bool((bars > 0).all())
    if positive:
        bars = last * last / bars if future.mirrored else bars
        bars = bars * (future.gap * last / bars[0, 3]) if future.gap != 1 else bars
    else:  # prices that are no ratios of each other move by differences
        step = float(np.abs(bars - last).max()) + 1.0
        bars = 2 * last - bars if future.mirrored else bars
        bars = bars + (last - bars[0, 3] + np.sign(future.gap - 1) * step)
    if future.mirrored:
        bars = bars[:, [0, 2, 1, 3]]  # what was the low is the high
    decimals = _decimals_of(data["Close"])
    if decimals is not None:
        rounded = _with_decimals(bars, decimals[known:])
        bars = rounded if not positive or (rounded > 0).all() else bars
    bars[:, 1], bars[:, 2] = bars.max(axis=1), bars.min(axis=1)
    return dict(zip(OHLC, bars.T, strict=True))


def _decimals_of(column: pd.Series) -> IntArray | None:
    """Count the decimals of prices; None if some have too many to count."""
    prices = column.to_numpy(np.float64)
    found = np.full(len(prices), _MOST_DECIMALS + 1)
    for count in range(_MOST_DECIMALS, -1, -1):
        found[np.round(prices, count) == prices] = count
    return None if found.max() > _MOST_DECIMALS else found


def _with_decimals(bars: FloatArray, decimals: IntArray) -> FloatArray:
    """Round prices to as many decimals as the bars had, the last of which is no zero.

    Strategies may ask how fine prices are (`pip`), which has to stay as it is.
    """
    rounded = bars.copy()
    for count in np.unique(decimals).tolist():
        rows = decimals == count
        values = np.round(bars[rows], count)
        if count:
            coarse = np.round(values, count - 1) == values
            values = np.round(np.where(coarse, values + 10.0**-count, values), count)
        rounded[rows] = values
    return rounded


def _replaced(column: pd.Series, known: int, tail: FloatArray) -> Any:
    """Put prices after the cut of a column, in its type."""
    changed = np.concatenate([column.to_numpy(np.float64)[:known], tail])
    if pd.api.types.is_integer_dtype(column.dtype):
        changed = np.round(changed)
    if isinstance(column.dtype, np.dtype):
        return changed.astype(column.dtype)
    return pd.Series(changed).astype(column.dtype).array


def _drawn(column: pd.Series, known: int, future: Future, random: np.random.Generator) -> Any:
    """Draw the rows after the cut from all rows of a column; numbers are scaled as well."""
    taken = np.arange(len(column))
    taken[known:] = random.integers(0, len(column), len(column) - known)
    if not isinstance(column.dtype, np.dtype):
        return column.array.take(taken)
    changed = column.to_numpy()[taken]
    changed[known:] = _scaled(changed[known:], changed.dtype, future)
    return changed


def _scaled(values: AnyArray, dtype: np.dtype[Any], future: Future) -> AnyArray:
    """Make numbers larger or smaller by the gap; labels such as -1, 0 and 1 keep their values."""
    if dtype.kind == "f":
        return values * future.gap
    if dtype.kind in "iu" and len(values) and np.abs(values).max() > 100:
        return (values * future.gap).astype(dtype)
    return values
