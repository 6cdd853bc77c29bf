"""How much of the best of many results is luck: deflated Sharpe ratio, backtest overfitting."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, islice
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from hindcaster._types import FloatArray

BLOCKS: Final = 16  # of bars, from which halves are drawn: 12,870 pairs of halves
_CHUNK: Final = 256  # pairs of halves at once
_EULER: Final = float(np.euler_gamma)
_NORMAL: Final = NormalDist()


class Moments(NamedTuple):
    """Returns in blocks of consecutive bars: how many, their sums, the sums of their squares.

    Arrays of shape (blocks,) for one series of returns, (trials, blocks) for several.
    """

    bars: FloatArray
    total: FloatArray
    squares: FloatArray


def returns_of(equity: FloatArray) -> FloatArray:
    """Compute returns from bar to bar; 0 from a bar without equity on."""
    before = equity[:-1]
    solvent = before > 0
    return np.divide(np.diff(equity), before, out=np.zeros(len(before)), where=solvent)


def moments_of(returns: FloatArray, blocks: int = BLOCKS) -> Moments:
    """Moments of returns, shape (bars,) or (bars, trials), in blocks of nearly equal length."""
    parts = np.array_split(returns, blocks)
    bars = np.array([float(len(part)) for part in parts])
    total = np.array([part.sum(axis=0) for part in parts]).T
    squares = np.array([(part**2).sum(axis=0) for part in parts]).T
    return Moments(np.broadcast_to(bars, total.shape), total, squares)


def sharpe_ratio(bars: FloatArray, total: FloatArray, squares: FloatArray) -> FloatArray:
    """Mean over standard deviation of returns, not annualised; 0 if they do not vary."""
    mean = total / bars
    variance = np.maximum(squares / bars - mean**2, 0.0)
    # Rounding leaves a trace of variance where all returns are the same.
    varies = variance > 1e-14 * (squares / bars)
    return np.divide(mean, np.sqrt(variance), out=np.zeros_like(mean), where=varies)


def probabilistic_sharpe_ratio(
    sharpe: float, benchmark: float, n_returns: int, skewness: float, kurtosis: float
) -> float:
    """Probability that the true Sharpe ratio is above a benchmark.

    Ratios are not annualised; `kurtosis` is 3 for a normal distribution.

    References
    ----------
    Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012.
    """
    spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if not spread > 0 or n_returns < 2:
        return math.nan
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt(n_returns - 1) / math.sqrt(spread))


def expected_maximum_sharpe(variance: float, n_trials: int) -> float:
    """Sharpe ratio that the best of independent trials without skill is expected to have.

    References
    ----------
    Bailey and López de Prado, "The Deflated Sharpe Ratio: Correcting for Selection Bias, Backtest
    Overfitting and Non-Normality", Journal of Portfolio Management 40(5), 2014, equation 1.
    """
    if n_trials < 2:
        return 0.0
    first = _NORMAL.inv_cdf(1 - 1 / n_trials)
    second = _NORMAL.inv_cdf(1 - 1 / (n_trials * math.e))
    return math.sqrt(variance) * ((1 - _EULER) * first + _EULER * second)


def deflated_sharpe_ratio(returns: FloatArray, trial_sharpes: FloatArray) -> float:
    """Probability that the best trial's Sharpe ratio is above what luck alone would have given."""
    sharpes = trial_sharpes[np.isfinite(trial_sharpes)]
    deviations = returns - returns.mean() if len(returns) else returns
    variance = float((deviations**2).mean()) if len(returns) else 0.0
    if not variance > 0 or len(sharpes) < 2:
        return math.nan
    scale = math.sqrt(variance)
    return probabilistic_sharpe_ratio(
        float(returns.mean()) / scale,
        expected_maximum_sharpe(float(sharpes.var(ddof=1)), len(sharpes)),
        len(returns),
        float((deviations**3).mean()) / scale**3,
        float((deviations**4).mean()) / variance**2,
    )


def probability_of_overfitting(moments: Moments) -> float:
    """Share of pairs of halves in which the best trial of one is below the median in the other.

    References
    ----------
    Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of
    Computational Finance 20(4), 2017: combinatorially symmetric cross-validation.
    """
    stacked = np.stack(moments)  # three moments, trials, blocks
    n_trials, blocks = stacked.shape[1:]
    everything = stacked.sum(axis=2)
    below = 0
    pairs = 0
    for chosen in _halves(blocks):
        inside = stacked @ chosen.T
        outside = everything[:, :, None] - inside
        best = sharpe_ratio(*inside).argmax(axis=0)
        ratios = sharpe_ratio(*outside)
        of_best = ratios[best, np.arange(len(chosen))]
        smaller = (ratios < of_best).sum(axis=0)
        equal = (ratios == of_best).sum(axis=0)
        rank = (smaller + (equal + 1) / 2) / (n_trials + 1)
        below += int((rank <= 0.5).sum())
        pairs += len(chosen)
    return below / pairs


def _halves(blocks: int) -> Iterator[FloatArray]:
    """All choices of half of the blocks, some rows of zeros and ones at a time."""
    choices = combinations(range(blocks), blocks // 2)
    while chunk := list(islice(choices, _CHUNK)):
        rows = np.zeros((len(chunk), blocks))
        rows[np.arange(len(chunk))[:, None], np.array(chunk)] = 1.0
        yield rows
