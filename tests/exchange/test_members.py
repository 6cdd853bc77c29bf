"""Members of a strategy that do not trade: averages, charts, logs, schedules, the run around it."""

import importlib.util
import logging
import math
import sys

import joblib
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from hindcaster.exceptions import InvalidStrategy
from hindcaster.research import save_ml_model

from .support import (
    EXCHANGE,
    FLAT,
    START,
    SYMBOL,
    at,
    data_route,
    entry,
    flat,
    futures,
    idle,
    ramp,
    route,
    rows,
    run,
    spot,
)


def asked(question, candles=None, **more):
    """Answers that a strategy without trades gives before each bar."""
    answers = []
    strategy = idle(before=lambda self: answers.append(question(self)))
    run(strategy, flat(1) if candles is None else candles, **more)
    return answers


def test_where_a_strategy_runs():
    def question(self):
        return (
            self.exchange,
            self.symbol,
            self.timeframe,
            self.base_asset,
            self.quote_asset,
            self.is_backtesting,
            self.is_live,
            self.is_spot_trading,
            self.is_futures_trading,
            self.fee_rate,
            self.current_route_index,
        )

    common = (EXCHANGE, SYMBOL, "1m", "BTC", "USDT", True, False)
    assert asked(question) == [(*common, False, True, 0, 0)]
    assert asked(question, config=spot()) == [(*common, True, False, 0.001, 0)]


def test_routes_and_shared_notes():
    seen = []

    def note(self):
        self.shared_vars.setdefault("symbols", []).append(self.symbol)
        names = [(r.symbol, r.strategy.symbol) for r in self.routes]
        data = [(r.symbol, r.timeframe) for r in self.data_routes]
        seen.append((self.current_route_index, names, data, sorted(self.all_positions)))

    routes = [route(idle(before=note)), route(idle(before=note), "ETH-USDT")]
    last = []
    routes[1]["strategy"].after = lambda self: last.append(self.shared_vars["symbols"])
    candles = {"ETH-USDT": flat(1), "BTC-USDT": flat(1)}
    run(None, candles, routes=routes, data_routes=[data_route("ETH-USDT", "5m")])
    names = [("BTC-USDT", "BTC-USDT"), ("ETH-USDT", "ETH-USDT")]
    data, symbols = [("ETH-USDT", "5m")], ["BTC-USDT", "ETH-USDT"]
    assert seen == [(0, names, data, symbols), (1, names, data, symbols)]
    assert last == [symbols]


def test_averages_of_what_was_asked_for():
    seen = []

    def note(self):
        seen.append((self.average_entry_price, self.average_stop_loss, self.average_take_profit))
        return []

    run(entry([(1, 100), (2, 95)], (3, 90), [(1, 105), (2, 110)], filters=note), flat(1))
    assert seen == [pytest.approx((290 / 3, 90, 325 / 3))]

    def refused(self):
        with pytest.raises(InvalidStrategy, match="stop_loss"):
            _ = self.average_stop_loss
        return self.average_entry_price

    assert asked(refused) == [None]


def test_members_of_live_trading_are_refused():
    def question(self):
        with pytest.raises(ValueError, match="live"):
            _ = self.min_qty
        with pytest.raises(NotImplementedError, match="balance"):
            _ = self.capital
        with pytest.raises(NotImplementedError, match="ml_features"):
            self.ml_features()

    asked(question)


def test_schedule_judges_the_open_of_the_last_finished_bar():
    schedule = {"timezone": "UTC", "hours": {"Fri": "00:01-00:03"}}  # 1 January 2021
    seen = []
    strategy = idle(
        trading_hours=lambda self: schedule,
        before=lambda self: seen.append((self.is_trading_hours, self.closed_candle_open_time)),
    )
    run(strategy, flat(4))
    opened = [START + 60_000 * i for i in range(4)]
    assert seen == list(zip([False, True, True, False], opened, strict=True))
    assert asked(lambda self: self.is_trading_hours) == [True]


def test_log_messages(caplog):
    def question(self):
        self.log("seen")
        self.log("bad", "error")
        with pytest.raises(ValueError, match="log_type"):
            self.log("other", "warning")

    with caplog.at_level(logging.INFO, "hindcaster.strategies"):
        asked(question)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "seen"),
        ("ERROR", "bad"),
    ]


def test_chart_lines_take_numbers(caplog):
    def question(self):
        self.add_line_to_candle_chart("line", 5, "red")
        self.add_extra_line_chart("chart", "line", 5.5)
        self.add_horizontal_line_to_candle_chart("level", 1, line_style="dotted")
        self.add_horizontal_line_to_extra_chart("chart", "level", 2)
        self.add_line_to_candle_chart("gap", math.nan)
        with pytest.raises(ValueError, match="int or a float"):
            self.add_line_to_candle_chart("line", "5")
        with pytest.raises(ValueError, match="line_style"):
            self.add_horizontal_line_to_candle_chart("level", 1, line_style="wavy")

    asked(question, flat(3))
    assert len(caplog.records) == 1  # a line with NaN is reported once


def test_position_and_order_as_dicts():
    seen = []
    strategy = entry(
        (1, 100),
        (1, 90),
        update_position=at(
            1, lambda self: seen.append((self.position.to_dict, [o.to_dict for o in self.orders]))
        ),
    )
    run(strategy, rows([FLAT, (100, 103, 103, 100)]), config=futures(fee=0.001))
    position, orders = seen[0]
    expected = {"type": "long", "qty": 1, "entry_price": 100, "value": 103, "pnl": 3}
    assert {name: position[name] for name in expected} == expected
    assert [order["status"] for order in orders] == ["EXECUTED", "ACTIVE"]


def test_closed_trades_as_dicts_and_whole_milliseconds():
    seen = []

    def closed(self, order, trade):
        assert trade.to_json == trade.to_dict
        seen.append((trade.to_json["PNL"], self.closed_candle_open_time))

    run(
        entry((1, 100), None, (1, 105), on_close_position=closed), rows([FLAT, (100, 106, 106, 99)])
    )
    assert seen == [(5, START + 60_000)]
    assert type(seen[0][1]) is int


def test_current_candle_and_its_fields():
    def question(self):
        fields = [self.open, self.close, self.high, self.low, self.volume]
        assert self.current_candle[1:].tolist() == fields
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert 1 / (self.price - self.close) == math.inf
        return fields

    assert asked(question, ramp(3), timeframe="3m") == [[100, 103, 103.5, 99.5, 6]]


def test_data_points_are_labelled_and_exported(tmp_path, caplog):
    def before(self):
        if self.index == 1:
            self.record_label("lost", 0)
            self.record_features({"b": 1.5})
            self.record_features({"a": 2})
            self.record_label("won", 1)
        if self.index == 2:
            self.record_features({"c": 3})
            self.record_label("won", "up")
            self.record_features({"c": 4})  # never labelled

    def terminate(self):
        assert self.ml_mode == "gather"
        assert self.export_ml_data(str(tmp_path)) is (self.index == 3)

    learner = idle(before=before, terminate=terminate)
    run(learner, flat(3))
    second = START // 1000
    assert (tmp_path / "ml_data" / "Idle_data.csv").read_text().splitlines() == [
        "time,label_name,label_value,a,b,c",
        f"{second + 60},won,1,2,1.5,",
        f"{second + 120},won,up,,,3",
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING"]  # nothing was open
    run(learner, flat(1))  # and nothing is labelled


LEARNED = """
from hindcaster.strategies import Strategy

class Learned(Strategy):
    def should_long(self): return False
    def go_long(self): pass
    def ml_features(self): return {"b": 2.0, "a": 1.0}
    def before(self): self.vars["seen"] = self.ml_predict(), self.ml_predict_proba()
"""


def test_predictions_come_from_the_model_beside_the_strategy(tmp_path):
    file = tmp_path / "learned.py"
    file.write_text(LEARNED)
    spec = importlib.util.spec_from_file_location("learned_for_a_test", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = []
    strategy = type("Told", (module.Learned,), {"terminate": lambda self: out.append(self.vars)})
    strategy.__module__ = "learned_for_a_test"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "learned_for_a_test", module)
        with pytest.raises(FileNotFoundError, match=r"model.skops"):
            run(strategy, flat(1))
        scaler = StandardScaler().fit([[0.0, 1.0], [2.0, 3.0]])  # less (1, 2)
        model = GaussianNB().fit([[-1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]], [3, 3, 5, 5])
        joblib.dump(model, tmp_path / "model.pkl")
        with pytest.raises(ValueError, match=r"model.pkl is a pickle"):
            run(strategy, flat(1))
        save_ml_model(tmp_path, model, scaler)
        out.clear()
        run(strategy, flat(2))
    features = scaler.transform([[1.0, 2.0]])  # a, then b
    chances = model.predict_proba(features)[0]
    assert out[0]["seen"] == (model.predict(features)[0], dict(zip((3, 5), chances, strict=True)))
    with pytest.raises(NotImplementedError, match="ml_features"):
        run(idle(before=lambda self: self.ml_features()), flat(1))
    with pytest.raises(FileNotFoundError, match="Idle is not defined in a file"):
        run(
            idle(__module__="nowhere", ml_features=dict, before=lambda self: self.ml_predict()),
            flat(1),
        )
