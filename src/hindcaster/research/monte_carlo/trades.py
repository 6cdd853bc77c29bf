"""`monte_carlo_trades`: the trades of a backtest in other orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from hindcaster import errors
from hindcaster._counts import checked_count
from hindcaster._progress import Progress
from hindcaster._types import FloatArray
from hindcaster.research.backtest import backtest
from hindcaster.research.monte_carlo.common import Told, analysis
from hindcaster.research.workers import patience, workers
from hindcaster.stats.scenarios import booked_curve, curve_metrics, shuffled_order

_FIRST_SEED: Final = 42
# Metrics of scenarios that are compared, and those of the backtest they are compared with.
_COMPARED: Final = {
    "total_return": "net_profit_percentage",
    "max_drawdown": "max_drawdown",
    "sharpe_ratio": "sharpe_ratio",
    "calmar_ratio": "calmar_ratio",
}


def monte_carlo_trades(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    candles: Mapping[str, Any],
    warmup_candles: Mapping[str, Any] | None = None,
    benchmark: bool = False,
    hyperparameters: dict[str, Any] | None = None,
    fast_mode: bool = True,
    num_scenarios: int = 1000,
    progress_bar: bool = False,
    cpu_cores: int | None = None,
    progress_callback: Callable[[int], Any] | None = None,
    result_callback: Callable[[dict[str, Any]], Any] | None = None,
) -> dict[str, Any]:
    """Shuffle the trades of a backtest, and compare how the account would have gone.

    One backtest is run. In scenario k its closed trades come in an order that is drawn with seed
    42 + k, and its balance samples are made again: after sample j of m the first ``j * n // m`` of
    n trades are booked. The sum of all trades is the same in every order; what differs is the
    way there.

    Parameters
    ----------
    config, routes, data_routes, candles, warmup_candles, benchmark, hyperparameters, fast_mode
        As for `hindcaster.research.backtest`.
    num_scenarios : int, default 1000
        Scenarios.
    progress_bar : bool, default False
        Show a progress bar.
    cpu_cores : int, optional
        Accepted; shuffling takes less time than starting workers, and the result is the same.
    progress_callback : callable, optional
        Called with the number of finished scenarios after each of them.
    result_callback : callable, optional
        Called with each scenario before that.

    Returns
    -------
    dict
        ``original``: result of the backtest with its equity curve; ``scenarios``: list of dicts
        with ``total_return`` and ``max_drawdown`` (percent), ``final_value``, ``volatility``,
        ``sharpe_ratio``, ``calmar_ratio``, ``starting_balance``, ``scenario_index`` (from 0),
        ``trades`` and ``equity_curve``; ``confidence_analysis``: percentiles, intervals and
        p-values; ``num_scenarios``, ``total_requested``, ``annualization``.

    Raises
    ------
    ValueError
        There are no trades; `num_scenarios` or `cpu_cores` are out of range.
    Exception
        What `hindcaster.research.backtest` raises.

    Notes
    -----
    The p-value is the share of scenarios whose metric is at least the backtest's (for drawdowns:
    at most). That of ``total_return`` compares equal sums whose last digits differ, so it is 0 or
    1 and says nothing. The metrics of the backtest are computed from all of its balance; those
    of scenarios book gains when trades close. See docs/monte-carlo.md.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.research import candles_from_close_prices, monte_carlo_trades
    >>> from hindcaster.strategies import Strategy
    >>> class EveryFifth(Strategy):
    ...     def should_long(self):
    ...         return self.index % 5 == 0
    ...
    ...     def go_long(self):
    ...         self.buy = 1, self.price
    ...
    ...     def on_open_position(self, order):
    ...         self.take_profit = 1, self.price + 2
    ...         self.stop_loss = 1, self.price - 1
    >>> prices = 100 + np.cumsum(np.random.default_rng(1).normal(0, 0.5, 5000))
    >>> found = monte_carlo_trades(
    ...     {"starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 2,
    ...      "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0},
    ...     [{"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1m",
    ...       "strategy": EveryFifth}],
    ...     [],
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT",
    ...                           "candles": candles_from_close_prices(prices)}},
    ...     num_scenarios=100,
    ... )
    >>> found["num_scenarios"]
    100
    >>> sorted(found["confidence_analysis"]["metrics"])
    ['calmar_ratio', 'max_drawdown', 'sharpe_ratio', 'total_return']
    """
    checked_count("num_scenarios", num_scenarios)
    with workers(cpu_cores):
        original = backtest(
            config,
            routes,
            data_routes,
            candles,
            warmup_candles,
            generate_equity_curve=True,
            benchmark=benchmark,
            hyperparameters=hyperparameters,
            fast_mode=fast_mode,
        )
    if not original["trades"]:
        raise errors.no_trades_to_shuffle()
    shuffled = _Shuffled(original, config["starting_balance"])
    told = Told(progress_callback, result_callback)
    scenarios = []
    with Progress(num_scenarios, "Monte Carlo", "run", patience=patience(progress_bar)) as progress:
        for k in range(num_scenarios):
            scenarios.append(shuffled.scenario(k))
            told(scenarios[-1])
            progress.update(1)
    metrics = original["metrics"]
    originals = {name: metrics[source] for name, source in _COMPARED.items()}
    return {
        "original": original,
        "scenarios": scenarios,
        "confidence_analysis": analysis(originals, scenarios),
        "num_scenarios": len(scenarios),
        "total_requested": num_scenarios,
        "annualization": shuffled.annualization,
    }


class _Shuffled:
    """The trades of a backtest in other orders."""

    def __init__(self, original: dict[str, Any], starting_balance: float) -> None:
        self._trades: list[dict[str, Any]] = original["trades"]
        self._profits = np.array([trade["PNL"] for trade in self._trades], np.float64)
        curve = original["equity_curve"][0]
        self._name: str = curve["name"]
        self._times: FloatArray = np.array([point["time"] for point in curve["data"]])
        self._balance = starting_balance
        self.annualization: int = original["metrics"]["annualization"]

    def scenario(self, number: int) -> dict[str, Any]:
        order = shuffled_order(len(self._trades), _FIRST_SEED + number)
        values = booked_curve(float(self._balance), self._profits[order], len(self._times))
        points = zip(self._times.tolist(), values.tolist(), strict=True)
        return {
            **curve_metrics(values, self._times, self._balance, self.annualization),
            "starting_balance": self._balance,
            "scenario_index": number,
            "trades": [self._trades[k] for k in order.tolist()],
            "equity_curve": [
                {
                    "name": self._name,
                    "data": [{"time": time, "value": value} for time, value in points],
                }
            ],
        }
