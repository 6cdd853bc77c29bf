"""`Backtest.monte_carlo` against single runs on the same bars, and its doors."""

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from bokeh.models import GridPlot
from examples.sma_cross import SmaCross

from hindcaster import Backtest, Strategy
from hindcaster.data.moves import COLUMNS, BarMoves, seeded
from hindcaster.datasets import GOOG
from hindcaster.lib import FractionalBacktest
from hindcaster.stats.scenarios import curve_metrics, shuffled_order

YEARS = GOOG.iloc[:500]


def cross(data=YEARS, **settings):
    return Backtest(data, SmaCross, **{"commission": 0.002, "finalize_trades": True} | settings)


def same(first, second):
    pd.testing.assert_frame_equal(first.stats, second.stats, check_exact=True)
    pd.testing.assert_frame_equal(first.equity, second.equity, check_exact=True)


@pytest.mark.parametrize(("kind", "length"), [("bars", None), ("block_bootstrap", 30)])
def test_a_scenario_is_a_run_on_the_same_bars(kind, length):
    found = cross().monte_carlo(kind, n=3, seed=5, block_length=length, fast=7)
    moves = BarMoves(YEARS)
    for k in range(3):
        rng = seeded(5, k)
        prices = moves.permuted(rng) if length is None else moves.resampled(rng, length)
        frame = pd.DataFrame(prices.T, index=YEARS.index, columns=list(COLUMNS))
        run = cross(frame, compiled=False).run(fast=7)
        row = found.stats.iloc[k]
        assert row.tolist() == pytest.approx(run[list(row.index)].tolist(), nan_ok=True, rel=1e-15)
        curve = run["_equity_curve"]["Equity"]
        assert found.equity[k].tolist() == curve[found.equity.index].tolist()


@pytest.mark.parametrize("kind", ["bars", "block_bootstrap"])
def test_compiled_or_not_with_any_number_of_workers_gives_the_same(kind):
    here = cross(compiled=False).monte_carlo(kind, n=6, seed=1)
    same(here, cross(compiled=True).monte_carlo(kind, n=6, seed=1))
    with joblib.parallel_config("threading", n_jobs=2):
        same(here, cross(compiled=False).monte_carlo(kind, n=6, seed=1))


def test_more_scenarios_begin_with_the_same():
    few = cross(compiled=False).monte_carlo("bars", n=2, seed=1)
    more = cross(compiled=False).monte_carlo("bars", n=4, seed=1)
    pd.testing.assert_frame_equal(few.stats, more.stats.iloc[:2])
    assert not few.stats.equals(cross(compiled=False).monte_carlo("bars", n=2, seed=2).stats)


def test_a_seed_that_was_drawn_gives_the_same_again():
    first = cross().monte_carlo(n=5)
    same(first, cross().monte_carlo(n=5, seed=first.seed))


def test_shuffled_trades_are_booked_in_the_orders_of_the_seed():
    found = cross().monte_carlo("trades", n=4, seed=42)
    profits = found.result["_trades"]["PnL"].to_numpy()
    n_bars, bars = len(YEARS), np.arange(1, len(YEARS) + 1)
    for k in range(4):
        order = shuffled_order(len(profits), 42 + k)
        balance = 10_000 + np.concatenate([[0], np.cumsum(profits[order])])
        curve = balance[bars * len(profits) // n_bars]
        np.testing.assert_allclose(found.equity[k], curve)
        metrics = curve_metrics(curve, 86_400.0 * bars, curve[0], 252)
        assert found.stats["Max. Drawdown [%]"][k] == pytest.approx(metrics["max_drawdown"])
    assert found.stats["Equity Final [$]"].tolist() == pytest.approx([10_000 + profits.sum()] * 4)
    assert "Win Rate [%]" not in found.stats
    assert found.percentiles.loc["Equity Final [$]", "p-value"] == 1.0  # rounding aside, a tie


def test_percentiles_and_p_values_are_those_of_the_statistics():
    found = cross().monte_carlo("bars", n=40, seed=3)
    values, table = found.stats["Sharpe Ratio"], found.percentiles.loc["Sharpe Ratio"]
    original = found.result["Sharpe Ratio"]
    assert table["Original"] == original
    assert table["p-value"] == (values >= original).mean()
    assert table["5%"] == pytest.approx(np.percentile(values, 5))
    assert table["Std"] == pytest.approx(np.std(values))
    assert "40 scenarios" in repr(found)
    assert "<table" in found._repr_html_()


def test_the_last_close_of_permuted_bars_is_that_of_the_data():
    class Hold(Strategy):
        def init(self):
            pass

        def next(self):
            if not self.position:
                self.buy()

    with pytest.warns(UserWarning, match="remain open") as told:
        found = Backtest(YEARS, Hold, trade_on_close=True).monte_carlo("bars", n=5, seed=1)
    assert len(told) == 1  # of the original; scenarios are silent
    held = found.stats["Buy & Hold Return [%]"]
    assert held.tolist() == pytest.approx([found.original["Buy & Hold Return [%]"]] * 5)


class Idle(Strategy):
    def init(self):
        pass

    def next(self):
        pass


def test_without_trades_there_are_no_statistics_of_trades():
    run = Backtest(YEARS, Idle).run()
    found = Backtest(YEARS, Idle).monte_carlo("bars", n=2, seed=1)
    row = found.stats.iloc[0]
    assert row.drop(["Buy & Hold Return [%]", "Alpha [%]"]).tolist() == pytest.approx(
        [run[name] for name in row.index if name not in ("Buy & Hold Return [%]", "Alpha [%]")],
        nan_ok=True,
    )
    with pytest.raises(ValueError, match="closed no trade"):
        Backtest(YEARS, Idle).monte_carlo("trades")


class Touchy(Strategy):
    limit = 140

    def init(self):
        if self.data.Close.max() > self.limit:
            raise ArithmeticError("too high")

    def next(self):
        if not self.position:
            self.buy()


def test_scenarios_that_raise_are_nan_and_listed():
    # The highest close depends on the order of the bars.
    highest = [BarMoves(YEARS).permuted(seeded(2, k))[3].max() for k in range(6)]
    limit = float(np.sort(highest)[3] + 1e-9)
    limit = max(limit, float(YEARS["Close"].max()))
    expected = [k for k, high in enumerate(highest) if high > limit]
    assert 0 < len(expected) < 6
    test = Backtest(YEARS, Touchy, finalize_trades=True)
    text = rf"{len(expected)} of 6 scenarios raised.*ArithmeticError"
    with pytest.warns(UserWarning, match=text):
        found = test.monte_carlo("bars", n=6, seed=2, limit=limit)
    assert [k for k, _ in found.failures] == expected
    assert found.stats.isna().all(axis=1).to_numpy().nonzero()[0].tolist() == expected


class Interrupted(SmaCross):
    made = 0

    def init(self):
        super().init()
        type(self).made += 1
        if self.made == 4:
            raise KeyboardInterrupt


def test_what_came_before_an_interrupt_is_kept():
    Interrupted.made = 0
    test = Backtest(YEARS, Interrupted, finalize_trades=True, compiled=False)
    with pytest.warns(UserWarning, match="Interrupted after 2 of 5 scenarios"):
        found = test.monte_carlo("bars", n=5, seed=1)
    Interrupted.made = 10
    pd.testing.assert_frame_equal(found.stats, test.monte_carlo("bars", n=2, seed=1).stats)


def test_a_strategy_that_reads_another_column_says_so():
    class Reads(SmaCross):
        def init(self):
            super().init()
            self.extra = self.data.Extra

    test = Backtest(YEARS.assign(Extra=1.0), Reads, finalize_trades=True)
    with pytest.raises(AttributeError, match="no column 'Extra'"):
        test.monte_carlo("bars", n=2, seed=1)


def test_other_units_and_labels_work():
    coins = FractionalBacktest(YEARS * 1000, SmaCross, cash=10_000, finalize_trades=True)
    whole = Backtest(YEARS * 1000, SmaCross, cash=10_000, fractional=1e-8, finalize_trades=True)
    first, second = (test.monte_carlo("bars", n=2, seed=1) for test in (coins, whole))
    np.testing.assert_allclose(first.stats, second.stats, rtol=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numbered = cross(YEARS.reset_index(drop=True))
    found = numbered.monte_carlo("bars", n=2, seed=1)
    assert "CAGR [%]" not in found.stats


def test_the_backtest_keeps_its_data_and_latest_result():
    test = cross()
    before = test._data.copy()
    found = test.monte_carlo("bars", n=2, seed=1)
    pd.testing.assert_frame_equal(test._data, before)
    assert test._results is found.result
    assert test.run()["Return [%]"] == found.result["Return [%]"]


@pytest.mark.parametrize("kind", ["trades", "bars"])
def test_the_picture_is_written(kind, tmp_path):
    found = cross().monte_carlo(kind, n=30, seed=1)
    layout = found.plot(filename=tmp_path / "fan", open_browser=False, theme="dark")
    assert isinstance(layout, GridPlot)
    assert (tmp_path / "fan.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"kind": "bar"}, ValueError, "'trades', 'bars', 'block_bootstrap', got 'bar'"),
        ({"n": 0}, ValueError, "n must be a whole number of at least 1, got 0"),
        ({"n": 2.5}, TypeError, "got 2.5"),
        ({"seed": -1}, ValueError, "seed must be a whole number from 0 on"),
        ({"seed": "a"}, TypeError, "got 'a'"),
        ({"block_length": 5}, ValueError, "goes with kind='block_bootstrap'"),
        ({"kind": "block_bootstrap", "block_length": 500}, ValueError, "from 1 to 499"),
        ({"kind": "block_bootstrap", "block_length": True}, ValueError, "got True"),
        ({"slowest": 3}, AttributeError, "slowest"),
    ],
)
def test_wrong_arguments_are_named(given, error, text):
    with pytest.raises(error, match=text):
        cross().monte_carlo(**given)
