"""The commands of docs/cli.md print what is shown there; its keys are those of the JSON."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from hindcaster.data import to_frame
from tests.cli.test_exchange import minutes

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def shown() -> list[tuple[str, str]]:
    """Commands with what is shown below them."""
    parts = [part for block in blocks("console") for part in block.split("$ hindcaster ")[1:]]
    return [tuple(part.split("\n", 1)) for part in parts]


@pytest.fixture
def folder(written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the page's reader."""
    monkeypatch.setenv("HINDCASTER_STORE", str(tmp_path / "kept"))
    monkeypatch.delenv("COLUMNS", raising=False)
    written("cross.py", (ROOT / "examples" / "sma_cross.py").read_text(encoding="utf-8"))
    written("trend.py", blocks("python")[0])
    written("asked.toml", blocks("toml")[0])
    to_frame(minutes()).rename_axis("Time").to_csv(tmp_path / "btc.csv")
    return tmp_path


def test_commands_print_what_is_shown(call, folder):
    checker = doctest.OutputChecker()
    commands = shown()
    assert len(commands) >= 10
    for command, output in commands:
        ended = call(*shlex.split(command))
        found = ended.out + ended.err
        assert checker.check_output(output, found, OPTIONS), (command, found)


@pytest.mark.parametrize(
    ("row", "arguments"),
    [
        ("run", "run cross.py --data GOOG --trades --orders --equity"),
        ("optimize", "optimize cross.py --data GOOG --param fast=5,6 --deflated"),
        ("exchange-backtest", "exchange-backtest asked.toml --trades --equity"),
        ("datasets", "datasets"),
        ("doctor", "doctor"),
    ],
)
def test_documented_keys_are_those_of_the_json(call, folder, row, arguments):
    found = call(*arguments.split(), "--json").json
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", TEXT.split("## JSON")[1], re.MULTILINE)
    keys: list[str] = []
    for commands, text in rows:
        if f"`{row}`" in commands:
            keys += re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", text))
    if row == "run":
        assert keys == list(found)
    else:
        assert set(keys) - {"trades", "orders", "equity"} == set(found) - {"trades"}
