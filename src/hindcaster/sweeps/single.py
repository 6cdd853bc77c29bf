"""The score of one finished account, as of the many that machine code works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hindcaster.results import profits_of
from hindcaster.stats.scores import SCORES, Records, calendar_of, score, scratch_for
from hindcaster.stats.summary import market_of

if TYPE_CHECKING:
    from types import EllipsisType

    from hindcaster._types import FloatArray, RecordArray
    from hindcaster.engine.ledger.broker import LedgerBroker
    from hindcaster.stats.time_axis import TimeAxis


def score_of(
    name: str,
    broker: LedgerBroker,
    axis: TimeAxis,
    close: FloatArray,
    start: int,
    wait: int,
) -> float | EllipsisType | None:
    """Compute one row of the result of a finished run.

    Parameters
    ----------
    name : str
        The row.
    broker : LedgerBroker
        The account.
    axis : TimeAxis
        Index of the bars that statistics are about: the last ones of the account's.
    close : array of float
        Their closes.
    start : int
        First bar that the strategy saw.
    wait : int
        Bars before the indicators had values.

    Returns
    -------
    float, None or Ellipsis
        None without trades, an Ellipsis if the equity of a bar is not known.
    """
    count = int(broker.account["n_closed"][0])
    if not count:
        return None
    begin = len(broker.bars) - len(close)
    equity = broker.equity[begin:]
    first = max(start - begin, 0)
    if np.isnan(equity[first:]).any():
        return ...
    equity[:first] = equity[first]
    calendar = calendar_of(axis, close, market_of(axis, close))
    trades = records_of(broker, count, begin)
    room = scratch_for(len(equity))
    value = score(SCORES[name], equity, trades, count, max(wait - begin, 0), calendar, room)
    return float(value)


def records_of(broker: LedgerBroker, count: int, begin: int) -> Records:
    """Take what scores need of closed trades."""
    rows: RecordArray = broker.trades.take(broker.closed[:count])
    return Records(rows["entry_bar"] - begin, rows["exit_bar"] - begin, *profits_of(rows))
