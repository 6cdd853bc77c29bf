"""The candles of a run: checked, copied, and laid out in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.columns import TIME
from hindcaster.exchange.market import BuiltBars, ClockBars, Moment, Quotes, read_only
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.helpers import key
from hindcaster.research.checks import check_entry, check_rows
from hindcaster.research.prepared import PreparedCandles
from hindcaster.research.routes import Route
from hindcaster.research.timeline import Timeline

Candles = dict[str, FloatArray]


def rows_by_symbol(
    candles: Mapping[str, Any], routes: list[Route], data_routes: list[Route]
) -> Candles:
    """Give the rows of each symbol in the order of the dict: just those that routes name."""
    needed = {key(route.exchange, route.symbol): route.symbol for route in routes + data_routes}
    for name in needed:
        if name not in candles:
            raise errors.missing_candles("candles", name)
    for name, entry in candles.items():
        if name not in needed:
            raise errors.unused_candles("candles", name)
        if name != key(entry["exchange"], entry["symbol"]):
            raise errors.candles_of_another("candles", name, entry["exchange"], entry["symbol"])
    return {needed[name]: entry["candles"] for name, entry in candles.items()}


def warm_up_rows(
    warmup_candles: Mapping[str, Any] | None, exchange: str, symbols: Iterable[str], start: float
) -> Candles:
    """Give the warm-up rows of each symbol that close by the start of trading."""
    if not warmup_candles:
        return {}
    if not isinstance(warmup_candles, Mapping):
        raise errors.not_a_mapping("warmup_candles", warmup_candles)
    found = {}
    for symbol in symbols:
        name = key(exchange, symbol)
        if name not in warmup_candles:
            raise errors.missing_candles("warmup_candles", name)
        check_entry(f"warmup_candles[{name!r}]", warmup_candles[name], ("candles",))
        rows = np.asarray(warmup_candles[name]["candles"])
        check_rows(f"warmup_candles[{name!r}]['candles']", rows)
        count = int(np.searchsorted(rows[:, TIME], start - MINUTE_MS, side="right"))
        if not count:
            raise errors.nothing_to_warm_up(name)
        found[symbol] = rows[:count]
    return found


def _same_minutes(candles: Candles) -> bool:
    """Whether all symbols have the same minutes, without a gap."""
    arrays = list(candles.values())
    first = arrays[0]
    span = first[-1, TIME] - first[0, TIME]
    if span != (len(first) - 1) * MINUTE_MS:
        return False
    return all(
        len(rows) == len(first)
        and rows[0, TIME] == first[0, TIME]
        and rows[-1, TIME] == first[-1, TIME]
        for rows in arrays
    )


class _Blocks:
    """Warm-up and trading rows of each symbol in one block, copied unless that was done before."""

    def __init__(self, warm: Candles, prepared: PreparedCandles | None) -> None:
        self._warm = warm
        self._prepared = prepared

    def built(self, symbol: str) -> BuiltBars:
        """Give what holds the bars of a symbol once they are built."""
        return {} if self._prepared is None else self._prepared.built.setdefault(symbol, {})

    def first(self, symbol: str) -> int:
        """Count the warm-up rows of a symbol."""
        return len(self._warm.get(symbol, ()))

    def block(self, symbol: str, rows: FloatArray) -> FloatArray:
        """Give the rows of a symbol, those of the warm-up first."""
        if self._prepared is None:
            return read_only(self._join(symbol, rows))
        blocks, name = self._prepared.blocks, (symbol, self.first(symbol))
        if name not in blocks:
            blocks[name] = read_only(self._join(symbol, rows)) if self.first(symbol) else rows
        return blocks[name]

    def _join(self, symbol: str, rows: FloatArray) -> FloatArray:
        first = self.first(symbol)
        if not first:
            return np.array(rows, dtype=np.float64, order="C")
        block = np.empty((first + len(rows), 6))
        block[:first] = self._warm[symbol]
        block[first:] = rows
        return block


def lay_out(
    candles: Candles,
    warmup_candles: Mapping[str, Any] | None,
    routes: list[Route],
    data_routes: list[Route],
    warm_up: int,
    prepared: PreparedCandles | None,
    *,
    by_clock: bool = False,
) -> tuple[dict[str, Quotes], Moment, Timeline]:
    """Lay candles out in time.

    Where all symbols have the same minutes, a step is a minute and bars are counted from the
    first trading row. Otherwise steps are the moments at which a row closes, and bars are made by
    the clock.

    Parameters
    ----------
    candles : dict of str to ndarray
        Trading rows by symbol.
    warmup_candles : mapping or None
        As given to `hindcaster.research.backtest`.
    routes, data_routes : list of Route
        Trading routes, and what can be read besides.
    warm_up : int
        Bars all of them must have before trading, where bars are made by the clock.
    prepared : PreparedCandles or None
        What keeps copies and bars for further runs.
    by_clock : bool, default False
        Make bars by the clock whether minutes are missing or not.

    Returns
    -------
    quotes : dict of str to Quotes
    moment : Moment
    timeline : Timeline
    """
    start = max(float(rows[0, TIME]) for rows in candles.values())
    warm = warm_up_rows(warmup_candles, routes[0].exchange, candles, start)
    blocks = _Blocks(warm, prepared)
    if not by_clock and _same_minutes(candles):
        return _minute_by_minute(candles, blocks, routes, start)
    return _by_closes(candles, blocks, routes, data_routes, start, warm_up)


def _minute_by_minute(
    candles: Candles, blocks: _Blocks, routes: list[Route], start: float
) -> tuple[dict[str, Quotes], Moment, Timeline]:
    moment = Moment()
    moment.stage = len(candles)
    quotes = {}
    for place, (symbol, rows) in enumerate(candles.items()):
        block, first = blocks.block(symbol, rows), blocks.first(symbol)
        built = blocks.built(symbol)
        quotes[symbol] = Quotes(symbol, place, block, first, moment, None, built)
    total = len(next(iter(candles.values())))
    due = {
        route.symbol: np.arange(route.minutes - 1, total, route.minutes, dtype=np.int64)
        for route in routes
    }
    clocks = start + MINUTE_MS * np.arange(1.0, total + 1)
    firsts = {symbol: quote.first for symbol, quote in quotes.items()}
    return quotes, moment, Timeline(start, clocks, due, firsts, {})


def _by_closes(
    candles: Candles,
    sources: _Blocks,
    routes: list[Route],
    data_routes: list[Route],
    start: float,
    warm_up: int,
) -> tuple[dict[str, Quotes], Moment, Timeline]:
    moment = Moment()
    moment.stage = len(candles)
    blocks = {symbol: sources.block(symbol, candles[symbol]) for symbol in sorted(candles)}
    if warm_up > 0:
        start = max(start, _all_ready(blocks, [*routes, *data_routes], warm_up))
    times = {symbol: block[:, TIME] for symbol, block in blocks.items()}
    closes = [column[column >= start] + MINUTE_MS for column in times.values()]
    clocks = np.unique(np.concatenate(closes))
    quotes, steps_of_rows = {}, {}
    for place, (symbol, block) in enumerate(blocks.items()):
        seen = np.searchsorted(times[symbol], clocks - MINUTE_MS, side="right")
        first = int(np.searchsorted(times[symbol], start))
        built = sources.built(symbol)
        quotes[symbol] = Quotes(symbol, place, block, first, moment, seen, built)
        steps_of_rows[symbol] = np.searchsorted(clocks, times[symbol] + MINUTE_MS)
    due = {
        route.symbol: _ends_of_bars(times[route.symbol], clocks, route.minutes) for route in routes
    }
    firsts = {symbol: quote.first for symbol, quote in quotes.items()}
    return quotes, moment, Timeline(start, clocks, due, firsts, steps_of_rows)


def _all_ready(blocks: Candles, routes: list[Route], warm_up: int) -> float:
    """When every route has its first bars complete, with a minute left to trade in."""
    found = [(_ready(blocks[route.symbol], route, warm_up), k) for k, route in enumerate(routes)]
    start, last = max(found)
    if all(block[-1, TIME] < start for block in blocks.values()):
        raise errors.no_start(routes[last].timeframe, routes[last].symbol, warm_up)
    return start


def _ready(block: FloatArray, route: Route, warm_up: int) -> float:
    """When a route has its first bars complete."""
    edges = ClockBars(block[:, TIME], route.minutes).firsts
    length = route.minutes * MINUTE_MS
    ends = (block[edges, TIME] // length + 1) * length
    if len(ends) < warm_up:
        raise errors.no_start(route.timeframe, route.symbol, warm_up)
    return float(ends[warm_up - 1])


def _ends_of_bars(times: FloatArray, clocks: FloatArray, minutes: int) -> IntArray:
    """Find the steps at which a row of the symbol ends one of its bars by the clock."""
    closes = times + MINUTE_MS
    ends = closes[(closes % (minutes * MINUTE_MS) == 0) & (closes >= clocks[0])]
    steps: IntArray = np.searchsorted(clocks, ends).astype(np.int64)
    return steps
