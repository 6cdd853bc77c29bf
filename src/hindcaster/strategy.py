"""The base class of strategies: indicators, orders, and the view on the account."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Iterable
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster.account import Account, Order, Position, Trade
from hindcaster.data.accessor import _Data
from hindcaster.data.memo import called
from hindcaster.data.series import _Indicator
from hindcaster.terms import FULL_SIZE, Terms

if TYPE_CHECKING:
    from hindcaster._types import AnyArray
    from hindcaster.engine.ledger.broker import LedgerBroker

_OHLCV_LETTERS = {"Open": "O", "High": "H", "Low": "L", "Close": "C", "Volume": "V"}


class Strategy(metaclass=ABCMeta):
    """Base class of trading strategies.

    A subclass declares its parameters as class variables, computes indicators in `init` and
    trades in `next`, which is called for every bar once the indicators have values.

    Examples
    --------
    >>> from hindcaster import Backtest, Strategy
    >>> from hindcaster.lib import crossover
    >>> from hindcaster.test import GOOG, SMA
    >>> class SmaCross(Strategy):
    ...     fast = 10
    ...     slow = 20
    ...
    ...     def init(self):
    ...         self.sma1 = self.I(SMA, self.data.Close, self.fast)
    ...         self.sma2 = self.I(SMA, self.data.Close, self.slow)
    ...
    ...     def next(self):
    ...         if crossover(self.sma1, self.sma2):
    ...             self.position.close()
    ...             self.buy()
    ...         elif crossover(self.sma2, self.sma1):
    ...             self.position.close()
    ...             self.sell()
    >>> Backtest(GOOG, SmaCross, finalize_trades=True).run(fast=15)._strategy
    <Strategy SmaCross(fast=15)>
    """

    def __init__(self, broker: LedgerBroker, data: _Data, params: dict[str, Any]) -> None:
        self._indicators: list[_Indicator] = []
        self._account = Account(broker, data)
        self._data = data
        self._params = self._checked_parameters(params)

    def _checked_parameters(self, params: dict[str, Any]) -> dict[str, Any]:
        for name, value in params.items():
            check_names(self, (name,))
            setattr(self, name, value)
        return params

    def __repr__(self) -> str:
        return f"<Strategy {self}>"

    def __str__(self) -> str:
        values = ",".join(f"{name}={short_name(value)}" for name, value in self._params.items())
        return type(self).__name__ + (f"({values})" if values else "")

    @abstractmethod
    def init(self) -> None:
        """Prepare the strategy: compute indicators from the whole data, once.

        Call `I` for every indicator, so that `next` sees it only up to the current bar.
        """

    @abstractmethod
    def next(self) -> None:
        """Decide on the current bar, whose open, high, low and close are all known.

        Orders placed here are worked from the next bar on.
        """

    def I(  # noqa: E743, N802  (the established name)
        self,
        func: Callable[..., Any],
        *args: Any,
        name: str | Iterable[str] | None = None,
        plot: bool = True,
        overlay: bool | None = None,
        color: Any = None,
        scatter: bool = False,
        **kwargs: Any,
    ) -> _Indicator:
        """Declare an indicator: values for every bar, shown to `next` bar by bar.

        Parameters
        ----------
        func : callable
            ``func(*args, **kwargs)`` returns an array as long as the data, or several of them
            (a tuple, a 2-D array with a row each, or a DataFrame with a column each).
        name : str or list of str, optional
            Name for legends and trade columns, made from the function and its arguments if
            absent. ``{0}`` or ``{key}`` in it is replaced by the argument. A list names the rows.
        plot : bool, default True
            Whether to draw it.
        overlay : bool, optional
            Whether to draw it over the prices; decided by its values if absent.
        color : str or list of str, optional
            Colour of the line, or of each row's.
        scatter : bool, default False
            Draw dots instead of a line. Such indicators may have gaps from the start, so they
            are not waited for.

        Returns
        -------
        array, shape (n_bars,) or (rows, n_bars)
            Store it on an attribute: `next` then sees it up to the current bar, and is not
            called before all stored indicators have a value.

        Raises
        ------
        RuntimeError
            The function raised.
        ValueError
            The result is no array, or not as long as the data; or the list of names has not
            one entry per row.
        TypeError
            The name is neither text nor a list of texts.

        Examples
        --------
        >>> from hindcaster import Backtest, Strategy
        >>> from hindcaster.test import GOOG, SMA
        >>> class AboveAverage(Strategy):
        ...     def init(self):
        ...         self.average = self.I(SMA, self.data.Close, 200, name="average of {1} days")
        ...
        ...     def next(self):
        ...         if not self.position and self.data.Close[-1] > self.average[-1]:
        ...             self.buy()
        >>> Backtest(GOOG, AboveAverage, finalize_trades=True).run()._strategy.average.name
        'average of 200 days'
        """
        options = (name, plot, overlay, color, scatter)
        memo = self._data._memo
        if memo is None:
            indicator = self._made(called, func, args, kwargs, options)
        else:
            indicator = memo.made(self._made, func, args, kwargs, options)
        self._indicators.append(indicator)
        return indicator

    def _made(
        self,
        call: Callable[..., Any],
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: tuple[Any, ...],
    ) -> _Indicator:
        """Call an indicator function and make of what it returns what `I` gives."""
        name, plot, overlay, color, scatter = options
        label = _indicator_name(func, args, kwargs, name)
        try:
            value = call(func, args, kwargs)
        except Exception as error:
            raise errors.indicator_failed(str(label), error) from error
        rows = _indicator_values(value, label, len(self._data))
        if overlay is None and np.issubdtype(rows.dtype, np.number):
            overlay = _near_prices(rows, np.asarray(self._data.Close))
        return _Indicator(
            rows,
            name=label,
            plot=plot,
            overlay=overlay,
            color=color,
            scatter=scatter,
            index=self._data.index,
        )

    def buy(
        self,
        *,
        size: float = FULL_SIZE,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Any = None,
        units: float | None = None,
        good_for: int | None = None,
        oco: Order | None = None,
        trail: float | str | None = None,
        on_close: bool | None = None,
    ) -> Order:
        """Place a long order; it stays until filled or cancelled.

        Parameters
        ----------
        size : float, default just below 1
            A fraction of the free margin if below 1, else a number of units: a whole one, or with
            ``Backtest(..., fractional=True)`` any, rounded down to the smallest amount.
        limit : float, optional
            Fill at this price or lower.
        stop : float, optional
            Wait until the price has risen to this; then fill as a market order, or with `limit`
            as a limit order.
        sl, tp : float, optional
            Stop-loss and take-profit of the trade that results: ``sl < price < tp``.
        tag : any, optional
            Carried over to the trade and its records.
        units : float, optional
            Size in units, in place of `size`, and not taken for a fraction of the free margin if
            below 1: ``units=0.37``. Rounded down to the smallest amount.
        good_for : int, optional
            For how many bars after this one the order may be filled, 1 or more.
        oco : Order, optional
            A waiting order: as soon as one of the two is filled, the other one is cancelled (one
            cancels the other). An order that has a group already takes the new one into it.
        trail : float or str, optional
            Trailing stop-loss of the trade that results: a distance in price, or a share of the
            best price such as ``"5%"``. It starts from the entry price and follows the highest
            high since the entry (of the bar of the entry, its close), from the next bar on. A
            stop-loss that is given too is where it starts, if that is closer. `Trade.sl` reads
            and moves it; None ends it.
        on_close : bool, optional
            Fill a market order at the close of this bar (True) or at the next open (False), in
            place of what the backtest's `trade_on_close` says.

        Returns
        -------
        Order

        Raises
        ------
        AssertionError
            The size is neither a fraction nor a whole number of units.
        ValueError
            A price is NaN, or stop-loss and take-profit are on the wrong side; a term is out of
            range; the order of `oco` is no longer waiting.
        TypeError
            Size and units are both given; `oco` is no order, or `on_close` no bool.

        Examples
        --------
        Break out to either side of a range within three days, with a trailing stop:

        >>> from hindcaster import Backtest, Strategy
        >>> from hindcaster.test import GOOG
        >>> class Breakout(Strategy):
        ...     def init(self):
        ...         pass
        ...
        ...     def next(self):
        ...         if not self.position and not self.orders:
        ...             up = self.buy(stop=max(self.data.High[-5:]), good_for=3, trail="20%")
        ...             self.sell(stop=min(self.data.Low[-5:]), good_for=3, trail="20%", oco=up)
        >>> stats = Backtest(GOOG, Breakout, finalize_trades=True).run()
        >>> stats._orders["Outcome"].value_counts().to_dict()
        {'filled': 38, 'cancelled': 34}
        """
        terms = Terms(units, good_for, oco, trail, on_close)
        return self._account.order_of(1, size, (limit, stop, sl, tp), tag, terms)

    def sell(
        self,
        *,
        size: float = FULL_SIZE,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Any = None,
        units: float | None = None,
        good_for: int | None = None,
        oco: Order | None = None,
        trail: float | str | None = None,
        on_close: bool | None = None,
    ) -> Order:
        """Place a short order; see `buy`. Prices have to satisfy ``tp < price < sl``.

        To leave a long position use `Position.close` or `Trade.close`: they sell exactly what
        is held, where a short order of the default size is a fraction of the free margin.
        """
        terms = Terms(units, good_for, oco, trail, on_close)
        return self._account.order_of(-1, size, (limit, stop, sl, tp), tag, terms)

    @property
    def equity(self) -> np.float64:
        """Cash plus open profit at the current close."""
        return self._account.equity

    @property
    def data(self) -> _Data:
        """Prices and other columns up to the current bar."""
        return self._data

    @property
    def position(self) -> Position:
        """All open trades taken together."""
        return self._account.position

    @property
    def orders(self) -> tuple[Order, ...]:
        """Orders waiting to be filled."""
        return self._account.orders

    @property
    def trades(self) -> tuple[Trade, ...]:
        """Open trades in entry order."""
        return self._account.trades

    @property
    def closed_trades(self) -> tuple[Trade, ...]:
        """Closed trades in the order they were closed."""
        return self._account.closed_trades


def check_names(owner: Strategy | type[Strategy], names: Iterable[str]) -> None:
    """Refuse parameters that are no attributes of a strategy or its class."""
    for name in names:
        if not hasattr(owner, name):
            raise errors.unknown_parameter(owner if isinstance(owner, type) else type(owner), name)


def short_name(value: Any) -> str:
    """Short text of an argument for names: numbers and texts in full, else a name, cut to ten."""
    if isinstance(value, (str, int, float, Number)):
        return str(value)
    if isinstance(value, pd.DataFrame):
        return "df"
    name = str(getattr(value, "name", "") or "")
    if name in _OHLCV_LETTERS:
        return _OHLCV_LETTERS[name]
    if callable(value):
        name = getattr(value, "__name__", type(value).__name__).replace("<lambda>", "λ")
    return name[:9] + "…" if len(name) > 10 else name


def _indicator_name(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: Any
) -> str | list[str]:
    shorts = [short_name(value) for value in args]
    short_kwargs = {key: short_name(value) for key, value in kwargs.items()}
    if name is None:
        listed = ",".join(filter(None, [*shorts, *short_kwargs.values()]))
        return short_name(func) + (f"({listed})" if listed else "")
    if isinstance(name, str):
        return name.format(*shorts, **short_kwargs)
    if isinstance(name, Iterable):
        names = list(name)
        if all(isinstance(entry, str) for entry in names):
            return [entry.format(*shorts, **short_kwargs) for entry in names]
    raise errors.indicator_name_type(name)


def _indicator_values(value: Any, label: str | list[str], length: int) -> AnyArray:
    """Bring what an indicator function returned to rows of `length` values."""
    rows = _as_array(value)
    if rows is not None:
        if rows.ndim and rows.shape[0] == length:
            rows = rows.T
        if isinstance(label, list) and len(np.atleast_2d(rows)) != len(label):
            raise errors.indicator_names(label, len(np.atleast_2d(rows)))
    if rows is None or rows.ndim not in (1, 2) or rows.shape[-1] != length:
        shape: Any = type(value).__name__ if rows is None else f"shape {rows.shape}"
        raise errors.indicator_shape(str(label), length, shape)
    return rows


def _as_array(value: Any) -> AnyArray | None:
    """Take what an indicator function returned as an array; None if it is none."""
    if isinstance(value, pd.Series) and isinstance(value.dtype, np.dtype):
        return value.to_numpy()  # in a fraction of the time that np.asarray takes
    if isinstance(value, pd.DataFrame):
        value = value.to_numpy().T
    try:
        return None if value is None else np.asarray(value)
    except (TypeError, ValueError):
        return None


def _near_prices(rows: AnyArray, close: AnyArray) -> bool:
    """Whether most values lie between 0.6 and 1.4 times the close; NaN counts as no."""
    from hindcaster.data.nearness import count_near

    return count_near(rows, close) / max(rows.size, 1) > 0.6
