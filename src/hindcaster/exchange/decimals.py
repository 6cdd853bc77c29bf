"""Sums as a person writes them: 0.1 + 0.2 is 0.3."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_EXACT: Final = 2.0**52  # whole numbers up to here have exact sums
_FINEST: Final = Decimal("1e-28")  # digits behind it are rounded away
_TINY: Final = 1e-10  # numbers below it may have such digits


def _decimal(number: float) -> Decimal:
    value = Decimal(repr(number))
    return value.quantize(_FINEST, ROUND_HALF_UP) if abs(number) < _TINY else value


def sum_floats(first: float, second: float) -> float:
    """Add two numbers in decimal notation.

    Parameters
    ----------
    first, second : float
        Finite numbers.

    Returns
    -------
    float
        The sum of the shortest decimal numbers that stand for the two, to 28 places.

    Raises
    ------
    ValueError
        One of them is NaN or infinite.

    Examples
    --------
    >>> sum_floats(0.1, 0.2)
    0.3
    """
    first, second = float(first), float(second)
    if first == -second:
        if first - first != 0.0:
            raise ValueError(f"Only finite numbers can be added, got {first!r} and {second!r}.")
        return 0.0
    if first % 1.0 == 0.0 == second % 1.0 and abs(first) < _EXACT and abs(second) < _EXACT:
        return first + second
    if first - first != 0.0 or second - second != 0.0:
        raise ValueError(f"Only finite numbers can be added, got {first!r} and {second!r}.")
    return float(_decimal(first) + _decimal(second))


def subtract_floats(first: float, second: float) -> float:
    """Subtract the second number from the first in decimal notation, as `sum_floats` adds.

    Examples
    --------
    >>> subtract_floats(0.3, 0.1)
    0.2
    """
    return sum_floats(first, -second)
