"""Files of trades and logs against those that Jesse 3.5.3 wrote of the same runs."""

import json
from pathlib import Path

import pytest

from .cases import CASES, run
from .make_golden import describe

GOLDEN = Path(__file__).parents[1] / "golden" / "outputs_jesse_3.5.3.json"


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_files_are_those_of_the_reference(name, golden, tmp_path):
    found = describe(run("hindcaster", name, output_folder=tmp_path / "storage"), tmp_path)
    expected = golden[name]
    assert found["log"] == expected["log"]
    assert found["csv"] == expected["csv"]
    assert found["json"] == expected["json"]


def test_the_cases_hold_what_they_are_for(golden):
    logs = {name: "\n".join(case["log"]) for name, case in golden.items()}
    assert golden["idle"]["csv"] is None
    assert "liquidated at" in logs["isolated"]
    assert "Position reduced" in logs["cross"]
    assert "Position increased" in logs["cross"]
    assert "| SHORT |" in logs["two"]
    assert "Order canceled" in logs["spot"]
