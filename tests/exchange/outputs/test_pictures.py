"""What charts show, as data; the report of QuantStats."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from hindcaster.exchange.timeframes import MINUTES
from hindcaster.research.outputs import charts, pictures
from hindcaster.research.outputs.course import values_by_step
from hindcaster.research.outputs.quantstats import daily_returns

from ..drawn import market
from ..support import START, entry, futures, route, rows, run
from .support import asked, busy, continuous, gapless, with_holes

DAY = 86_400_000.0


@pytest.fixture
def inside(monkeypatch):
    """Gives what a simulation had at its end, when the charts would be written."""

    def look(simulate, *arguments, **more):
        seen = {}

        def write_charts(run, timeline, fills, metrics, storage, *, benchmark):
            seen.update(run=run, timeline=timeline, fills=list(fills), metrics=metrics)
            seen["samples"] = run.samples.as_array()
            seen["value"] = values_by_step(run, timeline, fills)
            seen["page"] = pictures.page_data(run, timeline, fills, metrics, benchmark)
            seen["images"] = pictures.image_data(run, timeline, fills, benchmark)
            return {}

        monkeypatch.setattr(charts, "write_charts", write_charts)
        seen["result"] = simulate(*arguments, **asked("charts"), **more)
        return seen

    return look


def liquidated(**more):
    config = futures(futures_leverage=20, futures_leverage_mode="isolated", fee=0.001)
    strategy = entry((20, 100), should_long=lambda self: self.index % 40 == 0)
    return run(strategy, market(8, 4000, True), "5m", config=config, **more)


def turning(**more):
    def after(self):
        if self.index % 5 == 0 and self.position.qty:
            self.broker.sell_at_market(3) if self.is_long else self.broker.buy_at_market(3)

    strategy = entry((2, 100), should_long=lambda self: self.index % 2 == 0, after=after)
    return run(strategy, market(9, 3000, True), "15m", config=futures(fee=0.001), **more)


@pytest.mark.parametrize(
    "simulate", [lambda **more: gapless(4, 5000, **more), with_holes, liquidated, turning]
)
def test_values_between_samples_pass_through_the_samples(inside, simulate):
    seen = inside(simulate)
    times, balance = seen["samples"].T
    steps = np.searchsorted(seen["timeline"].clocks, times[1:])
    assert len(steps) > 2
    np.testing.assert_allclose(seen["value"][steps], balance[1:], rtol=1e-12)


def test_values_move_with_the_price_while_a_position_is_open(inside):
    seen = inside(
        lambda **more: run(
            entry((2, 100)),
            rows([(100,) * 4, (100, 103, 103, 99), (103, 101, 103, 101)]),
            config=futures(fee=0.001),
            **more,
        )
    )
    fee = 0.001 * 200
    expected = [10_000 - fee, 10_006 - fee, 10_002 - fee - 0.001 * 202]
    np.testing.assert_allclose(seen["value"], expected)


def test_candles_are_those_of_the_timeframe(inside):
    candles = continuous(3, 905)
    strategy = entry((1, 100))
    seen = inside(lambda **more: run(strategy, candles, "15m", **more))
    picture = seen["page"].symbols[0].picture
    columns = picture.candles.columns
    assert picture.candles.count == 61
    np.testing.assert_array_equal(picture.candles.times, START + 900_000.0 * np.arange(61))
    whole = candles[:900].reshape(60, 15, 6)
    np.testing.assert_array_equal(columns["Open"][:60], whole[:, 0, 1])
    np.testing.assert_array_equal(columns["Close"][:60], whole[:, -1, 2])
    np.testing.assert_array_equal(columns["High"][:60], whole[:, :, 3].max(axis=1))
    np.testing.assert_array_equal(columns["Low"][:60], whole[:, :, 4].min(axis=1))
    assert columns["Volume"][60] == 5


def test_symbols_share_the_times_and_miss_candles_of_their_own(inside):
    seen = inside(with_holes)
    first, second = (traded.picture.candles for traded in seen["page"].symbols)
    np.testing.assert_array_equal(first.times, second.times)
    assert not (first.times % 900_000).any()
    missing = np.isnan(second.columns["Close"])
    assert missing.sum() > 50
    assert not np.isnan(first.columns["Close"][missing]).any()


def test_a_symbol_without_minutes_to_trade_is_empty(inside):
    candles = {"A-USDT": continuous(1, 60), "B-USDT": continuous(2, 60)}
    candles["B-USDT"][:, 0] += 7_200_000
    routes = [route(busy(), symbol, "5m") for symbol in candles]
    seen = inside(lambda **more: run(None, candles, routes=routes, benchmark=True, **more))
    first, second = (traded.picture for traded in seen["page"].symbols)
    assert np.isnan(first.candles.columns["Close"]).all()
    assert first.trades is None
    assert not np.isnan(second.candles.columns["Close"]).any()
    assert first.equity.buy_hold[0] > 0


def test_too_many_candles_are_drawn_as_longer_ones(inside, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_CANDLES", 40)
    seen = inside(gapless, 3, 3000, "5m")
    picture = seen["page"].symbols[0].picture
    assert picture.candles.count == 25
    assert ("Timeframe", "5m, drawn as 2h") in seen["page"].facts
    assert MINUTES["2h"] * 25 == 3000


def test_trades_are_at_their_candles(inside):
    seen = inside(gapless, 3, 3000)
    trades = seen["page"].symbols[0].picture.trades
    listed = seen["result"]["trades"]
    assert len(trades.count) == len(listed)
    for name, key in (("entry", "opened_at"), ("exit", "closed_at")):
        expected = [int((trade[key] - START - 60_000) // 900_000) for trade in listed]
        assert getattr(trades, name).tolist() == expected
    assert np.sign(trades.size).tolist() == [1 if t["type"] == "long" else -1 for t in listed]
    np.testing.assert_allclose(trades.pnl, [trade["PNL"] for trade in listed])
    np.testing.assert_allclose(100 * trades.returns, [trade["PNL_percentage"] for trade in listed])


def test_lines_of_strategies_are_drawn(inside):
    def update_chart(self):
        if self.index in (1, 3):
            self.add_line_to_candle_chart("mean", 100 + self.index, "red")
        self.add_extra_line_chart("osc", "a", self.index)
        self.add_extra_line_chart("osc", "b", -self.index)
        self.add_horizontal_line_to_candle_chart("top", 110, "blue", 2, "dotted")
        self.add_horizontal_line_to_extra_chart("osc", "zero", 0, line_width="no number")

    strategy = entry((1, 100), None, None, update_chart=update_chart)
    seen = inside(lambda **more: run(strategy, rows([(100,) * 4] * 6), **more))
    (traded,) = seen["page"].symbols
    (mean,) = traded.picture.overlays[0].rows
    assert (mean.label, mean.color) == ("mean", "red")
    np.testing.assert_array_equal(mean.values, [np.nan, 101, 101, 103, np.nan, np.nan])
    (chart,) = traded.picture.sections
    assert traded.section_names == ["osc"]
    assert [row.label for row in chart.rows] == ["a", "b"]
    assert len({row.column for row in (*chart.rows, mean)}) == 3
    np.testing.assert_array_equal(chart.rows[1].values, -np.arange(6.0))
    assert [(level.value, level.dotted) for level in traded.levels] == [(110, True)]
    assert [(level.value, level.width) for level in traded.section_levels[0]] == [(0, 1.5)]


def test_marks_of_the_overview_are_the_fills(inside):
    seen = inside(gapless, 3, 1500, benchmark=True)
    data = seen["images"]
    marks = data.marks["BTC-USDT"]
    orders = [order for trade in seen["result"]["trades"] for order in trade["orders"]]
    assert marks.times.as_unit("ms").asi8.tolist() == [int(o["executed_at"]) for o in orders]
    assert marks.buys.tolist() == [order["side"] == "buy" for order in orders]
    first = continuous(3, 1500)[0, 1]
    np.testing.assert_allclose(marks.values, [100 * (o["price"] / first - 1) for o in orders])
    np.testing.assert_array_equal(data.balance, seen["samples"][:, 1])
    assert list(data.held) == ["BTC-USDT"]


def test_buying_and_holding_is_drawn_if_asked_for(inside):
    held = inside(gapless, 3, 1500, benchmark=True)["page"].symbols[0].picture.equity.buy_hold
    candles = continuous(3, 1500)
    value = inside(gapless, 3, 1500)["value"]
    expected = 10_000 * candles[14::15, 2] / candles[0, 1] / value[14]
    np.testing.assert_allclose(held, expected)
    assert inside(gapless, 3, 1500)["page"].symbols[0].picture.equity.buy_hold is None


class Page(HTMLParser):
    """Tags, their addresses, and the heading of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.heading, self._open = [], [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._open = tag
        self.addresses += [v for k, v in attrs if k in ("src", "href") and tag != "a"]

    def handle_data(self, data):
        if self._open == "h1":
            self.heading += data

    def handle_endtag(self, tag):
        self._open = ""


def test_report_of_quantstats(tmp_path, capfd):
    kind = type("<script>alert(1)</script>", (busy(),), {})
    result = run(
        None,
        {"A-USDT": market(6, 20_000, False), "B-USDT": market(7, 20_000, False)},
        routes=[route(kind, "A-USDT", "4h"), route(busy(), "B-USDT", "1h")],
        config=futures(fee=0.001),
        **asked("quantstats"),
        benchmark=True,
        output_folder=tmp_path,
    )
    text = Path(result["quantstats"]).read_text(encoding="utf-8")
    assert result["quantstats"].endswith(".html")
    assert Path(result["quantstats"]).parent == tmp_path / "full-reports"
    page = Page(text)
    assert page.heading.startswith("<script>alert(1)</script>, Busy on A-USDT, B-USDT")
    assert not re.search(r"<script[^>]*>alert", text)
    assert [address for address in page.addresses if "//" in address] == []
    assert "svg" in page.tags
    for words in ("Buy &amp; hold", "Sharpe", "Max Drawdown"):
        assert words in text or words.replace("&amp;", "&") in text
    assert capfd.readouterr() == ("", "")


def test_daily_returns_compound_to_the_balance_and_name_each_day_once():
    rng = np.random.default_rng(2)
    for start in (0.0, 0.5 * DAY, 0.99 * DAY):
        for end in (3.0, 3.25, 3.5):
            times = start + np.array([0, DAY + 60_000, 2 * DAY + 60_000, end * DAY])
            values = 100 + rng.normal(0, 5, 4)
            returns = daily_returns(times, values, "x")
            assert returns.index.is_unique
            assert returns.index.is_monotonic_increasing
            assert np.prod(1 + returns) == pytest.approx(values[-1] / values[0])


def test_what_draws_is_not_imported_for_other_outputs(tmp_path):
    code = (
        "import sys; from tests.exchange.outputs.support import winner; "
        f"winner('csv', 'json', 'logs', 'tradingview', output_folder={str(tmp_path)!r}); "
        "print([m for m in ('matplotlib', 'quantstats', 'bokeh') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
