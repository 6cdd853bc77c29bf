"""The result of a run: statistics as a Series, with the frames behind them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster.engine import codes

if TYPE_CHECKING:
    from hindcaster._types import AnyArray, FloatArray, IntArray, RecordArray
    from hindcaster.data.series import _Indicator
    from hindcaster.engine.ledger.broker import LedgerBroker
    from hindcaster.stats.time_axis import TimeAxis
    from hindcaster.stats.trades import ClosedTrades


class Result(pd.Series):
    """Statistics of a run by name; a pandas Series that prints itself in full.

    Rows whose names start with an underscore hold the strategy instance and the frames of
    trades, orders and equity. Slices of it are plain Series.
    """

    def __repr__(self) -> str:
        with pd.option_context(
            "display.max_colwidth", 20, "display.max_rows", None, "display.precision", 5
        ):
            return pd.Series(self.to_numpy(), self.index, dtype=object).to_string(
                na_rep="--", dtype=True
            )

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", 40, "display.precision", 5):
            shown = self[[name for name in self.index if not str(name).startswith("_")]]
            html: str = shown.to_frame("").to_html(na_rep="--", header=False)
            return html

    @property
    def _constructor(self) -> type[pd.Series]:
        return pd.Series


def build_result(
    broker: LedgerBroker,
    axis: TimeAxis,
    equity: FloatArray,
    close: FloatArray,
    warmup: int,
    indicators: list[_Indicator],
    strategy: Any,
) -> Result:
    """Compute the statistics of a finished run and put them together with its records."""
    from hindcaster.stats.summary import summarize

    columns = trade_columns(broker, axis)
    closed = closed_trades(columns, axis)
    # Left to right like a plain loop: NumPy's pairwise sum differs in the last bits.
    commissions = sum(columns["Commission"].tolist())
    rows, curve = summarize(axis, equity, close, closed, warmup=warmup, commissions=commissions)
    rows["_strategy"] = strategy
    rows["_equity_curve"] = curve
    rows["_trades"] = trades_frame(columns, indicators)
    rows["_orders"] = orders_frame(broker, axis.index)
    return result_of(rows)


def result_of(rows: dict[str, Any]) -> Result:
    """Make a result of rows by name, whatever they hold."""
    values = np.empty(len(rows), object)
    for position, value in enumerate(rows.values()):
        values[position] = value
    return Result(values, index=list(rows), dtype=object)


def closed_trades(columns: dict[str, Any], axis: TimeAxis) -> ClosedTrades:
    """Pick the columns of trades that statistics need."""
    from hindcaster.stats.trades import ClosedTrades

    return ClosedTrades(
        columns["EntryBar"],
        columns["ExitBar"],
        columns["PnL"],
        columns["ReturnPct"],
        np.asarray(columns["Duration"]).view(axis.ticks.dtype),
    )


def trade_columns(broker: LedgerBroker, axis: TimeAxis) -> dict[str, Any]:
    """Make the columns of `_trades` from the records of closed trades, in closing order."""
    records = broker.trades[np.array(broker.closed_trades(), np.int64)]
    size = records["size"].copy()
    entry, exit_ = records["entry_price"].copy(), records["exit_price"].copy()
    entry_bar, exit_bar = records["entry_bar"].copy(), records["exit_bar"].copy()
    commission = records["commission"].copy()
    with np.errstate(all="ignore"):
        pnl = size * (exit_ - entry) - commission
        return_pct = np.sign(size) * (exit_ / entry - 1) - commission / (np.abs(size) * entry)
    index = axis.index
    entry_time, exit_time = index[entry_bar], index[exit_bar]
    spans = axis.ticks[exit_bar] - axis.ticks[entry_bar]
    return {
        "Size": size if records["is_float"].any() or not len(size) else size.astype(np.int64),
        "EntryBar": entry_bar,
        "ExitBar": exit_bar,
        "EntryPrice": entry,
        "ExitPrice": exit_,
        "SL": _bracket_prices(records["sl_order"], broker.orders["stop"]),
        "TP": _bracket_prices(records["tp_order"], broker.orders["limit"]),
        "PnL": pnl,
        "Commission": commission,
        "ReturnPct": return_pct,
        "EntryTime": entry_time,
        "ExitTime": exit_time,
        "Duration": spans.view(f"m8[{axis.unit}]") if axis.is_datetime else spans,
        "Tag": broker.tags_of(records),
    }


def _bracket_prices(orders: IntArray, prices: FloatArray) -> AnyArray:
    """Price of each trade's stop-loss or take-profit: objects (all None) if no trade has one."""
    absent = orders == codes.ABSENT
    if absent.all():
        return np.full(len(orders), None, object)
    return np.where(absent, np.nan, prices[orders])


def trades_frame(columns: dict[str, Any], indicators: list[_Indicator]) -> pd.DataFrame:
    """Build `_trades`: a row per closed trade, with the indicators' values at both ends."""
    if not len(columns["PnL"]):
        return pd.DataFrame({name: np.empty(0) for name in columns})
    frame = dict(columns)
    for indicator in indicators:
        values = np.atleast_2d(np.asarray(indicator))
        for row, full in enumerate(values):
            suffix = f"_{row}" if len(values) > 1 else ""
            frame[f"Entry_{indicator.name}{suffix}"] = full[columns["EntryBar"]]
            frame[f"Exit_{indicator.name}{suffix}"] = full[columns["ExitBar"]]
    return pd.DataFrame(frame, copy=False)


def orders_frame(broker: LedgerBroker, index: pd.Index) -> pd.DataFrame:
    """Build `_orders`: a row for every order ever placed, and what became of it."""
    records = broker.orders[: broker.account["n_orders"][0]]
    if not len(records):
        return pd.DataFrame({name: np.empty(0, object) for name in ORDER_COLUMNS})
    done = records["done_bar"].copy()
    columns = (
        records["placed_bar"].copy(),
        index[records["placed_bar"]],
        _names(codes.SIDE_NAMES, (records["size"] > 0).astype(np.int64)),
        _names(codes.ROLE_NAMES, records["role"]),
        records["size"].copy(),
        *(_price_column(records[name]) for name in ("limit", "stop", "sl", "tp")),
        broker.tags_of(records),
        _names(codes.STATE_NAMES, records["state"]),
        done,
        _labels_or_missing(index, done),
        records["fill_price"].copy(),
        records["filled"].copy(),
        _names(codes.REASON_TEXTS, _reasons(broker, records)),
    )
    return pd.DataFrame(dict(zip(ORDER_COLUMNS, columns, strict=True)), copy=False)


ORDER_COLUMNS = (
    "PlacedBar",
    "PlacedTime",
    "Side",
    "Role",
    "Size",
    "Limit",
    "Stop",
    "SL",
    "TP",
    "Tag",
    "Outcome",
    "Bar",
    "Time",
    "FillPrice",
    "FilledSize",
    "Reason",
)


def _names(names: tuple[str, ...], numbers: AnyArray) -> Any:
    """Make a column of texts from their numbers."""
    return _text_column(names).take(numbers)


@cache
def _text_column(names: tuple[str, ...]) -> Any:
    # Taking from such a column is cheaper than letting pandas look at each text of a new one.
    return pd.Series(names).array


def _price_column(prices: FloatArray) -> FloatArray:
    return np.where(prices == 0.0, np.nan, prices)


def _labels_or_missing(index: pd.Index, bars: IntArray) -> Any:
    """Index labels of bars, missing (NaT, NaN or None) for ABSENT."""
    absent = bars == codes.ABSENT
    if not absent.any():
        return index[bars]
    if isinstance(index, pd.DatetimeIndex):
        return index.take(bars, allow_fill=True, fill_value=pd.NaT)  # type: ignore[arg-type]
    if pd.api.types.is_numeric_dtype(index.dtype):
        return np.where(absent, np.nan, index.to_numpy(np.float64)[bars])
    labels: AnyArray = index.to_numpy(object)[bars]
    labels[absent] = None
    return labels


def _reasons(broker: LedgerBroker, records: RecordArray) -> IntArray:
    """Codes of why orders ended, or why they did not."""
    reasons: IntArray = records["reason"].copy()
    waiting = records["state"] == codes.WAITING
    on_last_bar = records["placed_bar"] == len(broker.bars) - 1
    reasons[waiting] = codes.OPEN_BANKRUPT if broker.bankrupt else codes.OPEN_NOT_REACHED
    if not broker.bankrupt:
        reasons[waiting & on_last_bar] = codes.OPEN_NO_BAR_LEFT
    return reasons
