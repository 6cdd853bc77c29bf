"""Lines of `run.py` about sweeps, against backtesting.py and vectorbt."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WORKLOADS = Path(__file__).parent / "sweep_workloads.py"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

Row = tuple[str, ...]


def sweep(python: str, package: str, name: str, repeats: int) -> dict:
    """Run one sweep in a fresh process."""
    command = [python, str(WORKLOADS), package, name, str(repeats)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def own(name: str, repeats: int) -> dict:
    return sweep(sys.executable, "hindcaster", name, repeats)


def show(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def rate(result: dict) -> float:
    return result["seconds"] / result["runs"]


def rows(peer: str, vectorbt: str, rounds: int) -> Iterator[Row]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(own("pairs", 5))
        theirs.append(sweep(vectorbt, "vectorbt", "pairs", 2))
    pairs, arrays = min(ours, key=rate), min(theirs, key=rate)
    label = f"{pairs['runs']:,} pairs of averages over GOOG daily, by Sharpe ratio, warm"
    ratio = f"{arrays['seconds'] / pairs['seconds']:,.0f}×"
    yield label, show(pairs["seconds"]), f"vectorbt: {show(arrays['seconds'])}", ratio, "≥ 40×"
    ratio = f"{arrays['first'] / pairs['first']:,.1f}×"
    yield "… first in a process", show(pairs["first"]), show(arrays["first"]), ratio, ""
    grown, other = f"{pairs['grown']:,.0f} MB", f"vectorbt: {arrays['grown']:,.0f} MB"
    ratio = f"1/{arrays['grown'] / pairs['grown']:,.0f}"
    yield "… peak memory above that before the sweep", grown, other, ratio, "≤ 1/20"
    single = sweep(peer, "backtesting", "few_pairs", 1)
    yield (
        "… time per pair",
        f"{rate(pairs) * 1e6:,.1f} µs",
        f"backtesting.py: {rate(single) * 1e3:,.1f} ms",
        f"{rate(single) / rate(pairs):,.0f}×",
        "≥ 1,000×",
    )
    ours, theirs = [], []
    for _ in range(min(rounds, 2)):
        ours.append(own("interpreted", 1))
        theirs.append(sweep(peer, "backtesting", "interpreted", 1))
    slow, slower = min(ours, key=rate), min(theirs, key=rate)
    if slow["best"] != slower["best"]:
        raise SystemExit(f"best scores differ: {slow['best']} and {slower['best']}")
    yield (
        f"{slow['runs']:,} pairs of a strategy that does not compile",
        show(slow["seconds"]),
        f"backtesting.py: {show(slower['seconds'])}",
        f"{rate(slower) / rate(slow):,.1f}×",
        "≥ 5×",
    )
    long = min((own("minutes", 3) for _ in range(rounds)), key=rate)
    each = rate(long) / long["bars"] * CORES * 1e9
    label = f"{long['runs']} pairs over {long['bars']:,} one-minute bars"
    yield label, show(long["seconds"]), "", f"{each:,.1f} ns per bar, pair and core", "≤ 12 ns"
    mixed = min((own("permuted", 3) for _ in range(rounds)), key=rate)
    label = f"{mixed['runs']:,} runs over GOOG daily bars in random orders, `monte_carlo('bars')`"
    yield label, show(mixed["seconds"]), "", f"{rate(mixed) * 1e3:,.2f} ms per run", "< 2 s"
    few = min((own("ten", 5) for _ in range(rounds)), key=rate)
    yield "10 pairs over 100 bars", show(few["seconds"]), "", "", "< 0.3 s"
    yield "… first in a process, imports included", show(few["first"]), "", "", ""
