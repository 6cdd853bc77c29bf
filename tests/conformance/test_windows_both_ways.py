"""Strategies on a window of the bars, interpreted and compiled: the same in all that shows."""

import warnings

import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import crossover
from hindcaster.test import GOOG, SMA

from .both_ways import Outcome, differences


class Cross(Strategy):
    slow = 20

    def init(self):
        self.quick = self.I(SMA, self.data.Close, 5)
        self.steady = self.I(SMA, self.data.Close, self.slow)
        self.calls = 0

    def next(self):
        self.calls += 1
        if crossover(self.quick, self.steady):
            self.buy(size=0.5, sl=0.95 * self.data.Close[-1], tag="up")
        elif crossover(self.steady, self.quick):
            self.sell(size=7, limit=1.01 * self.data.Close[-1], good_for=3)


class AtOnce(Strategy):
    """Orders of `init`, and one that is open at the end."""

    slow = 20

    def init(self):
        self.buy(size=3)
        self.sell(size=2, limit=self.data.Close[-1])

    def next(self):
        if len(self.data) % self.slow == 0:
            self.position.close(0.5)
            self.buy(size=5)


class Reckless(Strategy):
    """Goes bankrupt."""

    slow = 20

    def init(self):
        pass

    def next(self):
        if not self.position:
            self.sell()


OPTIONS = [
    {},
    {"trade_on_close": True, "commission": (1, 0.001)},
    {"hedging": True, "spread": 0.001, "slippage": 0.002},
    {"margin": 0.1, "exclusive_orders": True},
    {"commission": lambda size, price: 0.01 * abs(size)},
    {"fractional": 0.001, "finalize_trades": True},
]
WINDOWS = [(0, 60), (1, 400), (250, 251), (250, 252), (300, 420), (700, 2148)]


def outcome_of(strategy, options, window, compiled):
    """Run on a window; the strategy's account shows what it did."""
    outcome = Outcome()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        test = Backtest(GOOG, strategy, compiled=compiled, **options)
        outcome.stats = test._cut(*window, 5000.0).run(slow=30)
    outcome.warnings = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return outcome


@pytest.mark.parametrize("options", OPTIONS, ids=range(len(OPTIONS)))
@pytest.mark.parametrize("strategy", [Cross, AtOnce, Reckless])
def test_a_window_comes_out_the_same(strategy, options):
    for window in WINDOWS:
        outcomes = [outcome_of(strategy, options, window, compiled) for compiled in (False, True)]
        assert differences(*outcomes) == []
        stats = outcomes[1].stats
        begin, end = window
        assert stats.execution is None or stats.execution.compiled
        assert stats._equity_curve.index.equals(GOOG.index[begin:end])
        assert (stats._trades["EntryBar"] >= begin).all()
        assert (stats._trades["ExitBar"] < end).all()
        if stats["Equity Final [$]"] == 0:  # bankrupt
            continue
        assert not stats._strategy.trades
        if not isinstance(options.get("commission"), tuple):  # counts for each piece of a trade
            made = 5000 + stats._trades["PnL"].sum()
            assert stats["Equity Final [$]"] == pytest.approx(made, rel=1e-9)
