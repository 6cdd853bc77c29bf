"""`hindcaster optimize`."""

import math

import pytest

from hindcaster import Backtest
from hindcaster.test import GOOG
from tests.cli.conftest import STRATEGIES
from tests.cli.test_run import strategy_class

ASKED = ("--data", "GOOG", "--to", "2006-01-01", "--finalize-trades")
BARS = GOOG[:"2005-12-31"]


def test_scores_are_those_of_the_library(call, dip):
    ended = call("optimize", dip, *ASKED, "--param", "days=2:6:2", "--param", "target=0.02,0.1",
                 "--maximize", "Return [%]", "--json")  # fmt: skip
    stats, heatmap = Backtest(BARS, strategy_class(), finalize_trades=True).optimize(
        days=[2, 4], target=[0.02, 0.1], maximize="Return [%]", return_heatmap=True
    )
    assert ended.code == 0
    found = ended.json
    assert [(*row["parameters"].values(), row["score"]) for row in found["scores"]] == [
        (*key, score) for key, score in heatmap.items()
    ]
    assert found["best"] == {"days": stats._strategy.days, "target": stats._strategy.target}
    assert found["statistics"]["Return [%]"] == stats["Return [%]"] == heatmap.max()
    assert found["search"] == {
        "maximize": "Return [%]", "method": "grid", "combinations": 4, "interrupted": False,
    }  # fmt: skip
    assert found["failures"] == []


def test_constraint_and_seed(call, dip):
    def tried(*options):
        found = call("optimize", dip, *ASKED, "--param", "days=1:9", "--json", *options).json
        return [row["parameters"]["days"] for row in found["scores"]]

    assert tried("--constraint", "days % 3 == 0 or days == 1") == [1, 3, 6]
    draws = [tried("--max-tries", "0.5", "--seed", seed) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_best_are_listed_first(call, dip):
    ended = call("optimize", dip, *ASKED, "--param", "days=2:14", "--deflated")
    lines = ended.out.splitlines()
    assert lines[0] == "The best 10 of 12 combinations"
    assert lines[1].split() == ["days", "SQN"]
    scores = [float(line.split()[1]) for line in lines[3:13]]
    assert scores == sorted(scores, reverse=True)
    text, _, probability = lines[14].rpartition(" ")
    assert text == "Deflated Sharpe ratio, the probability of no luck:"
    assert 0 <= float(probability) <= 1
    assert lines[16].startswith("Dip(days=")


def test_failures_are_listed(call, written):
    file = written("some.py", STRATEGIES.replace("pass", "assert self.days != 3, 'three'"))
    ended = call("optimize", file, *ASKED, "--param", "days=2:5", "--json")
    assert ended.code == 0
    assert ended.json["failures"] == [{"parameters": {"days": 3}, "error": "AssertionError: three"}]
    assert ended.json["scores"][1]["score"] is None
    assert ended.json["warnings"][0].startswith("1 of 3 combinations raised an error")


def test_interruption_shows_the_best_so_far(call, written):
    file = written(
        "slow.py",
        STRATEGIES.replace("pass", "if self.days == 5:\n            raise KeyboardInterrupt"),
    )
    arguments = ("optimize", file, *ASKED, "--param", "days=3,4,5,6")
    ended = call(*arguments, "--json")
    assert ended.code == 130
    found = ended.json
    assert found["search"]["interrupted"]
    assert [row["score"] is None for row in found["scores"]] == [False, False, True, True]
    assert found["best"]["days"] in (3, 4)
    assert "interrupted after 2 of 4" in ended.err
    readable = call(*arguments)
    assert readable.code == 130
    assert readable.out.startswith("The best 2 of 4 combinations")
    nothing = call("optimize", file, *ASKED, "--param", "days=5,6")
    assert nothing == (130, "", "\nInterrupted.\n")


def test_model_based_search(call, dip):
    pytest.importorskip("optuna", reason="the extra [optuna] is optional")
    found = call("optimize", dip, *ASKED, "--param", "days=2:30", "--method", "optuna",
                 "--max-tries", "5", "--seed", "1", "--json").json  # fmt: skip
    assert 1 <= len(found["scores"]) <= 5
    best = max(row["score"] for row in found["scores"] if row["score"] is not None)
    assert math.isclose(found["statistics"]["SQN"], best)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "Missing option '--param'"),
        (("--param", "dayz=1,2"), "Did you mean 'days'?"),
        (("--param", "days=1,two"), "is 3 by default; 'two' is no number"),
        (("--param", "days=5:5"), "it holds no candidate"),
        (("--param", "days=5:9:0"), "the step is 0"),
        (("--param", "days=1:2:3:4"), "more than three parts"),
        (("--param", "days=0:1e9"), "more than 1,000,000"),
        (("--param", "days=1,2", "--maximize", "SQM"), "Did you mean 'SQN'?"),
        (("--param", "days=1,2", "--constraint", "days > 5"), "no admissible"),
        (("--param", "days=1,2", "--constraint", "target < 5"), "'target' is no parameter"),
        (("--param", "days=1,2", "--constraint", "days <"), "cannot be read"),
        (("--param", "days=1,2", "--method", "guess"), "'guess' is not one of"),
    ],
)
def test_mistakes_are_told_in_one_line(call, dip, options, words):
    assert words in call("optimize", dip, *ASKED, *options).error


def test_parameters_named_like_arguments_of_the_search_are_refused(call, written):
    file = written("named.py", STRATEGIES.replace("days = 3", "days = 3\n    method = 1"))
    assert "'method' has the name" in call("optimize", file, *ASKED, "--param", "method=1,2").error
