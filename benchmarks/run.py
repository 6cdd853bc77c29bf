"""Time hindcaster against backtesting.py, each in an environment of its own.

    make bench
    python benchmarks/run.py --peer .cache/peer/bin/python

The two packages take turns, so that a busy machine hurts both; the best of several runs counts.
Prints a table and writes it with the commands and versions to benchmarks/RESULTS.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 3

# name, workload, repeats in a process, what the ratio has to be
AGAINST_PEER = [
    ("SMA cross, 200,000 one-minute bars", "sma_200k", 4, "≥ 5×"),
    ("Strategy that does nothing, 200,000 bars", "nothing_200k", 4, "≥ 10×"),
    ("SMA cross, GOOG daily, `run()` warm", "goog_run", 20, "≥ 6×"),
    ("`import` of the package", "import_package", 1, "≥ 1.33×"),
]


def workload(python: str, package: str, name: str, repeats: int, **environment: str) -> dict:
    """Run one workload in a fresh process."""
    command = [python, str(HERE / "workloads.py"), package, name, str(repeats)]
    env = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return json.loads(done.stdout.splitlines()[-1])


def fastest(results: list[dict]) -> dict:
    return min(results, key=lambda result: result["seconds"])


def compare(peer: str, name: str, repeats: int) -> tuple[dict, dict]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(workload(sys.executable, "hindcaster", name, repeats))
        theirs.append(workload(peer, "backtesting", name, repeats))
    for key in ("trades", "equity"):
        if ours[0].get(key) != theirs[0].get(key):
            raise SystemExit(f"{name}: {key} differs: {ours[0][key]} and {theirs[0][key]}")
    return fastest(ours), fastest(theirs)


def show(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def versions(python: str, names: list[str]) -> str:
    code = (
        "import importlib.metadata as m, sys;"
        f"print(', '.join(n + ' ' + m.version(n) for n in {names!r}))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def measure(peer: str) -> list[str]:
    lines = ["| what | hindcaster | backtesting.py | ratio | target |", "|---|---|---|---|---|"]
    for label, name, repeats, target in AGAINST_PEER:
        ours, theirs = compare(peer, name, repeats)
        ratio = theirs["seconds"] / ours["seconds"]
        row = (label, show(ours["seconds"]), show(theirs["seconds"]), f"{ratio:.1f}×", target)
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    lines += ["", "| hindcaster alone | measured | target |", "|---|---|---|"]
    for row in alone():
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    return lines


def alone() -> list[tuple[str, str, str]]:
    python = sys.executable
    with tempfile.TemporaryDirectory() as cache:
        cold = workload(python, "hindcaster", "first_run", 1, NUMBA_CACHE_DIR=cache)
        cached = [
            workload(python, "hindcaster", "first_run", 1, NUMBA_CACHE_DIR=cache)
            for _ in range(ROUNDS)
        ]
    summary = fastest([workload(python, "hindcaster", "summary", 200) for _ in range(ROUNDS)])
    memory = workload(python, "hindcaster", "memory_10m", 1)
    return [
        ("Import and first run, nothing compiled yet", show(cold["seconds"]), "< 20 s"),
        ("Import and first run, kernels cached", show(fastest(cached)["seconds"]), "< 2 s"),
        ("Statistics and equity curve, 2,148 bars", show(summary["seconds"]), "< 1 ms"),
        ("… with the frames of trades and orders", show(summary["with_frames"]), ""),
        (
            "SMA cross, 10 M bars: peak memory of the process / OHLCV arrays",
            f"{memory['peak']:.1f}× ({show(memory['seconds'])})",
            "< 12×",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peer", required=True, help="python with backtesting.py installed")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # One frame for both: the packages' own GOOG tables differ in some prices.
        os.environ["BENCH_GOOG"] = str(Path(folder) / "goog.pkl")
        code = (
            "from hindcaster.test import GOOG; import os; GOOG.to_pickle(os.environ['BENCH_GOOG'])"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        lines = measure(arguments.peer)
    ours = versions(sys.executable, ["hindcaster", "numpy", "pandas", "numba"])
    theirs = versions(arguments.peer, ["backtesting", "numpy", "pandas"])
    header = [
        "# Benchmarks",
        "",
        "`make bench` runs these side by side and writes this page. Times are the best of",
        f"{ROUNDS} processes that take turns; compare ratios, not times from different machines.",
        "",
        f"Measured {date.today()}: {ours}; against {theirs}.",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.",
        "",
    ]
    arguments.out.write_text("\n".join(header + lines) + "\n", encoding="utf-8")
    print(f"written to {arguments.out}")


if __name__ == "__main__":
    main()
