"""Checks of arguments that are whole numbers."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from hindcaster import errors


def checked_count(name: str, value: Any, least: int = 1) -> int:
    """Take a number of things.

    Raises
    ------
    TypeError
        No whole number.
    ValueError
        Fewer than `least`.
    """
    if not _is_whole(value) or value < least:
        raise errors.bad_count(name, value, least)
    return index(value)


def checked_seed(name: str, value: Any) -> int:
    """Take a seed, or draw one if it is None.

    Raises
    ------
    TypeError
        No whole number.
    ValueError
        A negative one.
    """
    if value is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if not _is_whole(value) or value < 0:
        raise errors.bad_seed(name, value)
    return index(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
