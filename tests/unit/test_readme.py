"""The README's example is the demo, and prints what the README shows."""

import re
import runpy
from pathlib import Path

import pytest

from hindcaster.engine import codes

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_example_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = blocks("python")
    names: dict = {}
    exec(compile(first, "README.md", "exec"), names)
    assert capsys.readouterr().out == blocks("text")[0]
    exec(compile(second, "README.md", "exec"), names)
    assert "filled" in capsys.readouterr().out


def test_demo_is_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    demo = (ROOT / "examples" / "sma_cross.py").read_text(encoding="utf-8")
    shown = blocks("python")[0]
    strategy = shown[shown.index("class SmaCross") : shown.index("backtest = ")].strip()
    assert strategy in demo
    runpy.run_path(str(ROOT / "examples" / "sma_cross.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith(blocks("text")[0])


def test_documented_reasons_are_those_of_the_engine() -> None:
    text = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| (?:filled|cancelled|rejected|open) \| (.*) \|$", text, re.M))
    assert documented == {reason for reason in codes.REASON_TEXTS if reason}
