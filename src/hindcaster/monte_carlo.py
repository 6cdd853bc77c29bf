"""`MonteCarlo`: what `Backtest.monte_carlo` gives."""
