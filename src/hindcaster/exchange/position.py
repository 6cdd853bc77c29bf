"""The position in one symbol."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from hindcaster import errors

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane

LONG: Final = "long"
SHORT: Final = "short"
CLOSED: Final = "close"

SPOT: Final = "spot"
FUTURES: Final = "futures"
CROSS: Final = "cross"
ISOLATED: Final = "isolated"

_MAINTENANCE: Final = 0.004  # share of the entry price at which the exchange liquidates earlier


class Position:
    """The position of a route, open or closed.

    Attributes
    ----------
    qty : float
        Signed: negative when short, 0 when closed.
    previous_qty : float
        What it was before the last fill.
    entry_price : float or None
        Average price of what is open.
    exit_price : float or None
        Price of the last close.
    opened_at, closed_at : float or None
        Milliseconds.
    """

    mark_index = None
    funding_rate = 0
    next_funding_timestamp = None

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._number = lane.run.next_number()
        self.qty: float = 0
        self.previous_qty: float = 0
        self.entry_price: float | None = None
        self.exit_price: float | None = None
        self.opened_at: float | None = None
        self.closed_at: float | None = None

    @property
    def id(self) -> str:
        """Text that is unique in the run."""
        return self._lane.run.identifier(self._number)

    @property
    def symbol(self) -> str:
        """Symbol, BASE-QUOTE."""
        return self._lane.symbol

    @property
    def exchange(self) -> Any:
        """The wallet of the exchange."""
        return self._lane.run.wallet

    @property
    def exchange_name(self) -> str:
        """Name of the exchange."""
        return self._lane.run.exchange_name

    @property
    def strategy(self) -> Any:
        """The strategy that trades it."""
        return self._lane.strategy

    @property
    def current_price(self) -> float:
        """Last price of the symbol."""
        return self._lane.price

    @property
    def mark_price(self) -> float:
        """Last price of the symbol."""
        return self._lane.price

    @property
    def type(self) -> str:
        """'long', 'short' or 'close'."""
        if self.qty > 0:
            return LONG
        return SHORT if self.qty < 0 else CLOSED

    @property
    def is_open(self) -> bool:
        """Whether something is held."""
        return self.qty != 0

    @property
    def is_close(self) -> bool:
        """Whether nothing is held."""
        return self.qty == 0

    @property
    def is_long(self) -> bool:
        """Whether it is long."""
        return self.qty > 0

    @property
    def is_short(self) -> bool:
        """Whether it is short."""
        return self.qty < 0

    @property
    def value(self) -> float:
        """Absolute quantity times the last price."""
        return abs(self.qty) * self._lane.price if self.qty else 0

    @property
    def pnl(self) -> float:
        """Open profit at the last price, without fees."""
        return self.pnl_at(self._lane.price) if self.qty else 0

    def pnl_at(self, price: float) -> float:
        """Open profit at a price, without fees."""
        if self.entry_price is None or not self.qty:
            return 0.0
        size = abs(self.qty)
        profit = size * price - self.entry_price * size
        return profit if self.qty > 0 else -profit

    @property
    def total_cost(self) -> float:
        """Margin the position takes: entry value divided by the leverage; NaN when closed."""
        if self.entry_price is None or not self.qty:
            return math.nan
        return self.entry_price * abs(self.qty) / self.leverage

    entry_margin = total_cost

    @property
    def pnl_percentage(self) -> float:
        """Open profit in percent of the margin."""
        pnl = self.pnl
        return 0 if pnl == 0 else pnl / self.total_cost * 100

    roi = pnl_percentage

    @property
    def leverage(self) -> int:
        """Leverage of the exchange, 1 in spot."""
        return self._lane.run.leverage

    @property
    def mode(self) -> str:
        """'cross' or 'isolated', 'spot' in spot."""
        return self._lane.run.mode

    @property
    def exchange_type(self) -> str:
        """'spot' or 'futures'."""
        return self._lane.run.exchange_type

    @property
    def bankruptcy_price(self) -> float:
        """Price at which the margin is lost: 0 in spot, NaN when closed."""
        return self._price_at_loss_of(1 / self.leverage)

    @property
    def liquidation_price(self) -> float:
        """Price at which the exchange closes the position.

        Entry price times (1 - 1 / leverage + 0.004) for a long, mirrored for a short. NaN when
        closed, with cross margin and in spot.
        """
        if not self.qty or self.mode in (CROSS, SPOT):
            return math.nan
        if self.mode != ISOLATED:
            raise errors.liquidation_mode_unknown(self.mode)
        return self._price_at_loss_of(1 / self.leverage - _MAINTENANCE)

    def _price_at_loss_of(self, share: float) -> float:
        if self.entry_price is None or not self.qty:
            return math.nan
        return self.entry_price * (1 - share if self.qty > 0 else 1 + share)

    @property
    def to_dict(self) -> dict[str, Any]:
        """Main facts as a new dict."""
        return {
            "entry_price": self.entry_price,
            "qty": self.qty,
            "current_price": self.current_price,
            "value": self.value,
            "type": self.type,
            "exchange": self.exchange_name,
            "pnl": self.pnl,
            "pnl_percentage": self.pnl_percentage,
            "leverage": self.leverage,
            "liquidation_price": self.liquidation_price,
            "bankruptcy_price": self.bankruptcy_price,
            "mode": self.mode,
        }

    def __repr__(self) -> str:
        return f"<Position {self.type} {self.symbol} qty={self.qty} entry_price={self.entry_price}>"
