"""What a trade can come to on one bar, over all orders in which the bar's prices can have come.

Of a bar it is known that prices began at its open, ended at its close, and touched its high and
its low on the way; nothing else. Everything here is about long trades: for a short one, prices
change their sign and the high its place with the low. A level counts as reached when it is touched.
"""

from typing import Final, NamedTuple

import numpy as np


class Prices(NamedTuple):
    """A bar."""

    open: float
    high: float
    low: float
    close: float

    def mirrored(self) -> "Prices":
        """Give the bar in which a short trade is a long one."""
        return Prices(-self.open, -self.low, -self.high, -self.close)


class Level(NamedTuple):
    """Where a trade would be closed, and what would close it."""

    price: float
    name: str


class Exit(NamedTuple):
    """A price at which a trade may have been closed, by what, and if that is a limit order."""

    price: float
    name: str
    resting: bool


class Ends(NamedTuple):
    """Exits that are possible on a bar, and whether the trade may have outlived it."""

    exits: list[Exit]
    stays: bool


NO_STOP: Final = Level(-np.inf, "")
NO_TARGET: Final = Level(np.inf, "")


def from_open(bar: Prices, stop: Level, target: Level) -> Ends:
    """Find the ends of a trade that is there from the open on.

    Parameters
    ----------
    bar : Prices
        The bar.
    stop, target : Level
        Closes the trade at its price or below; at its price or above.

    Examples
    --------
    >>> from_open(Prices(100, 110, 90, 105), Level(95, "stop-loss"), Level(108, "take-profit"))
    Ends(exits=[Exit(price=95, name='stop-loss', resting=False),
                Exit(price=108, name='take-profit', resting=True)], stays=False)
    """
    if stop.price >= bar.open:
        return Ends([Exit(bar.open, stop.name, False)], False)
    if target.price <= bar.open:
        return Ends([Exit(bar.open, target.name, True)], False)
    exits = []
    if bar.low <= stop.price:
        exits.append(Exit(stop.price, stop.name, False))
    if bar.high >= target.price:
        exits.append(Exit(target.price, target.name, True))
    return Ends(exits, not exits)


def from_rise(bar: Prices, stop: Level, target: Level) -> Ends:
    """Find the ends of a trade entered above the open: on the way up, with the high to come.

    Parameters
    ----------
    bar, stop, target
        As for `from_open`; the entry lies between the levels.

    Examples
    --------
    Whether the low came after the entry is not known, but prices ended above the stop-loss:

    >>> from_rise(Prices(100, 110, 90, 105), Level(95, "stop-loss"), NO_TARGET)
    Ends(exits=[Exit(price=95, name='stop-loss', resting=False)], stays=True)
    """
    low_side = [Exit(stop.price, stop.name, False)] if bar.low <= stop.price else []
    if bar.high >= target.price:
        return Ends([*low_side, Exit(target.price, target.name, True)], False)
    return Ends(low_side, bar.close > stop.price)


def from_fall(bar: Prices, stop: Level, target: Level) -> Ends:
    """Find the ends of a trade entered below the open: on the way down, with the low to come.

    Parameters
    ----------
    bar, stop, target
        As for `from_open`; the entry lies between the levels.

    Examples
    --------
    Whether the high came after the entry is not known, but prices ended above the take-profit:

    >>> from_fall(Prices(100, 110, 90, 105), NO_STOP, Level(102, "take-profit"))
    Ends(exits=[Exit(price=102, name='take-profit', resting=True)], stays=False)
    """
    high_side = [Exit(target.price, target.name, True)] if bar.high >= target.price else []
    if bar.low <= stop.price:
        return Ends([Exit(stop.price, stop.name, False), *high_side], False)
    return Ends(high_side, bar.close < target.price)
