"""Every indicator with two argument sets beyond its defaults: the table of parity tests.

The keys are the names that `hindcaster.indicators` has to hold. `second` stands for the candles of
another instrument, where an indicator compares two.
"""

from __future__ import annotations

from typing import Any

Arguments = dict[str, Any]

SECOND_INSTRUMENT = {"beta": "benchmark_candles", "rsmk": "candles_compare"}

# The ones without `sequential`, or where it is not False at first.
WITHOUT_SEQUENTIAL = {
    "hurst_exponent",
    "ichimoku_cloud",
    "stiffness",
    "support_resistance_with_breaks",
    "ttm_squeeze",
    "waddah_attar_explosion",
}


def _pair(first: Arguments, second: Arguments) -> tuple[Arguments, Arguments]:
    return first, second


def _periods(
    first: int, second: int, name: str = "period", source: bool = True
) -> tuple[Arguments, Arguments]:
    """One period each, and another price column with the second if the indicator takes one."""
    extra = {"source_type": "hlc3"} if source else {}
    return {name: first}, {name: second, **extra}


def _sources(first: str, second: str) -> tuple[Arguments, Arguments]:
    return {"source_type": first}, {"source_type": second}


ARGUMENTS: dict[str, tuple[Arguments, Arguments]] = {
    "acosc": _pair({}, {}),
    "ad": _pair({}, {}),
    "adosc": _pair({"fast_period": 5, "slow_period": 21}, {"fast_period": 12, "slow_period": 4}),
    "adx": _periods(5, 21, source=False),
    "adxr": _periods(4, 20, source=False),
    "alligator": _sources("close", "ohlc4"),
    "alma": _pair(
        {"period": 4, "sigma": 3.0, "distribution_offset": 0.5},
        {"period": 21, "sigma": 8.0, "distribution_offset": 1.0, "source_type": "hl2"},
    ),
    "ao": _pair({}, {}),
    "apo": _pair(
        {"fast_period": 5, "slow_period": 13, "matype": 1},
        {"fast_period": 20, "slow_period": 8, "matype": 2, "source_type": "open"},
    ),
    "aroon": _periods(5, 30, source=False),
    "aroonosc": _periods(6, 29, source=False),
    "atr": _periods(3, 25, source=False),
    "avgprice": _pair({}, {}),
    "bandpass": _pair(
        {"period": 12, "bandwidth": 0.15},
        {"period": 33, "bandwidth": 0.5, "source_type": "hl2"},
    ),
    "beta": _periods(3, 20, source=False),
    "bollinger_bands": _pair(
        {"period": 8, "devup": 1.5, "devdn": 3, "matype": 1, "devtype": 1},
        {"period": 15, "devup": 1, "devdn": 0.5, "matype": 2, "devtype": 2, "source_type": "hl2"},
    ),
    "bollinger_bands_width": _pair(
        {"period": 7, "mult": 1.0}, {"period": 31, "mult": 2.5, "source_type": "hlc3"}
    ),
    "bop": _pair({}, {}),
    "cc": _pair(
        {"wma_period": 5, "roc_short_period": 4, "roc_long_period": 9},
        {
            "wma_period": 14,
            "roc_short_period": 20,
            "roc_long_period": 12,
            "source_type": "hl2",
        },
    ),
    "cci": _periods(5, 30, source=False),
    "cfo": _pair({"period": 5, "scalar": 1}, {"period": 21, "scalar": 50, "source_type": "open"}),
    "cg": _periods(4, 21),
    "chande": _pair(
        {"period": 7, "mult": 2.0, "direction": "short"},
        {"period": 30, "mult": 1.5, "direction": "long"},
    ),
    "chop": _pair({"period": 7, "scalar": 1, "drift": 3}, {"period": 21, "drift": 1}),
    "cksp": _pair({"p": 5, "x": 2.0, "q": 4}, {"p": 20, "x": 0.5, "q": 13}),
    "cmo": _periods(5, 30),
    "correl": _periods(3, 20, source=False),
    "correlation_cycle": _pair(
        {"period": 9, "threshold": 20},
        {"period": 28, "threshold": 5, "source_type": "hlc3"},
    ),
    "cvi": _periods(3, 14, source=False),
    "cwma": _periods(4, 25),
    "damiani_volatmeter": _pair(
        {"vis_atr": 5, "vis_std": 8, "sed_atr": 15, "sed_std": 30, "threshold": 1.1},
        {"vis_atr": 10, "vis_std": 30, "sed_atr": 12, "sed_std": 60, "source_type": "hl2"},
    ),
    "dec_osc": _pair({"hp_period": 30, "k": 2}, {"hp_period": 61, "k": 0.5, "source_type": "hl2"}),
    "decycler": _periods(20, 77, name="hp_period"),
    "dema": _periods(4, 17),
    "devstop": _pair(
        {"period": 7, "mult": 1.5, "devtype": 1, "direction": "short"},
        {"period": 14, "mult": 2.0, "devtype": 2, "direction": "long"},
    ),
    "di": _periods(5, 27, source=False),
    "dm": _periods(4, 25, source=False),
    "donchian": _periods(5, 41, source=False),
    "dpo": _periods(8, 21),
    "dti": _pair({"r": 5, "s": 4, "u": 3}, {"r": 20, "s": 14, "u": 9}),
    "dx": _pair({"di_length": 5, "adx_smoothing": 9}, {"di_length": 20, "adx_smoothing": 6}),
    "edcf": _periods(5, 22),
    "efi": _periods(4, 30),
    "ema": _periods(9, 50),
    "emd": _pair(
        {"period": 11, "delta": 0.3, "fraction": 0.2},
        {"period": 26, "delta": 0.6, "fraction": 0.05},
    ),
    "emv": _pair({"length": 5, "div": 100}, {"length": 20, "div": 1000000}),
    "epma": _pair({"period": 7, "offset": 2}, {"period": 20, "offset": 6, "source_type": "hl2"}),
    "er": _periods(2, 9),
    "eri": _pair({"period": 7, "matype": 0}, {"period": 21, "matype": 2, "source_type": "open"}),
    "fisher": _periods(4, 20, source=False),
    "fosc": _periods(9, 30),
    "frama": _pair({"window": 16, "FC": 2, "SC": 100}, {"window": 7, "FC": 1, "SC": 50}),
    "fwma": _periods(3, 12),
    "gatorosc": _sources("hl2", "open"),
    "gauss": _pair({"period": 7, "poles": 2}, {"period": 30, "poles": 3, "source_type": "hl2"}),
    "heikin_ashi_candles": _pair({}, {}),
    "high_pass": _periods(20, 77),
    "high_pass_2_pole": _periods(20, 77),
    "hma": _periods(9, 21),
    "hull_suit": _pair(
        {"mode_switch": "Ehma", "length": 20, "length_mult": 1.0},
        {"mode_switch": "Thma", "length": 30, "length_mult": 1.5, "source_type": "hl2"},
    ),
    "hurst_exponent": _pair(
        {"min_chunksize": 8, "max_chunksize": 60, "num_chunksize": 4, "method": 0},
        {"method": 2, "source_type": "hl2"},
    ),
    "hwma": _pair(
        {"na": 0.5, "nb": 0.2, "nc": 0.3}, {"na": 0.1, "nb": 0.4, "nc": 0.05, "source_type": "hl2"}
    ),
    "ichimoku_cloud": _pair(
        {
            "conversion_line_period": 5,
            "base_line_period": 13,
            "lagging_line_period": 26,
            "displacement": 13,
        },
        {
            "conversion_line_period": 12,
            "base_line_period": 20,
            "lagging_line_period": 40,
            "displacement": 30,
        },
    ),
    "ichimoku_cloud_seq": _pair(
        {
            "conversion_line_period": 5,
            "base_line_period": 13,
            "lagging_line_period": 26,
            "displacement": 13,
        },
        {
            "conversion_line_period": 20,
            "base_line_period": 60,
            "lagging_line_period": 120,
            "displacement": 30,
        },
    ),
    "ift_rsi": _pair(
        {"rsi_period": 9, "wma_period": 4},
        {"rsi_period": 14, "wma_period": 20, "source_type": "hl2"},
    ),
    "itrend": _pair({"alpha": 0.2}, {"alpha": 0.03, "source_type": "close"}),
    "jma": _pair(
        {"period": 14, "phase": -150, "power": 1},
        {"period": 5, "phase": 20, "power": 3, "source_type": "hl2"},
    ),
    "jsa": _periods(5, 13),
    "kama": _pair(
        {"period": 5, "fast_length": 3, "slow_length": 20},
        {"period": 21, "fast_length": 2, "slow_length": 30, "source_type": "hl2"},
    ),
    "kaufmanstop": _pair(
        {"period": 7, "mult": 1.5, "direction": "short", "matype": 1},
        {"period": 30, "mult": 3, "direction": "long", "matype": 2},
    ),
    "kdj": _pair(
        {"fastk_period": 5, "slowk_period": 4, "slowd_period": 6},
        {
            "fastk_period": 14,
            "slowk_period": 3,
            "slowk_matype": 1,
            "slowd_period": 5,
            "slowd_matype": 2,
        },
    ),
    "keltner": _pair(
        {"period": 8, "multiplier": 1, "matype": 0},
        {"period": 30, "multiplier": 2.5, "matype": 2, "source_type": "hl2"},
    ),
    "kst": _pair(
        {
            "sma_period1": 4,
            "sma_period2": 5,
            "sma_period3": 6,
            "sma_period4": 7,
            "roc_period1": 3,
            "roc_period2": 5,
            "roc_period3": 8,
            "roc_period4": 13,
            "signal_period": 5,
        },
        {"signal_period": 20, "source_type": "hl2"},
    ),
    "kurtosis": _periods(4, 20),
    "kvo": _pair({"short_period": 5, "long_period": 13}, {"short_period": 21, "long_period": 40}),
    "linearreg": _periods(5, 30),
    "linearreg_angle": _periods(5, 30),
    "linearreg_intercept": _periods(5, 30),
    "linearreg_slope": _periods(5, 30),
    "lrsi": _pair({"alpha": 0.5}, {"alpha": 0.05}),
    "ma": _pair({"period": 9, "matype": 3}, {"period": 20, "matype": 10, "source_type": "hl2"}),
    "maaq": _pair(
        {"period": 5, "fast_period": 3, "slow_period": 20},
        {"period": 22, "fast_period": 2, "slow_period": 30, "source_type": "hl2"},
    ),
    "mab": _pair(
        {"fast_period": 5, "slow_period": 20, "devup": 2, "devdn": 0.5, "fast_matype": 1},
        {"fast_period": 15, "slow_period": 30, "slow_matype": 2, "source_type": "hl2"},
    ),
    "macd": _pair(
        {"fast_period": 5, "slow_period": 13, "signal_period": 4},
        {"fast_period": 19, "slow_period": 39, "signal_period": 12, "source_type": "hl2"},
    ),
    "mama": _pair(
        {"fastlimit": 0.8, "slowlimit": 0.1},
        {"fastlimit": 0.3, "slowlimit": 0.02, "source_type": "hl2"},
    ),
    "marketfi": _pair({}, {}),
    "mass": _periods(9, 25, source=False),
    "mcginley_dynamic": _pair(
        {"period": 5, "k": 0.8}, {"period": 21, "k": 0.5, "source_type": "hl2"}
    ),
    "mean_ad": _pair({"period": 9}, {"period": 20, "source_type": "close"}),
    "median_ad": _pair({"period": 9}, {"period": 20, "source_type": "close"}),
    "medprice": _pair({}, {}),
    "mfi": _periods(5, 30, source=False),
    "midpoint": _periods(5, 30),
    "midprice": _periods(5, 30, source=False),
    "minmax": _pair({"order": 1}, {"order": 6}),
    "mom": _periods(3, 25),
    "mwdx": _pair({"factor": 0.5}, {"factor": 0.05, "source_type": "hl2"}),
    "natr": _periods(3, 25, source=False),
    "nma": _periods(10, 25),
    "nvi": _sources("hl2", "open"),
    "obv": _pair({}, {}),
    "pfe": _pair(
        {"period": 5, "smoothing": 3}, {"period": 14, "smoothing": 9, "source_type": "hl2"}
    ),
    "pivot": _pair({"mode": 1}, {"mode": 4}),
    "pma": _sources("close", "ohlc4"),
    "ppo": _pair(
        {"fast_period": 5, "slow_period": 13, "matype": 1},
        {"fast_period": 20, "slow_period": 8, "matype": 2, "source_type": "open"},
    ),
    "pvi": _sources("hl2", "open"),
    "pwma": _periods(3, 12),
    "qstick": _periods(8, 30, source=False),
    "reflex": _periods(9, 31),
    "rma": _periods(5, 30, name="length"),
    "roc": _periods(3, 25),
    "rocp": _periods(3, 25),
    "rocr": _periods(3, 25),
    "rocr100": _periods(3, 25),
    "roofing": _pair(
        {"hp_period": 20, "lp_period": 5}, {"hp_period": 80, "lp_period": 15, "source_type": "hl2"}
    ),
    "rsi": _periods(3, 25),
    "rsmk": _pair(
        {"lookback": 20, "period": 5, "signal_period": 9},
        {"lookback": 50, "period": 2, "signal_period": 14, "source_type": "hl2"},
    ),
    "rsx": _periods(5, 25),
    "rvi": _pair(
        {"period": 5, "ma_len": 7, "matype": 0, "devtype": 1},
        {"period": 14, "ma_len": 20, "matype": 2, "devtype": 2, "source_type": "hl2"},
    ),
    "safezonestop": _pair(
        {"period": 9, "mult": 1.5, "max_lookback": 5, "direction": "short"},
        {"period": 30, "mult": 3.0, "max_lookback": 1, "direction": "long"},
    ),
    "sar": _pair({"acceleration": 0.05, "maximum": 0.3}, {"acceleration": 0.01, "maximum": 0.05}),
    "sinwma": _periods(4, 25),
    "skew": _periods(4, 20),
    "sma": _periods(9, 50),
    "smma": _periods(9, 50),
    "squeeze_momentum": _pair(
        {"length": 10, "mult": 1.5, "length_kc": 14, "mult_kc": 1.0},
        {"length": 25, "mult": 2.5, "length_kc": 20, "mult_kc": 2.0},
    ),
    "sqwma": _periods(4, 25),
    "srsi": _pair(
        {"period": 7, "period_stoch": 10, "k": 5, "d": 4},
        {"period": 20, "period_stoch": 9, "k": 2, "d": 6, "source_type": "hl2"},
    ),
    "srwma": _periods(4, 25),
    "stc": _pair(
        {"fast_period": 10, "slow_period": 21, "k_period": 6, "d1_period": 4, "d2_period": 5},
        {"fast_period": 30, "slow_period": 45, "k_period": 14, "source_type": "hl2"},
    ),
    "stddev": _pair({"period": 9, "nbdev": 2}, {"period": 30, "nbdev": 0.5, "source_type": "hl2"}),
    "stiffness": _pair(
        {"ma_length": 30, "stiff_length": 20, "stiff_smooth": 5},
        {"ma_length": 50, "stiff_length": 40, "stiff_smooth": 2, "source_type": "hl2"},
    ),
    "stoch": _pair(
        {"fastk_period": 5, "slowk_period": 4, "slowd_period": 6},
        {
            "fastk_period": 21,
            "slowk_period": 5,
            "slowk_matype": 1,
            "slowd_period": 4,
            "slowd_matype": 2,
        },
    ),
    "stochf": _pair(
        {"fastk_period": 9, "fastd_period": 5},
        {"fastk_period": 21, "fastd_period": 4, "fastd_matype": 1},
    ),
    "supersmoother": _periods(5, 30),
    "supersmoother_3_pole": _periods(5, 30),
    "supertrend": _pair({"period": 5, "factor": 1.5}, {"period": 21, "factor": 2}),
    "support_resistance_with_breaks": _pair(
        {"left_bars": 5, "right_bars": 3, "vol_threshold": 5},
        {"left_bars": 10, "right_bars": 20, "vol_threshold": -100},
    ),
    "swma": _periods(4, 13),
    "t3": _pair({"period": 9, "vfactor": 0.7}, {"period": 14, "vfactor": 1, "source_type": "hl2"}),
    "tema": _periods(4, 21),
    "trange": _pair({}, {}),
    "trendflex": _periods(9, 31),
    "trima": _periods(5, 14),
    "trix": _periods(5, 30),
    "tsf": _periods(5, 30),
    "tsi": _pair(
        {"long_period": 13, "short_period": 5},
        {"long_period": 40, "short_period": 20, "source_type": "hl2"},
    ),
    "ttm_squeeze": _pair(
        {"length_ttms": 10, "bb_mult_ttms": 1.0, "kc_mult_low_ttms": 1.5},
        {"length_ttms": 30, "bb_mult_ttms": 3.0, "kc_mult_low_ttms": 1.0},
    ),
    "ttm_trend": _pair({"period": 9}, {"period": 2, "source_type": "close"}),
    "typprice": _pair({}, {}),
    "ui": _pair({"period": 5, "scalar": 1}, {"period": 30, "scalar": 10, "source_type": "hl2"}),
    "ultosc": _pair(
        {"timeperiod1": 3, "timeperiod2": 6, "timeperiod3": 12},
        {"timeperiod1": 20, "timeperiod2": 5, "timeperiod3": 10},
    ),
    "var": _pair({"period": 5, "nbdev": 2}, {"period": 30, "nbdev": 0.5, "source_type": "hl2"}),
    "vi": _periods(5, 30, source=False),
    "vidya": _pair(
        {"length": 14, "fix_cmo": False}, {"length": 20, "select": False, "source_type": "hl2"}
    ),
    "vlma": _pair(
        {"min_period": 3, "max_period": 20, "matype": 1, "devtype": 1},
        {"min_period": 10, "max_period": 30, "matype": 2, "devtype": 2, "source_type": "hl2"},
    ),
    "volume": _periods(5, 40, source=False),
    "vosc": _pair({"short_period": 5, "long_period": 13}, {"short_period": 10, "long_period": 3}),
    "voss": _pair(
        {"period": 12, "predict": 2, "bandwith": 0.4},
        {"period": 30, "predict": 5, "bandwith": 0.15, "source_type": "hl2"},
    ),
    "vpci": _pair({"short_range": 3, "long_range": 10}, {"short_range": 10, "long_range": 40}),
    "vpt": _sources("hl2", "open"),
    "vpwma": _pair({"period": 5, "power": 1.5}, {"period": 25, "power": 0.2, "source_type": "hl2"}),
    "vwap": _pair({"anchor": "4h"}, {"anchor": "W", "source_type": "close"}),
    "vwma": _periods(5, 40),
    "vwmacd": _pair(
        {"fast_period": 5, "slow_period": 13, "signal_period": 4},
        {"fast_period": 19, "slow_period": 39, "signal_period": 12},
    ),
    "wad": _pair({}, {}),
    "waddah_attar_explosion": _pair(
        {"sensitivity": 100, "fast_length": 10, "slow_length": 20, "channel_length": 15},
        {"fast_length": 30, "slow_length": 25, "mult": 1.5, "source_type": "hl2"},
    ),
    "wclprice": _pair({}, {}),
    "wilders": _periods(9, 50),
    "willr": _periods(5, 40, source=False),
    "wma": _periods(9, 50),
    "wt": _pair(
        {"wtchannellen": 5, "wtaveragelen": 7, "wtmalen": 5, "oblevel": 20, "oslevel": -20},
        {"wtchannellen": 14, "wtaveragelen": 21, "wtmalen": 2, "source_type": "close"},
    ),
    "zlema": _periods(7, 40),
    "zscore": _pair(
        {"period": 7, "matype": 1, "nbdev": 2, "devtype": 1},
        {"period": 30, "matype": 2, "devtype": 2, "source_type": "hl2"},
    ),
}
