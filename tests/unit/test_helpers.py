"""Helpers that depend on the run, the process or chance, which recorded calls cannot show."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import arrow
import numpy as np
import pytest

import hindcaster.helpers as jh
from hindcaster import _candles, utils
from hindcaster._run_state import RunState, running

NOON = 1609502400000


def test_outside_a_run_nothing_is_running_and_the_clock_is_real() -> None:
    assert not jh.is_backtesting()
    assert not jh.is_optimizing()
    assert not jh.is_significance_testing()
    assert not jh.is_debugging()
    assert jh.now() % 1000 == 0
    assert 0 <= arrow.utcnow().timestamp() * 1000 - jh.now() < 10_000
    assert jh.today_to_timestamp() % 86_400_000 == 0
    assert 0 <= jh.now() - jh.current_1m_candle_timestamp() < 70_000
    assert jh.now_to_datetime().utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        ("backtest", jh.is_backtesting),
        ("optimize", jh.is_optimizing),
        ("significance test", jh.is_significance_testing),
    ],
)
def test_a_run_sets_its_flag_and_its_clock(kind, flag) -> None:
    with running(RunState(kind=kind, clock=lambda: NOON)):
        assert flag()
        assert jh.now() == jh.now_to_timestamp() == NOON
        assert jh.now(force_fresh=True) > NOON
    assert not flag()


def test_runs_in_other_threads_do_not_see_each_other() -> None:
    seen = []
    with running(RunState(kind="backtest")):
        thread = threading.Thread(target=lambda: seen.append(jh.is_backtesting()))
        thread.start()
        thread.join()
        assert jh.is_backtesting()
    assert seen == [False]


def test_configuration_comes_from_the_environment_then_the_run_then_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = {"env": {"exchanges": {"X": {"fee": 0.001}}, "logging": {"order_submission": True}}}
    with running(RunState(kind="backtest", config=config, debug=True)):
        assert jh.get_config("env.exchanges.X.fee") == 0.001
        assert jh.get_config("env.exchanges.X.type", "futures") == "futures"
        assert jh.get_config("env.exchanges.X.type") is None
        assert jh.is_debuggable("order_submission")
        assert not jh.is_debuggable("order_cancellation")
        monkeypatch.setenv("ENV_EXCHANGES_X_FEE", "0.5")
        assert jh.get_config("env.exchanges.X.fee") == "0.5"
    assert jh.get_config("env.logging.order_submission") is None


def test_warm_up_of_the_run_cuts_candles_and_is_a_setting() -> None:
    candles = np.zeros((300, 6))
    assert len(jh.slice_candles(candles, False)) == 240
    with _candles.warm_up_candles(100):
        assert jh.get_config("env.data.warmup_candles_num") == 100
        assert len(jh.slice_candles(candles, False)) == 100
        assert len(jh.slice_candles(candles, True)) == 300


def test_this_package_never_trades_live() -> None:
    for flag in (
        jh.is_live,
        jh.is_livetrading,
        jh.is_paper_trading,
        jh.is_importing_candles,
        jh.has_live_trade_plugin,
    ):
        assert flag() is False
    assert jh.is_unit_testing()


def test_dump_and_die_prints_and_ends_with_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    for end in (jh.dd, utils.dd):
        with pytest.raises(SystemExit) as ended:
            end("found it")
        assert ended.value.code == 1
        assert "found it" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        jh.terminate_app()


def test_what_scripts_print_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    jh.dump(1, "a")
    assert "(1, 'a')" in capsys.readouterr().out
    jh.debug("a", 1)
    assert "==> a, 1" in capsys.readouterr().out
    jh.terminal_debug("x")
    assert "==> x" in capsys.readouterr().out


def test_errors_are_logged_and_printed_only_if_asked_for(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    jh.error("lost")
    assert caplog.messages == ["lost"]
    assert capsys.readouterr().out == ""
    jh.error("lost", force_print=True)
    assert "lost" in capsys.readouterr().out


def test_drawn_identifiers_differ_and_have_their_lengths() -> None:
    assert len({jh.generate_unique_id() for _ in range(100)}) == 100
    assert jh.is_valid_uuid(jh.generate_unique_id())
    assert {len(jh.generate_short_unique_id()) for _ in range(10)} == {22}
    assert {len(jh.random_str(n)) for n in (0, 3, 8)} == {0, 3, 8}
    assert jh.random_str(50).isalpha()
    assert jh.get_session_id() == jh.get_session_id()


def test_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not jh.is_jesse_project()
    jh.make_directory("strategies/One")
    jh.make_directory("storage")
    jh.make_directory("storage")
    assert jh.is_jesse_project()
    assert not jh.file_exists("notes.txt")
    Path("notes.txt").write_text("text")
    jh.clear_file("notes.txt")
    assert jh.file_exists("notes.txt")
    assert Path("notes.txt").read_text() == ""
    assert jh.relative_to_absolute("notes.txt") == str(tmp_path / "notes.txt")


def test_whole_days_between_arrow_objects() -> None:
    first, last = arrow.get("2021-01-01T12:00"), arrow.get("2021-01-05T11:00")
    assert jh.date_diff_in_days(first, last) == 3
    assert jh.date_diff_in_days(last, first) == 4  # whole days of a negative difference
    with pytest.raises(TypeError, match="arrow"):
        jh.date_diff_in_days(first, last.datetime)


def test_constants_of_a_class_one_by_one() -> None:
    class Sides:
        BUY = "buy"
        SELL = "sell"

    assert list(jh.class_iter(Sides)) == ["buy", "sell"]


def test_importing_helpers_and_utils_imports_no_heavy_library() -> None:
    code = (
        "import sys; import hindcaster.helpers, hindcaster.utils; "
        "assert not {'statsmodels', 'bokeh', 'IPython'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_missing_statsmodels_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.stattools", None)
    with pytest.raises(ImportError, match=r"pip install 'hindcaster\[cointegration\]'"):
        utils.are_cointegrated(np.arange(9.0), np.arange(9.0))
