"""What `backtest` returns."""

from __future__ import annotations

from typing import Any, Final

from hindcaster._types import FloatArray
from hindcaster.engine.exchange.columns import CLOSE, OPEN
from hindcaster.exchange.lane import Lane
from hindcaster.exchange.run import Run
from hindcaster.exchange.timeframes import MINUTE_MS
from hindcaster.research.timeline import Timeline
from hindcaster.stats.exchange import exchange_metrics
from hindcaster.strategies.hyperparameters import table

# Colours of the series of an equity curve: the account, then the benchmarks in turn.
_PORTFOLIO_COLOR: Final = "#818CF8"
_BENCHMARK_COLORS: Final = ("#fbbf24", "#fb7185", "#60A5FA", "#4ADE80", "#E879F9", "#F97316")


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
    run: Run, timeline: Timeline, *, equity_curve: bool, benchmark: bool, hyperparameters: bool
) -> dict[str, Any]:
    """Put the result together."""
    minutes = round((timeline.clocks.item(-1) - timeline.start) / MINUTE_MS)
    result: dict[str, Any] = {
        "metrics": measure(run, minutes),
        "trades": [trade.to_dict_with_orders for trade in run.trades],
        "logs": None,
    }
    if equity_curve:
        result["equity_curve"] = _equity_curve(run, timeline, benchmark)
    if hyperparameters:
        result["hyperparameters"] = table(run.routes[0].strategy)
    return result


def _series(name: str, samples: FloatArray, color: str) -> dict[str, Any]:
    points = [
        {"time": time / 1000, "value": value, "color": color} for time, value in samples.tolist()
    ]
    return {"name": name, "data": points, "color": color}


def _equity_curve(run: Run, timeline: Timeline, benchmark: bool) -> list[dict[str, Any]] | None:
    if not run.trades:
        return None
    samples = run.samples.as_array()
    curve = [_series("Portfolio", samples, _PORTFOLIO_COLOR)]
    if benchmark:
        for index, lane in enumerate(run.lanes):
            color = _BENCHMARK_COLORS[index % len(_BENCHMARK_COLORS)]
            curve.append(_series(lane.symbol, _buy_and_hold(lane, timeline, samples), color))
    return curve


def _buy_and_hold(lane: Lane, timeline: Timeline, samples: FloatArray) -> FloatArray:
    """Give the starting balance held in a symbol since its first open, at the samples' times."""
    rows = lane.quotes.rows
    held = samples.copy()
    steps = timeline.clocks.searchsorted(samples[1:, 0])
    bought = rows.item(lane.quotes.first, OPEN)
    for index, step in enumerate(steps.tolist(), start=1):
        row = timeline.first_row(lane.symbol, step + 1) - 1
        held[index, 1] = samples[0, 1] * rows.item(row, CLOSE) / bought
    return held
