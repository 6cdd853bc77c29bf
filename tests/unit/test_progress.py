"""Long work shows a progress bar, short work and finished work show none."""

from typing import Any

import pytest
import tqdm.auto

from hindcaster import _progress
from hindcaster.optimize.execution import evaluate

from .helpers import run


class Recorder:
    """Stands in for tqdm and keeps what it was told."""

    made: list["Recorder"] = []  # noqa: RUF012  (emptied by the fixture)

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.count = options["initial"]
        self.closed = False
        self.texts: list[str] = []
        Recorder.made.append(self)

    def update(self, count: int) -> None:
        self.count += count

    def set_postfix_str(self, text: str, refresh: bool) -> None:
        self.texts.append(text)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Recorder]:
    Recorder.made.clear()
    monkeypatch.setattr(tqdm.auto, "tqdm", Recorder)
    return Recorder.made


def test_long_run_counts_its_bars(bars: list[Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", -1.0)
    run([100] * 5000)
    (bar,) = bars
    assert bar.options["desc"] == "Backtest.run"
    assert bar.options["total"] == bar.count == 4999
    assert bar.options["leave"] is False
    assert bar.options["disable"] is None  # only on a terminal
    assert bar.closed


def test_bar_is_closed_when_a_strategy_fails(
    bars: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", -1.0)
    with pytest.raises(AssertionError):
        run([100] * 5000, {4000: lambda s: s.buy(size=-1)})
    assert [bar.closed for bar in bars] == [True]


def test_short_run_shows_none(bars: list[Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 3600.0)
    run([100] * 5000)
    assert bars == []


def test_text_behind_the_bar_follows_the_results(
    bars: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", -1.0)
    seen: list[int] = []
    results = evaluate(
        lambda case: case["n"], [{"n": n} for n in range(5)], "test", lambda: str(seen)
    )
    seen.extend(results)
    (bar,) = bars
    assert bar.texts == [str(list(range(n + 1))) for n in range(5)]


def test_text_behind_the_bar_is_not_asked_for_without_a_bar(
    bars: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 3600.0)
    asked: list[int] = []
    list(evaluate(lambda case: case, [{"n": 1}] * 5, "test", lambda: str(asked.append(1))))
    assert asked == bars == []
