"""What `backtest` returns: metrics, equity curve, benchmark."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from .support import FLAT, START, BuyOnce, at, entry, flat, futures, idle, route, rows, run, trades


def sine(count):
    path = 100 + np.sin(np.arange(count + 1) / 200) * 5
    first, last = path[:-1], path[1:]
    times = START + np.arange(count) * 60_000.0
    return np.column_stack(
        [times, first, last, np.maximum(first, last), np.minimum(first, last), np.ones(count)]
    )


@pytest.mark.parametrize("fast_mode", [False, True])
def test_balance_is_sampled_once_a_day_and_at_the_end(fast_mode):
    strategy = entry(lambda self: (10, self.price))
    result = run(strategy, sine(4_000), "4h", fast_mode=fast_mode, generate_equity_curve=True)
    (curve,) = result["equity_curve"]
    assert curve["name"] == "Portfolio"
    found = [(point["time"] / 60 - START / 60_000, point["value"]) for point in curve["data"]]
    assert [time for time, _ in found] == pytest.approx([0, 1441, 2881, 4000])
    values = [10_000, 9_993.23303, 10_001.61538, 9_999.045308]
    assert [value for _, value in found] == pytest.approx(values)
    metrics = result["metrics"]
    assert metrics["sharpe_ratio"] == pytest.approx(-0.7720351454)
    assert metrics["max_drawdown"] == pytest.approx(-0.02569653592)
    assert metrics["annual_return"] == pytest.approx(-1.727303707)
    assert metrics["net_profit"] == pytest.approx(-0.954691762)
    assert metrics["avg_trades_per_day"] == pytest.approx(0.3599100225)


def test_metrics_of_three_trades():
    def update(self):
        if self.index in (1, 3, 5):
            self.liquidate()

    strategy = entry(
        lambda self: (1, self.price),
        should_long=lambda self: self.index in (0, 2, 4),
        update_position=update,
    )
    closes = [100, 110, 110, 105, 105, 104, 104]
    candles = rows(
        [FLAT]
        + [(first, last, max(first, last), min(first, last)) for first, last in pairwise(closes)]
    )
    result = run(strategy, candles, config=futures(fee=0.001))
    assert [trade[4] for trade in trades(result)] == [9.79, -5.215, -1.209]
    metrics = result["metrics"]
    expected = {
        "win_rate": 1 / 3,
        "ratio_avg_win_loss": 3.047945205,
        "expectancy": 1.122,
        "fee": 0.634,
        "finishing_balance": 10_003.366,
        "winning_streak": 1,
        "losing_streak": 2,
        "current_streak": -2,
        "avg_trades_per_day": 540,
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)
    assert math.isnan(metrics["sharpe_ratio"])
    assert metrics["sortino_ratio"] == math.inf


def test_without_trades():
    result = run(idle(), flat(5), generate_equity_curve=True)
    assert result == {
        "metrics": {
            "total": 0,
            "win_rate": 0,
            "net_profit_percentage": 0,
            "annualization": 365,
        },
        "trades": [],
        "logs": None,
        "equity_curve": None,
    }


def test_benchmark_holds_each_symbol_from_its_first_open():
    rising = rows([(100 + i, 101 + i, 101 + i, 100 + i) for i in range(1500)])
    falling = rows([(3000 - i, 2999 - i, 3000 - i, 2999 - i) for i in range(1500)])
    routes = [route(BuyOnce), route(idle(), "ETH-USDT")]
    result = run(
        None,
        {"BTC-USDT": rising, "ETH-USDT": falling},
        routes=routes,
        generate_equity_curve=True,
        benchmark=True,
    )
    names = [series["name"] for series in result["equity_curve"]]
    assert names == ["Portfolio", "BTC-USDT", "ETH-USDT"]
    up, down = (
        [point["value"] for point in series["data"]] for series in result["equity_curve"][1:]
    )
    assert up == pytest.approx([10_000, 10_000 * 1541 / 100, 10_000 * 1600 / 100])
    assert down == pytest.approx([10_000, 10_000 * 1559 / 3000, 10_000 * 1500 / 3000])


def test_benchmark_buys_no_symbol_whose_candles_end_before_trading_begins():
    candles = {"BTC-USDT": flat(10), "ETH-USDT": flat(10, start=START + 20 * 60_000)}
    routes = [route(BuyOnce, symbol) for symbol in candles]
    result = run(None, candles, routes=routes, generate_equity_curve=True, benchmark=True)
    values = [[point["value"] for point in series["data"]] for series in result["equity_curve"]]
    assert values[1] == values[2] == [10_000, 10_000]


def test_result_is_plain_data():
    result = run(entry((1, 100)), flat(5), generate_equity_curve=True)
    assert json.loads(json.dumps(result["trades"])) == result["trades"]
    json.dumps(result)


def test_strategies_can_read_their_metrics_so_far():
    seen = []
    strategy = entry(
        (1, 100),
        None,
        (1, 105),
        after=at(2, lambda self: seen.append((self.metrics["total"], len(self.trades)))),
    )
    run(strategy, rows([FLAT, (100, 106, 106, 100), (106,) * 4]))
    assert seen == [(1, 1)]
