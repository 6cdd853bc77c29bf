"""Monte Carlo tests that are compared: candles, configurations, a strategy, pipelines."""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any

import numpy as np

START = 1_609_459_200_000
EXCHANGE = "Sandbox"
COMPARED = ("total", "net_profit_percentage", "max_drawdown", "win_rate", "fee", "annual_return")
OF_SCENARIOS = ("total_return", "final_value", "max_drawdown", "volatility", "sharpe_ratio",
                "calmar_ratio")  # fmt: skip
NOISE = {"close_sigma": 0.02, "high_mu": 0.01, "high_sigma": 0.02, "low_sigma": 0.03}


def market(seed: int, count: int) -> np.ndarray:
    """A random walk; one candle in twenty opens away from the last close."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.001, count)))
    opening = np.concatenate([[100.0], close[:-1]])
    opening *= np.exp(rng.normal(0, 0.001, count) * (rng.random(count) < 0.05))
    high = np.maximum(opening, close) + np.abs(rng.normal(0, 0.03, count))
    low = np.minimum(opening, close) - np.abs(rng.normal(0, 0.03, count))
    times = START + np.arange(count) * 60_000.0
    return np.column_stack([times, opening, close, high, low, rng.uniform(0, 9, count)])


def trader(package: str) -> type:
    base = importlib.import_module(f"{package}.strategies").Strategy

    class Trader(base):  # type: ignore[misc, valid-type]
        def should_long(self) -> bool:
            return self.index % 7 == 2

        def should_short(self) -> bool:
            return self.index % 7 == 5

        def go_long(self) -> None:
            self.buy = self.hp["size"] if self.hp else 10, self.price

        def go_short(self) -> None:
            self.sell = 10, self.price

        def on_open_position(self, order: Any) -> None:
            qty, up = abs(self.position.qty), 1 if self.position.qty > 0 else -1
            self.take_profit = qty, self.price * (1 + up * 0.003)
            self.stop_loss = qty, self.price * (1 - up * 0.002)

        def should_cancel_entry(self) -> bool:
            return True

    return Trader


def arguments(package: str, seed: int, count: int, timeframe: str, **config: Any) -> dict[str, Any]:
    """Arguments of both functions. The reference's fast mode samples the balance at other times."""
    return {
        "fast_mode": False,
        "config": {
            "starting_balance": 10_000,
            "fee": 0.0005,
            "type": "futures",
            "futures_leverage": 2,
            "futures_leverage_mode": "cross",
            "exchange": EXCHANGE,
            "warm_up_candles": 0,
            **config,
        },
        "routes": [
            {
                "exchange": EXCHANGE,
                "symbol": "BTC-USDT",
                "timeframe": timeframe,
                "strategy": trader(package),
            }
        ],
        "data_routes": [],
        "candles": {
            f"{EXCHANGE}-BTC-USDT": {
                "exchange": EXCHANGE,
                "symbol": "BTC-USDT",
                "candles": market(seed, count),
            }
        },
    }


# Of shuffles: arguments, scenarios.
SHUFFLES: dict[str, tuple[dict[str, Any], int]] = {
    "weeks": ({"seed": 1, "count": 30_000, "timeframe": "15m"}, 40),
    "business days": ({"seed": 2, "count": 12_000, "timeframe": "5m", "annualization": 252}, 25),
    "two days": ({"seed": 3, "count": 3_000, "timeframe": "5m"}, 20),
    "hours": ({"seed": 4, "count": 900, "timeframe": "5m"}, 20),
}

# Of candles: arguments, scenarios, class of pipelines, its arguments.
PATHS: dict[str, tuple[dict[str, Any], int, str, dict[str, Any]]] = {
    "one block size": (
        {"seed": 5, "count": 6_000, "timeframe": "15m"},
        6,
        "MovingBlockBootstrapCandlesPipeline",
        {"batch_size": 1500, "seed": 9},
    ),
    "last batch shorter": (
        {"seed": 6, "count": 4_000, "timeframe": "5m"},
        5,
        "MovingBlockBootstrapCandlesPipeline",
        {"batch_size": 305, "seed": 1},
    ),
}

# Of pipelines: rows, arguments beside the size of batches (a divisor of the rows).
PIPELINES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "blocks": ("MovingBlockBootstrapCandlesPipeline", 120, {"seed": 3}),
    "small blocks": ("MovingBlockBootstrapCandlesPipeline", 8, {"seed": 4}),
    "noise": ("GaussianNoiseCandlesPipeline", 60, NOISE),
    "loud noise": ("GaussianNoiseCandlesPipeline", 120, NOISE | {"close_sigma": 20.0}),
    "like these": ("GaussianResamplerCandlesPipeline", 40, {}),
    "wider": ("GaussianResamplerCandlesPipeline", 120, {"mu": 0.05, "sigma": 1.5}),
    "sinking": ("GaussianResamplerCandlesPipeline", 40, {"mu": -2.0}),
}


def quietly(function: Any, **given: Any) -> Any:
    """Call a function that may print."""
    with contextlib.redirect_stdout(io.StringIO()):
        return function(**given)


def shuffle(package: str, name: str) -> dict[str, Any]:
    """Shuffle trades."""
    given, count = SHUFFLES[name]
    function = importlib.import_module(f"{package}.research.monte_carlo").monte_carlo_trades
    return quietly(function, **arguments(package, **given), num_scenarios=count, cpu_cores=1)


def path(package: str, name: str) -> dict[str, Any]:
    """Change candles."""
    given, count, kind, options = PATHS[name]
    module = importlib.import_module(f"{package}.research.monte_carlo")
    return quietly(
        module.monte_carlo_candles,
        **arguments(package, **given),
        num_scenarios=count,
        cpu_cores=1,
        candles_pipeline_class=getattr(module, kind),
        candles_pipeline_kwargs=options,
    )


def piped(package: str, name: str) -> np.ndarray:
    """Let 240 candles pass through a pipeline; NumPy's global generator begins with 7."""
    kind, size, options = PIPELINES[name]
    module = importlib.import_module(f"{package}.candle_pipelines")
    pipeline = getattr(module, kind)(size, **options)
    rows, made = market(8, 240), []
    np.random.seed(7)  # noqa: NPY002
    buffer = np.zeros((size, 6))
    pipeline.last_price = float(rows[0, 1])
    for first in range(0, len(rows), size):
        assert pipeline.process(rows[first : first + size].copy(), buffer)
        made.append(buffer.copy())
        pipeline.last_price = float(buffer[-1, 2])
    return np.concatenate(made)
