"""What can be wrong with a run, and what a run warns of."""

import difflib
from typing import Any

from hindcaster.errors.refusal import NotCompilable

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


def nothing_to_plot() -> RuntimeError:
    """A plot was asked for before a run."""
    return RuntimeError("There is nothing to plot yet: call run() first, or pass its results=.")


def nothing_to_report() -> RuntimeError:
    """A report was asked for before a run."""
    return RuntimeError("There is nothing to report yet: call run() first, or pass its results=.")
