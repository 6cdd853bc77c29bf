"""Single rows of `summarize` as numbers, computed from a finished account without any object.

One kernel serves every row that is a number; it computes what that row needs and nothing else.
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np

from hindcaster._jit import kernel, subkernel
from hindcaster._types import FloatArray, IntArray
from hindcaster.stats.drawdowns import scan_drawdowns
from hindcaster.stats.returns import (
    MarketMoves,
    annual_moments,
    annualized,
    compound_growth,
    market_beta,
    pairwise_sum,
    percent_change,
    period_returns,
)
from hindcaster.stats.time_axis import TimeAxis
from hindcaster.stats.trades import exposed_bars, trade_metrics

EXPOSURE: Final = 0
EQUITY_FINAL: Final = 1
EQUITY_PEAK: Final = 2
TOTAL: Final = 3
HELD: Final = 4
ANNUAL: Final = 5
VOLATILITY: Final = 6
CAGR: Final = 7
SHARPE: Final = 8
SORTINO: Final = 9
CALMAR: Final = 10
ALPHA: Final = 11
BETA: Final = 12
DEEPEST: Final = 13
MEAN_DEPTH: Final = 14
TRADES: Final = 15
WIN_RATE: Final = 16
BEST: Final = 17
WORST: Final = 18
AVERAGE: Final = 19
PROFIT_FACTOR: Final = 20
EXPECTANCY: Final = 21
SQN: Final = 22
KELLY: Final = 23

SCORES: Final = {
    "Exposure Time [%]": EXPOSURE,
    "Equity Final [$]": EQUITY_FINAL,
    "Equity Peak [$]": EQUITY_PEAK,
    "Return [%]": TOTAL,
    "Buy & Hold Return [%]": HELD,
    "Return (Ann.) [%]": ANNUAL,
    "Volatility (Ann.) [%]": VOLATILITY,
    "CAGR [%]": CAGR,
    "Sharpe Ratio": SHARPE,
    "Sortino Ratio": SORTINO,
    "Calmar Ratio": CALMAR,
    "Alpha [%]": ALPHA,
    "Beta": BETA,
    "Max. Drawdown [%]": DEEPEST,
    "Avg. Drawdown [%]": MEAN_DEPTH,
    "# Trades": TRADES,
    "Win Rate [%]": WIN_RATE,
    "Best Trade [%]": BEST,
    "Worst Trade [%]": WORST,
    "Avg. Trade [%]": AVERAGE,
    "Profit Factor": PROFIT_FACTOR,
    "Expectancy [%]": EXPECTANCY,
    "SQN": SQN,
    "Kelly Criterion": KELLY,
}


class Calendar(NamedTuple):
    """What scores need of the index and the prices.

    Attributes
    ----------
    is_datetime : bool
        Whether anything is annualised.
    period_ends : numpy.ndarray of int64
        Last bar of each return period.
    factor, years : float
        Return periods per year, years of the data.
    close : numpy.ndarray of float64
        Closes of the bars.
    market : MarketMoves
        Log returns of the closes.
    """

    is_datetime: bool
    period_ends: IntArray
    factor: float
    years: float
    close: FloatArray
    market: MarketMoves


class Records(NamedTuple):
    """Closed trades in closing order, in arrays with room for more."""

    entry_bar: IntArray
    exit_bar: IntArray
    pnl: FloatArray
    return_pct: FloatArray


class Scratch(NamedTuple):
    """Room for the drawdown of each bar, and for each of its episodes."""

    course: FloatArray
    first: IntArray
    last: IntArray
    depth: FloatArray


def records_for(room: int) -> Records:
    """Make empty arrays for trades."""
    return Records(
        np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room), np.empty(room)
    )


def scratch_for(n_bars: int) -> Scratch:
    """Make room for the drawdowns of a curve; an episode has three bars or more."""
    room = n_bars // 2 + 1
    first, last = np.empty(room, np.int64), np.empty(room, np.int64)
    return Scratch(np.empty(n_bars), first, last, np.empty(room))


def calendar_of(axis: TimeAxis, close: FloatArray, market: MarketMoves) -> Calendar:
    """Gather what scores need."""
    return Calendar(
        bool(axis.is_datetime),
        _plain(axis.period_ends),
        float(axis.annual_factor),
        float(axis.years),
        _plain(close),
        market,
    )


def _plain(array: Any) -> Any:
    """Copy an array that is read-only or not contiguous: kernels are compiled for one kind."""
    return array if array.flags.writeable and array.flags.c_contiguous else array.copy()


def can_score(name: Any, axis: TimeAxis) -> bool:
    """Whether `score` computes a row on an index.

    It does not for durations, for the two rows that some results lack, and where labels repeat:
    drawdowns that end on such a label count more than once.
    """
    return (
        isinstance(name, str)
        and name in SCORES
        and not (name == "CAGR [%]" and not axis.is_datetime)
        and not (name == "Avg. Drawdown [%]" and axis.has_repeats)
    )


@subkernel
def _annualized_score(number: int, equity: FloatArray, calendar: Calendar) -> float:
    if not calendar.is_datetime:
        return 0.0 if number == ANNUAL else math.nan
    if number in (ANNUAL, SORTINO):
        growth, _, sortino, ruined = annualized(equity, calendar.period_ends, calendar.factor, 0.0)
        if number == SORTINO:
            return sortino
        return 0.0 if ruined else growth * 100.0
    returns = period_returns(equity, calendar.period_ends)
    growth, volatility = annual_moments(returns, calendar.factor)
    risk = volatility * 100.0
    if number == VOLATILITY:
        return risk
    return growth * 100.0 / risk if risk != 0.0 else math.nan


@subkernel
def _drawdown_score(number: int, equity: FloatArray, calendar: Calendar, room: Scratch) -> float:
    deepest, peak, count = scan_drawdowns(equity, room.course, room.first, room.last, room.depth)
    if number == EQUITY_PEAK:
        return peak
    if number == DEEPEST:
        return -deepest * 100.0
    if number == MEAN_DEPTH:
        if count > 0:
            return -(pairwise_sum(room.depth[:count]) / count) * 100.0
        final = room.course[-1]
        return math.nan if final == 0.0 else -final * 100.0
    if deepest == 0.0:
        return math.nan
    if not calendar.is_datetime:
        return 0.0
    growth, _, _, _ = annualized(equity, calendar.period_ends, calendar.factor, 0.0)
    return growth / deepest


@subkernel
def _market_score(number: int, equity: FloatArray, calendar: Calendar, warmup: int) -> float:
    held = percent_change(calendar.close[warmup], calendar.close[-1])
    if number == HELD:
        return held
    beta = market_beta(equity, calendar.market)
    if number == BETA:
        return beta
    return percent_change(equity[0], equity[-1]) - beta * held


@subkernel
def _trade_score(number: int, trades: Records, count: int) -> float:
    metrics = trade_metrics(trades.pnl[:count], trades.return_pct[:count])
    if number == WIN_RATE:
        return metrics.win_rate * 100.0
    if number == BEST:
        return metrics.best * 100.0
    if number == WORST:
        return metrics.worst * 100.0
    if number == AVERAGE:
        return 0.0 if metrics.worst <= -1.0 else metrics.average * 100.0
    if number == PROFIT_FACTOR:
        return metrics.profit_factor
    if number == EXPECTANCY:
        return metrics.expectancy * 100.0
    return metrics.sqn if number == SQN else metrics.kelly


@kernel
def score(
    number: int,
    equity: FloatArray,
    trades: Records,
    count: int,
    warmup: int,
    calendar: Calendar,
    room: Scratch,
) -> float:
    """One row of `summarize`, without risk-free rate.

    Parameters
    ----------
    number : int
        Which one: see `SCORES`.
    equity : numpy.ndarray of float64
        Equity per bar.
    trades : Records
        Closed trades.
    count : int
        How many of them; at least one.
    warmup : int
        Bar before the first that the strategy saw.
    calendar : Calendar
        Index and prices.
    room : Scratch
        Overwritten.
    """
    if number == EQUITY_FINAL:
        return equity[-1]  # type: ignore[no-any-return]
    if number == TOTAL:
        return percent_change(equity[0], equity[-1])
    if number == TRADES:
        return float(count)
    if number == EXPOSURE:
        exposed = exposed_bars(trades.entry_bar[:count], trades.exit_bar[:count], equity.size)
        return exposed / equity.size * 100.0
    if number == CAGR:
        return compound_growth(equity, calendar.years) * 100.0 if calendar.years else math.nan
    if number in (ANNUAL, VOLATILITY, SHARPE, SORTINO):
        return _annualized_score(number, equity, calendar)
    if number in (EQUITY_PEAK, DEEPEST, MEAN_DEPTH, CALMAR):
        return _drawdown_score(number, equity, calendar, room)
    if number in (HELD, ALPHA, BETA):
        return _market_score(number, equity, calendar, warmup)
    return _trade_score(number, trades, count)


@kernel
def score_rows(
    numbers: IntArray,
    equity: FloatArray,
    trades: Records,
    count: int,
    warmup: int,
    calendar: Calendar,
    room: Scratch,
    out: FloatArray,
) -> None:
    """Several rows of `summarize`, as `score` computes each; no trades have NaN statistics.

    Parameters
    ----------
    numbers : numpy.ndarray of int64
        Which ones.
    equity, trades, count, warmup, calendar, room
        As for `score`; `count` may be 0.
    out : numpy.ndarray of float64
        Where the values go.
    """
    for place, number in enumerate(numbers):
        if count > 0 or number < TRADES:
            out[place] = score(number, equity, trades, count, warmup, calendar, room)
        else:
            out[place] = 0.0 if number == TRADES else math.nan
