"""Test trading strategies on historical prices.

>>> from hindcaster import Backtest, Strategy
"""

from hindcaster import lib
from hindcaster._version import __version__
from hindcaster.backtest import Backtest
from hindcaster.strategy import Strategy

__all__ = ["Backtest", "Strategy", "__version__", "lib"]
