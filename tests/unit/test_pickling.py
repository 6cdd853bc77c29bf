"""Backtests, results and strategies go to another process and are as good there."""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pandas as pd
import pytest

from hindcaster import Backtest, Strategy
from hindcaster.datasets import BTCUSD, EURUSD, GOOG
from hindcaster.lib import FractionalBacktest, MultiBacktest, compute_stats, resample_apply

ROOT = Path(__file__).parents[2]
GOOGLE = GOOG[:700]


def fee(size, price):
    return max(1.0, 0.001 * abs(size) * price)


def averages(close, *lengths):
    return tuple(pd.Series(close).rolling(length).mean() for length in lengths)


class Cross(Strategy):
    fast = 5
    slow = 20

    def init(self):
        self.lines = self.I(
            averages, self.data.Close, self.fast, self.slow, name=["fast", "slow"], color="red"
        )
        self.week = resample_apply("W", averages, self.data.Close, 3, plot=False)
        self.bars_seen = 0

    def next(self):
        self.bars_seen += 1
        fast, slow = self.lines[0][-1], self.lines[1][-1]
        if fast > slow and not self.position:
            self.buy(sl=0.9 * self.data.Close[-1], tag=self.bars_seen)
        elif fast < slow and self.position:
            self.position.close()


class Waiting(Strategy):
    """Ends with an open trade and a waiting order."""

    def init(self):
        pass

    def next(self):
        if len(self.data) == 10:
            self.buy(size=3, tp=10_000)
            self.sell(size=2, limit=20_000)


def made():
    """Everything that is sent to the other process."""
    backtest = Backtest(GOOGLE, Cross, commission=fee, finalize_trades=True)
    compiled = Backtest(GOOGLE, Cross, commission=fee, finalize_trades=True, compiled=True)
    fraction = FractionalBacktest(
        BTCUSD, Cross, fractional_unit=1e-6, cash=1000, finalize_trades=True
    )
    multiple = MultiBacktest([GOOGLE, EURUSD[:700]], Cross, cash=1e5, finalize_trades=True)
    return SimpleNamespace(
        unused=Backtest(GOOGLE, Cross, commission=fee, finalize_trades=True),
        backtest=backtest,
        stats=backtest.run(fast=8),
        compiled=compiled,
        compiled_stats=compiled.run(fast=8),
        fraction=fraction,
        fraction_stats=fraction.run(fast=8),
        multiple=multiple,
        multiple_stats=multiple.run(fast=8),
        heatmap=multiple.optimize(fast=[5, 8]),
    )


def drawn(received):
    """Text of the page that the other process draws of a result it received."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "run.html"
        received.backtest.plot(results=received.stats, filename=page, open_browser=False)
        return page.read_text(encoding="utf-8")


def report_on(received):
    """What the other process finds out."""
    strategy = received.stats["_strategy"]
    lines, week = strategy.lines, strategy.week
    trades = received.stats["_trades"]
    return {
        "received": received,
        "again": received.backtest.run(fast=8),
        "unused again": received.unused.run(fast=8),
        "compiled again": received.compiled.run(fast=8),
        "fraction again": received.fraction.run(fast=8),
        "multiple again": received.multiple.run(fast=8),
        "best": received.backtest.optimize(fast=[5, 8]),
        "all": compute_stats(stats=received.stats, data=GOOGLE),
        "some": compute_stats(
            stats=received.stats, data=GOOGLE, trades=trades[trades.PnL > 0], risk_free_rate=0.02
        ),
        "fraction all": compute_stats(stats=received.fraction_stats, data=BTCUSD),
        "names": (lines.name, week.name, strategy.data.Close.name, str(strategy)),
        "lines": (lines.df, week.s, np.asarray(lines + 0.0), bool(lines[0] > lines[1])),
        "data": (strategy.data.df, strategy.data.Close.s, len(strategy.data)),
        "account": (strategy.equity, strategy.bars_seen, repr(strategy.closed_trades)),
        "html": received.stats._repr_html_(),
        "page": drawn(received),
        "text": str(received.stats),
    }


def other_process(path):
    """Read a pickle, look into it, and write down what was found."""
    found = report_on(pickle.loads(path.read_bytes()))
    path.with_suffix(".answer").write_bytes(pickle.dumps(found))


def in_another_process(code, path):
    subprocess.run([sys.executable, "-W", "error", "-c", code, path], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def sent():
    return made()


@pytest.fixture(scope="module")
def answer(sent, tmp_path_factory):
    path = tmp_path_factory.mktemp("pickles") / "sent.pickle"
    path.write_bytes(pickle.dumps(sent))
    code = (
        f"import pathlib, sys; from {__name__} import other_process; "
        f"other_process(pathlib.Path(sys.argv[1]))"
    )
    in_another_process(code, path)
    return pickle.loads(path.with_suffix(".answer").read_bytes())


def assert_same_result(found, expected):
    assert found.index.tolist() == expected.index.tolist()
    for name, value in expected.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(found[name], value)
        elif name == "_strategy":
            assert str(found[name]) == str(value)
        else:
            np.testing.assert_equal(found[name], value, err_msg=name)
            assert type(found[name]) is type(value), name
    assert type(found) is type(expected)


@pytest.mark.parametrize("name", ["stats", "compiled_stats", "fraction_stats"])
def test_result_arrives_unchanged(name, sent, answer):
    expected, found = getattr(sent, name), getattr(answer["received"], name)
    assert len(expected["_trades"]) > 3
    assert_same_result(found, expected)
    assert found.execution == expected.execution


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ("again", "stats"),
        ("unused again", "stats"),
        ("compiled again", "compiled_stats"),
        ("fraction again", "fraction_stats"),
    ],
)
def test_backtest_runs_again_with_the_same_result(run, name, sent, answer):
    assert_same_result(answer[run], getattr(sent, name))
    assert answer[run].execution.compiled == getattr(sent, name).execution.compiled


def test_backtest_can_be_optimized_there(sent, answer):
    assert_same_result(answer["best"], sent.backtest.optimize(fast=[5, 8]))


def test_statistics_can_be_computed_again(sent, answer):
    assert_same_result(answer["all"], compute_stats(stats=sent.stats, data=GOOGLE))
    winners = sent.stats._trades[sent.stats._trades.PnL > 0]
    expected = compute_stats(stats=sent.stats, data=GOOGLE, trades=winners, risk_free_rate=0.02)
    assert_same_result(answer["some"], expected)
    expected = compute_stats(stats=sent.fraction_stats, data=BTCUSD)
    assert_same_result(answer["fraction all"], expected)


def test_multiple_backtests(sent, answer):
    received = answer["received"]
    pd.testing.assert_frame_equal(received.multiple_stats, sent.multiple_stats)
    pd.testing.assert_frame_equal(answer["multiple again"], sent.multiple_stats)
    pd.testing.assert_frame_equal(received.heatmap, sent.heatmap)


def test_indicators_keep_values_names_and_options(sent, answer):
    for name in ("stats", "compiled_stats", "fraction_stats"):
        expected, found = getattr(sent, name)._strategy, getattr(answer["received"], name)._strategy
        assert len(found._indicators) == len(expected._indicators) == 2
        pairs = zip(
            [found.lines, found.week, *found._indicators],
            [expected.lines, expected.week, *expected._indicators],
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)
            assert one.name == other.name
            assert one._opts.keys() == other._opts.keys()
            assert one._opts["index"].equals(other._opts["index"])
            options = ("plot", "overlay", "color", "scatter")
            assert [one._opts[key] for key in options] == [other._opts[key] for key in options]


def test_strategy_can_be_looked_into(sent, answer):
    strategy = sent.stats._strategy
    assert answer["names"] == (["fast", "slow"], "averages(C[W],3)", "Close", "Cross(fast=8)")
    frame, week, array, above = answer["lines"]
    pd.testing.assert_frame_equal(frame, strategy.lines.df)
    pd.testing.assert_series_equal(week, strategy.week.s)
    np.testing.assert_array_equal(array, strategy.lines)
    assert above == bool(strategy.lines[0] > strategy.lines[1])
    bars, close, length = answer["data"]
    pd.testing.assert_frame_equal(bars, strategy.data.df)
    pd.testing.assert_series_equal(close, strategy.data.Close.s)
    assert length == len(GOOGLE)
    account = (strategy.equity, strategy.bars_seen, repr(strategy.closed_trades))
    assert answer["account"] == account


def test_result_is_shown_the_same(sent, answer):
    assert answer["text"] == str(sent.stats)
    assert answer["html"] == sent.stats._repr_html_()
    for shown in ("fast", "slow", "Profit / Loss", "Volume"):
        assert shown in answer["page"]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_will_do(protocol, sent):
    found = pickle.loads(pickle.dumps(sent, protocol))
    assert_same_result(found.stats, sent.stats)
    assert_same_result(found.fraction.run(fast=8), sent.fraction_stats)


def test_strategy_alone():
    with pytest.warns(UserWarning, match="open"):
        strategy = Backtest(GOOGLE, Waiting, cash=1e5).run()._strategy
    found = pickle.loads(pickle.dumps(strategy))
    assert repr(found.trades) == repr(strategy.trades)
    assert repr(found.orders) == repr(strategy.orders)
    assert found.position.size == 3
    assert found.position.pl == strategy.position.pl
    assert found.trades[0].tp == 10_000
    assert len(found.orders) == 2


def test_classes_of_a_notebook_travel_with_cloudpickle(tmp_path):
    # They cannot be imported there, so the other process gets them by value.
    class Local(Cross):
        fast = 9

    backtest = Backtest(GOOGLE, Local, finalize_trades=True)
    stats = backtest.run()
    path = tmp_path / "sent.pickle"
    path.write_bytes(cloudpickle.dumps((backtest, stats)))
    code = (
        "import pathlib, pickle, sys; path = pathlib.Path(sys.argv[1]); "
        "backtest, stats = pickle.loads(path.read_bytes()); again = backtest.run(); "
        "rows = [r.drop('_strategy').to_dict() for r in (stats, again)]; "
        "path.with_suffix('.answer').write_bytes(pickle.dumps((rows, str(again._strategy))))"
    )
    in_another_process(code, path)
    rows, text = pickle.loads(path.with_suffix(".answer").read_bytes())
    assert text == "Local"
    for found in rows:
        pd.testing.assert_frame_equal(found["_trades"], stats._trades)
        assert found["Equity Final [$]"] == stats["Equity Final [$]"]
