"""The picture of a walk-forward test as a Bokeh layout; draws what `windows` computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    GridPlot,
    HoverTool,
    NumeralTickFormatter,
    Span,
)

from hindcaster._types import FloatArray
from hindcaster.plotting import sections, style
from hindcaster.plotting.canvas import Canvas, short
from hindcaster.plotting.options import Options
from hindcaster.plotting.output import file_for, show
from hindcaster.plotting.style import PALETTES
from hindcaster.plotting.windows import Setting, WalkPicture, walk_picture

_HEIGHT_EQUITY = 260
_HEIGHT_RETURNS = 150
_LONGEST_LABEL = 14  # characters beside a section of parameters
_MARGIN = 0.08  # of a window's width, beside its two bars


def plot_walk(
    stats: pd.Series[Any],
    windows: pd.DataFrame,
    names: list[str],
    close: FloatArray,
    title: str,
    options: Options,
) -> GridPlot:
    """Draw a walk-forward test, write the page and show it.

    Parameters
    ----------
    stats, windows, names, close
        As for `walk_picture`.
    title : str
        Name of the file if none is given.
    options : Options
        Where to put it, and how wide.
    """
    path = file_for(options.filename, title)
    layout = walk_layout(walk_picture(stats, windows, names, close), options)
    show(
        layout,
        path,
        theme=options.theme,
        resources=options.resources,
        open_browser=options.open_browser,
    )
    return layout


def walk_layout(picture: WalkPicture, options: Options) -> GridPlot:
    """Draw equity, returns and parameters from top to bottom."""
    columns: dict[str, Any] = {
        "index": np.arange(picture.count, dtype=np.int32),
        "equity": short(picture.equity.values),
    }
    if picture.times is not None:
        columns["datetime"] = picture.times
    canvas = Canvas(
        ColumnDataSource(columns),
        PALETTES[options.theme],
        width=options.plot_width,
        show_legend=options.show_legend,
        whole_days=picture.whole_days,
    )
    rows = _window_source(picture)
    sections.curve_section(
        canvas, picture.equity, "equity", "Equity", low=False, height=_HEIGHT_EQUITY
    )
    _returns_section(canvas, picture, rows)
    for number, setting in enumerate(picture.settings):
        _setting_section(canvas, setting, f"setting_{number}", rows)
    for fig in canvas.figures:
        _mark_windows(canvas, fig, picture)
    dated = canvas.figures[-1]
    dated.xaxis.visible = True
    dated.height += 24
    canvas.date_ticks(dated, picture.times, picture.labels)
    canvas.connect()
    return canvas.stacked(options.plot_width)


def _window_source(picture: WalkPicture) -> ColumnDataSource:
    """Put together the columns that have a value for each window."""
    left, right = picture.left, picture.right
    margin = (right - left) * _MARGIN
    columns: dict[str, Any] = {
        "index": ((left + right) / 2).astype(np.int32),
        "window": np.arange(len(left), dtype=np.int32),
        "span": picture.spans,
        "left": left + margin,
        "middle": (left + right) / 2,
        "right": right - margin,
        "inside": picture.inside,
        "outside": picture.outside,
    }
    for number, setting in enumerate(picture.settings):
        name = f"setting_{number}"
        columns[name] = setting.heights
        columns[f"{name}_text"] = setting.texts
        columns[f"{name}_xs"] = np.column_stack([left, right]).tolist()
        columns[f"{name}_ys"] = np.column_stack([setting.heights] * 2).tolist()
    return ColumnDataSource(columns)


def _returns_section(canvas: Canvas, picture: WalkPicture, rows: ColumnDataSource) -> None:
    """Draw the return of each window: in-sample on the left, out-of-sample on the right."""
    colors = canvas.palette
    fig = canvas.new(_HEIGHT_RETURNS, "Return (Ann.)" if picture.annual else "Return")
    fig.yaxis.formatter = NumeralTickFormatter(format="0%")
    fig.add_layout(Span(location=0, dimension="width", line_color=colors.faint, line_width=1))
    bars = [
        fig.quad(
            left=left,
            right=right,
            bottom=0,
            top=name,
            source=rows,
            fill_color=color,
            line_color=None,
        )
        for name, left, right, color in (
            ("inside", "left", "middle", colors.hold),
            ("outside", "middle", "right", colors.curve),
        )
    ]
    numbers = [(f"{text}-of-sample" if text == "Out" else f"{text}-sample", f"@{name}{{0.0%}}")
               for text, name in (("In", "inside"), ("Out", "outside"))]  # fmt: skip
    _hover(fig, bars, numbers)
    canvas.fit(fig, rows, ["inside", "outside"], ["inside", "outside"], keep=(0.0,))
    canvas.legend(fig, [("In-sample", bars[:1]), ("Out-of-sample", bars[1:])])


def _setting_section(canvas: Canvas, setting: Setting, name: str, rows: ColumnDataSource) -> None:
    """Draw the values of a parameter as steps."""
    colors = canvas.palette
    fig = canvas.new(style.HEIGHT_SMALL, setting.name[:_LONGEST_LABEL])
    lines = fig.multi_line(
        f"{name}_xs", f"{name}_ys", source=rows, color=colors.curve, line_width=3
    )
    if setting.levels:
        fig.yaxis.ticker = FixedTicker(ticks=list(setting.levels))
        fig.yaxis.major_label_overrides = setting.levels
    _hover(fig, [lines], [(setting.name, f"@{name}_text")])
    canvas.fit(fig, rows, [name], [name], room=0.25)


def _hover(fig: Any, renderers: list[Any], rows: list[tuple[str, str]]) -> None:
    tooltips = [("Window", "@window"), ("Test", "@span"), *rows]
    fig.add_tools(HoverTool(renderers=renderers, tooltips=tooltips, point_policy="follow_mouse"))


def _mark_windows(canvas: Canvas, fig: Any, picture: WalkPicture) -> None:
    """Draw lines between windows, and shade those without trading."""
    colors = canvas.palette
    fig.vspan(x=picture.left[1:], line_color=colors.faint, line_alpha=0.6, level="annotation")
    idle = picture.idle
    if idle.any():
        fig.vstrip(
            x0=picture.left[idle],
            x1=picture.right[idle],
            fill_color=colors.grid,
            fill_alpha=0.7,
            line_color=None,
            level="underlay",
        )
