"""Mistakes in calls of indicators."""

from typing import Any


def unknown_source(source_type: Any, known: tuple[str, ...]) -> ValueError:
    """The price an indicator should be computed from has an unknown name."""
    return ValueError(f"source_type must be one of {', '.join(known)}, got {source_type!r}.")


def not_prices(indicator: str, argument: str, value: Any) -> TypeError:
    """What an indicator was given cannot be read as prices."""
    return TypeError(
        f"{indicator}: {argument} must be candles of shape (n, 6), a DataFrame with columns Open, "
        f"High, Low, Close and optionally Volume, or a series of numbers, got "
        f"{type(value).__name__}."
    )


def missing_price_column(
    indicator: str, argument: str, missing: str, found: list[Any]
) -> ValueError:
    """A DataFrame of prices lacks a column."""
    return ValueError(
        f"{indicator}: the DataFrame {argument} has no column {missing}, only {found}. Columns "
        f"are Open, High, Low, Close and optionally Volume."
    )


def bad_price_shape(indicator: str, argument: str, shape: tuple[int, ...]) -> ValueError:
    """An array of prices has neither one nor six columns."""
    return ValueError(
        f"{indicator}: {argument} must have shape (n, 6), time, open, close, high, low, volume, "
        f"or (n,), got {shape}."
    )


def candles_needed(indicator: str, argument: str) -> ValueError:
    """An indicator that needs candles was given a single series."""
    return ValueError(
        f"{indicator} needs more than one price of each bar: {argument} must be candles of shape "
        f"(n, 6) or a DataFrame with columns Open, High, Low, Close, not a single series."
    )


def no_candles(indicator: str, argument: str) -> ValueError:
    """An indicator was given nothing."""
    return ValueError(f"{indicator}: {argument} is empty.")


def bad_indicator_argument(indicator: str, argument: str, wanted: str, value: Any) -> Exception:
    """A parameter of an indicator is not the kind of number it has to be."""
    kind = ValueError if isinstance(value, int) else TypeError
    return kind(f"{indicator}: {argument} must be {wanted}, got {value!r}.")


def too_few_candles(indicator: str, needed: int, given: int) -> ValueError:
    """An indicator that refuses short input was given too little."""
    return ValueError(f"{indicator} needs {needed} candles or more, got {given}.")


def no_values_of_all_bars(indicator: str) -> ValueError:
    """`Strategy.I` was given an indicator that knows the last bar's value only."""
    return ValueError(
        f"{indicator} gives the value of the last bar only, and Strategy.I keeps those of all "
        f"bars: call it in next(), as {indicator}(self.data.df)."
    )


def bad_choice(indicator: str, argument: str, known: tuple[Any, ...], value: Any) -> ValueError:
    """A parameter of an indicator is none of the choices there are."""
    choices = ", ".join(repr(choice) for choice in known)
    return ValueError(f"{indicator}: {argument} must be one of {choices}, got {value!r}.")


def average_needs_volume(name: str, matype: int) -> ValueError:
    """A moving average that weighs by volume was asked for of a single series."""
    return ValueError(
        f"matype {matype} ({name}) weighs by volume: it needs candles of shape (n, 6), not a "
        f"single series."
    )


def unequal_lengths(indicator: str, second: str, first_rows: int, second_rows: int) -> ValueError:
    """Two arrays of prices have not as many bars."""
    return ValueError(
        f"{indicator}: {second} must have as many bars as candles, {first_rows}, got {second_rows}."
    )
