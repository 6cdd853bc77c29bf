"""Every command as a process of its own: exit codes, and what goes to stdout and stderr."""

import json
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import hindcaster
from hindcaster import cli
from hindcaster.data import to_frame
from tests.cli.conftest import STRATEGIES
from tests.cli.test_exchange import CONFIG, STRATEGY, minutes

SOURCES = Path(hindcaster.__file__).parents[1]
DIP = ("--data", "GOOG", "--to", "2006-01-01", "--finalize-trades")
HEAVY = {"numpy", "pandas", "numba", "rich", "hindcaster.backtest", "hindcaster.research"}


@pytest.fixture
def process(tmp_path: Path):
    def ended(*arguments: str, script: tuple[str, ...] = ("-m", "hindcaster")) -> Any:
        environment = {
            **os.environ,
            "PYTHONPATH": str(SOURCES),
            "HINDCASTER_STORE": str(tmp_path / "kept"),
            "HINDCASTER_CACHE_DIR": str(tmp_path / "cache"),
        }
        return subprocess.run(
            [sys.executable, *script, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    return ended


def test_the_installed_command_is_this_one():
    project = tomllib.loads(
        (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    )
    module, _, name = project["project"]["scripts"]["hindcaster"].partition(":")
    assert getattr(import_module(module), name) is cli.main


def test_help_loads_nothing_heavy(process):
    code = (
        "import sys; from hindcaster.cli import main; "
        "codes = [main([*command.split(), '--help']) for command in ('', 'run', 'optimize', "
        "'exchange-backtest', 'candles import', 'datasets', 'doctor')]; "
        "print(codes, *sys.modules, file=sys.stderr)"
    )
    ended = process(script=("-c", code))
    assert ended.stderr.startswith("[0, 0, 0, 0, 0, 0, 0]")
    found = HEAVY & set(ended.stderr.split())
    assert found == set()
    assert "exchange-backtest" in ended.stdout


def test_run(process, tmp_path):
    (tmp_path / "dip.py").write_text(STRATEGIES)
    ended = process("run", "dip.py", *DIP, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["statistics"]["# Trades"] > 0


def test_mistake(process):
    ended = process("run", "gone.py", "--data", "GOOG")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "Error: There is no file 'gone.py' to load a strategy from.\n"


def test_interrupted_search(process, tmp_path):
    signal = "if self.days == 5:\n            os.kill(os.getpid(), signal.SIGINT)"
    # Jobs in the background begin with the signal ignored.
    heard = "import os\nimport signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    source = heard + STRATEGIES.replace("pass", signal)
    (tmp_path / "stopped.py").write_text(source)
    ended = process("optimize", "stopped.py", *DIP, "--param", "days=3:8", "--json")
    assert ended.returncode == 130
    found = json.loads(ended.stdout)
    assert found["search"] == {
        "maximize": "SQN",
        "method": "grid",
        "combinations": 5,
        "interrupted": True,
    }
    assert [row["score"] is not None for row in found["scores"]] == [True, True, *[False] * 3]
    assert "Traceback" not in ended.stderr


def test_exchange_backtest_of_imported_candles(process, tmp_path):
    (tmp_path / "turn.py").write_text(STRATEGY)
    to_frame(minutes()).rename_axis("Time").to_csv(tmp_path / "btc.csv")
    stored = process("candles", "import", "Sandbox:BTC-USDT", "--file", "btc.csv", "--json")
    assert (stored.returncode, json.loads(stored.stdout)["added"]) == (0, 3 * 1440)
    (tmp_path / "asked.toml").write_text(CONFIG)
    ended = process("exchange-backtest", "asked.toml", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["metrics"]["total"] > 5


def test_doctor(process):
    ended = process("doctor", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["machine_code"]["kept_on_disk"]


def test_datasets_into_a_pipe_that_closes(process):
    code = (
        "import subprocess, sys; "
        "first = subprocess.Popen([sys.executable, '-m', 'hindcaster', 'datasets', '--json'], "
        "stdout=subprocess.PIPE, stderr=subprocess.PIPE); "
        "first.stdout.close(); error = first.stderr.read(); "
        "print(first.wait(), error)"
    )
    assert process(script=("-c", code)).stdout == "1 b''\n"
