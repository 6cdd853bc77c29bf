import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.returns import (
    annualized,
    compound_growth,
    geometric_mean,
    logarithms,
    market_beta,
    market_moves,
    pairwise_sum,
    period_returns,
    sample_variance,
)

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)

sane_returns = st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=60)


def beta(equity, close):
    return market_beta(equity, market_moves(close))


def array(values):
    return np.asarray(values, dtype=float)


@pytest.mark.parametrize(
    "n", [0, 1, 7, 8, 9, 15, 127, 128, 129, 136, 257, 1000, 2148, 4097, 100_003]
)
def test_pairwise_sum_is_within_rounding_of_the_exact_sum(n):
    values = np.random.default_rng(n).normal(size=n) * 10.0 ** (np.arange(n) % 9)
    # Which of the last bits NumPy has depends on its version and on the processor.
    rounding = 1e-15 * np.abs(values).sum()
    assert abs(pairwise_sum(values) - math.fsum(values)) <= rounding
    assert abs(pairwise_sum(values) - values.sum()) <= rounding


@compiled
@given(sane_returns)
def test_sample_variance_is_unbiased(values):
    expected = statistics.variance(values)
    assert sample_variance(array(values)) == pytest.approx(expected, rel=1e-9, abs=1e-18)


def test_variance_needs_two_values_and_is_zero_for_equal_ones():
    assert math.isnan(sample_variance(array([1.0])))
    assert sample_variance(array([0.25, 0.25, 0.25])) == 0


@compiled
@given(sane_returns)
def test_geometric_mean_compounds_to_the_product(values):
    expected = math.prod(1 + v for v in values) ** (1 / len(values)) - 1
    assert geometric_mean(array(values)) == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_geometric_mean_of_special_inputs():
    assert geometric_mean(array([0.5, -1.0, 0.5])) == 0
    assert geometric_mean(array([0.5, -1.5])) == 0
    assert math.isnan(geometric_mean(array([])))
    assert geometric_mean(array([math.nan, 0.21])) == pytest.approx(0.1)  # NaN stands for 0


def test_period_returns_compare_last_values():
    equity = array([100, 101, 110, 50, 55])
    assert period_returns(equity, np.array([2, 4])).tolist() == pytest.approx([-0.5])
    assert period_returns(equity, np.array([0, 2, 3, 4])).tolist() == pytest.approx(
        [0.1, 50 / 110 - 1, 0.1]
    )
    assert period_returns(equity, np.array([4])).size == 0


def test_period_returns_drop_what_is_undefined():
    ends = np.arange(5)
    assert period_returns(array([100, 50, 0, 0, 0]), ends).tolist() == [-0.5, -1]
    nan = math.nan
    assert period_returns(array([100, nan, 50, nan, 100]), ends).tolist() == [-0.5, 1]
    # The last known value counts within a period, and none before it.
    assert period_returns(array([100, 50, nan, nan, 100]), np.array([0, 2, 3, 4])).tolist() == [
        -0.5,
        1,
    ]


@compiled
@given(sane_returns, st.sampled_from([1.0, 12.0, 52.0, 252.0, 365.0]), st.floats(-0.2, 0.2))
def test_annualized_follows_the_formulas(returns, factor, rate):
    equity = array([100 * math.prod(1 + r for r in returns[:i]) for i in range(len(returns) + 1)])
    seen = [b / a - 1 for a, b in itertools.pairwise(equity)]
    growth = math.exp(math.fsum(math.log(1 + r) for r in seen) / len(seen))
    annual_return, volatility, sortino, ruined = annualized(
        equity, np.arange(equity.size), factor, rate
    )
    assert not ruined
    assert annual_return == pytest.approx(growth**factor - 1, rel=1e-8, abs=1e-10)
    squared = (statistics.variance(seen) + growth**2) ** factor - growth ** (2 * factor)
    if volatility > 1e-5:
        assert volatility == pytest.approx(math.sqrt(squared), rel=1e-6)
    downside = math.sqrt(math.fsum(min(r, 0) ** 2 for r in seen) / len(seen)) * math.sqrt(factor)
    if downside > 1e-9:
        assert sortino == pytest.approx((annual_return - rate) / downside, rel=1e-9)


def test_losing_everything_is_told_apart_from_standing_still():
    ends = np.arange(4)
    annual_return, _, _, ruined = annualized(array([100, 50, 0, 0]), ends, 252.0, 0.0)
    assert (annual_return, ruined) == (0, True)
    annual_return, volatility, sortino, ruined = annualized(array([100] * 4), ends, 252.0, 0.0)
    assert (annual_return, volatility, ruined) == (0, 0, False)
    assert math.isnan(sortino)


def test_no_downside_makes_sortino_infinite():
    sortino = annualized(array([100, 101, 103]), np.arange(3), 252.0, 0.0)[2]
    assert sortino == math.inf


def test_compound_growth():
    assert compound_growth(array([100, 7, 121]), 2.0) == pytest.approx(0.1)
    assert compound_growth(array([100, 0]), 2.0) == -1


@compiled
@given(st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=3, max_size=60))
def test_beta_is_the_slope_of_log_returns(pairs):
    logs = array(pairs)
    equity = 1000 * np.exp(np.append(0, np.cumsum(logs[:, 0])))
    close = 50 * np.exp(np.append(0, np.cumsum(logs[:, 1])))
    covariance = np.cov(logs[:, 0], logs[:, 1])
    if covariance[1, 1] > 1e-8:
        expected = covariance[0, 1] / covariance[1, 1]
        assert beta(equity, close) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_beta_special_cases():
    up = array([1, 2, 3, 5])
    flat = array([1, 1, 1, 1])
    assert beta(up, up) == pytest.approx(1, rel=1e-14)
    assert beta(up**2, up) == pytest.approx(2, rel=1e-14)
    assert beta(flat, up) == 0
    assert math.isnan(beta(flat, flat))
    assert math.isnan(beta(up[:2], up[:2]))
    assert math.isnan(beta(array([1, 2, 0, 0]), up))


@compiled
@given(st.lists(st.floats(min_value=5e-324, allow_infinity=True, allow_nan=False), max_size=40))
def test_logarithms_are_those_of_the_c_library_but_for_the_last_place(values):
    ours = logarithms(np.array(values, dtype=float))
    exact = np.array([math.log(value) for value in values])
    np.testing.assert_allclose(ours, exact, rtol=3e-16, atol=0)


def test_the_logarithm_of_one_is_exactly_zero():
    assert (logarithms(np.ones(9)) == 0.0).all()
