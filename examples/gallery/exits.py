"""Ways to leave: by time, in parts, by profit, by rank."""

import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import barssince, crossover

from .indicators import ema, rsi, sma

LONGEST = pd.Timedelta(days=21)


class TimeExit(Strategy):
    """Buy strength and leave every trade after eight bars, whatever it earned."""

    bars = 8

    def init(self):
        self.average = self.I(sma, self.data.Close, 30)

    def next(self):
        bar = len(self.data) - 1
        for trade in self.trades:
            if bar - trade.entry_bar >= self.bars:
                trade.close()
        if len(self.trades) < 4 and self.data.Close > self.average * 1.02:
            self.buy(size=0.2)


class DaysHeld(Strategy):
    """Leave after three calendar weeks or a loss of four percent, measured by the entry time."""

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 7)

    def next(self):
        now = self.data.index[-1]
        if not self.position and crossover(self.rsi, 50):
            self.buy(size=0.9)
        for trade in self.trades:
            if now - trade.entry_time >= LONGEST or trade.pl_pct < -0.04:
                trade.close()


class BarsSince(Strategy):
    """Buy three to ten bars after a volume peak, leave after four bars below the average."""

    def init(self):
        self.average = self.I(sma, self.data.Close, 40)
        self.usual = self.I(sma, self.data.Volume, 40)

    def next(self):
        below = barssince(self.data.Close > self.average)
        peak = barssince(self.data.Volume[-30:] > 2 * self.usual[-30:], default=99)
        if not self.position and 3 <= peak <= 10 and below == 0:
            self.buy(size=0.9)
        elif self.position and below >= 4:
            self.position.close()


class HalfOffTheTable(Strategy):
    """Sell half of a trade at a gain of six percent, and trail the rest from there."""

    gain = 0.06

    def init(self):
        self.fast = self.I(ema, self.data.Close, 10)
        self.slow = self.I(ema, self.data.Close, 50)
        self.halved = False

    def next(self):
        price = self.data.Close[-1]
        if not self.position:
            self.halved = False
            if crossover(self.fast, self.slow) or crossover(self.data.Close, self.slow):
                self.buy(size=0.9, sl=price * 0.95)
            return
        trade = self.trades[0]
        if not self.halved and trade.pl_pct > self.gain:
            trade.close(0.5)
            self.halved = True
        if self.halved:
            trade.sl = max(trade.sl, price * 0.93)


class ScaleOut(Strategy):
    """Reduce the whole position by a third at every overbought reading, and build it up on dips."""

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 6)

    def next(self):
        if crossover(self.rsi, 75) and self.position:
            self.position.close(0.33)
        elif crossover(25, self.rsi) and len(self.trades) < 5:
            self.buy(size=0.25)
        elif self.position.pl_pct < -6:
            self.position.close()


class TargetLadder(Strategy):
    """Enter three parts with nearer and farther targets; stops go to break-even with the first."""

    risk = 0.03

    def init(self):
        self.fast = self.I(ema, self.data.Close, 9)
        self.slow = self.I(ema, self.data.Close, 27)

    def next(self):
        price = self.data.Close[-1]
        if not self.trades and crossover(self.fast, self.slow):
            risk = self.risk * price
            for tag, multiple in (("scout", 1.0), ("core", 2.0), ("runner", 4.0)):
                self.buy(size=0.3, sl=price - risk, tp=price + multiple * risk, tag=tag)
        elif self.trades and not any(trade.tag == "scout" for trade in self.trades):
            for trade in self.trades:
                trade.sl = max(trade.sl, trade.entry_price)


class BasketProfit(Strategy):
    """Build a basket on falling hours and close it all when it has earned or lost enough."""

    most = 6

    def init(self):
        self.baskets = 0

    def next(self):
        profit = sum(trade.pl for trade in self.trades)
        invested = sum(trade.value for trade in self.trades)
        if self.trades and not -0.006 * invested < profit < 0.003 * invested:
            self.position.close()
            self.baskets += 1
        elif len(self.trades) < self.most and self.data.Close[-1] < self.data.Close[-6:-1].min():
            self.buy(size=0.1)


class CutTheWorst(Strategy):
    """Hold up to four trades and once a week close the one that does worst."""

    def init(self):
        self.average = self.I(sma, self.data.Close, 25)

    def next(self):
        if self.data.index[-1].weekday() == 4 and len(self.trades) >= 3:
            worst = min(self.trades, key=lambda trade: trade.pl_pct)
            worst.close()
        elif crossover(self.data.Close, self.average) and len(self.trades) < 4:
            self.buy(size=0.3)
