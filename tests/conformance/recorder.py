"""Records what a strategy does, in terms that `scripted.Scripted` can play again.

Every action is stored with the bar it was made on and with the place of its order or trade in the
tuple in which a strategy finds it at that moment, so that playing it needs the public API only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from hindcaster.account import Position
from hindcaster.engine import codes
from hindcaster.engine.ledger.broker import LedgerBroker

PLACE, CLOSE_TRADE, CLOSE_POSITION, CANCEL, SET_SL, SET_TP = range(6)
CLOSE_CLOSED, SET_SL_OF_CLOSED, SET_TP_OF_CLOSED = range(6, 9)
NO_TAG, NUMBER, TEXTS = 0, 1, ("a", "long one", "up")  # a text is coded by its place, after NUMBER
INIT = -1  # the "bar" of what `init` did
NAN = float("nan")


class Action(NamedTuple):
    """One action; `amount` is a signed size, a portion, or a price (NaN: none)."""

    bar: int
    kind: int
    target: int = 0
    amount: float = NAN
    limit: float = NAN
    stop: float = NAN
    sl: float = NAN
    tp: float = NAN
    tag_kind: int = NO_TAG
    tag_number: int = 0


def coded_tag(tag: Any) -> tuple[int, int]:
    """Kind and number of a tag; anything but None, whole numbers and known texts gets a number."""
    if tag is None:
        return NO_TAG, 0
    if isinstance(tag, str) and tag in TEXTS:
        return NUMBER + 1 + TEXTS.index(tag), 0
    return NUMBER, int(tag) if isinstance(tag, (int, float)) else 1000 + len(repr(tag))


def played_tag(tag: Any) -> Any:
    """The tag that a replay shows for a recorded one."""
    kind, number = coded_tag(tag)
    return None if kind == NO_TAG else number if kind == NUMBER else TEXTS[kind - NUMBER - 1]


class Recorder:
    """The actions of one run, in order, and the first bar on which `next` was called."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.start = 1
        self._silent = False
        self._in_init = True

    def columns(self, n_bars: int) -> dict[str, np.ndarray]:
        """Arrays by name: one entry per action, and `first[bar]`, the first action of a bar.

        Actions of `init` come before those of bar 0.
        """
        bars = np.array([action.bar for action in self.actions], np.int64)
        columns = {"first": np.searchsorted(bars, np.arange(n_bars + 1))}
        for name in Action._fields[1:]:
            kind = np.float64 if isinstance(Action._field_defaults.get(name), float) else np.int64
            columns[name] = np.array([getattr(action, name) for action in self.actions], kind)
        return columns

    def _note(self, bar: int, kind: int, target: int = 0, *values: Any) -> None:
        if not self._silent:
            self.actions.append(Action(INIT if self._in_init else bar, kind, target, *values))

    def _place(self, original: Callable[..., int]) -> Callable[..., int]:
        def place(broker: LedgerBroker, bar: int, *arguments: Any) -> int:
            order = original(broker, bar, *arguments)
            *numbers, tag = arguments
            self._note(bar, PLACE, 0, *numbers, *coded_tag(tag))
            return order

        return place

    def _close_trade(self, original: Callable[..., int]) -> Callable[..., int]:
        def close_trade(broker: LedgerBroker, bar: int, index: int, portion: float) -> int:
            target, closed = _place_of(broker, index)
            order = original(broker, bar, index, portion)
            self._note(bar, CLOSE_CLOSED if closed else CLOSE_TRADE, target, portion)
            return order

        return close_trade

    def _move_bracket(self, original: Callable[..., int]) -> Callable[..., int]:
        def move(broker: LedgerBroker, bar: int, index: int, role: int, price: float) -> int:
            target, closed = _place_of(broker, index)
            order = original(broker, bar, index, role, price)
            if role == codes.STOP_LOSS:
                self._note(bar, SET_SL_OF_CLOSED if closed else SET_SL, target, price)
            else:
                self._note(bar, SET_TP_OF_CLOSED if closed else SET_TP, target, price)
            return order

        return move

    def _cancel(self, original: Callable[..., None]) -> Callable[..., None]:
        def cancel(broker: LedgerBroker, bar: int, order: int) -> None:
            waiting = broker.queued()
            original(broker, bar, order)
            self._note(bar, CANCEL, waiting.index(order))

        return cancel

    def _close_position(self, original: Callable[..., None]) -> Callable[..., None]:
        def close(position: Position, portion: float = 1.0) -> None:
            before = len(self.actions)
            original(position, portion)
            if self.actions[before:]:
                bar = self.actions[-1].bar
                del self.actions[before:]
                self._note(bar, CLOSE_POSITION, 0, float(portion))

        return close

    def _begin(self, original: Callable[..., None]) -> Callable[..., None]:
        def begin(broker: LedgerBroker, start: int) -> None:
            self.start, self._in_init = start, False
            original(broker, start)

        return begin

    def _finalize(self, original: Callable[..., None]) -> Callable[..., None]:
        def finalize(broker: LedgerBroker, last: int) -> None:
            self._silent = True  # what closes trades at the end is not the strategy
            original(broker, last)

        return finalize


def _place_of(broker: LedgerBroker, index: int) -> tuple[int, bool]:
    """Place of a trade among the open ones, or among the closed ones."""
    active = broker.active_trades()
    if index in active:
        return active.index(index), False
    return broker.closed_trades().index(index), True


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record the one run that is made inside the block."""
    recorder = Recorder()
    wrappers = {
        (LedgerBroker, "place"): recorder._place,
        (LedgerBroker, "close_trade"): recorder._close_trade,
        (LedgerBroker, "move_bracket"): recorder._move_bracket,
        (LedgerBroker, "cancel"): recorder._cancel,
        (LedgerBroker, "begin"): recorder._begin,
        (LedgerBroker, "finalize"): recorder._finalize,
        (Position, "close"): recorder._close_position,
    }
    with ExitStack() as stack:
        for (owner, name), wrapped in wrappers.items():
            stack.enter_context(patch.object(owner, name, wrapped(getattr(owner, name))))
        yield recorder
