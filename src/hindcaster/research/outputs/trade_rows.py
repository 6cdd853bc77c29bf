"""The facts of a trade that files list."""

from typing import Any, Final

from hindcaster.exchange.trades import Trade

KEYS: Final = (
    "id",
    "strategy_name",
    "symbol",
    "exchange",
    "type",
    "entry_price",
    "exit_price",
    "qty",
    "fee",
    "size",
    "PNL",
    "PNL_percentage",
    "holding_period",
    "opened_at",
    "closed_at",
)


def row_of(trade: Trade) -> dict[str, Any]:
    """Give the facts in the order in which files have them."""
    facts = trade.to_dict
    return {key: facts[key] for key in KEYS}
