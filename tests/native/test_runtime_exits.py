"""What machine code cannot do at run time is done by the interpreter, from the start."""

from __future__ import annotations

import functools
import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, NotCompilable, Strategy
from hindcaster.native import choice

from ..conformance.both_ways import Outcome, described, differences, outcome_of
from .exits import BAR, RAISING, WORKING, Exit, source_of
from .refused import marked, unmarked
from .sources import frame, imported

AT_ONCE = 12  # statements per strategy: it is compiled once for all of them
LABEL = frame().index[BAR]


def groups(exits: list[Exit]) -> list[list[Exit]]:
    return [exits[first : first + AT_ONCE] for first in range(0, len(exits), AT_ONCE)]


GROUPS = [*groups(RAISING), *groups(WORKING)]


@pytest.fixture(scope="module")
def strategy_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("exits")

    @functools.cache
    def made(number: int) -> Any:
        return imported(unmarked(source_of(GROUPS[number])), folder).Leaving

    return made


@pytest.fixture(autouse=True)
def _any_bar_is_worth_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "LOOK_BARS", 0)
    monkeypatch.setattr(choice, "WORTH_BARS", 0)


def place_of(exit_: Exit) -> tuple[int, str]:
    """Line and text of what leaves the loop, in the source of its group."""
    (group,) = (group for group in GROUPS if exit_ in group)
    plain = [replace(other, statement=unmarked(other.statement)) for other in group]
    plain[group.index(exit_)] = exit_
    return marked(source_of(plain))


def outcomes(exit_: Exit, strategy_of: Any) -> tuple[Outcome, Outcome, Outcome]:
    """Runs with compiled=False, None and True."""
    (number,) = (n for n, group in enumerate(GROUPS) if exit_ in group)
    kind = {"kind": GROUPS[number].index(exit_)}
    strategy, data = strategy_of(number), frame()
    never, free, always = (
        outcome_of(data, strategy, {}, kind, compiled=way) for way in (False, None, True)
    )
    return never, free, always


def left_for(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Reasons for which compiled code was left, as logged."""
    start = f"Leaving is interpreted: compiled code was left on bar {BAR}: "
    return [text.removeprefix(start) for text in caplog.messages if text.startswith(start)]


@pytest.mark.parametrize("exit_", RAISING, ids=lambda exit_: exit_.name)
def test_exceptions_are_those_of_the_interpreter(
    exit_: Exit, strategy_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hindcaster.native")
    never, free, always = outcomes(exit_, strategy_of)
    assert never.error is not None
    assert not isinstance(never.error, NotCompilable)
    assert differences(never, free) == []
    assert differences(never, always) == []
    assert described(always.error)[2:] == (f"raised by Leaving.next() on bar {BAR} ({LABEL})",)
    assert type(always.error.__cause__) is type(never.error.__cause__)
    assert left_for(caplog) == [exit_.why] * 2


@pytest.mark.parametrize("exit_", WORKING, ids=lambda exit_: exit_.name)
def test_what_only_the_interpreter_can_is_left_to_it(
    exit_: Exit, strategy_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hindcaster.native")
    never, free, always = outcomes(exit_, strategy_of)
    assert never.error is None
    assert differences(never, free) == []
    assert not free.stats.execution.compiled
    assert free.stats.execution.reason == f"compiled code was left on bar {BAR}: {exit_.why}"
    assert left_for(caplog) == [exit_.why] * 2

    error = always.error
    assert isinstance(error, NotCompilable)
    assert error.what == (
        f"{exit_.why} on bar {BAR} ({LABEL}), which only the interpreter works as Python does"
    )
    assert (error.line, error.expression) == place_of(exit_)
    assert unmarked(exit_.statement).splitlines()[0] in Path(error.file).read_text()
    assert error.instead == "avoid it with a test before, or use compiled=None"


class Trading(Strategy):
    """Buys and sells on some bars; `kind` chooses what goes wrong."""

    kind = ""

    def init(self) -> None:
        self.seen = np.zeros(len(self.data))
        self.calls = 0
        self.last: Any = None

    def next(self) -> None:
        count = len(self.data)
        self.calls += 1
        self.seen[count - 1] = self.data.Close[-1]
        if count == 3:
            self.last = self.buy(size=2)
        elif count == 6:
            if self.kind == "stop-loss":
                self.sell(size=5, sl=math.inf)
            elif self.kind == "take-profit":
                self.sell(size=5, tp=-5.0)
            elif self.kind == "exit":
                raise SystemExit(3)
            else:
                self.buy(size=0.1)
        elif count == 9:
            self.position.close()
        elif count == 12 and self.kind == "left":
            self.last = None
            self.seen[0] = self.data.Close[-1] / (self.calls - 11)


def fee_without_number(size: float, price: float) -> float:
    return math.nan if abs(size) > 2 else 1.0


def failing_fee(size: float, price: float) -> float:
    if price > 108:
        raise LookupError("no fee for such a price")
    return 1.0


def free_of_charge() -> pd.DataFrame:
    data = frame()
    data.iloc[6, :4] = 0.0
    return data


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("", {}, OverflowError),
        ("", {"commission": fee_without_number}, ValueError),
        ("", {"commission": failing_fee}, LookupError),
        ("stop-loss", {}, AssertionError),
        ("take-profit", {}, AssertionError),
    ],
)
def test_errors_of_the_engine_are_those_of_the_interpreter(
    kind: str, options: dict[str, Any], expected: type[Exception]
) -> None:
    data = frame() if options or kind else free_of_charge()
    never, free, always = (
        outcome_of(data, Trading, options, {"kind": kind}, compiled=way)
        for way in (False, None, True)
    )
    assert type(never.error) is expected
    assert differences(never, free) == []
    assert differences(never, always) == []


def test_bankrupt_accounts_stay_in_compiled_code() -> None:
    data = frame()
    data.iloc[6:, :4] /= 50
    options = {"cash": 200, "margin": 0.1, "finalize_trades": True}
    never, free, always = (
        outcome_of(data, Trading, options, compiled=way) for way in (False, None, True)
    )
    assert never.stats["Equity Final [$]"] <= 0
    assert never.stats._strategy.calls < BAR
    assert differences(never, free) == []
    assert differences(never, always) == []
    assert always.stats.execution.compiled


@pytest.mark.parametrize("compiled", [False, None, True])
def test_system_exit_passes(compiled: bool | None) -> None:
    with pytest.raises(SystemExit) as caught:
        Backtest(frame(), Trading, compiled=compiled).run(kind="exit")
    assert caught.value.code == 3


def test_the_interpreter_starts_afresh_after_compiled_code_was_left() -> None:
    kind = {"kind": "left"}
    never, free, always = (
        outcome_of(frame(), Trading, {}, kind, compiled=way) for way in (False, None, True)
    )
    assert never.stats._strategy.calls == len(frame()) - 1
    assert np.isinf(never.stats._strategy.seen[0])
    assert differences(never, free) == []
    assert isinstance(always.error, NotCompilable)


def test_a_backtest_can_be_run_again_after_compiled_code_was_left() -> None:
    test = Backtest(frame(), Trading, finalize_trades=True, compiled=True)
    with np.errstate(divide="ignore"), pytest.raises(NotCompilable):
        test.run(kind="left")
    again = outcome_of(frame(), Trading, {"finalize_trades": True}, compiled=False)
    assert differences(Outcome(test.run()), again) == []
