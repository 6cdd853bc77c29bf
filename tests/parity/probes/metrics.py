"""Probes of the statistics of a run."""

import numpy as np
import pandas as pd

from .support import (
    FLAT,
    Strategy,
    buying,
    case,
    clean,
    closing,
    equity,
    frame,
    lib,
    run,
    run_final,
    selling,
    trades,
)


@case
def c26_percent_vs_fraction():
    def look(s):
        trade = s.trades[0]
        s.log.extend([s.equity, s.position.pl, s.position.pl_pct])
        s.log.extend([trade.pl, trade.pl_pct, trade.value])

    bars = [FLAT, FLAT, FLAT, (100, 120, 100, 120), FLAT, FLAT]
    stats, _ = run(bars, {2: buying(size=4), 4: look}, commission=0.01)
    return clean(stats._strategy.log)


@case
def c27_orders_from_init_shift_the_return_base():
    class BuysInInit(Strategy):
        def init(self):
            self.buy(size=3)

        def next(self):
            pass

    stats = run_final([10, 11, 12, 13], BuysInInit, trade_on_close=True)
    return equity(stats), trades(stats), clean(stats["Return [%]"])


@case
def c28_non_datetime_stats():
    rows = (
        "Return (Ann.) [%]",
        "Volatility (Ann.) [%]",
        "Sharpe Ratio",
        "Calmar Ratio",
        "Max. Drawdown Duration",
    )
    stats = run_final([100, 101, 102, 99, 101, 105, 106], {2: buying(size=1)}, cash=200)
    return {row: clean(stats[row]) for row in rows}, "CAGR [%]" in stats.index


@case
def c29_last_bar_drawdown_duration():
    closes = [100, 101, 102, 103, 104, 100]
    one, _ = run(closes, {2: buying(size=1)}, dated=True, cash=200)
    two, _ = run([*closes, 99], {2: buying(size=1)}, dated=True, cash=200)
    return (
        clean(one["Max. Drawdown Duration"]),
        clean(one._equity_curve["DrawdownDuration"].tolist()),
        clean(two["Max. Drawdown Duration"]),
    )


@case
def c30_profit_factor_is_on_returns_sqn_on_pnl():
    closes = [100, 100, 100, 110, 110, 110, 99, 99, 99]
    actions = {2: buying(size=10), 3: closing, 5: buying(size=1), 6: closing}
    stats, _ = run(closes, actions, dated=True)
    rows = ("Profit Factor", "Expectancy [%]", "Avg. Trade [%]", "SQN", "Kelly Criterion")
    return trades(stats, "Size PnL ReturnPct"), {row: clean(stats[row]) for row in rows}


@case
def c31_annualisation_factor():
    indexes = {
        "B": pd.bdate_range("2020-01-01", periods=80),
        "D": pd.date_range("2020-01-01", periods=80),
        "W": pd.date_range("2020-01-05", periods=80, freq="W"),
        "ME": pd.date_range("2020-01-31", periods=80, freq="ME"),
        "6xMS": pd.date_range("2010-02-01", periods=6, freq="MS"),
        "QE": pd.date_range("2000-03-31", periods=40, freq="QE"),
        "YE": pd.date_range("1980-12-31", periods=40, freq="YE"),
    }
    return {name: annual_factors(name, index) for name, index in indexes.items()}


def annual_factors(name, index):
    """Periods a year with which the annual return follows from the mean return per period."""
    bar = np.arange(len(index))
    bars = frame(100 + bar * 0.5 + bar % 7)
    bars.index = index
    stats, _ = run(bars, {2: buying(size=10)})
    rule = name if name in ("W", "ME", "YE") else "D"
    value = stats._equity_curve.Equity.resample(rule).last().dropna()
    returns = value.pct_change().dropna()
    mean = np.exp(np.log1p(returns).sum() / len(returns))
    annual = stats["Return (Ann.) [%]"]
    return [n for n in (1, 12, 52, 252, 365) if np.isclose((mean**n - 1) * 100, annual, rtol=1e-9)]


@case
def c39_compute_stats_subset():
    closes = [100, 100, 100, 110, 110, 100, 100, 100]
    actions = {2: buying(size=10), 4: closing, 5: selling(size=5), 6: closing}
    stats, _ = run(closes, actions, dated=True, commission=0.001)
    longs = stats._trades[stats._trades.Size > 0]
    subset = lib.compute_stats(stats=stats, data=frame(closes, dated=True), trades=longs)
    row = "Commissions [$]"
    return equity(stats), equity(subset), row in stats.index, row in subset.index


@case
def c41_exposure_and_buy_hold_base():
    class TwoBarWarmUp(Strategy):
        def init(self):
            self.line = self.I(lambda: np.r_[np.nan, np.nan, 1:7])

        def next(self):
            if len(self.data) == 4:
                self.buy(size=1)
            if len(self.data) == 5:
                self.position.close()

    stats, _ = run([10, 20, 30, 40, 50, 60, 70, 80], TwoBarWarmUp)
    return trades(stats), clean(stats["Exposure Time [%]"]), clean(stats["Buy & Hold Return [%]"])


@case
def c44_no_trades_and_single_trade_rows():
    none, _ = run([1, 2, 3, 4], {}, dated=True)
    one = run_final([100, 101, 103, 104, 105], {2: buying(size=1)}, dated=True)
    rows = (
        "# Trades",
        "Win Rate [%]",
        "Best Trade [%]",
        "Profit Factor",
        "SQN",
        "Kelly Criterion",
        "Max. Trade Duration",
        "Max. Drawdown [%]",
        "Sharpe Ratio",
        "Return (Ann.) [%]",
    )
    same_columns = list(none._trades.columns) == list(one._trades.columns)
    return {row: [clean(none[row]), clean(one[row])] for row in rows}, same_columns
