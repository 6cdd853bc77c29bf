"""Candles by date against the reference package."""
