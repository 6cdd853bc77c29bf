"""`generate_logs`: what happened, line by line, with the time of the simulated exchange."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from hindcaster.exchange.journal import Journal
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.orders import Order
from hindcaster.exchange.run import Run
from hindcaster.exchange.trades import Trade
from hindcaster.helpers import format_price
from hindcaster.research.outputs.storage import Storage

_BREAKS: Final = str.maketrans({"\n": "\\n", "\r": "\\r"})


class Log(Journal):
    """A journal that writes a line for everything.

    Parameters
    ----------
    run : Run
        Whose clock the lines have.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._lines: list[str] = []
        self._stamp = (math.nan, "")

    @property
    def text(self) -> str:
        """All lines."""
        return "".join(self._lines)

    def _say(self, text: str, time: float | None = None, level: str = "INFO") -> None:
        clock = self._run.clock if time is None else time
        if clock != self._stamp[0]:
            self._stamp = (clock, moment_text(clock))
        self._lines.append(f"[{level} | {self._stamp[1]}] {text.translate(_BREAKS)}\n")

    def executing(self, lane: Lane) -> None:
        """Write the bar that the strategy acts on."""
        bar = lane.candles[-1].tolist()
        opened = moment_text(bar[0])[:16]
        self._say(f"==== {lane.symbol} | {opened} | {' | '.join(map(str, bar[1:]))}")

    def submitted(self, order: Order) -> None:
        """Write an order."""
        self._say(f"📤 Order submitted | {_order_text(order)}")

    def cancelled(self, order: Order) -> None:
        """Write that an order is gone."""
        self._say(f"🚫 Order canceled | {_order_text(order)}")

    def executed(self, order: Order, before: float) -> None:
        """Write a fill, and what it did to the balance."""
        self._say(f"✅ Order executed | {_order_text(order)}")
        run = self._run
        if order.fee and run.exchange_type == "futures":
            self._say(f"Charged {round(order.fee, 2)} as fee. {_balance_text(run, order, before)}")

    def realised(self, lane: Lane, profit: float, before: float) -> None:
        """Write a profit, where it changes the balance."""
        if self._run.exchange_type == "futures":
            balance = _balance_text(self._run, lane, before)
            self._say(f"Added realized PNL of {round(profit, 2)}. {balance}")

    def moved(self, lane: Lane, order: Order, trade: Trade | None) -> None:
        """Write what became of the position."""
        super().moved(lane, order, trade)
        position = lane.position
        name, exchange = lane.symbol, self._run.exchange_name
        if trade is not None:
            self._say(_trade_text(trade))
            self._say(f"🏁 Position closed | {name} | {exchange}")
        elif not position.previous_qty:
            entry = f"Qty: {position.qty} | Entry: {format_price(position.entry_price)}"
            self._say(
                f"📈 Position opened | {name} | {position.type.upper()} | {exchange} | {entry}"
            )
        else:
            grown = abs(position.qty) > abs(position.previous_qty)
            what = "➕ Position increased" if grown else "➖ Position reduced"
            self._say(f"{what} | {name} | {exchange} | Qty: {position.qty}")

    def liquidated(self, lane: Lane, price: float) -> None:
        """Write that the exchange closes a position."""
        self._say(f"{lane.symbol} liquidated at {price}")

    def terminating(self, lane: Lane) -> None:
        """Write that the end is reached, with what is open then."""
        self._say(f"Terminating {lane.symbol}...")
        position = lane.position
        if position.qty:
            profit = f"{round(position.pnl, 4)}({round(position.pnl_percentage, 2)}%)"
            self._say(
                f"Closed open {self._run.exchange_name}-{lane.symbol} position at {lane.price} "
                f"with PNL: {profit} because we reached the end of the backtest session."
            )

    def sampled(self, time: float, value: float) -> None:
        """Write a balance sample."""
        self._say(f"Saved daily portfolio balance: {round(value, 2)}", time)

    def said(self, level: str, text: Any) -> None:
        """Write what a strategy says."""
        self._say(str(text), level=level.upper())


def moment_text(time: float) -> str:
    """Write a time in milliseconds as a date and a time of day, UTC.

    Examples
    --------
    >>> moment_text(1609462800000.0)
    '2021-01-01T01:00:00'
    """
    return str(np.datetime64(int(time), "ms").astype("datetime64[s]"))


def _order_text(order: Order) -> str:
    return (
        f"{order.symbol} | {order.exchange} | {order.side.upper()} {order.type} | "
        f"Qty: {abs(order.filled_qty or order.qty)} | Price: {format_price(order.price)}"
    )


def _balance_text(run: Run, of: Order | Lane, before: float) -> str:
    asset = of.symbol.split("-")[1]
    after = run.wallet.balance
    return (
        f"Balance for {asset} on {run.exchange_name} changed from {round(before, 2)} to "
        f"{round(after, 2)}"
    )


def _trade_text(trade: Trade) -> str:
    profit, share = trade.pnl, trade.pnl_percentage
    light = "🟢" if profit > 0 else "🔴" if profit < 0 else "⚪"
    asset = trade.symbol.split("-")[1]
    return (
        f"{light} Trade closed | {trade.symbol} | {trade.type.upper()} | {trade.exchange} | "
        f"Qty: {trade.qty} | Entry: {format_price(trade.entry_price)} | "
        f"Exit: {format_price(trade.exit_price)} | "
        f"Net PnL: {profit:+.2f} {asset} ({share:+.2f}%) | "
        f"Fees: {format_price(trade.fee)} {asset}"
    )


def write_log(log: Log, storage: Storage) -> str:
    """Write the lines, and give the path."""
    return storage.write("logs/backtest-mode", f"{storage.session}.txt", log.text)


def write_log_of_failure(log: Log, storage: Storage, error: BaseException) -> None:
    """Write the lines of a run that an error stopped; a note of the error has the path."""
    try:
        path = write_log(log, storage)
    except OSError as problem:
        error.add_note(f"The log of the run could not be written: {problem}")
    else:
        error.add_note(f"The log of the run up to here: {path}")
