"""`Backtest.significance`: whether what a strategy earned could have been chance."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._counts import checked_seed
from hindcaster.stats.significance import SEED, mean_of

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models import GridPlot

    from hindcaster.chance import Found

BOOTSTRAP: Final = "bootstrap"
PERMUTATION: Final = "permutation"
METHODS: Final = (BOOTSTRAP, PERMUTATION)

_SAMPLES: Final = 2000
_PERMUTATIONS: Final = 1000
_BLOCK_LENGTH: Final = 10
_METRIC: Final = "Return [%]"


class Significance:
    """Result of a test of significance.

    Attributes
    ----------
    method : {'bootstrap', 'permutation'}
        The test.
    statistic : str
        What was tested: ``'Mean Rule Return'``, or a row of `Backtest.run`.
    observed : float
        Its value for the strategy on the real bars. A mean rule return is a log return per bar:
        0.001 is about 0.1 %.
    simulated : ndarray, shape (n,)
        Its values under chance, in the order of the seeds.
    p_value : float
        How often chance reaches what was observed. For the bootstrap the share of samples; for
        permutations ``(1 + permutations that reach it) / (1 + permutations)``, which is never 0.
    n : int
        Number of samples or permutations.
    n_observations : int
        Returns of the bootstrap, or bars that were permuted.
    seed : int
        What they were drawn with.
    block_length : float or None
        Mean length of the blocks of the bootstrap, in bars.
    annualized : float
        Mean rule return times the returns in a year; NaN without dates, or for permutations.
    """

    def __init__(
        self,
        found: Found,
        *,
        method: str,
        seed: int,
        strategy: str,
        block_length: float | None = None,
    ) -> None:
        self.method = method
        self.statistic = found.statistic
        self.observed = found.observed
        self.simulated = found.simulated
        self.p_value = found.p_value
        self.n = len(found.simulated)
        self.n_observations = found.n_observations
        self.annualized = found.annualized
        self.seed = seed
        self.block_length = block_length
        self._strategy = strategy

    def to_series(self) -> pd.Series[Any]:
        """Sum up the test.

        Returns
        -------
        Series
            ``Method``, ``Statistic``, ``Observed``, the mean and the 95 % quantile of what was
            simulated, ``p-value`` and how it was drawn.

        Examples
        --------
        >>> from hindcaster import Backtest
        >>> from hindcaster.lib import TrailingStrategy
        >>> from hindcaster.test import GOOG
        >>> Backtest(GOOG, TrailingStrategy).significance(n=50).to_series()["# Simulations"]
        50
        """
        finite = self.simulated[np.isfinite(self.simulated)]
        high = float(np.quantile(finite, 0.95)) if len(finite) else math.nan
        rows = {
            "Method": self.method,
            "Statistic": self.statistic,
            "Observed": self.observed,
            "Simulated Mean": mean_of(finite),
            "Simulated 95 %": high,
            "p-value": self.p_value,
            "# Simulations": self.n,
            "# Observations": self.n_observations,
            "Seed": self.seed,
        }
        if self.block_length is not None:
            rows["Block Length"] = self.block_length
            rows["Annualized"] = self.annualized
        return pd.Series(rows, dtype=object, name=self._strategy)

    def to_frame(self) -> pd.DataFrame:
        """Give what was simulated, a row per sample or permutation.

        Returns
        -------
        DataFrame
            One column, named after the statistic.
        """
        index = pd.RangeIndex(self.n, name="Simulation")
        return pd.DataFrame({self.statistic: self.simulated}, index=index)

    def __repr__(self) -> str:
        return (
            f"<Significance {self._strategy}: {self.statistic} {self.observed:.6g}, "
            f"p = {self.p_value:.4g} ({self.method}, {self.n:,} simulations)>"
        )

    def _repr_html_(self) -> str:
        table: str = self.to_series().to_frame().to_html()
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"

    def plot(
        self,
        *,
        filename: str | Path | None = None,
        plot_width: int | None = None,
        open_browser: bool = True,
        theme: str = "light",
        resources: str | None = None,
    ) -> GridPlot:
        """Draw how chance is distributed, and where the strategy lies in it.

        Parameters
        ----------
        filename : str or Path, optional
            Page to write, or image if it ends in ``.png``; named after the strategy if absent.
        plot_width : int, optional
            Pixels; the width of the window if absent.
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
            An option has none of its values, or nothing was simulated.

        Examples
        --------
        >>> import tempfile
        >>> from hindcaster import Backtest
        >>> from hindcaster.lib import TrailingStrategy
        >>> from hindcaster.test import GOOG
        >>> found = Backtest(GOOG, TrailingStrategy).significance(n=50)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     layout = found.plot(filename=f"{folder}/chance.html", open_browser=False)
        """
        from hindcaster.plotting.options import Options
        from hindcaster.plotting.significance import plot_significance

        options = Options(
            filename=filename,
            plot_width=plot_width,
            open_browser=open_browser,
            theme=theme,
            resources=resources,
        )
        title = f"{self._strategy} {self.method} test"
        return plot_significance(
            self.simulated, self.observed, self.p_value, self.statistic, title, options
        )


class ChanceTesting:
    """The method `significance` of a backtest."""

    _strategy: type[Any]

    def significance(
        self,
        *,
        method: str = BOOTSTRAP,
        n: int | None = None,
        seed: int | None = SEED,
        metric: str | None = None,
        block_length: float | None = None,
        **params: Any,
    ) -> Significance:
        """Test whether chance alone would have done as well as the strategy.

        Parameters
        ----------
        method : {'bootstrap', 'permutation'}, default 'bootstrap'
            ``'bootstrap'`` asks whether the strategy was in the market at the right times: the
            side it held (1, -1, 0) times the log return of the bar, less the mean return of all
            bars, is resampled in blocks around a mean of zero. One run of the strategy.
            ``'permutation'`` asks whether the bars hold patterns from which the strategy
            profits: it is run again on bars whose moves came in other orders.
        n : int, optional
            Number of samples (2000 if absent) or permutations (1000).
        seed : int, optional
            Seed of the draws, 42 if absent; None for a new one, which the result names. Neither
            the number of workers nor the way of running changes what a seed gives.
        metric : str, optional
            For permutations: a row of `run` that is a number, and the better the higher;
            ``'Return [%]'`` if absent.
        block_length : float, optional
            For the bootstrap: mean length of the blocks in bars, 1 or more; 10 if absent.
        **params
            Values for the strategy's class variables, as for `run`. A variable that has the name
            of an argument above is set in a subclass.

        Returns
        -------
        Significance
            ``p_value``, ``observed``, ``simulated`` and how they came about; ``to_series()``,
            ``to_frame()`` and ``plot()``.

        Raises
        ------
        ValueError
            The method or the metric do not exist, an argument is of the other method or out of
            range, there are too few bars, or the metric has no value on the real bars.
        TypeError
            An argument is of the wrong kind.
        Exception
            What `run` raises.

        Warns
        -----
        UserWarning
            The bootstrap has fewer than 30 returns. Some permutations raised an error: they count
            as reaching the observed value. Ctrl-C interrupted the permutations: the result is
            that of those before.

        Notes
        -----
        - The side is that held at the price at which market orders fill: after the fills at the
          open of a bar, and until the next open; with ``trade_on_close`` from close to close. A
          stop or limit order that fills within a bar counts from the next of these prices on, so
          that no side depends on the return it is multiplied by.
        - Sizes, costs and where in a bar a stop filled are left out: the bootstrap is about the
          strategy's timing. Permutations keep all of these, as `run` does.
        - Parameters that were chosen on the same bars make the p-value too small. See
          `hindcaster.lib.deflated_sharpe_ratio` and `walk_forward`.

        References
        ----------
        White, "A Reality Check for Data Snooping", Econometrica 68(5), 2000. Politis and Romano,
        "The Stationary Bootstrap", Journal of the American Statistical Association 89(428), 1994.
        Aronson, "Evidence-Based Technical Analysis", Wiley 2006. Masters, "Permutation and
        Randomization Tests for Trading System Development", 2020. Phipson and Smyth, "Permutation
        P-values Should Never Be Zero", Statistical Applications in Genetics and Molecular Biology
        9(1), 2010.

        Examples
        --------
        >>> from hindcaster import Backtest
        >>> from hindcaster.test import GOOG
        >>> from examples.sma_cross import SmaCross
        >>> test = Backtest(GOOG, SmaCross)
        >>> timing = test.significance(n=1000)
        >>> timing.n_observations, 0 < timing.p_value < 1
        (2127, True)
        >>> patterns = test.significance(method="permutation", n=19, metric="Sharpe Ratio")
        >>> patterns.p_value >= 1 / 20
        True
        """
        if method not in METHODS:
            raise errors.unknown_test_method(method, METHODS)
        drawn = checked_seed("seed", seed)
        from hindcaster import chance

        shown: dict[str, Any] = {
            "method": method,
            "seed": drawn,
            "strategy": self._strategy.__name__,
        }
        if method == BOOTSTRAP:
            if metric is not None:
                raise errors.argument_of_other_method("metric", method, PERMUTATION)
            length = _BLOCK_LENGTH if block_length is None else block_length
            found = chance.bootstrap(
                self, params, _SAMPLES if n is None else n, drawn, length, stacklevel=2
            )
            return Significance(found, **shown, block_length=length)
        if block_length is not None:
            raise errors.argument_of_other_method("block_length", method, BOOTSTRAP)
        found = chance.permutations(
            self,
            params,
            _PERMUTATIONS if n is None else n,
            drawn,
            _METRIC if metric is None else metric,
            stacklevel=2,
        )
        return Significance(found, **shown)
