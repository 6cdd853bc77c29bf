"""What a picture of a walk-forward test shows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.plotting.aggregation import Groups, groups_to_draw
from hindcaster.plotting.info import Curve, curves_of, times_of
from hindcaster.plotting.options import Options


@dataclass(frozen=True)
class Setting:
    """A parameter by window.

    Attributes
    ----------
    name : str
        The parameter.
    heights : numpy.ndarray
        Where its values are drawn; NaN for windows without trading.
    texts : list of str
        The values.
    levels : dict
        Text by height, of values that are no numbers; empty for numbers.
    """

    name: str
    heights: FloatArray
    texts: list[str]
    levels: dict[float, str]


@dataclass(frozen=True)
class WalkPicture:
    """All that is drawn of a walk-forward test; positions count what is drawn of the tested bars.

    Attributes
    ----------
    count : int
        Number of bars, or of groups of them where there are too many.
    times, labels, whole_days
        As in `Candles`.
    equity : Curve
        Equity of the tested bars, with buying and holding.
    left, right : numpy.ndarray
        Edges of the windows.
    idle : numpy.ndarray of bool
        Windows without trading.
    inside, outside : numpy.ndarray
        Return of each window in- and out-of-sample, as a fraction; NaN if there is none.
    annual : bool
        Whether these are annualised.
    spans : list of str
        First and last label of each test window.
    settings : list of Setting
        The parameters.
    """

    count: int
    times: FloatArray | None
    labels: list[str] | None
    whole_days: bool
    equity: Curve
    left: FloatArray
    right: FloatArray
    idle: Any
    inside: FloatArray
    outside: FloatArray
    annual: bool
    spans: list[str]
    settings: list[Setting]


def walk_picture(
    stats: pd.Series[Any], windows: pd.DataFrame, names: list[str], close: FloatArray
) -> WalkPicture:
    """Compute what to draw.

    Parameters
    ----------
    stats : Series
        Result for all tested bars.
    windows : DataFrame
        The table of `WalkForward.windows`.
    names : list of str
        Its columns of parameters.
    close : array of float
        Closes of the tested bars.
    """
    index = stats["_equity_curve"].index
    groups = groups_to_draw(index, True)
    options = Options(plot_buy_hold=True)
    equity, _ = curves_of(pd.DataFrame({"Close": close}, index), stats, groups, options, 0)
    assert equity is not None
    left, right = _edges(windows["Test Bars"].to_numpy(np.int64), groups)
    annual = isinstance(index, pd.DatetimeIndex)
    row = "Return (Ann.) [%]" if annual else "Return [%]"
    times, labels, whole_days = times_of(index if groups is None else groups.labels)
    return WalkPicture(
        count=len(equity.values),
        times=times,
        labels=labels,
        whole_days=whole_days,
        equity=equity,
        left=left,
        right=right,
        idle=(windows["Not Traded"] != "").to_numpy(bool),
        inside=windows[f"In-Sample {row}"].to_numpy(np.float64) / 100,
        outside=windows[f"Out-of-Sample {row}"].to_numpy(np.float64) / 100,
        annual=annual,
        spans=[
            f"{_text(first, whole_days)} to {_text(last, whole_days)}"
            for first, last in zip(windows["Test Start"], windows["Test End"], strict=True)
        ],
        settings=[setting_of(name, windows[name].tolist()) for name in names],
    )


def _edges(lengths: Any, groups: Groups | None) -> tuple[FloatArray, FloatArray]:
    """Edges of windows halfway between what is drawn."""
    ends = np.cumsum(lengths)
    # A group of bars in which a window ends and the next one begins belongs to the former.
    last = ends - 1 if groups is None else groups.of(ends - 1)
    right = last.astype(np.float64) + 0.5
    return np.append(-0.5, right[:-1]), right


def _text(label: Any, whole_days: bool) -> str:
    return str(label.date()) if whole_days and isinstance(label, pd.Timestamp) else str(label)


def setting_of(name: str, values: list[Any]) -> Setting:
    """Place the values of a parameter: numbers at their height, others at one per value."""
    missing = [value is None or (isinstance(value, float) and value != value) for value in values]
    texts = ["" if gone else _short(value) for value, gone in zip(values, missing, strict=True)]
    present = [value for value, gone in zip(values, missing, strict=True) if not gone]
    if all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in present):
        numbers = [np.nan if gone else float(v) for v, gone in zip(values, missing, strict=True)]
        return Setting(name, np.array(numbers), texts, {})
    distinct = dict.fromkeys(text for text, gone in zip(texts, missing, strict=True) if not gone)
    places = {text: float(place) for place, text in enumerate(distinct)}
    heights = [np.nan if gone else places[t] for t, gone in zip(texts, missing, strict=True)]
    return Setting(name, np.array(heights), texts, {place: t for t, place in places.items()})


def _short(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    text = getattr(value, "__name__", None) if callable(value) else None
    return (text or str(value))[:40]
