"""Candles, strategies and runs for tests of exchange simulations.

A trade is shown as (type, qty, entry price, exit price, PNL, fee, opened, closed), the times in
minutes since the first trading candle opened: candle k, counted from 0, closes at minute k + 1.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from hindcaster.helpers import key
from hindcaster.research import backtest
from hindcaster.strategies import Strategy

START = 1_609_459_200_000
EXCHANGE = "Fake Exchange"
SYMBOL = "BTC-USDT"
FLAT = (100, 100, 100, 100)


def rows(values, start: int = START) -> np.ndarray:
    """Candles from tuples of open, close, high, low and perhaps volume."""
    return np.array(
        [
            [start + i * 60_000, *row[:4], row[4] if len(row) > 4 else 1]
            for i, row in enumerate(values)
        ],
        dtype=float,
    )


def flat(count: int, price: float = 100.0, start: int = START) -> np.ndarray:
    return rows([(price,) * 4] * count, start)


def ramp(count: int, start: int = START, first: float = 100) -> np.ndarray:
    return rows(
        [(first + i, first + i + 1, first + i + 1.5, first + i - 0.5, i + 1) for i in range(count)],
        start,
    )


def futures(**changes: Any) -> dict[str, Any]:
    return {
        "starting_balance": 10_000,
        "fee": 0,
        "type": "futures",
        "futures_leverage": 2,
        "futures_leverage_mode": "cross",
        "exchange": EXCHANGE,
        "warm_up_candles": 0,
        **changes,
    }


def spot(**changes: Any) -> dict[str, Any]:
    return {
        "starting_balance": 10_000,
        "fee": 0.001,
        "type": "spot",
        "exchange": EXCHANGE,
        "warm_up_candles": 0,
        **changes,
    }


def pack(candles) -> dict[str, Any]:
    """The form of `candles` from an array of one symbol, or a dict of arrays by symbol."""
    if isinstance(candles, np.ndarray):
        candles = {SYMBOL: candles}
    return {
        key(EXCHANGE, symbol): {"exchange": EXCHANGE, "symbol": symbol, "candles": array}
        for symbol, array in candles.items()
    }


def route(strategy: Any, symbol: str = SYMBOL, timeframe: str = "1m") -> dict[str, Any]:
    return {
        "exchange": EXCHANGE,
        "symbol": symbol,
        "timeframe": timeframe,
        "strategy": strategy,
    }


def data_route(symbol: str, timeframe: str) -> dict[str, Any]:
    return {"exchange": EXCHANGE, "symbol": symbol, "timeframe": timeframe}


def run(
    strategy, candles, timeframe="1m", config=None, data_routes=(), warm=None, routes=None, **more
) -> dict[str, Any]:
    return backtest(
        config or futures(),
        routes or [route(strategy, timeframe=timeframe)],
        list(data_routes),
        pack(candles),
        None if warm is None else pack(warm),
        **more,
    )


def minute(time: float) -> float:
    return round((time - START) / 60_000, 6)


def trades(result) -> list[tuple]:
    keys = ("type", "qty", "entry_price", "exit_price", "PNL", "fee")
    return [
        (
            *(trade[name] if name == "type" else round(trade[name], 8) for name in keys),
            minute(trade["opened_at"]),
            minute(trade["closed_at"]),
        )
        for trade in result["trades"]
    ]


def fills(result) -> list[tuple]:
    """Side, type, quantity, price and reduce-only of all filled orders."""
    keys = ("side", "type", "qty", "price", "reduce_only")
    return [
        tuple(order[name] for name in keys)
        for trade in result["trades"]
        for order in trade["orders"]
    ]


class BuyOnce(Strategy):
    """One entry on the first candle: long 1 at the market."""

    def should_long(self):
        return self.index == 0

    def go_long(self):
        self.buy = 1, self.price


def entry(buy, stop_loss=None, take_profit=None, *, keep=True, **members) -> type[Strategy]:
    """A strategy that enters on the first candle; functions of the strategy stand for values."""

    def value(self, given):
        return given(self) if isinstance(given, Callable) else given

    def go_long(self):
        self.buy = value(self, buy)
        if stop_loss is not None:
            self.stop_loss = value(self, stop_loss)
        if take_profit is not None:
            self.take_profit = value(self, take_profit)

    own = {"go_long": go_long, "should_cancel_entry": lambda self: not keep}
    return type("Entry", (BuyOnce,), {**own, **members})


def at(index: int, action: Callable) -> Callable:
    """A hook that acts in one execution only."""
    return lambda self: action(self) if self.index == index else None


def setting(**values: Any) -> Callable:
    """A hook that sets attributes."""

    def hook(self, *_arguments):
        for name, value in values.items():
            setattr(self, name, value(self) if isinstance(value, Callable) else value)

    return hook


def idle(**members) -> type[Strategy]:
    """A strategy that never trades."""
    return type("Idle", (BuyOnce,), {"should_long": lambda self: False, **members})
