"""`gather_ml_data`: a backtest for the sake of the points that its strategies record."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from hindcaster.research.backtest import backtest
from hindcaster.strategies.points import gathering, path_of, write_points

logger = logging.getLogger("hindcaster.research")


def gather_ml_data(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    candles: Mapping[str, Any],
    warmup_candles: Mapping[str, Any] | None = None,
    csv_path: str | PathLike[str] | None = "auto",
    verbose: bool = True,
) -> dict[str, Any]:
    """Run a backtest and return the data points that its strategies record.

    A strategy records a point with ``record_features({...})`` and, when it is known what became of
    it, ``record_label(name, value)``.

    Parameters
    ----------
    config, routes, data_routes, candles, warmup_candles
        As `hindcaster.research.backtest` takes them.
    csv_path : str, Path or None, default 'auto'
        Where to write the points. 'auto': ``strategies/<name>/ml_data/<name>_data.csv`` if the
        first route names a strategy that is in a folder ``strategies/<name>`` under the working
        directory, else nowhere. None: nowhere.
    verbose : bool, default True
        Print a summary.

    Returns
    -------
    dict
        ``data_points``: list of dicts with ``time`` (opening of the bar the features are of, in
        seconds), ``features`` and ``label`` (``name`` and ``value``), in the order in which they
        were labelled; ``backtest_metrics``: what `backtest` gives as ``metrics``.

    Raises
    ------
    Exception
        What `hindcaster.research.backtest` raises.

    Examples
    --------
    >>> from hindcaster.research import candles_from_close_prices, gather_ml_data
    >>> from hindcaster.strategies import Strategy
    >>> class Ahead(Strategy):
    ...     def before(self):
    ...         if self.index > 0:
    ...             self.record_label("rose", bool(self.price > self.vars["last"]))
    ...         self.vars["last"] = self.price
    ...         self.record_features({"price": float(self.price)})
    ...
    ...     def should_long(self):
    ...         return False
    ...
    ...     def go_long(self):
    ...         pass
    >>> rows = candles_from_close_prices([10, 11, 9])
    >>> gathered = gather_ml_data(
    ...     {"starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 1,
    ...      "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0},
    ...     [{"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1m",
    ...       "strategy": Ahead}],
    ...     [],
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT", "candles": rows}},
    ...     verbose=False,
    ... )
    >>> [(point["features"], point["label"]["value"]) for point in gathered["data_points"]]
    [({'price': 10.0}, True), ({'price': 11.0}, False)]
    """
    with gathering() as points:
        result = backtest(config, routes, data_routes, candles, warmup_candles)
    path = _path_for(csv_path, routes[0]["strategy"])
    if path is not None and points:
        write_points(path, points)
        logger.info("%d data points written to %s", len(points), path)
    if verbose:
        _tell(points, path if points else None)
    return {"data_points": points, "backtest_metrics": result["metrics"]}


def _path_for(csv_path: str | PathLike[str] | None, strategy: Any) -> Path | None:
    if csv_path != "auto":
        return None if csv_path is None else Path(csv_path)
    path = path_of(strategy if isinstance(strategy, str) else strategy.__name__)
    return path if path.parents[1].is_dir() else None


def _tell(points: list[dict[str, Any]], path: Path | None) -> None:
    print(f"Data points: {len(points)}")
    names = sorted({name for point in points for name in point["features"]})
    if points:
        print(f"Features: {', '.join(names)}")
    values: dict[tuple[str, str], int] = {}
    for point in points:
        key = (str(point["label"]["name"]), str(point["label"]["value"]))
        values[key] = values.get(key, 0) + 1
    if len(values) <= 10:
        for (name, value), count in sorted(values.items()):
            print(f"Label {name} = {value}: {count} ({count / len(points):.1%})")
    if path is not None:
        print(f"Written to {path}")
