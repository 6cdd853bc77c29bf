"""What both Monte Carlo functions do: check arguments, hand out progress, compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hindcaster.stats.scenarios import confidence

Analysis = dict[str, Any]
_NOTHING: Final = "No simulation results to analyze"


class Told:
    """Tells the caller of finished scenarios: each result first, then how many there are."""

    def __init__(
        self,
        progress_callback: Callable[[int], Any] | None,
        result_callback: Callable[[dict[str, Any]], Any] | None,
    ) -> None:
        self._progress = progress_callback
        self._result = result_callback
        self._count = 0

    def __call__(self, scenario: dict[str, Any] | None) -> None:
        """Tell of one more; None for one that has no result."""
        self._count += 1
        if scenario is not None and self._result is not None:
            self._result(scenario)
        if self._progress is not None:
            self._progress(self._count)


def analysis(originals: dict[str, Any], scenarios: list[dict[str, Any]]) -> Analysis:
    """Compare the metrics of scenarios with those of the backtest."""
    if not scenarios:
        return {"error": _NOTHING}
    return confidence(originals, {name: [found[name] for found in scenarios] for name in originals})
