"""`SignalStrategy` and `TrailingStrategy` against what they say bar by bar."""

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest
from hindcaster.lib import SignalStrategy, TrailingStrategy


def bars(prices, spread=0.0, index=None):
    prices = np.asarray(prices, float)
    return pd.DataFrame(
        {"Open": prices, "High": prices + spread, "Low": prices - spread, "Close": prices},
        index=pd.date_range("2024-01-01", periods=len(prices)) if index is None else index,
    )


def walk(length, seed=0):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(rng.normal(0, 0.01, length).cumsum())
    open_ = close * np.exp(rng.normal(0, 0.003, length))
    return pd.DataFrame(
        {
            "Open": open_,
            "High": np.maximum(open_, close) * 1.005,
            "Low": np.minimum(open_, close) * 0.995,
            "Close": close,
        },
        index=pd.date_range("2024-01-01", periods=length),
    )


def run_signals(entry, exit_=None, prices=None, plot=True, **options):
    class Signals(SignalStrategy):
        def init(self):
            super().init()
            self.set_signal(entry, exit_, plot=plot)

    data = bars([100.0] * len(entry) if prices is None else prices)
    return Backtest(data, Signals, **{"finalize_trades": True, **options}).run()


def rows(stats):
    return stats._trades[["Size", "EntryBar", "ExitBar"]].to_numpy().tolist()


def test_positive_entry_buys_and_negative_sells_on_the_next_bar():
    stats = run_signals([0, 2, 0, -3, 0, 0], hedging=True)
    assert rows(stats) == [[2, 2, 5], [-3, 4, 5]]


def test_fraction_below_one_is_of_the_free_margin_and_one_is_a_unit():
    stats = run_signals([0, 0.5, 0, 1, 0, 0])
    assert rows(stats) == [[50, 2, 5], [1, 4, 5]]


def test_size_that_is_neither_fraction_nor_whole_is_an_error():
    with pytest.raises(AssertionError, match=r"1\.5"):
        run_signals([0, 1.5, 0, 0])


def test_exit_closes_a_portion_of_its_side_only():
    entry = [0, 10, -10, 0, 0, 0, 0, 0]
    stats = run_signals(entry, [0, 0, 0, 0.5, 0, -1, 0, 0], hedging=True)
    assert rows(stats) == [[5, 2, 4], [-10, 3, 6], [5, 2, 7]]


def test_exit_works_before_the_entry_of_the_same_bar():
    stats = run_signals([0, 4, 0, 7, 0, 0], [0, 0, 0, 1, 0, 0])
    assert rows(stats) == [[4, 2, 4], [7, 4, 5]]


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, lambda s: np.array(s, bool)])
def test_kinds_of_signals(kind):
    stats = run_signals(kind([0, 1, 0, 0, 0]))
    assert rows(stats) == [[1, 2, 4]]


def test_signals_do_not_delay_the_start_and_nan_means_nothing():
    nan = np.nan
    assert rows(run_signals([nan, 1, nan, nan], [nan, nan, nan, nan])) == [[1, 2, 3]]


def test_signals_are_drawn_as_black_dots_apart_from_the_prices():
    stats = run_signals([0, 1, 0, 0], [0, 0, 1, 0], plot=False)
    entry, exit_ = stats._strategy._indicators
    assert (entry.name, exit_.name) == ("entry size", "exit portion")
    for signal in (entry, exit_):
        options = {k: signal._opts[k] for k in ("plot", "overlay", "scatter", "color")}
        assert options == {"plot": False, "overlay": False, "scatter": True, "color": "black"}
    assert np.isnan(np.asarray(entry)).tolist() == [True, False, True, True]


def test_signal_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="entry size"):
        run_signals([0, 1, 0], prices=[100.0] * 5)


def test_no_signal_is_no_trade():
    class Idle(SignalStrategy):
        def init(self):
            super().init()

    assert Backtest(bars([100] * 5), Idle).run()["# Trades"] == 0


def test_next_can_be_extended():
    class Capped(SignalStrategy):
        def init(self):
            super().init()
            self.set_signal([0, 1, 0, 0, 0, 0])

        def next(self):
            super().next()
            for trade in self.trades:
                if len(self.data) - trade.entry_bar > 2:
                    trade.close()

    stats = Backtest(bars([100] * 6), Capped).run()
    assert rows(stats) == [[1, 2, 5]]


# -- trailing --------------------------------------------------------------------------------


class Trailed(TrailingStrategy):
    """Holds one trade in the given direction and writes its stop-loss down after every bar."""

    side = 1
    periods = 5
    distance = 2.0

    def init(self):
        super().init()
        self.set_atr_periods(self.periods)
        self.set_trailing_sl(self.distance)
        self.seen = []

    def next(self):
        super().next()
        if not self.position and not self.orders:
            (self.buy if self.side > 0 else self.sell)(size=1)
        for trade in self.trades:
            self.seen.append((len(self.data) - 1, trade.entry_bar, trade.sl))


def average_true_range(data, periods):
    high, low, close = (data[name].to_numpy() for name in ("High", "Low", "Close"))
    ranges = [
        max(high[i] - low[i], abs(close[i - 1] - high[i]), abs(close[i - 1] - low[i]))
        for i in range(1, len(data))
    ]
    means = [np.mean(ranges[i - periods : i]) for i in range(periods, len(data))]
    return [means[0]] * periods + means


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("periods", "distance"), [(5, 2.0), (20, 1.0), (1, 2.0)])
def test_stop_loss_follows_the_close_and_never_retreats(side, periods, distance):
    data = walk(150, seed=periods)
    run = Backtest(data, Trailed, finalize_trades=True).run
    stats = run(side=side, periods=periods, distance=distance)
    atr = average_true_range(data, periods)
    expected, last = [], {}
    for bar, entry_bar, _ in stats._strategy.seen:
        level = data.Close.iloc[bar] - side * distance * atr[bar]
        best = max if side > 0 else min
        last[entry_bar] = best(last.get(entry_bar, level), level)
        expected.append(last[entry_bar])
    assert len(last) > 2
    np.testing.assert_allclose([level for *_, level in stats._strategy.seen], expected)


def test_defaults_are_six_ranges_over_a_hundred_bars():
    class Plain(TrailingStrategy):
        def next(self):
            super().next()
            self.level = self.trades[0].sl if self.trades else None
            if len(self.data) == 119:
                self.buy(size=1)

    data = walk(120)
    with pytest.warns(UserWarning, match="remain open"):
        strategy = Backtest(data, Plain).run()._strategy
    expected = data.Close.iloc[-1] - 6 * average_true_range(data, 100)[-1]
    assert strategy.level == pytest.approx(expected)


def test_percentage_is_turned_into_one_number_of_ranges():
    class Percent(Trailed):
        def init(self):
            super().init()
            self.set_trailing_pct(0.04)

    data = walk(100)
    stats = Backtest(data, Percent, finalize_trades=True).run()
    atr = np.array(average_true_range(data, 5))
    multiple = np.mean(0.04 * data.Close / atr)
    bar, _, level = stats._strategy.seen[0]
    assert level == pytest.approx(data.Close.iloc[bar] - multiple * atr[bar])


@pytest.mark.parametrize("pct", [0, 1, 5, -0.1])
def test_percentage_must_be_a_fraction(pct):
    class Percent(Trailed):
        def init(self):
            super().init()
            self.set_trailing_pct(pct)

    with pytest.raises(AssertionError, match="fraction"):
        Backtest(walk(100), Percent).run()


def test_nearer_stop_loss_of_the_strategy_stays():
    class Near(Trailed):
        def next(self):
            super().next()
            for trade in self.trades:
                trade.sl = max(trade.sl, self.data.Close[-1] * 0.9999)

    stats = Backtest(walk(60), Near, finalize_trades=True).run()
    levels = [level for *_, level in stats._strategy.seen]
    assert max(levels) > 0
    assert stats["# Trades"] > 5


def test_too_few_bars_for_the_average_is_an_error_when_it_matters():
    with pytest.raises(AssertionError, match="sl"):
        Backtest(walk(30), Trailed).run(periods=30)
