"""`monte_carlo_candles`: a strategy on candles as they might have been."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from hindcaster import errors
from hindcaster._counts import checked_count
from hindcaster.candle_pipelines import (
    GaussianNoiseCandlesPipeline,
    GaussianResamplerCandlesPipeline,
)
from hindcaster.candle_pipelines.bounds import own_or_global
from hindcaster.optimize.execution import evaluate
from hindcaster.optimize.scoring import Failure
from hindcaster.research.backtest import backtest
from hindcaster.research.monte_carlo.common import Told, analysis
from hindcaster.research.workers import patience, workers

_COMPARED: Final = (
    "net_profit_percentage",
    "max_drawdown",
    "sharpe_ratio",
    "win_rate",
    "total",
    "annual_return",
    "calmar_ratio",
)
_FROM_NUMPY: Final = (GaussianNoiseCandlesPipeline, GaussianResamplerCandlesPipeline)


def monte_carlo_candles(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    candles: Mapping[str, Any],
    warmup_candles: Mapping[str, Any] | None = None,
    hyperparameters: dict[str, Any] | None = None,
    fast_mode: bool = True,
    num_scenarios: int = 1000,
    progress_bar: bool = False,
    candles_pipeline_class: Any = None,
    candles_pipeline_kwargs: Mapping[str, Any] | None = None,
    cpu_cores: int | None = None,
    progress_callback: Callable[[int], Any] | None = None,
    result_callback: Callable[[dict[str, Any]], Any] | None = None,
) -> dict[str, Any]:
    """Run a strategy on candles that pipelines have changed, again and again.

    The strategy runs on the true candles first. Each scenario has a new pipeline for every symbol,
    with a seed of its own. Scenarios run in this process while that is quickest, else in joblib's
    workers; the results are the same.

    Parameters
    ----------
    config, routes, data_routes, candles, warmup_candles, hyperparameters, fast_mode
        As for `hindcaster.research.backtest`.
    num_scenarios : int, default 1000
        Scenarios beside the run on the true candles.
    progress_bar : bool, default False
        Show a progress bar.
    candles_pipeline_class : type, optional
        What changes the candles: a class of `hindcaster.candle_pipelines`, or one of your own.
        Without it scenarios are changed by the strategies' own pipelines only.
    candles_pipeline_kwargs : mapping, optional
        Arguments of its constructor. Scenario k (from 1 on) gets ``seed + k - 1`` for ``seed``.
    cpu_cores : int, optional
        Workers; without it what ``joblib.parallel_config`` says, else one per core.
    progress_callback : callable, optional
        Called with the number of finished scenarios after each of them, in this process.
    result_callback : callable, optional
        Called with each scenario before that.

    Returns
    -------
    dict
        ``original``: the run on the true candles; ``scenarios``: results of the others, without
        those that had no trades. Both are as `hindcaster.research.backtest` gives them with an
        equity curve, with a ``scenario_index``, 0 for the original. ``confidence_analysis``:
        percentiles, intervals and p-values; ``num_scenarios``: how many were kept;
        ``total_requested``.

    Raises
    ------
    ValueError, TypeError
        `num_scenarios` or `cpu_cores` are out of range; arguments of the pipeline are wrong.
    Exception
        What `hindcaster.research.backtest` raises on the true candles, or in all scenarios.

    Warns
    -----
    UserWarning
        Some scenarios raised an error; they are left out.

    Notes
    -----
    The Gaussian pipelines draw from NumPy's global generator unless they get a ``seed``. Workers
    have generators of their own, so a seed is drawn here from the global one if there is none:
    ``np.random.seed(1)`` before the call makes the results repeatable, whatever the number of
    workers. Candles of your own pipelines are repeatable if these take a ``seed``.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.candle_pipelines import MovingBlockBootstrapCandlesPipeline
    >>> from hindcaster.research import candles_from_close_prices, monte_carlo_candles
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
    >>> prices = 100 + np.cumsum(np.random.default_rng(1).normal(0, 0.5, 3000))
    >>> found = monte_carlo_candles(
    ...     {"starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 2,
    ...      "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0},
    ...     [{"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1m",
    ...       "strategy": EveryFifth}],
    ...     [],
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT",
    ...                           "candles": candles_from_close_prices(prices)}},
    ...     num_scenarios=3,
    ...     candles_pipeline_class=MovingBlockBootstrapCandlesPipeline,
    ...     candles_pipeline_kwargs={"batch_size": 1000, "seed": 1},
    ... )
    >>> [scenario["scenario_index"] for scenario in found["scenarios"]]
    [1, 2, 3]
    """
    checked_count("num_scenarios", num_scenarios)
    base: dict[str, Any] = {
        "config": config,
        "routes": routes,
        "data_routes": data_routes,
        "warmup_candles": warmup_candles,
        "hyperparameters": hyperparameters,
        "fast_mode": fast_mode,
        "generate_equity_curve": True,
    }
    arguments = _seeded(candles_pipeline_class, candles_pipeline_kwargs)
    runs = _Runs(base, candles, candles_pipeline_class, arguments)
    with workers(cpu_cores):
        original = {**backtest(candles=candles, **base), "scenario_index": 0}
        if candles_pipeline_class is not None:
            runs.check()
        told = Told(progress_callback, result_callback)
        scenarios = _kept(runs, num_scenarios, told, patience(progress_bar))
    compared = [{name: one["metrics"][name] for name in _COMPARED} for one in scenarios]
    metrics = original["metrics"]
    originals = {name: metrics.get(name, 0) for name in _COMPARED}
    return {
        "original": original,
        "scenarios": scenarios,
        "confidence_analysis": analysis(originals, compared),
        "num_scenarios": len(scenarios),
        "total_requested": num_scenarios,
    }


def _kept(runs: _Runs, count: int, told: Told, wait: float) -> list[dict[str, Any]]:
    """Run the scenarios, and give those that have trades."""
    scenarios, failures = [], []
    cases = [{"scenario": k} for k in range(1, count + 1)]
    with closing(evaluate(runs, cases, "Monte Carlo", patience=wait)) as results:
        for case, found in zip(cases, results, strict=True):
            if isinstance(found, Failure):
                failures.append((case["scenario"], found.error))
            elif found is not None:
                scenarios.append(found)
            told(found if isinstance(found, dict) else None)
    if len(failures) == count:
        raise failures[0][1]
    if failures:
        text = errors.scenarios_left_out(len(failures), count, *failures[0])
        warnings.warn(text, stacklevel=3)
    return scenarios


def _seeded(kind: Any, arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give a pipeline that would draw from NumPy's global generator a seed from there."""
    given = dict(arguments or {})
    draws = isinstance(kind, type) and issubclass(kind, _FROM_NUMPY)
    if draws and given.get("seed") is None:
        given["seed"] = int(own_or_global(None).randint(2**31 - 1))
    return given


class _Runs:
    """One run per scenario, as `evaluate` asks for them."""

    def __init__(
        self,
        base: dict[str, Any],
        candles: Mapping[str, Any],
        pipeline: Any,
        arguments: dict[str, Any],
    ) -> None:
        self._base = base
        self._candles = candles
        self._pipeline = pipeline
        self._arguments = arguments

    def check(self) -> None:
        """Raise what is wrong with the pipeline in every scenario."""
        from hindcaster.research.pipelines import pipelines_from

        pipelines_from(self._pipeline, self._of(1), ("symbol",))

    def _of(self, number: int) -> dict[str, Any]:
        if self._arguments.get("seed") is None:
            return self._arguments
        return {**self._arguments, "seed": self._arguments["seed"] + number - 1}

    def __call__(self, case: dict[str, int]) -> dict[str, Any] | Failure | None:
        """Run one scenario; None if it has no trades."""
        number = case["scenario"]
        try:
            found = backtest(
                candles=self._candles,
                candles_pipeline_class=self._pipeline,
                candles_pipeline_kwargs=self._of(number),
                **self._base,
            )
        except Exception as error:
            return Failure(error)
        return {**found, "scenario_index": number} if found["trades"] else None
