"""The two examples of the document of `backtest`: as printed, with the package's name."""

import json

import numpy as np
import pytest

import hindcaster.helpers as jh
from hindcaster import utils
from hindcaster.research import backtest, candles_from_close_prices
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


def execute_strategy(strategy_name, timeframe, config, get_candles):
    """As the example does it; `get_candles` gives warm-up and trading candles."""
    warmup_candles, trading_candles = get_candles(config["warm_up_candles"])
    return backtest(
        config,
        routes(strategy_name, timeframe),
        [],
        pack(trading_candles),
        pack(warmup_candles),
        generate_equity_curve=True,
    )


def test_strategy_by_name_with_warm_up_candles(tmp_path, monkeypatch):
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

    def get_candles(bars):
        rows = candles_from_close_prices(100 + np.cumsum(np.sin(np.arange(2_000) / 9)))
        return rows[: bars * 5], rows[bars * 5 :]

    config = {**CONFIG, "warm_up_candles": 20}
    result = execute_strategy("Listed", "5m", config, get_candles)
    assert result["metrics"]["total"] > 10
    assert json.loads(json.dumps(result))["trades"] == result["trades"]
