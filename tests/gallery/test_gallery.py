"""Every strategy of the gallery comes out the same compiled and interpreted, to the last bit."""

from __future__ import annotations

import inspect
import runpy
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from examples import gallery
from examples.gallery import GALLERY

import hindcaster
from hindcaster import Strategy

from .sameness import differences

PAGE = Path(__file__).parents[2] / "docs" / "gallery.md"
COMPILED = [name for name, entry in GALLERY.items() if entry.compiles]
REFUSED = [name for name, entry in GALLERY.items() if not entry.compiles]
FEWEST_TRADES = 5


class Outcome(NamedTuple):
    stats: pd.Series
    warnings: list[str]


def run(name: str, compiled: bool | None) -> Outcome:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stats = GALLERY[name].backtest(compiled=compiled).run()
    return Outcome(stats, [f"{item.category.__name__}: {item.message}" for item in caught])


@cache
def interpreted(name: str) -> Outcome:
    return run(name, compiled=False)


def assert_same_as_interpreted(outcome: Outcome, name: str) -> None:
    expected = interpreted(name)
    assert differences(outcome.stats, expected.stats) == []
    assert outcome.warnings == expected.warnings


@pytest.mark.parametrize("name", GALLERY)
def test_strategy_trades_often_enough_to_tell_something(name):
    assert len(interpreted(name).stats._trades) >= FEWEST_TRADES


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_run_is_identical_to_interpreted_run(name):
    assert_same_as_interpreted(run(name, compiled=True), name)


@pytest.mark.parametrize("name", REFUSED)
def test_strategy_that_cannot_be_compiled_is_interpreted_by_default(name):
    assert_same_as_interpreted(run(name, compiled=None), name)


@pytest.mark.parametrize("name", REFUSED)
def test_requiring_compilation_of_what_cannot_be_compiled_is_an_error(name):
    with pytest.raises(hindcaster.NotCompilable):
        run(name, compiled=True)


def test_every_strategy_of_the_package_is_in_the_table():
    in_table = {entry.strategy for entry in GALLERY.values()}
    modules = filter(inspect.ismodule, vars(gallery).values())
    written = {
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Strategy)
        if value.__module__ == module.__name__
    }
    bases = {base for strategy in in_table for base in strategy.__mro__[1:]}
    assert written - bases == in_table


def test_page_of_the_documentation_is_the_one_made_from_the_table(capsys):
    runpy.run_module("examples.gallery", run_name="__main__")
    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8")


def test_page_has_a_row_for_every_strategy():
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    told = {row[0].split("`")[1]: row[1:] for row in rows if row[0].startswith("| [")}
    assert list(told) == list(GALLERY)
    for name, (idea, data, compiles) in told.items():
        entry = GALLERY[name]
        assert (idea, data) == (entry.idea, entry.data)
        assert compiles.startswith("yes" if entry.compiles else f"no: {entry.refusal}")
