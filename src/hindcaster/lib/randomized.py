"""Random prices that look like given ones."""

import math
from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray, IntArray
from hindcaster.data.frame import OHLC

RandomSource: TypeAlias = np.random.Generator | np.random.RandomState


def random_ohlc_data(
    example_data: pd.DataFrame, *, frac: float = 1.0, random_state: Any = None
) -> Iterator[pd.DataFrame]:
    """Generate frames of random bars that resemble given ones, without end.

    The bars are drawn from the example in random order, and moved up or down so that the gaps
    between close and next open are those of the example, in the example's order. Other columns
    (Volume) are drawn along with their bars and left as they are.

    Parameters
    ----------
    example_data : DataFrame
        Bars with columns Open, High, Low and Close.
    frac : float, default 1
        Number of bars as a fraction of the example's: without repetition up to 1, with
        repetition above. Shorter frames get the first labels of the index. Longer ones continue
        it by its median step (labels that are neither dates nor numbers are replaced by bar
        numbers) and go through the gaps of the example again.
    random_state : int, numpy.random.RandomState, numpy.random.Generator, optional
        With an int every frame is the same. NumPy's global state is used if absent.

    Yields
    ------
    DataFrame
        Columns of the example.

    Raises
    ------
    ValueError
        A price column is missing (raised when the first frame is asked for).

    Examples
    --------
    >>> from hindcaster.test import GOOG
    >>> frames = random_ohlc_data(GOOG, random_state=np.random.RandomState(1))
    >>> [float(next(frames).Close.iloc[-1].round(2)) for _ in range(3)]
    [1168.98, 1285.55, 994.41]
    """
    if not isinstance(example_data, pd.DataFrame) or not set(OHLC) <= set(example_data):
        raise ValueError(
            "example_data must be a pandas.DataFrame with columns Open, High, Low and Close."
        )
    gaps = (example_data["Open"].shift(-1) - example_data["Close"]).to_numpy()
    repeats = frac > 1
    while True:
        frame = example_data.sample(frac=frac, replace=repeats, random_state=random_state)
        # Takes as many random numbers as the peer, whose sampled gaps return to their places.
        example_data.sample(frac=frac, replace=repeats, random_state=random_state)
        frame.index = _index_of_length(example_data.index, len(frame))
        yield _with_gaps(frame, gaps)


def _with_gaps(frame: pd.DataFrame, gaps: Any) -> pd.DataFrame:
    """Move each bar so that it opens the given gap away from the close of the bar before."""
    gap = pd.Series(np.resize(gaps[:-1], len(frame)), frame.index).shift(1)
    shift = (frame["Close"].shift(1) - frame["Open"] + gap).fillna(0).cumsum()
    for name in OHLC:
        frame[name] += shift
    return frame


def bootstrap_ohlc_data(
    example_data: pd.DataFrame,
    *,
    frac: float = 1.0,
    block: float = 1,
    random_state: Any = None,
) -> Iterator[pd.DataFrame]:
    """Generate frames of bars drawn from given ones with replacement, without end.

    Each bar is taken as ratios: of its open to the close before, and of its high, low and close
    to its open. The drawn bars are chained by these ratios from the example's first open on, so
    that all prices are positive and a move of 1 % stays one, whatever the level it is drawn to.
    Other columns (Volume) go along with their bars unchanged.

    Parameters
    ----------
    example_data : DataFrame
        Bars in order of time with columns Open, High, Low and Close, all prices positive. The
        prices drawn are of the same type if that is one of NumPy's floats, else float64.
    frac : float, default 1
        Number of bars as a fraction of the example's, rounded, at least one bar. Shorter frames
        get the first labels of the index, longer ones continue it by its median step (labels that
        are neither dates nor numbers are replaced by bar numbers).
    block : float, default 1
        Mean number of consecutive bars that are kept together: 1 draws each bar on its own, which
        removes all dependence between bars; more keeps trends and quiet or volatile times of
        about that length.
    random_state : int, numpy.random.Generator, numpy.random.RandomState, optional
        An int makes the sequence of frames the same each time; the frames of the sequence differ
        from each other. Unforeseeable numbers are drawn if absent.

    Returns
    -------
    iterator of DataFrame
        Columns of the example, each frame drawn independently of the others.

    Raises
    ------
    TypeError
        `example_data` is no DataFrame, `frac` or `block` no number, or `random_state` none of the
        above.
    ValueError
        The example has no bars, lacks a price column or has a price that is missing or not a
        positive number, its dates are not in order, or a number is out of range.
    OverflowError
        The prices of a frame became larger or smaller than numbers can be (raised when the frame
        is asked for).

    See Also
    --------
    random_ohlc_data : The same API as the peer's: price differences, an int repeats one frame.

    Notes
    -----
    This is the stationary bootstrap of Politis & Romano (1994, "The Stationary Bootstrap",
    Journal of the American Statistical Association 89, 1303-1313): blocks start anywhere with the
    same probability, have geometrically distributed lengths, and go on with the first bar after
    the last one. So every bar of the example is equally probable at every place of a frame, and
    of two neighbours the second is the example's next bar with probability 1 - 1 / `block` (plus
    the chance of drawing just that bar). With ``block=1`` it is the bootstrap of Efron (1979).

    The example's first bar has no close before it; where it is drawn it opens at the close
    before. A bar of the example whose high or low does not enclose its open and close is widened
    so that it does.

    Examples
    --------
    >>> from itertools import islice
    >>> from hindcaster.test import GOOG
    >>> frames = bootstrap_ohlc_data(GOOG, block=20, random_state=1)
    >>> [float(frame.Close.iloc[-1].round(2)) for frame in islice(frames, 3)]
    [1154.31, 563.97, 2283.76]

    How often a strategy does worse than holding, in histories that might have been:

    >>> from hindcaster import Backtest, Strategy
    >>> class Dips(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if not self.position and self.data.Close[-1] < self.data.Close[-2]:
    ...             self.buy()
    ...         elif self.data.Close[-1] > self.data.Close[-2]:
    ...             self.position.close()
    >>> worse = 0
    >>> for frame in islice(bootstrap_ohlc_data(GOOG, frac=0.5, random_state=2), 10):
    ...     stats = Backtest(frame, Dips, cash=1e6, finalize_trades=True).run()
    ...     worse += bool(stats["Return [%]"] < stats["Buy & Hold Return [%]"])
    >>> worse
    6
    """
    prices = _checked_prices(example_data)
    _check_is_number("frac", frac)
    _check_is_number("block", block)
    if not 0 < frac < math.inf:
        raise ValueError(f"frac must be a positive number (1.0 for the full length), got {frac!r}.")
    if not block >= 1:
        raise ValueError(
            f"block is a mean number of bars and must be at least 1 (1 for single bars), "
            f"got {block!r}."
        )
    source = _random_source(random_state)
    length = max(1, round(frac * len(prices)))
    # What is done to the example between two frames does not reach the later one.
    return _bootstrapped(example_data.copy(), prices, length, float(block), source)


def _bootstrapped(
    example: pd.DataFrame, prices: FloatArray, length: int, block: float, source: RandomSource
) -> Iterator[pd.DataFrame]:
    ratios = _ratios(prices)
    index = _index_of_length(example.index, length)
    kind = _common_float(example)
    while True:
        drawn = _drawn_in_blocks(len(prices), length, block, source)
        frame = example.take(drawn).set_axis(index, axis=0)
        with np.errstate(all="ignore"):
            chained = _chained(ratios[drawn], prices[0, 0]).astype(kind)
        if not (chained.min() > 0 and chained.max() < math.inf):
            raise OverflowError(
                "The drawn prices became too large or too small for numbers. Pass a smaller "
                "frac, or an example_data with smaller moves."
            )
        for name, values in zip(OHLC, chained, strict=True):
            frame[name] = values
        yield frame


def _ratios(prices: FloatArray) -> FloatArray:
    """Relate each open to the close before it, and high, low and close to the open."""
    ratios = np.ones_like(prices)
    with np.errstate(all="ignore"):
        ratios[1:, 0] = prices[1:, 0] / prices[:-1, 3]
        ratios[:, 1:] = prices[:, 1:] / prices[:, :1]
    return ratios


def _drawn_in_blocks(count: int, length: int, block: float, source: RandomSource) -> IntArray:
    """Draw positions below `count`: a new one with probability 1 / block, else the next one."""
    place = np.arange(length)
    starts = source.random(length) < 1 / block
    starts[0] = True
    start = np.maximum.accumulate(np.where(starts, place, 0))
    drawn: IntArray = (source.choice(count, length)[start] + place - start) % count
    return drawn


def _chained(ratios: FloatArray, first_open: float) -> FloatArray:
    """Make rows of opens, highs, lows and closes of ratios per bar."""
    path = ratios[:, [0, 3]].ravel()
    path[0] = first_open
    open_, close = np.cumprod(path).reshape(-1, 2).T
    # Rounding must not leave a close outside of its bar.
    high = np.maximum(open_ * ratios[:, 1], np.maximum(open_, close))
    low = np.minimum(open_ * ratios[:, 2], np.minimum(open_, close))
    return np.array([open_, high, low, close])


def _common_float(example: pd.DataFrame) -> np.dtype[Any]:
    """Choose one type for all prices: of different precision, a high may lie below its close."""
    kind, *others = (example[name].dtype for name in OHLC)
    if isinstance(kind, np.dtype) and kind.kind == "f" and all(kind == other for other in others):
        return kind
    return np.dtype(np.float64)


def _checked_prices(example: Any) -> FloatArray:
    """Take the prices of an example, with a row per bar."""
    if not isinstance(example, pd.DataFrame):
        raise TypeError(
            f"example_data must be a pandas.DataFrame with columns Open, High, Low and Close, "
            f"got {type(example).__name__}."
        )
    names = example.columns.tolist()
    wrong = [name for name in OHLC if names.count(name) != 1]
    if wrong:
        raise ValueError(
            f"example_data must have each of the columns Open, High, Low and Close once; look at "
            f"{', '.join(wrong)}. Its columns are {names}."
        )
    if not len(example):
        raise ValueError("example_data has no bars to draw from.")
    if isinstance(example.index, pd.DatetimeIndex) and not example.index.is_monotonic_increasing:
        raise ValueError("example_data must be in order of time: pass example_data.sort_index().")
    return np.column_stack([_checked_price(example[name]) for name in OHLC])


def _checked_price(column: "pd.Series[Any]") -> FloatArray:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise ValueError(
            f"Column {column.name!r} of example_data does not hold numbers. Convert it with "
            f"pandas.to_numeric."
        )
    values = column.to_numpy(np.float64, na_value=np.nan)
    bad = ~((values > 0) & (values < np.inf))
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"All prices of example_data must be positive and finite, but {column.name!r} is "
            f"{column.iloc[row]} at row {column.index[row]}. Drop such rows."
        )
    return values


def _check_is_number(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{argument} must be a number, got {value!r}.")


def _random_source(random_state: Any) -> RandomSource:
    if isinstance(random_state, (np.random.Generator, np.random.RandomState)):
        return random_state
    is_seed = isinstance(random_state, Integral) and not isinstance(random_state, bool)
    if not (is_seed or random_state is None):
        raise TypeError(
            f"random_state must be an int, a numpy.random.Generator, a numpy.random.RandomState "
            f"or None, got {random_state!r}."
        )
    if is_seed and random_state < 0:
        raise ValueError(f"random_state must not be negative, got {random_state!r}.")
    return np.random.default_rng(random_state)


def _index_of_length(index: pd.Index, length: int) -> pd.Index:
    """Cut an index, or continue it by its median step."""
    missing = length - len(index)
    if missing <= 0:
        return index[:length]
    if isinstance(index, pd.RangeIndex):
        stop = index.start + length * index.step
        return pd.RangeIndex(index.start, stop, index.step, name=index.name)
    step: Any
    if isinstance(index, pd.DatetimeIndex):
        step = index.to_series().diff().median() if len(index) > 1 else pd.Timedelta(days=1)
    elif pd.api.types.is_numeric_dtype(index.dtype):
        step = np.median(np.diff(index)) if len(index) > 1 else 1
    else:
        return pd.RangeIndex(length, name=index.name)
    added = pd.Index(index[-1] + step * np.arange(1, missing + 1), name=index.name)
    return index.append(added)
