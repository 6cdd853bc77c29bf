"""Candle pipelines: which rows they get, in which order, and what the run sees of them.

The numbers are those of Jesse 3.5.3 with the same candles, pipelines and strategies.
"""

import numpy as np
import pytest

from hindcaster.candle_pipelines import BaseCandlesPipeline
from hindcaster.research import PreparedCandles, backtest
from hindcaster.strategies import Strategy

from .support import EXCHANGE, SYMBOL, data_route, flat, futures, idle, pack, route, run

FIRST = 26_000_000  # minutes since 1970


def walk(count, seed=1, first=FIRST):
    noise = np.random.default_rng(seed)
    close = 100 + np.cumsum(noise.normal(0, 0.1, count))
    open_ = np.r_[100, close[:-1]]
    high, low = np.maximum(open_, close) + 0.05, np.minimum(open_, close) - 0.05
    times = 60_000.0 * (np.arange(count) + first)
    return np.column_stack([times, open_, close, high, low, np.ones(count)])


class Recording(BaseCandlesPipeline):
    """Lifts the batches that begin in even minutes."""

    made = ()

    def __init__(self, batch_size, name="argument"):
        super().__init__(batch_size)
        self.name = name
        self.calls = []
        Recording.made = (*Recording.made, self)

    def process(self, original_1m_candles, out):
        minute = int(original_1m_candles[0, 0] / 60_000)
        before = out[0, :2].tolist()
        self.calls.append((minute - FIRST, len(original_1m_candles), round(self.last_price, 4)))
        self.calls[-1] += (before,)
        if minute % 2:
            out[:] = np.nan
            return False
        out[:] = original_1m_candles
        out[:, 1:5] += 0.5
        original_1m_candles[:] = np.nan
        return True


@pytest.fixture(autouse=True)
def forget():
    Recording.made = ()


class Steady(Strategy):
    def should_long(self):
        return self.index % 7 == 1

    def should_cancel_entry(self):
        return True

    def go_long(self):
        self.buy = 1, self.price

    def update_position(self):
        if self.index % 7 == 4:
            self.liquidate()

    def before(self):
        self.vars.setdefault("prices", []).append(round(float(self.price), 4))

    def terminate(self):
        seen.append(self.vars["prices"])


seen: list = []
PRICES = {  # at the end of each bar, by which bars were lifted
    "odd": [100.61, 100.2249, 100.6443, 100.075],
    "all": [100.61, 100.7249, 100.6443, 100.575],
}


def result(count, strategy=Steady, **arguments):
    seen.clear()
    candles = pack(walk(count))
    found = backtest(futures(), [route(strategy, timeframe="5m")], [], candles, **arguments)
    assert np.array_equal(candles[f"{EXCHANGE}-{SYMBOL}"]["candles"], walk(count))
    return round(found["metrics"]["net_profit"], 6)


def piped(batch_size):
    return {
        "candles_pipeline_class": Recording,
        "candles_pipeline_kwargs": {"batch_size": batch_size},
    }


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    ("count", "batch_size", "profit", "lifted", "calls"),
    [
        (20, 5, -0.149934, "odd", [(0, 100.0), (5, 100.61), (10, 100.2249), (15, 100.6443)]),
        (22, 6, -0.17668, "all", [(0, 100.0), (6, 100.6546), (12, 100.7824), (18, 100.6789)]),
        (20, 40, -0.149934, "all", [(0, 100.0)]),
    ],
)  # fmt: skip
def test_batches_and_what_the_run_sees_of_them(count, batch_size, profit, lifted, calls, fast_mode):
    assert result(count, **piped(batch_size), fast_mode=fast_mode) == profit
    assert seen == [PRICES[lifted]]
    (pipeline,) = Recording.made
    assert [(start, price) for start, _, price, _ in pipeline.calls] == calls
    assert sum(rows for _, rows, _, _ in pipeline.calls) == count
    assert pipeline.calls[0][3] == [0, 0]
    if batch_size == 6:
        assert pipeline.calls[1][3] == [60_000 * FIRST, 100.5]


def test_every_symbol_has_its_own_and_batches_come_in_the_order_of_time():
    order = []

    class Ordered(Recording):
        def process(self, original_1m_candles, out):
            order.append((id(self), original_1m_candles[0, 0] / 60_000 - FIRST))
            return super().process(original_1m_candles, out)

    backtest(
        futures(),
        [route(idle(), timeframe="5m")],
        [data_route("ETH-USDT", "5m")],
        pack({SYMBOL: walk(20), "ETH-USDT": walk(20, seed=2)}),
        candles_pipeline_class=Ordered,
        candles_pipeline_kwargs={"batch_size": 10},
    )
    first, second = map(id, Recording.made)
    assert order == [(first, 0), (second, 0), (first, 10), (second, 10)]


def test_warm_up_candles_do_not_pass_through():
    run(idle(), walk(10), warm=walk(10, first=FIRST - 10), **piped(10))
    (pipeline,) = Recording.made
    assert [call[:2] for call in pipeline.calls] == [(0, 10)]


def test_strategies_bring_pipelines_of_their_own_unless_a_class_is_given():
    class Own(Steady):
        asked = ()

        def candles_pipeline(self):
            Own.asked = (*Own.asked, self.symbol)
            return Recording(5, "own")

    assert result(20, Own) == -0.149934
    assert Own.asked == (SYMBOL,)
    assert [pipeline.name for pipeline in Recording.made] == ["own"]
    assert seen == [PRICES["odd"]]
    assert result(20, Own, **piped(10)) == -0.149934
    assert [pipeline.name for pipeline in Recording.made] == ["own", "argument"]
    assert Own.asked == (SYMBOL,)


def test_prepared_candles_stay_as_they_are():
    prepared = PreparedCandles(pack(walk(22)))
    routes = [route(Steady, timeframe="5m")]
    arguments = ({}, piped(6), {})
    runs = [backtest(futures(), routes, [], prepared, **more) for more in arguments]
    plain, changed, again = (found["trades"][0]["entry_price"] for found in runs)
    assert (changed, again) == (pytest.approx(plain + 0.5), plain)


class Writing(BaseCandlesPipeline):
    def __init__(self, batch_size, column=1, value=100.0):
        super().__init__(batch_size)
        self.place = column, value

    def process(self, original_1m_candles, out):
        out[:] = original_1m_candles
        out[-1, self.place[0]] = self.place[1]
        return True


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"candles_pipeline_class": object}, TypeError, "BaseCandlesPipeline"),
        ({"candles_pipeline_class": Writing(5)}, TypeError, "BaseCandlesPipeline"),
        (piped(0), ValueError, "batch_size must be 1 or more, got 0"),
        (piped(2.5), TypeError, "float"),
        (piped(5) | {"candles_pipeline_kwargs": None}, TypeError, "batch_size"),
    ],
)
def test_what_is_no_pipeline_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        run(idle(), flat(5), **arguments)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (0, 60_000.0, "row"),
        (0, 1e13, "times"),
        (2, np.nan, "not finite"),
        (5, np.inf, "not finite"),
    ],
)
def test_what_a_pipeline_writes_is_checked(column, value, text):
    how = {"batch_size": 3, "column": column, "value": value}
    with pytest.raises(ValueError, match=f"Writing for '{SYMBOL}', rows from 0 on.*{text}"):
        run(idle(), flat(5), candles_pipeline_class=Writing, candles_pipeline_kwargs=how)


def test_a_strategy_has_to_give_a_pipeline():
    class Wrong(idle()):
        def candles_pipeline(self):
            return Recording

    with pytest.raises(TypeError, match=r"Wrong\.candles_pipeline\(\)"):
        run(Wrong, flat(5))
