"""`resample_apply`: values against a plain loop, no look-ahead, and the strategy it belongs to."""

import _thread
import functools
import queue

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.lib import OHLCV_AGG, resample_apply

DAY = pd.Timedelta(days=1)
HOURS = pd.date_range("2024-01-01", periods=24 * 16, freq="h")


def closes(index, name="Close"):
    return pd.Series(np.arange(len(index), dtype=float), index=index, name=name)


def frame(index, seed=0):
    rng = np.random.default_rng(seed)
    close = 100 + rng.normal(size=len(index)).cumsum()
    return pd.DataFrame(
        {
            "Open": close + 0.5,
            "High": close + 1,
            "Low": close - 1,
            "Close": close,
            "Volume": rng.integers(1, 9, len(index)),
        },
        index=index,
    )


def month_end(label, months):
    """First moment after the period of so many months (ending in December) that holds a label."""
    months_left = -label.month % months
    return (label.normalize().replace(day=1) + pd.DateOffset(months=months_left + 1)).normalize()


BIN_ENDS = {  # first moment after the bin that holds a label
    "D": lambda label: label.normalize() + DAY,
    "4h": lambda label: label.floor("4h") + pd.Timedelta(hours=4),
    "30min": lambda label: label.floor("30min") + pd.Timedelta(minutes=30),
    "MS": lambda label: month_end(label, 1),
    "W": lambda label: label.normalize() + (7 - label.weekday()) * DAY,
    "W-FRI": lambda label: label.normalize() + ((4 - label.weekday()) % 7 + 1) * DAY,
    "ME": lambda label: month_end(label, 1),
    "QE": lambda label: month_end(label, 3),
    "YE": lambda label: month_end(label, 12),
}
NAMED_BY_LAST_DAY = ("W", "W-FRI", "ME", "QE", "YE")


def naive(series, rule, combine, one_bar_a_day):
    """Look, on each bar, for the last bin that may be seen."""
    bins = {}
    for label, value in series.items():
        end = BIN_ENDS[rule](label)
        if one_bar_a_day and rule in NAMED_BY_LAST_DAY:
            end -= DAY
        bins.setdefault(end, []).append(value)
    seen = []
    for label in series.index:
        ended = [end for end in bins if end <= label]
        seen.append(combine(bins[max(ended)]) if ended else np.nan)
    return pd.Series(seen, series.index)


@st.composite
def indexes(draw):
    step = draw(st.sampled_from(["h", "15min", "D", "7h"]))
    start = pd.Timestamp("2023-11-20") + pd.Timedelta(hours=draw(st.integers(0, 2000)))
    count = draw(st.integers(2, 150))
    every = pd.date_range(start.normalize() if step == "D" else start, periods=3 * count, freq=step)
    kept = draw(
        st.lists(st.integers(0, 3 * count - 1), min_size=count, max_size=count, unique=True)
    )
    return every[np.sort(kept)]


@given(indexes(), st.sampled_from(sorted(BIN_ENDS)), st.sampled_from(["Close", "High", "Open"]))
def test_bar_has_the_value_of_the_last_bin_that_ended(index, rule, name):
    series = pd.Series(np.random.default_rng(1).normal(size=len(index)), index, name=name)
    combine = {"Close": lambda v: v[-1], "High": max, "Open": lambda v: v[0]}[name]
    one_bar_a_day = not index.normalize().has_duplicates
    result = resample_apply(rule, None, series)
    expected = naive(series, rule, combine, one_bar_a_day)
    pd.testing.assert_series_equal(result, expected, check_names=False, check_freq=False)


@given(st.data(), indexes(), st.sampled_from(["D", "4h", "W", "W-WED", "ME", "QE", "YE", "BME"]))
def test_later_bars_change_nothing(data, index, rule):
    at = data.draw(st.integers(0, len(index) - 1))
    before = frame(index)
    changed = before.copy()
    changed.iloc[at + 1 :] = 1e6
    for function in (None, lambda bins: bins.rolling(2).mean()):
        for column in ("Close", "High", "Volume"):
            first = resample_apply(rule, function, before[column]).iloc[: at + 1]
            second = resample_apply(rule, function, changed[column]).iloc[: at + 1]
            pd.testing.assert_series_equal(first, second)


@pytest.mark.parametrize("rule", ["D", "4h", "W", "W-WED", "2W", "ME", "QE", "BME"])
@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_bars_that_are_not_there_yet_change_nothing(rule, zone):
    index = pd.date_range("2024-02-20", periods=24 * 45, freq="h", tz=zone)
    series = pd.Series(np.random.default_rng(2).normal(size=len(index)), index, name="Close")
    whole = resample_apply(rule, None, series)
    for count in range(30, len(series), 101):
        part = resample_apply(rule, None, series.iloc[:count])
        pd.testing.assert_series_equal(part, whole.iloc[:count], check_freq=False)


def recipe(rule, function, table, aggregate):
    """What one writes with pandas alone: resample, compute, and look up the last bin before."""
    bins = table.resample(rule, label="right").agg(aggregate).dropna()
    values = pd.DataFrame(bins if function is None else function(bins))
    bars = pd.DataFrame(index=table.index)
    return pd.merge_asof(bars, values, left_index=True, right_index=True)


WALL_CLOCK = pd.date_range("2023-10-20", "2024-04-05", freq="13min", tz="UTC")  # two changes
RECIPE_INDEXES = {
    "every bar": WALL_CLOCK,
    "every third on average": WALL_CLOCK[np.random.default_rng(1).random(len(WALL_CLOCK)) < 0.3],
    "in sessions": WALL_CLOCK[(WALL_CLOCK.hour < 20) & (WALL_CLOCK.hour > 13)],
    "without weekends": WALL_CLOCK[WALL_CLOCK.day_of_week < 5],
    "with a month missing": WALL_CLOCK[WALL_CLOCK.month != 1],
    "repeated": WALL_CLOCK.repeat(np.random.default_rng(2).integers(0, 3, len(WALL_CLOCK))),
}


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"])
@pytest.mark.parametrize("rule", ["1h", "45min", "4h", "D", "MS", "B"])
@pytest.mark.parametrize("name", RECIPE_INDEXES)
def test_values_are_those_of_the_pandas_recipe(name, rule, zone):
    index = RECIPE_INDEXES[name]
    index = index.tz_localize(None) if zone is None else index.tz_convert(zone)
    data = frame(index)
    close = resample_apply(rule, smooth, data.Close)
    expected = recipe(rule, smooth, data.Close, "last")
    np.testing.assert_array_equal(close, expected["Close"])
    bars = resample_apply(rule, None, data)
    np.testing.assert_array_equal(bars, recipe(rule, None, data, OHLCV_AGG))
    assert bars.index.equals(data.index)
    assert bars.columns.tolist() == data.columns.tolist()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_of_any_resolution(unit):
    data = frame(HOURS.as_unit(unit))
    result = resample_apply("D", smooth, data.Close)
    assert result.index.dtype == data.index.dtype
    np.testing.assert_array_equal(result, resample_apply("D", smooth, frame(HOURS).Close))


@pytest.mark.parametrize(("shared", "shows"), [(150, "2024-01-08"), (0, "2024-01-07")])
def test_one_day_with_several_bars_is_enough_to_count_as_intraday(shared, shows):
    # However late it comes.
    index = pd.date_range("2024-01-01", periods=200)
    if shared:
        index = index.insert(shared, index[shared - 1] + pd.Timedelta(hours=1))
    result = resample_apply("W", None, closes(index))
    assert result.first_valid_index() == pd.Timestamp(shows)


@pytest.mark.parametrize(
    ("rule", "first_shown"),
    [
        ("D", [("2024-01-02 00:00", 23.0), ("2024-01-03 00:00", 47.0)]),
        ("4h", [("2024-01-01 04:00", 3.0), ("2024-01-01 08:00", 7.0)]),
        ("W", [("2024-01-08 00:00", 167.0), ("2024-01-15 00:00", 335.0)]),
    ],
)
def test_hourly_bars(rule, first_shown):
    result = resample_apply(rule, None, closes(HOURS)).dropna().drop_duplicates().head(2)
    assert list(result.items()) == [(pd.Timestamp(label), value) for label, value in first_shown]


@pytest.mark.parametrize(("rule", "day"), [("W", "2024-01-08"), ("W-FRI", "2024-01-05")])
def test_daily_bars_show_a_week_on_its_last_day(rule, day):
    result = resample_apply(rule, None, closes(pd.bdate_range("2024-01-01", periods=15)))
    first = result.dropna().head(1)
    assert (first.index[0], first.iloc[0]) == (pd.Timestamp(day), 4.0)


def test_daily_bars_with_a_time_of_day_count_as_daily():
    index = pd.bdate_range("2024-01-01", periods=10) + pd.Timedelta(hours=16)
    assert resample_apply("W-FRI", None, closes(index)).first_valid_index() == index[4]


@pytest.mark.parametrize(
    ("zone", "start"), [("America/Santiago", "2024-09-01"), ("America/Havana", "2024-10-27")]
)
def test_week_ends_at_local_midnight_even_where_clocks_change_then(zone, start):
    # Santiago has no midnight on Sunday 2024-09-08, Havana has two on Sunday 2024-11-03.
    index = pd.date_range(pd.Timestamp(start, tz=zone), periods=24 * 12, freq="h")
    first = resample_apply("W-SAT", None, closes(index)).dropna().drop_duplicates().index[-1]
    assert first.weekday() == 6
    assert index[index.get_loc(first) - 1].weekday() == 5


def test_bins_without_bars_are_left_out_except_in_sums():
    index = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-05", "2024-01-06"])
    close = resample_apply("D", None, closes(index))
    volume = resample_apply("D", None, closes(index, "Volume") + 1)
    assert close.tolist() == pytest.approx([np.nan, 0, 1, 2], nan_ok=True)
    assert volume.tolist() == pytest.approx([np.nan, 1, 0, 3], nan_ok=True)


@pytest.mark.parametrize(
    ("agg", "expected"),
    [(None, 23.0), ("first", 0.0), ("max", 23.0), (lambda bins: bins.median(), 11.5)],
)
def test_aggregation_of_a_series(agg, expected):
    result = resample_apply("D", None, closes(HOURS), agg=agg)
    assert result["2024-01-02 00:00"] == expected


def test_aggregation_of_a_frame_goes_by_column():
    data = frame(HOURS).assign(Extra=1.0)
    result = resample_apply("D", None, data)
    day = data.loc["2024-01-01"]
    combine = {"first": lambda v: v.iloc[0], "last": lambda v: v.iloc[-1]}
    rules = [OHLCV_AGG.get(c, "last") for c in data]
    expected = [day[c].agg(combine.get(rule, rule)) for c, rule in zip(data, rules, strict=True)]
    assert result.loc["2024-01-02 13:00"].tolist() == expected
    assert resample_apply("D", None, data, agg={"Low": "min"}).columns.tolist() == ["Low"]


@pytest.mark.parametrize(
    "function",
    [
        lambda bins: bins * 2,
        lambda bins: bins.to_numpy() * 2,
        lambda bins: list(bins * 2),
        lambda bins: pd.Series(bins.to_numpy() * 2),
        lambda bins: (bins * 2).iloc[::2].reindex(bins.index),
    ],
    ids=["series", "array", "list", "series without dates", "series with gaps"],
)
def test_kinds_of_one_row_results(function):
    result = resample_apply("D", function, closes(HOURS))
    assert isinstance(result, pd.Series)
    assert np.isnan(result.iloc[:24]).all()
    assert (result.loc["2024-01-02"] == 46).all()


def test_rows_become_columns():
    result = resample_apply("D", lambda bins: (bins, bins * 2), closes(HOURS))
    assert result.loc["2024-01-02 05:00"].tolist() == [23, 46]
    named = resample_apply("D", lambda b: pd.DataFrame({"a": b, "b": 2 * b}), closes(HOURS))
    assert named.columns.tolist() == ["a", "b"]
    assert (named.to_numpy()[24:] == result.to_numpy()[24:]).all()


def test_result_with_dates_of_its_own_goes_by_them():
    result = resample_apply("D", lambda bins: bins.rolling(2).mean().dropna(), closes(HOURS))
    assert result.first_valid_index() == pd.Timestamp("2024-01-03")


def test_gaps_in_the_result_stay_gaps():
    result = resample_apply("D", lambda bins: bins.where(bins > 30), closes(HOURS))
    assert result.first_valid_index() == pd.Timestamp("2024-01-03")


def test_arguments_reach_the_function():
    def scaled(bins, factor, plus):
        return bins * factor + plus

    assert resample_apply("D", scaled, closes(HOURS), 2, plus=1).iloc[24] == 47


@pytest.mark.parametrize("rule", [pd.offsets.Day(), pd.Timedelta(days=1)], ids=["offset", "delta"])
def test_rule_need_not_be_text(rule):
    result = resample_apply(rule, None, closes(HOURS))
    expected = resample_apply("D", None, closes(HOURS))
    pd.testing.assert_series_equal(result, expected, check_names=False)


def test_repeated_timestamps():
    index = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"])
    result = resample_apply("D", None, closes(index))
    assert result.tolist() == pytest.approx([np.nan, 0, 0, 2], nan_ok=True)


@pytest.mark.parametrize(
    ("function", "series", "error", "message"),
    [
        (5, closes(HOURS), AssertionError, "callable"),
        (None, [1, 2], AssertionError, "list"),
        (None, np.arange(3.0), AssertionError, "ndarray"),
        (None, pd.Series([1.0, 2.0]), TypeError, "DatetimeIndex"),
        (lambda bins: bins.to_numpy()[1:], closes(HOURS), ValueError, r"\(16\), got 15"),
        (lambda bins: 5.0, closes(HOURS), ValueError, "float"),
        (lambda bins: None, closes(HOURS), ValueError, "NoneType"),
        (lambda bins: 1 / 0, closes(HOURS), ZeroDivisionError, "division"),
    ],
)
def test_errors(function, series, error, message):
    with pytest.raises(error, match=message):
        resample_apply("D", function, series)


# -- within a strategy -----------------------------------------------------------------------


class Quiet(Strategy):
    def init(self):
        pass

    def next(self):
        pass


def run_init(init, index=HOURS):
    strategy = type("Tested", (Quiet,), {"init": init})
    return Backtest(frame(index), strategy, cash=1e6).run()._strategy


def smooth(bins, n=2):
    return bins.rolling(n).mean()


class Doubling:
    def __call__(self, bins):
        return bins * 2


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (None, (), "func(C[D])"),
        (smooth, (3,), "smooth(C[D],3)"),
        (lambda bins: bins, (), "λ(C[D])"),
        (functools.partial(functools.partial(smooth), n=3), (), "smooth(C[D])"),
        (functools.partial(Doubling()), (), "Doubling(C[D])"),
        (Doubling(), (), "Doubling(C[D])"),
    ],
)
def test_indicator_name(function, arguments, name):
    def init(self):
        self.value = resample_apply("D", function, self.data.Close, *arguments)

    strategy = run_init(init)
    assert strategy.value.name == name
    assert strategy._indicators[0].name == name


def test_indicator_equals_the_series_and_takes_its_options():
    def init(self):
        self.value = resample_apply(
            "D", smooth, self.data.Close, n=3, name="daily {0}", plot=False, color="red"
        )

    strategy = run_init(init)
    outside = resample_apply("D", smooth, frame(HOURS).Close, n=3)
    np.testing.assert_array_equal(strategy.value, outside)
    assert strategy.value.name == "daily C[D]"
    assert (strategy.value._opts["plot"], strategy.value._opts["color"]) == (False, "red")


def test_next_starts_when_the_first_bin_has_ended():
    class Counting(Quiet):
        def init(self):
            self.lengths = []
            self.value = resample_apply("W", None, self.data.Close)

        def next(self):
            self.lengths.append(len(self.data))

    strategy = Backtest(frame(HOURS), Counting, cash=1e6).run()._strategy
    assert strategy.lengths[0] == 7 * 24 + 2


@pytest.fixture
def talib():
    return pytest.importorskip("talib", reason="TA-Lib is an optional package")


def test_talib_functions_on_longer_bars(talib):
    def init(self):
        self.average = resample_apply("D", talib.SMA, self.data.Close, 3)
        self.strength = resample_apply("D", talib.RSI, self.data.Close, timeperiod=5)
        self.partial = resample_apply(
            "D", functools.partial(talib.RSI, timeperiod=5), self.data.Close
        )
        self.bands = resample_apply("D", talib.BBANDS, self.data.Close, 5)
        self.range = resample_apply(
            "D", lambda bins: talib.ATR(bins.High, bins.Low, bins.Close, 3), self.data.df
        )

    strategy = run_init(init)
    names = [indicator.name for indicator in strategy._indicators]
    assert names == ["SMA(C[D],3)", "RSI(C[D],5)", "RSI(C[D])", "BBANDS(C[D],5)", "λ(df)"]
    data = frame(HOURS)
    np.testing.assert_allclose(strategy.average, resample_apply("D", smooth, data.Close, 3))
    days = data.resample("D", label="right").agg(OHLCV_AGG)
    strength = pd.Series(talib.RSI(days.Close.to_numpy(), 5), days.index).reindex(HOURS).ffill()
    np.testing.assert_allclose(strategy.strength, strength)
    np.testing.assert_array_equal(strategy.partial, strategy.strength)
    bands = np.array(talib.BBANDS(days.Close.to_numpy(), 5))
    expected = pd.DataFrame(bands.T, days.index).reindex(HOURS).ffill().to_numpy().T
    np.testing.assert_allclose(strategy.bands, expected)
    assert np.isfinite(strategy.range[-1])


def test_talib_functions_outside_of_a_strategy(talib):
    close = frame(HOURS).Close
    strength = resample_apply("D", talib.RSI, close, 5)
    assert isinstance(strength, pd.Series)
    assert strength.first_valid_index() == HOURS[24 * 6]  # the sixth of the days has ended
    bands = resample_apply("D", talib.BBANDS, close, timeperiod=5)
    assert bands.shape == (len(HOURS), 3)
    assert (bands.iloc[-1].diff().dropna() < 0).all()  # upper, middle, lower


def test_talib_functions_as_indicators(talib):
    def init(self):
        self.strength = self.I(talib.RSI, self.data.Close, 14)
        self.bands = self.I(talib.BBANDS, self.data.Close, timeperiod=5)
        self.series = self.I(talib.RSI, self.data.Close.s, 14)
        self.pattern = self.I(talib.CDLDOJI, *(self.data[name] for name in list(OHLCV_AGG)[:4]))

    strategy = run_init(init)
    names = [indicator.name for indicator in strategy._indicators]
    assert names == ["RSI(C,14)", "BBANDS(C,5)", "RSI(C,14)", "CDLDOJI(O,H,L,C)"]
    close = frame(HOURS).Close.to_numpy()
    np.testing.assert_array_equal(strategy.strength, talib.RSI(close, 14))
    np.testing.assert_array_equal(strategy.series, strategy.strength)
    np.testing.assert_array_equal(strategy.bands, talib.BBANDS(close, timeperiod=5))


def test_strategy_is_found_however_deep():
    class Helper:
        def compute(self, data, depth):
            return self.compute(data, depth - 1) if depth else resample_apply("D", None, data)

    def init(self):
        self.value = Helper().compute(self.data.Close, 12)
        self.listed = [resample_apply("D", None, self.data[c]) for c in ("Open", "Low")]
        self.lazy = (lambda: resample_apply("D", None, self.data.High))()

    strategy = run_init(init)
    assert len(strategy._indicators) == 4


def test_strategy_is_found_by_functions_that_enclose_it():
    def later(self):
        return lambda: resample_apply("D", None, self.data.Close)

    def init(this):
        later(this)()
        self = this
        resample_apply("D", None, (lambda: self.data.Close)())

    assert len(run_init(init)._indicators) == 2


def test_failing_function_is_reported_as_indicator():
    def init(self):
        resample_apply("D", lambda bins: 1 / 0, self.data.Close)

    with pytest.raises(RuntimeError, match="λ") as caught:
        run_init(init)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_no_strategy_from_a_frame_of_an_outer_run():
    kinds = []

    def inner_init(this):
        kinds.append(type(resample_apply("D", None, this.data.Close)))

    def init(self):
        run_init(inner_init, HOURS[:100])
        self.value = resample_apply("D", None, self.data.Close)

    strategy = run_init(init)
    assert kinds == [pd.Series]
    assert len(strategy._indicators) == 1


def test_works_at_the_bottom_of_the_stack():
    found = {}
    code = "result = resample_apply('D', None, series)"
    exec(code, {"resample_apply": resample_apply, "series": closes(HOURS)}, found)
    assert isinstance(found["result"], pd.Series)
    # Called as the target of a thread, a function has hardly any callers.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(resample_apply, "D", None, closes(HOURS)).result()
    pd.testing.assert_series_equal(result, found["result"])


def test_works_when_called_by_nothing_but_c_code():
    received = queue.SimpleQueue()

    def function(bins):
        received.put(bins.tolist())
        return bins

    _thread.start_new_thread(resample_apply, ("D", function, closes(HOURS[:48])))
    assert received.get(timeout=60) == [23.0, 47.0]


def test_strategy_is_found_from_any_kind_of_scope():
    class Holder:
        def __call__(self, data):
            return resample_apply("D", None, data)

    def init(self):
        columns = ("Open", "High")
        nested = [[resample_apply(r, None, self.data[c]) for r in ("D", "4h")] for c in columns]
        by_key = {c: resample_apply("D", None, self.data[c]) for c in columns}
        generated = list(resample_apply("D", None, self.data[c]) for c in columns)  # noqa: C400
        mapped = list(map(functools.partial(resample_apply, "D", None), [self.data.Low]))
        held = Holder()(self.data.Close)
        found = [*nested[0], *nested[1], *by_key.values(), *generated, *mapped, held]
        assert [id(value) for value in found] == [id(value) for value in self._indicators]

    assert len(run_init(init)._indicators) == 10


def test_strategy_is_found_below_hundreds_of_calls():
    def descend(data, depth):
        return descend(data, depth - 1) if depth else resample_apply("D", None, data)

    assert len(run_init(lambda self: descend(self.data.Close, 400))._indicators) == 1


def test_local_called_self_that_is_no_strategy_is_passed_over():
    self = object()
    assert isinstance(resample_apply("D", None, closes(HOURS)), pd.Series)
    assert self is not None
