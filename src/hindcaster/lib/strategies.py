"""Base classes of strategies: trading by precomputed signals, and stop-losses that trail."""

from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.strategy import Strategy


class SignalStrategy(Strategy):
    """Base class of strategies that trade by signals computed in advance.

    Call `set_signal` in `init`; there is no need for a `next`. A subclass that has its own calls
    ``super().init()`` and ``super().next()``.

    Examples
    --------
    >>> from hindcaster import Backtest
    >>> from hindcaster.test import GOOG, SMA
    >>> class Cross(SignalStrategy):
    ...     def init(self):
    ...         super().init()
    ...         above = SMA(self.data.Close, 10) > SMA(self.data.Close, 20)
    ...         change = above.astype(int).diff()
    ...         self.set_signal(entry_size=0.95 * (change > 0), exit_portion=change < 0)
    >>> stats = Backtest(GOOG, Cross, finalize_trades=True).run()
    >>> int(stats["# Trades"])
    48
    """

    __entry_signal: Any = (0,)
    __exit_signal: Any = (False,)

    def set_signal(self, entry_size: Any, exit_portion: Any = None, *, plot: bool = True) -> None:
        """Set what to trade on every bar.

        Parameters
        ----------
        entry_size : sequence of float
            One value per bar of the data: above 0 buys, below 0 sells, 0 and NaN do nothing. As
            for `Strategy.buy`, a fraction is of the free margin, 1 and more are units.
        exit_portion : sequence of float, optional
            One value per bar: above 0 closes that portion of each long trade, below 0 of each
            short trade. Works before the entry of the same bar.
        plot : bool, default True
            Whether to draw the signals.

        Raises
        ------
        ValueError
            A signal has not one value per bar.
        """
        self.__entry_signal = self.__declare(entry_size, "entry size", plot)
        if exit_portion is not None:
            self.__exit_signal = self.__declare(exit_portion, "exit portion", plot)

    def __declare(self, signal: Any, name: str, plot: bool) -> Any:
        # Zeros become gaps, so that only signals are drawn; scatter indicators do not delay
        # the start for them.
        return self.I(
            lambda: pd.Series(signal, dtype=float).replace(0, np.nan),
            name=name,
            plot=plot,
            overlay=False,
            scatter=True,
            color="black",
        )

    def next(self) -> None:
        """Close and open trades by the signals of the current bar."""
        super().next()  # type: ignore[safe-super]
        portion = self.__exit_signal[-1]
        if portion > 0:
            for trade in self.trades:
                if trade.is_long:
                    trade.close(portion)
        elif portion < 0:
            for trade in self.trades:
                if trade.is_short:
                    trade.close(-portion)
        size = self.__entry_signal[-1]
        if size > 0:
            self.buy(size=size)
        elif size < 0:
            self.sell(size=-size)


class TrailingStrategy(Strategy):
    """Base class of strategies whose trades get a stop-loss that follows the price.

    On every bar the stop-loss of each trade is moved to a number of average true ranges behind
    the close, if that is nearer than it was. A subclass calls ``super().init()`` and
    ``super().next()``.

    Examples
    --------
    >>> from hindcaster import Backtest
    >>> from hindcaster.test import GOOG
    >>> class BuyAndTrail(TrailingStrategy):
    ...     def init(self):
    ...         super().init()
    ...         self.set_trailing_sl(4)
    ...
    ...     def next(self):
    ...         super().next()
    ...         if not self.position:
    ...             self.buy()
    >>> stats = Backtest(GOOG, BuyAndTrail, finalize_trades=True).run()
    >>> int(stats["# Trades"])
    54
    """

    __n_atr: float = 6.0
    __atr: Any = None

    def init(self) -> None:
        """Compute the average true range over 100 bars."""
        super().init()  # type: ignore[safe-super]
        self.set_atr_periods()

    def set_atr_periods(self, periods: int = 100) -> None:
        """Set the number of bars over which the true range is averaged.

        Parameters
        ----------
        periods : int, default 100
            Must be less than the number of bars. The first bars, for which there is no average
            yet, get the first one there is.
        """
        true_range = _true_range(self.data.High, self.data.Low, self.data.Close)
        self.__atr = pd.Series(true_range).rolling(periods).mean().bfill().to_numpy()

    def set_trailing_sl(self, n_atr: float = 6) -> None:
        """Set the distance of the stop-loss.

        Parameters
        ----------
        n_atr : float, default 6
            In average true ranges.
        """
        self.__n_atr = n_atr

    def set_trailing_pct(self, pct: float = 0.05) -> None:
        """Set the distance of the stop-loss so that it is a share of the price on average.

        The distance stays a number of average true ranges, one number for the whole run. It is
        computed from all of the data, the bars to come included.

        Parameters
        ----------
        pct : float, default 0.05
            Share of the close as a fraction: 0.05 is 5 %.

        Raises
        ------
        AssertionError
            `pct` is not between 0 and 1.
        """
        if not 0 < pct < 1:
            raise AssertionError(f"pct must be a fraction (0.05 is 5 %), 0 < pct < 1, got {pct!r}.")
        self.set_trailing_sl(float(np.mean(np.asarray(self.data.Close) * pct / self.__atr)))

    def next(self) -> None:
        """Move the stop-losses."""
        super().next()  # type: ignore[safe-super]
        if not self.trades:
            return
        close = self.data.Close[-1]
        distance = self.__atr[len(self.data) - 1] * self.__n_atr
        for trade in self.trades:
            if trade.is_long:
                trade.sl = max(trade.sl or -np.inf, close - distance)
            else:
                trade.sl = min(trade.sl or np.inf, close + distance)


def _true_range(high: Any, low: Any, close: Any) -> FloatArray:
    """Range of each bar and the close before it, NaN for the first bar."""
    previous = np.r_[np.nan, np.asarray(close)[:-1]]
    high, low = np.asarray(high), np.asarray(low)
    spans: FloatArray = np.max(
        [high - low, np.abs(previous - high), np.abs(previous - low)], axis=0
    )
    return spans
