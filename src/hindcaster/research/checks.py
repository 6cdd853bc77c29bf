"""Whether candles have the form that a run needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster.engine.exchange.bars import first_bad_row
from hindcaster.engine.exchange.columns import TIME


def check_candles(candles: Mapping[str, Any]) -> None:
    """Refuse candles that have another form, or times that do not rise minute by minute."""
    if not isinstance(candles, Mapping):
        raise errors.not_a_mapping("candles", candles)
    if not candles:
        raise errors.empty_candles()
    for name, entry in candles.items():
        where = f"candles[{name!r}]"
        check_entry(where, entry, ("exchange", "symbol", "candles"))
        check_rows(f"{where}['candles']", entry["candles"])


def check_entry(where: str, entry: Any, parts: Iterable[str]) -> None:
    """Refuse what stands for one symbol's candles if it is no dict, or lacks a key."""
    if not isinstance(entry, Mapping):
        raise errors.not_a_mapping(where, entry)
    for part in parts:
        if part not in entry:
            raise errors.route_key_missing(where, part)


def check_rows(where: str, rows: Any) -> None:
    """Refuse an array that is not one of candles."""
    if not isinstance(rows, np.ndarray):
        raise errors.bad_candles(where, type(rows).__name__)
    if rows.ndim != 2 or rows.shape[1] != 6 or not len(rows):
        raise errors.bad_candles(where, f"shape {rows.shape}")
    if rows.dtype.kind not in "fiu":
        raise errors.bad_candles(where, f"dtype {rows.dtype}")
    times = np.ascontiguousarray(rows[:, TIME], dtype=np.float64)
    bad = first_bad_row(times)
    if bad < 0:
        raise errors.candle_rows_not_rising(where, -1 - bad)
    if bad < len(times):
        raise errors.candle_time_unaligned(where, bad, float(times[bad]))
