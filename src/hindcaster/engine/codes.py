"""The engine's vocabulary: what orders are, what became of them, and the words for it.

Plain integers, because kernels store them in record arrays. Every text that explains an outcome
to the user stands in this module and nowhere else.
"""

from typing import Final

ABSENT: Final = -1  # "no such record" in fields that hold an index
NEVER: Final = 1 << 40  # bars until an order expires that stays until it is cancelled

# What an order is for.
ENTRY: Final = 0
CLOSE: Final = 1
STOP_LOSS: Final = 2
TAKE_PROFIT: Final = 3

ROLE_NAMES: Final = ("entry", "close", "stop-loss", "take-profit")

# What has become of an order.
WAITING: Final = 0
FILLED: Final = 1
CANCELLED: Final = 2
REJECTED: Final = 3

STATE_NAMES: Final = ("open", "filled", "cancelled", "rejected")

# Why.
NO_REASON: Final = 0
FILL_COMPLETE: Final = 1
FILL_NETTED: Final = 2
CANCEL_BY_STRATEGY: Final = 3
CANCEL_BY_EXCLUSIVE: Final = 4
CANCEL_TRADE_CLOSED: Final = 5
CANCEL_REPLACED: Final = 6
CANCEL_NOTHING_LEFT: Final = 7
REJECT_NO_UNIT: Final = 8
REJECT_MARGIN: Final = 9
REJECT_MARGIN_AFTER_NETTING: Final = 10
CANCEL_EXPIRED: Final = 14
CANCEL_BY_GROUP: Final = 15
# Of orders still open when the run is over: decided from where they stand, not stored.
OPEN_NO_BAR_LEFT: Final = 11
OPEN_NOT_REACHED: Final = 12
OPEN_BANKRUPT: Final = 13

REASON_TEXTS: Final = (
    "",
    "",
    "only closed or reduced opposite trades",
    "cancelled by the strategy",
    "replaced by a later order (exclusive_orders=True)",
    "the trade it belonged to was closed",
    "replaced by a new price on its trade",
    "the trade it was to close was closed already",
    "insufficient margin: the free margin does not pay for a single unit",
    "insufficient margin: the free margin does not pay for the whole size",
    "insufficient margin: closed opposite trades, the rest was not affordable",
    "placed on the last bar: there is no bar left to fill it",
    "the price was not reached",
    "the account went bankrupt first",
    "expired: not filled within its bars (good_for)",
    "another order of its group was filled (oco)",
)

SIDE_NAMES: Final = ("sell", "buy")

# What a kernel reports beside its result.
NOTICE_NO_UNIT: Final = 1
NOTICE_MARGIN: Final = 2
NOTICE_BRACKET_DEFERRED: Final = 3

# Results of entry points that are not an index or a bar; all differ from ABSENT.
NEED_ROOM: Final = -2
BANKRUPT: Final = -3
FEE_FAILED: Final = -4
BRACKET_OUT_OF_RANGE: Final = -5
PRICES_NOT_ORDERED: Final = -6
NOT_QUEUED: Final = -7
UNITS_NOT_FINITE: Final = -8
TRAIL_TOO_WIDE: Final = -9
SLIPPED_TOO_FAR: Final = -10
