"""Exceptions of exchange simulations, to catch.

>>> from hindcaster.exceptions import InsufficientMargin
"""

from hindcaster.errors.exchange import (
    CandleNotFoundInDatabase,
    CandlesNotFound,
    ConflictingRules,
    EmptyPosition,
    InsufficientBalance,
    InsufficientMargin,
    InvalidConfig,
    InvalidDateRange,
    InvalidRoutes,
    InvalidShape,
    InvalidStrategy,
    InvalidSymbol,
    InvalidTimeframe,
    NegativeBalance,
    OpenPositionError,
    OrderNotAllowed,
    RouteNotFound,
)
from hindcaster.errors.store import DamagedCandles, StoreBusy

__all__ = [
    "CandleNotFoundInDatabase",
    "CandlesNotFound",
    "ConflictingRules",
    "DamagedCandles",
    "EmptyPosition",
    "InsufficientBalance",
    "InsufficientMargin",
    "InvalidConfig",
    "InvalidDateRange",
    "InvalidRoutes",
    "InvalidShape",
    "InvalidStrategy",
    "InvalidSymbol",
    "InvalidTimeframe",
    "NegativeBalance",
    "OpenPositionError",
    "OrderNotAllowed",
    "RouteNotFound",
    "StoreBusy",
]
