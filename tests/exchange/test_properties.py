"""What holds in every run: money is conserved, fills lie in their candles, nothing looks ahead."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hindcaster.exceptions import InsufficientBalance, InsufficientMargin

from .drawn import runs
from .support import entry, futures, rows, run

REFUSALS = (InsufficientMargin, InsufficientBalance)
some = settings(max_examples=40)


def result_of(call, *arguments, **more):
    try:
        return call(*arguments, **more)
    except REFUSALS:
        assume(False)


def candle_at(candles, symbol, time):
    array = candles[symbol]
    row = int(np.searchsorted(array[:, 0], time - 60_000))
    return array[row], array[row - 1]


@some
@given(runs(is_spot=False))
def test_futures_wallet_changes_by_the_profits_of_trades(case):
    call, _, _ = case
    metrics = (result := result_of(call))["metrics"]
    profit = math.fsum(trade["PNL"] for trade in result["trades"])
    assume(result["trades"])
    assert metrics["finishing_balance"] == pytest.approx(10_000 + profit, abs=1e-6)


@some
@given(runs(is_spot=True))
def test_spot_wallet_changes_by_what_fills_pay(case):
    call, _, config = case
    result = result_of(call)
    assume(result["trades"])
    cash = 10_000.0
    for trade in result["trades"]:
        held = 0.0
        for order in trade["orders"]:
            if order["side"] == "buy":
                cash -= order["filled_qty"] * order["price"]
                held += order["filled_qty"] * (1 - config["fee"])
            else:
                sold = min(-order["filled_qty"], held + 1e-9)
                held -= sold
                cash += sold * order["price"] * (1 - config["fee"])
            assert held >= -1e-9
    assert result["metrics"]["finishing_balance"] == pytest.approx(cash, abs=1e-6)


@some
@given(runs())
def test_orders_fill_inside_their_candle_or_the_gap_before_it(case):
    call, candles, _ = case
    result = result_of(call)
    for trade in result["trades"]:
        for order in trade["orders"]:
            if order["type"] == "MARKET":
                continue
            candle, before = candle_at(candles, trade["symbol"], order["executed_at"])
            least = min(candle[4], before[2])
            most = max(candle[3], before[2])
            assert least <= order["price"] <= most
            assert order["executed_at"] >= order["created_at"]


@some
@given(runs(), st.integers(2, 19))
def test_the_future_changes_nothing_that_is_past(case, cut):
    call, candles, _ = case
    shortest = min(len(array) for array in candles.values())
    assume(shortest > cut)
    other = {}
    for symbol, array in candles.items():
        other[symbol] = array.copy()
        other[symbol][cut:, 1:5] *= 1.5
    time = min(array[cut, 0] for array in candles.values())

    def past(result):
        return [
            (trade["symbol"], trade["entry_price"], trade["exit_price"], trade["PNL"])
            for trade in result["trades"]
            if trade["closed_at"] <= time
        ]

    assert past(result_of(call, candles)) == past(result_of(call, other))


@some
@given(runs())
def test_fast_mode_gives_the_same_result(case):
    call, _, _ = case
    first, second = result_of(call), result_of(call, fast_mode=True)
    np.testing.assert_equal(first, second)


@some
@given(runs())
def test_candles_are_not_changed(case):
    call, candles, _ = case
    before = {symbol: array.copy() for symbol, array in candles.items()}
    result_of(call)
    for symbol, array in candles.items():
        np.testing.assert_array_equal(array, before[symbol])


@settings(max_examples=60)
@given(
    leverage=st.sampled_from([2, 3, 5, 10, 20]),
    steps=st.lists(st.floats(-0.05, 0.05), min_size=5, max_size=60),
)
def test_liquidation_comes_with_the_first_candle_that_reaches_its_price(leverage, steps):
    closes = 100 * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    candles = rows(
        [(100, 100, 100, 100)]
        + [(first, last, max(first, last), min(first, last)) for first, last in pairwise(closes)]
    )
    config = futures(futures_leverage=leverage, futures_leverage_mode="isolated")
    (trade,) = run(entry((1, 100)), candles, config=config)["trades"]
    price = 100 * (1 - 1 / leverage + 0.004)
    reached = np.flatnonzero(candles[1:, 4] <= price)
    last = trade["orders"][-1]
    if len(reached):
        assert trade["closed_at"] == candles[1 + reached[0], 0] + 60_000
        assert last["price"] == pytest.approx(100 * (1 - 1 / leverage))
    else:
        assert trade["closed_at"] == candles[-1, 0] + 60_000
