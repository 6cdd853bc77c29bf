"""`hindcaster.backtesting` under the name that a search-and-replace in a script makes of it."""

from hindcaster.backtesting import Backtest, Order, Position, Strategy, Trade

__all__ = ["Backtest", "Order", "Position", "Strategy", "Trade"]
