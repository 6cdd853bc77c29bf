"""What few orders have: an amount in units, an expiry, a trailing stop, a fill at the close."""

from __future__ import annotations

import math
import re
import sys
from numbers import Integral
from typing import Any, NamedTuple

from hindcaster import errors
from hindcaster.engine.lots import rounded_down

_PERCENT = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*%\s*")


class _FullSize(float):
    """The default order size: all free margin, less the last bit, so that it is a fraction."""

    def __repr__(self) -> str:
        return ".9999"


FULL_SIZE = _FullSize(1 - sys.float_info.epsilon)


class Terms(NamedTuple):
    """Arguments of `Strategy.buy` and `Strategy.sell` that most orders leave out."""

    units: float | None
    good_for: int | None
    oco: Any
    trail: float | str | None
    on_close: bool | None

    def are_absent(self) -> bool:
        """Whether nothing was said."""
        return (
            self.trail is None
            and self.units is None
            and self.good_for is None
            and self.oco is None
            and self.on_close is None
        )


def checked_size(size: float, lots: float) -> float:
    """Pass on a fraction of the free margin, or a number of units."""
    if 0 < size < 1 or (round(size) == size and size >= 1):
        return size
    if lots > 1 and 1 <= size < math.inf:
        return rounded_down(size, lots)
    raise errors.bad_order_size(size)


def checked_units(units: float, lots: float) -> float:
    """Pass on a number of units, rounded down to the smallest amount if there are fractions."""
    number = _number(units)
    if not 0 < number < math.inf or (lots == 1 and round(number) != number):
        raise errors.bad_units(units, 1 / lots)
    found = rounded_down(number, lots)
    if found <= 0:
        raise errors.bad_units(units, 1 / lots)
    return found


def checked_good_for(good_for: int | None) -> int | None:
    """Pass on a number of bars."""
    if good_for is None:
        return None
    if isinstance(good_for, bool) or not isinstance(good_for, Integral) or good_for < 1:
        raise errors.bad_good_for(good_for)
    return int(good_for)


def checked_on_close(on_close: bool | None, limit: Any, stop: Any) -> bool | None:
    """Pass on whether a market order fills at the close."""
    if on_close is not None and not isinstance(on_close, bool):
        raise errors.bad_on_close(on_close)
    if on_close and not (limit is None and stop is None):
        raise errors.on_close_with_price()
    return on_close


def _number(value: Any) -> float:
    """Value as a float, of a series the last element; NaN if it is no number."""
    try:
        return math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return math.nan


def trail_distance(trail: float | str | None) -> tuple[float, float]:
    """Distance of a trailing stop in price, and as a share of the best price; NaN if not given."""
    if trail is None:
        return math.nan, math.nan
    if isinstance(trail, str):
        found = _PERCENT.fullmatch(trail)
        share = float(found[1]) / 100 if found else math.nan
        if not 0 < share < 1:
            raise errors.bad_trail(trail)
        return math.nan, share
    distance = _number(trail)
    if not 0 < distance < math.inf:
        raise errors.bad_trail(trail)
    return distance, math.nan
