"""Time the candle store: writing and reading a year of 1-minute candles.

    python benchmarks/store.py

The best of some calls counts, in a folder that is deleted again. Prints a table and writes it to
benchmarks/STORE.md.
"""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from hindcaster import research
from hindcaster.store import CandleStore

HERE = Path(__file__).parent
START, DAY = 1_609_459_200_000, 86_400_000
ROWS = 365 * 1440
ROUNDS = 15
WHERE = ("Sandbox", "BTC-USDT")


def candles():
    """A random walk in cents over a year."""
    draw = np.random.RandomState(1)
    close = np.round(1000 * np.exp(np.cumsum(draw.randn(ROWS) * 2e-4)), 2)
    opening = np.concatenate([[1000.0], close[:-1]])
    high = np.maximum(opening, close) + np.round(draw.rand(ROWS), 2)
    low = np.minimum(opening, close) - np.round(draw.rand(ROWS), 2)
    times = START + np.arange(ROWS) * 60_000.0
    volume = np.round(draw.rand(ROWS) * 100, 4)
    return np.column_stack([times, opening, close, high, low, volume])


def best(call: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Milliseconds of the fastest call: on the wall, and of this process."""
    seconds = []
    for _ in range(rounds):
        begun, used = time.perf_counter(), time.process_time()
        call()
        seconds.append((time.perf_counter() - begun, time.process_time() - used))
    return tuple(min(column) * 1000 for column in zip(*seconds, strict=True))


def row(what: str, times: tuple[float, float], target: str = "") -> str:
    return f"| {what} | {times[0]:.1f} | {times[1]:.1f} | {target} |"


def main() -> None:
    year = candles()
    finish = START + 365 * DAY
    with tempfile.TemporaryDirectory() as folder:
        store = CandleStore(folder)
        written = best(lambda: store.store(year, *WHERE), 1)
        again = best(lambda: store.store(year, *WHERE), 3)
        hour = year[-60:] + np.array([0, 1, 1, 1, 1, 0])
        merged = best(lambda: store.store(hour, *WHERE), 1)

        def ask(timeframe: str, **options: object) -> Callable[[], object]:
            return lambda: research.get_candles(
                *WHERE, timeframe, START, finish, store=store, **options
            )

        read = best(ask("1m"))
        kept = best(ask("1m", caching=True))
        bars = best(ask("4h"))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet")) / 1e6
    lines = [
        "# Benchmarks of the candle store",
        "",
        "`python benchmarks/store.py` writes this page: a year of 1-minute candles of one symbol,",
        f"{ROWS:,} rows, {size:.1f} MB in 12 files. The best of {ROUNDS} calls, files in the",
        "system's cache. Other processes slow the first column down, not the second.",
        "",
        f"Measured {date.today()}, Python {platform.python_version()}, {platform.machine()}.",
        "",
        "| what | ms | of the process alone | target |",
        "| --- | --- | --- | --- |",
        row("read the year, `research.get_candles(..., '1m', ...)`", read, "< 50"),
        row("… again with `caching=True`", kept),
        row("… as 4-hour candles", bars),
        row("store the year, forced to disk", written),
        row("store the same year again: nothing to write", again),
        row("change an hour of it, forced to disk", merged),
    ]
    print("\n".join(lines))
    (HERE / "STORE.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
