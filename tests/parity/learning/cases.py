"""Data points and estimators whose training is compared."""

from __future__ import annotations

from typing import Any

import numpy as np


def points(seed: int, count: int, task: str) -> list[dict[str, Any]]:
    """Points in random order whose label depends on the first two of four features."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 4)) * [1, 3, 0.5, 10] + [0, 1, 2, -5]
    score = features[:, 0] + 0.2 * features[:, 1] + rng.normal(size=count) * 1.2
    if task == "binary":
        labels = (score > 0.3).astype(int)
    elif task == "multiclass":
        labels = np.where(score > 0.8, 1, np.where(score < -0.3, -1, 0))
    else:
        labels = score
    names = ("zeta", "alpha", "mid", "beta")
    return [
        {
            "time": 1_609_459_200 + int(i) * 7200,
            "features": dict(zip(names, features[i].tolist(), strict=True)),
            "label": {"name": "up", "value": labels[i].item()},
        }
        for i in rng.permutation(count)
    ]


def estimator(name: str) -> Any:
    """A model that is found without iterations, so that libraries of any version agree."""
    if name == "ridge":
        from sklearn.linear_model import Ridge

        return Ridge()
    if name == "neighbours":
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier()
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB()


CASES: dict[str, dict[str, Any]] = {
    "binary": {"seed": 0, "count": 300, "model": "bayes"},
    "binary neighbours": {"seed": 1, "count": 200, "model": "neighbours", "test_ratio": 0.29},
    "binary few": {"seed": 2, "count": 40, "model": "bayes", "test_ratio": 0.33},
    "multiclass": {"seed": 3, "count": 300, "model": "bayes"},
    "multiclass few": {"seed": 4, "count": 60, "model": "neighbours", "test_ratio": 0.1},
    "regression": {"seed": 5, "count": 250, "model": "ridge"},
    "regression few": {"seed": 6, "count": 50, "model": "ridge", "test_ratio": 0.5},
}


def train(research: Any, name: str, **more: Any) -> dict[str, Any]:
    """Train with a package's `research` module."""
    case = CASES[name]
    task = name.split()[0]
    data = points(case["seed"], case["count"], task)
    ratio = case.get("test_ratio", 0.2)
    model = estimator(case["model"])
    result: dict[str, Any] = research.train_model(
        data, model, task=task, test_ratio=ratio, verbose=False, **more
    )
    return result
