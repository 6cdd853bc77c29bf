"""Machine code is kept on disk, found again, and never taken for that of something else."""

from __future__ import annotations

import linecache
import pickle
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hindcaster import Backtest

from ..conformance.both_ways import Outcome, differences, outcome_of
from .processes import as_if_begun, begun, finished, runs, written
from .sources import frame, imported

STRATEGY = """
from hindcaster import Strategy

FACTOR = 2


def scaled(price):
    return price * FACTOR


class Kept(Strategy):
    bonus = 1

    def init(self):
        self.kept = 0.0

    def next(self):
        self.kept = scaled(self.data.Close[-1]) + self.bonus
        if len(self.data) % 5 == 0:
            self.position.close()
        elif not self.position:
            self.buy(size=3)
"""
CLOSURE = """
from hindcaster import Strategy


def made(factor):
    def change(value):
        nonlocal factor
        factor = value

    class Kept(Strategy):
        def init(self):
            self.kept = 0.0

        def next(self):
            self.kept = self.data.Close[-1] * factor

    return Kept, change
"""
REQUIRED, FREE, INTERPRETED = ({"compiled": way} for way in (True, None, False))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModuleType, Path]:
    """A module with a strategy, and a folder with its machine code."""
    folder = tmp_path_factory.mktemp("filled")
    module = imported(STRATEGY, folder)
    with as_if_begun(folder / "cache") as counted:
        assert outcome_of(frame(), module.Kept, {}, compiled=True).stats.execution.compiled
        assert counted.count == 1
    return module, folder / "cache"


def checked(strategy: type, **parameters: Any) -> float:
    """Run both ways, compare, and return what the strategy kept."""
    interpreted, compiled = (
        outcome_of(frame(), strategy, {}, parameters, compiled=way) for way in (False, True)
    )
    assert differences(interpreted, compiled) == []
    assert compiled.stats.execution.compiled
    return float(compiled.stats._strategy.kept)


# -- found again -----------------------------------------------------------------------------


def test_new_process_finds_machine_code_on_disk(tmp_path: Path) -> None:
    script, cache = written(STRATEGY, tmp_path), tmp_path / "cache"
    first, again, plain = runs(script, cache, REQUIRED, FREE, INTERPRETED)
    assert (first["compilations"], first["reason"]) == (1, "compiled=True")
    announced, done = first["messages"]
    assert announced[0] == "INFO"
    assert announced[1].startswith("compiling Kept to machine code")
    assert done == ["INFO", "Kept is compiled: compiled=True"]
    assert again["compilations"] == 0
    assert again["reason"] == "machine code of this strategy is in memory"

    (found,) = runs(script, cache, FREE)
    assert (found["compiled"], found["compilations"]) == (True, 0)
    assert found["reason"] == "machine code of this strategy is on disk"
    assert found["messages"] == [["INFO", f"Kept is compiled: {found['reason']}"]]
    assert found["kept"] == first["kept"] == plain["kept"]
    assert found["equity"] == first["equity"] == plain["equity"]


def test_new_process_notices_changes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (first,) = runs(written(STRATEGY, tmp_path), cache, REQUIRED)
    changes = {
        "a helper": ("price * FACTOR", "price * FACTOR - 1"),
        "a constant": ("FACTOR = 2", "FACTOR = 2.5"),
    }
    waiting = []
    for number, (before, after) in enumerate(changes.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        script = written(STRATEGY.replace(before, after), folder)
        waiting.append(begun(script, cache, INTERPRETED, REQUIRED))
    for plain, other in map(finished, waiting):
        assert (other["compiled"], other["compilations"]) == (True, 1)
        assert (other["kept"], other["equity"]) == (plain["kept"], plain["equity"])
        assert other["kept"] != first["kept"]


def test_parameter_of_another_value_uses_the_same_machine_code(
    filled: tuple[ModuleType, Path],
) -> None:
    module, cache = filled
    with as_if_begun(cache) as counted:
        assert checked(module.Kept, bonus=7) == checked(module.Kept, bonus=1) + 6
        assert checked(module.Kept) == checked(module.Kept, bonus=1)
    assert counted.count == 0


def test_scripts_and_modules_share_machine_code(
    filled: tuple[ModuleType, Path], tmp_path: Path
) -> None:
    (found,) = runs(written(STRATEGY, tmp_path), filled[1], FREE)
    assert found["reason"] == "machine code of this strategy is on disk"


# -- changes ---------------------------------------------------------------------------------


def test_constant_that_changes(filled: tuple[ModuleType, Path]) -> None:
    module, cache = filled
    with as_if_begun(cache), pytest.MonkeyPatch.context() as patch:
        before = checked(module.Kept)
        patch.setattr(module, "FACTOR", 3)
        assert checked(module.Kept) == (before - 1) * 1.5 + 1
        patch.setattr(module, "FACTOR", 0.5)
        assert checked(module.Kept) == (before - 1) * 0.25 + 1
    assert checked(module.Kept) == before


def test_helper_that_changes(filled: tuple[ModuleType, Path], tmp_path: Path) -> None:
    module, cache = filled
    other = imported("def scaled(price):\n    return -price\n", tmp_path)
    with as_if_begun(cache), pytest.MonkeyPatch.context() as patch:
        before = checked(module.Kept)
        patch.setattr(module, "scaled", other.scaled)
        assert checked(module.Kept) == (before - 1) / -2 + 1
    assert checked(module.Kept) == before


def test_method_that_changes(filled: tuple[ModuleType, Path], tmp_path: Path) -> None:
    module, cache = filled
    changed = STRATEGY.replace("+ self.bonus", "- self.bonus")
    other = imported(changed, tmp_path)
    with as_if_begun(cache), pytest.MonkeyPatch.context() as patch:
        before = checked(module.Kept)
        patch.setattr(module.Kept, "next", other.Kept.next)
        assert checked(module.Kept) == before - 2
    assert checked(module.Kept) == before


def test_class_attribute_that_changes(filled: tuple[ModuleType, Path]) -> None:
    module, cache = filled
    with as_if_begun(cache), pytest.MonkeyPatch.context() as patch:
        before = checked(module.Kept)
        patch.setattr(module.Kept, "bonus", 11)
        assert checked(module.Kept) == before + 10
        assert checked(module.Kept, bonus=21) == before + 20
        patch.setattr(module.Kept, "bonus", 1.5)
        assert checked(module.Kept) == before + 0.5


def test_closure_value_that_changes(tmp_path: Path) -> None:
    strategy, change = imported(CLOSURE, tmp_path).made(2)
    with as_if_begun(tmp_path / "cache") as counted:
        before = checked(strategy)
        for factor in (3, 3.0):
            change(factor)
            assert checked(strategy) == before * 1.5
        assert counted.count == 3
        change(2)
        assert checked(strategy) == before
        assert counted.count == 3


def test_classes_of_one_name_with_different_closures(tmp_path: Path) -> None:
    module = imported(CLOSURE, tmp_path)
    with as_if_begun(tmp_path / "cache"):
        (first, _), (second, _) = module.made(2), module.made(4)
        assert checked(first) * 2 == checked(second)
        assert checked(first) * 2 == checked(second)


def test_classes_of_one_name_with_different_bodies(
    filled: tuple[ModuleType, Path], tmp_path: Path
) -> None:
    module, cache = filled
    other = imported(STRATEGY.replace("+ self.bonus", "+ 5"), tmp_path)
    for compilations in (1, 0):
        with as_if_begun(cache) as counted:
            assert checked(other.Kept) == checked(module.Kept) + 4
            assert counted.count == compilations


# -- damage ----------------------------------------------------------------------------------


def replaced_in_the_middle(content: bytes, damage: bytes) -> bytes:
    first = max(len(content) - len(damage), 0) // 2
    return content[:first] + damage + content[first + len(damage) :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "garbage": lambda content: bytes(range(256)) * 8,
    "of another": lambda content: pickle.dumps({"version": "0"}),
    "some bytes": lambda content: replaced_in_the_middle(content, bytes(range(64))),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("suffix", [".py", ".nbi", ".nbc"])
def test_damaged_files_are_ignored_and_replaced(
    suffix: str, damage: str, filled: tuple[ModuleType, Path], tmp_path: Path
) -> None:
    module, cache = filled[0], tmp_path / "cache"
    shutil.copytree(filled[1], cache)
    damaged = list(cache.rglob(f"hindcaster_strategy_*{suffix}"))
    assert damaged
    for path in damaged:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with as_if_begun(cache) as counted:
        checked(module.Kept)
        assert counted.count == (suffix != ".py")
    with as_if_begun(cache) as counted:
        checked(module.Kept)
        assert counted.count == 0


@pytest.mark.parametrize("suffix", [".py", ".nbi", ".nbc"])
def test_missing_files_are_made_again(
    suffix: str, filled: tuple[ModuleType, Path], tmp_path: Path
) -> None:
    module, cache = filled[0], tmp_path / "cache"
    shutil.copytree(filled[1], cache)
    for path in cache.rglob(f"hindcaster_strategy_*{suffix}"):
        path.unlink()
    with as_if_begun(cache):
        checked(module.Kept)
    with as_if_begun(cache) as counted:
        checked(module.Kept)
        assert counted.count == 0


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    module = imported(STRATEGY, tmp_path)
    with as_if_begun(tmp_path / "file" / "cache") as counted:
        assert checked(module.Kept) == checked(module.Kept)
        assert counted.count == 1
    assert (tmp_path / "file").read_text() == "not a folder"


def test_new_process_without_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    script = written(STRATEGY, tmp_path)
    plain, compiled = runs(script, tmp_path / "file" / "cache", INTERPRETED, REQUIRED)
    assert compiled["compiled"]
    assert compiled["kept"] == plain["kept"]


# -- sharing ---------------------------------------------------------------------------------


def test_threads_share_machine_code(tmp_path: Path) -> None:
    module, data = imported(STRATEGY, tmp_path), frame()
    start = threading.Barrier(6)

    def run(_: int) -> Outcome:
        start.wait()
        test = Backtest(data, module.Kept, finalize_trades=True, compiled=True)
        return Outcome(test.run())

    expected = outcome_of(data, module.Kept, {"finalize_trades": True}, compiled=False)
    with as_if_begun(tmp_path / "cache"), ThreadPoolExecutor(6) as pool:
        found = list(pool.map(run, range(6)))
    for outcome in found:
        assert outcome.stats.execution.compiled
        assert differences(expected, outcome) == []


def test_threads_compile_different_strategies(tmp_path: Path) -> None:
    modules = [
        imported(STRATEGY.replace("FACTOR = 2", f"FACTOR = {number}.5"), tmp_path)
        for number in range(3)
    ]
    start = threading.Barrier(3)

    def run(module: ModuleType) -> float:
        start.wait()
        test = Backtest(frame(), module.Kept, finalize_trades=True, compiled=True)
        return float(test.run()._strategy.kept)

    with as_if_begun(tmp_path / "cache"), ThreadPoolExecutor(3) as pool:
        found = list(pool.map(run, modules))
    last = frame()["Close"].iloc[-1]
    assert found == [last * (number + 0.5) + 1 for number in range(3)]


def test_processes_that_begin_at_once_share_a_folder(tmp_path: Path) -> None:
    script, cache = written(STRATEGY, tmp_path), tmp_path / "cache"
    waiting = [begun(script, cache, REQUIRED, FREE) for _ in range(2)]
    found = [finished(process) for process in waiting]
    assert len({(first["kept"], first["equity"]) for first, _ in found}) == 1
    assert all(first["compiled"] and second["compiled"] for first, second in found)
    (after,) = runs(script, cache, FREE)
    assert after["reason"] == "machine code of this strategy is on disk"
    assert after["compilations"] == 0


# -- notebooks, pickles ----------------------------------------------------------------------


def cell(source: str, number: int) -> dict[str, Any]:
    """Run a cell as IPython does: the source is known to `linecache` only."""
    name = f"<ipython-input-{number}-0123456789ab>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), names)
    return names


def test_strategy_in_a_notebook(tmp_path: Path) -> None:
    with as_if_begun(tmp_path / "cache"):
        first = cell(STRATEGY, 1)["Kept"]
        before = checked(first)
        edited = cell(STRATEGY.replace("FACTOR = 2", "FACTOR = 4"), 2)["Kept"]
        assert checked(edited) == (before - 1) * 2 + 1
        assert checked(first) == before
    with as_if_begun(tmp_path / "cache") as counted:
        again = cell(STRATEGY, 7)["Kept"]
        assert checked(again) == before
        assert counted.count == 0


def test_refusal_in_a_notebook_names_the_cell() -> None:
    strategy = cell(STRATEGY.replace("self.position.close()", "print(1)"), 3)["Kept"]
    error = outcome_of(frame(), strategy, {}, compiled=True).error
    assert str(error).startswith("<ipython-input-3-0123456789ab>, line 20: print(1): printing")


def test_backtest_and_result_can_be_pickled(
    filled: tuple[ModuleType, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, cache = filled
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    with as_if_begun(cache):
        test = Backtest(frame(), module.Kept, finalize_trades=True, compiled=True)
        stats = test.run(bonus=2)
        copy, copied_stats = pickle.loads(pickle.dumps((test, stats)))
        assert differences(Outcome(stats), Outcome(copied_stats)) == []
        assert copied_stats.execution == stats.execution
        assert copied_stats.execution.compiled
        again = copy.run(bonus=2)
        assert again.execution.compiled
        assert differences(Outcome(stats), Outcome(again)) == []
