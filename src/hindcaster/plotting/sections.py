"""The sections of a picture from top to bottom: equity, drawdown, profits, prices, indicators."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, NumeralTickFormatter, Span, Title
from bokeh.palettes import Category10
from bokeh.transform import factor_cmap

from hindcaster.plotting import style
from hindcaster.plotting.canvas import Canvas, short
from hindcaster.plotting.indicators import Row, Shown
from hindcaster.plotting.info import Behind, Curve, Mark, Picture
from hindcaster.plotting.trades import Orders, Trades

_FACTORS = [style.DOWN, style.UP]


def curve_section(
    canvas: Canvas,
    curve: Curve,
    column: str,
    title: str,
    *,
    low: bool,
    height: int = style.HEIGHT_CURVE,
) -> None:
    """Draw equity or return; `low` sections leave the drawdown to a section of its own."""
    colors, source = canvas.palette, canvas.source
    fig = canvas.new(style.HEIGHT_SMALL if low else height, title)
    number = "0,0.[00]%" if curve.relative else "$ 0.0 a"
    fig.yaxis.formatter = NumeralTickFormatter(format=number)
    index = source.data["index"]
    fig.patch(
        np.concatenate([index, index[::-1]]),
        np.concatenate([short(curve.values), short(curve.watermark)[::-1]]),
        fill_color=colors.dent,
        line_color=None,
        fill_alpha=0.8,
    )
    line = fig.line("index", column, source=source, line_width=1.5, color=colors.curve)
    marks = [(curve.peak, colors.peak), (curve.final, colors.final)]
    marks += [] if low else [(curve.deepest, colors.worst)]
    items = [(mark.label, [_dot(fig, mark, color)]) for mark, color in marks]
    if curve.longest is not None:
        start, end, level, label = curve.longest
        drawn = fig.line([start, end], [level, level], color=colors.worst, line_width=2)
        items.append((label, [drawn]))
    columns, rows = [column], [(title, f"@{column}{{{number}}}")]
    if curve.buy_hold is not None:
        name = f"{column}_buy_hold"
        source.add(short(curve.buy_hold), name)
        hold = fig.line("index", name, source=source, color=colors.hold, line_width=1.2)
        items.append(("Buy & Hold", [hold]))
        columns.append(name)
        rows.append(("Buy & Hold", f"@{name}{{{number}}}"))
    canvas.hover(fig, [line], rows)
    canvas.fit(fig, source, columns, columns)
    canvas.legend(fig, items)


def _dot(fig: Any, mark: Mark, color: str) -> Any:
    return fig.scatter([mark.at], [mark.value], size=8, color=color, line_color="#26323d")


def drawdown_section(canvas: Canvas, mark: Mark) -> None:
    """Draw the share lost since the highest equity."""
    fig = canvas.new(style.HEIGHT_SMALL, "Drawdown")
    fig.yaxis.formatter = NumeralTickFormatter(format="-0.[0]%")
    line = fig.line(
        "index", "drawdown", source=canvas.source, line_width=1.3, color=canvas.palette.curve
    )
    dot = _dot(fig, mark, canvas.palette.worst)
    canvas.hover(fig, [line], [("Drawdown", "@drawdown{-0.[0]%}")])
    canvas.fit(fig, canvas.source, ["drawdown"], ["drawdown"], keep=(0.0,))
    canvas.legend(fig, [(mark.label, [dot])])


def profit_section(canvas: Canvas, source: ColumnDataSource, trades: Trades) -> None:
    """Draw what each trade made, at its exit."""
    colors = canvas.palette
    fig = canvas.new(style.HEIGHT_SMALL, "Profit / Loss")
    fig.yaxis.formatter = NumeralTickFormatter(format="0.[00]%")
    zero = Span(
        location=0, dimension="width", line_color=colors.faint, line_dash="dashed", level="underlay"
    )
    fig.add_layout(zero)
    fig.multi_line(
        "position_lines_xs", "lines", source=source, color=colors.faint, line_width=1, alpha=0.6
    )
    marks = fig.scatter(
        "index",
        "returns",
        source=source,
        size="marker_size",
        marker="triangles",
        fill_color=factor_cmap("returns_positive", [colors.lost, colors.won], _FACTORS),
        line_color=colors.ink,
        line_width=0.5,
        fill_alpha=0.85,
    )
    canvas.hover(fig, [marks], trade_rows(trades), mode="vline")
    canvas.fit(fig, source, ["returns"], ["returns"], keep=(0.0,), room=0.25)


def trade_rows(trades: Trades) -> list[tuple[str, str]]:
    """Lines of the tooltip of a trade."""
    rows = [
        ("Size", "@size{0,0.[00000000]}"),
        ("Entry", "@entry_price{0,0.[00000000]}"),
        ("Exit", "@exit_price{0,0.[00000000]}"),
        ("P/L", "@pnl{0,0.00}"),
        ("Return", "@returns{+0.[000]%}"),
    ]
    if not np.isnan(trades.sl).all():
        rows.append(("SL", "@sl{0,0.[00000000]}"))
    if not np.isnan(trades.tp).all():
        rows.append(("TP", "@tp{0,0.[00000000]}"))
    if any(trades.tag):
        rows.append(("Tag", "@tag"))
    if (trades.count > 1).any():
        rows.append(("Count", "@count{0,0}"))
    return rows


def price_section(canvas: Canvas, picture: Picture, trade_source: ColumnDataSource | None) -> Any:
    """Draw the candles, and all that lies over and behind them."""
    colors, source = canvas.palette, canvas.source
    fig = canvas.new(style.HEIGHT_PRICES)
    fig.yaxis.formatter = NumeralTickFormatter(format="0,0.[00000000]")
    if picture.note:
        fig.add_layout(
            Title(
                text=picture.note,
                text_font_size="8pt",
                text_font_style="normal",
                text_color=colors.faint,
            ),
            "above",
        )
    if picture.behind is not None:
        _larger_candles(canvas, fig, picture.behind)
    wicks = fig.segment(
        "index", "High", "index", "Low", source=source, color=colors.wick, line_width=1
    )
    bodies = fig.vbar(
        "index",
        style.CANDLE_WIDTH,
        "Open",
        "Close",
        source=source,
        line_color=colors.wick,
        line_width=0.5,
        fill_color=factor_cmap("inc", [colors.down, colors.up], _FACTORS),
    )
    items = [("OHLC", [wicks, bodies])]
    if trade_source is not None and picture.trades is not None:
        items.append(_trade_beams(canvas, fig, trade_source, picture.trades))
    overlays, rows = _overlays(fig, source, picture.overlays)
    items += overlays
    canvas.hover(fig, [bodies], [*_PRICE_ROWS, *rows])
    if picture.orders is not None:
        items += _order_marks(canvas, fig, picture.orders)
    canvas.fit(fig, source, ["ohlc_low"], ["ohlc_high"], room=0.04)
    canvas.legend(fig, items, flat=False)
    return fig


_PRICE_ROWS = [
    *((name, f"@{name}{{0,0.[00000000]}}") for name in ("Open", "High", "Low", "Close")),
    ("Volume", "@Volume{0,0}"),
]


def _larger_candles(canvas: Canvas, fig: Any, behind: Behind) -> None:
    columns = behind.columns
    source = ColumnDataSource(
        {
            "index": (behind.left + behind.right) / 2,
            "width": behind.right - behind.left,
            **{name: columns[name] for name in ("Open", "High", "Low", "Close")},
            "inc": direction(columns),
        }
    )
    color = factor_cmap("inc", [canvas.palette.behind_down, canvas.palette.behind_up], _FACTORS)
    fig.segment("index", "High", "index", "Low", source=source, color=color, line_width=2)
    fig.vbar("index", "width", "Open", "Close", source=source, line_color=None, fill_color=color)


def direction(columns: Any) -> list[str]:
    """Say whether each candle closed no lower than it opened."""
    return [_FACTORS[rose] for rose in (columns["Close"] >= columns["Open"]).tolist()]


def _trade_beams(
    canvas: Canvas, fig: Any, source: ColumnDataSource, trades: Trades
) -> tuple[str, list[Any]]:
    colors = canvas.palette
    beams = fig.multi_line(
        "position_lines_xs",
        "position_lines_ys",
        source=source,
        line_color=factor_cmap("returns_positive", [colors.lost, colors.won], _FACTORS),
        line_width=8,
        line_alpha=0.8,
        line_dash="dotted",
    )
    canvas.hover(fig, [beams], trade_rows(trades), mode="mouse")
    return f"Trades ({len(trades.count)})", [beams]


def _overlays(
    fig: Any, source: ColumnDataSource, overlays: list[Shown]
) -> tuple[list[tuple[str, list[Any]]], list[tuple[str, str]]]:
    """Draw indicators over the prices; each takes one colour of the cycle."""
    items: list[tuple[str, list[Any]]] = []
    hover = []
    cycled = cycle(Category10[10])
    for one in overlays:
        color = next(cycled)
        drawn = [_plotted(fig, source, row, row.color or color, one, True) for row in one.rows]
        if one.muted:
            for renderer in drawn:
                renderer.muted = True
            continue
        items += _legend_items(one, drawn)
        hover += [(row.label, _value(row)) for row in one.rows]
    return items, hover


def _value(row: Row) -> str:
    return f"@{{{row.column}}}{{0,0.[0000]}}"


def _legend_items(shown: Shown, drawn: list[Any]) -> list[tuple[str, list[Any]]]:
    """One entry per name: rows that share a name share the entry."""
    items: dict[str, list[Any]] = {}
    for row, renderer in zip(shown.rows, drawn, strict=True):
        items.setdefault(row.label, []).append(renderer)
    return list(items.items())


def _plotted(
    fig: Any, source: ColumnDataSource, row: Row, color: str, shown: Shown, overlay: bool
) -> Any:
    if shown.scatter:
        return fig.circle(
            "index",
            row.column,
            source=source,
            radius=0.36 if overlay else 0.24,
            fill_color=color,
            # A radius counts in bars: the outline keeps dots visible where bars are narrow.
            line_color="black" if overlay else color,
            line_width=1 if overlay else 2.5,
            muted_alpha=0.1,
        )
    return fig.line(
        "index", row.column, source=source, color=color, line_width=1.4, muted_alpha=0.25
    )


def _order_marks(canvas: Canvas, fig: Any, orders: Orders) -> list[tuple[str, list[Any]]]:
    """Draw orders that came to nothing, with the reason below the pointer."""
    items = []
    kinds = (("Rejected orders", True, canvas.palette.lost, "x"),
             ("Cancelled orders", False, canvas.palette.faint, "circle_x"))  # fmt: skip
    for text, rejected, color, marker in kinds:
        chosen = [i for i, is_rejected in enumerate(orders.rejected) if is_rejected == rejected]
        if not chosen:
            continue
        source = ColumnDataSource(
            {
                "index": orders.candle[chosen].astype(np.int32),
                "price": orders.price[chosen],
                **{k: [column[i] for i in chosen] for k, column in orders.columns.items()},
            }
        )
        if canvas.has_dates:
            source.add(canvas.source.data["datetime"][orders.candle[chosen]], "datetime")
        marks = fig.scatter(
            "index", "price", source=source, marker=marker, size=9, line_color=color,
            fill_color=None, line_width=2,
        )  # fmt: skip
        rows = [(name, f"@{name}") for name in orders.columns if _any_value(source, name)]
        canvas.hover(fig, [marks], rows, mode="mouse")
        items.append((f"{text} ({len(chosen):,})", [marks]))
    return items


def _any_value(source: ColumnDataSource, name: str) -> bool:
    return any(value != "" and value == value for value in source.data[name])


def volume_section(canvas: Canvas) -> Any:
    """Draw what was traded."""
    colors = canvas.palette
    fig = canvas.new(style.HEIGHT_VOLUME, "Volume")
    fig.yaxis.formatter = NumeralTickFormatter(format="0 a")
    bars = fig.vbar(
        "index",
        style.CANDLE_WIDTH,
        "Volume",
        source=canvas.source,
        line_color=None,
        fill_color=factor_cmap("inc", [colors.down, colors.up], _FACTORS),
    )
    canvas.hover(fig, [bars], [("Volume", "@Volume{0.00 a}")])
    canvas.fit(fig, canvas.source, ["Volume"], ["Volume"], keep=(0.0,), both=False)
    return fig


def indicator_section(canvas: Canvas, shown: Shown) -> None:
    """Draw an indicator below the prices."""
    fig = canvas.new(style.HEIGHT_INDICATOR)
    cycled = cycle(Category10[10])
    drawn = [
        _plotted(fig, canvas.source, row, row.color or next(cycled), shown, False)
        for row in shown.rows
    ]
    for level in dict.fromkeys(row.level for row in shown.rows if row.level is not None):
        fig.add_layout(
            Span(
                location=level,
                dimension="width",
                line_color=canvas.palette.faint,
                line_dash="dashed",
                line_width=0.8,
            )
        )
    columns = [row.column for row in shown.rows]
    canvas.hover(fig, drawn[:1], [(row.label, _value(row)) for row in shown.rows])
    canvas.fit(fig, canvas.source, columns, columns, room=0.1)
    canvas.legend(fig, _legend_items(shown, drawn), glyph_width=16 if len(drawn) > 1 else 0)
