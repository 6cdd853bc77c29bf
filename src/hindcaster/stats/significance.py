"""Whether a trading rule predicts, or was lucky: detrended returns, bootstrap, ranks by chance.

Both front-ends count here, so that the same signals on the same prices have the same p-value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._types import AnyArray, FloatArray
from hindcaster.stats.scenarios import share_at_least

FEWEST: Final = 30  # observations; with less the means of samples are too irregular
SEED: Final = 42


class RuleReturns(NamedTuple):
    """Returns of a rule from price to price, less the trend of the prices.

    Attributes
    ----------
    values : ndarray, shape (n,)
        One per step, in the order of time.
    first, last : int
        Places of the first and the last price that is a number; 0 and -1 if there is none.
    """

    values: FloatArray
    first: int
    last: int


def rule_returns(prices: FloatArray, signals: AnyArray) -> RuleReturns:
    """Multiply each signal by the detrended log return of the step that follows it.

    A rule that is mostly long earns the trend whatever it predicts. Taking the mean of all log
    returns away from each of them leaves what the rule earns by being right about when.

    Parameters
    ----------
    prices : ndarray, shape (n,)
        Those that are not finite are left out with their signals, and so are steps between
        prices whose ratio has no logarithm.
    signals : ndarray, shape (n,)
        1 long, -1 short, 0 out of the market, known when the price is.

    Returns
    -------
    RuleReturns
        At most n - 1 values.

    References
    ----------
    Aronson, "Evidence-Based Technical Analysis", Wiley 2006, chapter 1: detrending.

    Examples
    --------
    >>> rule_returns(np.array([1.0, 2.0, 1.0, 2.0]), np.array([1, -1, 1, 0])).values.round(3)
    array([0.462, 0.924, 0.462])
    """
    known = np.flatnonzero(np.isfinite(prices))
    if not len(known):
        return RuleReturns(np.empty(0), 0, -1)
    kept, held = prices[known], signals[known][:-1]
    with np.errstate(all="ignore"):
        steps = np.log(kept[1:] / kept[:-1])
    finite = np.isfinite(steps)
    steps, held = steps[finite], held[finite]
    values = held * (steps - steps.mean()) if len(steps) else steps
    return RuleReturns(values, int(known[0]), int(known[-1]))


def mean_of(values: FloatArray) -> float:
    """Mean of the values; NaN without any."""
    return float(values.mean()) if len(values) else float("nan")


def bootstrap_means(
    values: FloatArray, n: int, block_length: float, generator: np.random.Generator
) -> FloatArray:
    """Means of samples under the hypothesis that the true mean is zero: stationary bootstrap.

    The values less their mean are put on a circle. A sample of as many values is made of blocks
    that start anywhere and go on with probability ``1 - 1 / block_length`` after each value, so
    that neighbours, which may depend on each other, mostly stay neighbours.

    Parameters
    ----------
    values : ndarray, shape (m,)
        Without any there are no samples.
    n : int
        Number of samples.
    block_length : float
        Mean length of the blocks, 1 or more; 1 draws each value by itself.
    generator : Generator
        What draws. Further calls with it go on where this one ends.

    Returns
    -------
    ndarray, shape (n,)

    References
    ----------
    Politis and Romano, "The Stationary Bootstrap", Journal of the American Statistical Association
    89(428), 1994. White, "A Reality Check for Data Snooping", Econometrica 68(5), 2000.

    Examples
    --------
    >>> values = np.array([0.3, -0.1, 0.2, -0.4])
    >>> bootstrap_means(values, 3, 1, np.random.default_rng(1)).round(4)
    array([-0.15 ,  0.25 , -0.075])
    """
    if not len(values):
        return np.empty(0)
    centred = values - values.mean()
    circle = np.concatenate([centred, centred])
    means = np.empty(n)
    for k, places in enumerate(_samples(len(values), n, 1 / block_length, generator)):
        means[k] = np.add.reduce(circle[places])
    return means / len(values)


def _samples(size: int, n: int, stop: float, generator: np.random.Generator) -> Iterator[AnyArray]:
    """Draw places on the circle, which is written out twice so that no block has to wrap."""
    steps = np.arange(size)
    for _ in range(n):
        firsts = np.flatnonzero(generator.random(size - 1) < stop)
        starts = generator.integers(0, size, size=len(firsts) + 1)
        edges = np.empty(len(firsts) + 2, np.int64)
        edges[0], edges[-1] = 0, size
        np.add(firsts, 1, out=edges[1:-1])
        starts -= edges[:-1]
        places = np.repeat(starts, edges[1:] - edges[:-1])
        places += steps
        yield places


def share_p_value(observed: float, simulated: FloatArray) -> float:
    """P-value of a bootstrap: share of the samples that reach the observed mean; NaN of none."""
    return share_at_least(simulated, observed) if len(simulated) else float("nan")


def rank_p_value(observed: float, simulated: FloatArray) -> float:
    """P-value of a permutation test, which counts the observed order as one of the orders.

    ``(1 + number of permutations that reach the observed value) / (1 + number of permutations)``:
    never 0, and at most as often below a level as the level says. Permutations without a value
    count as reaching it.

    References
    ----------
    Phipson and Smyth, "Permutation P-values Should Never Be Zero", Statistical Applications in
    Genetics and Molecular Biology 9(1), 2010.

    Examples
    --------
    >>> rank_p_value(2.0, np.array([1.0, 3.0, 0.5]))
    0.5
    """
    if observed != observed:
        return float("nan")
    reached = int((~(simulated < observed)).sum())
    return (1 + reached) / (1 + len(simulated))


def generator_of(name: str, seed: Any) -> np.random.Generator:
    """Make what draws, of a seed as NumPy takes it; `name` is the argument it came in."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise errors.bad_seed_of_samples(name, seed, error) from None


def require_block_length(name: str, value: Any) -> None:
    """Refuse what is no mean length of blocks."""
    if not isinstance(value, (int, float, np.number)) or not value >= 1:
        raise errors.bad_mean_block_length(name, value)


def require_number(name: str, value: Any) -> None:
    """Refuse what is no number of samples."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < 0:
        raise errors.bad_number_of_samples(name, value)
