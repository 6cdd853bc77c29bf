"""Mistakes with kept candles: the store, files that are imported, exchanges that are asked."""

import difflib
from collections.abc import Iterable
from typing import Any

from hindcaster.errors.exchange import CandleNotFoundInDatabase, InvalidDateRange


class DamagedCandles(ValueError):
    """A file of the candle store cannot be read, or does not hold what was written."""


class StoreBusy(TimeoutError):
    """Another process keeps writing the same symbol."""


def _nearest(name: Any, choices: Iterable[str]) -> str:
    """Say which known names are like an unknown one, or how to find out."""
    known = sorted(choices)
    lowered = {choice.lower(): choice for choice in known}
    near = difflib.get_close_matches(str(name).lower(), lowered, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {', '.join(repr(lowered[match]) for match in near)}?"
    shown = ", ".join(repr(choice) for choice in known[:8])
    return f"There {'is' if len(known) == 1 else 'are'} {shown or 'none'}{' …' * (len(known) > 8)}."


def bad_store_name(argument: str, value: Any) -> TypeError | ValueError:
    """A name of an exchange or a symbol is no text, empty, or too long for a folder."""
    if not isinstance(value, str):
        return TypeError(f"{argument} must be a text, got {value!r}.")
    return ValueError(f"{argument} must have 1 to 100 letters that can be written, got {value!r}.")


def candles_not_an_array(value: Any) -> TypeError:
    """Candles to store are not an array."""
    return TypeError(
        f"candles must be a numpy array of shape (n, 6), got {type(value).__name__}. For a "
        f"DataFrame use CandleStore.import_frame, for a file CandleStore.import_file."
    )


def not_one_minute(where: str, step: float) -> ValueError:
    """Candles are those of another timeframe."""
    return ValueError(
        f"{where}: rows must be 1-minute candles, but they are {step / 60_000:g} minutes apart "
        f"({step:g} ms). The store keeps minutes, from which it makes all larger timeframes."
    )


def candle_time_outside(where: str, row: int, value: float) -> ValueError:
    """A time is before 1970 or after 9999."""
    return ValueError(
        f"{where}, row {row}: timestamp {value!r} is no time in ms between 1970 and 9999."
    )


def bad_stored_row(where: str, row: int, time: str, why: str) -> ValueError:
    """Prices or the volume of a candle are impossible."""
    return ValueError(f"{where}, row {row} ({time}): {why}. Mend or drop that row.")


def no_stored_candles(
    exchange: str, symbol: str, path: str, held: Iterable[tuple[str, str]]
) -> CandleNotFoundInDatabase:
    """The store knows nothing of a symbol."""
    pairs = list(held)
    exchanges = {name for name, _ in pairs}
    if exchange not in exchanges:
        return CandleNotFoundInDatabase(
            f"The candle store {path} has no exchange {exchange!r}. "
            f"{_nearest(exchange, exchanges)} Fill it with research.import_candles or "
            f"research.store_candles."
        )
    symbols = (name for other, name in pairs if other == exchange)
    return CandleNotFoundInDatabase(
        f"The candle store {path} has no candles of {symbol!r} on {exchange!r}. "
        f"{_nearest(symbol, symbols)}"
    )


def no_candles_between(
    exchange: str, symbol: str, first: str, last: str, held: str
) -> CandleNotFoundInDatabase:
    """The store has nothing of a symbol in some days."""
    return CandleNotFoundInDatabase(
        f"No candles of {symbol!r} on {exchange!r} between {first} and {last}; the store has "
        f"{held}. Ask for other days, or import these."
    )


def too_few_to_warm_up(
    exchange: str, symbol: str, timeframe: str, counts: tuple[int, int], start: str
) -> CandleNotFoundInDatabase:
    """There are fewer finished bars before the start than the warm-up needs."""
    found, needed = counts
    return CandleNotFoundInDatabase(
        f"Only {found} of {needed} finished {timeframe!r} candles to warm up were found for "
        f"{symbol!r} on {exchange!r} before {start}. Import earlier days, start later, or lower "
        f"warmup_candles_num."
    )


def dates_reversed(first: str, last: str) -> InvalidDateRange:
    """The range of days is empty."""
    return InvalidDateRange(
        f"The start date {first} is not before the finish date {last}, which is excluded."
    )


def finish_in_future(last: str, latest: str) -> InvalidDateRange:
    """The range of days is not over yet."""
    return InvalidDateRange(
        f"The finish date {last} lies in the future: the last one possible is {latest}."
    )


def start_in_future(start: str) -> InvalidDateRange:
    """There is nothing to import yet."""
    return InvalidDateRange(f"start_date {start} lies in the future.")


def bad_moment(argument: str, value: Any) -> TypeError | ValueError:
    """A moment is no number of milliseconds."""
    hint = "helpers.date_to_timestamp('2021-01-01') gives one"
    text = f"{argument} must be a time in ms since 1970 ({hint}), got {value!r}."
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return ValueError(text) if number else TypeError(text)


def count_not_whole(argument: str, value: Any) -> TypeError:
    """A count is not an integer."""
    return TypeError(f"{argument} must be a whole number, got {value!r}.")


def damaged_file(path: str, why: str) -> DamagedCandles:
    """A file of the store is unreadable."""
    return DamagedCandles(f"{path} is damaged: {why}. Delete that file and import its month again.")


def store_busy(path: str, patience: float) -> StoreBusy:
    """A lock was not given back in time."""
    return StoreBusy(
        f"Another process has been writing to {path} for {patience:g} seconds. Try again, or raise "
        f"CandleStore(patience=...)."
    )


def store_not_written(path: str, error: OSError) -> OSError:
    """The file system refuses to take a file."""
    import errno

    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = (
            "the folder cannot be written. Choose another one with CandleStore(path), store=..., "
            "or the environment variable HINDCASTER_STORE"
        )
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "there is no space left. What was stored before is unharmed"
    else:
        advice = f"{error.strerror or error}. What was stored before is unharmed"
    return type(error)(error.errno, f"Candles were not stored, {advice}", path)


def package_missing(package: str, purpose: str, extra: str) -> ImportError:
    """An optional package is needed."""
    return ImportError(f"{purpose} needs the package {package}: pip install 'hindcaster[{extra}]'.")


def unknown_file_kind(path: str) -> ValueError:
    """A file's name does not say how it is written."""
    return ValueError(
        f"{path}: the name must end in .csv, .csv.gz, .parquet, .feather or .arrow to say what "
        f"kind of file it is."
    )


def unreadable_file(path: str, why: Any) -> ValueError:
    """A file cannot be parsed."""
    return ValueError(f"{path} cannot be read: {why}. Is it complete, and does its name fit?")


def bar_columns_missing(where: str, missing: Iterable[str], columns: Iterable[Any]) -> ValueError:
    """Columns of prices or the time are not recognised."""
    return ValueError(
        f"{where}: no column for {', '.join(missing)} among {list(columns)}. Say which: "
        f"columns={{'Time': 'its name', 'Open': ..., 'High': ..., 'Low': ..., 'Close': ..., "
        f"'Volume': ...}}."
    )


def bar_columns_ambiguous(where: str, part: str, columns: Iterable[Any]) -> ValueError:
    """Several columns could be meant."""
    return ValueError(
        f"{where}: {part} could be any of the columns {list(columns)}. Say which: "
        f"columns={{{part!r}: {next(iter(columns))!r}}}."
    )


def unknown_bar_part(where: str, part: Any) -> ValueError:
    """`columns` names something that bars do not have."""
    return ValueError(
        f"{where}: columns has {part!r}, which is none of Time, Open, High, Low, Close, Volume."
    )


def file_without_header(where: str, first: Iterable[Any]) -> ValueError:
    """The first row of a CSV file holds numbers."""
    return ValueError(
        f"{where}: the first row has no names, but {list(first)[:6]}. Say what the columns are, "
        f"in their order: columns=['Time', 'Open', 'High', 'Low', 'Close', 'Volume']."
    )


def bad_bar_value(where: str, row: int, column: Any, value: Any) -> ValueError:
    """A price or a volume is not a number."""
    return ValueError(f"{where}, row {row}: column {column!r} holds {value!r}, not a number.")


def bad_bar_time(where: str, row: int, value: Any) -> ValueError:
    """A time cannot be read."""
    return ValueError(
        f"{where}, row {row}: {value!r} is no time. Times are seconds, ms, us or ns since 1970 "
        f"(after 1975), or texts such as 2021-01-31 23:59:00, with or without a zone."
    )


def mixed_time_units(where: str, row: int, value: Any) -> ValueError:
    """Times are in seconds in one row and in milliseconds in another."""
    return ValueError(
        f"{where}, row {row}: time {value!r} has another unit (s, ms, us, ns) than the first row. "
        f"Convert the column to one unit."
    )


def mixed_time_zones(where: str, row: int, value: Any, first: Any) -> ValueError:
    """Times are in different zones."""
    return ValueError(
        f"{where}, row {row}: time {str(value)!r} has another time zone than {str(first)!r} in "
        f"the first row. Convert them all: pandas.to_datetime(column, utc=True)."
    )


def time_not_in_zone(where: str, why: Any) -> ValueError:
    """A wall-clock time occurs twice, or never, where clocks change."""
    return ValueError(f"{where}: {why}. Use times with an offset, or in UTC.")


def unknown_time_zone(value: Any) -> ValueError:
    """A time zone has another name."""
    return ValueError(f"tz must be a time zone such as 'UTC' or 'America/New_York', got {value!r}.")


def bars_not_rising(where: str, row: int, time: str, before: str) -> ValueError:
    """Bars are repeated or not in order."""
    kind = "repeats the time" if time == before else "is earlier than the row before it"
    return ValueError(
        f"{where}, row {row} ({time}) {kind}: rows must be in order, each time once. Mend them: "
        f"frame[~frame.index.duplicated(keep='last')].sort_index()."
    )


def not_divisible(step: float, timeframe: str) -> ValueError:
    """Bars cannot be put together into that timeframe."""
    return ValueError(
        f"Bars that are {step / 60_000:g} minutes long cannot make up {timeframe!r} bars. Choose "
        f"a timeframe that is a multiple of their length."
    )


def not_bars(value: Any) -> TypeError:
    """Neither a frame nor a candle array."""
    return TypeError(
        f"Pass a pandas.DataFrame with a DatetimeIndex, or a numpy array of candles of shape "
        f"(n, 6); got {type(value).__name__}."
    )


def unknown_exchange(name: Any, choices: Iterable[str]) -> ValueError:
    """Candles are asked of an exchange that nobody knows."""
    return ValueError(f"exchange {name!r} is unknown. {_nearest(name, choices)}")


def unknown_market(exchange: str, symbol: Any, choices: Iterable[str]) -> ValueError:
    """An exchange does not trade a symbol."""
    return ValueError(f"{exchange} does not trade {symbol!r}. {_nearest(symbol, choices)}")


def no_minutes_offered(exchange: str) -> ValueError:
    """An exchange gives no 1-minute candles."""
    return ValueError(f"{exchange} offers no 1-minute candles. Import them from files instead.")
