"""What a strategy can read: prices, its account, its orders, its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy import float64

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.exchange.orders import BUY, CANCELED, SELL, Order
from hindcaster.exchange.position import FUTURES, SPOT, Position
from hindcaster.exchange.timeframes import MINUTE_MS, MINUTES
from hindcaster.strategies.rows import as_rows, mean_price

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane
    from hindcaster.exchange.run import Run
    from hindcaster.exchange.trades import Trade
    from hindcaster.strategies.agent import Agent


class Readings:
    """Properties of a strategy that read the run. They do not work in ``__init__``.

    Prices are NumPy's numbers: a division by zero in a strategy gives infinity and a warning.
    """

    symbol: str
    position: Position
    stop_loss: Any
    take_profit: Any
    buy: Any
    sell: Any
    trades_count: int
    _run: Run
    _lane: Lane
    _agent: Agent
    _frozen_price: float64 | None
    _cached_metrics: tuple[int, dict[str, Any]] | None

    # -- candles ----------------------------------------------------------------------------

    @property
    def candles(self) -> FloatArray:
        """All bars of the route, those of the warm-up first: shape (n, 6).

        A read-only view: time, open, close, high, low, volume.
        """
        return self._lane.candles

    @property
    def current_candle(self) -> FloatArray:
        """A copy of the last bar of the route, the forming one inside fill hooks."""
        bar: FloatArray = self.candles[-1].copy()
        return bar

    @property
    def open(self) -> float:
        """Open of the last bar."""
        return float64(self.candles[-1, 1])

    @property
    def close(self) -> float:
        """Close of the last bar."""
        return float64(self.candles[-1, 2])

    @property
    def high(self) -> float:
        """High of the last bar."""
        return float64(self.candles[-1, 3])

    @property
    def low(self) -> float:
        """Low of the last bar."""
        return float64(self.candles[-1, 4])

    @property
    def volume(self) -> float:
        """Volume of the last bar."""
        return float64(self.candles[-1, 5])

    @property
    def price(self) -> float:
        """Last price; during an execution the one at its beginning."""
        frozen = self._frozen_price
        return float64(self._lane.quotes.close) if frozen is None else frozen

    @property
    def mark_price(self) -> float:
        """Last price."""
        return self._lane.quotes.price

    @property
    def time(self) -> float:
        """Present time in milliseconds: during an execution the close of the bar."""
        return self._run.clock

    def get_candles(self, exchange: str, symbol: str, timeframe: str) -> FloatArray:
        """Give the bars of any symbol and timeframe of the routes.

        Parameters
        ----------
        exchange, symbol, timeframe : str
            As in a route. A timeframe of one route can be read for every symbol.

        Returns
        -------
        ndarray, shape (n, 6)
            Read-only view; its last bar is the forming one if none has just finished.

        Raises
        ------
        RouteNotFound
            No route names the symbol or the timeframe.
        """
        quotes = self._run.quotes.get(symbol)
        minutes = MINUTES.get(timeframe, 0)
        if (
            quotes is None
            or exchange != self._run.exchange_name
            or minutes not in self._run.timeframes
        ):
            raise errors.RouteNotFound(symbol, timeframe)
        return quotes.bars(minutes).view(quotes.seen, quotes.partial)

    @property
    def closed_candle_open_time(self) -> int:
        """Time at which the last finished bar of the route opened, in milliseconds."""
        bars, length = self.candles, self._lane.minutes * MINUTE_MS
        is_forming = bars.item(-1, 0) + length > self._run.clock
        return int(bars.item(-1, 0)) - length * is_forming

    # -- account ----------------------------------------------------------------------------

    @property
    def balance(self) -> float:
        """Futures: cash, without open profits. Spot: quote currency that is free."""
        return self._run.wallet.balance

    @property
    def available_margin(self) -> float:
        """What new positions can use."""
        return self._run.wallet.available_margin

    @property
    def leveraged_available_margin(self) -> float:
        """Available margin times the leverage."""
        return self._run.leverage * self._run.wallet.available_margin

    @property
    def leverage(self) -> int:
        """Leverage of the exchange, 1 in spot."""
        return self._run.leverage

    @property
    def fee_rate(self) -> float:
        """Fee as a share of a fill's value."""
        return self._run.fee_rate

    @property
    def portfolio_value(self) -> float:
        """Value of the account.

        Futures: cash plus the open profits of all routes times the leverage. Spot: money, the
        value of the route's own resting buys, and of all positions.
        """
        run = self._run
        if run.exchange_type == SPOT:
            return run.spot_value(self._lane)
        return run.wallet.balance + run.leverage * sum(lane.position.pnl for lane in run.lanes)

    @property
    def daily_balances(self) -> list[float]:
        """Balance samples so far: the first, and one a day."""
        return list(self._run.samples.values)

    @property
    def capital(self) -> float:
        """Not there any more: use `balance`."""
        raise errors.capital_is_gone()

    @property
    def min_qty(self) -> float:
        """Known in live trading only."""
        raise errors.live_only("min_qty")

    # -- position ---------------------------------------------------------------------------

    @property
    def is_long(self) -> bool:
        """Whether the position is long."""
        return self.position.qty > 0

    @property
    def is_short(self) -> bool:
        """Whether the position is short."""
        return self.position.qty < 0

    @property
    def is_open(self) -> bool:
        """Whether a position is open."""
        return self.position.qty != 0

    @property
    def is_close(self) -> bool:
        """Whether no position is open."""
        return self.position.qty == 0

    @property
    def liquidation_price(self) -> float:
        """Price at which the exchange closes the position; NaN without one or with cross margin."""
        return self.position.liquidation_price

    @property
    def funding_rate(self) -> float:
        """0 in simulations."""
        return 0

    @property
    def next_funding_timestamp(self) -> None:
        """None in simulations."""
        return None

    @property
    def all_positions(self) -> dict[str, Position]:
        """Positions of all routes by symbol."""
        return {lane.symbol: lane.position for lane in self._run.lanes}

    # -- orders -----------------------------------------------------------------------------

    @property
    def average_entry_price(self) -> float | None:
        """Average price of the entry rows, as asked for; None if there are none."""
        qty = self.position.qty
        for side in (BUY, SELL) if not qty else (BUY if qty > 0 else SELL,):
            known = self._agent.known.get(side)
            if known is not None and known.rows:
                return mean_price(known.rows)
        if not qty:
            for side in (BUY, SELL):  # as they are about to be sent
                value = getattr(self, side)
                if value is not None:
                    return mean_price(as_rows(side, value).tolist())
        return self.position.entry_price

    def _average_of(self, name: str) -> float | None:
        known = self._agent.known.get(name)
        if known is None or not known.rows:
            raise errors.no_exit_rows(name)
        return mean_price(known.rows)

    @property
    def average_stop_loss(self) -> float | None:
        """Average price of the stop-loss rows."""
        return self._average_of("stop_loss")

    @property
    def average_take_profit(self) -> float | None:
        """Average price of the take-profit rows."""
        return self._average_of("take_profit")

    @property
    def has_long_entry_orders(self) -> bool:
        """Whether the entries are to buy, or will be."""
        orders = self.entry_orders
        return orders[0].side == BUY if orders else self.buy is not None

    @property
    def has_short_entry_orders(self) -> bool:
        """Whether the entries are to sell, or will be."""
        orders = self.entry_orders
        return orders[0].side == SELL if orders else self.sell is not None

    @property
    def orders(self) -> list[Order]:
        """Orders since the position was last closed, whatever became of them."""
        return list(self._lane.orders)

    def _own_side(self) -> str:
        return BUY if self.position.qty > 0 else SELL

    @property
    def entry_orders(self) -> list[Order]:
        """Entries: all of them while no position is open, then those still live or just filled."""
        if not self.position.qty:
            return list(self._lane.orders)
        side = self._own_side()
        active = self._lane.active
        return [order for order in active if order.side == side and order.status != CANCELED]

    def _exits(self, orders: list[Order]) -> list[Order]:
        if not self.position.qty:
            return []
        side = self._own_side()
        return [order for order in orders if order.side != side and order.status != CANCELED]

    @property
    def exit_orders(self) -> list[Order]:
        """Orders against the position that were not cancelled."""
        return self._exits(self._lane.orders)

    @property
    def active_exit_orders(self) -> list[Order]:
        """Orders against the position that are live or were filled in this minute."""
        return self._exits(self._lane.active)

    # -- the run ----------------------------------------------------------------------------

    @property
    def trades(self) -> list[Trade]:
        """Closed trades of all routes."""
        return list(self._run.trades)

    @property
    def metrics(self) -> dict[str, Any]:
        """Statistics so far."""
        if self._cached_metrics is None or self._cached_metrics[0] != self.trades_count:
            self._cached_metrics = (self.trades_count, self._run.measure())
        return self._cached_metrics[1]

    @property
    def routes(self) -> list[Any]:
        """Trading routes, each with exchange, symbol, timeframe, strategy_name and strategy."""
        return self._run.routes

    @property
    def data_routes(self) -> list[Any]:
        """Data routes."""
        return self._run.data_routes

    @property
    def current_route_index(self) -> int:
        """Place of the strategy's own route."""
        return self._lane.index

    @property
    def shared_vars(self) -> dict[Any, Any]:
        """One dict for all strategies of the run."""
        return self._run.shared

    @property
    def exchange_type(self) -> str:
        """'spot' or 'futures'."""
        return self._run.exchange_type

    @property
    def is_spot_trading(self) -> bool:
        """Whether the exchange is a spot exchange."""
        return self._run.exchange_type == SPOT

    @property
    def is_futures_trading(self) -> bool:
        """Whether the exchange is a futures exchange."""
        return self._run.exchange_type == FUTURES

    is_backtesting = True
    is_livetrading = False
    is_papertrading = False
    is_live = False

    @property
    def base_asset(self) -> str:
        """What is traded: the first part of the symbol."""
        return self.symbol.split("-")[0]

    @property
    def quote_asset(self) -> str:
        """What it is paid with: the second part of the symbol."""
        return self.symbol.split("-")[1]

    @property
    def is_trading_hours(self) -> bool:
        """Whether the last finished bar opened inside the schedule of `trading_hours`."""
        schedule = self.trading_hours()
        if schedule is None:
            return True
        from hindcaster.utils import is_in_trading_hours

        return is_in_trading_hours(self.closed_candle_open_time, schedule)

    def trading_hours(self) -> dict[str, Any] | None:
        """Give the schedule that `is_trading_hours` looks at; None: always."""
        return None
