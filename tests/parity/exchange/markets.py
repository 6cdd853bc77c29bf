"""Seeded draws of 1-minute candles.

Prices are built from uniform draws with `+ - * /` and rounding only: transcendental functions may
differ in the last bit between machines, which would move fills.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dice import Dice

MINUTE = 60_000
MIDNIGHT = 1_609_459_200_000  # 2021-01-01 00:00 UTC


@dataclass(frozen=True)
class Market:
    """Candles of one symbol: timestamp, open, close, high, low, volume per row.

    `start` is the open time of the first minute of the run in milliseconds, `volatility` the
    typical relative move of a minute, `tick` the step of prices, 0 if they are not rounded.
    """

    symbol: str
    start: int
    candles: np.ndarray
    warmup: np.ndarray | None
    volatility: float
    tick: float


@dataclass(frozen=True)
class Tape:
    """How prices of a market move: `gaps` is the share of minutes that open off the last close."""

    base: float
    volatility: float
    tick: float
    gaps: float
    flat: float
    doji: float
    jumps: float


def draw_tape(dice: Dice, gaps: float) -> Tape:
    """Draw the character of a market."""
    base = dice.pick([100.0, 100.0, 1.0, 0.05, 3000.0, 40_000.0])
    volatility = dice.pick([0.0003, 0.001, 0.001, 0.003, 0.01])
    tick = dice.pick([0.0, 0.0001, 0.0001, 0.001, 0.005]) * base
    chances = [dice.pick(x) for x in ([0.0, 0.01, 0.1], [0.02, 0.2], [0.0, 0.002])]
    return Tape(base, volatility, tick, gaps, *chances)


def walk(dice: Dice, tape: Tape, start: int, n: int) -> np.ndarray:
    """Draw n minutes in a row from `start` on."""
    units = dice.units(8 * n).reshape(n, 8)
    rows = np.empty((n, 6))
    close, still = tape.base, 0
    for i in range(n):
        u = units[i].tolist()
        if still > 0 or u[0] < tape.flat:
            still = still - 1 if still > 0 else int(u[1] * 15)
            prices = (close, close, close, close)
        else:
            prices = _minute(u, tape, close)
        close = prices[1]
        rows[i] = (start + i * MINUTE, *prices, 0 if still else int(u[7] * 1000) / 8)
    return rows


def _minute(u: list[float], tape: Tape, last: float) -> tuple[float, float, float, float]:
    """Open, close, high, low of a minute after a close at `last`."""
    size = tape.volatility * (20 if u[0] > 1 - tape.jumps else 1)
    open_ = last
    if u[1] < tape.gaps:
        open_ = _rounded(last * (1 + 1.6 * size * (u[2] - 0.5)), tape)
    close = open_
    if u[3] >= tape.doji:
        drift = 2.4 * (u[4] + u[5] - 1.0)
        # What has lost or won a lot turns round, so that prices keep their number of ticks.
        drift += 0.3 * (last < 0.6 * tape.base) - 0.3 * (last > 1.6 * tape.base)
        close = _rounded(open_ * (1 + size * drift), tape)
    reach = size * 1.5
    high = max(open_, close, _rounded(max(open_, close) * (1 + reach * u[6] * u[6]), tape))
    low = min(open_, close, _rounded(min(open_, close) * (1 - reach * u[7] * u[7]), tape))
    return open_, close, high, low


def _rounded(price: float, tape: Tape) -> float:
    if not tape.tick:
        return price
    return round(max(1, round(price / tape.tick)) * tape.tick, 8)


def without_some(dice: Dice, candles: np.ndarray) -> np.ndarray:
    """Drop single minutes, a block of them, or the ends."""
    n = len(candles)
    keep = np.ones(n, dtype=bool)
    kinds = dice.pick(["singles", "singles block", "block", "head", "tail block"]).split()
    if "singles" in kinds:
        keep &= dice.units(n) > dice.pick([0.003, 0.03, 0.3])
    if "block" in kinds:
        first = dice.integer(1, n - 2)
        keep[first : first + dice.integer(1, max(2, n // 8))] = False
    if "head" in kinds:
        keep[: dice.integer(1, n // 4)] = False
    if "tail" in kinds:
        keep[n - dice.integer(1, n // 4) :] = False
    if keep.sum() < n // 3:
        keep[:] = True
        keep[n // 2] = False
    return candles[keep]
