"""At which price and when orders fill: gaps, the way through a candle, kinds of orders."""

import pytest

from .support import (
    FLAT,
    BuyOnce,
    at,
    entry,
    fills,
    flat,
    futures,
    rows,
    run,
    setting,
    trades,
)


def test_market_entry_fills_at_the_close_of_its_candle_and_the_end_closes_what_is_open():
    candles = rows([(100, 101, 102, 99), (101, 103, 104, 100), (103, 102, 105, 101)])
    result = run(BuyOnce, candles)
    metrics = result["metrics"]
    assert trades(result) == [("long", 1, 101, 102, 1, 0, 1, 3)]
    assert (metrics["total"], metrics["total_open_trades"], metrics["open_pl"]) == (1, 1, 1)
    assert metrics["finishing_balance"] == 10_001
    assert result["trades"][0]["PNL_percentage"] == pytest.approx(1.98019802)


@pytest.mark.parametrize(
    ("price", "order"),
    [
        (100.015, ("STOP", 100.015)),
        (99.985, ("MARKET", 100)),
        (99.9849, ("LIMIT", 99.9849)),
        (100.02, ("STOP", 100.02)),
        (100.01, ("MARKET", 100)),
    ],
)
def test_kind_of_an_entry_follows_from_its_distance_to_the_price(price, order):
    seen = []
    note = at(0, lambda self: seen.append([(o.type, o.price) for o in self.orders]))
    run(entry((1, price), after=note), flat(3))
    assert seen == [[order]]


@pytest.mark.parametrize(("close", "exit_price"), [(105, 95), (96, 108), (100, 95)])
def test_green_candles_and_dojis_go_low_first_and_red_ones_high_first(close, exit_price):
    candles = rows([FLAT, (100, close, 110, 90), (close,) * 4])
    assert trades(run(entry((1, 100), (1, 95), (1, 108)), candles))[0][3] == exit_price


@pytest.mark.parametrize(
    ("candle", "exit_price"), [((100, 96, 104, 94), 95), ((100, 101, 104, 96), 103)]
)
def test_entry_and_exit_fill_in_one_minute(candle, exit_price):
    result = run(entry((1, 97), (1, 95), (1, 103)), rows([FLAT, candle, (candle[1],) * 4]))
    assert trades(result) == [("long", 1, 97, exit_price, exit_price - 97, 0, 2, 2)]


def test_stop_entry_is_stopped_out_in_the_same_minute_only_if_the_rest_of_the_way_reaches_it():
    strategy = entry((1, 103), (1, 99))
    kept = rows([FLAT, (100, 101, 106, 97), (101, 102, 102, 101), (102,) * 4])
    stopped = rows([FLAT, (102, 98, 106, 97), (98,) * 4])
    assert trades(run(strategy, kept)) == [("long", 1, 103, 102, -1, 0, 2, 4)]
    assert trades(run(strategy, stopped)) == [("long", 1, 103, 99, -4, 0, 2, 2)]


def test_gaps_fill_at_the_open():
    down = rows([FLAT, (90, 91, 92, 89), (91,) * 4])
    up = rows([FLAT, (112, 111, 113, 110), (111,) * 4])
    bracket = entry((1, 100), (1, 95), (1, 108))
    assert trades(run(bracket, down))[0][3] == 90
    assert trades(run(bracket, up))[0][3] == 112
    assert trades(run(entry((1, 105)), rows([FLAT, (110, 109, 111, 108)])))[0][2] == 110
    assert trades(run(entry((1, 95)), down))[0][2] == 90


def test_order_filled_in_a_gap_remembers_the_price_asked_for():
    seen = []

    def note(self, order):
        seen.append((order.price, order.vars["submitted_price"], self.position.current_price))

    strategy = entry((3, 100), None, [(1, 102), (1, 103), (1, 104)], on_reduced_position=note)
    result = run(strategy, rows([FLAT, (103.5, 105, 105, 103), (105,) * 4]))
    assert seen == [(103.5, 102, 103.5), (103.5, 103, 103.5)]
    assert [order[3] for order in fills(result)] == [100, 103.5, 103.5, 104]


def test_gap_through_entry_and_stop_loss_leaves_at_the_market_at_once():
    result = run(entry((1, 95), (1, 92), (1, 99)), rows([FLAT, (90, 91, 93, 89), (91, 91, 91, 91)]))
    assert trades(result) == [("long", 1, 90, 90, 0, 0, 2, 2)]
    assert fills(result) == [
        ("buy", "LIMIT", 1, 90, False),
        ("sell", "MARKET", -1, 90, False),
    ]


def test_small_jump_between_close_and_open_improves_a_limit():
    result = run(entry((1, 99.97)), rows([FLAT, (99.95, 100, 100.1, 99.9), FLAT]))
    assert trades(result) == [("long", 1, 99.95, 100, 0.05, 0, 2, 3)]


def test_touch_is_inclusive():
    result = run(entry((1, 98)), rows([FLAT, (100, 99, 100, 98), (99,) * 4]))
    assert trades(result) == [("long", 1, 98, 99, 1, 0, 2, 3)]


def test_near_exits_fill_at_the_price_asked_for():
    change = at(1, setting(take_profit=lambda self: (1, self.price * 1.0001)))
    candles = rows([FLAT, (100, 103, 104, 99), (103, 102, 103, 101)])
    result = run(entry((1, 100), update_position=change), candles)
    assert trades(result) == [("long", 1, 100, 103.0103, 3.0103, 0, 1, 2)]
    candles = rows([FLAT, (100, 105, 105, 100), (105,) * 4])
    result = run(entry((1, 100), None, lambda self: (1, self.price * 1.0001)), candles)
    assert trades(result) == [("long", 1, 100, 100.01, 0.01, 0, 1, 1)]


def test_stop_loss_on_the_wrong_side_at_the_entry_leaves_at_the_market():
    result = run(entry((1, 100), (1, 101)), rows([FLAT, (100, 102, 103, 99), (102,) * 4]))
    assert trades(result) == [("long", 1, 100, 100, 0, 0, 1, 1)]
    assert fills(result)[1] == ("sell", "MARKET", -1, 100, False)


def test_flip_gives_two_trades_that_share_the_fill_and_its_fee():
    candles = rows([FLAT, (100, 99, 100, 99), (99,) * 4])
    result = run(entry((1, 100), (2, 101)), candles, config=futures(fee=0.001))
    first, second = trades(result)
    assert first == ("long", 1, 100, 100, -0.2, 0.2, 1, 1)
    assert second == ("short", 1, 100, 99, 0.801, 0.199, 1, 3)
    net = result["metrics"]["net_profit"]
    assert result["metrics"]["finishing_balance"] == pytest.approx(10_000 + net)


def test_stop_loss_moved_above_the_price_becomes_a_limit_order():
    change = at(1, setting(stop_loss=(1, 105)))
    candles = rows([FLAT, (100, 103, 104, 99), (103, 104, 106, 101), (104,) * 4])
    result = run(entry((1, 100), update_position=change), candles)
    assert trades(result) == [("long", 1, 100, 105, 5, 0, 1, 3)]
    assert fills(result)[1][1] == "LIMIT"


def test_reduce_only_order_fills_what_is_left():
    candles = rows([FLAT, (100, 106, 106, 100), (106, 94, 106, 94), (94,) * 4])
    strategy = entry((2, 100), (2, 95), [(1, 105), (1, 110)])
    result = run(strategy, candles, config=futures(fee=0.001))
    assert trades(result) == [("long", 2, 100, 100, -0.4, 0.4, 1, 3)]
    orders = result["trades"][0]["orders"]
    assert [(o["qty"], o["filled_qty"]) for o in orders] == [(2, 2), (-1, -1), (-2, -1)]
    assert result["metrics"]["finishing_balance"] == pytest.approx(9_999.6)


def test_stop_set_when_the_position_shrinks_can_be_hit_in_the_same_candle():
    strategy = entry(
        (2, 100),
        (2, 95),
        [(1, 105), (1, 110)],
        on_reduced_position=setting(stop_loss=lambda self: (1, self.position.entry_price)),
    )
    result = run(strategy, rows([FLAT, (100, 99, 106, 98), (99,) * 4]))
    assert trades(result) == [("long", 2, 100, 102.5, 5, 0, 1, 2)]


def test_average_entry_price_is_that_of_the_orders_asked_for():
    seen = []

    def note(self, _order):
        seen.append((self.position.entry_price, self.average_entry_price, self.position.qty))

    strategy = entry([(1, 100), (2, 95), (3, 90)], (6, 80), (6, 101), on_increased_position=note)
    candles = rows([FLAT, (100, 96, 100, 94), (96, 92, 96, 89), (92, 102, 102, 92), (102,) * 4])
    result = run(strategy, candles, config=futures(fee=0.001))
    assert trades(result) == [("long", 6, 93.33333333, 101, 44.834, 1.166, 1, 4)]
    assert seen[0] == pytest.approx((96.66666667, 93.33333333, 3))
    assert seen[1] == pytest.approx((93.33333333, 93.33333333, 6))


def test_order_at_the_open_of_what_is_left_of_a_red_candle_comes_before_those_above():
    """A stop-loss near the entry is a market order at the price of the fill that placed it."""
    strategy = entry(
        [(1, 101), (1, 101.5)],
        on_open_position=setting(stop_loss=lambda self: (0.5, self.price)),
    )
    result = run(strategy, rows([FLAT, (100, 99, 102, 98), (99,) * 4]))
    kinds = [(order[1], order[3]) for order in fills(result)]
    assert kinds[:3] == [("STOP", 101), ("MARKET", 101), ("STOP", 101.5)]


def test_partial_candle_shows_in_fill_hooks():
    seen = []

    def note(self, _order):
        fields = (self.open, self.close, self.high, self.low, self.volume, self.price)
        seen.append((*fields, self.time))

    strategy = entry((1, 97), on_open_position=note)
    run(strategy, rows([FLAT, (100, 96, 104, 94, 7), (96, 96, 96, 96)]))
    assert seen == [(100, 97, 104, 97, 7, 97, 1_609_459_200_000 + 120_000)]


@pytest.mark.parametrize("fast_mode", [False, True])
def test_stop_and_target_in_a_later_minute_of_the_bar_go_by_the_way_of_the_candle(fast_mode):
    candles = rows(
        [FLAT] * 5
        + [(100, 98.5, 100, 98.4), (98.5, 98, 98.6, 97.9), (98, 97, 102, 94)]
        + [(97, 97, 97, 97)] * 2
    )
    result = run(entry((1, 98), (1, 95), (1, 101)), candles, "5m", fast_mode=fast_mode)
    assert trades(result) == [("long", 1, 98, 101, 3, 0, 7, 8)]


@pytest.mark.parametrize("fast_mode", [False, True])
def test_near_exit_set_in_a_fill_hook_fills_at_the_end_of_the_minute(fast_mode):
    candles = rows(
        [FLAT] * 5
        + [(100, 97, 100, 96), (97, 97, 97, 97), (97, 97.5, 97.5, 97)]
        + [(97.5, 97.5, 97.5, 97.5)] * 2
    )
    strategy = entry(
        (1, 98), on_open_position=setting(take_profit=lambda self: (1, self.price * 1.0001))
    )
    result = run(strategy, candles, "5m", fast_mode=fast_mode)
    assert trades(result) == [("long", 1, 98, 98.0098, 0.0098, 0, 6, 6)]
