"""Risk ratios of the returns between balance samples of an exchange simulation.

Every function takes the returns r_1 … r_m, at least one. Sharpe and Sortino are scaled to a year by
√annualization, as if the samples were one day apart.
"""

from __future__ import annotations

import math

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.stats.returns import sample_variance

_LEAST_RETURNS_OF_SMART = 3
_LEAST_RETURNS_OF_SERENITY = 19
_TAIL = 0.05


def sharpe_ratio(returns: FloatArray, annualization: int) -> float:
    """Mean return over its sample standard deviation, times √annualization.

    W. F. Sharpe (1994), "The Sharpe Ratio", with a risk-free rate of 0. NaN if undefined.
    """
    return _over(float(returns.mean()), _deviation(returns)) * math.sqrt(annualization)


def sortino_ratio(returns: FloatArray, annualization: int) -> float:
    """Mean return over the downside deviation, times √annualization.

    F. A. Sortino and L. N. Price (1994) with a target of 0. The squares of negative returns are
    divided by the number of *samples*, which is one more than the number of returns. Without
    negative returns +inf if the mean is above 0, else -inf.
    """
    mean = float(returns.mean())
    lost = returns[returns < 0]
    if not lost.size:
        return math.inf if mean > 0 else -math.inf
    downside = math.sqrt(float(np.square(lost).sum()) / (returns.size + 1))
    return _over(mean, downside) * math.sqrt(annualization)


def calmar_ratio(annual_return: float, max_drawdown: float, days: int) -> float:
    """Annual return over the deepest drawdown, both as fractions; 0 if either cannot be told.

    T. W. Young (1991), "Calmar Ratio: A Smoother Tool".
    """
    if days == 0 or max_drawdown == 0:
        return 0.0
    return annual_return / abs(max_drawdown)


def omega_ratio(returns: FloatArray) -> float:
    """Sum of the gains over the sum of the losses; NaN without losses.

    C. Keating and W. F. Shadwick (2002), "A Universal Performance Measure", with a threshold of 0.
    """
    losses = -float(returns[returns < 0].sum())
    return float(returns[returns > 0].sum()) / losses if losses > 0 else math.nan


def smart_penalty(returns: FloatArray) -> float:
    """Factor by which autocorrelation understates the deviation; NaN below three returns.

    ``sqrt(1 + 2 * sum((m - k) / m * rho**k for k in 1 … m-1))`` where rho is the size of the
    correlation between one return and the next.
    """
    m = returns.size
    if m < _LEAST_RETURNS_OF_SMART:
        return math.nan
    with np.errstate(all="ignore"):
        rho = abs(float(np.corrcoef(returns[:-1], returns[1:])[0, 1]))
    k = np.arange(1, m)
    return math.sqrt(1.0 + 2.0 * float(((m - k) / m * rho**k).sum()))


def serenity_index(returns: FloatArray, drawdown: FloatArray) -> float:
    """Sum of the returns over the product of ulcer index and pitfall indicator.

    KeyQuant (2019), "The Serenity Ratio": the ulcer index is the root mean square of the drawdowns,
    the pitfall indicator their conditional value at risk (the mean of the deepest 5 %: those at or
    below the 5 % quantile) over the standard deviation of the returns.

    Parameters
    ----------
    returns, drawdown : numpy.ndarray of float64, shape (m,)
        Returns between samples, and the drawdown at the end of each of them as a fraction at or
        below 0.

    Returns
    -------
    float
        NaN below 19 returns, and where there is no drawdown or no spread.
    """
    if returns.size < _LEAST_RETURNS_OF_SERENITY or not np.isfinite(drawdown).all():
        return math.nan
    ulcer = math.sqrt(float(np.square(drawdown).mean()))
    worst = -float(drawdown[drawdown <= np.quantile(drawdown, _TAIL)].mean())
    pitfall = _over(worst, _deviation(returns))
    return float(returns.sum()) / (ulcer * pitfall) if ulcer * pitfall > 0 else math.nan


def _deviation(returns: FloatArray) -> float:
    return math.sqrt(sample_variance(returns))


def _over(numerator: float, denominator: float) -> float:
    """Quotient in which nothing over nothing is NaN and something over nothing is infinite."""
    if denominator != 0:
        return numerator / denominator
    return math.copysign(math.inf, numerator) if numerator else math.nan
