"""The package under test and the few helpers that every probe uses."""

import importlib
import os
import warnings

import numpy as np
import pandas as pd

PACKAGE = os.environ.get("PROBE_PACKAGE", "hindcaster")
package = importlib.import_module(PACKAGE)
lib = importlib.import_module(f"{PACKAGE}.lib")
Backtest, Strategy = package.Backtest, package.Strategy

CASES = {}

FLAT = (100, 100, 100, 100)
WIDE = (100, 105, 95, 100)


def case(function):
    """Register a probe under the name of its function."""
    CASES[function.__name__] = function
    return function


def frame(rows, dated=False):
    """Bars from (open, high, low, close) rows, or from single prices."""
    rows = [row if isinstance(row, tuple) else (row,) * 4 for row in rows]
    bars = pd.DataFrame(rows, columns=["Open", "High", "Low", "Close"], dtype=float)
    if dated:
        bars.index = pd.date_range("2024-01-01", periods=len(bars), freq="D")
    return bars


def scripted(actions):
    """Make a strategy that does ``actions[n](self)`` in the `next` that sees n bars."""

    class Scripted(Strategy):
        def init(self):
            self.log = []

        def next(self):
            action = actions.get(len(self.data))
            if action:
                action(self)

    return Scripted


def run(data, actions, dated=False, **options):
    """Run and return the statistics and the texts of all warnings but that on the index."""
    strategy = scripted(actions) if isinstance(actions, dict) else actions
    data = data if isinstance(data, pd.DataFrame) else frame(data, dated)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stats = Backtest(data, strategy, **options).run()
    texts = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return stats, [text for text in texts if "not datetime" not in text]


def run_final(data, actions, **options):
    """Run with the open trades closed at the end and return the statistics."""
    return run(data, actions, finalize_trades=True, **options)[0]


def clean(value):
    """Reduce to what JSON can hold: NaN becomes None, floats are rounded to 10 decimals."""
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), 10)
    if value is None or isinstance(value, int | str):
        return value
    return str(value)


def trades(stats, columns="Size EntryBar ExitBar EntryPrice ExitPrice"):
    table = stats._trades
    return clean(table[columns.split()].values.tolist()) if len(table) else []


def equity(stats):
    return clean(stats._equity_curve["Equity"].tolist())


def outcome(function):
    """Call and name the error, or say 'ok'."""
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "ok"


def setting(name, value):
    """An action that sets an attribute of the first open trade."""
    return lambda s: setattr(s.trades[0], name, value)


def buying(**order):
    return lambda s: s.buy(**order)


def selling(**order):
    return lambda s: s.sell(**order)


def closing(s):
    s.position.close()
