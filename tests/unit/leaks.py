"""Strategies that use the future, each in another way, and some that only look as if they did."""

import functools
import random
from collections import deque
from types import SimpleNamespace

import numpy as np
import pandas as pd

from hindcaster import Strategy
from hindcaster.lib import SignalStrategy, TrailingStrategy, resample_apply
from hindcaster.test import SMA


def random_bars(length=160, seed=1, freq="D"):
    """Bars that walk at random, with a volume and a mood beside them."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.015, length)))
    opened = close * np.exp(rng.normal(0, 0.004, length))
    return pd.DataFrame(
        {
            "Open": opened,
            "High": np.maximum(opened, close) * (1 + abs(rng.normal(0, 0.003, length))),
            "Low": np.minimum(opened, close) * (1 - abs(rng.normal(0, 0.003, length))),
            "Close": close,
            "Volume": rng.integers(1_000, 5_000, length),
            "mood": rng.normal(size=length),
        },
        index=pd.date_range("2024-01-01", periods=length, freq=freq),
    ).round(2)


BARS = random_bars()
OTHER = pd.Series(np.random.default_rng(8).normal(size=len(BARS)), BARS.index)
CLOSES = BARS.Close.to_numpy()
TABLES = {"bars": BARS}
SETTINGS = SimpleNamespace(frame=BARS)
BY_DATE = BARS.Close.to_dict()
ROWS = [tuple(row) for row in BARS.to_numpy()]
HOLIDAYS = pd.Series("closed", BARS.index[::20])
WEEKS = BARS.resample("W").Close.last()


class Compared(Strategy):
    """Long while the close is above the line, short below; subclasses make the line."""

    def init(self):
        self.line = self.I(self.values, name="line", overlay=True)

    def values(self):
        raise NotImplementedError

    def next(self):
        if self.data.Close[-1] > self.line[-1]:
            if not self.position.is_long:
                self.position.close()
                self.buy(size=1)
        elif not self.position.is_short:
            self.position.close()
            self.sell(size=1)


class Foreseeing(Strategy):
    """Buys before a rise and sells before a fall of `tomorrow()`."""

    def init(self):
        pass

    def tomorrow(self, bar):
        raise NotImplementedError

    def next(self):
        close = self.data.Close[-1]
        tomorrow = self.tomorrow(len(self.data) - 1)
        if tomorrow > 1.01 * close and not self.position:
            self.buy(size=1)
        elif tomorrow < close and self.position:
            self.position.close()


# -- what init computes ----------------------------------------------------------------------


class CenteredMean(Compared):
    def values(self):
        return self.data.Close.s.rolling(9, center=True).mean()


class ShiftedBack(Compared):
    def values(self):
        return self.data.Close.s.shift(-1)


class NormalisedByAll(Compared):
    def values(self):
        close = self.data.Close.s
        return close - close.std() * np.sign(close - close.mean())


class WrongLabel(Compared):
    def values(self):
        weeks = self.data.Close.s.resample("W", label="left").last()
        return weeks.reindex(self.data.index, method="ffill")


class TransformedWeek(Compared):
    def values(self):
        close = self.data.Close.s
        return close.groupby(close.index.to_period("W")).transform("mean")


class Backfilled(Compared):
    def values(self):
        return self.data.Close.s.rolling(100).mean().bfill()


class FilteredBothWays(Compared):
    def values(self):
        close = self.data.Close.s
        return close.ewm(span=10).mean()[::-1].ewm(span=10).mean()[::-1]


class Interpolated(Compared):
    def values(self):
        close = self.data.Close.s
        return close.where(np.arange(len(close)) % 7 == 0).interpolate()


class RankedInAll(Compared):
    def values(self):
        close = self.data.Close.s
        return close * (0.5 + close.rank(pct=True))


class FitToAll(Compared):
    def values(self):
        bars = np.arange(len(self.data))
        return np.polyval(np.polyfit(bars, self.data.Close, 3), bars)


class Fourier(Compared):
    def values(self):
        spectrum = np.fft.rfft(self.data.Close)
        spectrum[12:] = 0
        return np.fft.irfft(spectrum, len(self.data))


class Convolved(Compared):
    def values(self):
        return np.convolve(self.data.Close, np.ones(5) / 5, mode="same")


class MeanAsNumber(Strategy):
    def init(self):
        self.mean = float(np.mean(self.data.Close))

    def next(self):
        if self.data.Close[-1] < self.mean and not self.position:
            self.buy(size=1)
        elif self.data.Close[-1] > self.mean:
            self.position.close()


class PlainArray(Foreseeing):
    def init(self):
        self.rises = (self.data.Close.s.shift(-1) / self.data.Close.s).to_numpy()

    def tomorrow(self, bar):
        return self.rises[bar] * self.data.Close[-1]


class AddedColumn(Compared):
    def init(self):
        self.data.df["smooth"] = self.data.df.Close.rolling(5, center=True).mean()

    def next(self):
        if self.data.smooth[-1] > self.data.Close[-1] and not self.position:
            self.buy(size=1)
        elif self.data.smooth[-1] < self.data.Close[-1]:
            self.position.close()


class OtherColumn(Compared):
    def values(self):
        return self.data.Close.s + self.data.mood.s.shift(-2)


class DerivedArray(Strategy):
    def init(self):
        self.change = np.append(np.diff(self.data.Close), 0)  # an array of the data: cut by bar
        self.change = self.data.Close * 0 + self.change

    def next(self):
        if self.change[-1] > 0 and not self.position:
            self.buy(size=1)
        elif self.change[-1] < 0:
            self.position.close()


class SignalOfTomorrow(SignalStrategy):
    def init(self):
        super().init()
        rises = self.data.Close.s.pct_change().shift(-1)
        self.set_signal(0.2 * (rises > 0.01), rises < 0)


class TrailingByPercent(TrailingStrategy):
    def init(self):
        super().init()
        self.set_trailing_pct(0.03)

    def next(self):
        super().next()
        if not self.position and len(self.data) > 110:
            self.buy(size=1)


class TrailingFromTheFirstBar(TrailingStrategy):
    def next(self):
        super().next()
        if not self.position:
            self.buy(size=1)


class SizedByFuture(Strategy):
    def init(self):
        self.risk = self.data.Close.s.pct_change().std()

    def next(self):
        if len(self.data) % 10 == 0:
            self.buy(size=max(1, int(0.02 / self.risk * 10)))
        elif len(self.data) % 10 == 5:
            self.position.close()


class StopByFuture(Strategy):
    def init(self):
        self.lowest = self.data.Low.s[::-1].rolling(5, min_periods=1).min()[::-1].to_list()

    def next(self):
        if not self.position:
            self.buy(size=1)
        for trade in self.trades:
            trade.sl = 0.99 * self.lowest[len(self.data) - 1]


# -- data used outside of its bar ------------------------------------------------------------


class WholeFrame(Foreseeing):
    def init(self):
        self.frame = self.data.df

    def tomorrow(self, bar):
        return self.frame.Close.iloc[min(bar + 1, len(self.frame) - 1)]


class WholeArrayInList(Foreseeing):
    def init(self):
        self.kept = [np.asarray(self.data.Close)]

    def tomorrow(self, bar):
        return self.kept[0][min(bar + 1, len(self.kept[0]) - 1)]


class ClosureOfInit(Foreseeing):
    def init(self):
        close = np.asarray(self.data.Close)
        self.ask = lambda bar: close[min(bar + 1, len(close) - 1)]

    def tomorrow(self, bar):
        return self.ask(bar)


class BaseOfView(Foreseeing):
    def tomorrow(self, bar):
        whole = self.data.Close.base
        return whole[min(bar + 1, len(whole) - 1)]


class GlobalFrame(Foreseeing):
    def tomorrow(self, bar):
        return BARS.Close.iloc[min(bar + 1, len(BARS) - 1)]


class GlobalArray(Foreseeing):
    def tomorrow(self, bar):
        return CLOSES[min(bar + 1, len(CLOSES) - 1)]


class GlobalByDate(Foreseeing):
    def tomorrow(self, bar):
        later = BARS.loc[self.data.index[-1] :]
        return later.Close.iloc[:2].iloc[-1]


class GlobalTables(Foreseeing):
    def tomorrow(self, bar):
        return TABLES["bars"].Close.iloc[min(bar + 1, len(BARS) - 1)]


class GlobalNamespace(Foreseeing):
    def tomorrow(self, bar):
        return SETTINGS.frame.Close.iloc[min(bar + 1, len(BARS) - 1)]


class GlobalWeeks(Foreseeing):
    def tomorrow(self, bar):
        return WEEKS.loc[self.data.index[-1] :].iloc[0]


class ClassAttribute(Foreseeing):
    frame = BARS

    def tomorrow(self, bar):
        return self.frame.Close.iloc[min(bar + 1, len(self.frame) - 1)]


class DefaultArgument(Foreseeing):
    def tomorrow(self, bar, frame=BARS):
        return frame.Close.iloc[min(bar + 1, len(frame) - 1)]


def close_after(bar):
    return BARS.Close.iloc[min(bar + 1, len(BARS) - 1)]


class GlobalFunction(Foreseeing):
    def tomorrow(self, bar):
        return close_after(bar)


def closing_over(frame):
    class Closed(Foreseeing):
        def tomorrow(self, bar):
            return frame.Close.iloc[min(bar + 1, len(frame) - 1)]

    return Closed


Closure = closing_over(BARS)


@functools.cache
def loaded():
    return BARS.copy()


class CachedLoader(Foreseeing):
    def tomorrow(self, bar):
        return loaded().Close.iloc[min(bar + 1, 159)]


class Dates(Foreseeing):
    def tomorrow(self, bar):
        return BY_DATE.get(self.data.index[-1] + pd.Timedelta(days=1), 0.0)


class Rows(Foreseeing):
    def tomorrow(self, bar):
        return ROWS[min(bar + 1, len(ROWS) - 1)][3]


class Feed:
    def __init__(self, bars):
        self.markets = {"spot": {"bars": bars}}

    def close(self, bar):
        return self.markets["spot"]["bars"].Close.iloc[min(bar, 159)]


FEED = Feed(BARS)


class ObjectWithTables(Foreseeing):
    def tomorrow(self, bar):
        return FEED.close(bar + 1)


def with_table(bar):
    return with_table.bars.Close.iloc[min(bar + 1, 159)]


with_table.bars = BARS


class FunctionAttribute(Foreseeing):
    def tomorrow(self, bar):
        return with_table(bar)


class OtherAsset(Strategy):
    def init(self):
        pass

    def next(self):
        tomorrow = OTHER.iloc[min(len(self.data), len(OTHER) - 1)]
        if tomorrow > 0.5 and not self.position:
            self.buy(size=1)
        elif tomorrow < 0:
            self.position.close()


class RareCrash(Strategy):
    """Sells only before a fall by a quarter, which the data do not have."""

    def init(self):
        self.after = self.data.Close.s.shift(-1).ffill().to_numpy()

    def next(self):
        if not self.position:
            self.buy(size=1)
        elif self.after[len(self.data) - 1] < 0.75 * self.data.Close[-1]:
            self.position.close()


class RememberedOnly(Strategy):
    """Writes down tomorrow's price and trades by something else."""

    def init(self):
        self.kept = self.data.df
        self.seen = 0.0

    def next(self):
        self.seen = self.kept.Close.iloc[min(len(self.data), len(self.kept) - 1)]
        if len(self.data) % 20 == 0:
            self.buy(size=1)


class CancelsByFuture(Strategy):
    def init(self):
        self.closes = np.asarray(self.data.Close)

    def next(self):
        bar = len(self.data) - 1
        if bar % 10 == 0:
            self.buy(size=1, limit=0.95 * self.data.Close[-1])
        if bar % 10 == 4 and self.closes[min(bar + 2, 159)] < self.data.Close[-1]:
            for order in self.orders:
                order.cancel()


class SizedByTomorrow(Strategy):
    def init(self):
        self.volumes = np.asarray(self.data.Volume)

    def next(self):
        bar = len(self.data) - 1
        if bar % 15 == 3:
            self.buy(size=int(self.volumes[min(bar + 1, 159)] // 1000))
        elif bar % 15 == 9:
            self.position.close()


class TaggedByTomorrow(Strategy):
    def init(self):
        self.closes = np.asarray(self.data.Close)

    def next(self):
        bar = len(self.data) - 1
        if bar % 15 == 3:
            self.buy(size=1, tag=float(self.closes[min(bar + 1, 159)]))


class SwingHighs(Strategy):
    def init(self):
        high = self.data.High.s
        self.swing = self.I(lambda: (high == high.rolling(5, center=True).max()).astype(float))

    def next(self):
        if self.swing[-1]:
            self.sell(size=1)
        elif len(self.data) % 7 == 0:
            self.position.close()


class Repainted(Strategy):
    """Marks a swing's end on the bar of its extreme, which is known only later."""

    def init(self):
        self.ends = self.I(self.mark, np.asarray(self.data.Close), name="ends")

    def mark(self, close):
        marks, extreme, side = np.zeros(len(close)), 0, 1
        for bar in range(len(close)):
            if side * (close[bar] - close[extreme]) > 0:
                extreme = bar
            elif side * (close[extreme] / close[bar] - 1) > 0.03:
                marks[extreme], extreme, side = side, bar, -side
        return marks

    def next(self):
        if self.ends[-1] < 0:
            self.buy(size=1)
        elif self.ends[-1] > 0:
            self.position.close()


class JoinedForward(Compared):
    def values(self):
        close = self.data.Close.s.rename_axis("time")
        weeks = close.resample("W").last().rename("week")
        joined = pd.merge_asof(
            close.reset_index(), weeks.reset_index(), on="time", direction="forward"
        )
        return joined["week"].to_numpy()


class Rolled(Compared):
    def values(self):
        return np.roll(self.data.Close, -1)


LEAKS = {
    cls.__name__: cls
    for cls in (
        CenteredMean,
        ShiftedBack,
        NormalisedByAll,
        WrongLabel,
        TransformedWeek,
        Backfilled,
        FilteredBothWays,
        Interpolated,
        RankedInAll,
        FitToAll,
        Fourier,
        Convolved,
        MeanAsNumber,
        PlainArray,
        AddedColumn,
        OtherColumn,
        DerivedArray,
        SignalOfTomorrow,
        TrailingByPercent,
        TrailingFromTheFirstBar,
        SizedByFuture,
        StopByFuture,
        WholeFrame,
        WholeArrayInList,
        ClosureOfInit,
        BaseOfView,
        RareCrash,
        RememberedOnly,
        CancelsByFuture,
        SizedByTomorrow,
        TaggedByTomorrow,
        SwingHighs,
        Repainted,
        JoinedForward,
        Rolled,
    )
}
HELD_LEAKS = {
    "GlobalFrame": (GlobalFrame, "BARS"),
    "GlobalArray": (GlobalArray, "CLOSES"),
    "GlobalByDate": (GlobalByDate, "BARS"),
    "GlobalTables": (GlobalTables, "TABLES"),
    "GlobalNamespace": (GlobalNamespace, "frame"),
    "GlobalWeeks": (GlobalWeeks, "WEEKS"),
    "ClassAttribute": (ClassAttribute, "frame"),
    "DefaultArgument": (DefaultArgument, "frame"),
    "GlobalFunction": (GlobalFunction, "BARS"),
    "Closure": (Closure, "frame"),
    "CachedLoader": (CachedLoader, "loaded"),
    "Dates": (Dates, "BY_DATE"),
    "Rows": (Rows, "ROWS"),
    "ObjectWithTables": (ObjectWithTables, "markets"),
    "FunctionAttribute": (FunctionAttribute, "bars"),
    "OtherAsset": (OtherAsset, "OTHER"),
}


# -- nothing wrong ---------------------------------------------------------------------------


class BuyAndHold(Strategy):
    def init(self):
        pass

    def next(self):
        if not self.position:
            self.buy()


class ClosesOnTheLastBar(Strategy):
    def init(self):
        self.bars = len(self.data)

    def next(self):
        if len(self.data) % 10 == 0:
            self.buy(size=1)
        if len(self.data) >= self.bars - 1:
            self.position.close()


class Texts(Strategy):
    def init(self):
        rises = self.data.Close.s.diff() > 0
        sides = rises.map({True: "up", False: "down"}).to_numpy(object)
        self.side = self.I(lambda: sides, scatter=True, plot=False, overlay=False)

    def next(self):
        if self.side[-1] == "up" and not self.position:
            self.buy(size=1, tag=("up", len(self.data)))
        elif self.side[-1] == "down":
            self.position.close()


class Seeded(Strategy):
    def init(self):
        self.dice = np.random.default_rng(4)

    def next(self):
        if self.dice.random() < 0.1:
            self.position.close() if self.position else self.buy(size=1)


class Unseeded(Strategy):
    def init(self):
        pass

    def next(self):
        if random.random() < 0.1 or np.random.random() < 0.05:  # noqa: NPY002
            self.position.close() if self.position else self.buy(size=1)


class BackfilledBeforeTheStart(Strategy):
    def init(self):
        self.slow = self.I(SMA, self.data.Close, 60)
        self.filled = self.I(lambda: self.data.Close.s.rolling(60).mean().bfill(), name="filled")

    def next(self):
        if self.data.Close > self.filled and not self.position:
            self.buy(size=1)
        elif self.data.Close < self.filled:
            self.position.close()


class TrainedOnTheFirstBars(Strategy):
    def init(self):
        close = np.asarray(self.data.Close)[:100]
        self.mean = np.diff(close).mean()
        self.model = {"weights": [self.mean / close.mean(), close.std()]}

    def next(self):
        if len(self.data) <= 100:
            return
        change = self.data.Close[-1] / self.data.Close[-2] - 1
        if change > self.model["weights"][0] and not self.position:
            self.buy(size=1)
        elif change < 0:
            self.position.close()


class LabelsOfThePast(Strategy):
    """Holds what came five bars later, and looks only at what is known by now."""

    def init(self):
        self.later = (self.data.Close.s.shift(-5) / self.data.Close.s - 1).to_numpy()

    def next(self):
        bar = len(self.data) - 1
        if bar < 30:
            return
        known = self.later[bar - 25 : bar - 4]
        if known.mean() > 0 and not self.position:
            self.buy(size=1)
        elif known.mean() < 0:
            self.position.close()


class GlobalUpToTheBar(Strategy):
    def init(self):
        self.index = self.data.index

    def next(self):
        mood = BARS.mood.loc[: self.data.index[-1]].iloc[-3:].mean()
        if mood + OTHER.iloc[len(self.data) - 1] > 0.5 and not self.position:
            self.buy(size=1)
        elif mood < 0:
            self.position.close()


class FinestMove(Strategy):
    def init(self):
        self.highs = deque(maxlen=10)

    def next(self):
        self.highs.append(self.data.High[-1])
        if not self.orders and not self.position:
            self.buy(size=1, stop=max(self.highs) + self.data.pip, sl=0.97 * self.data.Close[-1])
        elif self.position.pl_pct > 2:
            self.position.close()


class CompleteWeeks(Strategy):
    def init(self):
        self.weekly = resample_apply("W", SMA, self.data.Close, 4)

    def next(self):
        if self.data.Close > self.weekly and not self.position:
            self.buy(size=1)
        elif self.data.Close < self.weekly:
            self.position.close()


class SumsOfAll(Compared):
    """Carries sums from the first bar on, whose rounding depends on how they are made."""

    def values(self):
        close = np.asarray(self.data.Close)
        sums = np.concatenate([[0], np.cumsum(close * 1e6)])
        return np.append(np.full(9, np.nan), (sums[10:] - sums[:-10]) / 1e7)


class FastConvolution(Compared):
    def values(self):
        close, size = np.asarray(self.data.Close), 2 * len(self.data)
        weights = np.r_[np.ones(10) / 10, np.zeros(size - 10)]
        product = np.fft.rfft(close, size) * np.fft.rfft(weights, size)
        return np.fft.irfft(product, size)[: len(close)]


class KnowsTheCalendar(Strategy):
    def init(self):
        pass

    def next(self):
        later = HOLIDAYS.index[HOLIDAYS.index > self.data.index[-1]]
        if len(later) and (later[0] - self.data.index[-1]).days == 1:
            self.position.close()
        elif not self.position:
            self.buy(size=1)


INNOCENT = {
    cls.__name__: cls
    for cls in (
        BuyAndHold,
        ClosesOnTheLastBar,
        Texts,
        Seeded,
        Unseeded,
        BackfilledBeforeTheStart,
        TrainedOnTheFirstBars,
        LabelsOfThePast,
        GlobalUpToTheBar,
        FinestMove,
        CompleteWeeks,
        SumsOfAll,
        FastConvolution,
        KnowsTheCalendar,
    )
}
