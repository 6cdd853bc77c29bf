"""Reading the time column of a table: numbers since 1970, texts, dates, with or without a zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.data.frame import EPOCH_1975, EPOCH_UNITS

_OFFSET = r"[T ]\d\d?:?\d\d.*?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"
_OTHER_DATE = r"^(\d{4})[./](\d\d)[./](\d\d)"
_NAIVE = ""
_DAYS = 1900_01_01, 2100_12_31  # numbers that write a day, in seconds a moment of 1970


def times_in_ms(where: str, column: Any, tz: Any = None) -> FloatArray:
    """Read times.

    Parameters
    ----------
    where : str
        What error messages call the table.
    column : Series or Index
        Numbers since 1970 (s, ms, us or ns, by their size, after 1975), numbers such as 20210131,
        texts of ISO 8601, dates or periods (which count from their start).
    tz : str or tzinfo, optional
        Zone of times that name none; UTC if absent.

    Returns
    -------
    ndarray, shape (n,)
        In ms since 1970, UTC.

    Raises
    ------
    ValueError
        A time cannot be read, or units or zones are mixed.
    """
    column = pd.Series(column).reset_index(drop=True)
    if not len(column):
        return np.empty(0)
    missing = column.isna().to_numpy()
    if missing.any():
        row = int(missing.argmax())
        raise errors.bad_bar_time(where, row, column[row])
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.start_time
    elif not isinstance(column.dtype, pd.DatetimeTZDtype) and column.dtype.kind in "OUT":
        column = _from_objects(where, column.astype(object))
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "b":
        numbers = column.to_numpy(np.float64)
        if not (numbers.min() >= _DAYS[0] and numbers.max() <= _DAYS[1]):
            return _from_numbers(where, numbers)
        column = _from_texts(where, column.astype(np.int64).astype(str))
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise errors.bad_bar_time(where, 0, column[0])
    return _from_dates(where, pd.DatetimeIndex(column), tz)


def _from_numbers(where: str, numbers: FloatArray) -> FloatArray:
    limits = [limit for limit, _ in EPOCH_UNITS]
    units = np.searchsorted(limits, numbers, side="right")
    bad = ~np.isfinite(numbers) | (numbers < 0)
    if bad.any():
        row = int(bad.argmax())
        raise errors.bad_bar_time(where, row, numbers[row])
    if (units != units[0]).any():
        row = int((units != units[0]).argmax())
        raise errors.mixed_time_units(where, row, numbers[row])
    if numbers.max() <= EPOCH_1975:  # of no unit for certain
        raise errors.bad_bar_time(where, 0, numbers[0])
    return _in_ms(numbers, EPOCH_UNITS[int(units[0])][1])


def _in_ms(numbers: FloatArray, unit: str) -> FloatArray:
    # Divided by whole numbers, because 0.001 is none that floats can hold.
    return numbers * 1e3 if unit == "s" else numbers / {"ms": 1.0, "us": 1e3, "ns": 1e6}[unit]


def _from_objects(where: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Turn texts, or datetimes that may be in several zones, into numbers or dates."""
    texts = column.map(lambda value: isinstance(value, str))
    if not texts.any():
        moments = column.map(lambda value: isinstance(value, datetime))
        if moments.all():
            _check_zones(where, column, column.map(lambda value: str(value.utcoffset())))
            return pd.to_datetime(column, utc=_aware(column))
        if column.map(lambda value: type(value) is date).all():
            return pd.to_datetime(column)
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.notna().all():
            return numbers
        row = int(numbers.isna().to_numpy().argmax())
        raise errors.bad_bar_time(where, row, column[row])
    if not texts.all():
        row = int((~texts).to_numpy().argmax())
        raise errors.bad_bar_time(where, row, column[row])
    return _from_texts(where, column.str.strip())


def _from_texts(where: str, column: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().all() and not column.str.fullmatch(r"(19|20)\d{6}").all():
        return numbers
    zones = column.str.extract(_OFFSET, expand=False).fillna(_NAIVE)
    zones = zones.replace({"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00"})
    zones = zones.str.replace(r"^([+-]\d\d):?(\d\d)?$", r"\1:\2", regex=True)
    zones = zones.str.replace(r":$", ":00", regex=True)
    _check_zones(where, column, zones)
    plain = column.str.replace(_OTHER_DATE, r"\1-\2-\3", regex=True)
    plain = plain.str.replace(r"\s*(UTC|GMT)$", "+00:00", regex=True)
    dates = pd.to_datetime(plain, format="ISO8601", errors="coerce", utc=zones[0] != _NAIVE)
    bad = dates.isna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise errors.bad_bar_time(where, row, column[row])
    return dates


def _aware(column: pd.Series[Any]) -> bool:
    return column[0].utcoffset() is not None


def _check_zones(where: str, column: pd.Series[Any], zones: pd.Series[Any]) -> None:
    other = (zones != zones.iloc[0]).to_numpy()
    if other.any():
        row = int(other.argmax())
        raise errors.mixed_time_zones(where, row, column[row], column[0])


def _from_dates(where: str, dates: pd.DatetimeIndex, tz: Any) -> FloatArray:
    if dates.tz is None:
        zone = checked_zone(tz)
        try:
            dates = dates.tz_localize(zone)
        except ValueError as error:
            raise errors.time_not_in_zone(where, error) from None
    return _in_ms(dates.asi8.astype(np.float64), dates.unit)


def checked_zone(tz: Any) -> Any:
    """Give a time zone by its name, UTC if there is none.

    Raises
    ------
    ValueError
        There is no such zone.
    """
    if tz is None:
        return "UTC"
    if not isinstance(tz, str):
        return tz
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise errors.unknown_time_zone(tz) from None
