"""`Backtest.report`: what it says, the page it becomes, and where that goes."""

import re
import subprocess
import sys
import types
import warnings
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import hindcaster
from hindcaster import Backtest, Strategy, _compat
from hindcaster.data.fingerprint import fingerprint
from hindcaster.lib import FractionalBacktest, crossover
from hindcaster.plotting.report.info import Months, Rolling, report_of
from hindcaster.reporting import warm_up_of
from hindcaster.test import BTCUSD, GOOG, SMA
from tests.unit.helpers import frame, scripted

EVIL = "<img src=x onerror='alert(1)'>&amp;\"{{ 7 * 7 }}"
SECTIONS = [
    "Equity",
    "Drawdown",
    "Monthly returns",
    "Rolling Sharpe ratio",
    "Returns of trades",
    "Longest drawdowns",
    "Orders",
    "Statistics",
]


class Crosses(Strategy):
    fast = 10
    slow = 20
    label = "<b>"
    _hidden = 3

    def init(self):
        self.sma1 = self.I(SMA, self.data.Close, self.fast)
        self.sma2 = self.I(SMA, self.data.Close, self.slow)

    def next(self):
        price = self.data.Close[-1]
        if crossover(self.sma1, self.sma2):
            self.position.close()
            self.buy(sl=0.9 * price, tag=EVIL)
        elif crossover(self.sma2, self.sma1):
            self.position.close()
            self.sell()
        elif len(self.data) % 50 == 0:
            self.buy(limit=0.8 * price, good_for=1)

    def helper(self):
        """Not a parameter."""


def walk(index, seed=0):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, len(index))))
    data = frame([(c, c * 1.001, c * 0.999, c) for c in close.tolist()])
    return data.set_axis(index)


def run_of(data, strategy=Crosses, *, kind=Backtest, params=None, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = kind(data, strategy, **settings)
        test.run(**(params or {}))
    return test


def told(data, strategy=Crosses, **settings):
    """What the report of a run says, and the results."""
    test = run_of(data, strategy, **settings)
    return report_of(test._data, test._results), test._results


@pytest.fixture(scope="module")
def goog():
    return run_of(GOOG, commission=0.002, finalize_trades=True)


@pytest.fixture(scope="module")
def said(goog):
    return report_of(goog._data, goog._results, warmup=warm_up_of(goog._results))


class Reader(HTMLParser):
    """Texts by enclosing section, headings, and whether all tags are closed in order."""

    VOID = ("meta", "img", "br", "link", "input", "hr")

    def __init__(self, page):
        super().__init__()
        self.open, self.headings, self.links, self.images = [], [], [], 0
        self.texts, self.section = {}, ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.links += [attributes[k] for k in ("src", "href") if attributes.get(k)]
        self.images += tag == "img"
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("section", "header", "footer"):
            self.section = attributes.get("id", tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["h2"]:
            self.headings.append(data.strip())
        if "script" not in self.open and "style" not in self.open and data.strip():
            self.texts.setdefault(self.section, []).append(data.strip())


def written(test, tmp_path, **options):
    path = test.report(tmp_path / "page", open_browser=False, **options)
    assert path == tmp_path / "page.html"
    return path.read_text(encoding="utf-8")


class TestSays:
    def test_monthly_returns_of_the_equity(self, said, goog):
        equity = goog._results._equity_curve.Equity
        last = equity.groupby(equity.index.to_period("M")).last()
        expected = (last / last.shift(fill_value=equity.iloc[0]) - 1).to_numpy()
        cells = said.months.cells.ravel()
        np.testing.assert_allclose(cells[7 : 7 + len(expected)], expected, atol=1e-12)
        assert np.isnan(cells[:7]).all()
        assert said.months.years == [str(year) for year in range(2004, 2014)]
        compounded = np.nanprod(1 + said.months.cells, axis=1) - 1
        np.testing.assert_allclose(said.months.totals, compounded)

    def test_months_of_clocks_on_the_wall(self):
        index = pd.date_range("2024-03-31 20:00", periods=12, freq="h", tz="Europe/Berlin")
        months = told(walk(index), scripted({}))[0].months
        assert np.isfinite(months.cells).sum() == 2

    def test_yearly_bars_have_years_only(self):
        index = pd.date_range("1990-01-01", periods=30, freq="YS")
        months = told(walk(index), scripted({}))[0].months
        assert months.whole_years
        assert months.years == [str(year) for year in range(1990, 2020)]

    def test_years_without_bars_are_empty_rows(self):
        index = pd.DatetimeIndex(["2020-01-05", "2020-02-05", "2023-01-05"])
        months = told(walk(index), scripted({}))[0].months
        assert months.years == ["2020", "2021", "2022", "2023"]
        assert np.isnan(months.totals).tolist() == [False, True, True, False]

    def test_why_there_is_no_table_of_months(self):
        dated = told(walk(pd.date_range("2024-03-05", periods=9)), scripted({}))[0]
        assert dated.months == "All bars lie in March 2024: there are no months to compare."
        numbered = told(walk(pd.RangeIndex(9)), scripted({}))[0]
        assert numbered.months.startswith("The bars are numbered")

    def test_sharpe_ratio_of_half_a_year(self, said, goog):
        assert said.sharpe.window == "126 days"
        equity = goog._results._equity_curve.Equity
        part = equity.iloc[-127:]
        returns = part.pct_change().dropna()
        growth = np.exp(np.log1p(returns).mean())
        volatility = np.sqrt((returns.var() + growth**2) ** 252 - growth**504)
        assert said.sharpe.values[-1] == pytest.approx((growth**252 - 1) / volatility)
        assert len(said.sharpe.values) == len(equity) - 126

    @pytest.mark.parametrize(
        ("freq", "count", "window"),
        [("W", 60, "26 weeks"), ("31D", 60, "12 months"), ("365D", 60, "12 years")],
    )
    def test_window_follows_the_bars(self, freq, count, window):
        index = pd.date_range("1960-01-01", periods=count, freq=freq)
        script = {3: lambda s: s.buy(size=10)}
        said, _ = told(walk(index), scripted(script))
        assert isinstance(said.sharpe, Rolling)
        assert said.sharpe.window == window

    def test_why_there_is_no_sharpe_ratio(self):
        short = told(walk(pd.date_range("2024-01-01", periods=60)), scripted({}))[0]
        assert short.sharpe.endswith("the data have 59 in all.")
        flat = told(walk(pd.date_range("2020-01-01", periods=400)), scripted({}))[0]
        assert "does not vary" in flat.sharpe
        assert "nothing is annualised" in told(walk(pd.RangeIndex(9)), scripted({}))[0].sharpe

    def test_drawdowns_are_those_of_the_statistics(self, said, goog):
        stats = goog._results
        assert len(said.drawdowns) in (10, 11)
        assert said.drawdowns[0].duration == f"{stats['Max. Drawdown Duration'].days} days"
        deepest = [row for row in said.drawdowns if row.deepest]
        assert [row.depth for row in deepest] == [f"{stats['Max. Drawdown [%]']:.2f} %"]
        curve = stats._equity_curve
        valley = curve.DrawdownPct.idxmax()
        assert deepest[0].valley == f"{valley:%Y-%m-%d}"
        assert curve.Equity[deepest[0].recovery] >= curve.Equity[deepest[0].start]

    def test_drawdown_without_recovery(self):
        script = {2: lambda s: s.buy(size=100)}
        said, _ = told(frame([10, 10, 11, 10, 9, 9.5]), scripted(script))
        assert [(d.start, d.recovery) for d in said.drawdowns] == [("2024-01-03", "")]

    def test_returns_of_all_trades(self, said, goog):
        returns = goog._results._trades.ReturnPct
        assert said.returns.histogram.counts.sum() == len(returns)
        assert said.returns.mean == pytest.approx(returns.mean())
        assert said.returns.median == pytest.approx(returns.median())

    def test_outcomes_count_every_order(self, said, goog):
        orders = goog._results._orders
        for outcome, reason, counts, total in said.outcomes.rows:
            text = "" if reason == "as ordered" else reason
            chosen = orders[(orders.Outcome == outcome) & (orders.Reason == text)]
            assert total == len(chosen) == sum(counts)
            assert counts == [(chosen.Role == role).sum() for role in said.outcomes.roles]
        assert sum(row[3] for row in said.outcomes.rows) == len(orders)
        assert said.outcomes.rows[0][0] == "filled"

    def test_results_without_orders(self, goog):
        stats = goog._results.drop("_orders")
        assert report_of(GOOG, stats).outcomes == "These results list no orders."

    def test_curves_bar_by_bar(self, said, goog):
        curve = goog._results._equity_curve
        np.testing.assert_array_equal(said.curves.equity, curve.Equity)
        np.testing.assert_array_equal(said.curves.drawdown, -curve.DrawdownPct)
        np.testing.assert_array_equal(said.curves.watermark, curve.Equity.cummax())
        assert said.curves.note == ""
        held = said.curves.buy_hold[-1] / said.curves.equity[0] - 1
        assert 100 * held == pytest.approx(goog._results["Buy & Hold Return [%]"])

    def test_many_bars_keep_the_deepest_drawdown(self):
        index = pd.date_range("2020-01-01", periods=40_000, freq="min")
        script = {5: lambda s: s.buy(size=0.9)}
        said, stats = told(walk(index), scripted(script))
        assert len(said.curves.x) <= 10_000
        assert "40,000 bars are drawn as" in said.curves.note
        assert 100 * said.curves.drawdown.min() == pytest.approx(stats["Max. Drawdown [%]"])
        assert said.curves.equity[-1] == stats["Equity Final [$]"]

    def test_clocks_that_go_back_do_not_turn_the_curve_round(self):
        index = pd.date_range("2024-10-26 12:00", periods=40, freq="h", tz="Europe/Berlin")
        curves = told(walk(index), scripted({}))[0].curves
        assert (np.diff(curves.x) >= 0).all()
        assert (np.diff(curves.times) < 0).sum() == 0
        minutes = pd.date_range("2024-10-27 00:00", periods=300, freq="min", tz="Europe/Berlin")
        curves = told(walk(minutes), scripted({}))[0].curves
        assert (np.diff(curves.x) >= 0).all()
        assert (np.diff(curves.times) < 0).sum() == 1

    def test_numbered_bars_lie_at_their_labels(self):
        curves = told(walk(pd.Index([1.5, 2.5, 10.0])), scripted({}))[0].curves
        assert (curves.x.tolist(), curves.times) == ([1.5, 2.5, 10.0], None)

    def test_nothing_happened(self):
        said, _ = told(walk(pd.date_range("2024-01-01", periods=1)), scripted({}))
        assert said.returns == "No trade was closed."
        assert said.outcomes == "No order was placed."
        assert isinstance(said.drawdowns, str)
        assert [tile.text for tile in said.tiles][:2] == ["0.00 %", "0.00 %"]

    def test_ruin(self):
        prices = [100.0] * 5 + [100 - 3 * n for n in range(31)]
        index = pd.date_range("2024-01-15", periods=len(prices))
        data = frame(prices).set_axis(index)
        said, stats = told(data, scripted({2: lambda s: s.buy(size=0.99)}), margin=0.5)
        assert stats["Equity Final [$]"] == 0
        assert said.months.totals.tolist() == [-1]
        assert said.drawdowns[0].depth == "-100.00 %"

    def test_needs_no_bokeh(self):
        code = "import sys, hindcaster.plotting.report.info; print('bokeh' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "False\n", done.stderr


class TestPage:
    def test_sections_in_order(self, goog, tmp_path):
        reader = Reader(written(goog, tmp_path))
        assert [heading for heading in reader.headings if heading] == [
            *SECTIONS,
            "Parameters",
            "Settings",
            "Data",
        ]

    def test_statistics_are_those_of_the_run(self, goog, tmp_path):
        texts = Reader(written(goog, tmp_path)).texts["statistics"]
        public = [name for name in goog._results.index if not name.startswith("_")]
        assert [text for text in texts if text in public] == public
        assert texts[texts.index("# Trades") + 1] == str(goog._results["# Trades"])

    def test_is_self_contained(self, goog, tmp_path):
        page = written(goog, tmp_path)
        assert Reader(page).links == []
        assert "@import" not in page
        assert 1_000_000 < len(page) < 3_000_000

    def test_cdn(self, goog, tmp_path):
        page = written(goog, tmp_path, resources="cdn")
        links = Reader(page).links
        assert links
        assert all(link.startswith("https://cdn.bokeh.org/") for link in links)
        assert len(page) < 500_000

    def test_parameters_settings_and_versions(self, tmp_path):
        test = run_of(
            GOOG[:300], params={"slow": 30}, commission=(1.0, 0.002), margin=0.5, hedging=True
        )
        texts = Reader(written(test, tmp_path, title="A title")).texts
        assert texts["header"][0] == "A title"
        assert texts["parameters"] == [
            "Parameters", "fast", "10", "slow", "30", "given", "label", "'<b>'",
        ]  # fmt: skip
        settings = texts["settings"]
        for name, value in (
            ("commission", "(1.0, 0.002)"),
            ("margin", "0.5"),
            ("hedging", "True"),
            ("fractional", "False"),
        ):
            assert settings[settings.index(name) + 1] == value
        assert fingerprint(test._data) in texts["data"]
        made = texts["versions"]
        assert made[made.index("hindcaster") + 1] == hindcaster.__version__
        assert made[made.index("pandas") + 1] == pd.__version__
        ran = made[made.index("Strategy ran") + 1]
        assert ran.startswith("interpreted (")

    def test_compiled_runs_say_so(self, tmp_path):
        test = run_of(GOOG[:300], compiled=True, finalize_trades=True)
        made = Reader(written(test, tmp_path)).texts["versions"]
        assert made[made.index("Strategy ran") + 1] == "compiled (compiled=True)"

    def test_texts_of_the_user_are_escaped(self, tmp_path):
        evil = type(EVIL, (Crosses,), {EVIL: EVIL, "function": staticmethod(len)})
        data = GOOG[:300].rename(columns={"Volume": "Volume"}).assign(**{EVIL: 1.0})
        test = run_of(data, evil, commission=lambda size, price: 1)
        for options in ({}, {"title": EVIL}):
            page = written(test, tmp_path, **options)
            reader = Reader(page)
            assert reader.images == 0
            assert "{{ 7 * 7 }}" in page
            assert reader.texts["header"][0] == EVIL
            assert EVIL in reader.texts["parameters"]
            assert repr(EVIL) in reader.texts["parameters"]

    def test_user_names_of_statistics_are_escaped(self, goog, tmp_path):
        stats = goog._results.copy()
        stats[EVIL] = EVIL
        texts = Reader(written(goog, tmp_path, results=stats)).texts["statistics"]
        assert texts[-2:] == [EVIL, EVIL]

    def test_themes(self, goog, tmp_path):
        assert "--page: #ffffff" in written(goog, tmp_path)
        dark = written(goog, tmp_path, theme="dark")
        assert "--page: #14181d" in dark
        assert "color-scheme: dark" in dark

    @pytest.mark.parametrize(
        "index",
        [
            pd.date_range("2024-01-01", periods=1),
            pd.date_range("2024-01-01", periods=2),
            pd.RangeIndex(300),
            pd.Index([f"<i>{n}" for n in range(60)]),
            pd.date_range("1900-01-01", periods=90, freq="YS"),
            pd.date_range("2000-01-01", periods=90, freq="MS"),
            pd.date_range("2024-03-29", periods=120, freq="h", tz="Europe/Berlin"),
            pd.DatetimeIndex(["2024-01-01"] * 3 + ["2024-01-02"] * 40),
        ],
    )
    def test_any_index(self, index, tmp_path):
        page = written(run_of(walk(index), finalize_trades=True), tmp_path)
        assert len(page) > 1_000_000
        Reader(page)

    def test_fractional(self, tmp_path):
        test = run_of(
            BTCUSD[-400:], kind=FractionalBacktest, fractional_unit=1e-6, finalize_trades=True
        )
        settings = Reader(written(test, tmp_path)).texts["settings"]
        assert settings[settings.index("fractional_unit") + 1] == "1e-06"

    def test_absent_parts_say_why(self, tmp_path):
        test = run_of(walk(pd.RangeIndex(9)), scripted({}))
        texts = Reader(written(test, tmp_path)).texts
        assert texts["months"][1].startswith("The bars are numbered")
        assert texts["sharpe"][1].startswith("The bars are numbered")
        assert texts["returns"] == ["Returns of trades", "No trade was closed."]

    def test_months_are_coloured_by_size(self, said):
        from hindcaster.plotting.report.page import _table

        table = _table(said.months)
        assert table.columns[0] == "Jan"
        assert table.columns[-1] == "Year"
        cells = [cell for _, row in table.rows for cell in row[:12] if cell.text]
        for cell in cells:
            assert (
                cell.tone == ("up" if float(cell.text) > 0 else "down")
                or abs(float(cell.text)) < 0.1
            )
        largest = max(cells, key=lambda cell: abs(float(cell.text)))
        assert largest.strength == 55

    def test_years_stand_in_decades(self):
        from hindcaster.plotting.report.page import _table

        years = [str(year) for year in range(1998, 2011)]
        months = Months(years, np.full((13, 12), np.nan), np.arange(13) / 100, True)
        table = _table(months)
        assert [name for name, _ in table.rows] == ["1990s", "2000s", "2010s"]
        assert [cell.text for cell in table.rows[0][1]][-3:] == ["", "0.0", "1.0"]
        assert [cell.text for cell in table.rows[2][1]][:2] == ["12.0", ""]


class TestWhereItGoes:
    def test_named_after_the_strategy_beside_its_plot(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        test = run_of(GOOG[:100], params={"fast": 5})
        for filename in (None, ""):
            path = test.report(filename, open_browser=False)
            assert path.name == "Crosses(fast=5).report.html"
            assert path.exists()

    def test_opens_the_browser(self, goog, tmp_path, monkeypatch):
        opened = []
        monkeypatch.setattr("webbrowser.open", opened.append)
        path = goog.report(tmp_path / "x.html")
        assert opened == [path.as_uri()]

    def test_notebooks_show_the_page_in_a_frame(self, goog, tmp_path, monkeypatch):
        shown = []
        module = types.ModuleType("IPython.display")
        module.HTML, module.display = lambda text: text, shown.append
        monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
        monkeypatch.setitem(sys.modules, "IPython.display", module)
        monkeypatch.setattr(_compat, "_notebook_output", True)
        monkeypatch.chdir(tmp_path)
        assert goog.report(title="Shown here") is None
        assert list(tmp_path.iterdir()) == []
        assert re.match('<iframe srcdoc="[^"]*Shown here[^"]*" style="[^"]*"></iframe>$', shown[0])
        assert goog.report(tmp_path / "x") == tmp_path / "x.html"
        assert len(shown) == 2

    def test_nothing_was_run(self):
        with pytest.raises(RuntimeError, match=r"call run\(\) first"):
            Backtest(GOOG, Crosses).report()

    def test_results_of_other_data(self, goog):
        with pytest.raises(AssertionError, match="other data"):
            Backtest(GOOG[:50], Crosses).report(results=goog._results)
        with pytest.raises(TypeError, match="results must be"):
            goog.report(results={"a": 1})
        with pytest.raises(ValueError, match="_equity_curve"):
            goog.report(results=goog._results[:5])

    @pytest.mark.parametrize(
        ("option", "error"),
        [
            ({"theme": "blue"}, ValueError),
            ({"resources": "server"}, ValueError),
            ({"title": 3}, TypeError),
            ({"filename": 3}, TypeError),
            ({"filename": "page.png"}, ValueError),
        ],
    )
    def test_bad_options_are_named(self, goog, option, error):
        with pytest.raises(error, match=next(iter(option))):
            goog.report(**option)

    def test_missing_directory(self, goog, tmp_path):
        with pytest.raises(FileNotFoundError, match="no directory"):
            goog.report(tmp_path / "nowhere" / "x", open_browser=False)
