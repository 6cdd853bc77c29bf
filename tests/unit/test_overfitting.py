"""How much of the best is luck, against published numbers and naive walks."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest
from hindcaster.lib import deflated_sharpe_ratio, probability_of_overfitting
from hindcaster.stats.overfitting import expected_maximum_sharpe, probabilistic_sharpe_ratio

from .test_optimize_grid import Fails, Periodic, bars


def test_worked_example_of_bailey_and_lopez_de_prado():
    # 2014, section "A numerical example": an annualised Sharpe ratio of 2.5 over 1,250 days, found
    # in 100 trials whose annualised ratios have a variance of 1/2; skewness -3, kurtosis 10.
    benchmark = expected_maximum_sharpe(0.5 / 250, 100)
    assert benchmark == pytest.approx(0.1132, abs=5e-5)
    found = probabilistic_sharpe_ratio(2.5 / math.sqrt(250), benchmark, 1250, -3, 10)
    assert found == pytest.approx(0.9004, abs=5e-5)
    # "Should the strategist have made his discovery after running only 46 independent trials"
    fewer = expected_maximum_sharpe(0.5 / 250, 46)
    found = probabilistic_sharpe_ratio(2.5 / math.sqrt(250), fewer, 1250, -3, 10)
    assert found == pytest.approx(0.9505, abs=5e-5)


def test_deflated_ratio_takes_moments_from_the_returns():
    dice = np.random.default_rng(3)
    returns = dice.standard_t(4, 900) * 0.01 + 0.001
    sharpes = np.r_[dice.normal(0, 0.03, 60), np.nan]
    table = pd.Series(returns)
    sharpe = table.mean() / table.std(ddof=0)
    benchmark = expected_maximum_sharpe(np.nanvar(sharpes, ddof=1), 60)
    standard = (returns - returns.mean()) / returns.std()
    expected = probabilistic_sharpe_ratio(
        sharpe, benchmark, 900, (standard**3).mean(), (standard**4).mean()
    )
    assert deflated_sharpe_ratio(returns, sharpes) == pytest.approx(expected, rel=1e-12)


def naive_probability(returns, blocks):
    """Combinatorially symmetric cross-validation, word by word."""
    parts = np.array_split(np.arange(len(returns)), blocks)
    worse = []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[k] for k in chosen])
        outside = np.concatenate([parts[k] for k in range(blocks) if k not in chosen])
        sharpes = [
            returns[rows].mean(axis=0) / returns[rows].std(axis=0) for rows in (inside, outside)
        ]
        best = sharpes[0].argmax()
        rank = pd.Series(sharpes[1]).rank()[best] / (returns.shape[1] + 1)
        worse.append(math.log(rank / (1 - rank)) <= 0)
    return np.mean(worse)


@pytest.mark.parametrize(
    ("seed", "blocks", "trials"), [(1, 4, 3), (2, 6, 10), (3, 8, 2), (4, 8, 25)]
)
def test_probability_is_what_a_naive_walk_finds(seed, blocks, trials):
    returns = np.random.default_rng(seed).normal(0.0002, 0.01, (203, trials))
    found = probability_of_overfitting(returns, blocks=blocks)
    assert found == pytest.approx(naive_probability(returns, blocks), abs=1e-12)


def test_skill_is_told_from_luck():
    luck = np.random.default_rng(1).normal(0, 0.01, (1_600, 40))
    assert 0.3 < probability_of_overfitting(luck) < 0.9
    assert probability_of_overfitting(luck + np.r_[0.003, np.zeros(39)]) == 0


@pytest.mark.parametrize(
    ("trials", "blocks", "text"),
    [
        (np.zeros((100, 1)), 4, "two or more"),
        (np.zeros((100, 3)), 5, "even number"),
        (np.zeros((100, 3)), 22, "even number"),
        (np.zeros((10, 3)), 16, "too few"),
        (np.zeros(100), 4, r"2 dimension"),
        (np.array([[0.0, 1.0]] * 40 + [[np.nan, 0.0]] * 40), 4, "row 40"),
    ],
)
def test_bad_trials_are_named(trials, blocks, text):
    with pytest.raises(ValueError, match=text):
        probability_of_overfitting(trials, blocks=blocks)


# -- trials of a search ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["grid", "sambo", "optuna"])
def test_trials_are_tabulated(method):
    test = Backtest(bars(200), Periodic, finalize_trades=True)
    stats, heatmap, trials = test.optimize(
        every=[4, 9],
        hold=[1, 3],
        maximize="Return [%]",
        return_heatmap=True,
        return_trials=True,
        method=method,
        random_state=1,
        max_tries=None if method == "grid" else 10,
    )
    assert trials.index.names == ["every", "hold"]
    assert len(trials) >= len(heatmap)
    for place, (every, hold) in enumerate(trials.index[:4]):
        run = test.run(every=every, hold=hold)
        row = trials.iloc[place]
        for name in ("# Trades", "Return [%]", "Sharpe Ratio", "Duration"):
            assert row[name] == run[name]
        if (every, hold) in heatmap.index:  # SAMBO leaves out some of what it evaluated
            assert heatmap[(every, hold)] == run["Return [%]"]
        returns = run._equity_curve.Equity.pct_change().dropna()
        expected = returns.mean() / returns.std(ddof=0)
        assert row["Sharpe per Bar"] == pytest.approx(expected, rel=1e-9)
    returns = stats._equity_curve.Equity.pct_change().dropna().to_numpy()
    assert stats._deflated_sharpe_ratio == pytest.approx(
        deflated_sharpe_ratio(returns, trials["Sharpe per Bar"].to_numpy())
    )


def test_probability_of_trials_is_that_of_their_returns():
    test = Backtest(bars(400), Periodic, finalize_trades=True)
    _, trials = test.optimize(every=range(3, 9), return_trials=True)
    columns = [
        test.run(every=every)._equity_curve.Equity.pct_change().dropna() for every in range(3, 9)
    ]
    returns = np.column_stack(columns)
    assert probability_of_overfitting(trials) == probability_of_overfitting(returns)
    with pytest.raises(ValueError, match="leave out blocks"):
        probability_of_overfitting(trials, blocks=4)


def test_failed_trials_tell_their_error():
    test = Backtest(bars(), Fails, finalize_trades=True)
    with pytest.warns(UserWarning, match="raised an error"):
        _, trials = test.optimize(every=[4, 5, 6], return_trials=True)
    assert trials["Error"].fillna("").tolist() == ["", "LookupError: every=5", ""]
    assert trials["Sharpe per Bar"].isna().tolist() == [False, True, False]
