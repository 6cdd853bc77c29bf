"""Metrics of an exchange simulation, in the keys and conventions of `research.backtest`.

`trades` judges the list of closed trades, `samples` the course of the balance, `ratios` the
returns from one balance sample to the next, `summary` puts the dictionary together.
"""

from hindcaster.stats.exchange.summary import exchange_metrics

__all__ = ["exchange_metrics"]
