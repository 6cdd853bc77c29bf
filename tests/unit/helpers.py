"""Small frames and scripted strategies for unit tests."""

import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd

from hindcaster import Backtest, Strategy

Script = dict[int, Callable[[Any], Any]]


def frame(rows: list[Any], freq: str | None = "D") -> pd.DataFrame:
    """Bars from (open, high, low, close) rows, or from one number where the bar is flat."""
    full = [row if isinstance(row, tuple) else (row,) * 4 for row in rows]
    data = pd.DataFrame(full, columns=["Open", "High", "Low", "Close"], dtype=float)
    if freq:
        data.index = pd.date_range("2024-01-01", periods=len(data), freq=freq)
    return data


def scripted(script: Script) -> type[Strategy]:
    """A strategy that does `script[n]` in the `next` that sees n bars."""

    class Scripted(Strategy):
        def init(self) -> None:
            self.log: list[Any] = []

        def next(self) -> None:
            action = script.get(len(self.data))
            if action:
                action(self)

    return Scripted


def run(rows: Any, script: Any = None, **options: Any) -> pd.Series:
    """Run a script over rows; user warnings are dropped."""
    data = rows if isinstance(rows, pd.DataFrame) else frame(rows)
    strategy = script if isinstance(script, type) else scripted(script or {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return Backtest(data, strategy, **options).run()
