"""The pictures of a report: curves over one horizontal axis, and a histogram."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    BoxZoomTool,
    ColumnDataSource,
    DatetimeTicker,
    DatetimeTickFormatter,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
    RedoTool,
    Span,
    UndoTool,
    WheelPanTool,
)
from bokeh.plotting import figure

from hindcaster._types import FloatArray
from hindcaster.plotting.canvas import Canvas, dress, short
from hindcaster.plotting.report.info import Curves, Report, Rolling, TradeReturns
from hindcaster.plotting.style import PALETTES, Palette

_TALL, _LOW = 330, 200  # pixels
_LEFT = 62  # pixels for the numbers beside the curves
_LEAST_FALL = 0.01  # shown where there is no drawdown
_DAY_MS = 86_400_000
_TOOLBAR = -34  # pixels: it lies in the line of the heading
_TOO_MUCH = (RedoTool, UndoTool, WheelPanTool)  # the reset tool is enough
_MONEY = "0,0.00"


def figures_of(report: Report, theme: str) -> dict[str, Any]:
    """Draw what there is to draw, by the names of the sections."""
    colors = PALETTES[theme]
    curves = report.curves
    canvas = Canvas(
        _source(curves),
        colors,
        width=None,
        show_legend=True,
        whole_days=curves.whole_days,
        x_range=_range(curves.x, 1.0 if curves.times is None else _DAY_MS),
    )
    figures = {"equity": _equity(canvas, curves), "drawdown": _underwater(canvas)}
    if isinstance(report.sharpe, Rolling):
        figures["sharpe"] = _sharpe(canvas, report.sharpe)
    canvas.connect()
    if isinstance(report.returns, TradeReturns):
        figures["returns"] = _distribution(report.returns, colors)
    for name, fig in figures.items():
        fig.name = name
    return figures


def _source(curves: Curves) -> ColumnDataSource:
    columns = {
        "index": curves.x,
        "equity": curves.equity,
        "watermark": curves.watermark,
        "buy_hold": short(curves.buy_hold),
        "drawdown": short(curves.drawdown),
    }
    if curves.times is not None:
        columns["datetime"] = curves.times
    return ColumnDataSource(columns)


def _range(x: FloatArray, around: float) -> Range1d:
    """Make the shared range, which cannot be left by more than a fiftieth.

    A single point has `around` on either side.
    """
    start, end = float(x[0]), float(x[-1])
    if not end > start:
        return Range1d(start - around, start + around)
    room = (end - start) / 50
    steps = np.diff(x)
    least = min(10 * float(np.median(steps)) or room, end - start)
    return Range1d(start, end, bounds=(start - room, end + room), min_interval=least)


def _new(canvas: Canvas, height: int) -> Any:
    """Add a figure of the report: calm until the pointer is over it."""
    fig = canvas.new(height)
    _calm(fig, canvas.palette)
    fig.yaxis.ticker.desired_num_ticks = 6 if height == _TALL else 4
    if canvas.has_dates:
        fig.xaxis.ticker = DatetimeTicker(desired_num_ticks=9)
        fig.xaxis.formatter = DatetimeTickFormatter(
            hours="%H:%M", days="%d %b %Y", months="%b %Y", years="%Y"
        )
    else:
        fig.xaxis.formatter = NumeralTickFormatter(format="0,0.[00]")
    return fig


def _calm(fig: Any, colors: Palette) -> None:
    fig.min_border_left, fig.min_border_right = _LEFT, 8
    fig.border_fill_color = colors.paper
    fig.outline_line_color = None
    fig.xgrid.grid_line_color = None
    fig.xaxis.visible = True
    fig.toolbar_location = "above"
    fig.margin = (_TOOLBAR, 0, 0, 0)
    fig.toolbar.logo = None
    fig.toolbar.autohide = True
    fig.toolbar.active_scroll = None  # the wheel scrolls the page
    box = fig.select_one({"type": BoxZoomTool})
    box.dimensions = "width"
    fig.toolbar.active_drag = box
    fig.toolbar.tools = [tool for tool in fig.tools if not isinstance(tool, _TOO_MUCH)]


def _equity(canvas: Canvas, curves: Curves) -> Any:
    colors, source = canvas.palette, canvas.source
    fig = _new(canvas, _TALL)
    fig.yaxis.formatter = NumeralTickFormatter(format="0,0.[0] a")
    fig.varea("index", "equity", "watermark", source=source, fill_color=colors.dent, fill_alpha=0.8)
    held = fig.line("index", "buy_hold", source=source, color=colors.hold, line_width=1.2)
    line = fig.line("index", "equity", source=source, color=colors.curve, line_width=1.8)
    if len(curves.x) == 1:
        fig.scatter("index", "equity", source=source, color=colors.curve, size=7)
    rows = [("Equity", f"@equity{{{_MONEY}}}"), ("Buy & hold", f"@buy_hold{{{_MONEY}}}")]
    canvas.hover(fig, [line], rows)
    canvas.fit(fig, source, ["equity", "buy_hold"], ["equity", "buy_hold"])
    canvas.legend(fig, [("Equity", [line]), ("Buy & hold", [held])])
    return fig


def _underwater(canvas: Canvas) -> Any:
    color = canvas.palette.down
    fig = _new(canvas, _LOW)
    fig.yaxis.formatter = NumeralTickFormatter(format="0.[0]%")
    fig.varea("index", 0, "drawdown", source=canvas.source, fill_color=color, fill_alpha=0.25)
    line = fig.line("index", "drawdown", source=canvas.source, color=color, line_width=1.3)
    canvas.hover(fig, [line], [("Drawdown", "@drawdown{0.00%}")])
    canvas.fit(fig, canvas.source, ["drawdown"], ["drawdown"], keep=(-_LEAST_FALL, 0.0))
    return fig


def _sharpe(canvas: Canvas, rolling: Rolling) -> Any:
    colors = canvas.palette
    source = ColumnDataSource(
        {"index": rolling.x, "datetime": rolling.times, "sharpe": short(rolling.values)}
    )
    fig = _new(canvas, _LOW)
    fig.yaxis.formatter = NumeralTickFormatter(format="0.[00]")
    zero = Span(location=0, dimension="width", line_color=colors.faint, line_dash="dashed")
    fig.add_layout(zero)
    line = fig.line("index", "sharpe", source=source, color=colors.curve, line_width=1.5)
    canvas.hover(fig, [line], [("Sharpe ratio", "@sharpe{0.00}")])
    canvas.fit(fig, source, ["sharpe"], ["sharpe"], keep=(0.0,))
    return fig


def _distribution(returns: TradeReturns, colors: Palette) -> Any:
    edges, counts = returns.histogram.edges, returns.histogram.counts
    won = edges[:-1] >= -1e-12
    source = ColumnDataSource(
        {
            "left": edges[:-1],
            "right": edges[1:],
            "count": counts,
            "color": [colors.up if positive else colors.down for positive in won.tolist()],
            "range": _ranges(returns),
        }
    )
    fig = figure(
        height=_LOW + 40,
        width=1200,
        tools="xpan,xwheel_zoom,box_zoom,reset,save",
        sizing_mode="stretch_width",
        background_fill_color=colors.paper,
    )
    dress(fig, colors, small=False)
    _calm(fig, colors)
    fig.y_range.start = 0
    fig.yaxis.ticker = BasicTicker(min_interval=1)
    fig.xaxis.formatter = NumeralTickFormatter(format="0.[000]%")
    fig.yaxis.formatter = NumeralTickFormatter(format="0,0")
    bars = fig.quad(
        left="left",
        right="right",
        top="count",
        bottom=0,
        source=source,
        fill_color="color",
        line_color=colors.paper,
        fill_alpha=0.85,
    )
    for value, dash in ((returns.mean, "solid"), (returns.median, "dotted")):
        fig.add_layout(
            Span(location=value, dimension="height", line_color=colors.ink, line_dash=dash)
        )
    fig.add_tools(
        HoverTool(renderers=[bars], tooltips=[("Return", "@range"), ("Trades", "@count{0,0}")])
    )
    return fig


def _ranges(returns: TradeReturns) -> list[str]:
    """Texts of the bins; the outer ones may have what lies beyond them."""
    found = returns.histogram
    digits = max(0, 1 - int(np.floor(np.log10(100 * (found.edges[1] - found.edges[0])))))
    ends = [f"{100 * edge + 0.0:.{digits}f} %" for edge in found.edges.tolist()]
    texts = [f"{low} to {high}" for low, high in pairwise(ends)]
    if found.below:
        texts[0] = f"below {ends[1]}"
    if found.above:
        texts[-1] = f"{ends[-2]} and more"
    return texts
