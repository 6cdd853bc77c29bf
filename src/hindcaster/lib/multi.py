"""`MultiBacktest`: one strategy over several data sets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from typing import Any

import pandas as pd

from hindcaster.backtest import Backtest
from hindcaster.strategy import Strategy


class MultiBacktest:
    """Test a strategy on several data sets.

    Parameters
    ----------
    df_list : iterable of DataFrame
        The data sets.
    strategy_cls : type
        A subclass of `Strategy`.
    **bt_kwargs
        Passed on to `Backtest`, the same for all data sets.

    Examples
    --------
    >>> from hindcaster import Strategy
    >>> from hindcaster.test import EURUSD, GOOG
    >>> class Swing(Strategy):
    ...     days = 10
    ...
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if len(self.data) % self.days == 0:
    ...             self.position.close() if self.position else self.buy()
    >>> tests = MultiBacktest([GOOG, EURUSD], Swing, cash=100_000, finalize_trades=True)
    >>> tests.run(days=20).loc[["# Trades", "Equity Final [$]"]]
                               0             1
    # Trades                  54           125
    Equity Final [$]  162958.977  107579.91617
    """

    def __init__(
        self, df_list: Iterable[pd.DataFrame], strategy_cls: type[Strategy], **bt_kwargs: Any
    ) -> None:
        self._dfs = list(df_list)
        self._strategy = strategy_cls
        self._bt_kwargs = bt_kwargs

    def run(self, **params: Any) -> pd.DataFrame:
        """Run the strategy over each data set.

        Larger amounts of work run in the worker processes of joblib, smaller ones in this
        process; the outcome is the same.

        Parameters
        ----------
        **params
            As for `Backtest.run`.

        Returns
        -------
        DataFrame
            The statistics of `Backtest.run` in rows, with a column per data set, numbered from 0.
            NaN where a data set has no such row.
        """
        from hindcaster.optimize.execution import evaluate

        cases = [{"number": number} for number in range(len(self._dfs))]
        run = partial(_public_rows, self._dfs, self._strategy, self._bt_kwargs, params)
        with closing(evaluate(run, cases, "MultiBacktest.run")) as results:
            columns = list(results)
        # Rows that the first data sets lack come last, as they do in the peer.
        names = list(dict.fromkeys(name for rows in columns for name in rows))
        return pd.DataFrame(
            {
                number: pd.Series([rows.get(name, math.nan) for name in names], names, object)
                for number, rows in enumerate(columns)
            },
            index=names,
        )

    def optimize(self, **kwargs: Any) -> pd.DataFrame:
        """Search parameters on each data set.

        Parameters
        ----------
        **kwargs
            As for `Backtest.optimize`, without ``return_heatmap`` and ``return_optimization``.

        Returns
        -------
        DataFrame
            Score by combination of parameters, with a column per data set, numbered from 0.

        Raises
        ------
        TypeError
            One of the two arguments was passed.

        Examples
        --------
        >>> from hindcaster import Strategy
        >>> from hindcaster.test import EURUSD, GOOG
        >>> class Swing(Strategy):
        ...     days = 10
        ...
        ...     def init(self):
        ...         pass
        ...
        ...     def next(self):
        ...         if len(self.data) % self.days == 0:
        ...             self.position.close() if self.position else self.buy()
        >>> tests = MultiBacktest([GOOG[:300], EURUSD[:300]], Swing, finalize_trades=True)
        >>> scores = tests.optimize(days=[10, 20, 30], maximize="Return [%]")
        >>> int(scores.mean(axis=1).idxmax()[0])
        30
        """
        for name in ("return_heatmap", "return_optimization"):
            if name in kwargs:
                raise TypeError(f"MultiBacktest.optimize() takes no {name}: it returns heatmaps.")
        heatmaps = {
            number: Backtest(df, self._strategy, **self._bt_kwargs).optimize(
                return_heatmap=True, **kwargs
            )[1]
            for number, df in enumerate(self._dfs)
        }
        return pd.DataFrame(heatmaps)


def _public_rows(
    dfs: list[pd.DataFrame],
    strategy: type[Strategy],
    options: dict[str, Any],
    params: dict[str, Any],
    case: dict[str, Any],
) -> dict[str, Any]:
    stats = Backtest(dfs[case["number"]], strategy, **options).run(**params)
    return {str(name): value for name, value in stats.items() if not str(name).startswith("_")}
