"""Stop lines: distances from extremes by volatility."""

from typing import Any, NamedTuple

import numpy as np

from hindcaster import errors
from hindcaster._candles import HIGH, LOW
from hindcaster._jit import in_kernels
from hindcaster.indicators._call import Period, Prices, Values, column, high_low_close, indicator
from hindcaster.indicators.kernels import lines, windows
from hindcaster.indicators.moving_averages import moving_average
from hindcaster.indicators.statistics import deviation
from hindcaster.indicators.volatility import average_true_range

__all__ = ["CKSP", "chande", "cksp", "devstop", "kaufmanstop"]

_DIRECTIONS = ("long", "short")


def check_direction(direction: str) -> None:
    """Refuse a direction that `chande` does not know."""
    if direction not in _DIRECTIONS:
        raise errors.bad_choice("chande", "direction", _DIRECTIONS, direction)


@in_kernels(check_direction)
def _known_direction(direction: Any) -> Any:
    """Give a kernel that does nothing: compiled indicators are called with known directions."""
    return lambda direction: None


@indicator(compiled=True)
def chande(
    candles: Prices,
    period: Period = 22,
    mult: float = 3.0,
    direction: str = "long",
    sequential: bool = False,
) -> Values:
    """Chandelier exit: some average true ranges below the highest high, or above the lowest low.

    Source: C. LeBeau.
    """
    check_direction(direction)
    high, low, _ = high_low_close(candles)
    distance = lines.scaled(average_true_range(candles, period), mult)
    if direction == "long":
        return lines.minus(windows.rolling_max(high, period), distance)
    return lines.plus(windows.rolling_min(low, period), distance)


class CKSP(NamedTuple):
    """Values of `cksp`."""

    long: Values
    short: Values


@indicator()
def cksp(
    candles: Prices, p: Period = 10, x: float = 1.0, q: Period = 9, sequential: bool = False
) -> CKSP:
    """Chande Kroll stop: extremes of stops that are some average true ranges from extremes.

    Source: T. Chande and S. Kroll, "The New Technical Trader", 1994.

    Parameters
    ----------
    p : int, default 10
        Number of bars of the average true range.
    x : float, default 1.0
        Factor of the distance.
    q : int, default 9
        Number of bars of the extremes; fewer at the start.
    """
    high, low, _ = high_low_close(candles)
    distance = x * average_true_range(candles, p)
    first_long = windows.partial_max(high, q) - distance
    first_short = windows.partial_min(low, q) + distance
    return CKSP(windows.partial_max(first_long, q), windows.partial_min(first_short, q))


@indicator(quiet=True)
def devstop(
    candles: Prices,
    period: Period = 20,
    mult: float = 0,
    devtype: int = 0,
    direction: str = "long",
    sequential: bool = False,
) -> Values:
    """Kase's dev-stop: extremes less the mean range of two bars and some deviations of it.

    Source: C. Kase, "The Two Faces of Momentum", 1992.
    """
    high, low, _ = high_low_close(candles)
    ranges = windows.rolling_max(high, 2) - windows.rolling_min(low, 2)
    distance = windows.rolling_mean(ranges, period)
    distance = distance + mult * deviation(ranges, period, devtype, "devstop")
    distance[:period] = np.nan
    if direction == "long":
        return windows.rolling_max(high - distance, period)
    return windows.rolling_min(low + distance, period)


@indicator(quiet=True, compiled=True)
def kaufmanstop(
    candles: Prices,
    period: Period = 22,
    mult: float = 2,
    direction: str = "long",
    matype: int = 0,
    sequential: bool = False,
) -> Values:
    """Kaufman's stop: some average ranges below the low, or above the high.

    Source: P. Kaufman, "Smarter Trading", 1995.
    """
    high, low = column(candles, HIGH), column(candles, LOW)
    distance = lines.scaled(moving_average(lines.minus(high, low), period, matype), mult)
    return lines.minus(low, distance) if direction == "long" else lines.plus(high, distance)
