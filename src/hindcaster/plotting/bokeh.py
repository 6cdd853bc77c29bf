"""The picture of a run as a Bokeh layout.

Draws what `info` computed; the sections themselves are in `sections`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, GridPlot

from hindcaster.plotting import sections
from hindcaster.plotting.canvas import Canvas, short
from hindcaster.plotting.info import Picture, picture_of, price_extent
from hindcaster.plotting.options import Options
from hindcaster.plotting.output import file_for, show
from hindcaster.plotting.style import DOWN, PALETTES, UP
from hindcaster.plotting.trades import Trades


def plot_run(
    data: pd.DataFrame, results: Any, options: Options, *, warmup: int
) -> tuple[GridPlot, list[str]]:
    """Draw a run, write the page and show it.

    Parameters
    ----------
    data : DataFrame
        The bars that were tested.
    results : Series
        What `Backtest.run` returned for them.
    options : Options
        The arguments of `Backtest.plot`.
    warmup : int
        Bar on which buying and holding starts.

    Returns
    -------
    GridPlot
    list of str
        Warnings for the user.
    """
    picture = picture_of(data, results, options, warmup=warmup)
    path = file_for(options.filename, str(results["_strategy"]))
    layout = layout_of(picture, options)
    show(
        layout,
        path,
        theme=options.theme,
        resources=options.resources,
        open_browser=options.open_browser,
    )
    return layout, picture.warnings


def layout_of(picture: Picture, options: Options) -> GridPlot:
    """Draw the sections of a picture, from top to bottom."""
    canvas = Canvas(
        candle_source(picture),
        PALETTES[options.theme],
        width=options.plot_width,
        show_legend=options.show_legend,
        whole_days=picture.candles.whole_days,
    )
    trades = picture.trades
    trade_rows = None if trades is None else trade_source(trades, picture)
    low = options.plot_drawdown
    if picture.equity is not None:
        sections.curve_section(canvas, picture.equity, "equity", "Equity", low=low)
    if picture.returns is not None:
        sections.curve_section(canvas, picture.returns, "eq_return", "Return", low=low)
    if picture.drawdown is not None:
        sections.drawdown_section(canvas, picture.drawdown[1])
    if picture.profits and trades is not None and trade_rows is not None:
        sections.profit_section(canvas, trade_rows, trades)
    beams = trade_rows if options.plot_trades else None
    dated = sections.price_section(canvas, picture, beams)
    if picture.volume:
        dated = sections.volume_section(canvas)
    dated.xaxis.visible = True
    canvas.date_ticks(dated, canvas.source.data.get("datetime"), picture.candles.labels)
    for shown in picture.sections:
        sections.indicator_section(canvas, shown)
    canvas.connect()
    return canvas.stacked(options.plot_width)


def candle_source(picture: Picture) -> ColumnDataSource:
    """Put together the columns that have a value for each candle."""
    candles = picture.candles
    columns: dict[str, Any] = {"index": np.arange(candles.count, dtype=np.int32)}
    columns |= candles.columns
    columns["Volume"] = short(candles.columns["Volume"])
    columns["inc"] = sections.direction(candles.columns)
    if candles.times is not None:
        columns["datetime"] = candles.times
    if picture.equity is not None:
        columns["equity"] = short(picture.equity.values)
    if picture.returns is not None:
        columns["eq_return"] = short(picture.returns.values)
    if picture.drawdown is not None:
        columns["drawdown"] = short(picture.drawdown[0])
    for shown in (*picture.overlays, *picture.sections):
        columns |= {row.column: row.values for row in shown.rows}
    low, high = price_extent(picture)
    columns["ohlc_low"], columns["ohlc_high"] = short(low), short(high)
    return ColumnDataSource(columns)


def trade_source(trades: Trades, picture: Picture) -> ColumnDataSource:
    """Put together the columns that have a value for each trade."""
    ends = np.column_stack([trades.entry, trades.exit]).tolist()
    prices = _brief(np.column_stack([trades.entry_price, trades.exit_price]))
    columns: dict[str, Any] = {
        "index": trades.exit.astype(np.int32),
        "size": trades.size,
        "entry_price": trades.entry_price,
        "exit_price": trades.exit_price,
        "pnl": trades.pnl,
        "returns": trades.returns,
        "returns_positive": np.where(trades.returns > 0, UP, DOWN).tolist(),
        "position_lines_xs": ends,
        "position_lines_ys": prices,
        "marker_size": short(trades.marker_size),
        "lines": [[0, value] for value in _brief(trades.returns)],
        "triangles": np.where(trades.size > 0, "triangle", "inverted_triangle").tolist(),
    }
    if picture.candles.times is not None:
        columns["datetime"] = picture.candles.times[trades.exit]
    if not np.isnan(trades.sl).all():
        columns["sl"] = trades.sl
    if not np.isnan(trades.tp).all():
        columns["tp"] = trades.tp
    if any(trades.tag):
        columns["tag"] = trades.tag
    if (trades.count > 1).any():
        columns["count"] = trades.count.astype(np.int32)
    return ColumnDataSource(columns)


def _brief(values: Any) -> Any:
    """Numbers with the digits that matter: lists are written out in text."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 7 - np.ceil(np.log10(np.abs(values)))
    factor = 10.0 ** np.clip(np.nan_to_num(digits, posinf=0, neginf=0), 0, 12)
    return (np.round(values * factor) / factor).tolist()
