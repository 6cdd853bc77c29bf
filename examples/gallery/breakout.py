"""Entries when the price leaves its range, most of them with waiting orders."""

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import cross

from .indicators import atr, bollinger, donchian, keltner

ENTRY_WINDOW = 20
EXIT_WINDOW = 10


class DonchianBreakout(Strategy):
    """Buy a close above the highest high of 20 bars, leave below the lowest low of 10."""

    def init(self):
        pass

    def next(self):
        if len(self.data) <= ENTRY_WINDOW:
            return
        close = self.data.Close[-1]
        if not self.position and close > self.data.High[-ENTRY_WINDOW - 1 : -1].max():
            self.buy(size=0.95)
        elif self.position and close < self.data.Low[-EXIT_WINDOW - 1 : -1].min():
            self.position.close()


class StopEntries(Strategy):
    """Keep a buy stop above and a sell stop below the last days, renewed on every bar."""

    lookback = 5

    def init(self):
        pass

    def next(self):
        for order in self.orders:
            if not order.is_contingent:
                order.cancel()
        if self.position:
            return
        high = self.data.High[-self.lookback :].max()
        low = self.data.Low[-self.lookback :].min()
        if low < self.data.Close[-1] < high:
            self.buy(size=0.5, stop=high, sl=low, tp=high + 2 * (high - low))
            self.sell(size=0.5, stop=low, sl=high)


class StopLimitEntries(Strategy):
    """Buy breakouts with stop-limit orders, so that a gap is not chased; drop them after 5 bars."""

    patience = 5
    slack = 0.004

    def init(self):
        self.upper, self.lower = self.I(donchian, self.data.High, self.data.Low, 15)
        self.placed = -1

    def next(self):
        bar = len(self.data) - 1
        waiting = [order for order in self.orders if not order.is_contingent]
        if waiting and bar - self.placed >= self.patience:
            for order in waiting:
                order.cancel()
        elif not waiting and not self.position:
            stop = self.upper[-1] + self.data.pip
            self.buy(size=0.8, stop=stop, limit=stop * (1 + self.slack), sl=self.lower[-1])
            self.placed = bar
        for trade in self.trades:
            trade.sl = max(trade.sl, self.lower[-1])


class Turtle(Strategy):
    """Add a unit every half average range that the price runs on, four units at most."""

    most_units = 4
    stop_ranges = 2.0

    def init(self):
        self.channel = self.I(donchian, self.data.High, self.data.Low, 55)
        self.exit_channel = self.I(donchian, self.data.High, self.data.Low, 20)
        self.range = self.I(atr, self.data.High, self.data.Low, self.data.Close, 20)

    def next(self):
        price, span = self.data.Close[-1], self.range[-1]
        if not self.trades:
            if price > self.channel[0][-2]:
                self.buy(size=0.2, sl=price - self.stop_ranges * span)
        elif price < self.exit_channel[1][-2]:
            self.position.close()
        elif len(self.trades) < self.most_units:
            last = self.trades[-1]
            if price > last.entry_price + 0.5 * span:
                stop = price - self.stop_ranges * span
                self.buy(size=0.2, sl=stop)
                for trade in self.trades:
                    trade.sl = max(trade.sl, stop)


class InsideBar(Strategy):
    """After a bar within the range of the one before it, place stops at both ends of that range."""

    def init(self):
        pass

    def next(self):
        high, low = self.data.High, self.data.Low
        if self.position:
            for order in self.orders:
                if not order.is_contingent and order.parent_trade is None:
                    order.cancel()
            return
        if high[-1] < high[-2] and low[-1] > low[-2] and not self.orders:
            mother_high, mother_low = high[-2], low[-2]
            span = mother_high - mother_low
            self.buy(size=0.4, stop=mother_high, sl=mother_low, tp=mother_high + span)
            self.sell(size=0.4, stop=mother_low, sl=mother_high, tp=mother_low - span)


class VolumeBreakout(Strategy):
    """Buy a new high made with twice the usual volume, leave when the volume dries up."""

    factor = 1.8

    def init(self):
        pass

    def next(self):
        if len(self.data) < 52:
            return
        usual = np.mean(self.data.Volume[-51:-1])
        volume = self.data.Volume[-1]
        new_high = self.data.Close[-1] >= max(self.data.Close[-20:])
        if not self.position and new_high and volume > self.factor * usual:
            self.buy(size=0.9, sl=0.92 * self.data.Close[-1])
        elif self.position and self.data.Volume[-5:].mean() < 0.6 * usual:
            self.position.close()


class Squeeze(Strategy):
    """Trade the side on which the price leaves Bollinger bands that lay within Keltner channels."""

    def init(self):
        high, low, close = self.data.High, self.data.Low, self.data.Close
        self.bands = self.I(bollinger, close, 20, 2.0)
        self.channel = self.I(keltner, high, low, close, 20, 1.5)
        self.squeezed = False

    def next(self):
        inside = self.bands[0][-1] > self.channel[0][-1] and self.bands[2][-1] < self.channel[1][-1]
        if self.squeezed and not inside and not self.position:
            if self.data.Close[-1] > self.bands[1][-1]:
                self.buy(size=0.6)
            else:
                self.sell(size=0.6)
        elif self.position and cross(self.bands[1], self.data.Close):
            self.position.close()
        self.squeezed = inside


class OneStopOrder(Strategy):
    """Keep exactly one buy stop, remembered on an attribute and replaced when the range moves."""

    def init(self):
        self.entry = None
        self.level = 0.0

    def next(self):
        if len(self.data) < 30:
            return
        level = self.data.High[-30:].max()
        if self.entry is not None and self.entry not in self.orders:
            self.entry = None
        if self.position:
            if self.data.Close[-1] < self.data.Low[-16:-1].min():
                self.position.close()
        elif self.entry is None:
            self.entry = self.buy(size=0.7, stop=level * 1.001)
            self.level = level
        elif level < self.level:
            self.entry.cancel()
            self.entry = self.buy(size=0.7, stop=level * 1.001)
            self.level = level
