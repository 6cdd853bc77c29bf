"""Record what a package makes of the drawn exchange simulations and store it as a golden file.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -m tests.parity.exchange.make_golden \
        --first 0 --cases 400 --wide 60 --out tests/parity/golden/jesse_3.5.3.npz

Where two orders rest at one price, and in spot with two routes, the reference depends on the order
of a set: such cases are run several times, and left out if the outcomes differ. The others give the
same file contents every time.
`tests/parity/storage.py` says how the file is laid out.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..storage import save
from .cases import WIDE_FROM, Case, build_case
from .compare import differences, has_flip
from .record import Package, record

PINNED = {"jesse": "3.5.3"}
REPEATS = 4
MOST_SECONDS = 120.0  # of the processor, for one case
# Raised by the reference itself where a strategy did nothing wrong.
FAULTS = ("IndexError", "TypeError", "AttributeError", "ZeroDivisionError", "KeyError")


_TIE = "orders at one price, of which chance takes one first, were not noticed by the repeats"
_DUST = (
    "the reference's counter of resting sells keeps a last digit when none rest, and refuses a sell"
)
LEFT_OUT = {
    2: "a fill behind missing minutes leaves a bar that begins off the clock",
    41: _DUST,
    46: _TIE,
    66: "bars that lag behind in the last minute of a bar decide",
    122: _TIE,
    220: _TIE,
    236: "a trade without an entry in a run that raises",
    246: _DUST,
    248: _TIE,
    292: _TIE,
    293: "a fill behind missing minutes leaves a bar that begins off the clock",
    383: _TIE,
    10_022: "a balance sample of spot with two routes counts the resting orders of one, by chance",
    10_052: _TIE,
}


def exclusion(case: Case, outcome: dict[str, Any]) -> str | None:
    """Tell why an outcome is not stored: chance, or a fault that hindcaster does not copy."""
    if case.seed in LEFT_OUT:
        return LEFT_OUT[case.seed]
    if "endless" in outcome:
        return "orders fill one another without an end"
    if outcome.pop("chance"):
        return "several runs differ: the reference takes equal prices in the order of a set"
    if outcome.get("raised") in FAULTS:
        return f"the reference fails with {outcome['raised']}"
    if case.config["type"] == "spot" and any("buys across a gap" in s for s in outcome["sums"]):
        return "spot buys that fill across a gap leave a wrong balance"
    if any("bars off the clock" in s for s in outcome["sums"]):
        return "a fill behind missing minutes leaves a bar that begins off the clock"
    return None


def run_cases(package: str, first: int, cases: int) -> list[dict[str, Any]]:
    """Record some cases in this process, from an empty directory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path.cwd()
        os.chdir(folder)  # the reference writes where it runs
        try:
            loaded = Package.load(package)
            return [run_case(seed, loaded) for seed in range(first, first + cases)]
        finally:
            os.chdir(home)


class _Endless(BaseException):
    """Not an `Exception`, which a run would record as its outcome."""


def _stop_run(*_: Any) -> None:
    raise _Endless


def run_case(seed: int, package: Package) -> dict[str, Any]:
    """Record a case, and tell whether chance decides in it."""
    case = build_case(seed)
    signal.signal(signal.SIGPROF, _stop_run)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        outcome = record(case, package)
        shared_spot = case.config["type"] == "spot" and len(case.routes) > 1
        repeats = REPEATS if outcome.pop("tied") or shared_spot else 0
        outcome["chance"] = any(differences(record(case, package), outcome) for _ in range(repeats))
    except _Endless:
        return {"seed": seed, "endless": True}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return outcome


def run_elsewhere(package: str, first: int, cases: int) -> list[dict[str, Any]]:
    """Record some cases in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.pickle"
        command = [sys.executable, "-W", "ignore", "-m", __spec__.name, "--package", package]
        command += ["--first", str(first), "--cases", str(cases), "--part", str(part)]
        subprocess.run(command, check=True)
        return pickle.loads(part.read_bytes())


def run_all(package: str, first: int, cases: int, jobs: int, size: int = 20) -> list[Any]:
    """Record all cases, some at a time in a process of their own."""
    tasks = [(package, k, min(size, first + cases - k)) for k in range(first, first + cases, size)]
    with ThreadPoolExecutor(jobs) as pool:
        parts = pool.map(lambda task: run_elsewhere(*task), tasks)
    return [outcome for part in parts for outcome in part]


def summarise(case: Case, outcome: dict[str, Any]) -> Counter[str]:
    """Count the features of a case."""
    counts = Counter({"cases": 1, f"type {case.config['type']}": 1})
    counts[f"mode {case.config.get('futures_leverage_mode')}"] += 1
    counts["two routes"] += len(case.routes) > 1
    counts["data routes"] += len(case.data_routes) > 0
    counts["gapped candles"] += case.gapped
    counts["warm-up"] += any(market.warmup is not None for market in case.markets.values())
    for program in case.programs:
        counts[f"style {program.style}"] += 1
        counts[f"exits {program.exits}"] += 1
    for _, frame in case.routes:
        counts[f"timeframe {frame}"] += 1
    counts["hooks"] += sum(map(len, outcome["hooks"]))
    if "raised" in outcome:
        counts[f"raised {outcome['raised']}"] += 1
        return counts
    trades, orders = outcome["trades"], outcome["orders"]
    counts["trades"] += len(trades["qty"])
    counts["orders"] += len(orders["qty"])
    counts["without trades"] += not trades["qty"]
    counts["flips"] += has_flip(outcome)
    for number, name in enumerate(("market", "limit", "stop")):
        counts[f"orders {name}"] += orders["type"].count(number)
    counts["orders cut to the position"] += len(orders["filled"])
    counts["liquidations"] += orders["created"].count(-1)
    counts["closed in the minute of entry"] += sum(
        opened == closed for opened, closed in zip(trades["opened"], trades["closed"], strict=True)
    )
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--cases", type=int, default=400, help="number of seeds")
    parser.add_argument("--wide", type=int, default=0, help="seeds that draw more, besides")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--part", type=Path, help="used by the script itself")
    arguments = parser.parse_args()
    package = arguments.package
    if package in PINNED and importlib.metadata.version(package) != PINNED[package]:
        raise SystemExit(f"golden files need {PINNED}")
    if arguments.part:
        found = run_cases(package, arguments.first, arguments.cases)
        arguments.part.write_bytes(pickle.dumps(found))
        return
    kept, counts = [], Counter()
    outcomes = run_all(package, arguments.first, arguments.cases, arguments.jobs)
    outcomes += run_all(package, WIDE_FROM, arguments.wide, arguments.jobs)
    for outcome in outcomes:
        case = build_case(outcome["seed"])
        reason = exclusion(case, outcome)
        if reason:
            print(f"seed {outcome['seed']} is left out: {reason}")
            continue
        kept.append(outcome)
        counts += summarise(case, outcome)
    for name, number in sorted(counts.items()):
        print(f"{name:50} {number}")
    if arguments.out:
        save(arguments.out, kept)
        print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
