"""Mistakes in searches for hyperparameters of exchange strategies, and what these warn of."""

from collections.abc import Iterable
from typing import Any

from hindcaster.errors.exchange import InvalidStrategy


def unknown_objective(value: Any, names: Iterable[str]) -> ValueError:
    """What is to be maximized is not one of the ratios."""
    return ValueError(f"objective_function must be one of {', '.join(names)}, got {value!r}.")


def nothing_to_trade() -> ValueError:
    """A search has no route."""
    return ValueError("routes must hold at least one trading route, it is empty.")


def no_hyperparameters(name: str) -> InvalidStrategy:
    """There is nothing to search for."""
    return InvalidStrategy(
        f"{name} has no hyperparameters to optimize: define hyperparameters() so that it returns a "
        f"list such as [{{'name': 'period', 'type': int, 'min': 5, 'max': 50, 'default': 20}}]."
    )


def hyperparameter_lacks(name: Any, key: str) -> ValueError:
    """A hyperparameter does not say which values it can have."""
    return ValueError(f"The hyperparameter {name!r} has no {key!r}, which optimize() needs.")


def bad_hyperparameter_type(name: Any, value: Any) -> ValueError:
    """A hyperparameter is of a kind that cannot be drawn."""
    shown = value.__name__ if isinstance(value, type) else repr(value)
    return ValueError(
        f"The hyperparameter {name!r} has the unsupported type {shown}: use int, float or "
        f"'categorical'."
    )


def bad_hyperparameter_range(name: Any, low: Any, high: Any, step: Any) -> ValueError:
    """Nothing lies between the bounds of a hyperparameter."""
    return ValueError(
        f"The hyperparameter {name!r} needs numbers min <= max, and a step above 0 if it has one: "
        f"got min={low!r}, max={high!r}, step={step!r}."
    )


def missing_exchange_key(key: str) -> KeyError:
    """The configuration of a search lacks something about the exchange."""
    return KeyError(f"config['exchange'][{key!r}] is missing; optimize() needs it.")


def exchange_not_nested(value: Any) -> TypeError:
    """The configuration is that of a backtest."""
    return TypeError(
        f"config['exchange'] must be a dict with 'name', 'balance', 'fee', 'type' and, for "
        f"futures, 'futures_leverage' and 'futures_leverage_mode', got {value!r}."
    )


def trials_failed(failed: int, count: int, params: dict[str, Any], error: Exception) -> str:
    """Text of the log entry that some trials raised."""
    return (
        f"{failed} of {count} trials raised an error, the first (hp = {params!r}): "
        f"{type(error).__name__}: {error}. result['failed_trials'] lists them."
    )


def search_interrupted(done: int, count: int) -> str:
    """Text of the warning that a search was interrupted."""
    return (
        f"optimize() was interrupted after {done} of {count} trials: the result is the best of "
        f"these."
    )
