"""The windows of a walk-forward test: which bars are trained on, and which are tested on.

Windows of time begin at the label of the first bar and hold the bars from their start to just
before their end. They go by the clock on the wall, so that a day is a day where clocks change,
unless all lengths are fixed and one has a part of a day: then they are time passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors

_CALENDAR = re.compile(r"\s*(\d+)\s*(M|months?|Y|years?)\s*")
_UNCLEAR = re.compile(r"\s*[+-]?\d+\s*m?\s*")  # to pandas nanoseconds, and minutes
_DAY = pd.Timedelta(days=1)
_SPARE = 1000  # windows without a bar, beside as many as there are bars


class Window(NamedTuple):
    """Bars ``train_start`` to ``test_start`` are trained on, those to ``test_end`` tested on.

    Each end is exclusive.
    """

    train_start: int
    test_start: int
    test_end: int


def windows_of(
    index: pd.Index, *, train: Any, test: Any, step: Any = None, anchored: bool = False
) -> list[Window]:
    """Lay out the windows over the bars.

    Parameters
    ----------
    index : Index
        Labels of the bars, increasing.
    train, test : int, str, Timedelta or DateOffset
        Length of training and test windows: bars, or time.
    step : int, str, Timedelta or DateOffset, optional
        From the start of one test window to that of the next, at least `test`, which it is if
        absent.
    anchored : bool, default False
        Begin all training windows at the first bar.

    Returns
    -------
    list of Window
        At least one. The last test window ends with the bars, however few are left for it; test
        windows without bars are left out.

    Raises
    ------
    ValueError, TypeError
        A length is none, or not positive; bars and times are mixed; times are given for bars
        without dates; test windows overlap; no bar is left to test on.

    Examples
    --------
    >>> for window in windows_of(pd.RangeIndex(10), train=4, test=3):
    ...     print(window)
    Window(train_start=0, test_start=4, test_end=7)
    Window(train_start=3, test_start=7, test_end=10)
    """
    if not isinstance(anchored, (bool, np.bool_)):
        raise errors.bad_anchored(anchored)
    given = {"train": train, "test": test, "step": test if step is None else step}
    lengths = {name: _length(name, value) for name, value in given.items()}
    counted = [isinstance(length, int) for length in lengths.values()]
    if any(counted) and not all(counted):
        raise errors.mixed_windows(given)
    lay_out = _of_bars if all(counted) else _of_time
    windows = list(lay_out(index, given, lengths))
    if not windows:
        raise errors.no_windows(train, len(index))
    return [window._replace(train_start=0) for window in windows] if anchored else windows


def _length(name: str, value: Any) -> Any:
    """Read a length: an int of bars, a Timedelta or an offset of the calendar."""
    length = _read(name, value)
    if isinstance(length, int):
        positive = length > 0
    elif isinstance(length, pd.Timedelta):
        positive = length > pd.Timedelta(0)
    else:
        some_day = pd.Timestamp("2024-01-01")
        later = _sum(some_day, length)
        positive = later is None or later > some_day
    if not positive:
        raise errors.window_not_positive(name, value)
    return length


def _read(name: str, value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        raise errors.bad_window(name, value)
    if isinstance(value, str) and (found := _CALENDAR.fullmatch(value)):
        number = int(found[1])
        in_months = found[2][0] in "Mm"
        return pd.DateOffset(months=number) if in_months else pd.DateOffset(years=number)
    if isinstance(value, pd.offsets.BaseOffset) and not isinstance(value, pd.offsets.Tick):
        return value
    if isinstance(value, (str, timedelta, np.timedelta64, pd.offsets.Tick)):
        return _fixed(name, value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    raise errors.bad_window(name, value)


def _fixed(name: str, value: Any) -> pd.Timedelta:
    try:
        length = pd.Timedelta(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise errors.bad_window(name, value) from error
    if pd.isna(length) or (isinstance(value, str) and _UNCLEAR.fullmatch(value)):
        raise errors.bad_window(name, value)
    return length


def _of_bars(index: pd.Index, given: dict[str, Any], lengths: dict[str, Any]) -> Iterator[Window]:
    train, test, step = lengths.values()
    if step < test:
        raise errors.windows_overlap(given["test"], given["step"])
    for start in range(train, len(index), step):
        yield Window(start - train, start, min(start + test, len(index)))


def _of_time(index: pd.Index, given: dict[str, Any], lengths: dict[str, Any]) -> Iterator[Window]:
    if not isinstance(index, pd.DatetimeIndex):
        raise errors.windows_need_dates("train", given["train"])
    train, test, step = lengths.values()
    clock = _clock(index, list(lengths.values()))
    empty = 0
    for start, following in _starts(clock, train, step):
        end = following if test == step else _sum(start, test)
        if end is None or (following is not None and end > following):
            if following is not None:
                raise errors.windows_overlap(given["test"], given["step"])
            end = None
        first = _position(clock, start)
        window = Window(_position(clock, start - train), first, _position(clock, end))
        if window.test_end > window.test_start:
            yield window
        else:
            empty += 1
            if empty > len(clock) + _SPARE:
                raise errors.windows_between_bars(given["test"])


def _starts(
    clock: pd.DatetimeIndex, train: Any, step: Any
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp | None]]:
    """Give the starts of test windows, each with that of the next; None where time ends.

    Steps are counted from the first: months added one by one would lose the days that a shorter
    month among them lacks.
    """
    first = _sum(clock[0], train)
    number, start = 0, first
    while start is not None and start <= clock[-1]:
        number += 1
        following = _sum(first, step * number)
        yield start, following
        start = following


def _sum(start: Any, length: Any) -> Any:
    """Move on by a length; None beyond the times that there are."""
    try:
        return start + length
    except (ValueError, OverflowError):
        return None


def _position(clock: pd.DatetimeIndex, time: pd.Timestamp | None) -> int:
    return len(clock) if time is None else int(clock.searchsorted(time, side="left"))


def _clock(index: pd.DatetimeIndex, lengths: list[Any]) -> pd.DatetimeIndex:
    """Tell when bars are on the clock that the lengths go by, without a time zone."""
    if index.tz is None:
        return index
    fixed = all(isinstance(length, pd.Timedelta) for length in lengths)
    if fixed and any(length % _DAY for length in lengths):
        return index.tz_convert("UTC").tz_localize(None)
    # Where clocks go back, an hour comes twice: time stands still in the second.
    ticks = np.maximum.accumulate(index.tz_localize(None).asi8)
    return pd.DatetimeIndex(ticks.view(f"M8[{index.unit}]"))
