"""What prices an indicator takes, and how it reads them: for Python, and within kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from hindcaster import _candles, errors
from hindcaster._candles import CLOSE, HIGH, LOW, OPEN, VOLUME
from hindcaster._jit import by_name, in_kernels, kernel
from hindcaster._types import FloatArray

_MEANS = {"hl2": -2, "hlc3": -3, "ohlc4": -4}
_COLUMNS = {"close": CLOSE, "high": HIGH, "low": LOW, "open": OPEN, "volume": VOLUME}

# What kernels know a price by: the number of its column, or below 0 a mean of several.
SOURCE_NUMBERS = {name: (_COLUMNS | _MEANS)[name] for name in _candles.SOURCES}
ONLY_COLUMN = 0  # of a series

_ANCHORS = {
    "m": 60_000,
    "M": 60_000,
    "h": 3_600_000,
    "H": 3_600_000,
    "4h": 14_400_000,
    "12h": 43_200_000,
    "D": 86_400_000,
    "W": 604_800_000,
}


def source(candles: FloatArray, source_type: str) -> FloatArray:
    """Take the price an indicator is computed from; a single series is that price already.

    The array is contiguous: kernels are compiled for that layout.
    """
    if candles.ndim == 1:
        return candles
    if source_type == "close":
        return candles[:, CLOSE].copy()
    return np.ascontiguousarray(_candles.get_candle_source(candles, source_type))


def column(candles: FloatArray, which: int) -> FloatArray:
    """Take a column of candles as a contiguous array."""
    return candles[:, which].copy()


def high_low_close(candles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Take high, low and close of candles as contiguous arrays."""
    return (
        column(candles, HIGH),
        column(candles, LOW),
        column(candles, CLOSE),
    )


def source_number(source_type: str) -> int:
    """Give the number that kernels know a price by."""
    number = SOURCE_NUMBERS.get(source_type) if isinstance(source_type, str) else None
    if number is None:
        raise errors.unknown_source(source_type, _candles.SOURCES)
    return number


def price_instead_of(source_type: str, others: tuple[str, ...], instead: str) -> str:
    """Give the name of a price, `instead` for that of others."""
    return instead if source_type in others else source_type


@in_kernels(price_instead_of)
def _price_instead_of(source_type: Any, others: Any, instead: Any) -> Any:
    numbers = tuple(SOURCE_NUMBERS[name.literal_value] for name in others)
    number = SOURCE_NUMBERS[instead.literal_value]

    def given(source_type: Any, others: Any, instead: Any) -> Any:
        return number if source_type in numbers else source_type

    return given


def anchor_length(anchor: str) -> int:
    """Give the milliseconds of a bucket that `vwap` starts anew with: of a day by default."""
    return _ANCHORS.get(anchor if isinstance(anchor, str) else "D", _ANCHORS["D"])


@in_kernels(anchor_length)
def _anchor_length(anchor: Any) -> Any:
    """Give a kernel that does nothing: it is given milliseconds."""
    return lambda anchor: anchor


# What machine code is given in place of a text, by the parameter's name.
NUMBERS_OF = {"source_type": source_number, "anchor": anchor_length}


@kernel
def price(candles: FloatArray, number: int) -> FloatArray:
    """Take a column by its number, or one of the means whose numbers are below 0."""
    n = len(candles)
    out = np.empty(n)
    if number >= 0:
        for i in range(n):
            out[i] = candles[i, number]
    elif number == -2:
        for i in range(n):
            out[i] = (candles[i, HIGH] + candles[i, LOW]) / 2.0
    elif number == -3:
        for i in range(n):
            out[i] = (candles[i, HIGH] + candles[i, LOW] + candles[i, CLOSE]) / 3.0
    else:
        for i in range(n):
            out[i] = (
                candles[i, OPEN] + candles[i, HIGH] + candles[i, LOW] + candles[i, CLOSE]
            ) / 4.0
    return out


@in_kernels(source, price)
def _source(candles: Any, source_type: Any) -> Any:
    if candles.ndim == 1:
        return lambda candles, source_type: candles
    taken = by_name(price)
    if isinstance(source_type, types.StringLiteral):
        number = SOURCE_NUMBERS[source_type.literal_value]
        return lambda candles, source_type: taken(candles, number)
    if isinstance(source_type, types.Integer):
        return lambda candles, source_type: taken(candles, source_type)
    return None


@in_kernels(column, price)
def _column(candles: Any, which: Any) -> Any:
    taken = by_name(price)
    return lambda candles, which: taken(candles, which)


def as_prices(name: str, argument: str, value: Any, takes_series: bool) -> FloatArray:
    """Read what the user gave as candles (n, 6) or, where that will do, a series (n,)."""
    if type(value) is np.ndarray and value.dtype == np.float64:
        array: FloatArray = value
    else:
        array = _read_prices(name, argument, value)
    if array.ndim == 1:
        if not takes_series:
            raise errors.candles_needed(name, argument)
        array = np.ascontiguousarray(array)
    elif array.ndim != 2 or array.shape[1] < 6:
        raise errors.bad_price_shape(name, argument, array.shape)
    if not len(array):
        raise errors.no_candles(name, argument)
    return array


def _read_prices(name: str, argument: str, value: Any) -> FloatArray:
    frame = value if isinstance(value, np.ndarray) else getattr(value, "df", value)
    if hasattr(frame, "columns"):
        return _from_frame(name, argument, frame)
    if value is None or isinstance(value, str):
        raise errors.not_prices(name, argument, value)
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise errors.not_prices(name, argument, value) from None


def _from_frame(name: str, argument: str, frame: Any) -> FloatArray:
    """Make candles of a DataFrame; time is its index in ms, or the bar's number without dates."""
    columns = {str(label).lower(): label for label in frame.columns}
    candles = np.empty((len(frame), 6))
    index = frame.index.values
    dated = index.dtype.kind == "M"
    candles[:, 0] = index.astype("datetime64[ms]").astype(np.int64) if dated else range(len(frame))
    for place, title in enumerate(("Open", "Close", "High", "Low", "Volume"), start=1):
        label = columns.get(title.lower())
        if label is not None:
            candles[:, place] = np.asarray(frame[label], dtype=np.float64)
        elif title == "Volume":
            candles[:, place] = np.nan
        else:
            raise errors.missing_price_column(name, argument, title, list(frame.columns))
    return candles
