"""`hindcaster exchange-backtest`: an exchange simulation that a TOML file describes."""

from __future__ import annotations

from typing import Any, Final

import click

from hindcaster._version import __version__
from hindcaster.cli import output
from hindcaster.cli.backtests import stdout_for_json
from hindcaster.cli.options import json_option
from hindcaster.cli.sections import SectionedCommand, option
from hindcaster.cli.session import Session

_TRADE_COLUMNS: Final = (
    "symbol",
    "type",
    "entry_price",
    "exit_price",
    "qty",
    "fee",
    "PNL",
    "PNL_percentage",
    "opened_at",
    "closed_at",
)
_OUTPUT: Final = "Output"
_WRITTEN: Final = ("csv", "json", "logs", "charts", "tradingview", "quantstats")
_PATHS: Final = (*_WRITTEN, "charts_page", "charts_folder")  # keys of the result
_EXAMPLE: Final = """\b
A configuration:
  [config]
  exchange = "Binance"
  type = "futures"
  starting_balance = 10_000
  fee = 0.0006
  futures_leverage = 2
  futures_leverage_mode = "cross"
  warm_up_candles = 100
\b
  [[routes]]
  symbol = "BTC-USDT"
  timeframe = "4h"
  strategy = "trend.py:Trend"
\b
  [candles]
  start = 2024-01-01
  finish = 2024-07-01
"""


@click.command("exchange-backtest", cls=SectionedCommand, epilog=_EXAMPLE)
@click.argument("config", metavar="CONFIG.toml")
@json_option
@option("--trades", is_flag=True, section=_OUTPUT, help="Add the trades.")
@option("--equity", is_flag=True, section=_OUTPUT, help="Add the course of the balance (JSON).")
@option("--benchmark", is_flag=True, section=_OUTPUT, help="Compare with buying and holding.")
@option(
    "--write",
    "written",
    multiple=True,
    type=click.Choice(_WRITTEN),
    section=_OUTPUT,
    help="Write a file of the run; repeat.",
)
@option(
    "--folder",
    metavar="DIR",
    section=_OUTPUT,
    help="Where files are written.  [default: storage]",
)
@click.pass_obj
def exchange_backtest(session: Session, /, config: str, **options: Any) -> None:
    """Simulate an exchange (research.backtest).

    One-minute candles come from the store, or from files named in [candles.files]. Paths are
    relative to the configuration's folder.
    """
    from hindcaster.cli.exchange_config import read_config
    from hindcaster.research import backtest

    with stdout_for_json(options["as_json"]):
        asked = read_config(config, session)
        result = backtest(
            asked.config,
            asked.routes,
            asked.data_routes,
            asked.candles,
            asked.warmup_candles,
            hyperparameters=asked.hyperparameters,
            generate_equity_curve=options["equity"],
            benchmark=options["benchmark"],
            **_outputs(options),
        )
    if options["as_json"]:
        output.show_json(_record(asked, result, options, session))
    else:
        output.show(*_tables(asked, result, options))


def _outputs(options: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `research.backtest` for the files to write."""
    outputs: dict[str, Any] = {f"generate_{name}": True for name in options["written"]}
    if outputs and options["folder"] is not None:
        outputs["output_folder"] = options["folder"]
    return outputs


def _files(result: dict[str, Any]) -> dict[str, Any]:
    """Paths of written files by what they are."""
    return {name: result[name] for name in _PATHS if result.get(name) is not None}


def _record(
    asked: Any, result: dict[str, Any], options: dict[str, Any], session: Session
) -> dict[str, Any]:
    """Put together what is printed as JSON."""
    record: dict[str, Any] = {
        "hindcaster": __version__,
        "config": asked.config,
        "routes": [
            {name: value for name, value in route.items() if name != "strategy"}
            | {"strategy": _name(route["strategy"])}
            for route in asked.routes
        ],
        "data_routes": asked.data_routes,
        "candles": {name: len(entry["candles"]) for name, entry in asked.candles.items()},
        "metrics": result["metrics"],
    }
    if options["trades"]:
        record["trades"] = result["trades"]
    if options["equity"]:
        record["equity_curve"] = result["equity_curve"]
    record["files"] = _files(result)
    record["warnings"] = session.warned
    return record


def _name(strategy: Any) -> str:
    return strategy if isinstance(strategy, str) else strategy.__name__


def _tables(asked: Any, result: dict[str, Any], options: dict[str, Any]) -> list[Any]:
    """Make what is printed for people."""
    from hindcaster.reporting_html import value_text

    traded = ", ".join(
        f"{_name(route['strategy'])} on {route['symbol']} {route['timeframe']}"
        for route in asked.routes
    )
    table = output.new_table(["", ""], title=traded, right=[1], header=False)
    for name, value in result["metrics"].items():
        table.add_row(name, value_text(value))
    parts: list[Any] = [table]
    if options["trades"]:
        parts += ["", _trades_table(result["trades"])]
    return parts + [f"Written: {path}" for path in _files(result).values()]


def _trades_table(trades: list[dict[str, Any]]) -> Any:
    import pandas as pd

    frame = pd.DataFrame(
        [[trade[name] for name in _TRADE_COLUMNS] for trade in trades], columns=_TRADE_COLUMNS
    )
    for name in ("opened_at", "closed_at"):
        frame[name] = pd.to_datetime(frame[name], unit="ms")
    return output.frame_table(frame, "Trades")
