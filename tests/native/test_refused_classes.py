"""Refusals that concern a whole class, its source, or the system."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from numba.core.errors import TypingError

from hindcaster import NotCompilable, Strategy
from hindcaster.native import drive, runtime, translator

from ..conformance.both_ways import differences, outcome_of
from .refused import Case
from .sources import frame, imported, outcome_of_choice

CALLS = """
def twice(strategy):
    strategy.level = strategy.level * 0.5
    strategy.level = strategy.level * 0.25
"""


def refused(strategy: type[Strategy]) -> NotCompilable:
    """The error of a run that has to be compiled; a run that need not be is interpreted."""
    data = frame()
    error = outcome_of(data, strategy, {}, compiled=True).error
    assert isinstance(error, NotCompilable)
    interpreted = outcome_of(data, strategy, {}, compiled=False)
    chosen = outcome_of_choice(data, strategy)
    assert differences(interpreted, chosen) == []
    assert not chosen.stats.execution.compiled
    assert error.what in chosen.stats.execution.reason
    return error


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("__getattr__", "def __getattr__(self, name):\n    raise AttributeError(name)"),
        (
            "__getattribute__",
            "def __getattribute__(self, name):\n    return object.__getattribute__(self, name)",
        ),
        (
            "__setattr__",
            "def __setattr__(self, name, value):\n    object.__setattr__(self, name, value)",
        ),
    ],
)
def test_classes_with_attribute_access_of_their_own(name: str, text: str, tmp_path: Path) -> None:
    strategy = Case("", "self.level = 2.0", members=text).strategy(tmp_path)
    assert refused(strategy).what == f"Refused has a {name} of its own"


def test_next_that_is_no_function(tmp_path: Path) -> None:
    base = Case("", "self.level = 2.0").strategy(tmp_path)

    class Callable:
        def __get__(self, strategy: Any, owner: Any) -> Any:
            return lambda: setattr(strategy, "level", 2.0)

    strategy = type("Refused", (base,), {"next": Callable()})
    assert refused(strategy).what == "Refused.next is not a function in a class body"


def test_next_that_is_set_on_the_instance(tmp_path: Path) -> None:
    strategy = Case("", "pass", init="self.next = logger.hasHandlers").strategy(tmp_path)
    error = refused(strategy)
    assert error.what == "Refused.next is not a function in a class body"


def test_next_without_source() -> None:
    names: dict[str, Any] = {}
    exec(
        "from hindcaster import Strategy\n"
        "class Refused(Strategy):\n"
        "    def init(self): self.level = 1.0\n"
        "    def next(self): self.level = 2.0\n",
        names,
    )
    error = refused(names["Refused"])
    assert error.what.startswith("the source of Refused.next cannot be read")
    assert (error.file, error.line) == ("<string>", 4)
    assert error.instead == "define it in a file or in a notebook's cell"


def test_source_that_changed_after_it_was_imported(tmp_path: Path) -> None:
    case = Case("", "self.level = 2.0")
    module = imported(case.source, tmp_path)
    path = Path(module.__file__ or "")
    path.write_text(case.source.replace("self.level = 2.0", "self.level = 3.0"))
    error = refused(module.Refused)
    assert error.what == (
        "the source of Refused.next cannot be told apart from its surroundings, or was changed "
        "after it was imported"
    )
    assert error.file == str(path)
    assert error.line == case.source.splitlines().index("    def next(self):") + 1
    assert error.instead == "define it on lines of its own and import it again after changes"


def test_source_that_moved_after_it_was_imported(tmp_path: Path) -> None:
    case = Case("", "self.level = 2.0")
    module = imported(case.source, tmp_path)
    Path(module.__file__ or "").write_text("# a comment\n" + case.source)
    assert "changed after it was imported" in refused(module.Refused).what


def test_source_that_was_deleted(tmp_path: Path) -> None:
    module = imported(Case("", "self.level = 2.0").source, tmp_path)
    Path(module.__file__ or "").unlink()
    assert "the source of Refused.next cannot be read" in refused(module.Refused).what


def test_helper_that_changed_after_it_was_imported(tmp_path: Path) -> None:
    helper = imported("def half(x):\n    return x / 2\n", tmp_path, "helper_that_changes")
    Path(helper.__file__ or "").write_text("def half(x):\n    return x / 3\n")
    case = Case("", "self.level = «half(self.level)»", init="pass")
    module = imported(case.source.replace("«", "").replace("»", ""), tmp_path)
    module.half = helper.half
    error = refused(module.Refused)
    assert "changed after it was imported" in error.what
    line, expression = case.place()
    assert (error.file, error.line, error.expression) == (module.__file__, line, expression)


def test_too_large_strategies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator, "MOST_STATEMENTS", 100)
    strategy = Case("", "twice(self)\n" * 20, top=CALLS).strategy(tmp_path)
    error = refused(strategy)
    assert error.what == "the strategy is too large once all functions it calls are put in place"
    assert error.line in (30, 31)
    assert error.instead == "call large functions from fewer places"


def test_types_that_need_too_many_passes(tmp_path: Path) -> None:
    names = [f"self.x{number}" for number in range(60)]
    shifts = [f"{name} = {following}" for name, following in pairwise(names)]
    strategy = Case(
        "",
        "\n".join([*shifts, f"{names[-1]} = 1.5"]),
        init="\n".join(f"{name} = 0" for name in names),
    ).strategy(tmp_path)
    assert refused(strategy).what == "the types of the strategy's variables do not settle"


def test_system_without_a_function_of_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "symbol_address", lambda name: None)
    strategy = Case("", "self.level = self.units**0.5").strategy(tmp_path)
    assert refused(strategy).what == "the C library of this system does not show its function pow"


def test_generated_code_that_numba_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any) -> None:
        raise TypingError("first line\n\x1b[1mno such type\x1b[0m")  # colours, if colorama is there

    monkeypatch.setattr(drive, "run_program", failing)
    error = refused(Case("", "self.level = 2.0").strategy(tmp_path))
    assert error.what == "Numba does not compile the code that was made of it (no such type)"
    assert error.instead == "please report the strategy"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 adds floats one by one")
def test_sums_that_python_compensates(tmp_path: Path) -> None:
    strategy = Case("", "self.level = sum((0.1, self.level))").strategy(tmp_path)
    assert refused(strategy).what == "sum() of Python floats compensates its rounding"


def test_arrays_that_another_object_holds_too(tmp_path: Path) -> None:
    body = "self.window[0] = self.data.Close[-1]\nself.level = self.boxes[0][0]"
    strategy = Case("", body, init="self.boxes = [self.window]").strategy(tmp_path)
    assert refused(strategy).what == "the array self.window shares its memory with another one"


def test_account_that_is_taken_by_its_internal_name(tmp_path: Path) -> None:
    case = Case("", "self.level = self.me.equity", init="self.me = self._account")
    error = outcome_of(frame(), case.strategy(tmp_path), {}, compiled=True).error
    assert isinstance(error, NotCompilable)
    assert (error.what, error.expression) == ("the account's own object is used", "self.me")
