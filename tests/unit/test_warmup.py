"""`check_warmup` tells windows from recursive indicators, and how many bars these need."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.lib import check_warmup, resample_apply
from hindcaster.lib._comparing import distance
from hindcaster.test import SMA

from .leaks import BARS, random_bars

LONG = random_bars(420, seed=2)


def ema(values, n):
    return pd.Series(values).ewm(span=n, adjust=False).mean()


def wilder(values, n):
    return pd.Series(values).ewm(alpha=1 / n, adjust=False, min_periods=n).mean()


class Averages(Strategy):
    window = 20

    def init(self):
        self.sma = self.I(SMA, self.data.Close, self.window, name="sma")
        self.ema = self.I(ema, self.data.Close, self.window, name="ema")

    def next(self):
        if self.ema[-1] > self.sma[-1] and not self.position:
            self.buy(size=1)
        elif self.ema[-1] < self.sma[-1]:
            self.position.close()


def lines_of(check):
    return {line.name.partition(" ")[0]: line for line in check.lines}


@pytest.mark.parametrize("window", [2, 7, 20, 55])
def test_window_settles_at_exactly_its_period(window):
    line = lines_of(check_warmup(Averages, LONG, window=window))["sma"]
    assert (line.kind, line.first_value, line.settled_after) == ("window", window, window)
    assert line.off_at_start < 1e-12


@pytest.mark.parametrize("window", [5, 20])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-6])
def test_exponential_average_settles_when_the_weight_of_its_start_is_gone(window, tolerance):
    check = check_warmup(Averages, LONG, window=window, tolerance=tolerance, starts=8)
    line = lines_of(check)["ema"]
    assert line.kind == "recursive"
    assert line.first_value == 1
    starts = [drift.start for drift in check.orders]
    close = LONG.Close.to_numpy()
    whole = ema(close, window).to_numpy()
    needed = 1
    for start in starts:
        apart = abs(ema(close[start:], window).to_numpy() - whole[start:])
        late = np.flatnonzero(apart > tolerance * np.maximum(np.median(whole), whole[start:]))
        needed = max(needed, late[-1] + 2 if len(late) else 1)
    assert abs(line.settled_after - needed) <= 1


def test_smaller_tolerance_asks_for_more_bars():
    needed = [check_warmup(Averages, LONG, tolerance=t).needed for t in (0.1, 1e-2, 1e-4, 1e-7)]
    assert needed == sorted(needed)
    assert needed[0] < needed[-1]


def test_strategy_that_waits_long_enough_passes():
    class Patient(Averages):
        def init(self):
            super().init()
            self.long = self.I(SMA, self.data.Close, 120, name="long")

    check = check_warmup(Patient, LONG)
    assert not check
    assert check.waits_for == 120
    assert check.needed == 120
    assert "indicators have settled before it trades" in repr(check)
    assert "same without the history before, for all 5 starts" in repr(check)
    check.raise_if_found()


def test_strategy_that_does_not_is_told():
    check = check_warmup(Averages, LONG, tolerance=1e-5)
    assert check
    assert check.needed > check.waits_for
    with pytest.raises(AssertionError, match="Averages: trades before 1 of 2 indicators"):
        check.raise_if_found()


def test_orders_that_depend_on_history_are_named():
    class Wilder(Strategy):
        def init(self):
            self.slow = self.I(wilder, self.data.Close, 14, name="slow")

        def next(self):
            if self.data.Close[-1] > self.slow[-1] and not self.position:
                self.buy(size=1, sl=0.9 * self.slow[-1])
            elif self.data.Close[-1] < self.slow[-1]:
                self.position.close()

    check = check_warmup(Wilder, LONG)
    drift = next(drift for drift in check.orders if drift.differs)
    assert drift.bar >= drift.start + 14
    assert drift.expected.startswith("buy 1 sl ")
    assert "Orders are others without the history before" in repr(check)


def test_sum_over_all_bars_never_settles():
    class Sums(Strategy):
        def init(self):
            self.total = self.I(np.cumsum, self.data.Volume, name="total")

        def next(self):
            pass

    check = check_warmup(Sums, LONG)
    assert lines_of(check)["total"].kind == "never settles"
    assert lines_of(check)["total"].settled_after is None
    assert check.needed is None
    assert check
    assert pd.isna(check.to_frame()["Settled After"][0])


def test_each_row_of_an_indicator_is_measured():
    class Rows(Strategy):
        def init(self):
            close = self.data.Close
            self.rows = self.I(lambda: (SMA(close, 5), SMA(close, 9)), name="rows")

        def next(self):
            pass

    found = check_warmup(Rows, LONG).to_frame()
    assert found["Indicator"].to_list() == ["rows (self.rows)[0]", "rows (self.rows)[1]"]
    assert found["Settled After"].to_list() == [5, 9]


def test_weeks_need_their_days():
    class Weekly(Strategy):
        def init(self):
            self.weekly = resample_apply("W", SMA, self.data.Close, 3)

        def next(self):
            pass

    (line,) = check_warmup(Weekly, LONG, starts=9).lines
    assert line.kind == "window"
    assert 15 <= line.settled_after <= 21


def test_what_does_not_depend_on_history():
    class Bare(Strategy):
        def init(self):
            self.middle = self.I(lambda: (self.data.High.s + self.data.Low.s) / 2, name="middle")

        def next(self):
            if len(self.data) == 3:
                self.buy(size=1)

    (line,) = check_warmup(Bare, BARS).lines
    assert (line.kind, line.settled_after) == ("window", 1)


def test_strategy_without_indicators():
    class None_(Strategy):
        def init(self):
            pass

        def next(self):
            if self.data.Close[-1] > self.data.Open[-1] and not self.position:
                self.buy(size=1)

    check = check_warmup(None_, BARS)
    assert not check
    assert check.needed == 0
    assert check.to_frame().empty
    assert "0 of 5" not in repr(check)


def test_backtest_keeps_its_options_and_results():
    test = Backtest(LONG, Averages, cash=1e5, commission=0.01)
    stats = test.run()
    check_warmup(test, window=9)
    assert test._results is stats
    assert Averages.window == 20


def test_table_of_a_notebook():
    assert "<table" in check_warmup(Averages, BARS)._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        ((Averages,), {}, TypeError, "data too"),
        ((Averages, LONG), {"starts": 0}, ValueError, "starts must be"),
        ((Averages, LONG), {"tolerance": 0}, ValueError, "tolerance must be"),
        ((Averages, LONG), {"tolerance": True}, ValueError, "tolerance must be"),
        ((Averages, LONG[:40]), {}, ValueError, "too few are left"),
    ],
)
def test_mistakes_in_the_call(arguments, options, error, text):
    with pytest.raises(error, match=text):
        check_warmup(*arguments, **options)


@settings(max_examples=40)
@given(st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=1, max_size=20))
def test_nothing_is_apart_from_itself_and_the_missing_is_far(values):
    row = np.array(values)
    assert (distance(row, row.copy()) == 0).all()
    missing = np.full(len(row), np.nan)
    assert (np.isinf(distance(row, missing)) == ~np.isnan(row)).all()
