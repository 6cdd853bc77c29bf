"""Time exchange simulations against Jesse, each in an environment of its own.

    make bench-exchange
    python benchmarks/exchange.py --peer .cache/jesse/bin/python
    python benchmarks/exchange.py --peer .cache/jesse/bin/python --quick

Times are those of the processor; the two packages take turns, so that a busy machine hurts both,
and the best of several runs counts.
Both must find the same trades. Prints a table and writes it to benchmarks/EXCHANGE.md. With
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

HERE = Path(__file__).parent
ROUNDS = 3
QUICK_DIVISOR = 20
SAME = ("trades", "net")

# what it is, our workload, the peer's, repeats of ours in a process, what the ratio has to be
AGAINST_PEER = [
    ("4h route, 86,400 minutes, against its fast mode", "4h_fast", "4h_fast", 20, "≥ 10×"),
    ("… against its normal mode, which gives our result", "4h_normal", "4h_normal", 20, ""),
    ("5m route, 86,400 minutes, against its fast mode", "5m_fast", "5m_fast", 5, "≥ 5×"),
    ("… against its normal mode, which gives our result", "5m_normal", "5m_normal", 5, ""),
]
ALONE = [
    ("Call with 10 candles, warm", "ten_candles", 200, "< 3 ms"),
    ("Ten symbols, 525,600 minutes each, 1h routes", "ten_symbols", 2, "< 3 s, < 1.5 GB"),
    ("… again with other hyperparameters, `PreparedCandles`", "ten_symbols_again", 2, ""),
]


def workload(python: str, package: str, name: str, repeats: int) -> dict:
    """Run one workload in a fresh process, in an empty folder: the peer writes into its own."""
    command = [python, str(HERE / "exchange_workloads.py"), package, name, str(repeats)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, cwd=folder, env=dict(os.environ)
        )
    return json.loads(done.stdout.splitlines()[-1])


def fastest(results: list[dict]) -> dict:
    return min(results, key=lambda result: result["seconds"])


def show(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def against_peer(peer: str, rounds: int) -> Iterator[tuple[str, ...]]:
    for label, own, other, repeats, target in AGAINST_PEER:
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(workload(sys.executable, "hindcaster", own, repeats))
            theirs.append(workload(peer, "jesse", other, 2))
        for key in SAME:
            if ours[0][key] != theirs[0][key]:
                raise SystemExit(f"{label}: {key} differs: {ours[0][key]} and {theirs[0][key]}")
        first, second = fastest(ours)["seconds"], fastest(theirs)["seconds"]
        yield label, show(first), show(second), f"{second / first:,.1f}×", target


def alone(rounds: int) -> Iterator[tuple[str, ...]]:
    for label, name, repeats, target in ALONE:
        best = fastest(
            [workload(sys.executable, "hindcaster", name, repeats) for _ in range(rounds)]
        )
        memory = f", {best['peak'] / 2**30:.2f} GB" if "symbols" in name else ""
        yield label, show(best["seconds"]) + memory, target


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head)):
        yield "| " + " | ".join(row) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def page(peer: str, rounds: int) -> Iterator[str]:
    yield "# Benchmarks of exchange simulations"
    yield ""
    yield "`make bench-exchange` runs these side by side and writes this page. Times are those of"
    yield "the processor, which other programs lengthen less than the clock's, and the best of"
    yield f"{rounds} processes that take turns; compare ratios, not times of different machines."
    yield "The strategy is a cross of two EMAs with stop-loss and take-profit, indicators included;"
    yield "the number of trades and the net profit have to agree."
    yield ""
    yield f"Measured {date.today()} against Jesse 3.5.3, Python {platform.python_version()},"
    yield f"{platform.machine()}, {os.cpu_count()} cores."
    yield ""
    head = ("what", "hindcaster", "Jesse", "ratio", "target")
    yield from table(head, against_peer(peer, rounds))
    yield ""
    yield from table(("hindcaster alone", "measured", "target"), alone(rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peer", required=True, help="python with Jesse installed")
    parser.add_argument("--quick", action="store_true", help="see that everything runs")
    arguments = parser.parse_args()
    if arguments.quick:
        os.environ["BENCH_DIVISOR"] = str(QUICK_DIVISOR)
    lines = []
    peer = str(Path(arguments.peer).absolute())
    for line in page(peer, 1 if arguments.quick else ROUNDS):
        print(line, flush=True)
        lines.append(line)
    if not arguments.quick:
        (HERE / "EXCHANGE.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
