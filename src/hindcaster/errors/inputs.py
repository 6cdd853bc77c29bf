"""Mistakes in the data and in the settings of a backtest."""

from numbers import Integral
from typing import Any

from hindcaster.errors.orders import price_text

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
    highest, owned = price_text(price), price_text(cash)
    return (
        f"Some prices (up to {highest}) are larger than the initial cash ({owned}), "
        f"and only whole units are traded. Start with more cash, or trade fractions: "
        f"Backtest(..., fractional=True), or hindcaster.lib.FractionalBacktest."
    )


def index_not_sorted(before: Any, after: Any) -> str:
    """Warn that rows were sorted."""
    return (
        f"Data index is not sorted in ascending order (row {after} follows {before}). Sorting it."
    )


def bad_count(name: str, value: Any, least: int) -> TypeError | ValueError:
    """A number of things is no whole number, or too small."""
    kind = ValueError if _is_whole(value) else TypeError
    return kind(f"{name} must be a whole number of at least {least}, got {value!r}.")


def bad_seed(name: str, value: Any) -> TypeError | ValueError:
    """The seed of random numbers is no whole number, or a negative one."""
    kind = ValueError if _is_whole(value) else TypeError
    return kind(f"{name} must be a whole number from 0 on, or None for a new one, got {value!r}.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
