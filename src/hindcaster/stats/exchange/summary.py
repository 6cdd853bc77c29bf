"""The dictionary of metrics that `research.backtest` returns, put together from its families."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hindcaster._types import FloatArray
from hindcaster.stats.exchange import ratios, samples
from hindcaster.stats.exchange.trades import (
    count_metrics,
    frequency_metrics,
    holding_metrics,
    profit_metrics,
    streak_metrics,
    trade_columns,
)

Metrics = dict[str, float | int]

# The order in which a finished run lists them.
KEYS = (
    *("total", "total_winning_trades", "total_losing_trades"),
    *("starting_balance", "finishing_balance"),
    *("win_rate", "win_rate_longs", "win_rate_shorts", "ratio_avg_win_loss"),
    *("longs_count", "longs_percentage", "shorts_percentage", "shorts_count"),
    *("fee", "net_profit", "net_profit_percentage", "average_win", "average_loss"),
    *("expectancy", "expectancy_percentage", "expected_net_profit_every_100_trades"),
    *("average_holding_period", "average_winning_holding_period"),
    *("average_losing_holding_period", "gross_profit", "gross_loss"),
    *("max_drawdown", "max_underwater_period", "annual_return", "annualization"),
    *("sharpe_ratio", "calmar_ratio", "sortino_ratio", "smart_sharpe", "smart_sortino"),
    *("omega_ratio", "serenity_index", "total_open_trades", "open_pl"),
    *("winning_streak", "losing_streak", "largest_losing_trade", "largest_winning_trade"),
    *("current_streak", "avg_trades_per_day", "avg_trades_per_week", "avg_trades_per_month"),
)


def exchange_metrics(
    trades: Sequence[Mapping[str, Any]],
    balance_samples: FloatArray,
    starting_balance: float,
    finishing_balance: float,
    annualization: int = 365,
    open_trades: int = 0,
    open_pl: float = 0.0,
    minutes: int | None = None,
) -> Metrics:
    """Judge a run on an exchange by its closed trades and its balance samples.

    Parameters
    ----------
    trades : sequence of mappings
        Closed trades of all routes in closing order, with at least the keys `type` ('long' or
        'short'), `PNL` (net of fees), `fee` and `holding_period` (seconds).
    balance_samples : numpy.ndarray of float64, shape (k, 2)
        Time in milliseconds and balance, k >= 1, in the order of time.
    starting_balance, finishing_balance : float
        Balance of the wallet at the start and at the end.
    annualization : {365, 252}
        Days per year by which the Sharpe and Sortino ratios are scaled. Default 365.
    open_trades : int
        Positions that were still open at the end (they are in `trades` as well). Default 0.
    open_pl : float
        Their profit before fees. Default 0.
    minutes : int or None
        Minutes from the first candle's open to the last one's close. Default None: the run is
        under way, and the mean numbers of trades per day, week and month are 0.

    Returns
    -------
    dict
        The keys of `KEYS`, plain floats and ints, NaN where undefined. Without trades only
        `total`, `win_rate`, `net_profit_percentage` and `annualization`.

    Examples
    --------
    >>> import numpy as np
    >>> won = {"type": "long", "PNL": 9.79, "fee": 0.21, "holding_period": 60.0}
    >>> lost = {"type": "long", "PNL": -5.215, "fee": 0.215, "holding_period": 60.0}
    >>> balances = np.array([[0.0, 10_000.0], [240_000.0, 10_004.575]])
    >>> metrics = exchange_metrics([won, lost], balances, 10_000.0, 10_004.575, minutes=4)
    >>> metrics["total"], metrics["win_rate"], metrics["avg_trades_per_day"]
    (2, 0.5, 576.0)
    >>> round(metrics["net_profit"], 3), round(metrics["expectancy"], 4)
    (4.575, 2.2875)
    >>> exchange_metrics([], balances[:1], 10_000.0, 10_000.0)
    {'total': 0, 'win_rate': 0, 'net_profit_percentage': 0, 'annualization': 365}
    """
    if not trades:
        return {
            "total": 0,
            "win_rate": 0,
            "net_profit_percentage": 0,
            "annualization": annualization,
        }
    columns = trade_columns(trades)
    found: Metrics = {
        "starting_balance": float(starting_balance),
        "finishing_balance": float(finishing_balance),
        "annualization": int(annualization),
        "total_open_trades": int(open_trades),
        "open_pl": float(open_pl),
        **count_metrics(columns),
        **profit_metrics(columns, starting_balance),
        **holding_metrics(columns),
        **streak_metrics(columns),
        **frequency_metrics(len(trades), minutes),
        **balance_metrics(balance_samples, annualization),
    }
    return {key: found[key] for key in KEYS}


def balance_metrics(balance_samples: FloatArray, annualization: int) -> Metrics:
    """Judge the course of the balance; see `exchange_metrics` for the arguments.

    Returns
    -------
    dict
        `annual_return` and `max_drawdown` (at or below 0) in per cent, `max_underwater_period` in
        whole days, and the risk ratios, all NaN below two samples. The Sortino ratio without
        negative returns, which is infinite, is the same in its smart form.
    """
    time, balance = balance_samples[:, 0], balance_samples[:, 1]
    returns = samples.returns_between(balance)
    if not returns.size:
        return dict.fromkeys(_OF_RETURNS, math.nan)
    growth = samples.growth_of(returns)
    drawdown = samples.drawdown_of(growth)
    days = samples.elapsed_days(time)
    deepest = samples.max_drawdown(drawdown)
    yearly = samples.annual_return(growth, days)
    penalty = ratios.smart_penalty(returns)
    sharpe = ratios.sharpe_ratio(returns, annualization)
    sortino = ratios.sortino_ratio(returns, annualization)
    return {
        "max_drawdown": 100.0 * deepest,
        "max_underwater_period": samples.max_underwater_period(time, balance),
        "annual_return": 100.0 * yearly,
        "sharpe_ratio": sharpe,
        "calmar_ratio": ratios.calmar_ratio(yearly, deepest, days),
        "sortino_ratio": sortino,
        "smart_sharpe": sharpe / penalty,
        "smart_sortino": sortino / penalty if (returns < 0).any() else sortino,
        "omega_ratio": ratios.omega_ratio(returns),
        "serenity_index": ratios.serenity_index(returns, drawdown),
    }


_OF_RETURNS = (
    *("max_drawdown", "max_underwater_period", "annual_return", "sharpe_ratio", "calmar_ratio"),
    *("sortino_ratio", "smart_sharpe", "smart_sortino", "omega_ratio", "serenity_index"),
)
