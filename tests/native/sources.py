"""Strategies as source files, and the frames they run on."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pandas as pd

from hindcaster.native import choice

from ..conformance.both_ways import Outcome, outcome_of

BARS = 24
_numbers = itertools.count()


def imported(source: str, folder: Path, name: str = "") -> ModuleType:
    """Write a source to a file and import it."""
    name = name or f"strategy_source_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def frame(kind: str = "days") -> pd.DataFrame:
    """Some bars with columns of many types; `kind` is that of the index."""
    place = np.arange(BARS)
    close = 100 + 10 * np.sin(place / 3) + place % 4
    data = pd.DataFrame(
        {
            "Open": close + 0.5,
            "High": close + 2,
            "Low": close - 2,
            "Close": close,
            "Volume": 1000.0 + place,
            "Count": place + 1,
            "Up": place % 3 == 0,
            "Text": [f"bar {number}" for number in place],
            "Half": close.astype(np.float32),
        }
    )
    if kind == "texts":
        data.index = pd.Index([f"bar {number:03}" for number in place])
    elif kind == "far":
        start = np.datetime64("3000-01-01", "s")
        data.index = pd.DatetimeIndex(start + place.astype("m8[D]"))
    elif kind != "numbers":
        zone = "Europe/Berlin" if kind == "zoned" else None
        data.index = pd.date_range("2024-01-01 09:00", periods=BARS, freq="8h", tz=zone)
    return data


def outcome_of_choice(data: pd.DataFrame, strategy: type) -> Outcome:
    """Run as a user who leaves the choice to the package, and for whom any bar is worth it."""
    with patch.multiple(choice, LOOK_BARS=0, WORTH_BARS=0):
        return outcome_of(data, strategy, {}, compiled=None)
