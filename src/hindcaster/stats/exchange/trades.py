"""Metrics of the closed trades of an exchange simulation.

A trade with a profit of zero counts as a trade, but neither as won nor as lost. Profits are net of
fees, in the quote currency; times are milliseconds and holding periods seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hindcaster._types import BoolArray, FloatArray

MINUTES_PER_DAY = 1440
DAYS_PER_WEEK = 7
DAYS_PER_MONTH = 30.44


class TradeColumns(NamedTuple):
    """Closed trades in closing order, one array element per trade.

    Attributes
    ----------
    pnl : numpy.ndarray of float64
        Profit in the quote currency, net of fees. NaN is neither won nor lost.
    fee : numpy.ndarray of float64
        Fees of all fills of the trade.
    holding_period : numpy.ndarray of float64
        Seconds from the opening to the closing fill.
    is_long : numpy.ndarray of bool
        Whether the trade was opened by buying.
    """

    pnl: FloatArray
    fee: FloatArray
    holding_period: FloatArray
    is_long: BoolArray


def trade_columns(trades: Sequence[Mapping[str, Any]]) -> TradeColumns:
    """Read what the metrics need out of trade records."""

    def column(key: str) -> FloatArray:
        return np.fromiter((trade[key] for trade in trades), np.float64, len(trades))

    is_long = np.fromiter((trade["type"] == "long" for trade in trades), np.bool_, len(trades))
    return TradeColumns(column("PNL"), column("fee"), column("holding_period"), is_long)


def count_metrics(trades: TradeColumns) -> dict[str, float | int]:
    """Count trades and judge how many were won, in all and on each side.

    Parameters
    ----------
    trades : TradeColumns
        At least one trade.

    Returns
    -------
    dict
        Numbers of trades (int), the percentages of both sides, and the win rates as fractions:
        won / (won + lost), 0 if none was won.
    """
    won, lost, is_long = trades.pnl > 0, trades.pnl < 0, trades.is_long
    longs = int(is_long.sum())
    longs_percentage = 100.0 * longs / len(is_long)
    return {
        "total": len(is_long),
        "total_winning_trades": int(won.sum()),
        "total_losing_trades": int(lost.sum()),
        "win_rate": _win_rate(won, lost),
        "win_rate_longs": _win_rate(won & is_long, lost & is_long),
        "win_rate_shorts": _win_rate(won & ~is_long, lost & ~is_long),
        "longs_count": longs,
        "longs_percentage": longs_percentage,
        "shorts_percentage": 100.0 - longs_percentage,
        "shorts_count": len(is_long) - longs,
    }


def profit_metrics(trades: TradeColumns, starting_balance: float) -> dict[str, float | int]:
    """Add up what the trades earned, and what one of them can be expected to earn.

    Parameters
    ----------
    trades : TradeColumns
        At least one trade.
    starting_balance : float
        Balance at the start of the run, the basis of the percentages.

    Returns
    -------
    dict
        Sums and means in the quote currency; a mean over no trade is NaN.
        ``expectancy = average_win * win_rate - average_loss * (1 - win_rate)``, in which a mean
        over no trade counts as 0. ``expected_net_profit_every_100_trades`` is a percentage of
        `starting_balance`, as the other percentages are.
    """
    pnl = trades.pnl
    won, lost = pnl > 0, pnl < 0
    win_rate = _win_rate(won, lost)
    average_win = _mean(pnl[won])
    average_loss = abs(_mean(pnl[lost]))
    expected_gain = average_win * win_rate if won.any() else 0.0
    expected_loss = average_loss * (1.0 - win_rate) if lost.any() else 0.0
    net_profit = float(np.nansum(pnl))
    expectancy = expected_gain - expected_loss
    expectancy_percentage = 100.0 * expectancy / starting_balance
    return {
        "ratio_avg_win_loss": average_win / average_loss,
        "fee": float(trades.fee.sum()),
        "net_profit": net_profit,
        "net_profit_percentage": 100.0 * net_profit / starting_balance,
        "average_win": average_win,
        "average_loss": average_loss,
        "expectancy": expectancy,
        "expectancy_percentage": expectancy_percentage,
        "expected_net_profit_every_100_trades": 100.0 * expectancy_percentage,
        "gross_profit": float(pnl[won].sum()),
        "gross_loss": float(pnl[lost].sum()),
        "largest_losing_trade": float(pnl[lost].min(initial=0.0)),
        "largest_winning_trade": float(pnl[won].max(initial=0.0)),
    }


def holding_metrics(trades: TradeColumns) -> dict[str, float | int]:
    """Average the holding periods in seconds; NaN over no trade."""
    return {
        "average_holding_period": _mean(trades.holding_period),
        "average_winning_holding_period": _mean(trades.holding_period[trades.pnl > 0]),
        "average_losing_holding_period": _mean(trades.holding_period[trades.pnl < 0]),
    }


def streak_metrics(trades: TradeColumns) -> dict[str, float | int]:
    """Find the longest runs of won and of lost trades, and the run that is not yet over.

    A trade that is neither won nor lost ends a run. The current run is negative while losing.
    """
    winning = losing = current = 0
    for sign in np.sign(trades.pnl).tolist():
        if math.isnan(sign) or sign == 0:
            current = 0
        else:
            current = current + int(sign) if current * sign > 0 else int(sign)
        winning = max(winning, current)
        losing = max(losing, -current)
    return {"winning_streak": winning, "losing_streak": losing, "current_streak": current}


def frequency_metrics(total: int, minutes: int | None) -> dict[str, float | int]:
    """Spread the number of trades over the time of the run.

    Parameters
    ----------
    total : int
        Number of closed trades.
    minutes : int or None
        Minutes from the first candle's open to the last one's close; one more is counted. None,
        as while a run is under way, makes the means 0.
    """
    per_day = 0.0 if minutes is None else total / ((minutes + 1) / MINUTES_PER_DAY)
    return {
        "avg_trades_per_day": per_day,
        "avg_trades_per_week": per_day * DAYS_PER_WEEK,
        "avg_trades_per_month": per_day * DAYS_PER_MONTH,
    }


def _win_rate(won: BoolArray, lost: BoolArray) -> float:
    wins = int(won.sum())
    return wins / (wins + int(lost.sum())) if wins else 0.0


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else math.nan
