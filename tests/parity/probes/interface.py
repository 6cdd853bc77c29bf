"""Probes of what a strategy sees, of `optimize` and of `lib`."""

import warnings

import numpy as np
import pandas as pd

from .support import (
    FLAT,
    Backtest,
    Strategy,
    buying,
    case,
    clean,
    frame,
    lib,
    outcome,
    run,
    run_final,
    setting,
    trades,
)


@case
def c04_first_next_bar():
    def average(s, n, **options):
        return s.I(lambda x: pd.Series(x).rolling(n).mean(), s.data.Close, **options)

    def lengths_seen(init):
        class Watches(Strategy):
            def init(self):
                self.seen = []
                init(self)

            def next(self):
                self.seen.append(len(self.data))

        return run([1, 2, 3, 4, 5, 6], Watches)[0]._strategy.seen

    two_rows = (np.r_[np.nan, 1:6], np.r_[[np.nan] * 3, 4, 5, 6])
    gap = np.r_[1, np.nan, np.nan, np.nan, 2, 3]
    inits = {
        "none": lambda s: None,
        "ma3": lambda s: setattr(s, "m", average(s, 3)),
        "all_nan": lambda s: setattr(s, "m", s.I(lambda: np.full(6, np.nan))),
        "scatter": lambda s: setattr(s, "m", average(s, 3, scatter=True)),
        "not_assigned": lambda s: average(s, 3) is None,
        "in_dict": lambda s: setattr(s, "d", {"m": average(s, 3)}),
        "derived": lambda s: setattr(s, "m", 2 * average(s, 3)),
        "two_rows": lambda s: setattr(s, "m", s.I(lambda: two_rows)),
        "gap_later": lambda s: setattr(s, "m", s.I(lambda: gap)),
    }
    return {name: lengths_seen(init) for name, init in inits.items()}


@case
def c05_what_is_revealed_gradually():
    class Watches(Strategy):
        def init(self):
            self.ind = self.I(lambda: self.data.Close * 1)
            self.ind2 = self.ind * 2
            self.raw2 = self.data.Close * 2
            self.box = {"i": self.ind}
            self.seen = None

        def next(self):
            if len(self.data) == 3:
                arrays = (self.ind, self.ind2, self.raw2, self.box["i"], self.data.Close)
                self.seen = [len(array) for array in arrays]

    return run([1, 2, 3, 4, 5], Watches)[0]._strategy.seen


@case
def c25_zero_and_none_prices():
    def order(size=1, **prices):
        return outcome(lambda: run([FLAT] * 4, {2: buying(size=size, **prices)}))

    def stop(value):
        actions = {2: buying(size=1, sl=90), 3: setting("sl", value)}
        return outcome(lambda: run([FLAT] * 5, actions))

    return {
        "buy sl=0": order(sl=0),
        "buy limit=0": order(limit=0),
        "buy sl=-5": order(sl=-5),
        "buy sl=nan": order(sl=np.nan),
        "buy sl=price": order(sl=100),
        "buy tp=inf": order(tp=np.inf),
        "size=1.5": order(size=1.5),
        "size=0": order(size=0),
        "trade.sl=None": stop(None),
        "trade.sl=0": stop(0),
        "trade.sl=nan": stop(np.nan),
        "trade.sl above price": stop(110),
    }


class Grid(Strategy):
    """Trades three times, `a` units each; `b` has no effect."""

    a = 1
    b = None
    x = 0

    def init(self):
        self.kinds = [type(self.a).__name__, type(self.b).__name__]

    def next(self):
        if len(self.data) in (3, 6, 9):
            self.buy(size=int(self.a))
        if len(self.data) in (5, 8, 11):
            self.position.close()


def optimize(**options):
    bars = frame([10, 10, 10, 11, 12, 12, 11, 12, 13, 15, 14, 13, 13], dated=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Backtest(bars, Grid).optimize(**options)


@case
def c32_grid_heatmap_order_ties_and_types():
    best, heatmap = optimize(b=[2, 1], a=[3, 1, 2], maximize="Win Rate [%]", return_heatmap=True)
    other = optimize(a=[1, 2], b=[None], maximize="Return [%]")
    return (
        list(heatmap.index.names),
        clean(heatmap.index.tolist()),
        heatmap.name,
        str(best._strategy),
        best._strategy.kinds,
        other._strategy.kinds,
    )


@case
def c33_max_tries():
    values = [1, 2, 3, 4]
    options = {"maximize": "Return [%]", "random_state": 0, "return_heatmap": True}

    def tried(max_tries):
        heatmap = optimize(a=values, b=values, max_tries=max_tries, **options)[1]
        return clean(heatmap.index.tolist())

    return {
        "None": len(tried(None)),
        "1": len(tried(1)),
        "2": tried(2),
        "5": tried(5),
        "0.3": len(tried(0.3)),
        "100": len(tried(100)),
        "0": outcome(lambda: optimize(a=[1, 2], max_tries=0)),
        "ndarray": outcome(lambda: optimize(a=np.arange(1, 3))),
    }


@case
def c34_grid_objective_sees_public_rows_only():
    private = []

    def objective(stats):
        private.append([row for row in stats.index if row[0] == "_"])
        return stats["Return [%]"]

    _, heatmap = optimize(a=[1, 2], maximize=objective, return_heatmap=True)
    return private[0], heatmap.name


@case
def c35_random_ohlc():
    rows = [(10, 12, 9, 11), (12, 13, 11, 12), (11, 14, 10, 13), (15, 16, 14, 15)]
    example = frame(rows, dated=True)
    generator = lib.random_ohlc_data(example, random_state=1)
    first, second = next(generator), next(generator)
    half = outcome(lambda: next(lib.random_ohlc_data(example, frac=0.5)))
    return clean(first.values.tolist()), bool(first.equals(second)), half


@case
def c36_resample_apply_alignment():
    # Outside a strategy 0.6.6 fails with fewer than four calling frames.
    def nested(*arguments):
        def outer():
            def inner():
                return lib.resample_apply(*arguments)

            return inner()

        return outer()

    hours = pd.date_range("2024-01-01", periods=24 * 16, freq="h")
    days = pd.bdate_range("2024-01-01", periods=15)
    hourly = pd.Series(np.arange(24.0 * 16), index=hours, name="Close")
    daily = pd.Series(np.arange(15.0), index=days, name="Close")
    runs = {
        "h->D": (hourly, "D"),
        "h->4h": (hourly, "4h"),
        "h->W": (hourly, "W"),
        "B->W": (daily, "W"),
        "B->W-FRI": (daily, "W-FRI"),
    }
    found = {}
    for name, (series, rule) in runs.items():
        changes = nested(rule, None, series).dropna().drop_duplicates().head(2)
        found[name] = [[str(when), float(value)] for when, value in changes.items()]
    return found


@case
def c37_array_s_label_bug_and_scalars():
    class Watches(Strategy):
        def init(self):
            self.out = None

        def next(self):
            if len(self.data) == 4:
                close = self.data.Close
                self.out = [
                    float(close),
                    bool(close > 3),
                    bool(close > 5),
                    str(close[-2:].s.index[-1].date()),
                    type(close.mean()).__name__,
                    outcome(lambda: int(close)),
                    self.data.pip,
                ]

    return clean(run([1, 2, 3, 4, 5], Watches, dated=True)[0]._strategy.out)


@case
def c38_lib_small():
    return clean(
        [
            lib.crossover([0, 1], [1, 1]),
            lib.crossover([1, 2], [1, 1]),
            lib.crossover([0, 2], 1),
            lib.crossover([2], [1]),
            lib.cross([2, 0], 1),
            lib.barssince([1, 0, 0]),
            lib.barssince([0], 9),
            lib.quantile(np.r_[1, 3, 2, 2]),
            lib.quantile([1, 3, 2], 0.5),
        ]
    )


@case
def c40_fractional():
    class Half(Strategy):
        def init(self):
            self.m = self.I(lambda: self.data.Close * 1, name="m")
            self.seen = None

        def next(self):
            if len(self.data) == 2:
                self.buy(size=0.5, sl=self.data.Close[-1] / 2)
            if len(self.data) == 5:
                values = (self.data.Close[-1], self.data.Volume[-1], self.position.size)
                self.seen = [float(value) for value in values]
                self.position.close()

    bars = frame([(100, 110, 90, 100)] * 3 + [(120, 125, 115, 120)] * 3, dated=True)
    bars["Volume"] = 10.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats = lib.FractionalBacktest(bars, Half, cash=150.5, fractional_unit=1e-3).run()
    return (
        trades(stats, "Size EntryPrice ExitPrice SL PnL Entry_m"),
        stats._strategy.seen,
        clean(stats["Equity Final [$]"]),
    )


@case
def c42_indicator_names_overlay_and_trade_columns():
    class Names(Strategy):
        def init(self):
            def averyverylongfunctionname(*_):
                return self.data.Close * 1

            plain = lambda *_, **__: self.data.Close * 1  # noqa: E731 - its name is the point
            indicator, close = self.I, self.data.Close

            def overlay(values):
                return indicator(lambda: values)._opts["overlay"]

            self.names = [
                indicator(plain, close, 3, "q", None, [1], z=2.5).name,
                indicator(averyverylongfunctionname, self.data.Volume).name,
                indicator(plain, 7, name="n{0}").name,
                indicator(lambda: (close, close), name=("a", "b")).name,
                indicator(np.log, close).name,
            ]
            self.overlays = [bool(overlay(close * factor)) for factor in (1.39, 1.41, 0.61, 0.59)]
            self.overlays += [overlay(close > 3) is None, overlay(["x"] * 6) is None]
            self.errors = [
                outcome(lambda: indicator(lambda: None)),
                outcome(lambda: indicator(lambda: 5.0)),
                outcome(lambda: indicator(lambda: [1, 2])),
                outcome(lambda: indicator(lambda: 1 / 0)),
                outcome(lambda: indicator(plain, name=5)),
                outcome(lambda: indicator(plain, name=("a", "b"))),
            ]

        def next(self):
            if len(self.data) == 2:
                self.buy(size=1)

    stats = run_final([1, 2, 3, 4, 5, 6], Names)
    strategy = stats._strategy
    columns = [column for column in stats._trades.columns if column.startswith("Entry_")]
    return strategy.names, strategy.overlays, strategy.errors, columns


@case
def c43_index_kinds():
    class Idle(Strategy):
        def init(self):
            pass

        def next(self):
            pass

    def construct(index):
        bars = frame([1, 2, 3, 4, 5, 6])
        bars.index = index
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = outcome(lambda: Backtest(bars, Idle))
        return [result, len([w for w in caught if "index" in str(w.message)])]

    return {
        "range": construct(pd.RangeIndex(6)),
        "list of ints": construct([0, 10, 20, 30, 40, 50]),
        "strings": construct(list("abcdef")),
        "datetime": construct(pd.date_range("2024", periods=6)),
        "reversed": construct(pd.date_range("2024", periods=6)[::-1]),
    }
