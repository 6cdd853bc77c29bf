"""Metrics of an exchange simulation: observed numbers, closed forms and naive pandas oracles."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.exchange import exchange_metrics
from hindcaster.stats.exchange.ratios import serenity_index, smart_penalty
from hindcaster.stats.exchange.samples import drawdown_of, growth_of

MINUTE = 60_000.0
DAY = 1440 * MINUTE

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)

balances = st.lists(st.floats(100.0, 1e6), min_size=2, max_size=60)
profits = st.lists(
    st.one_of(st.sampled_from([0.0, -0.0, 1.0, -1.0]), st.floats(-1e4, 1e4)),
    min_size=1,
    max_size=40,
)


def trade(pnl, side="long", fee=0.0, holding_period=60.0):
    return {"type": side, "PNL": pnl, "fee": fee, "holding_period": holding_period}


def sampled(values, times=None):
    times = np.arange(len(values)) * DAY if times is None else np.asarray(times, dtype=float)
    return np.column_stack([times, np.asarray(values, dtype=float)])


def of_balance(values, times=None, **settings_):
    return exchange_metrics(
        [trade(1.0)], sampled(values, times), values[0], values[-1], **settings_
    )


def of_profits(pnl, **settings_):
    return exchange_metrics([trade(x) for x in pnl], sampled([1e4, 1e4]), 1e4, 1e4, **settings_)


# ------------------------------------------------------------------------ observed numbers


def test_three_trades_within_seven_minutes():
    trades = [trade(9.79, fee=0.21), trade(-5.215, fee=0.215), trade(-1.209, fee=0.209)]
    samples = sampled([10_000.0, 10_003.366], [0, 7 * MINUTE])
    seen = exchange_metrics(trades, samples, 10_000, 10_003.366, minutes=7)
    assert seen == pytest.approx(
        {
            "total": 3,
            "total_winning_trades": 1,
            "total_losing_trades": 2,
            "starting_balance": 10_000,
            "finishing_balance": 10_003.366,
            "win_rate": 1 / 3,
            "win_rate_longs": 1 / 3,
            "win_rate_shorts": 0,
            "ratio_avg_win_loss": 3.047945205,
            "longs_count": 3,
            "longs_percentage": 100,
            "shorts_percentage": 0,
            "shorts_count": 0,
            "fee": 0.634,
            "net_profit": 3.366,
            "net_profit_percentage": 0.03366,
            "average_win": 9.79,
            "average_loss": 3.212,
            "expectancy": 1.122,
            "expectancy_percentage": 0.01122,
            "expected_net_profit_every_100_trades": 1.122,
            "average_holding_period": 60,
            "average_winning_holding_period": 60,
            "average_losing_holding_period": 60,
            "gross_profit": 9.79,
            "gross_loss": -6.424,
            "max_drawdown": 0,
            "max_underwater_period": 0,
            "annual_return": 0,
            "annualization": 365,
            "sharpe_ratio": math.nan,
            "calmar_ratio": 0,
            "sortino_ratio": math.inf,
            "smart_sharpe": math.nan,
            "smart_sortino": math.inf,
            "omega_ratio": math.nan,
            "serenity_index": math.nan,
            "total_open_trades": 0,
            "open_pl": 0,
            "winning_streak": 1,
            "losing_streak": 2,
            "largest_losing_trade": -5.215,
            "largest_winning_trade": 9.79,
            "current_streak": -2,
            "avg_trades_per_day": 540,
            "avg_trades_per_week": 3780,
            "avg_trades_per_month": 16437.6,
        },
        rel=1e-9,
        nan_ok=True,
    )


@pytest.mark.parametrize(
    ("minutes", "values", "expected"),
    [
        (
            [0, 1441, 2881, 4000],
            [10000, 9993.23303, 10001.61538, 9999.045308],
            {
                "max_drawdown": -0.02569653592,
                "annual_return": -1.727303707,
                "sharpe_ratio": -0.7720351454,
                "sortino_ratio": -1.669143208,
                "calmar_ratio": -67.21932143,
                "omega_ratio": 0.8984000467,
                "smart_sharpe": -0.445734699,
                "smart_sortino": -0.9636802802,
                "max_underwater_period": 1,
            },
        ),
        (
            [0, 1680, 3120, 4000],
            [10000, 9996.127991, 9958.785728, 9999.045308],
            {
                "max_drawdown": -0.3735672735,
                "annual_return": -1.727303707,
                "sharpe_ratio": -0.1309919586,
                "sortino_ratio": -0.2721661325,
                "calmar_ratio": -4.623808963,
                "omega_ratio": 0.980534385,
                "smart_sharpe": -0.07562824256,
                "smart_sortino": -0.1571351898,
                "max_underwater_period": 2,
            },
        ),
    ],
)
def test_balance_sampled_over_three_days(minutes, values, expected):
    seen = of_balance(values, np.array(minutes) * MINUTE, minutes=4000)
    found = {key: seen[key] for key in expected}
    # The samples are known to ten digits, their differences to five.
    assert found == pytest.approx(expected, rel=1e-5)
    assert math.isnan(seen["serenity_index"])
    assert seen["avg_trades_per_day"] == pytest.approx(0.3599100225, rel=1e-9)


def test_run_without_trades_has_four_metrics():
    seen = exchange_metrics([], sampled([1e4, 1e4]), 1e4, 1e4, annualization=252, minutes=10)
    expected = {"total": 0, "win_rate": 0, "net_profit_percentage": 0, "annualization": 252}
    assert seen == expected


# ------------------------------------------------------------------------ closed forms


def test_loss_in_the_first_interval_is_under_water_but_no_drawdown():
    seen = of_balance([100.0, 90.0])
    assert seen["max_drawdown"] == 0
    assert seen["max_underwater_period"] == 1
    assert seen["calmar_ratio"] == 0
    assert seen["sortino_ratio"] == pytest.approx(-math.sqrt(2 * 365))
    assert of_balance([100.0, 90.0, 81.0])["max_drawdown"] == pytest.approx(-10)


def test_underwater_days_count_from_the_last_sample_at_the_peak():
    times = np.array([0, 1.2, 2.5, 4.0, 6.9]) * DAY
    assert of_balance([100, 101, 99, 101, 100], times)["max_underwater_period"] == 2
    assert of_balance([100, 101, 99, 100, 100.5], times)["max_underwater_period"] == 5


def test_growth_per_year_takes_whole_days_of_365_and_is_cut():
    times = np.array([0.0, 10.9 * DAY])
    assert of_balance([100, 101], times)["annual_return"] == pytest.approx(
        100 * (1.01**36.5 - 1), rel=1e-12
    )
    assert of_balance([100, 101], times, annualization=252)["annual_return"] > 40
    assert of_balance([100, 101], [0, 0.9 * DAY])["annual_return"] == 0
    assert of_balance([100, -50], [0, 365 * DAY])["annual_return"] == pytest.approx(-100)
    assert of_balance([1, 1e12], [0, 365 * DAY])["annual_return"] == pytest.approx(1e12)


def test_annualization_scales_sharpe_and_sortino_only():
    values = [100, 104, 103, 109, 102, 105]
    year, business = of_balance(values), of_balance(values, annualization=252)
    changed = {key for key in year if year[key] != business[key] and not math.isnan(year[key])}
    assert changed == {
        *("annualization", "sharpe_ratio", "sortino_ratio", "smart_sharpe", "smart_sortino")
    }
    assert business["sharpe_ratio"] == pytest.approx(year["sharpe_ratio"] * math.sqrt(252 / 365))


def test_even_growth_has_infinite_sharpe_and_no_smart_sharpe():
    seen = of_balance([10_000.0, 11_000.0, 12_100.0, 13_310.0, 14_641.0])
    assert seen["sharpe_ratio"] > 1e12
    assert seen["sortino_ratio"] == seen["smart_sortino"] == math.inf
    flat = of_balance([100.0] * 5)
    assert flat["sortino_ratio"] == flat["smart_sortino"] == -math.inf
    assert math.isnan(flat["sharpe_ratio"])
    assert math.isnan(flat["omega_ratio"])


def test_balance_of_zero_leaves_ratios_undefined_instead_of_raising():
    seen = of_balance([10_000, 10_100, 9_900, 10_400, 10_000, 0, 100, 500, 500, -200, 300])
    assert seen["max_drawdown"] == -100
    assert seen["max_underwater_period"] == 7
    assert seen["sortino_ratio"] == seen["omega_ratio"] == math.inf
    for key in ("annual_return", "sharpe_ratio", "calmar_ratio", "smart_sharpe", "smart_sortino"):
        assert math.isnan(seen[key])
    assert math.isnan(of_balance([10_000, 0, 100])["max_drawdown"])


def test_single_sample_leaves_the_course_of_the_balance_undefined():
    seen = exchange_metrics([trade(1.0)], sampled([1e4]), 1e4, 1e4)
    assert seen["net_profit"] == 1
    for key in ("max_drawdown", "annual_return", "sharpe_ratio", "omega_ratio"):
        assert math.isnan(seen[key])


def test_serenity_index_is_return_over_ulcer_and_pitfall():
    returns = np.tile([0.02, -0.01], 20)
    growth = growth_of(returns)
    drawdown = drawdown_of(growth)
    assert drawdown.tolist() == pytest.approx([0.0, -0.01] * 20, abs=1e-15)
    ulcer = math.sqrt(0.01**2 / 2)
    pitfall = 0.01 / np.std(returns, ddof=1)
    assert serenity_index(returns, drawdown) == pytest.approx(0.2 / (ulcer * pitfall), rel=1e-12)
    assert math.isnan(serenity_index(returns[:18], drawdown[:18]))
    assert math.isnan(serenity_index(np.full(20, 0.01), np.zeros(20)))


def test_trade_without_profit_is_neither_won_nor_lost_and_ends_streaks():
    seen = of_profits([1, 2, 0, 3, -1, -1, -1, 0])
    assert (seen["total"], seen["total_winning_trades"], seen["total_losing_trades"]) == (8, 3, 3)
    assert seen["win_rate"] == 0.5
    assert (seen["winning_streak"], seen["losing_streak"], seen["current_streak"]) == (2, 3, 0)


def test_sides_are_judged_apart():
    trades = [trade(1), trade(-1, "short"), trade(2, "short"), trade(3, "short"), trade(0)]
    seen = exchange_metrics(trades, sampled([1e4, 1e4]), 1e4, 1e4)
    assert (seen["longs_count"], seen["shorts_count"]) == (2, 3)
    assert (seen["longs_percentage"], seen["shorts_percentage"]) == (40, 60)
    assert (seen["win_rate_longs"], seen["win_rate_shorts"]) == (1, pytest.approx(2 / 3))


def test_means_over_no_trade_are_undefined_and_count_as_zero_in_the_expectancy():
    losing = of_profits([-3, -1])
    assert math.isnan(losing["average_win"])
    assert math.isnan(losing["ratio_avg_win_loss"])
    assert math.isnan(losing["average_winning_holding_period"])
    assert (losing["expectancy"], losing["win_rate"]) == (-2, 0)
    winning = of_profits([3, 1])
    assert math.isnan(winning["average_loss"])
    assert (winning["expectancy"], winning["largest_losing_trade"]) == (2, 0)


def test_undefined_profit_is_skipped():
    seen = of_profits([2, math.nan, -1])
    assert (seen["total"], seen["net_profit"], seen["current_streak"]) == (3, 1, -1)


def test_run_under_way_has_no_trades_per_day():
    seen = of_profits([1, 2])
    assert {seen[f"avg_trades_per_{period}"] for period in ("day", "week", "month")} == {0}


def test_values_are_plain_numbers():
    seen = of_profits([1, -2, 3], open_trades=np.int64(1), open_pl=np.float64(2), minutes=9)
    assert {type(value) for value in seen.values()} == {int, float}
    assert seen["total_open_trades"] == 1
    assert seen["open_pl"] == 2


# ------------------------------------------------------------------------ oracles


@compiled
@given(balances, st.sampled_from([252, 365]))
def test_ratios_agree_with_pandas(values, annualization):
    seen = of_balance(values, annualization=annualization)
    r = pd.Series(values, dtype=float).pct_change()
    growth = (1 + r).cumprod()
    drawdown = (growth / growth.cummax() - 1).min()
    loss = -r[r < 0].sum()
    assert seen["max_drawdown"] == pytest.approx(100 * drawdown, rel=1e-9, abs=1e-9)
    if loss > 0:
        assert seen["omega_ratio"] == pytest.approx(r[r > 0].sum() / loss, rel=1e-9)
        downside = math.sqrt((r[r < 0] ** 2).sum() / len(r))
        expected = r.mean() / downside * math.sqrt(annualization)
        assert seen["sortino_ratio"] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    if r.std() > 1e-6:
        expected = r.mean() / r.std() * math.sqrt(annualization)
        assert seen["sharpe_ratio"] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@compiled
@given(st.lists(st.floats(-0.2, 0.2), min_size=4, max_size=40))
def test_smart_penalty_sums_the_powers_of_the_autocorrelation(values):
    returns = np.array(values)
    if np.ptp(returns[1:]) < 1e-3 or np.ptp(returns[:-1]) < 1e-3:
        return
    rho = abs(pd.Series(returns).autocorr())
    m = len(returns)
    expected = math.sqrt(1 + 2 * sum((m - k) / m * rho**k for k in range(1, m)))
    assert smart_penalty(returns) == pytest.approx(expected, rel=1e-9)


@compiled
@given(balances)
def test_underwater_period_agrees_with_a_search_back_from_every_sample(values):
    longest = 0
    for i, value in enumerate(values):
        peak = max(values[: i + 1])
        if value < peak:
            longest = max(longest, i - max(j for j in range(i) if values[j] >= peak))
    assert of_balance(values)["max_underwater_period"] == longest


@compiled
@given(profits)
def test_streaks_agree_with_the_runs_in_a_string(pnl):
    signs = "".join("+" if x > 0 else "-" if x < 0 else "0" for x in pnl)
    seen = of_profits(pnl)
    winning = signs.replace("-", "0").split("0")
    losing = signs.replace("+", "0").split("0")
    assert seen["winning_streak"] == max(map(len, winning))
    assert seen["losing_streak"] == max(map(len, losing))
    assert seen["current_streak"] == len(winning[-1]) - len(losing[-1])


@compiled
@given(profits)
def test_profit_is_won_less_lost_and_expectancy_is_its_mean(pnl):
    seen = of_profits(pnl)
    scale = 1e-12 * (1 + sum(map(abs, pnl)))
    net = seen["gross_profit"] + seen["gross_loss"]
    assert seen["net_profit"] == pytest.approx(net, abs=scale)
    decided = seen["total_winning_trades"] + seen["total_losing_trades"]
    assert seen["expectancy"] * decided == pytest.approx(net, abs=100 * scale)
    assert seen["largest_losing_trade"] <= 0 <= seen["largest_winning_trade"]
    assert 0 <= seen["win_rate"] <= 1
