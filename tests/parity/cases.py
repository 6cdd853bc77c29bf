"""Random but reproducible backtests: a seed gives a data frame, arguments and a strategy.

The module and its helpers `draws` and `streams` need the standard library, NumPy and pandas only,
because the same code draws the case for the reference package (when golden files are recorded)
and for hindcaster (when they are replayed).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

try:
    from .draws import Dice, Market, draw_market, draw_options
    from .streams import draw_strategy
except ImportError:  # the directory itself is on the path when a script of it is run
    from draws import Dice, Market, draw_market, draw_options
    from streams import draw_strategy

VERSION = 1  # part of every seed: a change of the draws must not look like the old cases


@dataclass(frozen=True)
class Case:
    """Everything needed for one run.

    `make_strategy` takes the package's `Strategy` base class and returns the strategy class.
    """

    seed: int
    market: Market
    options: dict[str, Any]
    make_strategy: Callable[[type], type]
    parameters: dict[str, Any]
    kind: str

    def fingerprint(self) -> int:
        """Checksum of the drawn prices and labels; tells a changed draw from a changed result."""
        data = self.market.data
        prices = data[["Open", "High", "Low", "Close"]].to_numpy(dtype="float64")
        index = data.index
        if isinstance(index, pd.DatetimeIndex):
            index = index.as_unit("s")
        labels = index.astype("int64").to_numpy()
        return zlib.crc32(labels.tobytes(), zlib.crc32(prices.tobytes()))


def build_case(seed: int) -> Case:
    """Draw the case of a seed."""
    dice = Dice(VERSION, seed)
    market = draw_market(dice)
    options = draw_options(dice, market)
    kind, make_strategy, parameters = draw_strategy(dice, seed, market, options)
    return Case(seed, market, options, make_strategy, parameters, kind)
