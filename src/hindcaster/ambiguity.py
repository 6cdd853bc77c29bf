"""The report on trades whose result depends on the order of prices inside a bar.

It is made of the records of a finished run: for each closed trade, all ends that the bars of its
entry and its exit allow, beside the one that the broker's rules chose. Other trades are taken as
they were, so the report is one of first order.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.engine import codes
from hindcaster.stats.price_orders import (
    NO_STOP,
    NO_TARGET,
    Ends,
    Exit,
    Level,
    Prices,
    from_fall,
    from_open,
    from_rise,
)

if TYPE_CHECKING:
    from hindcaster._types import FloatArray, IntArray, RecordArray
    from hindcaster.engine.ledger.broker import LedgerBroker

_KEPT: Final = (
    "Size",
    "EntryBar",
    "ExitBar",
    "EntryPrice",
    "ExitPrice",
    "SL",
    "TP",
    "PnL",
    "EntryTime",
    "ExitTime",
    "Tag",
)
_ENTRY_BAR: Final = "entry bar"
_EXIT_BAR: Final = "exit bar"


@dataclass(frozen=True, repr=False)
class Ambiguity:
    """Trades whose result depends on the order of prices inside a bar, and what is at stake.

    Parameters
    ----------
    trades : DataFrame
        A row per closed trade, as in ``_trades``. ``Ambiguous`` says whether some order of the
        prices inside the bars of its entry and exit closes it on another bar or at another price
        than the run did; ``Cause`` says what may have closed it there.
        ``PessimisticBar``, ``PessimisticPrice`` and ``PessimisticPnL`` are its end in the order
        that is worst for it, ``OptimisticBar`` and so on in the best one.
    equity_curve : DataFrame
        By bar: ``Equity`` of the run, ``Pessimistic`` and ``Optimistic`` with each ambiguous trade
        ended in its worst and best way.
    summary : Series
        Numbers of trades, the sum of the differences of their best and worst profits, final
        equity and return in the three ways.

    Notes
    -----
    The two equities are of first order: each trade is looked at alone, with its size, and later
    trades are those of the run. An end that the bars do not allow at all, which is chosen by the
    rules of the broker, is in neither of them; so the run's own equity may lie outside of both.

    Examples
    --------
    >>> from hindcaster import Backtest, Strategy
    >>> from hindcaster.test import GOOG
    >>> class Breakout(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if not self.position and not self.orders:
    ...             price = 1.01 * self.data.High[-1]
    ...             self.buy(size=10, stop=price, sl=0.98 * price, tp=1.02 * price)
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # of brackets that wait for the next bar
    ...     stats = Backtest(GOOG, Breakout).run()
    >>> stats._ambiguity.summary[["# Trades", "# Ambiguous Trades"]].tolist()
    [62, 20]
    """

    trades: pd.DataFrame
    equity_curve: pd.DataFrame
    summary: pd.Series[Any]

    def __repr__(self) -> str:
        with pd.option_context("display.precision", 5):
            return self.summary.to_string()

    def _repr_html_(self) -> str:
        return self.summary.to_frame("").to_html()


class _End(NamedTuple):
    """A way in which a trade may have ended."""

    bar: int
    price: float
    gain: float  # cash beyond that of the end in the run
    fee: float
    where: str
    name: str


class _Ways(NamedTuple):
    """What is possible for one trade; no ends if nothing but what the run did."""

    ends: list[_End]
    cause: str


def ambiguity_of(
    broker: LedgerBroker, trades: pd.DataFrame, equity: pd.Series[Any], unit: float
) -> Ambiguity:
    """Make the report of a run.

    Parameters
    ----------
    broker : LedgerBroker
        The account after the run.
    trades : DataFrame
        ``_trades`` of its result.
    equity : Series
        Its equity by bar; those of the last bars, if it traded in a window.
    unit : float
        What the prices of the data were multiplied with for the run.

    Raises
    ------
    ValueError
        The trades are not all those of the account.
    """
    if len(trades) != int(broker.account["n_closed"][0]):
        raise errors.no_records()
    records = _Records(broker)
    ways = [records.ways(k) for k in range(len(trades))]
    columns: dict[str, Any] = {name: trades[name] for name in _KEPT}
    columns["Ambiguous"] = np.array([bool(way.ends) for way in ways], bool)
    columns["Cause"] = np.array([way.cause for way in ways], object)
    curves = {"Equity": equity.to_numpy(np.float64)}
    for name, choose in (("Pessimistic", min), ("Optimistic", max)):
        chosen = [choose(way.ends, key=_gain) if way.ends else None for way in ways]
        bars, prices = (trades[row].to_numpy(copy=True) for row in ("ExitBar", "ExitPrice"))
        gains = np.zeros(len(trades))
        for k, end in enumerate(chosen):
            if end is not None:
                bars[k], prices[k], gains[k] = end.bar, end.price / unit, end.gain
        columns[f"{name}Bar"] = bars
        columns[f"{name}Price"] = prices
        columns[f"{name}PnL"] = trades["PnL"].to_numpy(np.float64) + gains
        curves[name] = curves["Equity"] + records.changes(chosen)[-len(equity) :]
    return Ambiguity(
        pd.DataFrame(columns, index=trades.index),
        pd.DataFrame(curves, index=equity.index),
        _summary(columns, curves),
    )


def _gain(end: _End) -> float:
    return end.gain


def _summary(trades: dict[str, Any], curves: dict[str, FloatArray]) -> pd.Series[Any]:
    marks = trades["Ambiguous"]
    rows: dict[str, Any] = {
        "# Trades": len(marks),
        "# Ambiguous Trades": int(marks.sum()),
        "Ambiguous Trades [%]": 100 * float(marks.mean()) if len(marks) else np.nan,
        "PnL at Stake [$]": float((trades["OptimisticPnL"] - trades["PessimisticPnL"]).sum()),
    }
    names = {"": "Equity", ", Pessimistic": "Pessimistic", ", Optimistic": "Optimistic"}
    start = curves["Equity"][0]
    for suffix, name in names.items():
        rows[f"Equity Final{suffix} [$]"] = float(curves[name][-1])
    for suffix, name in names.items():
        rows[f"Return{suffix} [%]"] = 100 * float(curves[name][-1] / start - 1)
    return pd.Series(rows, dtype=object)


def _rows(name: str, records: RecordArray) -> list[Any]:
    """Make plain tuples of records, which are read often and one by one."""
    kind = namedtuple(name, records.dtype.names or ())  # type: ignore[misc]
    return [kind(*row) for row in records.tolist()]


def _late_closes(orders: RecordArray) -> dict[int, int]:
    """Find closing orders for trades that were closed already, by trade."""
    late = np.flatnonzero(
        (orders["role"] == codes.CLOSE) & (orders["reason"] == codes.CANCEL_NOTHING_LEFT)
    )
    return dict(zip(orders["parent"][late].tolist(), late.tolist(), strict=True))


def _given(price: float) -> bool:
    return price == price and price != 0.0


class _Records:
    """The records of an account, asked trade by trade.

    What is called a bar here is one that orders were worked on: a finer bar if there were any.
    """

    def __init__(self, broker: LedgerBroker) -> None:
        self._broker = broker
        orders = broker.orders[: broker.account["n_orders"][0]]
        trades = broker.trades[: broker.account["n_trades"][0]]
        self._orders = _rows("_Order", orders)
        self._trades = _rows("_Trade", trades)
        self._finer = broker.finer
        bars = broker.bars
        whole = (bars.open, bars.high, bars.low, bars.close)
        self._prices = whole if broker.finer is None else broker.finer[:4]
        self._spread = broker.spread
        self._slips = bool(broker.account["slip"][0] or broker.account["slip_rate"][0])
        netting = not broker.account["hedging"][0]
        self._rivals = self._filled_by_bar(orders, codes.ENTRY) if netting else {}
        self._closers = self._filled_by_bar(orders, codes.CLOSE)
        self._closes = _late_closes(orders)
        self._held = self._held_before(trades)

    def _filled_by_bar(self, orders: RecordArray, role: int) -> dict[int, list[int]]:
        """Orders of a role that were filled, by the bar that filled them."""
        filled = np.flatnonzero((orders["role"] == role) & (orders["filled"] != 0.0))
        found: dict[int, list[int]] = {}
        for order in filled.tolist():
            found.setdefault(self._bar_of_order(order), []).append(order)
        return found

    def _held_before(self, trades: RecordArray) -> IntArray:
        """How many trades were open before each bar of the data, and not closed before it."""
        n_bars = len(self._broker.bars)
        entered = np.array([self._entered(trade) for trade in self._trades], np.int64)
        if self._finer is not None:
            entered = self._finer.bars_of(entered)
        left = np.where(trades["exit_bar"] == codes.ABSENT, n_bars, trades["exit_bar"])
        change = np.zeros(n_bars + 2, np.int64)
        lasting = left > entered
        np.add.at(change, entered[lasting] + 1, 1)
        np.add.at(change, left[lasting] + 1, -1)
        return np.cumsum(change)

    def _is_market(self, order: int) -> bool:
        record = self._orders[order]
        return not (_given(record.limit) or _given(record.stop))

    def _bar_of_order(self, order: int) -> int:
        """Bar on which an order was worked: if it fills at a close, that is the next one."""
        record = self._orders[order]
        if self._finer is not None:
            return int(record.done_finer)
        return int(record.done_bar) + int(record.on_close and self._is_market(order))

    def _bar(self, bar: int, side: int) -> Prices:
        prices = Prices(*(float(column[bar]) for column in self._prices))
        return prices if side > 0 else prices.mirrored()

    def _whole(self, bar: int) -> int:
        """Bar of the data that a bar belongs to."""
        return bar if self._finer is None else int(self._finer.bars_of(np.array([bar]))[0])

    def _entered(self, trade: Any) -> int:
        """Bar from whose open on, or within which, a trade is there."""
        if self._finer is not None:
            return int(trade.entry_finer)
        at_close = self._orders[trade.order].on_close and self._is_market(trade.order)
        return int(trade.entry_bar) + int(at_close)

    def _left(self, trade: Any) -> int | None:
        """Bar within which a trade was closed; None if at the close of a bar of the data."""
        if self._finer is None:
            return int(trade.exit_bar)
        left = int(trade.exit_finer)
        inside = left != codes.ABSENT and self._whole(left) == trade.exit_bar
        return left if inside else None

    def _way_in(self, trade: Any, bar: int, side: int) -> Any:
        """Which of the functions of `price_orders` a trade's entry asks for."""
        order = self._orders[trade.order]
        prices = self._bar(bar, side)
        stop, limit = order.stop, order.limit
        at_stop = order.fill_price == stop * (1.0 + side * self._spread)
        if _given(stop) and (at_stop or not _given(limit)):
            return from_rise if prices.open < side * stop else from_open
        if _given(limit):
            return from_fall if prices.open > side * limit else from_open
        return from_open

    def _bracket(self, sl: float, tp: float, side: int) -> tuple[Level, Level]:
        stop = Level(side * sl, "stop-loss") if _given(sl) else NO_STOP
        target = Level(side * tp, "take-profit") if _given(tp) else NO_TARGET
        return stop, target

    def _live_bracket(self, trade: Any, bar: int) -> tuple[float, float]:
        """Prices of a trade's stop-loss and take-profit as they are worked on a bar."""
        found = []
        whole, entered = self._whole(bar), self._whole(self._entered(trade))
        for slot, field in (("sl_order", "stop"), ("tp_order", "limit")):
            number = getattr(trade, slot)
            if number == codes.ABSENT:
                found.append(np.nan)
                continue
            order = self._orders[number]
            live = order.placed_bar < whole or order.placed_bar == entered
            found.append(getattr(order, field) if live else np.nan)
        return found[0], found[1]

    def _ends_from_open(
        self, trade: Any, number: int, bar: int, side: int, bracket: tuple[float, float]
    ) -> Ends:
        """Find the ends on a bar of a trade that is there from its open on, by any order."""
        stop, target = self._bracket(*bracket, side)
        late = self._closes.get(number)
        if late is not None and abs(self._orders[late].size) >= abs(trade.size):
            return self._at_open(late, bar)
        for order in self._closers.get(bar, ()):
            record = self._orders[order]
            closed = side * record.filled < 0.0 and record.fill_price == trade.exit_price
            if closed and not self._by_bracket(trade):
                return self._at_open(order, bar)
        whole = self._whole(bar)
        alone = self._held[whole] == int(self._whole(self._entered(trade)) < whole)
        for order in self._rivals.get(bar, ()) if alone else ():
            record = self._orders[order]
            covers = -side * record.filled >= abs(trade.size)
            if not covers or order == trade.order or record.placed_bar >= whole:
                continue
            if self._is_market(order):
                return self._at_open(order, bar)
            if _given(record.stop) and _given(record.limit):
                continue
            if _given(record.stop):
                stop = max(stop, Level(side * record.stop, "opposite order"))
            else:
                target = min(target, Level(side * record.limit, "opposite order"))
        return from_open(self._bar(bar, side), stop, target)

    def _at_open(self, order: int, bar: int) -> Ends:
        """Make the end by an order that was due at the open, or the close before it."""
        role = self._orders[order].role
        name = "closing order" if role == codes.CLOSE else "opposite order"
        whole = self._whole(bar)
        closes = self._broker.bars.close
        price = closes[whole - 1] if self._orders[order].on_close else self._prices[0][bar]
        side = -np.sign(self._orders[order].size)
        return Ends([Exit(side * float(price), name, False)], False)

    def ways(self, k: int) -> _Ways:
        """Say how a closed trade may have ended."""
        number = int(self._broker.closed[k])
        trade = self._trades[number]
        side = 1 if trade.size > 0 else -1
        entered, left = self._entered(trade), self._left(trade)
        if left is not None and left < entered:
            return _Ways([], "")
        order = self._orders[trade.order]
        way_in = self._way_in(trade, entered, side)
        bracket = order.sl, order.tp
        if left == entered and way_in is from_open:
            ends = self._ends_from_open(trade, number, entered, side, bracket)
        else:
            ends = way_in(self._bar(entered, side), *self._bracket(*bracket, side))
        found = list(self._priced(trade, ends, entered, side, _ENTRY_BAR))
        if ends.stays:
            found += self._later(trade, number, entered, left, side)
        return _Ways(found, _cause(found)) if _differs(found, trade) else _Ways([], "")

    def _later(
        self, trade: Any, number: int, entered: int, left: int | None, side: int
    ) -> Iterator[_End]:
        """Give the ends of a trade that outlived the bar of its entry."""
        if left == entered and self._by_bracket(trade):
            close = Exit(self._bar(entered, side).close, "", True)
            yield from self._priced(trade, Ends([close], False), entered, side, _ENTRY_BAR)
            return
        ends = Ends([], True)
        if left is not None and left != entered:
            bracket = self._live_bracket(trade, left)
            ends = self._ends_from_open(trade, number, left, side, bracket)
        if ends.exits:
            assert left is not None
            yield from self._priced(trade, ends, left, side, _EXIT_BAR)
        else:
            yield _End(trade.exit_bar, trade.exit_price, 0.0, 0.0, "", "")

    def _by_bracket(self, trade: Any) -> bool:
        """Whether a trade was closed by its stop-loss or take-profit."""
        return self._filled(trade.sl_order) or self._filled(trade.tp_order)

    def _filled(self, order: int) -> bool:
        return order != codes.ABSENT and self._orders[order].state == codes.FILLED

    def _priced(self, trade: Any, ends: Ends, bar: int, side: int, where: str) -> Iterator[_End]:
        """Give the ends on a bar their prices, after slippage, and what they change."""
        whole = self._whole(bar)
        size, reported = trade.size, trade.exit_price
        is_whole = not trade.is_float
        for end in ends.exits:
            raw = side * end.price
            if raw == reported and whole == trade.exit_bar and not self._slips:
                yield _End(whole, raw, 0.0, 0.0, where, end.name)
                continue
            price, fee = self._broker.priced_exit(
                size, raw, whole=is_whole, resting=end.resting, slips=not end.resting
            )
            if price == reported and whole == trade.exit_bar:
                yield _End(whole, price, 0.0, fee, where, end.name)
                continue
            by_target = self._filled(trade.tp_order)
            _, paid = self._broker.priced_exit(
                size, reported, whole=is_whole, resting=by_target, slips=False
            )
            yield _End(whole, price, size * (price - reported) - (fee - paid), fee, where, end.name)

    def changes(self, chosen: list[_End | None]) -> FloatArray:
        """Sum up what other ends of trades add to the equity of each bar."""
        close = self._broker.bars.close
        added = np.zeros(len(close))
        for k, end in enumerate(chosen):
            if end is None:
                continue
            trade = self._trades[self._broker.closed[k]]
            left = trade.exit_bar
            added[left:] += end.gain
            if end.bar < left:
                early = slice(end.bar, left)
                added[early] += trade.size * (end.price - close[early]) - end.fee
        if self._broker.bankrupt:
            added[self._broker.equity == 0.0] = 0.0
        return added


def _differs(found: list[_End], trade: Any) -> bool:
    """Whether any end is another than that of the run."""
    bar, price = trade.exit_bar, trade.exit_price
    return any((end.bar, end.price) != (bar, price) for end in found)


def _cause(found: list[_End]) -> str:
    """Say in words what may have closed a trade, and on which bar."""
    parts = []
    for where in (_ENTRY_BAR, _EXIT_BAR):
        names = dict.fromkeys(end.name or "none" for end in found if end.where == where)
        if names and where == _ENTRY_BAR and any(end.where != where for end in found):
            names["none"] = None
        if names:
            parts.append(f"{' or '.join(names)} on the {where}")
    return "; ".join(parts)
