"""`compute_stats`: the run's own rows, and those of some of its trades."""

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import compute_stats
from hindcaster.results import Result


def market(length=200, index=None):
    rng = np.random.default_rng(4)
    close = 100 * np.exp(rng.normal(0, 0.02, length).cumsum())
    return pd.DataFrame(
        {"Open": close * 1.001, "High": close * 1.01, "Low": close * 0.99, "Close": close},
        index=pd.date_range("2024-01-01", periods=length) if index is None else index,
    )


class Mixed(Strategy):
    """Overlapping long and short trades that close in another order than they opened."""

    def init(self):
        self.mean = self.I(lambda: pd.Series(self.data.Close).rolling(10).mean())

    def next(self):
        bar = len(self.data) - 1
        if bar % 10 == 0:
            self.buy(size=5)
        if bar % 15 == 0:
            self.sell(size=3)
        for trade in self.trades:
            if (bar * 7 + trade.entry_bar * 3) % 11 == 0:
                trade.close()


def run(data=None, **options):
    data = market() if data is None else data
    return Backtest(data, Mixed, hedging=True, finalize_trades=True, **options).run()


def public(stats):
    return {name: value for name, value in stats.items() if not name.startswith("_")}


@pytest.mark.parametrize("index", [None, pd.RangeIndex(200)])
@pytest.mark.filterwarnings("ignore:Data index is not datetime")
def test_all_trades_give_the_rows_of_the_run_without_commissions(index):
    data = market(index=index)
    stats = run(data, commission=0.001)
    again = compute_stats(stats=stats, data=data)
    expected = public(stats)
    assert expected.pop("Commissions [$]") > 0
    assert list(public(again)) == list(expected)
    pd.testing.assert_series_equal(pd.Series(public(again)), pd.Series(expected))
    pd.testing.assert_frame_equal(again._equity_curve, stats._equity_curve)


def test_objects_of_the_run_are_passed_on():
    data = market()
    stats = run(data)
    some = stats._trades.iloc[::2]
    result = compute_stats(stats=stats, data=data, trades=some)
    assert isinstance(result, Result)
    assert result._trades is some
    assert result._strategy is stats._strategy
    assert result._orders is stats._orders
    assert list(result.index) == list(stats.index)
    assert compute_stats(stats=stats, data=data)._trades is stats._trades


@pytest.mark.parametrize(
    "choose",
    [
        lambda t: t[t.Size > 0],
        lambda t: t[t.PnL < 0],
        lambda t: t[::-1],
        lambda t: t.sample(frac=0.5, random_state=1),
        lambda t: t.iloc[3:4],
        lambda t: t.reset_index(drop=True).query("ReturnPct > 0"),
    ],
    ids=["long", "lost", "reversed", "sampled", "single", "query"],
)
def test_some_trades(choose):
    data = market()
    stats = run(data)
    trades = choose(stats._trades)
    result = compute_stats(stats=stats, data=data, trades=trades)
    equity = np.full(len(data), 10_000.0)
    for trade in trades.itertuples():
        equity[trade.EntryBar :] += trade.PnL
    np.testing.assert_array_equal(result._equity_curve.Equity, equity)
    inside = np.zeros(len(data), bool)
    for trade in trades.itertuples():
        inside[trade.EntryBar : trade.ExitBar + 1] = True
    assert result["# Trades"] == len(trades)
    assert result["Exposure Time [%]"] == pytest.approx(100 * inside.mean())
    assert result["Return [%]"] == pytest.approx(100 * (equity[-1] / equity[0] - 1))
    assert result["Win Rate [%]"] == pytest.approx(100 * (trades.PnL > 0).mean())
    assert result["Max. Trade Duration"] == trades.Duration.max()
    assert result["Buy & Hold Return [%]"] == stats["Buy & Hold Return [%]"]


def test_no_trades():
    data = market()
    stats = run(data)
    result = compute_stats(stats=stats, data=data, trades=stats._trades[:0])
    assert result["# Trades"] == 0
    assert result["Equity Final [$]"] == 10_000
    assert pd.isna(result["Win Rate [%]"])
    assert pd.isna(result["Max. Trade Duration"])


def test_run_without_trades():
    class Idle(Mixed):
        def next(self):
            pass

    data = market()
    stats = Backtest(data, Idle).run()
    result = compute_stats(stats=stats, data=data)
    pd.testing.assert_series_equal(pd.Series(public(result)), pd.Series(public(stats)))


def test_profit_is_booked_in_full_at_the_entry():
    prices = [100, 100, 100, 110, 110, 100, 100, 100]
    data = market(8)
    for name in data:
        data[name] = np.array(prices, float)

    class Once(Mixed):
        def init(self):
            pass

        def next(self):
            bars = len(self.data)
            if bars == 2:
                self.buy(size=10)
            if bars == 4:
                self.position.close()

    stats = Backtest(data, Once).run()
    result = compute_stats(stats=stats, data=data, trades=stats._trades)
    assert result._equity_curve.Equity.tolist() == [10_000] * 2 + [10_100] * 6


def test_risk_free_rate():
    data = market()
    stats = run(data)
    result = compute_stats(stats=stats, data=data, risk_free_rate=0.03)
    annual, risk = stats["Return (Ann.) [%]"], stats["Volatility (Ann.) [%]"]
    assert result["Sharpe Ratio"] == pytest.approx((annual - 3) / risk)
    assert result["Alpha [%]"] == pytest.approx(
        stats["Return [%]"] - 3 - stats["Beta"] * (stats["Buy & Hold Return [%]"] - 3)
    )
    assert result["Sortino Ratio"] < stats["Sortino Ratio"]


def test_data_that_the_run_had_to_sort():
    data = market()
    shuffled = data.sample(frac=1, random_state=0)
    with pytest.warns(UserWarning, match="not sorted"):
        stats = run(shuffled)
    result = compute_stats(stats=stats, data=shuffled)
    pd.testing.assert_series_equal(pd.Series(public(result)), pd.Series(public(stats)))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"data": market()[:100]}, ValueError, "100 bars, but the run had 200"),
        ({"trades": pd.DataFrame({"EntryBar": [1], "PnL": [1.0]})}, ValueError, "ExitBar"),
        ({"risk_free_rate": 1}, AssertionError, "risk_free_rate"),
        ({"risk_free_rate": -1.5}, AssertionError, "risk_free_rate"),
    ],
)
def test_errors(change, error, message):
    with pytest.raises(error, match=message):
        compute_stats(**{"stats": run(), "data": market(), **change})
