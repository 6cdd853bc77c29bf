"""How the engine is driven: when kernels run, what happens to caches, what a fee function sees."""

import logging
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hindcaster
from hindcaster import Backtest, Strategy
from hindcaster.engine.ledger.broker import LedgerBroker
from hindcaster.test import GOOG, SMA

from .helpers import frame, run, scripted

F = (100, 100, 100, 100)


@pytest.fixture
def worked_bars(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bars on which the driver enters the engine."""
    bars: list[int] = []
    advance = LedgerBroker.advance

    def counted(self: LedgerBroker, bar: int) -> bool:
        bars.append(bar)
        return advance(self, bar)

    monkeypatch.setattr(LedgerBroker, "advance", counted)
    return bars


def test_engine_is_entered_once_when_nothing_is_ordered(worked_bars: list[int]) -> None:
    run([F] * 500)
    assert worked_bars == [1]


def test_engine_is_entered_where_prices_reach_an_order(worked_bars: list[int]) -> None:
    rows: list = [F] * 30
    rows[20] = (100, 100, 89, 95)
    stats = run(rows, {2: lambda s: s.buy(size=1, limit=90)})
    assert stats._strategy.trades[0].entry_bar == 20
    assert worked_bars == [1, 2, 20]


def test_long_stretches_are_foreseen_in_growing_pieces(worked_bars: list[int]) -> None:
    run([F] * 20_000, {2: lambda s: s.buy(size=1, sl=1)})
    assert len(worked_bars) < 12


def test_bankruptcy_is_found_without_any_order(worked_bars: list[int]) -> None:
    rows = [100] * 3 + [99] * 100 + [1] + [50] * 5
    stats = run(rows, {2: lambda s: s.buy(size=50)}, cash=1000, margin=0.1)
    assert stats["Equity Final [$]"] == 0
    assert stats._equity_curve["Equity"].iloc[102] > 0
    assert worked_bars[-1] == 103


def test_fee_function_sees_what_is_traded() -> None:
    calls: list = []

    def fee(size: float, price: float) -> float:
        calls.append((type(size).__name__, size, float(price)))
        return 1.0

    script = {2: lambda s: s.buy(size=10), 4: lambda s: s.trades[0].close(0.5)}
    run([10] * 7, script, cash=1000, commission=fee, finalize_trades=True)
    assert calls == [
        ("float", 10.0, 10.0),
        ("int", 10, 10.0),
        ("float", 5.0, 10.0),
        ("float", 5.0, 10.0),
        ("float", 5.0, 10.0),
        ("float", 5.0, 10.0),
    ]


def test_error_in_a_fee_function_surfaces_unchanged() -> None:
    class Odd(Exception):
        pass

    def fee(size: float, price: float) -> float:
        raise Odd("no fee today")

    with pytest.raises(Odd, match="no fee today"):
        run([10] * 5, {2: lambda s: s.buy(size=1)}, commission=fee)


@pytest.mark.parametrize(("returned", "error"), [(None, TypeError), (float("nan"), ValueError)])
def test_fee_function_has_to_return_cash(returned: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        run([10] * 5, {2: lambda s: s.buy(size=1)}, commission=lambda size, price: returned)


def test_price_of_nothing_is_refused() -> None:
    with pytest.raises(OverflowError, match="costs nothing"):
        run([1, 1, 0, 0, 0], {2: lambda s: s.buy()})


def test_result_and_backtest_survive_pickling() -> None:
    test = Backtest(GOOG, PickledCross, commission=0.002, finalize_trades=True)
    stats = test.run(n=5)
    again = pickle.loads(pickle.dumps(stats))
    pd.testing.assert_frame_equal(again._trades, stats._trades)
    assert str(again._strategy) == "PickledCross(n=5)"
    assert len(again._strategy.closed_trades) == len(stats._trades)
    assert repr(again._strategy.closed_trades[0]) == repr(stats._strategy.closed_trades[0])
    assert again._strategy.sma.name == stats._strategy.sma.name
    repeated = pickle.loads(pickle.dumps(test)).run(n=5)
    assert repeated["Equity Final [$]"] == stats["Equity Final [$]"]


class PickledCross(Strategy):
    n = 10

    def init(self) -> None:
        self.sma = self.I(SMA, self.data.Close, self.n)

    def next(self) -> None:
        above = self.data.Close[-1] > self.sma[-1]
        if above and not self.position:
            self.buy()
        elif not above and self.position:
            self.position.close()


def test_account_is_readable_after_the_run() -> None:
    stats = run([F] * 5, {2: lambda s: s.buy(size=2), 3: lambda s: s.buy(size=1, limit=50)})
    strategy = stats._strategy
    assert [t.size for t in strategy.trades] == [2]
    assert [o.limit for o in strategy.orders] == [50]
    assert strategy.closed_trades == ()
    assert strategy.equity == 10_000
    assert repr(strategy.position) == "<Position: 2 (1 trades)>"


def test_same_object_stands_for_an_order_or_trade_throughout() -> None:
    def keep(s: Strategy) -> None:
        s.log.append((s.trades[0], s.orders[0]))

    stats = run([F] * 5, {2: lambda s: s.buy(size=2, sl=90), 3: keep, 4: keep})
    (trade, order), (later_trade, later_order) = stats._strategy.log
    assert trade is later_trade
    assert order is later_order
    assert order.parent_trade is trade


def cent_fee(size: float, price: float) -> float:
    return abs(size) * 0.01


def test_tests_of_many_threads_share_one_backtest() -> None:
    test = Backtest(GOOG, PickledCross, commission=cent_fee, finalize_trades=True)
    expected = test.run()["Equity Final [$]"]
    found: list[object] = []

    def work() -> None:
        for _ in range(3):
            try:
                found.append(test.run()["Equity Final [$]"])
            except Exception as error:
                found.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 12


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )


def test_import_is_light() -> None:
    code = (
        "import sys, hindcaster, hindcaster.lib, hindcaster.test;"
        "print([m for m in ('bokeh', 'joblib', 'numba', 'scipy', 'talib', 'tqdm')"
        " if m in sys.modules])"
    )
    assert python(code).stdout.strip() == "[]"


FIRST_USE = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
import numpy as np
from hindcaster.engine.margin import refresh_totals
from hindcaster.stats.trades import exposed_bars
bars = np.array([1, 2])
print(exposed_bars(bars, bars, 5))
"""


def test_compilation_is_announced_once_and_cached(tmp_path: Path) -> None:
    first = python(FIRST_USE, NUMBA_CACHE_DIR=str(tmp_path))
    assert first.stdout == "2\n"
    assert first.stderr.count("hindcaster.engine: compiling the engine") == 1
    second = python(FIRST_USE, NUMBA_CACHE_DIR=str(tmp_path))
    assert (second.stdout, second.stderr) == ("2\n", "")


def test_damaged_cache_only_costs_a_compilation(tmp_path: Path) -> None:
    python(FIRST_USE, NUMBA_CACHE_DIR=str(tmp_path))
    damaged = [path for path in tmp_path.rglob("*.nb?") if path.is_file()]
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    again = python(FIRST_USE, NUMBA_CACHE_DIR=str(tmp_path))
    assert again.stdout == "2\n"
    assert "compiling the engine" in again.stderr


def test_kernel_without_a_folder_for_its_cache_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from hindcaster import _jit

    def no_folder(function: object, stamp: str) -> None:
        raise RuntimeError("no locator available")

    def half(x: float) -> float:
        return x / 2

    monkeypatch.setattr(_jit, "_StampedCache", no_folder)
    assert _jit.kernel(half)(3.0) == 1.5


def test_a_run_prints_nothing_and_logs_only_how_it_was_driven(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run([F] * 4)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        run([F] * 50, {2: lambda s: s.buy(size=500)})
    assert [r for r in caplog.records if r.levelno > logging.INFO] == []
    assert {r.name for r in caplog.records} <= {"hindcaster.native"}  # how the run was driven
    assert capfd.readouterr() == ("", "")


def test_result_prints_in_full_and_slices_are_plain() -> None:
    stats = run([F] * 4, {2: lambda s: s.buy(size=1)}, finalize_trades=True)
    assert type(stats).__name__ == "Result"
    assert len(str(stats).splitlines()) == len(stats) + 1
    assert "--" in str(stats)
    assert type(stats.filter(like="Drawdown")) is pd.Series
    assert type(stats[["Return [%]"]]) is pd.Series
    html = stats._repr_html_()
    assert "Return [%]" in html
    assert "_trades: 1 row × 14 columns" in html


def test_every_result_label_is_documented() -> None:
    stats = Backtest(GOOG, PickledCross, commission=0.002, finalize_trades=True).run()
    assert all(f"``{label}``" in (Backtest.run.__doc__ or "") for label in stats.index)


def test_public_names() -> None:
    from hindcaster import backtesting as module
    from hindcaster import hindcaster as renamed

    assert {"Backtest", "Strategy", "lib", "__version__"} <= set(hindcaster.__all__)
    expected = {"Strategy", "Position", "Order", "Trade", "Backtest"}
    assert set(module.__all__) == set(renamed.__all__) == expected
    assert renamed.Order is module.Order


def test_strategy_text() -> None:
    class Named(Strategy):
        a = b = c = d = e = None

        def init(self) -> None:
            pass

        def next(self) -> None:
            pass

    data = frame([1, 2, 3])
    values = {"a": 1.5, "b": "text", "c": np.mean, "d": lambda: 1, "e": data}
    strategy = Backtest(data, Named).run(**values)._strategy
    assert str(strategy) == "Named(a=1.5,b=text,c=mean,d=λ,e=df)"
    assert repr(strategy) == f"<Strategy {strategy}>"
    assert str(Backtest(data, Named).run()._strategy) == "Named"
    assert Named.a is None


@pytest.mark.parametrize("size", [0, -1, 1.5, 2.5, -0.5])
def test_sizes_that_are_neither_fraction_nor_units(size: float) -> None:
    with pytest.raises(AssertionError, match="size must be"):
        run([F] * 4, {2: lambda s: s.buy(size=size)})


@pytest.mark.parametrize(
    ("size", "error"),
    [(np.nan, ValueError), (np.inf, OverflowError), (None, TypeError), ("1", TypeError)],
)
def test_sizes_that_are_no_numbers(size: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        run([F] * 4, {2: lambda s: s.sell(size=size)})


@pytest.mark.parametrize(
    ("side", "prices", "words"),
    [
        ("buy", {"sl": 100}, r"Long orders need sl \(100\) < last close \(100\)"),
        ("buy", {"limit": 90, "sl": 95}, r"sl \(95\) < limit \(90\)"),
        ("buy", {"stop": 110, "tp": 105}, r"stop \(110\) < tp \(105\)"),
        ("sell", {"sl": 95}, r"Short orders need last close \(100\) < sl \(95\)"),
        ("sell", {"sl": 105, "tp": 101}, r"tp \(101\) < last close \(100\) < sl \(105\)"),
        ("buy", {"sl": np.nan}, "sl is NaN"),
        ("buy", {"limit": np.nan}, "limit is NaN"),
        ("sell", {"stop": np.nan}, "stop is NaN"),
    ],
)
def test_prices_on_the_wrong_side(side: str, prices: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        run([F] * 4, {2: lambda s: getattr(s, side)(size=1, **prices)})


@pytest.mark.parametrize("portion", [0, -0.1, 1.01, np.nan])
def test_portion_out_of_range(portion: float) -> None:
    script = {2: lambda s: s.buy(size=2), 3: lambda s: s.trades[0].close(portion)}
    with pytest.raises(AssertionError, match="portion"):
        run([F] * 5, script)


@pytest.mark.parametrize("price", [0, -1, np.nan, np.inf])
@pytest.mark.parametrize("name", ["sl", "tp"])
def test_bracket_price_out_of_range(name: str, price: float) -> None:
    script = {2: lambda s: s.buy(size=2), 3: lambda s: setattr(s.trades[0], name, price)}
    with pytest.raises(AssertionError, match=f"{name} must be a price"):
        run([F] * 5, script)


def test_bracket_of_a_closed_trade() -> None:
    script = {
        2: lambda s: s.buy(size=2, sl=90),
        3: lambda s: s.position.close(),
        4: lambda s: setattr(s.closed_trades[0], "sl", 80),
    }
    with pytest.raises(ValueError, match="trade is closed"):
        run([F] * 5, script)


def test_cancelling_twice() -> None:
    def twice(s: Strategy) -> None:
        order = s.buy(size=1, limit=50)
        order.cancel()
        order.cancel()

    with pytest.raises(ValueError, match="no longer waiting: cancelled by the strategy"):
        run([F] * 4, {2: twice})


def test_arguments_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        run([F] * 4, {2: lambda s: s.buy(1)})
    with pytest.raises(TypeError):
        Backtest(frame([1, 2]), scripted({}), 1000)
