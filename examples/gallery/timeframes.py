"""Several time frames at once, by `resample_apply`."""

import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import crossover, resample_apply

from .indicators import atr, ema, macd, rsi, sma


def week_levels(weeks):
    """Pivot P = (H + L + C) / 3 of past weeks, support 2P - H and resistance 2P - L."""
    pivot = (weeks.High + weeks.Low + weeks.Close) / 3
    return pd.DataFrame({"P": pivot, "S": 2 * pivot - weeks.High, "R": 2 * pivot - weeks.Low})


class WeeklyTrend(Strategy):
    """Trade daily pull-backs in the direction of the weekly average."""

    def init(self):
        self.weekly = resample_apply("W-FRI", sma, self.data.Close, 10)
        self.rsi = self.I(rsi, self.data.Close, 5)

    def next(self):
        close = self.data.Close[-1]
        if not self.position:
            if close > self.weekly[-1] and self.rsi[-1] < 35:
                self.buy(size=0.9, sl=0.94 * close)
        elif self.rsi[-1] > 75 or close < 0.97 * self.weekly[-1]:
            self.position.close()


class DailyTrendHourlyEntry(Strategy):
    """Trade hourly crossings only in the direction of the daily averages."""

    def init(self):
        close = self.data.Close
        self.daily_fast = resample_apply("D", ema, close, 5)
        self.daily_slow = resample_apply("D", ema, close, 15)
        self.hourly = self.I(ema, close, 12)

    def next(self):
        up = self.daily_fast[-1] > self.daily_slow[-1]
        if self.position and self.position.is_long != up:
            self.position.close()
        if not self.position:
            if up and crossover(self.data.Close, self.hourly):
                self.buy(size=0.5)
            elif not up and crossover(self.hourly, self.data.Close):
                self.sell(size=0.5)


class AllTimeFramesAgree(Strategy):
    """Buy when RSI is above a level on bars of 1, 4 and 24 hours; leave below the high."""

    level = 52
    stop = 0.006

    def init(self):
        close = self.data.Close
        self.hour = self.I(rsi, close, 14)
        self.four_hours = resample_apply("4h", rsi, close, 14)
        self.day = resample_apply("D", rsi, close, 8)

    def next(self):
        price = self.data.Close[-1]
        lines = (self.hour, self.four_hours, self.day)
        if not self.position and all(line[-1] > self.level for line in lines):
            if self.hour[-1] > self.hour[-2]:
                self.buy(size=0.9, sl=price * (1 - self.stop))
        elif price < 0.996 * max(self.data.Close[-24:]):
            self.position.close()


class WeeklyPivots(Strategy):
    """Buy at last week's support and sell at its resistance, with orders renewed every Monday."""

    def init(self):
        self.levels = resample_apply("W-FRI", week_levels, self.data.df, name=["P", "S", "R"])

    def next(self):
        pivot, support, resistance = self.levels[:, -1]
        if self.data.index[-1].weekday() == 0:
            for order in self.orders:
                if not order.is_contingent:
                    order.cancel()
            if not self.position and support < self.data.Close[-1] < resistance:
                self.buy(size=0.4, limit=support, tp=pivot)
                self.sell(size=0.4, limit=resistance, tp=pivot)
        for trade in self.trades:
            if trade.pl_pct < -0.05:
                trade.close()


class QuarterHourMacd(Strategy):
    """Trade minute bars by the MACD of quarter hours, with stops from minute ranges."""

    def init(self):
        self.macd = resample_apply("15min", macd, self.data.Close, 6, 13, 5, name=["M", "S"])
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close, 30)

    def next(self):
        line, signal = self.macd
        price, span = self.data.Close[-1], self.atr[-1]
        if crossover(line, signal) and not self.position.is_long:
            self.position.close()
            self.buy(size=0.9, sl=price - 8 * span)
        elif crossover(signal, line) and not self.position.is_short:
            self.position.close()
            self.sell(size=0.9, sl=price + 8 * span)
