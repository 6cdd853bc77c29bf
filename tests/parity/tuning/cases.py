"""Searches whose results are compared: candles, configurations and a strategy with parameters."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

START = 1_609_459_200_000
EXCHANGE = "Sandbox"
DAY = 1440

SOURCE = """
import {package}.indicators as ta
from {package}.strategies import Strategy


class Tuned(Strategy):
    def hyperparameters(self):
        return [
            {{"name": "fast", "type": int, "min": 3, "max": 12, "default": 5}},
            {{"name": "slow", "type": int, "min": 15, "max": 61, "step": 5, "default": 20}},
            {{"name": "dist", "type": float, "min": 0.002, "max": 0.02, "default": 0.005}},
            {{"name": "size", "type": float, "min": 0.5, "max": 2.1, "step": 0.25, "default": 1.0}},
            {{"name": "side", "type": "categorical", "options": ["a", "b", "c"], "default": "a"}},
        ]

    @property
    def up(self):
        return ta.sma(self.candles, self.hp["fast"]) > ta.sma(self.candles, self.hp["slow"])

    def should_long(self):
        return self.up and self.hp["side"] != "c"

    def should_short(self):
        return not self.up and self.hp["side"] != "b"

    def go_long(self):
        self.buy = self.hp["size"], self.price

    def go_short(self):
        self.sell = self.hp["size"], self.price

    def on_open_position(self, order):
        qty, away = abs(self.position.qty), self.hp["dist"] * (1 if self.is_long else -1)
        self.take_profit = qty, self.price * (1 + away)
        self.stop_loss = qty, self.price * (1 - away)

    def should_cancel_entry(self):
        return True
"""


def market(seed: int, count: int, swing: float) -> np.ndarray:
    """A random walk on slow waves; the higher the waves, the better following them pays."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.0015, count) + swing * np.sin(np.arange(count) / 90)
    close = 100 * np.exp(np.cumsum(steps))
    opening = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opening, close) * (1 + np.abs(rng.normal(0, 0.001, count)))
    low = np.minimum(opening, close) * (1 - np.abs(rng.normal(0, 0.001, count)))
    times = START + np.arange(count) * 60_000.0
    return np.column_stack([times, opening, close, high, low, np.ones(count)])


CASES: dict[str, dict[str, Any]] = {
    "sharpe": {"objective_function": "sharpe", "swing": 0.00035, "optimal_total": 500},
    "calmar": {"objective_function": "calmar", "swing": 0.0003, "optimal_total": 200},
    "sortino": {"objective_function": "sortino", "swing": 0.0003, "optimal_total": 20},
    "omega": {"objective_function": "omega", "swing": 0.0003, "optimal_total": 200},
    "flawless": {"objective_function": "sortino", "swing": 0.0008, "optimal_total": 200},
}


def arguments(name: str) -> dict[str, Any]:
    """Everything but how many trials."""
    case = CASES[name]
    rows = market(list(CASES).index(name), 8 * DAY, case["swing"])

    def part(first: float, last: float) -> dict[str, Any]:
        candles = rows[int(first * DAY) : int(last * DAY)]
        return {
            f"{EXCHANGE}-BTC-USDT": {
                "exchange": EXCHANGE,
                "symbol": "BTC-USDT",
                "candles": candles,
            }
        }

    return {
        "config": {
            "exchange": {
                "name": EXCHANGE,
                "balance": 10_000,
                "fee": 0.0002,
                "type": "futures",
                "futures_leverage": 3,
                "futures_leverage_mode": "cross",
            },
            "warm_up_candles": 70,
        },
        "routes": [{"symbol": "BTC-USDT", "timeframe": "5m", "strategy": "Tuned"}],
        "data_routes": [],
        "training_candles": part(0.5, 4),
        "training_warmup_candles": part(0, 0.5),
        "testing_candles": part(4.5, 8),
        "testing_warmup_candles": part(4, 4.5),
        "optimal_total": case["optimal_total"],
        "objective_function": case["objective_function"],
        "fast_mode": False,
    }


def write_strategy(package: str, folder: Path) -> None:
    """Put the strategy where a package looks for its name."""
    path = folder / "strategies" / "Tuned" / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SOURCE.format(package=package), encoding="utf-8")


def search(package: str, name: str, **more: Any) -> dict[str, Any]:
    """Run a search in the working directory, where the strategy is."""
    research = importlib.import_module(f"{package}.research")
    result: dict[str, Any] = research.optimize(**arguments(name), progress_bar=False, **more)
    return result
