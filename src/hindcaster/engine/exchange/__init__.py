"""Kernels of the exchange broker: bars of all timeframes, and orders met by 1-minute candles."""
