"""Trading by the clock and the calendar."""

from datetime import time

import numpy as np
import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import crossover

from .indicators import ema, rsi, session_vwap, sma

OPEN_RANGE_END = time(10, 0)
LAST_ENTRY = time(15, 0)
FLAT_BY = time(15, 55)
START = pd.Timestamp("2008-01-01")
END = pd.Timestamp("2010-12-31")


class OpeningRange(Strategy):
    """Trade the break of the first half hour's range, once a day, flat before the close."""

    def init(self):
        self.day = 0
        self.high = self.low = 0.0
        self.traded = False

    def next(self):
        now = self.data.index[-1]
        high, low, close = self.data.High[-1], self.data.Low[-1], self.data.Close[-1]
        if now.day != self.day:
            self.day, self.high, self.low, self.traded = now.day, high, low, False
        if now.time() < OPEN_RANGE_END:
            self.high, self.low = max(self.high, high), min(self.low, low)
        elif now.time() >= FLAT_BY:
            self.position.close()
        elif not self.traded and now.time() < LAST_ENTRY:
            if close > self.high:
                self.buy(size=0.9, sl=self.low)
                self.traded = True
            elif close < self.low:
                self.sell(size=0.9, sl=self.high)
                self.traded = True


class LondonHours(Strategy):
    """Follow a crossing of averages between 8 and 16 o'clock on weekdays, flat overnight."""

    def init(self):
        self.fast = self.I(ema, self.data.Close, 5)
        self.slow = self.I(ema, self.data.Close, 20)

    def next(self):
        now = self.data.index[-1]
        if now.weekday() < 5 and 8 <= now.hour < 16:
            if crossover(self.fast, self.slow):
                self.position.close()
                self.buy(size=0.5)
            elif crossover(self.slow, self.fast):
                self.position.close()
                self.sell(size=0.5)
        elif self.position and now.hour >= 20:
            self.position.close()


class FlatOverTheWeekend(Strategy):
    """Buy hourly dips during the week and close everything on Friday evening."""

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 10)

    def next(self):
        now = self.data.index[-1]
        friday_evening = now.weekday() == 4 and now.hour >= 18
        if friday_evening:
            for order in self.orders:
                order.cancel()
            self.position.close()
        elif self.rsi[-1] < 30 and len(self.trades) < 3 and now.weekday() in (0, 1, 2, 3):
            price = self.data.Close[-1]
            self.buy(size=0.2, sl=price * 0.99, tp=price * 1.01)


class CrisisYears(Strategy):
    """Trade a crossing of averages only between two dates, and be flat outside of them."""

    def init(self):
        self.fast = self.I(sma, self.data.Close, 5)
        self.slow = self.I(sma, self.data.Close, 20)

    def next(self):
        now = self.data.index[-1]
        if not START <= now <= END:
            if self.position:
                self.position.close()
            return
        if crossover(self.fast, self.slow):
            self.position.close()
            self.buy(size=0.9)
        elif crossover(self.slow, self.fast):
            self.position.close()
            self.sell(size=0.9)


class TurnOfTheMonth(Strategy):
    """Hold over the last and first days of the months in which that used to pay."""

    months = (1, 2, 3, 4, 10, 11, 12)

    def init(self):
        self.holding_days = 0

    def next(self):
        today = self.data.index[-1]
        late, early = today.day >= 27, today.day <= 4
        if not self.position and late and today.month in self.months:
            self.buy()
        elif self.position:
            self.holding_days += 1
            if not late and not early:
                self.position.close()


class LunchFade(Strategy):
    """Around noon in New York trade back towards the day's volume-weighted price."""

    distance = 0.004

    def init(self):
        data = self.data
        self.vwap = self.I(
            session_vwap, data.index, data.High, data.Low, data.Close, data.Volume, name="VWAP"
        )

    def next(self):
        now = self.data.index[-1]
        stretch = self.data.Close[-1] / self.vwap[-1] - 1
        if now.hour == 15 and now.minute >= 50:
            self.position.close()
        elif self.position:
            if (stretch > 0) == self.position.is_long:
                self.position.close()
        elif time(11, 30) <= now.time() <= time(13, 30) and abs(stretch) > self.distance:
            if stretch < 0:
                self.buy(size=0.8)
            else:
                self.sell(size=0.8)


class FirstBarOfTheDay(Strategy):
    """Follow the gap of a new session, known by the change of date, for thirty minutes."""

    def init(self):
        self.minutes = 0

    def next(self):
        if self.data.index[-1].date() != self.data.index[-2].date():
            self.minutes = 0
            gap = self.data.Open[-1] - self.data.Close[-2]
            if gap > 0:
                self.buy(size=100)
            elif gap < 0:
                self.sell(size=100)
        else:
            self.minutes += 1
            if self.minutes == 30 and self.position:
                self.position.close()


class WeekdayTable(Strategy):
    """Hold on the weekdays whose mean move so far was up, learnt bar by bar in two arrays."""

    def init(self):
        self.total = np.zeros(7)
        self.count = np.zeros(7, dtype=int)

    def next(self):
        weekday = self.data.index[-1].weekday()
        self.total[weekday] += self.data.Close[-1] / self.data.Open[-1] - 1
        self.count[weekday] += 1
        tomorrow = (weekday + 1) % 5
        if self.count[tomorrow] < 20:
            return
        mean = self.total[tomorrow] / self.count[tomorrow]
        if mean > 0 and not self.position:
            self.buy()
        elif mean <= 0 and self.position:
            self.position.close()
