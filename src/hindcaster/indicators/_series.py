"""A series and its own past: values and differences some bars back."""

import numpy as np

from hindcaster._jit import jitable
from hindcaster._types import FloatArray


@jitable
def numbers_of(x: FloatArray) -> FloatArray:
    """Values that are not NaN."""
    numbers: FloatArray = x[~np.isnan(x)]
    return numbers


@jitable
def behind_nan(x: FloatArray, values: FloatArray) -> FloatArray:
    """Values that are made of `numbers_of` a series, with NaN in front for those left out."""
    out = np.full(len(x), np.nan)
    out[len(x) - len(values) :] = values
    return out


@jitable
def shifted(x: FloatArray, bars: int) -> FloatArray:
    """Values of some bars before; NaN for the first ones."""
    out = np.full(len(x), np.nan)
    out[bars:] = x[: max(len(x) - bars, 0)]
    return out


@jitable
def change(x: FloatArray, bars: int = 1) -> FloatArray:
    """Difference to the value some bars before; NaN for the first ones."""
    return x - shifted(x, bars)


@jitable
def percent_change(x: FloatArray, bars: int) -> FloatArray:
    """Rate of change to the value some bars before, in percent; NaN for the first ones."""
    rate: FloatArray = 100.0 * (x / shifted(x, bars) - 1.0)
    return rate
