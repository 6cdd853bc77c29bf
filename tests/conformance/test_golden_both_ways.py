"""What the recorded parity cases do, played again interpreted and compiled.

The strategies of most cases are beyond any compiler (they draw random numbers and keep logs), so
their actions are recorded and played by one program that is not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from hindcaster import Strategy
from hindcaster.errors import NotCompilable

from ..parity.cases import Case, build_case
from ..parity.make_golden import FIRST_COLUMNS
from ..parity.storage import load
from ..parity.streams import PLAIN
from ..parity.test_golden import GOLDEN
from .both_ways import Outcome, described, differences, outcome_of, same_columns
from .recorder import Recorder, played_tag, recording
from .scripted import Scripted

CHUNKS = 40
SHOWN = 5  # differences shown per case
VARIANTS = (0, 1)  # of the plain kinds: each is a program of its own
WITH_A_LOG = ("ladder",)

pytestmark = pytest.mark.skipif(
    int(pd.__version__.split(".")[0]) < 3, reason="the cases are drawn with units of pandas 3"
)


def cases_of(chunk: int) -> Iterator[Case]:
    for outcome in load(GOLDEN, chunk, CHUNKS):
        yield build_case(outcome["seed"])


def recorded(case: Case) -> tuple[Outcome, Recorder]:
    """Run the strategy of a case, interpreted."""
    strategy = case.make_strategy(Strategy)
    with recording() as recorder:
        outcome = outcome_of(
            case.market.data, strategy, case.options, case.parameters, compiled=False
        )
    return outcome, recorder


def played(case: Case, recorder: Recorder, *, compiled: bool) -> Outcome:
    parameters = {"recording": recorder}
    return outcome_of(case.market.data, Scripted, case.options, parameters, compiled=compiled)


def tags(column: pd.Series, changed: Callable[[Any], Any]) -> list[Any]:
    missing = column.isna()
    return [None if gone else changed(tag) for tag, gone in zip(column, missing, strict=True)]


def unfaithful(original: Outcome, replay: Outcome) -> list[str]:
    """What a replay has not in common with the run that was recorded."""
    if original.stats is None:
        return []  # it ended early, the replay does not
    if replay.stats is None:
        return [f"the replay raised {described(replay.error)}"]
    found = []
    for frame, count in (("_trades", FIRST_COLUMNS), ("_orders", None), ("_equity_curve", None)):
        ours, theirs = original.stats[frame], replay.stats[frame]
        for name in ours.columns[:count]:
            if name == "Tag":
                equal = tags(ours[name], played_tag) == tags(theirs[name], lambda tag: tag)
            else:
                equal = len(ours) == len(theirs) and same_columns(ours[name], theirs[name])
            if not equal:
                found.append(f"{frame}.{name} is not that of the recorded run")
    return found


def directly_compiled(case: Case, original: Outcome) -> list[str]:
    """What a plain strategy gives otherwise when it is compiled itself, without a recording."""
    if case.kind not in PLAIN or variant_of(case) not in VARIANTS:
        return []
    strategy = case.make_strategy(Strategy)
    compiled = outcome_of(case.market.data, strategy, case.options, case.parameters, compiled=True)
    if case.kind in WITH_A_LOG and original.error is None:
        refused = isinstance(compiled.error, NotCompilable)
        return [] if refused else [f"a strategy with a log compiles: {described(compiled.error)}"]
    return differences(original, compiled)


def variant_of(case: Case) -> int:
    made = case.make_strategy
    assert isinstance(made, functools.partial)
    return int(made.keywords["variant"])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_played_actions_give_the_same_both_ways(chunk: int) -> None:
    failures = []
    for case in cases_of(chunk):
        original, recorder = recorded(case)
        interpreted = played(case, recorder, compiled=False)
        compiled = played(case, recorder, compiled=True)
        found = unfaithful(original, interpreted) + differences(interpreted, compiled)
        found += directly_compiled(case, original)
        if found:
            failures.append(f"seed {case.seed}: " + "\n    ".join(found[:SHOWN]))
    assert not failures, f"{len(failures)} cases differ\n" + "\n".join(failures)
