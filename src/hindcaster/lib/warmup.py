"""`check_warmup`: how much history indicators need, and what depends on where data begin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._counts import checked_count
from hindcaster._progress import Progress
from hindcaster._types import AnyArray, FloatArray
from hindcaster.backtest import Backtest
from hindcaster.engine import codes
from hindcaster.lib._comparing import ROUNDING, distance, parting
from hindcaster.lib._differences import differences
from hindcaster.lib._observing import Line, Seen, alone, observe
from hindcaster.lib.lookahead import subject_of
from hindcaster.strategy import Strategy

WINDOW: Final = "window"
RECURSIVE: Final = "recursive"
UNSETTLED: Final = "never settles"
_FEWEST: Final = 10  # bars on which values are compared
_COLUMNS: Final = ("Indicator", "Kind", "First Value", "Settled After", "Off At Start")


class WarmUpLine(NamedTuple):
    """How an indicator depends on where the data begin.

    Attributes
    ----------
    name : str
        The indicator, with the number of the row if it has several.
    kind : str
        ``'window'``: its values are the same as soon as there are some, as those of a moving
        average. ``'recursive'``: they come closer, as those of an exponential average.
        ``'never settles'``: they stay apart, as those of a sum over all bars.
    first_value : int
        Bars until it has a value, that of the value included.
    settled_after : int or None
        Bars until it stays within the tolerance of what it is with all of the history. None if it
        does not within the bars that there are.
    off_at_start : float
        Largest relative difference on the first bar on which the strategy is called.
    """

    name: str
    kind: str
    first_value: int
    settled_after: int | None
    off_at_start: float


class OrderDrift(NamedTuple):
    """How orders depend on where the data begin.

    Attributes
    ----------
    start : int
        Bar at which the data began; orders are those from the first call of `next` on.
    differs : bool
        Whether they are others with the history before it.
    bar : int or None
        First bar on which they are.
    expected, found : Any
        The first order that differs, with all of the history and without.
    """

    start: int
    differs: bool
    bar: int | None = None
    expected: Any = None
    found: Any = None


class WarmUpCheck:
    """What `check_warmup` found; true if the strategy trades before its indicators have settled.

    Attributes
    ----------
    lines : tuple of WarmUpLine
        The indicators.
    orders : tuple of OrderDrift
        The orders, for each start.
    waits_for : int
        Bars before the first call of `next`.
    tolerance : float
        Relative difference up to which an indicator has settled.
    """

    def __init__(
        self,
        strategy: str,
        lines: Iterable[WarmUpLine],
        orders: Iterable[OrderDrift],
        waits_for: int,
        tolerance: float,
    ) -> None:
        self.strategy = strategy
        self.lines = tuple(lines)
        self.orders = tuple(orders)
        self.waits_for = waits_for
        self.tolerance = tolerance

    def __bool__(self) -> bool:
        return any(self._is_early(line) for line in self.lines)

    def _is_early(self, line: WarmUpLine) -> bool:
        return line.settled_after is None or line.settled_after > self.waits_for + 1

    @property
    def needed(self) -> int | None:
        """Bars of history until all indicators have settled; None if one never does."""
        found = [line.settled_after for line in self.lines]
        if None in found:
            return None
        return max((count for count in found if count is not None), default=0)

    def to_frame(self) -> pd.DataFrame:
        """Give the indicators as a table, a row for each; bars are missing where there are none."""
        frame = pd.DataFrame(list(self.lines), columns=list(_COLUMNS))
        return frame.astype({"Settled After": "Int64"})

    def __repr__(self) -> str:
        return f"<WarmUpCheck {self._text()}>"

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"<p>{escape(self._title())}</p>{self.to_frame().to_html(index=False)}{notes}"

    def _title(self) -> str:
        early = sum(self._is_early(line) for line in self.lines)
        what = f"trades before {early} of {len(self.lines)} indicators have settled"
        if not early:
            what = "indicators have settled before it trades"
        return f"{self.strategy}: {what} ({errors.waits_for(self.waits_for)})"

    def _notes(self) -> list[str]:
        drifts = [drift for drift in self.orders if drift.differs]
        text = errors.orders_by_history(len(drifts), len(self.orders))
        if drifts:
            first = drifts[0]
            text += errors.order_by_history(first.start, first.bar, first.expected, first.found)
        return [text] if self.orders else []

    def _text(self) -> str:
        with pd.option_context("display.max_columns", None, "display.width", 200):
            table = self.to_frame().to_string(index=False, float_format="{:.2%}".format)
        return "\n".join([self._title(), *([table] if self.lines else []), *self._notes()])

    def raise_if_found(self) -> None:
        """Raise if the strategy trades before its indicators have settled, for tests.

        Raises
        ------
        WarmUpTooShort
            It does. (An AssertionError.)
        """
        if self:
            raise errors.warm_up_too_short(self._text())


def check_warmup(
    test: Backtest | type[Strategy],
    data: pd.DataFrame | None = None,
    *,
    starts: int = 5,
    tolerance: float = 0.001,
    **params: Any,
) -> WarmUpCheck:
    """Find out how much history the indicators of a strategy need.

    Indicators are computed from data that begin later, and compared with what they are on the
    same bars with all of the history. A moving average of 20 bars is the same from its first value
    on. An exponential average comes closer with every bar: if the strategy trades before that, its
    results depend on where the data happen to begin, and will not be those of live trading.

    Parameters
    ----------
    test : Backtest or type
        A backtest, or a strategy class.
    data : DataFrame, optional
        Bars, if a strategy class is passed.
    starts : int, default 5
        Number of bars at which data begin, spread over the first half of them.
    tolerance : float, default 0.001
        Relative difference up to which an indicator has settled: 0.001 is 0.1 %. It is relative
        to the value, or to the median size of the indicator where that is larger.
    **params
        Values for the strategy's class variables.

    Returns
    -------
    WarmUpCheck
        True if the strategy trades before its indicators have settled. It has a row for each
        indicator with the bars that it needs, and says which orders are others with more history.

    Raises
    ------
    TypeError
        Neither a backtest nor a strategy and its data are passed.
    ValueError
        A number is out of range, or there are too few bars.
    Exception
        What the strategy raises.

    Notes
    -----
    Orders are compared between two runs with the same cash that begin to trade on the same bar,
    one with the data from `start` on and one with the history before. ``len(self.data)`` is not
    the same in both.

    Examples
    --------
    >>> from hindcaster import Strategy
    >>> from hindcaster.lib import check_warmup, crossover
    >>> from hindcaster.test import GOOG, SMA
    >>> class Averages(Strategy):
    ...     def init(self):
    ...         self.sma = self.I(SMA, self.data.Close, 20, name="SMA")
    ...         self.ema = self.I(lambda: self.data.Close.s.ewm(span=20).mean(), name="EMA")
    ...
    ...     def next(self):
    ...         if crossover(self.ema, self.sma):
    ...             self.buy()
    ...         elif crossover(self.sma, self.ema):
    ...             self.position.close()
    >>> check_warmup(Averages, GOOG).to_frame()[["Indicator", "Kind", "Settled After"]]
             Indicator       Kind  Settled After
    0  SMA (self.sma)     window             20
    1  EMA (self.ema)  recursive             53
    """
    subject = subject_of(test, data)
    checked_count("starts", starts)
    if isinstance(tolerance, bool) or not 0 < tolerance < 1:
        raise errors.bad_tolerance(tolerance)
    with alone():
        return _checked(subject, dict(params), starts, float(tolerance))


def _checked(test: Backtest, params: dict[str, Any], count: int, tolerance: float) -> WarmUpCheck:
    data = test._data
    last = len(data) - 1
    whole = _run(test, data, params)
    most = last - 2 * whole.start - _FEWEST
    if most < 1:
        raise errors.too_short_for_starts(len(data), whole.start)
    starts = np.unique(np.linspace(1, min(most, max(len(data) // 2, 1)), count).astype(int))
    parts: dict[int, Seen] = {}
    drifts: list[OrderDrift] = []
    with Progress(len(starts), "check_warmup", "start") as progress:
        for start in starts.tolist():
            parts[start] = _run(test, data.iloc[start:], params)
            drifts.append(_drift(test, params, parts[start], start))
            progress.update(1)
    lines = [
        _measured(
            name,
            row,
            [_row(parts[start].lines.get(key), number) for start in parts],
            parts,
            tolerance,
        )
        for key, line in whole.lines.items()
        for number, (name, row) in enumerate(_rows(line))
    ]
    waits_for = max(part.start for part in parts.values())
    return WarmUpCheck(test._strategy.__name__, lines, drifts, waits_for, tolerance)


def _run(test: Backtest, data: pd.DataFrame, params: dict[str, Any]) -> Seen:
    seen = observe(test, data, len(data) - 1, dict(params))
    if seen.error is not None:
        raise seen.error
    return seen


def _drift(test: Backtest, params: dict[str, Any], part: Seen, start: int) -> OrderDrift:
    """Compare orders of a run without the history before `start` with those of a run with it."""
    data = test._data
    last = len(data) - 1
    begin = part.start
    short = observe(test, data.iloc[start:], last - start, dict(params), begin)
    long = observe(test, data, last, dict(params), start + begin)
    found = next(iter(differences(_orders_of(long, 0), _orders_of(short, start), last)), None)
    if found is None:
        return OrderDrift(start, False)
    return OrderDrift(start, True, found.bar, found.expected, found.found)


def _orders_of(seen: Seen, offset: int) -> Seen:
    """Keep the orders of a run only, with bars counted over all of the data."""
    orders, table = seen.orders.copy(), seen.table().copy()
    for field, column in (("placed_bar", "PlacedBar"), ("done_bar", "Bar")):
        there = orders[field] != codes.ABSENT
        orders[field][there] += offset
        table[column] = orders[field]
    return Seen(orders=orders, tags=seen.tags, table=lambda: table)


def _rows(line: Line) -> list[tuple[str, AnyArray]]:
    if line.values.ndim == 1:
        return [(line.name, line.values)]
    return [(f"{line.name}[{number}]", row) for number, row in enumerate(line.values)]


def _row(line: Line | None, number: int) -> AnyArray | None:
    if line is None:
        return None
    return line.values if line.values.ndim == 1 else line.values[number]


def _measured(
    name: str,
    whole: AnyArray,
    rows: list[AnyArray | None],
    parts: dict[int, Seen],
    tolerance: float,
) -> WarmUpLine:
    """Measure one row of an indicator over all starts."""
    first, exact, settled, off = 1, True, 1, 0.0
    for row, (start, part) in zip(rows, parts.items(), strict=True):
        if row is None or row.shape != whole[start:].shape:
            return WarmUpLine(name, UNSETTLED, first, None, np.inf)
        apart = _apart(whole[start:], row)
        values = np.flatnonzero(row == row)
        begins = int(values[0]) if len(values) else 0
        first = max(first, begins + 1)
        exact &= not (apart[begins:] > ROUNDING).any()
        late = np.flatnonzero(apart > tolerance)
        settled = max(settled, int(late[-1]) + 2 if len(late) else 1)
        off = max(off, float(apart[part.start]) if part.start < len(apart) else 0.0)
    shortest = min(len(whole) - start for start in parts)
    if settled > shortest - _FEWEST:
        return WarmUpLine(name, UNSETTLED, first, None, off)
    return WarmUpLine(name, WINDOW if exact else RECURSIVE, first, settled, off)


def _apart(whole: AnyArray, row: AnyArray) -> FloatArray:
    if whole.dtype.kind in "fiub" and row.dtype.kind in "fiub":
        return distance(whole.astype(np.float64), row.astype(np.float64))
    return np.where(parting(whole, row), np.inf, 0.0)
