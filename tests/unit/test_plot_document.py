"""The Bokeh document of a picture, section by section, and the file it becomes."""

import os
import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import hindcaster
from hindcaster import Backtest, Strategy, _compat
from hindcaster.lib import FractionalBacktest, SignalStrategy, crossover, plot_heatmaps
from hindcaster.test import EURUSD, GOOG, SMA
from tests.unit.helpers import frame, scripted


class SmaCross(Strategy):
    fast = 10
    slow = 20

    def init(self):
        self.sma1 = self.I(SMA, self.data.Close, self.fast)
        self.sma2 = self.I(SMA, self.data.Close, self.slow)
        self.below = self.I(lambda c: np.sin(np.arange(len(c))), self.data.Close, name="wave")

    def next(self):
        if crossover(self.sma1, self.sma2):
            self.position.close()
            self.buy(sl=0.9 * self.data.Close[-1], tag="up")
        elif crossover(self.sma2, self.sma1):
            self.position.close()
            self.sell()


@pytest.fixture(scope="module")
def backtest():
    test = Backtest(GOOG, SmaCross, finalize_trades=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test.run()
    return test


@pytest.fixture
def plot(backtest, tmp_path):
    def draw(test=backtest, **options):
        return test.plot(filename=tmp_path / "page", open_browser=False, **options)

    return draw


def figures(layout):
    assert [(row, column) for _, row, column in layout.children] == [
        (row, 0) for row in range(len(layout.children))
    ]
    return [figure for figure, _, _ in layout.children]


def labels(layout):
    return [figure.yaxis.axis_label for figure in figures(layout)]


def glyphs(figure):
    return [type(renderer.glyph).__name__ for renderer in figure.renderers]


def entries(figure):
    """Legend entries of a figure: text and number of renderers."""
    return [
        (item.label.value, len(item.renderers)) for legend in figure.legend for item in legend.items
    ]


def prices(layout):
    return next(figure for figure in figures(layout) if figure.height == 400)


def plotted(data, strategy, tmp_path, *, kind=Backtest, settings=None, **options):
    """Run and draw; gives the layout, and the texts of warnings of drawing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = kind(data, strategy, **(settings or {}))
        test.run()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layout = test.plot(filename=tmp_path / "page.html", open_browser=False, **options)
    assert (tmp_path / "page.html").stat().st_size > 1000
    return layout, [str(warning.message) for warning in caught]


class TestSections:
    def test_from_top_to_bottom(self, plot):
        layout = plot()
        assert labels(layout) == ["Equity", "Profit / Loss", "", "Volume", ""]
        assert [figure.height for figure in figures(layout)] == [100, 80, 400, 70, 50]

    def test_all_of_them(self, plot):
        layout = plot(plot_return=True, plot_drawdown=True)
        assert labels(layout)[:4] == ["Equity", "Return", "Drawdown", "Profit / Loss"]
        assert [figure.height for figure in figures(layout)] == [80, 80, 80, 80, 400, 70, 50]

    def test_none_of_them(self, plot):
        layout = plot(plot_equity=False, plot_pl=False, plot_volume=False)
        assert [figure.height for figure in figures(layout)] == [400, 50]
        assert prices(layout).xaxis.visible

    def test_equity(self, plot):
        figure = figures(plot())[0]
        assert glyphs(figure) == ["Patch", "Line", "Scatter", "Scatter", "Scatter", "Line"]
        assert [r.glyph.fill_color for r in figure.renderers[2:5]] == ["cyan", "blue", "red"]
        texts = [re.sub(r"-?\d[\d.,]*", "n", text) for text, _ in entries(figure)]
        assert texts == ["Peak (n%)", "Final (n%)", "Max Drawdown (n%)", "Max Dd Dur. (n days)"]
        assert figure.yaxis.formatter.format == "0,0.[00]%"

    def test_equity_in_cash(self, plot, backtest):
        figure = figures(plot(relative_equity=False))[0]
        final = backtest._results["Equity Final [$]"]
        assert entries(figure)[1][0] == f"Final (${final:,.0f})"
        assert figure.yaxis.formatter.format == "$ 0.0 a"

    def test_drawdown_has_a_section_of_its_own(self, plot, backtest):
        equity, drawdown = figures(plot(plot_drawdown=True))[:2]
        assert glyphs(equity) == ["Patch", "Line", "Scatter", "Scatter", "Line"]
        assert glyphs(drawdown) == ["Line", "Scatter"]
        deepest = backtest._results["Max. Drawdown [%]"]
        assert entries(drawdown) == [(f"Peak ({deepest:.1f}%)", 1)]

    def test_profits(self, plot, backtest):
        figure = figures(plot())[1]
        assert glyphs(figure) == ["MultiLine", "Scatter"]
        assert entries(figure) == []
        source = figure.renderers[1].data_source
        trades = backtest._results._trades.sort_values("ExitBar")
        np.testing.assert_array_equal(source.data["index"], trades.ExitBar)
        np.testing.assert_array_equal(source.data["returns"], trades.ReturnPct)
        assert source.data["triangles"][0] == (
            "triangle" if trades.Size.iloc[0] > 0 else "inverted_triangle"
        )
        assert min(source.data["marker_size"]) == 8
        assert max(source.data["marker_size"]) == 20
        expected = {
            "size returns_positive position_lines_xs position_lines_ys returns marker_size lines "
            "triangles index datetime"
        }
        assert set(expected.pop().split()) <= set(source.data)

    def test_prices(self, plot):
        figure = prices(plot())
        assert glyphs(figure) == [
            *("Segment", "VBar"),  # months behind days
            *("Segment", "VBar"),
            "MultiLine",
            *("Line", "Line"),
        ]
        count = len(figure.renderers[4].data_source.data["index"])
        assert entries(figure) == [
            ("OHLC", 2),
            (f"Trades ({count})", 1),
            ("SMA(C,10)", 1),
            ("SMA(C,20)", 1),
        ]
        assert figure.renderers[4].glyph.line_width == 8

    def test_prices_alone(self, plot):
        figure = prices(plot(superimpose=False, plot_trades=False))
        assert glyphs(figure) == ["Segment", "VBar", "Line", "Line"]

    def test_columns_of_candles(self, plot):
        data = prices(plot()).renderers[2].data_source.data
        names = "index Open High Low Close Volume datetime inc equity ohlc_low ohlc_high"
        assert set(names.split()) <= set(data)
        assert {"SMA(C,10)_0_0", "SMA(C,20)_1_0", "wave_2_0"} <= set(data)
        np.testing.assert_array_equal(data["Close"], GOOG.Close)
        rose = np.where(GOOG.Close >= GOOG.Open, "1", "0")
        np.testing.assert_array_equal(data["inc"], rose)

    def test_volume(self, plot):
        layout = plot()
        assert glyphs(figures(layout)[3]) == ["VBar"]
        assert figures(layout)[3].xaxis.visible
        assert not prices(layout).xaxis.visible

    def test_indicators(self, plot):
        figure = figures(plot())[4]
        assert glyphs(figure) == ["Line"]
        assert entries(figure) == [("wave", 1)]
        assert figure.legend[0].glyph_width == 0
        spans = [item for item in figure.center if type(item).__name__ == "Span"]
        assert spans[0].line_dash == [6]

    def test_legends(self, plot):
        for visible in (True, False):
            for figure in figures(plot(show_legend=visible)):
                for legend in figure.legend:
                    assert legend.visible is visible
                    assert legend.click_policy == "hide"
                    assert legend.location == "top_left"


class TestAxes:
    def test_horizontal_range_is_shared(self, plot):
        ranges = {figure.x_range.id for figure in figures(plot())}
        assert len(ranges) == 1

    def test_horizontal_range(self, plot):
        x = prices(plot()).x_range
        room = (len(GOOG) - 1) / 20
        assert (x.start, x.end, x.min_interval) == (0, len(GOOG) - 1, 10)
        assert x.bounds == (-room, len(GOOG) - 1 + room)

    def test_vertical_ranges_follow(self, plot):
        x = prices(plot()).x_range
        for event in ("change:start", "change:end"):
            assert len(x.js_property_callbacks[event]) == 1

    def test_tools(self, plot):
        for figure in figures(plot()):
            names = {type(tool).__name__ for tool in figure.tools}
            expected = "Pan WheelZoom WheelPan BoxZoom Undo Redo Reset Save Hover Crosshair"
            assert names >= {f"{name}Tool" for name in expected.split()}

    def test_crosshair_is_shared(self, plot):
        tools = [
            tool.id
            for figure in figures(plot())
            for tool in figure.tools
            if type(tool).__name__ == "CrosshairTool"
        ]
        assert len(set(tools)) == 1

    def test_hover_begins_with_the_date(self, plot):
        for figure in figures(plot()):
            assert figure.hover[0].tooltips[0] == ("Date", "@datetime{%c}")

    def test_hover_begins_with_the_number_of_undated_bars(self, tmp_path):
        data = frame([10, 11, 12], freq=None)
        layout, _ = plotted(data, scripted({}), tmp_path)
        assert prices(layout).hover[0].tooltips[0] == ("#", "@index")

    def test_stop_loss_and_tag_show_on_trades(self, plot):
        names = [name for name, _ in figures(plot())[1].hover[0].tooltips]
        assert "SL" in names
        assert "Tag" in names
        assert "TP" not in names

    def test_width(self, plot):
        assert plot().sizing_mode == "stretch_width"
        layout = plot(plot_width=700)
        assert layout.sizing_mode is None
        assert {figure.width for figure in figures(layout)} == {700}


class TestOptions:
    def test_smooth_equity(self, plot):
        source = figures(plot(smooth_equity=True))[0].renderers[1].data_source
        changes = np.diff(source.data["equity"].astype(float), 2)
        assert (np.abs(changes) < 1e-6).mean() > 0.8

    def test_buy_and_hold(self, plot):
        figure = figures(plot(plot_buy_hold=True))[0]
        assert entries(figure)[-1] == ("Buy & Hold", 1)

    def test_orders(self, tmp_path):
        script = {2: lambda s: s.buy(size=10**6), 3: lambda s: s.buy(limit=5).cancel()}
        layout, _ = plotted(frame([10] * 5), scripted(script), tmp_path, plot_orders=True)
        texts = [text for text, _ in entries(prices(layout))]
        assert texts == ["OHLC", "Rejected orders (1)", "Cancelled orders (1)"]

    def test_themes(self, plot, tmp_path):
        light = plot(theme="light")
        assert "background: #ffffff" in (tmp_path / "page.html").read_text()
        dark = plot(theme="dark")
        assert "background: #14181d" in (tmp_path / "page.html").read_text()
        assert prices(light).background_fill_color != prices(dark).background_fill_color

    def test_resampled(self, plot):
        layout = plot(resample="W")
        figure = prices(layout)
        assert "2,148 bars are drawn as" in figure.above[0].text
        assert len(figure.renderers[2].data_source.data["index"]) < 460
        assert "Count" in dict(figures(layout)[1].hover[0].tooltips)

    def test_results_of_an_earlier_run(self, plot, backtest):
        earlier, latest = backtest.run(fast=5), backtest.run()
        try:
            texts = [text for text, _ in entries(prices(plot(results=earlier)))]
            assert "SMA(C,5)" in texts
        finally:
            backtest._results = latest


class TestFiles:
    def test_named_after_strategy_and_parameters(self, backtest, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        test = Backtest(GOOG[:100], SmaCross, finalize_trades=True)
        test.run(fast=5)
        test.plot(open_browser=False)
        assert [path.name for path in tmp_path.iterdir()] == ["SmaCross(fast=5).html"]

    def test_parameters_with_slashes(self, tmp_path, monkeypatch):
        class Reads(SignalStrategy):
            path = ""

            def init(self):
                pass

        monkeypatch.chdir(tmp_path)
        test = Backtest(GOOG[:50], Reads)
        test.run(path="/a:b/c")
        test.plot(open_browser=False)
        assert [path.name for path in tmp_path.iterdir()] == ["Reads(path=_a_b_c).html"]

    def test_small(self, plot, tmp_path):
        plot()
        page = (tmp_path / "page.html").read_text()
        assert len(page) < 500_000
        assert "<title>page.html</title>" in page
        assert "cdn.bokeh.org" in page

    def test_works_offline(self, plot, tmp_path, monkeypatch):
        plot(resources="inline")
        page = (tmp_path / "page.html").read_text()
        assert "<script src=" not in page
        monkeypatch.setenv("BOKEH_RESOURCES", "inline")
        plot()
        assert "<script src=" not in (tmp_path / "page.html").read_text()

    def test_loads_nothing_but_bokeh(self, plot, tmp_path):
        plot()
        page = (tmp_path / "page.html").read_text()
        assert "<iframe" not in page
        addresses = set(re.findall(r"https?://([^/\"'\s]+)", page))
        assert addresses <= {"cdn.bokeh.org"}

    def test_user_texts_are_escaped(self, tmp_path):
        evil = "</script><script>alert(1)</script>"
        script = {2: lambda s: s.buy(size=1, tag=evil), 4: lambda s: s.position.close()}

        class Evil(scripted(script)):
            def init(self):
                super().init()
                self.I(lambda: np.full(6, 9.0), name=evil)

        test = Backtest(frame([10] * 6), Evil)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            test.run()
        path = tmp_path / "<b>.html"
        test.plot(filename=path, open_browser=False)
        page = path.read_text()
        assert "<script>alert" not in page
        assert "<title>&lt;b&gt;.html</title>" in page

    def test_missing_directory(self, backtest, tmp_path):
        with pytest.raises(FileNotFoundError, match="there is no directory"):
            backtest.plot(filename=str(tmp_path / "no" / "where.html"), open_browser=False)

    def test_browser_is_opened_if_wanted(self, backtest, tmp_path, monkeypatch):
        opened = []
        monkeypatch.setattr("webbrowser.open", opened.append)
        backtest.plot(filename=tmp_path / "x")
        assert opened == [(tmp_path / "x.html").as_uri()]

    def test_notebooks_show_and_write_nothing(self, backtest, tmp_path, monkeypatch):
        shown = []
        monkeypatch.setattr("bokeh.io.show", shown.append)
        monkeypatch.setattr("bokeh.io.output_notebook", lambda *_, **options: None)
        monkeypatch.setattr(_compat, "_notebook_output", False)
        monkeypatch.chdir(tmp_path)
        hindcaster.set_bokeh_output(notebook=True)
        layout = backtest.plot()
        assert shown == [layout]
        assert list(tmp_path.iterdir()) == []
        backtest.plot(filename="also")
        assert os.listdir() == ["also.html"]

    def test_images_need_a_browser(self, backtest, tmp_path, monkeypatch):
        monkeypatch.setattr("shutil.which", lambda name: None)
        with pytest.raises(RuntimeError, match="install Chromium"):
            backtest.plot(filename=tmp_path / "page.png", open_browser=False)

    def test_layouts_can_be_used_again(self, plot):
        from bokeh.embed import file_html

        layout = plot()
        assert file_html(layout, "cdn", "again")


class TestRobustness:
    def test_nothing_was_run(self):
        with pytest.raises(RuntimeError, match="nothing to plot"):
            Backtest(GOOG, SmaCross).plot()

    def test_warning_points_at_the_caller(self, backtest, tmp_path):
        with pytest.warns(UserWarning, match="superimposed") as caught:
            backtest.plot(filename=tmp_path / "x", open_browser=False, superimpose="D")
        assert caught[0].filename == __file__

    @pytest.mark.parametrize("count", [1, 2, 3, 12])
    @pytest.mark.parametrize("freq", ["D", None])
    def test_few_bars(self, count, freq, tmp_path):
        plotted(frame([10.0] * count, freq), scripted({}), tmp_path, plot_drawdown=True)

    @pytest.mark.parametrize("freq", ["ms", "s", "min", "5min", "h", "B", "W", "ME", "QS", "YE"])
    @pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
    def test_any_period(self, freq, zone, tmp_path):
        data = GOOG[:60].set_index(pd.date_range("2001-01-31", periods=60, freq=freq, tz=zone))
        script = {2: lambda s: s.buy(), 9: lambda s: s.position.close()}
        layout, _ = plotted(data, scripted(script), tmp_path)
        assert len(figures(layout)) == 4

    def test_clocks_that_go_back(self, tmp_path):
        index = pd.date_range("2024-10-26", periods=60, freq="h", tz="Europe/Berlin")
        plotted(GOOG[:60].set_index(index), scripted({}), tmp_path, resample="4h")

    def test_repeated_labels(self, tmp_path):
        data = GOOG[:60].set_index(GOOG.index[:60].where(np.arange(60) != 5, GOOG.index[4]))
        plotted(data, scripted({}), tmp_path, resample="W")

    def test_numbers_and_texts_as_index(self, tmp_path):
        for index in (pd.RangeIndex(60), np.arange(60) * 2.5, [f"{i:02}" for i in range(60)]):
            script = {2: lambda s: s.buy(), 9: lambda s: s.position.close()}
            plotted(GOOG[:60].set_index(pd.Index(index)), scripted(script), tmp_path)

    def test_bankruptcy(self, tmp_path):
        script = {2: lambda s: s.buy(), 3: lambda s: s.buy()}
        layout, _ = plotted(
            frame([100, 100, 100, 60, 10, 10, 10]),
            scripted(script),
            tmp_path,
            settings={"margin": 0.1},
            plot_drawdown=True,
            smooth_equity=True,
        )
        assert entries(figures(layout)[1]) == [("Peak (-100.0%)", 1)]

    def test_no_drawdown(self, tmp_path):
        script = {2: lambda s: s.buy(), 4: lambda s: s.position.close()}
        layout, _ = plotted(frame([10, 10, 11, 12, 13, 14]), scripted(script), tmp_path)
        assert glyphs(figures(layout)[0]) == ["Patch", "Line", "Scatter", "Scatter", "Scatter"]

    def test_indicators_of_all_kinds(self, tmp_path):
        class Many(Strategy):
            def init(self):
                count = len(self.data)
                self.I(lambda: np.full(count, np.nan), name="nothing")
                self.I(lambda: np.full(count, np.nan), name="nothing over", overlay=True)
                self.I(lambda: self.data.Close * [[1], [1.1]], name="band", color=["red", "lime"])
                self.I(lambda: np.full((2, count), 50.0), name=["low", "high"])
                self.I(lambda: self.data.Close, name="dots", scatter=True)
                self.I(lambda: np.arange(count) * 1e6, name="more dots", scatter=True, color="#123")
                self.I(lambda: self.data.Close > 100, name="truth")

            def next(self):
                pass

        layout, _ = plotted(GOOG[:100], Many, tmp_path)
        assert entries(prices(layout)) == [
            ("OHLC", 2),
            ("nothing over", 1),
            ("band", 2),
            ("dots", 1),
        ]
        assert glyphs(prices(layout))[-4:] == ["Line", "Line", "Line", "Circle"]
        assert prices(layout).renderers[-1].glyph.radius == 0.36
        below = figures(layout)[2:]
        assert [entries(figure) for figure in below] == [
            [("nothing", 1)],
            [("low", 1), ("high", 1)],
            [("more dots", 1)],
            [("truth", 1)],
        ]
        assert below[2].renderers[0].glyph.radius == 0.24

    def test_fractional(self, tmp_path):
        layout, _ = plotted(
            EURUSD[:300], SmaCross, tmp_path, kind=FractionalBacktest, settings={"cash": 100}
        )
        data = prices(layout).renderers[-1].data_source.data
        assert np.nanmax(data["SMA(C,10)_0_0"]) == pytest.approx(EURUSD.Close[:300].max(), rel=0.02)

    def test_after_pickling(self, backtest, tmp_path):
        again, stats = pickle.loads(pickle.dumps((backtest, backtest._results)))
        layout = again.plot(results=stats, filename=tmp_path / "x", open_browser=False)
        assert len(figures(layout)) == 5

    def test_hundreds_of_thousands_of_bars(self, tmp_path):
        rng = np.random.default_rng(0)
        data = frame((1000 + rng.normal(size=200_000).cumsum()).tolist(), freq=None)
        data.index = pd.date_range("2020-01-01", periods=len(data), freq="min")
        layout, texts = plotted(data, scripted({}), tmp_path)
        assert len(prices(layout).renderers[-1].data_source.data["index"]) <= 10_000
        assert any("too many candlesticks" in text for text in texts)
        assert (tmp_path / "page.html").stat().st_size < 3_000_000


class TestHeatmaps:
    def heatmap(self, levels=3):
        names = ["a", "b", "c", "d"][:levels]
        index = pd.MultiIndex.from_product([[1, 2, 10]] * levels, names=names)
        return pd.Series(np.arange(3.0**levels), index, name="SQN")

    def test_a_square_for_every_pair(self, tmp_path):
        layout = plot_heatmaps(self.heatmap(), filename=tmp_path / "x", open_browser=False)
        drawn = [figure for figure, _, _ in layout.children]
        assert [(f.xaxis.axis_label, f.yaxis.axis_label) for f in drawn] == [
            ("a", "b"),
            ("a", "c"),
            ("b", "c"),
        ]
        assert {(f.width, f.height) for f in drawn} == {(400, 400)}
        assert drawn[0].x_range.factors == ["1", "2", "10"]
        assert [type(r.glyph).__name__ for r in drawn[0].renderers] == ["Rect", "Rect"]
        mappers = {f.renderers[0].glyph.fill_color.transform.id for f in drawn}
        assert len(mappers) == 1
        assert [name for name, _ in drawn[0].hover[0].tooltips] == ["a", "b", "Value"]
        assert (tmp_path / "x.html").exists()

    def test_best_cell_is_framed(self, tmp_path):
        layout = plot_heatmaps(self.heatmap(2), "mean", filename=tmp_path / "x", open_browser=False)
        best = layout.children[0][0].renderers[1].data_source.data
        assert (best["x"], best["y"]) == (["10"], ["10"])

    def test_columns_of_the_grid(self, tmp_path):
        options = {"filename": tmp_path / "x", "open_browser": False}
        layout = plot_heatmaps(self.heatmap(4), ncols=2, plot_width=800, **options)
        places = [(row, column) for _, row, column in layout.children]
        assert places == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]

    def test_one_parameter_is_a_line(self, tmp_path):
        layout = plot_heatmaps(self.heatmap(1), filename=tmp_path / "x", open_browser=False)
        (figure, _, _) = layout.children[0]
        assert glyphs(figure) == ["Line", "Scatter", "Scatter"]
        assert figure.yaxis.axis_label == "SQN"

    def test_no_scores(self, tmp_path):
        heatmap = self.heatmap() * np.nan
        layout = plot_heatmaps(heatmap, filename=tmp_path / "x", open_browser=False)
        assert glyphs(layout.children[0][0]) == ["Rect"]

    def test_of_a_search(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        test = Backtest(GOOG[:200], SmaCross, finalize_trades=True)
        _, heatmap = test.optimize(fast=[5, 10], slow=[20, 30], return_heatmap=True)
        plot_heatmaps(heatmap, open_browser=False, theme="dark")
        assert os.listdir() == ["heatmaps.html"]

    @pytest.mark.parametrize("wrong", [pd.Series([1.0]), pd.DataFrame({"a": [1]}), {}, None])
    def test_other_things_are_refused(self, wrong):
        with pytest.raises(ValueError, match="Series with a MultiIndex"):
            plot_heatmaps(wrong)

    @pytest.mark.parametrize("option", [{"ncols": 0}, {"plot_width": -1}, {"theme": "x"}])
    def test_bad_options_are_named(self, option):
        with pytest.raises(ValueError, match=next(iter(option))):
            plot_heatmaps(self.heatmap(), **option)
