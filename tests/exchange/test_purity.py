"""Runs are pure functions: threads, processes, the working directory, module state."""

import pickle
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest

import hindcaster.helpers as jh
import hindcaster.indicators as ta
from hindcaster.research import PreparedCandles, backtest
from hindcaster.strategies import Strategy

from .drawn import market
from .support import EXCHANGE, SYMBOL, data_route, entry, flat, futures, idle, pack, route, run


class EmaCross(Strategy):
    """Enters above an average; its length depends on the configuration."""

    def should_long(self):
        return self.price > ta.ema(self.candles, 8)

    def should_short(self):
        return self.price < ta.ema(self.candles, 8)

    def go_long(self):
        self.buy = 1, self.price
        self.stop_loss = 1, self.price * 0.99

    def go_short(self):
        self.sell = 1, self.price
        self.stop_loss = 1, self.price * 1.01

    def update_position(self):
        self.vars["forming"] = self.get_candles(EXCHANGE, SYMBOL, "15m")[-1]
        if self.index % 7 == 0:
            self.liquidate()


def simulate(seed):
    config = futures(warm_up_candles=10 + seed % 3 * 20)
    routes = [data_route(SYMBOL, "15m")]
    return run(EmaCross, market(seed, 600, True), "3m", config=config, data_routes=routes)


def test_threads_give_what_one_after_the_other_gives():
    alone = [simulate(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(simulate, range(8)))
    np.testing.assert_equal(together, alone)


def test_a_run_inside_a_run_disturbs_neither():
    inner = []

    def before(self):
        if self.index == 3:
            inner.append(simulate(1))

    seen = []
    strategy = idle(before=before, after=lambda self: seen.append(jh.now()))
    run(strategy, flat(6))
    np.testing.assert_equal(inner, [simulate(1)])
    assert seen == [1_609_459_200_000 + 60_000 * i for i in range(1, 7)]


def test_processes_give_the_same():
    alone = [simulate(seed) for seed in range(2)]
    together = joblib.Parallel(n_jobs=2)(joblib.delayed(simulate)(seed) for seed in range(2))
    np.testing.assert_equal(together, alone)


def test_results_are_the_same_every_time_and_can_be_pickled():
    first, second = simulate(5), simulate(5)
    np.testing.assert_equal(first, second)
    np.testing.assert_equal(pickle.loads(pickle.dumps(first)), first)


def test_nothing_is_written_nor_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    simulate(2)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_helpers_know_the_run_of_their_own_thread():
    seen, barrier = {}, threading.Barrier(2)

    def simulate_from(day):
        def before(self):
            barrier.wait(10)
            seen.setdefault(day, []).append((jh.now(), jh.is_backtesting()))

        run(idle(before=before), flat(3, start=86_400_000 * day))

    threads = [threading.Thread(target=simulate_from, args=(day,)) for day in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for day in (1, 2):
        assert seen[day] == [(86_400_000 * day + 60_000 * i, True) for i in (1, 2, 3)]
    assert not jh.is_backtesting()


def test_exceptions_of_a_strategy_pass_unchanged():
    error = RuntimeError("mine")

    def fail(self):
        raise error

    with pytest.raises(RuntimeError) as raised:
        run(idle(before=fail), flat(1))
    assert raised.value is error
    assert len(run(entry((1, 100)), flat(3))["trades"]) == 1


def test_prepared_candles_give_the_same_and_are_copied_and_folded_once():
    rows = market(3, 600, True)
    warm = market(4, 60, True)
    warm[:, 0] -= 60 * 60_000
    routes = [data_route(SYMBOL, "15m")]

    def simulate(candles, warmup_candles=None):
        return backtest(
            futures(warm_up_candles=20),
            [route(EmaCross, timeframe="3m")],
            routes,
            candles,
            warmup_candles,
            hyperparameters={},
        )

    expected = simulate(pack(rows), pack(warm))
    prepared = PreparedCandles(pack(rows), pack(warm))
    rows[:, 1:] = np.nan
    np.testing.assert_equal(simulate(prepared), expected)
    bars = {name: id(array) for name, array in prepared.built[SYMBOL].items()}
    assert sorted(minutes for minutes, _, _ in bars) == [3, 15]
    np.testing.assert_equal(simulate(prepared), expected)
    assert {name: id(array) for name, array in prepared.built[SYMBOL].items()} == bars


def test_finished_runs_let_go_of_their_candles():
    kept = []
    rows = market(3, 20_000, False)
    strategy = idle(before=lambda self: kept.append(self) if self.index == 0 else None)
    tracemalloc.start()
    try:
        run(strategy, rows, "4h")
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            run(strategy, rows, "4h")
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 5 * rows.nbytes / 2
