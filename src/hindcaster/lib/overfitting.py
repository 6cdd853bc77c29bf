"""How much of the best of many backtests is luck."""

from typing import Any

import numpy as np
import pandas as pd

from hindcaster.stats import overfitting
from hindcaster.stats.overfitting import BLOCKS, Moments


def deflated_sharpe_ratio(returns: Any, trial_sharpes: Any) -> float:
    """Probability that the best trial's Sharpe ratio is no luck, given how many were tried.

    A search finds a high Sharpe ratio among many trials even if none has any merit. This is the
    probability that the true ratio of the best is above the highest that so many trials without
    merit are expected to show, with the skewness and kurtosis of its returns taken into account.

    Parameters
    ----------
    returns : array_like, shape (n_bars,)
        Returns of the best trial from bar to bar, such as 0.01 for one percent.
    trial_sharpes : array_like, shape (n_trials,)
        Sharpe ratios of all trials, from returns of the same bars and not annualised. NaN is
        left out.

    Returns
    -------
    float
        Between 0 and 1; NaN if the returns do not vary or there are fewer than two trials.

    Notes
    -----
    Trials that resemble each other count in full, so the result errs on the cautious side.

    References
    ----------
    Bailey and López de Prado, "The Deflated Sharpe Ratio: Correcting for Selection Bias, Backtest
    Overfitting and Non-Normality", Journal of Portfolio Management 40(5), 2014.

    Examples
    --------
    >>> dice = np.random.default_rng(1)
    >>> trials = dice.normal(0, 0.01, (1_000, 50))
    >>> sharpes = trials.mean(axis=0) / trials.std(axis=0)
    >>> best = trials[:, sharpes.argmax()]
    >>> round(deflated_sharpe_ratio(best, sharpes), 2)
    0.28
    """
    return overfitting.deflated_sharpe_ratio(
        _numbers(returns, "returns", 1), _numbers(trial_sharpes, "trial_sharpes", 1)
    )


def probability_of_overfitting(trials: Any, *, blocks: int = BLOCKS) -> float:
    """Probability that the best of many trials is below their median on data it was not chosen on.

    The bars are cut into blocks. For every way to choose half of these, the trial with the highest
    Sharpe ratio in the chosen half is ranked among all trials in the other half. The result is the
    share of choices in which it ends up in the lower half: about 0.5 or more means that choosing
    the best was of no use.

    Parameters
    ----------
    trials : DataFrame or array_like, shape (n_bars, n_trials)
        The trials of ``Backtest.optimize(..., return_trials=True)``, or the returns from bar to
        bar of each trial in a column.
    blocks : int, default 16
        Number of blocks, even; not for trials of `optimize`, which are in 16 blocks.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        There are fewer than two trials, or too few bars; the number of blocks is odd, below 2 or
        above 20.

    References
    ----------
    Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of
    Computational Finance 20(4), 2017.

    Examples
    --------
    >>> dice = np.random.default_rng(1)
    >>> luck = dice.normal(0, 0.01, (1_600, 20))
    >>> luck[:, 0] += 0.002
    >>> probability_of_overfitting(luck)
    0.0
    """
    kept = getattr(trials, "attrs", {}).get("moments")
    if kept is not None:
        if blocks != BLOCKS:
            raise ValueError(f"The trials of optimize() are in {BLOCKS} blocks: leave out blocks.")
        moments = Moments(*kept)
    else:
        if not isinstance(blocks, int) or blocks % 2 or not 2 <= blocks <= 20:
            raise ValueError(f"blocks must be an even number from 2 to 20, got {blocks!r}.")
        returns = _numbers(trials, "trials", 2)
        if len(returns) < 2 * blocks:
            raise ValueError(
                f"trials have {len(returns)} bars: too few for {blocks} blocks of two or more."
            )
        moments = overfitting.moments_of(returns, blocks)
    if len(moments.total) < 2:
        raise ValueError("trials must be two or more: the best of one is no choice.")
    return overfitting.probability_of_overfitting(moments)


def _numbers(values: Any, argument: str, dimensions: int) -> Any:
    """Take an argument as an array of floats without gaps (but in `trial_sharpes`)."""
    array = np.asarray(values, np.float64)
    if array.ndim != dimensions:
        raise ValueError(f"{argument} must have {dimensions} dimension(s), got {array.ndim}.")
    if argument != "trial_sharpes" and not np.isfinite(array).all():
        row = pd.Index(np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1)))[0]
        raise ValueError(f"{argument} holds a value that is no finite number, first in row {row}.")
    return array
