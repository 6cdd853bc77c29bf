"""`hindcaster candles`: what the candle store holds, into it and out of it."""

from __future__ import annotations

from typing import Any, Final

import click

from hindcaster import errors
from hindcaster.cli import output
from hindcaster.cli.options import (
    from_option,
    json_option,
    store_option,
    timeframe_option,
    to_option,
    tz_option,
)
from hindcaster.cli.sections import SectionedCommand, option, show_help_alone

FOUND: Final = 1  # exit code of `check` if something is wrong

_MARKET: Final = "EXCHANGE:SYMBOL"
_IMPORT_EXAMPLES = """\b
Examples:
  hindcaster candles import Binance:BTC-USDT --file btc.csv --tz Europe/Berlin
  hindcaster candles import "Binance Spot:ETH-USDT" --from 2024-01-01
"""


@click.group(invoke_without_command=True)
def candles() -> None:
    """Keep one-minute candles: import, list, export, check."""
    show_help_alone()


@candles.command("import", cls=SectionedCommand, epilog=_IMPORT_EXAMPLES)
@click.argument("market", metavar=_MARKET)
@option("--file", "source", metavar="FILE", section="Data", help="CSV, Parquet or Feather file.")
@from_option
@to_option
@tz_option
@store_option
@json_option
def import_(market: str, **options: Any) -> None:
    """Store candles from a file, or fetch them from the exchange.

    Candles that are there already are kept once. A fetch that was interrupted goes on where it
    ended when it is called again; it needs `pip install hindcaster[ccxt]`.
    """
    from hindcaster import store
    from hindcaster.cli.sources import split_market

    exchange, symbol = split_market(market)
    folder = store.CandleStore(options["store"])
    if options["source"] is not None:
        message, record = _from_file(folder, exchange, symbol, options)
    else:
        if options["start"] is None:
            raise errors.import_needs_source()
        if options["tz"] is not None:
            raise errors.import_tz_without_file()
        message = store.import_candles(
            exchange,
            symbol,
            options["start"],
            finish_date=options["finish"],
            store=folder,
        )
        record = {"exchange": exchange, "symbol": symbol, "message": message}
    if options["as_json"]:
        output.show_json(record)
    else:
        output.show(message)


def _from_file(
    folder: Any, exchange: str, symbol: str, options: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    unused = [name for name, key in (("--from", "start"), ("--to", "finish")) if options[key]]
    if unused:
        raise errors.import_two_sources(unused)
    stored = folder.import_file(options["source"], exchange, symbol, tz=options["tz"])
    record = {
        "exchange": stored.exchange,
        "symbol": stored.symbol,
        "added": stored.added,
        "changed": stored.changed,
        "unchanged": stored.unchanged,
        "gaps": [_gap_record(gap) for gap in stored.gaps],
    }
    return str(stored), record


@candles.command("list", cls=SectionedCommand)
@store_option
@json_option
def list_(store: str | None, as_json: bool) -> None:
    """List the symbols in the store."""
    from hindcaster.store import CandleStore

    folder = CandleStore(store)
    held = folder.holdings()
    if as_json:
        record = [
            {
                "exchange": holding.exchange,
                "symbol": holding.symbol,
                "first": _time(holding.first),
                "last": _time(holding.last),
                "rows": holding.rows,
                "missing": holding.missing,
            }
            for holding in held
        ]
        output.show_json({"store": folder.path, "holdings": record})
        return
    if not held:
        output.show(f"{folder.path} holds no candles yet: see `hindcaster candles import --help`.")
        return
    names = ("Exchange", "Symbol", "First", "Last", "Rows", "Missing")
    rows = [
        (h.exchange, h.symbol, _shown(h.first), _shown(h.last), h.rows, h.missing) for h in held
    ]
    output.show(output.rows_table(names, rows, folder.path))


@candles.command("export", cls=SectionedCommand)
@click.argument("market", metavar=_MARKET)
@click.argument("target", metavar="FILE")
@timeframe_option
@from_option
@to_option
@store_option
@json_option
def export(market: str, target: str, **options: Any) -> None:
    """Write stored candles to a .csv, .parquet or .feather file."""
    from hindcaster.cli.sources import read_date, split_market
    from hindcaster.store import CandleStore

    exchange, symbol = split_market(market)
    written = CandleStore(options["store"]).export(
        target,
        exchange,
        symbol,
        timeframe=options["timeframe"] or "1m",
        start=read_date(options["start"]),
        finish=read_date(options["finish"]),
    )
    if options["as_json"]:
        output.show_json({"exchange": exchange, "symbol": symbol, "file": written})
    else:
        output.show(f"Written: {written}")


@candles.command("check", cls=SectionedCommand)
@click.argument("market", metavar=f"[{_MARKET}]", required=False)
@store_option
@json_option
def check(market: str | None, store: str | None, as_json: bool) -> int:
    """Look for damaged files, and list minutes that are missing.

    The exit code is 1 if a file is damaged; missing minutes are listed if none is.
    """
    from hindcaster.cli.sources import split_market
    from hindcaster.store import CandleStore

    folder = CandleStore(store)
    exchange, symbol = split_market(market) if market is not None else (None, None)
    problems = folder.check(exchange, symbol)
    gaps = None if problems else _gaps(folder, exchange, symbol)
    if as_json:
        output.show_json(_findings_record(folder.path, problems, gaps))
    else:
        output.show(*_findings_shown(folder.path, problems, gaps))
    return FOUND if problems else 0


def _gaps(folder: Any, exchange: str | None, symbol: str | None) -> list[tuple[str, str, Any]]:
    """List what is missing, of one symbol or of all, with their names."""
    if exchange is not None:
        markets = [(exchange, str(symbol))]
    else:
        markets = [(held.exchange, held.symbol) for held in folder.holdings()]
    return [(*market, gap) for market in markets for gap in folder.gaps(*market)]


def _findings_record(path: str, problems: list[Any], gaps: list[Any] | None) -> dict[str, Any]:
    return {
        "store": path,
        "problems": [
            {
                "path": problem.path,
                "exchange": problem.exchange,
                "symbol": problem.symbol,
                "what": problem.what,
            }
            for problem in problems
        ],
        "gaps": gaps
        and [
            {"exchange": exchange, "symbol": symbol, **_gap_record(gap)}
            for exchange, symbol, gap in gaps
        ],
    }


def _findings_shown(path: str, problems: list[Any], gaps: list[Any] | None) -> list[Any]:
    if gaps is None:
        return [*map(str, problems), f"{path}: {_count(len(problems), 'damaged file')}."]
    parts: list[Any] = []
    if gaps:
        rows = [
            (exchange, symbol, _shown(gap.start), _shown(gap.finish), gap.minutes)
            for exchange, symbol, gap in gaps
        ]
        names = ("Exchange", "Symbol", "Missing from", "Until", "Minutes")
        parts = [output.rows_table(names, rows, "Missing minutes"), ""]
    return [*parts, f"{path}: all files are whole, {_count(len(gaps), 'gap')}."]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _gap_record(gap: Any) -> dict[str, Any]:
    return {"start": _time(gap.start), "finish": _time(gap.finish), "minutes": gap.minutes}


def _time(milliseconds: float) -> str:
    """Write a time as ISO 8601 in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()


def _shown(milliseconds: float) -> str:
    return _time(milliseconds)[:16].replace("T", " ")
