"""The sample tables: shape, consistency, honesty of their labels, independence of copies."""

import ast
import hashlib
import importlib
import re
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

import hindcaster.datasets
import hindcaster.test
from hindcaster import datasets

REAL = ("AAPL", "GOOG", "IBM", "MSFT")
SYNTHETIC = ("BTCUSD", "EURUSD")
COLUMNS = ["Open", "High", "Low", "Close", "Volume"]
every_table = pytest.mark.parametrize("name", sorted(REAL + SYNTHETIC))


@pytest.mark.parametrize(
    ("name", "rows", "first", "last"),
    [
        ("GOOG", 2148, "2004-08-19", "2013-03-01"),
        ("AAPL", 3270, "2000-03-01", "2013-03-01"),
        ("MSFT", 3270, "2000-03-01", "2013-03-01"),
        ("IBM", 3270, "2000-03-01", "2013-03-01"),
        ("EURUSD", 5000, "2017-04-19 09:00", "2018-02-07 15:00"),
        ("BTCUSD", 156, "2012-01-31", "2024-12-31"),
    ],
)
def test_each_table_has_its_documented_span(name, rows, first, last):
    table = getattr(datasets, name)
    assert len(table) == rows
    assert table.index[0] == pd.Timestamp(first)
    assert table.index[-1] == pd.Timestamp(last)


def test_exactly_the_documented_tables_exist():
    assert sorted(datasets.__all__) == sorted(REAL + SYNTHETIC)
    assert set(datasets.__all__) <= set(dir(datasets))
    with pytest.raises(AttributeError, match="has no attribute 'TSLA'"):
        datasets.TSLA  # noqa: B018 - the access is what is tested


@every_table
def test_columns_and_index_are_ready_for_a_backtest(name):
    table = getattr(datasets, name)
    assert list(table.columns) == COLUMNS
    assert [str(dtype) for dtype in table.dtypes] == ["float64"] * 4 + ["int64"]
    assert isinstance(table.index, pd.DatetimeIndex)
    assert table.index.name is None
    assert table.index.freq is None
    assert table.index.tz is None
    assert table.index.is_monotonic_increasing
    assert table.index.is_unique


@every_table
def test_bars_are_consistent(name):
    table = getattr(datasets, name)
    body = table[["Open", "Close"]]
    assert (table["Low"] > 0).all()
    assert (table["Low"] <= body.min(axis=1)).all()
    assert (table["High"] >= body.max(axis=1)).all()
    assert (table["Volume"] > 0).all()


@every_table
def test_each_access_is_an_independent_copy(name):
    spoilt = getattr(datasets, name)
    spoilt.loc[spoilt.index[0], "Close"] = -1.0
    spoilt["Extra"] = 0
    spoilt.index.name = "Date"
    spoilt.attrs["source"] = "spoilt"
    fresh = getattr(datasets, name)
    assert list(fresh.columns) == COLUMNS
    assert fresh["Close"].iloc[0] > 0
    assert fresh.index.name is None
    assert fresh.attrs["source"] != "spoilt"


@every_table
def test_source_says_whether_the_prices_are_real(name):
    source = getattr(datasets, name).attrs["source"]
    assert source.startswith("synthetic") is (name in SYNTHETIC)
    assert ("not market data" in source) is (name in SYNTHETIC)
    assert ("WIKI" in source) is (name in REAL)


@pytest.mark.parametrize("name", REAL)
def test_no_split_is_left_as_a_price_jump(name):
    close = getattr(datasets, name)["Close"]
    halved = close[close.pct_change() < -0.4]
    # Apple did lose half its value in a day, after a profit warning.
    expected = [pd.Timestamp("2000-09-29")] if name == "AAPL" else []
    assert halved.index.tolist() == expected


@pytest.mark.parametrize(
    ("name", "day", "close", "volume"),
    [
        ("GOOG", "2004-08-19", 100.335, 22_351_900),
        ("GOOG", "2013-03-01", 806.19, 2_175_400),
        ("AAPL", "2000-03-01", 130.31 / 4, 4 * 9_616_100),
        ("AAPL", "2000-06-20", 101.25 / 4, 4 * 4_476_700),
        ("AAPL", "2000-06-21", 55.63 / 2, 4 * 4_375_000),
        ("AAPL", "2005-02-28", 44.86, 2 * 11_635_900),
        ("AAPL", "2013-03-01", 430.47, 19_730_300),
        ("MSFT", "2003-02-14", 48.3 / 2, 2 * 45_223_200),
        ("MSFT", "2003-02-18", 24.96, 2 * 28_707_750),
        ("MSFT", "2003-02-19", 24.53, 46_902_700),
        ("IBM", "2000-03-01", 100.25, 10_807_800),
    ],
)
def test_real_prices_are_the_published_ones_in_shares_of_the_last_day(name, day, close, volume):
    bar = getattr(datasets, name).loc[day]
    assert bar["Close"] == close
    assert bar["Volume"] == volume


@pytest.mark.parametrize("name", REAL)
def test_real_volume_is_in_round_lots(name):
    assert (getattr(datasets, name)["Volume"] % 100 == 0).all()


def test_eurusd_looks_like_a_currency_pair():
    table = datasets.EURUSD
    assert table["Low"].min() >= 1.06
    assert table["High"].max() <= 1.25
    prices = table[COLUMNS[:4]].to_numpy()
    assert (prices == np.round(prices, 5)).all()
    assert 0.0003 < table["Close"].pct_change().std() < 0.002


def test_eurusd_is_hourly_with_the_new_york_weekend_absent():
    index = datasets.EURUSD.index
    gaps = index[1:] - index[:-1]
    breaks = gaps[gaps != pd.Timedelta("1h")].value_counts().to_dict()
    assert breaks == {
        pd.Timedelta("49h"): 39,  # Friday 17:00 to Sunday 17:00
        pd.Timedelta("50h"): 1,  # the clocks went back
        pd.Timedelta("72h"): 2,  # Christmas, New Year
    }
    new_york = index.tz_localize("UTC").tz_convert("America/New_York")
    assert not (new_york.day_of_week == 5).any()


def test_btcusd_is_month_ends_of_a_wild_rise():
    table = datasets.BTCUSD
    assert table.index.equals(pd.date_range("2012-01-31", "2024-12-31", freq="ME"))
    assert 3 < table["Low"].min() < 10
    assert 80_000 < table["High"].max() < 100_000
    assert (table["Close"] / table["Close"].cummax()).min() < 0.3


def test_stored_files_are_small_and_match_their_recorded_hashes():
    package = files(datasets)
    recorded = dict(
        re.findall(
            r"`(\w+)\.csv\.bz2` \| `([0-9a-f]{64})`",
            (package / "PROVENANCE.md").read_text(encoding="utf-8"),
        )
    )
    stored = {
        entry.name.removesuffix(".csv.bz2"): entry.read_bytes()
        for entry in (package / "data").iterdir()
    }
    assert {name: hashlib.sha256(data).hexdigest() for name, data in stored.items()} == recorded
    assert sum(map(len, stored.values())) < 500_000


def test_importing_the_tables_reads_none_of_them():
    importlib.reload(hindcaster.datasets)
    importlib.reload(hindcaster.test)
    assert hindcaster.datasets._read.cache_info().currsize == 0


def test_the_tables_need_pandas_and_numpy_only():
    tree = ast.parse((files(datasets) / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [node.names[0].name])
    }
    assert imported - {"numpy", "pandas"} <= {"bz2", "csv", "functools", "importlib"}


@pytest.mark.parametrize("name", ["BTCUSD", "EURUSD", "GOOG"])
def test_the_alias_gives_the_same_tables_each_time_fresh(name):
    table = getattr(hindcaster.test, name)
    pd.testing.assert_frame_equal(table, getattr(datasets, name))
    assert table.attrs == getattr(datasets, name).attrs
    assert getattr(hindcaster.test, name) is not table


def test_the_alias_exposes_nothing_else():
    assert sorted(hindcaster.test.__all__) == ["BTCUSD", "EURUSD", "GOOG", "SMA"]
    assert set(hindcaster.test.__all__) <= set(dir(hindcaster.test))
    with pytest.raises(AttributeError, match="has no attribute 'AAPL'"):
        hindcaster.test.AAPL  # noqa: B018 - the access is what is tested


def test_sma_keeps_the_index_of_a_series():
    close = datasets.GOOG["Close"]
    average = hindcaster.test.SMA(close, 3)
    assert average.index.equals(close.index)
    assert average.isna().sum() == 2
    assert average.iloc[-1] == pytest.approx(close.iloc[-3:].mean())


def test_sma_of_plain_values_is_a_series():
    average = hindcaster.test.SMA(np.array([1.0, 2.0, 6.0]), 2)
    assert isinstance(average, pd.Series)
    assert average.iloc[1:].tolist() == [1.5, 4.0]
