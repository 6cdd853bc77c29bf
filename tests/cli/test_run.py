"""`hindcaster run`."""

import inspect
import sys
from pathlib import Path

import pytest

from hindcaster import Backtest
from hindcaster.cli.options import BACKTEST_NAMES
from hindcaster.cli.run import run as command
from hindcaster.data import resample
from hindcaster.test import EURUSD, GOOG
from tests.cli.conftest import STRATEGIES

ASKED = ("--data", "GOOG", "--finalize-trades")


def strategy_class():
    names: dict = {}
    exec(STRATEGIES, names)
    return names["Dip"]


def test_statistics_are_those_of_the_library(call, dip):
    ended = call("run", dip, "--data", "goog", "--cash", "5000", "--commission", "0.002",
                 "--finalize-trades", "--set", "days=4", "--set", "target=0.1",
                 "--json")  # fmt: skip
    expected = Backtest(
        GOOG, strategy_class(), cash=5000, commission=0.002, finalize_trades=True
    ).run(days=4, target=0.1)
    assert ended.code == 0
    found = ended.json
    assert list(found) == [
        "hindcaster", "strategy", "parameters", "settings", "data", "execution", "statistics",
        "files", "warnings",
    ]  # fmt: skip
    assert found["parameters"] == {"days": 4, "target": 0.1, "name": "dip"}
    public = [name for name in expected.index if not name.startswith("_")]
    assert list(found["statistics"]) == public
    for name in public:
        value = expected[name]
        wanted = value.isoformat() if hasattr(value, "isoformat") else value
        assert found["statistics"][name] == (wanted if wanted == wanted else None), name
    assert found["settings"]["cash"] == 5000
    assert found["data"]["source"] == "goog"
    assert found["data"]["bars"] == len(GOOG)


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        (("--commission", "5,0.001"), {"commission": (5.0, 0.001)}),
        (("--spread", "0.001", "--slippage", "0.0005"), {"spread": 0.001, "slippage": 0.0005}),
        (("--margin", "0.1", "--hedging"), {"margin": 0.1, "hedging": True}),
        (
            ("--trade-on-close", "--exclusive-orders"),
            {"trade_on_close": True, "exclusive_orders": True},
        ),
        (("--fractional", "1e-8", "--cash", "100"), {"fractional": 1e-8, "cash": 100}),
        (("--interpreted",), {"compiled": False}),
    ],
)
def test_options_are_the_arguments_of_backtest(call, dip, options, arguments):
    ended = call("run", dip, *ASKED, *options, "--json")
    expected = Backtest(GOOG, strategy_class(), finalize_trades=True, **arguments).run()
    statistics = ended.json["statistics"]
    assert statistics["Equity Final [$]"] == expected["Equity Final [$]"]
    assert statistics["# Trades"] == expected["# Trades"] > 0


def test_every_argument_of_backtest_is_an_option_with_its_default():
    parameters = inspect.signature(Backtest.__init__).parameters
    options = {option.name: option for option in command.params}
    names = [name for name in parameters if name not in ("self", "data", "strategy")]
    assert sorted(names) == sorted(BACKTEST_NAMES)
    context = command.make_context("run", ["x.py", "--data", "GOOG"])
    for name in names:
        assert context.params[name] == parameters[name].default, name
        assert options[name].section == "Backtest"


def test_finer_bars_are_read_as_data_are(call, dip):
    given = ("--data", "EURUSD", "--timeframe", "1D", "--finalize-trades", "--set", "target=0.01")
    days = resample(EURUSD, "1D")
    test = Backtest(days, strategy_class(), finalize_trades=True, intrabar=EURUSD)
    expected = test.run(target=0.01)
    found = call("run", dip, *given, "--intrabar", "EURUSD", "--json").json
    assert found["statistics"]["Equity Final [$]"] == expected["Equity Final [$]"]
    assert found["settings"]["intrabar"] == f"{len(EURUSD):,} finer bars"


def test_tables_are_readable(call, dip):
    ended = call("run", dip, *ASKED, "--trades", "--orders", "--equity")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "Dip on GOOG"
    assert "Sharpe Ratio" in ended.out
    trades = next(number for number, line in enumerate(lines) if line.startswith("Trades (the"))
    assert lines[trades + 1].split() == [
        "Size", "EntryTime", "EntryPrice", "ExitTime", "ExitPrice", "PnL", "ReturnPct",
    ]  # fmt: skip
    assert any(line.startswith("PlacedTime") for line in lines)
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)


def test_json_has_all_rows_of_the_frames(call, dip):
    found = call("run", dip, *ASKED, "--trades", "--orders", "--equity", "--json").json
    expected = Backtest(GOOG, strategy_class(), finalize_trades=True).run()
    assert [row["PnL"] for row in found["trades"]] == expected._trades.PnL.tolist()
    assert found["trades"][0]["EntryTime"] == expected._trades.EntryTime[0].isoformat()
    assert found["trades"][0]["SL"] is None
    assert [row["Outcome"] for row in found["orders"]] == list(expected._orders.Outcome)
    assert [row["Equity"] for row in found["equity"]] == expected._equity_curve.Equity.tolist()
    assert found["equity"][0]["Time"] == "2004-08-19T00:00:00"


def test_what_is_not_a_number_is_null(call, dip):
    found = call("run", dip, *ASKED, "--to", "2004-08-20", "--json").json
    assert found["statistics"]["Win Rate [%]"] is None
    assert found["data"]["bars"] == 1


def test_dates_cut_the_bars(call, dip):
    found = call("run", dip, *ASKED, "--from", "2005-01-03", "--to", "2005-02-01", "--json").json
    assert found["data"]["start"] == "2005-01-03T00:00:00"
    assert found["data"]["end"] == "2005-01-31T00:00:00"
    zoned = call("run", dip, "--data", "EURUSD", "--from", "2017-06-01T02:00+02:00", "--json").json
    assert zoned["data"]["bars"] == int((EURUSD.index >= "2017-06-01").sum())


def test_warnings_take_one_line_and_are_in_the_json(call, dip):
    ended = call("run", dip, "--data", "GOOG", "--set", "target=9", "--json")
    assert ended.code == 0
    (line,) = ended.err.splitlines()
    assert line.startswith("Warning: Some trades remain open")
    assert ended.json["warnings"] == [line.removeprefix("Warning: ")]


def test_what_a_strategy_prints_stays_out_of_the_json(call, written):
    noisy = written("noisy.py", "print('loaded')\n" + STRATEGIES.replace("pass", "print('init')"))
    ended = call("run", noisy, *ASKED, "--json")
    assert ended.json["strategy"] == "Dip"
    assert ended.err == "loaded\ninit\n"
    assert call("run", noisy, *ASKED).out.startswith("loaded\ninit\nDip on GOOG\n")


def test_picture_and_report_are_written(call, dip, tmp_path: Path):
    (tmp_path / "pages").mkdir()
    ended = call("run", dip, *ASKED, "--set", "days=4", "--plot", "--report", "--folder", "pages",
                 "--json")  # fmt: skip
    names = ["pages/Dip(days=4).html", "pages/Dip(days=4).report.html"]
    assert ended.json["files"] == names
    for name in names:
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dip.py", "pages"]


def test_missing_folder_is_named_before_anything_runs(call, dip):
    assert "no folder 'nowhere'" in call("run", dip, *ASKED, "--plot", "--folder", "nowhere").error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nope.py", *ASKED), "no file 'nope.py'"),
        (("dip.py:Dib", *ASKED), "it has: Dip. Did you mean 'Dip'?"),
        (("dip.py", "--data", "GOOGL"), "Did you mean 'GOOG'?"),
        (("dip.py", "--data", "bars.csv"), "no file 'bars.csv'"),
        (("dip.py", *ASKED, "--set", "dayz=3"), "Did you mean 'days'?"),
        (("dip.py", *ASKED, "--set", "days=many"), "'days' is 3 by default; 'many' is no number"),
        (("dip.py", *ASKED, "--set", "days"), "NAME=VALUE"),
        (("dip.py", *ASKED, "--set", "days=1", "--set", "days=2"), "given twice"),
        (("dip.py", *ASKED, "--from", "soon"), "'soon' is no date"),
        (("dip.py", *ASKED, "--from", "2030-01-01"), "'GOOG' has no bars from 2030-01-01"),
        (("dip.py", *ASKED, "--commission", "a"), "RATE"),
        (("dip.py", *ASKED, "--commission", "1,2,3"), "FIXED,RATE"),
        (("dip.py", *ASKED, "--commission", "0.5"), "fraction of the traded value"),
        (("dip.py", *ASKED, "--cash", "much"), "See hindcaster run --help."),
        (("dip.py", *ASKED, "--cash", "nan"), "cash is NaN"),
        (("dip.py",), "Missing option '--data'"),
    ],
)
def test_mistakes_are_told_in_one_line(call, dip, arguments, words):
    assert words in call("run", *arguments).error


def test_numbered_bars_cannot_be_cut_by_time(call, dip, monkeypatch):
    from hindcaster import datasets

    numbered = GOOG.reset_index(drop=True)
    monkeypatch.setattr(datasets, "IBM", numbered, raising=False)
    assert "numbered bars" in call("run", dip, "--data", "IBM", "--from", "2005-01-01").error


def test_exceptions_of_a_strategy_are_located(call, written):
    broken = written("broken.py", STRATEGIES.replace("not self.position and", "1 / 0 and"))
    text = call("run", broken, *ASKED).error
    assert text.startswith(
        "broken.py, line 17, in next: ZeroDivisionError: division by zero (raised"
    )
    traced = call("--traceback", "run", broken, *ASKED)
    assert "Traceback (most recent call last):" in traced.err
    assert traced.err.splitlines()[-1] == f"Error: {text}"


def test_interruption_is_told(call, written):
    stopped = written("stopped.py", STRATEGIES.replace("pass", "raise KeyboardInterrupt"))
    ended = call("run", stopped, *ASKED)
    assert ended == (130, "", "\nInterrupted.\n")


def test_nothing_stays_behind(call, dip):
    paths, modules = list(sys.path), set(sys.modules)
    call("run", dip, *ASKED)
    assert sys.path == paths
    assert not [name for name in set(sys.modules) - modules if "dip" in name]
