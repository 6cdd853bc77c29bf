"""The classes a strategy meets, where scripts that move over look for them."""

from hindcaster.account import Order, Position, Trade
from hindcaster.backtest import Backtest
from hindcaster.strategy import Strategy

__all__ = ["Backtest", "Order", "Position", "Strategy", "Trade"]
