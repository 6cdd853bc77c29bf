"""A short name for the content of a frame, so that two runs can be seen to have the same data."""

import hashlib

import pandas as pd

_DIGEST_SIZE = 16  # bytes


def fingerprint(frame: pd.DataFrame) -> str:
    """Digest of the labels, column names and values of a frame.

    Datetimes count as points in time in nanoseconds, whatever their resolution, with the name of
    their time zone; so the same bars have the same digest however they were read.

    Parameters
    ----------
    frame : DataFrame
        Any frame.

    Returns
    -------
    str
        BLAKE2b of the row hashes of pandas, 32 hexadecimal digits.

    Examples
    --------
    >>> bars = pd.DataFrame({"Close": [1.0, 2.0]}, pd.date_range("2024", periods=2))
    >>> fingerprint(bars) == fingerprint(bars.set_axis(bars.index.as_unit("s")))
    True
    >>> fingerprint(bars) == fingerprint(bars + 1e-12)
    False
    """
    index = frame.index
    zone = ""
    if isinstance(index, pd.DatetimeIndex):
        zone = str(index.tz)
        if pd.Timestamp.min < _naive(index[0]) and _naive(index[-1]) < pd.Timestamp.max:
            index = index.as_unit("ns")
    digest = hashlib.blake2b(digest_size=_DIGEST_SIZE)
    digest.update(repr([zone, *map(str, frame.columns)]).encode())
    digest.update(_row_hashes(frame.set_axis(index)).to_numpy("<u8").tobytes())
    return digest.hexdigest()


def _row_hashes(frame: pd.DataFrame) -> "pd.Series[int]":
    try:
        return pd.util.hash_pandas_object(frame, index=True)
    except TypeError:  # lists and the like
        return pd.util.hash_pandas_object(frame.astype(str), index=True)


def _naive(time: pd.Timestamp) -> pd.Timestamp:
    return time.tz_localize(None)
