"""Compare the outcome of a case with the recorded one.

By hand, for further seeds: record them with the reference package (see `make_golden`) into a
temporary file, then run our package over the same seeds::

    peer/bin/python -m tests.parity.exchange.make_golden --first 50000 --cases 300 --out /tmp/f.npz
    python -m tests.parity.exchange.compare /tmp/f.npz
"""

from __future__ import annotations

import argparse
import math
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..storage import load
from .cases import build_case
from .record import Package, record

RTOL = 1e-8
NOT_COMPARED = ("last of ", "bars ")  # names of sums, see `_sums`
# What a run that flipped a position has in common with the reference, whose record of the second
# trade lost its entry (quantity 0, prices NaN): the wallet and everything that follows from it.
AFTER_A_FLIP = ("raised", "hooks", "samples")
OF_THE_WALLET = ("finishing_balance", "sharpe_ratio", "sortino_ratio", "omega_ratio")


def close(ours: float, theirs: float, scale: float = 0.0) -> bool:
    """Tell whether two numbers agree; NaN agrees with NaN, infinities must be the same."""
    if math.isnan(theirs) or math.isnan(ours):
        return math.isnan(theirs) and math.isnan(ours)
    if math.isinf(theirs) or math.isinf(ours):
        return ours == theirs
    return abs(ours - theirs) <= RTOL * max(abs(theirs), scale)


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """List the differences between two outcomes of one case, most basic first."""
    if ours["fingerprint"] != theirs["fingerprint"]:
        return ["the case itself was drawn differently: recorded with other cases"]
    fields = ["raised", "hooks", "orders", "trades", "samples", "metrics", "sums"]
    if has_flip(theirs):
        fields = list(AFTER_A_FLIP)
    elif ours.get("raised") != theirs.get("raised"):
        fields = fields[:2]
    found: list[str] = []
    for field in fields:
        compare = COMPARISONS.get(field, _walk)
        found.extend(compare(field, ours.get(field), theirs.get(field)))
    if has_flip(theirs) and "metrics" in theirs and not found:
        for key in OF_THE_WALLET:
            found.extend(_walk(key, ours["metrics"][key], theirs["metrics"][key]))
    return found


def has_flip(outcome: dict[str, Any]) -> bool:
    """Tell whether a recorded run holds a trade without an entry."""
    seen = any("trade without an entry" in sums for sums in outcome["sums"])
    return seen or 0.0 in outcome.get("trades", {}).get("qty", ())


def _walk(path: str, ours: Any, theirs: Any) -> Iterator[str]:
    """Yield differences of nested values."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if ours.keys() != theirs.keys():
            yield f"{path}: keys {sorted(ours.keys() ^ theirs.keys())} are in one only"
        for key in theirs.keys() & ours.keys():
            yield from _walk(f"{path}.{key}", ours[key], theirs[key])
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(ours) != len(theirs):
            yield f"{path}: {len(ours)} instead of {len(theirs)}"
        for k, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _walk(f"{path}[{k}]", one, other)
    elif isinstance(theirs, float) and isinstance(ours, (int, float)):
        if not close(ours, theirs):
            yield f"{path}: {ours!r} instead of {theirs!r}"
    elif ours != theirs:
        yield f"{path}: {ours!r} instead of {theirs!r}"


def _hooks(path: str, ours: list[str], theirs: list[str]) -> Iterator[str]:
    for route, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one != other:
            at = next(
                (k for k, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1),
                min(len(one), len(other)),
            )
            before, begin = other[:at].count("b"), max(0, at - 12)
            yield (
                f"{path}[{route}] part at {at} (after {before} executions): "
                f"…{one[begin : at + 8]} instead of …{other[begin : at + 8]}"
            )


def _metrics(path: str, ours: dict[str, float], theirs: dict[str, float]) -> Iterator[str]:
    if (ours is None) != (theirs is None):
        yield f"{path}: {ours} instead of {theirs}"
        return
    if theirs is None:
        return
    if ours.keys() != theirs.keys():
        yield f"{path}: keys {sorted(ours.keys() ^ theirs.keys())} are in one only"
    for key in theirs.keys() & ours.keys():
        # The reference's index is infinite or NaN by a fault; ours is the intended one.
        if key != "serenity_index" and not close(ours[key], theirs[key], SCALES.get(key, 1e-6)):
            yield f"{path}.{key}: {ours[key]!r} instead of {theirs[key]!r}"


def _samples(path: str, ours: Any, theirs: Any) -> Iterator[str]:
    yield from _walk(path, ours, theirs)


def _sums(path: str, ours: list[Any], theirs: list[Any]) -> Iterator[str]:
    for route, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one.keys() != other.keys():
            yield f"{path}[{route}]: {sorted(one.keys() ^ other.keys())} are in one only"
        for key in other.keys() & one.keys():
            # Bars of a timeframe that only another symbol's route names lag behind in the reference
            # while orders fill in their last minute.
            if key.startswith(NOT_COMPARED):
                continue
            if not close(one[key][0], other[key][0], max(other[key][1], 1e-3)):
                yield f"{path}[{route}].{key}: {one[key]} instead of {other[key]}"


COMPARISONS = {"hooks": _hooks, "metrics": _metrics, "samples": _samples, "sums": _sums}
# Ratios of differences of balances: their absolute error is that of the balances.
SCALES = {"sharpe_ratio": 1e-2, "sortino_ratio": 1e-2, "calmar_ratio": 1e-2, "omega_ratio": 1e-2}


def replay(theirs: dict[str, Any], package: Package, **options: Any) -> list[str]:
    """Run the case of a recorded outcome and compare."""
    case = build_case(theirs["seed"])
    return differences(record(case, package, **options), theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("golden", type=Path)
    parser.add_argument("--package", default="hindcaster")
    parser.add_argument("--seed", type=int, action="append", help="only these seeds")
    parser.add_argument("--fast", action="store_true", help="with fast_mode=True")
    parser.add_argument("--shown", type=int, default=4, help="differences shown per case")
    arguments = parser.parse_args()
    package = Package.load(arguments.package)
    failed = total = 0
    for theirs in load(arguments.golden):
        if arguments.seed and theirs["seed"] not in arguments.seed:
            continue
        total += 1
        try:
            found = replay(theirs, package, fast_mode=arguments.fast)
        except Exception:
            found = [traceback.format_exc(limit=-3)]
        if found:
            failed += 1
            print(f"seed {theirs['seed']}:", *found[: arguments.shown], sep="\n    ", flush=True)
    print(f"{failed} of {total} cases differ")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
