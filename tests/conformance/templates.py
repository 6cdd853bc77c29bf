"""What generated strategies are made of: a table of templates per symbol.

A symbol in braces stands for any template of its table, drawn anew at each place; the symbols at
the end of this file stand for names in scope, blocks and calls. A number in front of a template is
its weight.
"""

import re

PRELUDE = """\
import math
from enum import Enum

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import barssince, cross, crossover, quantile

LEVEL = 3
FACTOR = 0.25
STEPS = (1, 2, 5)


class Mode(Enum):
    FLAT = 0
    UP = 1
    DOWN = "down"


def average(values, n):
    total = np.concatenate([[0.0], np.cumsum(np.asarray(values, float))])
    return np.r_[np.full(n - 1, np.nan), (total[n:] - total[:-n]) / n]


def channel(high, low, n):
    top, bottom = np.full(len(high), np.nan), np.full(len(high), np.nan)
    for i in range(n, len(high)):
        top[i], bottom[i] = high[i - n : i].max(), low[i - n : i].min()
    return top, bottom


def rising(values):
    return np.r_[False, np.diff(np.asarray(values)) > 0]


def phase(values):
    return np.arange(len(values)) % 7
"""
INIT = """\
    def init(self):
        self.mean = self.I(average, self.data.Close, self.length)
        self.band = self.I(channel, self.data.High, self.data.Low, 4)
        self.up = self.I(rising, self.data.Close)
        self.phase = self.I(phase, self.data.Close)
        self.range = self.data.High - self.data.Low
        self.count = 0
        self.level = {start}
        self.total = {start}
        self.last = None
        self.flag = False
        self.mode = Mode.FLAT
        self.state = "idle"
        self.order = None
        self.trade = None
        self.seen = np.full(len(self.data), np.nan)
        self.counts = np.zeros(len(self.data), np.int64)
        self.flags = np.zeros(len(self.data), bool)

    @property
    def half(self):
        return self.total / 2

    def bump(self):
        self.count += 1
        self.level = self.count / 2
        self.seen[-1] = self.level
        return self.count

    def place(self):
        if len(self.orders) < 20:
            self.buy(size=1, limit=self.data.Close[-1] * 0.8)
        return len(self.orders)

    @staticmethod
    def twice(value):
        return value * 2
"""
GUARD = """\
if len(self.orders) + len(self.trades) > 30:
    for order in self.orders:
        if not order.is_contingent:
            order.cancel()
    self.order = None
    self.position.close()
    return
"""
CLASS = """\
class Generated(Strategy):
    length = 4
    factor = 1.5
    short = True
    style = "calm"
"""

NUMBERS = """
4: {x}
4: {m}
4: {close}
4: {series}[-{k}]
2: {var}
2: self.level
2: self.total
self.count
self.factor
self.length
FACTOR
LEVEL
len(self.data)
self.equity
self.position.pl
self.position.pl_pct
self.position.size
self.band[0][-1]
self.band[1][-{k}]
self.band[1, -1]
self.seen[len(self.data) - 2]
self.counts[len(self.data) - 2]
float({series})
"""
LONGER_NUMBERS = """
4: {n} + {n}
4: {n} - {n}
4: {n} * {n}
4: {n} / {z}
2: {n} // {z}
2: {n} % {z}
-{n}
abs({n})
3: min({n}, {n})
3: max({n}, {n}, {n})
2: round({n}, {k})
2: round({r})
int({r})
float({n})
3: ({n} if {b} else {n})
{r} ** 2
{r} ** {k}
abs({r}) ** 0.5
{r} ** {r}
math.sqrt(abs({n}))
math.floor({r})
math.ceil({r})
math.trunc({r})
math.log(abs({n}) + 1)
math.exp(-abs({n}))
math.copysign({n}, {n})
math.fabs({n})
math.tanh({n})
math.pow(abs({n}), 0.5)
math.fmod({r}, {z})
np.abs({n})
np.sqrt(abs({n}))
np.sign({n})
np.maximum({n}, {n})
np.minimum({n}, {n})
np.floor({n})
np.log(abs({n}) + 1)
np.exp(-abs({n}))
np.clip({n}, -{k}, {k})
2: {w}.mean()
2: {w}.max()
2: {w}.min()
2: {w}.sum()
{w}.std()
np.mean({w})
np.std({w})
np.sum({w})
np.max({w})
np.min({w})
np.median({w})
max({w})
min({w})
sum({w})
{w}.argmax()
np.argmin({w})
{w}[0]
{w}[-1]
quantile({w})
quantile({w}, 0.{d})
barssince({series} > {series}, 0)
barssince(self.up, default=-1)
barssince({series} < {n})
({series} - {series})[-1]
({series} * {x})[-{k}]
({series} / self.data.Close)[-1]
abs({series} - {n})[-1]
np.diff({series}[-{k}:])[-1]
np.abs({w}).max()
({w} > {n}).sum()
np.sum({w} >= {n})
(self.data.High[-4:] - self.data.Low[-4:]).mean()
(self.data.Close[-3:] * self.mean[-3:]).sum()
sum({n} for _ in range({k}))
sum(value * {x} for value in {w})
sum(1 for value in {w} if value > {n})
sum(trade.pl for trade in self.trades)
sum(1 for trade in self.trades if trade.pl > {n})
sum(abs(trade.size) for trade in self.trades)
max((trade.pl_pct for trade in self.trades), default={n})
min((order.size for order in self.orders), default=0)
2: (self.trades[-1].{tradenumber} if self.trades else {n})
2: (self.closed_trades[-1].{closednumber} if self.closed_trades else {n})
(self.closed_trades[::-1][-1].{closednumber} if self.closed_trades else {n})
(self.orders[::-1][-1].{ordernumber} if self.orders else {n})
(self.orders[0].{ordernumber} if len(self.orders) > 0 else {n})
(self.trades[0].sl or {n} if self.trades else {n})
(self.trade.{tradenumber} if self.trade is not None else {n})
(self.last if self.last is not None else {n})
(self.last or {n})
({n} or {n})
({b} and {n})
({b}) + ({b})
int({b})
divmod({i}, {k})[0]
len([trade for trade in self.trades if trade.pl > {n}])
sum([value - {x} for value in {w}])
self.data.index[-1].{timenumber}
(self.data.index[-1] - self.data.index[-{k}]).days
(self.trades[0].entry_time.day if self.trades else {n})
self.half
2: {effect}
{effect} + {n} * {effect}
len({series}[{i} : {i}])
sum({series}[{i} % 9 : {i} % 12])
{series}[{i} % 5 : -{i} % 7].sum()
{series}[-({i} % 4) - 1]
{series}[-self.length :].mean()
self.late
{b} * {n}
self.twice({n})
(lambda value: value * {x})({n})
2: {window}.{reduction}
{window}[-1]
len({window})
4: {trade}.{tradenumber}
2: {order}.{ordernumber}
5: {call}
"""
TRADE_NUMBERS = "pl|pl_pct|value|size|entry_price|entry_bar"
CLOSED_NUMBERS = "pl|pl_pct|value|size|entry_price|exit_price|entry_bar|exit_bar"
INTEGERS = """
4: {m}
3: {k}
3: {int}
2: self.count
2: len(self.data)
self.length
LEVEL
len(self.trades)
len(self.orders)
len(self.closed_trades)
self.position.size
"""
LONGER_INTEGERS = """
3: {i} + {i}
3: {i} - {i}
2: {i} * {i}
2: {i} // {k}
2: {i} % {k}
{i} // {i}
{i} % -{k}
abs({i})
min({i}, {i})
max({i}, {k})
({i} if {b} else {i})
-{i}
int({r})
round({r})
math.floor({r})
int({b})
len({w})
({i} & {k})
{k} ** {k}
sum(1 for trade in self.trades if {b})
"""
CONDITIONS = """
5: {n} > {n}
3: {series}[-1] > {series}[-{k}]
2: {series}[-1] <= {series}[-2]
4: {i} % {k} == 0
3: len(self.data) % {k} == {m}
2: {flag}
2: self.flag
2: self.up[-1]
self.up
{series} > {n}
self.short
self.position
self.position.is_long
self.position.is_short
self.trades
not self.trades
self.last is None
self.last is not None
self.order is None
self.state == {text}
self.style != {text}
self.mode is Mode.UP
self.mode == {mode}
crossover(self.data.Close, self.mean)
True
"""
LONGER_CONDITIONS = """
4: {b} and {b}
4: {b} or {b}
3: not {b}
3: {n} < {n} <= {n}
2: {n} > {n} > {n} > {n}
2: {n} == {n}
{n} != {n}
{i} in STEPS
crossover({series}, {series})
crossover({series}, {n})
crossover({w}, {w})
cross({series}, self.mean)
crossover({n}, {series})
math.isnan({n})
np.isnan({n})
np.isfinite({n})
bool({n})
({b} if {b} else {b})
any(value > {n} for value in {w})
all(value >= {n} for value in {w})
any(trade.pl < {n} for trade in self.trades)
all(trade.is_long for trade in self.trades)
any(order.is_contingent for order in self.orders)
any({b} for _ in range({k}))
self.up[-{k}:].all()
({w} > {n}).any()
self.up[-1] == self.up[-2]
self.last is not None and self.last > {n}
self.order is not None and self.order.is_long
self.trade is not None and self.trade.exit_bar is None
({b}) == ({b})
({b}) != ({b})
({n} > {n}) + 1 > {i}
self.mode in (Mode.UP, Mode.DOWN)
self.state in ("idle", "on")
{trade}.is_long
{trade}.sl is None
({trade}.tp or 0) > {n}
({trade}.sl is not None and {trade}.sl < {n})
{trade}.entry_bar < {i}
{order}.is_contingent
{order}.parent_trade is None
{order}.limit is not None
2: {check}
self.count < self.bump() < self.count + {k}
self.flag or self.bump() % 2 == 0
self.bump() % 3 == 1 and self.count > {n}
self.place() < len(self.orders) + 1
"""
WINDOWS = """
5: {series}[-{k}:]
2: {series}[-{kk}:-{k}]
{series}[:-{k}]
{series}[:{kk}]
{series}[{k}:]
{series}[-{kk}:][1:]
{series}[::-1][:{k}]
{series}[::-1][-{k}:]
{series}[-{kk}:][::-1]
{series}[-{kk}:][-{k}:]
{series}[-500:]
({series} - self.data.Open)[-{k}:]
({series} * 2)[-{k}:]
"""
SYMBOLS = {
    "series": """
        4: self.data.Close
        2: self.data.High
        2: self.data.Low
        2: self.data.Open
        self.data.Volume
        self.data["Close"]
        self.data.Extra
        3: self.mean
        self.range
        self.phase
        self.band[0]
        self.band[1]
        """,
    "x": "0.5|2.0|1.5|0.1|-0.75|3.0|100.0|1e-3|0.0|-2.0",
    "m": "1|0|2|3|5|-1|-3|7|10|-0",
    "k": "1|2|3|4|5",
    "kk": "6|8|9|12",
    "d": "5|1|25|9",
    "close": "self.data.Close[-1]",
    "z": "2|4.0|self.data.Close[-1]|self.data.Close[-{k}]|(abs({n}) + 1)|max({n}, 1)|{x}|{n}",
    "r": "{close}|{series}[-{k}]|{x}|{m}|self.count|self.position.pl|{close} / {k}|-{close}",
    "text": '"idle"|"on"|"calm"|self.state',
    "mode": "Mode.UP|Mode.DOWN|Mode.FLAT|self.mode",
    "tradenumber": TRADE_NUMBERS,
    "closednumber": CLOSED_NUMBERS,
    "ordernumber": "size",
    "effect": """
        self.count + self.bump()
        self.bump() - self.count * self.bump()
        self.level + self.bump() + self.level
        (self.level, self.bump(), self.level)[-1]
        max(self.count, self.bump(), self.count)
        min(self.level, self.bump())
        self.seen[-1] + self.bump() + self.seen[-1]
        (self.level if self.bump() % 2 else self.count)
        len(self.orders) + self.place() + len(self.orders)
        (self.last or self.bump())
        self.count * {n} - self.bump()
        """,
    "timenumber": "day|month|year|hour|weekday()|dayofyear|quarter",
    "reduction": "mean()|max()|min()|sum()|std()|argmax()|var()",
    "portion": "1.0|0.5|0.25|1|{k} / 5",
    "below": "{close} * 0.9|self.data.Low[-1] * 0.95|{close} - 10|min({close}, {w}.min()) - 1",
    "above": "{close} * 1.1|self.data.High[-1] * 1.05|{close} + 10|{close} + 2 * abs({r}) + 1",
    "size": "{k}|0.{d}|0.{d}|1.0|max(1, int({close}) % 9)|min(abs({i}), 50) + 1|{close} // 10 + 1",
    "units": "{k}|{k}|max(1, int({close}) % 9)|{k} / 4 if self.short else {k}",
    "trail": '{k}|"5%"|"12.5 %"|{close} / 20|abs({r}) % 30 + 1',
    "tag": '{m}|"first"|{i}|None|self.state|{n}|{k} / 2|(None if {b} else {m})',
}
# Statements; an indented symbol is a block of its own.
SIMPLE_STATEMENTS = """
3: self.level = {n}
2: self.total += {n}
self.total = self.total * 0.5 + {n}
self.total -= {i}
3: self.count += 1
self.count -= {i}
self.count = {i}
self.total += self.bump()
self.level -= self.bump()
self.level, self.count = self.bump(), self.level
self.level, self.total = self.total, self.level + {n}
self.count, self.seen[self.count % 5] = self.count + 1, self.count
self.seen[self.bump() % 7] = self.bump()
self.seen[self.count % 7] += self.bump()
self.counts[self.bump() % 5] += self.count
self.late = {n}
self.factor = {n}
self.count *= {m}
2: self.last = {n}
self.last = None
self.last = None if {b} else {n}
2: self.flag = {b}
self.flag = not self.flag
2: self.mode = {mode}
self.mode = Mode.UP if {b} else Mode.DOWN
2: self.state = {text}
4: {newvar} = {n}
2: {newint} = {i}
2: {newflag} = {b}
2: {var} += {n}
{var} *= {x}
{var} -= {i}
{var} //= {k}
{var} %= {k}
{newvar} = {newvar} = {n}
2: {newvar}, {newint} = {n}, {i}
self.level, self.total = self.total, self.level
3: self.seen[len(self.data) - 1] = {n}
self.seen[-1] = {n}
self.seen[len(self.data) - 1] += {n}
2: self.counts[len(self.data) - 1] = {i}
self.counts[{i} % len(self.counts)] += 1
2: self.flags[len(self.data) - 1] = {b}
2: {newwindow} = {w}
self.seen[-3:] = {n}
self.seen = self.seen + {x}
pass
3: self.buy(size={size})
self.buy()
self.sell()
3: self.sell(size={size})
2: self.buy(size={size}, sl={below}, tp={above})
2: self.sell(size={size}, sl={above}, tp={below})
2: self.buy(size={size}, limit={below}, tag={tag})
2: self.sell(size={size}, limit={above}, tag={tag})
self.buy(size={size}, stop={above}, sl={below})
self.sell(size={size}, stop={below}, limit={below}, tag={tag})
self.buy(size={size}, sl=None if {b} else {below}, tag={tag})
self.sell(size={size}, tp=self.last)
self.buy(size={size}, limit={below}, good_for={k})
self.sell(size={size}, stop={below}, good_for={i} % 5 + 1, tag={tag})
2: self.buy(size={size}, trail={trail})
2: self.sell(size={size}, trail={trail}, tp={below})
self.buy(size={size}, stop={above}, trail={trail}, good_for=3, sl={below})
self.buy(size={size}, on_close=True)
self.sell(size={size}, on_close=bool({b}), trail=None)
self.buy(units={units}, sl={below})
self.sell(units={units})
self.sell(size={size}, limit={above}, oco={order}, good_for=None)
2: self.position.close()
self.position.close({portion})
self.order = self.buy(size={size}, limit={below})
self.order = self.sell(size={size}, stop={below}, tag={tag})
self.order = None
4: {trade}.sl = {below}
2: {trade}.sl = {above}
2: {trade}.tp = {above}
{trade}.tp = None
4: {trade}.close()
2: {trade}.close({portion})
2: self.trade = {trade}
4: {order}.cancel()
self.order = {order}
{callstatement}
"""
BLOCK_STATEMENTS = r"""
6: if {b}:\n    {block}
3: if {b}:\n    {block}\nelse:\n    {block}
2: if {b}:\n    {block}\nelif {b}:\n    {block}\nelse:\n    {block}
2: for {loopint} in range({k}):\n    {loop}
for {loopint} in range({i} % 7):\n    {loop}
for {loopint} in range(min({i}, 6)):\n    {loop}
for {loopint} in range({i} % 8, {m}, -{k}):\n    {loop}
for {loopint} in reversed(range({k})):\n    {loop}
for {loopint} in STEPS:\n    {loop}
2: for {loopvar} in {w}:\n    {loop}
for {loopint}, {loopvar} in enumerate({w}):\n    {loop}
3: for {looptrade} in self.trades:\n    {loop}
for {loopint}, {looptrade} in enumerate(self.trades):\n    {loop}
for {looptrade} in self.closed_trades[-2:]:\n    {loop}
2: for {looporder} in self.orders[:4]:\n    {loop}
2: if self.trades:\n    {withtrade}
if self.order is not None:\n    self.order.cancel()\n    self.order = None
2: if self.order is not None:\n    {withorder}
if self.trade is not None:\n    self.total += self.trade.pl\n    {block}
counter = 0\nwhile counter < {k}:\n    counter += 1\n    {loop}
counter = 0\nwhile self.bump() % {k} and counter < 6:\n    counter += 1\n    {loop}
counter = 0\nwhile counter < {k} and ({b}):\n    counter += 1\n    {block}
up = self.buy(size={size}, stop={above})\nself.sell(size={size}, stop={below}, oco=up)
for {loopint} in range(self.bump() % 4):\n    {loop}
scale = {n}\ndouble = lambda value: value * scale\nscale = {n}\nself.level = double({n})
def inner(value, extra=self.level):\n    return value + extra * {k}\nself.level = inner({n})
kept = [value for value in {w} if value > {n}]\nself.level = sum(kept) / max(len(kept), 1)
best = max(self.trades, key=lambda t: t.pl, default=None)\nif best is not None:\n    best.close()
while self.count > {k}:\n    self.count //= 2\n    self.total += 1
for {looptrade} in [held for held in self.trades if held.pl > {n}]:\n    {loop}
held = self.trades\n{block}\nself.count += len(held)
pending = self.orders\n{block}\nself.count += len(pending)
recent = self.seen[-4:]\nself.seen[-1] = {n}\nself.total = recent[-1]
old = self.seen\nself.seen = self.seen * {x}\nself.total = old[len(self.data) - 1]
if ({newvar} := {n}) > {n}:\n    {block}
"""
RARE_STATEMENTS = r"""
return
assert {n} == {n} or {b}, "not equal"
if len(self.data) > 50:\n    raise ValueError(f"{{self.count}} at {{ {n}:.2f}}")
if {b} and len(self.data) > 40:\n    self.buy(size={i})
self.count = self.count * 3 + 1
self.level = {maybe}
self.orders[0].cancel()
self.trades[0].close()
self.level = self.data.Close[{i}]
self.level = self.last + 1
self.buy(sl={n})
self.buy(units={n}, trail={n}, good_for={i}, oco=self.order)
"""


def _parsed(text: str) -> list[str]:
    """Templates of a table's lines, or of alternatives between bars, as often as they weigh."""
    found = []
    for row in text.strip().split("\n") if "\n" in text else text.split("|"):
        weight, template = re.fullmatch(r"\s*(?:(\d+): )?(.*)", row).groups()
        found += [template.replace("\\n", "\n")] * int(weight or 1)
    return found


TABLES = {
    "n": (_parsed(NUMBERS), _parsed(LONGER_NUMBERS)),
    "i": (_parsed(INTEGERS), _parsed(LONGER_INTEGERS)),
    "b": (_parsed(CONDITIONS), _parsed(LONGER_CONDITIONS)),
    "w": (_parsed(WINDOWS), []),
    "statement": (_parsed(SIMPLE_STATEMENTS), _parsed(BLOCK_STATEMENTS)),
    "rare": (_parsed(RARE_STATEMENTS), []),
    **{name: (_parsed(text), []) for name, text in SYMBOLS.items()},
}
# Symbols for names: those read need one in scope, those written bring it there.
READ = {
    "var": "number",
    "int": "integer",
    "flag": "flag",
    "trade": "trade",
    "order": "order",
    "window": "window",
}
WRITTEN = {"newvar": "number", "newint": "integer", "newflag": "flag", "newwindow": "window"}
LOOPS = {"loopvar": "number", "loopint": "integer", "looptrade": "trade", "looporder": "order"}
NAMES = {
    "number": ("alpha", "beta", "gamma"),
    "integer": ("index", "step", "other"),
    "flag": ("fine", "odd"),
    "trade": ("trade", "another"),
    "order": ("order", "waiting"),
    "window": ("window",),
}
BLOCKS = ("{block}", "{loop}", "{withtrade}", "{withorder}")
WITH_SELF = ("w", "series", "close")
CALLS = ("call", "callstatement", "check", "maybe")
SYMBOL = re.compile(r"(?<!\{)\{(\w+)\}")
