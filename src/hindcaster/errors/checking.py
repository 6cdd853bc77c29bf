"""Mistakes in what is to be checked for look-ahead or warm-up, and what such checks say."""

from typing import Any


class LookAheadFound(AssertionError):  # noqa: N818 (what is the case, for tests that assert it is not)
    """A strategy uses data before they are known."""


class WarmUpTooShort(AssertionError):  # noqa: N818
    """Indicators of a strategy still depend on where the data begin when it starts to trade."""


NO_ORDERS = "The strategy places no orders on these data: only indicators could be compared."
ORDERS_VARY = (
    "Orders are not the same in two runs on the same data, so they could not be compared. Draw "
    "random numbers from a seed."
)
TRAILING = (
    "TrailingStrategy looks ahead in two places, as in backtesting.py 0.6.6: set_trailing_pct "
    "averages over the whole data, and the first values of its range come from later bars. Use "
    "set_trailing_sl, and trade after the first 100 bars (see docs/known-oddities.md)."
)


def not_checkable(what: Any) -> TypeError:
    """Neither a Backtest nor a strategy was passed."""
    return TypeError(
        f"Pass a Backtest, or a strategy class and its data: check_lookahead(SmaCross, GOOG); "
        f"got {what!r}."
    )


def data_twice() -> TypeError:
    """A Backtest was passed with other data."""
    return TypeError("A Backtest has its data: pass it alone, or a strategy class and data.")


def data_needed(strategy: str) -> TypeError:
    """A strategy was passed without data."""
    return TypeError(f"Pass the data too: check_lookahead({strategy}, data).")


def bad_tolerance(value: Any) -> ValueError:
    """A tolerance is no positive number."""
    return ValueError(f"tolerance must be above 0 and below 1 (0.001 is 0.1 %), got {value!r}.")


def nothing_to_cut(start: int, n_bars: int) -> ValueError:
    """The strategy is first called on one of the last bars."""
    return ValueError(
        f"The strategy is called from bar {start} on and there are {n_bars:,} bars: no bar is left "
        f"whose future could be changed. Pass more data."
    )


def too_short_for_starts(n_bars: int, start: int) -> ValueError:
    """There are not enough bars to begin later."""
    return ValueError(
        f"The strategy waits for {start} bars of {n_bars:,}: too few are left to begin later and "
        f"compare. Pass more data."
    )


def look_ahead_found(text: str) -> LookAheadFound:
    """The check found look-ahead."""
    return LookAheadFound(text)


def warm_up_too_short(text: str) -> WarmUpTooShort:
    """The check found indicators that have not settled."""
    return WarmUpTooShort(text)


def not_run_on_part(n_bars: int, error: Exception) -> str:
    """Say that `init` failed on data that end early."""
    return (
        f"init() raised on the first {n_bars:,} bars alone, which were left out: "
        f"{type(error).__name__}: {error}"
    )


def not_run_on_change(bar: int, error: Exception) -> str:
    """Say that `init` failed on data with another future."""
    return (
        f"init() raised on data that were changed after bar {bar}, which were left out: "
        f"{type(error).__name__}: {error}"
    )


def depends_on_end(kind: str, name: str, bar: int) -> str:
    """Say that something depends on where data end, not on what they hold."""
    return (
        f"{kind} {name} at bar {bar} depends on where the data end, but not on prices to come: "
        f"it may know the number of bars, or their dates."
    )


def not_used(name: str) -> str:
    """Say that an attribute depends on the future without effect."""
    return (
        f"attribute {name} depends on later bars after init(), but no order did: the strategy may "
        f"not use it before they are known."
    )


def varies(name: str) -> str:
    """Say that something was not compared, because it is not the same in two equal runs."""
    return f"{name} is not the same in two runs on the same data, and was not compared."


def orders_by_history(count: int, total: int) -> str:
    """Say for how many starts orders depend on the history."""
    if not count:
        return f"Orders are the same without the history before, for all {total} starts."
    return f"Orders are others without the history before, for {count} of {total} starts"


def order_by_history(start: int, bar: int | None, expected: Any, found: Any) -> str:
    """Name the first order that depends on the history."""
    return f": first on bar {bar} where data begin at bar {start}: {expected}, else {found}."


def waits_for(bars: int) -> str:
    """Say when a strategy is first called."""
    return f"next() is called after {bars} bar{'s' * (bars != 1)}"
