"""Seeded draws of data frames and `Backtest` constructor arguments.

Prices are built from uniform draws with `+ - * /` and rounding only: transcendental functions may
differ in the last bit between machines, which would move fills.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

try:
    from .dice import Dice
except ImportError:  # the directory itself is on the path when a script of it is run
    from dice import Dice

INDEX_WEIGHTS = {
    "daily": 6,
    "business": 6,
    "hourly": 5,
    "15min": 3,
    "minute_sessions": 3,
    "weekly": 3,
    "month_end": 3,
    "month_start": 2,
    "quarterly": 1.5,
    "yearly": 1.5,
    "daily_tz": 2,
    "hourly_dst": 3,
    "irregular": 4,
    "duplicated": 2,
    "unsorted": 2,
    "range": 6,
}
CALENDAR_RULES = {
    "daily": "D",
    "business": "B",
    "hourly": "h",
    "15min": "15min",
    "weekly": "W",
    "month_end": "ME",
    "month_start": "MS",
    "quarterly": "QE",
    "yearly": "YE",
}
PRICE_WEIGHTS = {"walk": 30, "ties": 10, "coarse": 10, "spikes": 10, "crash": 6, "integer": 3}
RARE_PRICE_WEIGHTS = {"negative": 1, "inverted": 1, "zero_low": 0.5}
MARGINS = {"1": 8, "0.5": 3, "0.1": 3, "0.02": 2}


@dataclass(frozen=True)
class Market:
    """A drawn data frame with what strategies need to know to place sensible orders."""

    data: pd.DataFrame
    index_kind: str
    price_kind: str
    decimals: int
    step: float  # typical distance between High and Low, in price units
    base: float  # typical price, positive


def draw_market(dice: Dice) -> Market:
    n = _draw_length(dice)
    index_kind = dice.weighted(INDEX_WEIGHTS)
    rare = dice.chance(0.03)
    price_kind = dice.weighted(RARE_PRICE_WEIGHTS if rare else PRICE_WEIGHTS)
    base = dice.pick([0.7, 5.0, 20.0, 20.0, 100.0, 100.0, 1500.0, 40000.0])
    if price_kind in ("coarse", "integer"):
        base = dice.pick([20.0, 100.0, 1500.0])
    decimals = dice.pick([8, 8, 2, 2, 1] if base > 5 else [8, 4, 2])
    if price_kind in ("coarse", "integer"):
        decimals = 0
    volatility = dice.pick([0.002, 0.01, 0.02, 0.04, 0.08])
    bars = _draw_bars(dice, n, base, volatility, price_kind)
    # The extra 0.0 turns a rounded -0.0 into 0.0.
    bars = np.round(bars, decimals) + 0.0
    if price_kind in ("walk", "ties", "spikes", "crash", "coarse", "integer"):
        bars = np.maximum(bars, 10.0**-decimals)
    frame = pd.DataFrame(bars, columns=["Open", "High", "Low", "Close"])
    if price_kind == "integer":
        frame = frame.astype("int64")
    _add_columns(dice, frame)
    frame.index = _draw_index(dice, n, index_kind)
    step = round(float(np.abs(bars[:, 1] - bars[:, 2]).mean()) + base * 0.001, 6)
    return Market(frame, index_kind, price_kind, decimals, step, base)


def _draw_length(dice: Dice) -> int:
    group = dice.weighted({"tiny": 4, "short": 55, "medium": 34, "long": 5, "longer": 1.5})
    low, high = {
        "tiny": (3, 8),
        "short": (8, 60),
        "medium": (60, 150),
        "long": (150, 300),
        "longer": (400, 500),
    }[group]
    return dice.integer(low, high)


def _draw_bars(dice: Dice, n: int, base: float, volatility: float, kind: str) -> np.ndarray:
    noise = dice.units(3 * n).reshape(3, n).sum(axis=0) - 1.5
    drift = dice.between(-0.2, 0.25)
    growth = 1 + volatility * (2 * noise + drift)
    if kind == "spikes":
        for _ in range(dice.integer(1, 4)):
            growth[dice.integer(0, n - 1)] = dice.pick([0.5, 0.7, 0.85, 1.2, 1.6, 2.5])
    if kind == "crash":
        start = dice.integer(n // 4, n - 1)
        growth[start : start + dice.integer(1, 6)] = dice.pick([0.3, 0.6, 0.8, 1.3, 2.0])
    close = base * np.cumprod(growth)
    if kind == "negative":
        close = close - base * (1 - 2 * volatility)
    if kind == "zero_low":
        close = np.maximum(close - base * (1 - 2 * volatility), base * 0.001)
    if dice.chance(0.3):
        repeat = dice.units(n) < 0.25
        for i in range(1, n):
            close[i] = close[i - 1] if repeat[i] else close[i]
    previous = np.concatenate([close[:1], close[:-1]])
    gap = dice.pick([0.0, 0.2, 1.0]) * volatility * (2 * dice.units(n) - 1)
    opens = previous + np.abs(previous) * gap
    reach = dice.pick([0.0, 0.5, 1.0, 2.0]) * volatility
    high = np.maximum(opens, close) + base * reach * dice.units(n)
    low = np.minimum(opens, close) - np.minimum(base, np.abs(close)) * reach * dice.units(n)
    bars = np.column_stack([opens, high, low, close])
    if kind == "ties":
        flat = dice.units(n) < dice.pick([0.1, 0.4, 1.0])
        bars[flat] = close[flat, None]
    if kind == "zero_low":
        bars[dice.units(n) < 0.2, 2] = 0.0
    if kind == "inverted":
        swap = dice.units(n) < 0.1
        bars[swap] = bars[swap][:, [0, 2, 1, 3]]
    return bars


def _add_columns(dice: Dice, frame: pd.DataFrame) -> None:
    n = len(frame)
    volume = dice.weighted({"none": 4, "float": 3, "int": 3, "gaps": 1})
    draws = np.round(dice.units(n) * 1e4, 1)
    if volume == "int":
        frame["Volume"] = draws.astype("int64")
    elif volume == "float":
        frame["Volume"] = draws
    elif volume == "gaps":
        frame["Volume"] = np.where(draws < 2000, np.nan, draws)
    if dice.chance(0.15):
        frame["Signal"] = np.round(dice.units(n) * 2 - 1, 3)
    if dice.chance(0.1):
        frame["My Flag"] = dice.units(n) < 0.5


def _draw_index(dice: Dice, n: int, kind: str) -> pd.Index:
    if kind == "range":
        return pd.RangeIndex(n)
    unit = dice.pick(["s", "ms", "us", "ns"])
    start = pd.Timestamp(dice.pick(["2019-12-27", "2020-02-24 09:30", "2021-06-01", "1999-01-04"]))
    name = dice.pick([None, None, None, "Date"])
    if kind in CALENDAR_RULES:
        index = pd.date_range(start, periods=n, freq=CALENDAR_RULES[kind])
        if dice.chance(0.4):
            index = pd.DatetimeIndex(index, freq=None)
    elif kind == "daily_tz":
        index = pd.date_range("2020-10-20", periods=n, freq="D", tz="Europe/Berlin")
    elif kind == "hourly_dst":
        begin = dice.pick(["2020-10-31 06:00", "2021-03-13 18:00"])
        index = pd.date_range(begin, periods=n, freq="h", tz="America/New_York")
    elif kind == "minute_sessions":
        minutes = [1440 * (i // 30) + i % 30 for i in range(n)]
        index = pd.DatetimeIndex(start + pd.to_timedelta(minutes, unit="min"))
    else:
        index = _uneven_index(dice, n, kind, start)
    if kind == "yearly" and n > 200:
        unit = "us"  # nanoseconds end in the year 2262
    return index.as_unit(unit).rename(name)


def _uneven_index(dice: Dice, n: int, kind: str, start: pd.Timestamp) -> pd.DatetimeIndex:
    if kind == "irregular":
        scale = dice.pick([3, 90, 1500, 9000])
        minutes = np.cumsum(1 + (dice.units(n) * scale).astype("int64"))
    elif kind == "duplicated":
        repeat = dice.units(n) < 0.25
        # No label three times: the reference may then fail while it places drawdown durations.
        repeat[1:] &= ~repeat[:-1]
        minutes = np.cumsum(np.where(repeat, 0, dice.pick([15, 60, 1440])))
    else:
        # Distinct labels only: the order of equal labels after a sort is nobody's promise.
        minutes = dice.pick([60, 1440]) * np.argsort(dice.units(n), kind="stable")
    return pd.DatetimeIndex(start + pd.to_timedelta(minutes, unit="min"))


def _fee_per_unit(size: float, price: float) -> float:
    return max(1.0, 0.005 * abs(size))


def _fee_tiered(size: float, price: float) -> float:
    notional = abs(size) * price
    return notional * 0.002 if notional < 2000 else 4.0 + (notional - 2000) * 0.0005


def _fee_rebate(size: float, price: float) -> float:
    return abs(size) * price * (0.001 if size > 0 else -0.0004)


def _fee_fraction(size: float, price: float) -> float:
    return 0.5 if size == int(size) else 3.0


def _fee_flat(size: float, price: float) -> int:
    return 2


FEES: dict[str, Callable[[float, float], float]] = {
    "per_unit": _fee_per_unit,
    "tiered": _fee_tiered,
    "rebate": _fee_rebate,
    "fraction": _fee_fraction,
    "flat": _fee_flat,
}
INVALID_OPTIONS: list[dict[str, Any]] = [
    {"cash": 0},
    {"cash": -100.0},
    {"margin": 0.0},
    {"margin": 1.01},
    {"commission": 0.1},
    {"commission": -0.11},
    {"commission": (-1.0, 0.001)},
    {"commission": (1.0, 0.001, 0.0)},
    {"commission": [0.0, 0.001]},
    {"commission": None},
    {"spread": "0.1"},
]


def draw_options(dice: Dice, market: Market) -> dict[str, Any]:
    # Cash for few units, so that sizes are coarse and orders are refused for lack of margin.
    units = dice.pick([0.4, 5.0, 12.0, 30.0, 100.0, 100.0, 300.0, 1000.0, 10000.0])
    margin = float(dice.weighted(MARGINS))
    units = max(units * (margin if dice.chance(0.6) else 1.0), dice.pick([0.05, 1.5, 3.0, 5.0]))
    cash = round(market.base * units, 2)
    options: dict[str, Any] = {
        "cash": int(cash) if cash > 50 and dice.chance(0.5) else cash,
        "margin": margin,
        "spread": dice.pick([0, 0.0, 0.0, 0.0, 0.0002, 0.001, 0.01, 0.05, -0.002]),
        "commission": _draw_commission(dice, market.base),
    }
    for switch, share in (
        ("trade_on_close", 0.3),
        ("hedging", 0.3),
        ("exclusive_orders", 0.2),
        ("finalize_trades", 0.6),
    ):
        if dice.chance(share):
            options[switch] = True
    if dice.chance(0.006):
        options.update(dice.pick(INVALID_OPTIONS))
    return options


def _draw_commission(dice: Dice, base: float) -> Any:
    kind = dice.weighted({"none": 4, "rate": 3, "rebate": 0.7, "tuple": 2, "callable": 4})
    if kind == "none":
        return 0.0
    if kind == "rate":
        return dice.pick([0.0005, 0.002, 0.01, 0.05])
    if kind == "rebate":
        return dice.pick([-0.0002, -0.003, -0.1])
    if kind == "tuple":
        return (round(base * dice.pick([0.0, 0.01, 0.2, 1.0]), 4), dice.pick([0.0, 0.001, 0.02]))
    return FEES[dice.pick(sorted(FEES))]
