"""How values are distributed: a histogram with round edges."""

from typing import NamedTuple

import numpy as np

from hindcaster._types import FloatArray, IntArray

MOST_BINS = 60
_INNER = (0.02, 0.98)  # quantiles between which at most half of the bins and one lie
_SPARE = MOST_BINS // 4 - 1  # bins on either side of them, if there are values far away
_ROUND = np.array([1.0, 2.0, 2.5, 5.0, 10.0])


class Histogram(NamedTuple):
    """Counts of values in bins of equal width.

    Attributes
    ----------
    edges : numpy.ndarray of float64
        Edges of the bins, in order: multiples of a round width, so that no bin has values of both
        signs. A bin has the values from its lower edge to below its upper one.
    counts : numpy.ndarray of int64
        Values in each bin.
    below, above : int
        How many values of the first bin lie below it, and of the last one at or above its upper
        edge: few values far from the others do not make all bins wide.
    """

    edges: FloatArray
    counts: IntArray
    below: int
    above: int


def histogram(values: FloatArray) -> Histogram:
    """Count values in bins; infinite ones and NaN are left out.

    Parameters
    ----------
    values : numpy.ndarray of float64
        At least one of them finite.

    References
    ----------
    Freedman and Diaconis, "On the histogram as a density estimator", Zeitschrift für
    Wahrscheinlichkeitstheorie 57, 1981: bins twice the interquartile range over the cube root of
    the number of values wide, which is rounded up here.

    Examples
    --------
    >>> found = histogram(np.array([-0.011, 0.002, 0.003, 0.007, 0.018]))
    >>> found.edges.round(6).tolist(), found.counts.tolist()
    ([-0.02, -0.01, 0.0, 0.01, 0.02], [1, 0, 3, 1])
    """
    values = values[np.isfinite(values)]
    width = _width(values)
    first, last = np.floor(values.min() / width), np.floor(values.max() / width)
    first -= first * width > values.min()  # the quotients are rounded
    last += (last + 1) * width <= values.max()
    if last - first >= MOST_BINS:  # the tails go to the outer bins
        low, high = np.floor(np.quantile(values, _INNER) / width)
        first, last = max(first, low - _SPARE), min(last, high + _SPARE)
    edges = np.arange(first, last + 2) * width
    places = np.searchsorted(edges, values, side="right") - 1
    counts = np.bincount(np.clip(places, 0, len(edges) - 2), minlength=len(edges) - 1)
    return Histogram(
        edges, counts, int((values < edges[0]).sum()), int((values >= edges[-1]).sum())
    )


def _width(values: FloatArray) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    inner = np.diff(np.quantile(values, _INNER))[0]
    width = max(2 * (high - low) / len(values) ** (1 / 3), inner / (MOST_BINS // 2))
    if not width > 0:  # all values, or nearly all, are the same
        width = float(np.abs(values).max()) / 10 or 0.01
    power = 10.0 ** np.floor(np.log10(width))
    # Rounding leaves a trace above round numbers.
    return float(power * _ROUND[np.searchsorted(_ROUND * (1 + 1e-9), width / power)])
