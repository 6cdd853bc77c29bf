"""The result of a run: statistics as a Series, with the frames behind them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.data.blocks import frame_of, label_index
from hindcaster.engine import codes

if TYPE_CHECKING:
    from hindcaster._types import AnyArray, FloatArray, IntArray, RecordArray
    from hindcaster.ambiguity import Ambiguity
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
        from hindcaster.reporting_html import html_table

        return html_table(self)

    @property
    def execution(self) -> Any:
        """How the run was driven: ``compiled`` (bool) and the ``reason`` (str)."""
        return self.attrs.get("execution")

    @property
    def _ambiguity(self) -> Ambiguity:
        """Trades whose result depends on the order of prices inside a bar; made when asked for."""
        from hindcaster.ambiguity import ambiguity_of

        strategy = self.get("_strategy")
        if strategy is None:
            raise errors.no_records()
        broker = strategy._account.broker
        unit = self.attrs.get("price_unit", 1.0)
        return ambiguity_of(broker, self["_trades"], self["_equity_curve"]["Equity"], unit)

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
    span: TimeAxis | None = None,
) -> Result:
    """Compute the statistics of a finished run and put them together with its records.

    Where `span` is given, the index of the last bars, statistics are about these: so are `equity`,
    `close` and `warmup`. Records count all bars.
    """
    from hindcaster.stats.summary import summarize

    columns = trade_columns(broker, axis)
    closed = closed_trades(columns, axis)
    if span is not None:
        before = len(axis.index) - len(span.index)
        closed = closed._replace(
            entry_bar=closed.entry_bar - before, exit_bar=closed.exit_bar - before
        )
    # Left to right like a plain loop: NumPy's pairwise sum differs in the last bits.
    commissions = sum(columns["Commission"].tolist())
    rows, curve = summarize(
        span or axis, equity, close, closed, warmup=warmup, commissions=commissions
    )
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
    return Result(values, index=label_index(tuple(rows)), dtype=object, copy=False)


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


def closed_trades_of(trades: pd.DataFrame, axis: TimeAxis) -> ClosedTrades:
    """Pick the columns of `_trades` that statistics need."""
    from hindcaster.stats.trades import ClosedTrades

    durations: AnyArray
    if axis.is_datetime and len(trades):
        durations = trades["Duration"].to_numpy(f"m8[{axis.unit}]").view(np.int64)
    else:
        durations = trades["Duration"].to_numpy(axis.ticks.dtype)
    return ClosedTrades(
        trades["EntryBar"].to_numpy(np.int64),
        trades["ExitBar"].to_numpy(np.int64),
        trades["PnL"].to_numpy(np.float64),
        trades["ReturnPct"].to_numpy(np.float64),
        durations,
    )


def trade_columns(broker: LedgerBroker, axis: TimeAxis) -> dict[str, Any]:
    """Make the columns of `_trades` from the records of closed trades, in closing order."""
    records = broker.trades.take(broker.closed[: broker.account["n_closed"][0]])
    size, commission = records["size"], records["commission"]
    entry_bar, exit_bar = records["entry_bar"].copy(), records["exit_bar"].copy()
    pnl, return_pct = profits_of(records)
    spans = axis.ticks[exit_bar] - axis.ticks[entry_bar]
    is_float = not len(size) or records["is_float"].any()
    return {
        "Size": size if is_float else size.astype(np.int64),
        "EntryBar": entry_bar,
        "ExitBar": exit_bar,
        "EntryPrice": records["entry_price"],
        "ExitPrice": records["exit_price"],
        "SL": _bracket_prices(records["sl_order"], broker.orders["stop"]),
        "TP": _bracket_prices(records["tp_order"], broker.orders["limit"]),
        "PnL": pnl,
        "Commission": commission,
        "ReturnPct": return_pct,
        "EntryTime": _labels(axis.index, entry_bar),
        "ExitTime": _labels(axis.index, exit_bar),
        "Duration": spans.view(f"m8[{axis.unit}]") if axis.is_datetime else spans,
        "Tag": _tags(broker, records),
    }


def known_equity(broker: LedgerBroker, start: int) -> FloatArray:
    """Equity of every bar of a finished run: what it started with before its first bar."""
    equity: FloatArray = broker.equity
    if start < len(equity):
        equity[:start] = equity[start]
    if np.isnan(equity).any():  # an infinite price leaves gaps, an empty run leaves all
        equity = np.asarray(pd.Series(equity).bfill().fillna(broker.cash), np.float64)
    return equity


def profits_of(records: RecordArray) -> tuple[FloatArray, FloatArray]:
    """Profit in cash, and as a fraction of the value at entry, of closed trades, net of fees."""
    size, commission = records["size"], records["commission"]
    entry, exit_ = records["entry_price"], records["exit_price"]
    with np.errstate(all="ignore"):
        pnl = size * (exit_ - entry) - commission
        return_pct = np.sign(size) * (exit_ / entry - 1) - commission / (np.abs(size) * entry)
    return pnl, return_pct


TRADE_COLUMNS = (
    "Size",
    "EntryBar",
    "ExitBar",
    "EntryPrice",
    "ExitPrice",
    "SL",
    "TP",
    "PnL",
    "Commission",
    "ReturnPct",
    "EntryTime",
    "ExitTime",
    "Duration",
    "Tag",
)


def _bracket_prices(orders: IntArray, prices: FloatArray) -> FloatArray | None:
    """Price of each trade's stop-loss or take-profit; a column of Nones if no trade has one."""
    absent = orders == codes.ABSENT
    if absent.all():
        return None
    return np.where(absent, np.nan, prices[orders])


def _tags(broker: LedgerBroker, records: RecordArray) -> list[Any] | None:
    """Tags of orders or trades; a column of Nones if the strategy gave none."""
    return broker.tags_of(records) if broker.tags else None


def trades_frame(columns: dict[str, Any], indicators: list[_Indicator]) -> pd.DataFrame:
    """Build `_trades`: a row per closed trade, with the indicators' values at both ends."""
    count = len(columns["PnL"])
    if not count:
        return pd.DataFrame({name: np.empty(0) for name in columns})
    frame = dict(columns)
    for indicator in indicators:
        values = np.atleast_2d(np.asarray(indicator))
        for row, full in enumerate(values):
            suffix = f"_{row}" if len(values) > 1 else ""
            frame[f"Entry_{indicator.name}{suffix}"] = full[columns["EntryBar"]]
            frame[f"Exit_{indicator.name}{suffix}"] = full[columns["ExitBar"]]
    return frame_of(frame, count)


def joined_frames(frames: list[pd.DataFrame], names: tuple[str, ...]) -> pd.DataFrame:
    """Put frames of trades or orders of several runs below each other.

    Columns that only some have, which are those of indicators, are NaN for the others.

    Parameters
    ----------
    frames : list of DataFrame
        The frames; empty ones may lack the types of their columns.
    names : tuple of str
        Columns of the result if there are no rows.
    """
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return pd.DataFrame({name: np.empty(0) for name in names})
    found = dict.fromkeys(str(name) for frame in frames for name in frame)
    columns = {name: _joined([_column(frame, name) for frame in frames]) for name in found}
    return pd.DataFrame(columns)


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    return frame[name] if name in frame else pd.Series(np.nan, frame.index)


def _joined(parts: list[pd.Series[Any]]) -> pd.Series[Any]:
    """Join parts of a column; Nones stand for missing numbers where another part has some."""
    if any(part.dtype == np.float64 for part in parts):
        parts = [
            part.astype(np.float64) if part.dtype == object and part.isna().all() else part
            for part in parts
        ]
    return pd.concat(parts, ignore_index=True)


def orders_frame(broker: LedgerBroker, index: pd.Index) -> pd.DataFrame:
    """Build `_orders`: a row for every order ever placed, and what became of it."""
    records = broker.orders[: broker.account["n_orders"][0]]
    if not len(records):
        return pd.DataFrame({name: np.empty(0, object) for name in ORDER_COLUMNS})
    size, placed, done = records["size"], records["placed_bar"], records["done_bar"]
    prices = np.array([records[name] for name in ("limit", "stop", "sl", "tp")])
    prices[prices == 0.0] = np.nan
    columns = (
        placed,
        _labels(index, placed),
        _names(codes.SIDE_NAMES, (size > 0).astype(np.int64)),
        _names(codes.ROLE_NAMES, records["role"]),
        size,
        *prices,
        _tags(broker, records),
        _names(codes.STATE_NAMES, records["state"]),
        done,
        _labels_or_missing(index, done),
        records["fill_price"],
        records["filled"],
        _names(codes.REASON_TEXTS, _reasons(broker, records)),
    )
    return frame_of(dict(zip(ORDER_COLUMNS, columns, strict=True)), len(records))


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


def _labels(index: pd.Index, bars: IntArray) -> Any:
    """Index labels of bars."""
    return index.array.take(bars) if isinstance(index, pd.DatetimeIndex) else index[bars]


def _labels_or_missing(index: pd.Index, bars: IntArray) -> Any:
    """Index labels of bars, missing (NaT, NaN or None) for ABSENT."""
    absent = bars == codes.ABSENT
    if not absent.any():
        return _labels(index, bars)
    if isinstance(index, pd.DatetimeIndex):
        return index.array.take(bars, allow_fill=True)
    if pd.api.types.is_numeric_dtype(index.dtype):
        return np.where(absent, np.nan, index.to_numpy(np.float64)[bars])
    labels: AnyArray = index.to_numpy(object)[bars]
    labels[absent] = None
    return labels


def _reasons(broker: LedgerBroker, records: RecordArray) -> IntArray:
    """Codes of why orders ended, or why they did not."""
    reasons: IntArray = records["reason"].copy()
    waiting = records["state"] == codes.WAITING
    if not waiting.any():
        return reasons
    on_last_bar = records["placed_bar"] == len(broker.bars) - 1
    reasons[waiting] = codes.OPEN_BANKRUPT if broker.bankrupt else codes.OPEN_NOT_REACHED
    if not broker.bankrupt:
        reasons[waiting & on_last_bar] = codes.OPEN_NO_BAR_LEFT
    return reasons
