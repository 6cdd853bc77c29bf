"""The base class of candle pipelines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from operator import index

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray

__all__ = ["BaseCandlesPipeline"]


class BaseCandlesPipeline(ABC):
    """Base class of candle pipelines.

    `hindcaster.research.backtest` makes one for every symbol from ``candles_pipeline_class`` and
    ``candles_pipeline_kwargs``; without these it asks each strategy's ``candles_pipeline()``. The
    trading candles pass through it once, in batches; warm-up candles do not.

    Parameters
    ----------
    batch_size : int
        Rows per batch, at least 1; the last batch may have fewer.

    Attributes
    ----------
    last_price : float
        Close of the row before the batch, as changed; before the first batch, its open.

    Raises
    ------
    ValueError
        The batch size is below 1.

    Examples
    --------
    >>> from hindcaster.candle_pipelines import BaseCandlesPipeline
    >>> class Upside(BaseCandlesPipeline):
    ...     def process(self, original_1m_candles, out):
    ...         out[:] = original_1m_candles
    ...         out[:, 1:5] *= 1.1  # open, close, high, low
    ...         return True
    >>> Upside(batch_size=1440).last_price
    0.0
    """

    def __init__(self, batch_size: int) -> None:
        self._batch_size = index(batch_size)
        if self._batch_size < 1:
            raise errors.bad_batch_size(batch_size)
        self._output = np.zeros((self._batch_size, 6))
        self.last_price = 0.0

    @abstractmethod
    def process(self, original_1m_candles: FloatArray, out: FloatArray) -> bool:
        """Change a batch of candles.

        Parameters
        ----------
        original_1m_candles : array of float, shape (rows, 6)
            Time in milliseconds, open, close, high, low, volume; a copy.
        out : array of float, shape (rows, 6)
            To be overwritten, times included. Holds what was written for the batch before.

        Returns
        -------
        bool
            False to take the originals.
        """
