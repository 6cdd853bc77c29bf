"""Kernels of windows, averages, filters and trends by plain loops; TA-Lib where it has them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import hindcaster.indicators as ta
from hindcaster.indicators.kernels import filters, recursive, trend, weighted, windows
from hindcaster.indicators.kernels.sums import BARS_AT_A_TIME

from .test_indicator_formulas import draw_candles

talib = pytest.importorskip("talib", reason="TA-Lib is an optional package")

PERIODS = (1, 2, 3, 7, 20, 64, 200)


def drawn(seed: int, rows: int = 150, undefined: float = 0.0, ticks: bool = False) -> np.ndarray:
    draw = np.random.default_rng(seed)
    x = 60_000 + np.cumsum(draw.normal(0, 1, rows))
    x = np.round(x) if ticks else x
    return np.where(draw.random(rows) < undefined, np.nan, x)


SERIES = [
    drawn(1),
    drawn(2, ticks=True),
    drawn(3, undefined=0.05),
    drawn(4, undefined=0.3, ticks=True),
    np.full(90, 0.1),
    drawn(5, rows=1),
    drawn(6, rows=6),
    np.concatenate([[np.nan] * 9, drawn(7)]),
]
EVERY_SERIES = pytest.mark.parametrize("x", SERIES, ids=[f"series{i}" for i in range(len(SERIES))])


def by_window(x: np.ndarray, period: int, of: Callable[[np.ndarray], float]) -> np.ndarray:
    """Apply a function to every full window."""
    out = np.full(len(x), np.nan)
    for i in range(period - 1, len(x)):
        out[i] = of(x[i - period + 1 : i + 1])
    return out


def unless_undefined(of: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], float]:
    return lambda w: math.nan if np.isnan(w).any() else float(of(w))


def mean_of_numbers(window: np.ndarray) -> float:
    numbers = window[~np.isnan(window)]
    return float(numbers.mean()) if len(numbers) else math.nan


WINDOWS: dict[str, tuple[Callable[..., np.ndarray], Callable[[np.ndarray], float]]] = {
    "sum": (windows.rolling_sum, unless_undefined(np.sum)),
    "mean": (windows.rolling_mean, mean_of_numbers),
    "variance": (windows.rolling_variance, unless_undefined(np.var)),
    "max": (windows.rolling_max, unless_undefined(np.max)),
    "min": (windows.rolling_min, unless_undefined(np.min)),
    "median deviation": (
        windows.median_deviation,
        unless_undefined(lambda w: np.median(np.abs(w - np.median(w)))),
    ),
}


@EVERY_SERIES
@pytest.mark.parametrize("name", WINDOWS)
def test_windows_by_the_values_in_them(name: str, x: np.ndarray) -> None:
    kernel, of = WINDOWS[name]
    for period in PERIODS:
        expected = by_window(x, period, of)
        np.testing.assert_allclose(kernel(x, period), expected, rtol=1e-12, atol=1e-11)


@EVERY_SERIES
def test_places_of_extremes_are_the_first_of_several(x: np.ndarray) -> None:
    if np.isnan(x).any():
        return
    for period in PERIODS:
        np.testing.assert_array_equal(
            windows.place_of_max(x, period), by_window(x, period, np.argmax)
        )
        np.testing.assert_array_equal(
            windows.place_of_min(x, period), by_window(x, period, np.argmin)
        )


def test_windows_of_equal_values_have_no_deviation_at_all() -> None:
    x = np.concatenate([drawn(8), np.full(50, 59_999.7), drawn(9)])
    flat = slice(150 + 19, 200)
    assert not windows.rolling_variance(x, 20)[flat].any()
    moves = np.concatenate([np.abs(np.diff(x)), [0.0]])
    assert not windows.rolling_sum(moves, 20)[169:199].any()


@EVERY_SERIES
def test_weighted_sums_by_their_terms(x: np.ndarray) -> None:
    for period, first in itertools.product((1, 4, 9), (0, 12)):
        weights = np.linspace(-1.0, 2.0, period)
        expected = by_window(x, period, lambda window: float(np.sum(weights * window)))  # noqa: B023
        expected[:first] = np.nan
        np.testing.assert_allclose(weighted.weighted_sum(x, weights, first), expected, rtol=1e-11)


# Kernels take a part of the bars at a time: windows across its ends, in the middle, longer than it.
PARTS = (*range(1, 70), 127, 128, 255, 256, 257, 400, BARS_AT_A_TIME - 1, BARS_AT_A_TIME)
LONG = (BARS_AT_A_TIME + 1, 700, 2 * BARS_AT_A_TIME + 3, 3 * BARS_AT_A_TIME)


@pytest.mark.parametrize("undefined", [0.0, 0.002])
def test_windows_across_the_parts_that_are_worked_on_at_a_time(undefined: float) -> None:
    for rows in (BARS_AT_A_TIME - 1, BARS_AT_A_TIME + 1, 3 * BARS_AT_A_TIME + 5):
        x = drawn(rows, rows, undefined)
        weights_of = np.random.default_rng(rows).random(max(LONG))
        for period in PARTS + LONG:
            if period > rows:
                assert np.isnan(windows.rolling_sum(x, period)).all()
                assert np.isnan(weighted.weighted_sum(x, weights_of[:period], 0)).all()
                continue
            seen, head = sliding_window_view(x, period), [math.nan] * (period - 1)
            sums = np.concatenate([head, seen.sum(axis=1)])
            np.testing.assert_allclose(windows.rolling_sum(x, period), sums, rtol=1e-12)
            np.testing.assert_allclose(windows.full_mean(x, period), sums / period, rtol=1e-12)
            known = (~np.isnan(seen)).sum(axis=1).astype(float)
            known[known == 0.0] = np.nan
            means = np.concatenate([head, np.nansum(seen, axis=1) / known])
            np.testing.assert_allclose(windows.rolling_mean(x, period), means, rtol=1e-12)
            weights = weights_of[:period]
            expected = np.concatenate([head, seen @ weights])
            found = weighted.weighted_sum(x, weights, 0)
            np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sums_of_windows_are_the_same_wherever_the_window_is() -> None:
    x = drawn(1, 3 * BARS_AT_A_TIME)
    for period in (1, 2, 3, 5, 14, 15, 16, 17, 30, 63, 64, 65, 200, 600):
        whole = windows.rolling_sum(x, period)
        weights = np.linspace(1.0, 2.0, period)
        weighed = weighted.weighted_sum(x, weights, 0)
        for end in range(period, len(x) + 1, 61):
            window = x[end - period : end]
            assert windows.rolling_sum(window, period)[-1] == whole[end - 1]
            assert weighted.weighted_sum(window, weights, 0)[-1] == weighed[end - 1]


def test_means_by_volume_take_the_bars_there_are_at_the_start() -> None:
    x, volume = drawn(1, 1300), np.random.default_rng(1).random(1300) + 0.1
    for period in (1, 2, 7, 20, 64, 600, 1299, 1300, 2000):
        expected = [
            np.average(x[max(end - period, 0) : end], weights=volume[max(end - period, 0) : end])
            for end in range(1, len(x) + 1)
        ]
        found = weighted.volume_weighted_mean(x, volume, period)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@EVERY_SERIES
@pytest.mark.parametrize("alpha", [1.0, 0.5, 2 / 31, 1e-3])
def test_averages_carried_on_bar_by_bar(x: np.ndarray, alpha: float) -> None:
    value, expected = x[0], [x[0]]
    for price in x[1:]:
        value = alpha * price + (1 - alpha) * value
        expected.append(value)
    np.testing.assert_allclose(recursive.exponential(x, alpha), expected, rtol=1e-12)
    for end in range(1, min(len(x), 12)):
        shorter = recursive.exponential(x[:end], alpha)
        np.testing.assert_array_equal(shorter, recursive.exponential(x, alpha)[:end])


@EVERY_SERIES
def test_wilder_mean_starts_with_a_plain_one(x: np.ndarray) -> None:
    for period in (1, 5, 14):
        expected = np.full(len(x), np.nan)
        for i in range(period - 1, len(x)):
            before = expected[i - 1] * (period - 1) + x[i]
            expected[i] = x[:period].mean() if i == period - 1 else before / period
        np.testing.assert_allclose(recursive.wilder_mean(x, period), expected, rtol=1e-12)


@EVERY_SERIES
def test_efficiency_is_the_net_move_by_the_path(x: np.ndarray) -> None:
    for period in (1, 4, 30):
        expected = np.full(len(x), np.nan)
        for i in range(period, len(x)):
            path = np.abs(np.diff(x[i - period : i + 1])).sum()
            expected[i] = abs(x[i] - x[i - period]) / path if path else 0.0
        np.testing.assert_allclose(recursive.efficiency(x, period), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("kernel", "forward", "feedback"),
    [
        (filters.one_pole, (0.4, -0.1), (0.5,)),
        (filters.two_poles, (0.4, -0.1, 0.2), (0.5, -0.3)),
        (filters.three_poles, (0.4,), (0.5, -0.3, 0.1)),
    ],
)
def test_filters_by_their_terms(
    kernel: Callable[..., np.ndarray], forward: tuple[float, ...], feedback: tuple[float, ...]
) -> None:
    x, start = drawn(10), len(feedback)
    expected = list(x[:start])
    for i in range(start, len(x)):
        ahead = sum(weight * x[i - k] for k, weight in enumerate(forward))
        expected.append(ahead + sum(b * expected[i - 1 - k] for k, b in enumerate(feedback)))
    np.testing.assert_allclose(kernel(x, *forward, *feedback), expected)


@pytest.mark.parametrize(("period", "poles"), [(14, 4), (9, 1), (30, 2)])
def test_gaussian_filter_is_so_many_simple_ones_in_a_row(period: int, poles: int) -> None:
    beta = (1 - math.cos(2 * math.pi / period)) / (2 ** (1 / poles) - 1)
    alpha = -beta + math.sqrt(beta * beta + 2 * beta)
    expected = drawn(11)
    for _ in range(poles):
        expected = recursive.exponential_after(expected, alpha, 0.0)
    ours = ta.gauss(drawn(11), period, poles, sequential=True)
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_correlation_with_waves_is_that_of_numpy() -> None:
    x, period = drawn(12), 20
    places = 2 * np.pi * np.arange(1, period + 1) / period
    real, imag = filters.correlate_with_waves(x, period)
    for i in range(period, len(x)):
        before = x[i - period : i][::-1]
        assert math.isclose(real[i], np.corrcoef(before, np.cos(places))[0, 1], abs_tol=1e-6)
        assert math.isclose(imag[i], np.corrcoef(before, -np.sin(places))[0, 1], abs_tol=1e-6)


@EVERY_SERIES
def test_local_extremes_are_above_their_neighbours(x: np.ndarray) -> None:
    for order in (1, 3):
        found = trend.local_extremes(x, order, 1.0)
        for i in range(len(x)):
            near = np.delete(x[max(i - order, 0) : i + order + 1], min(i, order))
            inner = 0 < i < len(x) - 1
            assert np.isnan(found[i]) == (not (inner and bool(np.all(x[i] > near))))


def test_directional_moves_are_the_larger_of_the_two() -> None:
    candles = draw_candles(13, ticks=True)
    plus, minus = trend.directional_moves(candles[:, 3].copy(), candles[:, 4].copy())
    up, down = np.diff(candles[:, 3]), -np.diff(candles[:, 4])
    np.testing.assert_array_equal(plus[1:], np.where((up > down) & (up > 0), up, 0))
    np.testing.assert_array_equal(minus[1:], np.where((down > up) & (down > 0), down, 0))


def test_averages_of_fixed_weights_by_their_weights() -> None:
    x = drawn(14)
    weights = {
        ta.wma: [1, 2, 3, 4, 5, 6, 7],
        ta.trima: [1, 2, 3, 4, 3, 2, 1],
        ta.swma: [1, 2, 3, 4, 3, 2, 1],
        ta.pwma: [1, 6, 15, 20, 15, 6, 1],
        ta.fwma: [1, 1, 2, 3, 5, 8, 13],
        ta.sinwma: [math.sin(k * math.pi / 8) for k in range(1, 8)],
    }
    for average, of in weights.items():
        expected = by_window(x, 7, lambda window: float(np.average(window, weights=of)))  # noqa: B023
        np.testing.assert_allclose(average(x, 7, sequential=True), expected, rtol=1e-12)


def test_averages_of_powers_are_the_price_at_first() -> None:
    x = drawn(15)
    for average, power in ((ta.cwma, 3), (ta.sqwma, 2), (ta.srwma, 0.5)):
        ours = average(x, 5, sequential=True)
        np.testing.assert_array_equal(ours[:6], x[:6])
        for i in range(6, len(x)):
            weights = [(5 - k) ** power for k in range(4)]
            assert math.isclose(ours[i], np.average(x[i - 3 : i + 1][::-1], weights=weights))


TALIB: dict[str, Callable[[np.ndarray], object]] = {
    "ad": lambda c: talib.AD(c[:, 3], c[:, 4], c[:, 2], c[:, 5]),
    "aroon": lambda c: talib.AROON(c[:, 3], c[:, 4], 14),
    "avgprice": lambda c: talib.AVGPRICE(c[:, 1], c[:, 3], c[:, 4], c[:, 2]),
    "bollinger_bands": lambda c: talib.BBANDS(c[:, 2], 20),
    "bop": lambda c: talib.BOP(c[:, 1], c[:, 3], c[:, 4], c[:, 2]),
    "cci": lambda c: talib.CCI(c[:, 3], c[:, 4], c[:, 2], 14),
    "correl": lambda c: talib.CORREL(c[:, 3], c[:, 4], 5),
    "kama": lambda c: talib.KAMA(c[:, 2], 14),
    "linearreg": lambda c: talib.LINEARREG(c[:, 2], 14),
    "linearreg_angle": lambda c: talib.LINEARREG_ANGLE(c[:, 2], 14),
    "linearreg_intercept": lambda c: talib.LINEARREG_INTERCEPT(c[:, 2], 14),
    "linearreg_slope": lambda c: talib.LINEARREG_SLOPE(c[:, 2], 14),
    "medprice": lambda c: talib.MEDPRICE(c[:, 3], c[:, 4]),
    "mfi": lambda c: talib.MFI(c[:, 3], c[:, 4], c[:, 2], c[:, 5], 14),
    "midpoint": lambda c: talib.MIDPOINT(c[:, 2], 14),
    "midprice": lambda c: talib.MIDPRICE(c[:, 3], c[:, 4], 14),
    "mom": lambda c: talib.MOM(c[:, 2], 10),
    "sma": lambda c: talib.SMA(c[:, 2], 5),
    "trima": lambda c: talib.TRIMA(c[:, 2], 30),
    "wma": lambda c: talib.WMA(c[:, 2], 30),
}


@pytest.mark.parametrize("name", TALIB)
def test_defaults_are_those_of_talib_wherever_that_is_defined(name: str) -> None:
    candles = draw_candles(16)
    columns = np.asfortranarray(candles)
    theirs, ours = TALIB[name](columns), getattr(ta, name)(candles, sequential=True)
    pairs = [(ours, theirs)] if isinstance(theirs, np.ndarray) else zip(ours, theirs, strict=True)
    for mine, other in pairs:
        defined = ~np.isnan(other)
        assert defined.sum() > 150
        np.testing.assert_allclose(mine[defined], other[defined], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", ["adx", "atr", "dema", "ema", "macd", "mama", "tema"])
def test_recursions_run_into_those_of_talib(name: str) -> None:
    candles = draw_candles(17, rows=3000)
    high, low, close = (np.ascontiguousarray(candles[:, i]) for i in (3, 4, 2))
    theirs = {
        "adx": lambda: talib.ADX(high, low, close, 14),
        "atr": lambda: talib.ATR(high, low, close, 14),
        "dema": lambda: talib.DEMA(close, 30),
        "ema": lambda: talib.EMA(close, 5),
        "macd": lambda: talib.MACD(close)[0],
        "mama": lambda: talib.MAMA(close, 0.5, 0.05)[0],
        "tema": lambda: talib.TEMA(close, 9),
    }[name]()
    ours = getattr(ta, name)(candles, sequential=True)
    ours = ours[0] if isinstance(ours, tuple) else ours
    np.testing.assert_allclose(ours[-1000:], theirs[-1000:], rtol=1e-9, atol=1e-9)
