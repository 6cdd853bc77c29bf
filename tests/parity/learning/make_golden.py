"""Record what the reference package finds out about trained models.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -W ignore -m tests.parity.learning.make_golden \
        --out tests/parity/golden/learning_jesse_3.5.3.json
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path

from .cases import CASES, train

PINNED = "3.5.3"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out.resolve()
    found = importlib.metadata.version("jesse")
    if found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        from jesse import research

        golden = {name: train(research, name) for name in CASES}
        os.chdir(out.parent)
    for result in golden.values():
        del result["model"], result["scaler"]
    out.write_text(json.dumps(golden, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
