"""The interactive page of an exchange simulation; draws what `info` holds."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

from bokeh.core.properties import Color
from bokeh.layouts import column
from bokeh.models import Div, Span

from hindcaster.plotting import sections
from hindcaster.plotting.bokeh import candle_source, trade_source
from hindcaster.plotting.canvas import Canvas
from hindcaster.plotting.exchange.info import Level, PageData, Traded
from hindcaster.plotting.indicators import Shown
from hindcaster.plotting.info import Picture
from hindcaster.plotting.output import page_of
from hindcaster.plotting.style import PALETTES, Palette

_HEIGHT_EQUITY = 200
_LONGEST_LABEL = 14  # characters beside a low section
_FACTS = "display:inline-block;margin:4px 26px 10px 0"


def page(data: PageData, theme: str, resources: str | None) -> str:
    """Draw everything, and give the page as HTML.

    Parameters
    ----------
    data : PageData
        What to show.
    theme : {'light', 'dark'}
        Colours.
    resources : {'inline', 'cdn'} or None
        Where Bokeh's script comes from.
    """
    return page_of(layout_of(data, theme), data.title, theme, resources)


def layout_of(data: PageData, theme: str) -> Any:
    """Put heading and figures below each other."""
    first = data.symbols[0].picture
    colors = PALETTES[theme]
    canvas = Canvas(
        candle_source(_valid(first)),
        colors,
        width=None,
        show_legend=True,
        whole_days=first.candles.whole_days,
    )
    if first.equity is not None:
        sections.curve_section(
            canvas, first.equity, "equity", "Equity", low=False, height=_HEIGHT_EQUITY
        )
    if first.drawdown is not None:
        sections.drawdown_section(canvas, first.drawdown[1])
    for number, traded in enumerate(data.symbols):
        own = canvas if not number else canvas.beside(candle_source(_valid(traded.picture)))
        _symbol(own, traded)
    canvas.connect()
    grid = canvas.stacked(None)
    return column(_heading(data, colors), grid, sizing_mode="stretch_width")


def _heading(data: PageData, colors: Palette) -> Div:
    facts = "".join(
        f'<span style="{_FACTS}"><span style="color:{colors.faint}">{escape(name)}</span> '
        f"<b>{escape(text)}</b></span>"
        for name, text in data.facts
    )
    title = f'<h1 style="font-size:20px;margin:8px 0 2px;font-weight:600">{escape(data.title)}</h1>'
    frame = f'<div style="color:{colors.ink};font:14px system-ui,sans-serif;padding-left:12px">'
    return Div(text=f"{frame}{title}{facts}</div>", sizing_mode="stretch_width")


def _symbol(canvas: Canvas, traded: Traded) -> None:
    """Draw profits, candles, volume and the strategy's charts of one symbol."""
    picture = _valid(traded.picture)
    trades = picture.trades
    rows = None if trades is None else trade_source(trades, picture)
    if trades is not None and rows is not None:
        sections.profit_section(canvas, rows, trades)
    figure = sections.price_section(canvas, picture, rows)
    figure.yaxis.axis_label = traded.symbol
    _levels(canvas, figure, traded.levels)
    if picture.volume:
        figure = sections.volume_section(canvas)
    figure.xaxis.visible = True
    figure.height += 24
    canvas.date_ticks(figure, canvas.source.data.get("datetime"), picture.candles.labels)
    charts = zip(picture.sections, traded.section_names, traded.section_levels, strict=True)
    for shown, name, levels in charts:
        sections.indicator_section(canvas, shown)
        figure = canvas.figures[-1]
        figure.height = 90
        figure.yaxis.axis_label = name[:_LONGEST_LABEL]
        _levels(canvas, figure, levels)


def _levels(canvas: Canvas, figure: Any, levels: list[Level]) -> None:
    for level in levels:
        figure.add_layout(
            Span(
                location=level.value,
                dimension="width",
                line_color=_color(level.color) or canvas.palette.faint,
                line_width=level.width,
                line_dash="dotted" if level.dotted else "solid",
            )
        )


def _valid(picture: Picture) -> Picture:
    """Give a picture whose lines have colours that browsers know, or those of the cycle."""
    return replace(
        picture,
        overlays=[_shown(one) for one in picture.overlays],
        sections=[_shown(one) for one in picture.sections],
    )


def _shown(one: Shown) -> Shown:
    return one._replace(rows=[row._replace(color=_color(row.color)) for row in one.rows])


def _color(value: Any) -> Any:
    return value if value is not None and Color().is_valid(value) else None
