"""Candles of a run: what every symbol shows at the present moment.

Rows and finished bars are built once, and shown as read-only views. How much of them is visible
follows from the moment: which minute it is, and which symbol is being matched in it.
"""

from __future__ import annotations

import sys
from typing import Final, Protocol

import numpy as np

from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.bars import build_bars, fold_rows
from hindcaster.engine.exchange.columns import CLOSE, TIME
from hindcaster.exchange.timeframes import MINUTE_MS


def read_only(array: FloatArray) -> FloatArray:
    """Make a view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


class Grouping(Protocol):
    """Which rows make up which bar."""

    by_clock: bool  # bars are stamped with the time at which they begin by the clock
    first: int  # the first trading row
    firsts: IntArray
    stops: IntArray

    def bars_at(self, seen: int) -> tuple[int, bool]:
        """Count the bars, the forming one included, that the first `seen` rows make.

        The second value says whether the last of them is complete.
        """
        ...


def _buckets(times: FloatArray, minutes: int) -> IntArray:
    """Find where bars by the clock begin among rows, and the row after the last one."""
    bucket = times // (minutes * MINUTE_MS)
    begins = np.flatnonzero(bucket[1:] != bucket[:-1]) + 1
    first = [0] if len(times) else []
    return np.concatenate([first, begins, [len(times)]]).astype(np.int64)


def _bucket_end(time: float, minutes: int) -> float:
    length = minutes * MINUTE_MS
    return (time // length + 1) * length


class CountedBars:
    """Bars of a fixed number of rows, counted from the first trading row.

    Parameters
    ----------
    times : ndarray
        Times of all rows, in milliseconds.
    first : int
        The first trading row. Bars before that are made by the clock; one that is not complete
        when trading begins is left out.
    size : int
        Rows in a bar.
    """

    by_clock = False

    def __init__(self, times: FloatArray, first: int, size: int) -> None:
        self.first = first
        self._size = size
        warm = _buckets(times[:first], size)
        while len(warm) > 1 and _bucket_end(times[warm[-2]], size) > times[first]:
            warm = warm[:-1]
        self._warm = len(warm) - 1
        starts = np.arange(first, len(times), size, dtype=np.int64)
        ends = np.minimum(starts + size, len(times))
        self.firsts = np.concatenate([warm[:-1], starts])
        self.stops = np.concatenate([warm[1:], ends])

    def bars_at(self, seen: int) -> tuple[int, bool]:
        """Count the bars, and say whether the last one is complete."""
        whole, more = divmod(seen - self.first, self._size)
        return (self._warm + whole, True) if not more else (self._warm + whole + 1, False)


class ClockBars:
    """Bars by the clock, made of the rows that exist.

    Parameters
    ----------
    times : ndarray
        Times of all rows, in milliseconds.
    minutes : int
        Length of a bar.
    """

    by_clock = True
    first = 0

    def __init__(self, times: FloatArray, minutes: int) -> None:
        edges = _buckets(times, minutes)
        self.firsts, self.stops = edges[:-1], edges[1:]
        self._bar_of_row = np.repeat(np.arange(1, len(edges)), np.diff(edges))

    def bars_at(self, seen: int) -> tuple[int, bool]:
        """Count the bars, and say whether the last one is complete."""
        if not seen:
            return 0, True
        count = int(self._bar_of_row[seen - 1])
        return count, bool(self.stops[count - 1] == seen)


# Finished bars by length in minutes, first trading row, and whether they are made by the clock.
BuiltBars = dict[tuple[int, int, bool], FloatArray]


class Bars:
    """Bars of one timeframe of one symbol.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        1-minute candles.
    grouping : Grouping
        Which rows make up which bar.
    minutes : int
        Length of a bar.
    """

    def __init__(
        self, rows: FloatArray, grouping: Grouping, minutes: int, built: BuiltBars
    ) -> None:
        self._rows = rows
        self._grouping = grouping
        self._stamp = minutes * MINUTE_MS if grouping.by_clock else 0
        self._firsts = grouping.firsts
        name = (minutes, 0 if grouping.by_clock else grouping.first, grouping.by_clock)
        if minutes == 1:
            self._finished = rows
        elif name in built:
            self._finished = built[name]
        else:
            self._finished = built[name] = self._build(rows, grouping)
        self._shown = read_only(self._finished)
        self._forming: _Forming | None = None
        self._last_seen = -1
        self._last_view = self._shown[:0]

    def _build(self, rows: FloatArray, grouping: Grouping) -> FloatArray:
        bars = np.empty((len(grouping.firsts), 6))
        build_bars(rows, grouping.firsts, grouping.stops, bars)
        if self._stamp:
            bars[:, TIME] -= bars[:, TIME] % self._stamp
        return bars

    def view(self, seen: int, partial: FloatArray | None) -> FloatArray:
        """Show all bars of the first `seen` rows, the forming one included.

        Parameters
        ----------
        seen : int
            Number of visible rows.
        partial : ndarray, shape (1, 6), optional
            What is visible of the last of these rows, if not all of it.
        """
        if partial is None and seen == self._last_seen:
            return self._last_view
        count, complete = self._grouping.bars_at(seen)
        if partial is None and complete:
            self._last_seen = seen
            self._last_view = self._shown[:count]
            return self._last_view
        if self._forming is None:
            self._forming = _Forming(self._rows, self._finished, self._stamp)
        return self._forming.view(count, int(self._firsts[count - 1]), seen, partial)


# References to the buffer when nobody outside holds a view: the attribute, the base of the
# read-only view, and the argument of the counting function.
_OWN_REFERENCES: Final = 3


class _Forming:
    """Finished bars and the forming one in one block of memory of its own."""

    def __init__(self, rows: FloatArray, finished: FloatArray, stamp: int) -> None:
        self._stamp = stamp
        self._rows = rows
        self._finished = finished
        self._copied = 0
        self._bar = np.empty(6)  # the forming bar without the partial row
        self._range = (-1, -1)
        self._renew()

    def _renew(self) -> None:
        """Leave the present memory to those who hold views of it."""
        self._buffer = np.empty((len(self._finished), 6))
        self._shown = read_only(self._buffer)
        self._copied = 0

    def view(self, count: int, first: int, seen: int, partial: FloatArray | None) -> FloatArray:
        last = count - 1
        if sys.getrefcount(self._buffer) > _OWN_REFERENCES:
            self._renew()
        if self._copied < last:
            self._buffer[self._copied : last] = self._finished[self._copied : last]
        self._copied = last
        stop = seen if partial is None else seen - 1
        if first < stop:
            self._fold(first, stop)
            self._buffer[last] = self._bar
        if partial is not None:
            fold_rows(partial, 0, 1, self._buffer[last], first == stop)
        if self._stamp:
            self._buffer[last, TIME] -= self._buffer[last, TIME] % self._stamp
        return self._shown[:count]

    def _fold(self, first: int, stop: int) -> None:
        begun, folded = self._range
        if begun == first and folded <= stop:
            fold_rows(self._rows, folded, stop, self._bar, False)
        else:
            fold_rows(self._rows, first, stop, self._bar, True)
        self._range = (first, stop)


class Moment:
    """The present of a run.

    Attributes
    ----------
    step : int
        Number of the minute, or of the event where minutes are missing.
    stage : int
        Place of the last symbol whose candle of this step is visible.
    """

    def __init__(self) -> None:
        self.step = -1
        self.stage = 0


class Quotes:
    """Rows and bars of one symbol, and what is visible of them.

    Attributes
    ----------
    symbol : str
    place : int
        Place among the symbols.
    rows : ndarray, shape (n, 6)
        1-minute candles, those of the warm-up first.
    first : int
        The first trading row.
    partial : ndarray, shape (1, 6), or None
        What is visible of the last row while orders are matched in it.
    """

    def __init__(
        self,
        symbol: str,
        place: int,
        rows: FloatArray,
        first: int,
        moment: Moment,
        seen_at: IntArray | None,
        built: BuiltBars,
    ) -> None:
        self.symbol = symbol
        self.place = place
        self.rows = rows
        self.first = first
        self.partial: FloatArray | None = None
        self._moment = moment
        self._seen_at = seen_at  # visible rows at each step where minutes are missing
        self._built = built
        self._bars: dict[int, Bars] = {}

    @property
    def seen(self) -> int:
        """Number of visible rows."""
        step, stage = self._moment.step, self._moment.stage
        if self._seen_at is not None:
            return int(self._seen_at[step])
        return self.first + step + (self.place <= stage)

    @property
    def close(self) -> float:
        """Close of the last visible candle."""
        if self.partial is not None:
            return float(self.partial[0, CLOSE])
        row = self.seen - 1
        return self.rows.item(row, CLOSE) if row >= 0 else float("nan")

    @property
    def price(self) -> float:
        """Price at the exchange, which follows the visible candles symbol by symbol.

        NaN before the symbol's first trading row.
        """
        if self._seen_at is None or self.partial is not None:
            return self.close
        moment = self._moment
        step = moment.step - (self.place > moment.stage)
        row = int(self._seen_at[step]) - 1 if step >= 0 else -1
        return self.rows.item(row, CLOSE) if row >= self.first else float("nan")

    @property
    def is_regular(self) -> bool:
        """Whether every step of the run is one row."""
        return self._seen_at is None

    def last_close(self) -> np.float64:
        """Close of the last row, where all rows of the step are visible as a whole."""
        step = self._moment.step
        row = self.first + step if self._seen_at is None else self._seen_at[step] - 1
        close: np.float64 = self.rows[row, CLOSE]
        return close

    def bars(self, minutes: int) -> Bars:
        """Give the bars of a timeframe, built on first use."""
        bars = self._bars.get(minutes)
        if bars is None:
            bars = self._bars[minutes] = Bars(self.rows, self._group(minutes), minutes, self._built)
        return bars

    def release(self) -> None:
        """Let go of the candles, which the run's objects would keep in memory otherwise."""
        self.rows = np.empty((0, 6))
        self._bars.clear()
        self._built = {}

    def _group(self, minutes: int) -> Grouping:
        if self._seen_at is not None:
            return ClockBars(self.rows[:, TIME], minutes)
        return CountedBars(self.rows[:, TIME], self.first, minutes)
