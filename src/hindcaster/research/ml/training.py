"""`train_model`: fit an estimator to recorded points and tell what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import AnyArray, FloatArray
from hindcaster.research.ml.dataset import BINARY, REGRESSION, dataset_of
from hindcaster.research.ml.measures import calibration_of, importance_of, metrics_of
from hindcaster.research.ml.report import print_report
from hindcaster.strategies.models import write_model


def train_model(
    data: Sequence[Mapping[str, Any]],
    estimator: Any,
    task: str = "binary",
    test_ratio: float = 0.2,
    save_to: str | PathLike[str] | None = None,
    verbose: bool = True,
    name: str | None = None,
) -> dict[str, Any]:
    """Train an estimator on recorded points and measure it on the last of them.

    Points are sorted by time; the first part trains the model, the last tests it. Features are
    sorted by name and scaled to mean 0 and deviation 1 of the training part.

    Parameters
    ----------
    data : sequence of mappings
        Points as `gather_ml_data` and `load_ml_data_csv` give them. Features that some points lack
        are left out.
    estimator : scikit-learn estimator
        A copy of it is trained. Classifiers need ``predict_proba``.
    task : {'binary', 'multiclass', 'regression'}
        'binary': labels above 0 and True are class 1, all others class 0; 'multiclass': labels
        are whole numbers; 'regression': labels are numbers.
    test_ratio : float, default 0.2
        Share of the points that test the model.
    save_to : str or Path, optional
        Folder for ``model.skops``, ``scaler.skops`` and ``feature_importance.json``. In the folder
        of a strategy's file its ``ml_predict`` finds them.
    verbose : bool, default True
        Print a report.
    name : str, optional
        Shown in its title.

    Returns
    -------
    dict
        ``model``, ``scaler``, ``feature_names``; ``metrics`` on the test set;
        ``feature_importance`` in the training set; ``feature_impact``: accuracy (mean absolute
        error in a regression) of models without each feature on the test set, and by how much it
        differs;
        ``train_test_info``. For 'binary' also ``calibration`` (probabilities of class 1, and how
        often it came true) and ``class_weights`` (weights that balance the classes, which are not
        applied).

    Raises
    ------
    ValueError
        The data, its labels, the task or the split are of no use; the text says why.
    TypeError
        A classifier gives no probabilities.
    ImportError
        scikit-learn or skops is not installed (``hindcaster[ml]``).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from hindcaster.research import train_model
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 200))
    >>> points = [{"time": 60 * i, "features": {"signal": x[i], "noise": noise[i]},
    ...            "label": {"name": "up", "value": x[i] > 0}} for i in range(200)]
    >>> trained = train_model(points, LogisticRegression(), verbose=False)
    >>> trained["metrics"]["accuracy"], trained["train_test_info"]["test_size"]
    (1.0, 40)
    """
    _require_sklearn()
    from sklearn.base import clone
    from sklearn.preprocessing import StandardScaler

    points = dataset_of(data, task, test_ratio)
    n_train = points.n_train
    if task != REGRESSION:
        if len(np.unique(points.labels[:n_train])) < 2:
            raise errors.one_class(points.labels[0].item())
        if not hasattr(estimator, "predict_proba"):
            raise errors.no_probabilities(type(estimator).__name__)
    scaler = StandardScaler().fit(points.features[:n_train])
    scaled = scaler.transform(points.features)
    train, test = scaled[:n_train], scaled[n_train:]
    known, actual = points.labels[:n_train], points.labels[n_train:]
    importance = importance_of(task, train, known, points.names)
    model = clone(estimator).fit(train, known)
    predicted = model.predict(test)
    chances = None if task == REGRESSION else model.predict_proba(test)
    classes = [0, 1] if task == BINARY else np.unique(points.labels).tolist()
    metrics = metrics_of(task, actual, predicted, chances, classes)
    trained = {
        "model": model,
        "scaler": scaler,
        "feature_names": points.names,
        "metrics": metrics,
        "feature_importance": importance,
        "feature_impact": _impact(estimator, task, scaled, points.labels, n_train, points.names),
        "train_test_info": points.info,
    }
    if task == BINARY and chances is not None:
        ones = int(known.sum())
        trained["calibration"] = calibration_of(actual, chances[:, 1])
        trained["class_weights"] = {0: 1.0, 1: (n_train - ones) / ones}
    files = []
    if save_to is not None:
        files = write_model(Path(save_to), model, scaler, importance)
    if verbose:
        print_report(trained, task, points, chances, name, files)
    return trained


def _impact(
    estimator: Any,
    task: str,
    scaled: FloatArray,
    labels: AnyArray,
    n_train: int,
    names: list[str],
) -> list[dict[str, Any]]:
    """Train again without each feature; the largest loss of accuracy or least error first."""
    from sklearn.base import clone
    from sklearn.metrics import accuracy_score, mean_absolute_error

    measure = mean_absolute_error if task == REGRESSION else accuracy_score

    def measured(features: FloatArray) -> float:
        model = clone(estimator).fit(features[:n_train], labels[:n_train])
        return float(measure(labels[n_train:], model.predict(features[n_train:])))

    baseline = measured(scaled)
    rows = []
    for place, feature in enumerate(names):
        value = measured(np.delete(scaled, place, 1))
        rows.append({"feature": feature, "metric": value, "delta": value - baseline})
    return sorted(rows, key=lambda row: row["delta"])


def _require_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise errors.library_missing("train_model", "scikit-learn", "ml") from None
