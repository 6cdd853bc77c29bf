"""Generated strategies give the same interpreted and compiled.

``HINDCASTER_MORE_EXAMPLES=500`` draws that many instead of the few of an ordinary run, each of
which takes some seconds to compile.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, event, given, settings

from hindcaster.errors import NotCompilable
from hindcaster.native import choice

from ..conformance.both_ways import differences, outcome_of
from .strategy_sources import Case, Choices, Run, cases, draw_case, frame_of

EXAMPLES = int(os.environ.get("HINDCASTER_MORE_EXAMPLES", "15"))
COMPILED_SHARE = 0.6  # of the generated strategies; the rest goes beyond what is supported


def module_of(source: str, folder: Path) -> ModuleType:
    """Import a source from a file, in which the compiler looks for it."""
    name = f"generated_{len(list(folder.iterdir()))}"
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


def both_ways(module: ModuleType, run: Run) -> str:
    """Run a strategy interpreted and compiled; says what became of it."""
    module.FACTOR = run.factor
    strategy, data = module.Generated, frame_of(run.seed)
    interpreted, compiled = (
        outcome_of(data, strategy, run.options, run.parameters, compiled=way)
        for way in (False, True)
    )
    refused = isinstance(compiled.error, NotCompilable)
    if refused:  # or left on some bar, after which the interpreter has to start afresh
        assert "report" not in str(compiled.error)
        with patch.multiple(choice, LOOK_BARS=0, WORTH_BARS=0):
            compiled = outcome_of(data, strategy, run.options, run.parameters, compiled=None)
    assert differences(interpreted, compiled) == []
    return "refused" if refused else "raised" if interpreted.error else "compiled"


def test_generated_strategies_give_the_same_both_ways(tmp_path: Path) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def check(case: Case) -> None:
        module = module_of(case.source, tmp_path)
        for run in case.runs:
            event(both_ways(module, run))

    check()


def test_most_generated_strategies_compile(tmp_path: Path) -> None:
    # Not those of Hypothesis: it varies what it has found, so many of them are alike.
    ended: Counter[str] = Counter()
    for seed in range(EXAMPLES):
        case = draw_case(Choices(random.Random(seed).randint))
        module = module_of(case.source, tmp_path)
        ended.update(both_ways(module, run) for run in case.runs)
    assert ended["compiled"] >= COMPILED_SHARE * ended.total(), ended


def test_comparison_notices_another_strategy(tmp_path: Path) -> None:
    source = """
from hindcaster import Strategy

class Generated(Strategy):
    def init(self):
        self.level = 0

    def next(self):
        self.level = {value}
"""
    first, second = (
        outcome_of(frame_of(0), module.Generated, {}, compiled=False)
        for module in (module_of(source.format(value=value), tmp_path) for value in ("1", "1.0"))
    )
    (found,) = differences(first, second)
    assert "level" in found


@pytest.mark.parametrize("seed", range(6))
def test_frames_hold_bars(seed: int) -> None:
    data = frame_of(seed)
    assert 60 <= len(data) <= 150
    assert (data["High"] >= data[["Open", "Close"]].max(axis=1)).all()
    assert (data["Low"] <= data[["Open", "Close"]].min(axis=1)).all()
    assert (data["Low"] > 0).all()
