"""Kept candles with holes, and questions about them; the same in any environment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

EXCHANGE = "Sandbox"
FIRST = 1_609_459_200_000  # 2021-01-01
MINUTE, DAY = 60_000, 86_400_000
DAYS = 14
TIMEFRAMES = ("1m", "3m", "5m", "15m", "45m", "1h", "2h", "4h", "6h", "12h", "1D", "3D", "1W")

Question = tuple[str, str, int, int, int, bool]


def kept() -> Iterator[tuple[str, Any]]:
    """Give symbols and their candles: whole, with holes, late, early and sparse."""
    draw = np.random.RandomState(11)
    minutes = np.arange(DAYS * 1440)
    holes = {
        "WHOLE": np.ones(len(minutes), bool),
        "HOLES": draw.rand(len(minutes)) > 0.1,
        "SPARSE": draw.rand(len(minutes)) > 0.97,
        "LATE": minutes > 3 * 1440 + 100,
        "EARLY": minutes < 9 * 1440 + 777,
        "BROKEN": (minutes < 4000) | ((minutes > 7300) & (minutes < 9999)) | (minutes > 11111),
    }
    for name, there in holes.items():
        # In quarters, so that sums do not depend on their order.
        close = 100 + np.cumsum(draw.randint(-2, 3, len(minutes))) / 4 + 1000
        opening = close + draw.randint(-3, 4, len(minutes)) / 4
        high = np.maximum(opening, close) + draw.randint(0, 4, len(minutes)) / 4
        low = np.minimum(opening, close) - draw.randint(0, 4, len(minutes)) / 4
        volume = draw.randint(0, 100, len(minutes)) / 4
        times = FIRST + minutes * float(MINUTE)
        rows = np.column_stack([times, opening, close, high, low, volume])[there]
        # The reference looks at the first step only, and wants it to be a minute.
        begin = int(np.argmax(np.diff(rows[:, 0]) == MINUTE))
        yield f"{name}-USDT", rows[begin:]


def questions() -> list[Question]:
    """Give arguments: symbol, timeframe, start, finish, warm-up, minutes or not."""
    draw = np.random.RandomState(12)
    asked = []
    for symbol, _ in kept():
        for _ in range(70):
            start = FIRST + int(draw.randint(-1, DAYS + 1)) * DAY + int(draw.randint(0, DAY))
            finish = start + int(draw.randint(0, 6)) * DAY
            timeframe = TIMEFRAMES[draw.randint(len(TIMEFRAMES))]
            warmup = int(draw.choice([0, 0, 1, 2, 3, 5, 30, 400, -1]))
            asked.append((symbol, timeframe, start, finish, warmup, bool(draw.randint(2))))
    return asked


def told(answer: Any) -> str:
    """Describe a part of an answer in a few letters."""
    if answer is None:
        return "None"
    rows = np.ascontiguousarray(answer, dtype=np.float64)
    return f"{len(rows)} {hashlib.sha256(rows.tobytes()).hexdigest()[:16]}" if len(rows) else "0"


def ask(get_candles: Any, question: Question) -> list[str]:
    """Ask, and describe the answer or name the error."""
    symbol, timeframe, start, finish, warmup, in_minutes = question
    try:
        parts = get_candles(
            EXCHANGE, symbol, timeframe, start, finish, warmup, is_for_jesse=in_minutes
        )
    except Exception as error:  # any type: the type is what is compared
        return [type(error).__name__]
    return [told(part) for part in parts]
