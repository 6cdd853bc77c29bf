"""Random draws of a strategy's hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from hindcaster import errors

_DIGITS: Final = 10  # of values on a grid of floats: 0.1 + 2 * 0.4 is 0.9
_ROUNDING: Final = 1e-9  # steps by which the last value of a grid may miss its upper bound

Draw = Callable[[np.random.Generator], Any]


def samples(
    hyperparameters: Sequence[Mapping[str, Any]], trials: int, seed: int | None
) -> list[dict[str, Any]]:
    """Draw values of all hyperparameters.

    Parameters
    ----------
    hyperparameters : sequence of mappings
        As a strategy's ``hyperparameters()`` gives them.
    trials : int
        Draws per hyperparameter.
    seed : int or None
        Of the generator.

    Returns
    -------
    list of dict
        As many as `trials` times hyperparameters, values by name.

    Raises
    ------
    ValueError
        A hyperparameter does not say what it can be.
    """
    draws = {_required(given, "name"): _draw_of(given) for given in hyperparameters}
    generator = np.random.default_rng(seed)
    count = trials * len(hyperparameters)
    return [{name: draw(generator) for name, draw in draws.items()} for _ in range(count)]


def _required(given: Mapping[str, Any], key: str) -> Any:
    if key not in given:
        raise errors.hyperparameter_lacks(given.get("name"), key)
    return given[key]


def _draw_of(given: Mapping[str, Any]) -> Draw:
    kind = _required(given, "type")
    kind = kind.__name__ if kind in (int, float) else kind
    if kind == "categorical":
        options = list(_required(given, "options"))
        if not options:
            raise errors.hyperparameter_lacks(given["name"], "options")
        return lambda generator: options[int(generator.integers(len(options)))]
    if kind not in ("int", "float"):
        raise errors.bad_hyperparameter_type(given["name"], kind)
    low, high = _required(given, "min"), _required(given, "max")
    step = given.get("step")
    _check(given["name"], low, high, step)
    if step is None and kind == "float":
        return lambda generator: float(generator.uniform(low, high))
    step = 1 if step is None else step
    count = math.floor((high - low) / step + _ROUNDING) + 1
    if kind == "int":
        return lambda generator: int(low + step * int(generator.integers(count)))
    return lambda generator: round(float(low + step * int(generator.integers(count))), _DIGITS)


def _check(name: str, low: Any, high: Any, step: Any) -> None:
    try:
        right = -math.inf < low <= high < math.inf and (step is None or step > 0)
    except TypeError:
        right = False
    if not right:
        raise errors.bad_hyperparameter_range(name, low, high, step)
