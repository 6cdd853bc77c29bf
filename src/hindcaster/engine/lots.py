"""The smallest amount that can be traded: one unit, or one of `lots` parts of it.

Sizes are kept as the multiples of 1 / lots that are nearest to the exact ones, so that sums of
them come out even: 0.1 + 0.2 is 0.3. With one lot per unit nothing changes a whole number. This
module is free of Numba, for the door; `grid` has the kernels.
"""

import math


def rounded_down(units: float, lots: float) -> float:
    """Largest multiple of a lot that is not above a positive number of units.

    What arithmetic may have taken off a multiple does not count: 0.29 * 100 is 28.999999999999996.
    """
    count = units * lots
    nearest = math.floor(count + 0.5)
    slack = 1e-6 + count * 2.0**-50
    return (nearest if abs(count - nearest) <= slack else math.floor(count)) / lots
