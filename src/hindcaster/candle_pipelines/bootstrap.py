"""Candles put together from blocks of a batch's."""

from __future__ import annotations

from typing import Any

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.candle_pipelines.base import BaseCandlesPipeline
from hindcaster.candle_pipelines.bounds import bounded, opened_at
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW


class MovingBlockBootstrapCandlesPipeline(BaseCandlesPipeline):
    """Draw blocks of moves from each batch, with replacement (moving block bootstrap).

    A move is the step from close to close, with the distances of high and low from the close it
    leads to. Blocks have a tenth of the batch's rows, at least 10 and at most all but one; they
    keep what follows on what within them. Closes continue the last price; times and volumes stay.

    Parameters
    ----------
    batch_size : int
        Rows per batch, at least 1.
    seed : int, optional
        Seed of its random numbers; new ones without it.
    **_ignored
        Other arguments, which pipelines of another kind take, have no effect.

    Raises
    ------
    ValueError
        The batch size is below 1.

    References
    ----------
    Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
    Statistics 17, 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.candle_pipelines import MovingBlockBootstrapCandlesPipeline
    >>> from hindcaster.research import candles_from_close_prices
    >>> rows = candles_from_close_prices([10, 11, 13, 16, 20])
    >>> bootstrap = MovingBlockBootstrapCandlesPipeline(5, seed=1)
    >>> bootstrap.last_price = 9.5
    >>> out = np.zeros((5, 6))
    >>> bootstrap.process(rows, out)
    True
    >>> np.diff(out[:, 2])  # steps of the original, in another order
    array([2., 3., 4., 1.])
    """

    def __init__(self, batch_size: int, seed: int | None = None, **_ignored: Any) -> None:
        super().__init__(batch_size)
        self._block_size = max(1, min(max(10, self._batch_size // 10), self._batch_size - 1))
        self._random = np.random.default_rng(seed)

    def process(self, original_1m_candles: FloatArray, out: FloatArray) -> bool:
        """Draw a batch."""
        close = original_1m_candles[:, CLOSE]
        out[:] = original_1m_candles
        if len(close) > 1:
            moves = self._moves(len(close))
            above = original_1m_candles[:, HIGH] - close
            below = close - original_1m_candles[:, LOW]
            out[:, CLOSE] = self.last_price + np.cumsum(np.diff(close)[moves])
            out[:, HIGH] = out[:, CLOSE] + above[moves + 1]
            out[:, LOW] = out[:, CLOSE] - below[moves + 1]
        else:
            out[:, CLOSE] = out[:, HIGH] = out[:, LOW] = self.last_price
        opened_at(self.last_price, out)
        bounded(out)
        return True

    def _moves(self, count: int) -> Any:
        """Draw as many places of steps as there are rows."""
        length = min(self._block_size, count - 1)
        # One block more than is needed: later batches of a seed begin after it.
        starts = self._random.integers(0, count - length, size=-(-count // length) + 1)
        return (starts[:, None] + np.arange(length)).ravel()[:count]
