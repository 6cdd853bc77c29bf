"""Calls of helpers and utilities whose results are compared with the reference's.

Each case is a module ('helpers' or 'utils'), a function and its arguments; the drawn ones come
from `random.Random`, whose numbers are the same with every Python and NumPy.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

Case = tuple[str, str, tuple[Any, ...]]

NAN, INF = float("nan"), float("inf")
ODD_NUMBERS = (None, NAN, INF, -INF, 0, -1, 1, 0.0, "1", True, np.float64(2.5), np.int64(3))
START = 1609459200000  # Friday 2021-01-01

TEXTS = {
    "helpers": {
        "base_asset": 1, "quote_asset": 1, "get_base_asset": 1, "get_quote_asset": 1,
        "dashless_symbol": 1, "dashy_symbol": 1, "underline_to_dashy_symbol": 1,
        "dashy_to_underline": 1, "opposite_side": 1, "opposite_type": 1, "closing_side": 1,
        "side_to_type": 1, "type_to_side": 1, "timeframe_to_one_minutes": 1, "date_to_timestamp": 1,
        "iso8601_to_timestamp": 1, "insecure_hash": 1, "secure_hash": 1, "normalize_bool": 1,
        "str_or_none": 1, "float_or_none": 1, "is_valid_uuid": 1, "get_class_name": 1,
        "convert_to_env_name": 1,
    },
    "utils": {"timeframe_to_one_minutes": 1, "anchor_timeframe": 1},
}  # fmt: skip
WORDS = (
    "BTC-USDT", "BTCUSDT", "BTC-USDT-PERP", "LINKUSDT", "ETHBTC", "BTC_USDT", "btc-usdt", "", "-",
    "X", "SHIBUSDC", "AAVEEUR", "BNBFDUSD", "SOLUSD", "ADAGBP", "LUNAUST", "buy", "sell", "long",
    "short", "close", "BUY", "Long", "1m", "3m", "5m", "15m", "30m", "45m", "1h", "2h", "3h", "4h",
    "6h", "8h", "12h", "1D", "3D", "1W", "1M", "1d", "2021-01-01", "2020-02-29", "2021-02-29",
    "2021-1-1", " 2021-01-01", "2021-01-01T00:00:00", "2021-01-01T00:00:00.123Z",
    "2021-06-30T23:59:59.999Z", "2021-01-01T00:00:00.123+0200", "2021-01-01T00:00:00Z", "true",
    "False", "0", "1", "1.5", "nan", "x", "app.trading mode",
    "123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000",
    None, 3, True, False, 0, 1, 2, b"abc",
)  # fmt: skip

SCHEDULES: tuple[Any, ...] = (
    None,
    {"timezone": "America/New_York", "hours": {"Mon-Fri": "09:30-16:00"}},
    {"timezone": "Europe/London", "hours": {"Sat-Mon": "22:00-02:00", "Wed": "08:00-16:30"}},
    {"timezone": "UTC", "hours": {"Mon,Wed": ["01:00-02:00", "22:00-01:00"]}},
    {"timezone": "Asia/Kolkata", "hours": {"Mon-Sun": "22:15-02:45"}, "closed": ["2021-01-03"]},
    {
        "timezone": "UTC",
        "hours": {"Mon-Sun": "22:00-02:00"},
        "overrides": {"2021-01-03": "05:00-06:00", "2021-01-05": ["01:00-02:00", "23:00-24:00"]},
        "closed": ["2021-01-06", "2021-01-05"],
    },
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "overrides": None, "closed": None},
    {"timezone": "UTC", "hours": {" Tue - Mon ": "1:00 - 2:0"}},
    {"timezone": "UTC", "hours": {"Mon": ("01:00-03:00", "02:00-04:00")}, "closed": ()},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "overrides": []},
    {},
    {"timezone": "UTC"},
    {"timezone": "Nowhere/City", "hours": {"Mon": "01:00-02:00"}},
    {"timezone": "", "hours": {"Mon": "01:00-02:00"}},
    {"timezone": None, "hours": {"Mon": "01:00-02:00"}},
    {"timezone": "UTC", "hours": None},
    {"timezone": "UTC", "hours": {}},
    {"timezone": "UTC", "hours": {"Mon": "01:00-02:00"}, "extra": 1},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "closed": "2021-01-02"},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "closed": [5]},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "closed": ["2021-02-30"]},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "overrides": {"x": "01:00-02:00"}},
    {"timezone": "UTC", "hours": {"Mon-Sun": "00:00-24:00"}, "overrides": {"2021-01-03": []}},
    {"timezone": "UTC", "hours": {"Mon": "01:00-02:00", "Mon-Tue": "03:00-04:00"}},
    {"timezone": "UTC", "hours": {"Mon,Mon": "01:00-02:00"}},
    "Mon",
    5,
    [],
)
BAD_WINDOWS = (
    "01:00-01:00", "00:00-24:00", "24:00-01:00", "01:00-25:00", "01:60-02:00", "01:00", "", [],
    None, "01:00:00-02:00:00", "-01:00-02:00", "01:00-02:00,03:00-04:00", 5, [5], ["01:00-02:00"],
    "00:00-24:01", "23:59-00:00", "aa:00-02:00", "001:00-02:00",
)  # fmt: skip
BAD_DAYS = ("mon", "Monday", "MON", "", " ", "Mon-", "-Mon", "Mon-Tue-Wed", "Mon,,Tue", "Mon,", 1)


def cases() -> Iterator[Case]:
    """Every case, in a fixed order."""
    for module, functions in TEXTS.items():
        for name, word in product(functions, WORDS):
            yield module, name, (word,)
    yield from _odd_numbers()
    yield from _drawn_numbers(random.Random(1))
    yield from _times(random.Random(2))
    yield from _containers()
    yield from _series(random.Random(3))
    yield from _schedules(random.Random(4))


def _odd_numbers() -> Iterator[Case]:
    pairs = list(product(ODD_NUMBERS, ODD_NUMBERS))
    for module, name in (
        ("utils", "size_to_qty"), ("utils", "qty_to_size"), ("utils", "estimate_risk"),
        ("utils", "kelly_criterion"), ("utils", "sum_floats"), ("utils", "subtract_floats"),
        ("helpers", "is_price_near"), ("helpers", "is_almost_equal"),
        ("helpers", "floor_with_precision"), ("helpers", "round_or_none"),
    ):  # fmt: skip
        for pair in pairs:
            yield module, name, pair
    for value in (*ODD_NUMBERS, 0.5, -0.5, 12.349, 1e-9, 1234567, 8.2, 4.35, 0.29, 0.7, 1e15):
        yield "helpers", "format_price", (value,)
        yield "helpers", "format_currency", (value,)
        yield "helpers", "readable_duration", (value,)
        for side in ("buy", "sell", "long", "short", "close", "x"):
            yield "helpers", "prepare_qty", (value, side)
        yield "utils", "risk_to_size", (10000, 1, value, 8.6)
        yield "utils", "risk_to_size", (value, 1, 0.7, 8.6)
        yield "utils", "risk_to_qty", (10000, 1, value, 95)
        yield "utils", "risk_to_qty", (10000, 1, 100, value)
        yield "utils", "limit_stop_loss", (100, value, "long", 3)
        yield "utils", "size_to_qty", (1000, 3, 3, value)
        yield "helpers", "estimate_PNL", (value, 100, 110, "short", 0.001)
        yield "helpers", "estimate_PNL_percentage", (1, value, 110, "long")
        yield "helpers", "estimate_average_price", (value, 100, 1, 200)
        yield "helpers", "normalize", (value, 0, 10)
        yield "helpers", "convert_number", (119, 40, 1, 0, value)


def _drawn_numbers(draw: random.Random) -> Iterator[Case]:
    for _ in range(150):
        price, other = round(draw.uniform(1e-4, 5000), draw.randint(0, 8)), draw.uniform(0, 3000)
        qty, fee = round(draw.uniform(-20, 20), draw.randint(0, 6)), draw.choice([0, 0.001, 4e-4])
        places = draw.randint(-2, 8)
        kind = draw.choice(["long", "short"])
        yield "utils", "size_to_qty", (other, price, places, fee)
        yield "utils", "risk_to_qty", (other, draw.uniform(0.1, 5), price, other, places, fee)
        yield "utils", "risk_to_size", (other, draw.uniform(0.1, 5), price, other)
        yield "utils", "limit_stop_loss", (price, other, kind, draw.uniform(0, 20))
        yield "utils", "sum_floats", (price, qty)
        yield "utils", "subtract_floats", (price, qty)
        yield "helpers", "floor_with_precision", (price, places)
        yield "helpers", "round_decimals_down", (price, places)
        yield "helpers", "round_price_for_live_mode", (price, places)
        yield "helpers", "round_qty_for_live_mode", (qty, places)
        yield "helpers", "format_price", (price,)
        yield "helpers", "format_price", (10 ** draw.uniform(-30, 8),)
        yield "helpers", "readable_duration", (int(other * 1000), draw.randint(0, 5))
        yield "helpers", "is_price_near", (price, price * (1 + draw.uniform(-3e-4, 3e-4)))
        yield "helpers", "is_almost_equal", (price, price * (1 + draw.uniform(-2e-8, 2e-8)))
        yield "helpers", "is_almost_equal", (0, 10 ** draw.uniform(-10, -6))
        yield "helpers", "estimate_average_price", (qty, price, draw.uniform(-9, 9), other)
        yield "helpers", "estimate_PNL", (qty, price, other, kind, fee)
        yield "helpers", "estimate_PNL_percentage", (qty or 1.0, price, other, kind)
        yield "helpers", "convert_number", (119, 40, other, price, draw.randint(38, 121))
    array = np.array([1.239, 0.001, -2.349, 0, NAN])
    for places in (-1, 0, 1, 2, 1.0):
        for name in (
            "round_decimals_down", "round_price_for_live_mode", "round_qty_for_live_mode"
        ):  # fmt: skip
            yield "helpers", name, (array, places)
            yield "helpers", name, (155, places)
            yield "helpers", name, (0, places)
    genes = [
        {"name": "a", "type": int, "min": 1, "max": 10, "default": 3},
        {"name": "b", "type": float, "min": 0.0, "max": 1.0, "default": 0.3},
    ]
    dna = "".join(chr(code) for code in range(36, 124))
    for i in range(len(dna) - 2):
        yield "helpers", "dna_to_hp", (genes, dna[i : i + 3])
    for text in ("", "v", None, "eyJhIjogNSwgImIiOiAwLjV9"):
        yield "helpers", "dna_to_hp", (genes, text)
    yield "helpers", "dna_to_hp", ([{"name": "a", "type": bool, "min": 1, "max": 10}], "v")


def _times(draw: random.Random) -> Iterator[Case]:
    moments = [0, -1, START, START + 123, float(START) + 999.9, np.int64(START), None, NAN, "5"]
    moments += [draw.randint(0, 4_000_000_000_000) for _ in range(20)]
    for moment in moments:
        for name in ("timestamp_to_date", "timestamp_to_time", "timestamp_to_iso8601"):
            yield "helpers", name, (moment,)
        yield "helpers", "timestamp_to_arrow", (moment,)
        yield "helpers", "get_arrow", (moment,)
    for names in (
        ["1m", "5m"], ["1D", "3D"], ["3D", "1W"], [], ["x"], ("4h", "1h"), None, ["45m", "30m"],
        ["2h", "3h", "6h", "45m"], ["8h", "12h"],
    ):  # fmt: skip
        yield "helpers", "max_timeframe", (names,)
    candle = np.array([60000.0, 1, 2, 3, 4, 5])
    for timeframe in ("1m", "5m", "1D", "1M", "x"):
        yield "helpers", "next_candle_timestamp", (candle, timeframe)
        yield "helpers", "next_candle_timestamp", ([60000], timeframe)
        yield "helpers", "key", ("Binance", "BTC-USDT", timeframe)
    yield "helpers", "key", ("Binance", "BTC-USDT")
    yield "helpers", "key", ("Binance", "BTC-USDT", "")
    yield "helpers", "date_diff_in_days", ("2021-01-01", "2021-01-02")
    yield "helpers", "arrow_to_timestamp", (5,)


def _containers() -> Iterator[Case]:
    for item in (0, 1, 2.5, 3, 4, 5, 7, 9):
        yield "helpers", "binary_search", ([1, 3, 5, 7], item)
    yield "helpers", "binary_search", ([1, 1, 1], 1)
    yield "helpers", "binary_search", ([], 1)
    for index in (-2, -1, 0, 1, 2, 3, 5, 1.5):
        yield "helpers", "insert_list", (index, "x", [1, 2, 3])
    for items in ([3, 1, 3, 2], ["a", "b", "a"], [], [[1], [1]], None, (1, 1.0, True)):
        yield "helpers", "unique_list", (items,)
    for pair in (
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": 5}, "e": 3}), ({"a": 1}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 1}), ({}, None), ({"a": [1]}, {"a": [2]}), ({}, {}),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}}),
    ):  # fmt: skip
        yield "helpers", "merge_dicts", pair
    for value in (
        {"a": NAN, "b": [NAN, 1, {"c": INF}], "d": "x", "e": (NAN, 1), "g": np.float64(NAN)},
        NAN, INF, [NAN], (NAN,), None, -INF, [], {}, 5, "nan",
    ):  # fmt: skip
        yield "helpers", "clean_nan_values", (value,)
        yield "helpers", "clean_infinite_values", (value,)
    for pair in (("a-b-c", "-"), ("abc", "-"), ("a-", "-"), ("", "-"), (None, "b"), ("abc", "")):
        yield "helpers", "string_after_character", pair
    for name in ("black", "red", "gray", "white", "cyan", "", None, "pink"):
        yield "helpers", "color", ("text", name)
    for name in ("bold", "b", "underline", "u", "italic", "", None):
        yield "helpers", "style", ("text", name)


def _walk(draw: random.Random, count: int, ties: bool = False) -> np.ndarray:
    values = [100.0]
    for _ in range(count - 1):
        values.append(values[-1] + draw.gauss(0, 1))
    return np.round(values, 0 if ties else 4)


def _series(draw: random.Random) -> Iterator[Case]:
    odd = [
        np.array([]), np.array([1.0]), np.array([1.0, NAN, 2.0, 3.0]), np.array([NAN, 1, 2, 1]),
        np.array([0.0, 0.0, 0.0]), np.array([1, 2, 3, 2, 1, 2]), [1, 2, 3], np.array([5, 4, 3, 3]),
        np.array([1.0, -1.0, -2, 0, 3, 4]),
    ]  # fmt: skip
    drawn = [_walk(draw, draw.randint(2, 40), ties=draw.random() < 0.6) for _ in range(12)]
    for series in odd + drawn:
        for use_diff in (True, False):
            yield "utils", "streaks", (series, use_diff)
        yield "utils", "prices_to_returns", (series,)
        yield "utils", "z_score", (series,)
        for lookback in (1, 2, 3, 10, 0, -1):
            yield "utils", "strictly_increasing", (series, lookback)
            yield "utils", "strictly_decreasing", (series, lookback)
        for level, direction, sequential in product(
            (2, 100.0, series), (None, "above", "below"), (False, True)
        ):
            yield "utils", "crossed", (series, level, direction, sequential)
    for series in drawn:
        other = _walk(draw, len(series), ties=True)
        for direction, sequential in product((None, "above", "below"), (False, True)):
            yield "utils", "crossed", (series, other, direction, sequential)
        for period, matype in ((3, 0), (5, 1), (2, 2), (10, 0), (3, 7), (3, 8)):
            yield "utils", "signal_line", (series, period, matype)
        yield "utils", "calculate_alpha_beta", (series, other)
        yield "helpers", "same_length", (other, series[:2])
    yield "utils", "calculate_alpha_beta", (drawn[0], drawn[0][:1])
    yield "utils", "calculate_alpha_beta", (drawn[0], np.ones(len(drawn[0])))
    yield "utils", "calculate_alpha_beta", (np.array([]), np.array([]))
    yield "utils", "calculate_alpha_beta", (np.array([NAN, 1, 2]), np.array([1.0, 2, 4]))
    for _ in range(6):
        first = _walk(draw, 120)
        noisy = 2 * first + np.array([draw.gauss(0, 1) for _ in range(120)])
        yield "utils", "are_cointegrated", (first, noisy)
        yield "utils", "are_cointegrated", (first, _walk(draw, 120))
        yield "utils", "are_cointegrated", (first, _walk(draw, 120), 0.5)
    yield "utils", "are_cointegrated", (first, noisy[:50])
    for items, n in product(([1, 2, 3], np.array(["a", "b", "c"]), np.array([])), (0, 1, 2, 3, 4)):
        yield "utils", "combinations_without_repeat", (items, n)
    yield from _arrays(drawn)


def _arrays(drawn: list[np.ndarray]) -> Iterator[Case]:
    for num in (-5, -1, 0, 1, 2, 5, 1.0):
        yield "helpers", "np_shift", (np.array([1.0, 2, 3]), num)
        yield "helpers", "np_shift", (np.array([1, 2, 3]), num, 7)
    table = np.array([[START, 10.0, 11, 14, 9, 500], [START + 60000, 1, 2, 3, 4, 5]])
    yield "helpers", "np_shift", (table, 1, NAN)
    yield "helpers", "np_ffill", (np.array([NAN, 1, NAN, 2, NAN]),)
    yield "helpers", "np_ffill", (np.array([[NAN, 1], [2, NAN]]),)
    yield "helpers", "np_ffill", (np.array([[NAN, 1], [2, NAN]]), 1)
    yield "helpers", "same_length", (np.arange(3.0), np.arange(5.0))
    for name in ("open", "close", "high", "low", "volume", "hl2", "hlc3", "ohlc4", "x", None):
        yield "helpers", "get_candle_source", (table, name)
    yield "utils", "numpy_candles_to_dataframe", (table,)
    yield "utils", "numpy_candles_to_dataframe", (table, "d", "o", "h", "l", "c", "v")
    yield "utils", "numpy_candles_to_dataframe", (table[:0],)
    yield "utils", "numpy_candles_to_dataframe", (table[:, :5],)
    yield "helpers", "slice_candles", (np.arange(1500.0).reshape(250, 6), False)
    yield "helpers", "slice_candles", (np.arange(60.0).reshape(10, 6), True)


def _schedules(draw: random.Random) -> Iterator[Case]:
    grid = np.zeros((96, 6))
    schedules = list(SCHEDULES)
    schedules += [{"timezone": "UTC", "hours": {"Mon": window}} for window in BAD_WINDOWS]
    schedules += [{"timezone": "UTC", "hours": {day: "01:00-02:00"}} for day in BAD_DAYS]
    for schedule in schedules:
        for first in (START, START + draw.randint(0, 400) * 86_400_000):
            grid[:, 0] = first + 7_020_000 * np.arange(96)
            yield "utils", "filter_candles_by_hours", (grid.copy(), schedule)
        for moment in (START + 59_999, float(START), None, NAN, -5):
            yield "utils", "is_in_trading_hours", (moment, schedule)
