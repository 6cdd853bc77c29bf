"""The door for price data: a frame that passes here can be simulated without surprises."""

import warnings

import numpy as np
import pandas as pd

from hindcaster import errors

OHLC = ("Open", "High", "Low", "Close")

# Integer labels above this count as seconds since 1970 that mean a date after 1975.
EPOCH_1975 = 157_766_400
EPOCH_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (np.inf, "ns"))
"""Up to which size a number counts as a time since 1970 in a unit."""


def checked_frame(data: pd.DataFrame, cash: float, *, stacklevel: int) -> pd.DataFrame:
    """Validate a frame of bars and return a sorted shallow copy that is safe to simulate.

    Parameters
    ----------
    data : DataFrame
        Columns Open, High, Low, Close (exact names), optionally Volume and any others; one row
        per bar. The caller's object is not changed.
    cash : float
        Starting balance, for the warning that one unit costs more than it.
    stacklevel : int
        Frames between `warnings.warn` and the user's call.

    Returns
    -------
    DataFrame
        With a Volume column (NaN if there was none), index increasing.

    Raises
    ------
    ValueError
        No rows, a missing or repeated price column, a price that is missing or not a number.
    """
    frame = data.copy(deep=False)
    frame.index = _as_dates(frame.index)
    if len(frame) == 0:
        raise errors.no_rows()
    check_columns(frame)
    if "Volume" not in frame:
        frame["Volume"] = np.nan
    level = stacklevel + 1
    highest = float(frame["Close"].max())
    if highest > cash:
        warnings.warn(errors.price_above_cash(highest, cash), stacklevel=level)
    if not frame.index.is_monotonic_increasing:
        row = _first_unordered(frame.index)
        warnings.warn(
            errors.index_not_sorted(frame.index[row - 1], frame.index[row]), stacklevel=level
        )
        frame = frame.sort_index()
    if not isinstance(frame.index, pd.DatetimeIndex):
        warnings.warn(errors.INDEX_NOT_DATETIME, stacklevel=level)
    return frame


def _as_dates(index: pd.Index) -> pd.Index:
    """Turn an index of epoch numbers into dates; leave any other as it is."""
    if isinstance(index, (pd.DatetimeIndex, pd.RangeIndex)):
        return index
    if not pd.api.types.is_numeric_dtype(index.dtype) or len(index) == 0:
        return index
    if (index > EPOCH_1975).mean() <= 0.8:
        return index
    typical = float(np.median(index))
    unit = next(name for limit, name in EPOCH_UNITS if typical < limit)
    return pd.to_datetime(index, unit=unit)  # type: ignore[call-overload, no-any-return]


def check_columns(frame: pd.DataFrame) -> None:
    """Refuse a frame without prices; columns of objects that are numbers become numbers."""
    several_levels = isinstance(frame.columns, pd.MultiIndex)
    missing = [name for name in OHLC if several_levels or name not in frame]
    if missing:
        raise errors.columns_missing(missing, frame.columns)
    for name in OHLC:
        column = frame[name]
        if isinstance(column, pd.DataFrame):
            raise errors.column_repeated(name)
        if not pd.api.types.is_numeric_dtype(column.dtype):
            column = _as_numbers(column, name)
            frame[name] = column
        gaps = column.isna().to_numpy()
        if gaps.any():
            raise errors.price_missing(name, frame.index[int(gaps.argmax())], int(gaps.sum()))
        endless = np.isinf(column.to_numpy(np.float64))
        if endless.any():
            row = frame.index[int(endless.argmax())]
            warnings.warn(errors.price_infinite(name, row), stacklevel=4)


def _as_numbers(column: pd.Series, name: str) -> pd.Series:
    """Convert a column of objects; text is refused, because '1,5' and '1.5' cannot be told."""
    texts = np.array([isinstance(value, (str, bytes)) for value in column])
    if not texts.any():
        try:
            return column.astype(np.float64)
        except (TypeError, ValueError):
            pass
    bad = texts if texts.any() else pd.to_numeric(column, errors="coerce").isna().to_numpy()
    row = int(bad.argmax())
    raise errors.price_not_number(name, column.index[row], column.iloc[row])


def _first_unordered(index: pd.Index) -> int:
    """Position of the first label that is smaller than the one before it."""
    try:
        return int(np.argmax(np.asarray(index[1:] < index[:-1]))) + 1
    except TypeError:
        return 1
