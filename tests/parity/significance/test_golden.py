"""Significance tests against those that Jesse 3.5.3 made of the same rules and seeds."""

import json
from pathlib import Path

import pytest

from .cases import RULES, draw
from .make_golden import describe

GOLDEN = Path(__file__).parents[1] / "golden" / "significance_jesse_3.5.3.json"
NUMBERS = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", [int(key) for key in NUMBERS])
def test_means_and_p_values_are_those_of_the_reference(seed):
    found, expected = describe("hindcaster", seed), NUMBERS[str(seed)]
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if isinstance(value, (float, list)):
            # Other versions of NumPy round the logarithm otherwise in the last bit.
            assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-15, nan_ok=True), key
        else:
            assert found[key] == value, key


def test_the_cases_hold_what_they_are_for():
    cases = [draw(int(seed)) for seed in NUMBERS]
    results = [NUMBERS[key] for key in NUMBERS if "raised" not in NUMBERS[key]]
    assert {case.rule for case in cases} == set(RULES)
    assert {case.arguments["bootstrap_mean_block_length"] for case in cases} >= {1, 10, 400}
    assert any(case.others and case.warmup for case in cases)
    assert len(results) > len(cases) * 0.8
    assert min(result["p_value"] for result in results) < 0.05
    assert max(result["p_value"] for result in results) > 0.95
