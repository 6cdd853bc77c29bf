"""Record the files that a package writes of the cases and store them as a golden file.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -m tests.parity.outputs.make_golden \
        --out tests/parity/golden/outputs_jesse_3.5.3.json

Identifiers, which the reference draws, are left out; so are lines of the log that say nothing about
orders, positions, balances and bars. A trade has one line here.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from .cases import CASES, run

PINNED = "3.5.3"
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEFT_OUT = (
    "cancel all remaining orders",
    "Executed order is bigger than",
    "Canceled open-position orders",
)


def lines_of(log: str) -> list[str]:
    """Split a log into the lines that are compared."""
    joined = re.sub(r"\n(?!\[|$)", " | ", log)
    return [line for line in joined.splitlines() if not any(text in line for text in _LEFT_OUT)]


def describe(result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read the files of a run."""

    def text(name: str) -> str | None:
        path = result[name]
        if path is None:
            return None
        return _IDENTIFIER.sub("", (folder / path).read_bytes().decode("utf-8"))

    content = text("json")
    parsed = None if content is None else json.loads(content)
    if parsed is not None:
        parsed["considering_timeframes"] = sorted(parsed["considering_timeframes"])
    return {"csv": text("csv"), "json": parsed, "log": lines_of(text("logs") or "")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = importlib.metadata.version(arguments.package)
    if arguments.package == "jesse" and found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    out = arguments.out.resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        golden = {name: describe(run(arguments.package, name), Path(folder)) for name in CASES}
        os.chdir(out.parent)
    out.write_text(json.dumps(golden, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
