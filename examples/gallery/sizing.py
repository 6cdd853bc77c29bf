"""How much to trade: by range, by risk, by the account's past."""

import math

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import crossover

from .indicators import atr, ema, rsi, sma, supertrend


def units_at_risk(equity, risk, entry, stop, leverage=1.0):
    """Units that lose the share `risk` of equity between entry and stop; 0 if none fit."""
    distance = abs(entry - stop)
    if distance == 0:
        return 0
    units = int(equity * risk / distance)
    return min(units, int(leverage * equity / entry))


def per_share(size, price):
    """Half a cent per share, at least a dollar, at most one percent of the value."""
    return min(max(1.0, 0.005 * abs(size)), 0.01 * abs(size) * price)


class RangeSized(Strategy):
    """Buy so many shares that one average range is one percent of equity."""

    risk = 0.01

    def init(self):
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close, 14)
        self.fast = self.I(ema, self.data.Close, 10)
        self.slow = self.I(ema, self.data.Close, 25)

    def next(self):
        if crossover(self.fast, self.slow):
            units = self.risk * self.equity // self.atr[-1]
            if units >= 1:
                self.buy(size=units)
        elif crossover(self.slow, self.fast):
            self.position.close()


class RiskSized(Strategy):
    """Risk one percent of equity between entry and stop, sized by a helper function."""

    risk = 0.01

    def init(self):
        self.line, self.side = self.I(
            supertrend, self.data.High, self.data.Low, self.data.Close, name=["line", "side"]
        )

    def next(self):
        price, stop = self.data.Close[-1], self.line[-1]
        if self.side[-1] != self.side[-2]:
            self.position.close()
            units = units_at_risk(self.equity, self.risk, price, stop, leverage=2.0)
            if units < 1:
                return
            if self.side[-1] > 0:
                self.buy(size=units, sl=stop)
            else:
                self.sell(size=units, sl=stop)
        elif self.trades:
            self.trades[0].sl = stop


class AntiMartingale(Strategy):
    """Double the size after a win, back to the base after a loss; a callable commission."""

    base = 5
    most = 40

    def init(self):
        self.units = self.base
        self.seen = 0
        self.rsi = self.I(rsi, self.data.Close, 4)

    def next(self):
        if len(self.closed_trades) > self.seen:
            self.seen = len(self.closed_trades)
            won = self.closed_trades[-1].pl > 0
            self.units = min(2 * self.units, self.most) if won else self.base
        if not self.position and self.rsi[-1] < 25:
            self.buy(size=self.units)
        elif self.position and self.rsi[-1] > 60:
            self.position.close()


class CappedMartingale(Strategy):
    """Double the stake for every loss in a row, three times at most."""

    stake = 0.05

    def init(self):
        self.fast = self.I(sma, self.data.Close, 6)
        self.slow = self.I(sma, self.data.Close, 24)

    def losses_in_a_row(self):
        count = 0
        for trade in reversed(self.closed_trades):
            if trade.pl > 0:
                break
            count += 1
        return count

    def next(self):
        if self.position:
            if abs(self.position.pl_pct) > 0.6:
                self.position.close()
            return
        size = self.stake * 2 ** min(self.losses_in_a_row(), 3)
        if crossover(self.fast, self.slow):
            self.buy(size=size)
        elif crossover(self.slow, self.fast):
            self.sell(size=size)


class HalfKelly(Strategy):
    """Size by half the Kelly fraction of the last trades, once there are enough of them."""

    minimum = 0.1
    window = 30

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 3)
        self.trend = self.I(sma, self.data.Close, 150)

    def fraction(self):
        recent = self.closed_trades[-self.window :]
        wins = [trade.pl_pct for trade in recent if trade.pl > 0]
        losses = [-trade.pl_pct for trade in recent if trade.pl <= 0]
        if len(wins) < 3 or len(losses) < 3:
            return self.minimum
        share = len(wins) / (len(wins) + len(losses))
        kelly = share - (1 - share) / (np.mean(wins) / np.mean(losses))
        return max(self.minimum, min(0.5 * kelly, 0.9))

    def next(self):
        if not self.position:
            if self.data.Close > self.trend and self.rsi[-1] < 20:
                self.buy(size=self.fraction())
        elif self.rsi[-1] > 70:
            self.position.close()


class VolatilityTarget(Strategy):
    """Once a month set the holding so that its expected volatility is a fifth a year."""

    target = 0.2
    window = 42

    def init(self):
        pass

    def next(self):
        if len(self.data) <= self.window:
            return
        if self.data.index[-1].month == self.data.index[-2].month:
            return
        returns = np.diff(np.log(self.data.Close[-self.window - 1 :]))
        yearly = np.std(returns) * math.sqrt(252)
        wanted = math.floor(self.equity * min(1.0, self.target / yearly) / self.data.Close[-1])
        change = wanted - self.position.size
        if change > 0:
            self.buy(size=change)
        elif change < 0:
            self.sell(size=-change)


class EquityCurveFilter(Strategy):
    """Trade small while the account is more than five percent below its peak."""

    small = 0.2
    normal = 0.9

    def init(self):
        self.fast = self.I(sma, self.data.Close, 5)
        self.slow = self.I(sma, self.data.Close, 15)
        self.peak = 0.0
        self.small_trades = 0

    def next(self):
        self.peak = max(self.peak, self.equity)
        if crossover(self.fast, self.slow):
            if self.equity < 0.95 * self.peak:
                size = self.small
                self.small_trades += 1
            else:
                size = self.normal
            self.buy(size=size)
        elif crossover(self.slow, self.fast):
            self.position.close()


class LeveragedMonths(Strategy):
    """Buy months that close above the mean of the last six, on margin, with a wide stop."""

    def init(self):
        pass

    def next(self):
        if len(self.data) < 7:
            return
        closes = self.data.Close
        mean = sum(closes[-7:-1]) / 6
        if not self.position and closes[-1] > mean:
            self.buy(size=0.4, sl=closes[-1] * 0.75)
        elif self.position and closes[-1] < mean:
            self.position.close()
