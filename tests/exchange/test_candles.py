"""Which bars a strategy sees and when it is executed: larger timeframes, gaps, warm-up."""

import numpy as np
import pytest

import hindcaster.indicators as ta
from hindcaster.exceptions import CandlesNotFound, RouteNotFound

from .support import (
    EXCHANGE,
    FLAT,
    START,
    SYMBOL,
    data_route,
    entry,
    flat,
    futures,
    idle,
    minute,
    ramp,
    route,
    rows,
    run,
    trades,
)


def bars(candles):
    """Bars as (first minute, open, close, high, low, volume)."""
    return [(minute(row[0]), *row[1:].tolist()) for row in candles]


def seen_by(candles, timeframe, note, **more):
    seen = []
    run(idle(before=lambda self: seen.append(note(self))), candles, timeframe, **more)
    return seen


@pytest.mark.parametrize("fast_mode", [False, True])
def test_bars_are_executed_when_they_are_complete(fast_mode):
    def note(self):
        return minute(self.time), *bars([self.current_candle])

    assert seen_by(ramp(7), "3m", note, fast_mode=fast_mode) == [
        (3, (0, 100, 103, 103.5, 99.5, 6)),
        (6, (3, 103, 106, 106.5, 102.5, 15)),
    ]


def test_larger_bars_show_while_they_form():
    def note(self):
        return bars(self.get_candles(EXCHANGE, SYMBOL, "3m"))

    routes = [data_route(SYMBOL, "3m")]
    first = (0, 100, 103, 103.5, 99.5, 6)
    assert seen_by(ramp(4), "1m", note, data_routes=routes) == [
        [(0, 100, 101, 101.5, 99.5, 1)],
        [(0, 100, 102, 102.5, 99.5, 3)],
        [first],
        [first, (3, 103, 104, 104.5, 102.5, 4)],
    ]


def test_bars_are_shown_without_copies():
    candles = []

    def note(self):
        candles.append(self.candles)
        assert self.candles is self.candles
        return self.candles.base is not None

    assert all(seen_by(ramp(9), "3m", note))
    assert np.shares_memory(candles[0], candles[1])


def test_what_was_kept_of_a_forming_bar_does_not_change():
    kept = []

    def note(self):
        kept.append(self.get_candles(EXCHANGE, SYMBOL, "3m")[-1])
        return self.current_candle[2]

    closes = seen_by(ramp(6), "1m", note, data_routes=[data_route(SYMBOL, "3m")])
    assert [row[2] for row in kept] == closes


def test_bars_cannot_be_written_to():
    def note(self):
        for candles in (self.candles, self.get_candles(EXCHANGE, SYMBOL, "3m")):
            with pytest.raises(ValueError, match="read-only"):
                candles[-1, 2] = 0
        self.current_candle[2] = 0

    seen_by(ramp(4), "1m", note, data_routes=[data_route(SYMBOL, "3m")])


def test_missing_minutes_switch_to_bars_by_the_clock():
    candles = np.delete(ramp(10), 5, axis=0)
    assert seen_by(candles, "3m", lambda self: (minute(self.time), len(self.candles))) == [
        (3, 1),
        (9, 3),
    ]


def test_bars_by_the_clock_are_stamped_with_their_beginning():
    candles = np.delete(ramp(9), [0, 3], axis=0)
    assert seen_by(candles, "3m", lambda self: bars(self.candles)[-1][0]) == [0, 3, 6]


@pytest.mark.parametrize("fast_mode", [False, True])
def test_missing_minutes_with_many_trades(fast_mode):
    rng = np.random.default_rng(3)
    path = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, 1501)))
    first, last = path[:-1], path[1:]
    times = START + np.arange(1500) * 60_000.0
    high, low = np.maximum(first, last) * 1.0005, np.minimum(first, last) * 0.9995
    candles = np.column_stack([times, first, last, high, low, np.ones(1500)])
    candles = np.delete(candles, [100, 101, 555, 999], axis=0)
    strategy = entry(
        lambda self: (10, self.price),
        lambda self: (10, self.price * 0.995),
        lambda self: (10, self.price * 1.006),
        should_long=lambda self: self.index % 3 == 0,
        keep=False,
    )
    found = trades(run(strategy, candles, "5m", fast_mode=fast_mode))
    assert len(found) == 81
    assert sum(trade[4] for trade in found) == pytest.approx(29.237262, abs=1e-6)


def test_route_is_executed_only_when_its_own_row_ends_the_bar():
    full, gap = ramp(6), np.delete(ramp(6), 2, axis=0)
    log = []

    def note(self):
        log.append((self.symbol, minute(self.time)))

    routes = [
        route(idle(before=note), "BTC-USDT", "3m"),
        route(idle(before=note), "ETH-USDT", "3m"),
    ]
    run(None, {"BTC-USDT": full, "ETH-USDT": gap}, routes=routes)
    assert log == [("BTC-USDT", 3), ("BTC-USDT", 6), ("ETH-USDT", 6)]


def test_warm_up_shows_as_bars_before_the_first_execution():
    warm = ramp(6, START - 6 * 60_000, 94)

    def note(self):
        return minute(self.time), len(self.candles), self.index

    assert seen_by(ramp(7), "3m", note, warm=warm) == [(3, 3, 0), (6, 4, 1)]


def test_warm_up_rows_that_belong_to_no_complete_bar_are_left_out():
    warm = ramp(4, START - 4 * 60_000, 96)
    found = seen_by(ramp(3), "3m", lambda self: bars(self.candles), warm=warm)
    assert found[0][-1] == (0, 100, 103, 103.5, 99.5, 6)


def test_enough_bars_must_exist_where_minutes_are_missing():
    candles = np.delete(ramp(12), 4, axis=0)
    config = futures(warm_up_candles=2)

    def note(self):
        return minute(self.time), len(self.candles)

    assert seen_by(candles, "3m", note, config=config)[0] == (9, 3)
    for needed in (4, 9):  # the fourth bar is complete, but no minute is left after it
        with pytest.raises(CandlesNotFound, match="3m"):
            seen_by(candles, "3m", note, config=futures(warm_up_candles=needed))


@pytest.mark.parametrize(("count", "value"), [(0, 105.1417021), (10, 105.0591373)])
def test_indicators_look_at_as_many_bars_as_configured(count, value):
    candles = rows([(100 + i % 7, 100 + (i * 3) % 11, 111, 99) for i in range(40)])

    def note(self):
        return ta.ema(self.candles, 5), ta.ema(self.candles, 5, sequential=True)[-1]

    found = seen_by(candles, "1m", note, config=futures(warm_up_candles=count))
    assert found[-1] == pytest.approx((value, 105.1417021))


def test_timeframe_of_no_route_is_refused():
    def note(self):
        for timeframe in ("15m", "7m"):
            with pytest.raises(RouteNotFound, match=timeframe):
                self.get_candles(EXCHANGE, SYMBOL, timeframe)
        with pytest.raises(RouteNotFound, match="XRP"):
            self.get_candles(EXCHANGE, "XRP-USDT", "1m")

    seen_by(flat(1), "1m", note)


def test_other_symbols_show_the_minute_before_until_they_are_matched():
    seen = []

    def note(self, _order):
        seen.append([self.get_candles(EXCHANGE, s, "1m")[-1, 2] for s in ("A-USDT", "C-USDT")])

    routes = [route(entry((1, 99), on_open_position=note), "B-USDT")]
    first = rows([FLAT, (100, 98, 100, 98)])
    candles = {"A-USDT": first, "B-USDT": first, "C-USDT": first}
    others = [data_route("A-USDT", "1m"), data_route("C-USDT", "1m")]
    run(None, candles, routes=routes, data_routes=others)
    assert seen == [[98, 100]]


def test_symbol_has_no_price_at_the_exchange_before_its_first_candle():
    seen = []
    other = idle(
        on_route_open_position=lambda self, strategy: seen.append(self.position.current_price)
    )
    late = np.concatenate([flat(2, start=START - 120_000), flat(6)[3:]])
    candles = {SYMBOL: flat(6), "ETH-USDT": late}
    run(None, candles, routes=[route(entry((1, 100))), route(other, "ETH-USDT")])
    assert len(seen) == 1
    assert np.isnan(seen[0])
