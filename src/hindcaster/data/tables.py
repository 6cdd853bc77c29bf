"""Recognising bars in tables of any origin: which column is what, in usual spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, TIME, VOLUME
from hindcaster._types import FloatArray
from hindcaster.data.times import times_in_ms

Columns = Mapping[str, Any] | Sequence[str] | None

# Spellings by part, compared without case, blanks and signs; an earlier one wins.
_SPELLINGS = {
    "Time": (
        ("timestamp", "ts", "opentime", "opentimestamp", "starttime", "unix", "unixtimestamp"),
        ("epoch", "datetime", "datetimeutc", "gmttime", "timeutc", "dateutc", "date", "time", "t"),
    ),
    "Open": (("open", "openprice", "priceopen", "o"), ("first",)),
    "High": (("high", "highprice", "pricehigh", "h"), ("max",)),
    "Low": (("low", "lowprice", "pricelow", "l"), ("min",)),
    "Close": (("close", "closeprice", "priceclose", "c"), ("last",)),
    "Volume": (("volume", "vol", "v"), ("basevolume", "volumebase", "tickvolume", "tickvol")),
}
_PLACES = {
    "Time": TIME, "Open": OPEN, "High": HIGH, "Low": LOW, "Close": CLOSE, "Volume": VOLUME,
}  # fmt: skip


def candles_of(frame: pd.DataFrame, where: str, columns: Columns = None, tz: Any = None) -> Any:
    """Make candles of a table.

    Parameters
    ----------
    frame : DataFrame
        Prices in columns of any usual spelling; the time in a column or in the index.
    where : str
        What error messages call the table.
    columns : mapping, optional
        Names of columns for Time, Open, High, Low, Close, Volume, where they are unusual.
    tz : str or tzinfo, optional
        Zone of times that name none; UTC if absent.

    Returns
    -------
    ndarray, shape (n, 6)
        Times rising. The volume is 0 where there is no such column.

    Raises
    ------
    ValueError
        Columns are missing or ambiguous, a value cannot be read, or rows are out of order.
    """
    found = _recognised(frame, where, columns if isinstance(columns, Mapping) else {})
    candles = np.zeros((len(frame), 6))
    candles[:, TIME] = times_in_ms(where, _times(frame, found), tz)
    for part, name in found.items():
        if part != "Time":
            candles[:, _PLACES[part]] = _numbers(where, frame[name], name)
    _check_order(where, candles[:, TIME])
    return candles


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _recognised(frame: pd.DataFrame, where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Find the column of each part; that of the time is absent if it is in the index."""
    if isinstance(frame.columns, pd.MultiIndex):
        raise errors.columns_missing(["Open", "High", "Low", "Close"], frame.columns)
    for part, name in given.items():
        if part not in _SPELLINGS:
            raise errors.unknown_bar_part(where, part)
        if list(frame.columns).count(name) != 1:
            raise errors.bar_columns_missing(where, [f"{part} ({name!r})"], frame.columns)
    free = [name for name in frame.columns if name not in given.values()]
    found = dict(given)
    for part, groups in _SPELLINGS.items():
        if part not in found:
            match = _match(where, part, groups, free)
            if match is not None:
                found[part] = match
    if isinstance(frame.index, pd.DatetimeIndex) and "Time" not in given:
        found.pop("Time", None)
    elif "Time" not in found and not _index_is_time(frame):
        raise errors.bar_columns_missing(where, ["Time"], frame.columns)
    missing = [part for part in ("Open", "High", "Low", "Close") if part not in found]
    if missing:
        raise errors.bar_columns_missing(where, missing, frame.columns)
    return found


def _match(where: str, part: str, groups: tuple[tuple[str, ...], ...], names: list[Any]) -> Any:
    spellings = [spelling for group in groups for spelling in group]
    for spelling in spellings:
        matches = [name for name in names if _plain(name) == spelling]
        if len(matches) > 1:
            raise errors.bar_columns_ambiguous(where, part, matches)
        if matches:
            return matches[0]
    if part == "Volume":  # such as 'Volume BTC' beside 'Volume USDT'
        matches = [name for name in names if _plain(name).startswith("volume")]
        if len(matches) > 1:
            raise errors.bar_columns_ambiguous(where, part, matches)
        return matches[0] if matches else None
    return None


def _index_is_time(frame: pd.DataFrame) -> bool:
    if isinstance(frame.index, pd.RangeIndex):
        return False
    plain = _plain(frame.index.name)
    return any(plain in group for group in _SPELLINGS["Time"]) or len(frame) == 0


def _times(frame: pd.DataFrame, found: Mapping[str, Any]) -> Any:
    """Give the times; a date and a time of the day in two columns become one text."""
    if "Time" not in found:
        return frame.index
    name = found["Time"]
    if _plain(name) == "date":
        others = [other for other in frame.columns if _plain(other) == "time"]
        if len(others) == 1 and pd.api.types.is_string_dtype(frame[others[0]].dtype):
            return frame[name].astype(str) + " " + frame[others[0]].astype(str)
    return frame[name]


def _numbers(where: str, column: Any, name: Any) -> FloatArray:
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "b":
        return np.asarray(column.to_numpy(np.float64, na_value=np.nan))
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    bad = np.isnan(numbers)
    if bad.any() or column.dtype.kind == "b":
        row = int(bad.argmax())
        raise errors.bad_bar_value(where, row, name, column.iloc[row])
    return np.asarray(numbers)


def _check_order(where: str, times: FloatArray) -> None:
    bad = ~(np.diff(times) > 0)
    if bad.any():
        row = int(bad.argmax()) + 1
        raise errors.bars_not_rising(where, row, moment(times[row]), moment(times[row - 1]))


def moment(time: float) -> str:
    """Write a time in ms the way tables do.

    Examples
    --------
    >>> moment(1609459200000.0)
    '2021-01-01 00:00:00'
    """
    return str(pd.Timestamp(int(time), unit="ms"))
