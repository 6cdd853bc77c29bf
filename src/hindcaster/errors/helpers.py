"""Mistakes in calls of helpers and utilities."""

from collections.abc import Iterable
from typing import Any


def not_among(argument: str, value: Any, choices: Iterable[str]) -> ValueError:
    """A text is none of those it can be."""
    return ValueError(f"{argument} must be one of {', '.join(choices)}, got {value!r}.")


def symbol_has_no_dash(symbol: str) -> str:
    """Say how a symbol is written."""
    return f"A symbol is written with a dash, such as 'BTC-USDT'; got {symbol!r}."


def outside_range(value: Any, low: Any, high: Any) -> ValueError:
    """A number is outside the range it is mapped from."""
    return ValueError(f"{value!r} is not within {low!r} to {high!r}.")


def quantity_below_one(precision: int) -> ValueError:
    """A quantity cannot be cut at places before the decimal point without vanishing."""
    return ValueError(
        f"The quantity is smaller than the smallest lot, {10**-precision} with precision "
        f"{precision}. Raise the quantity, or pass a larger precision."
    )


def places_not_whole(value: Any) -> TypeError:
    """A number of decimal places is not a whole number."""
    return TypeError(f"The number of decimal places must be an int, got {value!r}.")


def argument_undefined(argument: str, value: Any) -> TypeError:
    """A number that has to be known is None or NaN."""
    return TypeError(f"{argument} must be a number, got {value!r}.")


def no_risk() -> ValueError:
    """Risk per unit is zero: no size follows from it."""
    return ValueError("Risk per unit is zero: the entry price equals the stop price.")


def not_a_day_count(first: Any, second: Any) -> TypeError:
    """Days are counted between two arrow objects."""
    return TypeError(
        f"Both dates must be arrow.Arrow objects (see timestamp_to_arrow), got "
        f"{type(first).__name__} and {type(second).__name__}."
    )


def bad_gene(name: Any, kind: Any) -> TypeError:
    """A hyperparameter has a type that genes do not encode."""
    return TypeError(f"Hyperparameter {name!r} must have type int or float, got {kind!r}.")


def too_few_to_combine(n: Any) -> ValueError:
    """Groups have fewer than two members."""
    return ValueError(f"n must be 2 or more, got {n!r}.")


def bad_crossing(direction: Any) -> ValueError:
    """The direction of a crossing is unknown."""
    return ValueError(f"direction must be 'above', 'below' or None for both, got {direction!r}.")


def library_missing(function: str, library: str, extra: str) -> ImportError:
    """A function needs a library that is not installed."""
    return ImportError(
        f"{function} needs {library}. Install it: pip install 'hindcaster[{extra}]'."
    )


def bad_schedule(what: str) -> ValueError:
    """A trading-hours schedule is malformed."""
    return ValueError(f"Trading hours: {what}.")


def lengths_differ(first: str, length: int, second: str, other: int) -> ValueError:
    """Two series that belong together differ in length."""
    return ValueError(f"{first} has {length} values and {second} has {other}: pass as many.")


def not_one_series(argument: str, shape: tuple[int, ...]) -> ValueError:
    """An array has more than one dimension."""
    return ValueError(f"{argument} must have shape (n,), got {shape}.")


def no_values(argument: str) -> ValueError:
    """A series is empty."""
    return ValueError(f"{argument} is empty.")


def no_slope(argument: str) -> IndexError:
    """A series does not vary, so nothing can be explained by it."""
    return IndexError(f"All values of {argument} are equal: there is no slope on it.")


def bad_candle_columns(shape: tuple[int, ...]) -> ValueError:
    """Candles have not six columns."""
    return ValueError(
        f"candles must have shape (n, 6): time, open, close, high, low, volume; got {shape}."
    )


def series_needed(argument: str, value: Any) -> TypeError:
    """What should be a series of numbers is something else."""
    return TypeError(f"{argument} must be a series of numbers, got {type(value).__name__}.")
