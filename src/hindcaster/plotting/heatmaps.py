"""Heatmaps of a search as a Bokeh layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from bokeh.layouts import gridplot
from bokeh.models import ColorBar, ColumnDataSource, GridPlot, LinearColorMapper
from bokeh.plotting import figure

from hindcaster.plotting.scores import Panel, panels_of
from hindcaster.plotting.style import PALETTES, Palette

_TOOLS = "pan,box_zoom,wheel_zoom,reset,save,hover"


def heatmaps_layout(
    heatmap: pd.Series[Any],
    agg: str | Callable[..., Any],
    *,
    ncols: int,
    plot_width: int,
    theme: str,
) -> GridPlot:
    """Draw a panel for every pair of parameters, or a line for a single one."""
    colors = PALETTES[theme]
    panels = panels_of(heatmap, agg)
    size = plot_width // ncols
    if len(panels[0].names) == 1:
        title = str(heatmap.name) if heatmap.name is not None else "Value"
        figures = [_line(panels[0], title, plot_width, size, colors)]
    else:
        mapper = _shared_mapper(panels)
        figures = [_cells(panel, mapper, size, colors) for panel in panels]
    return gridplot(figures, ncols=ncols, toolbar_location="above", toolbar_options={"logo": None})


def _shared_mapper(panels: list[Panel]) -> LinearColorMapper:
    values = np.concatenate([panel.values for panel in panels])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return LinearColorMapper(
        palette="Viridis256", low=low, high=high if high > low else low + 1, nan_color="white"
    )


def _cells(panel: Panel, mapper: LinearColorMapper, size: int, colors: Palette) -> Any:
    source = ColumnDataSource({"x": panel.xs, "y": panel.ys, "value": panel.values})
    fig = figure(
        width=size,
        height=size,
        x_range=panel.factors[0],
        y_range=panel.factors[1],
        x_axis_label=panel.names[0],
        y_axis_label=panel.names[1],
        tools=_TOOLS,
        tooltips=[(panel.names[0], "@x"), (panel.names[1], "@y"), ("Value", "@value{0.[000]}")],
    )
    fig.rect(
        "x",
        "y",
        width=1,
        height=1,
        source=source,
        line_color=None,
        fill_color={"field": "value", "transform": mapper},
    )
    if panel.best is not None:
        fig.rect(
            [panel.xs[panel.best]],
            [panel.ys[panel.best]],
            width=1,
            height=1,
            fill_color=None,
            line_color="#ff2d55",
            line_width=3,
        )
    bar = ColorBar(
        color_mapper=mapper,
        width=8,
        padding=4,
        major_label_text_color=colors.ink,
        major_label_text_font_size="8pt",
        background_fill_color=colors.page,
    )
    fig.add_layout(bar, "right")
    _dress(fig, colors)
    fig.grid.grid_line_color = None
    fig.xaxis.major_label_orientation = "vertical"
    fig.hover.renderers = fig.renderers[:1]
    return fig


def _line(panel: Panel, title: str, width: int, height: int, colors: Palette) -> Any:
    source = ColumnDataSource({"x": panel.xs, "value": panel.values})
    fig = figure(
        width=width,
        height=height,
        x_range=panel.factors[0],
        x_axis_label=panel.names[0],
        y_axis_label=title,
        tools=_TOOLS,
        tooltips=[(panel.names[0], "@x"), ("Value", "@value{0.[000]}")],
    )
    fig.line("x", "value", source=source, line_width=2, color=colors.curve)
    dots = fig.scatter("x", "value", source=source, size=7, color=colors.curve)
    if panel.best is not None:
        fig.scatter(
            [panel.xs[panel.best]],
            [panel.values[panel.best]],
            size=14,
            fill_color=None,
            line_color="#ff2d55",
            line_width=3,
        )
    _dress(fig, colors)
    fig.hover.renderers = [dots]
    return fig


def _dress(fig: Any, colors: Palette) -> None:
    fig.background_fill_color = colors.paper
    fig.border_fill_color = colors.page
    fig.outline_line_color = colors.grid
    fig.grid.grid_line_color = colors.grid
    for axis in (*fig.xaxis, *fig.yaxis):
        axis.axis_label_text_color = axis.major_label_text_color = colors.ink
        axis.axis_line_color = axis.major_tick_line_color = colors.faint
        axis.minor_tick_line_color = None
        axis.axis_label_text_font_style = "normal"
