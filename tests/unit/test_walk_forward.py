"""`Backtest.walk_forward`, against plain runs that hold still before each window."""

import itertools
import math
import pickle
import warnings
from types import SimpleNamespace

import joblib
import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, NotCompilable, Strategy
from hindcaster.lib import FractionalBacktest, compute_stats, crossover
from hindcaster.test import SMA
from tests.unit.helpers import frame, scripted

FRAMES = ["_strategy", "_equity_curve", "_trades", "_orders"]
INDEXES = {
    "days": lambda n: pd.date_range("2020-01-01", periods=n),
    "hours over clock changes": lambda n: pd.date_range(
        "2022-03-20", periods=n, freq="h", tz="Europe/Berlin"
    ),
    "numbers": pd.RangeIndex,
}


def bars(n_bars=420, seed=3, index="days"):
    noise = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(noise.normal(0, 0.02, n_bars)))
    data = pd.DataFrame({"Open": close * np.exp(noise.normal(0, 0.005, n_bars)), "Close": close})
    data["High"], data["Low"] = data.max(axis=1) * 1.01, data.min(axis=1) * 0.99
    return data.set_axis(INDEXES[index](n_bars))


class Cross(Strategy):
    fast = 3
    slow = 10

    def init(self):
        self.quick = self.I(SMA, self.data.Close, self.fast)
        self.steady = self.I(SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.quick, self.steady):
            self.buy(size=0.6, sl=0.93 * self.data.Close[-1])
        elif crossover(self.steady, self.quick):
            self.position.close()
            self.sell(size=0.3, limit=1.01 * self.data.Close[-1])


def backtest(data=None, strategy=Cross, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # numbered bars
        return Backtest(bars() if data is None else data, strategy, **options)


def plain_run(data, strategy, begin, end, parameters, **options):
    """Equity and trades of bars `begin` to `end` by a run that does not act before.

    A flat bar behind the end lets open trades close at the last close.
    """

    class Late(strategy):
        def next(self):
            if begin <= len(self.data) - 1 < end:
                super().next()
            if len(self.data) == end:
                for order in self.orders:
                    if not order.is_contingent:
                        order.cancel()
                for trade in self.trades:
                    trade.close()

    step = data.index[-1] - data.index[-2]
    last = data.iloc[[end - 1]].copy()
    last[["Open", "High", "Low"]] = last["Close"].iloc[0]
    last.index = last.index + step
    shown = pd.concat([data.iloc[:end], last])
    stats = backtest(shown, Late, compiled=False, **options).run(**parameters)
    equity = stats._equity_curve["Equity"].to_numpy()
    ends = np.append(equity[begin : end - 1], equity[end])
    if not len(stats._trades):
        return ends, stats._trades
    trades = stats._trades.assign(
        ExitBar=stats._trades.ExitBar.clip(upper=end - 1),
        ExitTime=data.index[stats._trades.ExitBar.clip(upper=end - 1).astype(int)],
    )
    trades["Duration"] = trades.ExitTime - trades.EntryTime
    return ends, trades


def statistics(data, equity, trades, begin, ready=0):
    """Statistics of bars from `begin` on, of which there is equity.

    Indicators have values from bar `ready` on, and so buying and holding begins there.
    """
    index = data.index[begin : begin + len(equity)]
    shifted = trades.assign(EntryBar=trades.EntryBar - begin, ExitBar=trades.ExitBar - begin)
    made = pd.Series(
        {
            "_equity_curve": pd.DataFrame({"Equity": equity}, index),
            "_trades": shifted,
            "_strategy": SimpleNamespace(),
        }
    )
    stats = compute_stats(stats=made, data=data.loc[index])
    bought = data["Close"].iloc[max(begin, ready)]
    held = (data["Close"].loc[index[-1]] / bought - 1) * 100
    stats["Buy & Hold Return [%]"] = held
    stats["Alpha [%]"] = stats["Return [%]"] - stats["Beta"] * held
    return stats


def assert_same_rows(stats, expected):
    rows = [name for name in expected.index if not name.startswith("_")]
    for name in rows:
        ours, theirs = stats[name], expected[name]
        if isinstance(theirs, (float, np.floating)):
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True), name
        else:
            assert ours == theirs or pd.isna(theirs), name


def assert_same_trades(trades, expected):
    names = ["Size", "EntryBar", "ExitBar", "EntryPrice", "ExitPrice", "SL", "PnL", "Commission"]
    names += ["EntryTime", "ExitTime", "Duration"]
    assert len(trades) == len(expected)
    for name in names:
        ours, theirs = trades[name].tolist(), expected[name].tolist()
        if isinstance(theirs[0], float):
            assert ours == pytest.approx(theirs, rel=1e-12, nan_ok=True), name
        else:
            assert ours == theirs, name


WALKS = [
    {"train": 100, "test": 80},
    {"train": 100, "test": 80, "anchored": True},
    {"train": 60, "test": 50, "step": 70},
]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize("lengths", WALKS, ids=["rolling", "anchored", "gaps"])
def test_windows_are_plain_runs_one_after_the_other(lengths, index, compiled):
    data = bars(index=index)
    options = {"commission": 0.002, "spread": 0.001, "slippage": 0.0005}
    candidates = {"fast": [3, 5], "slow": [10, 30]}
    walk = backtest(data, compiled=compiled, **options).walk_forward(
        **lengths, maximize="Return [%]", **candidates
    )
    train, test, step = lengths["train"], lengths["test"], lengths.get("step", lengths["test"])
    cash, equities, tables, tested = 10_000.0, [], [], []
    for number, begin in enumerate(range(train, len(data), step)):
        end = min(begin + test, len(data))
        first = 0 if "anchored" in lengths else begin - train
        best = None
        for values in itertools.product(*candidates.values()):
            parameters = dict(zip(candidates, values, strict=True))
            equity, trades = plain_run(data, Cross, first, begin, parameters, **options)
            score = (equity[-1] / equity[0] - 1) * 100 if len(trades) else math.nan
            if best is None or score > best[0]:
                best = score, parameters, equity, trades
        row = walk.windows.loc[number]
        assert row[["fast", "slow"]].to_dict() == best[1]
        assert row["In-Sample Score"] == pytest.approx(best[0])
        ready = best[1]["slow"] - 1
        assert_same_rows(walk.in_sample[number], statistics(data, *best[2:], first, ready))
        equity, trades = plain_run(data, Cross, begin, end, best[1], **options, cash=cash)
        assert_same_rows(walk.out_of_sample[number], statistics(data, equity, trades, begin))
        score = (equity[-1] / equity[0] - 1) * 100 if len(trades) else math.nan
        assert row["Out-of-Sample Score"] == pytest.approx(score, nan_ok=True)
        assert row[["Train Start", "Train End"]].tolist() == [
            data.index[first],
            data.index[begin - 1],
        ]
        assert row[["Test Start", "Test End"]].tolist() == [data.index[begin], data.index[end - 1]]
        assert row[["Train Bars", "Test Bars"]].tolist() == [begin - first, end - begin]
        cash = equity[-1]
        equities.append(equity)
        tables.append(trades)
        tested += range(begin, end)
    assert number == len(walk.windows) - 1
    assert_same_trades(walk.stats._trades, pd.concat(tables))
    np.testing.assert_allclose(
        walk.stats._equity_curve["Equity"], np.concatenate(equities), rtol=1e-12
    )
    places = {bar: place for place, bar in enumerate(tested)}
    trades = pd.concat(tables, ignore_index=True)
    trades = trades.assign(EntryBar=trades.EntryBar.map(places), ExitBar=trades.ExitBar.map(places))
    expected = statistics(data.iloc[tested], np.concatenate(equities), trades, 0)
    assert_same_rows(walk.stats, expected)
    assert walk.stats["Commissions [$]"] == pytest.approx(trades["Commission"].sum())
    assert walk.stats._equity_curve.index.equals(data.index[tested])


def test_both_ways_of_driving_give_the_same():
    walks = [
        backtest(compiled=way, commission=0.001).walk_forward(
            train=100, test=50, fast=[2, 4, 8], slow=[12, 20], maximize="SQN"
        )
        for way in (False, True)
    ]
    for first, second in zip(*(w.out_of_sample for w in walks), strict=True):
        assert (first.execution.compiled, second.execution.compiled) == (False, True)
        pd.testing.assert_frame_equal(first._orders, second._orders)
    pd.testing.assert_frame_equal(walks[0].windows, walks[1].windows)
    for name in FRAMES[1:]:
        pd.testing.assert_frame_equal(walks[0].stats[name], walks[1].stats[name])


@pytest.mark.parametrize("compiled", [False, True])
def test_the_future_changes_nothing_in_windows_before_it(compiled):
    data = bars()
    other = data.copy()
    other.iloc[300:] = bars(seed=9).iloc[300:].to_numpy() * 3
    walks = [
        backtest(prices, compiled=compiled, commission=0.001).walk_forward(
            train=100, test=50, fast=[2, 4, 8], slow=[12, 20], maximize="Return [%]"
        )
        for prices in (data, other)
    ]
    before = slice(0, 4)  # test windows up to bar 300
    pd.testing.assert_frame_equal(walks[0].windows[before], walks[1].windows[before])
    curves = [walk.stats._equity_curve["Equity"] for walk in walks]
    pd.testing.assert_series_equal(curves[0][:200], curves[1][:200])
    trades = [walk.stats._trades.query("ExitBar < 300").dropna(axis=1) for walk in walks]
    pd.testing.assert_frame_equal(*trades)
    assert not walks[0].windows[4:].equals(walks[1].windows[4:])


def test_a_strategy_sees_all_bars_up_to_its_windows_end_and_acts_from_its_first():
    seen = []

    class Watching(Strategy):
        way = 1

        def init(self):
            seen.append([len(self.data), None, None])
            self.average = self.I(SMA, self.data.Close, 30)

        def next(self):
            seen[-1][1] = seen[-1][1] or len(self.data)
            seen[-1][2] = len(self.data)
            assert self.equity > 0
            if not self.position:
                assert len(self.closed_trades) == 0 or len(self.data) > 0
                self.buy(size=1)

    backtest(bars(200), Watching).walk_forward(train=60, test=50, way=[1], maximize="Return [%]")
    training = [(60, 31, 60), (110, 51, 110), (160, 101, 160)]
    testing = [(110, 61, 110), (160, 111, 160), (200, 161, 200)]
    # The search runs each training window once per combination, and once more for its result.
    expected = [run for a, b in zip(training, testing, strict=True) for run in (a, a, b)]
    assert [tuple(run) for run in seen] == expected


def test_open_trades_are_closed_at_the_windows_last_close_and_waiting_orders_are_not_filled():
    class Late(Strategy):
        size = 2

        def init(self):
            pass

        def next(self):
            if len(self.data) in (2, 5, 9):  # the first bar that it is called on in each window
                self.buy(size=self.size, sl=1, tag="first")
            elif len(self.data) in (8, 12):
                self.position.close()
                self.sell(size=1, tag="never")

    prices = [(10 + i, 12 + i, 8 + i, 11 + i) for i in range(12)]
    test = backtest(frame(prices), Late, commission=(1, 0), finalize_trades=True)
    walk = test.walk_forward(train=4, test=4, size=[2], maximize="Return [%]")
    trades = walk.stats._trades
    assert trades[["Size", "EntryBar", "ExitBar", "EntryPrice", "ExitPrice"]].values.tolist() == [
        [2, 5, 7, 15.0, 18.0],
        [2, 9, 11, 19.0, 22.0],
    ]
    assert trades["PnL"].tolist() == [4.0, 4.0]
    assert walk.stats["Equity Final [$]"] == 10_008.0
    assert [stats["Equity Final [$]"] for stats in walk.out_of_sample] == [10_004.0, 10_008.0]
    orders = walk.stats._orders
    closing = orders[(orders.Role == "close") & (orders.Outcome == "filled")]
    assert closing[["PlacedBar", "Bar", "FillPrice"]].values.tolist() == [
        [7, 7, 18.0],
        [11, 11, 22.0],
    ]
    never = orders[orders.Tag == "never"]
    assert never["Outcome"].tolist() == ["open", "open"]
    assert set(never["Reason"]) == {"placed on the last bar: there is no bar left to fill it"}


def test_slippage_is_paid_where_a_window_closes_a_trade():
    prices = [10.0] * 12
    early = scripted({n: lambda s: s.buy(size=1) for n in (2, 5, 9)})
    early.way = 1
    walk = backtest(frame(prices), early, slippage=0.01).walk_forward(
        train=4, test=4, way=[1], maximize="Return [%]"
    )
    assert walk.stats._trades[["EntryPrice", "ExitPrice"]].values.tolist() == [[10.1, 9.9]] * 2


def test_orders_placed_in_init_fill_inside_the_window():
    class AtOnce(Strategy):
        size = 1

        def init(self):
            self.buy(size=self.size)

        def next(self):
            pass

    for way in (False, True):
        prices = [(10 + i, 12 + i, 8 + i, 11 + i) for i in range(12)]
        test = backtest(frame(prices), AtOnce, trade_on_close=way)
        walk = test.walk_forward(train=4, test=4, size=[1], maximize="Return [%]")
        assert walk.stats._trades[["EntryBar", "EntryPrice"]].values.tolist() == [[4, 14], [8, 18]]


def test_warm_up_longer_than_a_window_leaves_it_to_history():
    walk = backtest().walk_forward(train=150, test=20, fast=[3], slow=[60], maximize="Return [%]")
    starts = walk.windows["Test Start"].to_numpy()
    ends = walk.windows["Test End"].to_numpy()
    number = np.searchsorted(starts, walk.stats._trades["EntryTime"].to_numpy(), "right") - 1
    assert len(walk.stats._trades) >= 5
    assert (walk.stats._trades["ExitTime"].to_numpy() <= ends[number]).all()


def test_an_indicator_without_values_leaves_the_account_alone():
    class Slow(Cross):
        slow = 110

    with pytest.warns(UserWarning, match="did not trade in 2 of 6 windows, first in") as caught:
        walk = backtest(bars(300), Slow).walk_forward(
            train=75, test=40, fast=[3, 5], maximize="Return [%]"
        )
    assert caught[0].filename == __file__
    reason = "no parameters have a score in the training window, which takes trades"
    reasons = walk.windows["Not Traded"].tolist()
    assert reasons[0] == reason
    assert sorted(reasons) == [""] * 4 + [reason] * 2
    for number, results in enumerate(zip(walk.in_sample, walk.out_of_sample, strict=True)):
        assert [stats is None for stats in results] == [bool(reasons[number])] * 2
    assert walk.windows["fast"].isna().tolist() == list(map(bool, reasons))
    assert (walk.stats._equity_curve["Equity"][:41] == 10_000).all()
    assert walk.windows["In-Sample # Trades"][0] == 0


def test_no_window_at_all_is_traded():
    class Idle(Strategy):
        way = 1

        def init(self):
            pass

        def next(self):
            pass

    with pytest.warns(UserWarning, match="did not trade in 3 of 3 windows, first in window 0"):
        walk = backtest(bars(160), Idle).walk_forward(train=40, test=40, way=[1, 2])
    assert walk.stats["Return [%]"] == 0
    assert walk.stats["# Trades"] == 0
    assert list(walk.stats._trades) == list(backtest(bars(50)).run(slow=49)._trades)
    assert math.isnan(walk.efficiency)
    assert walk.stats._strategy is None
    assert "Not Traded" in repr(walk)


def test_after_a_bankruptcy_nothing_is_traded():
    class Everything(Strategy):
        way = 1

        def init(self):
            pass

        def next(self):
            if not self.position:
                self.buy()

    rise, fall = np.linspace(10, 20, 30), np.linspace(20, 4, 10)
    data = frame([*rise, *fall, *np.linspace(4, 30, 30)])
    with pytest.warns(UserWarning, match="the account was bankrupt before"):
        walk = backtest(data, Everything, margin=0.2).walk_forward(
            train=20, test=15, way=[1], maximize="Return [%]"
        )
    equity = walk.stats._equity_curve["Equity"].to_numpy()
    assert (equity[:14] > 0).all()
    assert (equity[14:] == 0).all()
    reason = "the account was bankrupt before"
    assert walk.windows["Not Traded"].tolist() == ["", reason, reason, reason]
    assert walk.windows["way"].tolist() == [1, None, None, None]
    assert walk.stats["Return [%]"] == -100


class Moody(Cross):
    """Raises when it has seen the price that is not to be."""

    limit = math.inf

    def next(self):
        super().next()
        if len(self.data) > self.limit:
            raise LookupError("too late")


def test_what_is_raised_later_leaves_the_windows_before():
    class Late(Moody):
        limit = 250

    with pytest.warns(UserWarning, match="raised LookupError: too late"):
        walk = backtest(strategy=Late).walk_forward(train=100, test=100, fast=[3, 5])
    assert walk.windows["Not Traded"].tolist() == [
        "",
        "the test raised LookupError: too late",
        "optimizing raised LookupError: too late",
        "optimizing raised LookupError: too late",
    ]
    equity = walk.stats._equity_curve["Equity"].to_numpy()
    assert (equity[100:] == equity[99]).all()


def test_what_is_raised_in_the_first_window_is_raised_with_its_name():
    class Early(Moody):
        limit = 150

    with pytest.raises(LookupError, match="too late") as caught:
        backtest(strategy=Early).walk_forward(train=100, test=100, fast=[3, 5])
    notes = "\n".join(caught.value.__notes__)
    assert "window 0 of walk_forward() (2020-01-01 00:00:00 to 2020-07-18 00:00:00)" in notes


def test_a_strategy_that_has_to_compile_and_does_not_is_an_error():
    class Printing(Cross):
        def next(self):
            print("no")

    with pytest.raises(NotCompilable):
        backtest(strategy=Printing, compiled=True).walk_forward(train=100, test=100, fast=[3])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"fats": [1]}, AttributeError, "Did you mean 'fast'"),
        ({}, ValueError, "at least one strategy parameter"),
        ({"fast": [3], "maximize": "Sharp"}, ValueError, "Did you mean"),
        ({"fast": [3], "method": "luck"}, ValueError, "method must be"),
        ({"fast": []}, ValueError, "no candidates"),
        ({"fast": [3], "constraint": lambda p: False}, ValueError, "no admissible"),
        ({"fast": [3], "constraint": 1}, TypeError, "constraint must be"),
        ({"fast": [3], "step": 10}, ValueError, "would overlap"),
        ({"fast": [3], "return_heatmap": True}, AttributeError, "return_heatmap"),
    ],
)
def test_what_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        backtest().walk_forward(**{"train": 100, "test": 100} | arguments)


def test_lengths_have_to_be_given():
    with pytest.raises(TypeError, match="train"):
        backtest().walk_forward(test=100, fast=[3])


def test_cash_is_checked():
    with pytest.raises(AssertionError, match="cash must be greater"):
        backtest(cash=-5).walk_forward(train=100, test=100, fast=[3])


def interrupted_in(run):
    """A strategy whose run of that number is interrupted."""
    runs = itertools.count()

    class Interrupted(Cross):
        def init(self):
            super().init()
            if next(runs) == run:
                raise KeyboardInterrupt

    return Interrupted


@pytest.mark.filterwarnings("ignore:optimize")  # the search says so, too
@pytest.mark.parametrize("run", [4, 5, 6, 7])  # window 1: two in the search, its result, the test
def test_an_interruption_leaves_the_windows_before(run):
    arguments = {"train": 100, "test": 100, "fast": [3, 5], "maximize": "Return [%]"}
    with pytest.warns(UserWarning, match="interrupted after 1 of 4 windows") as caught:
        walk = backtest(strategy=interrupted_in(run)).walk_forward(**arguments)
    assert caught[-1].filename == __file__
    whole = backtest().walk_forward(**arguments)
    pd.testing.assert_frame_equal(walk.windows, whole.windows[:1])
    assert len(walk.stats._equity_curve) == 100


@pytest.mark.filterwarnings("ignore:optimize")
@pytest.mark.parametrize("run", range(4))
def test_an_interruption_of_the_first_window_is_one(run):
    test = backtest(strategy=interrupted_in(run))
    with pytest.raises(KeyboardInterrupt):
        test.walk_forward(train=100, test=100, fast=[3, 5])


@pytest.mark.parametrize("method", ["sambo", "optuna"])
def test_methods_that_search(method):
    pytest.importorskip(method)
    walks = [
        backtest().walk_forward(
            train=150,
            test=100,
            fast=[2, 9],
            slow=[10, 40],
            method=method,
            max_tries=12,
            maximize=lambda stats: len(stats["_trades"]),
            random_state=seed,
        )
        for seed in (1, 1, 2)
    ]
    pd.testing.assert_frame_equal(walks[0].windows, walks[1].windows)
    assert not walks[0].parameters.equals(walks[2].parameters)
    scores = walks[0].windows["Out-of-Sample Score"]
    assert scores.tolist() == walks[0].windows["Out-of-Sample # Trades"].tolist()


@pytest.mark.parametrize(
    ("backend", "workers"), [("sequential", 1), ("loky", 2), ("threading", 2), ("threading", 3)]
)
def test_the_seed_decides_whatever_the_number_of_workers(backend, workers):
    arguments = {"train": 100, "test": 100, "fast": range(2, 9), "slow": range(10, 30)}
    arguments |= {"max_tries": 10, "random_state": 5, "maximize": "Return [%]"}
    alone = backtest().walk_forward(**arguments)
    with joblib.parallel_config(backend=backend, n_jobs=workers):
        spread = backtest().walk_forward(**arguments)
    pd.testing.assert_frame_equal(alone.windows, spread.windows)
    pd.testing.assert_frame_equal(alone.stats._equity_curve, spread.stats._equity_curve)
    other = backtest().walk_forward(**arguments | {"random_state": 6})
    assert not other.parameters.equals(alone.parameters)


def test_warnings_of_the_search_name_the_users_line():
    class Fails(Cross):
        def init(self):
            super().init()
            if self.fast == 5:
                raise LookupError("five")

    with pytest.warns(UserWarning, match="Searching|combinations raised") as caught:
        walk = backtest(bars(240), Fails).walk_forward(
            train=100, test=70, fast=[3, 5], slow=range(10, 161), maximize="Return [%]"
        )
    texts = [str(w.message) for w in caught]
    assert sum("Searching for the best of 302" in text for text in texts) == 2
    assert sum("151 of 302 combinations raised" in text for text in texts) == 2
    assert {w.filename for w in caught} == {__file__}
    assert walk.windows["fast"].tolist() == [3, 3]


def test_functions_judge_what_they_judge_in_a_search():
    seen = set()

    def score(stats):
        seen.add(tuple(name for name in stats.index if name.startswith("_")))
        return stats["Return [%]"]

    arguments = {"train": 100, "test": 100, "fast": [3, 5]}
    by_function = backtest().walk_forward(**arguments, maximize=score)
    by_name = backtest().walk_forward(**arguments, maximize="Return [%]")
    pd.testing.assert_frame_equal(by_function.windows, by_name.windows)
    assert seen == {()}


def test_efficiency_is_the_share_of_return_that_was_left():
    walk = backtest().walk_forward(train="150D", test="90D", fast=[3, 5], slow=[10, 30])
    inside = np.mean([stats["Return (Ann.) [%]"] for stats in walk.in_sample])
    expected = walk.stats["Return (Ann.) [%]"] / inside * 100
    assert inside > 0
    assert walk.efficiency == pytest.approx(expected)
    by_window = walk.windows["Efficiency [%]"]
    for number, (first, second) in enumerate(zip(walk.in_sample, walk.out_of_sample, strict=True)):
        share = second["Return (Ann.) [%]"] / first["Return (Ann.) [%]"] * 100
        known = first["Return (Ann.) [%]"] > 0
        assert by_window[number] == pytest.approx(share if known else math.nan, nan_ok=True)


def test_the_latest_result_and_the_backtest_stay_as_they_were():
    test = backtest(finalize_trades=True)
    stats = test.run()
    before = test._data.copy()
    walk = test.walk_forward(train=100, test=100, fast=[3, 5])
    assert test._results is stats
    pd.testing.assert_frame_equal(test._data, before)
    again = test.run()
    pd.testing.assert_frame_equal(again._equity_curve, stats._equity_curve)
    with pytest.raises(AssertionError, match="results are of a run over other data"):
        test.plot(results=walk.stats)


def test_fractions_of_a_unit():
    data = bars() * 1000
    walk = FractionalBacktest(data, Cross, fractional_unit=1e-6, commission=0.001).walk_forward(
        train=100, test=100, fast=[3, 5], maximize="Return [%]"
    )
    native = backtest(data, fractional=1e-6, commission=0.001).walk_forward(
        train=100, test=100, fast=[3, 5], maximize="Return [%]"
    )
    assert walk.parameters.equals(native.parameters)
    assert walk.stats["Return [%]"] == pytest.approx(native.stats["Return [%]"], abs=0.1)
    assert walk.stats._trades["EntryPrice"].between(data.Low.min(), data.High.max()).all()
    assert (walk.stats._trades["Size"].abs() < 1).all()


def test_results_can_be_pickled_and_shown():
    test = backtest(commission=0.001)
    walk = test.walk_forward(train=100, test=100, fast=[3, 5], slow=[10, 30])
    again = pickle.loads(pickle.dumps(walk))
    pd.testing.assert_frame_equal(again.windows, walk.windows)
    pd.testing.assert_frame_equal(again.stats._trades, walk.stats._trades)
    assert repr(again) == repr(walk)
    assert repr(walk).startswith("<WalkForward Cross: 4 windows, return ")
    assert "slow" in repr(walk)
    html = walk._repr_html_()
    assert html.count("<table") == 2
    assert list(walk.parameters) == ["fast", "slow"]
    assert list(walk.stats.index) == list(
        backtest(commission=0.001, finalize_trades=True).run().index
    )


def test_candidates_of_any_kind():
    class Chosen(Cross):
        kind = "both"

        def next(self):
            if self.kind is None or self.kind == ("a", 1):
                return
            super().next()

    walk = backtest(strategy=Chosen).walk_forward(
        train=100, test=100, kind=["both", None, ("a", 1)], fast=[3], maximize="Return [%]"
    )
    assert walk.windows["kind"].tolist() == ["both"] * 4


def test_a_last_window_of_one_bar_is_kept():
    walk = backtest(bars(201)).walk_forward(train=100, test=100, fast=[3], maximize="Return [%]")
    assert walk.windows["Test Bars"].tolist() == [100, 1]
    assert walk.windows["Out-of-Sample # Trades"].tolist()[1] == 0
    assert len(walk.stats._equity_curve) == 101
