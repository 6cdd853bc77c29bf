"""A series and its own past: values and differences some bars back."""

from collections.abc import Callable

import numpy as np

from hindcaster._types import FloatArray


def of_numbers(x: FloatArray, function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Compute from the values that are numbers; NaN comes in front for as many as are not."""
    numbers = x[~np.isnan(x)]
    out = np.full(len(x), np.nan)
    if len(numbers):
        out[len(x) - len(numbers) :] = function(numbers)
    return out


def undefined_from(x: FloatArray, values: FloatArray, first: int = 0) -> FloatArray:
    """Make values NaN from where `x` first is, as sums carried along from bar `first` are."""
    undefined = np.isnan(x[first:])
    if undefined.any():
        values[first + np.argmax(undefined) :] = np.nan
    return values


def shifted(x: FloatArray, bars: int) -> FloatArray:
    """Values of some bars before; NaN for the first ones."""
    out = np.full(len(x), np.nan)
    out[bars:] = x[: max(len(x) - bars, 0)]
    return out


def change(x: FloatArray, bars: int = 1) -> FloatArray:
    """Difference to the value some bars before; NaN for the first ones."""
    return x - shifted(x, bars)


def percent_change(x: FloatArray, bars: int) -> FloatArray:
    """Rate of change to the value some bars before, in percent; NaN for the first ones."""
    rate: FloatArray = 100.0 * (x / shifted(x, bars) - 1.0)
    return rate
