"""The progress bar of everything that takes long: shown late, gone at the end, silent in logs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_PATIENCE = 1.0  # seconds before a progress bar appears


class Progress:
    """A progress bar that shows itself only if the work takes longer than a moment."""

    def __init__(
        self,
        total: int,
        label: str,
        unit: str,
        note: Callable[[], str] | None = None,
        patience: float | None = None,
    ) -> None:
        self._total = total
        self._label = label
        self._unit = unit
        self._done = 0
        self._patience = _PATIENCE if patience is None else patience
        self._bar: Any = None
        self._note = note  # gives the text behind the bar
        self._started = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, count: int) -> None:
        """Count `count` more units as done."""
        self._done += count
        if self._bar is not None:
            if self._note is not None:
                self._bar.set_postfix_str(self._note(), refresh=False)
            self._bar.update(count)
        elif self._done < self._total and time.monotonic() - self._started > self._patience:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                total=self._total,
                initial=self._done,
                desc=self._label,
                unit=self._unit,
                leave=False,
                disable=None,
            )
            if self._note is not None:
                self._bar.set_postfix_str(self._note(), refresh=False)
