"""Files of runs: where they go, what they are called, what happens if they cannot be written."""

import errno
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from hindcaster.plotting.exchange import images
from hindcaster.plotting.exchange.info import ImageData, Marks
from hindcaster.research.outputs import storage as module
from hindcaster.research.outputs import wanted
from hindcaster.research.outputs.storage import Storage

from ..support import EXCHANGE, idle, route, run
from .support import FILES, WINNER, WINNER_ROWS, asked, gapless, winner

HOSTILE = (
    "../../etc-USDT",
    "/absolute/path-USDT",
    "C:\\Windows\\CON-USDT",
    "NUL-AUX",
    "nul\x00byte-USDT",
    "line\nbreak-USDT",
    "long-" + 400 * "x",
    "=HYPERLINK(1)-USDT",
    "$\\alpha_{$-USDT",
    '"quoted" {braces} %s-USDT',
    "\u202ereversed-\ud800",
    "_under-_score",
)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_nothing_is_written_unless_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    winner("equity_curve", "hyperparameters", output_folder=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_each_flag_writes_its_files_under_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = {
        "csv": "storage/csv/{}.csv",
        "json": "storage/json/{}.json",
        "logs": "storage/logs/backtest-mode/{}.txt",
        "tradingview": "storage/trading-view-pine-editor/{}.txt",
    }
    for name, place in places.items():
        before = files_in(tmp_path)
        result = winner(name)
        (new,) = set(files_in(tmp_path)) - set(before)
        session = Path(new).stem
        assert uuid.UUID(session).version == 4
        assert result[name] == new == place.format(session)


def test_the_set_of_charts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = gapless(6, 100_000, "4h", **asked("charts"), benchmark=True)
    session = result["charts_session_id"]
    names = (
        "cumulative_returns",
        "drawdown",
        "equity_curve",
        "monthly_distribution",
        "monthly_heatmap",
        "trade_pnl",
        "underwater",
    )
    assert result["charts_folder"] == str(tmp_path / "storage" / "backtest-charts")
    assert result["charts"] == f"storage/charts/{session}.png"
    assert result["charts_page"] == f"storage/charts/{session}.html"
    assert files_in(tmp_path) == [
        *(f"storage/backtest-charts/{session}_{name}.png" for name in names),
        f"storage/charts/{session}.html",
        f"storage/charts/{session}.png",
    ]
    for file in tmp_path.rglob("*.png"):
        pixels = imread(file)
        height, width, _ = pixels.shape
        assert width == 1300
        assert height > 200
        coloured = (np.ptp(pixels[:, :, :3], axis=2) > 0.2).mean()
        assert coloured > 0.002, file.name


def test_all_files_of_a_run_have_one_identifier_and_those_of_another_run_another(tmp_path):
    first, second = (
        winner("csv", "json", "logs", "tradingview", output_folder=tmp_path) for _ in range(2)
    )
    sessions = [
        {Path(result[name]).stem for name in ("csv", "json", "logs", "tradingview")}
        for result in (first, second)
    ]
    assert [len(found) for found in sessions] == [1, 1]
    assert sessions[0] != sessions[1]
    assert len(files_in(tmp_path)) == 8


@pytest.mark.parametrize("kind", [str, Path])
def test_the_folder_is_the_users_choice(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    result = winner("csv", output_folder=kind("a/b"))
    assert result["csv"].startswith("a/b/csv/")
    absolute = winner("csv", output_folder=kind(tmp_path / "c"))
    assert Path(absolute["csv"]).is_file()
    assert Path(absolute["csv"]).parent == tmp_path / "c" / "csv"


def test_the_working_directory_is_that_at_the_call(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    strategy = type("Mover", (WINNER,), {"before": lambda self: os.chdir(elsewhere)})
    result = run(strategy, WINNER_ROWS, **asked("csv"))
    assert (tmp_path / result["csv"]).is_file()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("symbol", HOSTILE)
def test_no_name_leads_out_of_the_folder(tmp_path, monkeypatch, symbol):
    """Nor does one stop an output from being written."""
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    strategy = type("../../" + symbol.replace("\x00", "").replace("\ud800", ""), (WINNER,), {})
    result = run(
        None,
        {symbol: WINNER_ROWS},
        routes=[route(strategy, symbol)],
        **asked("csv", "json", "logs", "tradingview"),
    )
    found = files_in(tmp_path)
    assert len(found) == 4
    session = Path(result["csv"]).stem
    assert {Path(name).stem for name in found} == {session}
    assert all(name.startswith("a/b/c/storage/") for name in found)


def test_hostile_names_in_pictures(tmp_path):
    symbol = "_../$\\alpha_{$\x00\n\ud800<b>" + 200 * "x" + "-USDT"
    strategy = type("_$x^$<img src=x>", (WINNER,), {})
    result = run(
        None,
        {symbol: WINNER_ROWS},
        routes=[route(strategy, symbol)],
        **asked("charts"),
        benchmark=True,
        output_folder=tmp_path,
    )
    assert len(files_in(tmp_path)) == 9
    assert Path(result["charts"]).parent == tmp_path / "charts"


@pytest.mark.parametrize("folder", ["", " ", "a\x00b", 5000 * "x", b"bytes", 3, None])
def test_what_is_no_folder_is_refused_before_the_run(folder):
    ran = []
    strategy = idle(before=lambda self: ran.append(1))
    with pytest.raises((TypeError, ValueError), match="output_folder"):
        run(strategy, WINNER_ROWS, **asked("csv"), output_folder=folder)
    assert ran == []


def test_a_file_in_place_of_the_folder_is_refused_before_the_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    for folder in (blocked, blocked / "below"):
        with pytest.raises(NotADirectoryError, match="file is not a folder"):
            winner("csv", output_folder=folder)
    assert blocked.read_text() == "x"


def test_a_read_only_folder_is_refused_before_the_run(tmp_path, monkeypatch):
    # Root may write everywhere: what the system says of the folder is played.
    monkeypatch.setattr(module.os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(PermissionError, match="cannot be written to"):
        winner("csv", output_folder=tmp_path / "new")


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", fail)
    with pytest.raises(OSError, match="No space left") as raised:
        winner("csv", output_folder=tmp_path)
    assert files_in(tmp_path) == []
    assert str(tmp_path / "csv") in raised.value.__notes__[0]


def test_files_are_never_overwritten(tmp_path):
    storage = Storage(tmp_path)
    storage.write("csv", "a.csv", "first")
    with pytest.raises(FileExistsError, match="not overwritten"):
        storage.write("csv", "a.csv", "second")
    assert (tmp_path / "csv" / "a.csv").read_text() == "first"
    assert files_in(tmp_path) == ["csv/a.csv"]


@pytest.mark.parametrize(
    ("flag", "package", "extra"),
    [("charts", "matplotlib", "charts"), ("quantstats", "quantstats", "quantstats")],
)
def test_a_missing_package_is_told_before_the_run(tmp_path, monkeypatch, flag, package, extra):
    monkeypatch.setattr(wanted, "find_spec", lambda name: None if name == package else name)
    ran = []
    strategy = idle(before=lambda self: ran.append(1))
    with pytest.raises(
        ImportError, match=rf"generate_{flag} needs {package}.*hindcaster\[{extra}\]"
    ):
        run(strategy, WINNER_ROWS, **asked(flag), output_folder=tmp_path)
    assert ran == []


def test_without_trades_there_is_a_log_only(tmp_path):
    result = run(
        idle(),
        WINNER_ROWS,
        **asked("csv", "json", "logs", "charts", "tradingview", "quantstats"),
        output_folder=tmp_path,
    )
    assert [name for name in FILES if result[name] is not None] == ["logs"]
    assert "charts_folder" not in result
    assert len(files_in(tmp_path)) == 1


def test_runs_in_threads_write_files_of_their_own(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(
                lambda _: winner("csv", "json", "logs", "tradingview", output_folder=tmp_path),
                range(8),
            )
        )
    texts = [Path(result["logs"]).read_text(encoding="utf-8") for result in results]
    assert len({result["csv"] for result in results}) == 8
    assert len(set(texts)) == 1


def test_threads_draw_the_same():
    times = pd.date_range("2021-01-01", periods=40)
    values = 100.0 + np.arange(40) % 7
    marks = Marks(times[:2], values[:2], np.array([True, False]))
    data = ImageData(
        "a", times, values, {"b": values}, values, {"b": (times, values)}, {"b": marks}
    )
    with ThreadPoolExecutor(3) as pool:
        files = set(pool.map(lambda _: images.overview(data), range(3)))
    assert len(files) == 1


def test_outputs_do_not_change_the_result(tmp_path):
    plain = winner()
    written = winner("csv", "json", "logs", "tradingview", output_folder=tmp_path)
    assert str(written["metrics"]) == str(plain["metrics"])  # NaN is not equal to itself
    assert written["trades"] == plain["trades"]
    assert written["trades"][0]["exchange"] == EXCHANGE
