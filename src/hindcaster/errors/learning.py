"""Mistakes with machine learning: data points, what is trained, files of models."""

from collections.abc import Iterable
from typing import Any


def no_points() -> ValueError:
    """Nothing to train on."""
    return ValueError("data is empty: there is no labelled point to train on.")


def bad_point(place: int, why: str) -> ValueError:
    """A data point is not as `gather_ml_data` gives them."""
    return ValueError(
        f"data[{place}] {why}; a point is {{'time': seconds, 'features': {{name: number}}, "
        f"'label': {{'name': text, 'value': value}}}}."
    )


def bad_label(place: int, value: Any, task: str, needed: str) -> ValueError:
    """A label does not fit the task."""
    return ValueError(f"The label of data[{place}] is {value!r}; task={task!r} needs {needed}.")


def unknown_task(value: Any, tasks: Iterable[str]) -> ValueError:
    """There is no such way of training."""
    return ValueError(f"task must be one of {', '.join(map(repr, tasks))}, got {value!r}.")


def bad_test_ratio(value: Any, count: int) -> ValueError:
    """One side of the split would be empty."""
    return ValueError(
        f"test_ratio={value!r} leaves nothing to train on or nothing to test with of {count} "
        f"points; use a share between 0 and 1 such as 0.2."
    )


def too_few_points(count: int, least: int) -> ValueError:
    """Too few points for the importance of features."""
    return ValueError(f"At least {least} points are needed before the test set, there are {count}.")


def too_few_features(names: Iterable[str]) -> ValueError:
    """Features cannot be compared."""
    listed = ", ".join(names) or "none"
    return ValueError(
        f"At least two features that all points have are needed to compare them, found: {listed}."
    )


def features_not_finite(names: Iterable[str]) -> ValueError:
    """Features are missing or infinite."""
    return ValueError(
        f"Features that are NaN or infinite at some points: {', '.join(names)}. Leave those points "
        f"or features out."
    )


def one_class(value: Any) -> ValueError:
    """Nothing can be told apart."""
    return ValueError(
        f"All labels before the test set are {value!r}: a classifier needs two classes or more."
    )


def no_probabilities(name: str) -> TypeError:
    """A classifier gives no probabilities."""
    return TypeError(
        f"{name} has no predict_proba(), which a classifier needs here: for SVC pass "
        f"probability=True, others can be wrapped in CalibratedClassifierCV."
    )


def points_file_missing(path: str) -> FileNotFoundError:
    """There is no file of data points."""
    return FileNotFoundError(
        f"{path} does not exist: give the path of a CSV file, or the name of a strategy whose data "
        f"was gathered under this working directory."
    )


def bad_points_file(path: str, why: str) -> ValueError:
    """A file holds no data points."""
    return ValueError(f"{path} is no file of data points: {why}.")


def model_file_missing(path: str) -> FileNotFoundError:
    """A model was not saved there."""
    return FileNotFoundError(
        f"{path} is missing: train_model(..., save_to=...) writes model.skops and scaler.skops. A "
        f"strategy predicts with those in the folder of its class."
    )


def model_is_pickle(path: str) -> ValueError:
    """A model is stored in a form that runs code when it is read."""
    return ValueError(
        f"{path} is a pickle: reading it would run whatever code is in it, so it is not read. If "
        f"you trust it, convert it once: hindcaster.research.save_ml_model(directory, "
        f"joblib.load('model.pkl'), joblib.load('scaler.pkl'))."
    )


def not_a_model_file(path: str, why: BaseException) -> ValueError:
    """A file cannot be read as a model."""
    return ValueError(f"{path} is no model file ({type(why).__name__}: {why}).")


def untrusted_types(path: str, names: Iterable[str]) -> ValueError:
    """A model is made of types that could run code."""
    listed = list(names)
    return ValueError(
        f"{path} was not loaded: it holds the types {', '.join(listed)}, which are not known to be "
        f"safe. If you trust them, name them: load_ml_model(directory, trusted={listed!r}), and in "
        f"a strategy ml_trusted = {listed!r}."
    )
