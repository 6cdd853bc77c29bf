"""Bars of larger timeframes, folded from 1-minute rows.

A bar has the time and the open of its first row, the close of its last, the extremes and the sum
of the volumes.
"""

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW, VOLUME


@subkernel
def _fold(rows: FloatArray, first: int, stop: int, bar: FloatArray) -> None:
    """Add rows to a bar; NaN spreads, as in sums and extremes of NumPy."""
    high, low, volume = bar[HIGH], bar[LOW], bar[VOLUME]
    for row in range(first, stop):
        if rows[row, HIGH] > high or rows[row, HIGH] != rows[row, HIGH]:
            high = rows[row, HIGH]
        if rows[row, LOW] < low or rows[row, LOW] != rows[row, LOW]:
            low = rows[row, LOW]
        volume += rows[row, VOLUME]
    bar[HIGH], bar[LOW], bar[VOLUME] = high, low, volume
    bar[CLOSE] = rows[stop - 1, CLOSE]


@kernel
def fold_rows(rows: FloatArray, first: int, stop: int, bar: FloatArray, begins: bool) -> None:
    """Fold the rows from `first` up to `stop` into one bar.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        1-minute candles.
    first, stop : int
        Range of rows, at least one.
    bar : ndarray, shape (6,)
        Written; continued unless `begins`.
    begins : bool
        The bar begins with row `first`.
    """
    if begins:
        for column in range(6):
            bar[column] = rows[first, column]
        first += 1
    if first < stop:
        _fold(rows, first, stop, bar)


@kernel
def build_bars(rows: FloatArray, firsts: IntArray, stops: IntArray, bars: FloatArray) -> None:
    """Fold ranges of rows into one bar each.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        1-minute candles.
    firsts, stops : ndarray of int, shape (m,)
        First row of each bar, and the row after its last one.
    bars : ndarray, shape (m, 6)
        Written.
    """
    for index in range(bars.shape[0]):
        first, stop = firsts[index], stops[index]
        for column in range(6):
            bars[index, column] = rows[first, column]
        if first + 1 < stop:
            _fold(rows, first + 1, stop, bars[index])


@kernel
def first_bad_row(times: FloatArray) -> int:
    """Find the first row whose time is no whole minute (row) or not after the last (-1 - row).

    Parameters
    ----------
    times : ndarray, shape (n,)
        Opening times in milliseconds.

    Returns
    -------
    int
        n if there is none.
    """
    for row in range(times.shape[0]):
        if row > 0 and times[row] - times[row - 1] == 60_000.0:
            continue  # as whole as the minute before
        if times[row] % 60_000.0 != 0.0:  # true of NaN and infinity too
            return row
        if row > 0 and not times[row] > times[row - 1]:
            return -1 - row
    return times.shape[0]
