"""`Backtest.significance`, and the bootstrap and the ranks below it."""

import math
import warnings
from statistics import NormalDist

import joblib
import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.chance import held_sides
from hindcaster.plotting.options import Options
from hindcaster.plotting.significance import chance_of, significance_layout
from hindcaster.research import rule_significance_test
from hindcaster.stats.significance import (
    bootstrap_means,
    rank_p_value,
    rule_returns,
    share_p_value,
)
from hindcaster.strategies import Strategy as Rule

SIGMA = 0.01


def frame_of(close, opening=None, dates=True):
    close = np.asarray(close, float)
    if opening is None:
        opening = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opening, close) * 1.002, np.minimum(opening, close) * 0.998
    index = pd.date_range("2020-01-01", periods=len(close), freq="D") if dates else None
    columns = {"Open": opening, "High": high, "Low": low, "Close": close, "Volume": 1.0}
    return pd.DataFrame(columns, index=index)


def walk(seed, count=300):
    return 100 * np.cumprod(1 + np.random.default_rng(seed).normal(0, SIGMA, count))


class Follow(Strategy):
    """Holds one unit of the side that an array says, bar by bar."""

    signals = ()

    def init(self):
        pass

    def next(self):
        want = int(self.signals[len(self.data) - 1])
        if np.sign(self.position.size) != want:
            self.position.close()
            if want:
                (self.buy if want > 0 else self.sell)(size=1)


class Momentum(Strategy):
    def init(self):
        pass

    def next(self):
        up = self.data.Close[-1] > self.data.Close[-2]
        if up and not self.position:
            self.buy(size=1)
        elif not up and self.position:
            self.position.close()


def follow(frame, signals, **settings):
    kind = type("Follow", (Follow,), {"signals": np.asarray(signals)})
    return Backtest(frame, kind, cash=1e6, **settings)


# -- the bootstrap --------------------------------------------------------------------------------


@pytest.mark.parametrize("block_length", [1, 4, 25.5])
def test_the_spread_of_means_is_that_of_politis_and_romano(block_length):
    """Lemma 1 of their article: autocovariances of the circle, weighted by 1 - 1 / length."""
    rng = np.random.default_rng(3)
    shocks = rng.normal(0, 1, 200)
    values = np.convolve(shocks, [1, 0.8, 0.5], "valid") + 0.3
    count, centred = len(values), values - values.mean()
    weights = [
        (1 - lag / count) * (1 - 1 / block_length) ** lag * np.mean(centred * np.roll(centred, lag))
        for lag in range(count)
    ]
    expected = (2 * sum(weights) - weights[0]) / count
    means = bootstrap_means(values, 4_000, block_length, np.random.default_rng(1))
    assert means.var() == pytest.approx(expected, rel=0.09)
    assert means.mean() == pytest.approx(0, abs=4 * math.sqrt(expected / 4_000))


def test_single_draws_agree_with_the_normal_approximation():
    values = np.random.default_rng(5).normal(0.001, SIGMA, 400)
    error = values.std() / math.sqrt(len(values))
    expected = 1 - NormalDist().cdf(values.mean() / error)
    means = bootstrap_means(values, 4_000, 1, np.random.default_rng(2))
    assert share_p_value(values.mean(), means) == pytest.approx(expected, abs=0.015)


def test_blocks_as_long_as_the_data_are_rotations():
    values = np.arange(50.0)
    assert np.allclose(bootstrap_means(values, 20, 1e12, np.random.default_rng(0)), 0)


def test_samples_do_not_depend_on_how_many_are_asked_for_at_once():
    values = np.random.default_rng(0).normal(size=37)
    whole = bootstrap_means(values, 20, 5, np.random.default_rng(9))
    rng = np.random.default_rng(9)
    parts = [bootstrap_means(values, size, 5, rng) for size in (3, 0, 17)]
    assert np.array_equal(whole, np.concatenate(parts))


@pytest.mark.parametrize(("edge", "low", "high"), [(0.0, 0.03, 0.2), (0.4, 0.9, 1.0)])
def test_luck_is_significant_as_often_as_the_level_says_and_skill_mostly(edge, low, high):
    """Of 100 rules on as many random walks: p at most 0.1 for about a tenth without an edge."""
    rng = np.random.default_rng(11)
    p_values = []
    for _ in range(100):
        steps = rng.normal(0, SIGMA, 120)
        signals = np.where(rng.random(120) < edge, np.sign(steps), rng.choice([-1, 0, 1], 120))
        prices = np.exp(np.cumsum(np.concatenate([[0], steps])))
        values = rule_returns(prices, np.append(signals, 0)).values
        p_values.append(share_p_value(values.mean(), bootstrap_means(values, 100, 1, rng)))
    assert low <= np.mean(np.array(p_values) <= 0.1) <= high
    if not edge:
        assert np.mean(p_values) == pytest.approx(0.5, abs=4 / math.sqrt(12 * 100))


def test_the_trend_of_prices_is_no_skill():
    rising = 100 * 1.01 ** np.arange(80) * (1 + 0.001 * np.cos(np.arange(80)))
    held = rule_returns(rising, np.ones(80))
    assert held.values.mean() == pytest.approx(0, abs=1e-12)


def test_ranks_count_the_observed_order():
    chance = np.array([0.0, 1.0, 2.0, 2.0, 3.0, np.nan])
    assert rank_p_value(2.0, chance) == pytest.approx((1 + 4) / 7)
    assert rank_p_value(9.0, chance[:5]) == pytest.approx(1 / 6)
    assert rank_p_value(-9.0, chance) == 1.0
    assert math.isnan(rank_p_value(np.nan, chance))


# -- what was held --------------------------------------------------------------------------------


def held_by(test):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worked = test._worked({})
    return held_sides(worked.broker, worked.start)


def test_a_side_is_held_from_open_to_open_or_from_close_to_close():
    frame = frame_of(walk(1, 8))
    signals = [0, 0, 1, 1, -1, 0, 0, 0]
    at_open = held_by(follow(frame, signals))
    assert at_open.prices.tolist() == frame["Open"].tolist()[1:]
    assert at_open.sides.tolist() == [0, 0, 1, 1, -1, 0, 0]
    at_close = held_by(follow(frame, signals, trade_on_close=True))
    assert at_close.prices.tolist() == frame["Close"].tolist()[1:]
    assert at_close.sides.tolist() == signals[1:]


class Scripted(Strategy):
    steps = {}  # noqa: RUF012

    def init(self):
        pass

    def next(self):
        step = self.steps.get(len(self.data) - 1)
        if step:
            step(self)


def scripted(closes, steps, opening=None, **settings):
    kind = type("Scripted", (Scripted,), {"steps": steps})
    return held_by(Backtest(frame_of(closes, opening), kind, cash=1e5, **settings))


def test_what_fills_within_a_bar_counts_from_the_next_open():
    closes = [100, 100, 100, 110, 110, 90, 90, 90]
    opening = [100, 100, 100, 100, 110, 110, 90, 90]
    stop_entry = {1: lambda s: s.buy(size=1, stop=105)}  # bar 3
    assert scripted(closes, stop_entry, opening).sides.tolist() == [0, 0, 0, 1, 1, 1, 1]
    limit_entry = {1: lambda s: s.sell(size=1, limit=105)}
    assert scripted(closes, limit_entry, opening).sides.tolist() == [0, 0, 0, -1, -1, -1, -1]
    stopped = {1: lambda s: s.buy(size=1, sl=95)}  # in bar 5, which it held from its open on
    assert scripted(closes, stopped, opening).sides.tolist() == [0, 1, 1, 1, 1, 0, 0]
    taken = {1: lambda s: s.buy(size=1, tp=105)}  # in bar 3
    assert scripted(closes, taken, opening).sides.tolist() == [0, 1, 1, 0, 0, 0, 0]
    on_close = {2: lambda s: s.buy(size=1, on_close=True)}  # at the close of bar 2
    assert scripted(closes, on_close, opening).sides.tolist() == [0, 0, 1, 1, 1, 1, 1]


def test_partial_closes_and_hedges_leave_the_net_side():
    closes = [100.0] * 10
    steps = {
        1: lambda s: s.buy(size=3),
        3: lambda s: s.sell(size=3),
        5: lambda s: s.trades[0].close(1 / 3),
        7: lambda s: [t.close() for t in s.trades],
    }
    assert scripted(closes, steps, hedging=True).sides.tolist() == [0, 1, 1, 0, 0, -1, -1, 0, 0]
    steps = {1: lambda s: s.buy(size=4), 3: lambda s: s.sell(size=6), 5: lambda s: s.buy(size=1)}
    assert scripted(closes, steps).sides.tolist() == [0, 1, 1, -1, -1, -1, -1, -1, -1]


def test_a_bankrupt_account_holds_nothing():
    closes = [100, 100, 100, 1, 100, 100]
    steps = {1: lambda s: s.buy(size=5000)}
    held = scripted(closes, steps, [100, 100, 100, 100, 100, 100], margin=0.1)
    assert held.sides.tolist() == [0, 1, 1, 0, 0]


class Dice(Strategy):
    """Random orders of all kinds."""

    seed = 0

    def init(self):
        self.random = np.random.default_rng(self.seed)

    def next(self):
        if self.random.random() < 0.5:
            return
        price, away = float(self.data.Close[-1]), self.random.normal(0, 0.01)
        kind, size = self.random.integers(6), int(self.random.integers(1, 4))
        order = self.buy if self.random.random() < 0.5 else self.sell
        up = 1 if order == self.buy else -1
        if kind == 0 and self.trades:
            self.trades[0].close(0.5)
        elif kind == 1:
            order(size=size, sl=price * (1 - up * 0.02), tp=price * (1 + up * 0.02))
        elif kind == 2:
            order(size=size, limit=price * (1 + away))
        elif kind == 3:
            order(size=size, stop=price * (1 + away))
        else:
            order(size=size)


@pytest.mark.parametrize("seed", range(4))
def test_sides_are_those_of_the_filled_orders(seed):
    settings = {"hedging": seed % 2 > 0, "trade_on_close": seed % 3 == 0, "compiled": False}
    test = Backtest(frame_of(walk(seed, 120)), Dice, cash=1e5, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats = test.run(seed=seed)
        worked = test._worked({"seed": seed})
    held, orders = held_sides(worked.broker, worked.start), stats["_orders"]
    fills = [
        (order.Bar + (not (np.isnan(order.Limit) and np.isnan(order.Stop)) and seed % 3 > 0), size)
        for order in orders.itertuples()
        if (size := order.FilledSize)
    ]
    for bar in range(worked.start, 120):
        net = sum(size for since, size in fills if since <= bar)
        assert held.sides[bar - worked.start] == np.sign(net)


# -- the test of a backtest -----------------------------------------------------------------------


def test_both_front_ends_find_the_same_p_value():
    closes, count = walk(21, 200), 200
    signals = np.random.default_rng(2).choice([-1, 0, 0, 1], count).repeat(3)[:count]
    found = follow(frame_of(closes), signals, trade_on_close=True).significance()

    class Same(Rule):
        def should_long(self):
            return signals[self.index + 1] > 0

        def should_short(self):
            return signals[self.index + 1] < 0

        def go_long(self):
            pass

    # The first bar is left out: `next` is called from the second on.
    minutes = np.column_stack([60_000.0 * np.arange(count), *[closes] * 4, closes])[1:]
    settings = {"starting_balance": 1, "fee": 0, "type": "spot", "exchange": "E"}
    result = rule_significance_test(
        {**settings, "warm_up_candles": 0},
        [{"exchange": "E", "symbol": "A-B", "timeframe": "1m", "strategy": Same}],
        [],
        {"E-A-B": {"exchange": "E", "symbol": "A-B", "candles": minutes}},
    )
    assert found.p_value == result["p_value"]
    assert found.observed == result["observed_mean"]
    assert np.array_equal(found.simulated, result["simulated_means"])
    assert found.n_observations == result["n_observations"] == count - 2


def test_sight_of_the_future_is_significant_and_its_opposite_is_not():
    closes = walk(4)
    frame = frame_of(closes)
    ahead = np.sign(np.append(np.diff(closes), 0))  # bars open at the last close
    assert follow(frame, ahead).significance(n=200).p_value == 0.0
    assert follow(frame, -ahead).significance(n=200).p_value == 1.0
    assert 0.05 < follow(frame, np.roll(ahead, 1)).significance(n=200).p_value < 0.95


def test_the_latest_result_stays_and_nothing_is_said():
    test = Backtest(frame_of(walk(1)), Momentum)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats = test.run()
    test.significance(n=10)
    test.significance(method="permutation", n=2)
    assert test._results is stats


def test_compiled_and_interpreted_runs_hold_the_same():
    frame = frame_of(walk(7, 120))
    found = [
        Backtest(frame, Momentum, compiled=way).significance(n=30).simulated
        for way in (False, True)
    ]
    assert np.array_equal(*found)


def test_the_summary_tells_what_was_done():
    found = follow(frame_of(walk(4)), np.ones(300)).significance(n=40, block_length=3, seed=7)
    assert found.annualized == pytest.approx(found.observed * 365.25)
    rows = found.to_series()
    assert rows["Method"] == "bootstrap"
    assert (rows["# Simulations"], rows["# Observations"], rows["Seed"]) == (40, 298, 7)
    assert rows["Block Length"] == 3
    assert rows["p-value"] == found.p_value
    assert found.to_frame().columns.tolist() == ["Mean Rule Return"]
    assert "p = " in repr(found)
    assert "Mean Rule Return" in found._repr_html_()
    with pytest.warns(UserWarning, match="not datetime"):
        numbered = follow(frame_of(walk(4), dates=False), np.ones(300))
    assert math.isnan(numbered.significance(n=5).annualized)


def test_a_seed_that_is_not_given_is_new_and_named():
    test = follow(frame_of(walk(4)), np.arange(300) % 2)
    drawn = test.significance(n=5, seed=None)
    assert np.array_equal(test.significance(n=5, seed=drawn.seed).simulated, drawn.simulated)
    assert test.significance(n=5, seed=None).seed != drawn.seed
    assert np.array_equal(
        test.significance(n=5).simulated, test.significance(n=9, seed=42).simulated[:5]
    )


def test_parameters_are_those_of_run():
    test = follow(frame_of(walk(4)), np.zeros(300))
    assert test.significance(n=5).p_value == 1.0
    assert test.significance(n=50, signals=np.arange(300) % 2).observed != 0
    with pytest.raises(AttributeError, match="nothing"):
        test.significance(n=5, nothing=1)


def test_few_returns_are_warned_of_and_none_is_an_error():
    with pytest.warns(UserWarning, match="only 28 observations") as caught:
        follow(frame_of(walk(4, 30)), np.ones(30)).significance(n=5)
    assert caught[0].filename == __file__
    with pytest.raises(ValueError, match="no bars to be tested on"):
        follow(frame_of(walk(4, 2)), np.ones(2)).significance(n=5)


# -- permutations ---------------------------------------------------------------------------------


def patterned(seed, count=150):
    """Prices whose steps have the sign of the step before them, mostly."""
    rng = np.random.default_rng(seed)
    flips = np.where(rng.random(count) < 0.2, -1, 1)
    return 100 * np.cumprod(1 + 0.01 * np.cumprod(flips) * rng.random(count))


def test_luck_is_ranked_anywhere_among_permutations():
    """On 40 random walks the p-values of 9 permutations are spread evenly over 0.1 to 1."""
    p_values = []
    for seed in range(40):
        test = Backtest(frame_of(walk(seed, 40)), Momentum, finalize_trades=True, compiled=False)
        p_values.append(test.significance(method="permutation", n=9, seed=seed).p_value)
    assert np.mean(p_values) == pytest.approx(0.55, abs=4 * 0.287 / math.sqrt(40))
    assert np.mean(np.array(p_values) < 0.25) <= 0.4
    assert len(set(p_values)) > 5


@pytest.mark.parametrize("metric", ["Return [%]", "Sharpe Ratio", "# Trades"])
def test_a_pattern_that_permutations_destroy_is_found(metric):
    test = Backtest(frame_of(patterned(1)), Momentum, finalize_trades=True)
    found = test.significance(method="permutation", n=19, metric=metric)
    assert found.observed == test.run()[metric]
    assert found.statistic == metric
    assert found.p_value == (1.0 if metric == "# Trades" else 1 / 20)
    assert found.block_length is None
    assert math.isnan(found.annualized)
    assert found.n_observations == 150


def test_permutations_do_not_depend_on_workers():
    test = Backtest(frame_of(walk(1, 80)), Momentum, finalize_trades=True)
    alone = test.significance(method="permutation", n=12, seed=3)
    with joblib.parallel_config("threading", n_jobs=3):
        together = test.significance(method="permutation", n=12, seed=3)
    assert np.array_equal(alone.simulated, together.simulated)
    assert alone.p_value == together.p_value
    other = test.significance(method="permutation", n=12, seed=4)
    assert not np.array_equal(alone.simulated, other.simulated)


def test_columns_that_permuted_bars_lack_are_named():
    class Reader(Momentum):
        def next(self):
            assert self.data.Mood[-1] > 0

    test = Backtest(frame_of(walk(2, 60)).assign(Mood=1.0), Reader)
    test.significance(n=5)
    with pytest.raises(AttributeError, match="Mood") as caught:
        test.significance(method="permutation", n=5)
    assert any("without 'Mood'" in note for note in caught.value.__notes__)


def test_permutations_that_raise_count_against_the_strategy():
    class Picky(Momentum):
        def init(self):
            if self.data.Close[5] > 100:
                raise RuntimeError("no")

    closes = walk(2, 60)
    test = Backtest(frame_of(99 * closes / closes[5]), Picky, finalize_trades=True)
    with pytest.warns(UserWarning, match="scenarios raised") as caught:
        found = test.significance(method="permutation", n=15)
    assert caught[0].filename == __file__
    lost = np.isnan(found.simulated)
    assert 0 < lost.sum() < 15
    reached = lost.sum() + (found.simulated[~lost] >= found.observed).sum()
    assert found.p_value == (1 + reached) / 16


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"method": "magic"}, ValueError, "method must be 'bootstrap' or 'permutation'"),
        ({"metric": "SQN"}, ValueError, "metric goes with method='permutation'"),
        ({"block_length": 0.5}, ValueError, "block_length must be a number of bars from 1 on"),
        ({"block_length": "5"}, TypeError, "block_length"),
        ({"n": -1}, ValueError, "n must be a whole number"),
        ({"n": 2.0}, TypeError, "n must be a whole number"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": "1"}, TypeError, "seed"),
        ({"method": "permutation", "block_length": 5}, ValueError, "block_length goes with"),
        ({"method": "permutation", "n": 0}, ValueError, "n must be a whole number"),
        ({"method": "permutation", "metric": "Luck"}, ValueError, "metric must be the name of"),
        ({"method": "permutation", "metric": len}, TypeError, "metric must be the name of"),
        ({"method": "permutation", "metric": "SQN"}, ValueError, "has no 'SQN'"),
    ],
)
def test_wrong_arguments_are_named(options, error, words):
    test = follow(frame_of(walk(4, 60)), np.zeros(60))
    with pytest.raises(error, match=words):
        test.significance(**options)


# -- the picture ----------------------------------------------------------------------------------


def test_the_picture_counts_what_reaches_the_strategy():
    rng = np.random.default_rng(1)
    simulated = np.append(rng.normal(0, 1, 500), [np.nan, np.inf])
    chance = chance_of(simulated, 1.5)
    finite = simulated[:500]
    assert chance.reached.sum() == (finite >= 1.5).sum()
    assert chance.short.sum() == (finite < 1.5).sum()
    assert len(chance.edges) == len(chance.short) + 1
    with pytest.raises(ValueError, match="nothing to draw"):
        chance_of(np.array([np.nan]), 0.0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_shows_the_strategy_beyond_all_chance(theme):
    chance = chance_of(np.random.default_rng(1).normal(0, 1, 50), 9.0)
    layout = significance_layout(chance, 9.0, 0.0, "SQN", Options(theme=theme, plot_width=500))
    fig = layout.children[0][0]
    assert fig.x_range.end > 9.0
    assert "p = 0" in fig.title.text
    assert fig.width == 500


def test_a_page_is_written(tmp_path):
    found = follow(frame_of(walk(4)), np.arange(300) % 2).significance(n=20)
    found.plot(filename=tmp_path / "chance", open_browser=False)
    assert "Mean Rule Return by chance" in (tmp_path / "chance.html").read_text(encoding="utf-8")
