"""Sweeps for `sweeps.py`, each in a fresh process with the package's name.

    python sweep_workloads.py PACKAGE WORKLOAD REPEATS

Prints one JSON line: {"seconds": best of the repeats, "runs": number of parameter sets, ...}.
``BENCH_DIVISOR`` makes the sweeps smaller.
"""

import importlib
import json
import os
import resource
import sys
import time
import warnings

os.environ.setdefault("TQDM_DISABLE", "1")
PACKAGE, WORKLOAD, REPEATS = sys.argv[1], sys.argv[2], int(sys.argv[3])
DIVISOR = int(os.environ.get("BENCH_DIVISOR", "1"))
FEE = 0.002
MOST = 101 if DIVISOR == 1 else 20  # the longest window of the pairs


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def best_of(work):
    """Time of the fastest repeat after a first one, that of the first, the last result."""
    times = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times[1:]), times[0], result


def goog():
    import numpy as np
    import pandas as pd

    with np.load(os.environ["BENCH_GOOG"]) as columns:
        return pd.DataFrame(dict(columns)).set_index("Time").rename_axis(None)


def minute_bars(n_bars):
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 2e-4, n_bars // DIVISOR)))
    open_ = np.r_[close[0], close[:-1]]
    index = pd.date_range("2020-01-01", periods=len(close), freq="min")
    prices = {"Open": open_, "High": np.maximum(open_, close), "Low": np.minimum(open_, close)}
    return pd.DataFrame({**prices, "Close": close, "Volume": 1.0}, index=index)


if PACKAGE != "vectorbt":  # of the module, because backtesting.py sends them to other processes
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

    class Noting(SmaCross):
        """Keeps a dictionary, which is no machine code."""

        def init(self):
            super().init()
            self.notes = {}

        def next(self):
            if lib.crossover(self.sma1, self.sma2):
                self.notes["up"] = len(self.data)
                self.position.close()
                self.buy()
            elif lib.crossover(self.sma2, self.sma1):
                self.notes["down"] = len(self.data)
                self.position.close()
                self.sell()


def grid(backtest, maximize, **candidates):
    def work():
        return backtest.optimize(
            **candidates,
            constraint=lambda p: p.fast < p.slow,
            maximize=maximize,
            return_heatmap=True,
        )[1]

    backtest.run()  # loads what single runs need, so that only the sweep's own memory counts
    before = peak()
    seconds, first, heatmap = best_of(work)
    return {
        "seconds": seconds,
        "first": first,
        "runs": len(heatmap),
        "best": float(heatmap.max()),
        "grown": peak() - before,
        "peak": peak(),
    }


def pairs():
    """All pairs of windows up to MOST over GOOG daily bars, by Sharpe ratio."""
    if PACKAGE == "vectorbt":
        return pairs_of_vectorbt()
    windows = range(2, MOST + 1)
    test = package.Backtest(goog(), SmaCross, commission=FEE, finalize_trades=True)
    return grid(test, "Sharpe Ratio", fast=windows, slow=windows)


def pairs_of_vectorbt():
    import numpy as np
    import vectorbt as vbt

    close = goog()["Close"]

    def work(most=MOST):
        fast, slow = vbt.MA.run_combs(
            close, window=np.arange(2, most + 1), r=2, short_names=["fast", "slow"]
        )
        entries, exits = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
        portfolio = vbt.Portfolio.from_signals(close, entries, exits, fees=FEE, freq="1D")
        return portfolio.total_return(), portfolio.sharpe_ratio()

    work(3)  # one pair: compiles
    before = peak()
    seconds, first, (_, sharpe) = best_of(work)
    grown = peak() - before
    return {"seconds": seconds, "first": first, "runs": len(sharpe), "grown": grown, "peak": peak()}


def few_pairs():
    """The same with few windows: the peer takes its time."""
    test = package.Backtest(goog(), SmaCross, commission=FEE, finalize_trades=True)
    return grid(test, "Sharpe Ratio", fast=range(2, 22), slow=range(2, 22))


def minutes():
    """500,000 one-minute bars, 200 combinations."""
    test = package.Backtest(minute_bars(500_000), SmaCross, commission=FEE, finalize_trades=True)
    result = grid(test, "Sharpe Ratio", fast=range(100, 300, 10), slow=range(400, 1400, 100))
    return {**result, "bars": 500_000 // DIVISOR}


def interpreted():
    """A strategy that does not compile, 1,000 combinations of windows over GOOG daily bars."""
    test = package.Backtest(goog(), Noting, commission=FEE, finalize_trades=True)
    fast = range(2, 2 + 25 // DIVISOR)
    return grid(test, "Sharpe Ratio", fast=fast, slow=range(30, 70))


def ten():
    """Ten combinations over a hundred bars."""
    test = package.Backtest(goog()[:100], SmaCross, finalize_trades=True)
    return grid(test, "Return [%]", fast=[2, 3], slow=[10, 11, 12, 13, 14])


def permuted():
    """1,000 runs over GOOG daily bars in random orders, all statistics and equity of each."""
    test = package.Backtest(goog(), SmaCross, commission=FEE, finalize_trades=True)
    runs = 1000 // DIVISOR
    seconds, first, _ = best_of(lambda: test.monte_carlo("bars", n=runs, seed=1))
    return {"seconds": seconds, "first": first, "runs": runs}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(globals()[WORKLOAD]()))
