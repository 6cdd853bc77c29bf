"""Strategies that only the interpreter can run, each for another reason."""

import logging
import random
from collections import deque
from dataclasses import dataclass

import numpy as np

from hindcaster import Strategy
from hindcaster.lib import crossover

from .indicators import ema, momentum, rsi, sma

log = logging.getLogger(__name__)


@dataclass
class Plan:
    """What a trade is meant to do."""

    target: float
    last_bar: int


class NearestMean:
    """Classify points by the nearer of two class means."""

    def fit(self, points, labels):
        self.means = {label: points[labels == label].mean(axis=0) for label in (False, True)}
        return self

    def predict(self, point):
        distances = {label: np.sum((point - mean) ** 2) for label, mean in self.means.items()}
        return min(distances, key=distances.get)


class KeepsHistory(Strategy):
    """Keep the last closes in a deque and all swings in a list."""

    def init(self):
        self.recent = deque(maxlen=20)
        self.swings = []

    def next(self):
        price = float(self.data.Close[-1])
        self.recent.append(price)
        if len(self.recent) < 20:
            return
        if price == max(self.recent):
            self.swings.append(("high", price))
            if not self.position:
                self.buy(size=0.9)
        elif price == min(self.recent):
            self.swings.append(("low", price))
            self.position.close()


class RandomEntries(Strategy):
    """Toss a coin for entries and exits, as a benchmark for better ideas."""

    seed = 7

    def init(self):
        random.seed(self.seed)

    def next(self):
        if not self.position:
            if random.random() < 0.1:
                self.buy() if random.random() < 0.5 else self.sell()
        elif random.random() < 0.1:
            self.position.close()


class Logs(Strategy):
    """A crossing of averages that logs what it does."""

    def init(self):
        self.fast = self.I(ema, self.data.Close, 10)
        self.slow = self.I(ema, self.data.Close, 30)

    def next(self):
        if crossover(self.fast, self.slow):
            log.debug("buy at %s, equity %.2f", self.data.index[-1], self.equity)
            self.buy(size=0.9)
        elif crossover(self.slow, self.fast) and self.position:
            log.debug("sell at %s, profit %.2f", self.data.index[-1], self.position.pl)
            self.position.close()


class LearnedModel(Strategy):
    """Fit a classifier to the first two years and trade its predictions from then on."""

    training = 500

    def init(self):
        close = self.data.Close
        self.features = self.I(lambda: np.array([momentum(close, n) for n in (1, 5, 20)]), name="x")
        rises = np.diff(np.asarray(close)[: self.training]) > 0
        known = slice(20, self.training - 1)
        self.model = NearestMean().fit(np.asarray(self.features).T[known], rises[known])

    def next(self):
        if len(self.data) <= self.training:
            return
        if self.model.predict(np.asarray(self.features[:, -1])):
            if not self.position:
                self.buy()
        elif self.position:
            self.position.close()


class DictOfPlans(Strategy):
    """Remember a plan for every trade in a dict by its entry bar."""

    def init(self):
        self.rsi = self.I(rsi, self.data.Close, 5)
        self.plans = {}

    def next(self):
        bar = len(self.data) - 1
        if len(self.trades) < 3 and crossover(self.rsi, 30):
            self.plans[bar + 1] = Plan(self.data.Close[-1] * 1.05, bar + 15)
            self.buy(size=0.3)
        for trade in self.trades:
            plan = self.plans[trade.entry_bar]
            if self.data.Close[-1] > plan.target or bar >= plan.last_bar:
                trade.close()


class PandasInNext(Strategy):
    """Look back over six weeks with pandas every Friday."""

    def init(self):
        self.average = self.I(sma, self.data.Close, 5)

    def next(self):
        if self.data.index[-1].weekday() != 4:
            return
        recent = self.data.df.iloc[-30:]
        falling_volume = recent[recent.Close < recent.Open].Volume.mean()
        rising_volume = recent[recent.Close >= recent.Open].Volume.mean()
        spread = self.data.Close.s.tail(30).ewm(span=10).std().iloc[-1]
        if not self.position and rising_volume > 1.1 * falling_volume:
            self.buy(size=0.9, sl=self.data.Close[-1] - 4 * spread)
        elif self.position and rising_volume < falling_volume:
            self.position.close()
