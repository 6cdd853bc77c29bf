"""Searches for hyperparameters: draws, workers, failures, interruptions, mistakes."""

import base64
import json
import logging
from itertools import pairwise

import joblib
import numpy as np
import pytest

from hindcaster import helpers
from hindcaster.exceptions import InvalidRoutes, InvalidStrategy
from hindcaster.research import candles_from_close_prices, optimize, print_optimize_summary
from hindcaster.research.sampling import samples
from hindcaster.strategies import Strategy

EXCHANGE = {
    "name": "Sandbox",
    "balance": 10_000,
    "fee": 0.001,
    "type": "futures",
    "futures_leverage": 2,
    "futures_leverage_mode": "cross",
}
KEY = "Sandbox-BTC-USDT"
MINUTES = 2 * 1440
HOLD = {"name": "hold", "type": int, "min": 5, "max": 59, "default": 30}


def candles(first, count=MINUTES, key=KEY):
    time = np.arange(first, first + count)
    rows = candles_from_close_prices(100 + np.sin(time / 60 * 2 * np.pi) + time % 7 / 50)
    rows[:, 0] += first * 60_000
    return {key: {"exchange": "Sandbox", "symbol": "BTC-USDT", "candles": rows}}


def wave(planted=None):
    class Wave(Strategy):
        def hyperparameters(self):
            return [HOLD, {"name": "size", "type": float, "min": 0.5, "max": 2, "default": 1}]

        def before(self):
            if planted and self.hp["hold"] in planted:
                raise planted[self.hp["hold"]]

        def should_long(self):
            return self.index % 60 == 0

        def go_long(self):
            self.buy = self.hp["size"], self.price

        def update_position(self):
            if self.index % 60 >= self.hp["hold"]:
                self.liquidate()

    return Wave


def search(strategy=None, **changes):
    given = {
        "config": {"exchange": EXCHANGE, "warm_up_candles": 0},
        "routes": [{"symbol": "BTC-USDT", "timeframe": "1m", "strategy": strategy or wave()}],
        "data_routes": [],
        "training_candles": candles(0),
        "training_warmup_candles": None,
        "testing_candles": candles(MINUTES),
        "testing_warmup_candles": None,
        "trials": 4,
        "seed": 3,
        "cpu_cores": 1,
        "progress_bar": False,
    }
    return optimize(**{**given, **changes})


def test_the_best_trials_come_first():
    found = search(trials=6)
    best = found["best_trials"]
    assert found["total_trials"] == found["completed_trials"] == 12
    assert [trial["rank"] for trial in best] == list(range(1, len(best) + 1))
    assert len(best) > 2
    assert all(one["fitness"] >= two["fitness"] > 0.0001 for one, two in pairwise(best))
    for trial in best:
        assert trial["params"]["hold"] < 45  # at the end of the wave all is lost
        assert json.loads(base64.b64decode(trial["dna"])) == trial["params"]
        assert helpers.dna_to_hp([HOLD], trial["dna"]) == trial["params"]
        assert trial["testing_metrics"]["total"] == 48
    assert str(search(trials=6, best_candidates_count=2)["best_trials"]) == str(best[:2])


def test_one_seed_gives_one_result_for_any_number_of_workers():
    alone = search()
    assert str(search()) == str(alone)
    assert str(search(seed=4)) != str(alone)
    with joblib.parallel_config("threading", n_jobs=2):
        assert str(search(cpu_cores=None)) == str(alone)
    assert str(search(cpu_cores=2)) == str(alone)


def test_strategies_can_be_named_and_workers_get_them(tmp_path, monkeypatch):
    folder = tmp_path / "strategies" / "Idle"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from hindcaster.strategies import Strategy\n"
        "import os\n"
        "HOME = os.getpid()\n"
        "class Idle(Strategy):\n"
        "    def hyperparameters(self):\n"
        "        return [{'name': 'x', 'type': int, 'min': 1, 'max': 9, 'default': 1}]\n"
        "    def before(self): raise RuntimeError(os.getpid() == HOME)\n"
        "    def should_long(self): return False\n"
        "    def go_long(self): ...\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="False"):
        search("Idle", cpu_cores=2)


def test_a_failing_trial_is_listed_beside_the_others(caplog):
    drawn = [params["hold"] for params in samples(wave()().hyperparameters(), 4, 3)]
    whole = search()
    with caplog.at_level(logging.WARNING, "hindcaster"):
        found = search(wave({drawn[0]: RuntimeError("planted")}))
    assert found["completed_trials"] == 8
    assert [failed["trial"] for failed in found["failed_trials"]] == [
        number for number, hold in enumerate(drawn, start=1) if hold == drawn[0]
    ]
    assert found["failed_trials"][0]["error"] == "RuntimeError: planted"
    assert "1 of 8 trials raised" in caplog.text
    assert whole["failed_trials"] == []
    left = [trial["trial"] for trial in whole["best_trials"] if trial["trial"] != 1]
    assert [trial["trial"] for trial in found["best_trials"]] == left


def test_what_all_trials_raise_is_raised():
    with pytest.raises(ZeroDivisionError, match="planted"):
        search(wave(dict.fromkeys(range(5, 60), ZeroDivisionError("planted"))))


def test_an_interrupted_search_returns_what_it_has():
    drawn = [params["hold"] for params in samples(wave()().hyperparameters(), 4, 3)]
    whole = search()
    with pytest.warns(UserWarning, match="after 5 of 8 trials"):
        found = search(wave({drawn[5]: KeyboardInterrupt()}))
    assert (found["total_trials"], found["completed_trials"]) == (8, 5)
    early = [trial["trial"] for trial in whole["best_trials"] if trial["trial"] <= 5]
    assert [trial["trial"] for trial in found["best_trials"]] == early
    with pytest.raises(KeyboardInterrupt):
        search(wave({drawn[0]: KeyboardInterrupt()}))


def test_few_trades_and_losses_are_of_no_use():
    short = {"training_candles": candles(0, 300)}
    assert search(**short)["best_trials"] == []
    losing = wave()
    losing.hyperparameters = lambda self: [{**HOLD, "min": 50}]
    losing.go_long = lambda self: setattr(self, "buy", (1, self.price))
    assert search(losing)["best_trials"] == []


def test_values_lie_on_their_grids():
    parameters = [
        {"name": "a", "type": int, "min": -2, "max": 9, "step": 5},
        {"name": "b", "type": "float", "min": 0.1, "max": 1.0, "step": 0.3},
        {"name": "c", "type": float, "min": 0, "max": 1e-3},
        {"name": "d", "type": "categorical", "options": [None, "x", (1, 2)]},
        {"name": "e", "type": "int", "min": 4, "max": 4},
    ]
    drawn = samples(parameters, 40, 0)
    assert len(drawn) == 200
    assert {params["a"] for params in drawn} == {-2, 3, 8}
    assert {params["b"] for params in drawn} == {0.1, 0.4, 0.7, 1.0}
    assert all(0 <= params["c"] <= 1e-3 for params in drawn)
    assert {params["d"] for params in drawn} == {None, "x", (1, 2)}
    assert {params["e"] for params in drawn} == {4}
    counts = np.unique([params["a"] for params in drawn], return_counts=True)[1]
    assert counts.min() > 45


def parameter(**changes):
    kind = wave()
    given = {key: value for key, value in {**HOLD, **changes}.items() if value is not ...}
    kind.hyperparameters = lambda self: [given]
    return kind


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"objective_function": "profit"}, ValueError, "sharpe, calmar, sortino, omega"),
        ({"routes": []}, ValueError, "routes must hold"),
        ({"trials": 0}, ValueError, "trials must be"),
        ({"trials": 2.5}, TypeError, "trials must be"),
        ({"cpu_cores": -1}, ValueError, "cpu_cores must be"),
        ({"optimal_total": 1}, ValueError, "optimal_total must be"),
        ({"best_candidates_count": True}, TypeError, "best_candidates_count must be"),
        ({"config": {"exchange": "Sandbox", "warm_up_candles": 0}}, TypeError, "must be a dict"),
        ({"config": {"exchange": EXCHANGE}}, KeyError, "warm_up_candles"),
        ({"config": {"warm_up_candles": 0}}, KeyError, "exchange"),
        ({"config": {"exchange": {**EXCHANGE, "fee": "x"}}}, ValueError, "fee"),
        ({"config": {"exchange": {"name": "Sandbox"}}}, KeyError, r"exchange'\]\['balance"),
        ({"training_candles": {}}, ValueError, "candles"),
        ({"testing_candles": candles(0, key="Sandbox-ETH-USDT")}, KeyError, "BTC-USDT"),
        ({"routes": ["BTC-USDT"]}, InvalidRoutes, r"routes\[0\]"),
        ({"strategy": "Missing"}, InvalidRoutes, "Missing"),
        ({"strategy": type("Bare", (wave(),), {"hyperparameters": lambda s: None})},
         InvalidStrategy, "Bare has no hyperparameters"),
        ({"strategy": parameter(type=list)}, ValueError, "unsupported type list"),
        ({"strategy": parameter(max=...)}, ValueError, "no 'max'"),
        ({"strategy": parameter(type="categorical", options=[])}, ValueError, "no 'options'"),
        ({"strategy": parameter(min=60)}, ValueError, "min <= max"),
        ({"strategy": parameter(max="9")}, ValueError, "min <= max"),
        ({"strategy": parameter(step=0)}, ValueError, "step above 0"),
    ],
)  # fmt: skip
def test_mistakes_are_named(changes, error, text):
    with pytest.raises(error, match=text):
        search(**changes)


def test_summary(capsys):
    found = search()
    print_optimize_summary(found)
    text = capsys.readouterr().out
    assert text.startswith("Completed 8 / 8 trials  |  Objective: sharpe\n")
    assert "Train Sharpe Ratio" in text
    assert found["best_trials"][0]["dna"] in text
    print_optimize_summary(found, show_params=True)
    assert str(found["best_trials"][0]["params"]) in capsys.readouterr().out
    print_optimize_summary({**found, "best_trials": []})
    assert "No profitable trials" in capsys.readouterr().out
