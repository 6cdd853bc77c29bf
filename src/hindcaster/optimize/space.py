"""The search space: candidate values, their combinations, and which of them are tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import product
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from hindcaster import errors

Constraint = Callable[[Any], Any]

# A constraint is asked about all combinations of a smaller grid to learn how many are admissible.
_COUNTED_GRID = 10_000


class Parameters(dict[str, Any]):
    """One combination, by key and by attribute: ``p["n"]`` and ``p.n`` are the same."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            if name.startswith("__"):  # protocols such as copying ask for what may lack
                raise AttributeError(name) from None
            raise


def candidates_of(parameters: dict[str, Any]) -> dict[str, list[Any]]:
    """List the candidates of every parameter.

    Any iterable but a string is a list of candidates, anything else is the only candidate. Sets
    are sorted, because the order of a set of texts differs from one process to the next.

    Raises
    ------
    ValueError
        A parameter has no candidates.
    """
    listed = {name: _listed(values) for name, values in parameters.items()}
    for name, candidates in listed.items():
        if not candidates:
            raise errors.no_candidates(name, parameters[name])
    return listed


def _listed(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return _listed_array(values)
    if isinstance(values, str) or not isinstance(values, (Iterable, Sequence)):
        return [values]
    if isinstance(values, AbstractSet):
        try:
            return sorted(values)
        except TypeError:
            return sorted(values, key=lambda value: (type(value).__name__, repr(value)))
    return list(values)


def _listed_array(values: np.ndarray[Any, Any]) -> list[Any]:
    """Take plain Python values out of an array, and pandas' own out of one of dates."""
    if values.ndim == 0:
        return [values.item()]
    if values.ndim == 1 and values.dtype.kind in "mM":
        return list(pd.Index(values))
    if values.ndim == 1 and values.dtype.kind != "O":
        listed: list[Any] = values.tolist()
        return listed
    return list(values)


def check_hashable(candidates: dict[str, list[Any]]) -> None:
    """Refuse candidates that cannot label a row of the heatmap."""
    for name, values in candidates.items():
        for value in values:
            try:
                hash(value)
            except TypeError:
                raise errors.candidate_unhashable(name, value) from None


def combinations(
    candidates: dict[str, list[Any]], constraint: Constraint | None
) -> Iterator[dict[str, Any]]:
    """Give the admissible combinations, the last parameter changing fastest."""
    if constraint is None:
        yield from (dict(zip(candidates, v, strict=True)) for v in product(*candidates.values()))
        return
    # Properties made of C functions take a fifth of the time of a __getattr__.
    direct = {name: property(itemgetter(name)) for name in candidates if not hasattr(dict, name)}
    kind = type("Parameters", (Parameters,), direct)
    for values in product(*candidates.values()):
        parameters = kind(zip(candidates, values, strict=False))
        if constraint(parameters):
            yield dict(parameters)  # which Python's garbage collector need not look into


def grid_size(candidates: dict[str, list[Any]], constraint: Constraint | None) -> int:
    """Count the combinations, only the admissible ones if the grid is small enough to ask."""
    size = math.prod(map(len, candidates.values()))
    if constraint is None or size >= _COUNTED_GRID:
        return size
    return sum(1 for _ in combinations(candidates, constraint))


def sample(
    candidates: dict[str, list[Any]],
    constraint: Constraint | None,
    max_tries: float | None,
    random_state: Any,
) -> list[dict[str, Any]]:
    """Choose the combinations to try.

    Every admissible combination is kept with the same probability, one draw each in their order:
    `max_tries` itself up to 1, above it `max_tries` over the size of the grid. So the number that
    is kept is random, and about `max_tries`.
    """
    share = _share(candidates, constraint, max_tries)
    draws = np.random.default_rng(random_state)
    if share >= 1:
        return list(combinations(candidates, constraint))
    return [
        parameters for parameters in combinations(candidates, constraint) if draws.random() <= share
    ]


def _share(
    candidates: dict[str, list[Any]], constraint: Constraint | None, max_tries: float | None
) -> float:
    if max_tries is None:
        return 1.0
    if 0 < max_tries <= 1:
        return float(max_tries)
    return max_tries / max(1, grid_size(candidates, constraint))
