"""Pictures in headless Chromium: they load, zoom, hide, and answer the pointer."""

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import plot_heatmaps
from hindcaster.test import GOOG, SMA
from tests.browser.looking import COLOURED, point, tooltip

EVIL = "<img src=x onerror='window.hacked = 1'>"
BARS = 300

# The figures from top to bottom.
FIGURES = "Bokeh.documents[0].roots()[0].children.map((child) => child[0])"
PRICES = f"{FIGURES}.find((figure) => figure.height === 400)"


class Crosses(Strategy):
    def init(self):
        self.fast = self.I(SMA, self.data.Close, 5)
        self.slow = self.I(SMA, self.data.Close, 15, name=EVIL)
        self.wave = self.I(lambda c: np.sin(np.arange(len(c)) / 9), self.data.Close, name="wave")

    def next(self):
        price = self.data.Close[-1]
        if self.position:
            if len(self.data) % 12 == 0:
                self.position.close()
        elif self.fast[-1] > self.slow[-1]:
            self.buy(sl=0.8 * price, tag=EVIL)
        else:
            self.buy(limit=0.5 * price, good_for=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pages of one run: as it is, with everything in dark, and aggregated."""
    folder = tmp_path_factory.mktemp("pages")
    test = Backtest(GOOG[:BARS], Crosses, finalize_trades=True)
    test.run()
    options = {"open_browser": False, "resources": "inline"}
    test.plot(filename=folder / "plain", **options)
    everything = dict.fromkeys(
        ["plot_return", "plot_drawdown", "plot_orders", "plot_buy_hold"], True
    )
    test.plot(filename=folder / "all", theme="dark", **everything, **options)
    test.plot(filename=folder / "weeks", resample="W", **options)
    return folder


@pytest.fixture
def page(visit, folder):
    return visit(folder / "plain.html")


def place(page, bar, figure=PRICES, height=0.5):
    """Point on the screen above a bar."""
    return point(page, bar, figure, height)


@pytest.mark.parametrize("name", ["plain", "all", "weeks"])
def test_pages_are_drawn_without_errors(visit, folder, name):
    page = visit(folder / f"{name}.html")
    assert page.evaluate(COLOURED) > 5_000


def test_aggregation_is_announced(visit, folder):
    page = visit(folder / "weeks.html")
    assert "300 bars are drawn as" in page.evaluate(f"{PRICES}.above[0].text")


def test_zoom_fits_the_vertical_ranges(page):
    page.mouse.move(*place(page, 100))
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        f"(() => {{ const x = {PRICES}.x_range; return x.end - x.start < {BARS} * 0.9; }})()"
    )
    page.wait_for_function(f"!{PRICES}.x_range.hindcaster_waits")
    start, end, low, high = page.evaluate(
        f"(() => {{ const f = {PRICES}; return "
        "[f.x_range.start, f.x_range.end, f.y_range.start, f.y_range.end]; })()"
    )
    seen = GOOG[int(np.floor(start)) : int(np.ceil(end)) + 1]
    assert low <= seen.Low.min()
    assert high >= seen.High.max()
    assert high - low < 1.3 * (seen.High.max() - seen.Low.min())
    assert high < GOOG.High[:BARS].max()


def test_reset_shows_everything_again(page):
    before = page.evaluate(f"[{PRICES}.y_range.start, {PRICES}.y_range.end]")
    page.mouse.move(*place(page, 100))
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        f"(() => {{ const f = {PRICES}; return f.y_range.end < {before[1]} - 1; }})()"
    )
    page.locator(".bk-tool-icon-reset").click()
    page.wait_for_function(
        f"(() => {{ const f = {PRICES}; return f.x_range.start === 0 && "
        f"Math.abs(f.y_range.end - {before[1]}) < 0.01 * {before[1]}; }})()"
    )


def test_click_on_a_legend_hides(page):
    visible = f"{PRICES}.renderers.find((r) => r.glyph.type === 'MultiLine').visible"
    assert page.evaluate(visible) is True
    coloured = page.evaluate(COLOURED)
    page.locator(".bk-Legend .bk-label", has_text="Trades (").click()
    page.wait_for_function(f"!{visible}")
    page.wait_for_function("Bokeh.documents[0].is_idle")
    page.wait_for_function(f"({COLOURED})() < {coloured}")


def test_hover_shows_the_bar(page):
    page.mouse.move(*place(page, 41, height=0.97))
    page.mouse.move(*place(page, 40, height=0.97))
    text = tooltip(page, "Close")
    bar = GOOG.iloc[40]
    assert GOOG.index[40].strftime("%a %Y-%m-%d") in text
    assert f"{bar.High:g}" in text


def test_hover_shows_local_time(visit, tmp_path):
    index = pd.date_range("2024-10-26 12:00", periods=BARS, freq="h", tz="Europe/Berlin")
    test = Backtest(GOOG[:BARS].set_axis(index), Crosses, finalize_trades=True)
    test.run()
    test.plot(filename=tmp_path / "berlin", open_browser=False, resources="inline")
    page = visit(tmp_path / "berlin.html")
    page.mouse.move(*place(page, 41, height=0.97))
    page.mouse.move(*place(page, 40, height=0.97))
    assert index[40].strftime("%a %Y-%m-%d %H:%M") in tooltip(page, "Close")


def test_hover_shows_the_trade_and_texts_of_the_user_stay_texts(page):
    exits = page.evaluate(f"{FIGURES}[1].renderers[1].data_source.data.index[2]")
    figure = f"{FIGURES}[1]"
    page.mouse.move(*place(page, exits + 2, figure))
    page.mouse.move(*place(page, exits, figure))
    text = tooltip(page, "SL")
    assert "Return" in text
    assert EVIL in text
    page.mouse.move(*place(page, 60, height=0.97))
    assert EVIL in tooltip(page, "Close")
    assert page.evaluate("window.hacked") is None


def test_ticks_are_dates(page):
    text = page.evaluate(
        f"""(() => {{
            const axis = {FIGURES}[3].below[0];
            return axis.formatter.doFormat([0, 100, 200], {{loc: 0}});
        }})()"""
    )
    expected = [GOOG.index[bar].strftime("%b %Y") for bar in (0, 100, 200)]
    assert text == expected


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_heatmaps(visit, tmp_path, levels):
    index = pd.MultiIndex.from_product([[1, 2, 3]] * levels, names=["a", EVIL, "c"][:levels])
    heatmap = pd.Series(np.arange(3.0**levels), index, name="SQN")
    path = tmp_path / "heat.html"
    plot_heatmaps(heatmap, filename=path, open_browser=False, resources="inline")
    page = visit(path)
    assert page.evaluate(COLOURED) > 500
    assert page.evaluate("window.hacked") is None


def test_images(browser, tmp_path):
    test = Backtest(GOOG[:BARS], Crosses, finalize_trades=True)
    test.run()
    path = tmp_path / "page.png"
    test.plot(filename=path, plot_width=800, open_browser=False)
    image = path.read_bytes()
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(image[start : start + 4]) for start in (16, 20))
    assert (width, height) == (840, 100 + 80 + 400 + 70 + 50)
    assert len(image) > 20_000
    assert [file.name for file in tmp_path.iterdir()] == ["page.png"]
