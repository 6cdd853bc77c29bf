"""The naive broker against recorded outputs, so that comparing the engine with it means something.

The numbers are what version 0.6.6 of the package being matched gave for the same input; the
case numbers are those of the behavioural description. An action keyed `n` runs when `n` bars are
visible.
"""

import sys
from collections.abc import Callable

import pytest

from tests.oracle.ledger import OracleBroker, OracleTrade, run_oracle

Action = Callable[[OracleBroker, int], object]
Bar = float | tuple[float, float, float, float]

ALMOST_ALL = 1 - sys.float_info.epsilon
STEPS = [10, 10, (11, 13, 11, 12), (20, 25, 19, 24)]
FLAT = (100, 100, 100, 100)
WIDE = (100, 105, 95, 100)


def run(bars: list[Bar], actions: dict[int, Action], **options) -> OracleBroker:
    rows = [bar if isinstance(bar, tuple) else (bar,) * 4 for bar in bars]
    opens, highs, lows, closes = (list(map(float, column)) for column in zip(*rows, strict=True))

    def script(broker: OracleBroker, i: int) -> None:
        if i + 1 in actions:
            actions[i + 1](broker, i)

    options.setdefault("cash", 10_000)
    return run_oracle(opens, highs, lows, closes, script, **options)


def buy(size: float = ALMOST_ALL, **prices: float) -> Action:
    return lambda broker, i: broker.place(i, size, **prices)


def sell(size: float = ALMOST_ALL, **prices: float) -> Action:
    return lambda broker, i: broker.place(i, -size, **prices)


def close_first(portion: float = 1.0) -> Action:
    return lambda broker, i: broker.close_trade(broker.trades[0], portion)


def close_all(broker: OracleBroker, i: int) -> None:
    for trade in broker.trades:
        broker.close_trade(trade)


def both(*actions: Action) -> Action:
    return lambda broker, i: [action(broker, i) for action in actions]


def fills(broker: OracleBroker) -> list[tuple[float, int, int, float, float]]:
    return [
        (t.size, t.entry_bar, t.exit_bar, t.entry_price, t.exit_price) for t in broker.closed_trades
    ]


def sizes(broker: OracleBroker) -> list[float]:
    return [t.size for t in broker.closed_trades]


def money(broker: OracleBroker) -> list[tuple[float, float, float]]:
    return [(t.size, t.pl(0), t.commission) for t in broker.closed_trades]


def kinds(broker: OracleBroker) -> list[str]:
    return [kind for _, kind in broker.warnings]


def test_finalising_exits_at_the_last_open():  # c01
    broker = run(STEPS, {2: buy(1)}, finalize_trades=True)
    assert fills(broker) == [(1, 2, 3, 11, 20)]
    assert broker.equity == [10000, 10000, 10001, 10009]


def test_finalising_with_trade_on_close_exits_at_the_previous_close():  # c02
    broker = run(STEPS, {2: buy(1)}, finalize_trades=True, trade_on_close=True)
    assert fills(broker) == [(1, 1, 2, 10, 12)]
    assert broker.equity == [10000, 10000, 10002, 10002]


@pytest.mark.parametrize(("finalize", "last_equity"), [(True, 10004), (False, 10000)])
def test_order_of_the_last_bar_fills_only_when_finalising(finalize, last_equity):  # c03
    broker = run(STEPS, {4: buy(1)}, finalize_trades=finalize)
    assert fills(broker) == []
    assert broker.equity == [10000, 10000, 10000, last_equity]


@pytest.mark.parametrize(("size", "units"), [(ALMOST_ALL, 9), (10, 10), (1, 1), (0.5, 5)])
def test_order_sizes_become_whole_units(size, units):  # c06
    broker = run([10] * 4, {2: buy(size)}, cash=100, finalize_trades=True)
    assert sizes(broker) == [units]


def test_full_relative_sell_against_an_all_in_long_is_cancelled():  # c07
    broker = run([10, 10, 10, 12, 12, 12], {2: buy(), 4: sell()}, cash=100)
    assert fills(broker) == []
    assert broker.equity == [100, 100, 100, 118, 118, 118]
    assert broker.warnings == [(4, "insufficient margin")]


def test_netting_stays_when_the_rest_is_not_affordable():  # c08
    actions = {2: buy(5), 4: sell(50)}
    broker = run([10, 10, 10, 12, 12, 12], actions, cash=100, finalize_trades=True)
    assert fills(broker) == [(5, 2, 4, 10, 12)]
    assert broker.equity == [100, 100, 100, 110, 110, 110]
    assert kinds(broker) == ["insufficient margin"]


def test_netting_uses_the_oldest_trades_first_and_keeps_int_sizes():  # c09
    actions = {2: buy(5), 3: buy(4), 4: sell(7)}
    broker = run([10, 10, 10, 12, 12, 12], actions, cash=1000, finalize_trades=True)
    assert fills(broker) == [(5, 2, 4, 10, 12), (2, 3, 4, 12, 12), (2, 3, 5, 12, 12)]
    assert all(isinstance(size, int) for size in sizes(broker))


def test_sizing_values_open_trades_at_the_close_of_the_fill_bar():  # c10
    bars = [10, 10, 10, (10, 20, 10, 20), 20, 20]
    actions = {2: buy(5), 3: buy(0.999999)}
    broker = run(bars, actions, cash=100, margin=0.5, finalize_trades=True)
    assert fills(broker) == [(5, 2, 5, 10, 20), (19, 3, 5, 10, 20)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (ALMOST_ALL, [(9, -200, 200)]),
        (0.5, [(2, -200, 200)]),
        (90, [(90, -200, 200)]),
        (91, []),
    ],
)
def test_fixed_fee_is_divided_by_the_relative_size(size, expected):  # c11
    broker = run([10] * 5, {2: buy(size)}, cash=1000, commission=(100, 0.0), finalize_trades=True)
    assert money(broker) == expected


def test_fee_function_gets_raw_size_then_units():  # c12
    calls = []

    def fee(size: float, price: float) -> float:
        calls.append((size, price))
        return 1.0

    run([10] * 5, {2: buy(0.5)}, cash=1000, commission=fee, spread=0.1, finalize_trades=True)
    assert calls == [(0.5, 10), (38, 11), (38, 10), (38, 11)]


def test_partial_close_records_the_fixed_fee_for_each_part():  # c13
    actions = {2: buy(10), 4: close_first(0.5)}
    broker = run([10] * 7, actions, cash=1000, commission=(7, 0.0), finalize_trades=True)
    assert money(broker) == [(5, -14, 14), (5, -14, 14)]
    assert all(isinstance(size, float) for size in sizes(broker))
    assert broker.equity[-1] == 979


@pytest.mark.parametrize(
    ("action", "expected"),
    [(buy(1, limit=97), (1, 2, 3, 98.94, 100)), (sell(1, limit=103), (-1, 2, 3, 100.94, 100))],
)
def test_spread_is_added_beyond_the_limit(action, expected):  # c14
    (fill,) = fills(run([WIDE] * 4, {2: action}, spread=0.02, finalize_trades=True))
    assert fill == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ((100, 105, 97, 100), (1, 2, 3, 97, 100)),
        ((100, 105, 97.01, 100), (1, 3, 3, 97, 100)),
        ((90, 92, 88, 91), (1, 2, 3, 90, 100)),
    ],
    ids=["touch", "missed by a cent", "open gaps below"],
)
def test_buy_limit(bar, expected):  # c15
    broker = run([WIDE, WIDE, bar, WIDE], {2: buy(1, limit=97)}, finalize_trades=True)
    assert fills(broker) == [expected]


@pytest.mark.parametrize(
    ("bars", "limit", "expected"),
    [
        ([(112.5, 115, 111, 113), WIDE], 113, (1, 2, 3, 112, 100)),
        ([(100, 113, 99, 110), (111, 112, 108, 109), WIDE], 112, (1, 3, 4, 111, 100)),
        (
            [(100, 113, 99, 110), (111, 112, 108, 109), (105, 106, 104, 105), WIDE],
            107,
            (1, 4, 5, 105, 100),
        ),
    ],
    ids=["limit above stop", "limit equals stop", "limit below stop"],
)
def test_stop_limit(bars, limit, expected):  # c16
    actions = {2: buy(1, stop=112, limit=limit)}
    assert fills(run([WIDE, WIDE, *bars], actions, finalize_trades=True)) == [expected]


@pytest.mark.parametrize(
    ("on_close", "expected"), [(False, (1, 2, 3, 112, 100)), (True, (1, 2, 2, 108, 113))]
)
def test_stop_entry_over_a_gap(on_close, expected):  # c17
    bars = [WIDE, WIDE, (112, 115, 111, 113), WIDE]
    broker = run(bars, {2: buy(1, stop=108)}, finalize_trades=True, trade_on_close=on_close)
    assert fills(broker) == [expected]


@pytest.mark.parametrize(
    ("bar", "prices", "expected", "warned"),
    [
        ((100, 121, 89, 95), {"sl": 90, "tp": 120}, (1, 2, 2, 100, 90), 0),
        ((100, 121, 99, 95), {"sl": 90, "tp": 120}, (1, 2, 2, 100, 120), 0),
        ((100, 111, 89, 95), {"stop": 110, "sl": 90}, (1, 2, 4, 110, 90), 1),
        ((100, 125, 95, 110), {"stop": 110, "tp": 120, "sl": 90}, (1, 2, 2, 110, 120), 0),
        ((100, 125, 90, 110), {"stop": 110, "tp": 120, "sl": 90}, (1, 2, 4, 110, 90), 1),
        ((100, 101, 85, 95), {"limit": 95, "sl": 90}, (1, 2, 4, 95, 90), 1),
        ((100, 121, 94, 110), {"limit": 95, "tp": 120}, (1, 2, 4, 95, 92), 1),
    ],
    ids=[
        "market, both reached",
        "market, TP",
        "stop, SL",
        "stop, TP",
        "stop, TP and low equals SL",
        "limit, SL",
        "limit, TP",
    ],
)
def test_bracket_within_the_entry_bar(bar, prices, expected, warned):  # c18
    bars = [WIDE, WIDE, bar, (96, 99, 95, 97), (92, 93, 88, 90)]
    broker = run(bars, {2: buy(1, **prices)}, finalize_trades=True)
    assert fills(broker) == [expected]
    assert kinds(broker) == ["contingent"] * warned


def test_second_pass_executes_a_bracket_that_was_deferred():  # c19
    bars = [FLAT, FLAT, (100, 101, 85, 95), FLAT, FLAT]
    limit_order = buy(1, limit=95, sl=90)
    alone = run(bars, {2: limit_order}, finalize_trades=True)
    assert fills(alone) == [(1, 2, 4, 95, 100)]
    accompanied = run(bars, {2: both(limit_order, buy(1, sl=10))}, finalize_trades=True)
    assert fills(accompanied) == [(1, 2, 2, 95, 90), (1, 2, 4, 100, 100)]


def test_closed_part_has_no_bracket_and_the_rest_keeps_it():  # c20
    bars = [FLAT, FLAT, FLAT, (80, 82, 78, 80), FLAT]
    actions = {2: buy(4, sl=90, tp=120), 3: close_first(0.5)}
    broker = run(bars, actions, finalize_trades=True)
    assert [(t.size, t.exit_price, t.sl, t.tp) for t in broker.closed_trades] == [
        (2, 80, None, None),
        (2, 80, 90, 120),
    ]


@pytest.mark.parametrize(
    ("size", "units"),
    [
        (1, [1, 1, 1, 1]),
        (2, [1, 1, 1, 2]),
        (3, [1, 1, 2, 2]),
        (5, [1, 1, 2, 4]),
        (7, [1, 2, 4, 5]),
        (9, [1, 2, 4, 7]),
        (11, [1, 3, 6, 8]),
    ],
)
def test_portion_rounds_half_to_even_and_to_one_at_least(size, units):  # c21
    for portion, expected in zip((0.1, 0.25, 0.5, 0.75), units, strict=True):
        seen = []

        def close(broker, i, portion=portion, seen=seen):
            broker.close_trade(broker.trades[0], portion)
            seen.append(broker.orders[0].size)

        run([FLAT] * 5, {2: buy(size), 3: close})
        assert seen == [-expected]


def test_closing_all_reverses_the_order_and_finalising_does_not():  # c22
    entries = both(buy(1), buy(2))
    closed = run([FLAT] * 6, {2: entries, 3: close_all})
    assert [(t.size, t.exit_bar) for t in closed.closed_trades] == [(2, 3), (1, 3)]
    finalised = run([FLAT] * 6, {2: entries}, finalize_trades=True)
    assert [(t.size, t.exit_bar) for t in finalised.closed_trades] == [(1, 5), (2, 5)]


def test_exclusive_orders_can_leave_two_entries():  # c23
    queue = []

    def two_sells(broker, i):
        broker.place(i, -2)
        broker.place(i, -3)
        queue.extend(order.size for order in broker.orders)

    broker = run([FLAT] * 6, {2: buy(5), 3: two_sells}, exclusive_orders=True, finalize_trades=True)
    assert queue == [-5, -2, -3]
    assert fills(broker) == [(5, 2, 3, 100, 100), (-2, 3, 5, 100, 100), (-3, 3, 5, 100, 100)]


def test_bankruptcy_closes_every_other_trade():  # c24
    bars = [100, 100, 100, 100, 50, 60, 70]
    broker = run(bars, {2: buy(50), 3: buy(50)}, cash=1000, margin=0.1)
    assert fills(broker) == [(50, 2, 4, 100, 50)]
    assert broker.equity == [1000, 1000, 1000, 1000, 0, 0, 0]
    assert len(broker.trades) == 1


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ({"sl": -5}, AssertionError),
        ({"sl": float("nan")}, ValueError),
        ({"sl": 100}, ValueError),
        ({"tp": float("inf")}, AssertionError),
        ({"size": 1.5}, AssertionError),
        ({"size": 0}, AssertionError),
        ({"size": float("nan")}, ValueError),
        ({"size": float("inf")}, OverflowError),
    ],
)
def test_refused_orders(order, error):  # c25
    with pytest.raises(error):
        run([FLAT] * 4, {2: buy(**{"size": 1, **order})})


@pytest.mark.parametrize("order", [{"sl": 0}, {"limit": 0}])
def test_zero_prices_of_an_order_count_as_absent(order):  # c25
    broker = run([FLAT] * 4, {2: buy(1, **order)})
    assert [(t.size, t.entry_price, t.sl) for t in broker.trades] == [(1, 100, None)]


@pytest.mark.parametrize("price", [0, float("nan")])
def test_refused_stop_loss_of_a_trade(price):  # c25
    def set_sl(broker, i):
        broker.set_sl(i, broker.trades[0], price)

    with pytest.raises(AssertionError):
        run([FLAT] * 5, {2: buy(1, sl=90), 3: set_sl})


@pytest.mark.parametrize(("price", "exits"), [(None, []), (110, [(1, 2, 3, 100, 100)])])
def test_stop_loss_of_a_trade_may_be_removed_or_lie_above_the_price(price, exits):  # c25
    def set_sl(broker, i):
        broker.set_sl(i, broker.trades[0], price)

    assert fills(run([FLAT] * 5, {2: buy(1, sl=90), 3: set_sl})) == exits


def test_profit_in_percent_of_the_position_and_as_fraction_of_the_trade():  # c26
    seen = []

    def look(broker, i):
        (trade,) = broker.trades
        seen.extend(
            (
                broker.equity_now(i),
                broker.position_pl(i),
                broker.position_pl_pct(i),
                trade.pl(i),
                trade.pl_pct(i),
            )
        )

    bars = [FLAT, FLAT, FLAT, (100, 120, 100, 120), FLAT, FLAT]
    run(bars, {2: buy(4), 4: look}, commission=0.01)
    assert seen == pytest.approx([10076, 80, 20, 80, 0.2], abs=1e-10)


def test_orders_placed_before_the_first_bar_move_the_first_equity():  # c27
    broker = run(
        [10, 11, 12, 13],
        {},
        init=lambda broker: broker.place(3, 3),
        trade_on_close=True,
        finalize_trades=True,
    )
    assert broker.equity == [10003, 10003, 10006, 10006]
    assert fills(broker) == [(3, 0, 2, 10, 12)]


def test_hedged_trades_use_margin_gross():  # c45
    seen = []

    def look(broker, i):
        seen.append((broker.position_size, len(broker.trades)))

    actions = {2: buy(6), 3: sell(5), 4: sell(4), 5: look}
    broker = run([FLAT] * 6, actions, cash=1000, hedging=True)
    assert seen == [(2, 2)]
    assert kinds(broker) == ["insufficient margin"]


def test_cancelling_twice_is_an_error_and_cancelling_a_stop_loss_detaches_it():
    def look(broker, i):
        trade: OracleTrade = broker.trades[0]
        order = trade.sl_order
        assert order.is_contingent
        broker.cancel(order)
        assert trade.sl is None
        with pytest.raises(ValueError, match="not in list"):
            broker.cancel(order)

    broker = run([FLAT] * 5, {2: buy(1, sl=90), 3: look})
    assert len(broker.trades) == 1
