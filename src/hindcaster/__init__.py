"""Test trading strategies on historical prices.

>>> from hindcaster import Backtest, Strategy
"""

from hindcaster import lib
from hindcaster._compat import Pool, set_bokeh_output, try_
from hindcaster._version import __version__
from hindcaster.backtest import Backtest
from hindcaster.errors import NotCompilable
from hindcaster.strategy import Strategy

__all__ = [
    "Backtest",
    "NotCompilable",
    "Pool",
    "Strategy",
    "__version__",
    "lib",
    "set_bokeh_output",
    "try_",
]
