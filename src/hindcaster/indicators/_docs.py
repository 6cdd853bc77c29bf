"""Docstrings of indicators: what is said of every parameter of the same name is said here once.

An indicator's own docstring holds what it computes, the formula's source and the parameters that
mean something of their own; `completed` adds the others and what is returned.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

_PRICES = "ndarray, shape (n, 6), or DataFrame with columns Open, High, Low, Close, Volume"
_SERIES = ", or series, shape (n,)"

_WORDS = {
    "period": "Number of bars that a value is computed from.",
    "length": "Number of bars that a value is computed from.",
    "fast_period": "Number of bars of the fast average.",
    "slow_period": "Number of bars of the slow average.",
    "signal_period": "Number of bars of the signal line's average.",
    "short_period": "Number of bars of the short average.",
    "long_period": "Number of bars of the long average.",
    "hp_period": "Period of the high-pass filter in bars: longer waves are taken out.",
    "lp_period": "Period of the low-pass filter in bars: shorter waves are taken out.",
    "fastk_period": "Number of bars of the raw %K.",
    "slowk_period": "Number of bars that smooth %K.",
    "slowd_period": "Number of bars that smooth %D.",
    "fastd_period": "Number of bars that smooth %D.",
    "matype": "Kind of moving average, a number as `ma` takes it.",
    "fast_matype": "Kind of the fast average, a number as `ma` takes it.",
    "slow_matype": "Kind of the slow average, a number as `ma` takes it.",
    "slowk_matype": "Kind of average that smooths %K, a number as `ma` takes it.",
    "slowd_matype": "Kind of average that smooths %D, a number as `ma` takes it.",
    "fastd_matype": "Kind of average that smooths %D, a number as `ma` takes it.",
    "devtype": "Kind of deviation: 0 standard (population), 1 `mean_ad`, 2 `median_ad`.",
    "devup": "Deviations from the middle to the upper band.",
    "devdn": "Deviations from the middle to the lower band.",
    "nbdev": "Factor of the deviation.",
    "mult": "Factor of the distance.",
    "multiplier": "Factor of the distance.",
    "factor": "Factor of the distance.",
    "scalar": "Factor of the result.",
    "direction": "'long' for the stop below the price, 'short' for the one above it.",
    "source_type": (
        "Price of a bar: 'close', 'high', 'low', 'open', 'volume', 'hl2', 'hlc3' or 'ohlc4'. "
        "Means nothing for a single series."
    ),
    "sequential": (
        "Give the values of all bars; else that of the last one, computed from the rows of the "
        "warm-up cut only (240 outside a run)."
    ),
}


def completed(function: Callable[..., Any], takes_series: bool, fields: tuple[str, ...]) -> str:
    """Give an indicator's docstring with all parameters and what it returns.

    Parameters
    ----------
    function : callable
        The indicator, undecorated.
    takes_series : bool
        Whether a single series will do in place of candles.
    fields : tuple of str
        Names of the values of a bar; empty if there is only one.

    Returns
    -------
    str
    """
    own = inspect.cleandoc(function.__doc__ or "")
    before, _, section = own.partition("Parameters\n----------\n")
    section, _, after = section.partition("\n\n")
    described = _entries(section)
    parameters = list(inspect.signature(function).parameters.values())
    candles = _PRICES + (_SERIES if takes_series else "")
    lines = [f"{parameters[0].name} : {candles}\n    The bars, the oldest first."]
    entries = (described.get(other.name, _entry(other)) for other in parameters[1:])
    lines += [entry for entry in entries if entry]
    value = f"named tuple ({', '.join(fields)})" if fields else "float or ndarray, shape (n,)"
    if parameters[-1].name != "sequential":
        value = value.replace(" or ndarray, shape (n,)", "")
    parts = [
        before.rstrip(),
        "Parameters\n----------\n" + "\n".join(lines),
        "Returns\n-------\n" + value,
        after.strip(),
    ]
    return "\n\n".join(part for part in parts if part)


def _entries(section: str) -> dict[str, str]:
    """Take a section of parameters apart: each one's text by its name."""
    entries: dict[str, str] = {}
    names: Iterable[str] = ()
    for line in section.splitlines():
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.partition(" : ")[0].split(",")]
            entries[names[0]] = line
            entries.update(dict.fromkeys(names[1:], ""))
        else:
            entries[next(iter(names))] += "\n" + line
    return entries


def _entry(parameter: inspect.Parameter) -> str:
    words = textwrap.fill(
        _WORDS.get(parameter.name, ""), 92, initial_indent="    ", subsequent_indent="    "
    )
    default = parameter.default
    return f"{parameter.name} : {type(default).__name__}, default {default!r}\n{words}"
