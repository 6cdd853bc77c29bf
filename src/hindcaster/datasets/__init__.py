"""Sample price tables, read from files in the package when they are first asked for.

=========  =========  ====  ========================  ===============================
Name       Bars       Rows  Span                      Source
=========  =========  ====  ========================  ===============================
`GOOG`     daily      2148  2004-08-19 … 2013-03-01   real, Google (now GOOGL)
`AAPL`     daily      3270  2000-03-01 … 2013-03-01   real, Apple
`MSFT`     daily      3270  2000-03-01 … 2013-03-01   real, Microsoft
`IBM`      daily      3270  2000-03-01 … 2013-03-01   real, IBM
`EURUSD`   hourly     5000  2017-04-19 … 2018-02-07   SYNTHETIC, drawn from a fixed seed
`BTCUSD`   month-end  156   2012-01-31 … 2024-12-31   SYNTHETIC, drawn from a fixed seed
=========  =========  ====  ========================  ===============================

The real prices are those at which the shares traded, restated for the stock splits within the
span so that a split is no price jump. Dividends are not added back, so holding one of these
stocks earned more than its prices show. The synthetic tables only look like markets: they are
for trying out code, and nothing learnt from them holds for the euro or for bitcoin.

Every table has the columns Open, High, Low, Close (float) and Volume (int) and an index of
timestamps (UTC for EURUSD) without name or frequency; ``table.attrs["source"]`` says where it
comes from. Each access gives a fresh copy that may be modified freely. Sources, licence and
changes are listed in ``PROVENANCE.md`` beside this file.

Examples
--------
>>> from hindcaster.datasets import EURUSD, GOOG
>>> GOOG.tail(2)
             Open    High     Low   Close   Volume
2013-02-28  801.1  806.99  801.03  801.20  2265800
2013-03-01  797.8  807.14  796.15  806.19  2175400
>>> len(EURUSD), EURUSD.attrs["source"]
(5000, 'synthetic: random hourly bars in the style of EUR/USD, not market data')
"""

import bz2
import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

__all__ = ["AAPL", "BTCUSD", "EURUSD", "GOOG", "IBM", "MSFT"]

AAPL: pd.DataFrame
BTCUSD: pd.DataFrame
EURUSD: pd.DataFrame
GOOG: pd.DataFrame
IBM: pd.DataFrame
MSFT: pd.DataFrame

_STOCK = "Quandl WIKI Prices (public domain), {}; adjusted for splits, not for dividends"
_SOURCES = {
    "AAPL": _STOCK.format("AAPL"),
    "BTCUSD": "synthetic: random monthly bars in the style of BTC/USD, not market data",
    "EURUSD": "synthetic: random hourly bars in the style of EUR/USD, not market data",
    "GOOG": _STOCK.format("GOOGL before 2014"),
    "IBM": _STOCK.format("IBM"),
    "MSFT": _STOCK.format("MSFT"),
}


def __getattr__(name: str) -> pd.DataFrame:
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _read(name).copy()


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


@cache
def _read(name: str) -> pd.DataFrame:
    packed = (files(__name__) / "data" / f"{name}.csv.bz2").read_bytes()
    header, *rows = csv.reader(bz2.decompress(packed).decode("ascii").splitlines())
    times, *columns = zip(*rows, strict=True)
    # Decimals become floats here because not every pandas parser rounds them correctly.
    table = pd.DataFrame(
        {
            column: np.array(values, dtype=np.int64 if column == "Volume" else np.float64)
            for column, values in zip(header[1:], columns, strict=True)
        },
        index=pd.DatetimeIndex(list(times)),
    )
    table.attrs["source"] = _SOURCES[name]
    return table
