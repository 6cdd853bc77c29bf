"""What can be wrong with a test of significance, and what it warns of."""

from typing import Any

from hindcaster.errors.exchange import InvalidStrategy


def not_one_route(count: int) -> ValueError:
    """A rule is tested on one route."""
    return ValueError(
        f"rule_significance_test() tests one rule, so it takes exactly one trading route; "
        f"{count} were given. What the rule reads besides goes into data_routes."
    )


def bad_mean_block_length(name: str, value: Any) -> TypeError | ValueError:
    """Blocks of the bootstrap cannot have this mean length."""
    kind = ValueError if isinstance(value, (int, float)) else TypeError
    return kind(f"{name} must be a number of bars from 1 on, got {value!r}.")


def bad_number_of_samples(name: str, value: Any) -> TypeError | ValueError:
    """The number of samples is none."""
    kind = ValueError if isinstance(value, int) and not isinstance(value, bool) else TypeError
    return kind(f"{name} must be a whole number of samples, not negative, got {value!r}.")


def bad_seed_of_samples(name: str, value: Any, error: Exception) -> Exception:
    """The seed is none that NumPy takes."""
    kind = ValueError if isinstance(error, ValueError) else TypeError
    return kind(f"{name} must be a whole number that is not negative, got {value!r}: {error}.")


def bad_number_of_cores(value: Any) -> TypeError:
    """The number of cores is none."""
    return TypeError(f"cpu_cores must be a number or None, got {value!r}.")


def no_complete_bar(timeframe: str, minutes: int) -> ValueError:
    """The candles do not make a bar on which the rule could be asked."""
    return ValueError(
        f"No bar of {timeframe!r} ({minutes} minutes) is complete in the candles: give more of "
        f"them, or take a shorter timeframe."
    )


def order_without_account() -> InvalidStrategy:
    """The strategy sends an order while only its signals are asked for."""
    return InvalidStrategy(
        "The strategy sent an order through self.broker, but rule_significance_test() asks for "
        "signals only: no order is filled and there is never a position. Send orders from "
        "go_long(), go_short() and the hooks of fills."
    )


def few_observations(caller: str, count: int, fewest: int) -> str:
    """Warn that a p-value rests on little."""
    return (
        f"{caller}: only {count} observations available. Results may be unreliable "
        f"(recommended minimum: {fewest})."
    )


def significance_key_missing(key: str) -> KeyError:
    """The picture needs a key of the result."""
    return KeyError(f"{key!r} is missing in result: give what rule_significance_test() returned.")


def unknown_test_method(value: Any, methods: tuple[str, ...]) -> ValueError:
    """There is no such test."""
    names = " or ".join(map(repr, methods))
    return ValueError(f"method must be {names}, got {value!r}.")


def argument_of_other_method(name: str, method: str, other: str) -> ValueError:
    """An argument that the chosen test has no use for."""
    return ValueError(f"{name} goes with method={other!r}, not with method={method!r}.")


def unknown_test_metric(value: Any, names: tuple[str, ...]) -> TypeError | ValueError:
    """The metric is no row that permutations can be ranked by."""
    kind = ValueError if isinstance(value, str) else TypeError
    return kind(f"metric must be the name of a row, one of {', '.join(names)}; got {value!r}.")


def too_few_bars_to_test(count: int) -> ValueError:
    """There is no step from one price to the next while the strategy acts."""
    return ValueError(
        f"The strategy has no bars to be tested on: it is called on {count} of them, and a return "
        f"takes at least one bar more than the warm-up of its indicators."
    )


def metric_without_value(metric: str) -> ValueError:
    """The strategy itself has no value that permutations could be compared with."""
    return ValueError(
        f"The run on the real bars has no {metric!r} (NaN), which mostly means that it made no "
        f"trades. Take another metric, as 'Return [%]'."
    )


def bad_dots(value: Any) -> ValueError:
    """An image takes dots."""
    return ValueError(f"dpi must be a positive number of dots per inch, got {value!r}.")


def nothing_simulated() -> ValueError:
    """There is nothing to draw."""
    return ValueError("There is nothing to draw: no simulation has a finite value.")


def only_bars_are_permuted(left_out: list[str]) -> str:
    """Say, as a note to an exception, that permuted bars lack columns."""
    return (
        f"method='permutation' runs the strategy on bars with Open, High, Low, Close and Volume "
        f"only: without {', '.join(map(repr, left_out))}, which would not fit other bars. Let "
        f"init() compute them, or take method='bootstrap'."
    )
