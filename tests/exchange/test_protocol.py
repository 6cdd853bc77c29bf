"""What a strategy is asked and told, in which order, and what becomes of what it sets."""

import numpy as np
import pytest

from hindcaster.exceptions import (
    ConflictingRules,
    InvalidShape,
    InvalidStrategy,
    OrderNotAllowed,
)
from hindcaster.strategies import cached

from .support import (
    FLAT,
    BuyOnce,
    at,
    entry,
    fills,
    flat,
    idle,
    minute,
    route,
    rows,
    run,
    setting,
    trades,
)

NAN = float("nan")
INFINITY = float("inf")


def logging_strategy(log, name=""):
    """A strategy that enters on bars 0 and 3 and writes down every call."""

    def note(word):
        def hook(self, *_arguments):
            log.append(f"{name}{self.index}:{word}")

        return hook

    def answering(word, answer):
        def hook(self):
            log.append(f"{name}{self.index}:{word}")
            return answer(self)

        return hook

    def go_long(self):
        log.append(f"{name}{self.index}:go_long")
        self.buy = (1, self.price) if self.index == 0 else (1, 50)
        if self.index == 0:
            self.take_profit = 1, 105

    quiet = [
        "before",
        "after",
        "update_chart",
        "update_position",
        "on_open_position",
        "on_close_position",
        "on_cancel",
        "before_terminate",
        "terminate",
    ]
    return type(
        "Logging",
        (BuyOnce,),
        {
            **{word: note(word) for word in quiet},
            "should_long": answering("should_long", lambda self: self.index in (0, 3)),
            "should_short": answering("should_short", lambda self: False),
            "should_cancel_entry": answering("should_cancel_entry", lambda self: True),
            "filters": answering("filters", lambda self: []),
            "go_long": go_long,
        },
    )


def test_order_of_hooks():
    log = []
    candles = rows(
        [FLAT, (100, 101, 102, 98), (101, 106, 106, 101), (106, 107, 107, 106), (107,) * 4]
    )
    run(logging_strategy(log), candles)
    expected = """
        0:before 0:should_short 0:should_long 0:go_long 0:filters 0:after 0:update_chart
        1:on_open_position 1:before 1:update_position 1:after 1:update_chart
        2:on_cancel 2:on_close_position
        2:before 2:should_short 2:should_long 2:after 2:update_chart
        3:before 3:should_short 3:should_long 3:go_long 3:filters 3:after 3:update_chart
        4:before 4:should_cancel_entry 4:on_cancel 4:should_short 4:should_long 4:after
        4:update_chart 5:before_terminate 5:terminate
    """
    assert log == expected.split()


def test_market_orders_of_a_route_fill_inside_the_execution_of_the_next():
    log = []

    def member(name, enters):
        def note(word):
            return lambda self, *_arguments: log.append(name + word)

        return idle(
            before=note(" before"),
            should_long=lambda self: enters and self.index == 0,
            after=note(" after"),
            on_open_position=note(" open"),
            on_route_open_position=note(" other open"),
        )

    routes = [route(member("A", True)), route(member("B", False), "ETH-USDT")]
    run(None, {"BTC-USDT": flat(1), "ETH-USDT": flat(1)}, routes=routes)
    assert log == ["A before", "A after", "B before", "B other open", "A open", "B after"]


def test_liquidate_and_enter_again_on_the_same_candle():
    def update(self):
        if self.index in (1, 2):
            self.liquidate()

    strategy = entry(
        lambda self: (1, self.price), should_long=lambda self: True, update_position=update
    )
    candles = rows([FLAT, (100, 103, 104, 99), (103, 102, 103, 101), (102, 101, 102, 101)])
    assert trades(run(strategy, candles)) == [
        ("long", 1, 100, 103, 3, 0, 1, 2),
        ("long", 1, 103, 102, -1, 0, 2, 3),
        ("long", 1, 102, 101, -1, 0, 3, 4),
    ]


def test_after_a_stop_inside_a_bar_the_next_entry_waits_for_its_close():
    strategy = entry(lambda self: (1, self.price), (1, 99), should_long=lambda self: True)
    candles = rows(
        [FLAT] * 6
        + [(100, 100, 100, 98.5), FLAT, FLAT, (100, 101, 101, 100)]
        + [(101, 101, 101, 101)] * 5
    )
    assert trades(run(strategy, candles, "5m")) == [
        ("long", 1, 100, 99, -1, 0, 5, 7),
        ("long", 1, 101, 101, 0, 0, 10, 15),
    ]


def test_entries_that_rest_are_replaced_on_every_bar_by_default():
    log = []
    strategy = entry(
        lambda self: (1, self.price - 5),
        keep=False,
        should_long=lambda self: True,
        after=lambda self: log.append([(o.type, o.price, o.status) for o in self.orders]),
    )
    run(strategy, rows([FLAT, (100, 103, 104, 99), (103, 102, 103, 101)]))
    assert log == [[("LIMIT", price, "ACTIVE")] for price in (95, 98, 97)]


def test_none_keeps_exits_and_an_empty_list_removes_them():
    candles = rows([FLAT, FLAT, (100, 94, 100, 94), (94,) * 4])
    kept = entry((1, 100), (1, 95), update_position=setting(stop_loss=None))
    assert fills(run(kept, candles))[1] == ("sell", "STOP", -1, 95, True)
    removed = entry((1, 100), (1, 95), update_position=setting(stop_loss=[]))
    assert fills(run(removed, candles))[1] == ("sell", "MARKET", -1, 94, True)


def test_none_removes_entries_of_an_open_position():
    candles = rows([FLAT, FLAT, (100, 94, 100, 94), (94,) * 4])
    rest = [(1, 100), (1, 95)]
    assert len(fills(run(entry(rest), candles))) == 3
    assert len(fills(run(entry(rest, update_position=setting(buy=None)), candles))) == 2


def test_rows_changed_in_place_are_changes():
    def move(self):
        self.stop_loss[0][1] = 94

    candles = rows([FLAT, FLAT, (100, 94, 100, 94)])
    result = run(entry((1, 100), (1, 95), update_position=at(1, move)), candles)
    assert trades(result)[0][3] == 94


def test_stop_loss_assigned_between_entry_and_fill_is_a_change():
    candles = rows([FLAT, (100, 97, 100, 96), (97, 94.5, 97, 94.5), (94.5, 93, 94.5, 93)])
    first = entry((1, 98), after=at(0, setting(stop_loss=(1, 95))))
    assert trades(run(first, candles)) == [("long", 1, 98, 95, -3, 0, 2, 3)]
    moved = entry((1, 98), (1, 95), after=at(0, setting(stop_loss=(1, 94))))
    assert trades(run(moved, candles)) == [("long", 1, 98, 94, -4, 0, 2, 4)]


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"buy": None}, InvalidStrategy),
        ({"buy": 5}, InvalidStrategy),
        ({"buy": (1,)}, IndexError),
        ({"buy": [(1, 100), (1,)]}, InvalidShape),
        ({"buy": (0, 100)}, InvalidStrategy),
        ({"buy": (1, 0)}, InvalidStrategy),
        ({"buy": (1, NAN)}, ValueError),
        ({"buy": np.array([[1, 100.0]])}, InvalidStrategy),
        ({"stop_loss": 5}, InvalidStrategy),
        ({"stop_loss": (1, NAN)}, OrderNotAllowed),
        ({"stop_loss": (1, 0)}, InvalidStrategy),
        ({"later": {"stop_loss": (1, NAN)}}, InvalidStrategy),
        ({"later": {"stop_loss": (1, -1)}}, InvalidStrategy),
        ({"later": {"buy": (1, NAN)}}, ValueError),
        ({"stop_loss": (1, 95), "take_profit": (1, 95)}, InvalidStrategy),
    ],
)
def test_misuse_of_rows_is_named(members, error):
    later = members.get("later", {})
    strategy = entry(
        members.get("buy", (1, 100)),
        members.get("stop_loss"),
        members.get("take_profit"),
        update_position=setting(**later),
    )
    with pytest.raises(error):
        run(strategy, flat(5))


def test_sign_of_a_quantity_is_ignored():
    assert len(run(entry((-1, 100)), flat(5))["trades"]) == 1


@pytest.mark.parametrize("bad", [NAN, INFINITY, -INFINITY])
def test_rows_with_a_number_that_is_not_finite_are_refused_by_name(bad):
    # NaN as the first price of an order has errors of its own, see the misuses above.
    for name in ("buy", "stop_loss", "take_profit"):
        for row in ((bad, 95), (1, bad)):
            if row[1] == row[1]:
                given = {"buy": (1, 100), name: row}
                with pytest.raises(InvalidStrategy, match=f"self.{name}"):
                    run(entry(**given), flat(3))
            if name == "buy" and row[1] != row[1]:
                continue
            later = entry((1, 100), update_position=setting(**{name: row}))
            with pytest.raises(InvalidStrategy, match=f"self.{name}"):
                run(later, flat(3))


@pytest.mark.parametrize("bad", [NAN, INFINITY])
@pytest.mark.parametrize(
    "action",
    [
        lambda broker, bad: broker.buy_at_market(bad),
        lambda broker, bad: broker.sell_at_market(-bad),
        lambda broker, bad: broker.buy_at(bad, 95),
        lambda broker, bad: broker.buy_at(1, bad),
        lambda broker, bad: broker.sell_at(1, bad),
        lambda broker, bad: broker.start_profit_at("buy", 1, bad),
        lambda broker, bad: broker.reduce_position_at(bad, 95, 100),
    ],
)
def test_broker_orders_with_a_number_that_is_not_finite_are_refused(action, bad):
    with pytest.raises(InvalidStrategy, match="finite"):
        run(
            entry((1, 100), update_position=lambda self: action(self.broker, bad)),
            flat(3),
        )


def test_orders_that_fill_one_another_for_ever_are_refused(monkeypatch):
    monkeypatch.setattr("hindcaster.exchange.run._MOST_FILLS", 50)

    def turn_round(self, order):
        side = self.broker.sell_at_market if self.is_long else self.broker.buy_at_market
        side(2)

    with pytest.raises(InvalidStrategy, match="filled within one minute"):
        run(entry((1, 100), on_open_position=turn_round), flat(3))
    many = entry([(1, 99)] * 40, on_increased_position=lambda self, order: None)
    result = run(many, rows([FLAT, (100, 98, 100, 98), FLAT]))
    assert result["trades"][0]["qty"] == 40


def test_long_and_short_at_once_conflict():
    with pytest.raises(ConflictingRules):
        run(type("Both", (BuyOnce,), {"should_short": lambda self: True}), flat(2))


def test_filters_are_functions_and_drop_the_entry():
    with pytest.raises(InvalidStrategy, match="not called yet"):
        run(entry((1, 100), filters=lambda self: [True]), flat(2))
    refusing = entry((1, 100), filters=lambda self: [lambda: False])
    assert run(refusing, flat(3))["trades"] == []


@pytest.mark.parametrize("arguments", [1, 2])
def test_on_close_position_takes_the_order_and_perhaps_the_trade(arguments):
    seen = []
    hooks = {
        1: lambda self, order: seen.append(order.type),
        2: lambda self, order, trade: seen.append((order.type, trade.pnl)),
    }
    candles = rows([FLAT, (100, 106, 106, 100)])
    run(entry((1, 100), None, (1, 105), on_close_position=hooks[arguments]), candles)
    assert seen == ["LIMIT" if arguments == 1 else ("LIMIT", 5)]


def test_cached_methods_compute_once_per_bar():
    calls = []

    @cached
    def level(self, factor):
        calls.append((self.index, factor))
        return self.price * factor

    def ask(self):
        assert self.level(2) == self.level(2) == 200
        assert self.level(3) == 300

    run(idle(level=level, before=ask, after=ask), flat(2))
    assert calls == [(0, 2), (0, 3), (1, 2), (1, 3)]


def test_broker_orders_count_as_entries_and_exits_by_their_side():
    def act(self):
        self.broker.sell_at(0.5, 102)
        self.broker.buy_at(1, 99)
        self.broker.reduce_position_at(0.25, 100.001, self.price)

    candles = rows([FLAT, FLAT, (100, 98, 103, 98), FLAT])
    result = run(entry((1, 100), update_position=at(1, act)), candles)
    assert fills(result) == [
        ("buy", "MARKET", 1, 100, False),
        ("sell", "MARKET", -0.25, 100.001, True),
        ("sell", "LIMIT", -0.5, 102, False),
        ("buy", "LIMIT", 1, 99, False),
        ("sell", "MARKET", -1.25, 100, True),
    ]


def test_broker_names_what_it_refuses():
    def refused(action, error):
        def before(self):
            with pytest.raises(error):
                action(self.broker)

        run(idle(before=before), flat(1))

    refused(lambda broker: broker.start_profit_at("buy", 1, 90), OrderNotAllowed)
    refused(lambda broker: broker.reduce_position_at(1, 90, 100), OrderNotAllowed)
    refused(lambda broker: broker.buy_at(0, 90), InvalidStrategy)
    refused(lambda broker: broker.buy_at(1, -5), ValueError)
    refused(lambda broker: broker.buy_at("1", 90), TypeError)
    refused(lambda broker: broker.start_profit_at("long", 1, 200), ValueError)


def test_hyperparameters_come_from_the_caller_the_dna_or_their_defaults():
    seen = []
    listed = [
        {"name": "period", "type": int, "min": 1, "max": 10, "default": 3},
        {"name": "share", "type": float, "min": 0, "max": 1, "default": 0.5},
    ]
    members = {
        "hyperparameters": lambda self: listed,
        "before": at(0, lambda self: seen.append(self.hp)),
    }
    result = run(idle(**members), flat(1), generate_hyperparameters=True)
    assert result["hyperparameters"] == [["DNA", ""], ["period", 3], ["share", 0.5]]
    with_dna = idle(**members, dna=lambda self: "t4")
    result = run(with_dna, flat(1), generate_hyperparameters=True)
    assert result["hyperparameters"][1:] == [["period", 10], ["share", 12 / 79]]
    given = {"period": 99}
    run(with_dna, flat(1), hyperparameters=given)
    assert seen[-1] is given
    assert run(idle(), flat(1), generate_hyperparameters=True)["hyperparameters"] == []


def test_records_of_trades_and_orders():
    candles = rows([FLAT, FLAT, (100, 94, 100, 94)])
    (trade,) = run(entry((1, 100), (1, 95)), candles)["trades"]
    assert minute(trade["opened_at"]) == 1
    assert minute(trade["closed_at"]) == 3
    assert trade["holding_period"] == 120
    assert (trade["size"], trade["PNL_percentage"], trade["fee"]) == (100, -10, 0)
    first, last = trade["orders"]
    assert first["trade_id"] == last["trade_id"] == trade["id"]
    assert (last["type"], last["submitted_via"], last["status"]) == (
        "STOP",
        "stop-loss",
        "EXECUTED",
    )
    assert minute(last["created_at"]) == 1
    assert minute(last["executed_at"]) == 3
    assert "canceled_at" in last
    assert "session_mode" in last
