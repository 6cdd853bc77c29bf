"""Replays of runs recorded with `backtesting` 0.6.6 and the tools that record them."""
