"""`hindcaster candles`, and stored candles as data."""

from pathlib import Path

import numpy as np
import pytest

from hindcaster import Backtest, store
from hindcaster.data import resample, to_frame
from hindcaster.store import CandleStore
from tests.cli.test_exchange import START, minutes
from tests.cli.test_run import strategy_class

MARKET = "Sandbox Spot:BTC-USDT"


@pytest.fixture
def kept(written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CandleStore:
    """The default store, in a folder of the test, with a gap of ten minutes in two days."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HINDCASTER_STORE", str(tmp_path / "kept"))
    kept = CandleStore()
    kept.store(np.delete(minutes(2880), slice(100, 110), axis=0), "Sandbox Spot", "BTC-USDT")
    return kept


def test_list(call, kept):
    found = call("candles", "list", "--json").json
    assert found == {
        "store": kept.path,
        "holdings": [
            {
                "exchange": "Sandbox Spot",
                "symbol": "BTC-USDT",
                "first": "2021-01-01T00:00:00+00:00",
                "last": "2021-01-02T23:59:00+00:00",
                "rows": 2870,
                "missing": 10,
            }
        ],
    }
    lines = call("candles", "list").out.splitlines()
    assert lines[1].split() == ["Exchange", "Symbol", "First", "Last", "Rows", "Missing"]
    assert lines[3].split()[-2:] == ["2,870", "10"]
    empty = call("candles", "list", "--store", "empty")
    assert "holds no candles yet" in empty.out


def test_check(call, kept):
    found = call("candles", "check", "--json")
    assert found.code == 0
    assert found.json["problems"] == []
    assert found.json["gaps"] == [
        {
            "exchange": "Sandbox Spot",
            "symbol": "BTC-USDT",
            "start": "2021-01-01T01:40:00+00:00",
            "finish": "2021-01-01T01:50:00+00:00",
            "minutes": 10,
        }
    ]
    readable = call("candles", "check", MARKET).out
    assert "2021-01-01 01:40" in readable
    assert readable.splitlines()[-1] == f"{kept.path}: all files are whole, 1 gap."


def test_damaged_files_are_found(call, kept):
    (path,) = Path(kept.path).rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:100])
    ended = call("candles", "check", "--json")
    assert ended.code == 1
    assert [problem["symbol"] for problem in ended.json["problems"]] == ["BTC-USDT"]
    assert ended.json["gaps"] is None
    readable = call("candles", "check", MARKET)
    assert readable.code == 1
    assert readable.out.splitlines()[-1] == f"{kept.path}: 1 damaged file."


def test_import_of_a_file(call, kept, tmp_path):
    to_frame(minutes(120)).rename_axis("date").to_csv(tmp_path / "more.csv")
    arguments = ("candles", "import", MARKET, "--file", "more.csv", "--json")
    found = call(*arguments).json
    assert (found["added"], found["changed"], found["unchanged"]) == (10, 0, 110)
    assert found["gaps"] == []
    assert call(*arguments).json["added"] == 0
    assert "0 candles added" in call(*arguments[:-1]).out
    rows = kept.read("Sandbox Spot", "BTC-USDT")
    np.testing.assert_array_equal(rows, minutes(2880))


def test_import_with_a_time_zone(call, kept, tmp_path):
    to_frame(minutes(5)).rename_axis("date").to_csv(tmp_path / "more.csv")
    call("candles", "import", "Sandbox:ETH-USDT", "--file", "more.csv", "--tz", "Asia/Tokyo")
    rows = kept.read("Sandbox", "ETH-USDT")
    assert rows[0, 0] == START - 9 * 3_600_000


def test_import_from_an_exchange(call, kept, monkeypatch):
    asked = []

    def fetch(*arguments: object, **named: object) -> str:
        asked.append((arguments, named))
        return "2 days"

    monkeypatch.setattr(store, "import_candles", fetch)
    ended = call("candles", "import", MARKET, "--from", "2021-01-01", "--to", "2021-01-03")
    assert ended == (0, "2 days\n", "")
    ((arguments, named),) = asked
    assert arguments == ("Sandbox Spot", "BTC-USDT", "2021-01-01")
    assert named["finish_date"] == "2021-01-03"
    assert named["store"].path == kept.path


def test_an_interrupted_import_keeps_what_is_there(call, kept, monkeypatch):
    def fetch(*arguments: object, **named: object) -> str:
        kept.store(minutes(60), "Sandbox", "ETH-USDT")
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "import_candles", fetch)
    ended = call("candles", "import", "Sandbox:ETH-USDT", "--from", "2021-01-01")
    assert (ended.code, ended.err) == (130, "\nInterrupted.\n")
    assert len(kept.read("Sandbox", "ETH-USDT")) == 60


def test_export_and_back(call, kept, tmp_path):
    for name in ("out.csv", "out.parquet", "out.feather"):
        found = call("candles", "export", MARKET, name, "--json").json
        (line,) = call("candles", "export", MARKET, name).out.splitlines()
        assert line == f"Written: {found['file']}"
        assert Path(found["file"]).name == name
        other = CandleStore(str(tmp_path / f"of {name}"))
        other.import_file(name, "Sandbox", "BTC-USDT")
        rows = kept.read("Sandbox Spot", "BTC-USDT")
        np.testing.assert_array_equal(other.read("Sandbox", "BTC-USDT"), rows)
    call("candles", "export", MARKET, "hours.csv", "--timeframe", "1h", "--from", "2021-01-02")
    assert len((tmp_path / "hours.csv").read_text().splitlines()) == 1 + 24


def test_stored_candles_and_files_are_data(call, kept, dip, tmp_path):
    frame = resample(to_frame(kept.read("Sandbox Spot", "BTC-USDT")), "15m")
    wanted = Backtest(frame, strategy_class(), finalize_trades=True).run()
    assert wanted["# Trades"] > 0
    call("candles", "export", MARKET, "out.parquet")
    for data in (MARKET, "out.parquet"):
        found = call(
            "run", dip, "--data", data, "--timeframe", "15m", "--finalize-trades", "--json"
        )
        statistics = found.json["statistics"]
        assert statistics["Equity Final [$]"] == wanted["Equity Final [$]"]
        assert statistics["Start"] == "2021-01-01T00:00:00"
        cut = call(
            "run", dip, "--data", data, "--from", "2021-01-02", "--finalize-trades", "--json"
        )
        assert cut.json["data"]["bars"] == 1440


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", MARKET), "Say where the candles come from"),
        (("import", MARKET, "--file", "x.csv", "--from", "2021-01-01"), "leave out --from"),
        (("import", MARKET, "--from", "2021-01-01", "--tz", "UTC"), "--tz belongs to --file"),
        (("import", "Sandbox", "--file", "x.csv"), "EXCHANGE:SYMBOL"),
        (("import", MARKET, "--file", "gone.csv"), "gone.csv"),
        (("export", "Sandbox Spot:XRP-USDT", "x.csv"), "XRP-USDT"),
        (("export", MARKET, "x.doc"), "x.doc"),
        (("export", MARKET, "x.csv", "--timeframe", "7m"), "'7m' is unknown"),
        (("check", "Sandbox Spot:XRP-USDT"), "XRP-USDT"),
        (("check", "BTC"), "EXCHANGE:SYMBOL"),
    ],
)
def test_mistakes_are_told_in_one_line(call, kept, arguments, words):
    assert words in call("candles", *arguments).error


def test_unknown_market_as_data(call, kept, dip):
    assert "XRP-USDT" in call("run", dip, "--data", "Sandbox Spot:XRP-USDT").error
