"""`plot_heatmaps`: a picture of what `Backtest.optimize` tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from bokeh.models import GridPlot


def plot_heatmaps(
    heatmap: pd.Series[Any],
    agg: str | Callable[..., Any] = "max",
    *,
    ncols: int = 3,
    plot_width: int = 1200,
    filename: str | Path = "",
    open_browser: bool = True,
    theme: str = "light",
    resources: str | None = None,
) -> GridPlot:
    """Draw the scores of a search: a heatmap for every pair of parameters.

    The best cell of each is framed; values show below the pointer. A search of a single parameter
    is drawn as a line.

    Parameters
    ----------
    heatmap : Series
        Score by combination of parameters, as from ``Backtest.optimize(return_heatmap=True)``.
    agg : str or callable, default 'max'
        How to put together scores that differ in other parameters only: whatever pandas
        aggregates with, such as ``'mean'``.
    ncols : int, default 3
        Heatmaps beside each other.
    plot_width : int, default 1200
        Width of all of them, in pixels.
    filename : str or Path, optional
        Page to write, or image if it ends in ``.png``; ``heatmaps.html`` in the working directory
        if absent, and none in notebooks.
    open_browser : bool, default True
        Open the file in the browser.
    theme : {'light', 'dark'}, default 'light'
        Colours.
    resources : {'cdn', 'inline'}, optional
        As for `Backtest.plot`.

    Returns
    -------
    GridPlot
        The Bokeh layout.

    Raises
    ------
    ValueError
        `heatmap` is no Series whose index is a MultiIndex of parameters; `ncols` or `plot_width`
        are no positive numbers.
    FileNotFoundError
        There is no such directory.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> tried = pd.MultiIndex.from_product([[5, 10], [20, 40]], names=["fast", "slow"])
    >>> heatmap = pd.Series([0.3, 0.5, 0.2, 0.9], tried, name="Sharpe Ratio")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     layout = plot_heatmaps(heatmap, filename=f"{folder}/fast", open_browser=False)
    >>> len(layout.children)
    1
    """
    from hindcaster.plotting.options import check_place, check_theme

    check_place(filename, plot_width, resources)
    check_theme(theme)
    if isinstance(ncols, bool) or not isinstance(ncols, int) or ncols < 1:
        raise ValueError(f"ncols must be a positive number of columns, got {ncols!r}.")
    if not isinstance(heatmap, pd.Series) or not isinstance(heatmap.index, pd.MultiIndex):
        raise ValueError(
            "heatmap must be a Series with a MultiIndex of parameters, as returned by "
            "Backtest.optimize(..., return_heatmap=True); of the frame of MultiBacktest.optimize "
            "take a column, or .mean(axis=1)."
        )
    if not len(heatmap):
        raise ValueError("heatmap is empty: there is nothing to draw.")
    from hindcaster.plotting.heatmaps import heatmaps_layout
    from hindcaster.plotting.output import file_for, show

    path = file_for(filename or None, "heatmaps")
    layout = heatmaps_layout(heatmap, agg, ncols=ncols, plot_width=plot_width, theme=theme)
    show(layout, path, theme=theme, resources=resources, open_browser=open_browser)
    return layout
