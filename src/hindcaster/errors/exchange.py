"""Mistakes in exchange simulations: their exceptions, and the words of each.

The classes have the names and the base that scripts written for Jesse catch. A missing key is a
`KeyError`, malformed candles are a `ValueError`; what the strategy does wrong has a class.
"""

from collections.abc import Iterable
from typing import Any


class InvalidStrategy(Exception):
    """The strategy's code breaks a rule of the strategy protocol."""


class InvalidShape(Exception):
    """Rows of orders are not rows of two numbers."""


class InvalidRoutes(Exception):
    """The routes cannot be traded together, or one of them is malformed."""


class InvalidTimeframe(Exception):
    """A timeframe has a name that is not in the table."""


class InvalidConfig(Exception):
    """A value of `config` is not one of those it can have."""


class InvalidSymbol(Exception):
    """A symbol is malformed."""


class InvalidDateRange(Exception):
    """The first date is after the last, or dates are in the future."""


class RouteNotFound(Exception):
    """Candles were asked for that no route names.

    Parameters
    ----------
    symbol, timeframe : str
        What was asked for.
    """

    def __init__(self, symbol: str, timeframe: str) -> None:
        super().__init__(
            f"No route has {symbol!r} with timeframe {timeframe!r}. Add "
            f"{{'exchange': ..., 'symbol': {symbol!r}, 'timeframe': {timeframe!r}}} to the data "
            f"routes."
        )
        self.symbol = symbol
        self.timeframe = timeframe

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.symbol, self.timeframe)


class ConflictingRules(Exception):
    """Long and short at the same moment."""


class OrderNotAllowed(Exception):
    """An order makes no sense where the position or the price stand."""


class InsufficientMargin(Exception):
    """A futures order needs more margin than is available."""


class InsufficientBalance(Exception):
    """A spot order needs more of an asset than is there."""


class NegativeBalance(Exception):
    """A balance went below zero."""


class EmptyPosition(Exception):
    """An action needs an open position."""


class OpenPositionError(Exception):
    """An action needs a closed position."""


class CandlesNotFound(Exception):
    """There are not enough candles to begin."""


class CandleNotFoundInDatabase(Exception):
    """The candle store lacks the candles asked for."""


def not_a_mapping(argument: str, value: Any) -> TypeError:
    """An argument that must be a dict is none."""
    return TypeError(f"{argument} must be a dict, got {type(value).__name__}.")


def missing_config_key(key: str) -> KeyError:
    """A required setting is missing."""
    return KeyError(f"config[{key!r}] is missing.")


def bad_number_in_config(key: str, value: Any) -> ValueError:
    """A setting is not a number, or out of its range."""
    return ValueError(f"config[{key!r}] must be a number in its range, got {value!r}.")


def bad_exchange_type(key: str, value: Any, choices: Iterable[str]) -> InvalidConfig:
    """The kind of exchange has another name."""
    return InvalidConfig(f"config[{key!r}] must be one of {', '.join(choices)}, got {value!r}.")


def conflicting_exchange_types(values: dict[str, Any]) -> InvalidConfig:
    """The synonyms for the kind of exchange contradict each other."""
    return InvalidConfig(f"config has contradicting values: {values}.")


def bad_annualization(value: Any) -> InvalidConfig:
    """The number of periods in a year is another one."""
    return InvalidConfig(f"config['annualization'] must be 252 or 365, got {value!r}.")


def other_exchange(config_exchange: Any, route_exchange: str) -> KeyError:
    """Routes trade on an exchange that is not the configured one."""
    return KeyError(
        f"config['exchange'] is {config_exchange!r}, but the routes are on {route_exchange!r}."
    )


def no_routes() -> InvalidRoutes:
    """There is nothing to trade."""
    return InvalidRoutes("routes is empty: pass at least one route with a strategy.")


def route_key_missing(where: str, key: str) -> KeyError:
    """A route lacks one of its keys."""
    return KeyError(f"{where} has no {key!r}.")


def bad_data_route(where: str, value: Any) -> InvalidRoutes:
    """A route is not a dict."""
    return InvalidRoutes(f"{where} must be a dict, got {value!r}.")


def symbol_traded_twice(exchange: str, symbol: str) -> InvalidRoutes:
    """Two strategies would share one position."""
    return InvalidRoutes(
        f"{symbol!r} on {exchange!r} is traded by two routes; a position belongs to one strategy. "
        f"Read its other timeframes through a data route."
    )


def mixed_quotes(quotes: Iterable[str]) -> InvalidRoutes:
    """Routes share one wallet, which has one currency."""
    return InvalidRoutes(
        f"Trading routes must have the same quote asset, got {', '.join(sorted(quotes))}."
    )


def symbol_without_dash(where: str, symbol: Any) -> InvalidRoutes:
    """A symbol is not written BASE-QUOTE."""
    return InvalidRoutes(f"{where}: symbol must be written BASE-QUOTE, got {symbol!r}.")


def several_exchanges(names: Iterable[str]) -> ValueError:
    """Routes are on different exchanges."""
    return ValueError(
        f"All routes must be on the same exchange, got {', '.join(sorted(map(str, names)))}."
    )


def bad_timeframe(timeframe: Any, choices: Iterable[str]) -> InvalidTimeframe:
    """A timeframe is not in the table."""
    return InvalidTimeframe(
        f"Timeframe {timeframe!r} is unknown. Choose one of {', '.join(choices)} (case matters)."
    )


def strategy_not_found(name: Any, path: str) -> InvalidRoutes:
    """A strategy given by name is not in its place."""
    return InvalidRoutes(
        f"Strategy {name!r} was not found: {path} must define a class of that name. You can also "
        f"pass the class itself."
    )


def bad_strategy_class(name: str, why: str) -> InvalidStrategy:
    """A strategy class cannot be used."""
    return InvalidStrategy(f"Strategy {name}: {why}")


def empty_candles() -> ValueError:
    """There are no candles at all."""
    return ValueError("candles is empty: pass {key(exchange, symbol): {...}} for every route.")


def missing_candles(argument: str, key: str) -> KeyError:
    """Candles of a route are missing."""
    return KeyError(f"{argument} has no entry {key!r}, which a route needs.")


def unused_candles(argument: str, key: str) -> KeyError:
    """Candles belong to no route."""
    return KeyError(f"{argument}[{key!r}] belongs to no route.")


def candles_of_another(argument: str, key: str, exchange: Any, symbol: Any) -> ValueError:
    """The key of candles and what they say of themselves do not agree."""
    return ValueError(
        f"{argument}[{key!r}] says that it holds {symbol!r} on {exchange!r}, which has another key."
    )


def bad_candles(where: str, got: str) -> ValueError:
    """Candles have another form."""
    return ValueError(
        f"{where} must be a numpy array of shape (n, 6) with at least one row: timestamp, open, "
        f"close, high, low, volume; got {got}."
    )


def candle_time_unaligned(where: str, row: int, value: float) -> ValueError:
    """A timestamp is not a whole minute."""
    return ValueError(
        f"{where}, row {row}: timestamp {value!r} is not a whole minute in milliseconds."
    )


def candle_rows_not_rising(where: str, row: int) -> ValueError:
    """Timestamps do not rise."""
    return ValueError(f"{where}, row {row}: its timestamp is not after the one of the row before.")


def nothing_to_warm_up(key: str) -> ValueError:
    """Every warm-up candle lies in the time that is traded."""
    return ValueError(
        f"warmup_candles[{key!r}] has no row that closes by the first trading candle."
    )


def no_start(timeframe: str, symbol: str, needed: int) -> CandlesNotFound:
    """Candles do not give the bars that are needed before the first trade, and one more minute."""
    return CandlesNotFound(
        f"{symbol!r} never has {needed} finished bars of {timeframe!r}, which "
        f"config['warm_up_candles'] asks for: pass more candles, or warmup_candles."
    )


def two_values(argument: str, other: str) -> TypeError:
    """Two names of the same argument were used."""
    return TypeError(f"{argument} and {other} are the same argument: pass one of them.")


def bad_batch_size(value: int) -> ValueError:
    """A candle pipeline has no rows to work on."""
    return ValueError(f"batch_size must be 1 or more, got {value}.")


def bad_pipeline(where: str, value: object) -> TypeError:
    """Something else than a candle pipeline was given."""
    return TypeError(
        f"{where} must be a class derived from hindcaster.candle_pipelines.BaseCandlesPipeline, "
        f"or in a strategy's candles_pipeline() an object of one; got {value!r}."
    )


def pipeline_moved_rows(where: str) -> ValueError:
    """A candle pipeline wrote other times."""
    return ValueError(
        f"{where}: process() must write the times of the original candles into column 0 of out."
    )


def conflicting_rules() -> ConflictingRules:
    """A strategy wants to go both ways."""
    return ConflictingRules(
        "should_long() and should_short() were both True on the same bar: at most one may be."
    )


def shorts_in_spot() -> InvalidStrategy:
    """Selling short on a spot exchange."""
    return InvalidStrategy(
        "should_short() was True on a spot exchange, where nothing can be sold short. Return "
        "False, or use config['type'] = 'futures'."
    )


def entry_missing(side: str) -> InvalidStrategy:
    """go_long or go_short placed no order."""
    hook = "go_long" if side == "buy" else "go_short"
    return InvalidStrategy(f"{hook}() must set self.{side} to (qty, price) or a list of such rows.")


def bad_rows(name: str, value: Any) -> InvalidStrategy:
    """Order rows have a type that cannot hold rows."""
    return InvalidStrategy(
        f"self.{name} must be (qty, price) or a list of such rows, got {value!r}."
    )


def bad_rows_shape(name: str, value: Any) -> InvalidShape:
    """Order rows are ragged or hold something else than numbers."""
    return InvalidShape(f"self.{name} must hold rows of two numbers, (qty, price); got {value!r}.")


def row_too_short(name: str, value: Any) -> IndexError:
    """An order row has a quantity only."""
    return IndexError(f"self.{name} needs a price beside the quantity: (qty, price); got {value!r}")


def price_not_positive(name: str, price: float) -> InvalidStrategy:
    """An order is to be placed at no price."""
    return InvalidStrategy(f"self.{name}: price must be above 0, got {price!r}.")


def qty_is_zero() -> InvalidStrategy:
    """An order of no size."""
    return InvalidStrategy(
        "The quantity of an order is 0. Often utils.size_to_qty() rounded a small size down: raise "
        "its precision, or skip the entry."
    )


def entry_price_nan(side: str) -> ValueError:
    """An entry has no price."""
    return ValueError(f"self.{side}: a price is NaN. Is an indicator still warming up?")


def broker_negative_price(price: float) -> ValueError:
    """An order below zero."""
    return ValueError(f"The price of an order cannot be negative, got {price!r}.")


def order_not_finite(name: str, value: Any) -> InvalidStrategy:
    """Order rows hold NaN or infinity."""
    return InvalidStrategy(
        f"self.{name} must hold finite numbers, got {value!r}. Is an indicator still warming up?"
    )


def sent_not_finite(side: str, qty: float, price: float) -> InvalidStrategy:
    """An order sent through the broker has NaN or infinity for a number."""
    return InvalidStrategy(
        f"An order to {side} needs a finite quantity and price, got {qty!r} at {price!r}. Is an "
        f"indicator still warming up?"
    )


def endless_fills(symbol: str, count: int) -> InvalidStrategy:
    """Every fill places an order that fills at once."""
    return InvalidStrategy(
        f"{symbol}: {count:,} orders were filled within one minute. Every fill seems to place an "
        f"order that fills at once: look at what the on_..._position hooks and the stop-loss and "
        f"take-profit rows do."
    )


def order_not_a_number(qty: Any, price: Any) -> TypeError:
    """An order sent through the broker has something else for a number."""
    return TypeError(f"The quantity and the price of an order must be numbers: {qty!r}, {price!r}.")


def bad_order_side(side: Any) -> ValueError:
    """An order is neither to buy nor to sell."""
    return ValueError(f"The side of an order must be 'buy' or 'sell', got {side!r}.")


def exits_in_spot(name: str) -> InvalidStrategy:
    """Exits set before there is something to sell."""
    return InvalidStrategy(
        f"self.{name} cannot be set in go_long() on a spot exchange: there is nothing to sell yet. "
        f"Set it in on_open_position(), for self.position.qty."
    )


def same_exits() -> InvalidStrategy:
    """Stop-loss and take-profit are the same."""
    return InvalidStrategy("self.stop_loss and self.take_profit are the same order.")


def bad_filter(value: Any) -> InvalidStrategy:
    """A filter was called instead of named."""
    return InvalidStrategy(
        f"filters() must return functions that are not called yet, e.g. [self.my_filter] without "
        f"brackets behind; got {value!r}."
    )


def no_exit_rows(name: str) -> InvalidStrategy:
    """An average of rows that are not set."""
    return InvalidStrategy(f"self.{name} is not set, so it has no average price.")


def order_price_nan() -> OrderNotAllowed:
    """An exit has no price."""
    return OrderNotAllowed("The price of an exit is NaN. Is an indicator still warming up?")


def no_position_to_reduce() -> OrderNotAllowed:
    """An exit without a position."""
    return OrderNotAllowed("There is no open position to reduce.")


def start_profit_wrong_side(side: str, price: float, current: float) -> OrderNotAllowed:
    """A stop order on the wrong side of the price."""
    where = "above" if side == "buy" else "below"
    return OrderNotAllowed(
        f"A stop order to {side} must have a price {where} the current one ({current!r}), got "
        f"{price!r}."
    )


def insufficient_margin(needed: float, available: float, order: str) -> InsufficientMargin:
    """A futures order is too large."""
    return InsufficientMargin(
        f"{order} needs a margin of {needed:,.8g}, available are {available:,.8g}. Make the order "
        f"smaller, or look at self.available_margin before placing it."
    )


def insufficient_balance(
    asset: str, needed: float, available: float, order: str
) -> InsufficientBalance:
    """A spot order is too large."""
    return InsufficientBalance(
        f"{order} needs {needed:,.8g} {asset}, available are {available:,.8g}. Exits are for "
        f"self.position.qty, which is less than the ordered quantity by the fee."
    )


def liquidation_mode_unknown(mode: Any) -> ValueError:
    """The margin mode is neither of the two."""
    return ValueError(
        f"config['futures_leverage_mode'] must be 'cross' or 'isolated' for a liquidation price, "
        f"got {mode!r}."
    )


def live_only(name: str) -> ValueError:
    """Something that only a real exchange has."""
    return ValueError(f"{name} is known in live trading only.")


def capital_is_gone() -> NotImplementedError:
    """The old name of the balance."""
    return NotImplementedError("self.capital does not exist; use self.balance.")


def ml_features_missing() -> NotImplementedError:
    """Prediction needs features."""
    return NotImplementedError("Define ml_features() in the strategy: a dict of numbers by name.")


def strategy_without_file(name: str) -> FileNotFoundError:
    """A strategy that was typed in has no folder."""
    return FileNotFoundError(
        f"The class {name} is not defined in a file, so it has no folder of its own: move it into "
        f"a module, or pass a directory where there is such an argument."
    )


def bad_log_type(value: Any) -> ValueError:
    """A log entry of another kind."""
    return ValueError(f"log_type must be 'info' or 'error', got {value!r}.")


def bad_chart_value(value: Any) -> ValueError:
    """A chart point is not a number."""
    return ValueError(f"The value of a chart line must be an int or a float, got {value!r}.")


def bad_line_style(value: Any) -> ValueError:
    """A line is neither solid nor dotted."""
    return ValueError(f"line_style must be 'solid' or 'dotted', got {value!r}.")
