"""What `backtest` returns."""

from __future__ import annotations

from typing import Any

from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.research.outputs.csv_file import write_csv
from hindcaster.research.outputs.equity_curve import equity_curve
from hindcaster.research.outputs.json_file import write_json
from hindcaster.research.outputs.logs import Log, write_log
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.outputs.texts import run_name
from hindcaster.research.outputs.tradingview import write_tradingview
from hindcaster.research.outputs.wanted import Wanted
from hindcaster.research.timeline import Timeline
from hindcaster.stats.exchange import exchange_metrics
from hindcaster.strategies.hyperparameters import table


def measure(run: Run, minutes: int | None) -> dict[str, Any]:
    """Compute the metrics of a run, or of what there is of it."""
    trades = [
        {
            "type": trade.type,
            "PNL": trade.pnl,
            "fee": trade.fee,
            "holding_period": trade.holding_period,
            "opened_at": trade.opened_at,
            "closed_at": trade.closed_at,
        }
        for trade in run.trades
    ]
    return dict(
        exchange_metrics(
            trades,
            run.samples.as_array(),
            run.terms.starting_balance,
            run.wallet.balance,
            run.terms.annualization,
            run.open_trades,
            run.open_pl,
            minutes,
        )
    )


def result_of(
    run: Run, timeline: Timeline, wanted: Wanted, storage: Storage | None
) -> dict[str, Any]:
    """Put the result together, and write the files that are asked for."""
    minutes = round((timeline.clocks.item(-1) - timeline.start) / MINUTE_MS)
    result: dict[str, Any] = {
        "metrics": measure(run, minutes),
        "trades": [trade.to_dict_with_orders for trade in run.trades],
        "logs": None,
    }
    if wanted.equity_curve:
        result["equity_curve"] = equity_curve(run, timeline, wanted.benchmark)
    if wanted.hyperparameters:
        result["hyperparameters"] = table(run.routes[0].strategy)
    if storage is not None:
        _write_tables(run, wanted, storage, result)
        _write_pictures(run, timeline, wanted, storage, result)
    return result


def _write_tables(run: Run, wanted: Wanted, storage: Storage, result: dict[str, Any]) -> None:
    """Write what lists orders and trades."""
    journal = run.journal
    if wanted.logs and isinstance(journal, Log):
        result["logs"] = write_log(journal, storage)
    if wanted.csv:
        result["csv"] = write_csv(run, storage)
    if wanted.json:
        result["json"] = write_json(run, storage)
    if wanted.tradingview and journal is not None:
        result["tradingview"] = write_tradingview(run, journal.fills, storage)


def _write_pictures(
    run: Run, timeline: Timeline, wanted: Wanted, storage: Storage, result: dict[str, Any]
) -> None:
    """Write what is drawn, with libraries that are imported for it."""
    if wanted.charts and run.journal is not None:
        from hindcaster.research.outputs.charts import write_charts

        fills, metrics = run.journal.fills, result["metrics"]
        result |= write_charts(run, timeline, fills, metrics, storage, benchmark=wanted.benchmark)
    if wanted.quantstats:
        from hindcaster.research.outputs.quantstats import write_quantstats

        name = run_name(run)
        result["quantstats"] = write_quantstats(
            run, timeline, storage, name, benchmark=wanted.benchmark
        )
