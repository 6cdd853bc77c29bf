"""Between the two forms of price data: frames of `Backtest`, and candles of `research.backtest`."""

from __future__ import annotations

import os
from typing import Any, overload

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, TIME, VOLUME
from hindcaster._types import FloatArray
from hindcaster.data.tables import Columns, candles_of
from hindcaster.data.times import checked_zone

_COLUMNS = {"Open": OPEN, "High": HIGH, "Low": LOW, "Close": CLOSE, "Volume": VOLUME}


def to_frame(candles: FloatArray, tz: Any = None) -> pd.DataFrame:
    """Turn candles into a frame that `Backtest` takes.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Opening time in ms (UTC), open, close, high, low, volume.
    tz : str or tzinfo, optional
        Zone of the index. If absent, the index has none and shows UTC.

    Returns
    -------
    DataFrame
        Columns Open, High, Low, Close, Volume; index of opening times.

    Raises
    ------
    TypeError
        Not a candle array.
    ValueError
        A time is not a number, or there is no such zone.

    Examples
    --------
    >>> from hindcaster.research import candles_from_close_prices
    >>> frame = to_frame(candles_from_close_prices([10, 11, 12]))
    >>> frame[["Open", "High", "Low", "Close"]]
                         Open  High   Low  Close
    2021-01-01 00:00:00   9.5  10.0   9.5   10.0
    2021-01-01 00:01:00  10.0  11.0  10.0   11.0
    2021-01-01 00:02:00  11.0  12.0  11.0   12.0
    """
    rows = np.asarray(candles) if isinstance(candles, np.ndarray) else None
    if rows is None or rows.ndim != 2 or rows.shape[1] != 6 or rows.dtype.kind not in "iuf":
        raise errors.not_bars(candles)
    times = rows[:, TIME].astype(np.float64)
    bad = ~np.isfinite(times)
    if bad.any():
        row = int(bad.argmax())
        raise errors.bad_bar_time("candles", row, times[row])
    index = pd.DatetimeIndex(times.astype(np.int64).astype("datetime64[ms]"))
    if tz is not None:
        index = index.tz_localize("UTC").tz_convert(checked_zone(tz))
    values = {name: rows[:, column].astype(np.float64) for name, column in _COLUMNS.items()}
    return pd.DataFrame(values, index=index)


def from_frame(frame: pd.DataFrame, *, columns: Columns = None, tz: Any = None) -> FloatArray:
    """Turn a frame into candles that `research.backtest` takes.

    Parameters
    ----------
    frame : DataFrame
        One row per bar, in order. Columns of prices in any usual spelling (``Open``, ``open``,
        ``o`` …); the opening time in the index or in a column (dates, texts, or numbers since
        1970 in s, ms, us or ns). Other columns are passed over.
    columns : mapping, optional
        Names of the columns for Time, Open, High, Low, Close, Volume, where they are unusual.
    tz : str or tzinfo, optional
        Zone of times that name none; UTC if absent.

    Returns
    -------
    ndarray, shape (n, 6)
        Opening time in ms (UTC), open, close, high, low, volume. Without a column for it the
        volume is 0.

    Raises
    ------
    TypeError
        Not a DataFrame.
    ValueError
        Columns are missing or ambiguous, a value is no number, zones or units of times are mixed,
        or rows are repeated or out of order. The first such row is named.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"open": [1.0, 2.0], "high": [3.0, 3.0], "low": [1.0, 2.0], "close": [2.0, 2.5]},
    ...     index=pd.date_range("2021-01-01", periods=2, freq="min", tz="America/New_York"),
    ... )
    >>> from_frame(frame)[:, 0].astype(int)
    array([1609477200000, 1609477260000])
    """
    if not isinstance(frame, pd.DataFrame):
        raise errors.not_a_frame(frame)
    rows: FloatArray = candles_of(frame, "frame", columns, tz)
    return rows


@overload
def resample(data: pd.DataFrame, timeframe: str) -> pd.DataFrame: ...


@overload
def resample(data: FloatArray, timeframe: str) -> FloatArray: ...


def resample(data: Any, timeframe: str) -> Any:
    """Put bars together into larger ones.

    A bar begins at a multiple of its length since 1970 in UTC (weeks on a Thursday), and is
    labelled with that moment: nothing of it is known before the next label. For bars of another
    wall clock take the zone off the index first: ``frame.tz_localize(None)``.

    Parameters
    ----------
    data : DataFrame or ndarray of shape (n, 6)
        Bars, labelled by their opening times.
    timeframe : str
        '3m', '5m', '15m', '30m', '45m', '1h', '2h', '3h', '4h', '6h', '8h', '12h', '1D', '3D',
        '1W' or '1M' (30 days).

    Returns
    -------
    The same kind
        First open, highest high, lowest low, last close, sum of volumes. The first and the last
        bar are made of the rows that are there; bars without rows are left out.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe.
    ValueError
        The length of the bars does not divide it, or they are out of order.
    TypeError
        Neither a frame nor candles.

    Examples
    --------
    >>> from hindcaster.research import candles_from_close_prices
    >>> resample(candles_from_close_prices(range(1, 8)), "5m")[:, [0, 1, 2]]
    array([[1.6094592e+12, 5.0000000e-01, 5.0000000e+00],
           [1.6094595e+12, 5.0000000e+00, 7.0000000e+00]])
    """
    from hindcaster.data.bars import check_divisible, clock_bars

    in_frame = isinstance(data, pd.DataFrame)
    candles = from_frame(data if in_frame else to_frame(data))  # refuses rows out of order
    check_divisible(candles, timeframe)
    bars = clock_bars(candles, timeframe)
    if not in_frame:
        return bars
    return to_frame(bars, data.index.tz if isinstance(data.index, pd.DatetimeIndex) else None)


def read_file(
    source: str | os.PathLike[str], *, columns: Columns = None, tz: Any = None
) -> pd.DataFrame:
    r"""Read a file of bars into a frame that `Backtest` takes.

    Parameters
    ----------
    source : path or address
        CSV (also ``.csv.gz``), Parquet or Feather, by its name. An address such as
        ``s3://bucket/file.parquet`` goes through fsspec.
    columns : mapping or list of str, optional
        Names of the columns for Time, Open, High, Low, Close, Volume, where they are unusual; a
        list names the columns of a CSV file without a header, in their order.
    tz : str or tzinfo, optional
        Zone of times that name none; UTC if absent.

    Returns
    -------
    DataFrame
        Columns Open, High, Low, Close, Volume; the index has no zone and shows UTC.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It cannot be read, or `from_frame` refuses what it holds.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "bars.csv")
    >>> _ = path.write_text("date,o,h,l,c,vol\n2024-01-02T09:30-05:00,10,12,9,11,500\n")
    >>> read_file(path)
                         Open  High  Low  Close  Volume
    2024-01-02 14:30:00  10.0  12.0  9.0   11.0   500.0
    """
    from hindcaster.data.files import read_candles

    return to_frame(read_candles(source, columns, tz))
