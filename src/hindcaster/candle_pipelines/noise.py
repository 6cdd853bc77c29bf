"""Candles with normally distributed noise."""

from __future__ import annotations

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.candle_pipelines.base import BaseCandlesPipeline
from hindcaster.candle_pipelines.bounds import bounded, opened_at, own_or_global
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW, OPEN


class GaussianNoiseCandlesPipeline(BaseCandlesPipeline):
    """Add noise to candles: a random walk to the closes, noise to highs and lows.

    The walk starts anew in each batch: the close of row k gets the sum of k + 1 draws. Opens are
    the closes before. Highs and lows that the noise brought to the wrong side of the other prices
    are moved to them. Times and volumes stay. In a last batch of n rows, fewer than the others,
    the first open is the close of row n of the batch before.

    Parameters
    ----------
    batch_size : int
        Rows per batch, at least 1.
    close_mu, high_mu, low_mu : float, default 0
        Mean of the draws, in units of the price.
    close_sigma, high_sigma, low_sigma : float
        Their standard deviation, at least 0.
    seed : int, optional
        Seed of random numbers of its own. Without it they come from NumPy's global generator:
        ``np.random.seed(n)`` before the run gives the same as ``seed=n`` (with one symbol), but
        runs in other threads take numbers from it too.

    Raises
    ------
    ValueError
        The batch size is below 1; at the first batch, a standard deviation is below 0.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.candle_pipelines import GaussianNoiseCandlesPipeline
    >>> from hindcaster.research import candles_from_close_prices
    >>> rows = candles_from_close_prices([10, 11, 12])
    >>> noise = GaussianNoiseCandlesPipeline(
    ...     3, close_sigma=0.1, high_sigma=0.1, low_sigma=0.1, seed=1
    ... )
    >>> out = np.zeros((3, 6))
    >>> noise.process(rows, out)
    True
    >>> out[:, 2].round(2)
    array([10.16, 11.1 , 12.05])
    """

    def __init__(
        self,
        batch_size: int,
        *,
        close_mu: float = 0.0,
        close_sigma: float,
        high_mu: float = 0.0,
        high_sigma: float,
        low_mu: float = 0.0,
        low_sigma: float,
        seed: int | None = None,
    ) -> None:
        super().__init__(batch_size)
        self.close_mu, self.close_sigma = close_mu, close_sigma
        self.high_mu, self.high_sigma = high_mu, high_sigma
        self.low_mu, self.low_sigma = low_mu, low_sigma
        self._random = own_or_global(seed)

    def process(self, original_1m_candles: FloatArray, out: FloatArray) -> bool:
        """Add noise to a batch."""
        count, draw = len(out), self._random.normal
        # In a last batch with fewer rows this is not the close before it: so it is in Jesse.
        before = out.item(-1, CLOSE) or self.last_price or original_1m_candles.item(0, OPEN)
        out[:] = original_1m_candles
        out[:, CLOSE] += np.cumsum(draw(self.close_mu, self.close_sigma, count))
        out[:, HIGH] = out[:, HIGH] + self.high_mu + draw(0.0, self.high_sigma, count)
        out[:, LOW] = out[:, LOW] + self.low_mu + draw(0.0, self.low_sigma, count)
        opened_at(before, out)
        bounded(out, out[:, LOW].copy())
        return True
