"""Candles that passed through pipelines.

What a pipeline makes depends on the candles alone, so all batches are made before the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.candle_pipelines import BaseCandlesPipeline
from hindcaster.engine.exchange.columns import CLOSE, OPEN, TIME
from hindcaster.exchange.lane import Lane
from hindcaster.research.checks import check_rows
from hindcaster.research.routes import Route, strategy_class
from hindcaster.strategies.strategy import Strategy

Candles = dict[str, FloatArray]
Pipelines = dict[str, BaseCandlesPipeline]


def pipelines_from(
    kind: Any, arguments: Mapping[str, Any] | None, symbols: Iterable[str]
) -> Pipelines:
    """Make one pipeline per symbol."""
    if not (isinstance(kind, type) and issubclass(kind, BaseCandlesPipeline)):
        raise errors.bad_pipeline("candles_pipeline_class", kind)
    return {symbol: kind(**(arguments or {})) for symbol in symbols}


def has_own_pipeline(route: Route) -> bool:
    """Whether a route's strategy may bring a pipeline."""
    return strategy_class(route).candles_pipeline is not Strategy.candles_pipeline


def pipelines_of(lanes: Iterable[Lane]) -> Pipelines:
    """Ask the strategies of routes for the pipelines of their symbols."""
    found: Pipelines = {}
    for lane in lanes:
        pipeline = lane.strategy.candles_pipeline()
        if pipeline is None:
            continue
        if not isinstance(pipeline, BaseCandlesPipeline):
            raise errors.bad_pipeline(
                f"{type(lane.strategy).__name__}.candles_pipeline()", pipeline
            )
        found[lane.symbol] = pipeline
    return found


def changed(candles: Candles, pipelines: Pipelines) -> Candles:
    """Let candles pass through the pipelines of their symbols, in the order of time.

    Parameters
    ----------
    candles : dict of str to ndarray
        Rows by symbol.
    pipelines : dict of str to BaseCandlesPipeline
        By symbol; candles of other symbols stay as they are.

    Raises
    ------
    ValueError
        A pipeline moved rows in time, or wrote what is no candle.
    """
    made = dict(candles)
    batches = []
    for place, symbol in enumerate(candles):
        if symbol in pipelines:
            made[symbol] = np.array(candles[symbol], dtype=np.float64)
            size = pipelines[symbol]._batch_size
            starts = range(0, len(made[symbol]), size)
            batches += [(made[symbol][k, TIME], place, k, symbol) for k in starts]
    for _, _, first, symbol in sorted(batches):
        _change(made[symbol][first:], pipelines[symbol], symbol, first)
    return made


def _change(rows: FloatArray, pipeline: BaseCandlesPipeline, symbol: str, first: int) -> None:
    """Put what a pipeline makes of the next batch in its place."""
    batch = rows[: pipeline._batch_size]
    out = pipeline._output[: len(batch)]
    if first == 0:
        pipeline.last_price = float(batch[0, OPEN])
        pipeline._output[:] = 0.0
    if pipeline.process(batch.copy(), out):
        where = f"{type(pipeline).__name__} for {symbol!r}, rows from {first} on"
        check_rows(where, out)
        if not np.array_equal(out[:, TIME], batch[:, TIME]):
            raise errors.pipeline_moved_rows(where)
        if not np.isfinite(out).all():
            raise errors.bad_candles(where, "numbers that are not finite")
        batch[:] = out
    pipeline.last_price = float(batch[-1, CLOSE])
