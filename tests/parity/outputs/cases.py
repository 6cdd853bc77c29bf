"""Runs whose files are compared: candles, configurations and a strategy that draws what it does."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np

START = 1_609_459_200_000
EXCHANGE = "Fake Exchange"


def market(seed: int, count: int) -> np.ndarray:
    """A random walk; one candle in fifty opens away from the last close."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, count)))
    opening = np.concatenate([[100.0], close[:-1]])
    opening *= np.exp(rng.normal(0, 0.003, count) * (rng.random(count) < 0.02))
    high = np.maximum(opening, close) * (1 + np.abs(rng.normal(0, 0.001, count)))
    low = np.minimum(opening, close) * (1 - np.abs(rng.normal(0, 0.001, count)))
    times = START + np.arange(count) * 60_000.0
    return np.column_stack([times, opening, close, high, low, np.ones(count)])


def trader(package: str, seed: int, size: float, is_spot: bool) -> type:
    base = importlib.import_module(f"{package}.strategies").Strategy

    class Trader(base):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.random = random.Random(seed)

        def should_short(self) -> bool:
            self.vars["short"] = not is_spot and self.random.random() < 0.4
            return self.vars["short"]

        def should_long(self) -> bool:
            return not self.vars["short"] and self.random.random() < 0.5

        def rows(self) -> list[tuple[float, float]]:
            count = 1 if is_spot else self.random.choice([1, 1, 2])
            return [
                (size, self.price * (1 + self.random.uniform(-0.004, 0.004))) for _ in range(count)
            ]

        def go_long(self) -> None:
            self.buy = self.rows()

        def go_short(self) -> None:
            self.sell = self.rows()

        def on_open_position(self, order: Any) -> None:
            qty = abs(self.position.qty)
            up = 1 if self.position.qty > 0 else -1
            self.take_profit = [
                (qty / 2, self.price * (1 + up * distance)) for distance in (0.003, 0.006)
            ]
            if not is_spot and self.leverage < 20:
                self.stop_loss = qty, self.price * (1 - up * 0.004)

        def update_position(self) -> None:
            if self.index % 9 == 0 and not is_spot:
                self.liquidate()
            if self.index % 20 == 0:
                self.log(f"bar {self.index}")

        def should_cancel_entry(self) -> bool:
            return self.random.random() < 0.5

    return Trader


def futures(**changes: Any) -> dict[str, Any]:
    return {
        "starting_balance": 10_000,
        "fee": 0.001,
        "type": "futures",
        "futures_leverage": 3,
        "futures_leverage_mode": "cross",
        "exchange": EXCHANGE,
        "warm_up_candles": 0,
        **changes,
    }


CASES: dict[str, dict[str, Any]] = {
    "cross": {"config": futures(), "frames": {"BTC-USDT": "5m"}},
    "free": {"config": futures(fee=0), "frames": {"BTC-USDT": "15m"}},
    "isolated": {
        "config": futures(futures_leverage=90, futures_leverage_mode="isolated"),
        "frames": {"BTC-USDT": "30m"},
    },
    "two": {"config": futures(), "frames": {"BTC-USDT": "15m", "ETH-USDT": "5m"}},
    "spot": {"config": futures(type="spot"), "frames": {"BTC-USDT": "5m"}},
    "idle": {"config": futures(starting_balance=1e-9), "frames": {"BTC-USDT": "1D"}},
}
MINUTES = 500


def run(package: str, name: str, **more: Any) -> dict[str, Any]:
    """Run a case with the files of tables and logs."""
    backtest: Callable[..., Any] = importlib.import_module(f"{package}.research").backtest
    case = CASES[name]
    number = list(CASES).index(name)
    routes, candles = [], {}
    for place, (symbol, frame) in enumerate(case["frames"].items()):
        kind = trader(package, number + place, 1 + 0.25 * place, case["config"]["type"] == "spot")
        routes.append(
            {"exchange": EXCHANGE, "symbol": symbol, "timeframe": frame, "strategy": kind}
        )
        candles[f"{EXCHANGE}-{symbol}"] = {
            "exchange": EXCHANGE,
            "symbol": symbol,
            "candles": market(10 * number + place, MINUTES),
        }
    flags = {"generate_csv": True, "generate_json": True, "generate_logs": True}
    return backtest(case["config"], routes, [], candles, **flags, **more)
