"""Mistakes in what 1-minute candles are made from."""

from typing import Any


def bad_close_prices(value: Any) -> TypeError:
    """The closing prices are not a row of numbers."""
    return TypeError(
        f"prices must be a list or a one-dimensional array of numbers, one closing price per "
        f"minute, got {value!r}."
    )


def bad_candle_attributes(value: Any) -> TypeError:
    """The attributes of a candle are not a dictionary."""
    return TypeError(
        f"attributes must be a dict with any of the keys timestamp, open, close, high, low, volume,"
        f" got {value!r}."
    )


def candle_count_not_whole(value: Any) -> TypeError:
    """The number of candles is not an integer."""
    return TypeError(f"count must be a whole number of candles, got {value!r}.")


def candle_count_negative(value: int) -> ValueError:
    """The number of candles is below zero."""
    return ValueError(f"count must be 0 or more candles, got {value}.")
