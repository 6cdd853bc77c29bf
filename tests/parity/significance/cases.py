"""Significance tests that are compared: drawn candles, rules and arguments."""

from __future__ import annotations

import importlib
import random
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

START = 1_609_459_200_000
MINUTE = 60_000
EXCHANGE = "Fake Exchange"
OWN, OTHER = "BTC-USDT", "ETH-USDT"
RULES = ("momentum", "cross", "reversal", "pattern", "other", "dice", "states")
FRAMES = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "45m": 45, "1h": 60, "2h": 120}


@dataclass(frozen=True)
class Case:
    """One test: what is passed to `rule_significance_test`, but for the strategy's class."""

    seed: int
    rule: str
    timeframe: str
    others: tuple[str, ...]  # timeframes of data routes on the other symbol
    config: dict[str, Any]
    candles: dict[str, np.ndarray]
    warmup: dict[str, np.ndarray] | None
    arguments: dict[str, Any]


def market(rng: np.random.Generator, first: int, count: int, drift: float) -> np.ndarray:
    """A random walk of prices with two decimals, `first` minutes after the start."""
    steps = rng.normal(drift, 0.0015, count)
    close = np.round(100 * np.cumprod(1 + steps), 2)
    opening = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opening, close) + np.round(rng.random(count) * 0.1, 2)
    low = np.minimum(opening, close) - np.round(rng.random(count) * 0.1, 2)
    times = START + (first + np.arange(count)) * float(MINUTE)
    return np.column_stack([times, opening, close, high, low, np.round(rng.random(count), 2)])


def thinned(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray:
    """Take some minutes away, but for the first."""
    kept = rng.random(len(rows)) > 0.05
    kept[0] = True
    return rows[kept]


def draw(seed: int) -> Case:
    rng = np.random.default_rng(seed)
    rule = RULES[int(rng.integers(len(RULES)))]
    timeframe = str(rng.choice(list(FRAMES)))
    others: tuple[str, ...] = ()
    if rule == "other" or rng.random() < 0.3:
        others = tuple(str(name) for name in rng.choice(list(FRAMES), int(rng.integers(1, 3))))
    minutes = FRAMES[timeframe]
    count = int(minutes * rng.integers(20, 120) + rng.integers(0, minutes))
    first = int(rng.integers(0, 3) * rng.integers(0, 500))
    warm = int(rng.choice([0, 0, 1, 2])) * 6 * minutes
    symbols = [OWN, OTHER] if others else [OWN]
    rows = {name: market(rng, first, count + warm, rng.normal(0, 1e-4)) for name in symbols}
    if rng.random() < 0.25:
        rows = {name: thinned(rng, part) for name, part in rows.items()}
    border = START + (first + warm) * MINUTE
    warmup = {name: part[part[:, 0] < border] for name, part in rows.items()} if warm else None
    config = {
        "starting_balance": 10_000,
        "fee": 0.001,
        "type": str(rng.choice(["futures", "spot"])),
        "futures_leverage": 2,
        "futures_leverage_mode": "cross",
        "exchange": EXCHANGE,
        "warm_up_candles": int(rng.choice([0, 0, 3])),
        "annualization": int(rng.choice([252, 365])),
    }
    arguments: dict[str, Any] = {
        "n_simulations": int(rng.integers(1, 200)),
        "random_seed": None if rng.random() < 0.2 else int(rng.integers(0, 2**31)),
        "bootstrap_mean_block_length": int(rng.choice([1, 2, 10, 10, 35, 400])),
        "cpu_cores": None if rng.random() < 0.5 else int(rng.integers(1, 9)),
        "hyperparameters": {"span": int(rng.integers(2, 9))} if rng.random() < 0.5 else None,
    }
    trading = {name: part[part[:, 0] >= border] for name, part in rows.items()}
    return Case(seed, rule, timeframe, others, config, trading, warmup, arguments)


def strategy(package: str, case: Case) -> type:
    base = importlib.import_module(f"{package}.strategies").Strategy
    dice = random.Random(case.seed)

    def wish(self: Any) -> int:
        """1 for long, -1 for short, 0 for nothing."""
        span, closes = self.hp["span"], self.candles[:, 2]
        if case.rule == "momentum":
            return int(np.sign(closes[-1] - closes[-min(span, len(closes))]))
        if case.rule == "cross":
            return 1 if closes[-span:].mean() > closes[-3 * span :].mean() else -1
        if case.rule == "reversal":
            return int(self.close < self.open)
        if case.rule == "pattern":
            return (self.index * span) % 5 - 2
        if case.rule == "other":
            read = self.get_candles(EXCHANGE, OTHER, case.others[0])
            return int(np.sign(read[-1, 2] - read[-1, 1]))
        if case.rule == "dice":
            return dice.choice([-1, 0, 1])
        return int(self.vars.get("held", 0))

    class Rule(base):  # type: ignore[misc, valid-type]
        def hyperparameters(self) -> list[dict[str, Any]]:
            return [{"name": "span", "type": int, "min": 2, "max": 9, "default": 4}]

        def before(self) -> None:
            self.vars["wish"] = wish(self)

        def should_long(self) -> bool:
            return self.vars["wish"] > 0

        def should_short(self) -> bool:
            return self.vars["wish"] < 0 or (case.seed % 5 == 0 and self.index % 4 == 0)

        def go_long(self) -> None:
            raise AssertionError("no order is to be sent")

        def after(self) -> None:
            if self.index % self.hp["span"] == 0:
                self.vars["held"] = int(np.sign(self.close - self.candles[0, 1]))

    return Rule


def run(package: str, case: Case) -> dict[str, Any]:
    """Test a case with a package."""
    test = importlib.import_module(f"{package}.research").rule_significance_test
    route = {"exchange": EXCHANGE, "symbol": OWN, "timeframe": case.timeframe}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result: dict[str, Any] = test(
            dict(case.config),
            [{**route, "strategy": strategy(package, case)}],
            [{"exchange": EXCHANGE, "symbol": OTHER, "timeframe": frame} for frame in case.others],
            _candles(case.candles),
            None if case.warmup is None else _candles(case.warmup),
            **case.arguments,
        )
    return result


def _candles(rows: dict[str, np.ndarray]) -> dict[str, Any]:
    return {
        f"{EXCHANGE}-{name}": {"exchange": EXCHANGE, "symbol": name, "candles": part}
        for name, part in rows.items()
    }
