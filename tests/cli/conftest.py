"""Calling the command line in this process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hindcaster.cli import main

STRATEGIES = '''
from hindcaster import Strategy


class Dip(Strategy):
    """Buys the lowest close of some days."""

    days = 3
    target = 0.05
    name = "dip"

    def init(self):
        pass

    def next(self):
        closes = self.data.Close
        if not self.position and closes[-1] == min(closes[-self.days :]):
            self.buy(tp=(1 + self.target) * closes[-1])
'''


class Ended(NamedTuple):
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is not JSON")

        return json.loads(self.out, parse_constant=refuse)

    @property
    def error(self) -> str:
        """The one line that a mistake is told in."""
        lines = self.err.splitlines()
        assert (self.code, self.out, len(lines)) == (2, "", 1), self
        assert lines[0].startswith("Error: ")
        return lines[0].removeprefix("Error: ")


Call = Callable[..., Ended]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.delenv("COLUMNS", raising=False)

    def called(*arguments: object) -> Ended:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return called


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write files in an empty working directory."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return name

    return write


@pytest.fixture
def dip(written: Callable[..., str]) -> str:
    return written("dip.py", STRATEGIES)
