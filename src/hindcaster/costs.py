"""Commission and slippage models: small objects for `Backtest(..., commission=, slippage=)`.

They cost no call of Python, whichever way a strategy is driven. Trades record what was really
paid for them: the exit's commission, and their share of the entry's.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster import errors

if TYPE_CHECKING:
    from hindcaster.engine.costs import Fee, Schedule

__all__ = ["CommissionModel", "MakerTaker", "PerShare", "RateSlippage", "TickSlippage", "Tiered"]


def _checked(owner: object, **numbers: Any) -> None:
    """Refuse what is no finite number, and numbers below zero except for rebates."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise errors.bad_cost(type(owner).__name__, name, value)
        if value < 0 and name not in ("maker", "taker"):
            raise errors.bad_cost(type(owner).__name__, name, value)


class CommissionModel(ABC):
    """What trading costs; subclasses are the models below."""

    @abstractmethod
    def schedule(self) -> Schedule:
        """Numbers that the engine charges by."""


@dataclass(frozen=True)
class PerShare(CommissionModel):
    """Cash per unit, with a minimum and a maximum per order.

    Parameters
    ----------
    rate : float
        Cash per unit.
    minimum : float, default 0
        Least cash per fill.
    maximum : float, optional
        Most per fill, as a share of its value: 0.01 is 1 %. It wins over the minimum.

    Examples
    --------
    Half a cent per share, one dollar at least, one percent of the value at most:

    >>> from hindcaster.costs import PerShare
    >>> model = PerShare(0.005, minimum=1.0, maximum=0.01)
    >>> from hindcaster import Backtest
    >>> from hindcaster.test import GOOG
    >>> from examples.sma_cross import SmaCross
    >>> stats = Backtest(GOOG, SmaCross, commission=model, finalize_trades=True).run()
    >>> float(round(stats["Commissions [$]"], 2))
    188.0
    """

    rate: float
    minimum: float = 0.0
    maximum: float | None = None

    def __post_init__(self) -> None:
        most = {} if self.maximum is None else {"maximum": self.maximum}
        _checked(self, rate=self.rate, minimum=self.minimum, **most)

    def schedule(self) -> Schedule:
        """One rule for all fills."""
        from hindcaster.engine.costs import Fee, Schedule

        most = math.inf if self.maximum is None else self.maximum
        rule = Fee(per_unit=self.rate, least=self.minimum or -math.inf, most=most)
        return Schedule(((0.0, rule),))


@dataclass(frozen=True)
class MakerTaker(CommissionModel):
    """Rates of the traded value: one for limit orders, one for market and stop orders.

    Parameters
    ----------
    maker : float
        For fills of orders with a limit price, take-profits among them; negative for a rebate.
    taker : float
        For fills of market and stop orders, stop-losses among them.

    Examples
    --------
    >>> from hindcaster.costs import MakerTaker
    >>> MakerTaker(maker=-0.0001, taker=0.0004)
    MakerTaker(maker=-0.0001, taker=0.0004)
    """

    maker: float
    taker: float

    def __post_init__(self) -> None:
        _checked(self, maker=self.maker, taker=self.taker)

    def schedule(self) -> Schedule:
        """One rule for all fills."""
        from hindcaster.engine.costs import Fee, Schedule

        return Schedule(((0.0, Fee(rate=self.taker, maker=self.maker)),))


@dataclass(frozen=True)
class Tiered(CommissionModel):
    """Commission that depends on what was traded since the start of the run.

    Parameters
    ----------
    tiers : iterable of (float, float or CommissionModel)
        From how much traded on, what a fill costs: a rate of its value, `PerShare` or
        `MakerTaker`. The first tier begins at 0, the others follow in rising order. A fill pays
        by the tier that was reached before it.
    by : {'value', 'units'}, default 'value'
        Whether tiers begin at a traded value in cash, or at a number of units.

    Examples
    --------
    >>> from hindcaster.costs import MakerTaker, Tiered
    >>> model = Tiered([(0, 0.001), (50_000, 0.0008), (1e6, MakerTaker(0.0002, 0.0005))])
    >>> from hindcaster import Backtest
    >>> from hindcaster.test import GOOG
    >>> from examples.sma_cross import SmaCross
    >>> stats = Backtest(GOOG, SmaCross, commission=model, finalize_trades=True).run()
    >>> float(round(stats["Commissions [$]"], 2))
    3475.18
    """

    tiers: Iterable[tuple[float, float | CommissionModel]]
    by: str = "value"

    def __post_init__(self) -> None:
        tiers = tuple((start, charge) for start, charge in self.tiers)
        starts = [start for start, _ in tiers]
        if not starts or starts[0] != 0 or any(b <= a for a, b in pairwise(starts)):
            raise errors.bad_tiers(starts)
        if self.by not in ("value", "units"):
            raise errors.bad_tier_measure(self.by)
        for start, charge in tiers:
            _checked(self, start=start)
            if isinstance(charge, Tiered) or not isinstance(charge, CommissionModel):
                _checked(self, charge=charge)
        object.__setattr__(self, "tiers", tiers)

    def schedule(self) -> Schedule:
        """One rule per tier."""
        from hindcaster.engine.costs import Schedule

        rules = tuple((float(start), _rule(charge)) for start, charge in self.tiers)
        return Schedule(rules, self.by == "units")


def _rule(charge: float | CommissionModel) -> Fee:
    from hindcaster.engine.costs import Fee

    if isinstance(charge, CommissionModel):
        return charge.schedule().tiers[0][1]
    return Fee(rate=float(charge))


@dataclass(frozen=True)
class TickSlippage:
    """Market and stop orders fill some ticks worse than the price they would have got.

    Limit orders and take-profits get their price. Prices may leave the range of the bar.

    Parameters
    ----------
    ticks : float
        Number of ticks.
    tick : float, default 0.01
        Size of a tick in price.

    Examples
    --------
    >>> from hindcaster.costs import TickSlippage
    >>> TickSlippage(2, tick=0.25).amounts()
    (0.5, 0.0)
    """

    ticks: float
    tick: float = 0.01

    def __post_init__(self) -> None:
        _checked(self, ticks=self.ticks, tick=self.tick)

    def amounts(self) -> tuple[float, float]:
        """In price, and as a share of the price."""
        return float(self.ticks * self.tick), 0.0


@dataclass(frozen=True)
class RateSlippage:
    """Market and stop orders fill worse by a share of the price.

    Parameters
    ----------
    rate : float
        Share of the price: 0.0005 is five basis points.
    """

    rate: float

    def __post_init__(self) -> None:
        _checked(self, rate=self.rate)

    def amounts(self) -> tuple[float, float]:
        """In price, and as a share of the price."""
        return 0.0, float(self.rate)


LOTS = 10**8  # smallest amounts in a unit if fractions are traded and nothing else is said

Commission = float | tuple[float, float] | Callable[[float, float], float] | CommissionModel
Slippage = TickSlippage | RateSlippage


def checked_slippage(slippage: Any) -> tuple[float, float]:
    """Bring slippage to (in price, as a share of the price)."""
    if isinstance(slippage, (TickSlippage, RateSlippage)):
        return slippage.amounts()
    if isinstance(slippage, bool) or not isinstance(slippage, Real):
        raise errors.bad_slippage(slippage)
    return RateSlippage(float(slippage)).amounts()


def checked_fractional(fractional: Any) -> int:
    """Count the smallest amounts in a unit."""
    if isinstance(fractional, (bool, np.bool_)):
        return LOTS if fractional else 1
    if not isinstance(fractional, Real) or not 1e-12 <= float(fractional) <= 1:
        raise errors.bad_fractional(fractional)
    lots = round(1 / float(fractional))
    if abs(lots * float(fractional) - 1) > 1e-9:
        raise errors.bad_fractional(fractional)
    return lots


def checked_commission(
    commission: Commission,
) -> tuple[float, float] | Callable[[float, float], float] | Schedule:
    """Bring a commission to (fixed, rate), a function, or rules."""
    if isinstance(commission, CommissionModel):
        return commission.schedule()
    if isinstance(commission, tuple):
        if len(commission) != 2:
            raise errors.bad_commission_tuple(commission)
        fixed, rate = commission
    elif callable(commission):
        return commission
    else:
        fixed, rate = 0.0, commission
    if not fixed >= 0:
        raise errors.bad_fixed_fee(fixed)
    if not -0.1 <= rate < 0.1:
        raise errors.bad_fee_rate(rate)
    return float(fixed), float(rate)
