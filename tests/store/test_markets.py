"""Imports from exchanges: a server on this machine plays one; nothing is waited for."""

import sys

import numpy as np
import pytest

from hindcaster import exceptions, research
from hindcaster.store import CandleStore
from hindcaster.store.markets import EXCHANGES, filled

from .support import DAY, FEBRUARY, MINUTE, WHERE, minutes

pytest.importorskip("ccxt")
import ccxt

from .playing import PAGE, Exchange, playing

START = "2021-02-01"


@pytest.fixture
def store(tmp_path):
    return CandleStore(tmp_path)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def fetch(store, waits):
    def fetch(exchange, start=START, name=WHERE, **options):
        return research.import_candles(
            *name, start, store=store, client=exchange.client(), wait=waits.append, **options
        )

    return fetch


def test_pages_are_put_together_up_to_the_last_minute_that_is_over(store, fetch):
    rows = minutes(0, 1000)
    with playing(Exchange(rows, FEBRUARY + 950 * MINUTE + 30_000)) as exchange:
        message = fetch(exchange)
    np.testing.assert_array_equal(store.read(*WHERE), rows[:950])
    assert message == (
        "BTC-USDT on Binance Spot: 950 candles imported, 0 of them filled because nothing was "
        "traded. From 2021-02-01 00:00 to 2021-02-01 15:49 there are 950 candles, 0 are missing."
    )
    assert [since for _, since in exchange.asked] == [
        FEBRUARY + page * PAGE * MINUTE for page in range(10)
    ]


def test_a_second_import_asks_for_what_is_missing_only(store, fetch):
    rows = minutes(0, 1000)
    with playing(Exchange(rows, FEBRUARY + 300 * MINUTE)) as exchange:
        fetch(exchange)
        exchange.now += 150 * MINUTE
        exchange.asked.clear()
        assert "150 candles imported" in fetch(exchange, show_progressbar=False)
        assert [since for _, since in exchange.asked] == [
            FEBRUARY + at * MINUTE for at in (300, 400)
        ]
        exchange.asked.clear()
        assert "0 candles imported" in fetch(exchange)
        assert exchange.asked == []
    np.testing.assert_array_equal(store.read(*WHERE), rows[:450])


def test_bad_moments_are_waited_out(store, fetch, waits):
    rows = minutes(0, 450)
    with playing(Exchange(rows, FEBRUARY + 450 * MINUTE)) as exchange:
        exchange.troubles = {
            2: (429, {"Retry-After": "7"}),
            3: (418, {}),
            4: (500, {}),
            6: (503, {}),
            8: (502, {"Retry-After": "999"}),
        }
        fetch(exchange)
    np.testing.assert_array_equal(store.read(*WHERE), rows)
    assert waits == [7.0, 2.0, 4.0, 1.0, 60.0]


def test_what_came_before_an_endless_trouble_is_kept(store, fetch, waits):
    rows = minutes(0, 450)
    with playing(Exchange(rows, FEBRUARY + 450 * MINUTE)) as exchange:
        exchange.troubles = {number: (500, {}) for number in range(3, 100)}
        with pytest.raises(ccxt.NetworkError):
            fetch(exchange)
        assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
        np.testing.assert_array_equal(store.read(*WHERE), rows[: 2 * PAGE])
        exchange.troubles = {}
        assert "250 candles imported" in fetch(exchange)
    np.testing.assert_array_equal(store.read(*WHERE), rows)


def test_an_interrupted_import_keeps_its_pages_and_goes_on(store, fetch, monkeypatch):
    rows = minutes(0, 450)
    with playing(Exchange(rows, FEBRUARY + 450 * MINUTE)) as exchange:
        answer, asked = exchange.answer, exchange.asked

        class Interrupted(KeyboardInterrupt):
            pass

        client = exchange.client()
        real = client.fetch_ohlcv

        def interrupted(*arguments):
            if len(asked) == 3:
                raise Interrupted
            return real(*arguments)

        client.fetch_ohlcv = interrupted
        with pytest.raises(Interrupted):
            research.import_candles(*WHERE, START, store=store, client=client)
        np.testing.assert_array_equal(store.read(*WHERE), rows[: 3 * PAGE])
        assert exchange.answer == answer
        fetch(exchange)
    np.testing.assert_array_equal(store.read(*WHERE), rows)


def holey():
    """Candles without some minutes, also where a page and a day begin."""
    rows = minutes(0, 3000)
    without = [5, 6, 7, 99, 100, 101, *range(1400, 1500), 2998]
    return np.delete(rows, without, axis=0), without


@pytest.mark.parametrize("windows", [False, True])
def test_minutes_without_trades_are_filled(store, fetch, windows):
    rows, without = holey()
    with playing(Exchange(rows, FEBRUARY + 3000 * MINUTE)) as exchange:
        exchange.windows = windows
        message = fetch(exchange)
    assert f"3000 candles imported, {len(without)} of them filled" in message
    kept = store.read(*WHERE)
    np.testing.assert_array_equal(np.diff(kept[:, 0]), MINUTE)
    np.testing.assert_array_equal(np.delete(kept, without, axis=0), rows)
    for number in without:
        last = rows[rows[:, 0] < kept[number, 0]][-1, 2]
        assert kept[number, 1:].tolist() == [last] * 4 + [0]


@pytest.mark.parametrize("windows", [False, True])
def test_nothing_is_put_before_the_first_or_after_the_last_candle(store, fetch, windows):
    listed = 5 * 1440 + 333
    rows = minutes(listed, 200)
    with playing(Exchange(rows, FEBRUARY + (listed + 2000) * MINUTE)) as exchange:
        exchange.windows = windows
        message = fetch(exchange)
        np.testing.assert_array_equal(store.read(*WHERE), rows)
        assert f"{listed + 1800} are missing" in message
        assert len(exchange.asked) < 50
        assert "0 candles imported" in fetch(exchange)


def test_gaps_of_the_store_are_closed(store, fetch):
    rows = minutes(0, 600)
    store.store(np.vstack([rows[:100], rows[400:]]), *WHERE)
    there = np.delete(rows, range(350, 400), axis=0)
    with playing(Exchange(there, FEBRUARY + 600 * MINUTE)) as exchange:
        assert "300 candles imported, 50 of them filled" in fetch(exchange)
    kept = store.read(*WHERE)
    np.testing.assert_array_equal(kept[:350], rows[:350])
    np.testing.assert_array_equal(kept[400:], rows[400:])
    assert (kept[350:400, 5] == 0).all()


def test_an_exchange_that_has_the_latest_candles_only_gets_no_invented_ones(store, fetch):
    rows = minutes(0, 1000)
    with playing(Exchange(rows, FEBRUARY + 400 * MINUTE)) as exchange:
        exchange.latest_only = True
        fetch(exchange)
        np.testing.assert_array_equal(store.read(*WHERE), rows[300:400])
        exchange.now += 500 * MINUTE
        assert "0 of them filled" in fetch(exchange)
        expected = np.vstack([rows[300:400], rows[800:900]])
        np.testing.assert_array_equal(store.read(*WHERE), expected)
        assert "700 are missing" in fetch(exchange)
        np.testing.assert_array_equal(store.read(*WHERE), expected)


def test_a_range_ends_before_its_finish_date(store, fetch):
    rows = minutes(0, 3 * 1440)
    with playing(Exchange(rows, FEBRUARY + 3 * DAY)) as exchange:
        fetch(exchange, finish_date="2021-02-02")
    np.testing.assert_array_equal(store.read(*WHERE), rows[:1440])


def test_imported_candles_are_those_that_scripts_read(store, fetch):
    with playing(Exchange(minutes(0, 2000), FEBRUARY + 2000 * MINUTE)) as exchange:
        fetch(exchange)
    _, bars = research.get_candles(*WHERE, "1h", FEBRUARY, FEBRUARY + DAY, store=store)
    assert bars.shape == (24, 6)


def test_unknown_exchanges_and_symbols(store, fetch):
    with pytest.raises(ValueError, match=r"is unknown\. Did you mean 'Binance Spot'"):
        research.import_candles("Binance Sport", "BTC-USDT", START, store=store)
    with playing(Exchange(minutes(0, 10), FEBRUARY + 10 * MINUTE)) as exchange:
        with pytest.raises(ValueError, match=r"not trade 'BTC-USTD'\. Did you mean 'BTC-USDT'"):
            fetch(exchange, name=("Binance Spot", "BTC-USTD"))
        with pytest.raises(ValueError, match="does not trade"):
            fetch(exchange, name=("Binance Perpetual Futures", "BTC-USDT"))
        with pytest.raises(exceptions.InvalidDateRange, match="future"):
            fetch(exchange, "2021-03-01")
        with pytest.raises(exceptions.InvalidDateRange, match="not before the finish"):
            fetch(exchange, finish_date=START)
    assert store.holdings() == []


def test_without_ccxt_it_is_said_how_to_get_it(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(ImportError, match=r"pip install 'hindcaster\[ccxt\]'"):
        research.import_candles(*WHERE, START, store=store)


def test_names_of_exchanges_are_known_to_ccxt():
    assert {name for name, _ in EXCHANGES.values()} <= set(ccxt.exchanges)


def test_filled_rows_are_flat():
    rows = minutes(0, 50)
    keep = np.random.RandomState(2).rand(50) > 0.5
    keep[[0, -1]] = True
    whole = filled(rows[keep])
    last = None
    for row, there, original in zip(whole, keep, rows, strict=True):
        if there:
            np.testing.assert_array_equal(row, original)
            last = original[2]
        else:
            assert row.tolist() == [original[0], last, last, last, last, 0]
