"""`rule_significance_test` and its picture."""

import re
import warnings

import numpy as np
import pytest

from hindcaster import exceptions
from hindcaster import helpers as jh
from hindcaster.research import (
    PreparedCandles,
    backtest,
    plot_significance_test,
    rule_significance_test,
    rule_significance_testing,
)
from hindcaster.strategies import Strategy

from .support import START, SYMBOL, data_route, futures, pack, route, rows


def minutes(prices):
    prices = np.asarray(prices, float)
    return rows([(p, p, p, p) for p in prices])


def walk(seed, count=120):
    return 100 * np.cumprod(1 + np.random.default_rng(seed).normal(0, 0.001, count))


def rule(wish, **methods):
    """A strategy that wants what a function of it says: 1 long, -1 short."""
    body = {
        "should_long": lambda self: wish(self) > 0,
        "should_short": lambda self: wish(self) < 0,
        "go_long": lambda self: pytest.fail("no order is to be sent"),
        **methods,
    }
    return type("Rule", (Strategy,), body)


def alternate(strategy):
    return (strategy.index % 3) - 1


def run(strategy, prices=None, timeframe="1m", **options):
    given = {"n_simulations": 50, "candles": pack(minutes(walk(1) if prices is None else prices))}
    config = options.pop("config", futures())
    routes = [route(strategy, timeframe=timeframe)]
    return rule_significance_test(config, routes, [], **{**given, **options})


def test_a_rule_return_is_the_signal_times_the_next_detrended_log_return():
    prices = walk(2, 60)
    result = run(rule(alternate), prices)
    steps = np.diff(np.log(prices))
    signals = (np.arange(59) % 3) - 1
    assert result["observed_mean"] == pytest.approx(np.mean(signals * (steps - steps.mean())))
    minutes_of_a_year = 365 * 24 * 60
    assert result["annualized_return"] == pytest.approx(result["observed_mean"] * minutes_of_a_year)
    assert result["n_observations"] == 59
    assert result["annualization"] == 365


def test_a_rule_that_sees_the_next_bar_has_the_smallest_p_value():
    prices = walk(3)
    ahead = np.sign(np.append(np.diff(prices), 0))
    assert run(rule(lambda self: ahead[self.index]), prices)["p_value"] == 0.0
    assert run(rule(lambda self: -ahead[self.index]), prices)["p_value"] == 1.0


def test_a_bar_asks_before_long_short_after_and_never_trades():
    calls = []

    def note(name, value=None):
        def method(self, *_):
            calls.append(name)
            return value

        return method

    names = ("before", "after", "update_chart", "update_position", "before_terminate", "terminate")
    hooks = {name: note(name) for name in names}
    kind = rule(
        alternate, **hooks, should_long=note("long", True), should_short=note("short", True)
    )
    run(kind, walk(1, 40))
    assert calls == ["before", "long", "short", "after", "update_chart"] * 40


def test_long_wins_where_a_rule_wants_both():
    always = {"should_long": lambda self: self.index % 2, "should_short": lambda self: True}
    both = run(rule(alternate, **always), config=futures(type="spot"))
    apart = run(rule(lambda self: 1 if self.index % 2 else -1))
    assert both["observed_mean"] == apart["observed_mean"]


def test_bars_are_made_by_the_clock():
    """With 3 minutes left of the first bar, it is a bar of 3 minutes."""
    lengths = []
    kind = rule(alternate, before=lambda self: lengths.append(self.time))
    given = pack(minutes(walk(1, 900))[2:])
    run(kind, timeframe="5m", candles=given)
    assert lengths[0] == START + 5 * 60_000
    assert set(np.diff(lengths)) == {5 * 60_000}
    prepared = PreparedCandles(given)  # whose bars a run without gaps counts from the first row
    counted = rule(lambda self: 0, before=kind.before)
    backtest(futures(), [route(counted, timeframe="5m")], [], prepared)
    lengths.clear()
    run(kind, timeframe="5m", candles=prepared)
    assert lengths[0] == START + 5 * 60_000


@pytest.mark.parametrize("gap", [True, False])
def test_the_test_begins_when_every_route_has_its_warm_up_bars(gap):
    """Also those that are only read; `backtest` waits for them where minutes are missing."""
    times = []
    kind = rule(lambda self: times.append((self.time - START) / 60_000) or 0)
    row = np.delete(minutes(walk(1, 900)), [300], axis=0) if gap else minutes(walk(1, 900))
    given, settings = pack(row), futures(warm_up_candles=3)
    routes, read = [route(kind, timeframe="15m")], [data_route(SYMBOL, "45m")]
    rule_significance_test(settings, routes, read, given, n_simulations=1)
    assert times[0] == 150
    times.clear()
    backtest(settings, routes, read, given)
    assert times[0] == (150 if gap else 15)


def test_prices_without_a_logarithm_are_left_out():
    prices = walk(4, 60)
    prices[[10, 20, 21]] = np.nan, 0.0, -1.0
    seen = [value for k, value in enumerate(prices) if k != 10]
    signals = [value for k, value in enumerate((np.arange(60) % 3) - 1) if k != 10][:-1]
    with np.errstate(all="ignore"):
        steps = np.log(np.divide(seen[1:], seen[:-1]))
    kept = np.isfinite(steps)
    result = run(rule(alternate), prices)
    assert result["n_observations"] == kept.sum() == 55
    expected = np.mean(np.array(signals)[kept] * (steps[kept] - steps[kept].mean()))
    assert result["observed_mean"] == pytest.approx(expected)


def test_hyperparameters_are_the_given_ones_or_the_defaults():
    seen = []
    span = {"name": "span", "type": int, "min": 1, "max": 9, "default": 4}
    kind = rule(lambda self: seen.append(self.hp["span"]) or 0, hyperparameters=lambda self: [span])
    for given in (None, {}, {"span": 7}):
        run(kind, hyperparameters=given)
    assert sorted(set(seen)) == [4, 7]


def test_helpers_know_the_run():
    seen = []
    run(rule(lambda self: seen.append((jh.is_backtesting(), jh.now())) or 0), walk(1, 40))
    assert seen[0] == (True, START + 60_000)
    assert not jh.is_backtesting()


def test_the_seed_decides_and_the_cores_do_not():
    def means(**options):
        return run(rule(alternate), **options)["simulated_means"].tolist()

    first = means(random_seed=42)
    assert means() == first != means(random_seed=0)
    for cores in (0, 1, 3, 64):
        assert means(cpu_cores=cores) == first


def test_the_callback_hears_of_every_minute_and_every_part(monkeypatch):
    monkeypatch.setattr(rule_significance_testing.os, "cpu_count", lambda: 4)
    heard = []
    run(rule(alternate), walk(1, 203), timeframe="5m", progress_callback=lambda *a: heard.append(a))
    assert heard == [
        *[(int(k / 203 * 90), 100) for k in range(1, 204)],
        (93, 100),
        (96, 100),
        (100, 100),
    ]
    with pytest.raises(ZeroDivisionError):
        run(rule(alternate), progress_callback=lambda *_: 1 / 0)


def test_a_progress_bar_is_shown_where_it_is_asked_for(monkeypatch):
    bars = []

    class Recorder:
        def __init__(self, *, total, initial, **_):
            self.total, self.done, self.closed = total, initial, False
            bars.append(self)

        def update(self, count):
            self.done += count

        def close(self):
            self.closed = True

    monkeypatch.setattr("tqdm.auto.tqdm", Recorder)
    run(rule(alternate))
    assert bars == []
    run(rule(alternate), progress_bar=True)
    assert [(bar.total, bar.done, bar.closed) for bar in bars] == [(100, 100, True)]


def test_few_bars_are_warned_of_and_none_is_an_error():
    with pytest.warns(UserWarning, match="only 29 observations"):
        run(rule(alternate), walk(1, 30))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(rule(alternate), walk(1, 31))
    with pytest.warns(UserWarning, match="only 0 observations"):
        alone = run(rule(alternate), [100.0])
    assert np.isnan([alone["observed_mean"], alone["p_value"], alone["annualized_return"]]).all()
    assert alone["n_simulations"] == len(alone["simulated_means"]) == 0
    with pytest.raises(ValueError, match=r"No bar of '5m' \(5 minutes\) is complete"):
        run(rule(alternate), walk(1, 4), timeframe="5m")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"bootstrap_mean_block_length": 0}, ValueError, "bootstrap_mean_block_length"),
        ({"bootstrap_mean_block_length": float("nan")}, ValueError, "bootstrap_mean_block_length"),
        ({"bootstrap_mean_block_length": "3"}, TypeError, "bootstrap_mean_block_length"),
        ({"n_simulations": -1}, ValueError, "n_simulations"),
        ({"n_simulations": 2.5}, TypeError, "n_simulations"),
        ({"random_seed": -1}, ValueError, "random_seed"),
        ({"random_seed": "7"}, TypeError, "random_seed"),
        ({"cpu_cores": "3"}, TypeError, "cpu_cores"),
        ({"candles": {}}, ValueError, "candles is empty"),
    ],
)
def test_wrong_arguments_are_named(options, error, words):
    with pytest.raises(error, match=words):
        run(rule(alternate), **options)


def test_a_rule_has_one_route_and_sends_no_orders():
    with pytest.raises(ValueError, match="exactly one trading route; 0 were given"):
        rule_significance_test(futures(), [], [], pack(minutes(walk(1))))
    with pytest.raises(exceptions.InvalidStrategy, match="asks for signals only"):
        run(rule(alternate, before=lambda self: self.broker.buy_at(1, 99)))


def test_the_picture_is_a_new_file(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    result = run(rule(alternate))
    name = r"rule_significance_bootstrap_\d{8}_\d{6}(_\d+)?\.png"
    paths = [plot_significance_test(result, dpi=40) for _ in range(2)]
    assert len(set(paths)) == 2
    assert all(re.fullmatch(rf"{re.escape(str(tmp_path))}/charts/{name}", path) for path in paths)
    path = plot_significance_test(result, "here/there", theme="dark", dpi=40, show_title=False)
    assert re.fullmatch(f"here/there/{name}", path)
    assert (tmp_path / path).read_bytes().startswith(b"\x89PNG")
    empty = {**result, "simulated_means": np.empty(0), "observed_mean": np.nan, "p_value": np.nan}
    plot_significance_test(empty, dpi=40)


def test_what_the_picture_lacks_is_named(tmp_path):
    pytest.importorskip("matplotlib")
    result = run(rule(alternate))
    without = {key: value for key, value in result.items() if key != "p_value"}
    with pytest.raises(KeyError, match="'p_value' is missing in result"):
        plot_significance_test(without, tmp_path)
    with pytest.raises(ValueError, match="theme"):
        plot_significance_test(result, tmp_path, theme="blue")
    with pytest.raises(ValueError, match="dpi"):
        plot_significance_test(result, tmp_path, dpi=0)
