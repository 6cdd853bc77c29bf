"""Exceptions the package raises, and the words of every error a user can cause.

Each function returns the exception; the caller raises it, so that the traceback ends where the
mistake was found.
"""

import difflib
from typing import Any


class NotCompilable(Exception):  # noqa: N818  (an established name reads better than NotCompilableError)
    """A strategy cannot be run as machine code with the same meaning.

    Parameters
    ----------
    what : str
        What stands in the way.
    file : str
        File of the source.
    line : int
        Line of the source, 0 if there is none.
    expression : str
        The expression or statement.
    instead : str
        What to write instead.
    """

    def __init__(
        self, what: str, file: str = "", line: int = 0, expression: str = "", instead: str = ""
    ) -> None:
        super().__init__(what, file, line, expression, instead)
        self.what = what
        self.file = file
        self.line = line
        self.expression = expression
        self.instead = instead

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        shown = f": {self.expression}" if self.expression else ""
        text = f"{where}{shown}: {self.what}" if where else self.what
        return f"{text}. Instead: {self.instead}." if self.instead else f"{text}."


def _price(value: float) -> str:
    return f"{value:.10g}"


def prices_not_ordered(
    size: float, limit: float, stop: float, sl: float, tp: float, close: float, spread: float
) -> ValueError:
    """Stop-loss and take-profit are not on their sides of the order's price."""
    long = size > 0
    if limit == limit and limit != 0:
        reference, name = limit, "limit"
    elif stop == stop and stop != 0:
        reference, name = stop, "stop"
    else:
        reference = close * (1 + (spread if long else -spread))
        name = "last close" + (" with spread" if spread else "")
    prices = {"sl": sl, "tp": tp, name: reference}
    order = ("sl", name, "tp") if long else ("tp", name, "sl")
    shown = " < ".join(
        f"{key} ({_price(prices[key])})"
        for key in order
        if key == name or (prices[key] == prices[key] and prices[key] != 0)
    )
    return ValueError(
        f"{'Long' if long else 'Short'} orders need {shown}. Move sl/tp to their side of the "
        f"price, or leave them out."
    )


def price_is_nan(argument: str) -> ValueError:
    """A price argument is NaN."""
    return ValueError(
        f"{argument} is NaN. Pass a price, or None to leave it out; an indicator that is still "
        f"warming up is a usual cause."
    )


def bad_order_size(size: Any) -> AssertionError:
    """The size is neither a fraction nor a whole number of units."""
    return AssertionError(
        f"size must be a positive fraction of equity (0 < size < 1) or a positive whole number "
        f"of units, got {size!r}."
    )


def bad_portion(portion: Any) -> AssertionError:
    """The portion of a trade to close is out of range."""
    return AssertionError(
        f"portion must be a fraction of the trade, 0 < portion <= 1, got {portion!r}."
    )


def bad_bracket_price(argument: str, price: Any) -> AssertionError:
    """The price of a trade's stop-loss or take-profit is out of range."""
    return AssertionError(
        f"{argument} must be a price with 0 < {argument} < inf, or None to remove it, "
        f"got {price!r}."
    )


def bracket_out_of_range() -> AssertionError:
    """An order with a stop-loss or take-profit that no trade can have was filled."""
    return AssertionError(
        "An order was filled whose sl or tp is not a price with 0 < price < inf. Place the order "
        "with positive, finite sl and tp, or leave them out."
    )


def bracket_of_closed_trade() -> ValueError:
    """The stop-loss or take-profit of a closed trade was set."""
    return ValueError("This trade is closed: its sl and tp can no longer be changed.")


def order_not_queued(outcome: str) -> ValueError:
    """An order that is no longer waiting was cancelled."""
    return ValueError(f"This order cannot be cancelled, it is no longer waiting: {outcome}.")


def trail_too_wide() -> ValueError:
    """A trailing stop would start at or below zero."""
    return ValueError(
        "An order was filled whose trailing stop would lie at a price of zero or below. `trail` is "
        "a distance from the price: make it smaller than the price, or use a share such as "
        "trail='5%'."
    )


def slipped_too_far() -> ValueError:
    """Slippage took a price to zero or below."""
    return ValueError(
        "Slippage took the price of a fill to zero or below. Check `slippage` against the prices "
        "of the data: it is counted in price, or as a share of it."
    )


def bad_units(units: Any, unit: float) -> ValueError:
    """A number of units is not positive, or below the smallest amount."""
    least = "a whole number of units" if unit == 1 else f"at least {unit:g}, the smallest amount"
    more = " Fractions need Backtest(..., fractional=True)." if unit == 1 else ""
    return ValueError(f"units must be {least}, got {units!r}.{more}")


def size_and_units() -> TypeError:
    """Both ways to say how much were used."""
    return TypeError("Pass size= or units=, not both.")


def bad_good_for(value: Any) -> ValueError:
    """The number of bars is none."""
    return ValueError(
        f"good_for is for how many bars after this one an order may be filled: a whole number "
        f"from 1 on, got {value!r}. Leave it out for an order that waits until it is cancelled."
    )


def bad_oco(value: Any) -> TypeError:
    """What should be an order is none."""
    return TypeError(
        f"oco takes a waiting order, as buy() and sell() return it, got {value!r}: "
        f"first = self.buy(stop=...); self.sell(stop=..., oco=first)."
    )


def oco_not_waiting(outcome: str) -> ValueError:
    """The other order is not waiting any more."""
    return ValueError(f"oco takes an order that is waiting, this one is not: {outcome}.")


def oco_with_exclusive() -> ValueError:
    """Groups of orders make no sense if each order cancels the others."""
    return ValueError(
        "oco cannot be used with exclusive_orders=True: each order cancels the waiting ones."
    )


def bad_trail(value: Any) -> ValueError:
    """The distance of a trailing stop is none."""
    return ValueError(
        f"trail must be a distance in price above 0, or a share of the price such as '5%' between "
        f"0% and 100%, got {value!r}."
    )


def bad_on_close(value: Any) -> TypeError:
    """The flag is none."""
    return TypeError(f"on_close must be True, False or None (as the backtest says), got {value!r}.")


def on_close_with_price() -> ValueError:
    """An order at the close has no price of its own."""
    return ValueError("on_close=True is for market orders: leave out limit and stop.")


def units_not_finite() -> OverflowError:
    """A relative order met a price of zero."""
    return OverflowError(
        "A relative-sized order met a bar where one unit costs nothing: price, spread and "
        "commission add up to 0. Check the data for prices of zero, or pass a size in units."
    )


def fee_is_nan(size: float, price: float) -> ValueError:
    """The commission function returned NaN."""
    return ValueError(
        f"commission(size={size!r}, price={price!r}) returned NaN. It must return an amount of "
        f"cash."
    )


# -- data ------------------------------------------------------------------------------------

INDEX_NOT_DATETIME = (
    "Data index is not datetime. Bars are taken as numbered; annualised statistics need dates: "
    "pass a frame with a DatetimeIndex to get them."
)


def not_a_strategy(value: Any) -> TypeError:
    """The strategy argument is not a class derived from Strategy."""
    hint = " Pass the class itself, without calling it." if not isinstance(value, type) else ""
    return TypeError(f"strategy must be a subclass of hindcaster.Strategy, got {value!r}.{hint}")


def not_a_frame(value: Any) -> TypeError:
    """The data argument is not a DataFrame."""
    return TypeError(
        f"data must be a pandas.DataFrame with columns Open, High, Low, Close and optionally "
        f"Volume, got {type(value).__name__}."
    )


def not_a_number(argument: str, value: Any) -> TypeError:
    """An argument is not a number."""
    return TypeError(f"{argument} must be a number, got {value!r}.")


def argument_is_nan(argument: str) -> ValueError:
    """An argument is NaN."""
    return ValueError(f"{argument} is NaN; pass a number.")


def bad_commission(value: Any) -> TypeError:
    """The commission argument has none of its three forms."""
    return TypeError(
        f"commission must be a rate (0.002 is 0.2 %), a tuple (fixed cash, rate), a function of "
        f"(size, price) that returns cash, or a model of hindcaster.costs, got {value!r}."
    )


def bad_cost(model: str, name: str, value: Any) -> ValueError:
    """A number of a commission or slippage model is out of range."""
    return ValueError(f"{model}: {name} must be a finite number, 0 or more, got {value!r}.")


def bad_tiers(starts: list[Any]) -> ValueError:
    """Tiers do not begin at 0, or do not rise."""
    return ValueError(
        f"Tiered: tiers are (from how much traded on, charge), the first from 0 on and the others "
        f"rising, got starts {starts}."
    )


def bad_tier_measure(by: Any) -> ValueError:
    """Tiers are measured by something else."""
    return ValueError(f"Tiered: by must be 'value' or 'units', got {by!r}.")


def bad_slippage(value: Any) -> TypeError:
    """The slippage argument is neither a model nor a share."""
    return TypeError(
        f"slippage must be a share of the price (0.0005 is five basis points), "
        f"costs.TickSlippage or costs.RateSlippage, got {value!r}."
    )


def bad_fractional(value: Any) -> ValueError:
    """The smallest amount is no part of a unit."""
    return ValueError(
        f"fractional must be True (amounts of 1e-8), False, or the smallest amount of a unit that "
        f"can be traded: 1 divided by a whole number, such as 0.001 or 1e-8. Got {value!r}."
    )


def counts_small_units() -> ValueError:
    """FractionalBacktest trades in units of its own, of which models know nothing."""
    return ValueError(
        "FractionalBacktest trades in small units, which PerShare, Tiered, TickSlippage and "
        "fractional would count instead of the data's. Use Backtest(..., fractional=True)."
    )


def bad_commission_tuple(value: tuple[Any, ...]) -> ValueError:
    """The commission tuple has not two members."""
    return ValueError(f"commission as a tuple is (fixed cash, rate), got {len(value)} members.")


def no_rows() -> ValueError:
    """The frame is empty."""
    return ValueError("data has no rows. Check the file or the date filter it came from.")


def columns_missing(missing: list[str], columns: Any) -> ValueError:
    """A price column is missing."""
    present = list(columns)
    lowered = {str(name).strip().lower(): name for name in present if not isinstance(name, tuple)}
    renames = {lowered[name.lower()]: name for name in missing if name.lower() in lowered}
    if present and isinstance(present[0], tuple):
        hint = "The columns have several levels: data.columns = data.columns.get_level_values(0)."
    elif renames:
        hint = f"Rename them: data.rename(columns={renames!r})."
    else:
        hint = (
            "With closing prices only: data['Open'] = data['High'] = data['Low'] = data['Close']."
        )
    return ValueError(
        f"data lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)} (names are case-"
        f"sensitive; it has {present}). {hint}"
    )


def column_repeated(name: str) -> ValueError:
    """A price column occurs twice."""
    return ValueError(
        f"data has more than one column {name!r}. Keep one: "
        f"data.loc[:, ~data.columns.duplicated()]."
    )


def price_missing(name: str, row: Any, count: int) -> ValueError:
    """A price is NaN."""
    return ValueError(
        f"Column {name!r} has {count} missing value{'s' * (count > 1)}, the first at row {row}. "
        f"Drop such rows with data.dropna(subset=['Open', 'High', 'Low', 'Close']) or fill them "
        f"with data.ffill()."
    )


def price_not_number(name: str, row: Any, value: Any) -> ValueError:
    """A price is not a number."""
    return ValueError(
        f"Column {name!r} does not hold numbers; the first offender is {value!r} at row {row}. "
        f"Convert it: data[{name!r}] = pandas.to_numeric(data[{name!r}])."
    )


def price_infinite(name: str, row: Any) -> str:
    """Warn of an infinite price."""
    return (
        f"Column {name!r} holds an infinite price, the first at row {row}. Trades and equity "
        f"around it cannot be trusted."
    )


def price_above_cash(price: float, cash: float) -> str:
    """Warn that one unit costs more than the account has."""
    return (
        f"Some prices (up to {_price(price)}) are larger than the initial cash ({_price(cash)}), "
        f"and only whole units are traded. Start with more cash, or use fractional trading "
        f"(hindcaster.lib.FractionalBacktest)."
    )


def index_not_sorted(before: Any, after: Any) -> str:
    """Warn that rows were sorted."""
    return (
        f"Data index is not sorted in ascending order (row {after} follows {before}). Sorting it."
    )


# -- running ---------------------------------------------------------------------------------

TRADES_LEFT_OPEN = (
    "Some trades remain open at the end of backtest. Use "
    "`Backtest(..., finalize_trades=True)` to close them and count them in the statistics."
)


def order_unaffordable(relative: bool, bar: int, equity: float, available: float) -> str:
    """Warn that an order was cancelled for lack of margin."""
    kind = "relative-sized " if relative else ""
    return (
        f"time={bar}: Broker canceled the {kind}order due to insufficient margin "
        f"(equity={equity:.2f}, margin_available={available:.2f})."
    )


def bracket_deferred(label: Any) -> str:
    """Warn that a stop-loss or take-profit waits for the next bar."""
    return (
        f"({label}) A contingent SL/TP order would execute in the same bar its parent stop/limit "
        f"order was turned into a trade. Prices inside a bar have no known order, so it waits for "
        f"the next bar; use finer bars to resolve this."
    )


def raised_on_bar(strategy: str, bar: int, label: Any) -> str:
    """Name the bar on which a strategy raised, as a note to its exception."""
    return f"raised by {strategy}.next() on bar {bar} ({label})"


def left_compiled_code(
    file: str, line: int, expression: str, why: str, bar: int, label: Any
) -> NotCompilable:
    """A required compiled run met something that only the interpreter does right."""
    return NotCompilable(
        f"{why} on bar {bar} ({label}), which only the interpreter works as Python does",
        file,
        line,
        expression,
        "avoid it with a test before, or use compiled=None",
    )


def bad_compiled(value: Any) -> TypeError:
    """The argument `compiled` has none of its values."""
    return TypeError(f"compiled must be True, False or None (decide by itself), got {value!r}.")


def bad_cash(cash: Any) -> AssertionError:
    """Starting balance out of range."""
    return AssertionError(f"cash must be greater than 0, got {cash!r}.")


def bad_margin(margin: Any) -> AssertionError:
    """Margin ratio out of range."""
    return AssertionError(
        f"margin must be a ratio with 0 < margin <= 1 (1/leverage: 0.02 is 50:1), got {margin!r}."
    )


def bad_fixed_fee(fixed: Any) -> AssertionError:
    """Fixed commission out of range."""
    return AssertionError(f"The fixed commission must be an amount of cash >= 0, got {fixed!r}.")


def bad_fee_rate(rate: Any) -> AssertionError:
    """Commission rate out of range."""
    return AssertionError(
        f"The commission rate must be a fraction of the traded value with -0.1 <= rate < 0.1 "
        f"(0.002 is 0.2 %), got {rate!r}."
    )


def unknown_parameter(strategy: type, name: str) -> AttributeError:
    """A parameter is not an attribute of the strategy."""
    public = [other for other in dir(strategy) if not other.startswith("_")]
    hints = difflib.get_close_matches(name, public)
    hint = f" Did you mean {' or '.join(repr(h) for h in hints)}?" if hints else ""
    return AttributeError(
        f"Strategy '{strategy.__name__}' is missing parameter '{name}'. Strategy class should "
        f"define parameters as class variables before they can be optimized or run with.{hint}"
    )


def indicator_failed(name: str, error: BaseException) -> RuntimeError:
    """The function of an indicator raised."""
    return RuntimeError(f'Indicator "{name}" raised {type(error).__name__}: {error}')


def indicator_shape(name: str, length: int, shape: Any) -> ValueError:
    """An indicator's values do not fit the data."""
    return ValueError(
        f'Indicator "{name}" must return numbers as long as the data ({length} bars), in one row '
        f"or several, or a tuple of such rows; got {shape}."
    )


def indicator_names(names: list[Any], rows: int) -> ValueError:
    """An indicator's list of names does not fit its rows."""
    return ValueError(
        f"name={names!r} has {len(names)} entries but the indicator has {rows} "
        f"row{'s' * (rows != 1)}."
    )


def indicator_name_type(name: Any) -> TypeError:
    """The name of an indicator is neither text nor texts."""
    return TypeError(f"name must be a str, a list of str (one per row) or None, got {name!r}.")


# -- optimising ------------------------------------------------------------------------------

SKOPT_DEPRECATED = (
    "method='skopt' is deprecated: the search it names is now made by SAMBO. Use method='sambo'."
)


def sweep_interrupted(done: int, count: int) -> str:
    """Text of the warning that a sweep was interrupted."""
    return (
        f"optimize() was interrupted after {done} of {count} combinations: the result is the best "
        f"of these, the others are NaN in the heatmap."
    )


def combinations_failed(
    failed: int, count: int, parameters: dict[str, Any], error: Exception
) -> str:
    """Text of the warning that some runs raised."""
    given = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    return (
        f"{failed} of {count} combinations raised an error and are NaN in the heatmap, the first "
        f"({given}): {type(error).__name__}: {error}. heatmap.attrs['failures'] lists them."
    )


def workers_die() -> RuntimeError:
    """Workers die again and again."""
    return RuntimeError(
        "Worker processes of optimize() die again and again, probably for lack of memory. Use "
        "fewer of them: with joblib.parallel_config(n_jobs=1): ..."
    )


def nothing_to_optimize() -> ValueError:
    """No parameters were given."""
    return ValueError(
        "optimize() needs at least one strategy parameter with candidates, for example "
        "optimize(n=[10, 20, 30])."
    )


def unknown_metric(name: str, names: tuple[str, ...]) -> ValueError:
    """What is to be maximized is not a row of the result."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return ValueError(
        f"maximize must be the name of a row in the result of run(), got {name!r}.{hint}"
    )


def bad_maximize(value: Any) -> TypeError:
    """What is to be maximized is neither text nor a function."""
    return TypeError(
        f"maximize must be the name of a row in the result of run(), or a function that takes "
        f"such a result and returns a number (the higher the better), got {value!r}."
    )


def metric_absent(name: str) -> KeyError:
    """A row that is to be maximized is not in a run's result."""
    if name == "Commissions [$]":
        hint = "Without commissions there is no such row; pass a function to maximize instead."
    elif name.startswith("_"):
        hint = "Grid search has the rows without a leading underscore only."
    else:
        hint = "Annualised rows of this kind need a DatetimeIndex."
    return KeyError(f"A run's result has no row {name!r} to maximize. {hint}")


def score_not_number(source: str, score: Any) -> TypeError:
    """What is to be maximized gave something that cannot be ranked."""
    return TypeError(f"{source} must give a number to maximize, got {score!r}.")


def bad_constraint(value: Any) -> TypeError:
    """The constraint is not a function."""
    return TypeError(
        f"constraint must be a function of the parameters that says whether to try them, such as "
        f"lambda p: p.fast < p.slow, got {value!r}."
    )


def no_raw_result(method: Any) -> ValueError:
    """The raw result of a model-based search was asked of another method."""
    return ValueError(
        f"return_optimization=True needs method='sambo' or 'optuna', which have results of their "
        f"own to return; method is {method!r}."
    )


def no_candidates(name: str, values: Any) -> ValueError:
    """A parameter has an empty list of candidates."""
    return ValueError(f"Parameter {name!r} has no candidates: {name}={values!r}.")


def candidate_unhashable(name: str, value: Any) -> TypeError:
    """A candidate cannot be a label of the heatmap."""
    return TypeError(
        f"Parameter {name!r} has a candidate of type {type(value).__name__}, which is not "
        f"hashable. Pass something that is: a tuple instead of a list, or a name or number that "
        f"init() looks up."
    )


def unknown_method(method: Any) -> ValueError:
    """The search method does not exist."""
    return ValueError(f"method must be 'grid', 'sambo' or 'optuna', got {method!r}.")


def no_combinations() -> ValueError:
    """The constraint or the limit left nothing to try."""
    return ValueError(
        "There are no admissible parameter combinations to try: constraint or max_tries excludes "
        "all of them."
    )


def many_runs(count: int) -> str:
    """Warn that a search will take long."""
    return f"Searching for the best of {count} configurations. max_tries limits their number."


def sambo_missing(error: BaseException) -> ImportError:
    """The package for model-based search cannot be imported."""
    return ImportError(
        f"method='sambo' needs the package SAMBO: pip install hindcaster[sambo] ({error})"
    )


def optuna_missing(error: BaseException) -> ImportError:
    """The package for search by TPE cannot be imported."""
    return ImportError(
        f"method='optuna' needs the package Optuna: pip install hindcaster[optuna] ({error})"
    )
