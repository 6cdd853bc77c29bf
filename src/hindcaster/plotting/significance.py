"""The picture of a test of significance: a histogram of chance, and the strategy in it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from bokeh.layouts import gridplot
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    GridPlot,
    HoverTool,
    NumeralTickFormatter,
    Span,
)
from bokeh.plotting import figure

from hindcaster import errors
from hindcaster._types import FloatArray, IntArray
from hindcaster.plotting.canvas import dress
from hindcaster.plotting.options import Options
from hindcaster.plotting.output import file_for, show
from hindcaster.plotting.style import PALETTES
from hindcaster.stats.distribution import histogram

_HEIGHT = 360
_WIDTH = 1200
_TOOLS = "xpan,xwheel_zoom,box_zoom,reset,save"


class Chance(NamedTuple):
    """What is drawn: a histogram in two parts.

    Attributes
    ----------
    edges : array of float, shape (bins + 1,)
        Edges of the bins.
    short, reached : array of int, shape (bins,)
        Simulations below what was observed, and those that reach it. The outer bins have what
        lies beyond them.
    """

    edges: FloatArray
    short: IntArray
    reached: IntArray


def chance_of(simulated: FloatArray, observed: float) -> Chance:
    """Count simulations; those without a finite value are left out."""
    finite = simulated[np.isfinite(simulated)]
    if not len(finite):
        raise errors.nothing_simulated()
    edges = histogram(finite).edges
    places = np.clip(np.searchsorted(edges, finite, side="right") - 1, 0, len(edges) - 2)
    reaches = finite >= observed
    short, reached = (
        np.bincount(places[part], minlength=len(edges) - 1) for part in (~reaches, reaches)
    )
    return Chance(edges, short, reached)


def plot_significance(
    simulated: FloatArray,
    observed: float,
    p_value: float,
    statistic: str,
    title: str,
    options: Options,
) -> GridPlot:
    """Draw a test, write the page and show it.

    Parameters
    ----------
    simulated : array of float
        Values under chance.
    observed, p_value : float
        What the strategy has, and how often chance reaches it.
    statistic : str
        What the values are.
    title : str
        Name of the file if none is given.
    options : Options
        Where to put it, and how wide.
    """
    path = file_for(options.filename, title)
    layout = significance_layout(
        chance_of(simulated, observed), observed, p_value, statistic, options
    )
    show(
        layout,
        path,
        theme=options.theme,
        resources=options.resources,
        open_browser=options.open_browser,
    )
    return layout


def significance_layout(
    chance: Chance, observed: float, p_value: float, statistic: str, options: Options
) -> Any:
    """Draw the histogram."""
    colors = PALETTES[options.theme]
    edges = chance.edges
    source = ColumnDataSource(
        {
            "left": edges[:-1],
            "right": edges[1:],
            "short": chance.short,
            "all": chance.short + chance.reached,
            "reached": chance.reached,
            "range": [f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges.tolist())],
        }
    )
    fig = _figure(options, observed, p_value, statistic)
    sides = {"left": "left", "right": "right", "source": source, "line_color": colors.paper}
    bars = [
        fig.quad(top="short", bottom=0, fill_color=colors.hold, **sides),
        fig.quad(top="all", bottom="short", fill_color=colors.down, **sides),
    ]
    rows = [
        (statistic, "@range"),
        ("Simulations", "@all{0,0}"),
        ("that reach the strategy's", "@reached{0,0}"),
    ]
    fig.add_tools(HoverTool(renderers=bars, tooltips=rows, point_policy="follow_mouse"))
    fig.add_layout(
        Span(location=observed, dimension="height", line_color=colors.curve, line_width=2)
    )
    _show_observed(fig, edges, observed)
    return gridplot(
        [[fig]],
        toolbar_location="right",
        toolbar_options={"logo": None},
        sizing_mode="stretch_width" if options.plot_width is None else None,
    )


def _figure(options: Options, observed: float, p_value: float, statistic: str) -> Any:
    """Make an empty figure."""
    colors = PALETTES[options.theme]
    fig = figure(
        height=_HEIGHT,
        width=options.plot_width or _WIDTH,
        tools=_TOOLS,
        background_fill_color=colors.paper,
        border_fill_color=colors.page,
        outline_line_color=None,
    )
    if options.plot_width is None:
        fig.sizing_mode = "stretch_width"
    dress(fig, colors, small=False)
    fig.title.text = f"Strategy: {observed:.4g}, p = {p_value:.4g}"
    fig.title.text_color, fig.title.text_font_style = colors.curve, "normal"
    fig.xaxis.visible = True
    fig.xaxis.axis_label, fig.yaxis.axis_label = f"{statistic} by chance", "Simulations"
    fig.yaxis.formatter = NumeralTickFormatter(format="0,0")
    fig.yaxis.ticker = BasicTicker(min_interval=1)
    fig.y_range.start = 0
    return fig


def _show_observed(fig: Any, edges: FloatArray, observed: float) -> None:
    """Let the horizontal range hold the strategy too."""
    low, high = min(float(edges[0]), observed), max(float(edges[-1]), observed)
    room = 0.04 * (high - low)
    fig.x_range.start, fig.x_range.end = low - room, high + room
