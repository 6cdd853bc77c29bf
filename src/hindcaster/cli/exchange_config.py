"""The TOML file of an exchange simulation: read, checked, its candles loaded."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hindcaster import errors
from hindcaster.cli.session import Session
from hindcaster.cli.sources import read_date
from hindcaster.cli.strategies import load_strategy, split_strategy

if TYPE_CHECKING:
    from hindcaster._types import FloatArray

_TABLES: Final = ("config", "routes", "data_routes", "candles", "hyperparameters")
_CANDLES: Final = ("start", "finish", "store", "files", "tz")
_ROUTE: Final = ("exchange", "symbol", "timeframe", "strategy")
_DATA_ROUTE: Final = ("exchange", "symbol", "timeframe")
_DAY: Final = 86_400_000  # milliseconds


class Asked(NamedTuple):
    """The arguments of `research.backtest` that a file describes."""

    config: dict[str, Any]
    routes: list[dict[str, Any]]
    data_routes: list[dict[str, Any]]
    candles: dict[str, Any]
    warmup_candles: dict[str, Any] | None
    hyperparameters: dict[str, Any] | None


def read_config(path: str, session: Session) -> Asked:
    """Read a configuration and load the candles that it names.

    Parameters
    ----------
    path : str
        The TOML file.
    session : Session
        Keeps the modules of strategies until the command ends.

    Raises
    ------
    FileNotFoundError, ValueError
        The file is not there, no TOML, or has keys that mean nothing.
    """
    parsed = _parsed(path)
    _check_keys(path, "the file", parsed, _TABLES)
    config = _table(path, parsed, "config")
    _check_keys(path, "[candles]", _table(path, parsed, "candles"), _CANDLES)
    routes = _routes(path, parsed, "routes", _ROUTE, config)
    data_routes = _routes(path, parsed, "data_routes", _DATA_ROUTE, config)
    for route in routes:
        route["strategy"] = _strategy(path, route.get("strategy"), session)
    candles, warm_up = _load_candles(path, parsed, config, routes + data_routes)
    hyperparameters = _table(path, parsed, "hyperparameters") or None
    return Asked(config, routes, data_routes, candles, warm_up or None, hyperparameters)


def _parsed(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise errors.config_file_missing(path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.bad_toml(path, error) from None


def _check_keys(path: str, where: str, table: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in table:
        if name not in names:
            raise errors.unknown_table(path, where, name, names)


def _table(path: str, parsed: dict[str, Any], name: str) -> dict[str, Any]:
    table = parsed.get(name, {})
    if not isinstance(table, dict):
        raise errors.bad_table(path, name, f"a table, [{name}]")
    return table


def _routes(
    path: str,
    parsed: dict[str, Any],
    name: str,
    keys: tuple[str, ...],
    config: dict[str, Any],
) -> list[dict[str, Any]]:
    """Read routes; they are on the exchange of the configuration unless they say."""
    rows = parsed.get(name, [])
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise errors.bad_table(path, name, f"a list of tables, [[{name}]]")
    for row in rows:
        _check_keys(path, f"[[{name}]]", row, keys)
        for key in ("symbol", "timeframe"):
            if not isinstance(row.get(key), str):
                raise errors.bad_table(path, f"{key} of [[{name}]]", "a text")
    given = {"exchange": config["exchange"]} if "exchange" in config else {}
    return [given | row for row in rows]


def _strategy(path: str, text: Any, session: Session) -> Any:
    """Load a strategy from its file; a bare name is left to `research.backtest`."""
    if not isinstance(text, str):
        raise errors.bad_table(path, "strategy of [[routes]]", "a text, FILE.py or FILE.py:Class")
    file, _ = split_strategy(text)
    if not file.endswith(".py"):
        source = Path("strategies") / text / "__init__.py"
        session.sources[str(source.resolve())] = str(source)
        return text
    return load_strategy(str(Path(path).parent / text), "exchange", session)


def _load_candles(
    path: str, parsed: dict[str, Any], config: dict[str, Any], routes: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load the candles of all routes, and those before them."""
    from hindcaster.exchange.timeframes import MINUTES, minutes_of
    from hindcaster.helpers import key
    from hindcaster.research.config import terms_of

    table = _table(path, parsed, "candles")
    start, finish = (_moment(path, table, name) for name in ("start", "finish"))
    files = _table(path, table, "files")
    bars = max(0, terms_of(config).warm_up_candles)
    longest = max((minutes_of(route["timeframe"]) for route in routes), default=1)
    timeframe = next(name for name, minutes in MINUTES.items() if minutes == longest)
    candles: dict[str, Any] = {}
    warm_up: dict[str, Any] = {}
    for route in routes:
        exchange, symbol = str(route.get("exchange", "")), route["symbol"]
        name = key(exchange, symbol)
        if name in candles:
            continue
        market = (exchange, symbol, timeframe)
        if files:
            if symbol not in files:
                raise errors.bad_table(path, f"[candles.files] {symbol!r}", "the name of a file")
            source = _beside(path, str(files[symbol]))
            before, rows = _from_file(source, table.get("tz"), market, (start, finish), bars)
        else:
            before, rows = _from_store(path, table, market, (start, finish), bars)
        candles[name] = {"exchange": exchange, "symbol": symbol, "candles": rows}
        if before is not None and len(before):
            warm_up[name] = {"exchange": exchange, "symbol": symbol, "candles": before}
    return candles, warm_up


def _moment(path: str, table: dict[str, Any], name: str) -> int | None:
    """Read a date, which TOML writes without quotes, as milliseconds."""
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, (str, date)):
        raise errors.bad_table(path, f"{name} of [candles]", "a date")
    return read_date(value if isinstance(value, str) else value.isoformat())


def _from_file(
    source: str,
    tz: str | None,
    market: tuple[str, str, str],
    span: tuple[int | None, int | None],
    bars: int,
) -> tuple[FloatArray | None, FloatArray]:
    """Read one-minute candles of a file as from the store; without a start nothing warms up."""
    from hindcaster.research import get_candles
    from hindcaster.store import CandleStore

    if "://" not in source and not Path(source).is_file():
        raise errors.data_file_missing(source)
    start, finish = (moment if moment is None else moment // _DAY * _DAY for moment in span)
    exchange, symbol, _ = market
    before = None
    with TemporaryDirectory(prefix="hindcaster-") as folder:
        kept = CandleStore(folder)
        kept.import_file(source, exchange, symbol, tz=tz)
        rows = kept.read(exchange, symbol, start, finish)
        if not len(rows):
            raise errors.no_bars_between(source, *map(_date_text, span))
        if start is not None and bars:
            before, _ = get_candles(
                *market, start, start + _DAY, bars, is_for_jesse=True, store=kept
            )
    return before, rows


def _date_text(moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()


def _from_store(
    path: str,
    table: dict[str, Any],
    market: tuple[str, str, str],
    span: tuple[int | None, int | None],
    bars: int,
) -> tuple[FloatArray | None, FloatArray]:
    """Read one-minute candles of the store, and those of the warm-up."""
    from hindcaster.research import get_candles

    start, finish = span
    if start is None or finish is None:
        raise errors.bad_table(path, "[candles]", "start and finish, or a table of files")
    store = table.get("store")
    folder = None if store is None else _beside(path, str(store))
    return get_candles(*market, start, finish, bars, is_for_jesse=True, store=folder)


def _beside(path: str, name: str) -> str:
    """Give a path that is relative to the folder of the configuration; addresses as they are."""
    return name if "://" in name else str(Path(path).parent / name)
