"""Longer bars: how bars and trades combine, and indicators of a longer time frame."""

import sys
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hindcaster.backtest import Backtest
from hindcaster.data.series import _Array
from hindcaster.strategy import Strategy, short_name

Table: TypeAlias = "pd.Series[Any] | pd.DataFrame"

OHLCV_AGG: OrderedDict[str, str] = OrderedDict(
    (
        ("Open", "first"),
        ("High", "max"),
        ("Low", "min"),
        ("Close", "last"),
        ("Volume", "sum"),
    )
)
"""How bars combine into one longer bar: ``df.resample(rule, label="right").agg(OHLCV_AGG)``."""

TRADES_AGG: OrderedDict[str, str] = OrderedDict(
    (
        ("Size", "sum"),
        ("EntryBar", "first"),
        ("ExitBar", "last"),
        ("EntryPrice", "mean"),
        ("ExitPrice", "mean"),
        ("PnL", "sum"),
        ("ReturnPct", "mean"),
        ("EntryTime", "first"),
        ("ExitTime", "last"),
        ("Duration", "sum"),
    )
)
"""How rows of ``stats["_trades"]`` combine:
``trades.resample(rule, on="ExitTime").agg(TRADES_AGG)``."""

# Their bins close on the right, and pandas puts all of the last day into the bin, but labels the
# bin with the midnight that starts that day.
_PERIOD_END_RULES = (
    pd.offsets.Week,
    pd.offsets.MonthEnd,
    pd.offsets.QuarterEnd,
    pd.offsets.YearEnd,
    pd.offsets.BusinessMonthEnd,
    pd.offsets.BQuarterEnd,
    pd.offsets.BYearEnd,
)


_FEW_BARS = 100


def resample_apply(
    rule: Any,
    func: Callable[..., Any] | None,
    series: Any,
    *args: Any,
    agg: Any = None,
    **kwargs: Any,
) -> Any:
    """Compute an indicator on longer bars and bring it back to the bars of the data.

    The bars are gathered into bins of length `rule`, bins without data are dropped, `func` is
    applied to the remaining ones, and each bar gets the value of the last bin that has ended: a
    bin shows on the first bar at or after its end and until the next bin ends. So no value is
    seen before it is known.

    A bin ends where the next one starts. Weeks and other bins that are named by their last day
    (``W``, ``ME``, ``QE``, ``YE``, ``BME`` …) end with that day: on data with one bar a day they
    show on the bar of that day, on data with several bars a day from the following midnight on.

    Parameters
    ----------
    rule : str, DateOffset or Timedelta
        Length of the bins, such as ``"4h"``, ``"D"``, ``"W-FRI"``, ``"ME"``.
    func : callable or None
        ``func(bins, *args, **kwargs)`` gets the bins as a Series or DataFrame, each labelled with
        its end (with its last day if it shows on that day), and returns one value per bin, or
        several rows of them (a tuple, a 2-D array with a row each, or a DataFrame with a column
        each). A result with dates of its own is brought to the bars by these. None stands for
        the bins themselves.
    series : Series, DataFrame or array from `Strategy.data` or `Strategy.I`
        What to resample, with a DatetimeIndex.
    *args
        Passed on to `func`.
    agg : str, callable, dict or list, optional
        How the bars of a bin combine, as for pandas' ``resample(…).agg``. Decided by column name
        or name of the series as in `OHLCV_AGG`, else ``"last"``, if absent.
    **kwargs
        Passed on to `func`; within a strategy, those of `Strategy.I` are used there.

    Returns
    -------
    array, Series or DataFrame
        Within a strategy (called from one of its methods, however deep) an indicator, declared
        with `Strategy.I`; elsewhere a Series or DataFrame on the index of `series`.

    Raises
    ------
    AssertionError
        `func` is not callable, or `series` is none of the above.
    ValueError
        The result has not one value per bin.
    TypeError
        The index holds no dates.
    RuntimeError
        Within a strategy: `func` raised.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=50, freq="h")
    >>> closes = pd.Series(range(50), index=hours, name="Close")
    >>> resample_apply("D", None, closes).drop_duplicates()
    2024-01-01     NaN
    2024-01-02    23.0
    2024-01-03    47.0
    Name: C[D], dtype: float64

    A strategy on daily bars that looks at a weekly average:

    >>> from hindcaster import Strategy
    >>> from hindcaster.test import GOOG, SMA
    >>> class AboveWeekly(Strategy):
    ...     def init(self):
    ...         self.average = resample_apply("W-FRI", SMA, self.data.Close, 10)
    ...
    ...     def next(self):
    ...         if self.data.Close > self.average and not self.position:
    ...             self.buy()
    ...         elif self.data.Close < self.average:
    ...             self.position.close()
    >>> stats = Backtest(GOOG, AboveWeekly, finalize_trades=True).run()
    >>> stats._strategy.average.name
    'SMA(C[W-FRI],10)'
    """
    if func is not None and not callable(func):
        raise AssertionError(
            f"func must be callable, or None for the resampled values themselves, got {func!r}."
        )
    table = _as_table(series)
    name = f"{short_name(table)}[{rule if isinstance(rule, str) else _rule_name(rule)}]"
    bins = _complete_bins(table, rule, agg)
    if isinstance(bins, pd.Series):
        bins.name = name

    def indicator(bins: Table, *args: Any, **kwargs: Any) -> Table:
        values = bins if func is None else func(bins, *args, **kwargs)
        return _on_bars(values, bins.index, table.index, name)

    indicator.__name__ = _function_name(func)
    strategy = _calling_strategy()
    if strategy is None:
        return indicator(bins, *args, **kwargs)
    return strategy.I(indicator, bins, *args, **kwargs)


def _as_table(series: Any) -> Table:
    if isinstance(series, _Array):
        return series.s
    if isinstance(series, (pd.Series, pd.DataFrame)):
        return series
    raise AssertionError(
        f"series must be a pandas.Series, a pandas.DataFrame or an array from Strategy.data or "
        f"Strategy.I, got {type(series).__name__}."
    )


def _complete_bins(table: Table, rule: Any, agg: Any) -> Table:
    """Gather the bars into bins, each labelled with the time from which on it may be seen."""
    how = agg
    if how is None and isinstance(table, pd.DataFrame):
        how = {column: OHLCV_AGG.get(str(column), "last") for column in table}
    elif how is None:
        how = OHLCV_AGG.get(str(table.name), "last")
    bins: Table = table.resample(rule, label="right").agg(how).dropna()
    if isinstance(pd.tseries.frequencies.to_offset(rule), _PERIOD_END_RULES) and _is_intraday(
        table.index
    ):
        bins.index = _next_midnights(bins.index)
    return bins


def _is_intraday(index: Any) -> bool:
    # The first bars nearly always tell, and looking at millions of dates takes a while.
    return _share_days(index[:_FEW_BARS]) or _share_days(index)


def _share_days(index: Any) -> bool:
    days = index.tz_localize(None).normalize()
    return bool((days[1:] == days[:-1]).any())


def _next_midnights(days: Any) -> Any:
    following = days.tz_localize(None) + pd.Timedelta(days=1)
    if days.tz is None:
        return following
    # Where clocks change at midnight: the first of two midnights, the first moment after none.
    first = np.ones(len(days), bool)
    return following.tz_localize(days.tz, ambiguous=first, nonexistent="shift_forward")


def _on_bars(values: Any, bins: Any, index: Any, name: str) -> Table:
    """Bring values per bin to the bars: each bar gets that of the last label up to its own."""
    if not isinstance(values, (pd.Series, pd.DataFrame)):
        array = np.asarray(values)
        if array.ndim not in (1, 2):
            raise ValueError(
                f"The function must return one value per bin ({len(bins)}), in one row or "
                f"several, got {type(values).__name__} of shape {array.shape}."
            )
        values = pd.Series(array, name=name) if array.ndim == 1 else pd.DataFrame(array.T)
    if not isinstance(values.index, pd.DatetimeIndex):
        if len(values) != len(bins):
            raise ValueError(
                f"The function must return one value per bin ({len(bins)}), got {len(values)}. "
                f"Fill what it leaves out with NaN, or return a Series with dates."
            )
        values = values.set_axis(bins, axis=0)
    result: Table = values.reindex(index, method="ffill")
    return result


def _rule_name(rule: Any) -> str:
    offset = pd.tseries.frequencies.to_offset(rule)
    return str(rule if offset is None else offset.freqstr)


def _function_name(func: Callable[..., Any] | None) -> str:
    while isinstance(func, partial):
        func = func.func
    # Without a function the name is the peer's, because trade columns carry it.
    return "func" if func is None else str(getattr(func, "__name__", type(func).__name__))


def _calling_strategy() -> Strategy | None:
    """Find the strategy from one of whose methods the caller of this module was called.

    The search ends at the backtest that runs the strategy: whatever is further up belongs to
    another run, within which this one was started.
    """
    # That of `resample_apply`, which may be the last: C code, such as a thread's, calls it too.
    frame = sys._getframe(1)
    while frame is not None:
        if _has_self(frame.f_code):
            owner = frame.f_locals.get("self")
            if isinstance(owner, Strategy):
                return owner
            if isinstance(owner, Backtest):
                return None
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _has_self(code: CodeType) -> bool:
    return "self" in code.co_varnames or "self" in code.co_freevars or "self" in code.co_cellvars
