"""Random but reproducible exchange simulations: a seed gives candles, settings and strategies.

The package needs the standard library and NumPy only, because the same code draws the case for the
reference package (when golden files are recorded) and for hindcaster (when they are replayed).
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

from ..dice import Dice
from .markets import MIDNIGHT, MINUTE, Market, Tape, draw_tape, walk, without_some
from .programs import Program, draw_program, fingerprint_of

VERSION = 7002  # part of every seed: a change of the draws must not look like the old cases
EXCHANGE = "Test Exchange"
SYMBOLS = ("BTC-USDT", "ETH-USDT", "SOL-USDT")
WIDE_FROM = 10_000  # seeds from here on draw more of everything; the others stay as recorded
MINUTES = {
    **{"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "45m": 45},
    **{"1h": 60, "2h": 120, "3h": 180, "4h": 240, "6h": 360, "1D": 1440},
}
TIMEFRAMES = {"1m": 3, "3m": 2, "5m": 4, "15m": 4, "30m": 2, "45m": 1, "1h": 3, "2h": 1, "4h": 2}
WIDE_TIMEFRAMES = {**TIMEFRAMES, "3h": 1, "6h": 1, "1D": 1}
MOST_MINUTES = 7000
MOST_WIDE_MINUTES = 30_000
MOST_WARMUP = 3000


@dataclass(frozen=True)
class Case:
    """Everything needed for one run."""

    seed: int
    config: dict[str, Any]
    routes: tuple[tuple[str, str], ...]  # (symbol, timeframe)
    data_routes: tuple[tuple[str, str], ...]
    markets: dict[str, Market]
    programs: tuple[Program, ...]
    gapped: bool

    @property
    def start(self) -> int:
        """Open time of the first minute in milliseconds."""
        return next(iter(self.markets.values())).start

    def fingerprint(self) -> int:
        """Checksum of the drawn prices; tells a changed draw from a changed result."""
        total = 0
        for market in self.markets.values():
            total = zlib.crc32(fingerprint_of(market.candles), total)
            total = zlib.crc32(fingerprint_of(market.warmup), total)
        return total


def build_case(seed: int) -> Case:
    """Draw the case of a seed."""
    dice = Dice(VERSION, seed)
    wide = seed >= WIDE_FROM
    timeframes = WIDE_TIMEFRAMES if wide else TIMEFRAMES
    spot = dice.chance(0.25)
    n_routes = 2 if dice.chance(0.3) else 1
    if wide and dice.chance(0.1):
        n_routes = 3
    routes = tuple((SYMBOLS[k], dice.weighted(timeframes)) for k in range(n_routes))
    data_routes = _draw_data_routes(dice, routes, timeframes)
    config = _draw_config(dice, spot)
    if wide and not spot:
        config["futures_leverage"] = dice.integer(1, 20)
    gapped = dice.chance(0.15)
    # Spot entries that fill across a gap keep a wrong balance in the reference.
    gaps = 0.0 if spot and dice.chance(0.85) else dice.pick([0.0, 0.05, 0.5, 0.95])
    symbols = list(dict.fromkeys(symbol for symbol, _ in (*routes, *data_routes)))
    if dice.chance(0.3):  # symbols are matched in the order of the candles, not of the routes
        symbols.reverse()
    frames = [MINUTES[frame] for _, frame in (*routes, *data_routes)]
    shortest = min(MINUTES[frame] for _, frame in routes)
    longest = max(MINUTES[frame] for _, frame in routes)
    n = shortest * dice.pick([40, 100, 200]) + dice.integer(0, longest)
    n = min(max(n, 3 * longest, 60), MOST_WIDE_MINUTES if wide else MOST_MINUTES)
    bars = dice.pick([0, 0, 0, 3, 8])
    start = MIDNIGHT
    # Where the start is no multiple of every timeframe, fills inside a bar make the reference add
    # bars or fail.
    if dice.chance(0.15):
        start += dice.integer(1, 9) * 12 * 60 * MINUTE
    warm = bars * math.lcm(*frames)  # the reference counts rows from the start of the warm-up
    while warm > MOST_WARMUP:
        warm //= 2
    warm -= warm % math.lcm(*frames)
    config["warm_up_candles"] = bars = warm // max(frames)
    markets = {}
    for symbol in symbols:
        tape = draw_tape(dice, gaps)
        markets[symbol] = _draw_market(dice, symbol, tape, start, warm, n, gapped)
    programs = tuple(
        _draw_program(dice, seed, k, spot, config, routes, data_routes, markets, gapped, n)
        for k in range(n_routes)
    )
    return Case(seed, config, routes, data_routes, markets, programs, gapped)


def _draw_data_routes(
    dice: Dice, routes: Any, timeframes: dict[str, float]
) -> tuple[tuple[str, str], ...]:
    count = dice.pick([0, 0, 1, 2])
    drawn: dict[tuple[str, str], None] = {}
    for _ in range(count):
        symbol = dice.pick([routes[0][0], *SYMBOLS])
        route = (symbol, dice.weighted(timeframes))
        if route not in routes:
            drawn[route] = None
    return tuple(drawn)


def _draw_config(dice: Dice, spot: bool) -> dict[str, Any]:
    config = {
        "starting_balance": dice.pick([10_000, 10_000.0, 1_000, 123_456.78, 50]),
        "fee": dice.pick([0, 0, 0.0004, 0.001, 0.00075, 0.01]),
        "type": "spot" if spot else "futures",
        "annualization": dice.pick([365, 252]),
        "exchange": EXCHANGE,
    }
    leverage = dice.pick([1, 1, 2, 3, 5, 10, 20])
    mode = dice.pick(["cross", "isolated"])
    if not spot:
        config["futures_leverage"] = leverage
        config["futures_leverage_mode"] = mode
    return config


def _draw_market(
    dice: Dice, symbol: str, tape: Tape, start: int, warm: int, n: int, gapped: bool
) -> Market:
    rows = walk(dice, tape, start - warm * MINUTE, warm + n)
    warmup, candles = rows[:warm], rows[warm:]
    if gapped and dice.chance(0.8):
        candles = without_some(dice, candles)
        if warm and dice.chance(0.3):
            warmup = without_some(dice, warmup)
    return Market(symbol, start, candles, warmup if warm else None, tape.volatility, tape.tick)


def _draw_program(
    dice: Dice,
    seed: int,
    k: int,
    spot: bool,
    config: dict[str, Any],
    routes: Any,
    data_routes: Any,
    markets: dict[str, Market],
    gapped: bool,
    n: int,
) -> Program:
    symbol, frame = routes[k]
    market = markets[symbol]
    frames = {frame for _, frame in (*routes, *data_routes)} | {"1m"}
    others = tuple((name, MINUTES[other], other) for name in markets for other in sorted(frames))
    spread = market.volatility * MINUTES[frame] ** 0.5
    return draw_program(
        dice,
        seed,
        k,
        spot,
        max(1, n // MINUTES[frame]),
        reach=min(0.4, dice.pick([0.5, 1.5, 4.0]) * spread),
        tick=market.tick,
        gapped=gapped,
        others=others,
        exchange=EXCHANGE,
        wide=seed >= WIDE_FROM,
    )
