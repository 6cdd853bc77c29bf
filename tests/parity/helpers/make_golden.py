"""Record what a package's helpers and utilities give for the cases and store it as a golden file.

Run by hand, with the Python of an environment that holds the pinned reference package; no test
imports that package::

    python3.11 -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -m tests.parity.helpers.make_golden \
        --out tests/parity/golden/helpers_jesse_3.5.3.npz
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..storage import save
from .cases import Case, cases

PINNED = "3.5.3"


def record(package: str, case: Case) -> Any:
    """Make a call and describe what came back, or name the error."""
    module, name, arguments = case
    function = getattr(importlib.import_module(f"{package}.{module}"), name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return describe(function(*arguments))
        except Exception as error:  # any type: the type is what is compared
            return {"raised": [kind.__name__ for kind in type(error).__mro__[:-2]]}


def describe(value: Any) -> Any:
    """Turn a result into plain Python values and arrays of floats."""
    if hasattr(value, "columns"):
        rows = value.drop(columns=value.columns[0]).to_numpy(dtype="float64")
        return {
            "columns": [str(name) for name in value.columns],
            "index": [str(stamp) for stamp in value.index],
            "values": rows.ravel(),
        }
    if isinstance(value, np.ndarray) and value.ndim:
        if value.dtype.kind not in "fiub":
            return describe(value.tolist())
        return {
            "kind": "f" if value.dtype.kind in "iu" else value.dtype.kind,
            "shape": list(value.shape),
            "values": value.astype("float64").ravel(),
        }
    if isinstance(value, dict):
        return {"dict": [[str(name), describe(value[name])] for name in sorted(value)]}
    if isinstance(value, (list, tuple)):
        return [describe(item) for item in value]
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)):
        return float(value)
    return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = importlib.metadata.version(arguments.package)
    if arguments.package == "jesse" and found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    save(arguments.out, [{"result": record(arguments.package, case)} for case in cases()])


if __name__ == "__main__":
    main()
