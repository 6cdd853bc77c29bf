"""`WalkForward`: what `Backtest.walk_forward` gives."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.optimize.walk_forward import (
    BOTH,
    NOT_TRADED,
    Leg,
    ScoreOf,
    Tuned,
    bars_tested,
    efficiency,
    stitched,
    table_of,
    walk,
)
from hindcaster.optimize.windows import Window, windows_of

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models import GridPlot

    from hindcaster._types import FloatArray
    from hindcaster.results import Result


class WalkForward:
    """Result of a walk-forward test.

    Attributes
    ----------
    stats : Series
        The rows of `Backtest.run` for the bars of all test windows: the equity of one account that
        traded each with the parameters found before it. ``_equity_curve`` has a row per tested
        bar; bars in ``_trades`` and ``_orders`` are counted over all of the data. Buying and
        holding begins on the first tested bar. ``_strategy`` is that of the last window traded.
    windows : DataFrame
        A row per window: its first and last labels, its parameters (none if it was not traded),
        what was maximized and other results in- and out-of-sample, and ``Not Traded``: why not,
        else empty.
    parameters : DataFrame
        Parameters by window.
    in_sample, out_of_sample : list of Series
        Result of each training window with the best parameters, and of each test window; None
        where there was no such run. Statistics are of the window's bars only.
    efficiency : float
        Walk-forward efficiency: annualised return out-of-sample over the mean of those
        in-sample, in percent (Pardo 2008). NaN if the latter is not positive, or without dates.

    References
    ----------
    Pardo, "The Evaluation and Optimization of Trading Strategies", 2nd edition, Wiley 2008.
    """

    def __init__(self, legs: list[Leg], stats: Result, table: pd.DataFrame, **shown: Any) -> None:
        self.stats = stats
        self.windows = table
        self.in_sample = [None if leg.tuned is None else leg.tuned.stats for leg in legs]
        self.out_of_sample = [leg.test for leg in legs]
        self._strategy: str = shown["strategy"]
        self._names: list[str] = shown["names"]
        self._close: FloatArray = shown["close"]

    @property
    def parameters(self) -> pd.DataFrame:
        """Parameters by window."""
        return self.windows[self._names]

    @property
    def efficiency(self) -> float:
        """Annualised return out-of-sample over the mean of those in-sample, in percent."""
        inside = self.windows[f"In-Sample {BOTH[1]}"].to_numpy(np.float64)
        inside = inside[~np.isnan(inside)]
        mean = float(inside.mean()) if len(inside) else np.nan
        return efficiency(mean, float(self.stats[BOTH[1]]))

    def __repr__(self) -> str:
        with pd.option_context("display.max_columns", None, "display.width", 200):
            table = self._brief().to_string()
        return f"<WalkForward {self._title()}>\n{table}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self._title())}</p>{self._brief().to_html()}{self.stats._repr_html_()}"

    def _title(self) -> str:
        count = len(self.windows)
        return (
            f"{self._strategy}: {count} window{'s' * (count != 1)}, "
            f"return {self.stats['Return [%]']:.2f} %, "
            f"efficiency {self.efficiency:.1f} %"
        )

    def _brief(self) -> pd.DataFrame:
        """Pick the columns of `windows` that say most."""
        names = ["Test Start", "Test End", *self._names, "In-Sample Score", "Out-of-Sample Score"]
        names += [f"Out-of-Sample {BOTH[0]}", f"Out-of-Sample {BOTH[-1]}"]
        if self.windows[NOT_TRADED].any():
            names.append(NOT_TRADED)
        return self.windows[names]

    def plot(
        self,
        *,
        filename: str | Path | None = None,
        plot_width: int | None = None,
        show_legend: bool = True,
        open_browser: bool = True,
        theme: str = "light",
        resources: str | None = None,
    ) -> GridPlot:
        """Draw equity over all test windows, returns by window and parameters by window.

        Parameters
        ----------
        filename : str or Path, optional
            Page to write, or image if it ends in ``.png``; named after the strategy if absent.
        plot_width : int, optional
            Pixels; the width of the window if absent.
        show_legend : bool, default True
            Show legends; a click on an entry hides what it names.
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
        FileNotFoundError
            There is no such directory.
        ValueError, TypeError
            An option has none of its values.

        Examples
        --------
        >>> import tempfile
        >>> from hindcaster import Backtest
        >>> from hindcaster.test import GOOG
        >>> from examples.sma_cross import SmaCross
        >>> test = Backtest(GOOG, SmaCross, commission=0.002)
        >>> walk = test.walk_forward(train="4Y", test="1Y", fast=[5, 10], slow=[20, 60])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     layout = walk.plot(filename=f"{folder}/walk.html", open_browser=False)
        """
        from hindcaster.plotting.options import Options
        from hindcaster.plotting.walk_forward import plot_walk

        options = Options(
            filename=filename,
            plot_width=plot_width,
            show_legend=show_legend,
            open_browser=open_browser,
            theme=theme,
            resources=resources,
        )
        name = f"{self._strategy} walk-forward"
        return plot_walk(self.stats, self.windows, self._names, self._close, name, options)


def walk_forward(
    test: Any,
    lengths: dict[str, Any],
    search: dict[str, Any],
    random_state: Any,
    params: dict[str, Any],
    *,
    stacklevel: int,
) -> WalkForward:
    """Walk a backtest forward; see `Backtest.walk_forward`.

    Parameters
    ----------
    test : Backtest
        The backtest.
    lengths, search : dict
        Arguments that say how long windows are, and how to search.
    random_state : int or None
        Seed.
    params : dict
        Candidates by parameter.
    stacklevel : int
        Frames between this function and the user's call.
    """
    index = test._data.index
    windows = windows_of(index, **lengths)
    test._new_broker()  # raises what is wrong with cash, margin or commission
    # Drawn beforehand: what a window gets depends on its number only.
    draws = np.random.default_rng(random_state).integers(2**31, size=len(windows)).tolist()
    seeds = [None] * len(windows) if random_state is None else draws

    def tune(number: int, window: Window) -> Tuned:
        part = test._cut(window.train_start, window.test_start, test._cash)
        found = part._search(
            params,
            **search,
            return_optimization=False,
            return_trials=False,
            random_state=seeds[number],
            stacklevel=stacklevel + 4,
        )
        if "evaluated" in found.heatmap.attrs:
            raise KeyboardInterrupt
        has_score = bool(found.heatmap.notna().any())
        return Tuned(found.best, part.run(**found.best) if has_score else None)

    def trade(window: Window, parameters: dict[str, Any], cash: float) -> pd.Series[Any]:
        stats: Result = test._cut(window.test_start, window.test_end, cash).run(**parameters)
        return stats

    score = ScoreOf(search["maximize"], search["method"])
    legs = walk(windows, tune, trade, score, float(test._cash), index)
    _warn(legs, len(windows), stacklevel + 2)
    return _gathered(test, legs, list(params))


def _warn(legs: list[Leg], planned: int, stacklevel: int) -> None:
    if len(legs) < planned:
        warnings.warn(errors.walk_interrupted(len(legs), planned), stacklevel=stacklevel)
    idle = [number for number, leg in enumerate(legs) if leg.reason]
    if idle:
        text = errors.windows_not_traded(len(idle), len(legs), idle[0], legs[idle[0]].reason)
        warnings.warn(text, stacklevel=stacklevel)


def _gathered(test: Any, legs: list[Leg], names: list[str]) -> WalkForward:
    from hindcaster.stats.time_axis import TimeAxis

    bars = bars_tested(legs)
    labels = test._data.index
    close = test._bars.close[bars]
    stats = stitched(legs, TimeAxis(labels[bars]), close)
    strategy = test._strategy.__name__
    table = table_of(legs, labels, names)
    return WalkForward(legs, stats, table, strategy=strategy, names=names, close=close)
