"""What became of the combinations of a sweep: scores, failures, the best so far."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

from hindcaster import errors
from hindcaster.optimize.scoring import Failure


class Record:
    """Scores of combinations in their order; NaN for what has none.

    Parameters
    ----------
    tried : list of dict
        The combinations.
    """

    def __init__(self, tried: list[Any]) -> None:
        self.tried = tried
        self.scores: list[float] = []
        self.failures: list[tuple[dict[str, Any], Exception]] = []
        self.best: int | None = None  # place of the first combination with the highest score
        self.interrupted = False

    def extend(self, scores: Iterable[float | Failure | None]) -> None:
        """Keep the scores of the next combinations."""
        best = -math.inf if self.best is None else self.scores[self.best]
        for place, score in enumerate(scores, start=len(self.scores)):
            number = math.nan
            if isinstance(score, Failure):
                self.failures.append((dict(self.tried[place]), score.error))
            elif score is not None:
                number = score
            self.scores.append(number)
            if number > best or (number == best and self.best is None):
                self.best, best = place, number

    def note(self) -> str:
        """Text of the best score so far."""
        return "" if self.best is None else f"best={self.scores[self.best]:.4g}"

    def conclude(self, planned: int, stacklevel: int) -> dict[str, Any]:
        """Raise if nothing came of it, warn of what is missing; returns notes for the heatmap."""
        done = len(self.scores)
        if self.failures and len(self.failures) == done:
            raise self.failures[0][1]
        if self.interrupted:
            if self.best is None:
                raise KeyboardInterrupt
            text = errors.sweep_interrupted(done, planned)
            warnings.warn(text, stacklevel=stacklevel + 2)
        if self.failures:
            parameters, error = self.failures[0]
            text = errors.combinations_failed(len(self.failures), done, parameters, error)
            warnings.warn(text, stacklevel=stacklevel + 2)
        listed = [(given, f"{type(error).__name__}: {error}") for given, error in self.failures]
        notes: dict[str, Any] = {"failures": listed} if listed else {}
        return notes | ({"evaluated": done} if self.interrupted else {})
