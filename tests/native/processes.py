"""Runs in other processes, and in this one as if it had just begun."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numba.core.event as numba_event

from hindcaster.native import choice, module

# Runs the strategy `Kept` of a source, in the ways that the JSON text of its first argument lists.
SCRIPT = """
import json
import logging
import sys
import warnings

import numba.core.event as numba_event
import numpy as np
import pandas as pd

from hindcaster import Backtest
from hindcaster.native import choice, module

warnings.simplefilter("ignore", UserWarning)
choice.LOOK_BARS = 0
messages = []


class Collector(logging.Handler):
    def emit(self, record):
        messages.append((record.levelname, record.getMessage()))


class Counter(numba_event.Listener):
    count = 0

    def on_start(self, event):
        function = getattr(event.data["dispatcher"], "py_func", None)
        self.count += getattr(function, "__module__", "").startswith(module.PREFIX)

    def on_end(self, event):
        pass


logging.getLogger("hindcaster.native").addHandler(Collector())
logging.getLogger("hindcaster.native").setLevel(logging.INFO)
counter = Counter()
numba_event.register("numba:compile", counter)
place = np.arange(40)
close = 100 + 10 * np.sin(place / 3) + place % 4
data = pd.DataFrame({"Open": close, "High": close + 2, "Low": close - 2, "Close": close})

# strategy

results = []
for step in json.loads(sys.argv[1]):
    globals().update(step.get("globals", {}))
    before, compilations = len(messages), counter.count
    stats = Backtest(data, Kept, compiled=step["compiled"]).run(**step.get("parameters", {}))
    results.append(
        {
            "kept": stats._strategy.kept,
            "equity": stats["Equity Final [$]"],
            "compiled": stats.execution.compiled,
            "reason": stats.execution.reason,
            "messages": messages[before:],
            "compilations": counter.count - compilations,
        }
    )
print(json.dumps(results))
"""


def written(strategy: str, folder: Path) -> Path:
    """Write a script that defines a strategy as the main program."""
    path = folder / "script.py"
    path.write_text(SCRIPT.replace("# strategy", strategy))
    return path


def begun(script: Path, cache: Path, *steps: dict[str, Any]) -> subprocess.Popen[str]:
    """Start a process that makes some runs."""
    return subprocess.Popen(
        [sys.executable, str(script), json.dumps(steps)],
        env={**os.environ, module.FOLDER_VARIABLE: str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What its runs gave; it may not have said anything else."""
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")
    results: list[dict[str, Any]] = json.loads(output)
    return results


def runs(script: Path, cache: Path, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    """Make some runs in a process of their own."""
    return finished(begun(script, cache, *steps))


class Compilations(numba_event.Listener):  # type: ignore[misc]
    """Counts how often Numba compiles a generated module."""

    def __init__(self) -> None:
        self.count = 0

    def on_start(self, event: Any) -> None:
        function = getattr(event.data["dispatcher"], "py_func", None)
        self.count += (getattr(function, "__module__", None) or "").startswith(module.PREFIX)

    def on_end(self, event: Any) -> None:
        return None


@contextmanager
def as_if_begun(cache: Path) -> Iterator[Compilations]:
    """Forget what this process knows of compiled strategies; count what it compiles."""
    with (
        patch.dict(os.environ, {module.FOLDER_VARIABLE: str(cache)}),
        patch.dict(module._LOADED, clear=True),
        patch.object(choice, "_KNOWN", weakref.WeakKeyDictionary()),
        patch.object(choice, "_READY", set()),
        patch.object(choice, "LOOK_BARS", 0),
        numba_event.install_listener("numba:compile", Compilations()) as counted,
    ):
        yield counted
