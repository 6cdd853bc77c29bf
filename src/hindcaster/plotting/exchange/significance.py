"""The image of a significance test, drawn with Matplotlib."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from hindcaster._types import FloatArray
from hindcaster.plotting.exchange.images import LOCK
from hindcaster.plotting.style import PALETTES
from hindcaster.stats.distribution import histogram

_SIZE = (10.0, 4.9)  # inches


def image(
    simulated: FloatArray, observed: float, p_value: float, title: str, theme: str, dpi: float
) -> bytes:
    """Draw a histogram of simulated values with the observed one, and give the PNG file.

    Parameters
    ----------
    simulated : ndarray
        Fractions; those that reach `observed` have another colour.
    observed, p_value : float
        NaN where there is none.
    title : str
        Written above; empty for none.
    theme : {'light', 'dark'}
        Colours.
    dpi : float
        Dots per inch.
    """
    colors = PALETTES[theme]
    with LOCK:
        figure = Figure(figsize=_SIZE, dpi=dpi, facecolor=colors.page)
        FigureCanvasAgg(figure)
        figure.subplots_adjust(0.08, 0.13, 0.975, 0.9 if title else 0.96)
        axes = figure.add_subplot(facecolor=colors.paper)
        axes.set_title(title, loc="left", fontsize=11, color=colors.ink, parse_math=False)
        axes.set_xlabel("Mean return per bar without predictive power", color=colors.ink)
        axes.set_ylabel("Samples", color=colors.ink)
        axes.tick_params(colors=colors.ink, length=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{100 * value:.4g} %"))
        axes.grid(color=colors.grid, linewidth=0.8)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        finite = simulated[np.isfinite(simulated)]
        if len(finite):
            edges = histogram(finite).edges
            reached = finite >= observed
            parts = [
                np.clip(part, edges[0], edges[-1]) for part in (finite[~reached], finite[reached])
            ]
            axes.hist(parts, edges.tolist(), color=[colors.hold, colors.down], stacked=True)
        if np.isfinite(observed):
            label = f"Observed ({100 * observed:.4g} %, p = {p_value:.4g})"
            axes.axvline(observed, color=colors.curve, linewidth=1.8, label=label)
            axes.legend(facecolor=colors.paper, edgecolor=colors.grid, labelcolor=colors.ink)
        file = io.BytesIO()
        figure.savefig(file, format="png")
        return file.getvalue()
