"""`Reporting`: the part of `Backtest` that writes the report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hindcaster import errors
from hindcaster.driver import warm_up
from hindcaster.strategy import Strategy

if TYPE_CHECKING:
    from hindcaster.engine.ledger.finer import FinerBars
    from hindcaster.plotting.report.provenance import Row
    from hindcaster.results import Result

_SETTINGS = (
    "cash",
    "spread",
    "commission",
    "margin",
    "trade_on_close",
    "hedging",
    "exclusive_orders",
    "finalize_trades",
    "slippage",
    "fractional",
    "compiled",
)


class Reporting:
    """What `Backtest` needs for its reports."""

    _data: pd.DataFrame
    _results: Result | None
    _slippage: tuple[float, float]
    _lots: int
    _finer: FinerBars | None

    def report(
        self,
        filename: str | Path | None = None,
        *,
        results: pd.Series[Any] | None = None,
        title: str | None = None,
        theme: str = "light",
        open_browser: bool = True,
        resources: str | None = "inline",
    ) -> Path | None:
        """Write a report of a run: one page that needs nothing else.

        It has the statistics, equity beside buying and holding, drawdown, returns by month and
        year, the rolling Sharpe ratio, the distribution of the returns of trades, the longest
        drawdowns, what became of orders, the parameters of the strategy, the settings of this
        `Backtest`, a digest of the data and the versions of all packages. What cannot be shown
        says why.

        Parameters
        ----------
        filename : str or Path, optional
            Page to write; if absent named after the strategy, with ``.report.html``, in the
            working directory, and none in notebooks, where the page is shown.
        results : Series, optional
            What `run` or `optimize` of this `Backtest` returned; the latest result if absent.
        title : str, optional
            Heading; the strategy and its parameters if absent.
        theme : {'light', 'dark'}, default 'light'
            Colours.
        open_browser : bool, default True
            Open the file in the browser.
        resources : {'inline', 'cdn'}, optional
            ``'inline'`` (the default) makes a file of some 1.5 MB that works offline, ``'cdn'``
            a small one that loads Bokeh from its server, None follows BOKEH_RESOURCES.

        Returns
        -------
        Path or None
            The file that was written, if one was.

        Raises
        ------
        RuntimeError
            Nothing was run yet.
        AssertionError, TypeError, ValueError
            `results` are of other data or not whole; an argument has none of its values.
        FileNotFoundError
            There is no such directory.

        Examples
        --------
        >>> import tempfile
        >>> from hindcaster import Backtest
        >>> from hindcaster.test import GOOG
        >>> from examples.sma_cross import SmaCross
        >>> backtest = Backtest(GOOG, SmaCross, commission=0.002, finalize_trades=True)
        >>> stats = backtest.run()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     backtest.report(f"{folder}/goog", open_browser=False).name
        'goog.html'
        """
        from hindcaster.plotting.options import ReportOptions

        options = ReportOptions(
            filename=filename,
            title=title,
            theme=theme,
            open_browser=open_browser,
            resources=resources,
        )
        results = self._results if results is None else results
        if results is None:
            raise errors.nothing_to_report()
        from hindcaster.plotting.report.page import write_report

        strategy = _strategy_of(results)
        return write_report(
            self._data,
            results,
            options,
            parameters=_rows(parameters_of(strategy)) if strategy is not None else [],
            settings=_rows({name: (value, "") for name, value in self._settings().items()}),
            warmup=warm_up_of(results),
        )

    def _settings(self) -> dict[str, Any]:
        """Arguments of the constructor by name."""
        values = {name: getattr(self, f"_{name}", None) for name in _SETTINGS}
        in_price, share = self._slippage
        values["slippage"] = f"{in_price:g} of the price's unit" if in_price else share
        values["intrabar"] = f"{len(self._finer.open):,} finer bars" if self._finer else None
        values["fractional"] = 1 / self._lots if self._lots > 1 else False
        return values


def warm_up_of(results: Any) -> int:
    """Bar on which buying and holding starts in the pictures of a run."""
    strategy = _strategy_of(results)
    return 0 if strategy is None else warm_up(strategy)


def _strategy_of(results: Any) -> Strategy | None:
    """Strategy of results, if they are what a run returned."""
    strategy = results.get("_strategy") if isinstance(results, pd.Series) else None
    return strategy if isinstance(strategy, Strategy) else None


def parameters_of(strategy: Strategy) -> dict[str, tuple[Any, str]]:
    """Class variables of a strategy with the values of a run, and which were given for it.

    Examples
    --------
    >>> from hindcaster import Backtest
    >>> from hindcaster.test import GOOG
    >>> from examples.sma_cross import SmaCross
    >>> parameters_of(Backtest(GOOG, SmaCross, finalize_trades=True).run(fast=12)._strategy)
    {'fast': (12, 'given'), 'slow': (20, '')}
    """
    given = strategy._params
    found: dict[str, tuple[Any, str]] = {}
    for cls in reversed(type(strategy).__mro__):
        if cls in Strategy.__mro__:
            continue
        for name, value in vars(cls).items():
            descriptor = hasattr(type(value), "__get__")
            if not name.startswith("_") and not descriptor and not isinstance(value, type):
                found[name] = (value, "")
    return found | {name: (value, "given") for name, value in given.items()}


def _rows(values: dict[str, tuple[Any, str]]) -> list[Row]:
    from hindcaster.plotting.report.provenance import Row, code_text

    return [Row(name, code_text(value), remark) for name, (value, remark) in values.items()]
