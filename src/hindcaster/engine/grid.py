"""Sizes on the grid of the smallest amounts that can be traded, for kernels: see `lots`."""

import numpy as np

from hindcaster._jit import subkernel
from hindcaster.engine import lots as plain


@subkernel
def on_grid(units: float, lots: float) -> float:
    """Nearest multiple of a lot."""
    return np.rint(units * lots) / lots


rounded_down = subkernel(plain.rounded_down)
