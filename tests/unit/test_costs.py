"""Commission and slippage models."""

import pickle
from typing import Any

import pandas as pd
import pytest

from hindcaster import Backtest
from hindcaster.costs import MakerTaker, PerShare, RateSlippage, TickSlippage, Tiered
from hindcaster.lib import FractionalBacktest

from .helpers import frame, run

FLAT = (100, 100, 100, 100)
HOLD = {2: lambda s: s.buy(size=10), 4: lambda s: s.position.close()}
CALM = [FLAT] * 7


def paid(stats: Any) -> list[float]:
    """Commission of each trade."""
    return stats._trades["Commission"].tolist()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (PerShare(0.05), 1.0),
        (PerShare(0.05, minimum=2), 4.0),
        (PerShare(0.5, maximum=0.001), 2.0),
        (PerShare(0.05, minimum=9, maximum=0.001), 2.0),
        (MakerTaker(0.001, 0.002), 4.0),
    ],
)
def test_both_ends_of_a_trade_are_charged(model: Any, expected: float) -> None:
    stats = run(CALM, HOLD, commission=model)
    assert paid(stats) == [expected]
    assert stats["Commissions [$]"] == expected
    assert stats["Equity Final [$]"] == 10_000 - expected


def test_makers_are_limit_orders_and_take_profits() -> None:
    rows = [FLAT, FLAT, (100, 100, 99, 100), (100, 110, 100, 110), FLAT, (100, 100, 89, 90), FLAT]

    def enter(s: Any) -> None:
        s.buy(size=10, limit=100, tp=110, sl=90)
        s.buy(size=10, sl=90)

    stats = run(rows, {2: enter}, commission=MakerTaker(maker=-0.001, taker=0.01))
    limit, market = stats._trades.sort_values("ExitBar")["Commission"]
    assert limit == pytest.approx(-0.001 * 10 * (100 + 110))
    assert market == pytest.approx(0.01 * 10 * (100 + 90))


def test_market_order_that_closes_a_limit_entry_pays_as_taker() -> None:
    script = {2: lambda s: s.buy(size=10, limit=100), 4: lambda s: s.sell(size=10)}
    stats = run(CALM, script, commission=MakerTaker(0.001, 0.01))
    assert paid(stats) == [pytest.approx(1 + 10)]


def test_partial_closes_share_what_the_entry_cost() -> None:
    script = {2: lambda s: s.buy(size=10), 3: lambda s: s.trades[0].close(0.3)}
    stats = run(CALM, {**script, 5: lambda s: s.position.close()}, commission=PerShare(0, 7))
    assert paid(stats) == [pytest.approx(7 + 2.1), pytest.approx(7 + 4.9)]
    assert stats["Equity Final [$]"] == pytest.approx(10_000 - 21)


def test_tiers_begin_when_enough_was_traded() -> None:
    script = {n: (lambda s: s.buy(size=10)) for n in (2, 3, 4, 5)}
    tiers = [(0, 0.01), (2_000, MakerTaker(0, 0.005)), (2_500, PerShare(0.1))]
    stats = run(CALM, script, commission=Tiered(tiers), finalize_trades=True)
    # Each entry and exit is worth 1,000: two at 1 %, one at 0.5 %, then 10 cents a share.
    entries, exits = [10, 10, 5, 1], [1, 1, 1, 1]
    assert paid(stats) == pytest.approx([a + b for a, b in zip(entries, exits, strict=True)])


def test_tiers_by_units() -> None:
    script = {n: (lambda s: s.buy(size=10)) for n in (2, 3, 4)}
    model = Tiered([(0, 0.01), (15, 0.001)], by="units")
    stats = run(CALM, script, commission=model, finalize_trades=True)
    assert paid(stats) == pytest.approx([11, 11, 2])


def test_fractions_of_the_margin_leave_room_for_a_minimum() -> None:
    script = {2: lambda s: s.buy(), 4: lambda s: s.position.close()}
    stats = run(CALM, script, commission=PerShare(0.01, minimum=50))
    assert stats._trades["Size"].tolist() == [99]
    stats = run(
        CALM,
        {2: lambda s: s.buy(size=0.5)},
        commission=PerShare(0.01, minimum=50),
        finalize_trades=True,
    )
    assert stats._trades["Size"].tolist() == [49]


@pytest.mark.parametrize(
    ("slippage", "bought", "sold"),
    [(TickSlippage(3, tick=0.5), 101.5, 98.5), (RateSlippage(0.01), 101, 99), (0.01, 101, 99)],
)
def test_market_orders_slip_against_the_trader(slippage: Any, bought: float, sold: float) -> None:
    stats = run(CALM, HOLD, slippage=slippage)
    found = stats._trades[["EntryPrice", "ExitPrice"]].to_numpy().tolist()
    assert found == [[bought, sold]]


def test_stops_slip_and_limits_do_not() -> None:
    rows = [FLAT, FLAT, (100, 106, 99, 106), (106, 106, 106, 106), (106, 106, 94, 94), FLAT]
    script = {2: lambda s: (s.buy(size=1, stop=105, sl=95), s.sell(size=1, limit=106, tp=98))}
    stats = run(rows, script, slippage=TickSlippage(1, tick=1), hedging=True)
    found = stats._trades.set_index("Size")[["EntryPrice", "ExitPrice"]]
    assert found.loc[1].tolist() == [106, 94]
    assert found.loc[-1].tolist() == [106, 98]


def test_slippage_beyond_the_price_is_an_error() -> None:
    with pytest.raises(ValueError, match="Slippage took the price of a fill to zero"):
        run(CALM, HOLD, slippage=TickSlippage(100, tick=1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PerShare(-1), "PerShare: rate"),
        (lambda: PerShare(1, minimum=float("nan")), "PerShare: minimum"),
        (lambda: PerShare("1"), "PerShare: rate"),
        (lambda: MakerTaker(0, float("inf")), "MakerTaker: taker"),
        (lambda: Tiered([]), "the first from 0 on"),
        (lambda: Tiered([(1, 0.1)]), "the first from 0 on"),
        (lambda: Tiered([(0, 0.1), (0, 0.2)]), "others rising"),
        (lambda: Tiered([(0, "a")]), "Tiered: charge"),
        (lambda: Tiered([(0, Tiered([(0, 0.1)]))]), "Tiered: charge"),
        (lambda: Tiered([(0, 0.1)], by="month"), "by must be"),
        (lambda: TickSlippage(-1), "TickSlippage: ticks"),
        (lambda: RateSlippage(None), "RateSlippage: rate"),
    ],
)
def test_bad_numbers_are_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("slippage", ["1%", True, None, (1, 2)])
def test_slippage_of_another_kind(slippage: Any) -> None:
    with pytest.raises(TypeError, match="slippage must be a share"):
        run(CALM, HOLD, slippage=slippage)
    with pytest.raises(ValueError, match="RateSlippage: rate"):
        run(CALM, HOLD, slippage=-0.1)


def test_models_survive_pickling_with_their_backtest() -> None:
    test = Backtest(
        frame(CALM),
        object_strategy(),
        commission=Tiered([(0, 0.01), (900, 0.001)]),
        slippage=TickSlippage(1),
        finalize_trades=True,
    )
    again = pickle.loads(pickle.dumps(test))
    pd.testing.assert_frame_equal(test.run()._trades, again.run()._trades)


def object_strategy() -> Any:
    from .test_fractional_units import Busy

    return Busy


@pytest.mark.parametrize(
    "options",
    [
        {"commission": PerShare(0.01)},
        {"commission": Tiered([(0, 0.01)])},
        {"slippage": TickSlippage(1)},
        {"fractional": True},
    ],
)
def test_small_units_are_not_counted_by_models(options: Any) -> None:
    data = frame(CALM).assign(Volume=1)
    with pytest.raises(ValueError, match="FractionalBacktest trades in small units"):
        FractionalBacktest(data, object_strategy(), **options)
    FractionalBacktest(data, object_strategy(), commission=MakerTaker(0.1, 0.2), slippage=0.1)
