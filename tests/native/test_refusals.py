"""What cannot be compiled says so, and runs in the interpreter all the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hindcaster.native
from hindcaster import NotCompilable

from ..conformance.both_ways import differences, outcome_of
from .refusals_of_copies import COPIES
from .refusals_of_language import EXPRESSIONS, FUNCTIONS, SOURCES, STATEMENTS
from .refusals_of_numbers import FUNCTIONS as NUMPY_FUNCTIONS
from .refusals_of_numbers import OPERATORS, SLICES, TIMES
from .refusals_of_strategies import ACCOUNT, DATA, OWN
from .refused import Case
from .sources import frame, outcome_of_choice

CASES = [
    *COPIES,
    *STATEMENTS,
    *EXPRESSIONS,
    *FUNCTIONS,
    *SOURCES,
    *OPERATORS,
    *SLICES,
    *NUMPY_FUNCTIONS,
    *TIMES,
    *OWN,
    *DATA,
    *ACCOUNT,
]
# Refusals by file and text that have tests of their own: those of whole classes and sources in
# test_refused_classes.py, and one that depends on the version of Python.
ELSEWHERE = {
    ("drive.py", "reason"),
    ("own.py", '"the account\'s own object is used"'),
    ("loops.py", "'sum() of Python floats compensates its rounding'"),
    ("program.py", "f'the array self.{attribute.name} shares its memory with another one'"),
    ("program.py", '"the types of the strategy\'s variables do not settle"'),
    ("program.py", "f'{cls.__name__} has a {name} of its own'"),
    ("program.py", "f'{cls.__name__}.next is not a function in a class body'"),
    ("translator.py", "'the strategy is too large once all functions it calls are put in place'"),
    ("translator.py", "f'the C library of this system does not show its function {name}'"),
}

# No source is known that meets these: another refusal comes first. They guard the translation.
WITHOUT_A_CASE = {
    ("expressions.py", "f'{name} is used before it is assigned'"),
    ("fees.py", "'the commission uses more than its arguments and constants'"),
    ("loops.py", "f'a list made of {tr.describe(source)}'"),
    ("times.py", "'times with and without a time zone are compared'"),
    ("translator.py", "f'{self.describe(value)} cannot be kept in a variable with texts'"),
}


def refusal_of(case: Case, folder: Path) -> NotCompilable:
    """What a run says that has to be compiled."""
    error = outcome_of(frame(case.index), case.strategy(folder), {}, compiled=True).error
    assert isinstance(error, NotCompilable)
    return error


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refusal_names_its_place_and_a_way_out(case: Case, tmp_path: Path) -> None:
    error = refusal_of(case, tmp_path)
    line, expression = case.place()
    assert (error.what, error.expression, error.line, error.instead) == (
        case.what,
        expression if len(expression) <= 80 else expression[:79] + "…",
        line,
        case.instead,
    )
    assert Path(error.file).parent == tmp_path
    assert str(error).startswith(f"{error.file}, line {line}: ")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused_strategies_are_interpreted(case: Case, tmp_path: Path) -> None:
    strategy, data = case.strategy(tmp_path), frame(case.index)
    interpreted = outcome_of(data, strategy, {}, compiled=False)
    chosen = outcome_of_choice(data, strategy)
    assert differences(interpreted, chosen) == []
    if chosen.error is None:
        assert not chosen.stats.execution.compiled
        assert chosen.stats.execution.reason.startswith("not compilable: ")
        assert case.what in chosen.stats.execution.reason


def raised_in_sources() -> set[tuple[str, str, int]]:
    """Every place of the package that refuses: file, text, line."""
    found = set()
    for path in Path(hindcaster.native.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                call = node.exc
                name = ast.unparse(call.func).rpartition(".")[2]
                if name in ("refusal", "NotCompilable"):
                    what = call.args[name == "refusal"]
                    found.add((path.name, ast.unparse(what), node.lineno))
    return found


def raised_by(error: BaseException | None) -> set[tuple[str, int]]:
    """Where an exception, and those it was made of, were raised."""
    found = set()
    while error is not None:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        assert trace is not None
        found.add((Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno))
        error = error.__context__
    return found


def test_every_refusal_has_a_case(tmp_path: Path) -> None:
    met = set().union(*(raised_by(refusal_of(case, tmp_path)) for case in CASES))
    unmet = {(file, what) for file, what, line in raised_in_sources() if (file, line) not in met}
    assert unmet - ELSEWHERE - WITHOUT_A_CASE == set()
