"""Long work shows a progress bar, short work and finished work show none."""

from typing import Any

import pytest
import tqdm.auto

from hindcaster import _progress

from .helpers import run


class Recorder:
    """Stands in for tqdm and keeps what it was told."""

    made: list["Recorder"] = []  # noqa: RUF012  (emptied by the fixture)

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.count = options["initial"]
        self.closed = False
        Recorder.made.append(self)

    def update(self, count: int) -> None:
        self.count += count

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
