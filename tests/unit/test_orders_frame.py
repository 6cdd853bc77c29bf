"""Nothing vanishes: each order has a row in `_orders` with its outcome in plain words."""

import pandas as pd
import pytest

from .helpers import run

F = (100, 100, 100, 100)
B = (100, 105, 95, 100)


def outcomes(stats: pd.Series) -> list[tuple[str, str, str]]:
    columns = ["Role", "Outcome", "Reason"]
    return list(stats._orders[columns].itertuples(index=False, name=None))


def test_columns_and_values_of_a_filled_bracket() -> None:
    stats = run([F, F, F, B], {2: lambda s: s.buy(size=3, sl=95, tp=120, tag="why")})
    orders = stats._orders
    assert orders.columns.tolist() == [
        "PlacedBar", "PlacedTime", "Side", "Role", "Size", "Limit", "Stop", "SL", "TP", "Tag",
        "Outcome", "Bar", "Time", "FillPrice", "FilledSize", "Reason",
    ]  # fmt: skip
    entry, target, stop = (orders.loc[n].to_dict() for n in range(3))
    assert entry == {
        "PlacedBar": 1,
        "PlacedTime": pd.Timestamp("2024-01-02"),
        "Side": "buy",
        "Role": "entry",
        "Size": 3.0,
        "Limit": pytest.approx(float("nan"), nan_ok=True),
        "Stop": pytest.approx(float("nan"), nan_ok=True),
        "SL": 95.0,
        "TP": 120.0,
        "Tag": "why",
        "Outcome": "filled",
        "Bar": 2,
        "Time": pd.Timestamp("2024-01-03"),
        "FillPrice": 100.0,
        "FilledSize": 3.0,
        "Reason": "",
    }
    assert (target["Role"], target["Outcome"]) == ("take-profit", "cancelled")
    assert target["Reason"] == "the trade it belonged to was closed"
    assert (stop["Role"], stop["Outcome"], stop["FillPrice"], stop["Bar"]) == (
        "stop-loss", "filled", 95.0, 3,
    )  # fmt: skip


def test_rejected_for_margin() -> None:
    stats = run([F] * 4, {2: lambda s: (s.buy(size=500), s.buy(size=0.001))})
    assert outcomes(stats) == [
        ("entry", "rejected",
         "insufficient margin: the free margin does not pay for the whole size"),
        ("entry", "rejected",
         "insufficient margin: the free margin does not pay for a single unit"),
    ]  # fmt: skip


def test_rejected_after_closing_opposite_trades() -> None:
    stats = run([F] * 5, {2: lambda s: s.buy(size=5), 3: lambda s: s.sell(size=500)})
    assert outcomes(stats)[1][1:] == (
        "rejected",
        "insufficient margin: closed opposite trades, the rest was not affordable",
    )
    assert stats._orders["FilledSize"].tolist() == [5.0, -5.0]
    assert stats._orders["FillPrice"].tolist() == [100.0, 100.0]


def test_only_netted() -> None:
    stats = run([F] * 5, {2: lambda s: s.buy(size=5), 3: lambda s: s.sell(size=2)})
    assert outcomes(stats)[1][1:] == ("filled", "only closed or reduced opposite trades")


def test_cancelled_by_strategy_and_by_moving_the_stop() -> None:
    def move(s: object) -> None:
        s.trades[0].sl = 80
        s.orders[-1].cancel()

    stats = run([F] * 5, {2: lambda s: (s.buy(size=1, sl=90), s.buy(size=1, limit=50)), 4: move})
    assert ("stop-loss", "cancelled", "replaced by a new price on its trade") in outcomes(stats)
    assert ("entry", "cancelled", "cancelled by the strategy") in outcomes(stats)


def test_replaced_by_exclusive_order() -> None:
    stats = run([F] * 4, {2: lambda s: (s.buy(size=1), s.buy(size=2))}, exclusive_orders=True)
    assert outcomes(stats)[0][1:] == (
        "cancelled",
        "replaced by a later order (exclusive_orders=True)",
    )


def test_close_of_a_closed_trade() -> None:
    stats = run(
        [F] * 5,
        {2: lambda s: s.buy(size=1), 3: lambda s: (s.trades[0].close(), s.trades[0].close())},
    )
    assert ("close", "cancelled", "the trade it was to close was closed already") in outcomes(stats)


def test_open_at_the_end() -> None:
    stats = run([F] * 4, {2: lambda s: s.buy(size=1, limit=50), 4: lambda s: s.buy(size=1)})
    assert outcomes(stats) == [
        ("entry", "open", "the price was not reached"),
        ("entry", "open", "placed on the last bar: there is no bar left to fill it"),
    ]
    assert stats._orders["Bar"].tolist() == [-1, -1]
    assert stats._orders["Time"].isna().all()
    assert stats._orders["FillPrice"].isna().all()


def test_open_when_bankrupt() -> None:
    rows = [100, 100, 100, 50, 60]
    script = {2: lambda s: (s.buy(size=50), s.buy(size=1, limit=1))}
    stats = run(rows, script, cash=1000, margin=0.1)
    assert outcomes(stats)[1][1:] == ("open", "the account went bankrupt first")


def test_order_from_init_counts_as_placed_on_the_bar_before_the_first() -> None:
    from hindcaster import Strategy

    class Early(Strategy):
        def init(self) -> None:
            self.buy(size=1)

        def next(self) -> None:
            pass

    orders = run([F] * 4, Early)._orders
    assert orders[["PlacedBar", "Bar"]].to_numpy().tolist() == [[0, 1]]


def test_no_orders() -> None:
    assert len(run([F] * 3)._orders) == 0


def test_ten_thousand_waiting_orders_and_trades() -> None:
    def many(s: object) -> None:
        for n in range(2500):
            s.buy(size=1, limit=50 + n % 7, sl=40, tp=200)
            s.buy(size=1, tag=n)

    stats = run([F] * 4, {2: many}, cash=1e9, finalize_trades=True)
    assert stats["# Trades"] == 2500
    assert (stats._orders["Outcome"] == "open").sum() == 2500
    assert stats._trades["Tag"].tolist() == list(range(2500))
