"""`Backtest(..., fractional=...)`: parts of a unit, in true prices and sizes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.costs import MakerTaker, PerShare, Tiered
from hindcaster.engine.lots import rounded_down
from hindcaster.lib import FractionalBacktest

from .helpers import frame, run
from .test_order_terms import walk

FLAT = (100, 100, 100, 100)
CALM = [FLAT] * 8


class Busy(Strategy):
    """Shares of the margin both ways, brackets and partial closes; prices scale with the unit."""

    def init(self) -> None:
        pass

    def next(self) -> None:
        price, bar = self.data.Close[-1], len(self.data)
        if bar % 7 == 0:
            self.buy(size=0.3, sl=price * 0.95, tp=price * 1.06)
        if bar % 7 == 3:
            self.sell(size=0.4, stop=price * 0.99)
        if bar % 7 == 5 and self.trades:
            self.trades[0].close(0.4)


def test_amount_below_one_unit() -> None:
    script = {2: lambda s: s.buy(units=0.37), 5: lambda s: s.position.close()}
    stats = run(CALM, script, fractional=True)
    assert stats._trades["Size"].tolist() == [0.37]
    assert stats._orders["FilledSize"].tolist() == [0.37, -0.37]


def test_size_below_one_is_a_fraction_of_the_margin_as_ever() -> None:
    stats = run(CALM, {2: lambda s: s.buy(size=0.37)}, fractional=0.001, finalize_trades=True)
    assert stats._trades["Size"].tolist() == [37.0]


def test_size_above_one_may_have_a_fraction() -> None:
    stats = run(CALM, {2: lambda s: s.buy(size=1.23456)}, fractional=0.01, finalize_trades=True)
    assert stats._trades["Size"].tolist() == [1.23]


def test_sums_come_out_even() -> None:
    script = {2: lambda s: (s.buy(units=0.1), s.buy(units=0.2)), 4: lambda s: s.sell(units=0.3)}
    sizes: list[Any] = []
    script[3] = lambda s: sizes.append((s.position.size, [t.size for t in s.trades]))
    script[6] = lambda s: sizes.append((s.position.size, bool(s.position)))
    stats = run(CALM, script, fractional=True)
    assert sizes == [(0.3, [0.1, 0.2]), (0.0, False)]
    assert stats._trades["Size"].tolist() == [0.1, 0.2]


def test_partial_closes_are_rounded_to_the_smallest_amount() -> None:
    script = {2: lambda s: s.buy(units=1), 3: lambda s: s.trades[0].close(1 / 3)}
    stats = run(CALM, script, fractional=0.01, finalize_trades=True)
    assert stats._trades["Size"].tolist() == [0.33, 0.67]


def test_strategy_sees_floats() -> None:
    seen: list[Any] = []

    def look(s: Any) -> None:
        seen.extend(type(x) for x in (s.position.size, s.trades[0].size))
        seen.append(s.trades[0].entry_price)

    run(CALM, {2: lambda s: s.buy(units=2), 4: look}, fractional=True)
    assert seen == [float, float, 100]


def test_unit_dearer_than_the_cash_is_no_reason_to_warn() -> None:
    stats = Backtest(
        frame([50_000] * 5), Busy, cash=1_000, fractional=True
    ).run()  # a warning would be an error
    assert stats["# Trades"] == 0


@pytest.mark.parametrize("value", [0, -1, 2, 0.3, 1e-13, "0.1", None, float("nan")])
def test_smallest_amount_has_to_be_a_part_of_a_unit(value: Any) -> None:
    with pytest.raises(ValueError, match="fractional must be True"):
        run(CALM, {}, fractional=value)


@pytest.mark.parametrize("units", [0, -0.5, float("nan"), float("inf"), 0.001, "a", "1", [1, 2]])
def test_units_have_to_be_an_amount(units: Any) -> None:
    with pytest.raises(ValueError, match=r"units must be at least 0\.01"):
        run(CALM, {2: lambda s: s.buy(units=units)}, fractional=0.01)


def test_whole_units_stay_whole_without_the_option() -> None:
    with pytest.raises(ValueError, match=r"Fractions need Backtest\(..., fractional=True\)"):
        run(CALM, {2: lambda s: s.buy(units=0.5)})
    stats = run(CALM, {2: lambda s: s.buy(units=3)}, finalize_trades=True)
    assert stats._trades["Size"].tolist() == [3]
    assert stats._trades["Size"].dtype == np.int64
    with pytest.raises(TypeError, match="size= or units="):
        run(CALM, {2: lambda s: s.buy(size=1, units=1)})


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.001]), st.sampled_from([2**-10, 2**-20]))
@pytest.mark.filterwarnings("ignore:.*insufficient margin")
def test_trades_are_those_of_small_whole_units(seed: int, rate: float, unit: float) -> None:
    # Powers of two scale prices without rounding, so that the same prices are touched.
    data = walk(seed).assign(Volume=1)
    options = {"commission": rate, "finalize_trades": True, "cash": 1_000}
    ours = run(data, Busy, fractional=unit, **options)
    theirs = FractionalBacktest(data, Busy, fractional_unit=unit, **options).run()
    columns = ["Size", "EntryBar", "ExitBar", "EntryPrice", "ExitPrice", "PnL", "Commission"]
    np.testing.assert_allclose(
        ours._trades[columns].to_numpy(float), theirs._trades[columns].to_numpy(float), rtol=1e-9
    )


@given(
    st.integers(0, 10_000),
    st.sampled_from(
        [
            0.002,
            (3.0, 0.001),
            lambda size, price: 1 + abs(size) * price * 0.001,
            PerShare(0.01, 2),
            MakerTaker(-0.0002, 0.001),
            Tiered([(0, 0.002), (4_000, 0.001), (9_000, PerShare(0.02))]),
        ]
    ),
)
def test_profits_add_up_to_the_change_of_equity(seed: int, commission: Any) -> None:
    stats = run(walk(seed), Busy, commission=commission, fractional=1e-4, finalize_trades=True)
    change = stats["Equity Final [$]"] - 10_000
    assert change == pytest.approx(stats._trades["PnL"].sum(), abs=1e-6)
    assert stats._equity_curve["Equity"].min() > 0


@given(st.integers(1, 10**12), st.sampled_from([1, 10, 1000, 10**8]))
def test_multiples_of_the_smallest_amount_stay_what_they_are(count: int, lots: int) -> None:
    assert rounded_down(count / lots, lots) == count / lots


@given(st.floats(1e-3, 1e6), st.sampled_from([1, 10, 1000]))
def test_other_amounts_are_rounded_down(units: float, lots: int) -> None:
    found = rounded_down(units, lots)
    assert found <= units * (1 + 1e-9) + 1e-6 / lots
    assert units - found < 1 / lots
