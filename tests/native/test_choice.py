"""Whether a run is compiled, what is said about it, and for which runs a program serves."""

from __future__ import annotations

import enum
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, NotCompilable, Strategy
from hindcaster.lib import FractionalBacktest
from hindcaster.native import choice
from hindcaster.native.choice import Execution

from ..conformance.both_ways import differences, outcome_of
from .processes import Compilations, as_if_begun
from .sources import BARS, frame

WORKED = BARS - 1  # the first bar has none before it


class Mood(enum.Enum):
    CALM = 1
    WILD = 2


class Simple(Strategy):
    """Its parameters can be of several types."""

    factor: Any = 2
    mood: Any = "calm"

    def init(self) -> None:
        self.result = 0.0

    def next(self) -> None:
        self.result = self.data.Close[-1] * self.factor
        if self.mood == "wild":
            self.result = -self.result
        if not self.position:
            self.buy(size=1)


class States(Strategy):
    """An attribute that begins with a parameter and is assigned later."""

    begin: Any = "flat"

    def init(self) -> None:
        self.state = self.begin
        self.changes = 0

    def next(self) -> None:
        if self.state == "flat":
            self.buy(size=2)
            self.state = "long"
            self.changes += 1
        elif self.state == "long" and self.data.Close[-1] < 100:
            self.position.close()
            self.state = "waiting"


class Levels(Strategy):
    """A number that begins as a parameter, and may be None."""

    begin: Any = 1

    def init(self) -> None:
        self.level = self.begin
        self.hits = 0

    def next(self) -> None:
        if self.level is None or self.data.Close[-1] > self.level:
            self.level = self.data.Close[-1]
            self.hits += 1


class Looking(Strategy):
    """Looks at a column and at the index, whatever they hold."""

    def init(self) -> None:
        self.seen: Any = 0
        self.label: Any = None
        self.late = 0

    def next(self) -> None:
        self.seen = self.data.Volume[-1]
        if len(self.data) % 7 == 0:
            self.label = self.data.index[-1]
        if self.data.index[-1] > self.data.index[0]:
            self.late += 1
        if self.data.Volume[-2] and not self.position:
            self.buy(size=1)


class Shapes(Strategy):
    """What init() makes depends on parameters."""

    rows: Any = 1
    kind: Any = "float"
    level: Any = None

    def init(self) -> None:
        close = self.data.Close
        self.band = self.I(lambda: close if self.rows == 1 else np.array([close] * self.rows))
        types: dict[str, Any] = {"float": float, "int": np.int64, "bool": bool}
        self.window: Any = np.zeros(5, types.get(self.kind, float))
        if self.kind == "number":
            self.window = 1.0
        if self.level is not None:
            self.extra = self.level
        self.result: Any = 0

    def next(self) -> None:
        self.result = np.sum(self.window) + len(self.band)


class Printing(Strategy):
    def init(self) -> None:
        self.result = 0.0

    def next(self) -> None:
        self.result = self.data.Close[-1]
        if self.result < 0:
            print("negative")


@pytest.fixture
def compilations(tmp_path: Path) -> Iterator[Compilations]:
    """A process that has just begun, with an empty folder for machine code."""
    with as_if_begun(tmp_path) as counted:
        yield counted


@pytest.fixture
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A process that has just begun; machine code is kept from test to test."""
    with as_if_begun(tmp_path_factory.getbasetemp() / "shared_machine_code"):
        yield


def run(strategy: type, compiled: bool | None, **parameters: Any) -> Any:
    test = Backtest(frame(), strategy, finalize_trades=True, compiled=compiled)
    return test.run(**parameters)


def same_both_ways(data: pd.DataFrame, strategy: type, **parameters: Any) -> Any:
    interpreted, compiled = (
        outcome_of(data, strategy, {}, parameters, compiled=way) for way in (False, True)
    )
    assert differences(interpreted, compiled) == []
    assert compiled.stats.execution.compiled
    return compiled.stats._strategy


# -- the choice ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, "yes", "auto", np.True_, [], object])
def test_argument_of_another_type(value: Any) -> None:
    expected = r"^compiled must be True, False or None \(decide by itself\), got "
    for make in (Backtest, FractionalBacktest):
        with pytest.raises(TypeError, match=expected):
            make(frame(), Simple, compiled=value)


def test_few_bars_are_interpreted() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "_KNOWN", {})
        stats = run(Simple, None)
    assert stats.execution == Execution(
        False, f"{WORKED} bars so far take less time than looking for machine code"
    )


def test_bars_of_several_runs_add_up(
    compilations: Compilations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "LOOK_BARS", 2 * WORKED)
    monkeypatch.setattr(choice, "WORTH_BARS", 4 * WORKED)
    found = [run(Simple, None).execution for _ in range(5)]
    less = "bars so far take less time than"
    assert found == [
        Execution(False, f"{WORKED} {less} looking for machine code"),
        Execution(False, f"{2 * WORKED} {less} compiling"),
        Execution(False, f"{3 * WORKED} {less} compiling"),
        Execution(True, f"{4 * WORKED} bars are worth compiling"),
        Execution(True, "machine code of this strategy is in memory"),
    ]
    assert compilations.count == 1


def test_many_bars_of_one_run_are_compiled(
    compilations: Compilations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "WORTH_BARS", WORKED)
    assert run(Simple, None).execution == Execution(True, f"{WORKED} bars are worth compiling")


def test_other_classes_do_not_count(
    compilations: Compilations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "WORTH_BARS", 2 * WORKED)
    assert not run(Simple, None).execution.compiled
    assert not run(Levels, None).execution.compiled
    assert run(Simple, None).execution.compiled


def test_machine_code_on_disk_counts_as_free(tmp_path: Path) -> None:
    with as_if_begun(tmp_path):
        assert run(Simple, True).execution == Execution(True, "compiled=True")
    with as_if_begun(tmp_path) as counted:
        stats = run(Simple, None)
        assert stats.execution == Execution(True, "machine code of this strategy is on disk")
        assert counted.count == 0


def test_machine_code_is_not_looked_for_while_there_are_few_bars(
    tmp_path: Path,
) -> None:
    with as_if_begun(tmp_path):
        run(Simple, True)
    # Within, so that it is undone first: both put back what they found.
    with as_if_begun(tmp_path), pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "LOOK_BARS", 2 * WORKED)
        assert not run(Simple, None).execution.compiled
        assert run(Simple, None).execution.compiled


def test_compiled_false_never_compiles(compilations: Compilations) -> None:
    run(Simple, True)
    assert run(Simple, False).execution == Execution(False, "compiled=False")


def test_runs_without_bars_compile_nothing(compilations: Compilations) -> None:
    data = frame()[:1]
    for way in (False, None, True):
        assert len(Backtest(data, Simple, compiled=way).run()._trades) == 0
    assert compilations.count == 0


def test_subclass_of_the_same_text_uses_the_same_machine_code(
    compilations: Compilations,
) -> None:
    class Derived(Simple):
        factor = 5

    assert run(Derived, True)._strategy.result == 2.5 * run(Simple, True)._strategy.result
    assert compilations.count == 1


def test_sweeps_are_compiled_too(compilations: Compilations) -> None:
    maps = [
        Backtest(frame(), Simple, finalize_trades=True, compiled=way).optimize(
            factor=[1, 2, 3],
            maximize=lambda stats: float(stats._strategy.result if "_strategy" in stats else 0),
            return_heatmap=True,
        )[1]
        for way in (False, True)
    ]
    pd.testing.assert_series_equal(*maps)
    assert compilations.count == 1


# -- what is said ----------------------------------------------------------------------------


def test_choices_are_logged_at_info(
    compilations: Compilations, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for way in (True, None, False):
        run(Simple, way)
    run(Printing, None)
    ours = [record for record in caplog.records if record.name == "hindcaster.native"]
    texts = [record.getMessage() for record in ours if record.levelno == logging.INFO]
    assert texts[:3] == [
        "compiling Simple to machine code: about a second, once (the result is cached on disk)",
        "Simple is compiled: compiled=True",
        "Simple is compiled: machine code of this strategy is in memory",
    ]
    assert texts[3].startswith("Printing is interpreted: not compilable: ")
    assert texts[3].endswith("printing. Instead: attributes, or compiled=False to print.")
    assert len(texts) == 4


def test_nothing_is_printed_or_logged_above_info(
    compilations: Compilations,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for strategy in (Simple, Printing):
        run(strategy, None)
    with pytest.raises(NotCompilable):
        run(Printing, True)
    run(Simple, True)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert capfd.readouterr() == ("", "")


def test_reason_travels_with_the_result(compilations: Compilations) -> None:
    stats = run(Simple, True)
    assert stats.execution.compiled
    assert stats.copy().attrs["execution"] == stats.execution
    assert "execution" not in stats.index
    with pytest.raises(AttributeError):
        stats.execution.compiled = False


# -- one program for several runs ------------------------------------------------------------


def test_parameters_of_one_type_share_a_program(compilations: Compilations) -> None:
    results = [run(Simple, True, factor=factor)._strategy.result for factor in (2, 3, -7, 0)]
    last = frame()["Close"].iloc[-1]
    assert results == [last * factor for factor in (2, 3, -7, 0)]
    assert compilations.count == 1


def test_parameters_of_another_type_make_another_program(compilations: Compilations) -> None:
    factors = (2, 2.5, True, np.float64(0.5), np.int64(3), False, 4, 1.25)
    for factor in factors:
        kept = same_both_ways(frame(), Simple, factor=factor)
        assert kept.result == frame()["Close"].iloc[-1] * factor
    assert compilations.count <= 5


def test_text_parameters_are_known_by_value(compilations: Compilations) -> None:
    for mood in ("calm", "wild", "calm", "odd", Mood.WILD, None, 3):
        kept = same_both_ways(frame(), Simple, mood=mood)
        assert (kept.result < 0) == (mood == "wild")


def test_parameters_that_no_machine_number_holds(compilations: Compilations) -> None:
    for factor in (2**70, np.float32(1.5), 2j):
        free = run(Simple, None, factor=factor)
        assert not free.execution.compiled
        assert free._strategy.result == run(Simple, False, factor=factor)._strategy.result
        with pytest.raises(NotCompilable):
            run(Simple, True, factor=factor)
    assert same_both_ways(frame(), Simple, factor=3).result == frame()["Close"].iloc[-1] * 3


def test_special_floats_as_parameters(compilations: Compilations) -> None:
    for factor in (math.inf, -math.inf, math.nan, -0.0, 5e-324):
        same_both_ways(frame(), Simple, factor=factor)
    assert compilations.count == 1


def test_texts_that_attributes_begin_with(compilations: Compilations) -> None:
    for begin, changes in (
        ("flat", 1),
        ("long", 0),
        ("waiting", 0),
        ("unheard of", 0),
        ("flat", 1),
    ):
        kept = same_both_ways(frame(), States, begin=begin)
        assert kept.changes == changes
    assert compilations.count <= 4


def test_kinds_that_attributes_begin_with(compilations: Compilations) -> None:
    for begin in (1, 99.5, None, np.float64(105), True, 10**6, None, 1):
        same_both_ways(frame(), Levels, begin=begin)


@pytest.mark.parametrize("order", [1, -1], ids=["", "reversed"])
@pytest.mark.usefixtures("shared_folder")
def test_one_class_with_other_data(order: int) -> None:
    days, count = frame(), np.arange(BARS)
    frames = {
        "dates": days,
        "integers": days.assign(Volume=count),
        "booleans": days.assign(Volume=count % 2 == 0),
        "fewer bars": days[:10],
        "another zone": days.tz_localize("America/New_York"),
        "a zone": frame("zoned"),
        "microseconds": days.set_axis(days.index.as_unit("us")),
        "irregular": days.iloc[[0, 1, 2, 5, 6, 9, 15, 20, 21]],
        "numbers": frame("numbers"),
        "numbers from ten": frame("numbers").set_axis(pd.RangeIndex(10, 10 + 2 * BARS, 2)),
        "whole labels": frame("numbers").set_axis(pd.Index(count**2)),
        "float labels": frame("numbers").set_axis(pd.Index(count / 4)),
    }
    for data in list(frames.values())[::order]:
        same_both_ways(data, Looking)


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", "object"])
@pytest.mark.usefixtures("shared_folder")
def test_other_column_types_are_interpreted(dtype: str) -> None:
    data = frame()
    same_both_ways(data, Looking)
    data["Volume"] = (data["Volume"] % 100).astype(dtype)
    interpreted, free = (outcome_of(data, Looking, {}, compiled=way) for way in (False, None))
    assert differences(interpreted, free) == []
    if free.error is None:
        assert not free.stats.execution.compiled
        assert "column 'Volume' holds values of type" in free.stats.execution.reason


def test_what_init_makes_by_parameters(compilations: Compilations) -> None:
    ways: list[dict[str, Any]] = [
        {"rows": 1},
        {"rows": 2},
        {"rows": 3},
        {"kind": "int"},
        {"kind": "bool"},
        {"kind": "float", "level": 3},
        {"rows": 2, "kind": "int"},
        {"rows": 1},
    ]
    for parameters in ways:
        same_both_ways(frame(), Shapes, **parameters)
    number = {"kind": "number"}
    interpreted, free = (
        outcome_of(frame(), Shapes, {}, number, compiled=way) for way in (False, None)
    )
    assert differences(interpreted, free) == []
