"""Returns by month and year, rolling Sharpe ratio, longest drawdowns and histograms, naively."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster.stats.calendar_returns import calendar_returns
from hindcaster.stats.distribution import MOST_BINS, histogram
from hindcaster.stats.drawdowns import notable_falls
from hindcaster.stats.returns import rolling_sharpe
from hindcaster.stats.summary import summarize
from hindcaster.stats.time_axis import TimeAxis
from hindcaster.stats.trades import ClosedTrades

# Hours between bars, and the growth of the equity from one to the next.
steps = st.lists(st.tuples(st.integers(1, 2000), st.floats(-0.3, 0.4)), min_size=1, max_size=120)
zones = st.sampled_from([None, "Europe/Berlin", "America/New_York"])


def course(moves, zone):
    hours = np.cumsum([0] + [step for step, _ in moves])
    index = pd.Timestamp("2019-11-30 20:00", tz=zone) + pd.to_timedelta(hours, unit="h")
    equity = 1000 * np.cumprod([1.0] + [1 + growth for _, growth in moves])
    return index, equity


class TestCalendarReturns:
    @given(steps, zones)
    def test_are_those_of_pandas(self, moves, zone):
        index, equity = course(moves, zone)
        found = calendar_returns(TimeAxis(index), equity)
        wall = pd.Series(equity, index.tz_localize(None))
        for rule, periods, returns in (
            ("M", found.months, found.monthly),
            ("Y", found.years, found.yearly),
        ):
            last = wall.groupby(wall.index.to_period(rule)).last()
            expected = last / last.shift(fill_value=equity[0]) - 1
            assert [str(period) for period in last.index] == [str(p) for p in periods]
            np.testing.assert_allclose(returns, expected, rtol=1e-9, atol=1e-12)

    @given(steps, zones)
    def test_compound_to_the_return_of_the_run(self, moves, zone):
        index, equity = course(moves, zone)
        found = calendar_returns(TimeAxis(index), equity)
        total = equity[-1] / equity[0]
        assert np.prod(1 + found.monthly) == pytest.approx(total)
        assert np.prod(1 + found.yearly) == pytest.approx(total)

    def test_end_with_the_money(self):
        axis = TimeAxis(pd.date_range("2024-01-31", periods=4, freq="ME"))
        found = calendar_returns(axis, np.array([100.0, 50.0, 0.0, 0.0]))
        np.testing.assert_array_equal(found.monthly, [0, -0.5, -1, np.nan])
        assert found.yearly.tolist() == [-1]


def sharpe(returns, factor):
    """The definition of the statistics' row, term by term."""
    growth = math.exp(sum(math.log1p(r) for r in returns) / len(returns))
    mean = sum(returns) / len(returns)
    variance = sum((r - mean) ** 2 for r in returns) / (len(returns) - 1)
    volatility = math.sqrt((variance + growth**2) ** factor - growth ** (2 * factor))
    return (growth**factor - 1) / volatility


class TestRollingSharpe:
    @given(st.lists(st.floats(-0.05, 0.06), min_size=8, max_size=60), st.integers(2, 7))
    def test_is_the_ratio_of_each_window(self, moves, window):
        returns = np.array(moves) + 0.003 * (np.arange(len(moves)) % 2)  # never all the same
        equity = np.cumprod(np.append(1.0, 1 + returns))
        ends = np.arange(len(equity))
        bars, ratios = rolling_sharpe(equity, ends, 252.0, window)
        assert bars.tolist() == list(range(window, len(equity)))
        for bar, ratio in zip(bars, ratios, strict=True):
            latest = returns[bar - window : bar]
            if np.ptp(latest) > 1e-6:
                assert ratio == pytest.approx(sharpe(latest, 252.0), rel=1e-5)

    def test_of_all_returns_is_the_row_of_the_statistics(self):
        rng = np.random.default_rng(3)
        index = pd.date_range("2020-01-01", periods=30 * 24, freq="h")
        equity = 100 * np.exp(np.cumsum(rng.normal(1e-3, 0.01, len(index))))
        axis = TimeAxis(index)
        none, nothing = np.empty(0, np.int64), np.empty(0)
        trades = ClosedTrades(none, none, nothing, nothing, none)
        rows, _ = summarize(axis, equity, equity, trades, warmup=0)
        bars, ratios = rolling_sharpe(equity, axis.period_ends, axis.annual_factor, 29)
        assert bars.tolist() == [len(index) - 1]
        assert ratios.tolist() == [rows["Sharpe Ratio"]]

    def test_has_gaps_where_equity_stands_still(self):
        equity = np.array([1.0, 1.1, 1.1, 1.1, 1.1, 1.3])
        _, ratios = rolling_sharpe(equity, np.arange(6), 252.0, 2)
        assert np.isnan(ratios).tolist() == [False, True, True, False]

    def test_needs_a_window_of_returns(self):
        bars, ratios = rolling_sharpe(np.array([1.0, 1.1, 1.2]), np.arange(3), 252.0, 3)
        assert (len(bars), len(ratios)) == (0, 0)

    def test_skips_returns_that_are_undefined_and_names_the_right_bars(self):
        equity = np.array([1.0, 2.0, 1.0, 0.0, 0.0, 0.0])
        bars, _ = rolling_sharpe(equity, np.arange(6), 252.0, 2)
        assert bars.tolist() == [2, 3]


def falls(equity):
    """Drawdowns of at least two steps, and a fall in the last bar, bar by bar."""
    found, start = [], 0
    for bar in range(1, len(equity)):
        peak = max(equity[: bar + 1])
        back = equity[bar] >= peak
        if not back and bar < len(equity) - 1:
            continue
        if bar - start > 1 or not back:
            part = [1 - value / equity[start] for value in equity[start : bar + 1]]
            if max(part) > 0 or bar - start > 1:
                found.append((start, start + part.index(max(part)), bar, max(part), back))
        start = bar
    return found


class TestNotableFalls:
    @given(st.lists(st.integers(1, 6), min_size=1, max_size=30), st.integers(1, 4))
    def test_are_the_longest_and_the_deepest(self, levels, count):
        equity = [float(level) for level in levels]
        expected = falls(equity)
        found = notable_falls(np.array(equity), np.arange(len(equity)), count)
        longest = sorted(expected, key=lambda fall: fall[0] - fall[2])[:count]
        assert [(fall.start, fall.valley, fall.end) for fall in found[:count]] == [
            fall[:3] for fall in longest
        ]
        if expected:
            assert max(f.depth for f in found) == pytest.approx(max(f[3] for f in expected))
            assert len(found) <= count + 1
        everything = {fall[:3]: fall[3:] for fall in expected}
        for fall in found:
            depth, back = everything[fall.start, fall.valley, fall.end]
            assert fall.depth == pytest.approx(depth)
            assert fall.recovered == back

    def test_length_is_time_not_bars(self):
        equity = np.array([10.0, 9.0, 9.0, 10.0, 9.0, 10.0])
        ticks = np.array([0, 1, 2, 3, 50, 90])
        assert notable_falls(equity, ticks, 1)[0].start == 3


numbers = st.lists(st.floats(-5, 50), min_size=1, max_size=200)


class TestHistogram:
    @given(numbers)
    def test_counts_every_value_once_between_round_edges(self, values):
        found = histogram(np.array(values))
        width = found.edges[1] - found.edges[0]
        assert found.counts.sum() == len(values)
        assert 1 <= len(found.counts) <= MOST_BINS
        assert found.below == sum(value < found.edges[0] for value in values)
        assert found.above == sum(value >= found.edges[-1] for value in values)
        np.testing.assert_allclose(found.edges / width, np.round(found.edges / width), atol=1e-6)
        expected, _ = np.histogram(values, np.append(found.edges[:-1], np.inf))
        expected[0] += found.below
        assert found.counts.tolist() == expected.tolist()

    @given(numbers)
    def test_no_bin_has_both_signs(self, values):
        edges = histogram(np.array(values)).edges
        assert not ((edges[:-1] < 0) & (edges[1:] > 0)).any()

    def test_far_values_are_put_into_the_outer_bins(self):
        values = np.append(np.linspace(-0.02, 0.02, 401), [3.0, -1.0])
        found = histogram(values)
        assert found.edges[-1] < 0.2
        assert (found.below, found.above) == (1, 1)
        assert found.counts.sum() == len(values)

    def test_what_is_not_finite_is_left_out(self):
        found = histogram(np.array([np.nan, np.inf, -np.inf, 0.01, 0.02]))
        assert found.counts.sum() == 2

    @pytest.mark.parametrize("value", [0.0, 0.03, -0.5, 1e-12, 1e9])
    def test_a_single_value(self, value):
        found = histogram(np.array([value] * 3))
        assert found.counts.max() == 3
        place = int(np.argmax(found.counts))
        assert found.edges[place] <= value < found.edges[place + 1]
