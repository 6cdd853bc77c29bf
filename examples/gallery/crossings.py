"""Entries and exits where one line crosses another."""

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import cross, crossover
from hindcaster.test import SMA

from .indicators import adx, ema, hull, macd, ribbon


class SmaCross(Strategy):
    """Always in the market: long after the fast average crossed above the slow one, else short."""

    fast = 10
    slow = 20

    def init(self):
        self.sma1 = self.I(SMA, self.data.Close, self.fast)
        self.sma2 = self.I(SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.sma1, self.sma2):
            self.position.close()
            self.buy()
        elif crossover(self.sma2, self.sma1):
            self.position.close()
            self.sell()


class EmaCrossLongOnly(Strategy):
    """Buy when the fast exponential average crosses above the slow one, leave once it is below."""

    fast = 12
    slow = 40

    def init(self):
        close = self.data.Close
        self.fast_line = self.I(ema, close, self.fast, name="fast")
        self.slow_line = self.I(ema, close, self.slow, name="slow")

    def next(self):
        if not self.position and crossover(self.fast_line, self.slow_line):
            self.buy(size=0.95)
        elif self.position.is_long and self.fast_line[-1] < self.slow_line[-1]:
            self.position.close()


class MacdCross(Strategy):
    """Buy MACD crossing its signal line below zero, sell the mirror image, stop on the far side."""

    stop = 0.05

    def init(self):
        self.macd = self.I(macd, self.data.Close, name=["MACD", "signal"])

    def next(self):
        line, signal = self.macd
        price = self.data.Close[-1]
        if crossover(line, signal) and line[-1] < 0:
            if self.position.is_short:
                self.position.close()
            self.buy(size=0.5, sl=price * (1 - self.stop))
        elif crossover(signal, line) and line[-1] > 0:
            if self.position.is_long:
                self.position.close()
            self.sell(size=0.5, sl=price * (1 + self.stop))


class CrossEitherWay(Strategy):
    """At any crossing of price and Hull average take the side of the long trend, exclusively."""

    def init(self):
        self.average = self.I(hull, self.data.Close, 30)
        self.trend = self.I(SMA, self.data.Close, 100)

    def next(self):
        if cross(self.data.Close, self.average):
            if self.data.Close > self.trend:
                self.buy()
            else:
                self.sell()


class TripleAverage(Strategy):
    """Hold while three averages are stacked in order, long or short; flat otherwise."""

    lengths = (5, 20, 60)

    def init(self):
        self.short_line, self.middle_line, self.long_line = (
            self.I(SMA, self.data.Close, n) for n in self.lengths
        )

    def next(self):
        fast, middle, slow = self.short_line[-1], self.middle_line[-1], self.long_line[-1]
        if fast > middle > slow:
            if not self.position.is_long:
                self.position.close()
                self.buy(size=0.9)
        elif fast < middle < slow:
            if not self.position.is_short:
                self.position.close()
                self.sell(size=0.9)
        elif self.position:
            self.position.close()


class EmaRibbon(Strategy):
    """Buy when six averages fan out upwards for the first time, leave when the fan has turned."""

    def init(self):
        self.fan = self.I(ribbon, self.data.Close, 8, 13, 21, 34, 55, 89, overlay=True)

    def next(self):
        ordered = np.all(np.diff(self.fan[:, -1]) < 0)
        was_ordered = np.all(np.diff(self.fan[:, -2]) < 0)
        if ordered and not was_ordered and not self.position:
            self.buy(size=0.8)
        elif self.position and self.fan[0, -1] < self.fan[-1, -1]:
            self.position.close()


class DirectionalMovement(Strategy):
    """Trade the crossing of +DI and -DI while ADX says that there is a trend."""

    threshold = 18.0
    allow_short = True

    def init(self):
        self.dmi = self.I(adx, self.data.High, self.data.Low, self.data.Close, 14)

    def next(self):
        plus, minus, strength = self.dmi
        if strength[-1] < self.threshold:
            return
        if crossover(plus, minus):
            if self.position.is_short:
                self.position.close()
            self.buy(size=0.4)
        elif crossover(minus, plus):
            if self.position.is_long:
                self.position.close()
            if self.allow_short:
                self.sell(size=0.4)
