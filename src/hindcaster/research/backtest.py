"""`backtest`: the exchange simulation as a pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from hindcaster import errors
from hindcaster._candles import warm_up_candles
from hindcaster._run_state import RunState, running
from hindcaster.candle_pipelines import BaseCandlesPipeline
from hindcaster.exchange.journal import Journal
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.run import Run, Terms
from hindcaster.research.checks import check_candles
from hindcaster.research.config import terms_of
from hindcaster.research.inputs import lay_out, rows_by_symbol
from hindcaster.research.outputs.logs import Log, write_log_of_failure
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.outputs.wanted import Wanted
from hindcaster.research.pipelines import (
    changed,
    has_own_pipeline,
    pipelines_from,
    pipelines_of,
)
from hindcaster.research.prepared import PreparedCandles
from hindcaster.research.result import measure, result_of
from hindcaster.research.routes import Route, make_strategy, read_routes
from hindcaster.research.simulation import Simulation
from hindcaster.research.timeline import Timeline
from hindcaster.strategies.agent import Agent
from hindcaster.strategies.hyperparameters import values_for


def backtest(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None = None,
    candles: Mapping[str, Any] | None = None,
    warmup_candles: Mapping[str, Any] | None = None,
    *,
    extra_routes: Sequence[Mapping[str, Any]] | None = None,
    generate_hyperparameters: bool = False,
    generate_equity_curve: bool = False,
    benchmark: bool = False,
    generate_csv: bool = False,
    generate_json: bool = False,
    generate_logs: bool = False,
    generate_charts: bool = False,
    generate_tradingview: bool = False,
    generate_quantstats: bool = False,
    hyperparameters: dict[str, Any] | None = None,
    fast_mode: bool = False,
    candles_pipeline_class: Any = None,
    candles_pipeline_kwargs: Mapping[str, Any] | None = None,
    output_folder: str | PathLike[str] = "storage",
) -> dict[str, Any]:
    """Simulate what an exchange would have done with a strategy's orders.

    The function reads its arguments only: it keeps no state and changes no array, so that any
    number of runs can go on at once. Files are written if a flag asks for them, and named after an
    identifier that no other run has.

    Parameters
    ----------
    config : mapping
        ``starting_balance``, ``fee`` (share of a fill's value: 0.001 is 0.1 %), ``type``
        ('futures', the default, or 'spot'), ``exchange``, ``warm_up_candles`` (bars that
        indicators look at; 0: all) and for futures ``futures_leverage`` and
        ``futures_leverage_mode`` ('cross' or 'isolated'). ``annualization`` (365 or 252) scales
        risk ratios.
    routes : sequence of mappings
        What is traded: ``exchange``, ``symbol``, ``timeframe``, ``strategy`` (a class, or the
        name of one in ``strategies/<name>/__init__.py`` under the working directory).
    data_routes : sequence of mappings, optional
        What can be read besides: ``exchange``, ``symbol``, ``timeframe``.
    candles : mapping
        1-minute candles: ``{key(exchange, symbol): {'exchange': ..., 'symbol': ..., 'candles':
        array}}``, the array of shape (n, 6) with time in milliseconds, open, close, high, low,
        volume. `hindcaster.research.PreparedCandles` saves work when many runs share them.
    warmup_candles : mapping, optional
        Candles before these, of the same form: strategies see them but do not trade in them.
    extra_routes : sequence of mappings, optional
        Older name of `data_routes`.
    generate_hyperparameters : bool, default False
        Add ``hyperparameters`` of the first route to the result.
    generate_equity_curve : bool, default False
        Add ``equity_curve`` to the result.
    benchmark : bool, default False
        Add buy and hold of the traded symbols to equity curve, charts and QuantStats report.
    generate_csv, generate_json : bool, default False
        Write the closed trades; add the path as ``csv`` or ``json``.
    generate_logs : bool, default False
        Write orders, fills, positions, bars and messages of the strategies line by line; the path
        is ``logs``.
    generate_charts : bool, default False
        Draw images and an interactive page (needs Matplotlib: ``hindcaster[charts]``); add
        ``charts``, ``charts_page``, ``charts_folder`` and ``charts_session_id``.
    generate_tradingview : bool, default False
        Write a Pine script that places the filled orders on a chart; add the path as
        ``tradingview``.
    generate_quantstats : bool, default False
        Write QuantStats' report (``hindcaster[quantstats]``); add the path as ``quantstats``.
    hyperparameters : dict, optional
        ``self.hp`` of every strategy, in place of its defaults.
    fast_mode : bool, default False
        Accepted; the result is the same.
    candles_pipeline_class : type, optional
        What changes the trading candles before the run, one object per symbol: a class derived from
        `hindcaster.candle_pipelines.BaseCandlesPipeline`. Without it, what the strategies'
        ``candles_pipeline()`` give for their symbols.
    candles_pipeline_kwargs : mapping, optional
        Arguments of its constructor.
    output_folder : str or Path, default 'storage'
        Where files go, from the working directory on; made when the first is written.

    Returns
    -------
    dict
        ``metrics``, ``trades`` (one dict per closed trade, with its orders) and ``logs``; what
        `generate_…` arguments ask for. Paths are None if there was no trade to write about.

    Raises
    ------
    ValueError, KeyError, InvalidConfig, InvalidRoutes, InvalidTimeframe, InvalidStrategy
        An argument is wrong; the text names the key, route or row.
    ImportError
        A package that an output needs is not installed.
    OSError
        Nothing can be written to `output_folder`: told before the run where that is possible.
    Exception
        What the strategy raises, unchanged, and the refusals of its orders
        (`hindcaster.exceptions`).

    Examples
    --------
    >>> import numpy as np
    >>> from hindcaster.research import backtest
    >>> from hindcaster.strategies import Strategy
    >>> class BuyOnce(Strategy):
    ...     def should_long(self):
    ...         return self.index == 0
    ...
    ...     def go_long(self):
    ...         self.buy = 1, self.price
    ...         self.take_profit = 1, 105
    >>> rows = [(100, 101, 102, 99), (101, 103, 104, 100), (103, 104, 106, 102)]
    >>> minutes = [[60_000.0 * i, *row, 1] for i, row in enumerate(rows)]
    >>> result = backtest(
    ...     {"starting_balance": 10_000, "fee": 0, "type": "futures", "futures_leverage": 2,
    ...      "futures_leverage_mode": "cross", "exchange": "Sandbox", "warm_up_candles": 0},
    ...     [{"exchange": "Sandbox", "symbol": "BTC-USDT", "timeframe": "1m",
    ...       "strategy": BuyOnce}],
    ...     [],
    ...     {"Sandbox-BTC-USDT": {"exchange": "Sandbox", "symbol": "BTC-USDT",
    ...                           "candles": np.array(minutes)}},
    ... )
    >>> result["metrics"]["net_profit"], result["trades"][0]["exit_price"]
    (4.0, 105.0)
    """
    wanted = Wanted(
        equity_curve=generate_equity_curve,
        benchmark=benchmark,
        hyperparameters=generate_hyperparameters,
        csv=generate_csv,
        json=generate_json,
        logs=generate_logs,
        charts=generate_charts,
        tradingview=generate_tradingview,
        quantstats=generate_quantstats,
    )
    storage = Storage(output_folder) if wanted.files else None
    if extra_routes is not None and data_routes is not None:
        raise errors.two_values("data_routes", "extra_routes")
    layout = read_layout(config, routes, data_routes or extra_routes, candles, warmup_candles)
    trading = layout.routes
    if candles_pipeline_class is not None:
        layout.change(pipelines_from(candles_pipeline_class, candles_pipeline_kwargs, layout.rows))
    elif any(has_own_pipeline(route) for route in trading):
        layout.change(_own_pipelines(layout, hyperparameters))
    run, timeline = layout.made()
    try:
        _simulate(run, timeline, trading, hyperparameters, wanted, storage)
        return result_of(run, timeline, wanted, storage)
    finally:
        run.release()


def _simulate(
    run: Run,
    timeline: Timeline,
    routes: list[Route],
    hyperparameters: dict[str, Any] | None,
    wanted: Wanted,
    storage: Storage | None,
) -> None:
    """Run the strategies from the first minute to the last."""
    log = Log(run) if wanted.logs else None
    run.journal = log or (Journal() if wanted.fills else None)
    state = RunState(
        kind="backtest",
        clock=lambda: int(run.clock),
        debug=wanted.logs,
        said=None if log is None else log.said,
    )
    try:
        with warm_up_candles(run.terms.warm_up_candles), running(state):
            attach_strategies(run, routes, hyperparameters)
            Simulation(run, timeline).run_to_end()
    except BaseException as error:
        if log is not None and storage is not None:
            write_log_of_failure(log, storage, error)
        raise


def read_layout(
    config: Mapping[str, Any],
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    candles: Mapping[str, Any] | None,
    warmup_candles: Mapping[str, Any] | None,
) -> Layout:
    """Check the arguments that say what is simulated, and lay out the candles."""
    if isinstance(candles, PreparedCandles):
        warmup_candles = warmup_candles or candles.warmup_candles
    else:
        check_candles({} if candles is None else candles)
    terms = terms_of(config)
    trading, data = read_routes(routes, data_routes, terms.exchange)
    return Layout(terms, trading, data, candles or {}, warmup_candles)


class Layout:
    """The candles of a run, and the runs that are made of them.

    Parameters
    ----------
    terms, routes, data_routes, candles, warmup_candles
        As read from the arguments of `backtest`.

    Attributes
    ----------
    rows : dict of str to ndarray
        Trading candles by symbol.
    routes : list of Route
        Trading routes.
    """

    def __init__(
        self,
        terms: Terms,
        routes: list[Route],
        data_routes: list[Route],
        candles: Mapping[str, Any],
        warmup_candles: Mapping[str, Any] | None,
    ) -> None:
        self.rows = rows_by_symbol(candles, routes, data_routes)
        self._terms = terms
        self.routes = routes
        self._data_routes = data_routes
        self._warmup = warmup_candles
        self._prepared = candles if isinstance(candles, PreparedCandles) else None

    def change(self, pipelines: dict[str, BaseCandlesPipeline]) -> None:
        """Let the trading candles pass through pipelines."""
        if pipelines:
            self.rows = changed(self.rows, pipelines)
            self._prepared = None

    def made(self, *, by_clock: bool = False) -> tuple[Run, Timeline]:
        """Lay out the candles and make a run; bars by the clock if asked, else where it must be."""
        quotes, moment, timeline = lay_out(
            self.rows,
            self._warmup,
            self.routes,
            self._data_routes,
            self._terms.warm_up_candles,
            None if by_clock else self._prepared,  # its bars may be counted, not by the clock
            by_clock=by_clock,
        )
        run = Run(self._terms, quotes, moment)
        run.timeframes = {1, *(route.minutes for route in self.routes + self._data_routes)}
        run.routes, run.data_routes = self.routes, self._data_routes
        run.measure = lambda: measure(run, None)
        return run, timeline


def _own_pipelines(
    layout: Layout, hyperparameters: dict[str, Any] | None
) -> dict[str, BaseCandlesPipeline]:
    """Ask strategies for pipelines, in a run that is made for nothing else."""
    run, _ = layout.made()
    try:
        attach_strategies(run, run.routes, hyperparameters)
        return pipelines_of(run.lanes)
    finally:
        run.release()


def attach_strategies(
    run: Run,
    routes: list[Route],
    hyperparameters: dict[str, Any] | None,
    kind: type[Agent] = Agent,
) -> None:
    """Make each route's strategy, and what acts for it, and give it its place at the exchange."""
    if not _is_regular(run):
        routes = sorted(routes, key=lambda route: (route.symbol, route.timeframe))
    for route in routes:
        strategy = make_strategy(route)
        lane = Lane(
            run,
            run.routes.index(route),
            run.quotes[route.symbol],
            route.timeframe,
            route.minutes,
            route.strategy_name,
        )
        agent = kind(lane, strategy)
        lane.strategy, lane.agent = strategy, agent
        strategy._attach(lane, agent)
        strategy.hp = values_for(strategy, hyperparameters)
        strategy.position, strategy.broker = lane.position, agent.broker
        route.strategy, route.dna = strategy, strategy.dna() or None
        run.lanes.append(lane)


def _is_regular(run: Run) -> bool:
    return all(quotes.is_regular for quotes in run.quotes.values())
