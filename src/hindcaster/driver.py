"""Driving a strategy bar by bar in the interpreter.

The engine is entered only on bars it asked for (`LedgerBroker.wake`); what it would record on the
bars between is filled in when it is entered next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster import errors
from hindcaster._progress import Progress
from hindcaster.data.frame import OHLC
from hindcaster.data.series import _Array, _Indicator

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster._types import AnyArray, FloatArray, RecordArray
    from hindcaster.data.accessor import _Data
    from hindcaster.engine.ledger.broker import Bars, LedgerBroker
    from hindcaster.strategy import Strategy

_CHUNK = 1024  # bars between two looks at the clock


def warm_up(strategy: Strategy) -> int:
    """Bars before every indicator on an attribute has a value: the longest run of NaNs."""
    return max(map(first_value_of, vars(strategy).values()), default=0)


def first_value_of(value: Any) -> int:
    """Bars before an indicator has a value; 0 for anything else on an attribute.

    Scatter indicators are not waited for; a row without any value counts as ready.
    """
    if not (isinstance(value, _Indicator) and value.ndim and not value._opts["scatter"]):
        return 0
    rows = np.asarray(value)
    if rows.dtype != np.float64:
        rows = rows.astype(float)
    return _first_value(rows) if rows.ndim == 1 else max(map(_first_value, rows))


def _first_value(row: AnyArray) -> int:
    """Position of the first value that is not NaN, 0 if there is none."""
    start, size = 0, 64
    while start < len(row):
        part = row[start : start + size]
        first = int((part == part).argmax())
        if part[first] == part[first]:
            return start + first
        start, size = start + size, 4 * size
    return 0


def series_to_reveal(strategy: Strategy, length: int) -> list[tuple[str, _Array]]:
    """Attributes that `next` may see only up to the current bar.

    Indicators and what arithmetic made of them; also whole columns and what `init` computed from
    them, which would show the future otherwise.
    """
    return [
        (name, value)
        for name, value in vars(strategy).items()
        if isinstance(value, _Array)
        and value.ndim
        and (isinstance(value, _Indicator) or value.shape[-1] == length)
    ]


def bars_of(frame: pd.DataFrame) -> Bars:
    """Take the prices of a frame for the engine."""
    from hindcaster.engine.ledger.broker import Bars

    columns: list[FloatArray] = [frame[name].to_numpy(np.float64) for name in OHLC]
    return Bars(*columns)


def notice_texts(notices: RecordArray, index: pd.Index) -> Iterator[str]:
    """Put what the engine reports into words."""
    from hindcaster.engine import codes

    for notice in notices:
        if notice["code"] == codes.NOTICE_BRACKET_DEFERRED:
            yield errors.bracket_deferred(index[notice["bar"]])
        else:
            yield errors.order_unaffordable(
                notice["code"] == codes.NOTICE_NO_UNIT,
                int(notice["bar"]),
                float(notice["equity"]),
                float(notice["available"]),
            )


def run_bars(
    strategy: Strategy,
    broker: LedgerBroker,
    data: _Data,
    revealed: list[tuple[str, _Array]],
    start: int,
) -> bool:
    """Call `next` for the bars from `start` on; False when the account went bankrupt."""
    n_bars = len(broker.bars)
    broker.wake = start
    with Progress(n_bars - start, "Backtest.run", "bar") as progress:
        for first in range(start, n_bars, _CHUNK):
            last = min(first + _CHUNK, n_bars)
            if not _run_chunk(strategy, broker, data, revealed, first, last):
                return False
            progress.update(last - first)
    return True


def _run_chunk(
    strategy: Strategy,
    broker: LedgerBroker,
    data: _Data,
    revealed: list[tuple[str, _Array]],
    first: int,
    last: int,
) -> bool:
    attributes = vars(strategy)
    lines = [(name, full) for name, full in revealed if full.ndim == 1]
    tables = [(name, full) for name, full in revealed if full.ndim > 1]
    shown = data._shown
    for bar in range(first, last):
        data._length = length = bar + 1
        if shown:
            data._forget()
        seen = slice(length)
        for name, full in lines:
            attributes[name] = full[seen]
        if tables:
            for name, full in tables:
                attributes[name] = full[..., seen]
        if bar >= broker.wake and not broker.advance(bar):
            return False
        try:
            strategy.next()
        except Exception as error:
            error.add_note(errors.raised_on_bar(type(strategy).__name__, bar, data._index[bar]))
            raise
    return True
