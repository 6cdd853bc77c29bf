"""`Backtest`: one DataFrame of bars, one strategy class, and the runs over them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cached_property
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.costs import (
    Commission,
    CommissionModel,
    Slippage,
    checked_commission,
    checked_fractional,
    checked_slippage,
)
from hindcaster.data.accessor import columns_of
from hindcaster.data.finer import checked_finer
from hindcaster.data.frame import checked_frame
from hindcaster.driver import bars_of, notice_texts
from hindcaster.reporting import Reporting, warm_up_of
from hindcaster.scenarios import Scenarios
from hindcaster.significance import ChanceTesting
from hindcaster.strategy import Strategy
from hindcaster.sweeping import Sweeping
from hindcaster.windowed import CACHES, WindowedRuns

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models import GridPlot

    from hindcaster._types import RecordArray
    from hindcaster.data.series import _Array
    from hindcaster.engine.ledger.broker import Bars, LedgerBroker
    from hindcaster.engine.ledger.finer import FinerBars
    from hindcaster.optimize.scoring import Maximize
    from hindcaster.results import Result
    from hindcaster.stats.time_axis import TimeAxis

_NO_OPTIONS = ("self", "results")  # arguments of `plot` that say not how to draw


class Backtest(WindowedRuns, Sweeping, Scenarios, ChanceTesting, Reporting):
    """Test a strategy on historical bars of one asset.

    Parameters
    ----------
    data : DataFrame
        One row per bar with columns Open, High, Low, Close, optionally Volume and any others.
        The index should be a DatetimeIndex; numbered bars work too, without annualised
        statistics. The frame is not changed.
    strategy : type
        A subclass of `Strategy` (the class, not an instance).
    cash : float, default 10000
        Starting balance.
    spread : float, default 0
        Bid-ask spread as a fraction of the price, paid on entries.
    commission : float, tuple of (float, float), callable or model, default 0
        Paid on entry and exit: a rate of the traded value, or (fixed cash, rate), or a function
        ``f(size, price) -> cash`` where `size` is negative for short orders. Negative rates are
        rebates. The function has to depend on its arguments only. `hindcaster.costs` has models:
        per share, maker and taker, tiered.
    margin : float, default 1
        Required margin as a ratio of the traded value, 1 / leverage.
    trade_on_close : bool, default False
        Fill market orders at the close of the bar that placed them instead of the next open.
    hedging : bool, default False
        Allow long and short trades at once; else opposite orders first close trades, the oldest
        first.
    exclusive_orders : bool, default False
        Let each new order cancel pending ones and close the position.
    finalize_trades : bool, default False
        Close trades that are open at the end, so that they count in the statistics.
    slippage : float, TickSlippage or RateSlippage, default 0
        What market and stop orders lose on their prices: a share of the price, or a model of
        `hindcaster.costs`. Limit orders and take-profits get their price.
    fractional : bool or float, default False
        Trade fractions of a unit: True for multiples of 1e-8, or the smallest amount, 1 divided
        by a whole number. Strategies see true prices and sizes, sizes are floats, and commissions
        of trades are what was really paid for them. ``buy(units=0.37)`` asks for an amount below
        one; ``size=0.37`` is a fraction of the free margin, as ever.
    intrabar : DataFrame, optional
        Finer bars of the same asset, such as minutes of days, with columns Open, High, Low and
        Close. Orders are filled in the order in which these reach their prices, instead of by the
        broker's rules; the strategy sees and acts on the bars of `data` as ever. They have to
        make up each bar of `data`, whose labels may be their beginnings or their ends. See
        docs/ambiguity.md.
    compiled : bool, optional
        Whether to run the strategy's `next` as machine code: True requires it, False never does
        it, None (the default) does it where it saves time. Results are the same either way;
        ``stats.execution`` tells which it was, and why. See docs/compiled.md.

    Raises
    ------
    TypeError
        The strategy is no Strategy class, the data no DataFrame, or a number is none.
    ValueError
        The data has no rows, lacks a price column, or lacks prices; finer bars do not cover or
        do not make up a bar.

    Warns
    -----
    UserWarning
        One unit costs more than the cash; the index had to be sorted, or is not datetime.

    Examples
    --------
    >>> from hindcaster import Backtest, Strategy
    >>> from hindcaster.test import GOOG
    >>> class BuyAndHold(Strategy):
    ...     def init(self):
    ...         pass
    ...
    ...     def next(self):
    ...         if not self.position:
    ...             self.buy()
    >>> int(Backtest(GOOG, BuyAndHold, finalize_trades=True).run()["# Trades"])
    1
    """

    def __init__(
        self,
        data: pd.DataFrame,
        strategy: type[Strategy],
        *,
        cash: float = 10_000,
        spread: float = 0.0,
        commission: Commission = 0.0,
        margin: float = 1.0,
        trade_on_close: bool = False,
        hedging: bool = False,
        exclusive_orders: bool = False,
        finalize_trades: bool = False,
        slippage: float | Slippage = 0.0,
        fractional: bool | float = False,
        intrabar: pd.DataFrame | None = None,
        compiled: bool | None = None,
    ) -> None:
        if not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
            raise errors.not_a_strategy(strategy)
        if not isinstance(data, pd.DataFrame):
            raise errors.not_a_frame(data)
        for name, value in (("spread", spread), ("cash", cash), ("margin", margin)):
            if not isinstance(value, Number):
                raise errors.not_a_number(name, value)
            if value != value:
                raise errors.argument_is_nan(name)
        if not (isinstance(commission, (Number, tuple, CommissionModel)) or callable(commission)):
            raise errors.bad_commission(commission)
        self._slippage = checked_slippage(slippage)
        self._lots = checked_fractional(fractional)
        self._data = self._checked(data, float(cash) * self._lots)
        self._finer = None if intrabar is None else checked_finer(intrabar, self._data)
        self._strategy = strategy
        self._cash = cash
        self._spread = spread
        self._commission = commission
        self._margin = margin
        self._trade_on_close = bool(trade_on_close)
        self._hedging = bool(hedging)
        self._exclusive_orders = bool(exclusive_orders)
        self._finalize_trades = bool(finalize_trades)
        if not (compiled is None or isinstance(compiled, bool)):
            raise errors.bad_compiled(compiled)
        self._compiled = compiled
        self._results: Result | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in CACHES}

    def _checked(self, data: pd.DataFrame, cash: float) -> pd.DataFrame:
        return checked_frame(data, cash, stacklevel=3)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        """The bars that runs see: the data, unless a subclass trades in units of its own."""
        return self._data

    @cached_property
    def _bars(self) -> Bars:
        return bars_of(self._frame)

    @cached_property
    def _columns(self) -> dict[Any, _Array]:
        return columns_of(self._frame)

    @cached_property
    def _axis(self) -> TimeAxis:
        from hindcaster.stats.time_axis import TimeAxis

        return TimeAxis(self._data.index)

    def run(self, **params: Any) -> Result:
        """Run the strategy over the data and return its statistics.

        Parameters
        ----------
        **params
            Values for the strategy's class variables, for this run only.

        Returns
        -------
        Series
            ``Start``, ``End``, ``Duration``, ``Exposure Time [%]``, ``Equity Final [$]``,
            ``Equity Peak [$]``, ``Commissions [$]`` (if there were any), ``Return [%]``,
            ``Buy & Hold Return [%]``, ``Return (Ann.) [%]``, ``Volatility (Ann.) [%]``,
            ``CAGR [%]`` (datetime index only), ``Sharpe Ratio``, ``Sortino Ratio``,
            ``Calmar Ratio``, ``Alpha [%]``, ``Beta``, ``Max. Drawdown [%]``,
            ``Avg. Drawdown [%]``, ``Max. Drawdown Duration``, ``Avg. Drawdown Duration``,
            ``# Trades``, ``Win Rate [%]``, ``Best Trade [%]``, ``Worst Trade [%]``,
            ``Avg. Trade [%]``, ``Max. Trade Duration``, ``Avg. Trade Duration``,
            ``Profit Factor``, ``Expectancy [%]``, ``SQN``, ``Kelly Criterion``, and

            - ``_strategy``: the strategy instance;
            - ``_equity_curve``: frame of Equity, DrawdownPct, DrawdownDuration per bar;
            - ``_trades``: frame with a row per closed trade;
            - ``_orders``: frame with a row per order ever placed, and what became of it.

            `hindcaster.stats.summary.summarize` defines each row. ``stats._ambiguity`` reports on
            trades whose result depends on the order of prices inside a bar.

        Raises
        ------
        AttributeError
            A parameter is not a class variable of the strategy.
        AssertionError
            Cash, margin or commission are out of range.
        ValueError
            A commission tuple has not two members.
        NotCompilable
            The strategy cannot be compiled, and the backtest was made with ``compiled=True``.

        Warns
        -----
        UserWarning
            An order was not affordable; a stop-loss or take-profit had to wait for the bar after
            the entry; trades are still open at the end.

        Examples
        --------
        >>> from hindcaster import Backtest, Strategy
        >>> from hindcaster.test import GOOG
        >>> class Dip(Strategy):
        ...     days = 3
        ...
        ...     def init(self):
        ...         pass
        ...
        ...     def next(self):
        ...         closes = self.data.Close
        ...         if not self.position and closes[-1] == min(closes[-self.days :]):
        ...             self.buy(sl=0.95 * closes[-1], tp=1.05 * closes[-1])
        >>> stats = Backtest(GOOG, Dip, finalize_trades=True).run(days=4)
        >>> stats._trades[["Size", "EntryPrice", "ExitPrice"]].shape[1]
        3
        """
        with np.errstate(invalid="ignore"):
            worked = self._worked(params)
            result = self._result(worked.broker, worked.strategy, worked.start)
        result.attrs["execution"] = worked.execution
        return result

    def optimize(
        self,
        *,
        maximize: Maximize = "SQN",
        method: str = "grid",
        max_tries: float | None = None,
        constraint: Callable[[Any], Any] | None = None,
        return_heatmap: bool = False,
        return_optimization: bool = False,
        return_trials: bool = False,
        random_state: Any = None,
        **params: Any,
    ) -> pd.Series[Any] | tuple[Any, ...]:
        """Find the parameters with which the strategy scores highest, and run it with them.

        A grid search for a row that is a number runs in machine code on threads, if the strategy
        compiles; other sweeps in this process, or in joblib's workers where that is quicker. The
        outcome is the same. ``with joblib.parallel_config(backend, n_jobs=n):`` around the call
        chooses a backend and the number of workers. See docs/optimizing.md.

        Parameters
        ----------
        maximize : str or callable, default 'SQN'
            What to maximize: the name of a row in the result of `run`, or a function of such a
            result that returns a number. In a grid search the function sees the rows whose names
            do not start with an underscore, and runs without trades have no score. Durations are
            counted in days.
        method : {'grid', 'sambo', 'optuna'}, default 'grid'
            ``'grid'`` runs the combinations of all candidates; the others search the space
            between them with few runs, by the packages SAMBO and Optuna (its TPE sampler).
        max_tries : int or float, optional
            For a grid, the share of combinations to run if at most 1, else about how many of
            them: each is drawn with the same probability. For the other methods the number of
            runs (200 if absent), or the share of the grid's size if at most 1.
        constraint : callable, optional
            Says whether to try a combination, which it gets as a dict that also has the
            parameters as attributes: ``lambda p: p.fast < p.slow``.
        return_heatmap : bool, default False
            Return the scores of all combinations too.
        return_optimization : bool, default False
            Return SAMBO's own result, or Optuna's study, too.
        return_trials : bool, default False
            Return a table of all trials too, and add ``_deflated_sharpe_ratio`` to the statistics:
            see `hindcaster.lib.deflated_sharpe_ratio` and `probability_of_overfitting`.
        random_state : int, optional
            Seed of the draws.
        **params
            Candidates for the strategy's class variables: any iterable but a string is a list of
            candidates, anything else the only one. SAMBO and Optuna take numbers as bounds of a
            range and everything else as alternatives.

        Returns
        -------
        Series
            The result of `run` with the best parameters, the earliest in order among equals. It
            becomes the latest result, which `plot` draws.
        Series
            If `return_heatmap`: score by combination, NaN if there is none. The last parameter
            changes fastest.
        OptimizeResult or optuna.Study
            If `return_optimization`: SAMBO's own result, or Optuna's.
        DataFrame
            If `return_trials`: a row per trial with its statistics, its Sharpe ratio by bar, not
            annualised, and what it raised.

        Raises
        ------
        ValueError
            There are no parameters, no candidates or no admissible combinations; the row to
            maximize or the method do not exist; the raw result of a grid search is asked for.
        TypeError
            `maximize` or `constraint` are of the wrong kind, a candidate is not hashable, or a
            score is no number.
        KeyError
            The row to maximize is missing from a run.
        AttributeError
            A parameter is not a class variable of the strategy.
        ImportError
            SAMBO or Optuna is needed and not installed.

        Warns
        -----
        UserWarning
            More than 300 combinations are to be run. Some of them raised an error: these are NaN,
            and ``heatmap.attrs["failures"]`` lists them. Ctrl-C interrupted the search: the
            result is the best so far.

        Examples
        --------
        >>> from hindcaster import Backtest, Strategy
        >>> from hindcaster.test import GOOG
        >>> class Dip(Strategy):
        ...     days = 3
        ...     loss = 0.05
        ...
        ...     def init(self):
        ...         pass
        ...
        ...     def next(self):
        ...         closes = self.data.Close
        ...         if not self.position and closes[-1] == min(closes[-self.days :]):
        ...             self.buy(sl=(1 - self.loss) * closes[-1], tp=1.1 * closes[-1])
        >>> bt = Backtest(GOOG[:500], Dip, finalize_trades=True)
        >>> stats, heatmap = bt.optimize(
        ...     days=range(2, 5),
        ...     loss=[0.02, 0.05],
        ...     constraint=lambda p: p.days * p.loss < 0.2,
        ...     return_heatmap=True,
        ... )
        >>> heatmap.shape
        (5,)
        """
        found = self._search(
            params,
            maximize=maximize,
            method=method,
            max_tries=max_tries,
            constraint=constraint,
            return_optimization=return_optimization,
            return_trials=return_trials,
            random_state=random_state,
            stacklevel=2,
        )
        stats = self.run(**found.best)
        extras: list[Any] = [found.heatmap] * bool(return_heatmap)
        extras += [found.raw] * bool(return_optimization)
        if found.trials is not None:
            from hindcaster.optimize.trials import deflated

            stats["_deflated_sharpe_ratio"] = deflated(stats, found.trials)
            extras.append(found.trials)
        return (stats, *extras) if extras else stats

    def plot(
        self,
        *,
        results: pd.Series[Any] | None = None,
        filename: str | Path | None = None,
        plot_width: int | None = None,
        plot_equity: bool = True,
        plot_return: bool = False,
        plot_pl: bool = True,
        plot_volume: bool = True,
        plot_drawdown: bool = False,
        plot_trades: bool = True,
        smooth_equity: bool = False,
        relative_equity: bool = True,
        superimpose: bool | str = True,
        resample: bool | str = True,
        reverse_indicators: bool = False,
        show_legend: bool = True,
        open_browser: bool = True,
        plot_orders: bool = False,
        plot_buy_hold: bool = False,
        theme: str = "light",
        resources: str | None = None,
    ) -> GridPlot:
        """Draw a run as an interactive page.

        Parameters
        ----------
        results : Series, optional
            What `run` or `optimize` returned; the latest such result if absent.
        filename : str or Path, optional
            Page to write, or image if it ends in ``.png``; named after the strategy if absent.
        plot_width : int, optional
            Pixels; the width of the window if absent.
        plot_equity, plot_return, plot_drawdown : bool, default True, False, False
            Draw the equity; the same less its start; what it lost since it was highest.
        plot_pl, plot_volume : bool, default True
            Draw what each trade made; what was traded.
        plot_trades : bool, default True
            Draw trades as beams over the prices, from entry to exit.
        smooth_equity : bool, default False
            Draw equity as straight lines between the exits of trades.
        relative_equity : bool, default True
            Count equity in percent of its start instead of cash.
        superimpose : bool or str, default True
            Draw larger candles behind the prices, of a pandas frequency or one that suits.
        resample : bool or str, default True
            Put bars together: to a pandas frequency, or if there are more than 10,000.
        reverse_indicators : bool, default False
            Draw the indicators below the prices in reverse order.
        show_legend : bool, default True
            Show legends; a click on an entry hides what it names.
        open_browser : bool, default True
            Open the file in the browser.
        plot_orders : bool, default False
            Mark rejected and cancelled orders.
        plot_buy_hold : bool, default False
            Draw beside the equity what buying at the start and holding would have made.
        theme : {'light', 'dark'}, default 'light'
            Colours.
        resources : {'cdn', 'inline'}, optional
            ``'inline'`` makes files that work offline, None follows BOKEH_RESOURCES.

        Returns
        -------
        GridPlot
            The Bokeh layout, a row per section.

        Raises
        ------
        RuntimeError
            Nothing was run yet, or there is no browser to draw an image.
        AssertionError, TypeError, ValueError
            `results` are of other data or not whole; an option does not exist.
        FileNotFoundError
            There is no such directory.

        Warns
        -----
        UserWarning
            Bars were put together; larger candles or an indicator cannot be drawn.

        Examples
        --------
        >>> import tempfile
        >>> from hindcaster import Backtest
        >>> from hindcaster.lib import TrailingStrategy
        >>> from hindcaster.test import GOOG
        >>> backtest = Backtest(GOOG, TrailingStrategy)
        >>> stats = backtest.run()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     layout = backtest.plot(filename=f"{folder}/goog.html", open_browser=False)
        """
        # Taken first, before there are other names: the arguments become options as they are.
        given = {name: value for name, value in locals().items() if name not in _NO_OPTIONS}
        from hindcaster.plotting.options import Options

        options = Options(**given)
        results = self._results if results is None else results
        if results is None:
            raise errors.nothing_to_plot()
        from hindcaster.plotting.bokeh import plot_run

        start = warm_up_of(results)
        layout, problems = plot_run(self._data, results, options, warmup=start)
        for problem in problems:
            warnings.warn(problem, stacklevel=2)
        return layout

    def _new_broker(self) -> LedgerBroker:
        from hindcaster.engine.ledger.broker import LedgerBroker

        if not self._cash > 0:
            raise errors.bad_cash(self._cash)
        if not 0 < self._margin <= 1:
            raise errors.bad_margin(self._margin)
        return LedgerBroker(
            self._bars,
            cash=float(self._cash),
            leverage=1 / self._margin,
            spread=float(self._spread),
            commission=checked_commission(self._commission),
            trade_on_close=self._trade_on_close,
            hedging=self._hedging,
            exclusive_orders=self._exclusive_orders,
            lots=self._lots,
            slippage=self._slippage,
            finer=self._finer_bars(),
            on_notice=self._warn,
        )

    def _finer_bars(self) -> FinerBars | None:
        """Finer bars in the prices of `_frame`."""
        return self._finer

    def _warn(self, notices: RecordArray) -> None:
        if self._silent:
            return
        for text in notice_texts(notices, self._data.index):
            warnings.warn(text, stacklevel=6)
