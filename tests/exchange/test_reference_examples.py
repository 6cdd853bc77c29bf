"""The two examples of the document of `backtest`: as printed, with the package's name."""

import json

import numpy as np
import pytest

import hindcaster.helpers as jh
from hindcaster import utils
from hindcaster.research import (
    backtest,
    candles_from_close_prices,
    get_candles,
    store_candles,
)
from hindcaster.strategies import Strategy

EXCHANGE, SYMBOL = "Fake Exchange", "BTC-USDT"
CONFIG = {
    "starting_balance": 10_000,
    "fee": 0,
    "type": "futures",
    "futures_leverage": 2,
    "futures_leverage_mode": "cross",
    "exchange": EXCHANGE,
    "warm_up_candles": 0,
}


class ResearchStrategy(Strategy):
    def should_long(self):
        return True

    def should_short(self):
        return False

    def should_cancel_entry(self):
        return True

    def go_long(self):
        entry_price = self.price
        qty = utils.size_to_qty(self.balance * 0.5, entry_price)
        self.buy = qty, entry_price

    def go_short(self):
        pass


def pack(candles):
    key = jh.key(EXCHANGE, SYMBOL)
    return {key: {"exchange": EXCHANGE, "symbol": SYMBOL, "candles": candles}}


def routes(strategy, timeframe):
    return [{"exchange": EXCHANGE, "strategy": strategy, "symbol": SYMBOL, "timeframe": timeframe}]


@pytest.mark.parametrize(("timeframe", "total"), [("4h", 0), ("1m", 1)])
def test_generated_candles(timeframe, total):
    prices = [10, 11, 12, 12, 11, 13, 14, 12, 11, 15]
    result = backtest(
        CONFIG, routes(ResearchStrategy, timeframe), [], pack(candles_from_close_prices(prices))
    )
    assert result["metrics"]["total"] == total
    assert result["logs"] is None


def execute_strategy(
    strategy_name, exchange_name, symbol, timeframe, config, start_date_str, finish_date_str
):
    """As the example does it."""
    warmup_candles, trading_candles = get_candles(
        exchange_name, symbol, timeframe, jh.date_to_timestamp(start_date_str),
        jh.date_to_timestamp(finish_date_str), config["warm_up_candles"], caching=True,
        is_for_jesse=True,
    )  # fmt: skip
    return backtest(
        config,
        routes(strategy_name, timeframe),
        [],
        pack(trading_candles),
        pack(warmup_candles),
        generate_equity_curve=True,
    )


def test_stored_candles_by_date_and_a_strategy_by_name(tmp_path, monkeypatch):
    folder = tmp_path / "strategies" / "Listed"
    folder.mkdir(parents=True)
    folder.joinpath("__init__.py").write_text(
        "import hindcaster.indicators as ta\n"
        "from hindcaster.strategies import Strategy\n"
        "class Listed(Strategy):\n"
        "    def should_long(self): return self.price > ta.sma(self.candles, 5)\n"
        "    def go_long(self):\n"
        "        self.buy = 1, self.price\n"
        "        self.stop_loss = 1, self.price * 0.99\n"
        "        self.take_profit = 1, self.price * 1.01\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HINDCASTER_STORE", str(tmp_path / "candles"))
    rows = candles_from_close_prices(100 + np.cumsum(np.sin(np.arange(3 * 1440) / 9)))
    store_candles(rows, EXCHANGE, SYMBOL)
    config = {**CONFIG, "warm_up_candles": 20}
    result = execute_strategy("Listed", EXCHANGE, SYMBOL, "5m", config, "2021-01-02", "2021-01-04")
    assert result["metrics"]["total"] > 10
    assert json.loads(json.dumps(result))["trades"] == result["trades"]
    passed = backtest(config, routes("Listed", "5m"), [], pack(rows[1440:]), pack(rows[1340:1440]))
    assert passed["trades"] == result["trades"]
