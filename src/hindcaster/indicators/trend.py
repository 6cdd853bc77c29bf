"""Whether there is a trend, and where to: directional movement, clouds, channels to follow."""

from typing import NamedTuple

import numpy as np

from hindcaster._candles import HIGH, LOW
from hindcaster._types import FloatArray
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
    source,
)
from hindcaster.indicators._series import shifted
from hindcaster.indicators.kernels import lines, recursive, trend, windows

__all__ = [
    "AG",
    "AROON",
    "DI",
    "DM",
    "DX",
    "EXTREMA",
    "GATOR",
    "IchimokuCloud",
    "adx",
    "adxr",
    "alligator",
    "aroon",
    "aroonosc",
    "di",
    "dm",
    "dx",
    "gatorosc",
    "ichimoku_cloud",
    "minmax",
]

# Rows that `ichimoku_cloud` looks at.
_CLOUD_ROWS = 80


def _movement(candles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    high, low = column(candles, HIGH), column(candles, LOW)
    plus, minus = trend.directional_moves(high, low)
    return plus, minus, trend.ranges_with_gaps(candles)


def _wilder_sums(
    candles: FloatArray, period: int, divisor: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    plus, minus, ranges = _movement(candles)
    return (
        trend.wilder_sum(plus, period, divisor),
        trend.wilder_sum(minus, period, divisor),
        trend.wilder_sum(ranges, period, divisor),
    )


@indicator(compiled=True)
def adx(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Average directional index; NaN before bar ``2 period``.

    Wilder's sums start at bar `period`, the average of the index one `period` later.
    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    plus, minus, ranges = _wilder_sums(candles, period, 1.0)
    up, down = trend.percentage(plus, ranges, period), trend.percentage(minus, ranges, period)
    return trend.average_direction(trend.direction_index(up, down), period)


@indicator(compiled=True)
def adxr(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Average directional index rating: mean of the average index and that of `period` bars before.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.

    Wilder's sums start with the first bar, the average index is a simple mean.
    """
    keep = 1.0 - 1.0 / period
    plus, minus, ranges = _movement(candles)
    plus, minus = trend.decaying_sum(plus, keep), trend.decaying_sum(minus, keep)
    ranges = trend.decaying_sum(ranges, keep)
    up, down = trend.percentage(plus, ranges, 0), trend.percentage(minus, ranges, 0)
    average = windows.full_mean(trend.direction_index(up, down), period)
    return lines.middle(average, shifted(average, period))


class AG(NamedTuple):
    """Values of `alligator`."""

    jaw: Values
    teeth: Values
    lips: Values


@indicator(takes_series=True, compiled=True)
def alligator(candles: Prices, source_type: str = "hl2", sequential: bool = False) -> AG:
    """Alligator: Wilder's means of 13, 8 and 5 bars, of 8, 5 and 3 bars before.

    Each starts with the mean of its first bars and stays there until bar 13.
    Source: B. Williams, "Trading Chaos", 1995.
    """
    x = source(candles, source_type)
    jaw, teeth = trend.late_wilder_mean(x, 13, 13), trend.late_wilder_mean(x, 8, 13)
    lips = trend.late_wilder_mean(x, 5, 13)
    return AG(shifted(jaw, 8), shifted(teeth, 5), shifted(lips, 3))


class AROON(NamedTuple):
    """Values of `aroon`."""

    down: Values
    up: Values


@indicator(compiled=True)
def aroon(candles: Prices, period: Period = 14, sequential: bool = False) -> AROON:
    """Aroon: where in the last ``period + 1`` bars the lowest low and highest high are, 0 … 100.

    The first undefined bar of a window is taken for its extreme. Source: T. Chande, 1995.
    """
    high, low, _ = high_low_close(candles)
    share = 100.0 / period
    lowest = windows.scaled_place(low, period + 1, -1.0, share)
    return AROON(lowest, windows.scaled_place(high, period + 1, 1.0, share))


@indicator(compiled=True)
def aroonosc(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Aroon oscillator: places of highest high less lowest low in the last `period` bars.

    Source: T. Chande, 1995.

    The window is a bar shorter than that of `aroon`.
    """
    high, low, _ = high_low_close(candles)
    return windows.distance_of_places(high, low, period, 100.0)


class DI(NamedTuple):
    """Values of `di`."""

    plus: Values
    minus: Values


@indicator(compiled=True)
def di(candles: Prices, period: Period = 14, sequential: bool = False) -> DI:
    """Directional indicators: movement up and down by the true range, in percent.

    Movement and range are sums of the first `period` bars at bar `period`, from there on
    ``(y' (period - 1) + x) / period``. 0 where undefined.
    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    plus, minus, ranges = _wilder_sums(candles, period, float(period))
    up = trend.defined_percentage(plus, ranges, period)
    return DI(up, trend.defined_percentage(minus, ranges, period))


class DM(NamedTuple):
    """Values of `dm`."""

    plus: Values
    minus: Values


@indicator(compiled=True)
def dm(candles: Prices, period: Period = 14, sequential: bool = False) -> DM:
    """Directional movement up and down, Wilder's sums from bar `period` on.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
    """
    plus, minus = trend.directional_moves(column(candles, HIGH), column(candles, LOW))
    return DM(trend.wilder_sum(plus, period, 1.0), trend.wilder_sum(minus, period, 1.0))


class DX(NamedTuple):
    """Values of `dx`."""

    adx: Values
    plusDI: Values  # noqa: N815
    minusDI: Values  # noqa: N815


@indicator(
    looks_ahead="its averages start from the last bar's value, as those of `rma` do", compiled=True
)
def dx(
    candles: Prices,
    di_length: Period = 14,
    adx_smoothing: Period = 14,
    sequential: bool = False,
) -> DX:
    """Directional index with averages like those of `rma`: index, up and down.

    Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.

    Parameters
    ----------
    di_length, adx_smoothing : int, default 14
        Number of bars of the movements' averages, and of the index's.
    """
    plus, minus, ranges = _movement(candles)
    plus, minus = running_mean(plus, di_length), running_mean(minus, di_length)
    ranges = running_mean(ranges, di_length)
    up, down = trend.percentage(plus, ranges, 0), trend.percentage(minus, ranges, 0)
    index = trend.direction_index(up, down)
    return DX(running_mean(index, adx_smoothing), up, down)


def running_mean(x: FloatArray, length: int) -> FloatArray:
    """Average with rate ``1 / length`` whose value before the first bar is the LAST bar's price."""
    return recursive.exponential_after(x, 1.0 / length, x[-1])


class GATOR(NamedTuple):
    """Values of `gatorosc`."""

    upper: Values
    lower: Values
    upper_change: Values
    lower_change: Values


@indicator(takes_series=True, quiet=True)
def gatorosc(candles: Prices, source_type: str = "close", sequential: bool = False) -> GATOR:
    """Gator oscillator: distances between the lines of an alligator, and how they change.

    The lines are `smma` of 13, 8 and 5 bars, of 8, 5 and 3 bars before.
    Source: B. Williams, "New Trading Dimensions", 1998.
    """
    x = source(candles, source_type)
    jaw, teeth, lips = (
        shifted(recursive.unbiased_exponential(x, 1.0 / p), s) for p, s in ((13, 8), (8, 5), (5, 3))
    )
    upper, lower = np.abs(jaw - teeth), -np.abs(teeth - lips)
    return GATOR(upper, lower, upper - shifted(upper, 1), shifted(lower, 1) - lower)


class IchimokuCloud(NamedTuple):
    """Values of `ichimoku_cloud`."""

    conversion_line: Values
    base_line: Values
    span_a: Values
    span_b: Values


@indicator(compiled=True)
def ichimoku_cloud(
    candles: Prices,
    conversion_line_period: Period = 9,
    base_line_period: Period = 26,
    lagging_line_period: Period = 52,
    displacement: Period = 26,
) -> IchimokuCloud:
    """Ichimoku cloud at the last bar, of the last 80 rows; NaN if they are fewer.

    Lines are middles of the highest high and lowest low over their periods; the spans are those of
    ``displacement - 1`` bars before, NaN for a displacement of 1. Source: G. Hosoda, 1969.

    Parameters
    ----------
    conversion_line_period, base_line_period, lagging_line_period : int, default 9, 26 and 52
        Number of bars of the two lines, and of span b.
    displacement : int, default 26
        How many bars the spans are drawn ahead, the current one included.
    """
    if len(candles) < _CLOUD_ROWS:
        return IchimokuCloud(np.nan, np.nan, np.nan, np.nan)
    rows, back = _CLOUD_ROWS, displacement - 1
    short, long = conversion_line_period, base_line_period
    now = trend.middle(candles, short, 0, rows), trend.middle(candles, long, 0, rows)
    if back == 0:
        return IchimokuCloud(now[0], now[1], np.nan, np.nan)
    ahead = trend.middle(candles, short, back, rows) + trend.middle(candles, long, back, rows)
    last = trend.middle(candles, lagging_line_period, back, rows)
    return IchimokuCloud(now[0], now[1], ahead / 2.0, last)


class EXTREMA(NamedTuple):
    """Values of `minmax`."""

    is_min: Values
    is_max: Values
    last_min: Values
    last_max: Values


@indicator(looks_ahead="a bar is an extreme if those after it, `order` of them, are not")
def minmax(candles: Prices, order: Period = 3, sequential: bool = False) -> EXTREMA:
    """Local extremes: lows below and highs above all others within `order` bars, else NaN.

    `last_min` and `last_max` are the last ones so far. For the last bar, `is_min` and `is_max` are
    those of ``order + 1`` rows from the end.

    Parameters
    ----------
    order : int, default 3
        Number of bars on each side.
    """
    lowest = trend.local_extremes(column(candles, LOW), order, -1.0)
    highest = trend.local_extremes(column(candles, HIGH), order, 1.0)
    last_low, last_high = trend.forward_filled(lowest), trend.forward_filled(highest)
    if not sequential:
        lowest, highest = shifted(lowest, order), shifted(highest, order)
    return EXTREMA(lowest, highest, last_low, last_high)
