"""Statements that leave compiled code at run time, and a strategy that executes one of them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

BAR = 9

SOURCE = """
import math

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import barssince, crossover, quantile

TABLE = {{"a": 1}}


class OwnError(Exception):
    pass


def helper(a, b):
    return a + b


class Leaving(Strategy):
    kind = -1

    def init(self):
        self.band = self.I(lambda close: np.array([close - 1, close + 1]), self.data.Close)
        self.zero, self.nothing, self.units, self.level, self.minus = 0, 0.0, 3, 1.5, -2
        self.large, self.huge = 2**61, 1e300
        self.exact = 2**53 + 1
        self.infinite, self.undefined = math.inf, math.nan
        self.window, self.blank = np.zeros(10), np.full(4, np.nan)
        self.absent = None
        self.first = self.held = None
        self.result = 0
        self.real = 0.0
        self.truth = False

    def next(self):
        price = self.data.Close[-1]
        count = len(self.data)
        if count == 2:
            self.first = self.buy(size=3, sl=price * 0.5, tp=price * 2)
        elif count == 4:
            self.buy(size=2)
            self.held = self.trades[0]
        elif count == 6:
            self.trades[0].close()
        elif count == {seen}:
            self.chosen(price, count)

    def chosen(self, price, count):
{body}
"""


@dataclass(frozen=True)
class Exit:
    """A statement and why it leaves the loop; the error shows what stands between « and »."""

    name: str
    statement: str
    why: str


def source_of(exits: list[Exit]) -> str:
    """A strategy whose parameter `kind` chooses the statement that it executes on one bar."""
    lines = ["if price < 0:", "    unset = 1.0", "    self.late = 2.0"]
    for number, exit_ in enumerate(exits):
        lines += [f"if self.kind == {number}:", indent(exit_.statement, " " * 4)]
    return SOURCE.format(seen=BAR + 1, body=indent("\n".join(lines), " " * 8))


def by_reason(statements: dict[str, dict[str, str]]) -> list[Exit]:
    return [
        Exit(name, statement, why)
        for why, named in statements.items()
        for name, statement in named.items()
    ]


# What the interpreter raises too.
RAISING = by_reason(
    {
        "division by zero": {
            "whole division of integers": "self.result = self.units // self.zero",
            "remainder of integers": "self.result = self.units % self.zero",
            "division of integers": "self.real = self.units / self.zero",
            "division of floats": "self.real = 1.5 / self.nothing",
            "whole division of floats": "self.real = 1.5 // self.nothing",
            "remainder of floats": "self.real = 1.5 % self.nothing",
            "divmod": "self.result, rest = divmod(self.units, self.zero)",
            "division in a helper": "self.real = 1 / helper(self.zero, 0)",
            "assigned division": "self.units /= self.zero",
            "logarithm to the base one": "self.real = math.log(5, 1)",
        },
        "a power that is no finite number": {
            "zero to a negative power": "self.real = self.nothing**-1.5",
            "a power beyond floats": "self.real = self.huge**2.5",
        },
        "an integer to a negative or huge power": {
            "whole zero to a negative power": "self.result = self.zero**self.minus",
        },
        "math.exp fails": {
            "exponential beyond floats": "self.real = math.exp(self.units * 300)",
        },
        "math.sqrt fails": {
            "root of a negative number": "self.real = math.sqrt(self.minus)",
        },
        "math.log fails": {
            "logarithm of zero": "self.real = math.log(self.nothing)",
            "logarithm of a negative number": "self.real = math.log(self.minus)",
        },
        "math.acos fails": {
            "arc cosine of two": "self.real = math.acos(2)",
        },
        "a function of math fails": {
            "math.pow": "self.real = math.pow(self.nothing, -1)",
            "math.fmod": "self.real = math.fmod(1.0, self.nothing)",
        },
        "a float that no integer can hold": {
            "integer of NaN": "self.result = int(self.undefined)",
            "integer of infinity": "self.result = int(self.infinite)",
            "floor of infinity": "self.result = math.floor(self.infinite)",
            "rounded NaN": "self.result = round(self.undefined)",
        },
        "NumPy arrays cannot be rounded by round()": {
            "rounded reduction": "self.result = round(self.data.Close.max())",
        },
        "NumPy booleans cannot be rounded by round()": {
            "rounded truth": "self.result = round(self.data.Up[-1])",
        },
        "math.trunc() of NumPy's integers, booleans and arrays": {
            "integer cut off": "self.result = math.trunc(self.data.Count[-1])",
            "truth cut off": "self.result = math.trunc(self.data.Up[-1])",
            "reduction cut off": "self.result = math.trunc(self.data.Close.max())",
        },
        "a reduction of an empty array": {
            "largest of an empty slice": "self.real = max(self.data.Close[count:])",
            "np.max of an empty slice": "self.real = np.max(self.data.Close[count:])",
            "np.argmin of an empty slice": "self.result = np.argmin(self.data.Close[count:])",
        },
        "max() or min() of nothing": {
            "largest of no trades": "self.real = max(t.pl for t in self.trades if t.size > 99)",
        },
        "a quantile out of range": {
            "percentile beyond 100": "self.real = np.percentile(self.data.Close, 101)",
            "quantile beyond one": "self.real = quantile(self.data.Close, 1.5)",
        },
        "arrays of different lengths": {
            "arrays of different lengths": "self.truth = any(self.blank > self.data.Close)",
            "slice assigned with another length": "self.window[2:5] = self.data.Close[-2:]",
        },
        "an array is unpacked to other names": {
            "array unpacked to other names": "a, b = self.data.Close[-3:]",
        },
        "item() of several values": {
            "item of several values": "self.real = self.data.Close[-2:].item()",
        },
        "the size of an array": {
            "array of negative size": "self.real = np.zeros(self.minus)[0]",
        },
        "an index outside of the sequence": {
            "series before its first bar": "self.real = self.data.Close[-1000]",
            "series after its last bar": "self.real = self.data.Close[count]",
            "array beyond its end": "self.real = self.window[count + 1]",
            "array element assigned beyond its end": "self.window[10] = price",
            "member of a tuple at run time": "self.result = (1, 2)[self.units]",
            "label before the first": "self.truth = self.data.index[-1000].hour > 3",
            "no such trade": "self.trades[7].close()",
            "no such order": "self.orders[-5].cancel()",
            "no such closed trade": "self.real = self.closed_trades[self.units].pl",
        },
        "an index outside of the rows": {
            "row of an indicator": "self.real = self.band[2][-1]",
        },
        "an index outside of the tuple": {
            "member of a tuple": "self.result = (1, 2)[5]",
        },
        "a key that is not in the dictionary": {
            "no such key": "self.result = TABLE['b']",
        },
        "the data has no column 'Bid'": {
            "no such column": "self.real = self.data.Bid[-1]",
            "no such item": "self.real = self.data['Bid'][-1]",
        },
        "arithmetic with None": {
            "sum with None": "self.result = self.absent + 1",
        },
        "a comparison with None": {
            "comparison with None": "self.truth = self.absent < price",
        },
        "None is used as a number": {
            "negative of None": "self.result = -self.absent",
            "absolute value of None": "self.result = abs(self.absent)",
            "exit price of an open trade": "self.real = self.trades[0].exit_price + 1",
            "size that is None": "self.buy(size=self.absent)",
        },
        "an attribute of None": {
            "order that is None": "self.absent.cancel()",
        },
        "a variable without a value": {
            "variable without a value": "self.real = unset",
        },
        "self.late has no value yet": {
            "attribute without a value": "self.real = self.late",
        },
        "an exception is raised": {
            "exception of the strategy": "raise OwnError(price, count)",
            "exception with a cause": "raise ValueError(f'{price}') from OwnError(count)",
            "exception in a loop": "for n in range(3):\n    if n == 2:\n        raise KeyError(n)",
        },
        "an assertion fails": {
            "assertion": "assert price < 0, f'the price is {price}'",
        },
        "arguments that do not fit the function": {
            "call without an argument": "self.result = helper(1)",
            "call with an unknown argument": "self.result = helper(1, 2, c=3)",
        },
        "arguments that do not fit the method": {
            "position closed with two arguments": "self.position.close(0.5, 0.5)",
            "order cancelled with an argument": "self.first.cancel(1)",
        },
        "orders take their arguments by name": {
            "order by position": "self.buy(5)",
        },
        "an argument price, which there is not": {
            "order with an unknown argument": "self.buy(size=1, price=price)",
        },
        "a size out of range": {
            "size of zero": "self.buy(size=self.zero)",
            "negative size": "self.sell(size=self.minus)",
            "size of one and a half": "self.buy(size=self.level)",
            "size that is NaN": "self.buy(size=self.undefined)",
            "size that is infinite": "self.sell(size=self.infinite)",
            "size that is a reduction": "self.buy(size=self.data.Close.max())",
        },
        "a price that is NaN": {
            "limit that is NaN": "self.buy(size=1, limit=self.undefined)",
            "stop that is NaN": "self.sell(size=1, stop=self.undefined)",
            "stop-loss that is NaN": "self.buy(size=1, sl=self.undefined)",
            "take-profit that is NaN": "self.buy(size=1, tp=self.undefined)",
        },
        "the broker refuses the request": {
            "stop-loss above the price": "self.buy(size=1, sl=price * 1.5)",
            "take-profit below the price": "self.buy(size=1, tp=price / 2)",
            "take-profit above a short price": "self.sell(size=1, tp=price * 2)",
            "stop-loss beyond the limit": "self.buy(size=1, limit=price / 2, sl=price * 0.6)",
            "order cancelled after its fill": "self.first.cancel()",
            "order cancelled twice": "last = self.buy(limit=1.0)\nlast.cancel()\nlast.cancel()",
        },
        "a portion out of range": {
            "portion of nothing": "self.trades[0].close(self.nothing)",
            "portion of more than all": "self.trades[0].close(portion=1.01)",
            "portion that is NaN": "self.position.close(self.undefined)",
        },
        "the trade is closed": {
            "stop-loss of a closed trade": "self.closed_trades[0].sl = price * 0.9",
            "stop-loss of a trade that was closed": "self.held.sl = price * 0.9",
        },
        "a price out of range": {
            "stop-loss of zero": "self.trades[0].sl = self.nothing",
            "negative take-profit": "self.trades[0].tp = self.minus",
            "infinite take-profit": "self.trades[0].tp = self.infinite",
            "stop-loss that becomes NaN": "self.trades[0].sl = self.undefined",
        },
    }
)

# What the interpreter works, but machine code does not.
WORKING = by_reason(
    {
        "division by zero": {
            "price divided by zero": "self.real = «price / self.nothing»",
            "whole division of a price by zero": "self.real = «price // self.nothing»",
            "remainder of a price by zero": "self.real = «price % self.zero»",
            "price divided in place": "«price /= self.zero»\nself.real = price",
            "reduction divided by zero": "self.real = float(«self.data.Close.sum() / self.zero»)",
        },
        "an integer leaves 64 bits": {
            "product beyond 64 bits": "self.result = «self.large * self.units * 2»",
            "sum beyond 64 bits": "self.result = «self.large * 2 + self.large * 2»",
            "difference beyond 64 bits": "self.result = «-self.large * 2 - self.large * 3»",
            "power beyond 64 bits": "self.result = «self.large**2»",
            "counted power beyond 64 bits": "self.result = «self.units ** (count * 10)»",
            "loop that outgrows 64 bits": "n = 1\nfor _ in range(70):\n    «n *= 2»",
        },
        "an integer to a negative or huge power": {
            "integer to a negative power": "self.real = «self.units**self.minus»",
        },
        "a float that no integer can hold": {
            "integer of a huge float": "self.result = «int(self.huge)»",
            "floor of a huge float": "self.result = «math.floor(self.huge)»",
            "rounded huge float": "self.result = «round(self.huge)»",
        },
        "an integer is too large to be exact as a float": {
            "integer that no float holds, compared": "self.truth = «self.exact < price»",
            "integer that no float holds, divided": "self.real = «self.exact / 2»",
        },
        "a power that is no finite number": {
            "complex power": "self.truth = «self.minus**0.5» == 1",
            "NumPy's power of a negative number": "self.real = «(-price) ** 0.5»",
        },
        "a reduction of an empty array": {
            "mean of an empty slice": "self.real = «np.mean(self.data.Close[count:])»",
        },
        "too few values for a variance": {
            "variance of one value": "self.real = «np.std(self.data.Close[-1:], ddof=1)»",
        },
        "a mean of nothing but NaN": {
            "mean of nothing but NaN": "self.real = «np.nanmean(self.blank)»",
        },
        "an extreme of nothing but NaN": {
            "largest of nothing but NaN": "self.real = «np.nanmax(self.blank)»",
        },
        "an array attribute changes its length": {
            "array of another length": "«self.window = np.array(self.window[:3])»",
        },
        "NaN is sorted": {
            "sorted NaN": "self.real = «sorted((self.undefined, 2.0, 1.0))»[0]",
        },
    }
)
