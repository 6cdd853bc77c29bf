"""Pictures of Monte Carlo results, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from os import PathLike
from typing import Any, Final

import numpy as np

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.research.outputs.storage import Storage

_FOLDER: Final = "charts"
_MOST_DRAWN: Final = 1000


def plot_monte_carlo_trades_chart(
    results: Mapping[str, Any], charts_folder: str | PathLike[str] | None = None
) -> str:
    """Draw the balances of shuffled trades with that of the backtest.

    Parameters
    ----------
    results : mapping
        What `monte_carlo_trades` returned.
    charts_folder : str or Path, optional
        Where the image goes; ``charts`` in the working directory if absent. Made if needed.

    Returns
    -------
    str
        Absolute path of the PNG file, which is named after the time.

    Raises
    ------
    ValueError
        These are no such results.
    ImportError
        Matplotlib is not installed: ``hindcaster[charts]``.
    OSError
        The folder cannot be written to.

    Examples
    --------
    >>> from hindcaster.research.monte_carlo import plot_monte_carlo_trades_chart
    >>> plot_monte_carlo_trades_chart({})
    Traceback (most recent call last):
        ...
    ValueError: results must be what monte_carlo_trades() returned: 'original' is missing.
    """
    return _plot(results, charts_folder, "monte_carlo_trades", "Trades in other orders")


def plot_monte_carlo_candles_chart(
    results: Mapping[str, Any], charts_folder: str | PathLike[str] | None = None
) -> str:
    """Draw the balances on changed candles with that on the true ones.

    Parameters
    ----------
    results : mapping
        What `monte_carlo_candles` returned.
    charts_folder : str or Path, optional
        Where the image goes; ``charts`` in the working directory if absent. Made if needed.

    Returns
    -------
    str
        Absolute path of the PNG file, which is named after the time.

    Raises
    ------
    ValueError
        These are no such results.
    ImportError
        Matplotlib is not installed: ``hindcaster[charts]``.
    OSError
        The folder cannot be written to.

    Examples
    --------
    >>> from hindcaster.research.monte_carlo import plot_monte_carlo_candles_chart
    >>> plot_monte_carlo_candles_chart({})
    Traceback (most recent call last):
        ...
    ValueError: results must be what monte_carlo_candles() returned: 'original' is missing.
    """
    return _plot(results, charts_folder, "monte_carlo_candles", "Candles as they might have been")


def _plot(results: Mapping[str, Any], folder: Any, name: str, title: str) -> str:
    """Draw the fan of balances."""
    check_results(results, name, ("original", "scenarios"))
    if find_spec("matplotlib") is None:
        raise errors.missing_extra(f"plot_{name}_chart()", "matplotlib", "charts")
    import pandas as pd

    from hindcaster.plotting.exchange.images import fan
    from hindcaster.plotting.exchange.info import FanData

    def points(result: Mapping[str, Any]) -> tuple[Any, FloatArray]:
        data = (result.get("equity_curve") or [{"data": []}])[0]["data"]
        times = pd.to_datetime([point["time"] for point in data], unit="s")
        return times, np.array([point["value"] for point in data], np.float64)

    drawn = [points(scenario) for scenario in results["scenarios"][:_MOST_DRAWN]]
    times, balance = points(results["original"])
    image = fan(FanData(f"{title}: {len(drawn)} scenarios", times, balance, drawn))
    storage = Storage(_FOLDER if folder is None else folder)
    base, number = f"{name}_chart_{datetime.now():%Y%m%d_%H%M%S}", 1
    file = f"{base}.png"
    while (storage.root / file).exists():
        number += 1
        file = f"{base}_{number}.png"
    storage.write(".", file, image)
    return str(storage.root / file)


def check_results(results: Any, name: str, parts: tuple[str, ...]) -> None:
    """Refuse what the function did not return."""
    for part in parts:
        if not isinstance(results, Mapping) or part not in results:
            raise errors.no_such_results(name, part)
