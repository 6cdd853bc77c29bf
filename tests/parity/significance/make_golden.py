"""Record what a package finds in the drawn cases, and store it as a golden file.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -W ignore -m tests.parity.significance.make_golden --first 0 --cases 60 \
        --out tests/parity/golden/significance_jesse_3.5.3.json

Of the simulated means the first, the last and the sum of squares are kept.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .cases import draw, run

PINNED = "3.5.3"


def describe(package: str, seed: int) -> dict[str, Any]:
    """Test a case, and describe what came out in plain values."""
    case = draw(seed)
    try:
        result = run(package, case)
    except Exception as error:  # any type: the type is what is compared
        return {"raised": type(error).__name__}
    means = np.asarray(result.pop("simulated_means"), np.float64)
    ends = [float(means[0]), float(means[-1])] if len(means) else []
    return {**result, "means": [*ends, float(np.sqrt((means**2).sum()))]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = importlib.metadata.version(arguments.package)
    if arguments.package == "jesse" and found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    out = arguments.out.resolve()
    numbers = range(arguments.first, arguments.first + arguments.cases)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        golden = {seed: describe(arguments.package, seed) for seed in numbers}
        os.chdir(out.parent)
    out.write_text(json.dumps(golden, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
