"""Labelled data points in CSV files, and those that the strategies of a run record."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from hindcaster import errors

Point = dict[str, Any]

_COLUMNS: Final = ["time", "label_name", "label_value"]
_gathered: ContextVar[list[Point] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering() -> Iterator[list[Point]]:
    """Give a list to which points are added as strategies close them."""
    points: list[Point] = []
    token = _gathered.set(points)
    try:
        yield points
    finally:
        _gathered.reset(token)


def pass_on(point: Point) -> None:
    """Hand a closed point to whoever gathers points."""
    points = _gathered.get()
    if points is not None:
        points.append(point)


def path_of(strategy_name: str) -> Path:
    """Where data of a strategy in the folder ``strategies`` is kept."""
    return Path("strategies") / strategy_name / "ml_data" / f"{strategy_name}_data.csv"


def write_points(path: Path, points: Sequence[Point]) -> None:
    """Write points: time, name and value of the label, then features by name, empty if lacking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = sorted({name for point in points for name in point["features"]})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_COLUMNS, *features])
        for point in points:
            label, known = point["label"], point["features"]
            row = [point["time"], label["name"], label["value"]]
            writer.writerow([*row, *(known.get(feature, "") for feature in features)])


def read_points(path: Path) -> list[Point]:
    """Read points; features that a point lacks are left out.

    Raises
    ------
    ValueError
        A column is missing, or a time or feature is no number.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        found = list(reader.fieldnames or [])
        missing = [name for name in _COLUMNS if name not in found]
        if found and missing:
            raise errors.bad_points_file(str(path), f"it has no column {missing[0]!r}")
        features = [name for name in found if name not in _COLUMNS]
        try:
            return [_point_of(row, features) for row in reader]
        except (TypeError, ValueError) as error:
            raise errors.bad_points_file(str(path), f"line {reader.line_num}: {error}") from None


def _point_of(row: dict[str, str], features: list[str]) -> Point:
    return {
        "time": int(row["time"]),
        "features": {name: float(row[name]) for name in features if row[name] != ""},
        "label": {"name": row["label_name"], "value": _value_of(row["label_value"])},
    }


def _value_of(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"True": True, "False": False}.get(text, text)
