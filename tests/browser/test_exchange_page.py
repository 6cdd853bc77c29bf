"""The page of an exchange simulation in headless Chromium."""

from pathlib import Path

import pytest

from hindcaster.research import backtest
from tests.browser.looking import COLOURED, point, tooltip
from tests.exchange.outputs.support import busy, continuous
from tests.exchange.support import START, futures, pack, route

EVIL = "<img src=x onerror='window.hacked = 1'>"
SYMBOLS = ("BTC-USDT", f"{EVIL}-USDT")
FIGURES = """Bokeh.documents[0].roots()[0].children[1].children.map((child) => child[0])"""


def update_chart(self):
    self.add_line_to_candle_chart(EVIL, float(self.price), EVIL)
    self.add_extra_line_chart(EVIL, EVIL, self.index % 10, "orange")
    self.add_horizontal_line_to_candle_chart(EVIL, 100, EVIL)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    kind = type(EVIL, (busy(),), {"update_chart": update_chart})
    candles = {symbol: continuous(number, 4000) for number, symbol in enumerate(SYMBOLS)}
    result = backtest(
        futures(fee=0.001),
        [route(kind, symbol, "15m") for symbol in SYMBOLS],
        [],
        pack(candles),
        generate_charts=True,
        benchmark=True,
        output_folder=tmp_path_factory.mktemp("pages"),
    )
    return Path(result["charts_page"])


@pytest.fixture
def page(visit, path):
    return visit(path)


def test_everything_is_drawn_without_errors_and_without_a_network(page):
    assert page.evaluate(COLOURED) > 20_000
    assert page.evaluate(f"{FIGURES}.length") == 2 + 2 * 4
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in loaded if name.startswith("http")] == []


def test_texts_of_the_user_stay_texts(page):
    assert page.locator("h1").inner_text() == f"{EVIL} on {', '.join(SYMBOLS)}"
    figure = f"{FIGURES}[7]"
    page.locator(".bk-Figure").nth(7).scroll_into_view_if_needed()
    page.mouse.move(*point(page, 41, figure, 0.97))
    page.mouse.move(*point(page, 40, figure, 0.97))
    assert EVIL in tooltip(page, "Close")
    assert page.evaluate("window.hacked") is None


def test_zoom_of_one_symbol_zooms_all(page):
    page.mouse.move(*point(page, 100, f"{FIGURES}[3]"))
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"{FIGURES}[7].x_range.end - {FIGURES}[7].x_range.start < 250")
    page.wait_for_function(f"!{FIGURES}[3].x_range.hindcaster_waits")
    start, end = page.evaluate(f"[{FIGURES}[3].x_range.start, {FIGURES}[3].x_range.end]")
    for number, figure in ((0, 3), (1, 7)):
        low, high = page.evaluate(
            f"[{FIGURES}[{figure}].y_range.start, {FIGURES}[{figure}].y_range.end]"
        )
        seen = continuous(number, 4000)[15 * int(start) : 15 * (int(end) + 2)]
        assert low <= seen[:, 4].min()
        assert high >= seen[:, 3].max()
        assert high - low < 1.5 * (seen[:, 3].max() - seen[:, 4].min())


def test_hover_shows_the_candle(page):
    figure = f"{FIGURES}[3]"
    page.mouse.move(*point(page, 41, figure, 0.97))
    page.mouse.move(*point(page, 40, figure, 0.97))
    text = tooltip(page, "Close")
    assert "Fri 2021-01-01 10:00" in text
    bar = continuous(0, 4000)[600:615]
    assert f"{bar[:, 3].max():.8g}"[:7] in text
    assert START == 1_609_459_200_000
