"""Closed trades and orders as they are drawn, one mark each or grouped like the candles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, FloatArray, IntArray
from hindcaster.data.frame import OHLC
from hindcaster.plotting.aggregation import Groups


@dataclass(frozen=True)
class Trades:
    """Columns of the trades to draw, in the order of their exits.

    `entry` and `exit` are positions among the candles; `count` is how many trades each row stands
    for. Prices of stop-loss and take-profit are NaN where there was none.
    """

    entry: IntArray
    exit: IntArray
    entry_price: FloatArray
    exit_price: FloatArray
    size: FloatArray
    pnl: FloatArray
    returns: FloatArray
    sl: FloatArray
    tp: FloatArray
    tag: list[str]
    count: IntArray

    @property
    def marker_size(self) -> FloatArray:
        """Pixels from 8 to 20, by the size of the trade; 20 if all have the same."""
        sizes = np.abs(self.size)
        return np.interp(sizes, (sizes.min(), sizes.max()), (8, 20))


def trades_of(frame: pd.DataFrame, groups: Groups | None) -> Trades:
    """Read `_trades`, in groups if the bars are drawn in groups."""
    frame = frame.sort_values("ExitBar", kind="stable")
    trades = Trades(
        frame["EntryBar"].to_numpy(np.int64),
        frame["ExitBar"].to_numpy(np.int64),
        _numbers(frame["EntryPrice"]),
        _numbers(frame["ExitPrice"]),
        _numbers(frame["Size"]),
        _numbers(frame["PnL"]),
        _numbers(frame["ReturnPct"]),
        _numbers(frame["SL"]) if "SL" in frame else np.full(len(frame), np.nan),
        _numbers(frame["TP"]) if "TP" in frame else np.full(len(frame), np.nan),
        _texts(frame["Tag"]) if "Tag" in frame else [""] * len(frame),
        np.ones(len(frame), np.int64),
    )
    return trades if groups is None or not len(frame) else _grouped(trades, groups)


def _grouped(trades: Trades, groups: Groups) -> Trades:
    """Put together trades that end in the same candle.

    Each group is drawn in the candles that hold the mean of its bars of entry and of exit.
    """
    candle = groups.of(trades.exit)
    first = np.flatnonzero(np.diff(candle, prepend=-1))
    counts = np.diff(np.append(first, len(candle)))

    def total(values: AnyArray) -> FloatArray:
        return cast("FloatArray", np.add.reduceat(values.astype(np.float64), first))

    weights = np.abs(trades.size)
    nothing = np.full(len(first), np.nan)
    return Trades(
        groups.of(total(trades.entry) / counts),
        candle[first],
        total(trades.entry_price) / counts,
        total(trades.exit_price) / counts,
        total(trades.size),
        total(trades.pnl),
        total(trades.returns * weights) / total(weights),
        nothing,
        nothing,
        [tag if n == 1 else "" for tag, n in zip(_take(trades.tag, first), counts, strict=True)],
        counts,
    )


def _take(texts: list[str], places: IntArray) -> list[str]:
    return [texts[place] for place in places.tolist()]


class Orders(NamedTuple):
    """Orders that came to nothing: where they were placed, and why."""

    candle: IntArray
    price: FloatArray
    rejected: list[bool]
    columns: dict[str, Any]


_NEAR = 0.1  # of the price: what lies farther away would be out of the picture
_SHOWN = ("Side", "Size", "Limit", "Stop", "SL", "TP", "Tag", "Reason")


def orders_of(
    frame: pd.DataFrame | None, data: pd.DataFrame, groups: Groups | None
) -> Orders | None:
    """Read rejected and cancelled orders from `_orders`; None if there are none.

    Orders that belong to trades are left out: each trade that closes cancels some. An order
    without a price, or with one far away, is drawn at the close of the bar that placed it.
    """
    if frame is None or not len(frame):
        return None
    chosen = frame["Outcome"].isin(["rejected", "cancelled"]) & (frame["Role"] == "entry")
    frame = frame[chosen]
    if not len(frame):
        return None
    bars = np.maximum(frame["PlacedBar"].to_numpy(np.int64), 0)
    price = _numbers(frame["Limit"])
    price = np.where(np.isnan(price), _numbers(frame["Stop"]), price)
    closes = data[OHLC[3]].to_numpy(np.float64)[bars]
    columns = {
        name: _texts(frame[name]) if name in ("Side", "Tag", "Reason") else _numbers(frame[name])
        for name in _SHOWN
    }
    return Orders(
        bars if groups is None else groups.of(bars),
        np.where(np.abs(price - closes) <= _NEAR * np.abs(closes), price, closes),
        (frame["Outcome"] == "rejected").tolist(),
        columns,
    )


def _numbers(column: pd.Series[Any]) -> FloatArray:
    if column.dtype == object:
        column = pd.to_numeric(column, errors="coerce")
    return column.to_numpy(np.float64, na_value=np.nan)


def _texts(column: pd.Series[Any]) -> list[str]:
    values = column.tolist()
    return ["" if value is None or value != value else str(value) for value in values]
