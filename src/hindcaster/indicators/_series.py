"""A series and its own past: values and differences some bars back."""

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray


@kernel
def numbers_of(x: FloatArray) -> FloatArray:
    """Values that are not NaN."""
    out, count = np.empty(len(x)), 0
    for i in range(len(x)):
        if x[i] == x[i]:
            out[count] = x[i]
            count += 1
    return out[:count]


@kernel
def behind_nan(x: FloatArray, values: FloatArray) -> FloatArray:
    """Values that are made of `numbers_of` a series, with NaN in front for those left out."""
    left_out = len(x) - len(values)
    out = np.empty(len(x))
    for i in range(left_out):
        out[i] = np.nan
    for i in range(len(values)):
        out[left_out + i] = values[i]
    return out


@kernel
def shifted(x: FloatArray, bars: int) -> FloatArray:
    """Values of some bars before; NaN for the first ones."""
    out = np.empty(len(x))
    first = min(bars, len(x))
    late, then = out[first:], x[: len(x) - first]
    for i in range(len(late)):
        late[i] = then[i]
    out[:first] = np.nan
    return out


@kernel
def change(x: FloatArray, bars: int) -> FloatArray:
    """Difference to the value some bars before; NaN for the first ones."""
    out = np.empty(len(x))
    first = min(bars, len(x))
    late, then, now = out[first:], x[: len(x) - first], x[first:]
    for i in range(len(late)):
        late[i] = now[i] - then[i]
    out[:first] = np.nan
    return out


@kernel
def ratio_to_past(x: FloatArray, bars: int, factor: float, less: float) -> FloatArray:
    """Ratio to the value some bars before, by a factor, less a number; NaN for the first ones."""
    out = np.empty(len(x))
    first = min(bars, len(x))
    late, then, now = out[first:], x[: len(x) - first], x[first:]
    for i in range(len(late)):
        late[i] = factor * (now[i] / then[i]) - less
    out[:first] = np.nan
    return out


@kernel
def percent_change(x: FloatArray, bars: int) -> FloatArray:
    """Rate of change to the value some bars before, in percent; NaN for the first ones."""
    out = ratio_to_past(x, bars, 1.0, 0.0)
    for i in range(len(x)):
        out[i] = 100.0 * (out[i] - 1.0)
    return out
