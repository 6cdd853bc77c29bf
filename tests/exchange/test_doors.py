"""Arguments of `backtest` that are refused, and those that are accepted."""

import numpy as np
import pytest

from hindcaster.exceptions import InvalidConfig, InvalidRoutes, InvalidStrategy, InvalidTimeframe
from hindcaster.research import backtest
from hindcaster.strategies import Strategy

from .support import (
    EXCHANGE,
    START,
    SYMBOL,
    data_route,
    flat,
    futures,
    idle,
    pack,
    ramp,
    route,
    run,
)

KEY = f"{EXCHANGE}-{SYMBOL}"


def shifted(row, change):
    candles = ramp(6)
    candles[row, 0] += change
    return candles


def without(key):
    return {name: value for name, value in futures().items() if name != key}


@pytest.mark.parametrize(
    ("candles", "text"),
    [
        ({}, "empty"),
        (pack({SYMBOL: ramp(6).tolist()}), "list"),
        (pack({SYMBOL: ramp(6)[:, :5]}), r"shape \(6, 5\)"),
        (pack({SYMBOL: ramp(6)[:0]}), r"shape \(0, 6\)"),
        (pack(shifted(2, 1)), "row 2.*whole minute"),
        (pack(shifted(2, np.nan)), "row 2"),
        (pack(shifted(2, -60_000)), "row 2.*not after"),
        (pack(ramp(6).astype(complex)), "dtype complex128"),
        (pack(ramp(6).astype(object)), "dtype object"),
        ({KEY: {**pack(ramp(6))[KEY], "symbol": "ETH-USDT"}}, f"{KEY}.*'ETH-USDT'"),
    ],
)
def test_malformed_candles_are_named(candles, text):
    with pytest.raises(ValueError, match=text):
        backtest(futures(), [route(idle())], [], candles)


@pytest.mark.parametrize(
    ("routes", "error", "text"),
    [
        ([], InvalidRoutes, "at least one"),
        ([route(idle())] * 2, InvalidRoutes, "traded by two routes"),
        ([route(idle()), route(idle(), "ETH-USD")], InvalidRoutes, "USD, USDT"),
        ([route(idle(), "BTCUSDT")], InvalidRoutes, "BASE-QUOTE"),
        ([route(idle(), timeframe="7m")], InvalidTimeframe, "7m"),
        ([route(idle(), timeframe="1d")], InvalidTimeframe, "case matters"),
        ([route("Nope")], InvalidRoutes, "Nope"),
        ([route(5)], InvalidStrategy, "class itself"),
        ([route(object)], InvalidStrategy, "derive"),
        ([{"exchange": EXCHANGE, "symbol": SYMBOL, "timeframe": "1m"}], KeyError, "strategy"),
    ],
)
def test_routes_that_cannot_be_traded_are_named(routes, error, text):
    with pytest.raises(error, match=text):
        backtest(futures(), routes, [], pack(ramp(6)))


def test_strategy_without_its_two_methods_is_refused():
    half = type("Half", (Strategy,), {"should_long": lambda self: False})
    with pytest.raises(InvalidStrategy, match="go_long"):
        run(half, flat(1))

    def needs_more(self, period):
        Strategy.__init__(self)

    with pytest.raises(InvalidStrategy, match="no arguments"):
        run(idle(__init__=needs_more), flat(1))
    with pytest.raises(InvalidStrategy, match=r"super\(\)"):
        run(idle(__init__=lambda self: None), flat(1))


@pytest.mark.parametrize(
    ("config", "error", "text"),
    [
        (futures(exchange="Other"), KeyError, "Other"),
        (futures(type="margin"), InvalidConfig, "margin"),
        (futures(type="spot", simulation_model="perpetual_futures"), InvalidConfig, "contradict"),
        (futures(annualization=300), InvalidConfig, "300"),
        (futures(annualization=True), InvalidConfig, "True"),
        (futures(fee="much"), ValueError, "fee"),
        (futures(starting_balance=float("nan")), ValueError, "starting_balance"),
        (futures(futures_leverage=0), ValueError, "futures_leverage"),
        (futures(futures_leverage=-2), ValueError, "futures_leverage"),
        (without("starting_balance"), KeyError, "starting_balance"),
        (without("futures_leverage"), KeyError, "futures_leverage"),
        (without("futures_leverage_mode"), KeyError, "futures_leverage_mode"),
        (without("warm_up_candles"), KeyError, "warm_up_candles"),
        (without("exchange"), KeyError, "exchange"),
    ],
)
def test_configuration_is_checked(config, error, text):
    with pytest.raises(error, match=text):
        backtest(config, [route(idle())], [], pack(ramp(6)))


def test_configuration_accepts_texts_and_synonyms():
    seen = []
    strategy = idle(before=lambda self: seen.append((self.exchange_type, self.leverage)))
    run(strategy, flat(1), config=without("type"))
    run(strategy, flat(1), config=futures(futures_leverage="3", fee="0.1"))
    run(strategy, flat(1), config=futures(futures_leverage=2.7))
    run(strategy, flat(1), config={**without("type"), "market_type": "spot"})
    run(strategy, flat(1), config=futures(simulation_model="", market_type=None))
    assert seen == [("futures", 2), ("futures", 3), ("futures", 2), ("spot", 1), ("futures", 2)]
    result = run(idle(), flat(1), config=futures(annualization="252"))
    assert result["metrics"]["annualization"] == 252


def test_candles_and_routes_must_belong_together():
    with pytest.raises(KeyError, match=KEY):
        backtest(futures(), [route(idle())], [], {"x": pack(ramp(6))[KEY]})
    with pytest.raises(KeyError, match="ETH-USDT"):
        backtest(futures(), [route(idle())], [], pack({SYMBOL: ramp(6), "ETH-USDT": ramp(6)}))
    with pytest.raises(KeyError, match="ETH-USDT"):
        backtest(futures(), [route(idle())], [data_route("ETH-USDT", "1m")], pack(ramp(6)))
    other = {"exchange": "Other", "symbol": SYMBOL, "timeframe": "1m"}
    with pytest.raises(ValueError, match="same exchange"):
        backtest(futures(), [route(idle())], [other], pack(ramp(6)))


def test_warm_up_candles_are_checked():
    with pytest.raises(KeyError, match="warmup_candles"):
        run(idle(), ramp(6), warm={"ETH-USDT": ramp(6)})
    with pytest.raises(ValueError, match="no row that closes"):
        run(idle(), ramp(6), warm=ramp(6))
    for warm, text in (([1], "warmup_candles"), ({KEY: ramp(6)}, f"warmup_candles.*{KEY}")):
        with pytest.raises(TypeError, match=text):
            backtest(futures(), [route(idle())], [], pack(ramp(6)), warm)
    early = ramp(6, START - 360_000)
    early[3, 0] += 5
    with pytest.raises(ValueError, match="row 3"):
        run(idle(), ramp(6), warm=early)


def test_data_routes_have_two_names_and_may_be_left_out():
    routes, candles = [route(idle())], pack(flat(1))
    for more in ({}, {"data_routes": None}, {"extra_routes": []}):
        backtest(futures(), routes, candles=candles, **more)
    with pytest.raises(TypeError, match="extra_routes"):
        backtest(futures(), routes, [], candles, extra_routes=[])


def test_strategies_can_be_named(tmp_path, monkeypatch):
    folder = tmp_path / "strategies" / "Named"
    folder.mkdir(parents=True)
    folder.joinpath("__init__.py").write_text(
        "from hindcaster.strategies import Strategy\n"
        "class Named(Strategy):\n"
        "    def should_long(self): return self.index == 0\n"
        "    def go_long(self): self.buy = 1, self.price\n"
    )
    monkeypatch.chdir(tmp_path)
    result = run("Named", flat(3))
    assert result["trades"][0]["strategy_name"] == "Named"


def test_whole_numbers_as_candles():
    candles = ramp(6).round().astype(np.int64)
    assert run(idle(), candles)["trades"] == []
