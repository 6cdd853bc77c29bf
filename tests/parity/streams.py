"""Strategies of the drawn cases: random action streams and a few plain, idiomatic ones.

A stream draws from a fresh generator on every bar, seeded by (seed, bar), and decides on counts or
on rounded values, so that a difference in the last bit of an account value changes no decision.
Failures of single calls are part of the log that is compared.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

try:
    from .draws import Dice, Market
except ImportError:  # the directory itself is on the path when a script of it is run
    from draws import Dice, Market

TAGS = [None, None, None, "a", "long one", 7, 3, ("x", 1)]
PORTIONS = [None, 0.1, 0.25, 0.5, 0.5, 0.75, 0.999, 1, 1.0]


# ---------------------------------------------------------------------------- indicators


def sma(values: Any, n: int) -> np.ndarray:
    values = np.asarray(values, dtype="float64")
    out = np.full(len(values), np.nan)
    total = np.concatenate([[0.0], np.cumsum(values)])
    if n <= len(values):
        out[n - 1 :] = (total[n:] - total[:-n]) / n
    return out


def channel(high: Any, low: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Highest high and lowest low of the n bars before the current one."""
    high, low = np.asarray(high, dtype="float64"), np.asarray(low, dtype="float64")
    top, bottom = np.full(len(high), np.nan), np.full(len(high), np.nan)
    for i in range(n, len(high)):
        top[i], bottom[i] = high[i - n : i].max(), low[i - n : i].min()
    return top, bottom


def rising(values: Any, n: int) -> np.ndarray:
    values = np.asarray(values)
    out = np.zeros(len(values), dtype=bool)
    out[n:] = values[n:] > values[:-n]
    return out


def sparse_marks(values: Any, n: int) -> np.ndarray:
    values = np.asarray(values, dtype="float64")
    return np.where(np.arange(len(values)) % n == n - 1, values, np.nan)


def no_values(values: Any) -> np.ndarray:
    return np.full(len(values), np.nan)


def bar_number(values: Any, n: int = 3) -> np.ndarray:
    return np.arange(len(values)) % n


def shifted_frame(values: Any, n: int, offset: float = 0.0) -> pd.DataFrame:
    series = pd.Series(np.asarray(values, dtype="float64") + offset)
    return pd.DataFrame({"now": series, "before": series.shift(n)})


def add_indicator(strategy: Any, dice: Dice, number: int) -> str | None:
    """Declare one random indicator; returns the attribute it is assigned to, if any."""
    data, n = strategy.data, dice.integer(2, 9)
    options: dict[str, Any] = {}
    if dice.chance(0.2):
        options["plot"] = False
    if dice.chance(0.1):
        options["overlay"] = dice.chance(0.5)
    if dice.chance(0.15):
        options["name"] = dice.pick([f"line {number}", "n{0}-{1}", "fixed"])
    kind = dice.weighted(
        {"sma": 8, "two": 3, "bool": 2, "marks": 2, "none": 0.7, "int": 1, "frame": 1, "derived": 2}
    )
    attribute = f"ind{number}"
    if kind == "two":
        options["name"] = dice.pick([None, "band", ["top", "bottom"]])
        value = strategy.I(channel, data.High, data.Low, n, **options)
    elif kind == "bool":
        value = strategy.I(rising, data.Close, n, **options)
    elif kind == "marks":
        value = strategy.I(sparse_marks, data.Close, n, scatter=dice.chance(0.7), **options)
    elif kind == "none":
        options.pop("name", None)
        value = strategy.I(no_values, data.Close, **options)
    elif kind == "int":
        options.pop("name", None)
        value = strategy.I(bar_number, data.Low, n=n, **options)
    elif kind == "frame":
        options.pop("name", None)
        value = strategy.I(shifted_frame, data.Open, n, offset=0.5, **options)
    elif kind == "derived":
        value = strategy.I(sma, data.Close, n, **options) * 2 - 1
    else:
        value = strategy.I(sma, dice.pick([data.Close, data.High]), n, **options)
    if dice.chance(0.15):
        return None
    setattr(strategy, attribute, value)
    return attribute


# ------------------------------------------------------------------------- random streams


@dataclass(frozen=True)
class Settings:
    """What a random stream does and how often."""

    seed: int
    step: float
    decimals: int
    capacity: float  # units that the cash buys at the typical price, leverage included
    spread: float
    only_positive: bool
    density: float
    burst: int
    indicators: int
    orders_in_init: int
    observe: float
    long_bias: float
    follow: bool
    bracket: float
    actions: dict[str, float]
    orders: dict[str, float]
    sizes: dict[str, float]


def draw_settings(dice: Dice, seed: int, market: Market, options: dict[str, Any]) -> Settings:
    cash = options["cash"] if options["cash"] > 0 else 1.0
    spread = options["spread"]
    long_bias = dice.pick([0.5, 0.5, 0.65, 0.9, 1.0, 0.1])
    return Settings(
        seed=seed,
        step=market.step,
        decimals=market.decimals,
        capacity=cash / max(options["margin"], 0.01) / market.base,
        spread=spread if isinstance(spread, (int, float)) else 0.0,
        only_positive=market.price_kind not in ("negative", "zero_low"),
        density=dice.pick([0.08, 0.2, 0.3, 0.4, 0.6, 1.0]),
        burst=dice.pick([1, 1, 2, 4]),
        indicators=int(dice.weighted({"0": 5, "1": 3, "2": 2, "3": 1})),
        orders_in_init=dice.integer(1, 3) if dice.chance(0.15) else 0,
        observe=1.0 if dice.chance(0.04) else dice.pick([0.02, 0.05]),
        long_bias=long_bias,
        follow=dice.chance(0.3),
        bracket=dice.pick([0.0, 0.3, 0.6, 0.9]),
        actions={
            "enter": 8.0,
            "close_trade": dice.pick([0, 1, 3]),
            "close_position": dice.pick([0, 0.5, 2]),
            "cancel": dice.pick([0, 1, 3]),
            "modify": dice.pick([0, 1, 5]),
            "react": dice.pick([0, 1, 4]),
            "invalid": dice.pick([0, 0.3]),
        },
        orders={
            "market": dice.pick([1, 4]),
            "limit": dice.pick([0, 1, 3]),
            "stop": dice.pick([0, 1, 3]),
            "stop_limit": dice.pick([0, 1, 3]),
        },
        sizes={
            "default": dice.pick([0, 1]),
            "relative": dice.pick([1, 3]),
            "units": dice.pick([1, 5, 20]),
            "large": dice.pick([0, 0.3, 1]),
            "one": dice.pick([0, 1]),
        },
    )


def plain(value: Any) -> Any:
    """Turn NumPy scalars into Python ones and anything unusual into text."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value)
    return value if value is None or isinstance(value, str) else repr(value)


class Driver:
    """Acts on a strategy bar by bar and keeps the log."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log: list[list[Any]] = []
        self.attributes: list[str] = []
        self.bar = -1

    def start(self, strategy: Any) -> None:
        dice = Dice(self.settings.seed, 0)
        for number in range(self.settings.indicators):
            attribute = add_indicator(strategy, dice, number)
            if attribute is not None:
                self.attributes.append(attribute)
        for _ in range(self.settings.orders_in_init):
            self.enter(strategy, dice)

    def step(self, strategy: Any) -> None:
        settings = self.settings
        first = self.bar < 0
        self.bar = len(strategy.data) - 1
        dice = Dice(settings.seed, self.bar + 1)
        if first:
            self.note("first", repr(strategy.data), strategy.position, bool(strategy.position))
        if dice.chance(settings.density):
            for _ in range(dice.integer(1, settings.burst)):
                getattr(self, dice.weighted(settings.actions))(strategy, dice)
        if dice.chance(settings.observe):
            self.observe(strategy, dice)

    def note(self, code: str, *values: Any) -> None:
        self.log.append([self.bar, code, *map(plain, values)])

    def attempt(self, code: str, call: Callable[[], Any]) -> Any:
        """Make a call that may be refused; a refusal goes to the log."""
        try:
            return call()
        except (ValueError, AssertionError, TypeError, OverflowError) as error:
            self.note(code, type(error).__name__)
            return None

    # ----------------------------------------------------------------------- entries

    def enter(self, strategy: Any, dice: Dice) -> None:
        side = self.draw_side(strategy, dice)
        arguments = self.draw_size(dice)
        close = float(strategy.data.Close[-1])
        step, style = self.settings.step, dice.weighted(self.settings.orders)
        stop = self.price(close + side * step * dice.between(-0.2, 1.5))
        limit = self.price(close - side * step * dice.between(-0.5, 1.5))
        if style == "stop_limit" and stop is not None:
            limit = self.price(stop + side * step * dice.pick([-1.0, -0.3, 0.0, 0.0, 0.3, 1.0]))
        if style in ("stop", "stop_limit"):
            arguments["stop"] = stop
        if style in ("limit", "stop_limit"):
            arguments["limit"] = limit
        reference = arguments.get("limit") or arguments.get("stop")
        reference = reference or close * (1 + side * self.settings.spread)
        arguments.update(self.draw_bracket(dice, side, reference))
        if dice.chance(0.3):
            arguments["tag"] = dice.pick(TAGS)
        if dice.chance(0.005):
            arguments["limit"] = strategy.data.Close
        send = strategy.buy if side > 0 else strategy.sell
        order = self.attempt("refused", lambda: send(**arguments))
        if order is not None and dice.chance(0.02):
            self.note("order", order, order.size, order.is_long, order.is_short, order.tag)

    def draw_side(self, strategy: Any, dice: Dice) -> int:
        long = dice.chance(self.settings.long_bias)
        if self.settings.follow and self.attributes:
            line = getattr(strategy, dice.pick(self.attributes))
            row = line[0] if line.ndim > 1 else line
            if row.dtype == bool:
                return 1 if bool(row) else -1
            value = float(row[-1])
            if value == value:
                return 1 if round(value, 6) < round(float(strategy.data.Close[-1]), 6) else -1
        return 1 if long else -1

    def draw_size(self, dice: Dice) -> dict[str, Any]:
        style, capacity = dice.weighted(self.settings.sizes), self.settings.capacity
        if style == "default":
            return {}
        if style == "relative":
            return {"size": dice.pick([0.02, 0.1, 0.1, 0.25, 0.25, 0.5, 0.9, 0.999])}
        if style == "one":
            return {"size": dice.pick([1, 1.0, True, 2])}
        shares = [0.7, 0.95, 1.2, 2.0] if style == "large" else [0.02, 0.05, 0.05, 0.15, 0.3]
        units = max(1, int(capacity * dice.pick(shares)))
        return {"size": dice.pick([units, float(units), np.int64(units)])}

    def draw_bracket(self, dice: Dice, side: int, reference: float) -> dict[str, Any]:
        bracket: dict[str, Any] = {}
        step = self.settings.step
        wrong = -1 if dice.chance(0.015) else 1
        for name, direction in (("sl", -1), ("tp", 1)):
            distance = step * dice.between(0.2, 3.0) * wrong
            if dice.chance(self.settings.bracket):
                value = self.price(reference + side * direction * distance, positive=True)
                bracket[name] = value if not dice.chance(0.02) else dice.pick([0, None])
        if dice.chance(0.0003):
            bracket["sl"] = -5.0
        return bracket

    def price(self, value: float, positive: bool = False) -> float | None:
        value = round(value, self.settings.decimals)
        if value <= 0 and (positive or self.settings.only_positive):
            return None
        return value if value != 0 else None

    # -------------------------------------------------------- actions on what is alive

    def close_trade(self, strategy: Any, dice: Dice) -> None:
        if not strategy.trades:
            return
        trade, portion = dice.pick(strategy.trades), dice.pick(PORTIONS)
        self.attempt("close", (lambda: trade.close(portion)) if portion else trade.close)

    def close_position(self, strategy: Any, dice: Dice) -> None:
        portion, position = dice.pick(PORTIONS), strategy.position
        self.attempt("close", (lambda: position.close(portion)) if portion else position.close)

    def cancel(self, strategy: Any, dice: Dice) -> None:
        if not strategy.orders:
            return
        orders = strategy.orders
        victims = orders if dice.chance(0.1) else [dice.pick(orders)]
        for order in victims:
            self.attempt("cancel", order.cancel)
        if dice.chance(0.05):
            self.attempt("cancel again", victims[0].cancel)

    def modify(self, strategy: Any, dice: Dice) -> None:
        if not strategy.trades:
            return
        trade = dice.pick(strategy.trades)
        name = dice.pick(["sl", "sl", "tp"])
        side = (1 if trade.is_long else -1) * (-1 if name == "sl" else 1)
        side = -side if dice.chance(0.07) else side
        start = dice.pick([float(strategy.data.Close[-1]), trade.entry_price])
        value = self.price(start + side * self.settings.step * dice.between(0.1, 2.5), True)
        if dice.chance(0.12):
            value = None
        if dice.chance(0.01):
            value = dice.pick([0, -1.0, float("nan"), float("inf")])
        self.attempt(name, lambda: setattr(trade, name, value))
        if dice.chance(0.03):
            self.note(name, trade.sl, trade.tp, trade)

    def react(self, strategy: Any, dice: Dice) -> None:
        """Decide on account values, rounded."""
        position, kind = strategy.position, dice.integer(0, 4)
        if kind == 0 and round(position.pl_pct, 6) < dice.pick([-3.0, -1.0, 0.0]):
            position.close()
        elif kind == 1 and round(position.pl, 6) > 0:
            position.close(0.5)
        elif kind == 2 and position.is_long and strategy.trades:
            best = max(strategy.trades, key=lambda trade: round(trade.pl_pct, 9))
            best.close(dice.pick([0.5, 1.0]))
        elif kind == 3 and round(strategy.equity, 6) > 0 and not strategy.orders:
            size = max(1, int(round(strategy.equity / 10 / self.settings.step, 6)) % 50)
            self.attempt("react", lambda: strategy.sell(size=size))
        elif kind == 4 and strategy.closed_trades:
            last = strategy.closed_trades[-1]
            if round(last.pl, 6) < 0 and self.bar - last.exit_bar < 5:
                for order in strategy.orders:
                    order.cancel()

    def invalid(self, strategy: Any, dice: Dice) -> None:
        kind = dice.integer(0, 6)
        size = [1.5, 0, -1, float("nan"), float("inf"), None, "1"][kind]
        if dice.chance(0.7):
            send = strategy.buy if dice.chance(0.5) else strategy.sell
            self.attempt("invalid size", lambda: send(size=size))
        elif strategy.trades:
            portion = dice.pick([0, -0.5, 1.5])
            self.attempt("invalid portion", lambda: strategy.trades[0].close(portion))

    def observe(self, strategy: Any, dice: Dice) -> None:
        position = strategy.position
        counts = (len(strategy.orders), len(strategy.trades), len(strategy.closed_trades))
        self.note("account", strategy.equity, position.size, position.pl, position.pl_pct, *counts)
        if strategy.trades and dice.chance(0.4):
            trade = dice.pick(strategy.trades)
            self.note("trade", trade, trade.size, trade.entry_bar, trade.exit_bar, trade.tag)
            self.note("values", trade.pl, trade.pl_pct, trade.value, trade.sl, trade.tp)
            self.note("times", str(trade.entry_time), trade.exit_time, trade.exit_price)
        if strategy.closed_trades and dice.chance(0.2):
            trade = strategy.closed_trades[-1]
            self.note("closed", trade, trade.pl, trade.pl_pct, trade.value, trade.sl, trade.tp)
        if strategy.orders and dice.chance(0.4):
            order = dice.pick(strategy.orders)
            flags = (order.is_contingent, order.is_long, order.parent_trade is None)
            self.note("queued", order, order.limit, order.stop, order.sl, order.tp, *flags)
        if dice.chance(0.1):
            data = strategy.data
            self.note("data", repr(data), data.pip, len(data.Close), float(data.High), data.Low[0])


def _make_stream(base: type, settings: Settings, raise_at: int) -> type:
    class Stream(base):
        scale = 1.0

        def init(self) -> None:
            self.driver = Driver(settings)
            self.log = self.driver.log
            self.driver.start(self)

        def next(self) -> None:
            if len(self.data) == raise_at:
                raise ZeroDivisionError
            self.driver.step(self)

    return Stream


# --------------------------------------------------------------------- plain strategies


def _make_sma_cross(base: type, market: Market, variant: int) -> type:
    class SmaCross(base):
        n1 = 3
        n2 = 7

        def init(self):
            self.fast = self.I(sma, self.data.Close, self.n1)
            self.slow = self.I(sma, self.data.Close, self.n2)

        def next(self):
            if self.fast[-2] < self.slow[-2] and self.fast[-1] > self.slow[-1]:
                if variant % 2:
                    self.position.close()
                self.buy()
            elif self.fast[-2] > self.slow[-2] and self.fast[-1] < self.slow[-1]:
                if variant % 2:
                    self.position.close()
                self.sell()

    return SmaCross


def _make_bracket(base: type, market: Market, variant: int) -> type:
    class Bracket(base):
        distance = market.step * (1 + variant % 3)

        def init(self):
            self.up = self.I(rising, self.data.Close, 2)

        def next(self):
            price = self.data.Close[-1]
            if not self.position and price > 2 * self.distance:
                if self.up[-1]:
                    self.buy(size=0.5, sl=price - self.distance, tp=price + 2 * self.distance)
                else:
                    self.sell(size=0.5, sl=price + self.distance, tp=price - self.distance)

    return Bracket


def _make_trailing(base: type, market: Market, variant: int) -> type:
    class Trailing(base):
        distance = market.step * (1 + variant % 3)

        def init(self):
            self.average = self.I(sma, self.data.Close, 5)

        def next(self):
            price = self.data.Close[-1]
            if len(self.trades) < 1 + variant % 3 and price > self.average[-1]:
                self.buy(size=0.3)
            for trade in self.trades:
                if price - self.distance > 0:
                    trade.sl = max(trade.sl or 0, price - self.distance)

    return Trailing


def _make_breakout(base: type, market: Market, variant: int) -> type:
    class Breakout(base):
        n = 4

        def init(self):
            self.band = self.I(channel, self.data.High, self.data.Low, self.n)

        def next(self):
            for order in self.orders:
                if not order.is_contingent:
                    order.cancel()
            if self.position:
                if variant % 2 and len(self.data) - self.trades[0].entry_bar > 6:
                    self.trades[0].close()
                return
            top, bottom = self.band[0][-1], self.band[1][-1]
            if bottom > 0 and top > bottom:
                self.buy(size=0.4, stop=top, sl=bottom, tag="up")
                self.sell(size=0.4, stop=bottom, limit=None if variant % 3 else bottom * 1.01)

    return Breakout


def _make_ladder(base: type, market: Market, variant: int) -> type:
    class Ladder(base):
        def init(self):
            self.log = []

        def next(self):
            price, step = self.data.Close[-1], market.step
            if len(self.orders) < 4 and price > 3 * step:
                self.buy(size=2, limit=price - step / 2, tp=price + step)
                self.sell(size=1, limit=price + step / 2, tag=len(self.data))
            if self.position.size > 20:
                self.position.close(0.5)
            if len(self.data) % 16 == 0:
                self.log.append([len(self.data), "pl", plain(self.position.pl)])

    return Ladder


def _make_pyramid(base: type, market: Market, variant: int) -> type:
    class Pyramid(base):
        every = 2 + variant % 3

        def init(self):
            pass

        def next(self):
            if len(self.data) % self.every == 0:
                self.buy(size=3)
            elif len(self.data) % 7 == 0:
                self.sell(size=4 + variant)
            for trade in self.trades:
                if len(self.data) - 1 - trade.entry_bar >= 9:
                    trade.close()

    return Pyramid


def _make_hold(base: type, market: Market, variant: int) -> type:
    class Hold(base):
        def init(self):
            if variant % 2:
                self.buy()

        def next(self):
            if variant % 2 == 0 and not self.position:
                self.buy()

    return Hold


PLAIN: dict[str, Callable[[type, Market, int], type]] = {
    "sma_cross": _make_sma_cross,
    "bracket": _make_bracket,
    "trailing": _make_trailing,
    "breakout": _make_breakout,
    "ladder": _make_ladder,
    "pyramid": _make_pyramid,
    "hold": _make_hold,
}


def draw_strategy(
    dice: Dice, seed: int, market: Market, options: dict[str, Any]
) -> tuple[str, Callable[[type], type], dict[str, Any]]:
    """Draw the strategy: its kind, the function that makes its class, and parameters of the run."""
    parameters: dict[str, Any] = {}
    if dice.chance(0.22) and market.price_kind != "negative":
        kind = dice.pick(sorted(PLAIN))
        if kind == "sma_cross" and dice.chance(0.5):
            parameters = {"n1": dice.integer(2, 4), "n2": dice.integer(5, 12)}
        elif dice.chance(0.01):
            parameters = {"n3": 1}
        variant = dice.integer(0, 5)
        return kind, functools.partial(PLAIN[kind], market=market, variant=variant), parameters
    settings = draw_settings(dice, seed, market, options)
    if dice.chance(0.05):
        parameters = {"scale": dice.pick([2, 0.5, "wide"])}
    raise_at = dice.integer(2, 30) if dice.chance(0.004) else -1
    make = functools.partial(_make_stream, settings=settings, raise_at=raise_at)
    return "stream", make, parameters
