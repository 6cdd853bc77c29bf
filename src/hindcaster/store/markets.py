"""Candles of exchanges, asked for through ccxt: page by page, patiently, where the store ends."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import CLOSE, OPEN, TIME, VOLUME
from hindcaster._progress import Progress
from hindcaster._types import FloatArray
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.helpers.times import date_to_timestamp
from hindcaster.store.names import folder_of
from hindcaster.store.records import minute_text
from hindcaster.store.requests import Store, opened
from hindcaster.store.shelves import CandleStore

logger = logging.getLogger("hindcaster.store")

# Names that scripts use, and what ccxt calls the exchange and the kind of market.
EXCHANGES = {
    "Binance Spot": ("binance", "spot"),
    "Binance Perpetual Futures": ("binanceusdm", "swap"),
    "Binance US Spot": ("binanceus", "spot"),
    "Bitfinex Spot": ("bitfinex", "spot"),
    "Bitget Spot": ("bitget", "spot"),
    "Bitget USDT Perpetual": ("bitget", "swap"),
    "Bybit Spot": ("bybit", "spot"),
    "Bybit USDT Perpetual": ("bybit", "swap"),
    "Bybit USDC Perpetual": ("bybit", "swap"),
    "Coinbase Spot": ("coinbaseexchange", "spot"),
    "Gate Spot": ("gate", "spot"),
    "Gate USDT Perpetual": ("gate", "swap"),
    "Hyperliquid Perpetual": ("hyperliquid", "swap"),
    "Kraken Spot": ("kraken", "spot"),
    "KuCoin Spot": ("kucoin", "spot"),
    "KuCoin Perpetual Futures": ("kucoinfutures", "swap"),
    "OKX Spot": ("okx", "spot"),
    "OKX Perpetual Futures": ("okx", "swap"),
}

_PAGE = 1000
_PAGES_AT_ONCE = 10  # pages collected before they are stored
_ATTEMPTS = 8
_LONGEST_WAIT = 60.0
_DAY_MS = 1440 * MINUTE_MS

Wait = Callable[[float], object]


def import_candles(
    exchange: str,
    symbol: str,
    start_date: str,
    show_progressbar: bool = True,
    *,
    finish_date: str | None = None,
    store: Store = None,
    client: Any = None,
    wait: Wait = time.sleep,
) -> str:
    """Download 1-minute candles of an exchange into the store; what is there is not asked again.

    Minutes without a trade, which exchanges leave out, are filled: all four prices are the last
    close before, the volume is 0. Nothing is put before the first candle an exchange has, nor
    after the last. Interrupt it at any time and call it again: it goes on where it was.

    Parameters
    ----------
    exchange : str
        Such as 'Binance Spot', 'Binance Perpetual Futures', 'Bybit USDT Perpetual', or the name
        of an exchange in ccxt, such as 'kraken'. Candles are kept under this name.
    symbol : str
        Such as 'BTC-USDT'.
    start_date : str
        First day (UTC), as '2021-01-01'.
    show_progressbar : bool, default True
        Show one if it takes longer than a moment.
    finish_date : str, optional
        Day that ends the range, itself excluded. If absent: up to the last minute that is over.
    store : CandleStore, path or address, optional
        If absent, the environment variable HINDCASTER_STORE, or else a folder in the place for
        users' data.
    client : ccxt.Exchange, optional
        Asked instead of one that is made here, for instance with a proxy.
    wait : callable, optional
        Called with the seconds to wait before a failed request is tried again.

    Returns
    -------
    str
        What was done, in a sentence.

    Raises
    ------
    ImportError
        The extra ``ccxt`` is not installed and no client is given.
    ValueError
        The exchange or the symbol is unknown, or the date has another form.
    InvalidDateRange
        The start is in the future, or not before the finish.
    ccxt.BaseError
        The exchange refuses, or did not answer eight times in a row.
    """
    folder_of("exchange", exchange), folder_of("symbol", symbol)
    start = date_to_timestamp(start_date)
    finish = None if finish_date is None else date_to_timestamp(finish_date)
    if finish is not None and finish <= start:
        raise errors.dates_reversed(start_date, str(finish_date))
    asked, kind = _client(exchange, client)
    pages = _Pages(asked, wait)
    if start >= pages.over:
        raise errors.start_in_future(start_date)
    pages.market = _market(pages, exchange, symbol, kind)
    finish = pages.over if finish is None else min(finish, pages.over)
    done = _Download(opened(store), exchange, symbol, pages)
    if show_progressbar:
        with Progress((finish - start) // MINUTE_MS, f"{symbol} on {exchange}", "min") as bar:
            done.fetch(start, finish, bar.update)
    else:
        done.fetch(start, finish, lambda _count: None)
    return done.summary(start, finish)


def _client(exchange: str, client: Any) -> tuple[Any, str | None]:
    """Give what asks an exchange, and the kind of market that its name means."""
    name, kind = EXCHANGES.get(exchange, (exchange, None))
    if client is not None:
        return client, kind
    ccxt = _ccxt()
    if name not in ccxt.exchanges:
        raise errors.unknown_exchange(exchange, [*EXCHANGES, *ccxt.exchanges])
    return getattr(ccxt, name)({"enableRateLimit": True}), kind


def _ccxt() -> Any:
    try:
        import ccxt
    except ImportError:
        raise errors.package_missing("ccxt", "Importing from exchanges", "ccxt") from None
    return ccxt


def _market(pages: _Pages, exchange: str, symbol: str, kind: str | None) -> str:
    """Find what ccxt calls a symbol such as BTC-USDT."""
    client = pages.client
    markets = pages.patiently(client.load_markets)
    if not client.has.get("fetchOHLCV") or "1m" not in (client.timeframes or {"1m": "1m"}):
        raise errors.no_minutes_offered(exchange)
    by_name: dict[str, dict[str | None, str]] = {}
    for name, market in markets.items():
        if market.get("base") is None or market.get("quote") is None:
            continue
        plain = f"{market['base']}-{market['quote']}"
        if market.get("spot"):
            by_name.setdefault(plain, {})["spot"] = name
        elif market.get("swap") and market.get("settle") == market["quote"]:
            by_name.setdefault(plain, {})["swap"] = name
    found = by_name.get(symbol, {})
    name = found.get(kind) if kind is not None else found.get("spot", found.get("swap"))
    if name is None:
        known = (plain for plain, kinds in by_name.items() if kind is None or kind in kinds)
        raise errors.unknown_market(exchange, symbol, known)
    return name


class _Pages:
    """Asks for candles, and asks again after errors that pass."""

    def __init__(self, client: Any, wait: Wait) -> None:
        self.client = client
        self.market = ""
        self.over = int(client.milliseconds()) // MINUTE_MS * MINUTE_MS  # when the last one ends
        self._wait = wait

    def minutes(self, since: int) -> FloatArray:
        """Ask for a page of minutes from a time on; opening times rise."""
        return self._candles("1m", since)

    def after_nothing(self, since: int) -> int | None:
        """Say where to go on if there is nothing from a time on; None if there is no more.

        Some exchanges answer with what follows, others only with the minutes that were asked for.
        """
        if "1d" not in (self.client.timeframes or {}):
            return since + self._size() * MINUTE_MS
        day = since // _DAY_MS * _DAY_MS
        days = self._candles("1d", day)[:, TIME]
        if day in days:
            return since + self._size() * MINUTE_MS
        later = days[days > since]
        return int(later[0]) if len(later) else None

    def _size(self) -> int:
        """Count the candles to ask for at once."""
        features = (self.client.features or {}).get(self.client.market(self.market)["type"]) or {}
        return min(_PAGE, (features.get("fetchOHLCV") or {}).get("limit") or _PAGE)

    def _candles(self, timeframe: str, since: int) -> FloatArray:
        fetch = self.client.fetch_ohlcv
        answer = self.patiently(lambda: fetch(self.market, timeframe, since, self._size()))
        rows = np.array([row[:6] for row in answer or ()], dtype=np.float64).reshape(-1, 6)
        _, first = np.unique(rows[:, TIME], return_index=True)
        return rows[first][:, [0, 1, 4, 2, 3, 5]]  # ccxt: open, high, low, close

    def patiently(self, ask: Callable[[], Any]) -> Any:
        """Ask; wait and ask again if the network or the exchange has a bad moment."""
        passing = _ccxt().OperationFailed
        for attempt in range(_ATTEMPTS):
            try:
                return ask()
            except passing as error:
                if attempt == _ATTEMPTS - 1:
                    raise
                pause = self._pause(attempt)
                logger.info("asking again in %g s after %s", pause, type(error).__name__)
                self._wait(pause)
        raise AssertionError

    def _pause(self, attempt: int) -> float:
        headers = getattr(self.client, "last_response_headers", None) or {}
        asked = next((headers[name] for name in headers if name.lower() == "retry-after"), "")
        pause = float(asked) if re.fullmatch(r"\d+(\.\d+)?", str(asked)) else 0.0
        return min(max(pause, 2.0**attempt), _LONGEST_WAIT)


class _Download:
    """Fetches what a store lacks of a range."""

    def __init__(self, shelf: CandleStore, exchange: str, symbol: str, pages: _Pages) -> None:
        self._shelf = shelf
        self._exchange = exchange
        self._symbol = symbol
        self._pages = pages
        self._waiting: list[FloatArray] = []
        self.added = 0
        self.filled = 0

    def fetch(self, start: int, finish: int, tell: Callable[[int], object]) -> None:
        """Fetch the minutes of a range that are not there; say how many are dealt with."""
        at = start
        for begin, end in self._lacking(start, finish):
            tell((begin - at) // MINUTE_MS)
            at = begin
            try:
                for known in self._range(begin, end):
                    tell((known - at) // MINUTE_MS)
                    at = known
            finally:
                self._keep()
        tell((finish - at) // MINUTE_MS)

    def _lacking(self, start: int, finish: int) -> list[tuple[int, int]]:
        if self._shelf.holding(self._exchange, self._symbol) is None:
            return [(start, finish)]
        gaps = self._shelf.gaps(self._exchange, self._symbol, start, finish)
        return [(gap.start, gap.finish) for gap in gaps]

    def _range(self, begin: int, end: int) -> Iterator[int]:
        """Fetch a range without stored minutes, page by page; give how far it is known."""
        last = self._row_at(begin - MINUTE_MS)
        at = begin
        while at < end:
            page = self._pages.minutes(at)
            page = page[page[:, TIME] >= at]
            rows = page[page[:, TIME] < end]
            if len(page) and not self._follows(page, at):
                last = None
            if len(rows):
                last = self._take(last, rows)
                at = int(rows[-1, TIME]) + MINUTE_MS
            if len(rows) < len(page):
                at = self._close(last, at, end)
            elif not len(rows):
                later = self._pages.after_nothing(at)
                if later is None or later >= end:
                    break
                at = later
            yield at
        if at < end and self._row_at(end) is not None:
            yield self._close(last, at, end)

    def _follows(self, page: FloatArray, at: int) -> bool:
        """Whether a page begins with what comes next, so that what is before it has no trades.

        Some exchanges have the last few hundred minutes only, whatever one asks for. So minutes
        that are missing before such a page are left out; a later import may fill them.
        """
        recent = page[-1, TIME] >= self._pages.over - 2 * MINUTE_MS
        return bool(not recent or page[0, TIME] == at)

    def _take(self, last: FloatArray | None, rows: FloatArray) -> FloatArray:
        """Collect rows, filled from the one before them on; store when there are enough."""
        joined = rows if last is None else np.concatenate([last[None], rows])
        whole = filled(joined)
        self.filled += len(whole) - len(joined)
        self._waiting.append(whole if last is None else whole[1:])
        if len(self._waiting) >= _PAGES_AT_ONCE:
            self._keep()
        newest: FloatArray = rows[-1]
        return newest

    def _close(self, last: FloatArray | None, at: int, end: int) -> int:
        """Fill up to a minute that is known to exist."""
        if last is not None and at < end:
            flat = np.array([last, last])
            flat[1, TIME] = end
            whole = filled(flat)[1:-1]
            self.filled += len(whole)
            self._waiting.append(whole)
        return end

    def _keep(self) -> None:
        rows = [part for part in self._waiting if len(part)]
        self._waiting = []
        if rows:
            stored = self._shelf.store(np.concatenate(rows), self._exchange, self._symbol)
            self.added += stored.added

    def _row_at(self, moment: int) -> FloatArray | None:
        if self._shelf.holding(self._exchange, self._symbol) is None:
            return None
        rows = self._shelf.read(self._exchange, self._symbol, moment, moment + MINUTE_MS)
        return rows[0] if len(rows) else None

    def summary(self, start: int, finish: int) -> str:
        """Say what was done, and what of a range is there."""
        lacking = sum(b - a for a, b in self._lacking(start, finish)) // MINUTE_MS
        there = (finish - start) // MINUTE_MS - lacking
        return (
            f"{self._symbol} on {self._exchange}: {self.added} candles imported, {self.filled} of "
            f"them filled because nothing was traded. From {minute_text(start)} to "
            f"{minute_text(finish - MINUTE_MS)} there are {there} candles, {lacking} are missing."
        )


def filled(rows: FloatArray) -> FloatArray:
    """Put flat candles where minutes are missing: prices of the last close, volume 0.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        1-minute candles, times rising.

    Returns
    -------
    ndarray, shape (m, 6)
        A candle for each minute from the first to the last.

    Examples
    --------
    >>> filled(np.array([[0, 9, 10, 11, 8, 5.0], [120_000, 12, 13, 14, 11, 6.0]]))[:, 1:]
    array([[ 9., 10., 11.,  8.,  5.],
           [10., 10., 10., 10.,  0.],
           [12., 13., 14., 11.,  6.]])
    """
    minutes = ((rows[:, TIME] - rows[0, TIME]) // MINUTE_MS).astype(np.int64)
    source = np.repeat(np.arange(len(rows)), np.diff(minutes, append=minutes[-1] + 1))
    whole: FloatArray = rows[source]
    whole[:, TIME] = rows[0, TIME] + MINUTE_MS * np.arange(len(whole))
    flat = np.ones(len(whole), bool)
    flat[minutes] = False
    whole[flat, OPEN:VOLUME] = whole[flat, CLOSE, None]
    whole[flat, VOLUME] = 0.0
    return whole
