"""Random calls of indicators, to compare with the reference beyond the recorded cases.

Record them with the Python of the pinned reference, then compare ours::

    peer/bin/python -m tests.parity.indicators.drawn record /tmp/drawn.npz --seed 7 --calls 30
    python -m tests.parity.indicators.drawn compare /tmp/drawn.npz
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..storage import load, save
from .arguments import ARGUMENTS, SECOND_INSTRUMENT
from .make_golden import CRASH, record, record_apart
from .markets import describe_drawn

PERIODS = (1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 20, 21, 30, 50, 77, 120)
SOURCES = ("close", "open", "high", "low", "hl2", "hlc3", "ohlc4", "volume")
ROWS = (400, 400, 300, 241, 240, 239, 100, 45, 20, 9, 5, 3, 2, 1)


def draw_value(draw: random.Random, name: str, default: Any) -> Any:
    """Draw an argument that suits its name and default."""
    if name.endswith("matype"):
        return draw.choice([0, 1, 2, draw.randrange(41), draw.randrange(40)])
    choices: dict[str, Any] = {
        "devtype": (0, 0, 1, 2),
        "direction": ("long", "short"),
        "source_type": SOURCES,
        "mode": (0, 1, 2, 3, 4),
        "method": (0, 1, 2),
        "mode_switch": ("Hma", "Ehma", "Thma"),
        "anchor": ("m", "h", "H", "4h", "12h", "D", "W", "x"),
        "poles": (1, 2, 3, 4),
        "power": (1, 2, 3, 0.5),
        "phase": (-150, -100, 0, 50, 120),
    }
    if name in choices:
        return draw.choice(choices[name])
    if isinstance(default, bool):
        return draw.random() < 0.5
    if isinstance(default, int) and default > 1:
        return (
            draw.choice(PERIODS) if draw.random() < 0.7 else max(1, default + draw.randint(-3, 3))
        )
    return round(default * draw.uniform(0.4, 1.6), 3) if default else draw.choice([0, 1, 0.7])


def cases_of(
    name: str,
    function: Any,
    draw: random.Random,
    calls: int,
    rows: Sequence[int] = ROWS,
    undefined: bool = False,
) -> list[dict[str, Any]]:
    """Draw calls of an indicator by its signature."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    skipped = {"sequential", SECOND_INSTRUMENT.get(name)}
    drawn = []
    for _ in range(calls):
        arguments = {
            one.name: draw_value(draw, one.name, one.default)
            for one in parameters
            if one.name not in skipped and draw.random() < 0.6
        }
        on = describe_drawn(draw, undefined)
        drawn.append({"name": name, "on": on, "rows": draw.choice(rows), "arguments": arguments})
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("action", choices=["record", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--rows", type=int, nargs="*", help="how many candles, drawn from these")
    parser.add_argument("--undefined", action="store_true", help="with rows of NaN")
    parser.add_argument("--first", default="", help="names from here on")
    parser.add_argument("--shown", type=int, default=2)
    given = parser.parse_args()
    if given.action == "record":
        package = importlib.import_module("jesse.indicators")
        outcomes = []
        for name in ARGUMENTS:
            draw = random.Random(f"{given.seed} {name}")
            rows = given.rows or ROWS
            drawn = cases_of(name, getattr(package, name), draw, given.calls, rows, given.undefined)
            outcomes.extend(record_apart(package, drawn))
        save(given.file, outcomes)
        return
    compare(given.file, given.first, given.shown)


def compare(path: Path, first: str, shown: int) -> None:
    """Print what differs."""
    from .test_golden import ROUNDING, same

    package = importlib.import_module("hindcaster.indicators")
    found: dict[str, list[str]] = {}
    counts = {"compared": 0, "refused by the reference": 0}
    for theirs in load(path):
        if theirs["name"] < first:
            continue
        case = {key: theirs[key] for key in ("name", "on", "rows", "arguments")}
        ours = record(package, case)
        for mode in ("last", "sequential"):
            if mode not in theirs:
                continue
            raised = isinstance(theirs[mode], dict) and theirs[mode].get("raised")
            if raised:
                counts["refused by the reference"] += 1
                if raised == CRASH or isinstance(ours[mode], dict):
                    continue
            counts["compared"] += 1
            if not same(ours[mode], theirs[mode], ROUNDING.get(case["name"], 0.0)):
                text = f"{case['on']} {case['rows']} {case['arguments']} {mode}"
                found.setdefault(case["name"], []).append(
                    f"{text}\n      ours {ours[mode]!r:.400}\n      theirs {theirs[mode]!r:.400}"
                )
    for name, texts in found.items():
        print(f"{name}: {len(texts)}")
        for text in texts[:shown]:
            print("   ", text)
    print(counts, len(found), "indicators differ:", sorted(found))


if __name__ == "__main__":
    main()
