"""`stats._ambiguity` and `Backtest(intrabar=)` by cases that can be worked out by hand."""

import itertools
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import FractionalBacktest, compute_stats

from .helpers import frame, run, scripted

FLAT = (100, 100, 100, 100)
BOTH = (100, 112, 88, 101)  # reaches 90 and 110
DIPS_FIRST = [(100, 100, 88, 90), (90, 112, 90, 101)]
RISES_FIRST = [(100, 112, 100, 111), (111, 111, 88, 101)]


def finer(*bars: Any) -> pd.DataFrame:
    """Two bars of twelve hours for each bar: given, or of one that stands still."""
    rows = [row for bar in bars for row in (bar if isinstance(bar, list) else [bar, bar])]
    return frame(rows, "12h")


def buy_bracket(strategy: Any) -> None:
    strategy.buy(size=3, sl=90, tp=110)


BRACKET = {2: buy_bracket}


class Waiter(Strategy):
    """Enters above the market with a bracket, over and over."""

    sign = 1

    def init(self) -> None:
        pass

    def next(self) -> None:
        if not self.position and not self.orders:
            price = self.data.High[-1] * 1.002
            self.buy(size=2, stop=price, sl=0.99 * price, tp=1.01 * price)


def noise(n: int, seed: int = 3) -> pd.DataFrame:
    """Bars of an hour whose prices walk without gaps."""
    close = 200 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.004, n)))
    rows = [(a, max(a, b), min(a, b), b) for a, b in itertools.pairwise(close)]
    return frame(rows, "h")


def days_of(hours: pd.DataFrame) -> pd.DataFrame:
    rules = {"Open": "first", "High": "max", "Low": "min", "Close": "last"}
    return hours.resample("D").agg(rules)


def only_trade(stats: Any) -> Any:
    (trade,) = stats._ambiguity.trades.itertuples()
    return trade


class TestMarks:
    def test_stop_loss_and_take_profit_in_one_bar(self) -> None:
        stats = run([FLAT, FLAT, FLAT, BOTH, FLAT], BRACKET)
        trade = only_trade(stats)
        assert (trade.ExitPrice, trade.PnL) == (90, -30)
        assert trade.Ambiguous
        assert trade.Cause == "stop-loss or take-profit on the exit bar"
        assert (trade.PessimisticBar, trade.PessimisticPrice, trade.PessimisticPnL) == (3, 90, -30)
        assert (trade.OptimisticBar, trade.OptimisticPrice, trade.OptimisticPnL) == (3, 110, 30)
        curve = stats._ambiguity.equity_curve
        assert curve["Equity"].tolist() == [10000, 10000, 10000, 9970, 9970]
        assert curve["Pessimistic"].tolist() == [10000, 10000, 10000, 9970, 9970]
        assert curve["Optimistic"].tolist() == [10000, 10000, 10000, 10030, 10030]

    def test_open_beyond_the_target_decides(self) -> None:
        trade = only_trade(run([FLAT, FLAT, FLAT, (115, 116, 88, 95), FLAT], BRACKET))
        assert trade.ExitPrice == 90  # the stop-loss stands first in the queue
        assert trade.Cause == "take-profit on the exit bar"
        assert (trade.PessimisticPrice, trade.OptimisticPrice) == (115, 115)

    def test_stop_entry_and_stop_loss_in_one_bar(self) -> None:
        script = {2: lambda s: s.buy(size=3, stop=105, sl=95)}
        bars = [FLAT, FLAT, (100, 106, 94, 102), (102, 103, 101, 103), (94, 94, 93, 93)]
        stats = run(bars, script)
        trade = only_trade(stats)
        assert (trade.ExitBar, trade.ExitPrice) == (4, 94)
        assert trade.Cause.startswith("stop-loss or none on the entry bar")
        assert (trade.PessimisticBar, trade.PessimisticPnL) == (4, -33)
        assert (trade.OptimisticBar, trade.OptimisticPnL) == (2, -30)
        curve = stats._ambiguity.equity_curve - 10000
        assert curve["Equity"].tolist() == [0, 0, -9, -6, -33]
        assert curve["Optimistic"].tolist() == [0, 0, -30, -30, -30]

    def test_limit_entry_meets_the_low_after_it(self) -> None:
        script = {2: lambda s: s.buy(size=3, limit=97, sl=95)}
        trade = only_trade(run([FLAT, FLAT, (100, 101, 94, 100), FLAT, (90, 90, 90, 90)], script))
        assert (trade.ExitBar, trade.ExitPrice) == (4, 90)
        assert trade.Cause == "stop-loss on the entry bar"
        assert (trade.OptimisticBar, trade.OptimisticPrice) == (2, 95)
        assert (trade.PessimisticBar, trade.PessimisticPrice) == (2, 95)

    def test_short_trades_mirror_long_ones(self) -> None:
        script = {2: lambda s: s.sell(size=3, sl=110, tp=90)}
        trade = only_trade(run([FLAT, FLAT, FLAT, BOTH, FLAT], script))
        assert (trade.PessimisticPrice, trade.OptimisticPrice) == (110, 90)
        assert (trade.PessimisticPnL, trade.OptimisticPnL) == (-30, 30)

    def test_nothing_to_mark(self) -> None:
        stats = run([FLAT, FLAT, FLAT, (100, 112, 99, 101), FLAT], BRACKET)
        trade = only_trade(stats)
        assert not trade.Ambiguous
        assert trade.Cause == ""
        assert trade.PessimisticPnL == trade.OptimisticPnL == trade.PnL == 30

    def test_closing_order_is_due_before_a_stop_loss_that_was_moved_after_it(self) -> None:
        def close_and_move(s: Any) -> None:
            s.position.close()
            s.trades[0].sl = 95

        script = {2: lambda s: s.buy(size=3), 4: close_and_move}
        trade = only_trade(run([FLAT, FLAT, FLAT, FLAT, (100, 101, 90, 91)], script))
        assert trade.ExitPrice == 95
        assert trade.Cause == "closing order on the exit bar"
        assert trade.PessimisticPrice == trade.OptimisticPrice == 100

    @pytest.mark.parametrize("share", [1.0, 0.5])
    @pytest.mark.parametrize("close", ["closed", "closed late", "exclusive"])
    def test_what_is_closed_at_the_open_is_over_when_the_bar_reaches_its_bracket(
        self, close: str, share: float
    ) -> None:
        def leave(s: Any) -> None:
            if close == "exclusive":
                s.sell(size=1)
            else:
                s.position.close(share)

        bars = [FLAT, FLAT, FLAT, (104, 112, 88, 101), FLAT, FLAT]
        script = {2: lambda s: s.buy(size=4, sl=90, tp=110), 3: leave}
        how = {"exclusive_orders": close == "exclusive", "trade_on_close": close == "closed late"}
        trades = run(bars, script, **how)._ambiguity.trades
        closed = trades[trades["ExitPrice"] == (100 if close == "closed late" else 104)]
        assert len(closed) == 1
        assert not closed["Ambiguous"].any()

    def test_opposite_order_that_nets_the_trade(self) -> None:
        script = {2: lambda s: s.buy(size=3, sl=90), 3: lambda s: s.sell(size=3, limit=110)}
        bars = [FLAT, FLAT, FLAT, BOTH, FLAT, FLAT]
        trade = run(bars, script, finalize_trades=True)._ambiguity.trades.iloc[0]
        assert trade["Cause"] == "stop-loss or opposite order on the exit bar"
        assert (trade["PessimisticPrice"], trade["OptimisticPrice"]) == (90, 110)
        hedged = run(bars, script, finalize_trades=True, hedging=True)._ambiguity.trades
        assert not hedged["Ambiguous"].any()

    def test_market_orders_at_the_close_enter_before_the_next_bar(self) -> None:
        bars = [FLAT, (100, 112, 88, 100), (101, 112, 88, 101), FLAT]
        trade = only_trade(run(bars, BRACKET, trade_on_close=True))
        assert (trade.EntryBar, trade.ExitBar) == (1, 2)
        assert (trade.PessimisticBar, trade.OptimisticBar) == (2, 2)
        assert trade.OptimisticPrice == 110

    @pytest.mark.parametrize("commission", [0.01, (5.0, 0.01), lambda n, p: 0.01 * abs(n) * p])
    def test_profits_are_net_of_the_costs_of_each_end(self, commission: Any) -> None:
        bars = [FLAT, FLAT, FLAT, BOTH, FLAT]
        stats = run(bars, BRACKET, commission=commission, slippage=0.1)
        trade = only_trade(stats)
        fixed = 10.0 if isinstance(commission, tuple) else 0.0
        entry, out = 110, 81.0  # slippage on the market order and on the stop
        assert trade.EntryPrice == pytest.approx(entry)
        assert trade.PessimisticPrice == trade.ExitPrice == pytest.approx(out)
        assert trade.PessimisticPnL == pytest.approx(
            3 * (out - entry) - 0.03 * (out + entry) - fixed
        )
        assert trade.OptimisticPrice == 110
        assert trade.OptimisticPnL == pytest.approx(-0.03 * (110 + entry) - fixed)
        last = stats._ambiguity.equity_curve.iloc[-1] - 10000
        assert last["Optimistic"] == pytest.approx(trade.OptimisticPnL)
        assert last["Pessimistic"] == pytest.approx(trade.PnL)


class TestReport:
    def test_summary_and_text(self) -> None:
        report = run([FLAT, FLAT, FLAT, BOTH, FLAT], BRACKET)._ambiguity
        assert report.summary.to_dict() == pytest.approx(
            {
                "# Trades": 1,
                "# Ambiguous Trades": 1,
                "Ambiguous Trades [%]": 100.0,
                "PnL at Stake [$]": 60.0,
                "Equity Final [$]": 9970.0,
                "Equity Final, Pessimistic [$]": 9970.0,
                "Equity Final, Optimistic [$]": 10030.0,
                "Return [%]": -0.3,
                "Return, Pessimistic [%]": -0.3,
                "Return, Optimistic [%]": 0.3,
            }
        )
        assert "# Ambiguous Trades" in repr(report)
        assert "<table" in report._repr_html_()

    def test_rows_of_the_result_stay_as_they_are(self) -> None:
        stats = run([FLAT, FLAT, FLAT, BOTH, FLAT], BRACKET)
        rows, text = list(stats.index), repr(stats)
        assert stats._ambiguity.trades["Ambiguous"].all()
        assert list(stats.index) == rows
        assert "_ambiguity" not in rows
        assert "Ambiguous" not in stats._trades
        assert repr(stats) == text

    def test_runs_without_trades(self) -> None:
        report = run([FLAT] * 4)._ambiguity
        assert len(report.trades) == 0
        assert report.summary["# Ambiguous Trades"] == 0
        assert (report.equity_curve == 10000).all(axis=None)

    def test_results_from_other_processes(self) -> None:
        data = days_of(noise(24 * 60))
        stats = run(data, Waiter)
        again = pickle.loads(pickle.dumps(stats))
        assert stats._ambiguity.trades["Ambiguous"].any()
        pd.testing.assert_frame_equal(again._ambiguity.trades, stats._ambiguity.trades)

    def test_some_of_the_trades_have_no_report(self) -> None:
        data = days_of(noise(24 * 60))
        stats = run(data, Waiter)
        some = compute_stats(stats=stats, data=data, trades=stats._trades[:2])
        with pytest.raises(ValueError, match="not that of one run with all its trades"):
            _ = some._ambiguity

    def test_small_units(self) -> None:
        hours = noise(24 * 40)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = Backtest(days_of(hours), Waiter, cash=1e6).run()
            small = FractionalBacktest(days_of(hours), Waiter, fractional_unit=0.5, cash=1e6).run()
            finer = FractionalBacktest(
                days_of(hours), Waiter, fractional_unit=0.5, cash=1e6, intrabar=hours
            ).run()
            exact = Backtest(days_of(hours), Waiter, cash=1e6, intrabar=hours).run()
        columns = ["PessimisticPrice", "OptimisticPrice", "OptimisticBar"]
        assert np.allclose(small._ambiguity.trades[columns], whole._ambiguity.trades[columns])
        assert np.allclose(finer._trades["ExitPrice"], exact._trades["ExitPrice"])


class TestFinerBars:
    @pytest.mark.parametrize(("inside", "price"), [(DIPS_FIRST, 90), (RISES_FIRST, 110)])
    @pytest.mark.parametrize("compiled", [False, True])
    def test_the_level_that_is_reached_first_closes(
        self, inside: Any, price: float, compiled: bool
    ) -> None:
        class Bracketed(Strategy):
            def init(self) -> None:
                pass

            def next(self) -> None:
                if len(self.data) == 2:
                    self.buy(size=3, sl=90, tp=110)

        bars = [FLAT, FLAT, FLAT, BOTH, FLAT]
        options = {"intrabar": finer(FLAT, FLAT, FLAT, inside, FLAT), "compiled": compiled}
        stats = run(bars, Bracketed, **options)
        assert stats.execution.compiled == compiled
        trade = only_trade(stats)
        assert (trade.ExitBar, trade.ExitPrice) == (3, price)
        assert not trade.Ambiguous

    def test_a_finer_bar_with_both_stays_marked(self) -> None:
        inside = [(100, 112, 88, 90), (90, 101, 90, 101)]
        bars = [FLAT, FLAT, FLAT, BOTH, FLAT]
        trade = only_trade(run(bars, BRACKET, intrabar=finer(FLAT, FLAT, FLAT, inside, FLAT)))
        assert trade.Ambiguous
        assert (trade.PessimisticPrice, trade.OptimisticPrice) == (90, 110)

    def test_entry_and_stop_loss_in_one_bar(self) -> None:
        script = {2: lambda s: s.buy(size=3, stop=105, sl=95)}
        bars = [FLAT, FLAT, (100, 106, 94, 102), (102,) * 4, (102,) * 4]
        still = [(102,) * 4, (102,) * 4]
        before = [(100, 101, 94, 99), (99, 106, 99, 102)]
        after = [(100, 106, 100, 100), (100, 103, 94, 102)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of a bracket that has to wait
            for inside, closed in ((before, []), (after, [95.0])):
                prices = finer(FLAT, FLAT, inside, still, still)
                test = Backtest(
                    frame(bars), scripted(script), intrabar=prices, finalize_trades=True
                )
                exits = test.run()._trades["ExitPrice"].tolist()
                assert exits == (closed or [102.0])

    def test_sizes_go_by_the_close_of_the_whole_bar(self) -> None:
        hours = noise(24 * 60)
        script = {
            n: lambda s: (s.buy(size=0.3, sl=s.data.Close[-1] * 0.9), s.sell(size=0.2))
            for n in range(2, 50, 5)
        }
        options = {"margin": 0.3, "hedging": True, "finalize_trades": True}
        whole = run(days_of(hours), script, **options)
        fine = run(days_of(hours), script, intrabar=hours, **options)
        pd.testing.assert_frame_equal(fine._trades, whole._trades)

    def test_labels_may_be_the_ends_of_bars(self) -> None:
        hours = noise(24 * 60)
        left = days_of(hours)
        rules = {"Open": "first", "High": "max", "Low": "min", "Close": "last"}
        shifted = hours.set_index(hours.index + pd.Timedelta("1h"))
        right = shifted.resample("D", label="right", closed="right").agg(rules)
        first = run(left, Waiter, intrabar=hours)
        second = run(right, Waiter, intrabar=shifted)
        assert first._trades["ExitPrice"].equals(second._trades["ExitPrice"])

    def test_rows_beyond_the_data_and_out_of_order_do_not_matter(self) -> None:
        hours = noise(24 * 60)
        data = days_of(hours)[5:50]
        some = run(data, Waiter, intrabar=hours[5 * 24 : 50 * 24])
        mixed = run(data, Waiter, intrabar=hours.sample(frac=1, random_state=1))
        assert some._trades.equals(mixed._trades)

    def test_searches_and_windows_use_them(self) -> None:
        hours = noise(24 * 90)
        data = days_of(hours)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            test = Backtest(data, Waiter, intrabar=hours, compiled=False)
            best, scores = test.optimize(sign=[1, 2], return_heatmap=True, maximize="Return [%]")
            walk = test.walk_forward(train=30, test=30, sign=[1], maximize="Return [%]")
        expected = run(data, Waiter, intrabar=hours)
        assert scores.tolist() == [expected["Return [%]"]] * 2
        assert best._trades["ExitPrice"].equals(expected._trades["ExitPrice"])
        window = walk.out_of_sample[-1]
        assert len(window._ambiguity.equity_curve) == len(window._equity_curve)

    def test_rounded_prices_are_made_to_fit(self) -> None:
        hours = noise(24 * 60)
        data = days_of(hours).round(2)
        assert len(run(data, Waiter, intrabar=hours)._trades) > 5


class TestDoor:
    def door(self, intrabar: Any, data: pd.DataFrame | None = None) -> None:
        Backtest(frame([FLAT, BOTH]) if data is None else data, Waiter, intrabar=intrabar)

    def test_not_a_frame(self) -> None:
        with pytest.raises(TypeError, match=r"intrabar must be a pandas\.DataFrame"):
            self.door([1, 2])

    def test_no_dates(self) -> None:
        with pytest.raises(TypeError, match="intrabar has no DatetimeIndex"):
            self.door(frame([FLAT] * 4, None))
        with (
            pytest.warns(match="not datetime"),
            pytest.raises(TypeError, match="data has no DatetimeIndex"),
        ):
            self.door(finer(FLAT, FLAT), frame([FLAT] * 2, None))

    def test_one_time_zone(self) -> None:
        with pytest.raises(TypeError, match="time zone of intrabar is UTC, that of data missing"):
            self.door(finer(FLAT, BOTH).tz_localize("UTC"))

    def test_columns_and_prices(self) -> None:
        with pytest.raises(ValueError, match=r"intrabar: .*High"):
            self.door(finer(FLAT, DIPS_FIRST).drop(columns="High"))

    def test_a_bar_without_finer_bars(self) -> None:
        with pytest.raises(ValueError, match=r"no rows for bar 1 \(2024-01-02"):
            self.door(finer(FLAT))

    def test_other_prices(self) -> None:
        other = [(100, 112, 100, 111), (111, 111, 89, 101)]
        with pytest.raises(ValueError, match=r"make up bar 1 .*Low is 88 in data and 89 in the 2"):
            self.door(finer(FLAT, other))

    def test_a_bar_that_cannot_be(self) -> None:
        with pytest.raises(ValueError, match=r"Close of bar 1 .* outside its Low and High"):
            self.door(
                finer(FLAT, [(100, 101, 100, 100), (100, 101, 100, 105)]),
                frame([FLAT, (100, 101, 100, 105)]),
            )

    def test_prices_that_init_changes(self) -> None:
        class Changes(Strategy):
            def init(self) -> None:
                self.data.df["High"] = self.data.df["High"] + 1

            def next(self) -> None:
                pass

        test = Backtest(frame([FLAT] * 3), Changes, intrabar=finer(FLAT, FLAT, FLAT))
        with pytest.raises(ValueError, match=r"init\(\) changed the column High"):
            test.run()
