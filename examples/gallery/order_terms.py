"""Orders with terms of their own: expiry, groups, trailing stops, amounts in units."""

from hindcaster import Strategy
from hindcaster.lib import crossover

from .indicators import atr, sma

LOOKBACK = 10


class EitherSideOfTheRange(Strategy):
    """A buy stop above and a sell stop below the last days; one cancels the other."""

    def init(self):
        pass

    def next(self):
        if self.position or self.orders:
            return
        up = self.buy(size=0.5, stop=self.data.High[-LOOKBACK:].max(), good_for=5, trail="15%")
        low = self.data.Low[-LOOKBACK:].min()
        self.sell(size=0.5, stop=low, good_for=5, trail="15%", oco=up)


class PatientDip(Strategy):
    """A limit order below the market that is given up after three bars, with a trailing stop."""

    n_atr = 3.0

    def init(self):
        self.atr = self.I(atr, self.data.High, self.data.Low, self.data.Close, 14)

    def next(self):
        if not self.position and not self.orders:
            reach = self.atr[-1]
            limit = self.data.Close[-1] - reach
            self.buy(size=0.9, limit=limit, good_for=3, trail=self.n_atr * reach)


class MonthlySaver(Strategy):
    """Buy for the same amount of cash each month, in parts of a unit, at the close."""

    amount = 100

    def init(self):
        pass

    def next(self):
        self.buy(units=self.amount / self.data.Close[-1], on_close=True)


class FractionOnTrend(Strategy):
    """A quarter of a unit above the average, all of it sold below."""

    def init(self):
        self.average = self.I(sma, self.data.Close, 50)

    def next(self):
        if crossover(self.data.Close, self.average):
            self.buy(units=0.25)
        elif crossover(self.average, self.data.Close) and self.position:
            self.sell(units=self.position.size)
