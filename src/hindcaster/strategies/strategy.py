"""The base class of strategies: what they set, what they define, what they can call."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcaster import _run_state, errors
from hindcaster.strategies.charts import Charts
from hindcaster.strategies.learning import Learning
from hindcaster.strategies.readings import Readings

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.exchange.orders import Order
    from hindcaster.exchange.position import Position
    from hindcaster.exchange.trades import Trade
    from hindcaster.strategies.agent import Agent
    from hindcaster.strategies.broker import Broker

logger = logging.getLogger("hindcaster.strategies")


class Strategy(Readings, Charts, Learning, ABC):
    """A strategy that trades one symbol of an exchange simulation.

    Derive from it, define `should_long` and `go_long`, and name the class in a route of
    `hindcaster.research.backtest`. Every bar of the route's timeframe is one execution.

    Attributes
    ----------
    id, name, exchange, symbol, timeframe : str
        Who it is; `name` is what the route names: text or the class.
    hp : dict
        Hyperparameters by name.
    index : int
        Number of finished executions.
    vars : dict
        For the user's notes.
    buy, sell, stop_loss, take_profit : tuple, list of tuples or None
        Orders as ``(qty, price)``, or a list of such rows.
    increased_count, reduced_count : int
        How often the open position grew and shrank; the opening counts as growth.
    last_trade_index : int
        The `index` when the last trade was closed.
    trades_count : int
        Closed trades of the route.
    position : Position
    broker : Broker

    Examples
    --------
    >>> class Breakout(Strategy):
    ...     def should_long(self):
    ...         return len(self.candles) > 20
    ...
    ...     def go_long(self):
    ...         highest = self.candles[-20:, 3].max()
    ...         self.buy = 1, highest
    ...         self.stop_loss = 1, 0.98 * highest
    ...         self.take_profit = 1, 1.04 * highest
    """

    position: Position
    broker: Broker

    def __init__(self) -> None:
        self.id = ""
        self.name: Any = None
        self.symbol = ""
        self.exchange = ""
        self.timeframe = ""
        self.hp: dict[str, Any] = {}
        self.index = 0
        self.vars: dict[Any, Any] = {}
        self.buy: Any = None
        self.sell: Any = None
        self.stop_loss: Any = None
        self.take_profit: Any = None
        self.increased_count = 0
        self.reduced_count = 0
        self.last_trade_index = 0
        self.trades_count = 0
        self.trade: Any = None
        self._frozen_price: np.float64 | None = None
        self._cached_methods: dict[Any, Any] = {}
        self._cached_metrics: tuple[int, dict[str, Any]] | None = None
        self._candle_lines: dict[str, list[dict[str, Any]]] = {}
        self._extra_lines: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._candle_levels: dict[str, dict[str, Any]] = {}
        self._extra_levels: dict[str, dict[str, dict[str, Any]]] = {}
        self._reported_lines: set[str] = set()
        self._start_learning()

    def _attach(self, lane: Lane, agent: Agent) -> None:
        """Connect the strategy with its run."""
        self._run, self._lane, self._agent = lane.run, lane, agent
        self.id = lane.run.identifier(lane.run.next_number())
        self.name = lane.strategy_name
        self.exchange = lane.run.exchange_name
        self.symbol = lane.symbol
        self.timeframe = lane.timeframe

    # -- what a strategy must define ----------------------------------------------------------

    @abstractmethod
    def should_long(self) -> bool:
        """Say whether to enter long; asked on bars without position and orders."""

    @abstractmethod
    def go_long(self) -> None:
        """Set `buy`, and if wanted `stop_loss` and `take_profit`."""

    # -- what it can define -------------------------------------------------------------------

    def should_short(self) -> bool:
        """Say whether to enter short; asked before `should_long`."""
        return False

    def go_short(self) -> None:
        """Set `sell`, and if wanted `stop_loss` and `take_profit`."""

    def filters(self) -> list[Callable[[], Any]]:
        """List conditions as functions that are not called; one that fails drops the entry."""
        return []

    def should_cancel_entry(self) -> bool:
        """Say whether entries that were not filled on the last bar are cancelled."""
        return True

    def before(self) -> None:
        """Act first in every execution."""

    def after(self) -> None:
        """Act last in every execution."""

    def update_position(self) -> None:
        """Act in every execution with an open position, not in the one that opened it."""

    def update_chart(self) -> None:
        """Add points to charts, behind `after`."""

    def on_open_position(self, order: Order) -> None:
        """Act on the fill that opened the position."""

    def on_increased_position(self, order: Order) -> None:
        """Act on a fill that made the position larger."""

    def on_reduced_position(self, order: Order) -> None:
        """Act on a fill that made the position smaller."""

    def on_close_position(self, order: Order, closed_trade: Trade) -> None:
        """Act on the fill that closed the position; may be defined with `order` alone."""

    def on_cancel(self) -> None:
        """Act when all orders were cancelled, which every close of a position does too."""

    def on_route_open_position(self, strategy: Strategy) -> None:
        """Act on another route's opened position."""

    def on_route_increased_position(self, strategy: Strategy) -> None:
        """Act on another route's larger position."""

    def on_route_reduced_position(self, strategy: Strategy) -> None:
        """Act on another route's smaller position."""

    def on_route_close_position(self, strategy: Strategy) -> None:
        """Act on another route's closed position."""

    def on_route_canceled(self, strategy: Strategy) -> None:
        """Act on another route's cancelled orders."""

    def before_terminate(self) -> None:
        """Act at the end of the run, while orders can still be changed."""

    def terminate(self) -> None:
        """Act at the end of the run, before an open position is closed."""

    def hyperparameters(self) -> list[dict[str, Any]]:
        """List parameters: name, type, min, max, default, and step or options."""
        return []

    def dna(self) -> str:
        """Give the hyperparameters as one text; empty: their defaults."""
        return ""

    def candles_pipeline(self) -> Any:
        """Give what changes the candles before the strategy sees them."""
        return None

    def watch_list(self) -> list[tuple[str, Any]]:
        """List values to watch in live trading."""
        return []

    # -- what it can call ---------------------------------------------------------------------

    def liquidate(self) -> None:
        """Close the position at the current price when the changes of orders are processed."""
        if not self.position.qty:
            return
        name = "take_profit" if self.position.pnl > 0 else "stop_loss"
        setattr(self, name, (abs(self.position.qty), self.price))

    @staticmethod
    def log(
        msg: str,
        log_type: str = "info",
        send_notification: bool = False,
        webhook: str | None = None,
    ) -> None:
        """Write a message to the log ``hindcaster.strategies``, and to the log file of the run.

        Parameters
        ----------
        msg : str
        log_type : {'info', 'error'}
        send_notification : bool, default False
            For live trading.
        webhook : str, optional
            For live trading.

        Raises
        ------
        ValueError
            `log_type` is another word.
        """
        if log_type not in ("info", "error"):
            raise errors.bad_log_type(log_type)
        logger.log(logging.INFO if log_type == "info" else logging.ERROR, "%s", msg)
        said = _run_state.current().said
        if said is not None:
            said(log_type, msg)
