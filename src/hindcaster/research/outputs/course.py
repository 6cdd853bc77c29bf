"""The account from minute to minute, computed from the fills when the run is over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hindcaster._types import FloatArray, IntArray
from hindcaster.engine.exchange.columns import CLOSE
from hindcaster.exchange.journal import Fill
from hindcaster.exchange.position import SPOT
from hindcaster.exchange.run import Run
from hindcaster.research.timeline import Timeline


def values_by_step(run: Run, timeline: Timeline, fills: Sequence[Fill]) -> FloatArray:
    """Give the value of the account at the close of every step.

    Cash and what resting orders have reserved, with positions at the last closes: profits of what
    is open in futures, all that is held in spot. A balance sample of the same time is the same
    number, up to rounding; but in spot with several routes samples leave out what the other
    routes than the first have reserved.

    Parameters
    ----------
    run : Run
        At its end.
    timeline : Timeline
        Its steps.
    fills : sequence of Fill
        From its journal.

    Returns
    -------
    ndarray, shape (steps,)
    """
    times = np.array([fill.time for fill in fills])
    steps = np.searchsorted(timeline.clocks, times)
    cash = np.array([fill.cash for fill in fills])
    value = _held(timeline.total, steps, cash, run.terms.starting_balance)
    lanes = np.array([fill.lane for fill in fills])
    for lane in run.lanes:
        own = np.flatnonzero(lanes == lane.index)
        if not len(own):
            continue
        qty = np.array([fills[i].qty for i in own.tolist()])
        entry = np.array([fills[i].entry_price for i in own.tolist()])
        held = _held(timeline.total, steps[own], qty, 0.0)
        paid = _held(timeline.total, steps[own], entry, 0.0)
        rows = timeline.last_rows(lane.symbol)
        close = lane.quotes.rows[np.maximum(rows, 0), CLOSE]
        worth = held * close if run.exchange_type == SPOT else held * (close - paid)
        value += np.where(held != 0, worth, 0.0)
    return value


def _held(total: int, steps: IntArray, values: FloatArray, before: float) -> FloatArray:
    """Give by step the last of some values that came up to it."""
    last = np.searchsorted(steps, np.arange(total), side="right") - 1
    known = np.where(last >= 0, values[np.maximum(last, 0)] if len(values) else before, before)
    return known.astype(np.float64)
