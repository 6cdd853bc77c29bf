"""Strategies for exchange simulations: what to derive from.

>>> from hindcaster.strategies import Strategy, cached
"""

from hindcaster.strategies.memo import cached
from hindcaster.strategies.strategy import Strategy

__all__ = ["Strategy", "cached"]
