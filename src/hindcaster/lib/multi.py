"""`MultiBacktest`: one strategy over several data sets."""

from __future__ import annotations

from collections.abc import Iterable
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
        self._dfs = df_list
        self._strategy = strategy_cls
        self._bt_kwargs = bt_kwargs

    def run(self, **params: Any) -> pd.DataFrame:
        """Run the strategy over each data set.

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
        rows = [_public(self._backtest(df).run(**params)) for df in self._dfs]
        return _columns_of(rows)

    def _backtest(self, df: pd.DataFrame) -> Backtest:
        return Backtest(df, self._strategy, **self._bt_kwargs)


def _public(result: Any) -> dict[str, Any]:
    return {name: value for name, value in result.items() if not name.startswith("_")}


def _columns_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    from hindcaster.stats.summary import METRIC_NAMES

    names = [name for name in METRIC_NAMES if any(name in stats for stats in rows)]
    return pd.DataFrame(
        {
            number: pd.Series([stats.get(name, float("nan")) for name in names], names, object)
            for number, stats in enumerate(rows)
        },
        index=names,
    )
