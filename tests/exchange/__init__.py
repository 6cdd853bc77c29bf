"""Exchange simulations: `hindcaster.research.backtest` and the strategies it runs."""
