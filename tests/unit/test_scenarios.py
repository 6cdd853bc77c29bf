"""Orders of trades, curves, percentiles and permuted bars, by closed forms and naive oracles."""

import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.data.moves import BarMoves, default_block_length, seeded
from hindcaster.datasets import GOOG
from hindcaster.stats.scenarios import (
    booked_curve,
    confidence,
    curve_metrics,
    share_at_least,
    shuffled_order,
)

DAY = 86_400.0


def bars(rows):
    return pd.DataFrame(rows, columns=["Open", "High", "Low", "Close", "Volume"], dtype=float)


SMALL = bars([(10, 12, 9, 11, 1), (12, 15, 12, 14, 2), (13, 14, 10, 10, 3), (11, 11, 8, 9, 4),
              (9, 10, 9, 10, 5)])  # fmt: skip


def moves_of(prices):
    """Gaps, and what is inside of bars, from the second on."""
    opens, highs, lows, closes, volumes = prices
    inside = np.stack([highs[1:] / opens[1:], lows[1:] / opens[1:], closes[1:] / opens[1:],
                       volumes[1:]])  # fmt: skip
    return opens[1:] / closes[:-1], inside.T


@given(count=st.integers(0, 60), seed=st.integers(0, 2**40))
@settings(max_examples=40, deadline=None)
def test_orders_are_those_of_pythons_shuffle(count, seed):
    expected = list(range(count))
    generator = random.Random(seed)
    generator.shuffle(expected)
    assert shuffled_order(count, seed).tolist() == expected


@given(
    profits=st.lists(st.floats(-100, 100), min_size=1, max_size=30),
    points=st.integers(1, 50),
)
@settings(max_examples=60, deadline=None)
def test_trades_are_booked_evenly_over_the_points(profits, points):
    balance, expected, booked = 1000.0, [], 0
    for k in range(1, points + 1):
        while booked < k * len(profits) // points:
            balance += profits[booked]
            booked += 1
        expected.append(balance)
    assert booked_curve(1000.0, np.array(profits), points).tolist() == expected


def test_metrics_of_a_curve_are_those_of_the_formulas():
    values = np.array([110.0, 99.0, 108.9])
    found = curve_metrics(values, DAY * np.arange(3), 100.0, 252)
    returns = np.array([-0.1, 0.1])
    assert found["total_return"] == pytest.approx(8.9)
    assert found["max_drawdown"] == pytest.approx(-10)
    assert found["volatility"] == pytest.approx(0.1 * math.sqrt(252))
    assert found["sharpe_ratio"] == pytest.approx(returns.mean() * 252 / (0.1 * math.sqrt(252)))
    assert found["calmar_ratio"] == pytest.approx((1.089 ** (365 / 2) - 1) * 100 / 10)


@pytest.mark.parametrize(
    ("values", "volatility", "sharpe", "calmar"),
    [
        ([100.0, 0.0, 50.0, 60.0], 11.46298390472568, -12.736648783028533, None),
        ([100.0, -20.0, 5.0, 9.0], 18.24166476320989, -11.005026273965749, None),
        ([100.0, 50.0, -20.0], 8.597237928544258, -40.33272114625703, -0.8333333333333334),
        ([100.0, 110.0, 120.0], 0.08684078715701275, 401.2044366653987, 0.0),
        ([100.0, 100.0], 0.0, 0.0, 0.0),
    ],
)
def test_metrics_of_extreme_curves_are_those_of_the_reference(values, volatility, sharpe, calmar):
    found = curve_metrics(np.array(values), DAY * np.arange(len(values)), 100.0, 365)
    assert found["volatility"] == pytest.approx(volatility)
    assert found["sharpe_ratio"] == pytest.approx(sharpe)
    if calmar is not None:
        assert found["calmar_ratio"] == pytest.approx(calmar)


def test_within_a_day_nothing_is_annualised_to_calmar():
    found = curve_metrics(np.array([100.0, 90.0]), np.array([0.0, DAY - 1]), 100.0, 365)
    assert found["calmar_ratio"] == 0


def test_shares_percentiles_and_intervals_of_one_to_a_hundred():
    values = [float(k) for k in range(1, 101)]
    found = confidence({"total": 98.0, "max_drawdown": -3.0},
                       {"total": values, "max_drawdown": [-v for v in values]})  # fmt: skip
    total, drawdown = found["metrics"]["total"], found["metrics"]["max_drawdown"]
    assert total["p_value"] == 0.03
    assert total["is_significant_5pct"]
    assert not total["is_significant_1pct"]
    assert drawdown["p_value"] == 0.98
    assert total["percentiles"]["5th"] == pytest.approx(5.95)
    assert total["percentiles"]["50th"] == 50.5
    assert total["confidence_intervals"]["95%"] == {
        "lower": pytest.approx(3.475),
        "upper": pytest.approx(97.525),
    }
    assert total["simulations"]["std"] == pytest.approx(math.sqrt((100**2 - 1) / 12))
    assert found["summary"] == {
        "num_simulations": 100,
        "significant_metrics_5pct": 1,
        "significant_metrics_1pct": 0,
        "total_metrics": 2,
    }


@pytest.mark.parametrize(
    ("original", "rank", "significance"),
    [
        (101, "top 5%", "highly significant (p < 0.01)"),
        (95.05, "top 5%", "not significant (p >= 0.05)"),
        (75.25, "top 25%", "not significant (p >= 0.05)"),
        (50.5, "above median", "not significant (p >= 0.05)"),
        (25.75, "below median", "not significant (p >= 0.05)"),
        (25, "bottom 25%", "not significant (p >= 0.05)"),
    ],
)
def test_ranks_and_p_values_in_words(original, rank, significance):
    values = [float(k) for k in range(1, 101)]
    found = confidence({"sharpe_ratio": original}, {"sharpe_ratio": values})["interpretation"]
    (detail,) = found["detailed"]
    assert (detail["rank"], detail["significance"]) == (rank, significance)
    count = int(original == 101)
    text = f"with {count} out of 1 metrics being statistically significant."
    assert found["overall"].endswith(text)


def test_the_mildest_drawdown_ranks_first():
    values = [-float(k) for k in range(1, 101)]
    found = confidence({"max_drawdown": -1.0}, {"max_drawdown": values})
    assert found["interpretation"]["detailed"][0]["rank"] == "top 5%"


def test_missing_values_are_left_out_and_nan_reaches_nothing():
    found = confidence({"calmar_ratio": 1.0}, {"calmar_ratio": [None, 1.0, 5.0]})
    assert found["metrics"]["calmar_ratio"]["simulations"]["count"] == 2
    assert share_at_least(np.array([math.nan, 1.0]), 0.0) == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_permuted_bars_have_the_gaps_and_insides_of_the_data(seed):
    prices = BarMoves(SMALL).permuted(seeded(seed, 0))
    gaps, inside = moves_of(prices)
    true_gaps, true_inside = moves_of(SMALL.to_numpy().T)
    np.testing.assert_allclose(np.sort(gaps), np.sort(true_gaps))
    order = np.argsort(inside[:, 3])  # the volume tells which bar it was
    np.testing.assert_allclose(inside[order], true_inside)
    assert prices[:, 0].tolist() == SMALL.iloc[0].tolist()
    assert prices[3, -1] == pytest.approx(SMALL["Close"].iloc[-1])


def test_gaps_and_insides_are_permuted_apart():
    moves = BarMoves(SMALL)
    true_gaps, _ = moves_of(SMALL.to_numpy().T)
    apart = 0
    for seed in range(20):
        gaps, inside = moves_of(moves.permuted(seeded(seed, 0)))
        places = inside[:, 3].astype(int) - 2
        apart += not np.allclose(gaps, true_gaps[places])
    assert apart > 10


def test_every_order_of_three_insides_is_as_likely():
    moves = BarMoves(SMALL.iloc[:4])
    orders = [tuple(moves.permuted(seeded(7, k))[4, 1:]) for k in range(600)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert sum((count - 100) ** 2 / 100 for count in counts) < 20.5  # chi-square, p = 0.001


@pytest.mark.parametrize("length", [1, 2, 4])
def test_resampled_bars_are_blocks_with_their_gaps(length):
    moves = BarMoves(SMALL)
    true_gaps, _ = moves_of(SMALL.to_numpy().T)
    for seed in range(10):
        gaps, inside = moves_of(moves.resampled(seeded(seed, 0), length))
        places = inside[:, 3].astype(int) - 2
        np.testing.assert_allclose(gaps, true_gaps[places])
        for first in range(0, len(places), length):
            block = places[first : first + length]
            assert (np.diff(block) == 1).all()


def test_bars_of_the_generator_stay_bars():
    moves = BarMoves(GOOG)
    for prices in (moves.permuted(seeded(1, 0)), moves.resampled(seeded(1, 1), 40)):
        opens, highs, lows, closes, _ = prices
        assert (highs >= opens).all()
        assert (highs >= closes).all()
        assert (lows <= opens).all()
        assert (lows <= closes).all()


def test_numbers_of_a_scenario_depend_on_seed_and_number_alone():
    first = [seeded(3, k).random() for k in (0, 1, 2)]
    assert [seeded(3, k).random() for k in (2, 1, 0)] == first[::-1]
    assert len({*first, seeded(4, 0).random()}) == 4


@pytest.mark.parametrize(("column", "price"), [("Low", 0.0), ("Open", -1.0), ("Close", math.inf)])
def test_prices_without_relative_moves_are_named(column, price):
    frame = SMALL.copy()
    frame.loc[2, column] = price
    with pytest.raises(ValueError, match=rf"{column} is {price!r} at 2"):
        BarMoves(frame)


def test_two_bars_are_too_few():
    with pytest.raises(ValueError, match="at least 3 bars"):
        BarMoves(SMALL.iloc[:2])


def test_blocks_have_the_square_root_of_the_bars():
    assert default_block_length(2148) == 46
    assert default_block_length(3) == 2
