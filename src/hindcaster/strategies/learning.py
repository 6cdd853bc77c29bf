"""Data for machine learning that a strategy collects while it runs, and models it predicts with."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hindcaster import errors
from hindcaster._types import AnyArray
from hindcaster.strategies.models import read_part
from hindcaster.strategies.points import pass_on, write_points

logger = logging.getLogger("hindcaster.strategies")


class Learning:
    """Methods of a strategy that record features of a moment and what became of it."""

    name: Any
    ml_trusted: Sequence[str] = ()
    """Full names of types that models may hold beside those known to be safe."""

    @property
    def closed_candle_open_time(self) -> int:
        """Time at which the last finished bar of the route opened, in milliseconds."""
        raise NotImplementedError

    def _start_learning(self) -> None:
        self.ml_mode = "gather"
        self._data_points: list[dict[str, Any]] = []
        self._open_point: dict[str, Any] | None = None
        self._loaded: dict[str, Any] = {}

    # -- data -------------------------------------------------------------------------------

    def record_features(self, features: dict[str, float]) -> None:
        """Open a data point with features of the present bar, or add features to the open one.

        Parameters
        ----------
        features : dict
            Numbers by name.
        """
        if self._open_point is None:
            time = self.closed_candle_open_time // 1000
            self._open_point = {"time": time, "features": {}, "label": None}
        self._open_point["features"].update(features)

    def record_label(self, name: str, value: Any) -> None:
        """Close the open data point with what became of it.

        Without an open point nothing is recorded, and a warning is logged.

        Parameters
        ----------
        name : str
            What the label means.
        value : object
            The label.
        """
        if self._open_point is None:
            logger.warning("record_label(%r): there is no open point, see record_features()", name)
            return
        self._open_point["label"] = {"name": name, "value": value}
        self._data_points.append(self._open_point)
        pass_on(self._open_point)
        self._open_point = None

    def export_ml_data(self, directory: str | None = None) -> bool:
        """Write the labelled data points as ``ml_data/<strategy>_data.csv``.

        Columns: ``time`` (seconds), ``label_name``, ``label_value``, then the features by name;
        empty where a point lacks one.

        Parameters
        ----------
        directory : str, optional
            Where ``ml_data`` is made; beside the file of the strategy's class by default.

        Returns
        -------
        bool
            Whether there was a point to write.
        """
        points = self._data_points
        if not points:
            return False
        folder = (self._folder() if directory is None else Path(directory)) / "ml_data"
        name = self.name if isinstance(self.name, str) else type(self).__name__
        write_points(folder / f"{name}_data.csv", points)
        return True

    # -- predictions ------------------------------------------------------------------------

    def ml_features(self) -> dict[str, float]:
        """Give the features that a model predicts from; to be defined by the user.

        Raises
        ------
        NotImplementedError
            The strategy does not define it.
        """
        raise errors.ml_features_missing()

    def ml_predict(self) -> float:
        """Predict from `ml_features` with the model beside the file of the strategy's class.

        ``model.skops`` and ``scaler.skops``, which `hindcaster.research.train_model` writes, are
        read once per run, without running code from the files. The features go to the model in the
        order of their names.

        Returns
        -------
        float

        Raises
        ------
        FileNotFoundError
            There is no such file.
        ValueError
            It is a pickle, or holds types that are neither known to be safe nor in `ml_trusted`.
        """
        return float(self._model().predict(self._scaled_features())[0])

    def ml_predict_proba(self) -> dict[Any, float]:
        """Give the probability of each class, as `ml_predict` finds its model.

        Returns
        -------
        dict
            Probabilities by class.
        """
        model = self._model()
        chances = model.predict_proba(self._scaled_features())[0]
        return dict(zip(model.classes_, map(float, chances), strict=True))

    def _scaled_features(self) -> AnyArray:
        features = self.ml_features()
        row = np.array([[features[name] for name in sorted(features)]])
        scaled: AnyArray = self._load("scaler").transform(row)
        return scaled

    def _model(self) -> Any:
        return self._load("model")

    def _load(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = read_part(self._folder(), name, self.ml_trusted)
        return self._loaded[name]

    def _folder(self) -> Path:
        """Give the folder of the file that defines the strategy's class."""
        try:
            return Path(inspect.getfile(type(self))).resolve().parent
        except (TypeError, OSError):
            raise errors.strategy_without_file(type(self).__name__) from None
