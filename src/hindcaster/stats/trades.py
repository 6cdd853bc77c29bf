"""Metrics of closed trades."""

import math
from typing import Any, NamedTuple

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray
from hindcaster.stats.returns import geometric_mean, pairwise_sum, sample_variance


class ClosedTrades(NamedTuple):
    """Closed trades in closing order, one array element per trade.

    Attributes
    ----------
    entry_bar, exit_bar : numpy.ndarray of int64
        Bars at which the trade was opened and closed.
    pnl : numpy.ndarray of float64
        Profit in cash, net of commissions.
    return_pct : numpy.ndarray of float64
        Profit over the value at entry, as a fraction (0.02 is 2 %), net of commissions.
    duration : numpy.ndarray of int64 or float64
        Ticks from entry to exit.
    """

    entry_bar: IntArray
    exit_bar: IntArray
    pnl: FloatArray
    return_pct: FloatArray
    duration: Any


class TradeMetrics(NamedTuple):
    """What `trade_metrics` computes; everything is a fraction or a ratio, NaN if undefined."""

    win_rate: float
    best: float
    worst: float
    average: float
    profit_factor: float
    expectancy: float
    sqn: float
    kelly: float


@kernel
def exposed_bars(entry_bar: IntArray, exit_bar: IntArray, n_bars: int) -> int:
    """Count the bars within any closed trade, both its end bars included."""
    count = 0
    end = 0  # bars before it are counted already, if they are in any trade so far
    for k in range(entry_bar.size):
        if k > 0 and entry_bar[k] < entry_bar[k - 1]:
            return _exposed_bars_in_any_order(entry_bar, exit_bar, n_bars)
        begin = max(entry_bar[k], end)
        if exit_bar[k] >= begin:
            end = exit_bar[k] + 1
            count += end - begin
    return count


@subkernel
def _exposed_bars_in_any_order(entry_bar: IntArray, exit_bar: IntArray, n_bars: int) -> int:
    change = np.zeros(n_bars + 1, dtype=np.int32)
    for k in range(entry_bar.size):
        # With fills at the previous close a trade can exit on a bar before its entry.
        if exit_bar[k] >= entry_bar[k]:
            change[entry_bar[k]] += 1
            change[exit_bar[k] + 1] -= 1
    count = 0
    open_trades = 0
    for i in range(n_bars):
        open_trades += change[i]
        if open_trades > 0:
            count += 1
    return count


@kernel
def trade_metrics(pnl: FloatArray, return_pct: FloatArray) -> TradeMetrics:
    """Judge a list of closed trades; at least one."""
    n = pnl.size
    wins = 0
    losses = 0
    won = 0.0
    lost = 0.0
    gains = 0.0
    drains = 0.0
    best = return_pct[0]
    worst = return_pct[0]
    for k in range(n):
        if pnl[k] > 0.0:
            wins += 1
            won += pnl[k]
        elif pnl[k] < 0.0:
            losses += 1
            lost += pnl[k]
        if return_pct[k] > 0.0:
            gains += return_pct[k]
        elif return_pct[k] < 0.0:
            drains -= return_pct[k]
        best = max(best, return_pct[k])
        worst = min(worst, return_pct[k])
    win_rate = wins / n
    kelly = math.nan
    if wins > 0 and losses > 0:
        kelly = win_rate - (1.0 - win_rate) / ((won / wins) / (-lost / losses))
    deviation = math.sqrt(sample_variance(pnl))
    sqn = math.sqrt(n) * (pairwise_sum(pnl) / n) / deviation if deviation > 0.0 else math.nan
    return TradeMetrics(
        win_rate,
        best,
        worst,
        geometric_mean(return_pct),
        gains / drains if drains > 0.0 else math.nan,
        pairwise_sum(return_pct) / n,
        sqn,
        kelly,
    )
