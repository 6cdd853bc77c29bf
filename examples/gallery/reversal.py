"""Trading against a move that went too far."""

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import crossover, quantile

from .indicators import atr, bollinger, rsi, sma, stochastic, zscore


class RsiReversal(Strategy):
    """Buy when RSI leaves the oversold zone, sell when it leaves the overbought one."""

    period = 14
    lower = 30
    upper = 70
    stop = 0.03
    target = 0.06

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, self.period)

    def next(self):
        price = self.data.Close[-1]
        if crossover(self.rsi, self.lower):
            if self.position.is_short:
                self.position.close()
            self.buy(size=0.3, sl=price * (1 - self.stop), tp=price * (1 + self.target))
        elif crossover(self.upper, self.rsi):
            if self.position.is_long:
                self.position.close()
            self.sell(size=0.3, sl=price * (1 + self.stop), tp=price * (1 - self.target))


class BollingerTouch(Strategy):
    """Buy a close below the lower band, sell one above the upper band, leave at the middle."""

    def init(self):
        self.lower, self.middle, self.upper = self.I(bollinger, self.data.Close, 20, 2.0)

    def next(self):
        close = self.data.Close[-1]
        if not self.position:
            if close < self.lower[-1]:
                self.buy(size=0.5)
            elif close > self.upper[-1]:
                self.sell(size=0.5)
        elif self.position.is_long:
            if close >= self.middle[-1]:
                self.position.close()
        elif close <= self.middle[-1]:
            self.position.close()


class ZScoreReversion(Strategy):
    """Fade closes two deviations from their mean, double up at three, leave near the mean."""

    entry = 2.0
    add = 3.0
    leave = 0.3

    def init(self):
        self.z = self.I(zscore, self.data.Close, 48)

    def next(self):
        z = self.z[-1]
        if self.position:
            if abs(z) < self.leave:
                self.position.close()
            elif abs(z) > self.add and len(self.trades) == 1 and z * self.position.size < 0:
                self.buy(size=0.4) if z < 0 else self.sell(size=0.4)
        elif z < -self.entry:
            self.buy(size=0.3)
        elif z > self.entry:
            self.sell(size=0.3)


class StochasticTurn(Strategy):
    """Buy when %K crosses %D deep in the lower fifth of the range, leave in the upper fifth."""

    def init(self):
        self.k, self.d = self.I(
            stochastic, self.data.High, self.data.Low, self.data.Close, name=["%K", "%D"]
        )

    def next(self):
        if not self.position and crossover(self.k, self.d) and self.d[-2] < 20:
            self.buy(size=0.9, sl=min(self.data.Low[-5:]) * 0.99)
        elif self.position and (self.k[-1] > 80 or crossover(self.d, self.k)):
            self.position.close()


class DownStreak(Strategy):
    """Buy after a number of falling closes above a rising average, sell into the first rise."""

    days = 3

    def init(self):
        self.average = self.I(sma, self.data.Close, 100)

    def next(self):
        closes = self.data.Close
        falling = all(closes[-i] < closes[-i - 1] for i in range(1, self.days + 1))
        if not self.position and falling and self.average[-1] > self.average[-2]:
            self.buy()
        elif self.position and closes[-1] > closes[-2]:
            self.position.close()


class InternalBarStrength(Strategy):
    """Buy at a close in the lowest tenth of the bar's range, sell one in the highest fifth."""

    low = 0.1
    high = 0.8

    def init(self):
        pass

    def next(self):
        span = self.data.High[-1] - self.data.Low[-1]
        strength = (self.data.Close[-1] - self.data.Low[-1]) / span if span > 0 else 0.5
        if not self.position and strength < self.low:
            self.buy()
        elif self.position and strength > self.high:
            self.position.close()


class GapFade(Strategy):
    """Trade against an opening gap that the bar left open, with the old close as the target."""

    gap = 0.015

    def init(self):
        pass

    def next(self):
        previous, opened, close = self.data.Close[-2], self.data.Open[-1], self.data.Close[-1]
        change = opened / previous - 1
        if self.position or abs(change) < self.gap:
            return
        risk = abs(close - previous)
        if change < 0 and close < previous:
            self.buy(size=0.5, sl=close - risk, tp=previous)
        elif change > 0 and close > previous:
            self.sell(size=0.5, sl=close + risk, tp=previous)


class CalmMarketDips(Strategy):
    """Buy dips only while the range of bars is below its upper quantile; flee when it is not."""

    window = 100
    calm = 0.7

    def init(self):
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close, 10)
        self.average = self.I(sma, self.data.Close, 10)

    def next(self):
        if len(self.data) < self.window:
            return
        recent = self.atr[-self.window :]
        is_calm = self.atr[-1] <= quantile(recent, self.calm)
        if not self.position and is_calm and self.data.Close[-1] < 0.98 * self.average[-1]:
            self.buy(size=0.9)
        elif self.position and (quantile(recent) > 0.95 or self.data.Close > self.average):
            self.position.close()


class OversizedBar(Strategy):
    """Fade a bar whose body is three deviations of recent bodies, for at most half a day."""

    def init(self):
        self.waited = 0

    def next(self):
        bodies = self.data.Close[-61:-1] - self.data.Open[-61:-1]
        body = self.data.Close[-1] - self.data.Open[-1]
        if self.position:
            self.waited += 1
            if self.waited >= 12:
                self.position.close()
                self.waited = 0
        elif len(bodies) == 60 and abs(body - np.mean(bodies)) > 3 * np.std(bodies):
            side = -np.sign(body)
            if side > 0:
                self.buy(size=0.5)
            else:
                self.sell(size=0.5)
