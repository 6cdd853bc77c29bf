"""`hindcaster run`: one backtest."""

from __future__ import annotations

from typing import Any

import click

from hindcaster.cli import backtests, output
from hindcaster.cli.options import backtest_options, data_options, output_options
from hindcaster.cli.sections import SectionedCommand, option
from hindcaster.cli.session import Session

_EXAMPLES = """\b
Examples:
  hindcaster run cross.py --data GOOG --commission 0.002 --finalize-trades
  hindcaster run cross.py:SmaCross --data bars.csv --set fast=12 --report
  hindcaster run cross.py --data Binance:BTC-USDT --timeframe 4h --from 2024-01-01 --json
"""


@click.command("run", cls=SectionedCommand, epilog=_EXAMPLES)
@click.argument("strategy", metavar="FILE.py[:Class]")
@option("--set", "values", multiple=True, metavar="NAME=VALUE", help="Set a parameter; repeat.")
@data_options
@backtest_options
@output_options
@click.pass_obj
def run(session: Session, /, strategy: str, values: tuple[str, ...], **options: Any) -> None:
    """Run a strategy over bars and show its statistics."""
    from hindcaster.cli.parameters import read_values
    from hindcaster.cli.strategies import load_strategy

    with backtests.stdout_for_json(options["as_json"]):
        cls = load_strategy(strategy, "bars", session)
        parameters = read_values(values, cls)
        backtest, bars = backtests.make_backtest(cls, options)
        stats = backtest.run(**parameters)
        files = backtests.write_files(backtest, stats, options)
    if options["as_json"]:
        output.show_json(backtests.result_record(backtest, bars, stats, options, session, files))
    else:
        output.show(*backtests.result_tables(bars, stats, options, files))
