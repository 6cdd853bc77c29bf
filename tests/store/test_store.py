"""What is stored is read back; what cannot be stored is refused and harms nothing."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster import exceptions, research
from hindcaster.store import CandleStore, DamagedCandles, Gap, StoreBusy, default_path

from .support import DAY, FEBRUARY, MINUTE, WHERE, minutes


@pytest.fixture
def store(tmp_path):
    return CandleStore(tmp_path / "candles")


def files(store):
    return sorted(Path(store.path).rglob("*.parquet"))


# --- storing and reading ---


def test_rows_come_back_in_one_file_per_month(store):
    rows = minutes(-2000, 4000)
    stored = store.store(rows, *WHERE)
    assert (stored.added, stored.changed, stored.unchanged, stored.gaps) == (4000, 0, 0, ())
    np.testing.assert_array_equal(store.read(*WHERE), rows)
    names = [path.relative_to(store.path).as_posix() for path in files(store)]
    folder = "Binance Spot/BTC-USDT"
    assert names == [f"{folder}/2021-01.parquet", f"{folder}/2021-02.parquet"]


def test_files_are_tables_that_others_read(store):
    store.store(minutes(0, 3), *WHERE)
    table = pd.read_parquet(files(store)[0])
    assert list(table) == ["timestamp", "open", "close", "high", "low", "volume"]
    assert table["timestamp"][0] == pd.Timestamp("2021-02-01", tz="UTC")


def test_storing_again_changes_no_file(store):
    store.store(minutes(0, 100), *WHERE)
    before = [path.stat().st_mtime_ns for path in files(store)]
    again = store.store(minutes(20, 30), *WHERE)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 30)
    assert [path.stat().st_mtime_ns for path in files(store)] == before


def test_new_numbers_replace_old_ones(store):
    store.store(minutes(0, 100), *WHERE)
    stored = store.store(minutes(90, 20, price=500.0), *WHERE)
    assert (stored.added, stored.changed, stored.unchanged) == (10, 10, 0)
    expected = np.vstack([minutes(0, 90), minutes(90, 20, price=500.0)])
    np.testing.assert_array_equal(store.read(*WHERE), expected)


@given(
    batches=st.lists(
        st.tuples(st.integers(-50, 50), st.integers(1, 60), st.integers(1, 3)),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=25)
def test_any_order_of_batches_gives_the_last_numbers_of_each_minute(tmp_path_factory, batches):
    store = CandleStore(tmp_path_factory.mktemp("candles"))
    expected = {}
    for first, count, price in batches:
        rows = minutes(first, count, price=100.0 * price)
        known = {row[0]: expected.get(row[0]) for row in rows}
        stored = store.store(rows, *WHERE)
        assert stored.added == sum(row is None for row in known.values())
        unchanged = sum(np.array_equal(known[row[0]], row) for row in rows)
        assert (stored.unchanged, stored.changed) == (
            unchanged,
            count - stored.added - unchanged,
        )
        expected.update((row[0], row) for row in rows)
    np.testing.assert_array_equal(
        store.read(*WHERE), np.array([expected[time] for time in sorted(expected)])
    )


def test_a_range_ends_before_its_finish(store):
    store.store(minutes(-2000, 4000), *WHERE)
    rows = store.read(*WHERE, FEBRUARY - 3 * MINUTE, FEBRUARY + 2 * MINUTE)
    np.testing.assert_array_equal(rows, minutes(-3, 5))
    assert store.read(*WHERE, FEBRUARY + 100 * DAY, FEBRUARY + 101 * DAY).shape == (0, 6)


def test_gaps_are_reported(store):
    store.store(minutes(0, 10), *WHERE)
    stored = store.store(np.vstack([minutes(20, 10), minutes(60, 5)]), *WHERE)
    assert stored.gaps == (Gap(FEBRUARY + 30 * MINUTE, FEBRUARY + 60 * MINUTE),)
    assert "30 missing in between, the first 30 minutes from 2021-02-01 00:30" in str(stored)
    assert [gap.minutes for gap in store.gaps(*WHERE)] == [10, 30]
    asked = store.gaps(*WHERE, FEBRUARY - 5 * MINUTE, FEBRUARY + 70 * MINUTE)
    assert [gap.minutes for gap in asked] == [5, 10, 30, 5]


def test_holdings(store):
    store.store(np.vstack([minutes(-10, 5), minutes(0, 5)]), *WHERE)
    store.store(minutes(0, 1), "Other", "X-Y")
    first, second = store.holdings()
    assert (first.exchange, first.symbol, first.rows, first.missing) == (*WHERE, 10, 5)
    assert (first.first, first.last) == (FEBRUARY - 10 * MINUTE, FEBRUARY + 4 * MINUTE)
    assert (second.symbol, second.rows) == ("X-Y", 1)


def test_removed_candles_are_gone(store):
    store.store(minutes(-10, 20), *WHERE)
    assert store.remove(*WHERE) == 2
    assert store.holdings() == []
    with pytest.raises(exceptions.CandleNotFoundInDatabase):
        store.read(*WHERE)


def test_a_store_at_an_address(tmp_path):
    store = CandleStore("memory://test-store/candles")
    store.store(minutes(-10, 20), *WHERE)
    store.store(minutes(5, 20, price=7.0), *WHERE)
    expected = np.vstack([minutes(-10, 15), minutes(5, 20, price=7.0)])
    np.testing.assert_array_equal(store.read(*WHERE), expected)
    assert store.check() == []
    days = (FEBRUARY - DAY, FEBRUARY + DAY)
    _, rows = research.get_candles(*WHERE, "1m", *days, 0, True, store=store)
    np.testing.assert_array_equal(rows, expected)
    assert store.remove(*WHERE) == 2


def test_the_folder_comes_from_the_environment_or_the_users_data(monkeypatch, tmp_path):
    monkeypatch.setenv("HINDCASTER_STORE", str(tmp_path))
    assert CandleStore().path == default_path() == str(tmp_path)
    research.store_candles(minutes(0, 5), *WHERE)
    assert len(files(CandleStore(tmp_path))) == 1
    monkeypatch.delenv("HINDCASTER_STORE")
    assert Path(default_path()).parts[-2:] == ("hindcaster", "candles")


# --- names ---


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "../../etc",
        "/etc/passwd",
        "C:\\x",
        "a/b",
        "~",
        "~root",
        "nul",
        "a\x00b",
        ". .",
        " x ",
        "BTC/USDT:USDT",
        "Ünïcode-€",
        "%2E%2E",
        ".tmp-x",
        ".lock",
        "x.parquet",
    ],
)
def test_no_name_leaves_the_folder(store, name):
    store.store(minutes(0, 3), name, name)
    (path,) = files(store)
    assert path.relative_to(store.path).parts[2] == "2021-02.parquet"
    assert path.resolve().is_relative_to(Path(store.path).resolve())
    assert len(path.relative_to(store.path).parts) == 3
    assert [(held.exchange, held.symbol) for held in store.holdings()] == [(name, name)]
    assert len(store.read(name, name)) == 3


@given(st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=2, unique=True))
@settings(max_examples=50)
def test_names_become_different_single_folders(names):
    from hindcaster.store.names import folder_of, name_of

    try:
        folders = [folder_of("symbol", name) for name in names]
    except ValueError:
        return
    assert [name_of(folder) for folder in folders] == names
    for folder in folders:
        assert not set(folder) & set('/\\:*?"<>|.\0')
        assert folder == folder.strip()


@pytest.mark.parametrize(
    ("name", "error"),
    [("", ValueError), ("x" * 101, ValueError), (None, TypeError), ("\ud800", ValueError)],
)
def test_names_that_cannot_be_written_are_refused(store, name, error):
    with pytest.raises(error, match="symbol must"):
        store.store(minutes(0, 3), "Binance Spot", name)


# --- rows that are refused ---


def changed(row, column, value):
    rows = minutes(0, 10)
    rows[row, column] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.vstack([minutes(0, 3), minutes(2, 3)]), r"row 3 \(2021-02-01 00:02:00.000\) repeats"),
        (minutes(0, 5)[[0, 1, 3, 2, 4]], r"row 3 \(2021-02-01 00:02:00.000\) is earlier"),
        (minutes(0, 5)[::-1], r"row 1 .* is earlier"),
        (minutes(0, 50)[::5], "5 minutes apart"),
        (minutes(0, 240)[::60], "60 minutes apart"),
        (minutes(0, 5) / [1000, 1, 1, 1, 1, 1], "0.001 minutes apart"),
        (
            minutes(0, 5) + np.array([30_000, 0, 0, 0, 0, 0]),
            "row 0: timestamp .* not a whole minute",
        ),
        (changed(9, 0, FEBRUARY + 9 * MINUTE + 1), "row 9: timestamp .* not a whole minute"),
        (changed(4, 0, np.nan), "row 4: timestamp nan"),
        (changed(4, 0, 1e18), "row 4: timestamp"),
        (changed(7, 1, np.nan), r"row 7 \(2021-02-01 00:07\): a price is missing"),
        (changed(7, 2, np.inf), "row 7 .*: a price is missing or infinite"),
        (changed(7, 1, 0), "row 7 .*: a price is not above 0"),
        (changed(7, 3, 1), "row 7 .*: the high is below"),
        (changed(7, 4, 1e6), "row 7 .*: the low is above"),
        (changed(7, 5, -1), "row 7 .*: the volume"),
        (changed(7, 5, np.nan), "row 7 .*: the volume"),
        (minutes(0, 0), r"shape \(0, 6\)"),
        (minutes(0, 5)[:, :5], r"shape \(5, 5\)"),
        (minutes(0, 5)[0], r"shape \(6,\)"),
        (minutes(0, 5).astype(str), "dtype"),
    ],
)
def test_bad_rows_are_named_and_nothing_is_stored(store, rows, message):
    with pytest.raises(ValueError, match=message):
        store.store(rows, *WHERE)
    assert store.holdings() == []


def test_the_first_of_several_bad_rows_is_named(store):
    rows = changed(7, 1, np.nan)
    rows[3, 5] = -1
    with pytest.raises(ValueError, match="row 3 "):
        store.store(rows, *WHERE)


def test_lists_are_no_candles(store):
    with pytest.raises(TypeError, match="numpy array"):
        research.store_candles(minutes(0, 3).tolist(), *WHERE, store=store)


def test_the_first_step_must_be_a_minute_for_scripts(store):
    rows = np.vstack([minutes(0, 1), minutes(5, 10)])
    with pytest.raises(ValueError, match="5 minutes apart"):
        research.store_candles(rows, *WHERE, store=store)
    assert store.store(rows, *WHERE).gaps[0].minutes == 4


# --- unknown names and days ---


def test_unknown_names_are_told_with_those_that_are_there(store):
    store.store(minutes(0, 10), *WHERE)
    ask = (FEBRUARY, FEBRUARY + DAY)
    with pytest.raises(exceptions.CandleNotFoundInDatabase, match="mean 'Binance Spot'"):
        research.get_candles("Binance Spott", "BTC-USDT", "1m", *ask, store=store)
    with pytest.raises(exceptions.CandleNotFoundInDatabase, match="mean 'BTC-USDT'"):
        research.get_candles("Binance Spot", "BTC-USD", "1m", *ask, store=store)
    with pytest.raises(exceptions.CandleNotFoundInDatabase, match=r"2021-02-01 00:00 to .* 00:09"):
        research.get_candles(*WHERE, "1m", FEBRUARY + DAY, FEBRUARY + 2 * DAY, store=store)
    with pytest.raises(exceptions.CandleNotFoundInDatabase, match="Fill it with"):
        research.get_candles(*WHERE, "1m", *ask, store=Path(store.path) / "empty")


def test_days_that_are_refused(store):
    store.store(minutes(0, 10), *WHERE)
    today = int(datetime.now(UTC).timestamp() * 1000)
    with pytest.raises(exceptions.InvalidDateRange, match="lies in the future"):
        research.get_candles(*WHERE, "1m", FEBRUARY, today + 3 * DAY, store=store)
    with pytest.raises(exceptions.InvalidDateRange, match="not before the finish"):
        research.get_candles(*WHERE, "1m", FEBRUARY, FEBRUARY + DAY - 1, store=store)
    with pytest.raises(TypeError, match="date_to_timestamp"):
        research.get_candles(*WHERE, "1m", "2021-02-01", "2021-02-02", store=store)
    with pytest.raises(ValueError, match="finish_date_timestamp"):
        research.get_candles(*WHERE, "1m", FEBRUARY, np.nan, store=store)
    with pytest.raises(TypeError, match="warmup_candles_num"):
        research.get_candles(*WHERE, "1m", FEBRUARY, FEBRUARY + DAY, 2.5, store=store)
    with pytest.raises(exceptions.InvalidTimeframe):
        research.get_candles(*WHERE, "7m", FEBRUARY, FEBRUARY + DAY, store=store)


def test_cached_answers_follow_the_files_and_belong_to_the_caller(store):
    ask = (*WHERE, "1m", FEBRUARY, FEBRUARY + DAY, 0, True)
    store.store(minutes(0, 10), *WHERE)
    _, rows = research.get_candles(*ask, store=store)
    rows[:] = 0
    np.testing.assert_array_equal(research.get_candles(*ask, store=store)[1], minutes(0, 10))
    store.store(minutes(10, 10), *WHERE)
    np.testing.assert_array_equal(research.get_candles(*ask, store=store)[1], minutes(0, 20))


# --- files that are damaged, full disks, closed folders ---


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_half_written_files_are_named(store, share):
    store.store(minutes(-10, 20), *WHERE)
    path = files(store)[1]
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DamagedCandles, match=r"2021-02.parquet is damaged: .*import its month"):
        store.read(*WHERE)
    with pytest.raises(DamagedCandles):
        store.store(minutes(3, 4), *WHERE)
    (problem,) = store.check()
    assert (problem.exchange, problem.symbol, problem.path) == (*WHERE, str(path))
    np.testing.assert_array_equal(store.read(*WHERE, None, FEBRUARY - 1), minutes(-10, 10))


def test_changed_numbers_do_not_have_the_digest(store):
    store.store(minutes(0, 1000), *WHERE)
    (path,) = files(store)
    content = bytearray(path.read_bytes())
    at = content.index(np.float64(103.0).tobytes())
    content[at : at + 8] = np.float64(104.0).tobytes()
    path.write_bytes(content)
    (problem,) = store.check()
    assert "digest" in str(problem)
    assert store.check("Other Exchange") == []


def test_files_in_the_wrong_place_are_not_taken_for_others(store):
    store.store(minutes(0, 10), *WHERE)
    (path,) = files(store)
    copy = path.parent.parent / "ETH-USDT" / path.name
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    with pytest.raises(DamagedCandles, match="holds 'BTC-USDT' on 'Binance Spot'"):
        store.read("Binance Spot", "ETH-USDT")
    path.rename(path.with_name("2021-03.parquet"))
    found = [problem.what for problem in store.check(symbol="BTC-USDT")]
    assert len(found) == 1
    assert "it holds 2021-02-01 00:00" in found[0]


def test_other_parquet_files_are_not_taken_for_candles(store):
    store.store(minutes(0, 10), *WHERE)
    (path,) = files(store)
    table = pq.read_table(path)
    for facts, message in [
        ({}, "not written by this store"),
        ({"hindcaster": "[]"}, "footer makes no sense"),
        ({"hindcaster": '{"format": 1}'}, "footer makes no sense"),
        ({"hindcaster": '{"format": 2}'}, "another version"),
    ]:
        pq.write_table(table.replace_schema_metadata(facts), path)
        with pytest.raises(DamagedCandles, match=message):
            store.read(*WHERE)


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize("month", [1, 2])
def test_a_full_disk_loses_nothing(store, monkeypatch, call, month):
    store.store(minutes(-10, 20), *WHERE)
    real, left = getattr(os, call), [month if call != "fsync" else 2 * month - 1]

    def full(*arguments, **options):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="no space left"):
            store.store(minutes(-20, 40, price=7.0), *WHERE)
    assert store.check() == []
    old, new = minutes(-10, 20), minutes(-20, 40, price=7.0)
    first = old[:10] if month == 1 else new[:20]
    np.testing.assert_array_equal(store.read(*WHERE), np.vstack([first, old[10:]]))
    assert [path for path in Path(store.path).rglob("*") if ".tmp" in path.name] == []
    store.store(new, *WHERE)
    np.testing.assert_array_equal(store.read(*WHERE), new)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_folder_that_is_read_only_can_be_read(store, monkeypatch, code):
    store.store(minutes(0, 10), *WHERE)
    real = os.open

    def closed(path, flags, *arguments, **options):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(code, os.strerror(code), str(path))
        return real(path, flags, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", closed)
        with pytest.raises(OSError, match=r"cannot be written. Choose another .*HINDCASTER_STORE"):
            store.store(minutes(10, 10), *WHERE)
        np.testing.assert_array_equal(store.read(*WHERE), minutes(0, 10))
    np.testing.assert_array_equal(store.read(*WHERE), minutes(0, 10))


def test_a_folder_below_a_file_is_no_place(tmp_path):
    (tmp_path / "file").write_text("")
    store = CandleStore(tmp_path / "file")
    with pytest.raises(OSError, match="not stored"):
        store.store(minutes(0, 3), *WHERE)


def test_a_writer_that_waits_too_long_says_so(store):
    store.store(minutes(0, 3), *WHERE)
    impatient = CandleStore(store.path, patience=0.0)
    with (
        store._place.lock("Binance Spot/BTC-USDT", 1.0),
        pytest.raises(StoreBusy, match="Another process"),
    ):
        impatient.store(minutes(3, 3), *WHERE)
    assert impatient.store(minutes(3, 3), *WHERE).added == 3


# --- exports ---


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "feather"])
def test_exports_can_be_imported(store, tmp_path, ending):
    rows = minutes(-100, 200, price=100 / 3)
    store.store(rows, *WHERE)
    path = store.export(tmp_path / f"candles.{ending}", *WHERE)
    other = CandleStore(tmp_path / "other")
    assert other.import_file(path, *WHERE).added == 200
    np.testing.assert_array_equal(other.read(*WHERE), rows)


def test_exports_of_larger_candles_have_opening_times(store, tmp_path):
    store.store(minutes(0, 120), *WHERE)
    path = store.export(tmp_path / "hours.csv", *WHERE, "1h", FEBRUARY, FEBRUARY + 90 * MINUTE)
    table = pd.read_csv(path)
    assert list(table["Time"]) == ["2021-02-01 00:00:00+00:00", "2021-02-01 01:00:00+00:00"]
    assert table["Close"][1] == minutes(89, 1)[0, 2]
    with pytest.raises(ValueError, match=r"must end in \.csv"):
        store.export(tmp_path / "hours.xls", *WHERE)
    with pytest.raises(exceptions.CandleNotFoundInDatabase, match="2030"):
        store.export(tmp_path / "x.csv", *WHERE, "1h", FEBRUARY + 3300 * DAY)
