"""`MonteCarlo`: what `Backtest.monte_carlo` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._counts import checked_count, checked_seed
from hindcaster.data.moves import BarMoves, default_block_length, seeded
from hindcaster.reruns import Reruns, bars_kept, rerun, rows_for, values_of
from hindcaster.stats.scenarios import PERCENTILES, booked_curve, share_at_least, shuffled_order

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models import GridPlot

    from hindcaster._types import FloatArray
    from hindcaster.results import Result

KINDS: Final = ("trades", "bars", "block_bootstrap")
P_VALUE: Final = "p-value"

# Rows that an order of trades changes; the others are the same in all orders.
_OF_CURVES: Final = (
    "Equity Final [$]",
    "Equity Peak [$]",
    "Return [%]",
    "Return (Ann.) [%]",
    "Volatility (Ann.) [%]",
    "CAGR [%]",
    "Sharpe Ratio",
    "Sortino Ratio",
    "Calmar Ratio",
    "Max. Drawdown [%]",
    "Avg. Drawdown [%]",
)


class MonteCarlo:
    """Result of a Monte Carlo test.

    Attributes
    ----------
    kind : str
        What was changed: 'trades', 'bars' or 'block_bootstrap'.
    seed : int
        Seed that gives the same scenarios again.
    stats : DataFrame
        A row per scenario with its statistics, as `Backtest.run` computes them. A scenario without
        trades has no statistics of trades; one that raised an error has none at all.
    original : Series
        The same statistics of the backtest itself. For ``kind='trades'`` those of its trades in
        their true order, booked like those of the scenarios: evenly over the bars.
    percentiles : DataFrame
        A row per statistic: ``Original``, ``Mean``, ``Std`` (of the scenarios), the percentiles
        ``5%`` to ``95%``, and ``p-value``: the share of scenarios that reach the original. It is
        small where a high value is hardly chance; drawdowns are negative, so the same holds for
        mild ones.
    equity : DataFrame
        Equity of each scenario (columns) on up to 500 bars (rows).
    original_equity : Series
        The same of the backtest itself.
    result : Series
        What `Backtest.run` returned.
    failures : list of (int, Exception)
        Scenarios that raised an error.
    """

    def __init__(
        self, kind: str, seed: int, result: Result, names: tuple[str, ...], **found: Any
    ) -> None:
        reruns: Reruns = found["reruns"]
        labels = found["labels"]
        self.kind, self.seed, self.result = kind, seed, result
        scenarios = pd.RangeIndex(len(reruns.values), name="Scenario")
        self.stats = pd.DataFrame(reruns.values, index=scenarios, columns=list(names))
        self.original = pd.Series(found["values"], index=list(names), name="Original")
        self.equity = pd.DataFrame(reruns.equity.T, index=labels, columns=scenarios)
        self.original_equity = pd.Series(found["equity"], index=labels, name="Original")
        self.failures = reruns.failures
        self._strategy = str(result["_strategy"])

    @property
    def percentiles(self) -> pd.DataFrame:
        """A row per statistic: original, mean, standard deviation, percentiles, p-value."""
        shown = self.stats.dropna(how="all")
        rows = {"Original": self.original, "Mean": shown.mean(), "Std": shown.std(ddof=0)}
        for share in PERCENTILES:
            rows[f"{share}%"] = shown.quantile(share / 100)
        rows[P_VALUE] = pd.Series(
            {
                name: share_at_least(shown[name].to_numpy(), _tied(value))
                if value == value
                else np.nan
                for name, value in self.original.items()
            }
        )
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        with pd.option_context("display.max_columns", None, "display.width", 200):
            return f"<MonteCarlo {self._title()}>\n{self.percentiles.round(3).to_string()}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self._title())}</p>{self.percentiles.round(3).to_html()}"

    def _title(self) -> str:
        return f"{self._strategy}: {len(self.stats)} scenarios, kind={self.kind!r}"

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
        """Draw the fan of equities, and how returns and drawdowns of scenarios are distributed.

        The fan shows the median and the bands that hold 50 and 90 percent of the scenarios on
        each bar, with the original.

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
        >>> test = Backtest(GOOG, SmaCross, commission=0.002, finalize_trades=True)
        >>> chance = test.monte_carlo("trades", n=50, seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     layout = chance.plot(filename=f"{folder}/fan.html", open_browser=False)
        """
        from hindcaster.plotting.monte_carlo import plot_scenarios
        from hindcaster.plotting.options import Options

        options = Options(
            filename=filename,
            plot_width=plot_width,
            show_legend=show_legend,
            open_browser=open_browser,
            theme=theme,
            resources=resources,
        )
        name = f"{self._strategy} monte-carlo {self.kind}"
        return plot_scenarios(
            self.equity, self.original_equity, self.stats, self.original, name, options
        )


def _tied(value: float) -> float:
    """Lower a value to what counts as reaching it: sums differ in their last digits."""
    return value - 1e-9 * abs(value)


def monte_carlo(
    test: Any,
    kind: str,
    n: int,
    seed: int | None,
    block_length: int | None,
    params: dict[str, Any],
    *,
    stacklevel: int,
) -> MonteCarlo:
    """Put a backtest through scenarios; see `Backtest.monte_carlo`.

    Parameters
    ----------
    test : Backtest
        The backtest.
    kind, n, seed, block_length, params
        As for `Backtest.monte_carlo`.
    stacklevel : int
        Frames between this function and the user's call.
    """
    if kind not in KINDS:
        raise errors.unknown_kind(kind, KINDS)
    count, chosen = checked_count("n", n), checked_seed("seed", seed)
    if kind != "block_bootstrap" and block_length is not None:
        raise errors.blocks_without_bootstrap(kind)
    mix = _Mixed(test, kind, chosen, block_length) if kind != "trades" else None
    result = test.run(**params)
    names = rows_for(test._axis)
    kept = bars_kept(len(test._data))
    labels = test._data.index[kept]
    equity = result["_equity_curve"]["Equity"].to_numpy()[kept]
    if mix is None:
        names = tuple(name for name in names if name in _OF_CURVES)
        values, equity, reruns = _orders(test, result, names, kept, count, chosen)
    else:
        values = np.array([result[name] for name in names], np.float64)
        reruns = rerun(
            test,
            params,
            mix,
            count,
            label="Backtest.monte_carlo",
            names=names,
            kept=kept,
            stacklevel=stacklevel + 1,
        )
    return MonteCarlo(
        kind, chosen, result, names, reruns=reruns, labels=labels, values=values, equity=equity
    )


class _Mixed:
    """Bars of a scenario by its number."""

    def __init__(self, test: Any, kind: str, seed: int, block_length: int | None) -> None:
        self._moves = BarMoves(test._data)
        self._seed = seed
        self._length = 0  # bars in one order, not in blocks
        if kind == "block_bootstrap":
            self._length = _checked_length(block_length, len(test._data))

    def __call__(self, scenario: int) -> FloatArray:
        rng = seeded(self._seed, scenario)
        if self._length:
            return self._moves.resampled(rng, self._length)
        return self._moves.permuted(rng)


def _checked_length(block_length: int | None, n_bars: int) -> int:
    if block_length is None:
        return default_block_length(n_bars)
    whole = isinstance(block_length, (int, np.integer)) and not isinstance(block_length, bool)
    if not whole or not 1 <= block_length < n_bars:
        raise errors.bad_block_length(block_length, n_bars - 1)
    return int(block_length)


def _orders(
    test: Any, result: Result, names: tuple[str, ...], kept: Any, count: int, seed: int
) -> tuple[FloatArray, FloatArray, Reruns]:
    """Shuffle the trades of a run; gives original values and equity, and what came of it."""
    profits = result["_trades"]["PnL"].to_numpy(np.float64)
    if not len(profits):
        raise errors.no_trades_to_mix()
    n_bars, cash = len(test._data), float(test._cash)
    axis, close = test._span

    def judged(trades: FloatArray) -> tuple[FloatArray, FloatArray]:
        curve = booked_curve(cash, trades, n_bars)
        return values_of(names, curve, axis, close), curve[kept]

    values, equity = np.empty((count, len(names))), np.empty((count, len(kept)))
    for k in range(count):
        values[k], equity[k] = judged(profits[shuffled_order(len(profits), seed + k)])
    return *judged(profits), Reruns(values, equity, [])
