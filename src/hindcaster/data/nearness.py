"""How many values lie near the prices: what decides where an indicator is drawn."""

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import AnyArray, FloatArray


def count_near(rows: AnyArray, close: AnyArray) -> int:
    """Count the values between 0.6 and 1.4 times the close; NaN counts as no.

    Parameters
    ----------
    rows : numpy.ndarray of numbers, shape (n_bars,) or (rows, n_bars)
        Values.
    close : numpy.ndarray of numbers, shape (n_bars,)
        Closing prices.
    """
    if rows.dtype == close.dtype == np.float64:
        close = _uniform(close)
        if rows.ndim == 1:
            return _count_near(_uniform(rows), close)
        return sum(_count_near(_uniform(row), close) for row in rows)
    with np.errstate(all="ignore"):
        ratio = rows / close
        return int(np.count_nonzero((ratio < 1.4) & (ratio > 0.6)))


def _uniform(values: AnyArray) -> FloatArray:
    """View of values, of the one type that the kernel is compiled for."""
    uniform = np.ascontiguousarray(values).view()
    uniform.flags.writeable = False
    return uniform


@kernel
def _count_near(values: FloatArray, close: FloatArray) -> int:
    near = 0
    for i in range(values.size):
        ratio = values[i] / close[i]
        near += (ratio < 1.4) & (ratio > 0.6)
    return near
