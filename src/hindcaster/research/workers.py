"""What functions that run many simulations do with `cpu_cores` and `progress_bar`."""

from __future__ import annotations

import contextlib
import math
from typing import Any

from hindcaster._counts import checked_count


def workers(cpu_cores: Any) -> Any:
    """Let joblib use so many workers, or as many as it is asked for by the caller's context."""
    if cpu_cores is None:
        return contextlib.nullcontext()
    import joblib

    return joblib.parallel_config(n_jobs=max(1, checked_count("cpu_cores", cpu_cores, 0)))


def patience(progress_bar: bool) -> float:
    """Seconds until there is a progress bar."""
    return -1.0 if progress_bar else math.inf
