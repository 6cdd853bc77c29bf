"""The routes: what is traded by which strategy, and what else can be read."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hindcaster import errors
from hindcaster.exchange.timeframes import minutes_of
from hindcaster.strategies.strategy import Strategy

_KEYS: Final = ("exchange", "symbol", "timeframe")


@dataclass
class Route:
    """One route, as a strategy sees it in ``self.routes`` and ``self.data_routes``.

    Attributes
    ----------
    exchange, symbol, timeframe : str
    strategy_name : str, type or None
        What the route names; None in a data route.
    strategy : Strategy or None
        The strategy of the run.
    dna : str or None
    """

    exchange: str
    symbol: str
    timeframe: str
    strategy_name: Any = None
    strategy: Any = None
    dna: str | None = None
    _kind: Any = field(default=None, repr=False, compare=False)  # class that a name stands for

    @property
    def minutes(self) -> int:
        """Length of the timeframe in minutes."""
        return minutes_of(self.timeframe)


def read_routes(
    routes: Sequence[Mapping[str, Any]],
    data_routes: Sequence[Mapping[str, Any]] | None,
    exchange: Any,
) -> tuple[list[Route], list[Route]]:
    """Check routes and data routes.

    Parameters
    ----------
    routes, data_routes : sequence of mappings
        As given to `hindcaster.research.backtest`.
    exchange : str
        The exchange of the configuration.

    Returns
    -------
    tuple of two lists of Route

    Raises
    ------
    InvalidRoutes, InvalidTimeframe, KeyError, ValueError
        Named in the text: the route, and what is wrong with it.
    """
    if not routes:
        raise errors.no_routes()
    trading = [_read(f"routes[{i}]", route, (*_KEYS, "strategy")) for i, route in enumerate(routes)]
    extra = [_read(f"data_routes[{i}]", route, _KEYS) for i, route in enumerate(data_routes or ())]
    names = {route.exchange for route in trading + extra}
    traded = set()
    for route in trading:
        pair = (route.exchange, route.symbol)
        if pair in traded:
            raise errors.symbol_traded_twice(*pair)
        traded.add(pair)
    quotes = {route.symbol.split("-")[1] for route in trading}
    if len(quotes) > 1:
        raise errors.mixed_quotes(quotes)
    if len(names) > 1:
        raise errors.several_exchanges(names)
    if exchange not in names:
        raise errors.other_exchange(exchange, trading[0].exchange)
    return trading, extra


def _read(where: str, route: Mapping[str, Any], keys: tuple[str, ...]) -> Route:
    if not isinstance(route, Mapping):
        raise errors.bad_data_route(where, route)
    for key in keys:
        if key not in route:
            raise errors.route_key_missing(where, key)
    symbol = route["symbol"]
    if not isinstance(symbol, str) or "-" not in symbol:
        raise errors.symbol_without_dash(where, symbol)
    minutes_of(route["timeframe"])
    return Route(route["exchange"], symbol, route["timeframe"], route.get("strategy"))


def strategy_class(route: Route) -> type[Strategy]:
    """Give the class of a route's strategy."""
    named = route.strategy_name
    if isinstance(named, str) and route._kind is None:
        route._kind = _load(named)
    kind = route._kind or named
    if not isinstance(kind, type):
        raise errors.bad_strategy_class(repr(kind), "pass the class itself, without calling it.")
    if not issubclass(kind, Strategy):
        why = "it must derive from hindcaster.strategies.Strategy."
        raise errors.bad_strategy_class(kind.__name__, why)
    return kind


def make_strategy(route: Route) -> Strategy:
    """Construct a route's strategy."""
    kind = strategy_class(route)
    if inspect.isabstract(kind):
        missing = " and ".join(sorted(kind.__abstractmethods__))
        raise errors.bad_strategy_class(kind.__name__, f"it must define {missing}.")
    try:
        inspect.signature(kind).bind()
    except TypeError:
        why = "its __init__ must need no arguments."
        raise errors.bad_strategy_class(kind.__name__, why) from None
    strategy = kind()
    if not hasattr(strategy, "_cached_methods"):
        why = "its __init__ must call super().__init__()."
        raise errors.bad_strategy_class(kind.__name__, why)
    return strategy


def _load(name: str) -> type:
    """Load the class ``strategies/<name>/__init__.py`` under the working directory defines."""
    path = Path("strategies") / name / "__init__.py"
    if not path.is_file():
        raise errors.strategy_not_found(name, str(path))
    absolute = path.resolve()
    module_name = f"_hindcaster_strategy_{name}_{abs(hash(str(absolute)))}"
    spec = importlib.util.spec_from_file_location(
        module_name, absolute, submodule_search_locations=[str(absolute.parent)]
    )
    if spec is None or spec.loader is None:
        raise errors.strategy_not_found(name, str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    kind = getattr(module, name, None)
    if not isinstance(kind, type):
        raise errors.strategy_not_found(name, str(path))
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)  # workers cannot import what has no import path
    return kind
