"""Random markets and strategies for properties of whole runs."""

import random

import numpy as np
from hypothesis import strategies as st

from .support import START, BuyOnce, futures, route, run, spot

SYMBOLS = ("BTC-USDT", "ETH-USDT")


def market(seed: int, count: int, gaps: bool) -> np.ndarray:
    """A random walk; with `gaps` candles open away from the last close."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.004, count)))
    opening = np.concatenate([[100.0], close[:-1]])
    if gaps:
        opening = opening * np.exp(rng.normal(0, 0.002, count))
    high = np.maximum(opening, close) * (1 + np.abs(rng.normal(0, 0.002, count)))
    low = np.minimum(opening, close) * (1 - np.abs(rng.normal(0, 0.002, count)))
    times = START + np.arange(count) * 60_000.0
    return np.column_stack([times, opening, close, high, low, np.ones(count)])


def trader(seed: int, is_spot: bool) -> type:
    """A strategy that does at random what a strategy can do, small enough for the wallet."""

    class Trader(BuyOnce):
        def __init__(self):
            super().__init__()
            self.random = random.Random(seed)
            self.fills = []

        def prices(self, side):
            count = self.random.choice([1, 1, 2])
            return [
                (
                    self.random.choice([1, 2.5]),
                    self.price * (1 + side * self.random.uniform(-0.01, 0.01)),
                )
                for _ in range(count)
            ]

        def should_long(self):
            return not self.vars["short"] and self.random.random() < 0.5

        def should_short(self):
            self.vars["short"] = not is_spot and self.random.random() < 0.4
            return self.vars["short"]

        def should_cancel_entry(self):
            return self.random.random() < 0.3

        def go_long(self):
            self.buy = self.prices(1)

        def go_short(self):
            self.sell = self.prices(-1)

        def exits(self):
            side, qty = (1 if self.is_long else -1), abs(self.position.qty)
            self.stop_loss = qty, self.price * (1 - side * self.random.uniform(0.001, 0.02))
            self.take_profit = qty, self.price * (1 + side * self.random.uniform(0.001, 0.02))

        def update_position(self):
            if self.random.random() < 0.2:
                self.exits()
            elif not is_spot and self.random.random() < 0.1:
                self.liquidate()

        def on_open_position(self, order):
            self.exits()

    return Trader


@st.composite
def runs(draw, is_spot=None):
    """A function that runs the drawn case, on the drawn candles or on others."""
    seed = draw(st.integers(0, 10_000))
    count = draw(st.integers(20, 400))
    is_spot = draw(st.booleans()) if is_spot is None else is_spot
    timeframe = draw(st.sampled_from(["1m", "3m", "5m", "15m"]))
    symbols = SYMBOLS[: draw(st.sampled_from([1, 2]))]
    fee = draw(st.sampled_from([0, 0.001]))
    if is_spot:
        config = spot(fee=fee)
    else:
        mode = draw(st.sampled_from(["cross", "isolated"]))
        leverage = draw(st.sampled_from([1, 5, 50]))
        config = futures(fee=fee, futures_leverage_mode=mode, futures_leverage=leverage)
    gaps = draw(st.booleans())
    candles = {symbol: market(seed + i, count, gaps) for i, symbol in enumerate(symbols)}
    if draw(st.booleans()):
        missing = draw(st.sets(st.integers(1, count - 1), max_size=10))
        candles = {s: np.delete(array, list(missing), axis=0) for s, array in candles.items()}

    def call(candles=candles, **more):
        routes = [
            route(trader(seed + i, is_spot), symbol, timeframe) for i, symbol in enumerate(symbols)
        ]
        return run(None, candles, config=config, routes=routes, generate_equity_curve=True, **more)

    return call, candles, config
