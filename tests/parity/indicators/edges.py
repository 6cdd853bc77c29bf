"""Calls at the edge of what indicators take: shortest periods, no volume, undefined rows.

Each is an indicator, the candles (names of `make_golden.py`, or a text that `markets.drawn` reads),
how many of them, and arguments.
"""

from __future__ import annotations

from typing import Any

IDLE = "drawn 11 1 0.02 idle ticks"  # bars without volume
UNDEFINED = "drawn 12 100 0.02 undefined"
JUMPS = "drawn 77 1 0.005 jump"

EDGES: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("aroon", UNDEFINED, 60, {"period": 5}),
    ("bandpass", "smooth", 300, {"period": 1}),
    ("bandpass", "smooth", 300, {"period": 3, "bandwidth": 0.7}),
    ("bollinger_bands", "smooth", 120, {"matype": 24, "devtype": 1, "source_type": "hl2"}),
    ("bollinger_bands", "smooth", 120, {"matype": 29, "devtype": 2, "period": 9}),
    ("cfo", IDLE, 80, {"source_type": "volume", "period": 5}),
    ("cg", "smooth", 20, {"period": 1}),
    ("correlation_cycle", "smooth", 40, {"period": 1}),
    ("damiani_volatmeter", "smooth", 100, {"vis_atr": 12, "sed_atr": 30, "sed_std": 5}),
    ("damiani_volatmeter", "smooth", 40, {"vis_atr": 5, "vis_std": 20, "sed_atr": 3, "sed_std": 9}),
    ("edcf", "smooth", 20, {"period": 1}),
    ("fosc", IDLE, 80, {"source_type": "volume"}),
    ("gatorosc", "smooth", 2, {}),
    ("hma", "smooth", 20, {"period": 1}),
    ("hull_suit", "smooth", 30, {"length": 1}),
    ("hull_suit", "smooth", 30, {"mode_switch": "Thma", "length": 2, "length_mult": 0.4}),
    ("hurst_exponent", "smooth", 300, {"max_chunksize": 10}),
    ("hurst_exponent", "smooth", 300, {"min_chunksize": 20, "max_chunksize": 5}),
    ("ichimoku_cloud", "smooth", 100, {"displacement": 1}),
    ("kdj", "smooth", 60, {"slowk_period": 1, "slowk_matype": 23}),
    ("ma", "series", 300, {"period": 90, "matype": 1}),
    ("ma", "smooth", 60, {"matype": 29, "source_type": "volume"}),
    ("macd", UNDEFINED, 80, {"slow_period": 9}),
    ("mcginley_dynamic", IDLE, 80, {"source_type": "volume"}),
    ("nma", IDLE, 80, {"source_type": "volume", "period": 5}),
    ("nma", UNDEFINED, 80, {"period": 7}),
    ("rsmk", "smooth", 100, {"period": 5}),
    ("rsmk", IDLE, 150, {"source_type": "volume", "lookback": 20}),
    ("smma", "smooth", 20, {"period": 1}),
    ("support_resistance_with_breaks", JUMPS, 300, {"left_bars": 12, "vol_threshold": 0}),
    ("support_resistance_with_breaks", JUMPS, 200, {"left_bars": 12, "vol_threshold": -50}),
    ("support_resistance_with_breaks", JUMPS, 120, {"right_bars": 5, "vol_threshold": -5}),
    ("vwap", "smooth", 60, {"source_type": "volume"}),
    ("vwmacd", IDLE, 80, {"fast_period": 2, "slow_period": 3}),
)
