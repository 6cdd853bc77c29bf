"""Time hindcaster against backtesting.py, each in an environment of its own.

    make bench
    python benchmarks/run.py --peer .cache/peer/bin/python --vectorbt .cache/vectorbt/bin/python
    python benchmarks/run.py --peer .cache/peer/bin/python --quick

The two packages take turns, so that a busy machine hurts both; the best of several runs counts.
Prints a table and writes it with the commands and versions to benchmarks/RESULTS.md. With
``--quick`` every piece runs once and on less data, and the page is only printed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sweeps

HERE = Path(__file__).parent
ROUNDS = 3
QUICK_DIVISOR = 20
TIMES = ("seconds", "first", "with_frames", "loop", "per_bar")

# name, workload, repeats in a process, what the ratio has to be
AGAINST_PEER = [
    ("SMA cross, 200,000 one-minute bars", "sma_200k", 4, "≥ 5×"),
    ("Strategy that does nothing, 200,000 bars", "nothing_200k", 4, "≥ 10×"),
    ("SMA cross, GOOG daily, `run()` warm", "goog_run", 20, "≥ 6×"),
    (
        "SMA cross, GOOG daily, `run()` warm, compiled, statistics included",
        "goog_compiled",
        20,
        "≥ 25×",
    ),
    ("`import` of the package", "import_package", 1, "≥ 1.33×"),
    ("`plot()` of GOOG daily", "plot_goog", 5, ""),
]
# label, workload, repeats, seconds and bytes that it must not exceed
PICTURES = [
    ("`plot()` of GOOG daily, 2,148 bars", "plot_goog", 5, 4, 500_000),
    ("`plot()` of 1 M one-minute bars", "plot_1m", 3, 4, 3_000_000),
    ("`plot()` of 3.7 M one-minute bars", "plot_3700k", 3, 10, 3_000_000),
    ("`report()` of 1 M one-minute bars, works offline", "report_1m", 3, 4, 3_000_000),
]
LONG_CROSS = "SMA cross (200/400 bars), 2 M one-minute bars, compiled: "
LONG_REPEATS = 10

Row = tuple[str, ...]


def workload(python: str, package: str, name: str, repeats: int, **environment: str) -> dict:
    """Run one workload in a fresh process."""
    command = [python, str(HERE / "workloads.py"), package, name, str(repeats)]
    env = {**os.environ, **environment}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    return json.loads(done.stdout.splitlines()[-1])


def own(name: str, repeats: int, **environment: str) -> dict:
    return workload(sys.executable, "hindcaster", name, repeats, **environment)


def fastest(results: list[dict]) -> dict:
    """Best time of each kind; the rest is the same in every result."""
    times = {key: min(result[key] for result in results) for key in TIMES if key in results[0]}
    return {**results[0], **times}


def compare(
    peer: str, rounds: int, name: str, repeats: int, peer_repeats: int | None = None
) -> tuple[dict, dict]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(own(name, repeats))
        theirs.append(workload(peer, "backtesting", name, peer_repeats or repeats))
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


def against(label: str, ours: float, theirs: float, target: str) -> Row:
    return label, show(ours), show(theirs), f"{theirs / ours:,.1f}×", target


def against_peer(peer: str, rounds: int, cross: tuple[dict, dict]) -> Iterator[Row]:
    for label, name, repeats, target in AGAINST_PEER:
        ours, theirs = compare(peer, rounds, name, repeats)
        yield against(label, ours["seconds"], theirs["seconds"], target)
    ours, theirs = cross
    yield against(
        LONG_CROSS + "whole warm `run()`, indicators and statistics included",
        ours["seconds"],
        theirs["seconds"],
        "",
    )
    yield against(
        "… its bar loop alone, against the peer's whole `run()`",
        ours["loop"],
        theirs["seconds"],
        "≥ 500×",
    )


def bar_loops(rounds: int, cross: dict) -> Iterator[Row]:
    """Compiled bar loops, without indicators and statistics, on one core."""
    many, bracket, trailing = [], [], []
    for _ in range(rounds):
        many.append(own("sma_2m_many_trades", LONG_REPEATS))
        bracket.append(own("bracket_2m", LONG_REPEATS))
        trailing.append(own("trailing_2m", LONG_REPEATS))
    for label, result, target in (
        (LONG_CROSS + "bar loop", cross, "≤ 10 ns"),
        ("… with 10/20 bars, many trades", fastest(many), ""),
        (
            "Bracketed strategy (stop-loss and take-profit on every trade), 2 M bars, compiled: "
            "bar loop",
            fastest(bracket),
            "≤ 25 ns",
        ),
        ("… with a trailing stop on every trade", fastest(trailing), ""),
    ):
        per_bar = f"{result['per_bar'] * 1e9:,.1f} ns per bar"
        yield f"{label} ({result['trades']:,} trades)", per_bar, target


def compiling(rounds: int) -> Iterator[Row]:
    """What the first compiled run costs more than a warm one, in a process of its own."""
    own("goog_compiled", 1)  # the engine's kernels are on disk after this
    first, later, first_after, later_after = [], [], [], []
    for _ in range(rounds):
        for name, cold, cached in (
            ("compile_goog", first, later),
            ("compile_goog_after_interpreted", first_after, later_after),
        ):
            with tempfile.TemporaryDirectory() as empty:
                cold.append(own(name, 5, HINDCASTER_CACHE_DIR=empty))
                cached.append(own(name, 5, HINDCASTER_CACHE_DIR=empty))
    for label, results, target in (
        (
            "Compile SmaCross, engine cached and in use already",
            first_after,
            "≤ 2.5 s",
        ),
        ("… from the disk cache in a new process", later_after, "≤ 0.3 s"),
        ("Compile SmaCross as the first run of a process (imports included)", first, ""),
        ("… from the disk cache", later, ""),
    ):
        yield label, show(fastest(results)["seconds"]), target


def alone(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as cache:
        cold = own("first_run", 1, NUMBA_CACHE_DIR=cache)
        cached = [own("first_run", 1, NUMBA_CACHE_DIR=cache) for _ in range(rounds)]
    summary = fastest([own("summary", 200) for _ in range(rounds)])
    memory = own("memory_10m", 1)
    resampled = fastest([own("resample_1m", 3) for _ in range(rounds)])
    yield "Import and first run, nothing compiled yet", show(cold["seconds"]), "< 20 s"
    yield "Import and first run, kernels cached", show(fastest(cached)["seconds"]), "< 2 s"
    yield "Statistics and equity curve, 2,148 bars", show(summary["seconds"]), "< 1 ms"
    yield "… with the frames of trades and orders", show(summary["with_frames"]), ""
    yield (
        "SMA cross, 10 M bars: peak memory of the process / OHLCV arrays",
        f"{memory['peak']:.1f}× ({show(memory['seconds'])})",
        "< 12×",
    )
    label = "`resample_apply` to hours or days, 1 M one-minute bars, without an indicator"
    yield label, show(resampled["seconds"]), "< 500 ms"


def pictures(rounds: int) -> Iterator[Row]:
    """Drawing a finished run: warm, and the first time in a process."""
    for label, name, repeats, most_seconds, most_bytes in PICTURES:
        result = fastest([own(name, repeats) for _ in range(rounds)])
        target = f"< {most_seconds} s, < {most_bytes / 1e6:g} MB"
        size = f"{result['bytes'] / 1e6:,.2f} MB"
        yield label, show(result["seconds"]), show(result["first"]), size, target


def table(head: Row, rows: Iterator[Row]) -> Iterator[str]:
    for row in (head, ("---",) * len(head)):
        yield "| " + " | ".join(row) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def measure(peer: str, vectorbt: str | None, rounds: int) -> Iterator[str]:
    # The peer takes most of a minute for this one: a single run in each of its processes.
    cross = compare(peer, rounds, "sma_2m", LONG_REPEATS, peer_repeats=1)
    head = ("what", "hindcaster", "backtesting.py", "ratio", "target")
    yield from table(head, against_peer(peer, rounds, cross))
    yield ""
    yield from table(("hindcaster alone", "measured", "target"), alone(rounds))
    yield ""
    yield from table(("hindcaster, compiled", "measured", "target"), bar_loops(rounds, cross[0]))
    for row in compiling(rounds):
        yield "| " + " | ".join(row) + " |"
    yield ""
    head = ("pictures, hindcaster alone", "measured", "with imports", "page", "target")
    yield from table(head, pictures(rounds))
    if vectorbt:
        yield ""
        head = ("sweeps", "hindcaster", "peer", "ratio", "target")
        yield from table(head, sweeps.rows(peer, vectorbt, rounds))


NOTES = """
Lines that do not say compiled were measured with `compiled=False`. A whole `run()` does not
include making the `Backtest`. The bar loop is everything between `init` and the statistics: it
fills the arrays that the machine code reads, works all bars, and hands over orders and trades.
The time to compile is that of the first compiled `run()` on GOOG daily bars in a new process
minus a warm one. It includes what any first run costs, loading Numba and the engine's kernels
from disk; the lines with an interpreted run before leave that out. Pictures are of a finished run
with some 55,000 trades per million bars; the first one in a process imports Bokeh. The peer's page
of GOOG and ours both load Bokeh from its server. Sweeps are whole calls of `optimize`: indicators,
all runs, the heatmap and a last run with the best parameters."""


def page(peer: str, vectorbt: str | None, rounds: int, quick: bool) -> Iterator[str]:
    ours = versions(sys.executable, ["hindcaster", "numpy", "pandas", "numba"])
    theirs = versions(peer, ["backtesting", "numpy", "pandas"])
    yield "# Benchmarks"
    yield ""
    yield "`make bench` runs these side by side and writes this page. Times are the best of"
    yield f"{rounds} processes that take turns; compare ratios, not times from different machines."
    if quick:
        yield f"Quick run: long data sets are {QUICK_DIVISOR} times shorter than the lines say."
    yield ""
    arrays = f"; {versions(vectorbt, ['vectorbt', 'numba'])}" if vectorbt else ""
    yield f"Measured {date.today()}: {ours}; against {theirs}{arrays}."
    yield f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    yield ""
    yield from measure(peer, vectorbt, rounds)
    yield from NOTES.split("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peer", required=True, help="python with backtesting.py installed")
    parser.add_argument("--vectorbt", help="python with vectorbt installed; no sweeps without")
    parser.add_argument("--out", type=Path, help="page to write (RESULTS.md unless --quick)")
    parser.add_argument("--quick", action="store_true", help="see that everything runs")
    arguments = parser.parse_args()
    out = arguments.out or (None if arguments.quick else HERE / "RESULTS.md")
    if arguments.quick:
        os.environ["BENCH_DIVISOR"] = str(QUICK_DIVISOR)
    with tempfile.TemporaryDirectory() as folder:
        # One frame for both: the packages' own GOOG tables differ in some prices.
        os.environ["BENCH_GOOG"] = str(Path(folder) / "goog.npz")
        os.environ["HINDCASTER_CACHE_DIR"] = str(Path(folder) / "strategies")
        # Of plain arrays: what pandas writes depends on the packages that it finds.
        code = (
            "from hindcaster.test import GOOG; import numpy, os; "
            "numpy.savez(os.environ['BENCH_GOOG'], Time=GOOG.index, **{n: GOOG[n] for n in GOOG})"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        lines = []
        rounds = 1 if arguments.quick else ROUNDS
        for line in page(arguments.peer, arguments.vectorbt, rounds, arguments.quick):
            print(line, flush=True)
            lines.append(line)
    if out:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"written to {out}")


if __name__ == "__main__":
    main()
