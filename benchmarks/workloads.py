"""The timed pieces of work, run in a fresh process by `run.py` with the package's name.

    python workloads.py PACKAGE WORKLOAD REPEATS

Prints one JSON line: {"seconds": best of the repeats, ...}. Strategies use only names that both
packages have. ``BENCH_DIVISOR`` makes the long data sets shorter.
"""

import importlib
import json
import os
import resource
import sys
import tempfile
import time
import warnings

os.environ.setdefault("TQDM_DISABLE", "1")
PACKAGE, WORKLOAD, REPEATS = sys.argv[1], sys.argv[2], int(sys.argv[3])
DIVISOR = int(os.environ.get("BENCH_DIVISOR", "1"))
# A different choice would be timed if the package decided by itself.
INTERPRETED = {"compiled": False} if PACKAGE == "hindcaster" else {}
COMPILED = {"compiled": True} if PACKAGE == "hindcaster" else {}
SLOW_CROSS = {"fast": 200, "slow": 400}


def best_of(work, setup=None):
    times = []
    for _ in range(REPEATS):
        argument = setup() if setup else None
        started = time.perf_counter()
        result = work(argument) if setup else work()
        times.append(time.perf_counter() - started)
    return min(times), result


def import_package():
    started = time.perf_counter()
    package = importlib.import_module(PACKAGE)
    assert package.Backtest.run, package.Strategy.I  # names may be loaded when they are used
    seconds = time.perf_counter() - started
    heavy = [name for name in ("bokeh", "joblib", "numba", "scipy", "talib") if name in sys.modules]
    return {"seconds": seconds, "imported": heavy}


def strategies():
    package = importlib.import_module(PACKAGE)
    lib = importlib.import_module(PACKAGE + ".lib")
    helpers = importlib.import_module(PACKAGE + ".test")

    class SmaCross(package.Strategy):
        fast = 10
        slow = 20

        def init(self):
            self.sma1 = self.I(helpers.SMA, self.data.Close, self.fast)
            self.sma2 = self.I(helpers.SMA, self.data.Close, self.slow)

        def next(self):
            if lib.crossover(self.sma1, self.sma2):
                self.position.close()
                self.buy()
            elif lib.crossover(self.sma2, self.sma1):
                self.position.close()
                self.sell()

    class Nothing(package.Strategy):
        def init(self):
            pass

        def next(self):
            pass

    class Trailing(SmaCross):
        def next(self):
            if not self.position:
                if lib.crossover(self.sma1, self.sma2):
                    self.buy(trail="1%")
                elif lib.crossover(self.sma2, self.sma1):
                    self.sell(trail="1%")

    class Bracket(SmaCross):
        def next(self):
            price = self.data.Close[-1]
            if not self.position:
                if lib.crossover(self.sma1, self.sma2):
                    self.buy(sl=price * 0.998, tp=price * 1.004)
                elif lib.crossover(self.sma2, self.sma1):
                    self.sell(sl=price * 1.002, tp=price * 0.996)

    return package.Backtest, SmaCross, Nothing, Bracket, Trailing


def minute_bars(n_bars):
    import numpy as np
    import pandas as pd

    n_bars //= DIVISOR
    rng = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 2e-4, n_bars)))
    open_ = np.r_[close[0], close[:-1]]
    wick = close * np.abs(rng.normal(0, 1e-4, n_bars))
    return pd.DataFrame(
        {
            "Open": open_,
            "High": np.maximum(open_, close) + wick,
            "Low": np.minimum(open_, close) - wick,
            "Close": close,
            "Volume": rng.integers(1, 1000, n_bars).astype(float),
        },
        index=pd.date_range("2020-01-01", periods=n_bars, freq="min"),
    )


def goog():
    import numpy as np
    import pandas as pd

    with np.load(os.environ["BENCH_GOOG"]) as columns:
        return pd.DataFrame(dict(columns)).set_index("Time").rename_axis(None)


def run_over(data, number, **options):
    backtest, *choices = strategies()
    return lambda: backtest(data, choices[number], **INTERPRETED, **options).run()


def outcome(seconds, stats, **more):
    return {"seconds": seconds, "trades": int(stats["# Trades"]), "equity": stats.iloc[4], **more}


def sma_200k():
    run = run_over(minute_bars(200_000), 0)
    run()
    seconds, stats = best_of(run)
    return outcome(seconds, stats)


def nothing_200k():
    run = run_over(minute_bars(200_000), 1)
    run()
    seconds, stats = best_of(run)
    return {"seconds": seconds, "equity": stats.iloc[4]}


def goog_test(**options):
    backtest, sma_cross, *_ = strategies()
    return backtest(goog(), sma_cross, commission=0.002, **options)


def warm_run(test):
    test.run()
    seconds, stats = best_of(test.run)
    return outcome(seconds, stats)


def goog_run():
    return warm_run(goog_test(**INTERPRETED))


def goog_compiled():
    return warm_run(goog_test(**COMPILED))


def time_bar_loop():
    """Have every compiled run note the time of its bar loop per bar, which is without `init`."""
    from hindcaster.native import drive

    run_program, noted = drive.run_program, []

    def timed(program, run, broker, start):
        started = time.perf_counter()
        result = run_program(program, run, broker, start)
        seconds = time.perf_counter() - started
        noted.append((seconds, seconds / (len(broker.bars) - start)))
        return result

    drive.run_program = timed
    return noted


def long_run(number, **parameters):
    """Whole `run()` over 2 million bars and, compiled, its bar loop alone."""
    backtest, *choices = strategies()
    data = minute_bars(2_000_000)
    loops = time_bar_loop() if PACKAGE == "hindcaster" else []
    # Warm-up on less data: machine code is the same for every length, and the peer is slow.
    backtest(data.iloc[:5_000], choices[number], **COMPILED).run(**parameters)
    loops.clear()
    test = backtest(data, choices[number], **COMPILED)
    seconds, stats = best_of(lambda: test.run(**parameters))
    if not loops:
        return outcome(seconds, stats)
    loop, per_bar = min(loops)
    return outcome(seconds, stats, loop=loop, per_bar=per_bar)


def sma_2m():
    return long_run(0, **SLOW_CROSS)


def sma_2m_many_trades():
    return long_run(0)


def bracket_2m():
    return long_run(2, **SLOW_CROSS)


def trailing_2m():
    return long_run(3, **SLOW_CROSS)


def resample_1m():
    """Hourly and daily bins of a million minutes, and nothing computed on them."""
    from hindcaster.lib import resample_apply

    close = minute_bars(1_000_000).Close
    hours, days = (best_of(lambda r=rule: resample_apply(r, None, close))[0] for rule in ("h", "D"))
    return {"seconds": max(hours, days)}


def drawn(test, draw):
    """Draw a finished run: `first` with the imports, then again."""
    test.run()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.html")
        started = time.perf_counter()
        draw(test, path)
        first = time.perf_counter() - started
        seconds, _ = best_of(lambda: draw(test, path))
        return {"seconds": seconds, "first": first, "bytes": os.path.getsize(path)}


def plot(test, path):
    test.plot(filename=path, open_browser=False)


def report(test, path):
    test.report(path, open_browser=False)


def long_test(n_bars):
    backtest, sma_cross, *_ = strategies()
    return backtest(minute_bars(n_bars), sma_cross, finalize_trades=True, **COMPILED)


def plot_goog():
    return drawn(goog_test(**INTERPRETED), plot)


def plot_1m():
    return drawn(long_test(1_000_000), plot)


def plot_3700k():
    return drawn(long_test(3_700_000), plot)


def report_1m():
    return drawn(long_test(1_000_000), report)


def compile_goog(interpret_first=False):
    """What the first compiled run costs more than a later one."""
    if interpret_first:
        goog_test(**INTERPRETED).run()
    test = goog_test(**COMPILED)
    started = time.perf_counter()
    stats = test.run()
    first = time.perf_counter() - started
    return outcome(first - best_of(test.run)[0], stats)


def compile_goog_after_interpreted():
    """The same without what any first run in a process costs: loading Numba and the engine."""
    return compile_goog(interpret_first=True)


def first_run():
    started = time.perf_counter()
    stats = run_over(goog(), 0, commission=0.002)()
    return {"seconds": time.perf_counter() - started, "trades": int(stats["# Trades"])}


def summary():
    """Statistics, trades and orders of a finished run, GOOG daily."""
    from hindcaster.driver import warm_up
    from hindcaster.results import build_result

    test = goog_test(**INTERPRETED)
    strategy = test.run()._strategy
    broker = strategy._account.broker

    def build():
        return build_result(
            broker,
            test._axis,
            broker.equity,
            broker.bars.close,
            warm_up(strategy),
            strategy._indicators,
            strategy,
        )

    def statistics():
        from hindcaster.results import closed_trades, trade_columns
        from hindcaster.stats.summary import summarize

        columns = trade_columns(broker, test._axis)
        return summarize(
            test._axis,
            broker.equity,
            broker.bars.close,
            closed_trades(columns, test._axis),
            warmup=19,
        )

    build()
    return {"seconds": best_of(statistics)[0], "with_frames": best_of(build)[0]}


def memory_10m():
    """Peak memory of a run over 10 million bars, in units of the five OHLCV arrays."""
    data = minute_bars(10_000_000)
    arrays = 5 * 8 * len(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    started = time.perf_counter()
    run_over(data, 0)()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": peak / arrays, "before": before / arrays}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(globals()[WORKLOAD]()))
