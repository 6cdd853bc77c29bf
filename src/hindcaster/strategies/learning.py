"""Data for machine learning that a strategy collects while it runs."""

from __future__ import annotations

from typing import Any

from hindcaster import errors


class Learning:
    """Methods of a strategy that record features of a moment and what became of it."""

    @property
    def closed_candle_open_time(self) -> float:
        """Time at which the last finished bar of the route opened, in milliseconds."""
        raise NotImplementedError

    def _start_learning(self) -> None:
        self.ml_mode: str | None = None
        self._data_points: list[dict[str, Any]] = []
        self._open_point: dict[str, Any] | None = None

    def record_features(self, features: dict[str, float]) -> None:
        """Open a data point with features of the present bar, or add features to the open one.

        Parameters
        ----------
        features : dict
            Numbers by name.
        """
        if self._open_point is None:
            time = self.closed_candle_open_time / 1000
            self._open_point = {"time": int(time), "features": {}, "label": None}
        self._open_point["features"].update(features)

    def record_label(self, name: str, value: Any) -> None:
        """Close the open data point with what became of it.

        Parameters
        ----------
        name : str
            What the label means.
        value : object
            The label.
        """
        if self._open_point is None:
            return
        self._open_point["label"] = {"name": name, "value": value}
        self._data_points.append(self._open_point)
        self._open_point = None

    def ml_features(self) -> dict[str, float]:
        """Give the features that a model predicts from; to be defined by the user.

        Raises
        ------
        NotImplementedError
            The strategy does not define it.
        """
        raise errors.ml_features_missing()
