"""`generate_equity_curve`: balance samples of the account, and of buying and holding."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.columns import CLOSE, OPEN
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.run import Run
from hindcaster.research.timeline import Timeline

# Colours of the series: the account, then the benchmarks in turn.
_PORTFOLIO_COLOR: Final = "#818CF8"
_BENCHMARK_COLORS: Final = ("#fbbf24", "#fb7185", "#60A5FA", "#4ADE80", "#E879F9", "#F97316")


def equity_curve(run: Run, timeline: Timeline, benchmark: bool) -> list[dict[str, Any]] | None:
    """Give the series as lists of points; None without trades."""
    if not run.trades:
        return None
    samples = run.samples.as_array()
    curve = [_series("Portfolio", samples, _PORTFOLIO_COLOR)]
    if benchmark:
        for index, lane in enumerate(run.lanes):
            color = _BENCHMARK_COLORS[index % len(_BENCHMARK_COLORS)]
            curve.append(_series(lane.symbol, buy_and_hold(lane, timeline, samples), color))
    return curve


def _series(name: str, samples: FloatArray, color: str) -> dict[str, Any]:
    points = [
        {"time": time / 1000, "value": value, "color": color} for time, value in samples.tolist()
    ]
    return {"name": name, "data": points, "color": color}


def buy_and_hold(lane: Lane, timeline: Timeline, samples: FloatArray) -> FloatArray:
    """Give the starting balance held in a symbol since its first open, at the samples' times.

    Parameters
    ----------
    lane : Lane
        The route.
    timeline : Timeline
        Steps of the run.
    samples : ndarray, shape (k, 2)
        Times and balances of the account.

    Returns
    -------
    ndarray, shape (k, 2)
        The same times, and what was held.
    """
    held = samples.copy()
    steps = timeline.clocks.searchsorted(samples[1:, 0])
    growth = growth_held(lane, timeline.last_rows(lane.symbol)[steps])
    held[1:, 1] = samples[0, 1] * growth
    return held


def growth_held(lane: Lane, last_rows: IntArray) -> FloatArray:
    """Give what holding a symbol has made of its price, by the row that closed last.

    It is bought at its first open of the trading time; before that, and if it has none, nothing
    changes.
    """
    rows, first = lane.quotes.rows, lane.quotes.first
    if first >= len(rows):
        return np.ones(len(last_rows))
    growth = rows[np.maximum(last_rows, first), CLOSE] / rows[first, OPEN]
    return np.where(last_rows >= first, growth, 1.0)
