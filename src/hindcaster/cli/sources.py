"""Bars to test on: from a file, a dataset of the package, or the candle store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hindcaster import errors

if TYPE_CHECKING:
    import pandas as pd


class Bars(NamedTuple):
    """Bars, and what they were called."""

    frame: pd.DataFrame
    source: str


def load_bars(
    text: str,
    *,
    timeframe: str | None,
    start: str | None,
    finish: str | None,
    store: str | None,
    tz: str | None,
) -> Bars:
    """Load bars.

    Parameters
    ----------
    text : str
        A file by its ending, the name of a dataset, or ``EXCHANGE:SYMBOL``.
    timeframe : str or None
        Length of the bars, which shorter ones are put together to; as they are if None.
    start, finish : str or None
        Dates: bars that open from the first on, and before the second.
    store : str or None
        Candle store; the default one if None.
    tz : str or None
        Time zone of a file's times that name none.

    Raises
    ------
    FileNotFoundError, ValueError, CandleNotFoundInDatabase
        There is nothing of that name, or nothing between the dates.
    """
    from hindcaster import datasets

    since, until = _moment(start), _moment(finish)
    name = next((name for name in datasets.__all__ if name.lower() == text.lower()), None)
    if _names_file(text):
        frame = _between(_from_file(text, tz), since, until, text)
    elif name is not None:
        frame = _between(getattr(datasets, name), since, until, text)
    elif ":" in text:
        frame = _stored(text, store, since, until)
    else:
        raise errors.unknown_data(text, datasets.__all__)
    if timeframe is not None:
        from hindcaster.data import resample

        _require_dates(frame, text)
        frame = resample(frame, timeframe)
    if not len(frame):
        raise errors.no_bars_between(text, start, finish)
    return Bars(frame, text)


def _names_file(text: str) -> bool:
    from hindcaster.data.files import kind_of

    try:
        return bool(kind_of(text))
    except ValueError:
        return "://" in text or Path(text).is_file()


def _from_file(path: str, tz: str | None) -> pd.DataFrame:
    from hindcaster.data import read_file

    if "://" not in path and not Path(path).is_file():
        raise errors.data_file_missing(path)
    return read_file(path, tz=tz)


def split_market(text: str) -> tuple[str, str]:
    """Split ``EXCHANGE:SYMBOL``.

    Examples
    --------
    >>> split_market("Binance Perpetual Futures:BTC-USDT")
    ('Binance Perpetual Futures', 'BTC-USDT')
    """
    exchange, _, symbol = text.partition(":")
    if not exchange.strip() or not symbol.strip():
        raise errors.bad_market(text)
    return exchange.strip(), symbol.strip()


def _stored(
    text: str, store: str | None, since: pd.Timestamp | None, until: pd.Timestamp | None
) -> pd.DataFrame:
    from hindcaster.data import to_frame
    from hindcaster.store import CandleStore

    exchange, symbol = split_market(text)
    rows = CandleStore(store).read(exchange, symbol, milliseconds(since), milliseconds(until))
    return to_frame(rows)


def read_date(text: str | None) -> int | None:
    """Read a date as milliseconds since 1970 in UTC."""
    return milliseconds(_moment(text))


def milliseconds(time: pd.Timestamp | None) -> int | None:
    """Give a time, in UTC if it has no zone, as milliseconds since 1970."""
    return None if time is None else int(time.as_unit("ns").value // 1_000_000)


def _moment(text: str | None) -> pd.Timestamp | None:
    if text is None:
        return None
    import pandas as pd

    try:
        time = pd.Timestamp(text.strip())
    except ValueError:
        raise errors.bad_date(text) from None
    if not isinstance(time, pd.Timestamp) or text.strip().isdigit():
        raise errors.bad_date(text)
    return time if time.tz is not None else time.tz_localize("UTC")


def _between(
    frame: pd.DataFrame, since: pd.Timestamp | None, until: pd.Timestamp | None, text: str
) -> pd.DataFrame:
    """Cut a frame to the bars between two moments; an index without zone counts as UTC."""
    if since is None and until is None:
        return frame
    _require_dates(frame, text)
    index: Any = frame.index
    times = index if index.tz is not None else index.tz_localize("UTC")
    kept = times == times
    if since is not None:
        kept &= times >= since
    if until is not None:
        kept &= times < until
    cut: pd.DataFrame = frame[kept]
    return cut


def _require_dates(frame: pd.DataFrame, text: str) -> None:
    import pandas as pd

    if not isinstance(frame.index, pd.DatetimeIndex):
        raise errors.dates_need_dates(text)
