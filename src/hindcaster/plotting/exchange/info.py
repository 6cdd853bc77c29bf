"""What pictures of an exchange simulation show, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from hindcaster._types import BoolArray, FloatArray
from hindcaster.plotting.info import Picture


class Level(NamedTuple):
    """A horizontal line that a strategy drew."""

    label: str
    value: float
    color: str | None
    width: float
    dotted: bool


@dataclass(frozen=True)
class Traded:
    """A symbol, its candles and what its strategy did.

    Attributes
    ----------
    symbol : str
    picture : Picture
        Candles, trades and the strategy's lines; of the first symbol also equity and drawdown.
    levels : list of Level
        Lines over the candles.
    section_names : list of str
        Names of the charts below the candles.
    section_levels : list of list of Level
        Lines in each of them.
    """

    symbol: str
    picture: Picture
    levels: list[Level] = field(default_factory=list)
    section_names: list[str] = field(default_factory=list)
    section_levels: list[list[Level]] = field(default_factory=list)


@dataclass(frozen=True)
class PageData:
    """An interactive page: a heading, a line of facts, and the symbols from top to bottom."""

    title: str
    facts: list[tuple[str, str]]
    symbols: list[Traded]


class Marks(NamedTuple):
    """Fills of one symbol on the axis of its closes."""

    times: pd.DatetimeIndex
    values: FloatArray
    buys: BoolArray


@dataclass(frozen=True)
class ImageData:
    """What images show.

    Attributes
    ----------
    name : str
        Who traded.
    times : DatetimeIndex
        Of the balance samples.
    balance : numpy.ndarray
        The samples.
    held : dict of str to numpy.ndarray
        What buying and holding would have made of the starting balance, by symbol.
    trade_returns : numpy.ndarray
        Profits of closed trades in percent of their margin.
    changes : dict of str to (DatetimeIndex, numpy.ndarray)
        Change of the price since the beginning in percent, by symbol.
    marks : dict of str to Marks
        Fills by symbol.
    """

    name: str
    times: pd.DatetimeIndex
    balance: FloatArray
    held: dict[str, FloatArray]
    trade_returns: FloatArray
    changes: dict[str, tuple[pd.DatetimeIndex, FloatArray]]
    marks: dict[str, Marks]


@dataclass(frozen=True)
class FanData:
    """Balances of a run and of its scenarios.

    Attributes
    ----------
    title : str
        Heading.
    times : DatetimeIndex
        When the run's balance was sampled.
    balance : ndarray
        That balance.
    scenarios : list of (DatetimeIndex, ndarray)
        Those of the scenarios that are drawn, with their times.
    """

    title: str
    times: pd.DatetimeIndex
    balance: FloatArray
    scenarios: list[tuple[pd.DatetimeIndex, FloatArray]]
