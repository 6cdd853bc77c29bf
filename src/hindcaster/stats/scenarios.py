"""What random scenarios of a backtest have in common: orders of trades, curves, percentiles.

Both front-ends build their Monte Carlo results of these functions.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from hindcaster._types import AnyArray, FloatArray, IntArray

PERCENTILES: Final = (5, 25, 50, 75, 95)
_INTERVALS: Final = {"90%": (5, 95), "95%": (2.5, 97.5)}
_LEVELS: Final = (0.05, 0.01)
_SMALLEST_GROWTH: Final = 1e-10
_DAYS_PER_YEAR: Final = 365
_DAY: Final = 86_400.0  # seconds


def shuffled_order(count: int, seed: int) -> IntArray:
    """Bring `count` trades into a random order (Fisher-Yates, Python's generator).

    Examples
    --------
    >>> shuffled_order(5, 42).tolist()
    [3, 1, 2, 4, 0]
    """
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return np.array(order, np.int64)


def booked_curve(start: float, profits: FloatArray, points: int) -> FloatArray:
    """Balance of an account at evenly spaced points, when trades close one after the other.

    Parameters
    ----------
    start : float
        Balance before the first trade.
    profits : array of float, shape (n,)
        What trades made, in their order.
    points : int
        K: at point k of 1 … K the first ``k * n // K`` trades are booked.

    Returns
    -------
    array of float, shape (points,)

    Examples
    --------
    >>> booked_curve(100.0, np.array([10.0, -5.0, 1.0, 2.0]), 2)
    array([105., 108.])
    """
    balance = np.cumsum(np.concatenate([[start], profits]))
    return balance[np.arange(1, points + 1) * len(profits) // points]


def curve_metrics(
    values: FloatArray, times: FloatArray, start: float, annualization: float
) -> dict[str, float]:
    """Judge a balance by its samples.

    Parameters
    ----------
    values : array of float, shape (n,)
        The samples.
    times : array of float, shape (n,)
        When they were taken, in seconds.
    start : float
        What the account started with.
    annualization : float
        Samples per year, for `volatility` and `sharpe_ratio`.

    Returns
    -------
    dict
        ``total_return`` and ``max_drawdown`` (not above 0) in percent, ``final_value``,
        ``volatility`` (population standard deviation of returns, annualised), ``sharpe_ratio``
        (annualised mean return over it, 0 without any), ``calmar_ratio`` (yearly growth over
        whole days, by the drawdown; 0 without one or within a day).

    Examples
    --------
    >>> days = 86_400.0 * np.arange(3)
    >>> found = curve_metrics(np.array([100.0, 110.0, 99.0]), days, 100.0, 365)
    >>> round(found["max_drawdown"], 9), round(found["total_return"], 9)
    (-10.0, -1.0)
    """
    final = float(values[-1])
    drawdown = float((values / np.maximum.accumulate(values) - 1).min() * 100)
    before = values[:-1]
    known = before != 0
    returns = np.diff(values)[known] / before[known]
    volatility = float(returns.std() * math.sqrt(annualization)) if len(returns) else 0.0
    sharpe = float(returns.mean() * annualization / volatility) if volatility else 0.0
    days = int((times[-1] - times[0]) // _DAY)
    calmar = 0.0
    if days > 0 and drawdown < 0:
        growth = max(final / start, _SMALLEST_GROWTH) ** (_DAYS_PER_YEAR / days) - 1
        calmar = growth * 100 / abs(drawdown)
    return {
        "total_return": (final - start) / start * 100,
        "final_value": final,
        "max_drawdown": drawdown,
        "volatility": volatility,
        "sharpe_ratio": sharpe,
        "calmar_ratio": calmar,
    }


def share_at_least(values: AnyArray, original: float) -> float:
    """Share of scenarios whose value reaches the original's; NaN reaches nothing.

    Examples
    --------
    >>> share_at_least(np.array([1.0, 2.0, 3.0, np.nan]), 2.0)
    0.5
    """
    return float(np.mean(values >= original))


def confidence(
    originals: Mapping[str, float], simulated: Mapping[str, Sequence[float | None]]
) -> dict[str, Any]:
    """Compare metrics of a backtest with those of its scenarios.

    Parameters
    ----------
    originals : mapping of str to float
        Metrics of the backtest.
    simulated : mapping of str to sequence of float
        The same of all scenarios; None is left out.

    Returns
    -------
    dict
        ``summary``, ``metrics`` (by name: ``original``, ``simulations``, ``percentiles``,
        ``confidence_intervals``, ``p_value``, ``is_significant_5pct``, ``is_significant_1pct``)
        and ``interpretation``. The p-value is the share of scenarios that reach the original
        (for ``max_drawdown``, which is negative: that are as deep).
    """
    count = max(map(len, simulated.values()))
    metrics = {name: _metric(name, originals[name], values) for name, values in simulated.items()}
    return {
        "summary": {
            "num_simulations": count,
            "significant_metrics_5pct": sum(m["is_significant_5pct"] for m in metrics.values()),
            "significant_metrics_1pct": sum(m["is_significant_1pct"] for m in metrics.values()),
            "total_metrics": len(metrics),
        },
        "metrics": metrics,
        "interpretation": _interpretation(metrics),
    }


def _metric(name: str, original: float, simulated: Sequence[float | None]) -> dict[str, Any]:
    values = np.array([value for value in simulated if value is not None], np.float64)
    sign = -1.0 if name == "max_drawdown" else 1.0
    p_value = share_at_least(sign * values, sign * original)

    def at(share: float) -> float:
        with np.errstate(invalid="ignore"):  # infinite ratios
            return float(np.percentile(values, share))

    with np.errstate(invalid="ignore"):
        simulations = {
            "mean": float(values.mean()),
            "std": float(values.std()),
            "min": float(values.min()),
            "max": float(values.max()),
            "count": len(values),
        }
    return {
        "original": original,
        "simulations": simulations,
        "percentiles": {f"{share}th": at(share) for share in PERCENTILES},
        "confidence_intervals": {
            name: {"lower": at(lower), "upper": at(upper)}
            for name, (lower, upper) in _INTERVALS.items()
        },
        "p_value": p_value,
        "is_significant_5pct": p_value < _LEVELS[0],
        "is_significant_1pct": p_value < _LEVELS[1],
    }


def _interpretation(metrics: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Put p-values and ranks into words."""
    detailed = []
    for name, metric in metrics.items():
        significance, rank = _significance(metric), _rank(metric)
        detailed.append(
            {
                "metric": name,
                "significance": significance,
                "rank": rank,
                "p_value": metric["p_value"],
                "message": f"{name}: {significance}, original result in {rank} of simulations",
            }
        )
    count = sum(metric["is_significant_5pct"] for metric in metrics.values())
    worst = max(metrics.values(), key=lambda metric: metric["p_value"])
    overall = (
        f"Strategy shows {_significance(worst)} performance with {count} out of {len(metrics)} "
        f"metrics being statistically significant."
    )
    return {"detailed": detailed, "overall": overall}


def _significance(metric: Mapping[str, Any]) -> str:
    if metric["is_significant_1pct"]:
        return "highly significant (p < 0.01)"
    return "significant (p < 0.05)" if metric["is_significant_5pct"] else (
        "not significant (p >= 0.05)"
    )  # fmt: skip


def _rank(metric: Mapping[str, Any]) -> str:
    """Place of the original among the scenarios: where higher is better, as for drawdowns."""
    original, of = metric["original"], metric["percentiles"]
    for rank, share in (
        ("top 5%", "95th"),
        ("top 25%", "75th"),
        ("above median", "50th"),
        ("below median", "25th"),
    ):
        if original >= of[share]:
            return rank
    return "bottom 25%"
