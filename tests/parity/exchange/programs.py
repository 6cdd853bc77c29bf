"""Random strategies: traits are drawn from a seed, one generic class acts on them.

The class is written against the names that both packages have. What it does at a moment follows
from the seed, the hook and the number of finished executions, and from the data it sees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dice import Dice
from .observation import OF_ORDER, OF_TRADE, Journal
from .streams import Stream

SIDES = {1: "buy", -1: "sell"}


@dataclass(frozen=True)
class Program:
    """Traits of one route's strategy; chances are per call of the hook that uses them."""

    seed: int
    route: int
    spot: bool
    wild: bool
    reach: float  # typical relative distance of orders from the price
    tick: float
    gapped: bool
    long: float
    short: float
    signal: str
    style: str
    size: float
    decimals: int | None
    exits: str  # where stop-loss and take-profit are set first
    sides: str  # which of the two
    cover: float
    manage: dict[str, float]
    hooks: frozenset[str]
    others: tuple[tuple[str, int, str], ...]  # symbol, minutes, timeframe of readable candles
    keep: float
    exchange: str
    wide: bool


OPTIONAL = {
    "should_cancel_entry": 0.75,
    "filters": 0.2,
    "before": 0.7,
    "after": 0.7,
    "update_chart": 0.1,
    "update_position": 0.85,
    "on_open_position": 0.6,
    "on_increased_position": 0.5,
    "on_reduced_position": 0.5,
    "on_close_position": 0.5,
    "on_cancel": 0.4,
    "before_terminate": 0.2,
    "terminate": 0.3,
    "hyperparameters": 0.2,
    "on_route_open_position": 0.4,
    "on_route_increased_position": 0.4,
    "on_route_reduced_position": 0.4,
    "on_route_close_position": 0.4,
    "on_route_canceled": 0.4,
}
ACTIONS = {
    "stop": 0.25,
    "target": 0.25,
    "drop": 0.04,
    "none": 0.04,
    "add": 0.15,
    "add nothing": 0.05,
    "liquidate": 0.08,
    "reduce by broker": 0.04,
    "broker entry": 0.02,
    "cancel one": 0.03,
    "cancel all": 0.02,
}
WIDE_ACTIONS = {
    **ACTIONS,
    "both": 0.1,
    "same": 0.1,
    "in place": 0.1,
    "array": 0.1,
    "no exits": 0.03,
    "all exits at once": 0.05,
}


def draw_program(
    dice: Dice, seed: int, route: int, spot: bool, executions: int, **given: Any
) -> Program:
    """Draw the traits of one route's strategy."""
    often = min(0.45, dice.pick([10, 25, 50, 100]) / executions)
    sides = dice.weighted({"both": 5, "long": 2, "short": 2, "always": 1})
    long = 0.0 if sides == "short" and not spot else often
    short = 0.0 if spot or sides == "long" else often
    if sides == "always":
        long = 1.0 if spot or dice.chance(0.5) else 0.0
        short = 0.0 if spot else 1.0 - long
    exits = dice.weighted({"go": 5, "open": 3, "update": 2, "go and open": 2, "none": 1})
    hooks = {name for name, chance in OPTIONAL.items() if dice.chance(chance)}
    if spot and exits != "none" and dice.chance(0.97):
        exits = "open"
    if "open" in exits:
        hooks.add("on_open_position")
    if exits == "update":
        hooks.add("update_position")
    if spot:  # where buys across a gap are noticed
        hooks |= {"on_open_position", "on_increased_position"}
    calm = dice.chance(0.3)
    actions = WIDE_ACTIONS if given["wide"] else ACTIONS
    manage = {name: 0.0 if calm else dice.pick([0, 0, p / 2, p]) for name, p in actions.items()}
    manage["liquidate"] = max(manage["liquidate"], 0.1 if exits == "none" else dice.pick([0, 0.02]))
    if given["wide"] and exits == "none" and dice.chance(0.5):
        manage = dict.fromkeys(manage, 0.0)  # held until the end, or until it is liquidated
    return Program(
        seed=seed,
        route=route,
        spot=spot,
        wild=dice.chance(0.05),
        long=long,
        short=short,
        signal=dice.weighted({"chance": 3, "momentum": 2, "other candles": 2}),
        style=dice.weighted({"market": 4, "limit": 3, "stop": 3, "near": 1, "list": 4, "seen": 2}),
        size=dice.pick([0.05, 0.2, 0.5, 0.9]),
        decimals=dice.pick([None, None, 0, 1, 3]),
        exits=exits,
        sides=dice.weighted({"both": 6, "stop": 1, "target": 1}),
        cover=dice.pick([1.0, 1.0, 1.0, 1.0, 0.5, 1.5]),
        manage=manage,
        hooks=frozenset(hooks),
        keep=dice.pick([0.0, 0.5, 0.9, 1.0]),
        **given,
    )


class Acting:
    """Hooks of every drawn strategy; `make_strategy` takes those that the program names."""

    program: Program
    journal: Journal

    def dice(self, *key: int) -> Stream:
        return Stream(self.program.seed, self.program.route, self.index, *key)

    def note(self, code: str) -> None:
        self.journal.note(code, self)
        now = self.time
        prices = [o.price for o in self.orders if o.is_active or o.executed_at == now]
        self.journal.tied |= len(set(prices)) < len(prices)
        if self.trades and not self.trades[-1].qty:
            self.journal.add("trade without an entry", 1)

    def look(self) -> None:
        """See what all candles that can be read end with."""
        for symbol, minutes, timeframe in self.program.others:
            candles = self.get_candles(self.program.exchange, symbol, timeframe)
            self.journal.add(f"bars {timeframe}", len(candles))
            if len(candles):
                self.journal.add(f"last of {timeframe}", candles[-1, 1:].sum())
                if self.program.gapped and (candles[-3:, 0] % (minutes * 60_000)).any():
                    self.journal.add("bars off the clock", 1)

    # ------------------------------------------------------------------------ signals

    def should_short(self) -> bool:
        self.note("s")
        return self.signalled(-1)

    def should_long(self) -> bool:
        self.note("l")
        return self.signalled(1)

    def signalled(self, side: int) -> bool:
        program, dice = self.program, self.dice(1)
        chance = program.long if side > 0 else program.short
        if program.signal != "chance" and chance < 1:
            return dice.chance(min(1.0, 2 * chance)) and side * self.direction() > 0
        u = dice.unit()
        return u < chance if side > 0 or program.wild else u >= 1 - chance

    def direction(self) -> float:
        """Last move of the price of this route, or of another one's bar that may be forming."""
        candles, back = self.candles, 2
        if self.program.signal == "other candles" and self.program.others:
            symbol, _, timeframe = self.dice(2).pick(self.program.others)
            candles, back = self.get_candles(self.program.exchange, symbol, timeframe), 1
        if len(candles) < back:
            return 0.0
        return float(candles[-1, 2] - candles[-back, 1])

    # ------------------------------------------------------------------------ entries

    def go_long(self) -> None:
        self.note("g")
        self.enter(1)

    def go_short(self) -> None:
        self.note("h")
        self.enter(-1)

    def enter(self, side: int) -> None:
        program, dice = self.program, self.dice(3)
        rows = self.entry_rows(dice, side, program.size * dice.between(0.3, 1.0))
        setattr(self, SIDES[side], self.shaped(dice, rows))
        if "go" in program.exits:
            qty = sum(abs(row[0]) for row in rows)
            prices = sorted(row[1] for row in rows)
            self.protect(dice, side, qty, prices[0], prices[-1])

    def entry_rows(self, dice: Stream, side: int, share: float) -> list[tuple[float, float]]:
        """Draw quantities and prices that together take a share of the free money."""
        program = self.program
        free = self.balance if program.spot else self.available_margin * self.leverage
        style = program.style
        count = dice.integer(2, 4) if style == "list" else 1
        rows = []
        for _ in range(count):
            kind = dice.pick(["market", "limit", "stop"]) if style == "list" else style
            price = self.entry_price_of(dice, kind, side)
            qty = self.rounded_qty(max(free, 0.0) * share / price / count)
            rows.append((-qty if dice.chance(0.1) else qty, price))
        return rows

    def entry_price_of(self, dice: Stream, kind: str, side: int) -> float:
        price, reach = self.price, self.program.reach
        if kind == "market":
            return price
        if kind == "near":
            return price * (1 + dice.pick([-2, -1.6, -1.5, -1, 0.5, 1, 1.5, 1.6, 2]) * 1e-4)
        if kind == "seen":
            candle = self.candles[-dice.integer(1, min(5, len(self.candles)))]
            return float(candle[dice.integer(1, 4)])
        away = reach * dice.between(0.02, 1.0) * (-side if kind == "limit" else side)
        return self.on_tick(dice, price * (1 + away))

    def on_tick(self, dice: Stream, price: float) -> float:
        tick = self.program.tick
        if not tick or dice.chance(0.3):
            return price
        return round(max(1, round(price / tick)) * tick, 8)

    def rounded_qty(self, qty: float) -> float:
        decimals = self.program.decimals
        if decimals is None:
            return qty or 0.001
        # Not halfway between two, where the last digit of a margin would decide.
        steps = math.floor(qty * 10**decimals + 0.1234)
        return steps / 10**decimals or qty or 0.001

    def shaped(self, dice: Stream, rows: list[tuple[float, float]]) -> Any:
        """Write rows in one of the forms that a strategy may use."""
        if len(rows) == 1 and dice.chance(0.7):
            return rows[0] if dice.chance(0.7) else list(rows[0])
        return rows if dice.chance(0.7) else [list(row) for row in rows]

    # ------------------------------------------------------------------------ exits

    def protect(self, dice: Stream, side: int, qty: float, low: float, high: float) -> None:
        """Set stop-loss and take-profit around one or several entry prices."""
        if self.program.sides != "target":
            self.stop_loss = self.exit_rows(dice, -side, qty, low if side > 0 else high)
        if self.program.sides != "stop":
            self.take_profit = self.exit_rows(dice, side, qty, high if side > 0 else low)

    def exit_rows(self, dice: Stream, direction: int, qty: float, price: float) -> Any:
        """Draw up to three rows above (1) or below (-1) a price."""
        program = self.program
        count = dice.pick([1, 1, 1, 2, 3])
        cover = 1.0 if dice.chance(0.7) else program.cover
        if program.spot:  # rows that add up to more than is held by a rounding error are refused
            cover = 1.0 if count == 1 else 0.999
        rows = []
        left = qty * cover
        for i in range(count):
            part = left if i == count - 1 else self.rounded_qty(left * dice.between(0.2, 0.6))
            part = min(part, left) or left
            left = left - part
            if part <= 0:
                break
            away = direction * program.reach * dice.between(0.05, 1.6)
            if dice.chance(0.03):
                away = dice.pick([-1.6, -1.5, -1, 0, 1, 1.5, 1.6]) * 1e-4
            elif dice.chance(0.02):
                away = -away / 2
            rows.append((part, self.on_tick(dice, price * (1 + away))))
        return self.shaped(dice, rows)

    def filters(self) -> list[Any]:
        self.note("f")
        return [self.passes, self.passes]

    def passes(self) -> bool:
        self.note("p")
        return self.dice(4, len(self.journal.hooks)).chance(0.8)

    def should_cancel_entry(self) -> bool:
        self.note("c")
        return not self.dice(5).chance(self.program.keep)

    # ------------------------------------------------------------------------ course

    def before(self) -> None:
        self.note("b")
        self.shared_vars["runs"] = self.shared_vars.get("runs", 0) + 1
        self.journal.add("shared_vars", self.shared_vars["runs"])
        self.journal.add("cached", self.counted() + self.counted())
        self.look()
        dice = self.dice(16)
        idle = not self.is_open and not self.orders
        if idle and self.program.manage["broker entry"] and dice.chance(0.05):
            side = 1 if self.program.spot else dice.pick([1, -1])
            qty = self.rounded_qty(0.2 * max(self.available_margin, 0.0) / self.price)
            self.call_broker("broker entry", dice, side, 4 * qty)

    def counted(self) -> int:
        """Number of its own calls; the packages' `cached` keeps it until the execution ends."""
        self.vars["calls"] = self.vars.get("calls", 0) + 1
        return self.vars["calls"]

    def after(self) -> None:
        self.note("a")
        dice = self.dice(6)
        resting = not self.is_open and len(self.entry_orders) > 0
        # A first value given here makes the reference fail at the fill.
        if resting and self.stop_loss is not None and dice.chance(0.05):
            side = 1 if self.has_long_entry_orders else -1
            self.protect(dice, side, 1.0, self.price, self.price)
        if resting and self.program.manage["cancel one"] and dice.chance(0.1):
            self.broker.cancel_order(self.entry_orders[0].id)

    def update_chart(self) -> None:
        self.note("x")

    def update_position(self) -> None:
        self.note("u")
        if self.program.exits == "update" and self.stop_loss is None and self.take_profit is None:
            self.protect_position(self.dice(7))
        for k, (action, chance) in enumerate(self.program.manage.items()):
            dice = self.dice(8, k)
            if dice.chance(chance):
                self.act(action, dice)

    def protect_position(self, dice: Stream) -> None:
        side, qty = (1 if self.is_long else -1), abs(self.position.qty)
        self.protect(dice, side, qty, self.price, self.price)

    def act(self, action: str, dice: Stream) -> None:
        side, qty = (1 if self.is_long else -1), abs(self.position.qty)
        if action == "stop":
            self.stop_loss = self.exit_rows(dice, -side, qty, self.price)
        elif action == "target":
            self.take_profit = self.exit_rows(dice, side, qty, self.price)
        elif action == "drop":
            self.stop_loss = []
        elif action == "none":
            self.take_profit = None
        elif action == "add":
            rows = self.entry_rows(dice, side, 0.3 * self.program.size)
            setattr(self, SIDES[side], self.shaped(dice, rows))
        elif action == "add nothing":
            setattr(self, SIDES[side], dice.pick([None, []]))
        elif action == "liquidate":
            self.liquidate()
        elif action in WIDE_ACTIONS and action not in ACTIONS:
            self.act_widely(action, dice, side, qty)
        else:
            self.call_broker(action, dice, side, qty)

    def act_widely(self, action: str, dice: Stream, side: int, qty: float) -> None:
        """Write exits in ways that are less usual."""
        if action == "both":
            self.act("target", dice)
            self.act("stop", dice)
        elif action == "same":
            for name in ("stop_loss", "take_profit", SIDES[side]):
                rows = getattr(self, name)
                if rows is not None and len(rows):
                    setattr(self, name, [tuple(row) for row in np.array(rows, ndmin=2).tolist()])
        elif action == "in place":
            if isinstance(self.stop_loss, np.ndarray) and len(self.stop_loss):
                self.stop_loss[-1, 1] *= 1 - side * self.program.reach * dice.between(0.0, 0.3)
        elif action == "array":
            rows = self.exit_rows(dice, side, qty, self.price)
            self.take_profit = np.array(rows, ndmin=2, dtype=float)
        elif action == "no exits":
            self.stop_loss = self.take_profit = []
        else:
            self.stop_loss = self.exit_rows(dice, -side, qty, self.price)
            self.take_profit = (qty, self.price)

    def call_broker(self, action: str, dice: Stream, side: int, qty: float) -> None:
        broker, price, reach = self.broker, self.price, self.program.reach
        if action == "reduce by broker":
            away = dice.pick([0.0, reach / 3, -reach / 3])
            order = broker.reduce_position_at(qty / 2, price * (1 + away), price)
        elif action == "cancel one":
            orders = sorted(self.active_exit_orders, key=lambda order: (order.price, order.qty))
            if not orders:
                return
            broker.cancel_order(orders[0].id)
            return
        elif action == "cancel all":
            broker.cancel_all_orders()
            return
        else:
            kind = dice.pick(["market", "limit", "stop"])
            add = self.rounded_qty(qty / 4)
            name = SIDES[side]
            if kind == "market":
                order = getattr(broker, f"{name}_at_market")(add)
            elif kind == "limit":
                order = getattr(broker, f"{name}_at")(add, price * (1 - side * reach / 2))
            else:
                order = broker.start_profit_at(name, add, price * (1 + side * reach / 2))
        self.journal.see("sent ", OF_ORDER, order)

    # ------------------------------------------------------------------------ fills

    def filled(self, order: Any) -> None:
        self.journal.see("order ", OF_ORDER, order)
        self.look()
        if order.side == "buy" and order.vars.get("submitted_price") not in (None, order.price):
            self.journal.add("buys across a gap", 1)

    def on_open_position(self, order: Any) -> None:
        self.note("O")
        self.filled(order)
        if "open" in self.program.exits:
            qty, entry = abs(self.position.qty), self.position.entry_price
            self.protect(self.dice(9), 1 if self.is_long else -1, qty, entry, entry)

    def on_increased_position(self, order: Any) -> None:
        self.note("I")
        self.filled(order)
        if self.program.exits != "none" and self.dice(10, self.increased_count).chance(0.5):
            self.protect_position(self.dice(11))

    def on_reduced_position(self, order: Any) -> None:
        self.note("R")
        self.journal.see("order ", OF_ORDER, order)
        dice = self.dice(12, self.reduced_count)
        if dice.chance(0.4):
            self.stop_loss = (abs(self.position.qty), self.position.entry_price)
        elif dice.chance(0.1):
            self.liquidate()

    def on_close_position(self, order: Any, closed_trade: Any) -> None:
        self.note("C")
        self.journal.see("order ", OF_ORDER, order)
        self.journal.see("trade ", OF_TRADE, closed_trade)
        if self.dice(13).chance(0.2):
            for key, value in self.metrics.items():
                if key != "serenity_index":  # infinite or NaN in the reference, by a fault of it
                    self.journal.add(f"metrics {key}", value)
        dice = self.dice(17, len(self.journal.hooks))
        if self.program.wide and not self.program.spot and dice.chance(0.1):
            self.call_broker("broker entry", dice, dice.pick([1, -1]), 4 * abs(order.qty))

    def on_cancel(self) -> None:
        self.note("X")

    def on_route_open_position(self, strategy: Any) -> None:
        self.note("1")
        self.answer(strategy)

    def on_route_increased_position(self, strategy: Any) -> None:
        self.note("2")

    def on_route_reduced_position(self, strategy: Any) -> None:
        self.note("3")

    def on_route_close_position(self, strategy: Any) -> None:
        self.note("4")
        self.answer(strategy)

    def on_route_canceled(self, strategy: Any) -> None:
        self.note("5")

    def answer(self, strategy: Any) -> None:
        self.journal.add("other route", len(strategy.symbol) + strategy.position.qty)
        dice = self.dice(14)
        if self.is_open and self.program.exits != "none" and dice.chance(0.2):
            self.act(dice.pick(["stop", "target", "liquidate"]), dice)

    def before_terminate(self) -> None:
        self.note("T")
        dice = self.dice(15)
        if self.is_open and dice.chance(0.5):
            self.act(dice.pick(["liquidate", "add", "target"]), dice)

    def terminate(self) -> None:
        self.note("t")

    def hyperparameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "size", "type": int, "min": 1, "max": 9, "default": 4},
            {"name": "share", "type": float, "min": 0.1, "max": 0.9, "default": 0.3},
        ]


ALWAYS = {"should_long", "should_short", "go_long", "go_short"}
HOOKS = ALWAYS | set(OPTIONAL)


def make_strategy(base: type, cached: Any, program: Program, journal: Journal) -> type:
    """Make the class of a program out of a package's `Strategy` and `cached`."""
    left_out = HOOKS - ALWAYS - program.hooks
    body = {
        name: value
        for name, value in vars(Acting).items()
        if callable(value) and name not in left_out
    }
    body["counted"] = cached(Acting.counted)
    if program.spot:
        del body["go_short"]
    body.update(program=program, journal=journal)
    return type(f"Drawn{program.route}", (base,), body)


def fingerprint_of(array: np.ndarray | None) -> bytes:
    """Bytes that tell two arrays of candles apart."""
    return b"" if array is None else np.ascontiguousarray(array).tobytes()
