"""Random prices that look like given ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from hindcaster.data.frame import OHLC


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
