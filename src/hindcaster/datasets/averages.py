"""The moving average behind `hindcaster.test.SMA`."""

import math

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray


def moving_average(values: FloatArray, n: int) -> FloatArray:
    """Compute the mean of the last `n` values at each position.

    Parameters
    ----------
    values : array_like of float
        Values, oldest first. One that is not finite counts as missing.
    n : int
        Number of values averaged, at least 1.

    Returns
    -------
    numpy.ndarray
        NaN where one of the `n` values is missing. To the last bit what
        ``pandas.Series(values).rolling(n).mean()`` holds.
    """
    # One memory layout, because a kernel is compiled anew for every other one.
    values = np.array(values, np.float64)
    means = np.empty(len(values))
    _write_means(values, n, means)
    return means


@kernel
def _write_means(values: FloatArray, n: int, means: FloatArray) -> None:
    """Move a sum along, with what rounding took from it (Kahan 1965) put back in."""
    total = lost_in = lost_out = 0.0
    count = below_zero = equal = 0  # values in the window, and how many of the last are equal
    previous = math.nan
    for i in range(values.size):
        if i >= n and math.isfinite(values[i - n]):
            out = values[i - n]
            gain = -out - lost_out
            moved = total + gain
            lost_out = moved - total - gain
            total = moved
            count -= 1
            if math.copysign(1.0, out) < 0.0:
                below_zero -= 1
        value = values[i]
        if math.isfinite(value):
            gain = value - lost_in
            moved = total + gain
            lost_in = moved - total - gain
            total = moved
            count += 1
            if math.copysign(1.0, value) < 0.0:
                below_zero += 1
            equal = equal + 1 if value == previous else 1
            previous = value
        means[i] = math.nan
        if count == n:
            mean = total / n
            if equal >= n:
                mean = previous
            elif (below_zero == 0 and mean < 0.0) or (below_zero == n and mean > 0.0):
                mean = 0.0
            means[i] = mean
