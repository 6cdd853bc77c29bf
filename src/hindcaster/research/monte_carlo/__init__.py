"""Monte Carlo tests of exchange strategies: trades in other orders, candles as they might be."""

from hindcaster.candle_pipelines import (
    GaussianNoiseCandlesPipeline,
    GaussianResamplerCandlesPipeline,
    MovingBlockBootstrapCandlesPipeline,
)
from hindcaster.research.monte_carlo.candles import monte_carlo_candles
from hindcaster.research.monte_carlo.charts import (
    plot_monte_carlo_candles_chart,
    plot_monte_carlo_trades_chart,
)
from hindcaster.research.monte_carlo.summaries import (
    print_monte_carlo_candles_summary,
    print_monte_carlo_trades_summary,
)
from hindcaster.research.monte_carlo.trades import monte_carlo_trades

__all__ = [
    "GaussianNoiseCandlesPipeline",
    "GaussianResamplerCandlesPipeline",
    "MovingBlockBootstrapCandlesPipeline",
    "monte_carlo_candles",
    "monte_carlo_trades",
    "plot_monte_carlo_candles_chart",
    "plot_monte_carlo_trades_chart",
    "print_monte_carlo_candles_summary",
    "print_monte_carlo_trades_summary",
]
