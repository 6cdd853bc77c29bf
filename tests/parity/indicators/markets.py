"""Candles that indicators are compared on: smooth ones, ticks, undefined rows, drawn ones."""

from __future__ import annotations

import random

import numpy as np

ROWS = 300
BROKEN_ROWS = 80
START = 1609459200000
MINUTE = 60_000


def candles(seed: int, ticks: bool = False, rows: int = ROWS) -> np.ndarray:
    """Draw candles of ten minutes: timestamp, open, close, high, low, volume."""
    draw = np.random.default_rng(seed)
    steps = draw.standard_normal((rows, 3))
    close = 100 * np.exp(np.cumsum(0.01 * steps[:, 0]))
    opening = np.concatenate([[100.0], close[:-1]]) * (1 + 0.001 * steps[:, 1])
    wide = 0.004 * np.abs(draw.standard_normal((rows, 2)))
    high = np.maximum(opening, close) * (1 + wide[:, 0])
    low = np.minimum(opening, close) * (1 - wide[:, 1])
    volume = 500 * (1 + np.abs(steps[:, 2]))
    table = np.column_stack([opening, close, high, low, volume])
    if ticks:
        table = np.round(table * [1, 1, 1, 1, 0.01])
        table[draw.random(rows) < 0.08, 4] = 0
        flat = draw.random(rows) < 0.08
        table[flat, :4] = table[flat, 1:2]
    start = START + 10 * MINUTE * np.arange(rows)
    return np.column_stack([start, table])


def broken(kind: str) -> np.ndarray:
    """Give smooth candles with undefined rows."""
    table = candles(3, rows=BROKEN_ROWS)
    if kind == "first rows":
        table[:5, 1:] = np.nan
    elif kind == "one row":
        table[40, 1:] = np.nan
    else:
        table[:, 1:] = np.nan
    return table


def describe_drawn(draw: random.Random, undefined: bool = False) -> str:
    """Draw what candles shall be like, as the text that `drawn` reads."""
    words = ["drawn", str(draw.randrange(10**6)), draw.choice(["1e-5", "1", "1", "100", "50000"])]
    words.append(draw.choice(["0.0002", "0.005", "0.02", "0.1"]))
    kinds = ("ticks", "flat", "idle", "jump", "rising", "series", "days", "still")
    words += [kind for kind in kinds if draw.random() < (0.04 if kind == "still" else 0.2)]
    return " ".join([*words, "undefined"] if undefined else words)


def drawn(text: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Make the candles of two instruments, or their closes, from a text of `describe_drawn`."""
    _, seed, scale, move, *words = text.split()
    tables = [_drawn(int(seed) + k, float(scale), float(move), words, rows) for k in range(2)]
    if "series" in words:
        return tables[0][:, 2].copy(), tables[1][:, 2].copy()
    return tables[0], tables[1]


def _drawn(seed: int, scale: float, move: float, words: list[str], rows: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    steps = move * draw.standard_normal(rows)
    if "rising" in words:
        steps = np.abs(steps)
    if "still" in words:
        steps[:] = 0
    if "jump" in words:
        steps[draw.integers(rows, size=3)] += draw.choice([-0.7, 0.7], 3)
    close = scale * np.exp(np.clip(np.cumsum(steps), -9, 9))
    opening = np.concatenate([[scale], close[:-1]]) * (1 + 0.1 * move * draw.standard_normal(rows))
    wide = 0.4 * move * np.abs(draw.standard_normal((rows, 2))) * ("still" not in words)
    table = np.column_stack([opening, close, opening, opening, draw.exponential(scale**-0.3, rows)])
    if "still" in words:
        table[:, 0] = close
    table[:, 2] = np.maximum(table[:, 0], close) * (1 + wide[:, 0])
    table[:, 3] = np.minimum(table[:, 0], close) * (1 - np.minimum(wide[:, 1], 0.5))
    if "ticks" in words:
        tick = [*[scale * max(move, 0.001)] * 4, scale**-0.3 / 3]
        table = np.round(table / tick) * tick
    for begin in draw.integers(rows, size=3) if "flat" in words else ():
        table[begin : begin + 25, :4] = table[begin, 1]
    for begin in draw.integers(rows, size=3) if "idle" in words else ():
        table[begin : begin + 25, 4] = 0
    for row in draw.integers(rows, size=2) if "undefined" in words else ():
        table[row, :] = np.nan
    step = (1440 if "days" in words else int(draw.choice([1, 5, 60, 240]))) * MINUTE
    return np.column_stack([START + step * np.arange(rows), table])
