"""`optimize`: random search for good hyperparameters, and a table of what it found."""

from __future__ import annotations

import base64
import json
import logging
import math
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

from hindcaster import errors
from hindcaster._counts import checked_count
from hindcaster.optimize.execution import evaluate
from hindcaster.research.backtest import backtest
from hindcaster.research.config import terms_of
from hindcaster.research.inputs import rows_by_symbol
from hindcaster.research.prepared import PreparedCandles
from hindcaster.research.routes import Route, make_strategy, read_routes, strategy_class
from hindcaster.research.sampling import samples
from hindcaster.research.workers import patience, workers

logger = logging.getLogger("hindcaster.research")

_RATIOS: Final = {  # metric of an objective, and its value that is worth a fitness of 1
    "sharpe": ("sharpe_ratio", 5),
    "calmar": ("calmar_ratio", 30),
    "sortino": ("sortino_ratio", 15),
    "omega": ("omega_ratio", 5),
}
_USELESS: Final = 0.0001  # fitness of trials that are left out
_FEWEST_TRADES: Final = 6
_RENAMED: Final = {"name": "exchange", "balance": "starting_balance"}
_EXCHANGE_KEYS: Final = (
    "name", "balance", "fee", "type", "futures_leverage", "futures_leverage_mode",
    "annualization", "simulation_model", "market_type",
)  # fmt: skip


def optimize(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    training_candles: Mapping[str, Any],
    training_warmup_candles: Mapping[str, Any] | None,
    testing_candles: Mapping[str, Any],
    testing_warmup_candles: Mapping[str, Any] | None,
    optimal_total: int = 200,
    fast_mode: bool = True,
    cpu_cores: int | None = None,
    trials: int = 200,
    objective_function: str = "sharpe",
    best_candidates_count: int = 20,
    progress_bar: bool = True,
    *,
    seed: int | None = None,
) -> dict[str, Any]:
    """Search for hyperparameters that do well in a training period, and show how they do after it.

    Hyperparameters are drawn at random. Each draw is run on the training candles and rated; if it
    is of any use it is run on the testing candles too, which its rating does not see.

    Parameters
    ----------
    config : mapping
        ``exchange``: a dict of ``name``, ``balance``, ``fee``, ``type``, ``futures_leverage`` and
        ``futures_leverage_mode``, with the meanings they have in `hindcaster.research.backtest`
        (which calls the first two ``exchange`` and ``starting_balance``); ``warm_up_candles``.
    routes : sequence of mappings
        ``symbol``, ``timeframe`` and ``strategy`` (a class, or the name of one in
        ``strategies/<name>/__init__.py`` under the working directory). The hyperparameters
        searched for are those of the first; strategies of all routes get the same.
    data_routes : sequence of mappings or None
        What can be read besides: ``symbol`` and ``timeframe``.
    training_candles, testing_candles : mapping
        1-minute candles, as `hindcaster.research.backtest` takes them.
    training_warmup_candles, testing_warmup_candles : mapping or None
        Candles before these.
    optimal_total : int, default 200
        Number of trades from which on more trades do not improve the rating.
    fast_mode : bool, default True
        Accepted; the result is the same.
    cpu_cores : int, optional
        Number of worker processes, 0 and 1: none. All cores by default, or what
        ``joblib.parallel_config`` says.
    trials : int, default 200
        Draws per hyperparameter.
    objective_function : {'sharpe', 'calmar', 'sortino', 'omega'}
        Ratio that trials are rated by.
    best_candidates_count : int, default 20
        How many trials to return.
    progress_bar : bool, default True
        Show the progress of long searches.
    seed : int, optional
        Makes the draws the same every time, for any number of workers.

    Returns
    -------
    dict
        ``best_trials``: list of dicts, best first, with ``rank``, ``trial`` (number of the draw,
        from 1), ``params``, ``fitness``, ``dna`` (Base64 of the parameters as JSON, see
        `hindcaster.helpers.dna_to_hp`), ``training_metrics`` and ``testing_metrics``;
        ``total_trials``, ``completed_trials`` and ``objective_function``; ``failed_trials``: list
        of dicts with ``trial``, ``params`` and ``error``.

    Raises
    ------
    ValueError, KeyError, TypeError, InvalidConfig, InvalidRoutes
        An argument is wrong; the text names it.
    InvalidStrategy
        The strategy has no hyperparameters.
    Exception
        What the first trial raised, if all of them did.

    Warns
    -----
    UserWarning
        The search was interrupted: the result holds what was done.

    Notes
    -----
    The fitness of a ratio `r` after `n` training trades is ``min(1, log10(n) /
    log10(optimal_total)) * (r + 0.5) / (R + 0.5)``, with `R` 5 for Sharpe and Omega, 30 for Calmar,
    15 for Sortino. With five trades or fewer and with a ratio that is negative or undefined a
    trial is left out. The best of many draws looks better than it is: see how it does in the
    testing period, and `hindcaster.lib.deflated_sharpe_ratio`.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.research import candles_from_close_prices, optimize
    >>> from hindcaster.strategies import Strategy
    >>> class Wave(Strategy):
    ...     def hyperparameters(self):
    ...         return [{"name": "hold", "type": int, "min": 5, "max": 60, "default": 30}]
    ...
    ...     def should_long(self):
    ...         return self.index % 60 == 0
    ...
    ...     def go_long(self):
    ...         self.buy = 1, self.price
    ...
    ...     def update_position(self):
    ...         if self.index % 60 >= self.hp["hold"]:
    ...             self.liquidate()
    >>> prices = 100 + np.sin(np.arange(8 * 1440) / 60 * 2 * np.pi) + np.arange(8 * 1440) % 7 / 50
    >>> rows = candles_from_close_prices(prices)
    >>> def candles(part):
    ...     return {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT",
    ...                                  "candles": part}}
    >>> exchange = {"name": "Sandbox", "balance": 10_000, "fee": 0.001, "type": "futures",
    ...             "futures_leverage": 2, "futures_leverage_mode": "cross"}
    >>> found = optimize(
    ...     {"exchange": exchange, "warm_up_candles": 0},
    ...     [{"symbol": "BTC-USDT", "timeframe": "1m", "strategy": Wave}],
    ...     [],
    ...     candles(rows[: 4 * 1440]), None, candles(rows[4 * 1440 :]), None,
    ...     trials=6, seed=1, cpu_cores=1,
    ... )
    >>> found["total_trials"], found["best_trials"][0]["params"]
    (6, {'hold': 13})
    """
    if objective_function not in _RATIOS:
        raise errors.unknown_objective(objective_function, _RATIOS)
    checked_count("optimal_total", optimal_total, 2)
    checked_count("trials", trials, 1)
    checked_count("best_candidates_count", best_candidates_count, 1)
    if not routes:
        raise errors.nothing_to_trade()
    flat = _as_for_backtest(config)
    run = _Trial(
        flat,
        [_at(flat["exchange"], route) for route in routes],
        [_at(flat["exchange"], route) for route in data_routes or ()],
        PreparedCandles(training_candles, training_warmup_candles),
        PreparedCandles(testing_candles, testing_warmup_candles),
        objective_function,
        optimal_total,
    )
    drawn = samples(_hyperparameters_of(run), trials, seed)
    outcomes = _run_all(run, drawn, cpu_cores, progress_bar)
    return {
        "best_trials": _ranked(drawn, outcomes)[:best_candidates_count],
        "total_trials": len(drawn),
        "completed_trials": len(outcomes),
        "objective_function": objective_function,
        "failed_trials": _failed(drawn, outcomes),
    }


@dataclass
class _Outcome:
    """What came of a trial."""

    fitness: float = _USELESS
    training: dict[str, Any] | None = None
    testing: dict[str, Any] | None = None
    error: Exception | None = None


@dataclass
class _Trial:
    """Runs a set of hyperparameters and rates it; an error becomes part of the outcome."""

    config: dict[str, Any]
    routes: list[dict[str, Any]]
    data_routes: list[dict[str, Any]]
    training: PreparedCandles
    testing: PreparedCandles
    objective: str
    optimal_total: int

    def __call__(self, params: dict[str, Any]) -> _Outcome:
        try:
            training = self._metrics(self.training, params)
            fitness = _fitness(training, self.objective, self.optimal_total)
            testing = self._metrics(self.testing, params) if fitness > _USELESS else None
        except Exception as error:
            return _Outcome(error=_portable(error))
        return _Outcome(fitness, training, testing)

    def _metrics(self, candles: PreparedCandles, params: dict[str, Any]) -> dict[str, Any]:
        result = backtest(
            self.config, self.routes, self.data_routes, candles, hyperparameters=dict(params)
        )
        metrics: dict[str, Any] = result["metrics"]
        return metrics


def _portable(error: Exception) -> Exception:
    """Bring an exception to a form that a worker can send."""
    try:
        import cloudpickle

        cloudpickle.loads(cloudpickle.dumps(error))
    except Exception:  # pickling runs foreign code, so anything can come out
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _as_for_backtest(config: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the configuration to the form that `backtest` takes."""
    if not isinstance(config, Mapping):
        raise errors.not_a_mapping("config", config)
    if "exchange" not in config:
        raise errors.missing_config_key("exchange")
    exchange = config["exchange"]
    if not isinstance(exchange, Mapping):
        raise errors.exchange_not_nested(exchange)
    for key in ("name", "balance", "fee"):
        if key not in exchange:
            raise errors.missing_exchange_key(key)
    flat = {key: value for key, value in config.items() if key != "exchange"}
    for key in _EXCHANGE_KEYS:
        if key in exchange:
            flat[_RENAMED.get(key, key)] = exchange[key]
    terms_of(flat)
    return flat


def _at(exchange: Any, route: Any) -> Any:
    return {**route, "exchange": exchange} if isinstance(route, Mapping) else route


def _hyperparameters_of(run: _Trial) -> list[Mapping[str, Any]]:
    """Check routes and candles, make classes of names; gives the first route's parameters."""
    trading, data = read_routes(run.routes, run.data_routes, run.config["exchange"])
    for candles in (run.training, run.testing):
        rows_by_symbol(candles, trading, data)
    for route, given in zip(trading, run.routes, strict=True):
        given["strategy"] = strategy_class(route)
    first: Route = trading[0]
    found = make_strategy(first).hyperparameters()
    if not found:
        raise errors.no_hyperparameters(run.routes[0]["strategy"].__name__)
    return list(found)


def _fitness(metrics: dict[str, Any], objective: str, optimal_total: int) -> float:
    name, best = _RATIOS[objective]
    total = metrics["total"]
    if total < _FEWEST_TRADES:
        return _USELESS
    ratio = metrics[name]
    if not ratio >= 0:
        return _USELESS
    enough = min(1.0, math.log10(total) / math.log10(optimal_total))
    return float(enough * (ratio + 0.5) / (best + 0.5))


def _run_all(
    run: _Trial, drawn: list[dict[str, Any]], cpu_cores: int | None, progress_bar: bool
) -> list[_Outcome]:
    """Run the trials, in workers where that saves time, up to the last or an interruption."""
    outcomes: list[_Outcome] = []

    def note() -> str:
        return f"best={max(outcome.fitness for outcome in outcomes):.4g}" if outcomes else ""

    with ExitStack() as stack:
        stack.enter_context(workers(cpu_cores))
        label = "optimize"
        results = stack.enter_context(
            closing(evaluate(run, drawn, label, note, patience=patience(progress_bar)))
        )
        keep = outcomes.append
        try:
            for outcome in results:
                keep(outcome)
        except KeyboardInterrupt:
            if not outcomes:
                raise
            warnings.warn(errors.search_interrupted(len(outcomes), len(drawn)), stacklevel=3)
    raised = [place for place, outcome in enumerate(outcomes) if outcome.error is not None]
    if raised:
        first = outcomes[raised[0]].error
        assert first is not None
        if len(raised) == len(outcomes):
            raise first
        text = errors.trials_failed(len(raised), len(outcomes), drawn[raised[0]], first)
        logger.warning(text)
    return outcomes


def _ranked(drawn: list[dict[str, Any]], outcomes: list[_Outcome]) -> list[dict[str, Any]]:
    """List the trials that are of use, best first."""
    useful = [number for number, out in enumerate(outcomes) if out.fitness > _USELESS]
    useful.sort(key=lambda number: -outcomes[number].fitness)
    return [
        {
            "rank": rank,
            "trial": number + 1,
            "params": drawn[number],
            "fitness": round(outcomes[number].fitness, 4),
            "dna": _dna(drawn[number]),
            "training_metrics": outcomes[number].training,
            "testing_metrics": outcomes[number].testing,
        }
        for rank, number in enumerate(useful, start=1)
    ]


def _failed(drawn: list[dict[str, Any]], outcomes: list[_Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "trial": number,
            "params": params,
            "error": f"{type(outcome.error).__name__}: {outcome.error}",
        }
        for number, (params, outcome) in enumerate(zip(drawn, outcomes, strict=False), start=1)
        if outcome.error is not None
    ]


def _dna(params: dict[str, Any]) -> str:
    text = json.dumps(params, sort_keys=True, default=str)
    return base64.b64encode(text.encode()).decode()


def print_optimize_summary(result: Mapping[str, Any], show_params: bool = False) -> None:
    """Print a table of the best trials that `optimize` found.

    Parameters
    ----------
    result : mapping
        What `optimize` returned.
    show_params : bool, default False
        Show hyperparameters in place of their DNA.

    Examples
    --------
    >>> from hindcaster.research import print_optimize_summary
    >>> trial = {"rank": 1, "trial": 7, "params": {"hold": 12}, "fitness": 0.4321,
    ...          "dna": "eyJob2xkIjogMTJ9", "training_metrics": {"sharpe_ratio": 2.5},
    ...          "testing_metrics": {"sharpe_ratio": 0.5}}
    >>> print_optimize_summary({"best_trials": [trial], "total_trials": 20,
    ...                         "completed_trials": 20, "objective_function": "sharpe"})
    Completed 20 / 20 trials  |  Objective: sharpe
    <BLANKLINE>
    Rank  Trial    Fitness  Train Sharpe Ratio  Test Sharpe Ratio  DNA
    ----  -------  -------  ------------------  -----------------  ----------------
    #1    Trial 7  0.4321   2.5                 0.5                eyJob2xkIjogMTJ9
    """
    done, total = result["completed_trials"], result["total_trials"]
    print(f"Completed {done} / {total} trials  |  Objective: {result['objective_function']}\n")
    if not result["best_trials"]:
        print("No profitable trials found.")
        return
    metric, _ = _RATIOS[result["objective_function"]]
    title = metric.replace("_", " ").title()
    last = "Params" if show_params else "DNA"
    table = [["Rank", "Trial", "Fitness", f"Train {title}", f"Test {title}", last]]
    table += [_row(trial, metric, show_params) for trial in result["best_trials"]]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * width for width in widths])
    for row in table:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def _row(trial: Mapping[str, Any], metric: str, show_params: bool) -> list[str]:
    return [
        f"#{trial['rank']}",
        f"Trial {trial['trial']}",
        f"{trial['fitness']}",
        _shown((trial["training_metrics"] or {}).get(metric)),
        _shown((trial["testing_metrics"] or {}).get(metric)),
        str(trial["params"]) if show_params else trial["dna"],
    ]


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 4)}"
