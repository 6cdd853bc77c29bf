"""Time every indicator against Jesse's, each package in an environment of its own.

    python benchmarks/indicators.py --peer .cache/jesse/bin/python

All values of 10,000 candles, default arguments, and the last value of the same candles, which
looks at the last 240 rows. The best of some calls counts; the packages take turns. Prints a table
and writes it to benchmarks/INDICATORS.md. ``--measure`` is what runs in either environment.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 10_000
ROUNDS = 5
SECONDS_EACH = 0.03
TWO_INSTRUMENTS = ("beta", "rsmk")
NOISE = 1.05  # a ratio below 1 / NOISE counts as slower


def candles(seed: int):
    """A random walk of hourly candles, the same with every version of NumPy."""
    import numpy as np

    draw = np.random.RandomState(seed)
    close = 100 * np.exp(np.cumsum(draw.randn(ROWS) * 0.01))
    opening = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opening, close) * (1 + np.abs(draw.randn(ROWS)) * 0.003)
    low = np.minimum(opening, close) * (1 - np.abs(draw.randn(ROWS)) * 0.003)
    hours = 1_600_000_000_000.0 + np.arange(ROWS) * 3_600_000
    return np.column_stack([hours, opening, close, high, low, draw.rand(ROWS) * 1000 + 1])


def best(call) -> float:
    """Seconds of the fastest call, after one that compiles and warms up."""
    call()
    fastest, begun = float("inf"), time.perf_counter()
    while time.perf_counter() - begun < SECONDS_EACH or fastest == float("inf"):
        start = time.perf_counter()
        call()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest


def measure(package: str, only: list[str]) -> dict[str, list[float]]:
    """Time indicators of a package: seconds for all values, and for the last one."""
    warnings.simplefilter("ignore")
    ta = importlib.import_module(f"{package}.indicators")
    one, other = candles(1), candles(2)
    times = {}
    for name in sorted(only or vars(ta)):
        function = getattr(ta, name)
        if name.startswith("_") or not inspect.isfunction(inspect.unwrap(function)):
            continue
        prices = (one, other) if name in TWO_INSTRUMENTS else (one,)
        if "sequential" in inspect.signature(function).parameters:
            modes = [{"sequential": True}, {"sequential": False}]
        else:
            modes = [{}]
        times[name] = [
            best(lambda function=function, mode=mode, prices=prices: function(*prices, **mode))
            for mode in modes
        ]
    return times


def run(python: str, package: str, only: list[str]) -> dict[str, list[float]]:
    command = [python, str(HERE / "indicators.py"), "--measure", package, "--only", *only]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def fastest(rounds: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    return {
        name: [min(times) for times in zip(*(r[name] for r in rounds), strict=True)]
        for name in rounds[0]
    }


def table(
    ours: dict[str, list[float]], theirs: dict[str, list[float]]
) -> tuple[str, tuple[list[str], list[str]]]:
    """The page's table, slowest ratio first, and what is slower: all values, last value."""
    rows: list[str] = []
    slower: tuple[list[str], list[str]] = ([], [])
    for name in sorted(ours, key=lambda name: theirs[name][0] / ours[name][0]):
        cells = []
        for mine, peers, found in zip(ours[name], theirs[name], slower, strict=False):
            if peers / mine < 1 / NOISE:
                found.append(f"{name} {peers / mine:.2f}×")
            cells += [f"{mine * 1e6:,.1f}", f"{peers * 1e6:,.1f}", f"{peers / mine:.1f}×"]
        rows.append(f"| {name} | " + " | ".join(cells + [""] * (6 - len(cells))) + " |")
    head = (
        "| indicator | all values, µs | Jesse, µs | ratio | last value, µs | Jesse, µs | ratio |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n"
    )
    return head + "\n".join(rows), slower


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--peer", help="Python of an environment with jesse==3.5.3")
    parser.add_argument("--measure", metavar="PACKAGE", help="print times as JSON and end")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="NAME", help="print these; write no page"
    )
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.only)))
        return
    if not options.peer:
        parser.error("--peer is needed")
    rounds = [
        (
            run(sys.executable, "hindcaster", options.only),
            run(options.peer, "jesse", options.only),
        )
        for _ in range(ROUNDS)
    ]
    ours, theirs = (fastest([pair[side] for pair in rounds]) for side in (0, 1))
    rows, slower = table(ours, theirs)
    if options.only:
        print(rows)
        return
    page = (
        f"# Indicators: {ROWS:,} candles\n\n"
        f"`python benchmarks/indicators.py --peer .cache/jesse/bin/python`, {date.today()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}. "
        f"The best of {ROUNDS} runs in turns; a ratio above 1 means faster than Jesse 3.5.3.\n\n"
        f"Slower than Jesse by more than 5 %, all values: {', '.join(slower[0]) or 'none'}. "
        f"Last value: {', '.join(slower[1]) or 'none'}.\n\n{rows}\n"
    )
    (HERE / "INDICATORS.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
