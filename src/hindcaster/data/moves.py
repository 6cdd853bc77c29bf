"""Bars taken apart into relative moves, and put together again in other orders."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._types import FloatArray, IntArray
from hindcaster.data.frame import OHLC

COLUMNS = (*OHLC, "Volume")


class BarMoves:
    """Bars as moves: the gap before each bar, and what happened in it.

    The gap is the ratio of an open to the close before it; what happened in a bar are the ratios
    of its high, low and close to its open, and its volume. The first bar stays where it is.

    Parameters
    ----------
    frame : DataFrame
        Bars with columns Open, High, Low, Close and Volume; prices are positive and finite.

    Raises
    ------
    ValueError
        There are fewer than 3 bars, or a price is not positive or not finite.

    References
    ----------
    Masters, "Permutation and Randomization Tests for Trading System Development", 2020: bars are
    permuted by their gaps and by what is inside of them, each in an order of its own.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.test import GOOG
    >>> moves = BarMoves(GOOG)
    >>> prices = moves.permuted(np.random.default_rng(1))
    >>> prices.shape == (5, len(GOOG))
    True
    >>> bool(np.isclose(prices[3, -1], GOOG["Close"].iloc[-1]))  # the same moves lead there
    True
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        if len(frame) < 3:
            raise errors.too_few_bars_to_mix(len(frame))
        rows: FloatArray = np.array([frame[name].to_numpy(np.float64) for name in COLUMNS])
        for name, prices in zip(OHLC, rows, strict=False):
            bad = ~((prices > 0) & np.isfinite(prices))
            if bad.any():
                k = int(bad.argmax())
                raise errors.price_has_no_moves(name, frame.index[k], float(prices[k]))
        opens, closes = rows[0], rows[3]
        self._first = rows[:, 0].copy()
        self._gaps = opens[1:] / closes[:-1]
        self._inside = rows[1:4, 1:] / opens[1:]
        self._volume = rows[4, 1:].copy()

    def __len__(self) -> int:
        return len(self._gaps)

    def permuted(self, rng: np.random.Generator) -> FloatArray:
        """Bring the gaps into one random order, what is inside of bars into another.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where randomness comes from.

        Returns
        -------
        array of float, shape (5, n_bars)
            Open, high, low, close and volume.
        """
        gaps = rng.permutation(len(self))
        return self._joined(gaps, rng.permutation(len(self)))

    def resampled(self, rng: np.random.Generator, length: int) -> FloatArray:
        """Draw blocks of bars, with replacement, each with the gaps before its bars.

        This is the moving block bootstrap (Künsch 1989): every block of the data is as likely as
        any other, and the last one drawn is cut to fit.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where randomness comes from.
        length : int
            Bars per block, from 1 to ``len(self)``.

        Returns
        -------
        array of float, shape (5, n_bars)
            Open, high, low, close and volume.
        """
        count = len(self)
        starts = rng.integers(0, count - length + 1, size=-(-count // length))
        order = (starts[:, None] + np.arange(length)).ravel()[:count]
        return self._joined(order, order)

    def _joined(self, gaps: IntArray, inside: IntArray) -> FloatArray:
        """Chain moves in the orders given."""
        out = np.empty((len(COLUMNS), len(self) + 1))
        out[:, 0] = self._first
        ratios = self._inside[:, inside]
        steps = self._gaps[gaps]
        steps[1:] *= ratios[2, :-1]
        steps[0] *= self._first[3]
        opens = out[0, 1:]
        np.cumprod(steps, out=opens)
        np.multiply(ratios, opens, out=out[1:4, 1:])
        out[4, 1:] = self._volume[inside]
        return out


def default_block_length(n_bars: int) -> int:
    """Choose a length of blocks: the square root of the number of bars."""
    return max(1, min(round(math.sqrt(n_bars)), n_bars - 1))


def seeded(seed: int, scenario: int) -> np.random.Generator:
    """Make the random numbers of one scenario, which are independent of all others'."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(scenario,)))
