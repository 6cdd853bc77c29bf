"""Data points as arrays: sorted by time, features by name, labels as a task needs them."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from hindcaster import errors
from hindcaster._types import AnyArray, FloatArray

logger = logging.getLogger("hindcaster.research")

BINARY: Final = "binary"
MULTICLASS: Final = "multiclass"
REGRESSION: Final = "regression"
TASKS: Final = (BINARY, MULTICLASS, REGRESSION)
_FEWEST: Final = 6  # points to train on: one more than there are folds


@dataclass
class Dataset:
    """Points split in two by time.

    Attributes
    ----------
    features : ndarray of shape (n, m)
    labels : ndarray of shape (n,)
    names : list of str
        Of the m features, sorted.
    label_name : str
    n_train : int
        The first points, which a model is trained on.
    times : ndarray of shape (n,)
        Seconds.
    """

    features: FloatArray
    labels: AnyArray
    names: list[str]
    label_name: str
    n_train: int
    times: FloatArray

    @property
    def info(self) -> dict[str, Any]:
        """Sizes of the two parts and their first and last dates."""
        dates = [_date(time) for time in self.times]
        return {
            "train_size": self.n_train,
            "test_size": len(dates) - self.n_train,
            "train_start": dates[0],
            "train_end": dates[self.n_train - 1],
            "test_start": dates[self.n_train],
            "test_end": dates[-1],
        }


def dataset_of(data: Sequence[Mapping[str, Any]], task: str, test_ratio: float) -> Dataset:
    """Check points and bring them to arrays.

    Raises
    ------
    ValueError
        A point, a label or the split is of no use; the text says which.
    """
    if task not in TASKS:
        raise errors.unknown_task(task, TASKS)
    if not data:
        raise errors.no_points()
    for place, point in enumerate(data):
        _check(place, point)
    n_train = int(len(data) * (1 - test_ratio)) if 0 < test_ratio < 1 else 0
    if n_train == 0:
        raise errors.bad_test_ratio(test_ratio, len(data))
    if n_train < _FEWEST:
        raise errors.too_few_points(n_train, _FEWEST)
    labels = [_label_of(place, point, task) for place, point in enumerate(data)]
    order = sorted(range(len(data)), key=lambda place: data[place]["time"])
    names = _common_names(data)
    features = np.array(
        [[data[place]["features"][name] for name in names] for place in order], dtype=np.float64
    )
    finite = np.isfinite(features)
    wrong = [name for place, name in enumerate(names) if not finite[:, place].all()]
    if wrong:
        raise errors.features_not_finite(wrong)
    return Dataset(
        features,
        np.array(labels)[order],
        names,
        str(data[0]["label"].get("name", "label")),
        n_train,
        np.array([data[place]["time"] for place in order], dtype=np.float64),
    )


def _check(place: int, point: Mapping[str, Any]) -> None:
    if not isinstance(point, Mapping):
        raise errors.bad_point(place, f"is {point!r}")
    for key in ("time", "features", "label"):
        if key not in point:
            raise errors.bad_point(place, f"has no {key!r}")
    label = point["label"]
    if not isinstance(label, Mapping) or label.get("value") is None:
        raise errors.bad_point(place, "has no label value")


def _common_names(data: Sequence[Mapping[str, Any]]) -> list[str]:
    everywhere = set(data[0]["features"]).intersection(*(point["features"] for point in data))
    dropped = sorted({name for point in data for name in point["features"]} - everywhere)
    if dropped:
        logger.warning("Features that some points lack are left out: %s", ", ".join(dropped))
    if len(everywhere) < 2:
        raise errors.too_few_features(sorted(everywhere))
    return sorted(everywhere)


def _label_of(place: int, point: Mapping[str, Any], task: str) -> Any:
    value = point["label"]["value"]
    if task == BINARY and value in ("True", "False"):
        return int(value == "True")
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise errors.bad_label(place, value, task, "finite numbers, or True and False")
    if task == REGRESSION:
        return number
    if task == BINARY:
        return int(number > 0)
    if number != int(number):
        raise errors.bad_label(place, value, task, "whole numbers, one for each class")
    return int(number)


def _date(time: float) -> str:
    return datetime.fromtimestamp(float(time), tz=UTC).strftime("%Y-%m-%d")
