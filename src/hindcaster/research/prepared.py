"""Candles that are checked, copied and folded into bars once, for many runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.exchange.market import BuiltBars, read_only
from hindcaster.research.checks import check_candles, check_entry


class PreparedCandles(dict[str, Any]):
    """The `candles` of `hindcaster.research.backtest`, ready for many runs.

    Runs with other hyperparameters, strategies or settings share the copies of the candles and
    the bars built of them. Later changes of the arrays it was made of have no effect.

    Parameters
    ----------
    candles : mapping
        As `hindcaster.research.backtest` takes it.
    warmup_candles : mapping, optional
        The same; runs with these candles use it when they are given none of their own.

    Raises
    ------
    ValueError, KeyError, TypeError
        As `hindcaster.research.backtest` raises for candles.

    Examples
    --------
    >>> from hindcaster.research import PreparedCandles, candles_from_close_prices
    >>> rows = candles_from_close_prices([10, 11, 12])
    >>> candles = PreparedCandles(
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT", "candles": rows}}
    ... )
    >>> list(candles)
    ['Sandbox-BTC-USDT']
    """

    def __init__(
        self, candles: Mapping[str, Any], warmup_candles: Mapping[str, Any] | None = None
    ) -> None:
        check_candles(candles)
        super().__init__({key: _private(entry) for key, entry in candles.items()})
        for key, entry in (warmup_candles or {}).items():
            check_entry(f"warmup_candles[{key!r}]", entry, ("candles",))
        self.warmup_candles = (
            {key: _private(entry) for key, entry in warmup_candles.items()}
            if warmup_candles
            else None
        )
        self.blocks: dict[tuple[str, int], FloatArray] = {}
        self.built: dict[str, BuiltBars] = {}


def _private(entry: Mapping[str, Any]) -> dict[str, Any]:
    rows = np.array(entry["candles"], dtype=np.float64, order="C")
    return {**entry, "candles": read_only(rows)}
