"""`generate_csv`: the closed trades as a table."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from hindcaster.exchange.run import Run
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.outputs.trade_rows import KEYS, row_of

# Spreadsheets read a text that begins with one of these as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(run: Run, storage: Storage) -> str | None:
    """Write the trades as rows, and give the path; None without trades.

    Values are quoted, rows end as RFC 4180 says. Texts that a spreadsheet would run as a formula
    begin with an apostrophe; numbers are as they are.
    """
    if not run.trades:
        return None
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(KEYS)
    for trade in run.trades:
        writer.writerow([_harmless(value) for value in row_of(trade).values()])
    return storage.write("csv", f"{storage.session}.csv", text.getvalue())


def _harmless(value: Any) -> Any:
    """Give a text that no spreadsheet runs.

    Examples
    --------
    >>> _harmless("=1+1"), _harmless("BTC-USDT"), _harmless(-1.5)
    ("'=1+1", 'BTC-USDT', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
