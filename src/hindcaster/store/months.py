"""One file of the store: the candles of one symbol in one month (UTC), as Parquet.

Columns are timestamp (ms, UTC), open, close, high, low, volume. Prices are neither compressed nor
in dictionaries, so that reading is copying; times take a few bytes in all. The footer says whose
they are and has a digest of all rows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import TIME
from hindcaster._types import FloatArray
from hindcaster.store.places import Place

COLUMNS = ("timestamp", "open", "close", "high", "low", "volume")
ENDING = ".parquet"
MOST_ROWS = 31 * 1440
_KEY = b"hindcaster"
_FORMAT = 1


@dataclass(frozen=True)
class Label:
    """What the footer of a file says."""

    exchange: str
    symbol: str
    rows: int
    first: int
    last: int
    digest: str


def month_of(time: float) -> str:
    """Name the month of a time in ms.

    Examples
    --------
    >>> month_of(1609459200000.0)
    '2021-01'
    """
    return str(np.datetime64(int(time), "ms").astype("datetime64[M]"))


def by_month(rows: FloatArray) -> dict[str, FloatArray]:
    """Part rows, one or more with times that rise, by months."""
    months = rows[:, TIME].astype(np.int64).astype("datetime64[ms]").astype("datetime64[M]")
    names, starts = np.unique(months, return_index=True)
    parts = np.split(rows, starts[1:])
    return {str(month): part for month, part in zip(names, parts, strict=True)}


def encoded(exchange: str, symbol: str, rows: FloatArray) -> Any:
    """Write rows as the content of a file.

    Parameters
    ----------
    exchange, symbol : str
        Whose candles they are.
    rows : ndarray, shape (n, 6)
        Candles of one month, times rising.

    Returns
    -------
    bytes-like
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    label = {
        "format": _FORMAT,
        "exchange": exchange,
        "symbol": symbol,
        "rows": len(rows),
        "first": int(rows[0, TIME]),
        "last": int(rows[-1, TIME]),
        "digest": _digest(rows),
    }
    types = [pa.timestamp("ms", tz="UTC")] + [pa.float64()] * 5
    schema = pa.schema(list(zip(COLUMNS, types, strict=True)), {_KEY: json.dumps(label).encode()})
    times = pa.array(rows[:, TIME].astype(np.int64)).cast(types[0])
    values = [pa.array(np.ascontiguousarray(rows[:, column])) for column in range(1, 6)]
    table = pa.Table.from_arrays([times, *values], schema=schema)
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="none",
        use_dictionary=False,
        column_encoding={
            "timestamp": "DELTA_BINARY_PACKED",
            **dict.fromkeys(COLUMNS[1:], "PLAIN"),
        },
    )
    return sink.getvalue()


def read_label(place: Place, path: str) -> Label | None:
    """Read the footer of a file; None if there is no such file.

    Raises
    ------
    DamagedCandles
        It is no file of a store, or not a whole one.
    """
    opened = _open(place, path)
    if opened is None:
        return None
    with opened:
        return _label(place, path, opened)


def read_rows(
    place: Place,
    path: str,
    exchange: str,
    symbol: str,
    *,
    verify: bool = False,
    into: FloatArray | None = None,
) -> FloatArray | None:
    """Read all rows of a file; None if there is no such file.

    Parameters
    ----------
    place : Place
        The store's tree.
    path : str
        The file in it.
    exchange, symbol : str
        Whose candles it must hold.
    verify : bool
        Compare the rows with the digest too.
    into : ndarray, shape (`MOST_ROWS` or more, 6), optional
        Where to put the rows; its first ones are returned.

    Raises
    ------
    DamagedCandles
        It is not a whole file of a store, or holds something else.
    """
    import pyarrow as pa

    opened = _open(place, path)
    if opened is None:
        return None
    with opened:
        label = _label(place, path, opened)
        if (label.exchange, label.symbol) != (exchange, symbol):
            whose = f"it holds {label.symbol!r} on {label.exchange!r}"
            raise errors.damaged_file(place.address(path), whose)
        try:
            table = opened.read(columns=list(COLUMNS), use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise errors.damaged_file(place.address(path), _first_line(error)) from None
        if table.num_rows != label.rows or label.rows > MOST_ROWS:
            raise errors.damaged_file(place.address(path), "it has another number of rows")
        rows = (np.empty((label.rows, 6)) if into is None else into)[: label.rows]
        _copy(table, rows)
    if verify and _digest(rows) != label.digest:
        raise errors.damaged_file(place.address(path), "its rows do not have the digest it names")
    return rows


def _copy(table: Any, rows: FloatArray) -> None:
    import pyarrow as pa

    for column in range(6):
        begin = 0
        for chunk in table.column(column).chunks:
            numbers = chunk.view(pa.int64()) if column == TIME else chunk
            rows[begin : begin + len(chunk), column] = numbers.to_numpy()
            begin += len(chunk)


def _digest(rows: FloatArray) -> str:
    return hashlib.blake2b(np.ascontiguousarray(rows).data, digest_size=16).hexdigest()


def _open(place: Place, path: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(place.source(path), memory_map=True)
    except FileNotFoundError:
        return None
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        raise errors.damaged_file(place.address(path), _first_line(error)) from None


def _label(place: Place, path: str, opened: Any) -> Label:
    facts = (opened.schema_arrow.metadata or {}).get(_KEY)
    if facts is None or not set(COLUMNS) <= set(opened.schema_arrow.names):
        raise errors.damaged_file(place.address(path), "it was not written by this store")
    try:
        known = json.loads(facts)
        written_as = known.pop("format")
        if written_as == _FORMAT:
            return Label(**known)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise errors.damaged_file(place.address(path), "its footer makes no sense") from None
    why = f"its format {written_as!r} is that of another version of hindcaster"
    raise errors.damaged_file(place.address(path), why)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
