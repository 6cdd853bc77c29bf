"""What a backtest hands over for a sweep, and one strategy after its `init`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster.data.accessor import _Data
from hindcaster.driver import bars_of, first_value_of, series_to_reveal
from hindcaster.native.subject import Run

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster._types import FloatArray, RecordArray
    from hindcaster.data.memo import Memo
    from hindcaster.data.series import _Array
    from hindcaster.engine.ledger.broker import Bars, LedgerBroker
    from hindcaster.stats.time_axis import TimeAxis


class OutOfPlace(Exception):  # noqa: N818  (an answer, not an error)
    """The strategy does something in `init` that only a run of its own can follow."""


@dataclass(frozen=True)
class Bench:
    """A backtest as a sweep sees it.

    Parameters
    ----------
    strategy : type
        The strategy class.
    frame, columns, bars
        The data, as runs see them.
    axis, close
        Index and closes of the bars that are traded and judged: the last ones of the data.
    new_broker : callable
        Makes an account before its first bar.
    compiled : bool or None
        As of the backtest.
    ending : int
        What becomes of trades that are open at the end: a constant of `kernels`.
    warn : callable
        Puts notices of the engine into words.
    memo : Memo or None
        Indicators that runs share.
    """

    strategy: type
    frame: pd.DataFrame
    columns: dict[Any, _Array]
    bars: Bars
    axis: TimeAxis
    close: FloatArray
    new_broker: Callable[[], LedgerBroker]
    compiled: bool | None
    ending: int
    warn: Callable[[RecordArray], None]
    memo: Memo | None

    def begin(self, broker: LedgerBroker, parameters: dict[str, Any], memo: Memo | None) -> Begun:
        """Make a strategy and let it prepare.

        Raises
        ------
        OutOfPlace
            It placed orders, or traded prices of its own.
        """
        data = _Data(self.frame, self.columns, memo)
        strategy = self.strategy(broker, data, dict(parameters))
        strategy.init()
        if broker.account["n_orders"][0]:
            raise OutOfPlace
        if data._take_changes():
            own = bars_of(data._frame)
            for name in ("open", "high", "low", "close"):
                if not np.array_equal(getattr(own, name), getattr(self.bars, name)):
                    raise OutOfPlace
        waits = {
            name: wait for name, value in vars(strategy).items() if (wait := first_value_of(value))
        }
        revealed = dict(series_to_reveal(strategy, len(data)))
        return Begun(strategy, Run(strategy, data, revealed), waits)


@dataclass(frozen=True)
class Begun:
    """A strategy after `init`.

    Parameters
    ----------
    strategy : Strategy
        The instance.
    run : Run
        What compiled code reads of it.
    waits : dict
        Bars before an indicator has a value, by attribute; those that wait for some.
    """

    strategy: Any
    run: Run
    waits: dict[str, int]
