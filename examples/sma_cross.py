"""Trade the crossing of two moving averages on ten years of GOOG daily bars."""

from hindcaster import Backtest, Strategy
from hindcaster.lib import crossover
from hindcaster.test import GOOG, SMA


class SmaCross(Strategy):
    fast = 10
    slow = 20

    def init(self):
        self.sma1 = self.I(SMA, self.data.Close, self.fast)
        self.sma2 = self.I(SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.sma1, self.sma2):
            self.position.close()
            self.buy()
        elif crossover(self.sma2, self.sma1):
            self.position.close()
            self.sell()


if __name__ == "__main__":
    backtest = Backtest(GOOG, SmaCross, cash=10_000, commission=0.002, finalize_trades=True)
    stats = backtest.run()
    print(stats)
    print("\nFirst trades:")
    print(stats._trades[["Size", "EntryTime", "EntryPrice", "ExitTime", "ExitPrice", "PnL"]].head())
    print("\nWhat became of the orders:")
    print(stats._orders.groupby(["Role", "Outcome"]).size().to_string())
