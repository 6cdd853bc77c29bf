import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.trades import exposed_bars, trade_metrics

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)


def metrics(pnl, return_pct=None):
    pnl = np.asarray(pnl, dtype=float)
    returns = pnl / 1000 if return_pct is None else np.asarray(return_pct, dtype=float)
    return trade_metrics(pnl, returns)


@compiled
@given(
    st.integers(1, 30).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=12),
        )
    )
)
def test_exposed_bars_are_the_union_of_trades(case):
    n, spans = case
    entry, exit_ = np.array(spans, dtype=np.int64).reshape(-1, 2).T.copy()
    expected = {i for a, b in spans for i in range(a, b + 1)}
    assert exposed_bars(entry, exit_, n) == len(expected)


def test_exposed_bars_of_trades_in_any_order_and_that_end_before_they_begin():
    def exposed(*spans):
        entry, exit_ = np.array(spans, dtype=np.int64).reshape(-1, 2).T.copy()
        return exposed_bars(entry, exit_, 20)

    assert exposed() == 0
    assert exposed((0, 3), (2, 5), (5, 5), (8, 19)) == 6 + 12
    assert exposed((0, 9), (1, 2), (3, 4)) == 10
    assert exposed((8, 9), (1, 2), (2, 3)) == 5  # closed in another order than opened
    assert exposed((4, 3), (4, 4), (6, 5)) == 1


def test_profit_factor_weighs_returns_and_sqn_weighs_cash():
    # +10 % on 10 units, -10 % on 1 unit.
    seen = metrics([100, -11], [0.1, -0.1])
    assert seen.profit_factor == 1
    assert seen.expectancy == 0
    assert seen.average == pytest.approx(-0.005012562893380035, rel=1e-12)
    assert seen.sqn == pytest.approx(0.8018018018018018, rel=1e-12)
    assert seen.kelly == pytest.approx(0.5 - 0.5 / (100 / 11))
    assert (seen.win_rate, seen.best, seen.worst) == (0.5, 0.1, -0.1)


def test_single_trade_leaves_spread_undefined():
    seen = metrics([10])
    assert math.isnan(seen.sqn)
    assert math.isnan(seen.kelly)
    assert math.isnan(seen.profit_factor)
    assert seen.win_rate == 1


def test_equal_trades_have_no_sqn():
    assert math.isnan(metrics([0.3, 0.3, 0.3, 0.3]).sqn)


def test_only_losses():
    seen = metrics([-10, -30])
    assert (seen.win_rate, seen.profit_factor) == (0, 0)
    assert math.isnan(seen.kelly)


def test_trade_without_profit_is_neither_win_nor_loss():
    seen = metrics([0, 10, -10, 0])
    assert seen.win_rate == 0.25
    assert seen.kelly == 0.25 - 0.75
    assert seen.profit_factor == 1


def test_total_loss_of_a_trade_makes_the_average_zero():
    seen = metrics([-100, 50], [-1.0, 0.5])
    assert seen.average == 0
    assert seen.expectancy == -0.25


@compiled
@given(
    st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-99, 200)), min_size=1, max_size=200)
)
def test_metrics_match_their_definitions(trades):
    pnl = [p / 8 for p, _ in trades]
    returns = [q / 100 for _, q in trades]
    seen = metrics(pnl, returns)
    wins = [p for p in pnl if p > 0]
    losses = [p for p in pnl if p < 0]
    assert seen.win_rate == len(wins) / len(pnl)
    assert (seen.best, seen.worst) == (max(returns), min(returns))
    growth = math.exp(math.fsum(map(math.log1p, returns)) / len(returns))
    assert seen.average == pytest.approx(growth - 1, rel=1e-9, abs=1e-13)
    assert seen.expectancy == pytest.approx(statistics.fmean(returns), rel=1e-9, abs=1e-13)
    drained = math.fsum(q for q in returns if q < 0)
    if drained < 0:
        gained = math.fsum(q for q in returns if q > 0)
        assert seen.profit_factor == pytest.approx(gained / -drained, rel=1e-12)
    else:
        assert math.isnan(seen.profit_factor)
    if len(pnl) > 1 and statistics.stdev(pnl) > 0:
        sqn = math.sqrt(len(pnl)) * statistics.fmean(pnl) / statistics.stdev(pnl)
        assert seen.sqn == pytest.approx(sqn, rel=1e-9, abs=1e-12)
    else:
        assert math.isnan(seen.sqn)
    if wins and losses:
        edge = statistics.fmean(wins) / -statistics.fmean(losses)
        rate = len(wins) / len(pnl)
        assert seen.kelly == pytest.approx(rate - (1 - rate) / edge, rel=1e-9, abs=1e-12)
    else:
        assert math.isnan(seen.kelly)
