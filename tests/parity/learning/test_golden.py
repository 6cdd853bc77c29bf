"""Training against what Jesse 3.5.3 recorded: metrics, importance and impact of features."""

import json
from pathlib import Path

import pytest

from hindcaster import research
from tests.parity.learning.cases import CASES, train

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "learning_jesse_3.5.3.json").read_text(encoding="utf-8")
)


def check(found, known):
    """Compare nested lists and dicts."""
    if isinstance(known, dict):
        assert [str(key) for key in found] == list(known)
        found = {str(key): value for key, value in found.items()}
        for key in known:
            check(found[key], known[key])
    elif isinstance(known, list):
        assert len(found) == len(known)
        for one, other in zip(found, known, strict=True):
            check(one, other)
    elif isinstance(known, float):
        assert found == pytest.approx(known, rel=1e-9, abs=1e-12, nan_ok=True)
    else:
        assert found == known


@pytest.mark.parametrize("name", CASES)
def test_training(name):
    found = train(research, name)
    model, scaler = found.pop("model"), found.pop("scaler")
    assert scaler.n_features_in_ == model.n_features_in_ == 4
    check(found, GOLDEN[name])
