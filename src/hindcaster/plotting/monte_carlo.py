"""The picture of a Monte Carlo test as a Bokeh layout."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models import (
    ColumnDataSource,
    GridPlot,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
    Span,
)

from hindcaster._types import FloatArray
from hindcaster.plotting.canvas import Canvas, short
from hindcaster.plotting.info import times_of
from hindcaster.plotting.options import Options
from hindcaster.plotting.output import file_for, show
from hindcaster.plotting.style import PALETTES
from hindcaster.stats.scenarios import PERCENTILES

_HEIGHT_FAN: Final = 360
_HEIGHT_SHARES: Final = 150
_SHOWN: Final = ("Return [%]", "Max. Drawdown [%]", "Sharpe Ratio")
_BARS: Final = 50  # of a histogram, at most


def plot_scenarios(
    equity: pd.DataFrame,
    original: pd.Series[Any],
    stats: pd.DataFrame,
    values: pd.Series[Any],
    title: str,
    options: Options,
) -> GridPlot:
    """Draw scenarios, write the page and show it.

    Parameters
    ----------
    equity : DataFrame
        Equity by bar and scenario.
    original : Series
        That of the backtest.
    stats : DataFrame
        Statistics by scenario.
    values : Series
        Those of the backtest.
    title : str
        Name of the file if none is given.
    options : Options
        Where to put it, and how wide.
    """
    path = file_for(options.filename, title)
    layout = scenarios_layout(equity, original, stats, values, options)
    show(
        layout,
        path,
        theme=options.theme,
        resources=options.resources,
        open_browser=options.open_browser,
    )
    return layout


def scenarios_layout(
    equity: pd.DataFrame,
    original: pd.Series[Any],
    stats: pd.DataFrame,
    values: pd.Series[Any],
    options: Options,
) -> GridPlot:
    """Draw the fan of equities above histograms of statistics."""
    curves = equity.to_numpy(np.float64)
    curves = curves[:, ~np.isnan(curves).any(axis=0)]
    columns: dict[str, Any] = {"index": np.arange(len(equity), dtype=np.int32)}
    for share, curve in zip(PERCENTILES, np.percentile(curves, PERCENTILES, axis=1), strict=True):
        columns[f"p{share}"] = short(curve)
    columns["original"] = short(original.to_numpy(np.float64))
    times, labels, days_only = times_of(equity.index)
    if times is not None:
        columns["datetime"] = times
    canvas = Canvas(
        ColumnDataSource(columns),
        PALETTES[options.theme],
        width=options.plot_width,
        show_legend=options.show_legend,
        whole_days=days_only,
    )
    _fan(canvas, times, labels)
    for name in _SHOWN:
        if name in stats:
            _histogram(canvas, name, stats[name].to_numpy(np.float64), float(values[name]))
    canvas.connect()
    return canvas.stacked(options.plot_width)


def _fan(canvas: Canvas, times: Any, labels: list[str] | None) -> None:
    """Draw the bands of percentiles, the median and the original."""
    colors, source = canvas.palette, canvas.source
    fig = canvas.new(_HEIGHT_FAN, "Equity")
    fig.yaxis.formatter = NumeralTickFormatter(format="$ 0.0 a")
    fig.xaxis.visible = True
    canvas.date_ticks(fig, times, labels)
    bands = [
        fig.varea(
            "index", f"p{low}", f"p{high}", source=source, fill_color=colors.curve, fill_alpha=alpha
        )
        for low, high, alpha in ((5, 95, 0.15), (25, 75, 0.25))
    ]
    median = fig.line("index", "p50", source=source, color=colors.curve, line_width=1.5)
    original = fig.line("index", "original", source=source, color=colors.ink, line_width=1.8)
    rows = [(f"{share} %", f"@p{share}{{0,0}}") for share in reversed(PERCENTILES)]
    canvas.hover(fig, [original], [("Original", "@original{0,0}"), *rows])
    names = ["p5", "p95", "original"]
    canvas.fit(fig, source, names, names)
    canvas.legend(
        fig,
        [
            ("Original", [original]),
            ("Median", [median]),
            ("50 %", bands[1:]),
            ("90 %", bands[:1]),
        ],
    )


def _histogram(canvas: Canvas, name: str, values: FloatArray, original: float) -> None:
    """Draw how a statistic is distributed, and where the original lies."""
    values = values[np.isfinite(values)]
    if not len(values):
        return
    colors = canvas.palette
    fig = canvas.new(_HEIGHT_SHARES, name)
    counts, edges = np.histogram(values, bins=min(_BARS, max(5, len(values) // 10)))
    shares = counts / len(values)
    source = ColumnDataSource(
        {"left": edges[:-1], "right": edges[1:], "share": shares, "count": counts}
    )
    bars = fig.quad(
        left="left",
        right="right",
        bottom=0,
        top="share",
        source=source,
        fill_color=colors.curve,
        fill_alpha=0.6,
        line_color=colors.paper,
    )
    ends = [float(edges[0]), float(edges[-1])]
    if np.isfinite(original):
        fig.add_layout(Span(location=original, dimension="height", line_color=colors.ink))
        ends += [original]
    room = (max(ends) - min(ends)) / 50 or 1.0
    fig.x_range = Range1d(min(ends) - room, max(ends) + room)
    fig.y_range = Range1d(0, float(shares.max()) * 1.06)
    fig.xaxis.visible = True
    fig.yaxis.formatter = NumeralTickFormatter(format="0%")
    tooltips = [(name, "@left{0,0.00} to @right{0,0.00}"), ("Scenarios", "@count")]
    fig.add_tools(HoverTool(renderers=[bars], tooltips=tooltips, point_policy="follow_mouse"))
