"""Several signals, several orders, several trades side by side."""

import numpy as np
import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import SignalStrategy, crossover

from .indicators import ema, macd, momentum, on_balance_volume, rsi, sma, zscore


class Vote(Strategy):
    """Buy when three of four indicators say so, leave when fewer than two do."""

    def init(self):
        close = self.data.Close
        self.trend = self.I(sma, close, 50)
        self.rsi = self.I(rsi, close, 14)
        self.macd = self.I(macd, close)
        self.obv = self.I(on_balance_volume, close, self.data.Volume)

    def next(self):
        votes = sum(
            (
                self.data.Close[-1] > self.trend[-1],
                self.rsi[-1] > 50,
                self.macd[0][-1] > self.macd[1][-1],
                self.obv[-1] > self.obv[-10:].mean(),
            )
        )
        if votes >= 3 and not self.position:
            self.buy(size=0.9)
        elif votes < 2 and self.position:
            self.position.close()


class LimitGrid(Strategy):
    """Keep a grid of buy limits below the price, each with its profit one step higher."""

    step = 0.015
    levels = (1, 2, 3, 4, 5)
    renew = 20

    def init(self):
        self.age = 0

    def next(self):
        price = self.data.Close[-1]
        self.age += 1
        if self.age >= self.renew and any(not order.is_contingent for order in self.orders):
            for order in self.orders:
                if not order.is_contingent:
                    order.cancel()
        if not self.trades and not any(order.limit for order in self.orders):
            for level in self.levels:
                limit = price * (1 - level * self.step)
                self.buy(size=0.15, limit=limit, tp=limit + price * self.step, tag=level)
            self.age = 0
        deepest = max((trade.tag for trade in self.trades), default=0)
        if deepest == 5 and price < min(trade.entry_price for trade in self.trades) * 0.95:
            self.position.close()


class LabelledGrid(Strategy):
    """A grid of sell limits above the price whose orders are labelled by side and level."""

    step = 0.004

    def init(self):
        self.average = self.I(sma, self.data.Close, 100)

    def next(self):
        price = self.data.Close[-1]
        if self.trades:
            if price < self.average[-1]:
                self.position.close()
        elif price > self.average[-1] and not self.orders:
            for level in range(1, 4):
                self.sell(size=0.2, limit=price * (1 + level * self.step), tag=f"sell {level}")
        elif self.data.index[-1].hour == 0:
            for order in self.orders:
                order.cancel()


class LongAndShortBooks(Strategy):
    """With hedging, a long book follows the trend and a short book fades spikes, side by side."""

    def init(self):
        self.fast = self.I(ema, self.data.Close, 24)
        self.slow = self.I(ema, self.data.Close, 120)
        self.z = self.I(zscore, self.data.Close, 24)

    def next(self):
        longs = [trade for trade in self.trades if trade.is_long]
        shorts = [trade for trade in self.trades if trade.is_short]
        if not longs and crossover(self.fast, self.slow):
            self.buy(size=0.4, tag="trend")
        elif longs and self.fast[-1] < self.slow[-1]:
            for trade in longs:
                trade.close()
        if len(shorts) < 2 and self.z[-1] > 2.2:
            self.sell(size=0.2, tag="spike")
        elif self.z[-1] < 0:
            for trade in shorts:
                trade.close()


class SentimentColumns(Strategy):
    """Trade a signal and a sentiment that come as extra columns of the data."""

    def init(self):
        self.contrary = 0

    def next(self):
        signal, mood = self.data["My signal"][-1], self.data.sentiment[-1]
        if signal > 0 and mood > -0.2 and not self.position.is_long:
            self.position.close()
            self.buy(size=0.8)
        elif signal < 0 and mood < 0.2 and not self.position.is_short:
            self.position.close()
            self.sell(size=0.8)
        elif (recent := self.data["sentiment"][-3:].mean()) < -0.3 and self.position.is_long:
            self.position.close()
        elif self.position.is_short:
            self.contrary = self.contrary + 1 if recent > 0.2 else 0
            if self.contrary == 3:
                self.position.close()


class ScaleInByTags(Strategy):
    """Add a first, second and third part as the dip deepens, told apart by number tags."""

    dips = (0.03, 0.06, 0.09)

    def init(self):
        self.average = self.I(ema, self.data.Close, 30)

    def next(self):
        price = self.data.Close[-1]
        dip = 1 - price / self.average[-1]
        held = [trade.tag for trade in self.trades]
        for number, threshold in enumerate(self.dips):
            if dip > threshold and number not in held:
                self.buy(size=0.25 + 0.05 * number, tag=number)
                break
        if self.trades and dip < 0:
            oldest = self.trades[0]
            if oldest.tag == 0 and len(self.trades) > 1:
                oldest.close()
            else:
                self.position.close()


class PrecomputedSignals(SignalStrategy):
    """Entries and exits computed as vectors in advance, the next method only adds stops."""

    def init(self):
        super().init()
        close = pd.Series(self.data.Close)
        fast, slow = close.rolling(10).mean(), close.rolling(30).mean()
        change = (fast > slow).astype(int).diff().fillna(0)
        self.set_signal(entry_size=0.5 * (change > 0), exit_portion=1.0 * (change < 0))

    def next(self):
        super().next()
        for trade in self.trades:
            if trade.sl is None:
                trade.sl = trade.entry_price * 0.9


class SignedSignals(SignalStrategy):
    """Long and short entries from one vector of signed sizes, and no next method at all."""

    def init(self):
        super().init()
        z = zscore(self.data.Close, 40).to_numpy()
        turned = np.r_[0, np.diff(np.sign(np.nan_to_num(z)))]
        self.set_signal(0.3 * np.sign(turned), np.where(turned > 0, -1.0, 0) + (turned < 0))


class Filtered(Strategy):
    """Base class: enters on the signal of a subclass, with a stop, unless the market is wild."""

    stop = 0.05
    side = "both"

    def init(self):
        self.moves = self.I(momentum, self.data.Close, 1)

    @property
    def wild(self):
        return np.abs(self.moves[-10:]).max() > 6

    def signal(self):
        return 0

    def stop_price(self, direction, price):
        return price * (1 - direction * self.stop)

    def next(self):
        if self.wild:
            self.position.close()
            return
        direction = self.signal()
        if direction == 0 or self.position.size * direction > 0:
            return
        self.position.close()
        stop = self.stop_price(direction, self.data.Close[-1])
        if direction > 0 and self.side in ("both", "long"):
            self.buy(size=0.8, sl=stop)
        elif direction < 0 and self.side in ("both", "short"):
            self.sell(size=0.8, sl=stop)


class FilteredMomentum(Filtered):
    """A subclass that gives its base class a momentum signal and leaves stale trades itself."""

    threshold = 5.0
    side = "long"

    def init(self):
        super().init()
        self.momentum = self.I(momentum, self.data.Close, 20)

    def signal(self):
        value = self.momentum[-1]
        if np.isnan(value):
            return 0
        return 1 if value > self.threshold else -1 if value < -self.threshold else 0

    def next(self):
        super().next()
        for trade in self.trades:
            if len(self.data) - trade.entry_bar > 60:
                trade.close()


class MedianBand(Strategy):
    """Wait with limit orders at the edges of a band around the median, one order per side."""

    width = 0.04

    def init(self):
        pass

    @staticmethod
    def median(values):
        ordered = sorted(values)
        return ordered[len(ordered) // 2]

    def next(self):
        if len(self.data) < 15:
            return
        middle = self.median(self.data.Close[-15:])
        buys = [order for order in self.orders if order.is_long and not order.is_contingent]
        sells = [order for order in self.orders if order.is_short and not order.is_contingent]
        for order in buys + sells:
            order.cancel()
        if not self.position:
            self.buy(size=0.4, limit=middle * (1 - self.width))
            self.sell(size=0.4, limit=middle * (1 + self.width))
        elif self.position.is_long == (self.data.Close[-1] > middle):
            self.position.close()
