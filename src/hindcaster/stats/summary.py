"""The public result rows of a run and its equity curve frame: names, order, types, definitions."""

import math
from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import AnyArray, FloatArray, IntArray
from hindcaster.data.blocks import frame_of_blocks, spans_of
from hindcaster.stats.drawdowns import Drawdowns, drawdowns_of
from hindcaster.stats.returns import (
    MarketMoves,
    annualized,
    compound_growth,
    market_beta,
    market_moves,
    percent_change,
)
from hindcaster.stats.time_axis import TimeAxis
from hindcaster.stats.trades import ClosedTrades, exposed_bars, trade_metrics

METRIC_NAMES: tuple[str, ...] = (
    "Start",
    "End",
    "Duration",
    "Exposure Time [%]",
    "Equity Final [$]",
    "Equity Peak [$]",
    "Commissions [$]",
    "Return [%]",
    "Buy & Hold Return [%]",
    "Return (Ann.) [%]",
    "Volatility (Ann.) [%]",
    "CAGR [%]",
    "Sharpe Ratio",
    "Sortino Ratio",
    "Calmar Ratio",
    "Alpha [%]",
    "Beta",
    "Max. Drawdown [%]",
    "Avg. Drawdown [%]",
    "Max. Drawdown Duration",
    "Avg. Drawdown Duration",
    "# Trades",
    "Win Rate [%]",
    "Best Trade [%]",
    "Worst Trade [%]",
    "Avg. Trade [%]",
    "Max. Trade Duration",
    "Avg. Trade Duration",
    "Profit Factor",
    "Expectancy [%]",
    "SQN",
    "Kelly Criterion",
)

_CURVE_COLUMNS = ("Equity", "DrawdownPct", "DrawdownDuration")
_COURSES, _DURATION = np.arange(2), np.array([2])  # their places in the curve
_NAT = np.iinfo(np.int64).min
_UNDEFINED = np.float64(np.nan)


def summarize(
    axis: TimeAxis,
    equity: FloatArray,
    close: FloatArray,
    trades: ClosedTrades,
    *,
    warmup: int,
    commissions: float | None = None,
    risk_free_rate: float = 0.0,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Compute the public result rows and the equity curve of a finished run.

    Below, e is the equity and c the close per bar, r the return from one day to the next that has
    bars (from one week, month or year to the next if that is the median bar period), A the number
    of such periods in a year, g the geometric mean of r, d the drawdown 1 - e / (highest e so
    far), and an episode a stretch of at least two bar steps from one bar with d = 0 to the next,
    or to the last bar. Trades are the closed ones, with P their profit in cash and q their
    return, both net of commissions.

    ==========================  =================================================================
    Row                         Definition
    ==========================  =================================================================
    Start, End                  first and last label of the index
    Duration                    End - Start
    Exposure Time [%]           share of bars within any trade, entry and exit bar included
    Equity Final [$]            last e
    Equity Peak [$]             highest e
    Commissions [$]             `commissions`; no such row if None or 0
    Return [%]                  (last e - first e) / first e
    Buy & Hold Return [%]       (last c - c[warmup]) / c[warmup]
    Return (Ann.) [%]           (1 + g)**A - 1; 0 after a period that lost everything
    Volatility (Ann.) [%]       sqrt((s**2 + (1 + g)**2)**A - (1 + g)**(2 A)), s**2 the sample
                                variance of r: that of a product of A independent growth factors
                                (Tobin 1965)
    CAGR [%]                    (last e / first e)**(1 / years) - 1, years of 365.25 days; only
                                for a datetime index; NaN if no time passes
    Sharpe Ratio                (Return (Ann.) - risk-free rate) / Volatility (Ann.)
                                (Sharpe 1966); NaN without volatility
    Sortino Ratio               (Return (Ann.) - risk-free rate) / (sqrt(mean(min(r, 0)**2))
                                sqrt(A)) (Sortino & Price 1994)
    Calmar Ratio                Return (Ann.) / -Max. Drawdown (Young 1991); NaN without drawdown
    Alpha [%]                   Jensen's alpha (1968): Return - risk-free rate - Beta (Buy & Hold
                                Return - risk-free rate)
    Beta                        covariance of ln(e[i] / e[i-1]) with ln(c[i] / c[i-1]) over the
                                variance of the latter, all bars (Sharpe 1964)
    Max. Drawdown [%]           -max(d)
    Avg. Drawdown [%]           mean over the episodes of -(the highest d within)
    Max. Drawdown Duration      longest time from first to last bar of an episode
    Avg. Drawdown Duration      mean of those times
    # Trades                    number of trades
    Win Rate [%]                share of P > 0
    Best Trade [%]              max(q)
    Worst Trade [%]             min(q)
    Avg. Trade [%]              geometric mean of q; 0 if any trade lost all of its value
    Max. Trade Duration         longest time from entry to exit
    Avg. Trade Duration         mean of those times
    Profit Factor               sum of q > 0 over minus the sum of q < 0; NaN without the latter
    Expectancy [%]              arithmetic mean of q
    SQN                         system quality number: sqrt(# Trades) mean(P) / std(P), sample
                                deviation (Van Tharp 2008); NaN without deviation
    Kelly Criterion             w - (1 - w) / (mean P > 0 / -mean P < 0), w the win rate as a
                                fraction (Kelly 1956); NaN unless there are wins and losses
    ==========================  =================================================================

    Rows marked [%] are multiplied by 100. Durations are rounded up to the finest component of
    the median bar period, on a datetime index. On any other index nothing is annualised:
    durations are plain numbers, Return (Ann.) and Calmar Ratio are 0, Volatility (Ann.), Sharpe
    Ratio and Sortino Ratio NaN.

    If the only drawdown is in the last bar there is no episode; then all four episode rows and
    the column DrawdownDuration hold the size of that drawdown instead (the durations as a
    positive fraction). If a label occurs more than once, an episode that ends on it is entered at
    each of its bars, and weighs as much in the two averages.

    Parameters
    ----------
    axis : TimeAxis
        Index of the data.
    equity : numpy.ndarray of float64
        Equity per bar.
    close : numpy.ndarray of float64
        Closing price per bar.
    trades : ClosedTrades
        Closed trades in closing order.
    warmup : int
        Bar from which buying and holding is counted.
    commissions : float, optional
        Sum of all commissions paid.
    risk_free_rate : float
        Yearly rate as a fraction, between -1 and 1 exclusive.

    Returns
    -------
    rows : dict
        Value per row, in the order of `METRIC_NAMES`.
    curve : pandas.DataFrame
        Columns Equity, DrawdownPct (d) and DrawdownDuration (at the last bar of each episode its
        duration, elsewhere NaT or NaN), on the index of the data.

    Raises
    ------
    AssertionError
        If `risk_free_rate` is out of bounds.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> axis = TimeAxis(pd.date_range("2024-01-01", periods=4))
    >>> none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    >>> rows, curve = summarize(
    ...     axis,
    ...     equity=np.array([100.0, 75.0, 90.0, 110.0]),
    ...     close=np.array([10.0, 11.0, 12.0, 11.0]),
    ...     trades=ClosedTrades(none, none, nothing, nothing, none),
    ...     warmup=0,
    ... )
    >>> float(rows["Max. Drawdown [%]"]), rows["Max. Drawdown Duration"]
    (-25.0, Timedelta('3 days 00:00:00'))
    """
    if not abs(risk_free_rate) < 1:
        raise AssertionError(
            f"risk_free_rate is a fraction between -1 and 1, not {risk_free_rate!r}"
        )
    n = len(equity)
    market = market_of(axis, close)
    courses = np.empty((2, n))
    courses[0] = equity
    # One memory layout, whatever the caller's: a kernel is compiled anew for every other one.
    equity = courses[0]
    trades = ClosedTrades(*map(np.ascontiguousarray, trades))
    drawdowns = drawdowns_of(equity, courses[1])
    durations, drawdown_rows = _drawdown_rows(axis, courses[1], drawdowns)
    exposed = exposed_bars(trades.entry_bar, trades.exit_bar, n)
    rows: dict[str, Any] = {
        "Start": axis.start,
        "End": axis.end,
        "Duration": axis.duration,
        "Exposure Time [%]": np.float64(exposed / n * 100),
        "Equity Final [$]": equity[-1],
        "Equity Peak [$]": np.float64(drawdowns.peak),
    }
    if commissions:
        rows["Commissions [$]"] = np.float64(commissions)
    held = percent_change(float(close[warmup]), float(close[-1]))
    rows |= _return_rows(axis, equity, market, held, drawdowns.deepest, risk_free_rate)
    rows |= drawdown_rows
    rows |= _trade_rows(axis, trades) if len(trades.pnl) else _NO_TRADES
    blocks = [(courses, _COURSES), (durations, _DURATION)]
    return rows, frame_of_blocks(_CURVE_COLUMNS, blocks, axis.index)


def market_of(axis: TimeAxis, close: FloatArray) -> MarketMoves:
    """Look up, or compute and keep, what runs over the same closes have in common."""
    kept = axis.market
    if kept is None or kept[0] is not close:
        moves = market_moves(np.ascontiguousarray(close, dtype=np.float64))
        axis.market = kept = (close, moves)
    return kept[1]


def _return_rows(
    axis: TimeAxis,
    equity: FloatArray,
    market: MarketMoves,
    held: float,
    deepest: float,
    risk_free_rate: float,
) -> dict[str, Any]:
    total = percent_change(float(equity[0]), float(equity[-1]))
    beta = market_beta(equity, market)
    rows: dict[str, Any] = {
        "Return [%]": np.float64(total),
        "Buy & Hold Return [%]": np.float64(held),
    }
    if axis.is_datetime:
        growth, volatility, sortino, ruined = annualized(
            equity, axis.period_ends, axis.annual_factor, risk_free_rate
        )
        annual = growth * 100
        risk = volatility * 100
        # The integer is part of the compatible output: it prints as 0, not as 0.0.
        rows["Return (Ann.) [%]"] = 0 if ruined else np.float64(annual)
        rows["Volatility (Ann.) [%]"] = np.float64(risk)
        rows["CAGR [%]"] = (
            np.float64(compound_growth(equity, axis.years) * 100) if axis.years else math.nan
        )
        rows["Sharpe Ratio"] = (
            np.float64((annual - risk_free_rate * 100) / risk) if risk else _UNDEFINED
        )
        rows["Sortino Ratio"] = np.float64(sortino)
        rows["Calmar Ratio"] = np.float64(growth / deepest) if deepest else _UNDEFINED
    else:
        rows["Return (Ann.) [%]"] = 0.0
        rows["Volatility (Ann.) [%]"] = _UNDEFINED
        rows["Sharpe Ratio"] = _UNDEFINED
        rows["Sortino Ratio"] = _UNDEFINED
        rows["Calmar Ratio"] = np.float64(0.0) if deepest else math.nan
    hurdle = risk_free_rate * 100
    rows["Alpha [%]"] = np.float64(total - hurdle - beta * (held - hurdle))
    rows["Beta"] = np.float64(beta) if len(equity) > 2 else math.nan
    return rows


def _mean(values: AnyArray) -> np.float64:
    # Ticks are added as floats: as integers, long durations of many trades would overflow.
    mean: np.float64 = values.sum(dtype=np.float64) / values.size
    return mean


def _drawdown_rows(
    axis: TimeAxis, course: FloatArray, drawdowns: Drawdowns
) -> tuple[Any, dict[str, Any]]:
    """Duration column of the equity curve as a block, and the rows on drawdowns."""
    deepest, _, first, last, depth = drawdowns
    longest: Any
    average: Any
    mean_depth: Any
    column: Any
    if depth.size:
        ticks = axis.ticks[last] - axis.ticks[first]
        if axis.has_repeats:
            last, episode = _bars_with_labels_of(axis, last)
            ticks, depth = ticks[episode], depth[episode]
        if axis.is_datetime:
            column = np.full(course.size, _NAT)
            column[last] = ticks
            column = spans_of(column.view(f"m8[{axis.unit}]"))
        else:
            column = np.full((1, course.size), np.nan)
            ticks = ticks.astype(np.float64)
            column[0, last] = ticks
        longest = axis.span_rounded_up(ticks.max())
        average = axis.span_rounded_up(_mean(ticks))
        mean_depth = -_mean(depth) * 100
    else:
        column = np.where(course == 0, np.nan, course)[np.newaxis]
        final = column[0, -1]
        # Without an episode only the last bar can be below the peak.
        longest = np.float64(final)
        average, mean_depth = (longest, -longest * 100) if final == final else (math.nan, math.nan)
    return column, {
        "Max. Drawdown [%]": np.float64(-deepest * 100),
        "Avg. Drawdown [%]": mean_depth,
        "Max. Drawdown Duration": longest,
        "Avg. Drawdown Duration": average,
    }


def _bars_with_labels_of(axis: TimeAxis, bars: IntArray) -> tuple[IntArray, IntArray]:
    """Find all bars that share the labels of some bars, and for each the place in `bars`.

    Durations and depths belong to labels: on a repeated label each of its bars carries them, and
    counts in their averages.
    """
    begin = np.searchsorted(axis.ticks, axis.ticks[bars], side="left")
    end = np.searchsorted(axis.ticks, axis.ticks[bars], side="right")
    episode = np.repeat(np.arange(len(bars)), end - begin)
    spans = [np.arange(a, b) for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    return np.concatenate(spans), episode


_NO_TRADES: dict[str, Any] = {
    "# Trades": 0,
    "Win Rate [%]": math.nan,
    "Best Trade [%]": math.nan,
    "Worst Trade [%]": math.nan,
    "Avg. Trade [%]": _UNDEFINED,
    "Max. Trade Duration": math.nan,
    "Avg. Trade Duration": math.nan,
    "Profit Factor": _UNDEFINED,
    "Expectancy [%]": math.nan,
    "SQN": _UNDEFINED,
    "Kelly Criterion": math.nan,
}


def _trade_rows(axis: TimeAxis, trades: ClosedTrades) -> dict[str, Any]:
    metrics = trade_metrics(trades.pnl, trades.return_pct)
    return {
        "# Trades": len(trades.pnl),
        "Win Rate [%]": np.float64(metrics.win_rate * 100),
        "Best Trade [%]": np.float64(metrics.best * 100),
        "Worst Trade [%]": np.float64(metrics.worst * 100),
        # The integer is part of the compatible output: it prints as 0, not as 0.0.
        "Avg. Trade [%]": 0 if metrics.worst <= -1 else np.float64(metrics.average * 100),
        "Max. Trade Duration": axis.span_rounded_up(trades.duration.max()),
        "Avg. Trade Duration": axis.span_rounded_up(_mean(trades.duration)),
        "Profit Factor": np.float64(metrics.profit_factor),
        "Expectancy [%]": np.float64(metrics.expectancy * 100),
        "SQN": np.float64(metrics.sqn),
        "Kelly Criterion": np.float64(metrics.kelly),
    }
