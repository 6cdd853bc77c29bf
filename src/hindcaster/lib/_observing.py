"""Runs that stop at a bar, and what can be seen of them there."""

from __future__ import annotations

import copy
import random
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, RecordArray
from hindcaster.backtest import Backtest
from hindcaster.data.series import _Array, _Indicator
from hindcaster.driver import bars_of, series_to_reveal
from hindcaster.engine.records import ORDER
from hindcaster.lib._comparing import Cut, frozen
from hindcaster.results import orders_frame
from hindcaster.strategy import Strategy
from hindcaster.windowed import CACHES

_SEED: Final = 20_040_819
_LOCK: Final = threading.RLock()
_MACHINERY: Final = frozenset({"_indicators", "_account", "_data", "_params"})

INDICATOR: Final = "indicator"
ATTRIBUTE: Final = "attribute"
COLUMN: Final = "column"


class Line(NamedTuple):
    """Values by bar that a strategy is shown, up to the last bar of the run."""

    kind: str
    name: str
    values: AnyArray


@dataclass
class Seen:
    """What can be seen of a run when it stops.

    Attributes
    ----------
    start : int
        First bar on which `next` was called.
    lines : dict
        Indicators, attributes made of prices and columns, by what tells them apart.
    prepared, attributes : dict
        All other attributes after `init`, and after the last bar; see `frozen`.
    by_bar : frozenset of str
        Those of `prepared` that have one value per bar.
    orders : record array
        The account's orders at the close of the last bar.
    tags : list
        Their tags.
    table : callable
        Makes of them what ``stats._orders`` shows.
    error : Exception or None
        What was raised.
    raised_on : int or None
        The bar on which `next` raised; None if `init` did.
    """

    start: int = 0
    lines: dict[str, Line] = field(default_factory=dict)
    prepared: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    by_bar: frozenset[str] = frozenset()
    orders: RecordArray = field(default_factory=lambda: np.zeros(0, ORDER))
    tags: list[Any] = field(default_factory=list)
    table: Callable[[], pd.DataFrame] = pd.DataFrame
    error: Exception | None = None
    raised_on: int | None = None


@contextmanager
def alone() -> Iterator[None]:
    """Keep others out while names of modules stand for other data, and be quiet."""
    states = random.getstate(), np.random.get_state()  # noqa: NPY002 (that of the strategies)
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])  # noqa: NPY002


def observe(
    test: Backtest, data: pd.DataFrame, last: int, params: dict[str, Any], begin: int | None = None
) -> Seen:
    """Run a backtest on other data, up to a bar, and look at it there.

    Parameters
    ----------
    test : Backtest
        The backtest, which is not changed.
    data : DataFrame
        What `init` sees.
    last : int
        Last bar on which `next` is called.
    params : dict
        Values for the strategy's class variables.
    begin : int, optional
        First bar on which `next` is called; when all indicators have values if absent.

    Returns
    -------
    Seen
        What there was at the close of the last bar. An exception is part of it.
    """
    trial = _copied(test, data, last, begin)
    random.seed(_SEED)  # the same draws in each run
    np.random.seed(_SEED)  # noqa: NPY002
    seen = Seen()
    cut = Cut(data.index, last + 1)
    try:
        broker, strategy = trial._initialized(params, None)
    except Exception as error:
        seen.error = error
        return seen
    shown = strategy._data
    if shown._take_changes():
        broker.use_bars(bars_of(shown._frame.iloc[: last + 1]))
    revealed = series_to_reveal(strategy, len(data))
    seen.lines = _lines(strategy, revealed, last + 1)
    own = {name for name, _ in revealed} | _MACHINERY
    seen.by_bar = frozenset(
        name for name, value in vars(strategy).items() if _is_by_bar(value, len(data))
    )
    seen.prepared = _attributes(strategy, own, cut)
    seen.start = trial._begin(broker, strategy)
    with np.errstate(all="ignore"):
        try:
            if seen.start <= last:
                trial._drive(strategy, broker, shown, revealed, seen.start)
        except Exception as error:
            seen.error, seen.raised_on = error, shown._length - 1
    seen.attributes = _attributes(strategy, own, cut)
    seen.orders = broker.orders[: broker.account["n_orders"][0]].copy()
    seen.tags = [frozen(tag, cut) for tag in broker.tags_of(seen.orders)] if broker.tags else []
    seen.table = partial(orders_frame, broker, data.index)
    return seen


def _copied(test: Backtest, data: pd.DataFrame, last: int, begin: int | None) -> Backtest:
    """Copy a backtest for data of which the account works the bars up to the last only."""
    trial = copy.copy(test)
    for name in CACHES:
        trial.__dict__.pop(name, None)
    trial._data = data
    trial._window = begin
    trial._results = None
    trial.__dict__["_bars"] = bars_of(trial._frame.iloc[: last + 1])
    return trial


def _lines(strategy: Strategy, revealed: list[tuple[str, _Array]], count: int) -> dict[str, Line]:
    """Take what `next` is shown bar by bar."""
    found: dict[str, Line] = {}
    named = {name: np.asarray(value) for name, value in revealed}
    for number, indicator in enumerate(strategy._indicators):
        whole = np.asarray(indicator)
        holders = [name for name, value in named.items() if np.shares_memory(value, whole)]
        for name in holders:
            del named[name]
        label = _label(indicator, holders)
        found[f"indicator {number}"] = Line(INDICATOR, label, whole[..., :count].copy())
    for name, value in named.items():
        found[f"attribute {name}"] = Line(ATTRIBUTE, name, value[..., :count].copy())
    if strategy._data._frame_is_own:  # columns may have been added or changed
        for name, column in strategy._data._columns.items():
            values = np.asarray(column)[:count].copy()
            found[f"column {name}"] = Line(COLUMN, str(name), values)
    return found


def _label(indicator: _Indicator, holders: list[str]) -> str:
    name = indicator.name
    text = ", ".join(name) if isinstance(name, list) else str(name)
    own = ", ".join(f"self.{holder}" for holder in holders)
    return f"{text} ({own})" if own else text


def _is_by_bar(value: Any, n_bars: int) -> bool:
    if isinstance(value, np.ndarray):
        return n_bars in (value.shape[:1] + value.shape[-1:])
    return isinstance(value, (list, tuple, pd.Series, pd.DataFrame)) and len(value) == n_bars


def _attributes(strategy: Strategy, others: set[str], cut: Cut) -> dict[str, Any]:
    own = vars(strategy)
    return {name: frozen(value, cut) for name, value in own.items() if name not in others}
