"""Files of bars: reading and writing CSV, Parquet and Feather, wherever fsspec reaches."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.data.tables import Columns, candles_of

_KINDS = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
}


def kind_of(path: str) -> str:
    """Tell the kind of a file by its name.

    Raises
    ------
    ValueError
        The ending is none of those known.

    Examples
    --------
    >>> kind_of("candles.CSV"), kind_of("s3://bucket/candles.parquet")
    ('csv', 'parquet')
    """
    for ending, kind in _KINDS.items():
        if path.lower().endswith(ending):
            return kind
    raise errors.unknown_file_kind(path)


def read_candles(source: Any, columns: Columns = None, tz: Any = None) -> FloatArray:
    """Read a file of bars, as `hindcaster.data.read_file`, into an array of shape (n, 6)."""
    path = os.fspath(source)
    table = _read_table(path, columns)
    if isinstance(columns, Mapping) or columns is None:
        rows: FloatArray = candles_of(table, path, columns, tz)
        return rows
    return candles_of(table, path, None, tz)  # type: ignore[no-any-return]


def _read_table(path: str, columns: Columns) -> pd.DataFrame:
    kind = kind_of(path)
    try:
        if kind == "parquet":
            return pd.read_parquet(path)
        if kind == "feather":
            return pd.read_feather(path)
        table = _read_csv(path, columns)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno is not None:
            raise
        raise errors.unreadable_file(path, error) from None  # Arrow's errors of broken files
    except (ValueError, EOFError, pd.errors.ParserWarning) as error:
        raise errors.unreadable_file(path, error) from None
    if all(_is_number(name) for name in table.columns):
        raise errors.file_without_header(path, table.columns)
    return table


def _read_csv(path: str, columns: Columns) -> pd.DataFrame:
    names = list(columns) if columns is not None and not isinstance(columns, Mapping) else None
    first = ",".join(map(str, pd.read_csv(path, nrows=0).columns))
    separator = next((sign for sign in ("\t", ";", "|") if sign in first), ",")
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # of values that would be dropped
        return pd.read_csv(
            path,
            sep=separator,
            names=names,
            header="infer" if names is None else None,
            index_col=False,
            skipinitialspace=True,
        )


def _is_number(name: Any) -> bool:
    try:
        float(name)
    except (TypeError, ValueError):
        return False
    return True


def write_frame(frame: pd.DataFrame, target: str) -> None:
    """Write bars to a file of the kind that its name says.

    Parameters
    ----------
    frame : DataFrame
        Its index, the opening times, becomes the column ``Time``.
    target : str
        Path or address.
    """
    kind = kind_of(target)
    table = frame.rename_axis("Time").reset_index()
    if kind == "parquet":
        table.to_parquet(target, index=False)
    elif kind == "feather":
        table.to_feather(target)
    else:
        table.to_csv(target, index=False)
