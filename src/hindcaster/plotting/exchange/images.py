"""Images of an exchange simulation, drawn with Matplotlib.

Figures are made without pyplot, which keeps figures for the whole process. Matplotlib itself is
not made for threads: `LOCK` lets one of them draw at a time.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hindcaster._types import FloatArray
from hindcaster.plotting.exchange.info import FanData, ImageData
from hindcaster.plotting.style import PALETTES
from hindcaster.stats.calendar_returns import calendar_returns
from hindcaster.stats.distribution import histogram
from hindcaster.stats.drawdowns import notable_falls
from hindcaster.stats.time_axis import TimeAxis

LOCK: Final = Lock()

T = TypeVar("T")

_COLORS = PALETTES["light"]
_HELD_COLORS: Final = ("#e8a33d", "#9b5fc0", "#2f9e77", "#c2577a", "#6b7f94", "#b0793a")
_SIZE: Final = (10.0, 4.2)  # inches
_DOTS: Final = 130  # per inch
_WORST: Final = 5  # drawdowns that are shaded
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_FEWEST_MONTHS: Final = 2
_MOST_MARKS: Final = 4_000
_MOST_BESIDE: Final = 4  # entries of a legend
_LONGEST_TITLE: Final = 58
_FAINT: Final = 0.25  # opacity of one scenario among many
_STRONGEST: Final = 0.6  # opacity behind the largest return


def images(data: ImageData) -> dict[str, bytes]:
    """Draw the set of images, and give them as PNG files by name."""
    with LOCK:
        return {name: _png(draw, data) for name, draw in _IMAGES.items()}


def fan(data: FanData) -> bytes:
    """Draw a run's balance over those of its scenarios, and give the PNG file."""
    with LOCK:
        return _png(_fan, data)


def overview(data: ImageData) -> bytes:
    """Draw balance and prices with all fills below each other, and give the PNG file."""
    with LOCK:
        return _png(_overview, data)


def _png(draw: Callable[[Figure, T], None], data: T) -> bytes:
    figure = Figure(figsize=_SIZE, dpi=_DOTS, facecolor=_COLORS.paper)
    FigureCanvasAgg(figure)
    _margins(figure)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        draw(figure, data)
        figure.savefig(file, format="png")
    return file.getvalue()


def _margins(figure: Figure, top: float = 0.45, bottom: float = 0.5) -> None:
    """Leave room around the axes, in inches: to measure the texts would take as long again."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        0.85 / width, bottom / height, 1 - 0.25 / width, 1 - top / height, 0, 0.3
    )


def _axes(figure: Figure, title: str, label: str = "", place: Any = 111) -> Any:
    axes = figure.add_subplot(place)
    short = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    axes.set_title(short, loc="left", fontsize=11, color=_COLORS.ink, parse_math=False)
    axes.set_ylabel(label, fontsize=9, color=_COLORS.ink)
    axes.tick_params(labelsize=8.5, colors=_COLORS.ink, length=0)
    axes.grid(color=_COLORS.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    return axes


def _dated(axes: Any, times: pd.DatetimeIndex) -> None:
    locator = AutoDateLocator(maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    if len(times) > 1:
        axes.set_xlim(times[0], times[-1])


def _percents(axis: Any, digits: int | None = None) -> None:
    def text(value: float, _place: Any) -> str:
        return f"{value:g} %" if digits is None else f"{value:.{digits}f} %"

    axis.set_major_formatter(FuncFormatter(text))


def _money(axes: Any) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}"))


def _legend(axes: Any) -> None:
    """Name the lines: beside the title, or inside if they are many."""
    count = len(axes.get_legend_handles_labels()[1])
    place = {"loc": "lower right", "bbox_to_anchor": (1.0, 0.995), "borderaxespad": 0.0}
    if count > _MOST_BESIDE:
        place = {"loc": "best"}
    legend = axes.legend(
        fontsize=8.5, frameon=count > _MOST_BESIDE, ncols=2 if count > _MOST_BESIDE else count,
        labelcolor=_COLORS.ink, handlelength=1.4, columnspacing=1.2, **place,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _line(axes: Any, times: pd.DatetimeIndex, values: FloatArray, label: str, color: str) -> None:
    marker = "o" if len(times) == 1 else None
    axes.plot(times, values, color=color, linewidth=1.6, label=label, marker=marker)


def _equity_curve(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Equity: {data.name}")
    for number, (symbol, values) in enumerate(data.held.items()):
        color = _HELD_COLORS[number % len(_HELD_COLORS)]
        _line(axes, data.times, values, f"Buy & hold {symbol}", color)
    _line(axes, data.times, data.balance, "Balance", _COLORS.curve)
    _money(axes)
    _dated(axes, data.times)
    _legend(axes)


def _fan(figure: Figure, data: FanData) -> None:
    axes = _axes(figure, data.title)
    for times, values in data.scenarios:
        axes.plot(times, values, color=_COLORS.curve, linewidth=0.6, alpha=_FAINT)
    if data.scenarios:
        axes.plot([], [], color=_COLORS.curve, linewidth=1.0, label="Scenarios")
    _line(axes, data.times, data.balance, "Original", _COLORS.ink)
    _money(axes)
    _dated(axes, data.times)
    _legend(axes)


def _cumulative_returns(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Cumulative returns: {data.name}")
    axes.axhline(0, color=_COLORS.faint, linewidth=0.8)
    for number, (symbol, values) in enumerate(data.held.items()):
        color = _HELD_COLORS[number % len(_HELD_COLORS)]
        _line(axes, data.times, _growth(values), f"Buy & hold {symbol}", color)
    _line(axes, data.times, _growth(data.balance), "Return", _COLORS.curve)
    _percents(axes.yaxis)
    _dated(axes, data.times)
    _legend(axes)


def _growth(values: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        growth: FloatArray = 100 * (values / values[0] - 1)
    return growth


def _drawdown(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Deepest drawdowns: {data.name}")
    _line(axes, data.times, data.balance, "Balance", _COLORS.curve)
    ticks = TimeAxis(data.times).ticks
    falls = notable_falls(data.balance, ticks, len(ticks)) if len(ticks) > 1 else []
    worst = sorted(falls, key=lambda fall: -fall.depth)[:_WORST]
    for number, fall in enumerate(worst, start=1):
        start, end = data.times[fall.start], data.times[fall.end]
        axes.axvspan(start, end, color=_COLORS.down, alpha=0.14, linewidth=0)
        axes.annotate(
            f"#{number}\n−{100 * fall.depth:.2f} %",
            (start + (end - start) / 2, 0.03),
            xycoords=("data", "axes fraction"),
            ha="center",
            fontsize=8,
            color=_COLORS.down,
        )
    _money(axes)
    _dated(axes, data.times)


def _underwater(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Drawdown: {data.name}")
    with np.errstate(all="ignore"):
        depth = 100 * (data.balance / np.maximum.accumulate(data.balance) - 1)
    axes.fill_between(data.times, depth, 0, color=_COLORS.down, alpha=0.25, linewidth=0)
    axes.plot(data.times, depth, color=_COLORS.down, linewidth=1.3)
    _percents(axes.yaxis)
    _dated(axes, data.times)


def _monthly_heatmap(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Monthly returns [%]: {data.name}")
    found = calendar_returns(TimeAxis(data.times), np.ascontiguousarray(data.balance))
    first = int(found.years[0].astype(np.int64))
    count = int(found.years[-1].astype(np.int64)) - first + 1
    figure.set_size_inches(_SIZE[0], max(1.6, 0.9 + 0.42 * count))
    _margins(figure, top=0.75, bottom=0.15)
    cells = np.full((count, 13), np.nan)
    months = found.months.astype(np.int64) - 12 * first
    cells[months // 12, months % 12] = 100 * found.monthly
    cells[found.years.astype(np.int64) - first, 12] = 100 * found.yearly
    for part in (slice(0, 12), slice(12, 13)):
        _shade(axes, cells, part)
    axes.set_xlim(-0.5, 12.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks(range(13), [*_MONTHS, "Year"])
    axes.set_yticks(range(count), [str(1970 + first + row) for row in range(count)])
    axes.xaxis.tick_top()
    axes.grid(visible=False)
    axes.set_title(axes.get_title("left"), loc="left", fontsize=11, pad=22, parse_math=False)


def _shade(axes: Any, cells: FloatArray, part: slice) -> None:
    """Write the returns of some columns, green or red behind them."""
    sizes = np.abs(cells[:, part])
    largest = np.nanmax(sizes) if np.isfinite(sizes).any() else 0.0
    for row in range(len(cells)):
        for place in range(part.start, part.stop):
            value = float(cells[row, place])
            if not np.isfinite(value):
                continue
            color = _COLORS.up if value > 0 else _COLORS.down
            alpha = _STRONGEST * abs(value) / largest if largest else 0.0
            corner = (place - 0.48, row - 0.46)
            axes.add_patch(_rectangle(corner, 0.96, 0.92, color, alpha))
            weight = "bold" if place == len(_MONTHS) else "normal"
            axes.text(
                place, row, f"{value + 0.0:.1f}", ha="center", va="center", fontsize=8.5,
                color=_COLORS.ink, weight=weight,
            )  # fmt: skip


def _rectangle(
    corner: tuple[float, float], width: float, height: float, color: str, alpha: float
) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, facecolor=color, alpha=alpha, linewidth=0)


def _monthly_distribution(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Distribution of monthly returns: {data.name}", "Months")
    found = calendar_returns(TimeAxis(data.times), np.ascontiguousarray(data.balance))
    values = found.monthly[np.isfinite(found.monthly)]
    if len(values) < _FEWEST_MONTHS:
        return _absent(axes, "It takes two months at least.")
    return _bars(axes, values)


def _trade_pnl(figure: Figure, data: ImageData) -> None:
    axes = _axes(figure, f"Profit of trades, of their margin: {data.name}", "Trades")
    values = data.trade_returns[np.isfinite(data.trade_returns)] / 100
    if not len(values):
        return _absent(axes, "No trade has a finite return.")
    return _bars(axes, values)


def _absent(axes: Any, why: str) -> None:
    axes.text(
        0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes, color=_COLORS.faint
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylabel("")


def _bars(axes: Any, values: FloatArray) -> None:
    """Draw a histogram of returns, with their mean and median."""
    found = histogram(values)
    edges = 100 * found.edges
    colors = [_COLORS.up if edge >= -1e-9 else _COLORS.down for edge in edges[:-1].tolist()]
    axes.bar(
        edges[:-1], found.counts, np.diff(edges), align="edge", color=colors,
        edgecolor=_COLORS.paper, linewidth=1,
    )  # fmt: skip
    for name, value, style in (("Mean", values.mean(), "-"), ("Median", np.median(values), ":")):
        text = f"{name} {100 * value:.2f} %"
        axes.axvline(100 * value, color=_COLORS.ink, linestyle=style, linewidth=1.2, label=text)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _percents(axes.xaxis)
    axes.grid(visible=False, axis="x")
    _legend(axes)


def _overview(figure: Figure, data: ImageData) -> None:
    figure.set_size_inches(_SIZE[0], 2 * _SIZE[1])
    _margins(figure)
    above = _axes(figure, f"Balance: {data.name}", place=211)
    _line(above, data.times, data.balance, "Balance", _COLORS.curve)
    _money(above)
    _dated(above, data.times)
    below = _axes(figure, "Change of the price", place=212)
    colors = (_COLORS.faint, *_HELD_COLORS)
    for number, (symbol, (times, change)) in enumerate(data.changes.items()):
        color = colors[number % len(colors)]
        # A label that begins with an underscore would be left out of the legend.
        below.plot(times, change, color=color, linewidth=1, label=f" {symbol}", zorder=1)
    for buys, marker, color, name in (
        (True, "^", _COLORS.up, "Buys"),
        (False, "v", _COLORS.down, "Sells"),
    ):
        shown = [_some(marks, buys) for marks in data.marks.values()]
        moments = np.concatenate([times for times, _ in shown]) if shown else np.array([])
        if len(moments):
            values = np.concatenate([values for _, values in shown])
            below.scatter(
                moments, values, marker=marker, s=26, color=color, edgecolor=_COLORS.paper,
                linewidth=0.4, label=name, zorder=2,
            )  # fmt: skip
    _percents(below.yaxis)
    _dated(below, data.times)
    _legend(below)


def _some(marks: Any, buys: bool) -> tuple[Any, FloatArray]:
    """Give the marks of one side, evenly thinned where there are very many."""
    chosen = np.flatnonzero(marks.buys == buys)
    chosen = chosen[:: -(-len(chosen) // _MOST_MARKS) or 1]
    return marks.times.to_numpy()[chosen], marks.values[chosen]


_IMAGES: Final = {
    "equity_curve": _equity_curve,
    "cumulative_returns": _cumulative_returns,
    "drawdown": _drawdown,
    "underwater": _underwater,
    "monthly_heatmap": _monthly_heatmap,
    "monthly_distribution": _monthly_distribution,
    "trade_pnl": _trade_pnl,
}
