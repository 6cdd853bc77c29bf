"""What the sections of a picture share: figures on one horizontal axis, sources, scripts."""

from __future__ import annotations

from copy import copy
from importlib.resources import files
from typing import Any

import numpy as np
from bokeh.layouts import gridplot
from bokeh.models import (
    ColumnDataSource,
    CrosshairTool,
    CustomJS,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    Legend,
    LegendItem,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from hindcaster._types import AnyArray, FloatArray
from hindcaster.plotting.style import Palette

_TOOLS = "xpan,xwheel_zoom,xwheel_pan,box_zoom,undo,redo,reset,save"


def script(name: str) -> str:
    """Read a script that the pages carry."""
    return files("hindcaster.plotting").joinpath(name).read_text(encoding="utf-8")


class Canvas:
    """Figures above each other that share the horizontal axis, tools and the candles' source.

    Attributes
    ----------
    source : ColumnDataSource
        A row per candle.
    """

    def __init__(
        self,
        source: ColumnDataSource,
        palette: Palette,
        *,
        width: int | None,
        show_legend: bool,
        whole_days: bool,
        x_range: Range1d | None = None,
    ) -> None:
        self.source = source
        self.palette = palette
        self.figures: list[Any] = []
        count = len(source.data["index"])
        self.has_dates = "datetime" in source.data
        self._width = width
        self._show_legend = show_legend
        self._whole_days = whole_days
        self._panels: list[dict[str, Any]] = []
        self.x_range = _horizontal(count) if x_range is None else x_range
        spans = [
            Span(dimension=way, line_dash="dotted", line_color=palette.faint)
            for way in ("width", "height")
        ]
        self._crosshair = CrosshairTool(overlay=spans)

    def beside(self, source: ColumnDataSource) -> Canvas:
        """Make a canvas for other candles of the same times: all else is shared with this one."""
        other = copy(self)
        other.source = source
        return other

    def new(self, height: int, label: str = "") -> Any:
        """Add a figure below the others."""
        colors = self.palette
        fig = figure(
            height=height,
            width=self._width or 1200,
            x_range=self.x_range,
            y_range=Range1d(0, 1),
            tools=_TOOLS,
            active_drag="xpan",
            active_scroll="xwheel_zoom",
            x_axis_type="linear",
            background_fill_color=colors.paper,
            border_fill_color=colors.page,
            outline_line_color=colors.grid,
            min_border_left=82,
            min_border_right=12,
            min_border_top=3,
            min_border_bottom=4,
        )
        if self._width is None:
            fig.sizing_mode = "stretch_width"
        dress(fig, colors, small=height < 200)
        fig.yaxis.axis_label = label
        fig.add_tools(self._crosshair)
        self.figures.append(fig)
        return fig

    def hover(
        self,
        fig: Any,
        renderers: list[Any],
        rows: list[tuple[str, str]],
        *,
        mode: str = "vline",
    ) -> None:
        """Show values below the pointer; the date or number of the bar comes first."""
        formatters: dict[str, Any] = {}
        first = [("#", "@index")]
        if self.has_dates:
            first = [("Date", "@datetime{%c}")]
            formatters["@datetime"] = CustomJSHover(
                args={"whole_days": self._whole_days}, code=script("hover_date.js")
            )
        fig.add_tools(
            HoverTool(
                renderers=renderers,
                tooltips=[*first, *rows],
                formatters=formatters,
                mode=mode,
                point_policy="follow_mouse",
            )
        )

    def fit(
        self,
        fig: Any,
        source: ColumnDataSource,
        low: list[str],
        high: list[str],
        *,
        keep: tuple[float, ...] = (),
        room: float = 0.06,
        both: bool = True,
    ) -> None:
        """Let the vertical range follow what is visible of some columns.

        `keep` are heights that stay in view. Unless `both`, the lowest of them is the bottom.
        """
        start, end = _extent(source, low, high, keep, room, both)
        fig.y_range.start = fig.y_range.reset_start = start
        fig.y_range.end = fig.y_range.reset_end = end
        self._panels.append(
            {
                "range": fig.y_range,
                "source": source,
                "low": low,
                "high": high,
                "keep": list(keep),
                "room": room,
                "both": both,
            }
        )

    def legend(
        self,
        fig: Any,
        items: list[tuple[str, list[Any]]],
        *,
        flat: bool = True,
        glyph_width: int = 16,
    ) -> None:
        """Add a legend whose entries hide what they name."""
        if not items:
            return
        legend = Legend(
            items=[
                LegendItem(label={"value": text}, renderers=renderers) for text, renderers in items
            ],
            visible=self._show_legend,
            location="top_left",
            click_policy="hide",
            orientation="horizontal" if flat else "vertical",
            padding=5,
            margin=4,
            spacing=8 if flat else 1,
            label_text_font_size="8pt",
            label_text_color=self.palette.ink,
            label_text_line_height=1.0,
            label_height=12,
            glyph_height=12,
            glyph_width=glyph_width,
            background_fill_color=self.palette.paper,
            background_fill_alpha=0.75,
            border_line_color=self.palette.grid,
            inactive_fill_color=self.palette.paper,
            inactive_fill_alpha=0.6,
        )
        fig.add_layout(legend)

    def date_ticks(self, fig: Any, times: Any, labels: Any) -> None:
        """Label bar numbers with dates, or with the labels of the data."""
        if times is None and labels is None:
            return
        fig.xaxis.formatter = CustomJSTickFormatter(
            args={"times": times, "labels": labels, "whole_days": self._whole_days},
            code=script("ticks.js"),
        )

    def stacked(self, width: int | None) -> Any:
        """Put the figures below each other; as wide as the window if there is no width."""
        return gridplot(
            self.figures,
            ncols=1,
            toolbar_location="right",
            toolbar_options={"logo": None},
            merge_tools=True,
            sizing_mode="stretch_width" if width is None else None,
        )

    def connect(self) -> None:
        """Let zooming and panning fit the vertical ranges."""
        callback = CustomJS(
            args={"x": self.x_range, "panels": self._panels}, code=script("autoscale.js")
        )
        self.x_range.js_on_change("start", callback)
        self.x_range.js_on_change("end", callback)


def dress(fig: Any, colors: Palette, *, small: bool) -> None:
    """Give the axes and the grid of a figure their colours and sizes."""
    fig.xaxis.visible = False
    for axis in (*fig.xaxis, *fig.yaxis):
        axis.axis_label_text_color = axis.major_label_text_color = colors.ink
        axis.axis_line_color = axis.major_tick_line_color = colors.faint
        axis.minor_tick_line_color = None
        axis.axis_label_text_font_size = axis.major_label_text_font_size = "8pt"
        axis.axis_label_text_font_style = "normal"
    fig.grid.grid_line_color = colors.grid
    if small:
        fig.yaxis.ticker.desired_num_ticks = 3


def _horizontal(count: int) -> Any:
    """Make the shared range of bar numbers, which cannot be left by more than a twentieth."""
    if count == 1:
        return Range1d(-1, 1)
    room = (count - 1) / 20
    return Range1d(
        0,
        count - 1,
        min_interval=min(10, count - 1),
        bounds=(-room, count - 1 + room),
    )


def _extent(
    source: Any,
    low: list[str],
    high: list[str],
    keep: tuple[float, ...],
    room: float,
    both: bool,
) -> tuple[float, float]:
    """Do what autoscale.js does, for all candles."""
    bottom = min([*_finite(source, low, np.min), *keep], default=0.0)
    top = max([*_finite(source, high, np.max), *keep], default=1.0)
    space = (top - bottom) * room if top > bottom else abs(top) * 0.05 or 1.0
    return (bottom if bottom in keep and not both else bottom - space), top + space


def _finite(source: Any, names: list[str], extreme: Any) -> list[float]:
    found = []
    for name in names:
        values = np.asarray(source.data[name], np.float64)
        values = values[np.isfinite(values)]
        if len(values):
            found.append(float(extreme(values)))
    return found


def short(values: FloatArray) -> AnyArray:
    """Values in half the space, for what is seen but not read to its last digit."""
    return values.astype(np.float32)
