"""Stop-losses and targets that are set, moved and removed."""

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import TrailingStrategy, crossover

from .indicators import atr, ema, momentum, sma


class TrailingPercent(Strategy):
    """Follow every trade with a stop at a fixed distance in percent, long and short."""

    distance = 0.06

    def init(self):
        self.trend = self.I(ema, self.data.Close, 50)

    def next(self):
        price = self.data.Close[-1]
        for trade in self.trades:
            if trade.is_long:
                trade.sl = max(trade.sl or 0, price * (1 - self.distance))
            else:
                trade.sl = min(trade.sl or np.inf, price * (1 + self.distance))
        if not self.position:
            if price > self.trend[-1]:
                self.buy(size=0.9)
            else:
                self.sell(size=0.9)


class ChandelierExit(Strategy):
    """Hang the stop three average ranges below the highest high since the entry."""

    ranges = 3.0

    def init(self):
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close, 22)
        self.fast = self.I(ema, self.data.Close, 10)
        self.slow = self.I(ema, self.data.Close, 30)

    def next(self):
        if crossover(self.fast, self.slow):
            self.buy(size=0.5, sl=self.data.Close[-1] - self.ranges * self.atr[-1])
        for trade in self.trades:
            highest = self.data.High[trade.entry_bar :].max()
            stop = highest - self.ranges * self.atr[-1]
            if stop > trade.sl:
                trade.sl = stop


class BreakEvenStop(Strategy):
    """Move the stop to the entry price once the trade has earned what it risked."""

    risk = 0.03

    def init(self):
        self.roc = self.I(momentum, self.data.Close, 10)

    def next(self):
        if not self.position and crossover(self.roc, 0):
            price = self.data.Close[-1]
            self.buy(size=0.9, sl=price * (1 - self.risk), tp=price * (1 + 4 * self.risk))
        for trade in self.trades:
            if trade.sl < trade.entry_price and trade.pl_pct > self.risk:
                trade.sl = trade.entry_price


class BracketBothWays(Strategy):
    """Enter with stop-loss and take-profit at two and three average ranges, long and short."""

    def init(self):
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close)
        self.fast = self.I(sma, self.data.Close, 8)
        self.slow = self.I(sma, self.data.Close, 21)

    def next(self):
        if self.position:
            return
        price, span = self.data.Close[-1], self.atr[-1]
        if crossover(self.fast, self.slow):
            self.buy(size=0.8, sl=price - 2 * span, tp=price + 3 * span)
        elif crossover(self.slow, self.fast):
            self.sell(size=0.8, sl=price + 2 * span, tp=price - 3 * span)


class BuyAndTrail(TrailingStrategy):
    """Buy above the average and let the library trail the stop at four average ranges."""

    def init(self):
        super().init()
        self.set_trailing_sl(4)
        self.average = self.I(sma, self.data.Close, 100)

    def next(self):
        super().next()
        if not self.position and self.data.Close > self.average:
            self.buy(size=0.9)


class TrailBothSides(TrailingStrategy):
    """Turn at every crossing of two averages and trail the stop at a share of the price."""

    fast = 15
    slow = 45

    def init(self):
        super().init()
        self.set_atr_periods(50)
        self.set_trailing_pct(0.04)
        self.fast_line = self.I(ema, self.data.Close, self.fast)
        self.slow_line = self.I(ema, self.data.Close, self.slow)

    def next(self):
        super().next()
        if crossover(self.fast_line, self.slow_line):
            self.position.close()
            self.buy(size=0.5)
        elif crossover(self.slow_line, self.fast_line):
            self.position.close()
            self.sell(size=0.5)


class SteppedStop(Strategy):
    """Raise the stop in whole steps of two percent behind the price, as with a ratchet."""

    step = 0.02

    def init(self):
        self.average = self.I(sma, self.data.Close, 20)
        self.steps = 0

    def next(self):
        price = self.data.Close[-1]
        if not self.position:
            self.steps = 0
            if crossover(self.data.Close, self.average):
                self.buy(size=0.9, sl=price * (1 - 2 * self.step))
            return
        trade = self.trades[0]
        while price > trade.entry_price * (1 + self.step * (self.steps + 2)):
            self.steps += 1
        if self.steps > 0:
            stop = trade.entry_price * (1 + self.step * (self.steps - 1))
            if trade.sl is None or stop > trade.sl:
                trade.sl = stop


class LiftTheTarget(Strategy):
    """Remove the target while momentum is strong and put it back when it fades."""

    def init(self):
        self.roc = self.I(momentum, self.data.Close, 12)
        self.trend = self.I(ema, self.data.Close, 60)

    def next(self):
        price = self.data.Close[-1]
        if not self.position:
            if crossover(self.data.Close, self.trend):
                self.buy(size=0.5, sl=0.99 * price, tp=1.01 * price)
            elif crossover(self.trend, self.data.Close):
                self.sell(size=0.5, sl=1.01 * price, tp=0.99 * price)
            return
        for trade in self.trades:
            strong = self.roc[-1] > 0.5 if trade.is_long else self.roc[-1] < -0.5
            if strong and trade.tp is not None:
                trade.tp = None
            elif not strong and trade.tp is None:
                trade.tp = trade.entry_price * (1.01 if trade.is_long else 0.99)
