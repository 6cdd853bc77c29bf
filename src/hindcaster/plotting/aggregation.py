"""Bars put together into fewer, longer ones.

Owns: how many candles are drawn at most, the choice of their length, and the groups of bars that
result. Groups are labelled with their ends, as pandas does with ``label="right"``.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from hindcaster._types import AnyArray, FloatArray, IntArray

MOST_CANDLES = 10_000

_MINUTES = {
    "1min": 1,
    "5min": 5,
    "10min": 10,
    "15min": 15,
    "30min": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "8h": 480,
    "1D": 1440,
    "1W": 10_080,
    "1ME": 43_200,
}
_COARSER = {"day": "ME", "hour": "D", "minute": "h", "second": "min", "millisecond": "s"}
_MOST_EMPTY = 50  # groups per bar; beyond, a rule is finer than it can have been meant


class Groups(NamedTuple):
    """Neighbouring bars that are drawn as one.

    Attributes
    ----------
    starts, ends : numpy.ndarray
        First and last bar of each group; groups without bars are left out.
    labels : pandas.Index
        Label of each group.
    period : pandas.Timedelta or None
        Typical time between the labels; None for numbered bars or a single label.
    text : str
        Length of a group in words.
    """

    starts: IntArray
    ends: IntArray
    labels: pd.Index
    period: pd.Timedelta | None
    text: str

    def of(self, bars: AnyArray) -> IntArray:
        """Group of each bar."""
        return np.searchsorted(self.starts, bars, side="right") - 1

    def total(self, values: FloatArray) -> FloatArray:
        """Sum of each group; NaN where it has no value."""
        known = ~np.isnan(values)
        sums = np.add.reduceat(np.where(known, values, 0.0), self.starts)
        return np.where(np.logical_or.reduceat(known, self.starts), sums, np.nan)

    def mean(self, values: FloatArray) -> FloatArray:
        """Mean of the values of each group; NaN where it has none."""
        counts = np.add.reduceat((~np.isnan(values)).astype(np.float64), self.starts)
        with np.errstate(invalid="ignore"):
            return self.total(values) / counts

    def lowest(self, values: FloatArray) -> FloatArray:
        """Minimum of each group."""
        return np.fmin.reduceat(values, self.starts)

    def highest(self, values: FloatArray) -> FloatArray:
        """Maximum of each group."""
        return np.fmax.reduceat(values, self.starts)


def groups_by_rule(index: pd.DatetimeIndex, rule: str, argument: str) -> Groups:
    """Group bars by a pandas frequency.

    Parameters
    ----------
    index : DatetimeIndex
        Labels of the bars.
    rule : str
        The frequency.
    argument : str
        Name of the user's argument, for errors.
    """
    offset = _checked_rule(index, rule, argument)
    ones = pd.Series(np.ones(len(index), np.int8), index=index)
    counts = ones.resample(offset, label="right").count()
    numbers = counts.to_numpy()
    filled = numbers > 0
    ends = np.cumsum(numbers[filled]).astype(np.int64) - 1
    starts = np.append(0, ends[:-1] + 1).astype(np.int64)
    return Groups(starts, ends, counts.index[filled], typical_step(counts.index), rule)


def _checked_rule(index: pd.DatetimeIndex, rule: str, argument: str) -> Any:
    try:
        offset = to_offset(rule)
    except ValueError as error:
        raise ValueError(
            f"{argument}={rule!r} is no pandas frequency; '4h', 'D', 'W' and 'ME' are some."
        ) from error
    span = index[-1] - index[0]
    try:
        period = pd.Timedelta(offset)  # type: ignore[arg-type]
    except ValueError:  # months and the like have no fixed length
        return offset
    if period.total_seconds() and span / period > _MOST_EMPTY * len(index) + MOST_CANDLES:
        raise ValueError(
            f"{argument}={rule!r} is much finer than the {len(index):,} bars of the data are. "
            f"Pass a longer period."
        )
    return offset


def groups_by_number(index: pd.Index, size: int) -> Groups:
    """Group every `size` bars, labelled with the last of them."""
    starts = np.arange(0, len(index), size)
    ends = np.append(starts[1:], len(index)) - 1
    return Groups(starts, ends, index[ends], None, f"{size} bars")


def groups_to_draw(index: pd.Index, resample: bool | str) -> Groups | None:
    """Choose the candles that are drawn in place of bars, if any.

    Numbered bars have no frequency; too many of them are grouped by their number.
    """
    count = len(index)
    if not resample:
        return None
    if not isinstance(index, pd.DatetimeIndex):
        too_many = resample is True and count > MOST_CANDLES
        return groups_by_number(index, -(-count // MOST_CANDLES)) if too_many else None
    if isinstance(resample, str):
        return groups_by_rule(index, resample, "resample")
    if count <= MOST_CANDLES:
        return None
    needed = int((index[-1] - index[0]).total_seconds() / 60 // MOST_CANDLES)
    rules = [rule for rule, minutes in _MINUTES.items() if minutes >= needed] or ["1ME"]
    for rule in rules:
        groups = groups_by_rule(index, rule, "resample")
        if len(groups.starts) < count:  # else each group is a bar: nothing is gained
            return groups
    return None


def groups_behind(index: pd.Index, superimpose: bool | str) -> tuple[Groups | None, str]:
    """Choose the larger candles behind those drawn; the text says why there are none."""
    if not superimpose or not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        return None, ""
    if isinstance(superimpose, str):
        rule = superimpose
    else:
        resolution = cast("Any", index).resolution
        if resolution not in _COARSER:
            return None, (
                f"No larger candles are superimposed on bars of {resolution} resolution. "
                f"superimpose='<frequency>' chooses some."
            )
        rule = _COARSER[resolution]
    groups = groups_by_rule(index, rule, "superimpose")
    step = typical_step(index)
    if len(groups.starts) < len(index) and groups.period != step:
        return groups, ""
    finer = groups.period is not None and step is not None and groups.period < 0.9 * step
    if finer and isinstance(superimpose, str):
        raise ValueError(
            f"superimpose={superimpose!r} is shorter than the period of the candles, {step}. "
            f"Pass a longer one; upsampling is not possible."
        )
    return None, (
        f"No larger candles are superimposed: {rule!r} is not longer than the period of the data. "
        f"superimpose='<frequency>' chooses others, superimpose=False none."
    )


def typical_step(index: pd.Index) -> pd.Timedelta | None:
    """Median time between the last labels."""
    steps = np.diff(cast("Any", index[-100:]).asi8)
    if not len(steps):
        return None
    unit = cast("Any", index).unit
    return pd.Timedelta(np.timedelta64(int(np.median(steps)), unit))
