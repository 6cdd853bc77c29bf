"""Candles that are kept: 1-minute candles of exchanges in Parquet files under a folder.

>>> from hindcaster.store import CandleStore
"""

from hindcaster.errors.store import DamagedCandles, StoreBusy
from hindcaster.store.markets import import_candles
from hindcaster.store.places import default_path
from hindcaster.store.records import Gap, Holding, Problem, Stored
from hindcaster.store.requests import get_candles, import_file, store_candles
from hindcaster.store.shelves import CandleStore

__all__ = [
    "CandleStore",
    "DamagedCandles",
    "Gap",
    "Holding",
    "Problem",
    "StoreBusy",
    "Stored",
    "default_path",
    "get_candles",
    "import_candles",
    "import_file",
    "store_candles",
]
