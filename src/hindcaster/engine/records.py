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
        ("fill_price", np.float64),
        ("filled", np.float64),  # signed units that changed hands
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
        ("tag", np.int64),
        ("sl_order", np.int64),
        ("tp_order", np.int64),
        ("commission", np.float64),  # 0 while open
        ("order", np.int64),  # the entry order
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
        ("leverage", np.float64),
        ("spread", np.float64),  # fraction of the price, on entries only
        ("fee_fixed", np.float64),
        ("fee_rate", np.float64),
        ("fee_address", np.int64),  # 0: fee_fixed and fee_rate apply
        ("trade_on_close", np.int32),
        ("hedging", np.int32),
        ("exclusive", np.int32),
        ("error", np.int32),
        # evolving
        ("cash", np.float64),
        ("net_size", np.float64),  # signed sum over active trades
        ("cost", np.float64),  # sum of size * entry price over active trades
        ("filled_to", np.int64),  # first bar whose equity is not written yet
        ("horizon", np.int64),  # how many bars the last look-ahead for a wake-up covered
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
