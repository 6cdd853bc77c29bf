"""Candle pipelines: what changes the candles of an exchange simulation before anybody sees them.

Derive a class of your own from `BaseCandlesPipeline`, or use one that draws random candles:
`MovingBlockBootstrapCandlesPipeline`, `GaussianNoiseCandlesPipeline` and
`GaussianResamplerCandlesPipeline`.
"""

from hindcaster.candle_pipelines.base import BaseCandlesPipeline
from hindcaster.candle_pipelines.bootstrap import MovingBlockBootstrapCandlesPipeline
from hindcaster.candle_pipelines.noise import GaussianNoiseCandlesPipeline
from hindcaster.candle_pipelines.resampler import GaussianResamplerCandlesPipeline

__all__ = [
    "BaseCandlesPipeline",
    "GaussianNoiseCandlesPipeline",
    "GaussianResamplerCandlesPipeline",
    "MovingBlockBootstrapCandlesPipeline",
]
