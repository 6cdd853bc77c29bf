"""Statistics of a finished run, computed again: for some of its trades, at a risk-free rate."""

from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.driver import warm_up
from hindcaster.results import Result, closed_trades_of, result_of
from hindcaster.stats.time_axis import TimeAxis

_TRADE_COLUMNS = ("EntryBar", "ExitBar", "PnL", "ReturnPct", "Duration")


def compute_stats(
    *,
    stats: "pd.Series[Any]",
    data: pd.DataFrame,
    trades: pd.DataFrame | None = None,
    risk_free_rate: float = 0.0,
) -> Result:
    """Compute the statistics of a run again, for some of its trades or at a risk-free rate.

    Parameters
    ----------
    stats : Series
        What `Backtest.run` returned.
    data : DataFrame
        The prices that were tested.
    trades : DataFrame, optional
        Rows of ``stats["_trades"]``. The equity is then that of an account which makes these
        trades only, with the profit or loss of each booked in full at its entry. If absent, all
        trades count, and the equity is that of the run.
    risk_free_rate : float, default 0
        Yearly rate as a fraction (0.02 is 2 %), for Sharpe Ratio, Sortino Ratio and Alpha.

    Returns
    -------
    Series
        The rows of `Backtest.run` without ``Commissions [$]``. ``_trades`` is the frame passed,
        ``_strategy`` and ``_orders`` are those of the run.

    Raises
    ------
    ValueError
        `data` has not as many bars as the run, or `trades` lacks a column.
    AssertionError
        The rate is not between -1 and 1.

    Examples
    --------
    >>> from hindcaster import Backtest, Strategy
    >>> from hindcaster.test import GOOG
    >>> class Month(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if len(self.data) % 40 == 0:
    ...             self.buy(size=10)
    ...         elif len(self.data) % 40 == 20:
    ...             self.position.close()
    >>> stats = Backtest(GOOG, Month).run()
    >>> won = stats._trades[stats._trades.PnL > 0]
    >>> float(compute_stats(stats=stats, data=GOOG, trades=won)["Win Rate [%]"])
    100.0
    """
    from hindcaster.stats.summary import summarize

    curve = stats["_equity_curve"]
    equity = curve["Equity"].to_numpy(np.float64)
    axis = TimeAxis(curve.index)
    if trades is None:
        trades = stats["_trades"]
    else:
        _check_columns(trades)
        equity = _equity_of(trades, float(equity[0]), len(equity))
    closed = closed_trades_of(trades, axis)
    rows, new_curve = summarize(
        axis,
        equity,
        _closes(data, len(equity)),
        closed,
        warmup=warm_up(stats["_strategy"]),
        risk_free_rate=risk_free_rate,
    )
    if not len(trades) and trades["Duration"].dtype.kind == "m":
        rows["Max. Trade Duration"] = rows["Avg. Trade Duration"] = pd.NaT
    rows["_strategy"] = stats["_strategy"]
    rows["_equity_curve"] = new_curve
    rows["_trades"] = trades
    if "_orders" in stats:
        rows["_orders"] = stats["_orders"]
    return result_of(rows)


def _check_columns(trades: pd.DataFrame) -> None:
    missing = [name for name in _TRADE_COLUMNS if name not in trades]
    if missing:
        raise ValueError(
            f"trades lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}. Pass rows "
            f"of stats['_trades']."
        )


def _closes(data: pd.DataFrame, n_bars: int) -> FloatArray:
    if len(data) != n_bars:
        raise ValueError(
            f"data has {len(data)} bars, but the run had {n_bars}. Pass the data that was tested."
        )
    if not data.index.is_monotonic_increasing:  # as the run itself did
        data = data.sort_index()
    return data["Close"].to_numpy(np.float64)


def _equity_of(trades: pd.DataFrame, start: float, n_bars: int) -> FloatArray:
    """Equity per bar of an account that books the profit of each trade at its entry."""
    bars, place = np.unique(trades["EntryBar"].to_numpy(np.int64), return_inverse=True)
    # Added trade by trade, so that equal sums are equal to the last bit: a drawdown begins and
    # ends on bars where the equity is exactly at its peak.
    levels = np.full(len(bars) + 1, start)
    for first, pnl in zip(place.tolist(), trades["PnL"].tolist(), strict=True):
        levels[first + 1 :] += pnl
    return levels[np.searchsorted(bars, np.arange(n_bars), side="right")]
