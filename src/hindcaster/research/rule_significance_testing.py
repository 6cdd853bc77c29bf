"""Whether the signals of a strategy predict the next bar, or were lucky."""

from __future__ import annotations

import itertools
import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from hindcaster import errors
from hindcaster._candles import warm_up_candles
from hindcaster._progress import Progress
from hindcaster._run_state import RunState, running
from hindcaster._types import FloatArray
from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.plotting.options import check_theme
from hindcaster.research.backtest import Layout, attach_strategies, read_layout
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.simulation import Simulation
from hindcaster.research.timeline import Timeline
from hindcaster.research.workers import patience
from hindcaster.stats.significance import (
    FEWEST,
    SEED,
    bootstrap_means,
    generator_of,
    mean_of,
    require_block_length,
    require_number,
    rule_returns,
    share_p_value,
)
from hindcaster.strategies.signals import SignalAgent

__all__ = ["plot_significance_test", "rule_significance_test"]

_YEAR: Final = 365 * 24 * 60 * MINUTE_MS
_WHOLE: Final = 100
_SIGNALS: Final = 90  # percent of the progress that is the run of the strategy
_SHARE_OF_CORES: Final = 0.8
_PARTS: Final = ("observed_mean", "simulated_means", "p_value", "annualized_return")
_PARTS_OF_TITLE: Final = ("n_simulations", "n_observations")

Heard = Callable[[int, int], Any]


def rule_significance_test(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    candles: Mapping[str, Any],
    warmup_candles: Mapping[str, Any] | None = None,
    hyperparameters: dict[str, Any] | None = None,
    n_simulations: int = 2000,
    random_seed: int | None = None,
    progress_bar: bool = False,
    cpu_cores: int | None = None,
    progress_callback: Heard | None = None,
    bootstrap_mean_block_length: float = 10,
) -> dict[str, Any]:
    """Test whether the signals of a strategy predict the return of the next bar.

    On each bar the strategy is asked for ``before()``, ``should_long()``, ``should_short()`` and
    ``after()``, as if it never had a position: no order is sent. A signal (1 long, -1 short, 0
    none) times the log return to the next close, less the mean of all log returns, is what the
    rule earns by timing. The stationary bootstrap tells how often a rule that earns nothing has
    a mean as high by chance.

    Parameters
    ----------
    config, candles, warmup_candles
        As for `hindcaster.research.backtest`. Bars are made by the clock. If
        ``warm_up_candles`` is above 0 the test begins when the route has that many bars.
    routes : sequence of one mapping
        The rule: ``exchange``, ``symbol``, ``timeframe``, ``strategy``.
    data_routes : sequence of mappings, optional
        What the rule reads besides.
    hyperparameters : dict, optional
        ``self.hp`` of the strategy; its defaults if absent or empty.
    n_simulations : int, default 2000
        Number of bootstrap samples.
    random_seed : int, optional
        Seed of the samples; 42 if absent.
    progress_bar : bool, default False
        Show a progress bar.
    cpu_cores : int, optional
        In how many parts the samples are reported to `progress_callback`: at most the number of
        cores, four fifths of them if absent. The result does not depend on it.
    progress_callback : callable, optional
        Called as ``f(percent, 100)``: for every minute of the run up to 90 percent, then for
        every part of the samples.
    bootstrap_mean_block_length : float, default 10
        Mean length in bars of the blocks that samples are made of, 1 or more. Signals that last
        for many bars need longer ones.

    Returns
    -------
    dict
        ``observed_mean`` (per bar), ``annualized_return`` (that times the observations of a year
        of 365 days), ``annualization`` (of `config`), ``simulated_means`` (array of shape
        (n_simulations,)), ``p_value`` (share of them that reach the observed mean),
        ``n_simulations``, ``n_observations`` and ``bootstrap_mean_block_length``. With a single
        bar there is no return: means and p-value are NaN.

    Raises
    ------
    ValueError
        There is not exactly one route, a length or number is out of range, or no bar is complete.
    TypeError
        An argument is of the wrong kind.
    InvalidStrategy
        The strategy sends orders through ``self.broker``.
    Exception
        What `hindcaster.research.backtest` raises for these arguments, and what the strategy or
        `progress_callback` raises.

    Warns
    -----
    UserWarning
        There are fewer than 30 observations.

    References
    ----------
    Aronson, "Evidence-Based Technical Analysis", Wiley 2006. Politis and Romano, "The Stationary
    Bootstrap", Journal of the American Statistical Association 89(428), 1994.

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.research import candles_from_close_prices, rule_significance_test
    >>> from hindcaster.strategies import Strategy
    >>> class Follow(Strategy):
    ...     def should_long(self):
    ...         return self.close > self.open
    ...
    ...     def should_short(self):
    ...         return self.close < self.open
    ...
    ...     def go_long(self):
    ...         pass
    >>> waves = 100 + 5 * np.sin(np.arange(500) / 7)
    >>> result = rule_significance_test(
    ...     {"starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 1,
    ...      "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0},
    ...     [{"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1m",
    ...       "strategy": Follow}],
    ...     [],
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT",
    ...                           "candles": candles_from_close_prices(waves)}},
    ...     n_simulations=500,
    ... )
    >>> result["p_value"], result["n_observations"]
    (0.0, 499)
    """
    if len(routes) != 1:
        raise errors.not_one_route(len(routes))
    require_block_length("bootstrap_mean_block_length", bootstrap_mean_block_length)
    require_number("n_simulations", n_simulations)
    generator = generator_of("random_seed", SEED if random_seed is None else random_seed)
    parts = _parts(cpu_cores)
    layout = read_layout(config, routes, data_routes, candles, warmup_candles)
    wait = patience(progress_bar)
    with Progress(_WHOLE, "rule_significance_test", "%", patience=wait) as bar:
        report = _Report(progress_callback, bar if progress_bar else None)
        rule = _signals(layout, hyperparameters or None, report)
        if not rule.signals:
            route = layout.routes[0]
            raise errors.no_complete_bar(route.timeframe, route.minutes)
        prices, times = np.array(rule.prices), np.array(rule.times)
        returns = rule_returns(prices, np.array(rule.signals))
        count = len(returns.values)
        if count < FEWEST:
            text = errors.few_observations("rule_significance_test", count, FEWEST)
            warnings.warn(text, stacklevel=2)
        observed = mean_of(returns.values)
        simulated = _simulated(
            returns.values, n_simulations, bootstrap_mean_block_length, generator, parts, report
        )
    elapsed = times[returns.last] - times[returns.first]
    return {
        "observed_mean": observed,
        "annualized_return": float(observed * (count * _YEAR / elapsed)) if count else observed,
        "annualization": int(rule.run.terms.annualization),
        "simulated_means": simulated,
        "p_value": share_p_value(observed, simulated),
        "n_simulations": len(simulated),
        "n_observations": count,
        "bootstrap_mean_block_length": bootstrap_mean_block_length,
    }


class _Report:
    """Hands percentages on to who asked for them."""

    def __init__(self, callback: Heard | None, bar: Progress | None) -> None:
        self._callback = callback
        self._bar = bar
        self._done = 0

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens."""
        return self._callback is not None or self._bar is not None

    def __call__(self, percent: int) -> None:
        if self._callback is not None:
            self._callback(percent, _WHOLE)
        if self._bar is not None and percent > self._done:
            self._bar.update(percent - self._done)
            self._done = percent


def _signals(
    layout: Layout, hyperparameters: dict[str, Any] | None, report: _Report
) -> SignalAgent:
    """Run the strategy over all bars, and give what noted its signals."""
    run, timeline = layout.made(by_clock=True)
    state = RunState(kind="backtest", clock=lambda: int(run.clock))
    try:
        with warm_up_candles(run.terms.warm_up_candles), running(state):
            attach_strategies(run, run.routes, hyperparameters, SignalAgent)
            rule: SignalAgent = run.lanes[0].agent
            steps = _Steps(run, timeline, report)
            if report.is_heard:
                rule.heard = steps.catch_up
            Simulation(run, timeline).run_to_end()
            steps.catch_up()
        return rule
    finally:
        run.release()


class _Steps:
    """Reports every step of a run, also those in which the strategy is not asked."""

    def __init__(self, run: Run, timeline: Timeline, report: _Report) -> None:
        self._run = run
        self._total = timeline.total
        self._report = report
        self._done = 0

    def catch_up(self) -> None:
        """Report the steps up to the present one."""
        if self._report.is_heard:
            for step in range(self._done + 1, self._run.moment.step + 2):
                self._report(int(step / self._total * _SIGNALS))
                self._done = step


def _parts(cpu_cores: int | None) -> int:
    """In how many parts the samples are reported."""
    cores = os.cpu_count() or 1
    if cpu_cores is None:
        return max(1, int(_SHARE_OF_CORES * cores))
    if not isinstance(cpu_cores, (int, float, np.number)) or cpu_cores != cpu_cores:
        raise errors.bad_number_of_cores(cpu_cores)
    return int(min(max(cpu_cores, 1), cores))


def _simulated(
    values: FloatArray,
    n: int,
    block_length: float,
    generator: np.random.Generator,
    parts: int,
    report: _Report,
) -> FloatArray:
    """Draw the samples part by part; none if there are no values."""
    ends = [n * part // parts for part in range(parts + 1)]
    found = []
    for part in range(parts):
        size = ends[part + 1] - ends[part]
        found.append(bootstrap_means(values, size, block_length, generator))
        report(_SIGNALS + int((part + 1) / parts * (_WHOLE - _SIGNALS)))
    return np.concatenate(found)


def plot_significance_test(
    result: Mapping[str, Any],
    charts_folder: str | os.PathLike[str] | None = None,
    theme: str = "light",
    dpi: float = 150,
    show_title: bool = True,
) -> str:
    """Draw how the means of the samples are distributed, and where the observed one lies.

    Parameters
    ----------
    result : mapping
        What `rule_significance_test` returned.
    charts_folder : str or Path, optional
        Where to write; made if needed. ``charts`` in the working directory if absent.
    theme : {'light', 'dark'}, default 'light'
        Colours.
    dpi : float, default 150
        Dots per inch; the image is 10 inches wide.
    show_title : bool, default True
        Write number of bars, samples and the p-value above it.

    Returns
    -------
    str
        Path of the PNG file, which is named after the present time; absolute without
        `charts_folder`.

    Raises
    ------
    KeyError
        A key is missing in `result`.
    ValueError
        The theme does not exist, or `dpi` is not positive.
    ImportError
        Matplotlib is not installed: ``hindcaster[charts]``.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from hindcaster.research import plot_significance_test
    >>> means = np.random.default_rng(1).normal(0, 0.001, 500)
    >>> result = {"observed_mean": 0.002, "annualized_return": 0.5, "simulated_means": means,
    ...           "p_value": 0.02, "n_simulations": 500, "n_observations": 250}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = plot_significance_test(result, charts_folder=folder)
    >>> path.endswith(".png")
    True
    """
    for key in (*_PARTS, *_PARTS_OF_TITLE):
        if key not in result:
            raise errors.significance_key_missing(key)
    check_theme(theme)
    if not dpi > 0:
        raise errors.bad_dots(dpi)
    if find_spec("matplotlib") is None:
        raise errors.missing_extra("plot_significance_test", "matplotlib", "charts")
    from hindcaster.plotting.exchange.significance import image

    storage = Storage(Path.cwd() / "charts" if charts_folder is None else charts_folder)
    picture = image(
        np.asarray(result["simulated_means"], np.float64),
        float(result["observed_mean"]),
        float(result["p_value"]),
        _title(result) if show_title else "",
        theme,
        dpi,
    )
    name = f"rule_significance_bootstrap_{time.strftime('%Y%m%d_%H%M%S')}"
    numbers = (f"_{number}" if number else "" for number in itertools.count())
    free = (f"{name}{number}.png" for number in numbers)
    return storage.write("", next(n for n in free if not storage.path("", n).exists()), picture)


def _title(result: Mapping[str, Any]) -> str:
    """Say in a line what was tested, and what came out."""
    return (
        f"{result['n_observations']:,} bars, {result['n_simulations']:,} samples, "
        f"mean {100 * result['observed_mean']:.4g} % per bar "
        f"({100 * result['annualized_return']:.4g} % a year), p = {result['p_value']:.4g}"
    )
