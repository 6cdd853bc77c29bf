"""Weighted sums and means of the last `period` bars."""

import numpy as np

from hindcaster._jit import kernel
from hindcaster._types import FloatArray
from hindcaster.indicators.kernels.sums import BARS_AT_A_TIME, partial_sum, window_sum


@kernel
def weighted_sum(x: FloatArray, weights: FloatArray, first: int) -> FloatArray:
    """Sum of the window with fixed weights, the oldest bar's first; NaN before bar `first`.

    A part of the bars at a time, so that it stays in the fastest memory; the loop over bars is the
    inner one: the machine then works on several of them at a time.
    """
    n, period = len(x), len(weights)
    out = np.empty(n)
    first = min(max(first, period - 1), n)
    out[:first] = np.nan
    for begin in range(first, n, BARS_AT_A_TIME):
        total = out[begin : begin + BARS_AT_A_TIME]
        count, start = len(total), begin - period + 1
        total[:] = 0.0
        for k in range(0, period - 3, 4):
            part1, part2 = x[start + k :], x[start + k + 1 :]
            part3, part4 = x[start + k + 2 :], x[start + k + 3 :]
            w1, w2, w3, w4 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
            for i in range(count):
                total[i] += (w1 * part1[i] + w2 * part2[i]) + (w3 * part3[i] + w4 * part4[i])
        for k in range(period // 4 * 4, period):
            part, weight = x[start + k :], weights[k]
            for i in range(count):
                total[i] += weight * part[i]
    return out


@kernel
def weighted_mean(x: FloatArray, weights: FloatArray, first: int) -> FloatArray:
    """Average a series with fixed weights, the oldest bar's first; NaN before bar `first`."""
    total, shares = 0.0, np.empty(len(weights))
    for k in range(len(weights)):
        total += weights[k]
    for k in range(len(weights)):
        shares[k] = weights[k] / total
    return weighted_sum(x, shares, first)


@kernel
def volume_weighted_mean(x: FloatArray, volume: FloatArray, period: int) -> FloatArray:
    """Mean of the last values weighted by volume; fewer than `period` of them at the start."""
    turnover = np.empty_like(x)
    for i in range(len(x)):
        turnover[i] = volume[i] * x[i]
    weighted, total = partial_sum(turnover, period), partial_sum(volume, period)
    for i in range(len(x)):
        weighted[i] /= total[i]
    return weighted


@kernel
def distance_weighted_mean(x: FloatArray, period: int) -> FloatArray:
    """Mean of the window weighted by the squared distances to the bars before; from 2 * period on.

    The weight of a bar is the sum of ``(x - x[k bars before]) ** 2`` over k = 1 … period - 1;
    a period of 1 has none.
    """
    n = len(x)
    out = np.full(n, np.nan)
    if period == 1:
        return out
    weights, products = np.zeros(n), np.zeros(n)
    for k in range(1, period):
        late, early = x[k:], x[: max(n - k, 0)]
        part = weights[k:]
        for i in range(len(part)):
            part[i] += (late[i] - early[i]) ** 2
    for i in range(n):
        products[i] = weights[i] * x[i]
    weighted, total = (
        window_sum(products, period, 1.0),
        window_sum(weights, period, 1.0),
    )
    for i in range(2 * period, n):
        out[i] = weighted[i] / total[i] if total[i] != 0.0 else 0.0
    return out


@kernel
def natural_mean(x: FloatArray, period: int) -> FloatArray:
    """Natural moving average: between the two oldest prices, by where the moves happened.

    Prices that have no logarithm are taken as 1e-10.
    """
    n = len(x)
    out = np.full(n, np.nan)
    x = np.fmax(x, 1e-10)
    logs = np.log(x) * 1000.0
    moves = np.zeros(n)
    for i in range(1, n):
        moves[i] = abs(logs[i] - logs[i - 1])
    roots = np.sqrt(np.arange(0.0, period + 1))
    weights = (roots[1:] - roots[:-1])[::-1].copy()
    weighted = weighted_sum(moves, weights, period + 1)
    total = window_sum(moves, period, 1.0)
    for i in range(period + 1, n):
        ratio = weighted[i] / total[i] if total[i] != 0.0 else 0.0
        out[i] = x[i - period + 1] * ratio + x[i - period] * (1.0 - ratio)
    return out
