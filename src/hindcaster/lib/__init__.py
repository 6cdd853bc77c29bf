"""Composable helpers, base strategies and whole-run tools.

=====================  ========================================================================
In `Strategy.next`     `crossover`, `cross`, `barssince`, `quantile`
In `Strategy.init`     `resample_apply`
Instead of `Strategy`  `SignalStrategy`, `TrailingStrategy`
Instead of `Backtest`  `FractionalBacktest`, `MultiBacktest`
Around a run           `compute_stats`, `OHLCV_AGG`, `TRADES_AGG`
After a search         `plot_heatmaps`, `deflated_sharpe_ratio`, `probability_of_overfitting`
Instead of trust       `check_lookahead`, `check_warmup`
Random prices          `bootstrap_ohlc_data`, `random_ohlc_data`
=====================  ========================================================================
"""

from hindcaster.lib.conditions import barssince, cross, crossover, quantile
from hindcaster.lib.fractional import FractionalBacktest
from hindcaster.lib.heatmaps import plot_heatmaps
from hindcaster.lib.lookahead import LookaheadCheck, check_lookahead
from hindcaster.lib.multi import MultiBacktest
from hindcaster.lib.overfitting import deflated_sharpe_ratio, probability_of_overfitting
from hindcaster.lib.randomized import bootstrap_ohlc_data, random_ohlc_data
from hindcaster.lib.recomputed import compute_stats
from hindcaster.lib.resampling import OHLCV_AGG, TRADES_AGG, resample_apply
from hindcaster.lib.strategies import SignalStrategy, TrailingStrategy
from hindcaster.lib.warmup import WarmUpCheck, check_warmup

__all__ = [
    "OHLCV_AGG",
    "TRADES_AGG",
    "FractionalBacktest",
    "LookaheadCheck",
    "MultiBacktest",
    "SignalStrategy",
    "TrailingStrategy",
    "WarmUpCheck",
    "barssince",
    "bootstrap_ohlc_data",
    "check_lookahead",
    "check_warmup",
    "compute_stats",
    "cross",
    "crossover",
    "deflated_sharpe_ratio",
    "plot_heatmaps",
    "probability_of_overfitting",
    "quantile",
    "random_ohlc_data",
    "resample_apply",
]
