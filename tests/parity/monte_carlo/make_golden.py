"""Record what Monte Carlo tests of a package give and store it as a golden file.

Run by hand in the root of the repository, with the Python of an environment that holds the pinned
reference package; no test imports that package::

    python -m venv peer
    peer/bin/pip install jesse==3.5.3
    peer/bin/python -W ignore -m tests.parity.monte_carlo.make_golden \
        --out tests/parity/golden/monte_carlo_jesse_3.5.3.npz

The sentences of the interpretation are left out: the reference counts all metrics as significant.
"""

from __future__ import annotations

import argparse
import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np

from .cases import COMPARED, OF_SCENARIOS, PATHS, PIPELINES, SHUFFLES, path, piped, shuffle

PINNED = "3.5.3"


def describe_analysis(analysis: dict[str, Any]) -> np.ndarray:
    """Numbers of the analysis: a row per metric."""
    rows = []
    for metric in analysis["metrics"].values():
        intervals = metric["confidence_intervals"]
        rows.append(
            [
                metric["original"],
                *metric["simulations"].values(),
                *metric["percentiles"].values(),
                *(edge for interval in intervals.values() for edge in interval.values()),
                metric["p_value"],
                metric["is_significant_5pct"],
                metric["is_significant_1pct"],
            ]
        )
    rows.append([*analysis["summary"].values(), *[0] * (len(rows[0]) - 4)])
    return np.array(rows, np.float64)


def describe_shuffle(result: dict[str, Any]) -> dict[str, np.ndarray]:
    """Metrics and curves of the scenarios, orders of their trades, and the analysis."""
    places = {trade["id"]: k for k, trade in enumerate(result["original"]["trades"])}
    scenarios = result["scenarios"]
    curves = [scenario["equity_curve"][0]["data"] for scenario in scenarios]
    return {
        "metrics": np.array([[one[name] for name in OF_SCENARIOS] for one in scenarios]),
        "orders": np.array([[places[t["id"]] for t in one["trades"]] for one in scenarios[:5]]),
        "times": np.array([point["time"] for point in curves[0]]),
        "values": np.array([[point["value"] for point in curve] for curve in curves]),
        "analysis": describe_analysis(result["confidence_analysis"]),
        "counts": np.array([result[k] for k in ("num_scenarios", "total_requested",
                                                "annualization")]),
    }  # fmt: skip


def describe_path(result: dict[str, Any]) -> dict[str, np.ndarray]:
    """Metrics and trades of the runs, and the analysis."""
    runs = [result["original"], *result["scenarios"]]
    return {
        "metrics": np.array([[run["metrics"][name] for name in COMPARED] for run in runs]),
        "indices": np.array([run["scenario_index"] for run in runs]),
        "exits": np.concatenate([[t["exit_price"] for t in run["trades"][-10:]] for run in runs]),
        "ends": np.array([run["equity_curve"][0]["data"][-1]["value"] for run in runs]),
        "analysis": describe_analysis(result["confidence_analysis"]),
        "counts": np.array([result["num_scenarios"], result["total_requested"]]),
    }


def record(package: str) -> dict[str, np.ndarray]:
    """Run all cases."""
    found: dict[str, np.ndarray] = {}
    for name in SHUFFLES:
        for key, value in describe_shuffle(shuffle(package, name)).items():
            found[f"shuffle {name} {key}"] = value
    for name in PATHS:
        for key, value in describe_path(path(package, name)).items():
            found[f"path {name} {key}"] = value
    for name in PIPELINES:
        found[f"pipeline {name}"] = piped(package, name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="jesse")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = importlib.metadata.version(arguments.package)
    if arguments.package == "jesse" and found != PINNED:
        raise SystemExit(f"golden files need jesse {PINNED}, found {found}")
    np.savez_compressed(arguments.out, **record(arguments.package))


if __name__ == "__main__":
    main()
