"""Trained models in files that are data only: reading one runs no code out of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from hindcaster import errors

logger = logging.getLogger("hindcaster.strategies")

SUFFIX: Final = ".skops"
IMPORTANCE: Final = "feature_importance.json"
_HOLD_NUMBERS: Final = frozenset(  # parts of estimators that skops does not know
    f"sklearn.{name}"
    for name in (
        "_loss.loss.HalfTweedieLossIdentity",
        "calibration._CalibratedClassifier",
        "calibration._SigmoidCalibration",
        "ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "gaussian_process.kernels.ConstantKernel",
        "gaussian_process.kernels.Product",
        "gaussian_process.kernels.RBF",
        "metrics._dist_metrics.EuclideanDistance64",
        "metrics._dist_metrics.ManhattanDistance64",
        "metrics._dist_metrics.MinkowskiDistance64",
        "neighbors._ball_tree.BallTree",
        "neighbors._kd_tree.KDTree",
        "neural_network._stochastic_optimizers.AdamOptimizer",
        "neural_network._stochastic_optimizers.SGDOptimizer",
        "tree._tree.Tree",
    )
)


def write_model(
    folder: Path, model: Any, scaler: Any, feature_importance: dict[str, Any] | None = None
) -> list[Path]:
    """Write ``model.skops``, ``scaler.skops`` and, if given, ``feature_importance.json``.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    model, scaler : object
        A fitted estimator, and what its features went through.
    feature_importance : dict, optional
        Numbers by name.

    Returns
    -------
    list of Path
        The files.
    """
    skops = _skops()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, part in (("model", model), ("scaler", scaler)):
        path = folder / (name + SUFFIX)
        skops.dump(part, path)
        unknown = sorted(set(skops.get_untrusted_types(file=path)) - _HOLD_NUMBERS)
        if unknown:
            logger.warning("Loading %s will need trusted=%r", path, unknown)
        written.append(path)
    if feature_importance is not None:
        path = folder / IMPORTANCE
        path.write_text(json.dumps(feature_importance), encoding="utf-8")
        written.append(path)
    return written


def read_part(folder: Path, name: str, trusted: Iterable[str] = ()) -> Any:
    """Read ``model`` or ``scaler``.

    Parameters
    ----------
    folder : Path
        Where it was written.
    name : {'model', 'scaler'}
    trusted : iterable of str
        Full names of types that may be made beside those known to be safe.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is a pickle or no model, or it holds types that are not trusted.
    """
    path = folder / (name + SUFFIX)
    if not path.is_file():
        pickle = folder / f"{name}.pkl"
        if pickle.is_file():
            raise errors.model_is_pickle(str(pickle))
        raise errors.model_file_missing(str(path))
    skops = _skops()
    allowed = _HOLD_NUMBERS.union(trusted)
    try:
        found = set(skops.get_untrusted_types(file=path))
    except Exception as error:  # whatever a file that is none can lead to
        raise errors.not_a_model_file(str(path), error) from None
    if found - allowed:
        raise errors.untrusted_types(str(path), sorted(found - allowed))
    return skops.load(path, trusted=sorted(found))


def read_importance(folder: Path) -> dict[str, Any] | None:
    """Read the importance of features; None if there is no such file."""
    path = folder / IMPORTANCE
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _skops() -> Any:
    try:
        import skops.io
    except ImportError:
        raise errors.library_missing("Reading and writing models", "skops", "ml") from None
    return skops.io
