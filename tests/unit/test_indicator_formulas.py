"""Indicators of rates, strength, turnover, trailing lines and adaptive averages by plain loops.

The loops follow the formulas' sources bar by bar; TA-Lib is the other witness where it has the
same function.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

import hindcaster.indicators as ta
from hindcaster import _candles

talib = pytest.importorskip("talib", reason="TA-Lib is an optional package")

ROWS = 220


def draw_candles(seed: int, rows: int = ROWS, ticks: bool = False) -> np.ndarray:
    draw = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(draw.normal(0, 0.02, rows)))
    opening = np.concatenate([[50.0], close[:-1]]) * (1 + draw.normal(0, 0.004, rows))
    high = np.maximum(opening, close) * (1 + np.abs(draw.normal(0, 0.006, rows)))
    low = np.minimum(opening, close) * (1 - np.abs(draw.normal(0, 0.006, rows)))
    volume = np.abs(draw.normal(900, 300, rows)) + 1
    table = np.column_stack([60_000.0 * np.arange(rows), opening, close, high, low, volume])
    return np.round(table) if ticks else table


@pytest.fixture(params=[(1, False), (2, False), (3, True)], ids=["walk", "other walk", "ticks"])
def candles(request: pytest.FixtureRequest) -> np.ndarray:
    return draw_candles(request.param[0], ticks=request.param[1])


def ema(x: list[float], rate: float) -> list[float]:
    out = [x[0]]
    for value in x[1:]:
        out.append(rate * value + (1 - rate) * out[-1])
    return out


# ---------------------------------------------------------------------- TA-Lib's functions


TALIB: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "roc": lambda c, p: talib.ROC(c[:, 2], p),
    "rocp": lambda c, p: talib.ROCP(c[:, 2], p),
    "rocr": lambda c, p: talib.ROCR(c[:, 2], p),
    "rocr100": lambda c, p: talib.ROCR100(c[:, 2], p),
    "rsi": lambda c, p: talib.RSI(c[:, 2], p),
    "stddev": lambda c, p: talib.STDDEV(c[:, 2], p),
    "var": lambda c, p: talib.VAR(c[:, 2], p),
    "tsf": lambda c, p: talib.TSF(c[:, 2], p),
    "willr": lambda c, p: talib.WILLR(c[:, 3], c[:, 4], c[:, 2], p),
}


@pytest.mark.parametrize("name", TALIB)
@pytest.mark.parametrize("period", [2, 5, 14, 40])
def test_same_as_talib_wherever_that_is_defined(
    name: str, period: int, candles: np.ndarray
) -> None:
    theirs = TALIB[name](np.ascontiguousarray(candles), period)
    ours = getattr(ta, name)(candles, period, sequential=True)
    known = ~np.isnan(theirs)
    assert known.sum() > ROWS - 2 * period
    np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("obv", lambda c: talib.OBV(c[:, 2], c[:, 5])),
        ("trange", lambda c: talib.TRANGE(c[:, 3], c[:, 4], c[:, 2])),
        ("typprice", lambda c: talib.TYPPRICE(c[:, 3], c[:, 4], c[:, 2])),
        ("wclprice", lambda c: talib.WCLPRICE(c[:, 3], c[:, 4], c[:, 2])),
        ("ultosc", lambda c: talib.ULTOSC(c[:, 3], c[:, 4], c[:, 2])),
        ("ppo", lambda c: talib.PPO(c[:, 2], 12, 26, 0)),
    ],
)
def test_same_as_talib_with_default_arguments(
    name: str, theirs: Callable[[np.ndarray], np.ndarray], candles: np.ndarray
) -> None:
    expected = theirs(np.asfortranarray(candles))
    known = ~np.isnan(expected)
    ours = getattr(ta, name)(candles, sequential=True)
    np.testing.assert_allclose(ours[known], expected[known], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", [1, 2])  # they differ in bars that touch or cross both ends
def test_parabolic_stop_runs_into_that_of_talib(seed: int) -> None:
    candles = draw_candles(seed)
    ours = ta.sar(candles, sequential=True)
    theirs = talib.SAR(candles[:, 3].copy(), candles[:, 4].copy())
    np.testing.assert_allclose(ours[ROWS // 2 :], theirs[ROWS // 2 :], rtol=1e-9)


# ------------------------------------------------------------------------------ plain loops


@pytest.mark.parametrize(("period", "factor"), [(3, 1.0), (10, 3.0), (21, 2.0)])
def test_supertrend_by_its_bands(candles: np.ndarray, period: int, factor: float) -> None:
    close = candles[:, 2]
    middle = (candles[:, 3] + candles[:, 4]) / 2
    distance = factor * ta.atr(candles, period, sequential=True)
    line, jumps = np.zeros(ROWS), np.zeros(ROWS)
    top, bottom = middle + distance, middle - distance
    for i in range(period, ROWS):
        if top[i] >= top[i - 1] and close[i - 1] <= top[i - 1]:
            top[i] = top[i - 1]
        if bottom[i] <= bottom[i - 1] and close[i - 1] >= bottom[i - 1]:
            bottom[i] = bottom[i - 1]
    line[period - 1] = (
        top[period - 1] if close[period - 1] <= top[period - 1] else bottom[period - 1]
    )
    for i in range(period, ROWS):
        if line[i - 1] == top[i - 1]:
            line[i] = top[i] if close[i] <= top[i] else bottom[i]
            jumps[i] = close[i] > top[i]
        else:
            line[i] = bottom[i] if close[i] >= bottom[i] else top[i]
            jumps[i] = close[i] < bottom[i]
    ours = ta.supertrend(candles, period, factor, sequential=True)
    np.testing.assert_allclose(ours.trend, line, rtol=1e-12)
    np.testing.assert_array_equal(ours.changed, jumps)


@pytest.mark.parametrize(("name", "rises"), [("pvi", True), ("nvi", False)])
def test_volume_indices_move_only_in_bars_of_their_kind(
    name: str, rises: bool, candles: np.ndarray
) -> None:
    expected = [1000.0]
    for before, now in itertools.pairwise(candles):
        counts = now[5] > before[5] if rises else now[5] < before[5]
        expected.append(expected[-1] * (now[2] / before[2] if counts else 1.0))
    np.testing.assert_allclose(getattr(ta, name)(candles, sequential=True), expected, rtol=1e-12)


def test_schaff_cycle_by_ranges_of_ranges(candles: np.ndarray) -> None:
    close = candles[:, 2].tolist()

    def place(x: list[float], period: int) -> list[float]:
        out = [0.0] * len(x)
        for i in range(period - 1, len(x)):
            window = x[i - period + 1 : i + 1]
            if max(window) > min(window):
                out[i] = 100 * (x[i] - min(window)) / (max(window) - min(window))
        return out

    fast, slow = ema(close, 2 / 8), ema(close, 2 / 20)
    line = [a - b for a, b in zip(fast, slow, strict=True)]
    once = ema(place(line, 6), 2 / 5)
    twice = ema(place(once, 6), 2 / 4)
    ours = ta.stc(candles, 7, 19, 6, 4, 3, sequential=True)
    np.testing.assert_allclose(ours, np.clip(twice, 0, 100), rtol=1e-9, atol=1e-7)


def test_voss_predictor_by_its_recursion(candles: np.ndarray) -> None:
    x = candles[:, 2]
    period, predict, width = 14, 2, 0.3
    order = 3 * predict
    wave, gain = math.cos(2 * math.pi / period), math.cos(width * 2 * math.pi / period)
    edge = 1 / gain - math.sqrt(1 / gain**2 - 1)
    band, ahead = np.zeros(ROWS), np.zeros(ROWS)
    for i in range(period + 1, ROWS):
        band[i] = 0.5 * (1 - edge) * (x[i] - x[i - 2])
        band[i] += wave * (1 + edge) * band[i - 1] - edge * band[i - 2]
        known = sum((k + 1) / order * ahead[i - order + k] for k in range(order))
        ahead[i] = (3 + order) / 2 * band[i] - known
    ours = ta.voss(candles, period, predict, width, sequential=True)
    np.testing.assert_allclose(ours.filt, band, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.voss, ahead, rtol=1e-9, atol=1e-9)


def test_vidya_by_the_share_of_net_moves_and_by_deviation(candles: np.ndarray) -> None:
    x = candles[:, 2]

    def average(pace: Callable[[int], float]) -> list[float]:
        out = [x[0]]
        for i in range(1, ROWS):
            rate = 2 / 13 * pace(i)
            out.append(rate * x[i] + (1 - rate) * out[-1])
        return out

    def share(i: int, bars: int) -> float:
        moves = np.diff(x[max(i - bars, 0) : i + 1])
        path = np.abs(moves).sum()
        return abs(moves.sum()) / path if path else 0.0

    for fixed, bars in ((True, 9), (False, 12)):
        ours = ta.vidya(candles, 12, fix_cmo=fixed, sequential=True)
        np.testing.assert_allclose(ours, average(lambda i, b=bars: share(i, b)), rtol=1e-9)
    ours = ta.vidya(candles, 12, select=False, sequential=True)
    expected = average(lambda i: float(np.std(x[max(i - 11, 0) : i + 1])))
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_variable_length_average_counts_bars_up_near_the_middle(candles: np.ndarray) -> None:
    x = candles[:, 2]
    fewest, most = 4, 15
    bars, expected = most, [x[0]]
    for i in range(1, ROWS):
        if i >= most - 1:
            window = x[i - most + 1 : i + 1]
            distance = abs(x[i] - window.mean())
            bars += int(distance <= 0.25 * window.std()) - int(distance > 1.75 * window.std())
        bars = min(max(bars, fewest), most)
        expected.append(expected[-1] + 2 / (bars + 1) * (x[i] - expected[-1]))
    np.testing.assert_allclose(ta.vlma(candles, fewest, most, sequential=True), expected, rtol=1e-9)


@pytest.mark.parametrize("direction", ["long", "short"])
def test_safe_zone_stop_by_movement_against_the_trend(candles: np.ndarray, direction: str) -> None:
    high, low = candles[:, 3], candles[:, 4]
    period, mult, lookback = 8, 2.0, 4
    against, stops = 0.0, [0.0]
    for i in range(1, ROWS):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        if direction == "long":
            against = (1 - 1 / period) * against + (down if down > max(up, 0) else 0.0)
            stops.append(low[i - 1] - mult * against)
        else:
            against = (1 - 1 / period) * against + (up if up > max(down, 0) else 0.0)
            stops.append(high[i - 1] + mult * against)
    nearest = max if direction == "long" else min
    expected = [nearest(stops[max(i - lookback + 1, 0) : i + 1]) for i in range(ROWS)]
    ours = ta.safezonestop(candles, period, mult, lookback, direction, sequential=True)
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_pivots_are_above_all_their_neighbours(candles: np.ndarray) -> None:
    high, low, left, right = candles[-240:, 3], candles[-240:, 4], 6, 4
    peaks = [
        high[i]
        for i in range(left, ROWS - right)
        if all(high[k] < high[i] for k in range(i - left, i + right + 1) if k != i)
    ]
    valleys = [
        low[i]
        for i in range(left, ROWS - right)
        if all(low[k] > low[i] for k in range(i - left, i + right + 1) if k != i)
    ]
    found = ta.support_resistance_with_breaks(candles, left, right)
    assert found.resistance == peaks[-1]
    assert found.support == valleys[-1]


def test_smooth_strength_is_bounded_and_follows_steady_moves() -> None:
    rising = np.linspace(10, 60, 200)
    assert ta.rsx(rising, 10) == pytest.approx(100.0)
    assert ta.rsx(rising[::-1].copy(), 10) == pytest.approx(0.0)
    assert ta.rsx(np.full(100, 5.0), 10) == 50.0
    values = ta.rsx(draw_candles(5), 9, sequential=True)
    assert np.isnan(values[:9]).all()
    assert ((values[9:] >= 0) & (values[9:] <= 100)).all()


@pytest.mark.parametrize("mode", range(5))
def test_pivot_levels_are_in_order(candles: np.ndarray, mode: int) -> None:
    levels = np.array(ta.pivot(candles, mode, sequential=True))
    if mode == 3:  # its levels are around the close, not around the pivot point
        levels = np.delete(levels, 4, axis=0)
    known = levels[~np.isnan(levels).all(axis=1)]
    assert len(known) == {0: 5, 1: 7, 2: 3, 3: 8, 4: 9}[mode]
    # A pivot point of the opening price need not lie between the bar's own extremes.
    tolerance = 1e-9 if mode != 4 else 2 * np.ptp(candles[:, 3:5], axis=1)
    assert (np.diff(known, axis=0) <= tolerance).all()


def test_squeeze_is_on_where_bands_are_inside_the_channel(candles: np.ndarray) -> None:
    found = ta.squeeze_momentum(candles, 10, 2.0, 10, 1.5)
    bands = ta.bollinger_bands(candles, 10, 1.5, 1.5, sequential=True)
    ranges = ta.sma(ta.trange(candles, sequential=True), 10, sequential=True)
    half_width = bands.upperband - bands.middleband
    for i in range(9, ROWS):
        expected = np.sign(half_width[i] - 1.5 * ranges[i])
        if abs(half_width[i] - 1.5 * ranges[i]) > 1e-9:
            assert found.squeeze[i] == expected
    assert set(found.squeeze[:9]) == {0}
    assert len(found.momentum_signal) == ROWS - 1


def test_relative_strength_to_another_takes_240_rows_whatever_the_cut_is() -> None:
    first, second = draw_candles(1, 400), draw_candles(2, 400)
    expected = ta.rsmk(first[-240:], second[-240:], 20, sequential=True)
    for count in (0, 50, 240, 300):
        with _candles.warm_up_candles(count):
            found = ta.rsmk(first, second, 20)
        assert found.indicator == expected.indicator[-1]
        assert found.signal == expected.signal[-1]


def test_breaks_are_those_of_the_first_bar_given_by_the_volume_of_the_last() -> None:
    candles = draw_candles(1, 300)
    candles[:, 5] = 100.0
    level = ta.support_resistance_with_breaks(candles, 5, 5)
    candles[0, 1:5] = [level.support * 0.9, level.support * 0.95, level.support, 0.5]
    assert ta.support_resistance_with_breaks(candles, 5, 5).bear_wick
    candles[0, 1:5] = level.resistance * np.array([1.2, 1.3, 1.3, 1.0])
    found = ta.support_resistance_with_breaks(candles, 5, 5, -1)
    assert found.bull_wick
    assert found.green_break
    assert not ta.support_resistance_with_breaks(candles, 5, 5, 1).green_break
    candles[-1, 5] = 200.0
    assert ta.support_resistance_with_breaks(candles, 5, 5, 1).green_break
