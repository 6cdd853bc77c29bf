"""What helpers know of the run they are called in: its kind, its clock and its configuration.

A run sets it for its own context, so that runs in other threads keep theirs; outside a run there
is the real clock and nothing is running.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


def real_time() -> int:
    """Give the real time in ms, whole seconds."""
    return int(time.time()) * 1000


@dataclass(frozen=True)
class RunState:
    """State of a run.

    Attributes
    ----------
    kind : str
        'backtest', 'optimize' or 'significance test'; empty outside a run.
    clock : callable
        Gives the current time in ms.
    config : mapping
        Configuration, nested mappings by name.
    debug : bool
        Whether the strategy's steps are logged.
    said : callable or None
        Hears the level and the text of what strategies say.
    """

    kind: str = ""
    clock: Callable[[], int] = real_time
    config: Mapping[str, Any] = field(default_factory=dict)
    debug: bool = False
    said: Callable[[str, Any], None] | None = None


_OUTSIDE = RunState()

_current: ContextVar[RunState] = ContextVar("hindcaster_run_state", default=_OUTSIDE)


def current() -> RunState:
    """Give the state of the run that the caller is part of."""
    return _current.get()


@contextmanager
def running(state: RunState) -> Iterator[None]:
    """Set the state for what runs inside the block.

    Parameters
    ----------
    state : RunState
        What helpers see.
    """
    token = _current.set(state)
    try:
        yield
    finally:
        _current.reset(token)
