"""The picture of a walk-forward test: what it shows, and the page it becomes."""

import numpy as np
import pandas as pd
import pytest
from bokeh.models import HoverTool, Quad, VSpan, VStrip

from hindcaster.plotting.windows import setting_of, walk_picture
from tests.unit.test_walk_forward import Cross, backtest, bars


class Sometimes(Cross):
    kind = "both"

    def next(self):
        if not 100 < len(self.data) <= 200:
            super().next()


@pytest.fixture(scope="module")
def walk():
    test = backtest(strategy=Cross, commission=0.001)
    return test.walk_forward(
        train=100, test=100, step=120, fast=[3, 5], slow=[10, 30], maximize="Return [%]"
    )


@pytest.fixture(scope="module")
def idle():
    """A walk with a window that is not traded, over numbered bars, with texts to choose from."""
    with pytest.warns(UserWarning, match="did not trade in 1 of 4 windows"):
        return backtest(bars(index="numbers"), Sometimes).walk_forward(
            train=100, test=100, kind=["both", "none"], fast=[3], maximize="Return [%]"
        )


def picture(walk):
    return walk_picture(walk.stats, walk.windows, walk._names, walk._close)


def figures(layout):
    return [figure for figure, _, _ in layout.children]


def glyphs(figure, kind):
    return [r for r in figure.renderers if isinstance(r.glyph, kind)]


def test_windows_lie_side_by_side_on_the_tested_bars(walk):
    shown = picture(walk)
    assert walk.windows["Test Bars"].tolist() == [100, 100, 80]
    assert shown.left.tolist() == [-0.5, 99.5, 199.5]
    assert shown.right.tolist() == [99.5, 199.5, 279.5]
    assert shown.count == 280
    assert shown.spans[0] == "2020-04-10 to 2020-07-18"
    assert not shown.idle.any()


def test_equity_and_holding_start_at_one_and_end_where_the_statistics_say(walk):
    equity = picture(walk).equity
    assert equity.values[-1] == pytest.approx(1 + walk.stats["Return [%]"] / 100)
    assert equity.buy_hold[-1] == pytest.approx(1 + walk.stats["Buy & Hold Return [%]"] / 100)
    assert equity.values[0] == equity.buy_hold[0] == 1


def test_returns_are_those_of_the_windows(walk):
    shown = picture(walk)
    assert shown.annual
    for number in range(3):
        inside, outside = walk.in_sample[number], walk.out_of_sample[number]
        assert shown.inside[number] == pytest.approx(inside["Return (Ann.) [%]"] / 100)
        assert shown.outside[number] == pytest.approx(outside["Return (Ann.) [%]"] / 100)


def test_numbered_bars_are_not_annualised(idle):
    shown = picture(idle)
    assert not shown.annual
    traded = [stats["Return [%]"] / 100 for stats in idle.out_of_sample if stats is not None]
    assert shown.outside[~shown.idle].tolist() == pytest.approx(traded)
    assert np.isnan(shown.outside[shown.idle]).all()
    assert shown.idle.sum() == 1


def test_parameters_are_steps_at_their_values_or_one_per_value():
    numbers = setting_of("n", [3, 2.5, None])
    assert numbers.heights[:2].tolist() == [3.0, 2.5]
    assert np.isnan(numbers.heights[2])
    assert numbers.texts == ["3", "2.5", ""]
    assert numbers.levels == {}
    kinds = setting_of("kind", ["b", True, "b", None, len])
    assert kinds.texts == ["b", "True", "b", "", "len"]
    assert kinds.levels == {0.0: "b", 1.0: "True", 2.0: "len"}
    np.testing.assert_array_equal(kinds.heights, [0, 1, 0, np.nan, 2])
    assert setting_of("flag", [True, False]).levels == {0.0: "True", 1.0: "False"}


def test_sections_of_the_page(walk, tmp_path):
    page = tmp_path / "walk.html"
    layout = walk.plot(filename=page, open_browser=False, resources="cdn")
    assert page.read_text(encoding="utf-8").count("Out-of-sample") >= 1
    equity, returns, fast, slow = figures(layout)
    labels = [f.yaxis.axis_label for f in (equity, returns, fast, slow)]
    assert labels == ["Equity", "Return (Ann.)", "fast", "slow"]
    assert len(glyphs(returns, Quad)) == 2
    for figure in (equity, returns, fast, slow):
        (edges,) = glyphs(figure, VSpan)
        assert edges.data_source.data["x"].tolist() == [99.5, 199.5]
        assert figure.x_range is equity.x_range
        assert not glyphs(figure, VStrip)
    assert [f.xaxis.visible for f in figures(layout)] == [False, False, False, True]
    hover = next(tool for tool in returns.tools if isinstance(tool, HoverTool))
    assert hover.tooltips[:2] == [("Window", "@window"), ("Test", "@span")]


def test_windows_without_trading_are_shaded(idle, tmp_path):
    layout = idle.plot(filename=tmp_path / "idle", open_browser=False, theme="dark")
    shown = picture(idle)
    for figure in figures(layout):
        (strip,) = glyphs(figure, VStrip)
        assert strip.data_source.data["x0"].tolist() == shown.left[shown.idle].tolist()
    kind = figures(layout)[2]
    assert kind.yaxis.major_label_overrides == {0.0: "both"}


def test_many_bars_are_put_together(tmp_path):
    test = backtest(bars(13_000, index="hours over clock changes"))
    walk = test.walk_forward(train="60D", test="90D", fast=[3], maximize="Return [%]")
    shown = picture(walk)
    assert len(walk.stats._equity_curve) > 10_000
    assert shown.count < 10_000
    assert shown.left[0] == -0.5
    assert shown.right[-1] == shown.count - 0.5
    assert (shown.left[1:] == shown.right[:-1]).all()
    assert (shown.right > shown.left).all()
    assert shown.equity.values[-1] == pytest.approx(1 + walk.stats["Return [%]"] / 100)
    layout = walk.plot(filename=tmp_path / "many", open_browser=False)
    assert len(figures(layout)) == 3


def test_the_file_is_named_after_the_strategy(walk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    walk.plot(open_browser=False)
    assert [path.name for path in tmp_path.iterdir()] == ["Cross walk-forward.html"]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"theme": "blue"}, ValueError, "theme must be"),
        ({"plot_width": 0}, ValueError, "plot_width"),
        ({"resources": "disk"}, ValueError, "resources must be"),
        ({"filename": 5}, TypeError, "filename must be"),
        ({"filename": "no/such/place"}, FileNotFoundError, "no directory"),
    ],
)
def test_what_is_refused(walk, options, error, text):
    with pytest.raises(error, match=text):
        walk.plot(open_browser=False, **options)


def test_gaps_between_windows_take_no_room(walk):
    starts = walk.windows["Test Start"]
    assert starts.tolist() == [walk.stats._equity_curve.index[bar] for bar in (0, 100, 200)]
    assert starts.diff()[1:].tolist() == [pd.Timedelta(days=120)] * 2
