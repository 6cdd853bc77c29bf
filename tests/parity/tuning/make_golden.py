"""Record the searches of the reference package and store their best trials as a golden file.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -W ignore -m tests.parity.tuning.make_golden \
        --out tests/parity/golden/tuning_jesse_3.5.3.json

The reference draws its samples without a seed, so every recording has other trials. Its workers
refuse to start in a folder with ``strategies`` and ``storage`` unless its server runs; the latter
folder is made when it is imported, which is prevented here.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .cases import CASES, search, write_strategy

PINNED = "3.5.3"
NO_STORAGE = """
import os

make = os.makedirs


def makedirs(name, *rest, **more):
    if "storage" not in str(name).split("/"):
        make(name, *rest, **more)


os.makedirs = makedirs
"""


def _tidy(result: dict[str, Any]) -> dict[str, Any]:
    trials = [{**trial, "trial": None} for trial in result["best_trials"]]
    return {**result, "best_trials": trials}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out.resolve()
    found = importlib.metadata.version("jesse")
    if found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    root = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(NO_STORAGE, encoding="utf-8")
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, str(root)])
        os.environ["RAY_AUTH_MODE"] = "disabled"
        exec(NO_STORAGE, {})
        write_strategy("jesse", Path(folder))
        os.chdir(folder)
        golden = {
            name: _tidy(search("jesse", name, trials=3, cpu_cores=2, best_candidates_count=5))
            for name in CASES
        }
        os.chdir(root)
    out.write_text(json.dumps(golden, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
