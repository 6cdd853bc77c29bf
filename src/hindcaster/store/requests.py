"""Candles by date, the way research scripts ask for them."""

from __future__ import annotations

import logging
import math
import operator
import os
from collections import OrderedDict
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import TIME
from hindcaster._types import FloatArray
from hindcaster.exchange.timeframes import MINUTE_MS, minutes_of
from hindcaster.helpers.times import timestamp_to_date, today_to_timestamp
from hindcaster.store.checks import gaps_between
from hindcaster.store.records import Stored
from hindcaster.store.shelves import CandleStore

Store = CandleStore | str | os.PathLike[str] | None

logger = logging.getLogger("hindcaster.store")

_DAY_MS = 1440 * MINUTE_MS
_KEPT_BYTES = 256 * 2**20

# Rows kept by `caching`, with what tells that their files are still the same.
_kept: OrderedDict[tuple[Any, ...], tuple[Any, FloatArray]] = OrderedDict()


def opened(store: Store) -> CandleStore:
    """Give a store for what an argument names."""
    return store if isinstance(store, CandleStore) else CandleStore(store)


def store_candles(
    candles: FloatArray, exchange: str, symbol: str, *, store: Store = None
) -> Stored:
    """Keep 1-minute candles; a minute that is there already gets the new numbers.

    Parameters
    ----------
    candles : ndarray, shape (n, 6)
        Opening time in ms (UTC), open, close, high, low, volume. Later gaps are allowed and
        reported.
    exchange, symbol : str
        Where they belong, such as 'Binance Perpetual Futures' and 'BTC-USDT'.
    store : CandleStore, path or address, optional
        If absent, the environment variable HINDCASTER_STORE, or else a folder in the place for
        users' data.

    Returns
    -------
    Stored
        How many were added, changed and unchanged, and the gaps.

    Raises
    ------
    TypeError
        Not an array.
    ValueError
        The first two rows are not a minute apart, or a row is no possible candle.
    OSError
        The folder cannot be written, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> from hindcaster.research import candles_from_close_prices, get_candles, store_candles
    >>> folder = tempfile.mkdtemp()
    >>> stored = store_candles(candles_from_close_prices(range(1, 1441)), "Sandbox", "BTC-USDT",
    ...                        store=folder)
    >>> stored.added, stored.gaps
    (1440, ())
    >>> warmup, trading = get_candles("Sandbox", "BTC-USDT", "4h", 1609459200000, 1609545600000,
    ...                               store=folder)
    >>> warmup is None, trading.shape
    (True, (6, 6))
    """
    if isinstance(candles, np.ndarray) and candles.ndim == 2 and len(candles) > 1:
        step = candles[1, TIME] - candles[0, TIME] if candles.dtype.kind in "iuf" else MINUTE_MS
        if step > 0 and step != MINUTE_MS:
            raise errors.not_one_minute("candles", float(step))
    return opened(store).store(candles, exchange, symbol)


def import_file(
    source: str | os.PathLike[str],
    exchange: str,
    symbol: str,
    *,
    columns: Any = None,
    tz: Any = None,
    store: Store = None,
) -> Stored:
    """Keep the 1-minute candles of a CSV, Parquet or Feather file.

    Parameters
    ----------
    source : path or address
        The file; what it is, its name says.
    exchange, symbol : str
        Where the candles belong.
    columns, tz
        As for `hindcaster.data.read_file`.
    store : CandleStore, path or address, optional
        As for `store_candles`.

    Returns
    -------
    Stored
        How many were added, changed and unchanged, and the gaps.

    Raises
    ------
    ValueError
        The file cannot be read, or a row is no possible 1-minute candle.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> lines = "time,open,high,low,close", "2024-03-01 09:30,1,3,1,2"
    >>> _ = (folder / "bars.csv").write_text(chr(10).join(lines))
    >>> import_file(folder / "bars.csv", "Sandbox", "BTC-USDT", store=folder / "candles").added
    1
    """
    return opened(store).import_file(source, exchange, symbol, columns=columns, tz=tz)


def get_candles(
    exchange: str,
    symbol: str,
    timeframe: str,
    start_date_timestamp: float,
    finish_date_timestamp: float,
    warmup_candles_num: int = 0,
    caching: bool = False,
    is_for_jesse: bool = False,
    *,
    store: Store = None,
) -> tuple[FloatArray | None, FloatArray]:
    """Read kept candles of some days, and those before them to warm up.

    Parameters
    ----------
    exchange, symbol : str
        Whose.
    timeframe : str
        That of the candles returned; with `is_for_jesse`, of those that warm-up is counted in.
    start_date_timestamp, finish_date_timestamp : int or float
        Times in ms (UTC), of which only the day counts; the finish day is excluded.
    warmup_candles_num : int, default 0
        Number of candles of the timeframe to warm up; none if 0 or less.
    caching : bool, default False
        Keep the rows in memory for the same question; it is asked anew when files change.
    is_for_jesse : bool, default False
        Return 1-minute candles, as `research.backtest` needs them.
    store : CandleStore, path or address, optional
        As for `store_candles`.

    Returns
    -------
    warmup : ndarray of shape (m, 6), or None
        None if none is asked for. With `is_for_jesse` or '1m': the minutes from the beginning of
        the `warmup_candles_num`-th last finished candle on (candles begin at multiples of their
        length since 1970, those without any minute are passed over). Otherwise the candles of
        that length of time before the start, fewer if there are not as many.
    trading : ndarray of shape (n, 6)
        What is there of those days. Larger candles are labelled with the beginning of their
        timeframe; the last one is left out unless its last minute is there.

    Raises
    ------
    InvalidTimeframe
        There is no such timeframe.
    InvalidDateRange
        The finish day is not after the start day, or is not over yet.
    CandleNotFoundInDatabase
        There are no candles in those days, or too few to warm up.
    TypeError, ValueError
        A time is no number, or the count is not whole.

    Examples
    --------
    >>> import tempfile
    >>> import hindcaster.helpers as jh
    >>> from hindcaster.research import candles_from_close_prices
    >>> folder = tempfile.mkdtemp()
    >>> candles = candles_from_close_prices(range(1, 2881))
    >>> _ = store_candles(candles, "Sandbox", "BTC-USDT", store=folder)
    >>> days = jh.date_to_timestamp("2021-01-02"), jh.date_to_timestamp("2021-01-03")
    >>> warmup, trading = get_candles(
    ...     "Sandbox", "BTC-USDT", "4h", *days, 2, is_for_jesse=True, store=folder
    ... )
    >>> len(warmup), len(trading), jh.timestamp_to_time(warmup[0, 0])
    (480, 1440, '2021-01-01T16:00:00+00:00')
    """
    minutes = minutes_of(timeframe)
    start = _day(start_date_timestamp, "start_date_timestamp")
    finish = _day(finish_date_timestamp, "finish_date_timestamp")
    try:
        count = operator.index(warmup_candles_num)
    except TypeError:
        raise errors.count_not_whole("warmup_candles_num", warmup_candles_num) from None
    where = opened(store)
    reader = _Reader(where, exchange, symbol, caching)
    in_minutes = is_for_jesse or minutes == 1
    warmup = None
    if count > 0 and in_minutes:
        warmup = _minutes_before(reader, start, timeframe, count)
    elif count > 0:
        warmup = _finished_bars(reader.some(start - count * minutes * MINUTE_MS, start), timeframe)
    _check_days(start, finish)
    trading = reader.some(start, finish)
    _tell_of_gaps(exchange, symbol, trading, start, finish)
    return warmup, trading if in_minutes else _finished_bars(trading, timeframe)


def _check_days(start: int, finish: int) -> None:
    if start >= finish:
        raise errors.dates_reversed(timestamp_to_date(start), timestamp_to_date(finish))
    today = today_to_timestamp()
    if finish > today:
        raise errors.finish_in_future(timestamp_to_date(finish), timestamp_to_date(today))


class _Reader:
    """Reads one symbol, from memory where that was asked for."""

    def __init__(self, store: CandleStore, exchange: str, symbol: str, caching: bool) -> None:
        self.store = store
        self.exchange = exchange
        self.symbol = symbol
        self._caching = caching

    def some(self, start: int, finish: int) -> FloatArray:
        """Read the minutes of a range, in which there must be some."""
        rows = self.read(start, finish)
        if not len(rows):
            raise self.store.nothing_between(self.exchange, self.symbol, max(start, 0), finish)
        return rows

    def read(self, start: float, finish: float) -> FloatArray:
        """Read the minutes of a range."""
        if not self._caching:
            return self.store.read(self.exchange, self.symbol, start, finish)
        name = (self.store.path, self.exchange, self.symbol, start, finish)
        stamps = self.store.stamps(self.exchange, self.symbol, start, finish)
        known = _kept.get(name)
        if known is None or known[0] != stamps:
            known = stamps, self.store.read(self.exchange, self.symbol, start, finish)
        _kept[name] = known
        _kept.move_to_end(name)
        while len(_kept) > 1 and sum(rows.nbytes for _, rows in _kept.values()) > _KEPT_BYTES:
            _kept.popitem(last=False)
        return known[1].copy()


def _day(moment: Any, argument: str) -> int:
    number = isinstance(moment, (int, float, np.integer, np.floating))
    if not number or isinstance(moment, bool) or not math.isfinite(moment):
        raise errors.bad_moment(argument, moment)
    return int(moment // _DAY_MS) * _DAY_MS


def _finished_bars(rows: FloatArray, timeframe: str) -> FloatArray:
    """Make larger candles; the last one only if it is whole at its end."""
    from hindcaster.data.bars import clock_bars

    bars = clock_bars(rows, timeframe)
    length = minutes_of(timeframe) * MINUTE_MS
    return bars if (rows[-1, TIME] + MINUTE_MS) % length == 0 else bars[:-1]


def _minutes_before(reader: _Reader, start: int, timeframe: str, count: int) -> FloatArray:
    """Read from the beginning of the count-th last candle that is over at the start."""
    length = minutes_of(timeframe) * MINUTE_MS
    span = count * length
    while True:
        first = max(start // length * length - span, 0)
        rows = reader.read(first, start)
        buckets = rows[:, TIME] // length
        over = np.unique(buckets[(buckets + 1) * length <= start])
        if len(over) >= count:
            return rows[int(np.searchsorted(buckets, over[-count])) :]
        held = reader.store.holding(reader.exchange, reader.symbol)
        if first == 0 or held is None or first <= held.first:
            day = timestamp_to_date(start)
            counts = (len(over), count)
            raise errors.too_few_to_warm_up(reader.exchange, reader.symbol, timeframe, counts, day)
        span *= 2


def _tell_of_gaps(
    exchange: str, symbol: str, rows: FloatArray, start: float, finish: float
) -> None:
    if len(rows) * MINUTE_MS != finish - start:
        edges = np.concatenate([[start - MINUTE_MS], rows[:, TIME], [finish]])
        gaps = gaps_between(edges)
        logger.info(
            "%s on %s: %d minutes are missing, the first gap is %s",
            symbol,
            exchange,
            sum(gap.minutes for gap in gaps),
            gaps[0],
        )
