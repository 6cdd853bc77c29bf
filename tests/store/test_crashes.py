"""Killed writers lose nothing that they reported, and leave nothing that cannot be read."""

import os
import random
import signal
import subprocess
import sys

import numpy as np
import pytest

from hindcaster.store import CandleStore

from .support import MINUTE, WHERE, minutes
from .writing import batch

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked")


@pytest.fixture(scope="module")
def process():
    """A process that forks writers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.writing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    yield process
    process.stdin.close()
    process.wait(timeout=60)
    process.stdout.close()


def lines_of(process, folder, mode, number):
    """Order a writer and read its lines up to the one that says how it ended."""
    process.stdin.write(f"{folder} {mode} {number}\n")
    while True:
        line = process.stdout.readline().split()
        yield line
        if line[0] == "ended":
            return


def known_states(reported):
    """All that may be there after so many batches were reported: month by month, no half."""
    states = [minutes(-100, 200)]
    for number in range(reported + 1):
        new = batch(number)
        old = states[-1]
        at = np.searchsorted(old[:, 0], new[:, 0])
        merged = old.copy()
        merged[at] = new
        states.append(merged)
    return states[reported], states[reported + 1]


def assert_whole(folder, reported):
    store = CandleStore(folder)
    assert store.check() == []
    rows = store.read(*WHERE)
    before, after = known_states(reported)
    january = before[:, 0] < before[100, 0]
    for month in (january, ~january):
        assert any(np.array_equal(rows[month], state[month]) for state in (before, after))


def test_kills_at_every_step_of_writing(process, tmp_path):
    killed = 0
    for step in range(1, 200):
        folder = tmp_path / str(step)
        CandleStore(folder).store(minutes(-100, 200), *WHERE)
        lines = list(lines_of(process, folder, "step", step))
        reported = sum(line[0] == "stored" for line in lines)
        assert_whole(folder, reported)
        CandleStore(folder).store(batch(9)[:1], *WHERE)
        left = [path.name for path in folder.rglob("*") if ".tmp" in path.name]
        assert left == []
        if lines[-1] == ["ended", "0"]:
            break
        assert lines[-1] == ["ended", str(-signal.SIGKILL)]
        killed += 1
    assert killed >= 3 * 2 * 4  # batches, months, and at least four steps for each


def test_kills_in_a_new_folder(process, tmp_path):
    for step in range(1, 12):
        folder = tmp_path / str(step)
        lines = list(lines_of(process, folder, "step", step))
        reported = sum(line[0] == "stored" for line in lines)
        store = CandleStore(folder)
        assert store.check() == []
        rows = sum(holding.rows for holding in store.holdings())
        assert rows in ((0, 90, 180) if not reported else (180, 181, 182))


def test_kills_from_outside_at_random_moments(process, tmp_path):
    draw = random.Random(5)
    for attempt in range(6):
        folder = tmp_path / str(attempt)
        CandleStore(folder).store(minutes(-100, 200), *WHERE)
        reported, patience = 0, draw.randint(1, 6)
        for line in lines_of(process, folder, "loop", 1000):
            if line[0] == "writer":
                pid = int(line[1])
            elif line[0] == "stored":
                reported += 1
                if reported == patience:
                    os.kill(pid, signal.SIGKILL)
        assert patience <= reported < 1000
        store = CandleStore(folder)
        assert store.check() == []
        # More may be stored than was reported, by one batch.
        prices = store.read(*WHERE)[:, 1]
        assert prices.max() // 1000 in (reported, reported + 1)


def test_two_processes_write_the_same_symbol_while_another_reads(tmp_path):
    code = (
        "import sys; from tests.store.support import *; from hindcaster.store import CandleStore\n"
        "store = CandleStore(sys.argv[1])\n"
        "for block in range(int(sys.argv[2]), 24, 2):\n"
        "    store.store(minutes(block * 100 - 1200, 100), *WHERE)\n"
    )
    CandleStore(tmp_path).store(minutes(-1201, 1), *WHERE)
    command = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen([*command, str(number)]) for number in (0, 1)]
    expected = minutes(-1201, 2401)
    seen = 0
    while any(process.poll() is None for process in processes):
        rows = CandleStore(tmp_path).read(*WHERE)
        at = ((rows[:, 0] - expected[0, 0]) // MINUTE).astype(int)
        assert np.array_equal(rows, expected[at])
        assert len(rows) >= seen
        seen = len(rows)
    assert [process.returncode for process in processes] == [0, 0]
    np.testing.assert_array_equal(CandleStore(tmp_path).read(*WHERE), expected)
