import itertools
import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcaster.stats.summary import METRIC_NAMES, summarize
from hindcaster.stats.time_axis import TimeAxis
from hindcaster.stats.trades import ClosedTrades

# The first example waits for machine code, so examples have no deadline.
compiled = settings(deadline=None)

NAN = math.nan
TRADE_ROWS = METRIC_NAMES[METRIC_NAMES.index("# Trades") + 1 :]


def closed(index, trades):
    """Closed trades from (entry bar, exit bar, profit, return) tuples."""
    ticks = TimeAxis(index).ticks
    entry = np.array([t[0] for t in trades], dtype=np.int64)
    exit_ = np.array([t[1] for t in trades], dtype=np.int64)
    pnl = np.array([t[2] for t in trades], dtype=float)
    returns = np.array([t[3] for t in trades], dtype=float)
    return ClosedTrades(entry, exit_, pnl, returns, ticks[exit_] - ticks[entry])


def run(equity, close=None, trades=(), *, index=None, warmup=0, **kwargs):
    equity = np.asarray(equity, dtype=float)
    close = np.arange(1.0, equity.size + 1) if close is None else np.asarray(close, dtype=float)
    index = pd.date_range("2024-01-01", periods=equity.size) if index is None else index
    return summarize(TimeAxis(index), equity, close, closed(index, trades), warmup=warmup, **kwargs)


def ratio(a, b):
    return a / b if b else NAN


def naive_power(base, exponent):
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def naive_gmean(values):
    if not values:
        return NAN
    if min(values) <= -1:
        return 0.0
    return math.exp(math.fsum(math.log1p(v) for v in values) / len(values)) - 1


def naive_rows(index, equity, close, trades, warmup, rf):
    """Recompute the rows on a datetime index in plain Python."""
    labels = list(index)
    n = len(labels)
    steps = [b - a for a, b in itertools.pairwise(labels[-100:])]
    period = statistics.median(steps) if steps else pd.NaT

    def rounded(value):
        return value if period is pd.NaT else value.ceil(pd.Timedelta(period).resolution_string)

    calendar = {
        7: (52, lambda t: t.isocalendar()[:2]),
        31: (12, lambda t: (t.year, t.month)),
        365: (1, lambda t: t.year),
    }
    weekend = sum(t.weekday() >= 5 for t in labels) / n
    daily = (365 if weekend > 2 / 7 * 0.6 else 252, lambda t: t.date())
    factor, key = calendar.get(period.days, daily)
    last = {key(t): e for t, e in zip(labels, equity, strict=True)}
    returns = [b / a - 1 for a, b in itertools.pairwise(last.values()) if a]
    growth = 1 + naive_gmean(returns)
    annual = growth**factor - 1
    variance = statistics.variance(returns) if len(returns) > 1 else NAN
    squared = (variance + growth**2) ** factor - growth ** (2 * factor)
    volatility = math.sqrt(squared) if squared >= 0 else NAN
    downside = math.sqrt(sum(min(r, 0) ** 2 for r in returns) / len(returns)) if returns else NAN

    logs = [NAN, NAN]
    if min(equity) > 0:
        logs = [[math.log(b / a) for a, b in itertools.pairwise(x)] for x in (equity, close)]
    beta = NAN
    if n > 2 and min(equity) > 0:
        means = [math.fsum(x) / len(x) for x in logs]
        pairs = list(zip(*logs, strict=True))
        beta = ratio(
            math.fsum((x - means[0]) * (y - means[1]) for x, y in pairs),
            math.fsum((y - means[1]) ** 2 for _, y in pairs),
        )

    peaks = itertools.accumulate(equity, max)
    drawdown = [1 - e / p for e, p in zip(equity, peaks, strict=True)]
    marks = [i for i, d in enumerate(drawdown) if d == 0 or i == n - 1]
    episodes = [(a, b) for a, b in itertools.pairwise(marks) if b - a > 1]
    if episodes:
        depths = [max(drawdown[a : b + 1]) for a, b in episodes]
        spans = [labels[b] - labels[a] for a, b in episodes]
        average_depth = statistics.fmean(depths)
        span_rows = rounded(max(spans)), rounded(sum(spans, pd.Timedelta(0)) / len(spans))
    else:
        average_depth = drawdown[-1] or NAN
        span_rows = average_depth, average_depth

    exposed = {i for a, b, *_ in trades for i in range(a, b + 1)}
    market = (close[-1] - close[warmup]) / close[warmup] * 100
    total = (equity[-1] - equity[0]) / equity[0] * 100
    elapsed = labels[-1] - labels[0]
    years = elapsed.total_seconds() / 86_400 / 365.25
    rows = [
        labels[0],
        labels[-1],
        elapsed,
        len(exposed) / n * 100,
        equity[-1],
        max(equity),
        total,
        market,
        annual * 100,
        volatility * 100,
        (naive_power(equity[-1] / equity[0], 1 / years) - 1) * 100 if years else NAN,
        ratio(annual - rf, volatility),
        NAN if downside == 0 else (annual - rf) / (downside * math.sqrt(factor)),
        ratio(annual, max(drawdown)),
        total - 100 * rf - beta * (market - 100 * rf),
        beta,
        -100 * max(drawdown),
        -100 * average_depth,
        *span_rows,
        len(trades),
    ]
    return [*rows, *naive_trade_rows(labels, trades, rounded)]


def naive_trade_rows(labels, trades, rounded):
    if not trades:
        return [NAN] * 10
    pnl = [t[2] for t in trades]
    returns = [t[3] for t in trades]
    spans = [labels[t[1]] - labels[t[0]] for t in trades]
    wins = [p for p in pnl if p > 0]
    losses = [p for p in pnl if p < 0]
    kelly = NAN
    if wins and losses:
        share = len(wins) / len(pnl)
        kelly = share - (1 - share) / (statistics.fmean(wins) / -statistics.fmean(losses))
    spread = statistics.stdev(pnl) if len(pnl) > 1 else 0
    return [
        len(wins) / len(pnl) * 100,
        max(returns) * 100,
        min(returns) * 100,
        naive_gmean(returns) * 100,
        rounded(max(spans)),
        rounded(sum(spans, pd.Timedelta(0)) / len(spans)),
        ratio(math.fsum(r for r in returns if r > 0), -math.fsum(r for r in returns if r < 0)),
        statistics.fmean(returns) * 100,
        ratio(math.sqrt(len(pnl)) * statistics.fmean(pnl), spread),
        kelly,
    ]


@st.composite
def runs(draw):
    n = draw(st.integers(1, 40))
    freq = draw(st.sampled_from(["D", "B", "W", "ME", "YE", "h", "15min", "QE"]))
    zone = draw(st.sampled_from([None, "America/New_York"]))
    unit = draw(st.sampled_from(["s", "us", "ns"]))
    start = draw(st.sampled_from(["2023-03-03", "2020-10-30 12:00"]))
    index = pd.date_range(start, periods=n, freq=freq, tz=zone).as_unit(unit)
    equity = draw(st.lists(st.integers(50, 60), min_size=n, max_size=n))
    ruin = draw(st.integers(1, 200))
    equity = [0 if i >= ruin else e for i, e in enumerate(equity)]
    close = draw(st.lists(st.integers(20, 30), min_size=n, max_size=n))
    bars = st.integers(0, n - 1)
    trade = st.tuples(bars, bars, st.integers(-40, 40), st.integers(-100, 100))
    trades = [
        (min(a, b), max(a, b), p / 4, q / 100) for a, b, p, q in draw(st.lists(trade, max_size=12))
    ]
    return index, equity, close, trades, draw(bars), draw(st.sampled_from([0.0, 0.02]))


@compiled
@given(runs())
def test_rows_match_a_plain_recomputation(case):
    index, equity, close, trades, warmup, rf = case
    rows, _ = run(
        equity, close, trades, index=index, warmup=warmup, risk_free_rate=rf, commissions=None
    )
    expected = naive_rows(*case)
    names = [name for name in METRIC_NAMES if name != "Commissions [$]"]
    assert list(rows) == names
    for name, want in zip(names, expected, strict=True):
        have = rows[name]
        if name == "Sortino Ratio" and not math.isfinite(have):
            assert not math.isfinite(want), name
        elif name in ("Volatility (Ann.) [%]", "Sharpe Ratio") and not (
            rows["Volatility (Ann.) [%]"] > 1e-3
        ):
            # The difference of two equal numbers leaves rounding errors only.
            assert not (expected[names.index("Volatility (Ann.) [%]")] > 1e-3), name
        elif isinstance(want, pd.Timedelta | pd.Timestamp):
            assert have == want, name
        else:
            assert have == pytest.approx(want, rel=1e-9, abs=1e-9, nan_ok=True), name


@compiled
@given(runs())
def test_curve_holds_equity_drawdown_and_episode_durations(case):
    index, equity, close, trades, *_ = case
    rows, curve = run(equity, close, trades, index=index)
    assert list(curve.columns) == ["Equity", "DrawdownPct", "DrawdownDuration"]
    assert curve.index is index
    assert curve["Equity"].tolist() == equity
    peaks = itertools.accumulate(equity, max)
    expected = [1 - e / p for e, p in zip(equity, peaks, strict=True)]
    assert curve["DrawdownPct"].tolist() == expected
    durations = curve["DrawdownDuration"].dropna()
    assert len(durations) == 0 or durations.max() <= rows["Max. Drawdown Duration"]


def test_two_drawdown_episodes_by_hand():
    rows, curve = run([100, 80, 100, 100, 90, 50, 120])
    assert rows["Max. Drawdown [%]"] == -50
    assert rows["Avg. Drawdown [%]"] == pytest.approx(-35)
    assert rows["Max. Drawdown Duration"] == pd.Timedelta("3 days")
    assert rows["Avg. Drawdown Duration"] == pd.Timedelta("3 days")  # 2.5 days, rounded up
    assert curve["DrawdownDuration"].dtype == f"m8[{curve.index.unit}]"
    assert curve["DrawdownDuration"].dropna().tolist() == [pd.Timedelta(d, "D") for d in (2, 3)]
    assert curve["DrawdownDuration"].notna().to_numpy().nonzero()[0].tolist() == [2, 6]


def test_drawdown_in_the_last_bar_only_shows_its_size_as_duration():
    rows, curve = run([200, 200, 201, 202, 198])
    size = 1 - 198 / 202
    assert rows["Max. Drawdown Duration"] == size
    assert rows["Avg. Drawdown Duration"] == size
    assert rows["Avg. Drawdown [%]"] == pytest.approx(-100 * size)
    np.testing.assert_array_equal(curve["DrawdownDuration"], [NAN, NAN, NAN, NAN, size])
    rows, _ = run([200, 200, 201, 202, 198, 197])
    assert rows["Max. Drawdown Duration"] == pd.Timedelta("2 days")


def test_exposure_counts_closed_trades_and_market_return_starts_after_warmup():
    rows, _ = run(
        [100] * 8, np.arange(10, 81, 10), [(4, 5, 10.0, 0.2)], warmup=2, risk_free_rate=0.0
    )
    assert rows["Exposure Time [%]"] == 25
    assert rows["Buy & Hold Return [%]"] == pytest.approx(166.66666666666667)


def test_no_trades_on_flat_equity():
    rows, curve = run([100, 100, 100, 100], [10, 11, 10, 12])
    zero = ("Return [%]", "Return (Ann.) [%]", "Volatility (Ann.) [%]", "CAGR [%]", "Alpha [%]")
    assert [rows[name] for name in (*zero, "Beta", "# Trades")] == [0] * 7
    for name in ("Sharpe Ratio", "Sortino Ratio", "Calmar Ratio", "Avg. Drawdown [%]"):
        assert math.isnan(rows[name]), name
    for name in ("Max. Drawdown Duration", "Avg. Drawdown Duration", *TRADE_ROWS):
        assert math.isnan(rows[name]), name
    assert str(rows["Max. Drawdown [%]"]) == "-0.0"
    assert curve["DrawdownDuration"].dtype == np.float64


def test_nothing_is_annualised_without_datetimes():
    rows, curve = run(
        [100, 90, 95, 110, 100],
        trades=[(0, 1, -10.0, -0.1), (1, 4, 10.0, 0.1)],
        index=pd.RangeIndex(5),
    )
    assert "CAGR [%]" not in rows
    assert (rows["Start"], rows["End"], rows["Duration"]) == (0, 4, 4)
    assert (rows["Return (Ann.) [%]"], rows["Calmar Ratio"]) == (0, 0)
    for name in ("Volatility (Ann.) [%]", "Sharpe Ratio", "Sortino Ratio"):
        assert math.isnan(rows[name]), name
    assert rows["Max. Drawdown Duration"] == rows["Avg. Drawdown Duration"] == 3
    assert type(rows["Max. Drawdown Duration"]) is np.float64
    assert rows["Max. Trade Duration"] == 3
    assert type(rows["Max. Trade Duration"]) is np.int64
    assert rows["Avg. Trade Duration"] == 2
    np.testing.assert_array_equal(curve["DrawdownDuration"], [NAN, NAN, NAN, 3, NAN])
    flat, _ = run([100, 100, 100], index=pd.RangeIndex(3))
    assert math.isnan(flat["Calmar Ratio"])


def test_labels_of_any_kind_are_accepted():
    trades = [(0, 2, 1.0, 0.01)]
    rows, _ = run([100, 90, 100], trades=trades, index=pd.Index(["a", "b", "c"]))
    assert (rows["Start"], rows["Duration"], rows["Max. Trade Duration"]) == ("a", 2, 2)
    rows, curve = run([100, 90, 100], trades=trades, index=pd.Index([0.5, 1.0, 2.0]))
    assert (rows["Duration"], rows["Max. Trade Duration"]) == (1.5, 1.5)
    assert curve["DrawdownDuration"].iloc[-1] == 1.5


def test_episode_is_entered_at_every_bar_with_the_label_of_its_end():
    days = [1, 2, 3, 3, 4, 5, 9]
    index = pd.DatetimeIndex([f"2024-01-{day:02}" for day in days])
    rows, curve = run([100, 90, 95, 100, 101, 80, 110], index=index)
    day = pd.Timedelta("1 day")
    expected = [None, None, 2 * day, 2 * day, None, None, 5 * day]
    assert [None if pd.isna(d) else d for d in curve["DrawdownDuration"]] == expected
    assert rows["Avg. Drawdown Duration"] == 3 * day
    assert rows["Avg. Drawdown [%]"] == pytest.approx(-(10 + 10 + 100 * (1 - 80 / 101)) / 3)


def test_single_bar():
    rows, curve = run([100])
    assert rows["Duration"] == pd.Timedelta(0)
    assert rows["Return [%]"] == 0
    for name in ("Return (Ann.) [%]", "Volatility (Ann.) [%]", "CAGR [%]", "Alpha [%]", "Beta"):
        assert math.isnan(rows[name]), name
    assert len(curve) == 1


def test_bankruptcy():
    rows, _ = run([100, 50, 0, 0], trades=[(0, 2, -100.0, -1.0)])
    assert (rows["Equity Final [$]"], rows["Return [%]"]) == (0, -100)
    assert (rows["CAGR [%]"], rows["Max. Drawdown [%]"]) == (-100, -100)
    assert (rows["Return (Ann.) [%]"], rows["Avg. Trade [%]"]) == (0, 0)
    assert math.isnan(rows["Beta"])
    assert math.isnan(rows["Alpha [%]"])


def test_commissions_row_is_only_there_when_paid():
    assert run([1, 2, 3], commissions=2.5)[0]["Commissions [$]"] == 2.5
    for nothing in (None, 0, 0.0):
        assert "Commissions [$]" not in run([1, 2, 3], commissions=nothing)[0]
    assert list(run([1, 2, 3], commissions=2.5)[0]) == list(METRIC_NAMES)
    assert len(METRIC_NAMES) == 32


def test_risk_free_rate_shifts_sharpe_sortino_and_alpha():
    plain, _ = run([100, 110, 105, 120])
    rows, _ = run([100, 110, 105, 120], risk_free_rate=0.5)
    annual, risk = plain["Return (Ann.) [%]"], plain["Volatility (Ann.) [%]"]
    assert rows["Return (Ann.) [%]"] == annual
    assert rows["Sharpe Ratio"] == pytest.approx((annual - 50) / risk)
    assert rows["Sortino Ratio"] == pytest.approx(plain["Sortino Ratio"] * (1 - 50 / annual))
    assert rows["Alpha [%]"] == pytest.approx(plain["Alpha [%]"] - 50 + 50 * rows["Beta"])


@pytest.mark.parametrize("rate", [1, -1, 2.5, NAN])
def test_risk_free_rate_in_percent_is_refused(rate):
    with pytest.raises(AssertionError, match="risk_free_rate"):
        run([1, 2, 3], risk_free_rate=rate)


def test_rows_and_curve_do_not_depend_on_memory_layout():
    rng = np.random.default_rng(5)
    equity, close = 100 + rng.normal(size=30).cumsum(), 50 + rng.normal(size=30).cumsum()
    trades = [(1, 5, 3.0, 0.03), (7, 9, -2.0, -0.02)]
    index = pd.date_range("2024-01-01", periods=30)
    rows, curve = run(equity, close, trades, index=index)
    records = np.empty((30, 2))
    records[:, 0], records[:, 1] = equity, close
    records.flags.writeable = False
    strided = ClosedTrades(*(np.repeat(a, 2)[::2] for a in closed(index, trades)))
    again, other = summarize(TimeAxis(index), records[:, 0], records[:, 1], strided, warmup=0)
    assert {k: str(v) for k, v in again.items()} == {k: str(v) for k, v in rows.items()}
    pd.testing.assert_frame_equal(other, curve)


def test_changing_the_curve_leaves_the_equity_alone():
    equity = np.array([100.0, 90.0, 110.0])
    _, curve = run(equity)
    curve.iloc[0, 0] = -1.0
    assert equity.tolist() == [100, 90, 110]
