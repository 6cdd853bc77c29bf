"""Running a random stream through the public API."""

import warnings
from typing import Any

import pandas as pd

from hindcaster import Backtest, Strategy

from .streams import Action, Stream


def frame_of(stream: Stream, freq: str = "D") -> pd.DataFrame:
    index = pd.date_range("2024-01-01", periods=len(stream.close), freq=freq)
    columns = {"Open": stream.open, "High": stream.high, "Low": stream.low, "Close": stream.close}
    return pd.DataFrame(columns, index=index)


def strategy_of(stream: Stream) -> type[Strategy]:
    """A strategy that plays the stream's actions and notes what it sees on each bar."""

    class Scripted(Strategy):
        def init(self) -> None:
            self.seen: list[Any] = []
            self.mean = self.I(
                lambda c: pd.Series(c).rolling(2, min_periods=1).mean(), self.data.Close
            )
            self.double = self.data.Close * 2

        def next(self) -> None:
            bar = len(self.data) - 1
            for action in stream.actions.get(bar, []):
                try:
                    act(self, stream, bar, action)
                except (ValueError, AssertionError) as error:
                    self.seen.append(type(error).__name__)
            self.seen.append(
                (
                    float(self.equity),
                    self.position.size,
                    [repr(o) for o in self.orders],
                    [repr(t) for t in self.trades + self.closed_trades],
                    self.mean.tolist(),
                    self.double.tolist(),
                    self.data.High.tolist(),
                    repr(self.data),
                )
            )

    return Scripted


def act(strategy: Strategy, stream: Stream, bar: int, action: Action) -> None:
    trades = strategy.trades
    if action.kind == "order":
        place = strategy.buy if action.size > 0 else strategy.sell
        names = ("limit", "stop", "sl", "tp")
        place(
            size=abs(action.size),
            **{name: stream.price(bar, getattr(action, name)) for name in names},
        )
    elif action.kind == "close all":
        strategy.position.close(action.portion)
    elif action.kind == "cancel" and strategy.orders:
        strategy.orders[action.which % len(strategy.orders)].cancel()
    elif action.kind == "close" and trades:
        trades[action.which % len(trades)].close(action.portion)
    elif action.kind in ("sl", "tp") and trades:
        price = stream.price(bar, action.limit)
        setattr(trades[action.which % len(trades)], action.kind, price)


def run(stream: Stream, data: pd.DataFrame | None = None, **changed: Any) -> Any:
    options = {**stream.options, "finalize_trades": stream.finalize, **changed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        data = frame_of(stream) if data is None else data
        return Backtest(data, strategy_of(stream), **options).run()
