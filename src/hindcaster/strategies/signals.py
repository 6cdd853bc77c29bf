"""Asks a strategy for its signals, bar by bar, without an account that trades."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from hindcaster import errors
from hindcaster.strategies.agent import Agent
from hindcaster.strategies.broker import Broker

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.strategies.strategy import Strategy


class SignalBroker(Broker):
    """Refuses every order."""

    def _send(self, *_order: Any, **_details: Any) -> NoReturn:
        raise errors.order_without_account()


class SignalAgent(Agent):
    """Notes on each bar which side the strategy would enter if it had no position.

    Attributes
    ----------
    times, prices, signals : list
        Close time in milliseconds, close, and 1 (long), -1 (short) or 0, by bar. Long wins where
        a strategy wants both.
    heard : callable or None
        Called on each bar.
    """

    def __init__(self, lane: Lane, strategy: Strategy) -> None:
        super().__init__(lane, strategy)
        self.broker = SignalBroker(lane)
        self.times: list[float] = []
        self.prices: list[float] = []
        self.signals: list[int] = []
        self.heard: Callable[[], None] | None = None

    def _look_for_entry(self) -> None:
        long = bool(self.strategy.should_long())
        short = self._should_short is not None and bool(self._should_short())
        self.times.append(self.run.clock)
        self.prices.append(float(self.lane.price))
        self.signals.append(1 if long else -int(short))
        if self.heard is not None:
            self.heard()

    def terminate(self) -> None:
        """End without a hook: there is nothing to close."""
