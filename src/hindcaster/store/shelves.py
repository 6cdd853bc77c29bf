"""The candle store: what is kept of each symbol of each exchange, a file per month."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster import errors
from hindcaster._candles import TIME
from hindcaster._types import FloatArray
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.store import months
from hindcaster.store.checks import checked_minutes, gaps_between
from hindcaster.store.names import folder_of, name_of
from hindcaster.store.places import default_path, place_at
from hindcaster.store.records import Gap, Holding, Problem, Stored, minute_text

if TYPE_CHECKING:
    import pandas as pd

PATIENCE = 60.0  # seconds that a writer waits for another one


class CandleStore:
    """1-minute candles in Parquet files, one per exchange, symbol and month, under a folder.

    A file is replaced as a whole: whoever reads sees the old one or the new one, and what was
    reported as stored survives any crash. In a local folder several processes may write and read
    at once, also the same symbol.

    Parameters
    ----------
    path : path or address, optional
        A folder, or an address for fsspec such as ``s3://bucket/candles`` (where one process at a
        time may write a symbol). If absent, the environment variable HINDCASTER_STORE, or else a
        folder in the place for users' data.
    patience : float, default 60
        Seconds to wait while another process writes the same symbol.

    Attributes
    ----------
    path : str
        The folder or address.

    Examples
    --------
    >>> import tempfile
    >>> from hindcaster.research import candles_from_close_prices
    >>> store = CandleStore(tempfile.mkdtemp())
    >>> print(store.store(candles_from_close_prices([10, 11, 12]), "Binance Spot", "BTC-USDT"))
    BTC-USDT on Binance Spot: 3 candles added, 0 changed, 0 unchanged, 0 missing in between
    >>> print(*store.holdings())
    BTC-USDT on Binance Spot: 3 candles, 2021-01-01 00:00 to 2021-01-01 00:02, 0 missing
    >>> store.read("Binance Spot", "BTC-USDT").shape
    (3, 6)
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, patience: float = PATIENCE
    ) -> None:
        self.path = default_path() if path is None else os.fspath(path)
        self._place = place_at(self.path)
        self._patience = patience

    def __repr__(self) -> str:
        return f"CandleStore({self.path!r})"

    def store(self, candles: FloatArray, exchange: str, symbol: str) -> Stored:
        """Add candles to those that are there; a minute that is there gets the new numbers.

        Storing the same again changes nothing. When this returns, all of them are on disk; if it
        is interrupted, months that were written stay, and the rest is as it was.

        Parameters
        ----------
        candles : ndarray, shape (n, 6)
            Opening time in ms (UTC), open, close, high, low, volume; whole minutes, rising.
        exchange, symbol : str
            Where they belong.

        Returns
        -------
        Stored
            How many were added, changed and unchanged, and the gaps.

        Raises
        ------
        TypeError
            Not an array.
        ValueError
            A row is no possible 1-minute candle: the first such row is named.
        OSError
            The folder cannot be written, or the disk is full.
        StoreBusy
            Another process writes this symbol for longer than `patience`.
        DamagedCandles
            A file that they belong into is damaged.
        """
        rows = checked_minutes("candles", candles)
        folder = self._folder(exchange, symbol)
        counts, times = np.zeros(3, np.int64), []
        with self._place.lock(folder, self._patience):
            for month, part in months.by_month(rows).items():
                path = f"{folder}/{month}{months.ENDING}"
                old = months.read_rows(self._place, path, exchange, symbol)
                merged, change = _merged(old, part)
                if change[0] or change[1]:
                    self._place.write(path, months.encoded(exchange, symbol, merged))
                counts += change
                times.append(merged[:, TIME])
        known = np.concatenate(times)
        inside = known[(known >= rows[0, TIME]) & (known <= rows[-1, TIME])]
        added, changed, unchanged = (int(count) for count in counts)
        return Stored(exchange, symbol, added, changed, unchanged, gaps_between(inside))

    def read(
        self, exchange: str, symbol: str, start: float | None = None, finish: float | None = None
    ) -> FloatArray:
        """Read 1-minute candles.

        Parameters
        ----------
        exchange, symbol : str
            Whose.
        start, finish : float, optional
            Range of opening times in ms, `finish` excluded; all if absent.

        Returns
        -------
        ndarray, shape (n, 6)
            Opening time in ms (UTC), open, close, high, low, volume; no rows if there are none
            in that range.

        Raises
        ------
        CandleNotFoundInDatabase
            The store has nothing of that symbol.
        DamagedCandles
            A file cannot be read.
        """
        paths = self._files(exchange, symbol, start, finish)
        # One block for all, because memory that is new costs more time than reading does.
        block = np.empty((len(paths) * months.MOST_ROWS, 6))
        stop = 0
        for path in paths:
            into = block[stop:]
            rows = months.read_rows(self._place, path, exchange, symbol, into=into)
            stop += 0 if rows is None else len(rows)
        times = block[:stop, TIME]
        first = 0 if start is None else bisect_left(times, start)
        last = stop if finish is None else bisect_left(times, finish)
        found = block[first:last]
        return found if 2 * len(found) > len(block) else found.copy()

    def holdings(self) -> list[Holding]:
        """List what is there, by exchange and symbol.

        Returns
        -------
        list of Holding

        Raises
        ------
        DamagedCandles
            A file cannot be read; `check` finds all of them.
        """
        return [
            found
            for exchange, symbol in self._pairs()
            if (found := self.holding(exchange, symbol)) is not None
        ]

    def holding(self, exchange: str, symbol: str) -> Holding | None:
        """Tell what is there of a symbol; None if nothing is."""
        folder = self._folder(exchange, symbol)
        read = (months.read_label(self._place, path) for path in self._paths(folder))
        labels = [label for label in read if label is not None]
        if not labels:
            return None
        rows = sum(label.rows for label in labels)
        return Holding(exchange, symbol, labels[0].first, labels[-1].last, rows)

    def gaps(
        self, exchange: str, symbol: str, start: float | None = None, finish: float | None = None
    ) -> list[Gap]:
        """List the minutes without a candle.

        Parameters
        ----------
        exchange, symbol : str
            Whose.
        start, finish : float, optional
            Range in ms, `finish` excluded: minutes at its edges count too. If absent, that from
            the first to the last candle.

        Returns
        -------
        list of Gap

        Raises
        ------
        CandleNotFoundInDatabase
            The store has nothing of that symbol.
        """
        times = self.read(exchange, symbol, start, finish)[:, TIME]
        before = [] if start is None else [np.ceil(start / MINUTE_MS) * MINUTE_MS - MINUTE_MS]
        after = [] if finish is None else [np.ceil(finish / MINUTE_MS) * MINUTE_MS]
        return list(gaps_between(np.concatenate([before, times, after])))

    def check(self, exchange: str | None = None, symbol: str | None = None) -> list[Problem]:
        """Read everything and compare it with its digests.

        Parameters
        ----------
        exchange, symbol : str, optional
            Check only these.

        Returns
        -------
        list of Problem
            Empty if all is well.
        """
        problems = []
        for owner, name in self._pairs():
            if exchange not in (None, owner) or symbol not in (None, name):
                continue
            for path in self._paths(self._folder(owner, name)):
                try:
                    rows = months.read_rows(self._place, path, owner, name, verify=True)
                    if rows is not None:
                        _check_month(self._place.address(path), path, rows)
                except (ValueError, OSError) as error:
                    problems.append(Problem(self._place.address(path), owner, name, str(error)))
        return problems

    def export(
        self,
        target: str | os.PathLike[str],
        exchange: str,
        symbol: str,
        timeframe: str = "1m",
        start: float | None = None,
        finish: float | None = None,
    ) -> str:
        """Write candles to a file, as a table with Time, Open, High, Low, Close, Volume.

        Parameters
        ----------
        target : path or address
            Ends in .csv, .parquet or .feather.
        exchange, symbol : str
            Whose.
        timeframe : str, default '1m'
            Bars by the clock, labelled with their opening time (UTC).
        start, finish : float, optional
            Range of opening times in ms, `finish` excluded; all if absent.

        Returns
        -------
        str
            The target.

        Raises
        ------
        CandleNotFoundInDatabase
            There are no candles to write.
        ValueError
            The target's name does not say what kind of file it is to be.
        """
        from hindcaster.data.bars import clock_bars
        from hindcaster.data.bridges import to_frame
        from hindcaster.data.files import kind_of, write_frame

        path = os.fspath(target)
        kind_of(path)
        rows = self.read(exchange, symbol, start, finish)
        if not len(rows):
            raise self.nothing_between(exchange, symbol, start, finish)
        write_frame(to_frame(clock_bars(rows, timeframe), "UTC"), path)
        return path

    def import_file(
        self, source: str | os.PathLike[str], exchange: str, symbol: str, *,
        columns: Any = None, tz: Any = None,
    ) -> Stored:  # fmt: skip
        """Store the 1-minute candles of a CSV, Parquet or Feather file.

        Parameters
        ----------
        source : path or address
            The file; what it is, its name says.
        exchange, symbol : str
            Where the candles belong.
        columns, tz
            As for `hindcaster.data.read_file`.

        Returns
        -------
        Stored

        Raises
        ------
        ValueError
            The file cannot be read, or a row is no possible 1-minute candle.

        See Also
        --------
        store : What else can go wrong.
        """
        from hindcaster.data.files import read_candles

        rows = read_candles(source, columns, tz)
        return self.store(checked_minutes(os.fspath(source), rows), exchange, symbol)

    def import_frame(
        self, frame: pd.DataFrame, exchange: str, symbol: str, *,
        columns: Any = None, tz: Any = None,
    ) -> Stored:  # fmt: skip
        """Store the 1-minute candles of a DataFrame.

        Parameters
        ----------
        frame : DataFrame
            As for `hindcaster.data.from_frame`, which also explains `columns` and `tz`.
        exchange, symbol : str
            Where the candles belong.

        Returns
        -------
        Stored
        """
        from hindcaster.data.bridges import from_frame

        rows = from_frame(frame, columns=columns, tz=tz)
        return self.store(checked_minutes("frame", rows), exchange, symbol)

    def remove(self, exchange: str, symbol: str) -> int:
        """Delete all candles of a symbol.

        Returns
        -------
        int
            Number of files that were deleted.
        """
        folder = self._folder(exchange, symbol)
        paths = self._paths(folder)
        if paths:
            with self._place.lock(folder, self._patience):
                for path in paths:
                    self._place.remove(path)
        return len(paths)

    def stamps(
        self, exchange: str, symbol: str, start: float, finish: float
    ) -> tuple[tuple[Any, ...] | None, ...]:
        """Give what changes as soon as candles of a range do, without reading them."""
        paths = self._files(exchange, symbol, start, finish)
        return tuple((path, self._place.stamp(path)) for path in paths)

    def nothing_between(
        self, exchange: str, symbol: str, start: float | None, finish: float | None
    ) -> Exception:
        """Make the error that a range has no candles."""
        held = self.holding(exchange, symbol)
        there = (
            f"{minute_text(held.first)} to {minute_text(held.last)}"
            if held is not None
            else "nothing"
        )
        first = "the beginning" if start is None else minute_text(start)
        last = "the end" if finish is None else minute_text(finish - MINUTE_MS)
        return errors.no_candles_between(exchange, symbol, first, last, there)

    def _folder(self, exchange: str, symbol: str) -> str:
        return f"{folder_of('exchange', exchange)}/{folder_of('symbol', symbol)}"

    def _paths(self, folder: str) -> list[str]:
        names = self._place.names(folder)
        return [f"{folder}/{name}" for name in names if name.endswith(months.ENDING)]

    def _files(
        self, exchange: str, symbol: str, start: float | None, finish: float | None
    ) -> list[str]:
        """List the files of the months of a range; refuse a symbol that is not there."""
        paths = self._paths(self._folder(exchange, symbol))
        if not paths:
            raise errors.no_stored_candles(exchange, symbol, self.path, self._pairs())
        first = "" if start is None else months.month_of(max(start, 0))
        last = "9999-99" if finish is None else months.month_of(max(finish, 0))
        return [path for path in paths if first <= _month_in(path) <= last]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Go through exchanges and symbols that have files."""
        for exchange in self._place.names(""):
            for symbol in self._place.names(exchange):
                if self._paths(f"{exchange}/{symbol}"):
                    yield name_of(exchange), name_of(symbol)


def _month_in(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(months.ENDING)


def _check_month(address: str, path: str, rows: FloatArray) -> None:
    checked_minutes(address, rows)
    for time in rows[[0, -1], TIME]:
        if months.month_of(time) != _month_in(path):
            raise errors.damaged_file(address, f"it holds {minute_text(time)}")


def _merged(old: FloatArray | None, new: FloatArray) -> tuple[FloatArray, tuple[int, int, int]]:
    """Put new rows among old ones; count those added, changed and unchanged."""
    if old is None:
        return new, (len(new), 0, 0)
    at = np.searchsorted(old[:, TIME], new[:, TIME])
    near = old[np.minimum(at, len(old) - 1)]
    there = near[:, TIME] == new[:, TIME]
    same = int((near == new).all(axis=1).sum())
    keep = np.ones(len(old), bool)
    keep[at[there]] = False
    rows = np.concatenate([old[keep], new])
    merged = rows[np.argsort(rows[:, TIME], kind="stable")]
    count = int(there.sum())
    return merged, (len(new) - count, count - same, same)
