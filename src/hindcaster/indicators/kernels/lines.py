"""Lines by lines, bar by bar: sums, differences, products, ratios.

Kernels that are made of others call these: Numba takes long to compile an expression of arrays,
and that for every place where one is.
"""

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray


@kernel
def plus(x: FloatArray, y: FloatArray) -> FloatArray:
    """``x + y``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = x[i] + y[i]
    return out


@kernel
def minus(x: FloatArray, y: FloatArray) -> FloatArray:
    """``x - y``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = x[i] - y[i]
    return out


@kernel
def times(x: FloatArray, y: FloatArray) -> FloatArray:
    """``x * y``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = x[i] * y[i]
    return out


@kernel
def ratio(x: FloatArray, y: FloatArray) -> FloatArray:
    """``x / y``, with infinities and NaN as of floating point numbers."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = x[i] / y[i]
    return out


@kernel
def scaled(x: FloatArray, factor: float) -> FloatArray:
    """``factor * x``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = factor * x[i]
    return out


@kernel
def middle(x: FloatArray, y: FloatArray) -> FloatArray:
    """``(x + y) / 2``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = (x[i] + y[i]) / 2.0
    return out


@kernel
def root(x: FloatArray) -> FloatArray:
    """Square root."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = np.sqrt(x[i])
    return out


@kernel
def percent_of(x: FloatArray, y: FloatArray, factor: float) -> FloatArray:
    """``factor * (x - y) / y``."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = factor * (x[i] - y[i]) / y[i]
    return out


@kernel
def filled(x: FloatArray, bars: int, value: float) -> FloatArray:
    """Write a value into the first bars; gives the same array."""
    for i in range(min(bars, len(x))):
        x[i] = value
    return x


@kernel
def all_undefined(count: int) -> FloatArray:
    """NaN for so many bars."""
    out = np.empty(count)
    for i in range(count):
        out[i] = np.nan
    return out
