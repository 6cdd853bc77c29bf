"""The report that `train_model` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from hindcaster._types import FloatArray
from hindcaster.research.ml.dataset import BINARY, REGRESSION, Dataset

_THRESHOLDS: Final = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


def print_report(
    trained: dict[str, Any],
    task: str,
    points: Dataset,
    chances: FloatArray | None,
    name: str | None,
    files: Sequence[Path],
) -> None:
    """Print what `train_model` found."""
    print(f"Model training{f' · {name}' if name else ''} [{task}]\n")
    _print_data(trained, task, points)
    _print_importance(trained["feature_importance"])
    _print_metrics(trained["metrics"])
    if task == BINARY and chances is not None:
        _print_table(
            "Calibration of probabilities of class 1",
            ["Range", "Count", "Actual", "Difference"],
            [
                [row["range"], str(row["n"]), f"{row['actual_rate']:.1%}", f"{row['diff']:+.1%}"]
                for row in trained["calibration"]
            ],
        )
        _print_thresholds(points.labels[points.n_train :], chances[:, 1])
    measure = "MAE" if task == REGRESSION else "Accuracy"
    _print_table(
        "Models without a feature, on the test set",
        ["Feature", measure, "Change"],
        [
            [row["feature"], f"{row['metric']:.4g}", f"{row['delta']:+.4g}"]
            for row in trained["feature_impact"]
        ],
    )
    for path in files:
        print(f"Written: {path}")


def _print_data(trained: dict[str, Any], task: str, points: Dataset) -> None:
    info = trained["train_test_info"]
    rows = [
        [part, f"{info[f'{part}_size']:,}", info[f"{part}_start"], info[f"{part}_end"]]
        for part in ("train", "test")
    ]
    _print_table("Points", ["Part", "Count", "First", "Last"], rows)
    if task == REGRESSION:
        values = points.labels
        print(f"{points.label_name}: mean {values.mean():.4g}, deviation {values.std():.4g}\n")
        return
    kinds, counts = np.unique(points.labels, return_counts=True)
    for kind, count in zip(kinds, counts, strict=True):
        print(f"{points.label_name} = {kind}: {count:,} ({count / len(points.labels):.1%})")
    weights = trained.get("class_weights")
    if weights:
        print(f"Weights that would balance the classes (not applied): {weights}")
    print()


def _print_importance(found: dict[str, Any]) -> None:
    names = found["feature_names"]
    rows = [
        [
            names[place],
            f"{found['rfe_ranking'][place]:.0f}",
            f"{found['anova_f_values'][place]:.2f}",
            f"{found['correlations'][place]:.3f}",
            f"{found['cv_impacts'][names[place]]:+.4f}",
            f"{found['consensus_ranks'][names[place]]:.2f}",
        ]
        for place in found["_order"]
    ]
    head = ["Feature", "Elimination", "F", "|Correlation|", "Cross-validation", "Mean rank"]
    _print_table("Features in the training set", head, rows)


def _print_metrics(metrics: dict[str, Any]) -> None:
    rows = [
        [name, f"{value:.4g}" if isinstance(value, float) else str(value)]
        for name, value in metrics.items()
    ]
    _print_table("Predictions of the test set", ["Metric", "Value"], rows)


def _print_thresholds(actual: Any, chances: FloatArray) -> None:
    rows = []
    for threshold in _THRESHOLDS:
        allowed = chances >= threshold
        if allowed.any():
            shares = (f"{share:.1%}" for share in (actual[allowed].mean(), allowed.mean()))
            rows.append([f"{threshold:.2f}", str(allowed.sum()), *shares])
    title = f"Signals above a probability (class 1 in all: {actual.mean():.1%})"
    _print_table(title, ["Threshold", "Allowed", "Precision", "Coverage"], rows)


def _print_table(title: str, head: list[str], rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print(title)
    for row in [head, ["-" * width for width in widths], *rows]:
        print("  " + "  ".join(map(str.ljust, row, widths)).rstrip())
    print()
