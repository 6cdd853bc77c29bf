"""Replays of exchange simulations recorded with Jesse 3.5.3 and the tools that record them."""
