"""Workloads of exchange simulations, run in a process of their own by `exchange.py`.

    python exchange_workloads.py <package> <workload> <repeats>

Prints one JSON object: the best time of the processor in seconds (both packages use one thread),
and what shows that both did the same.
"""

import importlib
import json
import os
import resource
import sys
import time

import numpy as np

PACKAGE = sys.argv[1] if len(sys.argv) > 1 else "hindcaster"
helpers = importlib.import_module(f"{PACKAGE}.helpers")
indicators = importlib.import_module(f"{PACKAGE}.indicators")
utils = importlib.import_module(f"{PACKAGE}.utils")
research = importlib.import_module(f"{PACKAGE}.research")
Strategy = importlib.import_module(f"{PACKAGE}.strategies").Strategy

EXCHANGE, SYMBOL = "Fake Exchange", "BTC-USDT"
START = 1_609_459_200_000
MINUTES = {"5m": 5, "1h": 60, "4h": 240}
WARM_UP = 60  # bars
DIVISOR = int(os.environ.get("BENCH_DIVISOR", "1"))


def random_walk(count: int, seed: int = 42, start: float = START) -> np.ndarray:
    """1-minute candles without gaps."""
    rng = np.random.default_rng(seed)
    close = 20_000.0 * np.exp(np.cumsum(rng.normal(0.0, 0.0006, count)))
    opening = np.concatenate([[20_000.0], close[:-1]])
    high = np.maximum(opening, close) * (1 + np.abs(rng.normal(0, 0.0002, count)))
    low = np.minimum(opening, close) * (1 - np.abs(rng.normal(0, 0.0002, count)))
    volume = rng.uniform(1.0, 100.0, count)
    times = start + np.arange(count, dtype=float) * 60_000
    return np.column_stack([times, opening, close, high, low, volume])


class EmaCross(Strategy):
    """Long when the fast average crosses above the slow one, short below; 1 % and 1.5 % exits."""

    share = 0.5

    def before(self):
        candles = self.candles
        self.vars["fast"] = indicators.ema(candles, self.hp.get("fast", 8))
        self.vars["slow"] = indicators.ema(candles, 21)

    def after(self):
        self.vars["fast_before"], self.vars["slow_before"] = self.vars["fast"], self.vars["slow"]

    def _crossed(self, sign):
        notes = self.vars
        if "fast_before" not in notes:
            return False
        before = sign * (notes["fast_before"] - notes["slow_before"])
        return before <= 0 < sign * (notes["fast"] - notes["slow"])

    def should_long(self):
        return self._crossed(1)

    def should_short(self):
        return self._crossed(-1)

    def should_cancel_entry(self):
        return True

    def _rows(self, sign):
        price = self.price
        qty = utils.size_to_qty(self.balance * self.share, price, precision=6)
        self.stop_loss = qty, price * (1 - sign * 0.01)
        self.take_profit = qty, price * (1 + sign * 0.015)
        return qty, price

    def go_long(self):
        self.buy = self._rows(1)

    def go_short(self):
        self.sell = self._rows(-1)


class SmallEmaCross(EmaCross):
    share = 0.05


def pack(arrays: dict[str, np.ndarray]) -> dict:
    return {
        helpers.key(EXCHANGE, symbol): {"exchange": EXCHANGE, "symbol": symbol, "candles": array}
        for symbol, array in arrays.items()
    }


def config() -> dict:
    return {
        "starting_balance": 10_000,
        "fee": 0.0005,
        "type": "futures",
        "futures_leverage": 2,
        "futures_leverage_mode": "cross",
        "exchange": EXCHANGE,
        "warm_up_candles": WARM_UP,
    }


def one_symbol(timeframe: str, days: int, fast_mode: bool):
    warm = WARM_UP * MINUTES[timeframe]
    count = max(days * 1440 // DIVISOR, 1000)
    rows = random_walk(warm + count, start=START - warm * 60_000)
    routes = [
        {"exchange": EXCHANGE, "symbol": SYMBOL, "timeframe": timeframe, "strategy": EmaCross}
    ]
    candles, before = pack({SYMBOL: rows[warm:].copy()}), pack({SYMBOL: rows[:warm].copy()})
    return lambda: research.backtest(config(), routes, [], candles, before, fast_mode=fast_mode)


def ten_candles():
    routes = [{"exchange": EXCHANGE, "symbol": SYMBOL, "timeframe": "1m", "strategy": EmaCross}]
    candles = pack({SYMBOL: random_walk(10)})
    return lambda: research.backtest(config(), routes, [], candles)


def ten_symbols(prepared: bool):
    arrays = {f"S{i}-USDT": random_walk(525_600 // DIVISOR, i) for i in range(10)}
    candles = research.PreparedCandles(pack(arrays)) if prepared else pack(arrays)
    routes = [
        {"exchange": EXCHANGE, "symbol": symbol, "timeframe": "1h", "strategy": SmallEmaCross}
        for symbol in arrays
    ]
    fast = iter(range(8, 1_000))
    return lambda: research.backtest(
        config(), routes, [], candles, hyperparameters={"fast": next(fast) if prepared else 8}
    )


WORKLOADS = {
    "4h_normal": lambda: one_symbol("4h", 60, False),
    "4h_fast": lambda: one_symbol("4h", 60, True),
    "5m_normal": lambda: one_symbol("5m", 60, False),
    "5m_fast": lambda: one_symbol("5m", 60, True),
    "ten_candles": ten_candles,
    "ten_symbols": lambda: ten_symbols(False),
    "ten_symbols_again": lambda: ten_symbols(True),
}


def main() -> None:
    call = WORKLOADS[sys.argv[2]]()
    call()
    times = []
    for _ in range(int(sys.argv[3])):
        started = time.process_time()
        result = call()
        times.append(time.process_time() - started)
    metrics = result["metrics"]
    print(
        json.dumps(
            {
                "seconds": min(times),
                "trades": metrics["total"],
                "net": round(float(metrics.get("net_profit", 0.0)), 4),
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
