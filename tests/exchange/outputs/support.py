"""Runs for tests of outputs."""

from typing import Any

import numpy as np

from ..drawn import market
from ..support import entry, futures, route, rows, run, spot

FLAGS = ("csv", "json", "logs", "charts", "tradingview", "quantstats")
FILES = ("csv", "json", "logs", "charts", "charts_page", "tradingview", "quantstats")

# Long 1 at 100, out at the target of 105.
WINNER = entry((1, 100), None, (1, 105))
WINNER_ROWS = rows([(100,) * 4, (100, 106, 106, 100), (106,) * 4])


def asked(*names: str) -> dict[str, bool]:
    return {f"generate_{name}": True for name in names}


def winner(*names: str, **more: Any) -> dict[str, Any]:
    """A run of one trade, with the files asked for."""
    return run(WINNER, WINNER_ROWS, **asked(*names), **more)


def busy(is_spot: bool = False) -> type:
    """A strategy that trades often: market and limit entries, targets, stops, closes."""

    def should_long(self):
        return self.index % 3 == 0

    def should_short(self):
        return not is_spot and self.index % 3 == 1

    def go_long(self):
        self.buy = [(1, self.price)] if is_spot else [(1, self.price), (1, self.price * 0.998)]

    def go_short(self):
        self.sell = 1, self.price * 1.001

    def on_open_position(self, order):
        qty, up = abs(self.position.qty), 1 if self.is_long else -1
        self.take_profit = qty, self.price * (1 + up * (0.002 if is_spot else 0.01))
        if not is_spot:
            self.stop_loss = qty, self.price * (1 - up * 0.008)

    def update_position(self):
        if self.index % 11 == 0 and not is_spot:
            self.liquidate()

    hooks = (should_long, should_short, go_short, on_open_position, update_position)
    return type("Busy", (WINNER,), {hook.__name__: hook for hook in (go_long, *hooks)})


def continuous(seed: int, count: int) -> np.ndarray:
    """Candles that open where the last one closed."""
    return market(seed, count, False)


def gapless(seed: int, count: int, timeframe: str = "15m", **more: Any) -> dict[str, Any]:
    return run(busy(), continuous(seed, count), timeframe, config=futures(fee=0.001), **more)


def with_holes(**more: Any) -> dict[str, Any]:
    """Two symbols in spot, each with minutes of its own missing."""
    first = np.delete(continuous(1, 3000), slice(100, 180), 0)
    second = np.delete(continuous(2, 3000), slice(1000, 1900), 0)
    routes = [route(busy(is_spot=True), name, frame) for name, frame in
              (("A-USDT", "15m"), ("B-USDT", "1h"))]  # fmt: skip
    candles = {"A-USDT": first, "B-USDT": second}
    return run(None, candles, routes=routes, config=spot(), **more)
