"""Record what Jesse answers to questions about kept candles and store it as a golden file.

Run by hand, with the Python of an environment that holds the pinned reference package. That
wants a PostgreSQL server; a stand-in in memory takes its place, which the package's own queries
run on::

    peer/bin/python -m tests.parity.store.make_golden \
        --out tests/parity/golden/stored_candles_jesse_3.5.3.json
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path
from typing import Any

PINNED = "3.5.3"
AT_ONCE = 20_000  # rows; the stand-in takes no more in one statement


def stand_in() -> None:
    """Put a database in memory where the package would make a connection."""
    import peewee
    import playhouse.pool
    import playhouse.postgres_ext

    class InMemory(peewee.SqliteDatabase):
        def __init__(self, *_arguments: Any, **_options: Any) -> None:
            super().__init__("file:candles?mode=memory&cache=shared", uri=True)

    peewee.PostgresqlDatabase = InMemory
    playhouse.postgres_ext.PostgresqlExtDatabase = InMemory
    for name in dir(playhouse.pool):
        if "Postgres" in name:
            setattr(playhouse.pool, name, InMemory)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    out = options.parse_args().out.resolve()
    version = importlib.metadata.version("jesse")
    if version != PINNED:
        raise SystemExit(f"jesse is {version}, the cases are for {PINNED}")
    # What the package takes for a project, with settings of which none is used.
    os.chdir(tempfile.mkdtemp())
    for folder in ("strategies", "storage"):
        Path(folder).mkdir()
    names = ("HOST", "NAME", "PORT", "USERNAME", "PASSWORD")
    lines = ["PASSWORD=x", "APP_PORT=9000", *(f"POSTGRES_{name}=1" for name in names)]
    lines += ["REDIS_HOST=localhost", "REDIS_PORT=6379", "REDIS_DB=0", "REDIS_PASSWORD="]
    Path(".env").write_text("\n".join(lines))
    stand_in()
    from jesse.models import Candle
    from jesse.research import get_candles, store_candles

    from .cases import EXCHANGE, ask, kept, questions

    Candle.create_table()
    for symbol, rows in kept():
        for first in range(0, len(rows), AT_ONCE):
            store_candles(rows[first : first + AT_ONCE], EXCHANGE, symbol)
    answers = [ask(get_candles, question) for question in questions()]
    lines = [json.dumps(answer) for answer in answers]
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
