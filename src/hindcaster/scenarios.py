"""`Scenarios`: the part of `Backtest` that asks what chance would have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hindcaster.monte_carlo import MonteCarlo


class Scenarios:
    """What `Backtest` needs for tests by random scenarios."""

    def monte_carlo(
        self,
        kind: str = "trades",
        *,
        n: int = 1000,
        seed: int | None = None,
        block_length: int | None = None,
        **params: Any,
    ) -> MonteCarlo:
        """Compare the run with random scenarios: its trades or its bars in other orders.

        Parameters
        ----------
        kind : {'trades', 'bars', 'block_bootstrap'}, default 'trades'
            What a scenario is made of:

            - ``'trades'``: the closed trades of the run in a random order, booked evenly over the
              bars. Tells how deep drawdowns of the same trades could have been.
            - ``'bars'``: the bars in a random order, over which the strategy runs again. Gaps
              between bars and what happens inside of bars are permuted each on their own, so that
              bars stay bars and the last close stays what it was; what follows on what is lost.
              A strategy that does as well on these finds nothing that is more than chance.
            - ``'block_bootstrap'``: blocks of bars drawn with replacement, over which the
              strategy runs again. Most of what follows on what is kept; tells how the result
              varies between markets like this one.
        n : int, default 1000
            Scenarios.
        seed : int, optional
            Seed of the random numbers; a new one if absent, which the result tells.
        block_length : int, optional
            Bars per block, for ``'block_bootstrap'``; the square root of their number if absent.
        **params
            Values for the strategy's class variables, as for `run`.

        Returns
        -------
        MonteCarlo
            ``stats``: a row of statistics per scenario; ``percentiles``: how they are
            distributed, and where the original lies; ``equity``; and ``plot()``.

        Raises
        ------
        ValueError, TypeError
            The kind does not exist; a number is out of range; there are no trades to shuffle, or
            less than 3 bars; a price is not positive.
        Exception
            What `run` raises.

        Warns
        -----
        UserWarning
            What `run` warns of for the original; some scenarios raised an error. Ctrl-C
            interrupted the work: the result is that of the scenarios before.

        Notes
        -----
        - Scenario k depends on the seed and k only: not on `n`, on the number of workers, or on
          whether the strategy is compiled.
        - Bars of scenarios have the index of the data, and the columns Open, High, Low, Close and
          Volume only, as floats: a strategy that reads another raises an error.
        - A parameter of the strategy that is called like an argument here, such as ``n``, keeps the
          value of the class: derive one with another value.
        - Trades are shuffled as `hindcaster.research.monte_carlo_trades` does it with seed 42.

        References
        ----------
        Masters, "Permutation and Randomization Tests for Trading System Development", 2020.
        Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
        Statistics 17, 1989.

        Examples
        --------
        >>> from hindcaster import Backtest
        >>> from hindcaster.test import GOOG
        >>> from examples.sma_cross import SmaCross
        >>> test = Backtest(GOOG, SmaCross, commission=0.002, finalize_trades=True)
        >>> chance = test.monte_carlo("bars", n=20, seed=1)
        >>> chance.stats.shape
        (20, 24)
        >>> chance.percentiles.loc["Return [%]", ["Original", "50%", "p-value"]].round(2)
        Original    453.37
        50%         -36.49
        p-value       0.10
        Name: Return [%], dtype: float64
        """
        from hindcaster.monte_carlo import monte_carlo

        return monte_carlo(self, kind, n, seed, block_length, params, stacklevel=2)
