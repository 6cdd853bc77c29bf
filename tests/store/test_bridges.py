"""Frames and candles turn into each other, and run in the other kind of backtest."""

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy, research, strategies
from hindcaster.data import from_frame, read_file, resample, to_frame
from hindcaster.datasets import GOOG
from hindcaster.exceptions import InvalidTimeframe
from hindcaster.store import CandleStore

from .support import DAY, FEBRUARY, MINUTE, WHERE, minutes


def table(first=0, count=5, **index):
    """Bars in a frame with lower-case names and no time."""
    rows = minutes(first, count)
    frame = pd.DataFrame(
        rows[:, [1, 3, 4, 2, 5]], columns=["open", "high", "low", "close", "volume"]
    )
    return frame.assign(**index)


# --- frames and candles ---


def test_there_and_back():
    rows = minutes(-100, 200, price=100 / 3)
    np.testing.assert_array_equal(from_frame(to_frame(rows)), rows)
    np.testing.assert_array_equal(from_frame(to_frame(rows, "Asia/Tokyo")), rows)


def test_zones_move_the_labels_only():
    frame = to_frame(minutes(0, 2), "America/New_York")
    assert str(frame.index[0]) == "2021-01-31 19:00:00-05:00"
    assert str(to_frame(minutes(0, 2)).index[0]) == "2021-02-01 00:00:00"


def test_times_without_a_zone_are_utc_or_of_the_zone_named():
    index = pd.DatetimeIndex(["2021-02-01 00:00", "2021-02-01 00:01"])
    frame = table(count=2).set_axis(index)
    assert from_frame(frame)[0, 0] == FEBRUARY
    assert from_frame(frame, tz="Asia/Tokyo")[0, 0] == FEBRUARY - 9 * 60 * MINUTE


@pytest.mark.parametrize(
    ("times", "step"),
    [
        ([1612137600 + 60 * k for k in range(5)], MINUTE),
        ([FEBRUARY + MINUTE * k for k in range(5)], MINUTE),
        ([FEBRUARY * 1000 + 60_000_000 * k for k in range(5)], MINUTE),
        ([FEBRUARY * 1_000_000 + 60_000_000_000 * k for k in range(5)], MINUTE),
        ([float(FEBRUARY + MINUTE * k) for k in range(5)], MINUTE),
        ([str(FEBRUARY + MINUTE * k) for k in range(5)], MINUTE),
        ([f"2021-02-01T00:0{k}:00Z" for k in range(5)], MINUTE),
        ([f"2021-02-01 00:0{k}:00" for k in range(5)], MINUTE),
        ([f"2021-02-01 00:0{k}:00 UTC" for k in range(5)], MINUTE),
        ([f"2021-02-01 05:3{k}:00+05:30" for k in range(5)], MINUTE),
        ([f"2021-01-31 19:0{k}:00-0500" for k in range(5)], MINUTE),
        ([f"2021-02-01T01:0{k}:00.000+01" for k in range(5)], MINUTE),
        ([f"2021.02.01 00:0{k}" for k in range(5)], MINUTE),
        ([f"2021/02/01 00:0{k}:00" for k in range(5)], MINUTE),
        ([f"2021-02-0{k}" for k in range(1, 6)], DAY),
        ([f"2021020{k}" for k in range(1, 6)], DAY),
        (list(pd.date_range("2021-02-01", periods=5, freq="min", tz="UTC")), MINUTE),
        ([datetime(2021, 2, 1, 0, k) for k in range(5)], MINUTE),
        ([date(2021, 2, k) for k in range(1, 6)], DAY),
        (list(range(20210201, 20210206)), DAY),
        (pd.period_range("2021-02-01", periods=5, freq="min"), MINUTE),
        (pd.array([f"2021-02-01T00:0{k}" for k in range(5)], dtype="string[pyarrow]"), MINUTE),
    ],
)
@pytest.mark.parametrize("name", ["timestamp", "Open time", "DATE", None])
def test_times_in_usual_spellings(times, step, name):
    frame = table()
    if name is None:
        frame.index = pd.Index(times, name="time")
    else:
        frame[name] = times
    expected = FEBRUARY + step * np.arange(5.0)
    np.testing.assert_array_equal(from_frame(frame)[:, 0], expected)


@pytest.mark.parametrize(
    "names",
    [
        ("Open", "High", "Low", "Close", "Volume"),
        ("o", "h", "l", "c", "v"),
        ("OPEN", "HIGH", "LOW", "CLOSE", "Vol."),
        ("<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>"),
        ("open_price", "high_price", "low_price", "close_price", "Volume BTC"),
        (" price_open", "price_high ", "price_low", "price_close", "base_volume"),
    ],
)
def test_columns_in_usual_spellings(names):
    frame = table(timestamp=np.arange(5) * MINUTE + FEBRUARY, trades=7)
    frame.columns = [*names, "timestamp", "trades"]
    np.testing.assert_array_equal(from_frame(frame), minutes(0, 5))


def test_columns_can_be_named():
    frame = table(timestamp=np.arange(5) * MINUTE + FEBRUARY).rename(columns={"close": "Kurs"})
    with pytest.raises(ValueError, match=r"no column for Close among .*columns="):
        from_frame(frame)
    np.testing.assert_array_equal(from_frame(frame, columns={"Close": "Kurs"}), minutes(0, 5))
    with pytest.raises(ValueError, match="no column for Close"):
        from_frame(frame, columns={"Close": "missing"})
    with pytest.raises(ValueError, match="'Price', which is none of"):
        from_frame(frame, columns={"Price": "Kurs"})


def test_without_volume_it_is_zero():
    frame = table(timestamp=np.arange(5) * MINUTE + FEBRUARY).drop(columns="volume")
    assert from_frame(frame)[:, 5].tolist() == [0] * 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(Close=f["close"]), "Close could be any of"),
        (lambda f: f.drop(columns="volume").assign(**{"Volume BTC": 1, "Volume USDT": 2}),
         "Volume could be any of"),
        (lambda f: f.drop(columns="timestamp"), "no column for Time"),
        (lambda f: f.drop(columns=["high", "low"]), "no column for High, Low"),
        (lambda f: f.iloc[[0, 1, 1, 2, 3]], r"row 2 .* repeats"),
        (lambda f: f.iloc[[0, 2, 1, 3, 4]], r"row 2 .* is earlier"),
        (lambda f: f.assign(open=["1", "2", "x", "4", "5"]), "row 2: column 'open' holds 'x'"),
        (lambda f: f.assign(open=[True] * 5), "holds .*True"),
        (lambda f: f.assign(timestamp=[1612137600, *f["timestamp"][1:]]), "row 1: .*another unit"),
        (lambda f: f.assign(timestamp=["soon", *f["timestamp"].astype(str)[1:]]), "'soon' is no"),
        (lambda f: f.assign(timestamp=["02/01/2021"] * 5), "'02/01/2021' is no time"),
        (lambda f: f.assign(timestamp=[None, *f["timestamp"][1:]]), "row 0: .* is no time"),
        (lambda f: f.assign(timestamp=[-1, *f["timestamp"][1:]]), "row 0: .*-1.* is no time"),
        (lambda f: f.assign(timestamp=range(0, 300_000, 60_000)), r"row 0: .*0.* is no time"),
        (lambda f: f.assign(timestamp=[True] * 5), "True_? is no time"),
    ],
)  # fmt: skip
def test_frames_that_are_refused(change, message):
    frame = table(timestamp=np.arange(5) * MINUTE + FEBRUARY)
    with pytest.raises(ValueError, match=message):
        from_frame(change(frame))


@pytest.mark.parametrize(
    "times",
    [
        ["2021-02-01 00:00:00+00:00", "2021-02-01 01:01:00+01:00"],
        ["2021-02-01 00:00:00", "2021-02-01 00:01:00Z"],
        ["2021-02-01 00:00:00Z", "2021-02-01 00:01:00"],
        [datetime(2021, 2, 1), datetime(2021, 2, 1, 0, 1, tzinfo=timezone.utc)],  # noqa: UP017
        [datetime(2021, 2, 1, tzinfo=timezone(timedelta(hours=k))) for k in (0, 1)],
    ],
)
def test_mixed_time_zones_are_refused(times):
    frame = table(count=2)
    frame["date"] = pd.Series(times, dtype=object)
    with pytest.raises(ValueError, match=r"row 1: .*another time zone than .*utc=True"):
        from_frame(frame)


def test_hours_that_clocks_repeat_or_leave_out_are_refused():
    frame = table(count=1).assign(date=["2021-11-07 01:30"])
    with pytest.raises(ValueError, match="Use times with an offset, or in UTC"):
        from_frame(frame, tz="America/New_York")
    with pytest.raises(ValueError, match="tz must be a time zone"):
        from_frame(frame, tz="Mars/Olympus")


@pytest.mark.parametrize("dtype", ["int64", "str", "datetime64[ms]"])
def test_a_frame_without_rows_gives_no_candles(dtype):
    frame = table(count=0).assign(time=pd.Series([], dtype=dtype))
    assert from_frame(frame).shape == (0, 6)


def test_other_things_are_no_frames():
    with pytest.raises(TypeError, match="DataFrame"):
        from_frame(minutes(0, 5))
    with pytest.raises(TypeError, match="Pass a pandas"):
        to_frame([1, 2, 3])
    with pytest.raises(TypeError, match="Pass a pandas"):
        resample("x", "1h")


# --- larger bars ---


@pytest.mark.parametrize("timeframe", ["3m", "5m", "45m", "1h", "4h", "1D"])
def test_larger_bars_agree_with_pandas(timeframe):
    draw = np.random.RandomState(3)
    rows = minutes(-100, 4000)[draw.rand(4000) > 0.2]
    ohlcv = {"Open": "first", "High": "max", "Low": "min", "Close": "last", "Volume": "sum"}
    rule = timeframe.replace("m", "min")
    grouped = to_frame(rows).resample(rule, origin="epoch", label="left", closed="left")
    expected = grouped.agg(ohlcv).dropna(subset="Open")
    pd.testing.assert_frame_equal(
        resample(to_frame(rows), timeframe), expected, check_freq=False, check_index_type=False
    )
    np.testing.assert_array_equal(resample(rows, timeframe), from_frame(expected))


def test_labels_keep_the_zone_and_stay_on_the_clock_of_utc():
    frame = to_frame(minutes(0, 300), "America/New_York")
    hours = resample(frame, "4h")
    assert [str(label) for label in hours.index] == [
        "2021-01-31 19:00:00-05:00",
        "2021-01-31 23:00:00-05:00",
    ]


def test_days_of_a_wall_clock():
    frame = to_frame(minutes(0, 1440), "America/New_York").tz_localize(None)
    days = resample(frame, "1D")
    assert [str(label) for label in days.index] == ["2021-01-31 00:00:00", "2021-02-01 00:00:00"]
    assert days["Volume"].sum() == frame["Volume"].sum()


def test_bars_that_do_not_fit_are_refused():
    hours = resample(minutes(0, 6000), "45m")
    with pytest.raises(ValueError, match="45 minutes long cannot make up '1h'"):
        resample(hours, "1h")
    with pytest.raises(InvalidTimeframe):
        resample(hours, "2d")
    with pytest.raises(ValueError, match="is earlier"):
        resample(minutes(0, 10)[::-1], "5m")


# --- running in the other kind of backtest ---


class BuyOnce(Strategy):
    def init(self):
        pass

    def next(self):
        if not self.position:
            self.buy(size=1)


class GoLong(strategies.Strategy):
    def should_long(self):
        return self.index == 0

    def go_long(self):
        self.buy = 1, self.price


def test_kept_candles_run_in_backtest(tmp_path):
    store = CandleStore(tmp_path)
    store.store(minutes(0, 1440), *WHERE)
    _, hours = research.get_candles(*WHERE, "1h", FEBRUARY, FEBRUARY + DAY, store=store)
    stats = Backtest(to_frame(hours), BuyOnce, finalize_trades=True).run()
    (trade,) = stats._trades.itertuples()
    assert trade.EntryTime == pd.Timestamp("2021-02-01 02:00")
    assert trade.EntryPrice == hours[2, 1]


def test_frames_run_in_research_backtest():
    frame = to_frame(minutes(0, 240))
    candles = {"Sandbox-BTC-USDT": {
        "exchange": "Sandbox", "symbol": "BTC-USDT", "candles": from_frame(frame)}}  # fmt: skip
    config = {
        "starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 1,
        "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0,
    }  # fmt: skip
    route = {"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1h", "strategy": GoLong}
    (trade,) = research.backtest(config, [route], [], candles)["trades"]
    assert trade["entry_price"] == frame["Close"].iloc[59]


def test_daily_bars_of_the_data_sets_become_candles():
    rows = from_frame(GOOG)
    assert rows.shape == (len(GOOG), 6)
    pd.testing.assert_frame_equal(to_frame(rows), GOOG.astype(float), check_freq=False,
                                  check_index_type=False)  # fmt: skip


# --- files ---


def test_csv_files_of_other_origins(tmp_path):
    path = tmp_path / "meta.csv"
    lines = ["<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>"]
    lines += [f"2021.02.01\t00:0{k}:00\t{k + 1}\t{k + 3}\t{k + 1}\t{k + 2}\t5" for k in range(3)]
    path.write_text("\n".join(lines))
    frame = read_file(path)
    assert list(frame.index) == list(pd.date_range("2021-02-01", periods=3, freq="min"))
    assert frame["High"].tolist() == [3, 4, 5]
    path.write_text("Date;Open;High;Low;Close\n2021-02-01;1,5;3;1;2\n")
    with pytest.raises(ValueError, match="row 0: column 'Open' holds '1,5', not a number"):
        read_file(path)


def test_csv_files_without_names_need_some(tmp_path):
    path = tmp_path / "klines.csv"
    path.write_text(f"{FEBRUARY},1,3,1,2,9,x\n{FEBRUARY + MINUTE},2,4,2,3,9,x\n")
    with pytest.raises(ValueError, match="no column for"):
        read_file(path)
    path.write_text(f"{FEBRUARY},1,3,1,2,9\n{FEBRUARY + MINUTE},2,4,2,3,9\n")
    with pytest.raises(ValueError, match=r"first row has no names.*columns=\["):
        read_file(path)
    names = ["Time", "Open", "High", "Low", "Close", "Volume"]
    assert read_file(path, columns=names)["Close"].tolist() == [2, 3]


@pytest.mark.parametrize("ending", ["parquet", "feather", "csv.gz"])
def test_files_that_are_cut_off_are_named(tmp_path, ending):
    from hindcaster.data.files import write_frame

    path = tmp_path / f"bars.{ending}"
    write_frame(to_frame(minutes(0, 500)), str(path))
    assert len(read_file(path)) == 500
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match="cannot be read"):
        read_file(path)


def test_files_that_are_missing_or_of_another_kind(tmp_path):
    for ending in ("csv", "parquet", "feather"):
        with pytest.raises(FileNotFoundError):
            read_file(tmp_path / f"none.{ending}")
    with pytest.raises(ValueError, match="name must end in"):
        read_file(tmp_path / "book.xlsx")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(ValueError, match="cannot be read"):
        read_file(tmp_path / "empty.csv")


def test_imports_name_the_file_and_the_row(tmp_path):
    store = CandleStore(tmp_path / "candles")
    path = tmp_path / "bars.csv"
    to_frame(minutes(0, 500)[::5]).rename_axis("time").to_csv(path)
    with pytest.raises(ValueError, match=r"bars.csv: rows must be 1-minute candles.*5 minutes"):
        store.import_file(path, *WHERE)
    rows = minutes(0, 20)
    rows[13, 3] = 1
    to_frame(rows).rename_axis("time").to_csv(path)
    with pytest.raises(ValueError, match=r"bars.csv, row 13 \(2021-02-01 00:13\): the high"):
        store.import_file(path, *WHERE)
    assert store.holdings() == []


def test_frames_are_imported(tmp_path):
    store = CandleStore(tmp_path)
    frame = to_frame(minutes(0, 20), "Europe/Berlin")
    assert store.import_frame(frame, *WHERE).added == 20
    np.testing.assert_array_equal(store.read(*WHERE), minutes(0, 20))
