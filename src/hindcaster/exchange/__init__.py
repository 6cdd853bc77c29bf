"""The simulated exchange of one run: clock, candles, orders, positions and the wallet."""
