"""What a trained model is worth on the test set, and which features that is due to."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from hindcaster._types import AnyArray, FloatArray
from hindcaster.research.ml.dataset import BINARY, REGRESSION

_BINS: Final = ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.0))
_FOLDS: Final = 5


def metrics_of(
    task: str, actual: AnyArray, predicted: AnyArray, chances: FloatArray | None, classes: list[int]
) -> dict[str, Any]:
    """Measure predictions of the test set.

    Parameters
    ----------
    task : str
    actual, predicted : ndarray of shape (n,)
    chances : ndarray of shape (n, number of classes) or None
        Probabilities; None in a regression.
    classes : list of int
        All classes, sorted.
    """
    from sklearn import metrics

    if task == REGRESSION:
        return {
            "mae": float(metrics.mean_absolute_error(actual, predicted)),
            "rmse": float(np.sqrt(metrics.mean_squared_error(actual, predicted))),
            "r2": float(metrics.r2_score(actual, predicted)) if len(actual) > 1 else np.nan,
            "spearman": _spearman(actual, predicted),
        }
    table = metrics.confusion_matrix(actual, predicted, labels=classes)
    columns = metrics.precision_recall_fscore_support(
        actual, predicted, labels=classes, zero_division=0
    )
    measured = {"accuracy": float(metrics.accuracy_score(actual, predicted))}
    area = _area(actual, chances, classes, is_binary=task == BINARY)
    measured["roc_auc" if task == BINARY else "roc_auc_macro"] = area
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one class only: 0
        measured["mcc"] = float(metrics.matthews_corrcoef(actual, predicted))
    listed = {"confusion_matrix": table.tolist()}
    if task != BINARY:
        listed["classes"] = classes
    names = ("precision", "recall", "f1", "support")
    listed |= {name: column.tolist() for name, column in zip(names, columns, strict=True)}
    listed["support"] = [int(count) for count in listed["support"]]
    if task != BINARY:
        return {**measured, **listed}
    counts = zip(("tn", "fp", "fn", "tp"), table.ravel().tolist(), strict=True)
    return {**measured, **listed, **dict(counts)}


def _area(
    actual: AnyArray, chances: FloatArray | None, classes: list[int], *, is_binary: bool
) -> float:
    """Area under the ROC curve; NaN where a class is absent and, for two classes, without order."""
    from sklearn.metrics import roc_auc_score

    present = set(np.unique(actual).tolist())
    if chances is None or present != set(classes) or chances.shape[1] != len(classes):
        return np.nan
    if is_binary:
        return float(roc_auc_score(actual, chances[:, 1]))
    if len(classes) < 3:
        return np.nan
    return float(roc_auc_score(actual, chances, multi_class="ovr", average="macro"))


def _spearman(actual: AnyArray, predicted: AnyArray) -> float:
    from scipy.stats import spearmanr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant values: NaN
        return float(spearmanr(actual, predicted).statistic)


def calibration_of(actual: AnyArray, chances: FloatArray) -> list[dict[str, Any]]:
    """Compare probabilities of class 1, in bins from 0.3 on, with how often it came true."""
    rows = []
    for low, high in _BINS:
        inside = (chances >= low) & ((chances < high) | (high == 1.0))
        if not inside.any():
            continue
        rate, middle = float(actual[inside].mean()), (low + high) / 2
        rows.append(
            {
                "range": f"[{low}–{high})",
                "n": int(inside.sum()),
                "actual_rate": rate,
                "expected": middle,
                "diff": rate - middle,
            }
        )
    return rows


def importance_of(
    task: str, features: FloatArray, labels: AnyArray, names: list[str]
) -> dict[str, Any]:
    """Rank features of the training set in four ways, and by the mean of these ranks.

    The ways: recursive elimination with a linear support-vector machine; F statistic; correlation
    with the label; and what a support-vector machine with a radial kernel loses in a time-series
    cross-validation without the feature.

    Parameters
    ----------
    task : str
    features : ndarray of shape (n, m)
        Scaled.
    labels : ndarray of shape (n,)
    names : list of str
    """
    from scipy.stats import rankdata
    from sklearn.feature_selection import RFE, f_classif, f_regression
    from sklearn.svm import SVC, SVR

    machine = SVR if task == REGRESSION else SVC
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant features: NaN
        elimination = RFE(machine(kernel="linear"), n_features_to_select=1).fit(features, labels)
        statistics = (f_regression if task == REGRESSION else f_classif)(features, labels)[0]
        correlations = [abs(float(np.corrcoef(column, labels)[0, 1])) for column in features.T]
        baseline = _cross_validated(machine(), features, labels)
        without = [
            _cross_validated(machine(), np.delete(features, place, 1), labels)
            for place in range(len(names))
        ]
    ranking = elimination.ranking_.astype(np.float64)
    impacts = [baseline - score for score in without]
    ranks = [ranking, -statistics, -np.array(correlations), -np.array(impacts)]
    consensus = np.mean([rankdata(values) for values in ranks], axis=0)
    return {
        "feature_names": names,
        "rfe_ranking": ranking.tolist(),
        "anova_f_values": statistics.tolist(),
        "correlations": correlations,
        "cv_baseline": baseline,
        "cv_impacts": dict(zip(names, impacts, strict=True)),
        "cv_scores_without_feature": dict(zip(names, without, strict=True)),
        "consensus_ranks": dict(zip(names, consensus.tolist(), strict=True)),
        "_order": np.argsort(consensus, kind="stable").tolist(),
    }


def _cross_validated(machine: Any, features: FloatArray, labels: AnyArray) -> float:
    """Mean score in folds that follow each other; NaN if a fold cannot be trained on."""
    from sklearn.model_selection import TimeSeriesSplit, cross_val_score

    try:
        scores = cross_val_score(machine, features, labels, cv=TimeSeriesSplit(n_splits=_FOLDS))
    except ValueError:  # no fold can
        return np.nan
    return float(scores.mean())
