"""Arrays of numbers: shifting, filling, padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from hindcaster._candles import get_candle_source, slice_candles
from hindcaster._types import AnyArray

__all__ = ["get_candle_source", "np_ffill", "np_shift", "same_length", "slice_candles"]


def np_shift(arr: AnyArray, num: int, fill_value: Any = 0) -> AnyArray:
    """Move the items of an array to later places, or earlier ones if `num` is negative.

    Parameters
    ----------
    arr : ndarray
        Moved along its first axis.
    num : int
        Number of places.
    fill_value : scalar, default 0
        What stands in the places left empty; it has to fit the array's dtype.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> np_shift(np.array([1.0, 2.0, 3.0]), 1)
    array([0., 1., 2.])
    """
    shifted = np.empty_like(arr)
    if num > 0:
        shifted[:num] = fill_value
        shifted[num:] = arr[:-num]
    elif num < 0:
        shifted[num:] = fill_value
        shifted[:num] = arr[-num:]
    else:
        shifted[:] = arr
    return shifted


def np_ffill(arr: AnyArray, axis: int = 0) -> AnyArray:
    """Replace each NaN by the last number before it along an axis; those in front stay.

    Examples
    --------
    >>> np_ffill(np.array([np.nan, 1.0, np.nan, 2.0]))
    array([nan,  1.,  1.,  2.])
    """
    shape = [1] * arr.ndim
    shape[axis] = arr.shape[axis]
    places = np.arange(arr.shape[axis]).reshape(shape)
    last_known = np.maximum.accumulate(np.where(np.isnan(arr), 0, places), axis=axis)
    return np.take_along_axis(arr, last_known, axis)


def same_length(bigger: AnyArray, shorter: AnyArray) -> AnyArray:
    """Put NaN before an array until it is as long as another one.

    Raises
    ------
    ValueError
        It is longer already.

    Examples
    --------
    >>> same_length(np.zeros(4), np.array([1.0, 2.0]))
    array([nan, nan,  1.,  2.])
    """
    return np.concatenate([np.full(bigger.shape[0] - shorter.shape[0], np.nan), shorter])
