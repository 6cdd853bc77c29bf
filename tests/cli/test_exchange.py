"""`hindcaster exchange-backtest`."""

from pathlib import Path

import numpy as np
import pytest

from hindcaster import research
from hindcaster.cli.output import plain
from hindcaster.data import to_frame
from hindcaster.helpers import key
from hindcaster.research import backtest
from hindcaster.store import CandleStore

START = 1_609_459_200_000  # 2021-01-01
STRATEGY = """
from hindcaster import utils
from hindcaster.strategies import Strategy


class Turn(Strategy):
    def hyperparameters(self):
        return [{"name": "share", "type": float, "min": 0.1, "max": 1.0, "default": 0.5}]

    def should_long(self):
        return self.candles[-1, 2] > self.candles[-1, 1]

    def go_long(self):
        self.buy = utils.size_to_qty(self.balance * self.hp["share"], self.price), self.price
        self.take_profit = self.buy[0], self.price * 1.01
        self.stop_loss = self.buy[0], self.price * 0.99
"""
CONFIG = """
[config]
exchange = "Sandbox"
type = "futures"
starting_balance = 10_000
fee = 0.001
futures_leverage = 2
futures_leverage_mode = "cross"
warm_up_candles = 4

[[routes]]
symbol = "BTC-USDT"
timeframe = "15m"
strategy = "turn.py"

[[data_routes]]
symbol = "BTC-USDT"
timeframe = "1h"

[candles]
start = 2021-01-02
finish = 2021-01-04
"""
FILES = '[candles.files]\n"BTC-USDT" = "btc.csv"\n'


def minutes(count: int = 3 * 1440) -> np.ndarray:
    draws = np.random.default_rng(5)
    close = np.round(100 * np.exp(np.cumsum(draws.normal(0, 0.001, count))), 4)
    opening = np.concatenate([[100.0], close[:-1]])
    high, low = np.maximum(opening, close) + 0.01, np.minimum(opening, close) - 0.01
    times = START + 60_000.0 * np.arange(count)
    return np.column_stack([times, opening, close, high, low, np.ones(count)])


@pytest.fixture
def folder(written, tmp_path: Path) -> Path:
    written("turn.py", STRATEGY)
    to_frame(minutes()).rename_axis("Time").to_csv(tmp_path / "btc.csv")
    return tmp_path


def expected(**hyperparameters: float) -> dict:
    names: dict = {}
    exec(STRATEGY, names)
    market = {"exchange": "Sandbox", "symbol": "BTC-USDT"}
    rows = minutes()

    def part(candles: np.ndarray) -> dict:
        return {key("Sandbox", "BTC-USDT"): {**market, "candles": candles}}

    return backtest(
        {"exchange": "Sandbox", "type": "futures", "starting_balance": 10_000, "fee": 0.001,
         "futures_leverage": 2, "futures_leverage_mode": "cross", "warm_up_candles": 4},
        [{**market, "timeframe": "15m", "strategy": names["Turn"]}],
        [{**market, "timeframe": "1h"}],
        part(rows[1440:]),
        part(rows[1440 - 4 * 60 : 1440]),
        hyperparameters=hyperparameters or None,
        generate_equity_curve=True,
    )  # fmt: skip


def test_result_is_that_of_the_library(call, written, folder):
    asked = written("asked.toml", CONFIG + FILES)
    ended = call("exchange-backtest", asked, "--trades", "--equity", "--json")
    assert (ended.code, ended.err) == (0, "")
    wanted = expected()
    found = ended.json
    assert list(found) == [
        "hindcaster", "config", "routes", "data_routes", "candles", "metrics", "trades",
        "equity_curve", "files", "warnings",
    ]  # fmt: skip
    assert found["metrics"]["total"] > 5
    assert found["metrics"] == plain(wanted["metrics"])
    assert [trade["PNL"] for trade in found["trades"]] == [t["PNL"] for t in wanted["trades"]]
    assert found["equity_curve"][0]["data"] == wanted["equity_curve"][0]["data"]
    assert found["routes"] == [
        {"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "15m", "strategy": "Turn"}
    ]
    assert found["candles"] == {"Sandbox-BTC-USDT": 2 * 1440}


def test_stored_candles_give_the_same(call, written, folder):
    CandleStore(str(folder / "kept")).store(minutes(), "Sandbox", "BTC-USDT")
    written("asked.toml", CONFIG + 'store = "kept"\n[hyperparameters]\nshare = 0.25\n')
    found = call("exchange-backtest", "asked.toml", "--json").json
    assert found["metrics"] == plain(expected(share=0.25)["metrics"])
    assert found["metrics"]["net_profit"] != expected()["metrics"]["net_profit"]


def test_paths_are_relative_to_the_configuration(call, written, folder, tmp_path, monkeypatch):
    written("asked.toml", CONFIG + FILES)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert call("exchange-backtest", "../asked.toml", "--json").json["metrics"]["total"] > 5


def test_strategies_by_name_lie_under_the_working_directory(call, written, folder):
    written("strategies/Turn/__init__.py", STRATEGY)
    written("asked.toml", CONFIG.replace("turn.py", "Turn") + FILES)
    found = call("exchange-backtest", "asked.toml", "--json").json
    assert found["metrics"] == plain(expected()["metrics"])
    broken = STRATEGY.replace("return self.candles", "return 1 / 0 and self.candles")
    written("strategies/Turn/__init__.py", broken)
    text = call("exchange-backtest", "asked.toml").error
    assert text.startswith("strategies/Turn/__init__.py, line 11, in should_long: ZeroDivision")


def test_tables_are_readable(call, written, folder):
    ended = call("exchange-backtest", written("asked.toml", CONFIG + FILES), "--trades")
    lines = ended.out.splitlines()
    assert lines[0] == "Turn on BTC-USDT 15m"
    assert any(line.split()[0] == "sharpe_ratio" for line in lines if line)
    assert any(line.startswith("symbol") for line in lines)


def test_files_are_asked_for_by_name(call, written, folder, monkeypatch):
    written("asked.toml", CONFIG + FILES)
    asked: list[dict] = []

    def simulated(*arguments, **named):
        asked.append(named)
        return {"metrics": {"total": 1}, "trades": [], "logs": None, "csv": "out/csv/1.csv"}

    monkeypatch.setattr(research, "backtest", simulated)
    arguments = ("exchange-backtest", "asked.toml", "--benchmark", "--write", "csv")
    arguments += ("--write", "charts", "--folder", "out")
    assert call(*arguments, "--json").json["files"] == {"csv": "out/csv/1.csv"}
    assert asked[0].items() >= {
        ("generate_csv", True),
        ("generate_charts", True),
        ("output_folder", "out"),
        ("benchmark", True),
    }
    assert not [name for name in asked[0] if name in ("generate_json", "generate_logs")]
    assert call(*arguments).out.splitlines()[-1] == "Written: out/csv/1.csv"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[config]", "[confg]", "unknown key 'confg'; known are config"),
        ("start =", "begin =", "[candles] has the unknown key 'begin'"),
        ('timeframe = "15m"', 'timefram = "15m"', "Did you mean 'timeframe'?"),
        ('timeframe = "15m"', "timeframe = 15", "timeframe of [[routes]] must be a text"),
        ('strategy = "turn.py"', "", "strategy of [[routes]] must be a text"),
        ('"turn.py"', '"gone.py"', "no file 'gone.py'"),
        ('"turn.py"', '"turn.py:Tern"', "Did you mean 'Turn'?"),
        ('"btc.csv"', '"gone.csv"', "no file 'gone.csv'"),
        ('"BTC-USDT" = "btc.csv"', '"ETH-USDT" = "btc.csv"', "[candles.files] 'BTC-USDT'"),
        ("[candles.files]", "[hyperparameters]", "Sandbox"),
        ("start = 2021-01-02", "start = 5", "start of [candles] must be a date"),
        ("start = 2021-01-02", "start = 2022-01-02", "has no bars"),
        ("= 4\n", "= 400\n", "Only 24 of 400 finished '1h' candles to warm up"),
        ("fee = 0.001", "", "config['fee'] is missing."),
        ("fee = 0.001", "fee =", "is not valid TOML"),
        ("= 4\n", "= 'four'\n", "config['warm_up_candles'] must be a number"),
        ('"15m"', '"16m"', "Timeframe '16m' is unknown"),
        ("[[routes]]", "[routes]", "routes must be a list of tables, [[routes]]"),
    ],
)
def test_mistakes_are_told_in_one_line(call, written, folder, monkeypatch, old, new, words):
    monkeypatch.setenv("HINDCASTER_STORE", str(folder / "nothing"))
    text = CONFIG + FILES
    assert old in text
    written("asked.toml", text.replace(old, new))
    assert words in call("exchange-backtest", "asked.toml").error


def test_bars_longer_than_a_minute_are_refused(call, written, folder):
    rows = minutes()
    to_frame(rows[::5]).rename_axis("Time").to_csv(folder / "btc.csv")
    text = call("exchange-backtest", written("asked.toml", CONFIG + FILES)).error
    assert "btc.csv" in text
    assert "minute" in text


def test_missing_file(call, written):
    written("x.py", "")
    assert "no file 'gone.toml'" in call("exchange-backtest", "gone.toml").error
