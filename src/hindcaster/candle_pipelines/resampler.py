"""Candles that are drawn like those of a batch, one by one."""

from __future__ import annotations

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.candle_pipelines.base import BaseCandlesPipeline
from hindcaster.candle_pipelines.bounds import (
    SMALLEST_PRICE,
    bounded,
    opened_at,
    own_or_global,
)
from hindcaster.engine.exchange.columns import CLOSE, HIGH, LOW


class GaussianResamplerCandlesPipeline(BaseCandlesPipeline):
    """Draw candles whose moves have mean and spread of a batch's, normally distributed.

    Closes continue the last price with independent steps; highs and lows lie as far from them as
    draws of the batch's distances say, but never inside of open and close. Times and volumes stay.

    Parameters
    ----------
    batch_size : int
        Rows per batch, at least 1.
    mu : float, default 0
        Added to the mean of steps and of distances, in units of the price.
    sigma : float, optional
        Factor for all standard deviations. Without it, the one that makes that of the steps what
        the relative returns of the batch have at its median price.
    seed : int, optional
        Seed of random numbers of its own. Without it they come from NumPy's global generator, as
        for `GaussianNoiseCandlesPipeline`.

    Raises
    ------
    ValueError
        The batch size is below 1; at the first batch, `sigma` is below 0.

    Notes
    -----
    Where all steps of a batch are the same, the factor is 0 unless `sigma` gives one.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.candle_pipelines import GaussianResamplerCandlesPipeline
    >>> from hindcaster.research import candles_from_close_prices
    >>> rows = candles_from_close_prices([10, 11, 10, 12])
    >>> resampler = GaussianResamplerCandlesPipeline(4, seed=1)
    >>> resampler.last_price = 10.0
    >>> out = np.zeros((4, 6))
    >>> resampler.process(rows, out)
    True
    >>> bool((out[1:, 1] == out[:-1, 2]).all())  # opens are the closes before
    True
    """

    def __init__(
        self,
        batch_size: int,
        *,
        mu: float = 0.0,
        sigma: float | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(batch_size)
        self.mu, self.sigma = mu, sigma
        self._random = own_or_global(seed)

    def process(self, original_1m_candles: FloatArray, out: FloatArray) -> bool:
        """Draw a batch."""
        close = original_1m_candles[:, CLOSE]
        steps = np.diff(close) if len(close) > 1 else np.zeros(1)
        scale = self._scale(steps, close)
        above = original_1m_candles[:, HIGH] - close
        below = close - original_1m_candles[:, LOW]
        out[:] = original_1m_candles
        walk = self.last_price + np.cumsum(self._drawn(steps, scale, len(out)))
        np.maximum(walk, SMALLEST_PRICE, out=out[:, CLOSE])
        out[:, HIGH] = out[:, CLOSE] + self._drawn(above, scale, len(out))
        out[:, LOW] = out[:, CLOSE] - self._drawn(below, scale, len(out))
        opened_at(self.last_price, out)
        bounded(out, out[:, LOW].copy())
        return True

    def _scale(self, steps: FloatArray, close: FloatArray) -> float:
        if self.sigma:
            return self.sigma
        spread = float(steps.std())
        if spread == 0.0:
            return 0.0
        returns = steps / close[:-1]
        return float(returns.std() * np.median(close) / spread)

    def _drawn(self, values: FloatArray, scale: float, count: int) -> FloatArray:
        return self._random.normal(values.mean() + self.mu, values.std() * scale, count)
