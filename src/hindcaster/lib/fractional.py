"""`FractionalBacktest`: trading fractions of a unit, such as satoshis of a bitcoin."""

from __future__ import annotations

import math
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.backtest import Backtest
from hindcaster.costs import PerShare, Tiered
from hindcaster.data.frame import OHLC, checked_frame

if TYPE_CHECKING:
    from hindcaster.data.series import _Indicator
    from hindcaster.engine.ledger.broker import LedgerBroker
    from hindcaster.engine.ledger.finer import FinerBars
    from hindcaster.results import Result
    from hindcaster.strategy import Strategy

_TRADE_PRICES = ("EntryPrice", "ExitPrice", "SL", "TP")
_ORDER_PRICES = ("Limit", "Stop", "SL", "TP", "FillPrice")


class FractionalBacktest(Backtest):
    """A `Backtest` that trades fractions of a unit.

    A `Backtest` trades whole units only, which is too coarse where one unit costs much of the
    cash. Here a whole number of small units is traded: the strategy sees prices of one small
    unit and volumes and sizes counted in small units, and passes prices of one small unit with
    its orders. The results are in units of the data again.

    Parameters
    ----------
    data : DataFrame
        As for `Backtest`.
    strategy : type
        As for `Backtest`.
    fractional_unit : float, default 1e-8
        The smallest fraction that is traded, such as 1e-8 for satoshis of a bitcoin.
    **kwargs
        As for `Backtest`.

    Raises
    ------
    ValueError
        The fraction is not a positive number.

    Notes
    -----
    In ``_trades`` and ``_orders`` sizes are multiplied by the fraction and prices divided by it.
    Values of indicators at entry and exit are those that the strategy saw.

    .. deprecated:: 0.1
       ``satoshi=n`` stands for ``fractional_unit=1 / n``.

    Examples
    --------
    >>> from hindcaster import Strategy
    >>> from hindcaster.test import BTCUSD
    >>> class BuyAndHold(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if not self.position:
    ...             self.buy()
    >>> backtest = FractionalBacktest(
    ...     BTCUSD, BuyAndHold, fractional_unit=1e-6, cash=100, finalize_trades=True
    ... )
    >>> backtest.run()._trades[["Size", "EntryPrice", "ExitPrice"]]
            Size  EntryPrice  ExitPrice
    0  16.420361        6.09   75250.93
    """

    def __init__(
        self,
        data: pd.DataFrame,
        strategy: type[Strategy],
        *,
        fractional_unit: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        if "satoshi" in kwargs:
            warnings.warn(
                "FractionalBacktest(satoshi=n) is deprecated; use fractional_unit=1/n.",
                DeprecationWarning,
                stacklevel=2,
            )
            fractional_unit = 1 / kwargs.pop("satoshi")
        if not 0 < fractional_unit < math.inf:
            raise ValueError(
                f"fractional_unit must be a positive number (1e-8 for satoshis of a bitcoin), "
                f"got {fractional_unit!r}."
            )
        self._fractional_unit = fractional_unit
        super().__init__(data, strategy, **kwargs)
        scaled = isinstance(self._commission, (PerShare, Tiered)) or self._slippage[0] != 0
        if scaled or self._lots > 1:
            raise errors.counts_small_units()

    def _checked(self, data: pd.DataFrame, cash: float) -> pd.DataFrame:
        # Without the limit above which a price gets the warning that a unit is not affordable.
        return checked_frame(data, math.inf, stacklevel=4)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        """The bars in small units."""
        unit = self._fractional_unit
        columns = {name: self._data[name] * unit for name in OHLC}
        return self._data.assign(**columns, Volume=self._data["Volume"] / unit)

    def _finer_bars(self) -> FinerBars | None:
        return None if self._finer is None else self._finer.times(self._fractional_unit)

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "fractional_unit": self._fractional_unit}

    def _result(self, broker: LedgerBroker, strategy: Strategy, start: int) -> Result:
        result = super()._result(broker, strategy, start)
        result.attrs["price_unit"] = self._fractional_unit
        unit = self._fractional_unit
        _rescale(result["_trades"], unit, ("Size",), _TRADE_PRICES)
        orders = result["_orders"]
        fractions = orders["Size"].abs() < 1  # shares of the free margin, not units
        relative = orders["Size"].where(fractions)
        _rescale(orders, unit, ("Size", "FilledSize"), _ORDER_PRICES)
        orders["Size"] = relative.fillna(orders["Size"])
        # Drawn over the prices of the data. The strategy's own attributes stay as they are.
        for number, indicator in enumerate(strategy._indicators):
            if np.any(indicator._opts["overlay"]):
                strategy._indicators[number] = cast("_Indicator", indicator / unit)
        return result


def _rescale(
    frame: pd.DataFrame, unit: float, sizes: tuple[str, ...], prices: tuple[str, ...]
) -> None:
    """Bring sizes and prices of small units to units of the data."""
    if not len(frame):
        return
    for name in sizes:
        frame[name] = frame[name] * unit
    for name in prices:
        if frame[name].dtype != object:  # objects: all None, no price at all
            frame[name] = frame[name] / unit
