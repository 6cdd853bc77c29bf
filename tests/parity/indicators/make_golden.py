"""Record what an indicators package makes of the table's cases and store it as a golden file.

Run by hand, with the Python of an environment that holds the pinned reference package; no test
imports that package::

    python3.11 -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -m tests.parity.indicators.make_golden \
        --out tests/parity/golden/indicators_jesse_3.5.3.npz

Each indicator is run with the first argument set on smooth prices, with the second and with the
defaults on prices rounded to ticks (equal highs, flat bars, bars without volume), with the
defaults on a 1-D series, on the first few candles only, and on candles with undefined rows. What
is stored of a long array is its beginning and every fifth value after it. `edges.py` has calls
beyond those.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import multiprocessing
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..storage import save
from .arguments import ARGUMENTS, SECOND_INSTRUMENT, WITHOUT_SEQUENTIAL
from .edges import EDGES
from .markets import BROKEN_ROWS, ROWS, broken, candles, drawn

PINNED = "3.5.3"
STORED_IN_FULL = 70
EVERY = 5
SHORT = (0, 1, 2, 3, 4, 6, 9, 14, 15, 21, 30, 45)
CRASH = "end of the process"  # what the reference's compiled code does where Python would raise


def cases() -> Iterator[dict[str, Any]]:
    """Every case: name of the indicator, which candles, how many of them, arguments."""
    for name, (first, second) in ARGUMENTS.items():
        yield {"name": name, "on": "smooth", "rows": ROWS, "arguments": first}
        yield {"name": name, "on": "ticks", "rows": ROWS, "arguments": second}
        yield {"name": name, "on": "ticks", "rows": ROWS, "arguments": {}}
        yield {"name": name, "on": "series", "rows": ROWS, "arguments": {}}
        for rows in SHORT:
            yield {"name": name, "on": "smooth", "rows": rows, "arguments": {}}
        for kind in ("first rows", "one row", "all rows"):
            yield {"name": name, "on": kind, "rows": BROKEN_ROWS, "arguments": {}}
    for name, on, rows, arguments in EDGES:
        yield {"name": name, "on": on, "rows": rows, "arguments": arguments}


def _inputs(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    if case["on"] == "series":
        return candles(1)[:, 2].copy(), candles(2)[:, 2].copy()
    if case["on"] in ("smooth", "ticks"):
        ticks = case["on"] == "ticks"
        rows = case["rows"]
        return candles(1, ticks)[:rows].copy(), candles(2, ticks)[:rows].copy()
    if case["on"].startswith("drawn"):
        return drawn(case["on"], case["rows"])
    return broken(case["on"]), candles(4, rows=BROKEN_ROWS)


# --------------------------------------------------------------------------------- recording


def run(package: Any, case: dict[str, Any], **options: Any) -> Any:
    """Call an indicator with the inputs of a case."""
    table, second = _inputs(case)
    arguments = dict(case["arguments"], **options)
    if case["name"] in SECOND_INSTRUMENT:
        arguments[SECOND_INSTRUMENT[case["name"]]] = second
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return getattr(package, case["name"])(table, **arguments)


def record(package: Any, case: dict[str, Any]) -> dict[str, Any]:
    """Run a case with a package and describe what came back, or the type of the error."""
    modes: dict[str, dict[str, Any]] = {"last": {}, "sequential": {"sequential": True}}
    if case["name"] == "squeeze_momentum":
        modes["last"] = {"sequential": False}
    if case["name"] in WITHOUT_SEQUENTIAL:
        del modes["sequential"]
    outcome: dict[str, Any] = dict(case)
    for mode, options in modes.items():
        try:
            outcome[mode] = describe(run(package, case, **options))
        except Exception as error:  # any type: the type is what is compared
            outcome[mode] = {"raised": type(error).__name__}
    return outcome


def record_apart(package: Any, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Record cases in a process of its own, and go on in another if compiled code ends it."""
    outcomes: list[dict[str, Any]] = []
    while len(outcomes) < len(cases):
        receiver, sender = multiprocessing.Pipe(duplex=False)
        left = cases[len(outcomes) :]
        child = multiprocessing.get_context("fork").Process(
            target=_record_into, args=(sender, package, left)
        )
        child.start()
        sender.close()
        try:
            for _ in left:
                outcomes.append(receiver.recv())
        except EOFError:
            failed = cases[len(outcomes)]
            outcomes.append({**failed, "last": {"raised": CRASH}, "sequential": {"raised": CRASH}})
        child.join()
    return outcomes


def _record_into(sender: Any, package: Any, cases: list[dict[str, Any]]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for case in cases:
        sender.send(record(package, case))


def describe(value: Any) -> Any:
    """Turn a result into plain Python values and arrays of floats."""
    if isinstance(value, tuple):
        fields = {name: describe(item) for name, item in zip(value._fields, value, strict=True)}
        return {"type": type(value).__name__, "fields": fields}
    if isinstance(value, (list, np.ndarray)):
        array = np.asarray(value)
        if array.ndim == 0:
            return describe(array[()])
        kept = array[_kept(len(array))]
        outcome: dict[str, Any] = {"kind": array.dtype.kind, "length": len(array)}
        if array.dtype.kind in "fiub":
            outcome["values"] = kept.astype("float64")
        else:
            outcome["values"] = [describe(item) for item in kept.tolist()]
        return outcome
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return float(value)


def _kept(length: int) -> np.ndarray:
    rows = np.arange(length)
    return rows[(rows < STORED_IN_FULL) | ((length - 1 - rows) % EVERY == 0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = importlib.metadata.version(arguments.package)
    if arguments.package == "jesse" and found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    package = importlib.import_module(f"{arguments.package}.indicators")
    save(arguments.out, record_apart(package, list(cases())))


if __name__ == "__main__":
    main()
