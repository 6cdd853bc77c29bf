"""`generate_json`: the closed trades as JSON."""

from __future__ import annotations

import json
import math
from typing import Any

from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTES
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.outputs.trade_rows import row_of


def write_json(run: Run, storage: Storage) -> str | None:
    """Write trades and timeframes, and give the path; None without trades."""
    if not run.trades:
        return None
    names = {minutes: name for name, minutes in MINUTES.items()}
    content = {
        "trades": [
            {key: plain(value) for key, value in row_of(trade).items()} for trade in run.trades
        ],
        "considering_timeframes": [names[minutes] for minutes in sorted(run.timeframes)],
    }
    text = json.dumps(content, allow_nan=False)
    return storage.write("json", f"{storage.session}.json", text)


def plain(value: Any) -> Any:
    """Give a value that JSON has: NaN and infinite numbers become null.

    Examples
    --------
    >>> plain(1.5), plain(float("nan")), plain("long")
    (1.5, None, 'long')
    """
    return None if isinstance(value, float) and not math.isfinite(value) else value
