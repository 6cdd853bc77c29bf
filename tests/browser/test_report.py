"""The report in headless Chromium: it loads, zooms, hides, and answers the pointer."""

import warnings

import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.lib import crossover
from hindcaster.test import GOOG, SMA
from tests.browser.looking import COLOURED, point, tooltip

EVIL = "<img src=x onerror='window.hacked = 1'>"
BARS = 600
# Lowest and highest of the curves of equity and holding between two times.
SEEN = """([start, end]) => {
  const figure = Bokeh.documents[0].get_model_by_name("equity");
  const data = figure.renderers.at(-1).data_source.data;
  const all = [];
  for (let i = 0; i < data.index.length; i++)
    if (data.index[i] >= start && data.index[i] <= end) all.push(data.equity[i], data.buy_hold[i]);
  return [Math.min(...all), Math.max(...all)];
}"""


def figure(name):
    return f"Bokeh.documents[0].get_model_by_name('{name}')"


class Crosses(Strategy):
    size = 0.5

    def init(self):
        self.fast = self.I(SMA, self.data.Close, 5)
        self.slow = self.I(SMA, self.data.Close, 15)

    def next(self):
        if crossover(self.fast, self.slow):
            self.position.close()
            self.buy(size=self.size)
        elif crossover(self.slow, self.fast):
            self.position.close()
            self.sell(size=self.size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    test = Backtest(GOOG[:BARS], Crosses, finalize_trades=True)
    test.run()
    test.report(folder / "light", open_browser=False)
    test.report(folder / "dark", theme="dark", title=EVIL, open_browser=False)
    for name, index in (("numbered", pd.RangeIndex(1)), ("one", GOOG.index[:1])):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            test = Backtest(GOOG[:1].set_axis(index), Crosses)
            test.run()
        test.report(folder / name, open_browser=False)
    return folder


@pytest.fixture
def page(visit, folder):
    return visit(folder / "light.html")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_reports_are_drawn_without_errors_and_without_a_network(visit, folder, name):
    page = visit(folder / f"{name}.html")
    assert page.evaluate(COLOURED) > 5_000
    for section in ("equity", "drawdown", "sharpe", "returns"):
        assert page.locator(f"#{section} canvas").count() > 0
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in loaded if name.startswith("http")] == []


@pytest.mark.parametrize("name", ["one", "numbered"])
def test_a_single_bar(visit, folder, name):
    page = visit(folder / f"{name}.html")
    assert page.evaluate(COLOURED) > 20
    assert page.locator(".absent").count() == 5


def test_texts_of_the_user_stay_texts(visit, folder):
    page = visit(folder / "dark.html")
    assert page.locator("h1").inner_text() == EVIL
    assert page.evaluate("window.hacked") is None


def test_hover_shows_equity_and_drawdown_of_the_day(page):
    day = GOOG.index[200]
    x = day.timestamp() * 1000
    for name, text in (("equity", "Buy & hold"), ("drawdown", "Drawdown")):
        page.locator(f"#{name}").scroll_into_view_if_needed()
        px, py = point(page, x, figure(name))
        page.mouse.move(px + 3, py)
        page.mouse.move(px, py)
        assert day.strftime("%a %Y-%m-%d") in tooltip(page, text)


def test_zoom_of_one_curve_zooms_all_and_fits_them(page):
    page.locator("#equity").scroll_into_view_if_needed()
    start, end = (GOOG.index[bar].timestamp() * 1000 for bar in (100, 200))
    page.mouse.move(*point(page, start, figure("equity")))
    page.mouse.down()
    page.mouse.move(*point(page, (start + end) / 2, figure("equity")))
    page.mouse.move(*point(page, end, figure("equity")))
    page.mouse.up()
    page.wait_for_function(f"{figure('equity')}.x_range.start > {start - 5 * 86_400_000}")
    page.wait_for_function(f"!{figure('equity')}.x_range.hindcaster_waits")
    shown = page.evaluate(f"{figure('drawdown')}.x_range.end")
    assert shown == page.evaluate(f"{figure('sharpe')}.x_range.end")
    assert abs(shown - end) < 5 * 86_400_000
    low, high = page.evaluate(f"[{figure('equity')}.y_range.start, {figure('equity')}.y_range.end]")
    seen = page.evaluate(SEEN, [start, end])
    assert low < seen[0]
    assert high > seen[1]
    assert high - low < 1.2 * (seen[1] - seen[0])


def test_click_on_the_legend_hides_buying_and_holding(page):
    page.locator("#equity").scroll_into_view_if_needed()
    hold = f"{figure('equity')}.renderers.find((r) => r.glyph.y?.field === 'buy_hold')"
    assert page.evaluate(f"{hold}.visible") is True
    page.locator("#equity .bk-Legend .bk-label", has_text="Buy & hold").click()
    page.wait_for_function(f"!{hold}.visible")


def test_the_wheel_scrolls_the_page(page):
    before = page.evaluate(f"{figure('equity')}.x_range.end")
    page.mouse.move(*point(page, before - 1e10, figure("equity")))
    page.mouse.wheel(0, 300)
    page.wait_for_function("window.scrollY > 100")
    assert page.evaluate(f"{figure('equity')}.x_range.end") == before


@pytest.mark.parametrize("width", [480, 1400])
def test_nothing_is_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("Bokeh.documents[0].is_idle")
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def test_table_of_months_has_the_returns(page):
    equity = Backtest(GOOG[:BARS], Crosses, finalize_trades=True).run()._equity_curve.Equity
    last = equity.groupby(equity.index.to_period("M")).last()
    expected = (100 * (last / last.shift(fill_value=equity.iloc[0]) - 1)).round(1)
    cells = page.locator("#months td:not(.total)").all_inner_texts()
    shown = [float(text) for text in cells if text]
    np.testing.assert_allclose(shown, expected, atol=0.1001)
