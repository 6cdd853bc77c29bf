"""`generate_quantstats`: the report of the QuantStats library."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.research.outputs.equity_curve import buy_and_hold
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.timeline import Timeline

_DAY_MS: Final = 1440 * MINUTE_MS
# The page would load its icon from a server.
_ICON: Final = re.compile(r"<link[^>]*icon[^>]*>", re.IGNORECASE)


def write_quantstats(
    run: Run, timeline: Timeline, storage: Storage, name: str, *, benchmark: bool
) -> str | None:
    """Write the report of the daily returns, and give the path; None without trades.

    Parameters
    ----------
    run, timeline
        The run at its end.
    storage : Storage
        Where to write.
    name : str
        Heading.
    benchmark : bool
        Whether to compare with buying and holding all traded symbols, the same amount of each.
    """
    if not run.trades:
        return None
    samples = run.samples.as_array()
    held = None
    if benchmark:
        parts = [buy_and_hold(lane, timeline, samples)[:, 1] for lane in run.lanes]
        held = daily_returns(samples[:, 0], np.mean(parts, axis=0), "Buy & hold")
    returns = daily_returns(samples[:, 0], samples[:, 1], "Strategy")
    html = _report(returns, held, escape(name), run.terms.annualization)
    return storage.write("full-reports", f"{storage.session}.html", _ICON.sub("", html))


def daily_returns(times: FloatArray, values: FloatArray, name: str) -> pd.Series[Any]:
    """Compute the returns of calendar days from balance samples.

    Samples are taken a minute after a day of trading is over, and at the end. A return is dated by
    the day in which its sample would have been taken a minute before.

    Examples
    --------
    >>> day = 86_400_000.0
    >>> times = np.array([0.0, day + 60_000, 2 * day + 60_000, 2.5 * day])
    >>> returns = daily_returns(times, np.array([100.0, 110.0, 99.0, 99.0]), "x")
    >>> returns.index.day.tolist(), returns.round(6).tolist()
    ([1, 2, 3], [0.1, -0.1, 0.0])
    """
    days = ((times[1:] - MINUTE_MS - 1) // _DAY_MS).astype(np.int64)
    last = np.flatnonzero(np.diff(days, append=days[-1:] + 1))
    after = values[1:][last]
    before = np.append(values[0], after[:-1])
    with np.errstate(all="ignore"):
        returns = np.nan_to_num(after / before - 1.0, posinf=0.0, neginf=0.0)
    return pd.Series(returns, pd.DatetimeIndex(days[last].astype("datetime64[D]")), name=name)


def _report(returns: pd.Series[Any], held: Any, title: str, periods: int) -> str:
    """Let QuantStats write its page, and read it."""
    from hindcaster.plotting.exchange.images import LOCK

    with LOCK, _quiet(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        import quantstats

        path = Path(folder, "report.html")
        quantstats.reports.html(
            returns,
            benchmark=held,
            title=title,
            output=str(path),
            periods_per_year=periods,
            match_dates=False,
        )
        return path.read_text(encoding="utf-8")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's warnings about fonts and old calls away from the user."""
    fonts = logging.getLogger("matplotlib.font_manager")
    level = fonts.level
    fonts.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        fonts.setLevel(level)
