"""How `Backtest.significance` is computed: the sides a run held, samples, runs on permuted bars."""

from __future__ import annotations

import copy
import math
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._counts import checked_count
from hindcaster._progress import Progress
from hindcaster._types import FloatArray, IntArray
from hindcaster.data.moves import COLUMNS, BarMoves, seeded
from hindcaster.reruns import rerun, rows_for
from hindcaster.stats.significance import (
    FEWEST,
    bootstrap_means,
    generator_of,
    mean_of,
    rank_p_value,
    require_block_length,
    require_number,
    rule_returns,
    share_p_value,
)

if TYPE_CHECKING:
    from hindcaster.engine.ledger.broker import LedgerBroker
    from hindcaster.stats.time_axis import TimeAxis

RULE_RETURN: Final = "Mean Rule Return"  # what the bootstrap is about

_PARTS: Final = 100  # of the samples, between which the progress bar moves
_DUST: Final = 1e-9  # of what was traded: what rounding leaves of a closed position
_DAYS_OF_YEAR: Final = 365.25


class Found(NamedTuple):
    """What a test found.

    Attributes
    ----------
    statistic : str
        What was tested.
    observed : float
        Its value for the strategy.
    simulated : array of float
        Its values under chance.
    p_value : float
        How often chance reaches what was observed.
    n_observations : int
        Returns or bars that the test is about.
    annualized : float
        The observed mean times the returns of a year; NaN without dates, and for other statistics.
    """

    statistic: str
    observed: float
    simulated: FloatArray
    p_value: float
    n_observations: int
    annualized: float


def bootstrap(
    test: Any, params: dict[str, Any], n: int, seed: int, block_length: float, *, stacklevel: int
) -> Found:
    """Test the mean of a strategy's detrended returns; see `Backtest.significance`.

    Parameters
    ----------
    test : Backtest
        The backtest, which is run once.
    params : dict
        Values for the strategy's class variables.
    n, seed, block_length
        Number of samples, how they are drawn.
    stacklevel : int
        Frames from the caller to the user.
    """
    require_number("n", n)
    require_block_length("block_length", block_length)
    run = copy.copy(test)  # which leaves the latest result alone
    run._results, run._silent = None, True
    with np.errstate(invalid="ignore"):
        worked = run._worked(params)
    held = held_sides(worked.broker, worked.start)
    returns = rule_returns(held.prices, held.sides)
    count = len(returns.values)
    if not count:
        raise errors.too_few_bars_to_test(len(held.prices))
    if count < FEWEST:
        warnings.warn(
            errors.few_observations("significance()", count, FEWEST), stacklevel=stacklevel + 1
        )
    observed = mean_of(returns.values)
    simulated = _samples(returns.values, n, seed, block_length)
    first, last = worked.start + returns.first, worked.start + returns.last
    return Found(
        RULE_RETURN,
        observed,
        simulated,
        share_p_value(observed, simulated),
        count,
        observed * count / _years(test._axis, first, last),
    )


def _samples(values: FloatArray, n: int, seed: int, block_length: float) -> FloatArray:
    """Draw the samples, showing how far it is."""
    generator = generator_of("seed", seed)
    ends = [n * part // _PARTS for part in range(_PARTS + 1)]
    found = []
    with Progress(n, "Backtest.significance", "sample") as progress:
        for begin, end in pairwise(ends):
            found.append(bootstrap_means(values, end - begin, block_length, generator))
            progress.update(end - begin)
    return np.concatenate(found)


def _years(axis: TimeAxis, first: int, last: int) -> float:
    """Years between two bars; NaN without dates."""
    if not isinstance(axis.index, pd.DatetimeIndex):
        return math.nan
    days = (axis.index[last] - axis.index[first]) / pd.Timedelta(days=1)
    return days / _DAYS_OF_YEAR if days > 0 else math.nan


class Held(NamedTuple):
    """What a strategy held from price to price.

    Attributes
    ----------
    prices : array of float
        At which market orders fill, from the first bar on which the strategy was called.
    sides : array of int
        Sign of the position after the fills at that price: 1, -1 or 0.
    """

    prices: FloatArray
    sides: IntArray


def held_sides(broker: LedgerBroker, start: int) -> Held:
    """Find the side that a run held at the price of its market orders, from bar to bar.

    Parameters
    ----------
    broker : LedgerBroker
        Account of a finished run.
    start : int
        First bar on which the strategy was called.
    """
    bars, n_bars = broker.bars, len(broker.bars)
    on_close = bool(broker.account["trade_on_close"][0])
    orders = broker.orders[: broker.account["n_orders"][0]]
    orders = orders[np.nan_to_num(orders["filled"]) != 0]
    since = orders["done_bar"].copy()
    if not on_close:  # what fills later than the open is held from the next open on
        since += (orders["on_close"] != 0) | _given(orders["limit"]) | _given(orders["stop"])
    sizes = np.bincount(np.maximum(since, 0), weights=orders["filled"], minlength=n_bars)[:n_bars]
    net = np.cumsum(sizes)
    net[np.abs(net) <= _DUST * np.abs(sizes).sum()] = 0.0
    if broker.bankrupt:
        net[int(np.argmax(broker.equity == 0)) + (not on_close) :] = 0.0
    prices = bars.close if on_close else bars.open
    return Held(prices[start:], np.sign(net[start:]).astype(np.int64))


def _given(prices: FloatArray) -> Any:
    """Which orders have such a price."""
    return ~np.isnan(prices) & (prices != 0)


def permutations(
    test: Any, params: dict[str, Any], n: int, seed: int, metric: str, *, stacklevel: int
) -> Found:
    """Run a strategy on permuted bars; see `Backtest.significance`.

    Parameters
    ----------
    test : Backtest
        The backtest.
    params : dict
        Values for the strategy's class variables.
    n, seed
        Number of permutations, how they are drawn.
    metric : str
        The row of the results that they are ranked by.
    stacklevel : int
        Frames from the caller to the user.
    """
    names = rows_for(test._axis)
    if not isinstance(metric, str) or metric not in names:
        raise errors.unknown_test_metric(metric, names)
    n = checked_count("n", n)
    moves = BarMoves(test._data)
    real = np.array([test._data[name].to_numpy(np.float64) for name in COLUMNS])
    nothing = np.empty(0, np.int64)

    def given(_scenario: int) -> FloatArray:
        return real.copy()

    def permuted(scenario: int) -> FloatArray:
        return moves.permuted(seeded(seed, scenario))

    def run(prices: Any, count: int) -> FloatArray:
        found = rerun(
            test,
            params,
            prices,
            count,
            label="Backtest.significance",
            names=(metric,),
            kept=nothing,
            stacklevel=stacklevel + 2,
        )
        values: FloatArray = found.values[:, 0]
        return values

    try:
        observed = float(run(given, 1)[0])
    except (AttributeError, KeyError) as error:
        left_out = [str(name) for name in test._data.columns if name not in COLUMNS]
        if left_out:
            error.add_note(errors.only_bars_are_permuted(left_out))
        raise
    if observed != observed:
        raise errors.metric_without_value(metric)
    simulated = run(permuted, n)
    p_value = rank_p_value(observed, simulated)
    return Found(metric, observed, simulated, p_value, len(test._data), math.nan)
