"""Trials of searches against those that Jesse 3.5.3 recorded: ranks, metrics, fitness, DNA."""

import importlib
import json
from pathlib import Path

import pytest

from hindcaster.research.sampling import samples
from tests.parity.tuning.cases import CASES, search, write_strategy

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "tuning_jesse_3.5.3.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", CASES)
def test_the_same_parameters_give_the_same_trials(name, tmp_path, monkeypatch):
    golden = GOLDEN[name]
    write_strategy("hindcaster", tmp_path)
    monkeypatch.chdir(tmp_path)
    drawn = [trial["params"] for trial in golden["best_trials"]]
    module = importlib.import_module("hindcaster.research.optimize")
    monkeypatch.setattr(module, "samples", lambda *_: drawn)
    found = search("hindcaster", name, cpu_cores=1)
    assert found["objective_function"] == golden["objective_function"]
    assert len(found["best_trials"]) == len(golden["best_trials"])
    for trial, known in zip(found["best_trials"], golden["best_trials"], strict=True):
        for key in ("rank", "params", "fitness", "dna"):
            assert trial[key] == known[key]
        for period in ("training_metrics", "testing_metrics"):
            metrics = {key: trial[period][key] for key in known[period] if key != "serenity_index"}
            del known[period]["serenity_index"]  # the reference's formula is not followed
            assert metrics == pytest.approx(known[period], rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", CASES)
def test_values_drawn_are_among_those_that_are_drawn_here(name, tmp_path, monkeypatch):
    write_strategy("hindcaster", tmp_path)
    monkeypatch.chdir(tmp_path)
    scope = {}
    exec((tmp_path / "strategies" / "Tuned" / "__init__.py").read_text(encoding="utf-8"), scope)
    parameters = scope["Tuned"]().hyperparameters()
    drawn = samples(parameters, 200, 1)
    for trial in GOLDEN[name]["best_trials"]:
        for key in ("fast", "slow", "size", "side"):
            assert trial["params"][key] in {params[key] for params in drawn}
            assert type(trial["params"][key]) is type(drawn[0][key])
