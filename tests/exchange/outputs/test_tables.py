"""Tables and logs of a run, read back."""

import csv
import json
import math
import re
from pathlib import Path

import pytest

from hindcaster.research.outputs.json_file import plain

from ..support import at, entry, flat, idle, route, rows, run
from .support import WINNER, WINNER_ROWS, asked, gapless, winner, with_holes

LINE = re.compile(r"\[(INFO|ERROR) \| \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\] .+")


def read(result, name):
    return Path(result[name]).read_bytes().decode("utf-8")


def lines(result):
    return read(result, "logs").splitlines()


@pytest.mark.parametrize("simulate", [gapless, with_holes])
def test_csv_and_json_hold_the_trades(tmp_path, simulate):
    arguments = {"seed": 1, "count": 900} if simulate is gapless else {}
    result = simulate(**arguments, **asked("csv", "json"), output_folder=tmp_path)
    table = list(csv.DictReader(read(result, "csv").splitlines()))
    content = json.loads(read(result, "json"))
    assert len(table) == len(content["trades"]) == len(result["trades"]) > 5
    for row, parsed, trade in zip(table, content["trades"], result["trades"], strict=True):
        assert row == {key: str(value) for key, value in trade.items() if key != "orders"}
        assert parsed == {key: value for key, value in trade.items() if key != "orders"}
    times = ["1m", "15m"] if simulate is gapless else ["1m", "15m", "1h"]
    assert content["considering_timeframes"] == times


def test_columns_and_quotes_of_the_csv_file(tmp_path):
    text = read(winner("csv", output_folder=tmp_path), "csv")
    header, row, end = text.split("\r\n")
    assert header == (
        '"id","strategy_name","symbol","exchange","type","entry_price","exit_price","qty","fee",'
        '"size","PNL","PNL_percentage","holding_period","opened_at","closed_at"'
    )
    assert row.startswith('"0') and row.endswith('"')  # noqa: PT018
    assert end == ""


def test_spreadsheets_run_no_texts_of_a_csv_file(tmp_path):
    symbol = '=HYPERLINK("x","y")-USDT'
    kind = type("@SUM", (WINNER,), {})
    result = run(
        None,
        {symbol: WINNER_ROWS},
        routes=[route(kind, symbol)],
        **asked("csv", "json"),
        output_folder=tmp_path,
    )
    (row,) = csv.DictReader(read(result, "csv").splitlines())
    assert row["symbol"] == "'" + symbol
    assert row["strategy_name"] == "'@SUM"
    assert json.loads(read(result, "json"))["trades"][0]["symbol"] == symbol


def test_losses_are_numbers_in_a_csv_file(tmp_path):
    loser = entry((1, 100), (1, 95))
    result = run(
        loser, rows([(100,) * 4, (100, 94, 100, 94)]), **asked("csv"), output_folder=tmp_path
    )
    (row,) = csv.DictReader(read(result, "csv").splitlines())
    assert row["PNL"] == "-5.0"


def test_json_has_no_numbers_that_are_none(tmp_path):
    worthless = entry((1, 100), None, (1, 105))
    result = run(worthless, WINNER_ROWS, **asked("json"), output_folder=tmp_path)
    assert "NaN" not in read(result, "json")
    values = [math.nan, math.inf, -math.inf, 1.5, 0, "long", None]
    assert [plain(value) for value in values] == [None, None, None, 1.5, 0, "long", None]


@pytest.mark.parametrize("simulate", [gapless, with_holes])
def test_every_line_of_a_log_has_a_time_and_times_never_go_back(tmp_path, simulate):
    arguments = {"seed": 2, "count": 900} if simulate is gapless else {}
    found = lines(simulate(**arguments, **asked("logs"), output_folder=tmp_path))
    assert all(LINE.fullmatch(line) for line in found)
    times = [line.split(" | ")[1][:19] for line in found]
    assert times == sorted(times)


def test_logs_tell_every_order_once(tmp_path):
    result = gapless(3, 1500, **asked("logs"), output_folder=tmp_path)
    found = lines(result)

    def count(text):
        return sum(text in line for line in found)

    filled = sum(len(trade["orders"]) for trade in result["trades"])
    assert count("Order executed") == filled > 40
    assert count("Order submitted") == filled + count("Order canceled")
    assert count("Trade closed") == count("Position opened") == len(result["trades"])


def test_a_log_of_one_trade(tmp_path):
    found = lines(winner("logs", output_folder=tmp_path))
    assert found == [
        "[INFO | 2021-01-01T00:00:00] Saved daily portfolio balance: 10000.0",
        "[INFO | 2021-01-01T00:01:00] ==== BTC-USDT | 2021-01-01T00:00 | 100.0 | 100.0 | 100.0 "
        "| 100.0 | 1.0",
        "[INFO | 2021-01-01T00:01:00] 📤 Order submitted | BTC-USDT | Fake Exchange | BUY MARKET "
        "| Qty: 1.0 | Price: 100.00",
        "[INFO | 2021-01-01T00:01:00] ✅ Order executed | BTC-USDT | Fake Exchange | BUY MARKET "
        "| Qty: 1.0 | Price: 100.00",
        "[INFO | 2021-01-01T00:01:00] 📈 Position opened | BTC-USDT | LONG | Fake Exchange "
        "| Qty: 1.0 | Entry: 100.00",
        "[INFO | 2021-01-01T00:01:00] 📤 Order submitted | BTC-USDT | Fake Exchange | SELL LIMIT "
        "| Qty: 1.0 | Price: 105.00",
        "[INFO | 2021-01-01T00:02:00] ✅ Order executed | BTC-USDT | Fake Exchange | SELL LIMIT "
        "| Qty: 1.0 | Price: 105.00",
        "[INFO | 2021-01-01T00:02:00] Added realized PNL of 5.0. Balance for USDT on Fake Exchange "
        "changed from 10000.0 to 10005.0",
        "[INFO | 2021-01-01T00:02:00] 🟢 Trade closed | BTC-USDT | LONG | Fake Exchange | Qty: 1.0 "
        "| Entry: 100.00 | Exit: 105.00 | Net PnL: +5.00 USDT (+10.00%) | Fees: 0.00 USDT",
        "[INFO | 2021-01-01T00:02:00] 🏁 Position closed | BTC-USDT | Fake Exchange",
        "[INFO | 2021-01-01T00:02:00] ==== BTC-USDT | 2021-01-01T00:01 | 100.0 | 106.0 | 106.0 "
        "| 100.0 | 1.0",
        "[INFO | 2021-01-01T00:03:00] ==== BTC-USDT | 2021-01-01T00:02 | 106.0 | 106.0 | 106.0 "
        "| 106.0 | 1.0",
        "[INFO | 2021-01-01T00:03:00] Terminating BTC-USDT...",
        "[INFO | 2021-01-01T00:03:00] Saved daily portfolio balance: 10005.0",
    ]


def test_messages_of_strategies_are_in_the_log_on_one_line_each(tmp_path):
    def before(self):
        self.log("two\nlines")
        self.log(f"careful {self.index}", "error")

    found = lines(run(idle(before=before), flat(2), **asked("logs"), output_folder=tmp_path))
    assert "[INFO | 2021-01-01T00:01:00] two\\nlines" in found
    assert "[ERROR | 2021-01-01T00:02:00] careful 1" in found


def test_logging_tells_helpers_so(tmp_path):
    import hindcaster.helpers as jh

    seen = []
    strategy = idle(before=lambda self: seen.append(jh.is_debugging()))
    run(strategy, flat(1), **asked("logs"), output_folder=tmp_path)
    run(strategy, flat(1))
    assert seen == [True, False]


def test_a_run_that_fails_leaves_its_log_and_says_where(tmp_path):
    error = RuntimeError("mine")

    def fail(self):
        raise error

    with pytest.raises(RuntimeError) as raised:
        run(idle(before=at(1, fail)), flat(3), **asked("logs", "csv"), output_folder=tmp_path)
    assert raised.value is error
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path.as_posix() in error.__notes__[0]
    assert path.read_text(encoding="utf-8").count("====") == 2
