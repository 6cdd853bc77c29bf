"""Orders: what was asked for and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hindcaster.engine.exchange.columns import GAP_DOWN, GAP_UP, NO_GAP

if TYPE_CHECKING:
    from hindcaster.exchange.lane import Lane

BUY: Final = "buy"
SELL: Final = "sell"

MARKET: Final = "MARKET"
LIMIT: Final = "LIMIT"
STOP: Final = "STOP"

ACTIVE: Final = "ACTIVE"
CANCELED: Final = "CANCELED"
EXECUTED: Final = "EXECUTED"

VIA_STOP_LOSS: Final = "stop-loss"
VIA_TAKE_PROFIT: Final = "take-profit"

_GAP_RULES: Final = {
    (SELL, LIMIT): GAP_UP,
    (BUY, STOP): GAP_UP,
    (BUY, LIMIT): GAP_DOWN,
    (SELL, STOP): GAP_DOWN,
}

RECORD_KEYS: Final = (
    "id",
    "trade_id",
    "session_id",
    "exchange_id",
    "symbol",
    "side",
    "type",
    "qty",
    "filled_qty",
    "price",
    "status",
    "created_at",
    "canceled_at",
    "executed_at",
    "exchange",
    "reduce_only",
    "submitted_via",
    "jesse_submitted",
    "order_exist_in_exchange",
    "updated_at",
    "session_mode",
)


class Order:
    """One order of a strategy.

    Attributes
    ----------
    side : {'buy', 'sell'}
    type : {'MARKET', 'LIMIT', 'STOP'}
    qty : float
        Signed: negative to sell.
    filled_qty, remaining_qty : float
        What changed hands, signed, and what did not.
    price : float
        The price asked for; after a fill in an opening gap the open, the price asked for is then
        in ``vars['submitted_price']``.
    status : {'ACTIVE', 'CANCELED', 'EXECUTED'}
    reduce_only : bool
        It can only make the position smaller.
    submitted_via : {None, 'stop-loss', 'take-profit'}
    fee : float or None
        Fee of the fill, in the quote currency; None before it.
    created_at, executed_at, canceled_at : float or None
        Milliseconds.
    """

    __slots__ = (
        "_number",
        "_vars",
        "canceled_at",
        "created_at",
        "executed_at",
        "fee",
        "filled_qty",
        "lane",
        "price",
        "qty",
        "reduce_only",
        "side",
        "slot",
        "status",
        "submitted_via",
        "trade_id",
        "type",
    )

    exchange_id = None
    session_id = None
    session_mode = None
    updated_at = None
    jesse_submitted = True
    order_exist_in_exchange = True

    def __init__(
        self,
        lane: Lane,
        side: str,
        kind: str,
        qty: float,
        price: float,
        reduce_only: bool,
        via: str | None,
        created_at: float | None,
    ) -> None:
        self.lane = lane
        self._number = lane.run.next_number()
        self._vars: dict[str, Any] | None = None
        self.side = side
        self.type = kind
        self.qty = qty
        self.price = price
        self.reduce_only = reduce_only
        self.submitted_via = via
        self.created_at = created_at
        self.status = ACTIVE
        self.filled_qty: float = 0
        self.fee: Any = None
        self.executed_at: float | None = None
        self.canceled_at: float | None = None
        self.trade_id: str | None = None
        self.slot = -1

    @property
    def gap_rule(self) -> int:
        """Which opening gap fills it at the open."""
        return _GAP_RULES.get((self.side, self.type), NO_GAP)

    @property
    def id(self) -> str:
        """Text that is unique in the run."""
        return self.lane.run.identifier(self._number)

    @property
    def symbol(self) -> str:
        """Symbol, BASE-QUOTE."""
        return self.lane.symbol

    @property
    def exchange(self) -> str:
        """Name of the exchange."""
        return self.lane.run.exchange_name

    @property
    def vars(self) -> dict[str, Any]:
        """For the user's notes."""
        if self._vars is None:
            self._vars = {}
        return self._vars

    @property
    def remaining_qty(self) -> float:
        """Quantity that has not changed hands."""
        return self.qty - self.filled_qty

    @property
    def value(self) -> float:
        """Price times quantity, never negative."""
        return abs(self.qty) * self.price

    @property
    def is_active(self) -> bool:
        """Whether it waits."""
        return self.status == ACTIVE

    is_new = is_active
    is_cancellable = is_active

    @property
    def is_canceled(self) -> bool:
        """Whether it was cancelled."""
        return self.status == CANCELED

    @property
    def is_executed(self) -> bool:
        """Whether it was filled."""
        return self.status == EXECUTED

    is_filled = is_executed

    @property
    def is_partially_filled(self) -> bool:
        """Never in a simulation: orders fill as a whole."""
        return False

    @property
    def is_queued(self) -> bool:
        """Never in a simulation: orders reach the exchange at once."""
        return False

    @property
    def is_stop_loss(self) -> bool:
        """Whether it was submitted as a stop-loss."""
        return self.submitted_via == VIA_STOP_LOSS

    @property
    def is_take_profit(self) -> bool:
        """Whether it was submitted as a take-profit."""
        return self.submitted_via == VIA_TAKE_PROFIT

    @property
    def to_dict(self) -> dict[str, Any]:
        """All facts as a new dict."""
        return {key: getattr(self, key) for key in RECORD_KEYS}

    def __repr__(self) -> str:
        return (
            f"<Order {self.type} {self.side} {self.symbol} qty={self.qty} price={self.price} "
            f"{self.status}>"
        )
