"""Course of the balance in an exchange simulation: growth, drawdown and time under water."""

from __future__ import annotations

import math

import numpy as np

from hindcaster._types import FloatArray

_DAY = 86_400_000.0  # milliseconds
_DAYS_PER_YEAR = 365
_LEAST_GROWTH, _MOST_GROWTH = 1e-10, 1e10


def returns_between(balance: FloatArray) -> FloatArray:
    """Return r_k = B_k / B_{k-1} - 1 for k = 1 … m; infinite or NaN after a balance of 0."""
    with np.errstate(all="ignore"):
        returns: FloatArray = balance[1:] / balance[:-1] - 1.0
    return returns


def growth_of(returns: FloatArray) -> FloatArray:
    """Compound returns: P_k is the product of 1 + r_j for j = 1 … k."""
    with np.errstate(all="ignore"):
        return np.cumprod(1.0 + returns, dtype=np.float64)


def drawdown_of(growth: FloatArray) -> FloatArray:
    """Return P_k / max(P_1 … P_k) - 1 for each k, mostly at or below 0.

    The course starts after the first return: a loss in the first interval is not a drawdown.
    Undefined elements of `growth` do not count as a peak.
    """
    with np.errstate(all="ignore"):
        drawdown: FloatArray = growth / np.fmax.accumulate(growth) - 1.0
    return drawdown


def max_drawdown(drawdown: FloatArray) -> float:
    """Return the deepest drawdown as a fraction at or below 0; NaN if none is defined."""
    if not drawdown.size:
        return math.nan
    deepest = float(np.fmin.reduce(drawdown))
    return deepest if math.isnan(deepest) or deepest < 0 else 0.0


def max_underwater_period(time: FloatArray, balance: FloatArray) -> float:
    """Return the longest time below an earlier balance, in whole days.

    Parameters
    ----------
    time : numpy.ndarray of float64, shape (k,)
        Times of the samples in milliseconds.
    balance : numpy.ndarray of float64, shape (k,)
        Balances, the first of which counts as a peak too.

    Returns
    -------
    float
        Largest number of full days from the last sample at or above the peak so far to a sample
        below it; 0 if there is none.
    """
    below = balance < np.maximum.accumulate(balance)
    peak = np.maximum.accumulate(np.where(below, 0, np.arange(balance.size)))
    days = (time - time[peak]) // _DAY
    return float(days[below].max(initial=0.0))


def elapsed_days(time: FloatArray) -> int:
    """Whole days between the first and the last sample."""
    return int((time[-1] - time[0]) // _DAY)


def annual_return(growth: FloatArray, days: int) -> float:
    """Return the growth per year of 365 days, as a fraction.

    Parameters
    ----------
    growth : numpy.ndarray of float64
        Compounded returns from `growth_of`; the last one counts, cut to 1e-10 … 1e10.
    days : int
        Whole days that it took.

    Returns
    -------
    float
        ``growth ** (365 / days) - 1``; 0 within the first day, infinite beyond floats.
    """
    if days == 0:
        return 0.0
    with np.errstate(all="ignore"):
        final = np.clip(growth[-1], _LEAST_GROWTH, _MOST_GROWTH)
        return float(final ** (_DAYS_PER_YEAR / days) - 1.0)
