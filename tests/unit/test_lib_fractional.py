"""`FractionalBacktest` against a `Backtest` on prices of the small unit."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import FractionalBacktest

PRICES = ["Open", "High", "Low", "Close"]


def market(length=120, **more):
    rng = np.random.default_rng(length)
    close = 30_000 * np.exp(rng.normal(0, 0.02, length).cumsum())
    return pd.DataFrame(
        {
            "Open": close * 1.001,
            "High": close * 1.02,
            "Low": close * 0.98,
            "Close": close,
            "Volume": rng.integers(1, 50, length),
            **more,
        },
        index=pd.date_range("2024-01-01", periods=length),
    )


class Busy(Strategy):
    """Fractions and units, limits, stop-losses, targets, partial closes, in every unit's prices."""

    step = 7

    def init(self):
        self.mean = self.I(lambda: pd.Series(self.data.Close).rolling(3).mean(), name="mean")
        self.volume = self.I(lambda: self.data.Volume * 1.0, name="volume")

    def next(self):
        price, bar = self.data.Close[-1], len(self.data)
        if bar % self.step == 0:
            self.buy(size=0.3, sl=price * 0.95, tp=price * 1.06)
        if bar % self.step == 2:
            self.sell(size=4, stop=price * 0.99)
        if bar % self.step == 4:
            self.buy(size=0.2, limit=price * 0.995)
        if bar % self.step == 5 and self.trades:
            self.trades[0].close(0.5)


OPTIONS = {"cash": 5000, "commission": 0.001, "hedging": True, "finalize_trades": True}


def scaled(data, unit):
    return data.assign(**{name: data[name] * unit for name in PRICES}, Volume=data.Volume / unit)


@pytest.fixture(scope="module", params=[1e-3, 1e-5])
def both(request):
    unit, data = request.param, market()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = FractionalBacktest(data, Busy, fractional_unit=unit, **OPTIONS).run()
        plain = Backtest(scaled(data, unit), Busy, **OPTIONS).run()
    return ours, plain, unit


def test_statistics_are_those_of_the_small_unit(both):
    ours, plain, _ = both
    public = [name for name in plain.index if not name.startswith("_")]
    pd.testing.assert_series_equal(ours[public], plain[public])
    pd.testing.assert_frame_equal(ours._equity_curve, plain._equity_curve)
    assert ours["# Trades"] > 20


def test_sizes_and_prices_of_trades_are_in_units_of_the_data(both):
    ours, plain, unit = both
    expected = plain._trades.copy()
    expected["Size"] *= unit
    expected[["EntryPrice", "ExitPrice", "SL", "TP"]] /= unit
    pd.testing.assert_frame_equal(ours._trades, expected)
    assert expected.SL.notna().any()
    assert expected.SL.isna().any()


def test_sizes_and_prices_of_orders_are_in_units_of_the_data(both):
    ours, plain, unit = both
    expected = plain._orders.copy()
    units = expected.Size.abs() >= 1
    assert 0 < units.sum() < len(units)
    expected.loc[units, "Size"] *= unit
    expected["FilledSize"] *= unit
    expected[["Limit", "Stop", "SL", "TP", "FillPrice"]] /= unit
    pd.testing.assert_frame_equal(ours._orders, expected)


def test_overlays_are_drawn_in_prices_of_the_data(both):
    ours, plain, unit = both
    (mean, volume), (plain_mean, plain_volume) = (
        stats._strategy._indicators for stats in (ours, plain)
    )
    np.testing.assert_allclose(mean, np.asarray(plain_mean) / unit)
    np.testing.assert_array_equal(volume, plain_volume)
    assert (mean.name, mean._opts["overlay"]) == ("mean", True)
    np.testing.assert_array_equal(ours._strategy.mean, plain_mean)


def test_strategy_sees_the_small_unit_and_keeps_other_columns():
    class Looking(Busy):
        def next(self):
            last = (self.data.Close[-1], self.data.Volume[-1], self.data.Extra[-1])
            self.seen = [float(value) for value in last]

    data = market(Extra=5.0)
    stats = FractionalBacktest(data, Looking, fractional_unit=1e-4).run()
    close, volume = data.Close.iloc[-1] * 1e-4, data.Volume.iloc[-1] / 1e-4
    assert stats._strategy.seen == [pytest.approx(close), pytest.approx(volume), 5.0]


def test_data_is_not_changed():
    data = market()
    before = data.copy()
    FractionalBacktest(data, Busy, **OPTIONS).run()
    pd.testing.assert_frame_equal(data, before)


def test_price_above_cash_needs_no_warning_and_default_unit_is_small():
    class Once(Busy):
        def next(self):
            if not self.position:
                self.buy(size=0.5)

    stats = FractionalBacktest(market(), Once, cash=100, finalize_trades=True).run()
    assert len(stats._trades) == 1
    size, price = stats._trades.Size.iloc[0], stats._trades.EntryPrice.iloc[0]
    assert size * price == pytest.approx(50, rel=1e-4)
    assert size * 1e8 == pytest.approx(round(size * 1e8))


def test_trades_without_stop_loss_have_none():
    class Once(Busy):
        def next(self):
            if not self.position:
                self.buy(size=0.5)

    stats = FractionalBacktest(market(), Once, finalize_trades=True).run()
    assert stats._trades.SL.isna().all()
    assert stats._orders.SL.isna().all()


def test_no_trades():
    class Idle(Busy):
        def next(self):
            pass

    stats = FractionalBacktest(market(), Idle).run()
    assert (stats["# Trades"], len(stats._trades), len(stats._orders)) == (0, 0, 0)


def test_volume_is_not_needed():
    assert FractionalBacktest(market()[PRICES], Busy, **OPTIONS).run()["# Trades"] > 20


def test_runs_do_not_influence_each_other_and_survive_pickling():
    backtest = FractionalBacktest(market(), Busy, fractional_unit=1e-3, **OPTIONS)
    first = backtest.run()._trades
    pd.testing.assert_frame_equal(backtest.run()._trades, first)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(backtest)).run()._trades, first)


def test_optimize_runs_on_the_small_unit_too():
    backtest = FractionalBacktest(market(), Busy, fractional_unit=1e-3, **OPTIONS)
    stats, heatmap = backtest.optimize(
        step=[7, 9, 11], maximize="Equity Final [$]", return_heatmap=True
    )
    each = [backtest.run(step=step)["Equity Final [$]"] for step in (7, 9, 11)]
    assert heatmap.tolist() == each
    assert stats["Equity Final [$]"] == max(each)
    assert stats._trades.EntryPrice.min() > 1000


def test_satoshi_is_deprecated():
    with pytest.warns(DeprecationWarning, match="fractional_unit") as caught:
        old = FractionalBacktest(market(), Busy, satoshi=1000, **OPTIONS)
    assert caught[0].filename == __file__
    new = FractionalBacktest(market(), Busy, fractional_unit=1 / 1000, **OPTIONS)
    pd.testing.assert_frame_equal(old.run()._trades, new.run()._trades)


def test_warnings_about_data_point_to_the_caller():
    with pytest.warns(UserWarning, match="not sorted") as caught:
        FractionalBacktest(market()[::-1], Busy)
    with pytest.warns(UserWarning, match="not sorted") as plain:
        Backtest(market()[::-1], Busy, cash=1e6)
    assert {w.filename for w in [*caught, *plain]} == {__file__}


@pytest.mark.parametrize("unit", [0, -1e-8, float("nan"), float("inf")])
def test_unit_must_be_positive(unit):
    with pytest.raises(ValueError, match="fractional_unit"):
        FractionalBacktest(market(), Busy, fractional_unit=unit)


def test_bad_arguments_are_refused_as_by_backtest():
    with pytest.raises(TypeError, match="DataFrame"):
        FractionalBacktest([1, 2], Busy)
    with pytest.raises(TypeError, match="Strategy"):
        FractionalBacktest(market(), 5)
    with pytest.raises(TypeError, match="wrong"):
        FractionalBacktest(market(), Busy, wrong=1)
