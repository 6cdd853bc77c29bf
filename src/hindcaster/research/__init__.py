"""Exchange simulation for scripts and notebooks: pure functions of candles and strategies."""

from hindcaster.research.backtest import backtest
from hindcaster.research.candles import (
    candles_from_close_prices,
    fake_candle,
    fake_range_candles,
)
from hindcaster.research.ml import (
    gather_ml_data,
    load_ml_data_csv,
    load_ml_model,
    save_ml_model,
    train_model,
)
from hindcaster.research.monte_carlo import monte_carlo_candles, monte_carlo_trades
from hindcaster.research.optimize import optimize, print_optimize_summary
from hindcaster.research.prepared import PreparedCandles
from hindcaster.research.rule_significance_testing import (
    plot_significance_test,
    rule_significance_test,
)
from hindcaster.store import get_candles, import_candles, store_candles

__all__ = [
    "PreparedCandles",
    "backtest",
    "candles_from_close_prices",
    "fake_candle",
    "fake_range_candles",
    "gather_ml_data",
    "get_candles",
    "import_candles",
    "load_ml_data_csv",
    "load_ml_model",
    "monte_carlo_candles",
    "monte_carlo_trades",
    "optimize",
    "plot_significance_test",
    "print_optimize_summary",
    "rule_significance_test",
    "save_ml_model",
    "store_candles",
    "train_model",
]
