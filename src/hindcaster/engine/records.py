"""Record types of the engine's state, and arrays that grow."""

from typing import Any, Final

import numpy as np

from hindcaster._types import AnyArray

ORDER: Final = np.dtype(
    [
        ("symbol", np.int32),
        ("role", np.int32),
        ("size", np.float64),  # signed units, or a signed fraction of the free margin if |size| < 1
        ("limit", np.float64),  # NaN or 0: absent
        ("stop", np.float64),  # stays after triggering; `stop_live` says whether it still waits
        ("sl", np.float64),
        ("tp", np.float64),
        ("tag", np.int64),  # index into the run's list of tags
        ("parent", np.int64),  # the trade that a closing order belongs to
        ("placed_bar", np.int64),
        ("is_float", np.int32),  # whether the API shows the size as a float
        ("queued", np.int32),
        ("stop_live", np.int32),
        ("state", np.int32),
        ("reason", np.int64),
        ("done_bar", np.int64),
        ("done_finer", np.int64),  # finer bar on which that was decided; ABSENT: none was worked
        ("fill_price", np.float64),
        ("filled", np.float64),  # signed units that changed hands
        ("in_units", np.int32),  # the size is in units even if it is below 1
        ("on_close", np.int32),  # a market order fills at the close of the bar that placed it
        ("good_for", np.int64),  # bars after that on which it may fill
        ("group", np.int64),  # orders of a group cancel each other; ABSENT: in none
        ("trail", np.float64),  # distance of a trailing stop, in price; NaN: absent
        ("trail_rate", np.float64),  # the same as a share of the best price
    ],
    align=True,
)

TRADE: Final = np.dtype(
    [
        ("symbol", np.int32),
        ("is_float", np.int32),  # a partial close() makes the size a float (spec of the API)
        ("size", np.float64),
        ("entry_price", np.float64),
        ("exit_price", np.float64),  # NaN while open
        ("entry_bar", np.int64),
        ("exit_bar", np.int64),  # ABSENT while open
        ("entry_finer", np.int64),  # finer bars of the fills; ABSENT: none was worked
        ("exit_finer", np.int64),
        ("tag", np.int64),
        ("sl_order", np.int64),
        ("tp_order", np.int64),
        ("commission", np.float64),  # 0 while open
        ("order", np.int64),  # the entry order
        ("entry_fee", np.float64),  # paid at the entry for the present size
        ("trail", np.float64),
        ("trail_rate", np.float64),
        ("best", np.float64),  # best price since the entry, which a trailing stop follows
    ],
    align=True,
)

NOTICE: Final = np.dtype(
    [
        ("code", np.int64),
        ("bar", np.int64),
        ("order", np.int64),
        ("equity", np.float64),
        ("available", np.float64),
    ],
    align=True,
)

ACCOUNT: Final = np.dtype(
    [
        # settings, constant during a run
        ("n_bars", np.int64),
        ("n_finer", np.int64),  # finer bars in all; 0: bars are worked as a whole
        ("leverage", np.float64),
        ("spread", np.float64),  # fraction of the price, on entries only
        ("fee_fixed", np.float64),
        ("fee_rate", np.float64),  # share of the traded value
        ("fee_maker", np.float64),  # the same for fills of limit orders
        ("fee_per_unit", np.float64),
        ("fee_least", np.float64),
        ("fee_most", np.float64),  # share of the traded value
        ("fee_address", np.int64),  # 0: the numbers above apply
        ("n_tiers", np.int64),
        ("slip", np.float64),  # in price, against the trader, on market and stop fills
        ("slip_rate", np.float64),  # the same as a share of the price
        ("lots", np.float64),  # smallest tradable amounts in one unit
        ("tiers_by_units", np.int32),  # whether tiers begin at traded units instead of value
        ("exact_fees", np.int32),  # sizes and trades count the fees that are really paid
        ("trade_on_close", np.int32),
        ("hedging", np.int32),
        ("exclusive", np.int32),
        ("error", np.int32),
        # evolving
        ("cash", np.float64),
        ("net_size", np.float64),  # signed sum over active trades
        ("cost", np.float64),  # sum of size * entry price over active trades
        ("filled_to", np.int64),  # first bar whose equity is not written yet
        ("traded", np.float64),  # value (or units) of all fills so far
        ("tier", np.int64),
        ("maker", np.int32),  # whether the order being filled is a limit order
        ("conditions", np.int32),  # whether an order expires, or a stop trails
        ("horizon", np.int64),  # how many bars the last look-ahead for a wake-up covered
        ("open", np.float64),  # of the prices in work: those of the bar, or of a finer bar of it
        ("high", np.float64),
        ("low", np.float64),
        ("finer", np.int64),  # the finer bar in work, or ABSENT
        # fill levels of the growable arrays
        ("n_orders", np.int64),
        ("n_trades", np.int64),
        ("n_notices", np.int64),
        ("n_queue", np.int64),
        ("n_active", np.int64),
        ("n_closed", np.int64),
    ],
    align=True,
)


def grown(array: AnyArray, room: int) -> Any:
    """Copy of `array` with at least `room` elements, or `array` itself if it has them.

    Capacity doubles, so that n appends cost O(n) in total.
    """
    if len(array) >= room:
        return array
    bigger = np.zeros(max(room, 2 * len(array)), array.dtype)
    bigger[: len(array)] = array
    return bigger
