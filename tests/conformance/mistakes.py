"""A strategy that makes one mistake, chosen by a parameter, on one bar of an eventful run."""

from __future__ import annotations

import math

import numpy as np

from hindcaster import Strategy

# What each mistake raises, in the order of their numbers; None: it is none after all.
MISTAKES: dict[str, type[Exception] | None] = {
    "stop-loss above a long order": ValueError,
    "take-profit above a short order": ValueError,
    "size of no units": AssertionError,
    "size of one and a half units": AssertionError,
    "size that is NaN": ValueError,
    "size that is infinite": OverflowError,
    "stop-loss that is NaN": ValueError,
    "limit that is NaN": ValueError,
    "portion of nothing": AssertionError,
    "portion of more than all": AssertionError,
    "position portion out of range": AssertionError,
    "order cancelled twice": ValueError,
    "order cancelled after its fill": ValueError,
    "stop-loss of a closed trade": ValueError,
    "stop-loss at zero": AssertionError,
    "take-profit that is NaN": AssertionError,
    "take-profit that is infinite": AssertionError,
    "series read before its first bar": IndexError,
    "series read after its last bar": IndexError,
    "no such trade": IndexError,
    "no such order": IndexError,
    "no such closed trade": IndexError,
    "whole division by zero": ZeroDivisionError,
    "true division by zero": ZeroDivisionError,
    "remainder of zero": ZeroDivisionError,
    "division of a price by zero": None,
    "an exception of the strategy": ValueError,
    "an assertion of the strategy": AssertionError,
    "root of a negative number": ValueError,
    "logarithm of zero": ValueError,
    "arithmetic on None": TypeError,
    "comparison with None": TypeError,
    "a variable without a value": UnboundLocalError,
    "an attribute without a value": AttributeError,
    "integer of NaN": ValueError,
    "integer of infinity": OverflowError,
    "largest of nothing": ValueError,
    "note outside an array": IndexError,
}
BAR = 20


class Mistakes(Strategy):
    """Trades a little, and makes the mistake of number `kind` when it sees `BAR` bars."""

    kind = -1

    def init(self) -> None:
        self.level = None
        self.noted = np.zeros(len(self.data))
        self.zero = 0
        self.nothing = 0.0
        self.infinite = math.inf
        self.undefined = math.nan

    def next(self) -> None:
        price = self.data.Close[-1]
        count = len(self.data)
        if count == 2:
            self.first = self.buy(size=3, sl=price * 0.5, tp=price * 2)
        elif count == 4:
            self.buy(size=2, tag=count)
        elif count == 6:
            self.trades[0].close()
        elif count == BAR:
            self.order_mistake(price)
            self.trade_mistake(price)
            self.number_mistake(price, count)

    def order_mistake(self, price: float) -> None:
        if self.kind == 0:
            self.buy(sl=price * 1.5)
        elif self.kind == 1:
            self.sell(tp=price * 1.5)
        elif self.kind == 2:
            self.buy(size=self.zero)
        elif self.kind == 3:
            self.sell(size=1.5)
        elif self.kind == 4:
            self.buy(size=self.undefined)
        elif self.kind == 5:
            self.buy(size=self.infinite)
        elif self.kind == 6:
            self.buy(size=1, sl=self.undefined)
        elif self.kind == 7:
            self.sell(size=1, limit=self.undefined)
        elif self.kind == 11:
            order = self.buy(size=1, limit=price / 2)
            order.cancel()
            order.cancel()
        elif self.kind == 12:
            self.first.cancel()

    def trade_mistake(self, price: float) -> None:
        if self.kind == 8:
            self.trades[0].close(self.nothing)
        elif self.kind == 9:
            self.trades[-1].close(1.01)
        elif self.kind == 10:
            self.position.close(-0.5)
        elif self.kind == 13:
            self.closed_trades[0].sl = price * 0.9
        elif self.kind == 14:
            self.trades[0].sl = self.nothing
        elif self.kind == 15:
            self.trades[0].tp = self.undefined
        elif self.kind == 16:
            self.trades[0].tp = self.infinite
        elif self.kind == 19:
            self.trades[7].close()
        elif self.kind == 20:
            self.orders[-5].cancel()
        elif self.kind == 21:
            self.level = self.closed_trades[3].pl

    def number_mistake(self, price: float, count: int) -> None:
        if self.kind == 17:
            self.level = self.data.Close[-(10**6)]
        elif self.kind == 18:
            self.level = self.data.Close[count]
        elif self.kind == 22:
            self.level = count // self.zero
        elif self.kind == 23:
            self.level = 1.5 / self.nothing
        elif self.kind == 24:
            self.level = count % self.zero
        elif self.kind == 25:
            self.level = price / self.nothing
        elif self.kind == 26:
            raise ValueError(f"the price is {price:.2f} on bar {count - 1}")
        elif self.kind == 27:
            assert price < self.nothing, "the price is high"
        elif self.kind == 28:
            self.level = math.sqrt(self.nothing - price)
        elif self.kind == 29:
            self.level = math.log(self.nothing)
        else:
            self.other_mistake(price, count)

    def other_mistake(self, price: float, count: int) -> None:
        if price < 0:
            unset = 1.0
            self.late = 2.0
        if self.kind == 30:
            self.zero = self.level + 1
        elif self.kind == 31 and self.level < price:
            self.zero = 2
        elif self.kind == 32:
            self.nothing = unset
        elif self.kind == 33:
            self.nothing = self.late
        elif self.kind == 34:
            self.zero = int(self.undefined)
        elif self.kind == 35:
            self.zero = int(self.infinite)
        elif self.kind == 36:
            self.nothing = max(self.data.Close[count:])
        elif self.kind == 37:
            self.noted[len(self.noted)] = price
