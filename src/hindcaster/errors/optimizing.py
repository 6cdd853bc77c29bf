"""Mistakes in what is to be optimized, and what a search warns of."""

import difflib
from typing import Any

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
