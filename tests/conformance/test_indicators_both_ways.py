"""Strategies that compute indicators in `init` trade the same interpreted and compiled."""

from __future__ import annotations

import pytest

import hindcaster.indicators as ta
from hindcaster import Strategy
from hindcaster.test import GOOG

from .both_ways import differences, outcome_of


class Crossing(Strategy):
    """One value a bar: of a series, of candles, with arguments by place and by name."""

    period = 10

    def init(self) -> None:
        self.fast = self.I(ta.ema, self.data.Close, self.period)
        self.slow = self.I(ta.kama, self.data.Close, period=30)
        self.range = self.I(ta.atr, self.data)

    def next(self) -> None:
        price = self.data.Close[-1]
        if not self.position and self.fast[-1] > self.slow[-1]:
            self.buy(sl=price - 3 * self.range[-1])
        elif self.position and self.fast[-1] < self.slow[-1]:
            self.position.close()


class Lines(Strategy):
    """Several values a bar, of the frame: as rows of one array, and each under its own name."""

    def init(self) -> None:
        self.trend = self.I(ta.supertrend, self.data.df, 10, factor=2)
        self.line, self.signal, self.bars = self.I(ta.macd, self.data.df.Close)
        self.above = self.I(ta.ttm_trend, self.data.df)

    def next(self) -> None:
        price = self.data.Close[-1]
        if price > self.trend[0][-1] and self.bars[-1] > 0 and self.above[-1]:
            if not self.position:
                self.buy(size=10, tp=price * 1.1)
        elif self.line[-1] < self.signal[-1] and self.position:
            self.position.close()


@pytest.mark.parametrize("strategy", [Crossing, Lines])
def test_indicators_of_init_give_the_same_trades_compiled(strategy: type[Strategy]) -> None:
    options = {"cash": 100_000, "commission": 0.001, "finalize_trades": True}
    interpreted, compiled = (
        outcome_of(GOOG, strategy, options, compiled=way) for way in (False, True)
    )
    assert differences(interpreted, compiled) == []
    assert compiled.stats is not None
    assert compiled.stats.execution.compiled
    assert compiled.stats["# Trades"] > 20
