"""Monte Carlo tests against those of Jesse 3.5.3 on the same candles with the same seeds."""

from pathlib import Path

import numpy as np
import pytest

from .cases import PATHS, PIPELINES, SHUFFLES, path, piped, shuffle
from .make_golden import describe_path, describe_shuffle

GOLDEN = Path(__file__).parents[1] / "golden" / "monte_carlo_jesse_3.5.3.npz"
P_VALUES = slice(-3, None)  # columns of the analysis that jump at equality
TOTAL_RETURN = 0


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


def compare(found, golden, case):
    for key, value in found.items():
        np.testing.assert_allclose(
            value, golden[f"{case} {key}"], rtol=1e-9, atol=1e-9, err_msg=f"{case} {key}"
        )


@pytest.mark.parametrize("name", SHUFFLES)
def test_shuffled_trades_are_those_of_the_reference(name, golden):
    found = describe_shuffle(shuffle("hindcaster", name))
    expected = dict(golden)
    analysis = expected[f"shuffle {name} analysis"] = golden[f"shuffle {name} analysis"].copy()
    # Returns in any order are equal but for the last digits, on which these depend.
    for array in (found["analysis"], analysis):
        array[TOTAL_RETURN, P_VALUES] = 0
        array[-1] = 0
    compare(found, expected, f"shuffle {name}")


@pytest.mark.parametrize("name", PATHS)
def test_changed_candles_give_the_runs_of_the_reference(name, golden):
    compare(describe_path(path("hindcaster", name)), golden, f"path {name}")


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_make_the_candles_of_the_reference(name, golden):
    np.testing.assert_allclose(
        piped("hindcaster", name), golden[f"pipeline {name}"], rtol=1e-12, atol=1e-12
    )


def test_the_cases_hold_what_they_are_for(golden):
    for name, (_, count) in SHUFFLES.items():
        assert len(golden[f"shuffle {name} metrics"]) == count
        drawdowns = golden[f"shuffle {name} metrics"][:, 2]
        assert drawdowns.min() < drawdowns.max()
    for name, (_, count, _, _) in PATHS.items():
        assert golden[f"path {name} counts"].tolist() == [count, count]
        assert len(np.unique(golden[f"path {name} ends"])) == count + 1
    assert (golden["pipeline sinking"][:, 2] == 1e-12).any()
    assert (golden["pipeline loud noise"][:, 2] == 1e-12).any()
