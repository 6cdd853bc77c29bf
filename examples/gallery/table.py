"""The table of all strategies of the gallery, and the page that is made from it."""

import inspect
from typing import Any, NamedTuple

import pandas as pd

from hindcaster import Backtest, Strategy
from hindcaster.costs import MakerTaker, PerShare, TickSlippage

from . import (
    breakout,
    crossings,
    exits,
    machines,
    order_terms,
    portfolio_of_signals,
    refused,
    reversal,
    sessions,
    sizing,
    stops,
    timeframes,
)
from .data import DATA


class Entry(NamedTuple):
    """A strategy, what it runs on, and why it cannot be compiled, if it cannot."""

    strategy: type[Strategy]
    data: str
    options: dict[str, Any]
    refusal: str = ""

    @property
    def compiles(self) -> bool:
        """Whether `Backtest(..., compiled=True)` is expected to work."""
        return not self.refusal

    @property
    def idea(self) -> str:
        """The first line of the strategy's docstring."""
        return (inspect.getdoc(self.strategy) or "").partition("\n")[0]

    def frame(self) -> pd.DataFrame:
        """Return the data set."""
        return DATA[self.data]()

    def backtest(self, **more: Any) -> Backtest:
        """Make the backtest, with further options."""
        return Backtest(self.frame(), self.strategy, **self.options, **more)


GOOG = "GOOG daily"
EURUSD = "EURUSD hourly"
BTCUSD = "BTCUSD monthly"
MINUTES = "minutes"
NEW_YORK = "minutes, New York time"

END = {"finalize_trades": True}
STOCK = END | {"commission": 0.002}
COINS = END | {"fractional": 0.01, "commission": MakerTaker(0.0001, 0.0002)}
FOREX = END | {"spread": 0.0001, "margin": 0.05}

_ENTRIES = (
    Entry(crossings.SmaCross, GOOG, STOCK),
    Entry(crossings.EmaCrossLongOnly, GOOG, STOCK),
    Entry(crossings.MacdCross, GOOG, END),
    Entry(crossings.CrossEitherWay, GOOG, END | {"exclusive_orders": True}),
    Entry(crossings.TripleAverage, EURUSD, FOREX),
    Entry(crossings.EmaRibbon, GOOG, STOCK),
    Entry(crossings.DirectionalMovement, EURUSD, FOREX),
    Entry(reversal.RsiReversal, GOOG, STOCK),
    Entry(reversal.BollingerTouch, EURUSD, FOREX),
    Entry(reversal.ZScoreReversion, EURUSD, FOREX),
    Entry(reversal.StochasticTurn, GOOG, STOCK),
    Entry(reversal.DownStreak, GOOG, END | {"trade_on_close": True}),
    Entry(reversal.InternalBarStrength, GOOG, END | {"trade_on_close": True}),
    Entry(reversal.GapFade, GOOG, END | {"trade_on_close": True}),
    Entry(reversal.CalmMarketDips, GOOG, END),
    Entry(reversal.OversizedBar, EURUSD, FOREX),
    Entry(breakout.DonchianBreakout, GOOG, STOCK),
    Entry(breakout.StopEntries, GOOG, END),
    Entry(breakout.StopLimitEntries, GOOG, STOCK),
    Entry(breakout.Turtle, GOOG, END | {"commission": (1.0, 0.0005)}),
    Entry(breakout.InsideBar, GOOG, END),
    Entry(breakout.VolumeBreakout, GOOG, STOCK),
    Entry(breakout.Squeeze, GOOG, END),
    Entry(breakout.OneStopOrder, GOOG, STOCK),
    Entry(stops.TrailingPercent, GOOG, STOCK),
    Entry(stops.ChandelierExit, GOOG, END),
    Entry(stops.BreakEvenStop, GOOG, STOCK),
    Entry(stops.BracketBothWays, EURUSD, FOREX),
    Entry(stops.BuyAndTrail, GOOG, STOCK),
    Entry(stops.TrailBothSides, GOOG, END),
    Entry(stops.SteppedStop, GOOG, STOCK),
    Entry(stops.LiftTheTarget, EURUSD, FOREX),
    Entry(order_terms.EitherSideOfTheRange, GOOG, END | {"slippage": TickSlippage(1)}),
    Entry(order_terms.PatientDip, GOOG, END | {"commission": PerShare(0.005, minimum=1.0)}),
    Entry(order_terms.MonthlySaver, BTCUSD, END | {"fractional": True, "cash": 20_000}),
    Entry(order_terms.FractionOnTrend, EURUSD, COINS),
    Entry(sizing.RangeSized, GOOG, STOCK),
    Entry(sizing.RiskSized, GOOG, END | {"margin": 0.5, "spread": 0.0005}),
    Entry(sizing.AntiMartingale, GOOG, END | {"cash": 50_000, "commission": sizing.per_share}),
    Entry(sizing.CappedMartingale, EURUSD, FOREX),
    Entry(sizing.HalfKelly, GOOG, STOCK),
    Entry(sizing.VolatilityTarget, GOOG, END | {"cash": 100_000}),
    Entry(sizing.EquityCurveFilter, GOOG, END),
    Entry(sizing.LeveragedMonths, BTCUSD, END | {"cash": 1_000_000, "margin": 0.5}),
    Entry(sessions.OpeningRange, MINUTES, STOCK | {"commission": 0.0002}),
    Entry(sessions.LondonHours, EURUSD, FOREX),
    Entry(sessions.FlatOverTheWeekend, EURUSD, FOREX),
    Entry(sessions.CrisisYears, GOOG, END),
    Entry(sessions.TurnOfTheMonth, GOOG, STOCK),
    Entry(sessions.LunchFade, NEW_YORK, END),
    Entry(sessions.FirstBarOfTheDay, NEW_YORK, END | {"margin": 0.5}),
    Entry(sessions.WeekdayTable, GOOG, END),
    Entry(timeframes.WeeklyTrend, GOOG, STOCK),
    Entry(timeframes.DailyTrendHourlyEntry, EURUSD, FOREX),
    Entry(timeframes.AllTimeFramesAgree, EURUSD, FOREX),
    Entry(timeframes.WeeklyPivots, GOOG, END),
    Entry(timeframes.QuarterHourMacd, MINUTES, END),
    Entry(machines.PullbackMachine, GOOG, STOCK),
    Entry(machines.StringStates, EURUSD, FOREX),
    Entry(machines.NumberedStates, GOOG, END),
    Entry(machines.MatchedStates, GOOG, STOCK),
    Entry(machines.CooldownAfterLoss, EURUSD, FOREX),
    Entry(machines.RingBuffer, EURUSD, FOREX),
    Entry(machines.ShiftedMatrix, GOOG, END, "assigns to a two-dimensional array"),
    Entry(machines.ParabolicStopAndReverse, GOOG, END),
    Entry(machines.ZigZag, GOOG, END),
    Entry(exits.TimeExit, GOOG, END),
    Entry(exits.DaysHeld, GOOG, STOCK),
    Entry(exits.BarsSince, GOOG, STOCK),
    Entry(exits.HalfOffTheTable, GOOG, STOCK),
    Entry(exits.ScaleOut, GOOG, END),
    Entry(exits.TargetLadder, GOOG, END),
    Entry(exits.BasketProfit, EURUSD, FOREX),
    Entry(exits.CutTheWorst, GOOG, END),
    Entry(portfolio_of_signals.Vote, GOOG, STOCK),
    Entry(portfolio_of_signals.LimitGrid, GOOG, END),
    Entry(portfolio_of_signals.LabelledGrid, EURUSD, FOREX, "makes texts for tags"),
    Entry(portfolio_of_signals.LongAndShortBooks, EURUSD, FOREX | {"hedging": True}),
    Entry(portfolio_of_signals.SentimentColumns, "GOOG daily with signals", END),
    Entry(portfolio_of_signals.ScaleInByTags, GOOG, END),
    Entry(portfolio_of_signals.PrecomputedSignals, GOOG, STOCK),
    Entry(portfolio_of_signals.SignedSignals, GOOG, END),
    Entry(portfolio_of_signals.FilteredMomentum, GOOG, STOCK),
    Entry(portfolio_of_signals.MedianBand, GOOG, END),
    Entry(refused.KeepsHistory, GOOG, END, "keeps a list and a deque"),
    Entry(refused.RandomEntries, GOOG, END, "draws from `random`"),
    Entry(refused.Logs, GOOG, END, "writes to a log"),
    Entry(refused.LearnedModel, GOOG, END, "calls the methods of a fitted model"),
    Entry(refused.DictOfPlans, GOOG, END, "keeps a dict of objects"),
    Entry(refused.PandasInNext, GOOG, END, "uses pandas in `next`"),
)

GALLERY = {entry.strategy.__name__: entry for entry in _ENTRIES}

_INTRODUCTION = """\
# Gallery of strategies

`examples/gallery/` holds {count} strategies as one writes them for backtesting.py, by theme;
those of `order_terms.py` use what only hindcaster's orders can say.
Each runs on a data set that comes with the package or is made from a seed, and gives the same
result to the last bit with `compiled=True` and `compiled=False`.
The last column says which strategies only the interpreter can run, and why;
`python -m examples.gallery` prints this page.

| strategy | idea | data | compiles |
|---|---|---|---|
"""


def page() -> str:
    """Make the page of the documentation: one row per strategy."""
    rows = (
        f"| [`{name}`](../examples/gallery/{_theme(entry)}.py) | {entry.idea} | {entry.data} "
        f"| {'yes' if entry.compiles else f'no: {entry.refusal}'} |\n"
        for name, entry in GALLERY.items()
    )
    return _INTRODUCTION.format(count=len(GALLERY)) + "".join(rows)


def _theme(entry: Entry) -> str:
    return entry.strategy.__module__.rpartition(".")[2]
