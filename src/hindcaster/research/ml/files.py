"""Data points and models in files."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from hindcaster import errors
from hindcaster.strategies.models import read_importance, read_part, write_model
from hindcaster.strategies.points import path_of, read_points


def load_ml_data_csv(path_or_name: str | PathLike[str]) -> list[dict[str, Any]]:
    r"""Read data points that `gather_ml_data` or ``export_ml_data`` wrote.

    Parameters
    ----------
    path_or_name : str or Path
        Path of a CSV file; or the name of a strategy, whose data is in
        ``strategies/<name>/ml_data/<name>_data.csv`` under the working directory.

    Returns
    -------
    list of dict
        ``time`` (seconds), ``features`` (numbers by name) and ``label`` (``name`` and ``value``: a
        whole number, a number, True or False, or text), as `train_model` takes them.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It holds something else.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hindcaster.research import load_ml_data_csv
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "points.csv"
    ...     _ = path.write_text("time,label_name,label_value,rsi\n1609459200,won,True,31.5\n")
    ...     load_ml_data_csv(path)
    [{'time': 1609459200, 'features': {'rsi': 31.5}, 'label': {'name': 'won', 'value': True}}]
    """
    path = Path(path_or_name)
    if path.suffix != ".csv" and path.name == str(path_or_name):
        path = path_of(path.name)
    if not path.is_file():
        raise errors.points_file_missing(str(path))
    return read_points(path)


def load_ml_model(directory: str | PathLike[str], *, trusted: Sequence[str] = ()) -> dict[str, Any]:
    """Read a model that `train_model` saved; no code in the files is run.

    Parameters
    ----------
    directory : str or Path
        Where it was saved.
    trusted : sequence of str, optional
        Full names of types the model may hold beside those of NumPy, SciPy and scikit-learn that
        are known to be safe. Their code is run when the model is read.

    Returns
    -------
    dict
        ``model`` and ``scaler``, and ``feature_importance`` if that was saved.

    Raises
    ------
    FileNotFoundError
        There is no such model.
    ValueError
        A file is a pickle or no model; or it holds types that are not trusted, which are named.
    ImportError
        skops is not installed (``hindcaster[ml]``).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.preprocessing import StandardScaler
    >>> from hindcaster.research import load_ml_model, save_ml_model
    >>> rows, labels = [[0.0], [2.0]], [1.0, 5.0]
    >>> scaler = StandardScaler().fit(rows)
    >>> model = LinearRegression().fit(scaler.transform(rows), labels)
    >>> with TemporaryDirectory() as folder:
    ...     _ = save_ml_model(folder, model, scaler)
    ...     loaded = load_ml_model(folder)
    >>> loaded["model"].predict(loaded["scaler"].transform([[1.0]]))
    array([3.])
    """
    folder = Path(directory)
    loaded = {name: read_part(folder, name, trusted) for name in ("model", "scaler")}
    importance = read_importance(folder)
    if importance is not None:
        loaded["feature_importance"] = importance
    return loaded


def save_ml_model(
    directory: str | PathLike[str],
    model: Any,
    scaler: Any,
    feature_importance: dict[str, Any] | None = None,
) -> list[str]:
    """Write a model for `load_ml_model` and for a strategy's ``ml_predict``.

    `train_model` does this with ``save_to``; here is the same for models from elsewhere.

    Parameters
    ----------
    directory : str or Path
        Made if it is missing. A strategy looks in the folder of the file that defines its class.
    model : estimator
        Fitted.
    scaler : transformer
        What its features went through, in the order of their names.
    feature_importance : dict, optional
        To keep beside it.

    Returns
    -------
    list of str
        Paths of the files: ``model.skops``, ``scaler.skops``, ``feature_importance.json``.

    Raises
    ------
    ImportError
        skops is not installed (``hindcaster[ml]``).

    Examples
    --------
    See `load_ml_model`.
    """
    return [str(path) for path in write_model(Path(directory), model, scaler, feature_importance)]
