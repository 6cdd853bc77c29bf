"""Runs a drawn case with a package and describes what happened in plain Python values."""

from __future__ import annotations

import importlib
import math
from typing import Any, NamedTuple

import numpy as np

from .cases import EXCHANGE, Case
from .markets import MINUTE
from .observation import Journal
from .programs import make_strategy

TYPES = {"long": 0, "short": 1, "buy": 0, "sell": 1, "MARKET": 0, "LIMIT": 1, "STOP": 2}
VIA = {None: 0, "stop-loss": 1, "take-profit": 2}
MONEY = ("qty", "entry_price", "exit_price", "fee")


class Package(NamedTuple):
    """The names that a run needs from either package."""

    backtest: Any
    strategy: type
    cached: Any

    @classmethod
    def load(cls, name: str) -> Package:
        """Import a package by its name."""
        strategies = importlib.import_module(f"{name}.strategies")
        return cls(
            importlib.import_module(f"{name}.research").backtest,
            strategies.Strategy,
            strategies.cached,
        )


def record(case: Case, package: Package, **options: Any) -> dict[str, Any]:
    """Run a case; `options` go to `backtest` as well."""
    outcome: dict[str, Any] = {"seed": case.seed, "fingerprint": case.fingerprint()}
    journals = [Journal(case.start) for _ in case.routes]
    routes = [
        {
            "exchange": EXCHANGE,
            "symbol": symbol,
            "timeframe": frame,
            "strategy": make_strategy(package.strategy, package.cached, program, journal),
        }
        for (symbol, frame), program, journal in zip(
            case.routes, case.programs, journals, strict=True
        )
    ]
    data_routes = [
        {"exchange": EXCHANGE, "symbol": symbol, "timeframe": frame}
        for symbol, frame in case.data_routes
    ]
    warmup = None
    if any(market.warmup is not None for market in case.markets.values()):
        warmup = _candles(case, "warmup")
    try:
        with np.errstate(all="ignore"):
            result = package.backtest(
                dict(case.config),
                routes,
                data_routes,
                _candles(case, "candles"),
                warmup,
                generate_equity_curve=True,
                **options,
            )
    except Exception as error:  # any type: the type is what is compared
        outcome["raised"] = type(error).__name__
    else:
        outcome.update(_describe(result, case))
    outcome["tied"] = any(journal.tied for journal in journals)
    outcome["hooks"] = ["".join(journal.hooks) for journal in journals]
    outcome["sums"] = [journal.sums for journal in journals]
    return outcome


def _candles(case: Case, which: str) -> dict[str, Any]:
    return {
        f"{EXCHANGE}-{symbol}": {
            "exchange": EXCHANGE,
            "symbol": symbol,
            "candles": getattr(market, which),
        }
        for symbol, market in case.markets.items()
    }


def _describe(result: dict[str, Any], case: Case) -> dict[str, Any]:
    trades, curve = result["trades"], result["equity_curve"]
    points = curve[0]["data"] if curve else []
    return {
        "metrics": {key: float(value) for key, value in result["metrics"].items()},
        "samples": {
            "minutes": [_minute(1000 * point["time"], case) for point in points],
            "values": [float(point["value"]) for point in points],
        },
        "trades": _describe_trades(trades, case),
        "orders": _describe_orders(trades, case),
    }


def _minute(time: float | None, case: Case) -> int:
    return -1 if time is None or math.isnan(time) else round((time - case.start) / MINUTE)


def _describe_trades(trades: list[dict[str, Any]], case: Case) -> dict[str, Any]:
    return {
        "route": [[s for s, _ in case.routes].index(trade["symbol"]) for trade in trades],
        "type": [TYPES[trade["type"]] for trade in trades],
        "opened": [_minute(trade["opened_at"], case) for trade in trades],
        "closed": [_minute(trade["closed_at"], case) for trade in trades],
        "derived": [_follows(trade, case) for trade in trades],
        **{name: [float(trade[name]) for trade in trades] for name in MONEY},
    }


def _follows(trade: dict[str, Any], case: Case) -> int:
    """Tell which of a trade's numbers follow from the recorded ones, one bit each."""
    qty, entry, exit_ = trade["qty"], trade["entry_price"], trade["exit_price"]
    side = 1 if trade["type"] == "long" else -1
    leverage = case.config.get("futures_leverage", 1)
    expected = {
        "size": qty * entry,
        "PNL": side * qty * (exit_ - entry) - trade["fee"],
        "PNL_percentage": 100 * trade["PNL"] / (entry * qty / leverage) if qty else math.nan,
        "holding_period": (trade["closed_at"] - trade["opened_at"]) / 1000,
    }
    scale = {"PNL": qty * entry, "PNL_percentage": 100 * leverage}
    return sum(
        int(abs(trade[name] - value) <= 1e-9 * max(abs(value), scale.get(name, 0.0))) << k
        for k, (name, value) in enumerate(expected.items())
    )


def _describe_orders(trades: list[dict[str, Any]], case: Case) -> dict[str, Any]:
    orders = [(k, order) for k, trade in enumerate(trades) for order in trade["orders"]]
    each = [order for _, order in orders]
    return {
        "trade": [k for k, _ in orders],
        "side": [TYPES[order["side"]] for order in each],
        "type": [TYPES[order["type"]] for order in each],
        "reduce_only": [int(order["reduce_only"]) for order in each],
        "via": [VIA[order["submitted_via"]] for order in each],
        "created": [_minute(order["created_at"], case) for order in each],
        "executed": [_minute(order["executed_at"], case) for order in each],
        "qty": [float(order["qty"]) for order in each],
        "filled": [
            [k, float(order["filled_qty"])]
            for k, order in enumerate(each)
            if order["filled_qty"] != order["qty"]
        ],
        "price": [float(order["price"]) for order in each],
    }
