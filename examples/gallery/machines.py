"""Strategies that remember: states, counters, buffers."""

from enum import Enum, auto

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import crossover

from .indicators import ema, rsi, sma

FLAT, ARMED, HOLDING = range(3)


class State(Enum):
    """Where a pull-back trade stands."""

    WAITING = auto()
    TREND = auto()
    PULLBACK = auto()


class PullbackMachine(Strategy):
    """Wait for a trend, then for a pull-back, then buy its end: the states are an Enum."""

    def init(self):
        self.trend = self.I(sma, self.data.Close, 50)
        self.short = self.I(sma, self.data.Close, 8)
        self.state = State.WAITING

    def next(self):
        close = self.data.Close[-1]
        if close < self.trend[-1]:
            self.state = State.WAITING
            self.position.close()
        elif self.state is State.WAITING and close > 1.03 * self.trend[-1]:
            self.state = State.TREND
        elif self.state is State.TREND and close < self.short[-1]:
            self.state = State.PULLBACK
        elif self.state == State.PULLBACK and close > self.short[-1]:
            if not self.position:
                self.buy(size=0.9)
            self.state = State.TREND


class StringStates(Strategy):
    """Arm when RSI is stretched and fire when it comes back: the states are texts."""

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 14)
        self.state = "flat"
        self.changes = 0

    def go(self, state):
        if state != self.state:
            self.state = state
            self.changes += 1

    def next(self):
        value = self.rsi[-1]
        if self.state == "flat":
            if value < 30:
                self.go("oversold")
            elif value > 70:
                self.go("overbought")
        elif self.state == "oversold" and value > 40:
            self.buy(size=0.5)
            self.go("holding")
        elif self.state == "overbought" and value < 60:
            self.sell(size=0.5)
            self.go("holding")
        elif self.state == "holding" and 47 < value < 53:
            self.position.close()
            self.go("flat")


class NumberedStates(Strategy):
    """Arm at a new low, buy the first higher high, hold for two weeks: the states are ints."""

    def init(self):
        self.state = FLAT
        self.bars = 0

    def next(self):
        low, high = self.data.Low, self.data.High
        self.bars += 1
        if self.state == FLAT:
            if low[-1] <= low[-10:].min():
                self.state, self.bars = ARMED, 0
        elif self.state == ARMED:
            if high[-1] > high[-2]:
                self.buy(size=0.9)
                self.state, self.bars = HOLDING, 0
            elif self.bars > 5:
                self.state = FLAT
        elif self.bars >= 10:
            self.position.close()
            self.state = FLAT


class MatchedStates(Strategy):
    """A trend follower that goes out through a cautious state, written with match."""

    def init(self):
        self.fast = self.I(ema, self.data.Close, 10)
        self.slow = self.I(ema, self.data.Close, 40)
        self.mode = "out"

    def next(self):
        above = self.fast[-1] > self.slow[-1]
        match self.mode:
            case "out":
                if above:
                    self.buy(size=0.9)
                    self.mode = "in"
            case "in":
                if self.data.Close[-1] < self.fast[-1]:
                    self.position.close(0.5)
                    self.mode = "cautious"
            case "cautious":
                if not above:
                    self.position.close()
                    self.mode = "out"
                elif self.data.Close[-1] > self.data.Close[-10:].mean():
                    self.mode = "in"


class CooldownAfterLoss(Strategy):
    """After a losing trade sit out for three days, after two in a row for a week."""

    def init(self):
        self.fast = self.I(ema, self.data.Close, 8)
        self.slow = self.I(ema, self.data.Close, 30)
        self.pause = 0
        self.known = 0
        self.losses = 0

    def next(self):
        if len(self.closed_trades) != self.known:
            self.known = len(self.closed_trades)
            if self.closed_trades[-1].pl < 0:
                self.losses += 1
                self.pause = 24 * (7 if self.losses >= 2 else 3)
            else:
                self.losses = 0
        if self.pause > 0:
            self.pause -= 1
            return
        if crossover(self.fast, self.slow):
            self.buy(size=0.5)
        elif crossover(self.slow, self.fast) and self.position:
            self.position.close()


class RingBuffer(Strategy):
    """Compare the bar's range with a ring buffer of the last ten ranges."""

    size = 10

    def init(self):
        self.window = np.zeros(self.size)
        self.seen = 0

    def next(self):
        span = self.data.High[-1] - self.data.Low[-1]
        if self.seen >= self.size and span > 1.8 * self.window.mean() and not self.position:
            if self.data.Close[-1] > self.data.Open[-1]:
                self.buy(size=0.8)
            else:
                self.sell(size=0.8)
        elif self.position and span < 0.8 * np.median(self.window):
            self.position.close()
        self.window[self.seen % self.size] = span
        self.seen += 1


class ShiftedMatrix(Strategy):
    """Shift highs and lows of swings through a small matrix; trade their order."""

    def init(self):
        self.swings = np.full((2, 3), np.nan)

    def next(self):
        high, low = self.data.High, self.data.Low
        if len(self.data) < 5:
            return
        if high[-3] == max(high[-5:]):
            self.swings[0, :-1] = self.swings[0, 1:]
            self.swings[0, -1] = high[-3]
        if low[-3] == min(low[-5:]):
            self.swings[1, :-1] = self.swings[1, 1:]
            self.swings[1, -1] = low[-3]
        if np.isnan(self.swings).any():
            return
        rising = self.swings[0, -1] > self.swings[0, -2] and self.swings[1, -1] > self.swings[1, -2]
        falling = np.all(np.diff(self.swings) < 0)
        if rising and not self.position:
            self.buy(size=0.9)
        elif falling and self.position:
            self.position.close()


class ParabolicStopAndReverse(Strategy):
    """Wilder's parabolic stop-and-reverse, computed bar by bar; always in the market."""

    step = 0.02
    most = 0.2

    def init(self):
        self.rising = True
        self.stop = self.data.Low[0]
        self.extreme = self.data.High[0]
        self.factor = self.step

    def turn(self, rising, extreme):
        self.rising, self.stop = rising, self.extreme
        self.extreme, self.factor = extreme, self.step
        self.position.close()
        if rising:
            self.buy(size=0.9)
        else:
            self.sell(size=0.9)

    def next(self):
        high, low = self.data.High[-1], self.data.Low[-1]
        self.stop += self.factor * (self.extreme - self.stop)
        if self.rising and low < self.stop:
            self.turn(False, low)
        elif not self.rising and high > self.stop:
            self.turn(True, high)
        elif self.rising and high > self.extreme:
            self.extreme, self.factor = high, min(self.factor + self.step, self.most)
        elif not self.rising and low < self.extreme:
            self.extreme, self.factor = low, min(self.factor + self.step, self.most)


class ZigZag(Strategy):
    """Follow swings of at least four percent, from a pivot that is None until the first one."""

    swing = 0.04

    def init(self):
        self.pivot = None
        self.direction = 0

    def next(self):
        price = self.data.Close[-1]
        if self.pivot is None:
            self.pivot = price
        elif self.direction >= 0 and price < self.pivot * (1 - self.swing):
            self.direction, self.pivot = -1, price
            self.position.close()
            self.sell(size=0.5)
        elif self.direction <= 0 and price > self.pivot * (1 + self.swing):
            self.direction, self.pivot = 1, price
            self.position.close()
            self.buy(size=0.5)
        elif (price - self.pivot) * self.direction > 0:
            self.pivot = price
